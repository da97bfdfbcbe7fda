/* What a subscription says: its check, whose it is, how it reads. */
#include <string.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/zoneinfo.h"
#include "subscribe_inner.h"

/* ---- how it reads ------------------------------------------------------------------------- */

const char *sub_local(struct drc_arena *a, const char *zone, int64_t ms)
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

const char *sub_spoken(struct drc_arena *a, const struct drc_sub *sub)
{
    struct drc_schedule s;
    if (drc_schedule_parse(sub->schedule, &s, NULL) < 0)
        return sub->schedule;
    return drc_schedule_spoken(a, &s);
}

void sub_describe(struct drc_arena *a, const struct drc_sub *sub, const char *here,
                  struct drc_text *t)
{
    enum drc_fmt_style numbers = drc_sub_numbers(sub);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "%s, %s, %s, to ", sub->digest_id, sub_spoken(a, sub),
                    sub->zone);
    if (*sub->channel == '\0')
        drc_text_add(a, t, DRC_SPAN_PLAIN, "direct messages");
    else if (here != NULL && strcmp(sub->channel, here) == 0)
        drc_text_add(a, t, DRC_SPAN_PLAIN, "this channel");
    else
        drc_text_add(a, t, DRC_SPAN_CHANNEL, sub->channel);
    if (*sub->words != '\0') {
        drc_text_add(a, t, DRC_SPAN_PLAIN, ", filtered by ");
        drc_text_add(a, t, DRC_SPAN_CODE, sub->words);
    }
    if (numbers != DRC_FMT_EN)
        drc_text_printf(a, t, DRC_SPAN_PLAIN, ", numbers as %s", drc_fmt_style_sample(numbers));
}

/* ---- the check ---------------------------------------------------------------------------- */

static const char *keep(struct drc_arena *a, struct drc_err *err)
{
    const char *msg = drc_arena_strdup(a, err->msg);
    *err = (struct drc_err)DRC_ERR_INIT;
    return msg;
}

int sub_judge(struct drc_arena *a, const struct drc_snapshot *s, int64_t now_ms,
              struct drc_sub *sub, const char *wrong[SUB_PARTS])
{
    struct drc_err err = DRC_ERR_INIT;
    const struct drc_digest_def *def = drc_digest_find(&s->digests, sub->digest_id);
    struct drc_schedule schedule;
    struct drc_zone zone;
    struct drc_params scope;
    int count = 0;
    memset(wrong, 0, SUB_PARTS * sizeof *wrong);
    if (def == NULL)
        wrong[SUB_DIGEST] = drc_arena_printf(a, "there is no digest '%.60s'", sub->digest_id);
    if (drc_schedule_parse(sub->schedule, &schedule, &err) < 0)
        wrong[SUB_SCHEDULE] = keep(a, &err);
    if (drc_zone_load(a, sub->zone, &zone, &err) < 0)
        wrong[SUB_ZONE] = keep(a, &err);
    if (strlen(sub->words) > SUB_WORDS_MAX_BYTES)
        wrong[SUB_WORDS] = "those filters are too long";
    else if (def != NULL && drc_digest_scope(a, s, def, sub->words, &scope, &err) < 0)
        wrong[SUB_WORDS] = keep(a, &err);
    else if (def != NULL)
        wrong[SUB_WORDS] = drc_scope_unknown_filter(a, &s->scope, &scope);
    if (drc_fmt_style_find(sub->numbers) < 0)
        wrong[SUB_NUMBERS] = drc_arena_printf(
            a, "'%.20s' is no language of numbers: en is 1,234.5, de 1.234,5, fr 1 234,5",
            sub->numbers);
    for (int i = 0; i < SUB_PARTS; i++)
        count += wrong[i] != NULL;
    if (count > 0)
        return count;
    sub->schedule = drc_schedule_text(a, &schedule);
    struct drc_slot_time next = drc_schedule_next(&schedule, &zone, now_ms);
    sub->next_day = next.day;
    sub->next_ms = next.due_ms;
    return 0;
}

int sub_check(struct drc_env *env, struct drc_sub *sub, struct drc_err *err)
{
    const char *wrong[SUB_PARTS];
    sub_judge(env->a, env->snap, env->now_ms, sub, wrong);
    for (int i = 0; i < SUB_PARTS; i++)
        if (wrong[i] != NULL)
            return drc_err_set(err, DRC_ERR_INPUT, "%s", wrong[i]);
    return 0;
}

/* ---- who may ------------------------------------------------------------------------------ */

static bool is_admin(const struct drc_request *req)
{
    return req->user != NULL && drc_conf_lists("DRC_ADMINS", req->user);
}

static int is_member(struct drc_env *env, const struct drc_request *req, const char *channel,
                     struct drc_err *err)
{
    return env->poster->is_member == NULL
               ? 1
               : env->poster->is_member(env->poster, env->a, channel, req->user, err);
}

int sub_check_place(struct drc_env *env, const struct drc_request *req, const char *channel,
                    struct drc_err *err)
{
    if (*channel == '\0')
        return 0;
    if (env->poster->reachable != NULL &&
        env->poster->reachable(env->poster, env->a, channel, err) < 0)
        return -1;
    int member = is_admin(req) ? 1 : is_member(env, req, channel, err);
    if (member == 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND,
                           "you are not in that channel: who is in it, or an admin of drc "
                           "(DRC_ADMINS), has a digest sent there");
    return member < 0 ? -1 : 0;
}

bool sub_is_mine(const struct drc_request *req, const struct drc_sub *sub)
{
    return req->user != NULL && strcmp(sub->owner, req->user) == 0;
}

int sub_find(struct drc_env *env, const struct drc_request *req, const char *id,
             struct drc_sub *out, struct drc_err *err)
{
    if (id == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "which subscription? `%sdigest list` names the ids",
                           env->poster->sigil);
    int rc = drc_sub_get(env->state, env->a, id, out, err);
    if (rc < 0)
        return -1;
    bool there = rc == 1 && strcmp(out->status, "ended") != 0;
    if (there && (sub_is_mine(req, out) || is_admin(req)))
        return 0;
    if (there && req->channel != NULL && strcmp(out->channel, req->channel) == 0)
        return 0;
    int member = there && req->kind == DRC_REQ_SUBMIT && *out->channel != '\0'
                     ? is_member(env, req, out->channel, err)
                     : 0;
    if (member != 0)
        return member < 0 ? -1 : 0;
    return drc_err_set(err, DRC_ERR_NOTFOUND,
                       "there is no subscription '%.20s' of yours or of this channel; "
                       "`%sdigest list` names them",
                       id, env->poster->sigil);
}

struct drc_sub sub_new(struct drc_env *env, const struct drc_request *req)
{
    struct drc_poster *p = env->poster;
    const char *own = p->zone == NULL || req->user == NULL ? NULL : p->zone(p, env->a, req->user);
    return (struct drc_sub){.owner = req->user,
                            .channel = req->is_dm || req->channel == NULL ? "" : req->channel,
                            .digest_id = SUB_DEFAULT_DIGEST,
                            .schedule = SUB_DEFAULT_SCHEDULE,
                            .zone = own == NULL ? "UTC" : own,
                            .words = "",
                            .numbers = drc_fmt_style_name(DRC_FMT_EN),
                            .request_key = req->key,
                            .status = "active",
                            .why = "",
                            .created_ms = env->now_ms};
}
