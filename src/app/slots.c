/* Slots of digests: what is due, and one run of a slot to one of its ends. */
#include <string.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"
#include "drc/fmt.h"
#include "drc/log.h"
#include "drc/subscription.h"
#include "drc/zoneinfo.h"

#define HOUR_MS INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)
#define LEASE_MS (10 * MINUTE_MS)
#define LATE_MS (10 * MINUTE_MS)      /* from then on a digest says that it is late */
#define DATA_WAIT_MS (10 * MINUTE_MS) /* until the data is looked at again */
#define WAIT_MAX_MS (30 * MINUTE_MS)
#define LOST_MAX 8     /* claims that never came back: the program ended each time */
#define MISSED_MAX 400 /* slots of one subscription that one tick enrols */
#define UNTOLD_MAX 31

static int64_t late_limit_ms(void)
{
    return drc_conf_int("DIGEST_LATE_HOURS") * HOUR_MS;
}

int drc_sub_next(struct drc_arena *a, const struct drc_sub *sub, int64_t after_ms,
                 struct drc_slot_time *out, struct drc_err *err)
{
    struct drc_schedule s;
    struct drc_zone z;
    if (drc_schedule_parse(sub->schedule, &s, err) < 0 || drc_zone_load(a, sub->zone, &z, err) < 0)
        return -1;
    *out = drc_schedule_next(&s, &z, after_ms);
    return 0;
}

/* Every slot that has come since the last tick; those too old to be sent late are skipped. */
static int enrol(struct drc_env *env, struct drc_sub *sub, struct drc_err *err)
{
    for (int i = 0; i < MISSED_MAX && sub->next_ms <= env->now_ms; i++) {
        struct drc_slot_time next;
        bool old = env->now_ms - sub->next_ms > late_limit_ms();
        if (drc_sub_next(env->a, sub, sub->next_ms, &next, err) < 0 ||
            drc_slot_enrol(env->state, sub, next,
                           old ? "drc was not running when it was due" : NULL, env->now_ms,
                           err) < 0)
            return -1;
        sub->next_day = next.day;
        sub->next_ms = next.due_ms;
    }
    return 0;
}

int drc_slots_tick(struct drc_env *env, struct drc_slot *claimed, struct drc_err *err)
{
    struct drc_sub *due = drc_arena_array(env->a, DRC_SLOTS_PER_TICK, sizeof *due);
    int n = drc_sub_due(env->state, env->a, env->now_ms, due, DRC_SLOTS_PER_TICK, err);
    for (int i = 0; i < n; i++) {
        struct drc_err own = DRC_ERR_INIT;
        if (enrol(env, &due[i], &own) == 0)
            continue;
        drc_log(DRC_LOG_ERROR, "digest.enrol", "sub=%s why=\"%s\"", due[i].sub_id, own.msg);
        if (own.code == DRC_ERR_INPUT || own.code == DRC_ERR_CONFIG || own.code == DRC_ERR_PARSE)
            drc_sub_status(env->state, due[i].sub_id, "paused", own.msg, NULL);
    }
    return n < 0 ? -1
                 : drc_slot_claim(env->state, env->a, env->now_ms, LEASE_MS, claimed,
                                  DRC_SLOTS_PER_TICK, err);
}

/* ---- one slot ------------------------------------------------------------------------------ */

struct slot_run {
    struct drc_env *env;
    struct drc_request req;
    struct drc_sub sub;
    struct drc_slot slot;
    struct drc_schedule schedule;
    int64_t first_day, last_day;
};

/* Nobody of its own hears of it any more: the admins do, each once. */
static void tell_admins(struct slot_run *r, const char *what)
{
    struct drc_arena *a = r->env->a;
    char day[16];
    const char *list = drc_conf_str("DRC_ADMINS");
    for (size_t n; list != NULL && *(list += strspn(list, ", \t")) != '\0'; list += n) {
        n = strcspn(list, ", \t");
        struct drc_request req = r->req;
        struct drc_err err = DRC_ERR_INIT;
        struct drc_posted out;
        struct drc_to dm = {.where = DRC_TO_DM};
        struct drc_message *m = drc_message_new(a, "A digest was not sent, and is paused");
        struct drc_text *t = &drc_message_add(a, m, DRC_BLOCK_TEXT, "note")->text;
        req.user = drc_arena_strndup(a, list, n);
        drc_text_printf(a, t, DRC_SPAN_PLAIN, "The digest %s of %s was not sent: %s. Its owner ",
                        r->sub.digest_id, drc_date_long(r->slot.day, day), what);
        drc_text_add(a, t, DRC_SPAN_USER, r->sub.owner);
        drc_text_add(a, t, DRC_SPAN_PLAIN, " cannot be reached, so the subscription is paused: ");
        drc_text_add(
            a, t, DRC_SPAN_CODE,
            drc_arena_printf(a, "%sdigest resume %s", r->env->poster->sigil, r->sub.sub_id));
        drc_text_add(a, t, DRC_SPAN_PLAIN, " lets it go on.");
        if (drc_deliver(r->env, &req, drc_arena_printf(a, "admin-%s", req.user), &dm, m, &out,
                        &err) < 0)
            drc_log(DRC_LOG_WARN, "digest.admin", "sub=%s user=%s why=\"%s\"", r->sub.sub_id,
                    req.user, err.msg);
    }
}

/* The owner hears of a digest that does not come; one who cannot be reached keeps no subscription
 * running. */
static void tell_owner(struct slot_run *r, const char *what)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_posted out;
    char day[16];
    struct drc_to dm = {.where = DRC_TO_DM};
    const char *sentence = drc_arena_printf(
        r->env->a, "Your digest %s of %s was not sent: %s. Subscription %s, %s, %s.",
        r->sub.digest_id, drc_date_long(r->slot.day, day), what, r->sub.sub_id,
        drc_schedule_spoken(r->env->a, &r->schedule), r->sub.zone);
    if (drc_deliver(r->env, &r->req, "owner", &dm,
                    drc_compose_note(r->env->a, sentence, r->req.key), &out, &err) == 0)
        return;
    drc_log(DRC_LOG_WARN, "digest.owner", "sub=%s code=%s why=\"%s\"", r->sub.sub_id,
            drc_err_name(err.code), err.msg);
    if (err.code != DRC_ERR_AUTH && err.code != DRC_ERR_NOTFOUND)
        return;
    drc_sub_status(r->env->state, r->sub.sub_id, "paused", "its owner cannot be reached", NULL);
    tell_admins(r, what);
}

static int end(struct slot_run *r, enum drc_slot_end how, const char *why, struct drc_err *err)
{
    static const char *const names[] = {"posted", "skipped", "failed"};
    drc_log(how == DRC_SLOT_POSTED ? DRC_LOG_INFO : DRC_LOG_WARN, "digest.slot",
            "sub=%s day=%lld end=%s late_ms=%lld why=\"%s\"", r->sub.sub_id, (long long)r->slot.day,
            names[how], (long long)(r->env->now_ms - r->slot.due_ms), why);
    if (drc_slot_end(r->env->state, &r->slot, how, why, r->env->now_ms, err) < 0)
        return -1;
    if (how != DRC_SLOT_POSTED)
        tell_owner(r, why);
    return 0;
}

static int wait_for(struct slot_run *r, int64_t ms, const char *why, struct drc_err *err)
{
    drc_log(DRC_LOG_INFO, "digest.waits", "sub=%s day=%lld ms=%lld why=\"%s\"", r->sub.sub_id,
            (long long)r->slot.day, (long long)ms, why);
    return drc_slot_wait(r->env->state, r->slot.sub_id, r->slot.day, r->env->now_ms + ms, why, err);
}

/* Waiting cures some failures; the others end the slot. */
static int failed(struct slot_run *r, const struct drc_err *why, struct drc_err *err)
{
    bool passing = why->code == DRC_ERR_RATE || why->code == DRC_ERR_NET ||
                   why->code == DRC_ERR_TIMEOUT || why->code == DRC_ERR_DB;
    if (!passing)
        return end(r, DRC_SLOT_FAILED, why->msg, err);
    int64_t late = r->env->now_ms - r->slot.due_ms, ms = why->retry_ms > 0  ? why->retry_ms
                                                         : late < MINUTE_MS ? MINUTE_MS / 4
                                                                            : late / 4;
    return wait_for(r, ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS, why->msg, err);
}

static const char *late_sentence(struct slot_run *r)
{
    char text[DRC_FMT_BYTES];
    int64_t late = r->env->now_ms - r->slot.due_ms;
    if (late < LATE_MS)
        return NULL;
    return drc_arena_printf(r->env->a, "Sent %s late: %s.", drc_fmt_duration(late, text),
                            *r->slot.why == '\0' ? "drc was not running when it was due"
                                                 : r->slot.why);
}

static const char *skipped_sentence(struct slot_run *r)
{
    int64_t days[UNTOLD_MAX];
    char day[16];
    int n = drc_slot_untold(r->env->state, r->sub.sub_id, r->slot.day, days, UNTOLD_MAX, NULL);
    const char *text = "";
    for (int i = 0; i < n; i++)
        text = drc_arena_printf(r->env->a, "%s%s%s", text, i == 0 ? "" : ", ",
                                drc_date_short(days[i], day));
    return n <= 0 ? NULL
                  : drc_arena_printf(r->env->a, "Not sent: the %s of %s.",
                                     drc_fmt_noun(n, "digest", "digests"), text);
}

static int send(struct slot_run *r, struct drc_err *err)
{
    struct drc_env *env = r->env;
    struct drc_digest *d = drc_arena_alloc(env->a, sizeof *d);
    struct drc_posted root = {NULL, NULL, false};
    struct drc_err own = DRC_ERR_INIT;
    struct drc_digest_ask ask = {.def = drc_digest_find(&env->snap->digests, r->sub.digest_id),
                                 .words = r->sub.words,
                                 .first_day = r->first_day,
                                 .last_day = r->last_day,
                                 .sub_id = r->sub.sub_id,
                                 .slot_day = r->slot.day,
                                 .zone = r->sub.zone,
                                 .every = drc_schedule_spoken(env->a, &r->schedule),
                                 .late = late_sentence(r),
                                 .skipped = skipped_sentence(r),
                                 .numbers = drc_sub_numbers(&r->sub)};
    struct drc_to to = {.where = *r->sub.channel == '\0' ? DRC_TO_DM : DRC_TO_CHANNEL,
                        .channel = r->sub.channel};
    if (ask.def == NULL)
        return end(r, DRC_SLOT_FAILED, "its file is no longer in prompts/digest", err);
    if (drc_digest_make(env, &r->req, &ask, d, &own) < 0 ||
        drc_digest_post(env, &r->req, &to, d, &root, &own) < 0)
        return failed(r, &own, err);
    struct drc_sub_figure stated = {r->first_day, r->last_day,
                                    drc_result_sum(d->total, 0, "total_uusd", NULL)};
    r->slot.channel = root.channel;
    r->slot.ts = root.ts;
    if (drc_sub_figure_put(env->state, r->sub.sub_id, r->slot.day, &stated, err) < 0 ||
        drc_slot_told(env->state, r->sub.sub_id, r->slot.day, err) < 0)
        return -1;
    return end(r, DRC_SLOT_POSTED, r->slot.why, err);
}

static int run_claimed(struct slot_run *r, struct drc_err *err)
{
    char day[16];
    int64_t newest;
    if (strcmp(r->sub.status, "active") != 0)
        return drc_slot_end(r->env->state, &r->slot, DRC_SLOT_SKIPPED,
                            "the subscription was paused", r->env->now_ms, err);
    if (r->slot.tries > LOST_MAX)
        return end(r, DRC_SLOT_FAILED, "the program ended each time while it was made", err);
    if (r->env->now_ms - r->slot.due_ms > late_limit_ms())
        return end(r, DRC_SLOT_SKIPPED,
                   *r->slot.why == '\0' ? "drc was not running when it was due" : r->slot.why, err);
    drc_schedule_window(&r->schedule, r->slot.day, &r->first_day, &r->last_day);
    if (drc_digest_newest(r->env, &newest, err) < 0)
        return -1;
    if (newest < r->last_day)
        return wait_for(r, DATA_WAIT_MS,
                        drc_arena_printf(r->env->a, "the data was complete to %s only",
                                         drc_date_long(newest, day)),
                        err);
    return send(r, err);
}

int drc_run_slot(struct drc_env *env, const char *sub_id, int64_t day, struct drc_err *err)
{
    char date[11];
    struct slot_run r = {.env = env};
    int rc = drc_slot_get(env->state, env->a, sub_id, day, &r.slot, err);
    if (rc == 1 && strcmp(r.slot.status, "claimed") == 0)
        rc = drc_sub_get(env->state, env->a, sub_id, &r.sub, err);
    else
        return rc < 0 ? -1 : 0; /* it has ended meanwhile */
    if (rc != 1)
        return rc;
    r.req = (struct drc_request){
        .kind = DRC_REQ_COMMAND,
        .key = drc_arena_printf(env->a, "digest:%s:%s", sub_id, drc_date_iso(day, date)),
        .channel = *r.sub.channel == '\0' ? NULL : r.sub.channel,
        .user = r.sub.owner,
        .received_ms = env->now_ms,
        .tries = r.slot.tries};
    if (drc_schedule_parse(r.sub.schedule, &r.schedule, err) < 0)
        return -1;
    return run_claimed(&r, err);
}
