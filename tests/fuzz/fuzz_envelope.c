/* Bytes of a Socket Mode frame: any of them give a frame, and an envelope gives a request or an
 * error; what comes out stays within its bounds and means the same each time. */
#include "fuzz.h"

#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/run.h"
#include "drc/slack.h"
#include "drc/utf8.h"

static bool same(const char *x, const char *y)
{
    return x == y || (x != NULL && y != NULL && strcmp(x, y) == 0);
}

static void check_ack(const char *envelope_id)
{
    struct drc_err err = DRC_ERR_INIT;
    size_t n = 0;
    char *ack = drc_slack_ack(envelope_id, "{\"text\":\"x\"}", &n, &err);
    must_agree(ack == NULL ? -1 : 0, &err);
    if (ack == NULL) {
        MUST(err.code == DRC_ERR_LIMIT);
        return;
    }
    json_t *root = drc_json_parse(ack, n, &err);
    MUST(root != NULL && n < DRC_WS_ACK_MAX_BYTES);
    MUST(same(drc_json_str(root, "envelope_id", NULL), envelope_id));
    json_decref(root);
    free(ack);
}

static void check_request(struct drc_arena *a, const char *text, size_t bytes)
{
    static const struct drc_slack_self self = {.user_id = "U0BOT", .bot_id = "B1"};
    struct drc_err err = DRC_ERR_INIT;
    struct drc_request r, again;
    int rc = drc_slack_request_parse(a, text, bytes, &self, &r, &err);
    must_agree(rc, &err);
    MUST(err.code == DRC_OK || err.code == DRC_ERR_PARSE || err.code == DRC_ERR_LIMIT);
    drc_slack_request_parse(a, text, bytes, &self, &again, NULL);
    MUST(rc < 0 || (same(r.key, again.key) && same(r.thread_key, again.thread_key)));
    if (rc < 0)
        return;
    MUST(r.key != NULL && strlen(r.key) <= 300);
    MUST(r.thread_key != NULL && strlen(r.thread_key) < 160);
    drc_run_class(&r);
    if (r.kind == DRC_REQ_COMMAND) {
        MUST(r.user != NULL && r.channel != NULL && r.text != NULL);
        MUST(strlen(r.text) <= DRC_COMMAND_TEXT_MAX_BYTES + 1);
        MUST(strcmp(r.user, self.user_id) != 0 || r.is_slash); /* never answers itself */
    } else if (r.kind == DRC_REQ_ACTION) {
        MUST(r.user != NULL && r.action_id != NULL);
    } else if (r.kind == DRC_REQ_HOME) {
        MUST(r.user != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_slack_frame f;
    const char *text = drc_arena_strndup(a, (const char *)data, bytes);
    drc_slack_frame_parse(a, (const char *)data, bytes, &f);
    MUST(f.type != NULL && drc_utf8_valid(f.type, strlen(f.type)));
    MUST((f.kind == DRC_FRAME_ENVELOPE) == (f.envelope_id != NULL && *f.envelope_id != '\0'));
    MUST(f.dedupe_key == NULL || strlen(f.dedupe_key) <= 200);
    MUST(f.num_connections >= -1 && f.connection_seconds >= 0);
    if (f.kind == DRC_FRAME_ENVELOPE) {
        check_ack(f.envelope_id);
        check_request(a, text, bytes);
    }
    struct drc_request r;
    drc_slack_request_parse(a, (const char *)data, bytes, &(struct drc_slack_self){0}, &r, NULL);
    drc_arena_free(a);
    return 0;
}
