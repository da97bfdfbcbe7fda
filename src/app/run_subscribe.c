/* `/drc digest ...`: subscriptions, and what people decide about a digest's items. */
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/digest_run.h"
#include "drc/zoneinfo.h"

#define LIST_MAX 50
#define HISTORY_MAX 10
#define DEFAULT_DIGEST "weekly"
#define DEFAULT_SCHEDULE "weekly mon 08:00"

static const char how[] =
    "`digest subscribe weekly mon 08:00 zone:Europe/Berlin` sends the digest here; `daily 08:00` "
    "and "
    "`monthly 1 08:00` work too, `dm` sends it to you alone, and filters narrow it: "
    "`workspace:x`, `owner:y`, `tag:k=v`. `digest list`, `digest preview`, and with an id from the "
    "list: `now`, `pause`, `resume`, `edit`, `history`, `unsubscribe`";

/* The instant in a zone: "Mon 30 Nov 2026, 08:00". */
static const char *local_text(struct drc_arena *a, const char *zone, int64_t ms)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    struct drc_zone z;
    char date[16];
    if (drc_zone_load(a, zone, &z, NULL) < 0)
        return "at an unknown time";
    int64_t local = ms / 1000 + drc_zone_offset(&z, ms / 1000), day = local / 86400;
    int minute = (int)(local % 86400 / 60);
    return drc_arena_printf(a, "%s %s, %02d:%02d", days[drc_date_weekday(day)],
                            drc_date_long(day, date), minute / 60, minute % 60);
}

static const char *spoken(struct drc_arena *a, const struct drc_sub *sub)
{
    struct drc_schedule s;
    if (drc_schedule_parse(sub->schedule, &s, NULL) < 0)
        return sub->schedule;
    return drc_schedule_spoken(a, &s);
}

/* ---- words of subscribe and edit ---------------------------------------------------------- */

static const char *take_word(struct drc_arena *a, const char **text)
{
    const char *p = *text + strspn(*text, " \t\n");
    size_t n = strcspn(p, " \t\n");
    *text = p + n;
    return n == 0 ? NULL : drc_arena_strndup(a, p, n);
}

static bool is_every(const char *word)
{
    return strcmp(word, "daily") == 0 || strcmp(word, "weekly") == 0 ||
           strcmp(word, "monthly") == 0;
}

/* Takes digest id, schedule, zone and target out of the words; what is left are filters. */
static int take_words(struct drc_env *env, const char *text, struct drc_sub *sub, bool *dm,
                      struct drc_err *err)
{
    struct drc_arena *a = env->a;
    const char *filters = "";
    bool has_filters = false;
    for (const char *word; (word = take_word(a, &text)) != NULL;) {
        if (is_every(word)) {
            bool daily = strcmp(word, "daily") == 0;
            const char *first = take_word(a, &text), *second = daily ? "" : take_word(a, &text);
            sub->schedule = drc_arena_printf(a, "%s %s %s", word, first == NULL ? "" : first,
                                             second == NULL ? "" : second);
        } else if (strncmp(word, "zone:", 5) == 0) {
            sub->zone = word + 5;
        } else if (strcmp(word, "dm") == 0 || strcmp(word, "here") == 0) {
            *dm = *word == 'd';
        } else if (!has_filters && drc_digest_find(&env->snap->digests, word) != NULL) {
            sub->digest_id = word;
        } else { /* a filter may hold blanks in quotes: from here on all are filters */
            filters = drc_arena_printf(a, "%s%s%s", filters, has_filters ? " " : "", word);
            has_filters = true;
        }
    }
    if (has_filters)
        sub->words = filters;
    return strlen(sub->words) > 400 ? drc_err_set(err, DRC_ERR_INPUT, "those filters are too long")
                                    : 0;
}

/* Checks everything that a subscription says, and finds its next slot. */
static int check(struct drc_env *env, struct drc_sub *sub, struct drc_err *err)
{
    const struct drc_digest_def *def = drc_digest_find(&env->snap->digests, sub->digest_id);
    struct drc_schedule s;
    struct drc_params scope;
    struct drc_slot_time next;
    if (def == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "there is no digest '%.60s'", sub->digest_id);
    if (drc_schedule_parse(sub->schedule, &s, err) < 0 ||
        drc_digest_scope(env->a, env->snap, def, sub->words, &scope, err) < 0)
        return -1;
    sub->schedule = drc_schedule_text(env->a, &s);
    if (drc_sub_next(env->a, sub, env->now_ms, &next, err) < 0)
        return -1;
    sub->next_day = next.day;
    sub->next_ms = next.due_ms;
    return 0;
}

/* A channel is subscribed from inside it, and only where drc may post. */
static int check_place(struct drc_env *env, const char *channel, struct drc_err *err)
{
    return *channel == '\0' || env->poster->reachable == NULL
               ? 0
               : env->poster->reachable(env->poster, env->a, channel, err);
}

static int subscribe(struct drc_env *env, const struct drc_request *req, const char *words,
                     struct drc_err *err)
{
    bool dm = req->is_dm || req->channel == NULL;
    const char *own =
        env->poster->zone == NULL ? NULL : env->poster->zone(env->poster, env->a, req->user);
    struct drc_sub sub = {.owner = req->user,
                          .digest_id = DEFAULT_DIGEST,
                          .schedule = DEFAULT_SCHEDULE,
                          .zone = own == NULL ? "UTC" : own,
                          .words = "",
                          .status = "active",
                          .why = "",
                          .created_ms = env->now_ms};
    if (take_words(env, words, &sub, &dm, err) < 0 || check(env, &sub, err) < 0)
        return -1;
    sub.channel = dm ? "" : req->channel;
    if (check_place(env, sub.channel, err) < 0 || drc_sub_put(env->state, env->a, &sub, err) < 0)
        return -1;
    return drc_whisper_text(
        env, req,
        drc_arena_printf(env->a,
                         "Subscribed: %s, %s, %s, to %s%s%s. The next one comes on %s (%s). Its id "
                         "is %s; `%sdigest preview` shows it now, to you alone.",
                         sub.digest_id, spoken(env->a, &sub), sub.zone,
                         dm ? "your direct messages" : "this channel",
                         *sub.words == '\0' ? "" : ", filtered by ", sub.words,
                         local_text(env->a, sub.zone, sub.next_ms), sub.zone, sub.sub_id,
                         env->poster->sigil),
        err);
}

/* ---- one subscription --------------------------------------------------------------------- */

/* Its owner may, and who asks in the channel that it is sent to. */
static int find_sub(struct drc_env *env, const struct drc_request *req, const char *id,
                    struct drc_sub *out, struct drc_err *err)
{
    if (id == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "which subscription? `%sdigest list` names the ids",
                           env->poster->sigil);
    int rc = drc_sub_get(env->state, env->a, id, out, err);
    if (rc < 0)
        return -1;
    bool mine = rc == 1 && req->user != NULL && strcmp(out->owner, req->user) == 0,
         here = rc == 1 && req->channel != NULL && strcmp(out->channel, req->channel) == 0;
    if ((!mine && !here) || strcmp(out->status, "ended") == 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND,
                           "there is no subscription '%.20s' of yours or of this channel; "
                           "`%sdigest list` names them",
                           id, env->poster->sigil);
    return 0;
}

static int edit(struct drc_env *env, const struct drc_request *req, struct drc_sub *sub,
                const char *words, struct drc_err *err)
{
    bool was_dm = *sub->channel == '\0', dm = was_dm;
    if (take_words(env, words, sub, &dm, err) < 0 || check(env, sub, err) < 0)
        return -1;
    if (dm != was_dm)
        sub->channel = dm || req->is_dm || req->channel == NULL ? "" : req->channel;
    if (check_place(env, sub->channel, err) < 0 || drc_sub_edit(env->state, sub, err) < 0)
        return -1;
    return drc_whisper_text(
        env, req,
        drc_arena_printf(env->a, "Changed %s: %s, %s, %s%s%s. The next one comes on %s (%s).",
                         sub->sub_id, sub->digest_id, spoken(env->a, sub), sub->zone,
                         *sub->words == '\0' ? "" : ", filtered by ", sub->words,
                         local_text(env->a, sub->zone, sub->next_ms), sub->zone),
        err);
}

static int set_status(struct drc_env *env, const struct drc_request *req, struct drc_sub *sub,
                      const char *status, const char *said, struct drc_err *err)
{
    if (strcmp(status, "active") == 0) { /* slots that passed meanwhile are not sent */
        if (check(env, sub, err) < 0 || check_place(env, sub->channel, err) < 0 ||
            drc_sub_edit(env->state, sub, err) < 0)
            return -1;
        said = drc_arena_printf(env->a, "%s; the next one comes on %s (%s)", said,
                                local_text(env->a, sub->zone, sub->next_ms), sub->zone);
    }
    if (drc_sub_status(env->state, sub->sub_id, status, "", err) < 0)
        return -1;
    return drc_whisper_text(env, req, drc_arena_printf(env->a, "%s: %s.", sub->sub_id, said), err);
}

static int history(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                   struct drc_err *err)
{
    struct drc_slot slots[HISTORY_MAX];
    int n = drc_slot_history(env->state, env->a, sub->sub_id, slots, HISTORY_MAX, err);
    if (n < 0)
        return -1;
    struct drc_message *m = drc_message_new(env->a, "History of a subscription");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "history");
    drc_text_printf(env->a, &b->text, DRC_SPAN_BOLD, "%s, %s, %s", sub->sub_id, spoken(env->a, sub),
                    sub->zone);
    if (n == 0)
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "\nNone was due yet.");
    for (int i = 0; i < n; i++) {
        char day[16];
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, "\n%s: %s",
                        drc_date_long(slots[i].day, day), slots[i].status);
        if (*slots[i].why != '\0')
            drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, " (%s)", slots[i].why);
        const char *link =
            env->poster->permalink(env->poster, env->a, slots[i].channel, slots[i].ts);
        if (link != NULL) {
            drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, "  ");
            drc_text_link(env->a, &b->text, "open", link);
        }
    }
    return drc_whisper(env, req, m, err);
}

/* ---- now and preview ---------------------------------------------------------------------- */

/* The window that the next slot would have, or the last whole one that the data holds. */
static int newest_window(struct drc_env *env, const struct drc_sub *sub, struct drc_digest_ask *ask,
                         struct drc_err *err)
{
    struct drc_schedule s;
    struct drc_zone z;
    int64_t newest;
    if (drc_schedule_parse(sub->schedule, &s, err) < 0 ||
        drc_zone_load(env->a, sub->zone, &z, err) < 0 || drc_digest_newest(env, &newest, err) < 0)
        return -1;
    int64_t now_s = env->now_ms / 1000, today = (now_s + drc_zone_offset(&z, now_s)) / 86400;
    if (today > newest + 1)
        today = newest + 1;
    drc_schedule_window(&s, today, &ask->first_day, &ask->last_day);
    return 0;
}

static int send_now(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                    bool preview, struct drc_err *err)
{
    struct drc_digest *d = drc_arena_alloc(env->a, sizeof *d);
    struct drc_posted root = {NULL, NULL, false};
    struct drc_digest_ask ask = {.def = drc_digest_find(&env->snap->digests, sub->digest_id),
                                 .words = sub->words,
                                 .zone = sub->zone};
    if (ask.def == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "there is no digest '%.60s'", sub->digest_id);
    bool dm = preview || *sub->channel == '\0';
    struct drc_to to = {.where = dm && !req->is_dm ? DRC_TO_DM : DRC_TO_CHANNEL,
                        .channel = dm ? req->channel : sub->channel};
    if (newest_window(env, sub, &ask, err) < 0 || drc_digest_make(env, req, &ask, d, err) < 0)
        return -1;
    d->preview = preview;
    if (drc_digest_post(env, req, &to, d, &root, err) < 0)
        return -1;
    if (req->is_dm || req->channel == NULL)
        return 0;
    struct drc_message *note = drc_message_new(env->a, "The digest is posted");
    struct drc_block *b = drc_message_add(env->a, note, DRC_BLOCK_TEXT, "where");
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN,
                 dm ? "The digest is in your direct messages with drc" : "The digest is posted");
    const char *link = env->poster->permalink(env->poster, env->a, root.channel, root.ts);
    if (link != NULL) {
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ": ");
        drc_text_link(env->a, &b->text, "open it", link);
    }
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ".");
    return drc_whisper(env, req, note, err);
}

/* `preview [id | words]`: of a subscription, or of what the words would make. */
static int preview(struct drc_env *env, const struct drc_request *req, const char *words,
                   struct drc_err *err)
{
    bool dm = true;
    const char *rest = words, *id = take_word(env->a, &rest);
    struct drc_sub sub = {.owner = req->user,
                          .channel = "",
                          .digest_id = DEFAULT_DIGEST,
                          .schedule = DEFAULT_SCHEDULE,
                          .zone = "UTC",
                          .words = ""};
    struct drc_sub known;
    if (id != NULL && find_sub(env, req, id, &known, NULL) == 0)
        return send_now(env, req, &known, true, err);
    if (take_words(env, words, &sub, &dm, err) < 0 || check(env, &sub, err) < 0)
        return -1;
    return send_now(env, req, &sub, true, err);
}

/* ---- list --------------------------------------------------------------------------------- */

void drc_digest_lines(struct drc_env *env, const struct drc_sub *subs, int n, const char *zone,
                      struct drc_text *t)
{
    for (int i = 0; i < n; i++) {
        const struct drc_sub *s = &subs[i];
        const char *shown = zone == NULL ? s->zone : zone;
        drc_text_add(env->a, t, DRC_SPAN_PLAIN, "\n");
        drc_text_add(env->a, t, DRC_SPAN_CODE, s->sub_id);
        drc_text_printf(env->a, t, DRC_SPAN_PLAIN, "  %s, %s, %s, to %s", s->digest_id,
                        spoken(env->a, s), s->zone, *s->channel == '\0' ? "direct messages" : "");
        if (*s->channel != '\0')
            drc_text_add(env->a, t, DRC_SPAN_CHANNEL, s->channel);
        if (*s->words != '\0') {
            drc_text_add(env->a, t, DRC_SPAN_PLAIN, ", ");
            drc_text_add(env->a, t, DRC_SPAN_CODE, s->words);
        }
        if (strcmp(s->status, "active") == 0)
            drc_text_printf(env->a, t, DRC_SPAN_PLAIN, " \u00b7 next %s (%s)",
                            local_text(env->a, shown, s->next_ms), shown);
        else
            drc_text_printf(env->a, t, DRC_SPAN_PLAIN, " \u00b7 %s%s%s", s->status,
                            *s->why == '\0' ? "" : ": ", s->why);
    }
}

static int list(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    struct drc_sub subs[LIST_MAX];
    int n = drc_sub_list(env->state, env->a, req->user, req->is_dm ? NULL : req->channel, subs,
                         LIST_MAX, err);
    if (n < 0)
        return -1;
    struct drc_message *m = drc_message_new(env->a, "Subscriptions to digests");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "subscriptions");
    drc_text_add(env->a, &b->text, DRC_SPAN_BOLD, "Your subscriptions and those of this channel");
    if (n == 0)
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, "\nNone yet. %s.", how);
    drc_digest_lines(env, subs, n, NULL, &b->text);
    return drc_whisper(env, req, m, err);
}

int drc_run_digest(struct drc_env *env, const struct drc_request *req, const char *words,
                   struct drc_err *err)
{
    struct drc_sub sub;
    const char *rest = words, *verb = take_word(env->a, &rest);
    if (verb == NULL || strcmp(verb, "list") == 0)
        return list(env, req, err);
    if (strcmp(verb, "subscribe") == 0)
        return subscribe(env, req, rest, err);
    if (strcmp(verb, "preview") == 0)
        return preview(env, req, rest, err);
    bool is_now = strcmp(verb, "now") == 0, is_pause = strcmp(verb, "pause") == 0,
         is_resume = strcmp(verb, "resume") == 0, is_edit = strcmp(verb, "edit") == 0,
         is_history = strcmp(verb, "history") == 0, is_end = strcmp(verb, "unsubscribe") == 0;
    if (!is_now && !is_pause && !is_resume && !is_edit && !is_history && !is_end)
        return drc_err_set(err, DRC_ERR_INPUT, "I do not know 'digest %.40s'. %s", verb, how);
    if (find_sub(env, req, take_word(env->a, &rest), &sub, err) < 0)
        return -1;
    if (is_now)
        return send_now(env, req, &sub, false, err);
    if (is_edit)
        return edit(env, req, &sub, rest, err);
    if (is_history)
        return history(env, req, &sub, err);
    return is_pause    ? set_status(env, req, &sub, "paused", "paused until you resume it", err)
           : is_resume ? set_status(env, req, &sub, "active", "goes on", err)
                       : set_status(env, req, &sub, "ended", "ended, nothing more will come", err);
}

/* ---- buttons of items --------------------------------------------------------------------- */

int drc_run_digest_item(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    char *end;
    const char *value = req->value == NULL ? "" : req->value, *name = NULL;
    int64_t id = strtoll(value, &end, 10);
    bool take = strcmp(req->action_id, "digest:take") == 0;
    if (id <= 0 || *end != ' ' || end[1] == '\0' || strlen(end) > 20)
        return drc_err_set(err, DRC_ERR_INPUT, "that button is not one of mine");
    int rc =
        drc_sub_mark(env->state, env->a, id, end + 1, req->user, req->key, env->now_ms, &name, err);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "that item is no longer stored");
    struct drc_message *m = drc_message_new(
        env->a, drc_arena_printf(env->a, "%s: %s", name, take ? "taken" : "not an issue"));
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "decided");
    drc_text_add(env->a, &b->text, DRC_SPAN_USER, req->user);
    drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, take ? " takes " : " calls ");
    drc_text_add(env->a, &b->text, DRC_SPAN_CODE, name);
    if (take)
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ". The next digest says so.");
    else
        drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN,
                        " not an issue (%s). The next digest leaves it out and counts it.",
                        end + 1);
    struct drc_to to = {.where = DRC_TO_CHANNEL,
                        .channel = req->channel,
                        .thread_ts = req->thread_ts != NULL ? req->thread_ts : req->message_ts};
    struct drc_posted out;
    return drc_deliver(env, req, "decided", &to, m, &out, err);
}
