/* Socket Mode frames: what kind, which key, and the ack. No level of the JSON is taken for granted.
 */
#include <stdlib.h>
#include <string.h>

#include "drc/digest.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/slack.h"

#define KEY_MAX_BYTES 200

static const char *copy(struct drc_arena *a, const json_t *root, const char *path)
{
    return drc_arena_strdup(a, drc_json_str(root, path, NULL));
}

/* What the person did, as a key: the same deed delivered twice has the same key (Slack may
 * redeliver events, and a frame may come on two sockets). A message that mentions us arrives as
 * app_mention and, in a DM, as message: one key. */
static const char *dedupe_key(struct drc_arena *a, const json_t *root, const char *type)
{
    const json_t *p = drc_json_at(root, "payload");
    if (strcmp(type, "slash_commands") == 0 && drc_json_str(p, "trigger_id", NULL) != NULL)
        return drc_arena_printf(a, "slash:%s", drc_json_str(p, "trigger_id", ""));
    if (strcmp(type, "events_api") == 0) {
        const char *channel = drc_json_str(p, "event.channel", NULL),
                   *ts = drc_json_str(p, "event.ts", NULL);
        const char *kind = drc_json_str(p, "event.type", "");
        bool message = strcmp(kind, "message") == 0 || strcmp(kind, "app_mention") == 0;
        if (message && channel != NULL && ts != NULL &&
            drc_json_str(p, "event.subtype", NULL) == NULL)
            return drc_arena_printf(a, "msg:%s:%s", channel, ts);
        if (drc_json_str(p, "event_id", NULL) != NULL)
            return drc_arena_printf(a, "event:%s", drc_json_str(p, "event_id", ""));
    }
    if (strcmp(type, "interactive") == 0) {
        const char *kind = drc_json_str(p, "type", ""), *user = drc_json_str(p, "user.id", "");
        if (strcmp(kind, "block_actions") == 0 &&
            drc_json_str(p, "actions.0.action_ts", NULL) != NULL)
            return drc_arena_printf(a, "act:%s:%s:%s", drc_json_str(p, "actions.0.action_ts", ""),
                                    drc_json_str(p, "actions.0.action_id", ""), user);
        if (strcmp(kind, "view_submission") == 0 && drc_json_str(p, "view.id", NULL) != NULL)
            return drc_arena_printf(a, "view:%s:%s", drc_json_str(p, "view.id", ""),
                                    drc_json_str(p, "view.hash", ""));
        if (drc_json_str(p, "trigger_id", NULL) != NULL)
            return drc_arena_printf(a, "trigger:%s", drc_json_str(p, "trigger_id", ""));
    }
    return NULL;
}

/* A key stays short whatever a peer sends. */
static const char *bounded(struct drc_arena *a, const char *key)
{
    if (key == NULL || strlen(key) <= KEY_MAX_BYTES)
        return key;
    char hash[65];
    drc_sha256_hex(key, strlen(key), hash);
    return drc_arena_printf(a, "long:%s", hash);
}

static void take_hello(const json_t *root, struct drc_slack_frame *out)
{
    int64_t n = drc_json_int(root, "num_connections", -1);
    int64_t seconds = drc_json_int(root, "debug_info.approximate_connection_time", 0);
    out->kind = DRC_FRAME_HELLO;
    out->num_connections = n >= 0 && n < 1000 ? (int)n : -1;
    out->connection_seconds = seconds > 0 && seconds < 604800 ? (int)seconds : 0;
}

void drc_slack_frame_parse(struct drc_arena *a, const char *text, size_t bytes,
                           struct drc_slack_frame *out)
{
    memset(out, 0, sizeof *out);
    out->kind = DRC_FRAME_OTHER;
    out->num_connections = -1;
    json_t *root = drc_json_parse(text, bytes, NULL);
    const char *type = drc_json_str(root, "type", "");
    out->type = drc_arena_strdup(a, type);
    out->envelope_id = copy(a, root, "envelope_id");
    if (out->envelope_id != NULL && *out->envelope_id != '\0') {
        out->kind = DRC_FRAME_ENVELOPE;
        out->accepts_payload = drc_json_bool(root, "accepts_response_payload", false);
        out->dedupe_key = bounded(a, dedupe_key(a, root, type));
    } else if (strcmp(type, "hello") == 0) {
        take_hello(root, out);
    } else if (strcmp(type, "disconnect") == 0) {
        out->kind = DRC_FRAME_DISCONNECT;
        out->reason = drc_arena_strdup(a, drc_json_str(root, "reason", "unknown"));
    }
    json_decref(root);
}

char *drc_slack_ack(const char *envelope_id, const char *payload_json, size_t *bytes,
                    struct drc_err *err)
{
    json_t *root = json_object();
    json_object_set_new(root, "envelope_id", drc_json_text(envelope_id));
    if (payload_json != NULL) {
        json_t *payload = drc_json_parse(payload_json, strlen(payload_json), err);
        if (payload == NULL) {
            json_decref(root);
            return NULL;
        }
        json_object_set_new(root, "payload", payload);
    }
    char *text = drc_json_dump(root);
    json_decref(root);
    *bytes = strlen(text);
    if (*bytes < DRC_WS_ACK_MAX_BYTES)
        return text;
    drc_err_set(err, DRC_ERR_LIMIT, "an ack of %zu bytes would be dropped by Slack", *bytes);
    free(text);
    return NULL;
}
