/* SQL of the state: subscriptions, slots, items. */
#include <string.h>

#include "drc/digest.h"
#include "drc/subscription.h"

#define SUB_COLUMNS                                                                                \
    "sub_id, owner_id, channel, digest_id, schedule, zone, words, status, why, next_day, "         \
    "next_ms, "                                                                                    \
    "created_ms, numbers, request_key"
#define SLOT_COLUMNS                                                                               \
    "sub_id, status, why, channel, ts, slot_day, due_ms, next_ms, ended_ms, total_uusd, tries, "   \
    "care"

static const char *copy(struct drc_arena *a, struct drc_stmt *st, int column)
{
    return drc_arena_strdup(a, drc_db_text(st, column));
}

static struct drc_sub take_sub(struct drc_arena *a, struct drc_stmt *st)
{
    return (struct drc_sub){
        copy(a, st, 0), copy(a, st, 1),    copy(a, st, 2),     copy(a, st, 3),    copy(a, st, 4),
        copy(a, st, 5), copy(a, st, 6),    copy(a, st, 12),    copy(a, st, 13),   copy(a, st, 7),
        copy(a, st, 8), drc_db_int(st, 9), drc_db_int(st, 10), drc_db_int(st, 11)};
}

static struct drc_slot take_slot(struct drc_arena *a, struct drc_stmt *st)
{
    return (struct drc_slot){.sub_id = copy(a, st, 0),
                             .status = copy(a, st, 1),
                             .why = copy(a, st, 2),
                             .channel = copy(a, st, 3),
                             .ts = copy(a, st, 4),
                             .day = drc_db_int(st, 5),
                             .due_ms = drc_db_int(st, 6),
                             .next_ms = drc_db_int(st, 7),
                             .ended_ms = drc_db_int(st, 8),
                             .total_uusd = drc_db_is_null(st, 9) ? -1 : drc_db_int(st, 9),
                             .tries = (int)drc_db_int(st, 10),
                             .care = copy(a, st, 11)};
}

static int subs(struct drc_stmt *st, struct drc_arena *a, struct drc_sub *out, int max,
                struct drc_err *err)
{
    int n = 0, rc = st == NULL ? -1 : 0;
    while (st != NULL && n < max && (rc = drc_db_next(st, err)) == 1)
        out[n++] = take_sub(a, st);
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

static int slots(struct drc_stmt *st, struct drc_arena *a, struct drc_slot *out, int max,
                 struct drc_err *err)
{
    int n = 0, rc = st == NULL ? -1 : 0;
    while (st != NULL && n < max && (rc = drc_db_next(st, err)) == 1)
        out[n++] = take_slot(a, st);
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

/* Ends a transaction by how its statements went. */
static int finish(struct drc_db *state, int rc, struct drc_err *err)
{
    if (drc_db_exec(state, rc < 0 ? "ROLLBACK" : "COMMIT", rc < 0 ? NULL : err) < 0)
        return -1;
    return rc;
}

/* ---- subscriptions ------------------------------------------------------------------------ */

/* 1: an earlier run of the request has made it; *sub is that one. */
static int sub_of_request(struct drc_db *state, struct drc_arena *a, struct drc_sub *sub,
                          struct drc_err *err)
{
    return subs(drc_db_query(state, err,
                             "SELECT " SUB_COLUMNS " FROM subscription WHERE request_key = ?", "s",
                             sub->request_key),
                a, sub, 1, err);
}

static int insert_sub(struct drc_db *state, struct drc_arena *a, struct drc_sub *sub,
                      struct drc_err *err)
{
    char id[8];
    int64_t count = 0, all = 0;
    int known = sub->request_key == NULL ? 0 : sub_of_request(state, a, sub, err);
    if (known != 0)
        return known < 0 ? -1 : 0;
    struct drc_stmt *st = drc_db_query(
        state, err,
        "SELECT count(*), coalesce(sum(owner_id = ? AND status <> 'ended'), 0) FROM subscription",
        "s", sub->owner);
    if (st == NULL)
        return -1;
    if (drc_db_next(st, err) == 1) {
        all = drc_db_int(st, 0);
        count = drc_db_int(st, 1);
    }
    drc_db_done(st);
    if (count >= DRC_SUBS_PER_OWNER_MAX)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "you have %d subscriptions already; end one before you add another",
                           DRC_SUBS_PER_OWNER_MAX);
    const char *seed = drc_arena_printf(a, "%s|%s|%s|%lld|%lld", sub->owner, sub->channel,
                                        sub->schedule, (long long)sub->created_ms, (long long)all);
    drc_sha256_id(seed, strlen(seed), 6, id);
    sub->sub_id = drc_arena_strdup(a, id);
    return drc_db_run(state, err,
                      "INSERT INTO subscription (" SUB_COLUMNS
                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, 'en'), ?)",
                      "sssssssssiiiss", sub->sub_id, sub->owner, sub->channel, sub->digest_id,
                      sub->schedule, sub->zone, sub->words, sub->status, sub->why, sub->next_day,
                      sub->next_ms, sub->created_ms, sub->numbers, sub->request_key);
}

enum drc_fmt_style drc_sub_numbers(const struct drc_sub *sub)
{
    int style = sub->numbers == NULL ? -1 : drc_fmt_style_find(sub->numbers);
    return style < 0 ? DRC_FMT_EN : (enum drc_fmt_style)style;
}

int drc_sub_put(struct drc_db *state, struct drc_arena *a, struct drc_sub *sub, struct drc_err *err)
{
    if (drc_db_exec(state, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    return finish(state, insert_sub(state, a, sub, err), err);
}

int drc_sub_get(struct drc_db *state, struct drc_arena *a, const char *sub_id, struct drc_sub *out,
                struct drc_err *err)
{
    return subs(drc_db_query(state, err,
                             "SELECT " SUB_COLUMNS " FROM subscription WHERE sub_id = ?", "s",
                             sub_id),
                a, out, 1, err);
}

int drc_sub_list(struct drc_db *state, struct drc_arena *a, const char *owner, const char *channel,
                 struct drc_sub *out, int max, struct drc_err *err)
{
    return subs(
        drc_db_query(
            state, err,
            "SELECT " SUB_COLUMNS " FROM subscription WHERE status <> 'ended'"
            " AND (?1 IS NULL OR owner_id = ?1 OR channel = ?2) ORDER BY created_ms, sub_id",
            "ss", owner, channel),
        a, out, max, err);
}

int drc_sub_due(struct drc_db *state, struct drc_arena *a, int64_t now_ms, struct drc_sub *out,
                int max, struct drc_err *err)
{
    return subs(drc_db_query(state, err,
                             "SELECT " SUB_COLUMNS " FROM subscription WHERE status = 'active'"
                             " AND next_ms <= ? ORDER BY next_ms, sub_id",
                             "i", now_ms),
                a, out, max, err);
}

int drc_sub_status(struct drc_db *state, const char *sub_id, const char *status, const char *why,
                   struct drc_err *err)
{
    return drc_db_run(state, err, "UPDATE subscription SET status = ?, why = ? WHERE sub_id = ?",
                      "sss", status, why, sub_id);
}

int drc_sub_edit(struct drc_db *state, const struct drc_sub *sub, struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE subscription SET channel = ?, digest_id = ?, schedule = ?, zone = ?,"
                      " words = ?, numbers = ?, next_day = ?, next_ms = ? WHERE sub_id = ?",
                      "ssssssiis", sub->channel, sub->digest_id, sub->schedule, sub->zone,
                      sub->words, sub->numbers, sub->next_day, sub->next_ms, sub->sub_id);
}

/* ---- slots -------------------------------------------------------------------------------- */

int drc_slot_enrol(struct drc_db *state, const struct drc_sub *sub, struct drc_slot_time next,
                   const char *skip, int64_t now_ms, struct drc_err *err)
{
    if (drc_db_exec(state, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    int rc = drc_db_run(
        state, err,
        "INSERT INTO slot (sub_id, slot_day, due_ms, status, next_ms, why, ended_ms, care)"
        " VALUES (?1, ?2, ?3, iif(?4 IS NULL, 'due', 'skipped'), ?3, coalesce(?4, ''),"
        " iif(?4 IS NULL, NULL, ?5), iif(?4 IS NULL, '', 'tell'))"
        " ON CONFLICT (sub_id, slot_day) DO NOTHING",
        "siisi", sub->sub_id, sub->next_day, sub->next_ms, skip, now_ms);
    if (rc == 0) /* only from the slot that was read: a change in between stands */
        rc = drc_db_run(state, err,
                        "UPDATE subscription SET next_day = ?, next_ms = ?"
                        " WHERE sub_id = ? AND next_ms = ?",
                        "iisi", next.day, next.due_ms, sub->sub_id, sub->next_ms);
    return finish(state, rc, err);
}

int drc_slot_claim(struct drc_db *state, struct drc_arena *a, int64_t now_ms, int64_t lease_ms,
                   struct drc_slot *out, int max, struct drc_err *err)
{
    return slots(drc_db_query(state, err,
                              "UPDATE slot SET status = 'claimed', tries = tries + 1, next_ms = ?"
                              " WHERE (sub_id, slot_day) IN (SELECT sub_id, slot_day FROM slot"
                              " WHERE status IN ('due', 'claimed') AND next_ms <= ?"
                              " ORDER BY due_ms, sub_id LIMIT ?) RETURNING " SLOT_COLUMNS,
                              "iii", now_ms + lease_ms, now_ms, (int64_t)max),
                 a, out, max + 1, err); /* to its end: a statement that is left early is undone */
}

int drc_slot_get(struct drc_db *state, struct drc_arena *a, const char *sub_id, int64_t day,
                 struct drc_slot *out, struct drc_err *err)
{
    return slots(drc_db_query(state, err,
                              "SELECT " SLOT_COLUMNS " FROM slot WHERE sub_id = ? AND slot_day = ?",
                              "si", sub_id, day),
                 a, out, 1, err);
}

int drc_slot_wait(struct drc_db *state, const char *sub_id, int64_t day, int64_t next_ms,
                  const char *why, struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE slot SET status = 'due', next_ms = ?, why = ?, tries = tries - 1"
                      " WHERE sub_id = ? AND slot_day = ? AND status IN ('due', 'claimed')",
                      "issi", next_ms, why, sub_id, day);
}

int drc_slot_end(struct drc_db *state, const struct drc_slot *slot, enum drc_slot_end end,
                 const char *why, const char *care, int64_t now_ms, struct drc_err *err)
{
    static const char *const names[] = {"posted", "skipped", "failed"};
    return drc_db_run(state, err,
                      "UPDATE slot SET status = ?1, why = ?2, channel = ?3, ts = ?4, ended_ms = ?5,"
                      " next_ms = ?5, care = ?6"
                      " WHERE sub_id = ?7 AND slot_day = ?8 AND status IN ('due', 'claimed')",
                      "ssssissi", names[end], why, slot->channel, slot->ts, now_ms, care,
                      slot->sub_id, slot->day);
}

int drc_slot_claim_care(struct drc_db *state, struct drc_arena *a, int64_t now_ms, int64_t lease_ms,
                        struct drc_slot *out, int max, struct drc_err *err)
{
    return slots(drc_db_query(state, err,
                              "UPDATE slot SET next_ms = ?, tries = tries + 1"
                              " WHERE (sub_id, slot_day) IN ("
                              "SELECT sub_id, slot_day FROM slot WHERE care <> '' AND next_ms <= ?"
                              " ORDER BY next_ms, sub_id, slot_day LIMIT ?)"
                              " RETURNING " SLOT_COLUMNS,
                              "iii", now_ms + lease_ms, now_ms, (int64_t)max),
                 a, out, max + 1, err); /* to its end, as above */
}

int drc_slot_care_later(struct drc_db *state, const char *sub_id, int64_t day, int64_t next_ms,
                        struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE slot SET next_ms = ?, tries = tries - 1"
                      " WHERE sub_id = ? AND slot_day = ? AND care <> ''",
                      "isi", next_ms, sub_id, day);
}

int drc_slot_care_done(struct drc_db *state, const char *sub_id, int64_t day, struct drc_err *err)
{
    return drc_db_run(state, err, "UPDATE slot SET care = '' WHERE sub_id = ? AND slot_day = ?",
                      "si", sub_id, day);
}

int drc_slot_unheard(struct drc_db *state, struct drc_arena *a, const char *sub_id,
                     struct drc_slot *out, int max, struct drc_err *err)
{
    return slots(drc_db_query(state, err,
                              "SELECT " SLOT_COLUMNS " FROM slot WHERE sub_id = ?"
                              " AND care = 'tell' ORDER BY slot_day",
                              "s", sub_id),
                 a, out, max, err);
}

int drc_slot_release_all(struct drc_db *state, struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE slot SET next_ms = 0 WHERE status = 'claimed' OR care <> ''", "");
}

int drc_slot_history(struct drc_db *state, struct drc_arena *a, const char *sub_id,
                     struct drc_slot *out, int max, struct drc_err *err)
{
    return slots(drc_db_query(state, err,
                              "SELECT " SLOT_COLUMNS
                              " FROM slot WHERE sub_id = ? ORDER BY slot_day DESC",
                              "s", sub_id),
                 a, out, max, err);
}

int drc_slot_untold(struct drc_db *state, const char *sub_id, int64_t day, int64_t *days, int max,
                    struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(state, err,
                                       "SELECT slot_day FROM slot WHERE sub_id = ? AND slot_day < ?"
                                       " AND status IN ('skipped', 'failed') AND told = 0"
                                       " ORDER BY slot_day",
                                       "si", sub_id, day);
    int n = 0, rc = st == NULL ? -1 : 0;
    while (st != NULL && n < max && (rc = drc_db_next(st, err)) == 1)
        days[n++] = drc_db_int(st, 0);
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

int drc_slot_told(struct drc_db *state, const char *sub_id, int64_t before_day, struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE slot SET told = 1 WHERE sub_id = ? AND slot_day < ?"
                      " AND status IN ('skipped', 'failed')",
                      "si", sub_id, before_day);
}

/* ---- what was stated ---------------------------------------------------------------------- */

int drc_sub_stated_put(struct drc_db *state, const char *sub_id, const struct drc_digest_stated *f,
                       struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE slot SET first_day = ?, last_day = ?, total_uusd = ?, scope = ?"
                      " WHERE sub_id = ? AND slot_day = ?",
                      "iiissi", f->first_day, f->last_day, f->total_uusd, f->scope, sub_id,
                      f->slot_day);
}

int drc_sub_stated(struct drc_db *state, struct drc_arena *a, const char *sub_id, int64_t slot_day,
                   const char *scope, struct drc_digest_stated *out, int max, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(state, err,
                     "SELECT slot_day, first_day, last_day, total_uusd, scope FROM slot"
                     " WHERE sub_id = ? AND slot_day < ? AND status = 'posted' AND scope = ?"
                     " ORDER BY slot_day DESC",
                     "sis", sub_id, slot_day, scope);
    int n = 0, rc = st == NULL ? -1 : 0;
    while (st != NULL && n < max && (rc = drc_db_next(st, err)) == 1)
        out[n++] = (struct drc_digest_stated){drc_db_int(st, 0), drc_db_int(st, 1),
                                              drc_db_int(st, 2), drc_db_int(st, 3), copy(a, st, 4)};
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

/* ---- items -------------------------------------------------------------------------------- */

int drc_sub_item_before(struct drc_db *state, struct drc_arena *a, const char *sub_id,
                        int64_t slot_day, struct drc_digest_item *item, struct drc_err *err)
{
    if (sub_id == NULL)
        return 0;
    struct drc_stmt *st = drc_db_query(
        state, err,
        "SELECT i.first_day, i.last_day,"
        " i.last_day = (SELECT max(slot_day) FROM slot WHERE sub_id = ?1"
        "  AND slot_day < ?3 AND status = 'posted'),"
        " m.verdict, m.user_id FROM (SELECT min(slot_day) AS first_day, max(slot_day) AS last_day"
        "  FROM digest_item WHERE sub_id = ?1 AND item_key = ?2 AND slot_day < ?3) AS i"
        " LEFT JOIN (SELECT verdict, user_id FROM digest_mark"
        "  WHERE sub_id = ?1 AND item_key = ?2 ORDER BY mark_id DESC LIMIT 1) AS m",
        "ssi", sub_id, item->key, slot_day);
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err), result = rc < 0 ? -1 : 0;
    if (rc == 1 && !drc_db_is_null(st, 0)) {
        int64_t days = slot_day - drc_db_int(st, 0);
        item->open_days = days > item->open_days ? days : item->open_days;
        item->seen_day = drc_db_int(st, 1);
        item->seen = drc_db_int(st, 2) == 1 ? DRC_ITEM_LAST_TIME : DRC_ITEM_EARLIER;
        result = 1;
    }
    if (rc == 1 && !drc_db_is_null(st, 3)) {
        bool taken = strcmp(drc_db_text(st, 3), "take") == 0;
        item->taken_by = taken ? copy(a, st, 4) : NULL;
        result = taken ? 1 : 2;
    }
    drc_db_done(st);
    return result;
}

int drc_sub_item_put(struct drc_db *state, const char *sub_id, int64_t slot_day,
                     struct drc_digest_item *item, int64_t now_ms, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err,
        "INSERT INTO digest_item (sub_id, slot_day, item_key, name, stake_uusd, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sub_id, slot_day, item_key)"
        " DO UPDATE SET stake_uusd = excluded.stake_uusd RETURNING item_id",
        "sissii", sub_id, slot_day, item->key, item->name, item->stake_uusd, now_ms);
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    if (rc == 1)
        item->id = drc_db_int(st, 0);
    while (rc == 1)
        rc = drc_db_next(st, err);
    drc_db_done(st);
    return rc;
}

int drc_sub_mark(struct drc_db *state, struct drc_arena *a, int64_t item_id, const char *verdict,
                 const char *user, const char *request_key, int64_t now_ms, const char **name,
                 struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(state, err, "SELECT name FROM digest_item WHERE item_id = ?", "i", item_id);
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    if (rc == 1)
        *name = copy(a, st, 0);
    drc_db_done(st);
    if (rc != 1)
        return rc;
    rc = drc_db_run(
        state, err,
        "INSERT INTO digest_mark (sub_id, item_key, verdict, user_id, request_key, at_ms)"
        " SELECT sub_id, item_key, ?, ?, ?, ? FROM digest_item WHERE item_id = ?"
        " ON CONFLICT (request_key) DO NOTHING",
        "sssii", verdict, user, request_key, now_ms, item_id);
    return rc < 0 ? -1 : 1;
}
