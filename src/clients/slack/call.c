#include "call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "drc/limits.h"

#define TRIES 4
#define DEFAULT_RETRY_MS 1000

const struct slack_method slack_methods[] = {
    {"auth.test", "", 100, true, true},
    {"chat.postMessage", "chat:write", 60, true, false},
    {"chat.update", "chat:write", 50, true, true},
    {"chat.delete", "chat:write", 50, true, true},
    {"chat.postEphemeral", "chat:write", 100, true,
     true}, /* twice is seen twice, and better than never */
    {"chat.getPermalink", "", 100, false, true},
    {"conversations.history", "channels:history,groups:history,im:history", 50, false, true},
    {"conversations.replies", "channels:history,groups:history,im:history", 50, false, true},
    {"conversations.info", "channels:read,groups:read,im:read", 50, false, true},
    {"conversations.members", "channels:read,groups:read,im:read", 100, false, true},
    {"users.info", "users:read", 100, false, true},
    {"conversations.open", "im:write", 50, true, true},
    {"files.getUploadURLExternal", "files:write", 100, false, true},
    {"files.completeUploadExternal", "files:write", 100, true, false},
    {"files.info", "files:read", 100, false, true},
    {"views.open", "", 100, true, false},
    {"views.update", "", 100, true, true},
    {"views.publish", "", 100, true, true},
    {"assistant.threads.setStatus", "chat:write", 100, true, true},
    {NULL, NULL, 0, false, false},
};

static const struct slack_method *find_method(const char *name)
{
    const struct slack_method *m = slack_methods;
    while (m->name != NULL && strcmp(m->name, name) != 0)
        m++;
    if (m->name == NULL) {
        fprintf(stderr, "drc: %s is not in the method table\n", name);
        abort();
    }
    return m;
}

/* Structured arguments become JSON text, the way Slack reads forms. */
static const char *form_body(struct drc_arena *a, const json_t *args)
{
    const char *pairs[64];
    size_t n = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)args, key, value)
    {
        if (n + 2 >= sizeof pairs / sizeof *pairs)
            break;
        char *text = json_is_string(value) ? NULL : drc_json_dump_sorted(value);
        pairs[n++] = drc_arena_strdup(a, key);
        pairs[n++] = drc_arena_strdup(a, text == NULL ? json_string_value(value) : text);
        free(text);
    }
    pairs[n] = NULL;
    return drc_http_form(a, pairs);
}

static const char *json_body(struct drc_arena *a, const json_t *args)
{
    char *text = drc_json_dump_sorted(args);
    const char *copy = drc_arena_strdup(a, text);
    free(text);
    return copy;
}

static const struct {
    const char *error;
    enum drc_err_code code;
    const char *sentence;
} known_errors[] = {
    {"not_in_channel", DRC_ERR_NOTFOUND, "drc is not in this channel; type /invite @drc"},
    {"channel_not_found", DRC_ERR_NOTFOUND,
     "Slack does not show me that channel; type /invite @drc there"},
    {"is_archived", DRC_ERR_NOTFOUND, "that channel is archived"},
    {"user_not_in_channel", DRC_ERR_NOTFOUND, "you are not in that channel"},
    {"user_disabled", DRC_ERR_NOTFOUND, "that person's account is deactivated"},
    {"user_not_found", DRC_ERR_NOTFOUND, "Slack does not know that person"},
    {"not_found", DRC_ERR_NOTFOUND, "that window was closed"},
    {"users_not_found", DRC_ERR_NOTFOUND, "Slack does not know that person"},
    {"user_not_visible", DRC_ERR_NOTFOUND, "Slack does not show me that person"},
    {"restricted_action", DRC_ERR_AUTH, "a rule of this workspace does not let me post there"},
    {"message_not_found", DRC_ERR_NOTFOUND, "the message is no longer there"},
    {"cant_update_message", DRC_ERR_NOTFOUND, "Slack does not let me change that message"},
    {"edit_window_closed", DRC_ERR_NOTFOUND, "Slack no longer lets me change that message"},
    {"cant_delete_message", DRC_ERR_AUTH, "Slack does not let me delete that message"},
    {"expired_trigger_id", DRC_ERR_TIMEOUT,
     "Slack gave me three seconds to open that window and they had passed; press again"},
    {"exchanged_trigger_id", DRC_ERR_TIMEOUT, "that window was opened already; press again"},
    {"invalid_trigger_id", DRC_ERR_TIMEOUT, "Slack no longer knows that click; press again"},
    {"invalid_auth", DRC_ERR_AUTH, "Slack does not accept SLACK_BOT_TOKEN (invalid_auth)"},
    {"not_authed", DRC_ERR_AUTH, "Slack got no token (not_authed)"},
    {"token_revoked", DRC_ERR_AUTH, "SLACK_BOT_TOKEN was revoked"},
    {"token_expired", DRC_ERR_AUTH, "SLACK_BOT_TOKEN has expired: token rotation must be off"},
    {"account_inactive", DRC_ERR_AUTH, "the bot's account is inactive"},
    {"not_allowed_token_type", DRC_ERR_AUTH, "SLACK_BOT_TOKEN is not a bot token (xoxb-)"},
    {"file_uploads_disabled", DRC_ERR_AUTH, "file uploads are switched off in this workspace"},
    {"invalid_blocks", DRC_ERR_LIMIT, NULL},
    {"invalid_arguments", DRC_ERR_LIMIT, NULL},
    {"invalid_attachments", DRC_ERR_LIMIT, NULL},
    {"invalid_blocks_format", DRC_ERR_LIMIT, NULL},
    {"msg_blocks_too_long", DRC_ERR_LIMIT, NULL},
    {"msg_too_long", DRC_ERR_LIMIT, NULL},
    {"view_too_large", DRC_ERR_LIMIT, NULL},
    {"internal_error", DRC_ERR_NET, NULL},
    {"fatal_error", DRC_ERR_NET, NULL},
    {"service_unavailable", DRC_ERR_NET, NULL},
};

static int slack_error(const char *method, const json_t *root, struct slack_reply *reply,
                       struct drc_err *err)
{
    const char *error = drc_json_str(root, "error", "unknown_error");
    const char *detail =
        drc_json_str(root, "errors.0", drc_json_str(root, "response_metadata.messages.0", ""));
    snprintf(reply->error, sizeof reply->error, "%s", error);
    snprintf(reply->detail, sizeof reply->detail, "%s", detail);
    if (strcmp(error, "missing_scope") == 0)
        return drc_err_set(err, DRC_ERR_AUTH,
                           "%s needs the scope %.60s: add it to the app and install it again",
                           method, drc_json_str(root, "needed", "?"));
    for (size_t i = 0; i < sizeof known_errors / sizeof *known_errors; i++)
        if (strcmp(known_errors[i].error, error) == 0)
            return known_errors[i].sentence != NULL
                       ? drc_err_set(err, known_errors[i].code, "%s", known_errors[i].sentence)
                       : drc_err_set(err, known_errors[i].code, "Slack refused %s: %.60s %.150s",
                                     method, error, detail);
    return drc_err_set(err, DRC_ERR_LIMIT, "Slack refused %s: %.60s %.150s", method, error, detail);
}

enum verdict { DONE, FAILED, AGAIN };

/* One answer that came whole. */
static enum verdict judge(struct drc_slack_api *api, const struct slack_method *m,
                          const char *channel, const struct drc_http_response *resp,
                          struct slack_reply *reply, struct drc_err *err)
{
    if (resp->status == 429) {
        int wait = resp->retry_after_ms > 0 ? resp->retry_after_ms : DEFAULT_RETRY_MS;
        slack_budget_hold(api->budget, m->name, channel, m->per_minute, wait);
        snprintf(reply->error, sizeof reply->error, "ratelimited");
        drc_err_set(err, DRC_ERR_RATE, "Slack's limit for %s is reached", m->name);
        err->retry_ms = wait;
        return AGAIN;
    }
    if (resp->status >= 500) {
        drc_err_set(err, DRC_ERR_NET, "Slack answered %s with HTTP %ld", m->name, resp->status);
        reply->unclear = !m->repeatable;
        return m->repeatable ? AGAIN : FAILED;
    }
    json_t *root = drc_json_parse(resp->body, resp->body_bytes, err);
    if (root == NULL) {
        drc_err_context(err, "%s", m->name);
        reply->unclear = !m->repeatable;
        return FAILED;
    }
    reply->root = root;
    if (drc_json_bool(root, "ok", false))
        return DONE;
    if (strcmp(drc_json_str(root, "error", ""), "ratelimited") == 0) {
        slack_budget_hold(api->budget, m->name, channel, m->per_minute, DEFAULT_RETRY_MS);
        drc_err_set(err, DRC_ERR_RATE, "Slack's limit for %s is reached", m->name);
        err->retry_ms = DEFAULT_RETRY_MS;
        json_decref(root);
        reply->root = NULL;
        return AGAIN;
    }
    slack_error(m->name, root, reply, err);
    return FAILED;
}

static enum verdict attempt(struct drc_slack_api *api, struct drc_arena *a,
                            const struct slack_method *m, const char *channel,
                            const struct drc_http_request *req, struct slack_reply *reply,
                            struct drc_err *err)
{
    struct drc_http_response resp;
    if (slack_budget_wait(api->budget, m->name, channel, err) < 0)
        return FAILED;
    api->calls++;
    if (drc_http_do(api->http, a, req, &resp, err) == 0)
        return judge(api, m, channel, &resp, reply, err);
    drc_err_context(err, "%s", m->name);
    reply->unclear = resp.sent && !m->repeatable;
    bool passing = err->code == DRC_ERR_NET || err->code == DRC_ERR_TIMEOUT;
    return passing && !reply->unclear ? AGAIN : FAILED;
}

int slack_call(struct drc_slack_api *api, struct drc_arena *a, const char *method,
               const char *channel, json_t *args, struct slack_reply *reply, struct drc_err *err)
{
    const struct slack_method *m = find_method(method);
    memset(reply, 0, sizeof *reply);
    const char *body = m->json ? json_body(a, args) : form_body(a, args);
    json_decref(args);
    struct drc_http_request req = {
        .method = "POST",
        .url = drc_arena_printf(a, "%s%s", api->api_url, method),
        .bearer = api->bot_token,
        .content_type =
            m->json ? "application/json; charset=utf-8" : "application/x-www-form-urlencoded",
        .body = body,
        .body_bytes = strlen(body),
    };
    struct drc_err own = DRC_ERR_INIT;
    for (int i = 0; i < TRIES; i++) {
        own = (struct drc_err)DRC_ERR_INIT;
        enum verdict v = attempt(api, a, m, channel, &req, reply, &own);
        if (v == DONE)
            return 0;
        if (v == FAILED || i == TRIES - 1)
            break;
        if (own.code != DRC_ERR_RATE) /* the budget waits for that one */
            drc_clock_sleep_ms(100 << i);
    }
    drc_err_set(err, own.code, "%s", own.msg);
    if (err != NULL)
        err->retry_ms = own.retry_ms;
    return -1;
}

void slack_reply_fini(struct slack_reply *reply)
{
    json_decref(reply->root);
    reply->root = NULL;
}
