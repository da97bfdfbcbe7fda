/* The small calls: who we are, looking for a message, links, direct messages, status, windows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "drc/jsonx.h"
#include "drc/utf8.h"

#define TITLE_CHARS 24
#define FIND_LIMIT "100"
#define MEMBER_PAGES 20

static void take(char *out, size_t bytes, const json_t *root, const char *path)
{
    snprintf(out, bytes, "%s", drc_json_str(root, path, ""));
}

int drc_slack_auth_test(struct drc_slack_api *api, struct drc_arena *a, struct drc_slack_self *self,
                        struct drc_err *err)
{
    struct slack_reply r;
    memset(self, 0, sizeof *self);
    int rc = slack_call(api, a, "auth.test", NULL, json_object(), &r, err);
    if (rc == 0) {
        take(self->team_id, sizeof self->team_id, r.root, "team_id");
        take(self->team, sizeof self->team, r.root, "team");
        take(self->user_id, sizeof self->user_id, r.root, "user_id");
        take(self->bot_id, sizeof self->bot_id, r.root, "bot_id");
        take(self->app_id, sizeof self->app_id, r.root, "app_id");
        take(self->url, sizeof self->url, r.root, "url");
        if (self->user_id[0] == '\0') /* without it we could not tell our own words */
            rc = drc_err_set(err, DRC_ERR_PARSE, "auth.test names no user_id");
    }
    slack_reply_fini(&r);
    return rc;
}

/* Newest first within one page: what a crash left unclear is never older than the last hundred
 * messages of its place. */
const char *drc_slack_find(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                           const char *thread_ts, const char *metadata_id, int64_t not_before_ms,
                           struct drc_err *err)
{
    struct slack_reply r;
    const char *ts = NULL;
    json_t *args = json_pack("{s:s, s:s, s:s, s:s}", "channel", channel, "include_all_metadata",
                             "true", "limit", FIND_LIMIT, "oldest",
                             drc_arena_printf(a, "%lld.000000", (long long)(not_before_ms / 1000)));
    if (thread_ts != NULL)
        json_object_set_new(args, "ts", json_string(thread_ts));
    int rc =
        slack_call(api, a, thread_ts == NULL ? "conversations.history" : "conversations.replies",
                   channel, args, &r, err);
    const json_t *list = drc_json_at(r.root, "messages");
    for (size_t i = 0; rc == 0 && ts == NULL && i < json_array_size(list); i++) {
        const json_t *m = json_array_get(list, i);
        if (strcmp(drc_json_str(m, "metadata.event_payload.id", ""), metadata_id) == 0)
            ts = drc_arena_strdup(a, drc_json_str(m, "ts", NULL));
    }
    slack_reply_fini(&r);
    return ts;
}

const char *drc_slack_permalink(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                                const char *ts, struct drc_err *err)
{
    struct slack_reply r;
    const char *link = NULL;
    if (slack_call(api, a, "chat.getPermalink", channel,
                   json_pack("{s:s, s:s}", "channel", channel, "message_ts", ts), &r, err) == 0)
        link = drc_arena_strdup(a, drc_json_str(r.root, "permalink", NULL));
    slack_reply_fini(&r);
    return link;
}

const char *drc_slack_dm(struct drc_slack_api *api, struct drc_arena *a, const char *user,
                         struct drc_err *err)
{
    struct slack_reply r;
    const char *id = NULL;
    if (slack_call(api, a, "conversations.open", NULL, json_pack("{s:s}", "users", user), &r,
                   err) == 0) {
        id = drc_arena_strdup(a, drc_json_str(r.root, "channel.id", NULL));
        if (id == NULL)
            drc_err_set(err, DRC_ERR_PARSE, "conversations.open gave no channel");
    }
    slack_reply_fini(&r);
    return id;
}

int drc_slack_reachable(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                        struct drc_err *err)
{
    struct slack_reply r;
    int rc = slack_call(api, a, "conversations.info", NULL, json_pack("{s:s}", "channel", channel),
                        &r, err);
    if (rc == 0 && drc_json_bool(r.root, "channel.is_archived", false))
        rc = drc_err_set(err, DRC_ERR_NOTFOUND, "that channel is archived");
    if (rc == 0 && !drc_json_bool(r.root, "channel.is_member", true))
        rc = drc_err_set(err, DRC_ERR_NOTFOUND, "drc is not in this channel; type /invite @drc");
    slack_reply_fini(&r);
    return rc;
}

/* Pages of 1,000, Slack's most; whom twenty of them do not show cannot be told apart from a
 * stranger in the time that there is. */
int drc_slack_is_member(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                        const char *user, struct drc_err *err)
{
    const char *cursor = "";
    for (int page = 0; page < MEMBER_PAGES; page++) {
        struct slack_reply r;
        json_t *args = json_pack("{s:s, s:s}", "channel", channel, "limit", "1000");
        if (*cursor != '\0')
            json_object_set_new(args, "cursor", drc_json_text(cursor));
        int rc = slack_call(api, a, "conversations.members", channel, args, &r, err);
        const json_t *list = drc_json_at(r.root, "members");
        for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
            const char *id = json_string_value(json_array_get(list, i));
            rc = id != NULL && strcmp(id, user) == 0;
        }
        cursor = drc_arena_strdup(a, drc_json_str(r.root, "response_metadata.next_cursor", ""));
        slack_reply_fini(&r);
        if (rc != 0 || *cursor == '\0')
            return rc;
    }
    return 0;
}

const char *drc_slack_zone(struct drc_slack_api *api, struct drc_arena *a, const char *user)
{
    struct slack_reply r;
    const char *zone = NULL;
    if (slack_call(api, a, "users.info", NULL, json_pack("{s:s}", "user", user), &r, NULL) == 0)
        zone = drc_arena_strdup(a, drc_json_str(r.root, "user.tz", NULL));
    slack_reply_fini(&r);
    return zone;
}

int drc_slack_status(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                     const char *thread_ts, const char *status, struct drc_err *err)
{
    struct slack_reply r;
    int rc = slack_call(api, a, "assistant.threads.setStatus", channel,
                        json_pack("{s:s, s:s, s:s}", "channel_id", channel, "thread_ts", thread_ts,
                                  "status", status),
                        &r, err);
    slack_reply_fini(&r);
    return rc;
}

static json_t *parse_blocks(const char *blocks)
{
    json_t *j = drc_json_parse(blocks, strlen(blocks), NULL);
    return j == NULL ? json_array() : j;
}

int drc_slack_delete(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                     const char *ts, struct drc_err *err)
{
    struct slack_reply r;
    struct drc_err own = DRC_ERR_INIT;
    int rc = slack_call(api, a, "chat.delete", channel,
                        json_pack("{s:s, s:s}", "channel", channel, "ts", ts), &r, &own);
    if (rc < 0 && strcmp(r.error, "message_not_found") == 0)
        rc = 0;
    slack_reply_fini(&r);
    if (rc < 0) {
        drc_err_set(err, own.code, "%s", own.msg);
        if (err != NULL)
            err->retry_ms = own.retry_ms;
    }
    return rc;
}

static json_t *plain_text(struct drc_arena *a, const char *text)
{
    return json_pack("{s:s, s:o}", "type", "plain_text", "text",
                     drc_json_text(drc_utf8_clean(a, text, strlen(text), TITLE_CHARS, false)));
}

/* The content of a window; NULL where its blocks cannot stand. */
static json_t *modal_view(struct drc_arena *a, const struct drc_to *to, const struct drc_message *m,
                          struct drc_err *err)
{
    const char *blocks = drc_slack_blocks(a, m, true, err);
    if (blocks == NULL)
        return NULL;
    json_t *view = json_pack(
        "{s:s, s:o, s:o, s:o}", "type", "modal", "title", plain_text(a, to->title), "close",
        plain_text(a, to->submit == NULL ? "Close" : "Cancel"), "blocks", parse_blocks(blocks));
    if (to->submit != NULL)
        json_object_set_new(view, "submit", plain_text(a, to->submit));
    if (to->form != NULL)
        json_object_set_new(view, "callback_id", drc_json_text(to->form));
    if (to->about != NULL)
        json_object_set_new(view, "private_metadata", drc_json_text(to->about));
    return view;
}

int drc_slack_modal(struct drc_slack_api *api, struct drc_arena *a, const char *trigger_id,
                    const struct drc_to *to, const struct drc_message *m, struct drc_err *err)
{
    struct slack_reply r;
    const char *method = to->view_id == NULL ? "views.open" : "views.update";
    if (to->view_id == NULL && trigger_id == NULL)
        return drc_err_set(err, DRC_ERR_TIMEOUT,
                           "Slack gave no trigger to open a window with; press again");
    json_t *view = modal_view(a, to, m, err);
    if (view == NULL)
        return -1;
    json_t *args =
        json_pack("{s:o, s:s}", "view", view, to->view_id == NULL ? "trigger_id" : "view_id",
                  to->view_id == NULL ? trigger_id : to->view_id);
    int rc = slack_call(api, a, method, NULL, args, &r, err);
    slack_reply_fini(&r);
    return rc;
}

static char *take_dump(struct drc_arena *a, json_t *take)
{
    char *text = drc_json_dump_sorted(take), *copy = drc_arena_strdup(a, text);
    free(text);
    json_decref(take);
    return copy;
}

char *drc_slack_form_errors(struct drc_arena *a, const struct drc_field *errors, size_t count)
{
    json_t *list = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(list, errors[i].id, drc_json_text(errors[i].value));
    return take_dump(a, json_pack("{s:s, s:o}", "response_action", "errors", "errors", list));
}

char *drc_slack_form_update(struct drc_arena *a, const struct drc_to *to,
                            const struct drc_message *m, struct drc_err *err)
{
    json_t *view = modal_view(a, to, m, err);
    if (view == NULL)
        return NULL;
    return take_dump(a, json_pack("{s:s, s:o}", "response_action", "update", "view", view));
}

int drc_slack_home(struct drc_slack_api *api, struct drc_arena *a, const char *user,
                   struct drc_message *m, struct drc_err *err)
{
    struct slack_reply r;
    const char *blocks = drc_slack_blocks(a, m, true, err);
    if (blocks == NULL)
        return -1;
    json_t *view = json_pack("{s:s, s:o}", "type", "home", "blocks", parse_blocks(blocks));
    int rc = slack_call(api, a, "views.publish", NULL,
                        json_pack("{s:s, s:o}", "user_id", user, "view", view), &r, err);
    slack_reply_fini(&r);
    return rc;
}
