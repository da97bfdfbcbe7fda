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
#define TELL_AGAIN_MS (5 * MINUTE_MS)

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

/* What a subscription says can no longer be read: its slot ends, its owner hears why. */
static void stop_broken(struct drc_env *env, const struct drc_sub *sub, const char *why)
{
    struct drc_slot_time same = {sub->next_day, sub->next_ms};
    struct drc_err own = DRC_ERR_INIT;
    if (drc_slot_enrol(env->state, sub, same, why, env->now_ms, &own) < 0 ||
        drc_sub_status(env->state, sub->sub_id, "paused", why, &own) < 0)
        drc_log(DRC_LOG_ERROR, "digest.stop", "sub=%s why=\"%s\"", sub->sub_id, own.msg);
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
            stop_broken(env, &due[i], own.msg);
    }
    if (n < 0 || (n = drc_slot_claim(env->state, env->a, env->now_ms, LEASE_MS, claimed,
                                     DRC_SLOTS_PER_TICK, err)) < 0)
        return -1;
    int more = drc_slot_claim_care(env->state, env->a, env->now_ms, LEASE_MS, claimed + n,
                                   DRC_SLOTS_PER_TICK - n, err);
    return more < 0 ? -1 : n + more;
}

/* ---- one slot ------------------------------------------------------------------------------ */

struct slot_run {
    struct drc_env *env;
    struct drc_request req;
    struct drc_sub sub;
    struct drc_slot slot;
    struct drc_schedule schedule;
    bool readable; /* the schedule could be read */
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

static const char *spoken(struct slot_run *r)
{
    return r->readable ? drc_schedule_spoken(r->env->a, &r->schedule) : r->sub.schedule;
}

static void pause(struct slot_run *r, const char *why)
{
    struct drc_err own = DRC_ERR_INIT;
    r->sub.status = "paused";
    r->sub.why = why;
    drc_unkept(&r->req, drc_sub_status(r->env->state, r->sub.sub_id, "paused", why, &own), &own);
}

/* One message for all slots that the owner has not heard of; those with one reason in one line. */
static struct drc_message *unsent_message(struct slot_run *r, const struct drc_slot *list, int n)
{
    struct drc_arena *a = r->env->a;
    const char *text = "";
    char day[16];
    for (int i = 0; i < n;) {
        const char *dates = drc_arena_strdup(a, drc_date_long(list[i].day, day)),
                   *why = list[i].why;
        int k = i + 1;
        for (; k < n && strcmp(list[k].why, why) == 0; k++)
            dates = drc_arena_printf(a, "%s, %s", dates, drc_date_long(list[k].day, day));
        text = drc_arena_printf(a, "%sYour %s %s of %s %s not sent: %s. ", text,
                                drc_fmt_noun(k - i, "digest", "digests"), r->sub.digest_id, dates,
                                drc_fmt_noun(k - i, "was", "were"), why);
        i = k;
    }
    text = drc_arena_printf(a, "%sSubscription %s, %s, %s.", text, r->sub.sub_id, spoken(r),
                            r->sub.zone);
    if (strcmp(r->sub.status, "paused") == 0 && *r->sub.why != '\0')
        text = drc_arena_printf(a, "%s It is paused; `%sdigest resume %s` sets it going again.",
                                text, r->env->poster->sigil, r->sub.sub_id);
    return drc_compose_note(a, text, r->req.key);
}

/* The owner hears of digests that do not come, sooner or later; one who cannot be reached keeps no
 * subscription running. */
static int tell_owner(struct slot_run *r, struct drc_err *err)
{
    struct drc_env *env = r->env;
    struct drc_slot list[UNTOLD_MAX];
    struct drc_err own = DRC_ERR_INIT;
    struct drc_posted out;
    struct drc_to dm = {.where = DRC_TO_DM};
    char day[11];
    int n = drc_slot_unheard(env->state, env->a, r->sub.sub_id, list, UNTOLD_MAX, err);
    if (n <= 0)
        return n;
    struct drc_request req = r->req;
    req.key =
        drc_arena_printf(env->a, "digest:%s:%s", r->sub.sub_id, drc_date_iso(list[n - 1].day, day));
    if (drc_deliver(env, &req, "owner", &dm, unsent_message(r, list, n), &out, &own) < 0) {
        drc_log(DRC_LOG_WARN, "digest.owner", "sub=%s code=%s why=\"%s\"", r->sub.sub_id,
                drc_err_name(own.code), own.msg);
        if (drc_err_passes(own.code) || own.code == DRC_ERR_AUTH)
            return drc_slot_care_later(env->state, r->sub.sub_id, r->slot.day,
                                       env->now_ms + TELL_AGAIN_MS, err);
        pause(r, "its owner cannot be reached");
        tell_admins(r, list[n - 1].why);
    }
    for (int i = 0; i < n; i++)
        if (drc_slot_care_done(env->state, r->sub.sub_id, list[i].day, err) < 0)
            return -1;
    return 0;
}

static int end(struct slot_run *r, enum drc_slot_end how, const char *why, const char *care,
               struct drc_err *err)
{
    static const char *const names[] = {"posted", "skipped", "failed"};
    drc_log(how == DRC_SLOT_POSTED ? DRC_LOG_INFO : DRC_LOG_WARN, "digest.slot",
            "sub=%s day=%lld end=%s late_ms=%lld why=\"%s\"", r->sub.sub_id, (long long)r->slot.day,
            names[how], (long long)(r->env->now_ms - r->slot.due_ms), why);
    if (drc_slot_end(r->env->state, &r->slot, how, why, care, r->env->now_ms, err) < 0)
        return -1;
    return how == DRC_SLOT_POSTED ? 0 : tell_owner(r, err);
}

static int wait_for(struct slot_run *r, int64_t ms, const char *why, struct drc_err *err)
{
    drc_log(DRC_LOG_INFO, "digest.waits", "sub=%s day=%lld ms=%lld why=\"%s\"", r->sub.sub_id,
            (long long)r->slot.day, (long long)ms, why);
    return drc_slot_wait(r->env->state, r->slot.sub_id, r->slot.day, r->env->now_ms + ms, why, err);
}

/* Waiting cures some failures, also a token that is changed in time; the others end the slot. A
 * place that is gone is not tried each week. */
static int failed(struct slot_run *r, const struct drc_err *why, struct drc_err *err)
{
    if (!drc_err_passes(why->code) && why->code != DRC_ERR_AUTH) {
        if (why->code == DRC_ERR_NOTFOUND)
            pause(r, why->msg);
        return end(r, DRC_SLOT_FAILED, why->msg, "tell", err);
    }
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

/* Where the wall clock does not do what the schedule asks. */
static const char *clock_sentence(struct slot_run *r)
{
    struct drc_zone z;
    int minute, asked = r->schedule.minute;
    char day[16];
    if (drc_zone_load(r->env->a, r->sub.zone, &z, NULL) < 0)
        return NULL;
    drc_date_long(r->slot.day, day);
    switch (drc_schedule_edge(&r->schedule, &z, (struct drc_slot_time){r->slot.day, r->slot.due_ms},
                              &minute)) {
    case DRC_EDGE_GAP:
        return drc_arena_printf(r->env->a,
                                "There is no %02d:%02d on %s in %s, the clocks go forward: due at "
                                "%02d:%02d.",
                                asked / 60, asked % 60, day, r->sub.zone, minute / 60, minute % 60);
    case DRC_EDGE_TWICE:
        return drc_arena_printf(r->env->a,
                                "%02d:%02d comes twice on %s in %s, the clocks go back: due the "
                                "first time.",
                                asked / 60, asked % 60, day, r->sub.zone);
    case DRC_EDGE_NONE:
        break;
    }
    return NULL;
}

/* What was stated, and what was stated anew, for the digests to come. */
static int keep_figures(struct slot_run *r, const struct drc_digest *d, struct drc_err *err)
{
    struct drc_digest_stated stated = {r->slot.day, r->first_day, r->last_day,
                                       drc_result_sum(d->total, 0, "total_uusd"),
                                       d->figure_scope};
    int rc = drc_sub_stated_put(r->env->state, r->sub.sub_id, &stated, err);
    for (size_t i = 0; rc == 0 && i < d->restated_count; i++)
        rc = drc_sub_stated_put(r->env->state, r->sub.sub_id, &d->restated[i], err);
    return rc;
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
                                 .clock = clock_sentence(r),
                                 .skipped = skipped_sentence(r),
                                 .numbers = drc_sub_numbers(&r->sub)};
    struct drc_to to = {.where = *r->sub.channel == '\0' ? DRC_TO_DM : DRC_TO_CHANNEL,
                        .channel = r->sub.channel};
    if (ask.def == NULL)
        return end(r, DRC_SLOT_FAILED, "its file is no longer in prompts/digest", "tell", err);
    if (drc_digest_make(env, &r->req, &ask, d, &own) < 0 ||
        drc_digest_post(env, &r->req, &to, d, &root, &own) < 0)
        return failed(r, &own, err);
    r->slot.channel = root.channel;
    r->slot.ts = root.ts;
    if (keep_figures(r, d, err) < 0 ||
        drc_slot_told(env->state, r->sub.sub_id, r->slot.day, err) < 0)
        return -1;
    return end(r, DRC_SLOT_POSTED, r->slot.why, d->wording_waits ? "word" : "", err);
}

/* A window of which a part is not in the data is never sent: it waits for what is to come, and ends
 * where nothing will. */
static int run_claimed(struct slot_run *r, struct drc_err *err)
{
    char day[16], first[40];
    int64_t oldest, newest;
    struct drc_err own = DRC_ERR_INIT;
    if (strcmp(r->sub.status, "active") != 0)
        return drc_slot_end(r->env->state, &r->slot, DRC_SLOT_SKIPPED,
                            "the subscription was paused", "", r->env->now_ms, err);
    if (r->slot.tries > LOST_MAX)
        return end(r, DRC_SLOT_FAILED, "the program ended each time while it was made", "tell",
                   err);
    if (r->env->now_ms - r->slot.due_ms > late_limit_ms())
        return end(r, DRC_SLOT_SKIPPED,
                   *r->slot.why == '\0' ? "drc was not running when it was due" : r->slot.why,
                   "tell", err);
    drc_schedule_window(&r->schedule, r->slot.day, &r->first_day, &r->last_day);
    if (drc_digest_newest(r->env, &newest, &own) < 0 ||
        drc_digest_oldest(r->env, &oldest, &own) < 0)
        return failed(r, &own, err);
    if (newest < r->last_day)
        return wait_for(r, DATA_WAIT_MS,
                        drc_arena_printf(r->env->a, "the data was complete to %s only",
                                         drc_date_long(newest, day)),
                        err);
    if (r->first_day < oldest)
        return end(r, DRC_SLOT_SKIPPED,
                   drc_arena_printf(r->env->a, "the data starts on %s, so %s is not whole in it",
                                    drc_date_long(oldest, day),
                                    drc_date_range(r->first_day, r->last_day, first)),
                   "tell", err);
    return send(r, err);
}

/* The wording of a posted digest, by a model. */
static int word(struct slot_run *r, struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    r->env->again_queued = true;
    r->env->model_off = r->slot.tries > LOST_MAX;
    if (drc_digest_word(r->env, &r->req, &r->sub, r->slot.channel, r->slot.ts, &own) < 0) {
        drc_log(DRC_LOG_WARN, "digest.word", "sub=%s code=%s why=\"%s\"", r->sub.sub_id,
                drc_err_name(own.code), own.msg);
        if (drc_err_passes(own.code) && r->slot.tries <= LOST_MAX)
            return drc_slot_care_later(r->env->state, r->sub.sub_id, r->slot.day,
                                       r->env->now_ms + MINUTE_MS, err);
    }
    return drc_slot_care_done(r->env->state, r->sub.sub_id, r->slot.day, err);
}

static int run_slot(struct slot_run *r, struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    r->readable = drc_schedule_parse(r->sub.schedule, &r->schedule, &own) == 0;
    if (strcmp(r->slot.care, "tell") == 0)
        return tell_owner(r, err);
    if (strcmp(r->slot.care, "word") == 0)
        return word(r, err);
    if (r->readable)
        return run_claimed(r, err);
    pause(r, own.msg);
    return end(r, DRC_SLOT_FAILED, own.msg, "tell", err);
}

int drc_run_slot(struct drc_env *env, const char *sub_id, int64_t day, struct drc_err *err)
{
    char date[11];
    struct slot_run r = {.env = env};
    int rc = drc_slot_get(env->state, env->a, sub_id, day, &r.slot, err);
    if (rc == 1 && (strcmp(r.slot.status, "claimed") == 0 || *r.slot.care != '\0'))
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
    return run_slot(&r, err);
}
