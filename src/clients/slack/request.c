/* Envelopes to requests. Field names: docs.slack.dev, interactivity payloads and Events API. */
#include <string.h>

#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/slack.h"

#define FIELDS_MAX 40 /* inputs of a form; ours have a dozen */

static const char *copy(struct drc_arena *a, const json_t *root, const char *path)
{
    const char *s = drc_json_str(root, path, NULL);
    return s == NULL || *s == '\0' ? NULL : drc_arena_strdup(a, s);
}

/* One byte more than a command may have: the router refuses it with a sentence. */
static const char *capped(struct drc_arena *a, const char *s)
{
    return drc_arena_strndup(a, s, strnlen(s, DRC_COMMAND_TEXT_MAX_BYTES + 1));
}

/* "&lt;" and friends, "<https://x|label>" to the URL, "<@U1|name>" and "<#C1|name>" to @name and
 * #name. */
static char *plain_words(struct drc_arena *a, const char *s)
{
    static const struct {
        const char *from;
        char to;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};
    char *out = drc_arena_alloc(a, strlen(s) + 1);
    size_t o = 0;
    while (*s != '\0') {
        size_t i = 0, n;
        while (i < 3 && strncmp(s, entities[i].from, strlen(entities[i].from)) != 0)
            i++;
        if (i < 3) {
            out[o++] = entities[i].to;
            s += strlen(entities[i].from);
        } else if (*s == '<' && s[n = strcspn(s, ">")] == '>') {
            const char *bar = memchr(s, '|', n), *from = s + 1;
            size_t bytes = bar == NULL ? n - 1 : (size_t)(bar - s) - 1;
            if ((*from == '@' || *from == '#') && bar != NULL) {
                out[o++] = *from;
                from = bar + 1;
                bytes = (size_t)(s + n - from);
            }
            memcpy(out + o, from, bytes);
            o += bytes;
            s += n + 1;
        } else {
            out[o++] = *s++;
        }
    }
    out[o] = '\0';
    return out;
}

/* Cuts our own mention off the front: "<@U0BOT> why", "<@U0BOT|drc> why". */
static const char *without_mention(const char *text, const char *bot_user)
{
    size_t n = strlen(bot_user);
    text += strspn(text, " \t\n");
    if (n == 0 || strncmp(text, "<@", 2) != 0 || strncmp(text + 2, bot_user, n) != 0 ||
        (text[2 + n] != '>' && text[2 + n] != '|'))
        return text;
    const char *end = strchr(text, '>');
    return end == NULL ? text : end + 1 + strspn(end + 1, " \t\n:,");
}

static int need(const struct drc_request *r, struct drc_err *err)
{
    if (r->user == NULL || r->channel == NULL)
        return drc_err_set(err, DRC_ERR_PARSE, "the envelope names no %s",
                           r->user == NULL ? "user" : "channel");
    return 0;
}

static int take_slash(struct drc_arena *a, const json_t *p, struct drc_request *r,
                      struct drc_err *err)
{
    r->kind = DRC_REQ_COMMAND;
    r->is_slash = true;
    r->team = copy(a, p, "team_id");
    r->channel = copy(a, p, "channel_id");
    r->user = copy(a, p, "user_id");
    r->trigger_id = copy(a, p, "trigger_id");
    r->response_url = copy(a, p, "response_url");
    r->text = plain_words(a, capped(a, drc_json_str(p, "text", "")));
    r->is_dm = strcmp(drc_json_str(p, "channel_name", ""), "directmessage") == 0;
    return need(r, err);
}

static bool is_from_person(const json_t *event, const struct drc_slack_self *self)
{
    const char *user = drc_json_str(event, "user", ""),
               *subtype = drc_json_str(event, "subtype", "");
    if (*user == '\0' || drc_json_at(event, "bot_id") != NULL || strcmp(user, self->user_id) == 0)
        return false;
    return *subtype == '\0' || strcmp(subtype, "file_share") == 0 ||
           strcmp(subtype, "thread_broadcast") == 0;
}

static int take_message(struct drc_arena *a, const json_t *p, const struct drc_slack_self *self,
                        struct drc_request *r, struct drc_err *err)
{
    const json_t *e = drc_json_at(p, "event");
    bool mention = strcmp(drc_json_str(e, "type", ""), "app_mention") == 0;
    const char *channel_type = drc_json_str(e, "channel_type", "");
    const char *channel = drc_json_str(e, "channel", "");
    r->is_dm = strcmp(channel_type, "im") == 0 || *channel == 'D';
    if (!is_from_person(e, self) || (!mention && !r->is_dm))
        return 0; /* IGNORE: our own words, other bots, talk between people */
    r->kind = DRC_REQ_COMMAND;
    r->team = copy(a, p, "team_id");
    r->channel = copy(a, e, "channel");
    r->user = copy(a, e, "user");
    r->message_ts = copy(a, e, "ts");
    r->thread_ts = copy(a, e, "thread_ts");
    const char *text = capped(a, drc_json_str(e, "text", ""));
    r->text = plain_words(a, without_mention(text, self->user_id));
    return need(r, err);
}

static int take_event(struct drc_arena *a, const json_t *p, const struct drc_slack_self *self,
                      struct drc_request *r, struct drc_err *err)
{
    const char *type = drc_json_str(p, "event.type", "");
    if (strcmp(type, "message") == 0 || strcmp(type, "app_mention") == 0)
        return take_message(a, p, self, r, err);
    if (strcmp(type, "app_home_opened") == 0 &&
        strcmp(drc_json_str(p, "event.tab", ""), "home") == 0) {
        r->kind = DRC_REQ_HOME;
        r->user = copy(a, p, "event.user");
        return r->user == NULL ? drc_err_set(err, DRC_ERR_PARSE, "the envelope names no user") : 0;
    }
    return 0;
}

static int take_action(struct drc_arena *a, const json_t *p, struct drc_request *r,
                       struct drc_err *err)
{
    r->kind = DRC_REQ_ACTION;
    r->team = copy(a, p, "team.id");
    r->user = copy(a, p, "user.id");
    r->channel = copy(a, p, "channel.id");
    if (r->channel == NULL)
        r->channel = copy(a, p, "container.channel_id");
    r->message_ts = copy(a, p, "message.ts");
    if (r->message_ts == NULL)
        r->message_ts = copy(a, p, "container.message_ts");
    r->thread_ts = copy(a, p, "message.thread_ts");
    if (r->thread_ts == NULL)
        r->thread_ts = copy(a, p, "container.thread_ts");
    r->is_dm = r->channel != NULL && *r->channel == 'D';
    r->is_ephemeral = drc_json_bool(p, "container.is_ephemeral", false);
    r->trigger_id = copy(a, p, "trigger_id");
    r->response_url = copy(a, p, "response_url");
    r->view_id = copy(a, p, "view.id");
    r->view_hash = copy(a, p, "view.hash");
    r->callback_id = copy(a, p, "view.callback_id");
    r->action_id = copy(a, p, "actions.0.action_id");
    r->value = copy(a, p, "actions.0.value");
    if (r->value == NULL)
        r->value = copy(a, p, "actions.0.selected_option.value");
    if (r->user == NULL || r->action_id == NULL)
        return drc_err_set(err, DRC_ERR_PARSE, "the click names no %s",
                           r->user == NULL ? "user" : "action");
    if (r->is_ephemeral) /* such a message is in no thread and cannot be replied to */
        r->message_ts = NULL;
    return 0;
}

/* One input's value, whatever its element is called. */
static const char *value_of(struct drc_arena *a, const json_t *element)
{
    static const char *const members[] = {"value", "selected_option.value", "selected_time",
                                          "selected_conversation", "selected_channel"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *s = drc_json_str(element, members[i], NULL);
        if (s != NULL)
            return capped(a, s);
    }
    return "";
}

static void take_fields(struct drc_arena *a, const json_t *values, struct drc_request *r)
{
    const char *block, *action;
    json_t *elements, *element;
    size_t n = 0, most = json_object_size(values);
    struct drc_field *fields = drc_arena_array(a, FIELDS_MAX, sizeof *fields);
    if (!json_is_object(values) || most > FIELDS_MAX)
        return;
    json_object_foreach((json_t *)values, block, elements)
    {
        json_object_foreach(elements, action, element)
        {
            fields[n++] = (struct drc_field){drc_arena_strdup(a, block), value_of(a, element)};
            break; /* an input block has one element */
        }
    }
    r->fields = fields;
    r->field_count = n;
}

static int take_submit(struct drc_arena *a, const json_t *p, struct drc_request *r,
                       struct drc_err *err)
{
    r->kind = DRC_REQ_SUBMIT;
    r->team = copy(a, p, "team.id");
    r->user = copy(a, p, "user.id");
    r->trigger_id = copy(a, p, "trigger_id");
    r->view_id = copy(a, p, "view.id");
    r->view_hash = copy(a, p, "view.hash");
    r->callback_id = copy(a, p, "view.callback_id");
    r->private_metadata = copy(a, p, "view.private_metadata");
    take_fields(a, drc_json_at(p, "view.state.values"), r);
    if (r->user == NULL || r->view_id == NULL)
        return drc_err_set(err, DRC_ERR_PARSE, "the form names no %s",
                           r->user == NULL ? "user" : "view");
    return 0;
}

static void set_thread_key(struct drc_arena *a, struct drc_request *r)
{
    const char *root = r->thread_ts != NULL        ? r->thread_ts
                       : r->kind == DRC_REQ_ACTION ? r->message_ts
                                                   : NULL;
    r->thread_key = drc_arena_printf(a, "%.40s:%.80s", r->channel == NULL ? "-" : r->channel,
                                     root != NULL      ? root
                                     : r->user == NULL ? "-"
                                                       : r->user);
}

static int take(struct drc_arena *a, const json_t *root, const struct drc_slack_self *self,
                struct drc_request *r, struct drc_err *err)
{
    const char *type = drc_json_str(root, "type", "");
    const json_t *p = drc_json_at(root, "payload");
    if (strcmp(type, "slash_commands") == 0)
        return take_slash(a, p, r, err);
    if (strcmp(type, "events_api") == 0)
        return take_event(a, p, self, r, err);
    if (strcmp(type, "interactive") == 0) {
        const char *kind = drc_json_str(p, "type", "");
        if (strcmp(kind, "block_actions") == 0)
            return take_action(a, p, r, err);
        if (strcmp(kind, "view_submission") == 0)
            return take_submit(a, p, r, err);
    }
    return 0; /* IGNORE: unknown types are acked and logged */
}

int drc_slack_request_parse(struct drc_arena *a, const char *envelope, size_t bytes,
                            const struct drc_slack_self *self, struct drc_request *out,
                            struct drc_err *err)
{
    struct drc_slack_frame frame;
    memset(out, 0, sizeof *out);
    out->kind = DRC_REQ_IGNORE;
    json_t *root = drc_json_parse(envelope, bytes, err);
    if (root == NULL)
        return -1;
    drc_slack_frame_parse(a, envelope, bytes, &frame);
    int rc = take(a, root, self, out, err);
    json_decref(root);
    out->key = frame.dedupe_key != NULL    ? frame.dedupe_key
               : frame.envelope_id != NULL ? frame.envelope_id
                                           : "none";
    set_thread_key(a, out);
    return rc;
}
