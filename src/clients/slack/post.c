/* Posting and editing, with a ladder down to plain text: something always arrives. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "drc/clock.h"
#include "drc/jsonx.h"
#include "drc/log.h"

/* What is given up, step by step. */
enum step { WHOLE, NO_TABLES, NO_IMAGES, TEXT_ONLY, SUMMARY, STEPS };

static bool keeps(enum step step, enum drc_block_kind kind)
{
    bool table = kind == DRC_BLOCK_TABLE || kind == DRC_BLOCK_PRE;
    bool words = kind == DRC_BLOCK_HEADER || kind == DRC_BLOCK_TEXT || kind == DRC_BLOCK_FIGURES ||
                 kind == DRC_BLOCK_CONTEXT;
    if (step >= TEXT_ONLY)
        return words;
    return !(table && step >= NO_TABLES) && !(kind == DRC_BLOCK_IMAGE && step >= NO_IMAGES);
}

static struct drc_message *reduced(struct drc_arena *a, const struct drc_message *m, enum step step)
{
    struct drc_message *out = drc_message_new(a, m->summary);
    out->metadata_id = m->metadata_id;
    for (const struct drc_block *b = m->first; b != NULL; b = b->next) {
        if (!keeps(step, b->kind))
            continue;
        struct drc_block *copy = drc_message_add(a, out, b->kind, b->block_id);
        struct drc_block *next = copy->next;
        *copy = *b;
        copy->next = next;
    }
    struct drc_block *note = drc_message_add(a, out, DRC_BLOCK_CONTEXT, "degraded");
    drc_text_add(a, &note->text, DRC_SPAN_PLAIN,
                 step == NO_IMAGES
                     ? "Slack did not take the chart; the figures above stand without it."
                     : "Slack did not take the whole message; this is the part that it takes.");
    return out;
}

/* JSON text of the blocks for a step; NULL = none (the summary alone). */
static int blocks_for(struct drc_arena *a, struct drc_message *m, enum step step,
                      const char **blocks, struct drc_err *err)
{
    *blocks = NULL;
    if (step == SUMMARY)
        return 0;
    *blocks = drc_slack_blocks(a, step == WHOLE ? m : reduced(a, m, step), false, err);
    return *blocks == NULL ? -1 : 0;
}

static json_t *make_args(const struct drc_slack_dest *dest, const struct drc_message *m,
                         const char *blocks)
{
    json_t *args = json_pack("{s:o, s:b, s:b}", "text", drc_json_text(m->summary), "unfurl_links",
                             0, "unfurl_media", 0);
    if (blocks != NULL)
        json_object_set_new(args, "blocks", drc_json_parse(blocks, strlen(blocks), NULL));
    if (dest->channel != NULL)
        json_object_set_new(args, "channel", json_string(dest->channel));
    if (dest->thread_ts != NULL && dest->kind != DRC_DEST_UPDATE)
        json_object_set_new(args, "thread_ts", json_string(dest->thread_ts));
    if (m->metadata_id != NULL && dest->kind != DRC_DEST_EPHEMERAL &&
        dest->kind != DRC_DEST_RESPONSE_URL)
        json_object_set_new(args, "metadata",
                            json_pack("{s:s, s:{s:o}}", "event_type", "drc_answer", "event_payload",
                                      "id", drc_json_text(m->metadata_id)));
    return args;
}

/* A response URL takes JSON without a token and answers "ok" or {"ok":true}. */
static int call_response_url(struct drc_slack_api *api, struct drc_arena *a,
                             const struct drc_slack_dest *dest, json_t *args,
                             struct slack_reply *reply, struct drc_err *err)
{
    memset(reply, 0, sizeof *reply);
    json_object_del(args, "channel");
    json_object_set_new(args, "response_type", json_string("ephemeral"));
    json_object_set_new(args, "replace_original", json_boolean(dest->replace_original));
    char *body = drc_json_dump_sorted(args);
    json_decref(args);
    struct drc_http_request req = {.method = "POST",
                                   .url = dest->response_url,
                                   .content_type = "application/json",
                                   .body = drc_arena_strdup(a, body),
                                   .body_bytes = strlen(body)};
    struct drc_http_response resp;
    free(body);
    api->calls++;
    if (drc_http_do(api->http, a, &req, &resp, err) < 0)
        return drc_err_context(err, "the response URL");
    if (resp.status == 200)
        return 0;
    bool blocks = strstr(resp.body, "invalid_blocks") != NULL;
    snprintf(reply->error, sizeof reply->error, "%s", blocks ? "invalid_blocks" : "response_url");
    return drc_err_set(err, blocks ? DRC_ERR_LIMIT : DRC_ERR_NET,
                       "the response URL answered HTTP %ld", resp.status);
}

static int send_once(struct drc_slack_api *api, struct drc_arena *a,
                     const struct drc_slack_dest *dest, const struct drc_message *m,
                     const char *blocks, struct slack_reply *reply, struct drc_err *err)
{
    json_t *args = make_args(dest, m, blocks);
    switch (dest->kind) {
    case DRC_DEST_RESPONSE_URL:
        return call_response_url(api, a, dest, args, reply, err);
    case DRC_DEST_EPHEMERAL:
        json_object_set_new(args, "user", json_string(dest->user == NULL ? "" : dest->user));
        return slack_call(api, a, "chat.postEphemeral", dest->channel, args, reply, err);
    case DRC_DEST_UPDATE:
        json_object_set_new(args, "ts", json_string(dest->ts));
        return slack_call(api, a, "chat.update", dest->channel, args, reply, err);
    case DRC_DEST_CHANNEL:
        break;
    }
    return slack_call(api, a, "chat.postMessage", dest->channel, args, reply, err);
}

static bool is_file_not_ready(const struct slack_reply *r)
{
    return strstr(r->detail, "slack file") != NULL || strstr(r->detail, "slack_file") != NULL;
}

static bool is_refused_form(const struct slack_reply *r)
{
    static const char *const errors[] = {
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long",
        "msg_too_long",   "invalid_arguments",     "invalid_attachments",
        "no_text"};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (strcmp(errors[i], r->error) == 0)
            return true;
    return false;
}

/* One step of the ladder; a file that Slack is still looking at is waited for once more: the upload
 * has waited ten seconds already. */
static int send_step(struct drc_slack_api *api, struct drc_arena *a,
                     const struct drc_slack_dest *dest, const struct drc_message *m,
                     const char *blocks, struct slack_reply *reply, struct drc_err *err)
{
    static const int waits_ms[] = {100, 250, 500, 1000};
    for (size_t i = 0;; i++) {
        struct drc_err own = DRC_ERR_INIT;
        int rc = send_once(api, a, dest, m, blocks, reply, &own);
        if (rc == 0)
            return 0;
        if (!is_file_not_ready(reply) || i == sizeof waits_ms / sizeof *waits_ms) {
            drc_err_set(err, own.code, "%s", own.msg);
            if (err != NULL)
                err->retry_ms = own.retry_ms;
            return -1;
        }
        slack_reply_fini(reply);
        drc_clock_sleep_ms(waits_ms[i]);
    }
}

int drc_slack_post(struct drc_slack_api *api, struct drc_arena *a,
                   const struct drc_slack_dest *dest, struct drc_message *m, const char **ts_out,
                   bool *degraded, bool *unclear, struct drc_err *err)
{
    struct drc_err last = DRC_ERR_INIT;
    for (int step = WHOLE; step < STEPS; step++) {
        struct slack_reply reply = {NULL, "", "", false};
        const char *blocks;
        last = (struct drc_err)DRC_ERR_INIT;
        if (blocks_for(a, m, (enum step)step, &blocks, &last) < 0) {
            drc_log(DRC_LOG_WARN, "slack.blocks", "step=%d why=\"%s\"", step, last.msg);
            continue;
        }
        int rc = send_step(api, a, dest, m, blocks, &reply, &last);
        if (rc == 0 && ts_out != NULL)
            *ts_out = drc_arena_strdup(a, drc_json_str(reply.root, "ts", NULL));
        if (unclear != NULL)
            *unclear = reply.unclear;
        bool lower = rc < 0 && is_refused_form(&reply);
        if (lower)
            drc_log(DRC_LOG_WARN, "slack.refused", "step=%d error=%s detail=\"%s\"", step,
                    reply.error, reply.detail);
        if (lower && is_file_not_ready(&reply) && step < NO_IMAGES)
            step = NO_IMAGES - 1; /* tables were not at fault */
        slack_reply_fini(&reply);
        if (rc == 0 && degraded != NULL)
            *degraded = step != WHOLE;
        if (!lower) {
            if (rc < 0) {
                drc_err_set(err, last.code, "%s", last.msg);
                if (err != NULL)
                    err->retry_ms = last.retry_ms;
            }
            return rc;
        }
    }
    return drc_err_set(err, last.code, "%s", last.msg);
}
