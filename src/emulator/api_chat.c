/* chat.*: what the bot says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"
#include "drc/utf8.h"
#include "emulator/emulator.h"

#define UPDATE_TEXT_MAX_CHARS 4000
#define METADATA_MAX_BYTES 16384

json_t *emu_message_public(const struct emu_msg *m, bool with_metadata)
{
    json_t *copy = json_copy(m->j); /* shallow: the message itself is never changed through it */
    if (!with_metadata)
        json_object_del(copy, "metadata");
    return copy;
}

/* Cuts a valid text to max characters, as Slack does with a very long message. */
static json_t *cut_text(const char *text, size_t max)
{
    size_t at = 0, n = 0;
    unsigned cp;
    for (int step; n < max && (step = drc_utf8_next(text + at, &cp)) > 0; n++)
        at += (size_t)step;
    return json_stringn(text, at);
}

static json_t *fill_metadata(json_t *j, const json_t *args)
{
    bool bad;
    json_t *meta = emu_arg_json(args, "metadata", &bad);
    if (meta == NULL)
        return bad ? emu_error("invalid_metadata_format") : NULL;
    json_t *error = NULL;
    char *text = drc_json_dump(meta);
    if (!json_is_string(json_object_get(meta, "event_type")) ||
        !json_is_object(json_object_get(meta, "event_payload")))
        error = emu_error("invalid_metadata_format");
    else if (strlen(text) > METADATA_MAX_BYTES)
        error = emu_error("metadata_too_large");
    else
        json_object_set(j, "metadata", meta);
    free(text);
    json_decref(meta);
    return error;
}

json_t *emu_fill_message(struct emu *e, json_t *j, const json_t *args, bool update)
{
    const char *text = emu_arg(args, "text");
    if (text[0] == '\0')
        text = emu_arg(args, "markdown_text");
    else if (emu_arg(args, "markdown_text")[0] != '\0')
        return emu_error("markdown_text_conflict");
    bool bad;
    json_t *blocks = emu_arg_json(args, "blocks", &bad);
    if (bad || (blocks != NULL && !json_is_array(blocks))) {
        json_decref(blocks);
        return emu_error("invalid_blocks_format");
    }
    bool attachments = json_object_get(args, "attachments") != NULL;
    if (text[0] == '\0' && json_array_size(blocks) == 0 && !attachments) {
        json_decref(blocks);
        return emu_error("no_text");
    }
    if (update && drc_utf8_count(text) > UPDATE_TEXT_MAX_CHARS) {
        json_decref(blocks);
        return emu_error("msg_too_long");
    }
    json_t *error = blocks == NULL ? NULL : emu_blocks_prepare(e, blocks);
    if (error == NULL)
        error = fill_metadata(j, args);
    if (error == NULL) {
        json_object_set_new(j, "text", cut_text(text, EMU_TEXT_MAX_CHARS));
        if (json_array_size(blocks) > 0)
            json_object_set(j, "blocks", blocks);
        else if (blocks != NULL) /* an empty array removes them; without the argument they stay */
            json_object_del(j, "blocks");
    }
    json_decref(blocks);
    return error;
}

/* thread_ts of args into j; NULL = fine. A reply's ts stands for its root. */
static json_t *fill_thread(struct emu_channel *ch, json_t *j, const json_t *args)
{
    const char *ts = emu_arg(args, "thread_ts");
    if (ts[0] == '\0')
        return NULL;
    struct emu_msg *root = emu_msg(ch, ts);
    if (root == NULL || root->only_for != EMU_NOBODY)
        return emu_error("thread_not_found");
    if (root->root != NULL)
        root = root->root;
    json_object_set_new(j, "thread_ts", json_string(root->ts));
    return NULL;
}

static json_t *post_message(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = emu_call_channel(c, "channel", &error);
    if (ch == NULL)
        return error;
    if (ch->archived)
        return emu_error("is_archived");
    if (!ch->bot_member)
        return emu_error("not_in_channel");
    json_t *j = emu_bot_message("");
    error = fill_thread(ch, j, c->args);
    if (error == NULL)
        error = emu_fill_message(c->e, j, c->args, false);
    if (error != NULL) {
        json_decref(j);
        return error;
    }
    if (json_object_get(j, "thread_ts") != NULL && emu_arg_bool(c->args, "reply_broadcast", false))
        json_object_set_new(j, "subtype", json_string("thread_broadcast"));
    struct emu_msg *m = emu_msg_add(c->e, ch, j, EMU_NOBODY);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "channel", json_string(ch->id));
    json_object_set_new(reply, "ts", json_string(m->ts));
    json_object_set_new(reply, "message", emu_message_public(m, false));
    return reply;
}

static struct emu_msg *own_message(struct emu_call *c, const char *cant, json_t **error)
{
    struct emu_channel *ch = emu_call_channel(c, "channel", error);
    if (ch == NULL)
        return NULL;
    struct emu_msg *m = emu_msg(ch, emu_arg(c->args, "ts"));
    if (m == NULL || m->only_for != EMU_NOBODY ||
        strcmp(drc_json_str(m->j, "subtype", ""), "tombstone") == 0)
        *error = emu_error(
            "message_not_found"); /* an ephemeral message cannot be reached by the Web API */
    else if (strcmp(drc_json_str(m->j, "user", ""), EMU_BOT_USER) != 0)
        *error = emu_error(cant);
    else
        return m;
    return NULL;
}

static json_t *update(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_msg *m = own_message(c, "cant_update_message", &error);
    if (m == NULL)
        return error;
    error = emu_fill_message(c->e, m->j, c->args, true);
    if (error != NULL)
        return error;
    char ts[24];
    emu_new_ts(c->e, ts);
    json_object_set_new(m->j, "edited", json_pack("{s:s, s:s}", "user", EMU_BOT_USER, "ts", ts));
    emu_msg_changed(c->e, m);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "channel", json_string(m->channel->id));
    json_object_set_new(reply, "ts", json_string(m->ts));
    json_object_set(reply, "text", json_object_get(m->j, "text"));
    json_object_set_new(reply, "message", emu_message_public(m, false));
    return reply;
}

static json_t *delete (struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_msg *m = own_message(c, "cant_delete_message", &error);
    if (m == NULL)
        return error;
    json_t *reply = emu_ok();
    json_object_set_new(reply, "channel", json_string(m->channel->id));
    json_object_set_new(reply, "ts", json_string(m->ts));
    emu_msg_delete(c->e, m);
    return reply;
}

static json_t *post_ephemeral(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = emu_call_channel(c, "channel", &error);
    if (ch == NULL)
        return error;
    int user = emu_user_index(emu_arg(c->args, "user"));
    if (!ch->bot_member)
        return emu_error("not_in_channel");
    if (user == EMU_NOBODY || !emu_can_see(ch, user))
        return emu_error("user_not_in_channel");
    json_t *j = emu_bot_message("");
    error = fill_thread(ch, j, c->args);
    if (error == NULL)
        error = emu_fill_message(c->e, j, c->args, false);
    if (error != NULL) {
        json_decref(j);
        return error;
    }
    struct emu_msg *m = emu_msg_add(c->e, ch, j, user);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "message_ts", json_string(m->ts));
    return reply;
}

static json_t *get_permalink(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = emu_call_channel(c, "channel", &error);
    if (ch == NULL)
        return error;
    struct emu_msg *m = emu_msg(ch, emu_arg(c->args, "message_ts"));
    if (m == NULL || m->only_for != EMU_NOBODY)
        return emu_error("message_not_found");
    json_t *reply = emu_ok();
    char link[256];
    const char *dot = strchr(m->ts, '.');
    int n = snprintf(link, sizeof link, "http://localhost:%d/archives/%s/p%.*s%s", c->e->port,
                     ch->id, (int)(dot - m->ts), m->ts, dot + 1);
    if (m->root != NULL && n > 0 && (size_t)n < sizeof link)
        snprintf(link + n, sizeof link - (size_t)n, "?thread_ts=%s&cid=%s", m->root->ts, ch->id);
    json_object_set_new(reply, "channel", json_string(ch->id));
    json_object_set_new(reply, "permalink", json_string(link));
    return reply;
}

json_t *emu_post_answer(struct emu *e, const json_t *answer, struct emu_channel *c, int user,
                        const char *thread_ts, bool in_channel)
{
    json_t *j = emu_bot_message("");
    if (thread_ts[0] != '\0')
        json_object_set_new(j, "thread_ts", json_string(thread_ts));
    json_t *error = emu_fill_message(e, j, answer, false);
    if (error != NULL)
        json_decref(j);
    else
        emu_msg_add(e, c, j, in_channel ? EMU_NOBODY : user);
    return error;
}

const struct emu_method emu_methods_chat[] = {
    {"chat.postMessage", "chat:write", 0, EMU_TOKEN_BOT, post_message},
    {"chat.update", "chat:write", 50, EMU_TOKEN_BOT, update},
    {"chat.delete", "chat:write", 50, EMU_TOKEN_BOT, delete},
    {"chat.postEphemeral", "chat:write", 100, EMU_TOKEN_BOT, post_ephemeral},
    {"chat.getPermalink", NULL, 0, EMU_TOKEN_BOT, get_permalink},
    {NULL, NULL, 0, EMU_TOKEN_BOT, NULL},
};
