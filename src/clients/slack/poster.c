/* The Slack poster: the house's destinations in Slack's methods. */
#include <string.h>

#include "drc/clock.h"
#include "drc/log.h"
#include "drc/slack.h"

/* A response URL lives 30 minutes and five uses. */
#define RESPONSE_URL_LIFE_MS (29 * 60 * 1000)

static struct drc_slack_poster *self(struct drc_poster *p)
{
    return (struct drc_slack_poster *)p;
}

static int to_one_person(struct drc_slack_poster *sp, struct drc_arena *a,
                         const struct drc_request *req, const struct drc_to *to,
                         struct drc_message *m, struct drc_err *err)
{
    struct drc_err first = DRC_ERR_INIT;
    bool fresh = drc_clock_wall_ms() - req->received_ms < RESPONSE_URL_LIFE_MS;
    if (req->response_url != NULL && fresh) {
        struct drc_slack_dest dest = {.kind = DRC_DEST_RESPONSE_URL,
                                      .response_url = req->response_url,
                                      .replace_original = to->replaces,
                                      .thread_ts = to->thread_ts};
        if (drc_slack_post(&sp->api, a, &dest, m, NULL, NULL, NULL, &first) == 0)
            return 0;
        drc_log(DRC_LOG_WARN, "slack.response_url", "code=%s why=\"%s\"", drc_err_name(first.code),
                first.msg);
    }
    struct drc_slack_dest dest = {.kind = DRC_DEST_EPHEMERAL,
                                  .channel = to->channel,
                                  .user = req->user,
                                  .thread_ts = to->thread_ts};
    return drc_slack_post(&sp->api, a, &dest, m, NULL, NULL, NULL, err);
}

/* Slack has not taken the pictures: the figures stand without them, and the message says so. */
static void drop_pictures(struct drc_arena *a, struct drc_message *m, const struct drc_err *why)
{
    drc_log(DRC_LOG_WARN, "slack.upload", "code=%s why=\"%s\"", drc_err_name(why->code), why->msg);
    for (struct drc_block *b = m->first; b != NULL; b = b->next) {
        if (b->kind != DRC_BLOCK_IMAGE || b->image.file_ref != NULL)
            continue;
        b->kind = DRC_BLOCK_CONTEXT;
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "The chart could not be uploaded: %s. The figures stand without it.",
                        why->msg);
    }
}

static int to_channel(struct drc_slack_poster *sp, struct drc_arena *a, const struct drc_to *to,
                      const char *channel, struct drc_message *m, struct drc_posted *out,
                      struct drc_err *err)
{
    struct drc_slack_dest dest = {.kind =
                                      to->where == DRC_TO_EDIT ? DRC_DEST_UPDATE : DRC_DEST_CHANNEL,
                                  .channel = channel,
                                  .thread_ts = to->thread_ts,
                                  .ts = to->ts};
    bool degraded = false;
    struct drc_err upload = DRC_ERR_INIT;
    if (drc_slack_upload(&sp->api, a, m, true, &upload) < 0) {
        if (upload.code == DRC_ERR_RATE) { /* waiting cures that */
            drc_err_set(err, upload.code, "%s", upload.msg);
            if (err != NULL)
                err->retry_ms = upload.retry_ms;
            return -1;
        }
        drop_pictures(a, m, &upload);
    }
    if (drc_slack_post(&sp->api, a, &dest, m, &out->ts, &degraded, &out->unclear, err) < 0)
        return -1;
    out->channel = channel;
    m->degraded = degraded;
    if (degraded)
        drc_log(DRC_LOG_WARN, "slack.degraded", "channel=%s ts=%s", channel, out->ts);
    return 0;
}

static int post(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                struct drc_err *err)
{
    struct drc_slack_poster *sp = self(p);
    memset(out, 0, sizeof *out);
    switch (to->where) {
    case DRC_TO_EPHEMERAL:
        return to_one_person(sp, a, req, to, m, err);
    case DRC_TO_MODAL:
        return drc_slack_modal(&sp->api, a, req->trigger_id, to, m, err);
    case DRC_TO_HOME:
        return drc_slack_home(&sp->api, a, req->user, m, err);
    case DRC_TO_DM: {
        const char *dm = drc_slack_dm(&sp->api, a, req->user, err);
        return dm == NULL ? -1 : to_channel(sp, a, to, dm, m, out, err);
    }
    case DRC_TO_CHANNEL:
    case DRC_TO_EDIT:
        break;
    }
    return to_channel(sp, a, to, to->channel, m, out, err);
}

static const char *find(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                        const struct drc_to *to, const char *metadata_id, int64_t not_before_ms,
                        struct drc_err *err)
{
    struct drc_slack_poster *sp = self(p);
    const char *channel = to->channel;
    if (to->where == DRC_TO_DM && (channel = drc_slack_dm(&sp->api, a, req->user, err)) == NULL)
        return NULL;
    return drc_slack_find(&sp->api, a, channel, to->thread_ts, metadata_id, not_before_ms, err);
}

static int share(struct drc_poster *p, struct drc_arena *a, const struct drc_to *to,
                 const struct drc_file_out *file, struct drc_err *err)
{
    return drc_slack_share(&self(p)->api, a, to, file, err);
}

static const char *permalink(struct drc_poster *p, struct drc_arena *a, const char *channel,
                             const char *ts)
{
    if (channel == NULL || ts == NULL)
        return NULL;
    return drc_slack_permalink(&self(p)->api, a, channel, ts, NULL);
}

static int take_away(struct drc_poster *p, struct drc_arena *a, const char *channel, const char *ts,
                     struct drc_err *err)
{
    return drc_slack_delete(&self(p)->api, a, channel, ts, err);
}

static void status(struct drc_poster *p, struct drc_arena *a, const char *channel,
                   const char *thread_ts, const char *text)
{
    if (channel != NULL && thread_ts != NULL)
        drc_slack_status(&self(p)->api, a, channel, thread_ts, text, NULL);
}

static int reachable(struct drc_poster *p, struct drc_arena *a, const char *channel,
                     struct drc_err *err)
{
    return drc_slack_reachable(&self(p)->api, a, channel, err);
}

static int is_member(struct drc_poster *p, struct drc_arena *a, const char *channel,
                     const char *user, struct drc_err *err)
{
    return drc_slack_is_member(&self(p)->api, a, channel, user, err);
}

static const char *zone(struct drc_poster *p, struct drc_arena *a, const char *user)
{
    return drc_slack_zone(&self(p)->api, a, user);
}

void drc_slack_poster_init(struct drc_slack_poster *sp, const char *bot_user)
{
    sp->poster = (struct drc_poster){post,      find,      permalink, status,   share,  take_away,
                                     reachable, is_member, zone,      bot_user, "/drc "};
}
