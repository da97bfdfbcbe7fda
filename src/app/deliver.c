/* Exactly once: a message is announced in the state before it is sent, and confirmed after. */
#include <string.h>

#include "drc/clock.h"
#include "drc/log.h"
#include "drc/run.h"

#define UNCLEAR_TRIES 2
#define UNCLEAR_WAIT_MS 700 /* Slack shows a message a moment after it took it */

void drc_unkept(const struct drc_request *req, int kept, struct drc_err *why)
{
    if (kept < 0)
        drc_log(DRC_LOG_WARN, "state.unkept", "key=\"%s\" code=%s why=\"%s\"", req->key,
                drc_err_name(why->code), why->msg);
    *why = (struct drc_err)DRC_ERR_INIT;
}

/* The end of an earlier try is not known: was it posted? 1 yes (out filled), 0 no, -1 the look-up
 * failed. */
static int look_for(struct drc_env *env, const struct drc_request *req, const struct drc_to *to,
                    const char *metadata_id, int64_t begun_ms, struct drc_posted *out,
                    struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    const char *ts =
        env->poster->find(env->poster, env->a, req, to, metadata_id, begun_ms - 60000, &own);
    if (ts == NULL)
        return own.code == DRC_OK || own.code == DRC_ERR_NOTFOUND
                   ? 0
                   : drc_err_set(err, own.code, "%s", own.msg);
    *out = (struct drc_posted){to->channel, ts, false};
    return 1;
}

static int post_once(struct drc_env *env, const struct drc_request *req, const char *part,
                     const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                     struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    memset(out, 0, sizeof *out);
    int rc = env->poster->post(env->poster, env->a, req, to, m, out, &own);
    /* The call failed, but the message may stand: it is looked for, and posted again only where it
     * is surely not there. */
    for (int tries = 1; rc < 0 && out->unclear && tries <= UNCLEAR_TRIES; tries++) {
        drc_clock_sleep_ms(UNCLEAR_WAIT_MS);
        int found = look_for(env, req, to, m->metadata_id, env->now_ms, out, NULL);
        if (found == 1)
            rc = 0;
        else if (found == 0 && tries < UNCLEAR_TRIES) {
            own = (struct drc_err)DRC_ERR_INIT;
            rc = env->poster->post(env->poster, env->a, req, to, m, out, &own);
        }
    }
    if (rc == 0) {
        own = (struct drc_err)DRC_ERR_INIT;
        rc = drc_store_post_done(env->state, req->key, part, out->channel, out->ts, &own);
        drc_unkept(req, rc, &own);
        return 0;
    }
    if (!out->unclear && drc_store_post_undo(env->state, req->key, part, err) < 0)
        return -1;
    drc_err_set(err, own.code, "%s", own.msg);
    if (err != NULL)
        err->retry_ms = own.retry_ms;
    return -1;
}

int drc_deliver(struct drc_env *env, const struct drc_request *req, const char *part,
                const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                struct drc_err *err)
{
    const char *channel = NULL, *ts = NULL;
    int64_t begun_ms = 0;
    m->metadata_id = drc_arena_printf(env->a, "%s/%s", req->key, part);
    int known =
        drc_store_post_find(env->state, env->a, req->key, part, &channel, &ts, &begun_ms, err);
    if (known < 0)
        return -1;
    if (known == 1 && ts != NULL) {
        *out = (struct drc_posted){channel, ts, false};
        return 0;
    }
    if (known == 1) {
        struct drc_to there = *to;
        there.channel = channel;
        int found = look_for(env, req, &there, m->metadata_id, begun_ms, out, err);
        if (found < 0)
            return -1;
        if (found == 1) {
            struct drc_err own = DRC_ERR_INIT;
            drc_unkept(req,
                       drc_store_post_done(env->state, req->key, part, out->channel, out->ts, &own),
                       &own);
            return 0;
        }
    }
    if (drc_store_post_begin(env->state, req->key, part, to->channel, to->thread_ts, env->now_ms,
                             err) < 0)
        return -1;
    return post_once(env, req, part, to, m, out, err);
}

int drc_whisper(struct drc_env *env, const struct drc_request *req, struct drc_message *m,
                struct drc_err *err)
{
    if (req->tries > 1) { /* what only one person sees leaves no trace to look for */
        struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_CONTEXT, "again");
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN,
                     "Sent again after a restart: you may have seen this already.");
    }
    struct drc_to to = {
        .where = req->channel == NULL && req->response_url == NULL ? DRC_TO_DM : DRC_TO_EPHEMERAL,
        .channel = req->channel,
        .thread_ts = req->thread_ts};
    struct drc_posted out = {NULL, NULL, false};
    return env->poster->post(env->poster, env->a, req, &to, m, &out, err);
}

int drc_whisper_text(struct drc_env *env, const struct drc_request *req, const char *sentence,
                     struct drc_err *err)
{
    return drc_whisper(env, req, drc_compose_note(env->a, sentence, NULL), err);
}

int drc_run_trouble(struct drc_env *env, const struct drc_request *req, const struct drc_err *why,
                    struct drc_err *err)
{
    bool plain = why->code == DRC_ERR_INPUT || why->code == DRC_ERR_NOTFOUND;
    struct drc_message *m =
        drc_compose_note(env->a, drc_trouble_sentence(env->a, req, why), plain ? NULL : req->key);
    if (req->kind == DRC_REQ_HOME)
        return 0; /* nobody asked in words; the log has it */
    if (req->is_slash || req->kind == DRC_REQ_ACTION || !req->is_dm || env->state == NULL)
        return drc_whisper(env, req, m, err);
    struct drc_to to = {
        .where = DRC_TO_CHANNEL, .channel = req->channel, .thread_ts = req->thread_ts};
    struct drc_posted out;
    return drc_deliver(env, req, "trouble", &to, m, &out, err);
}
