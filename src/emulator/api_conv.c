/* conversations.*: what the bot may see of channels. Scopes go by the kind of channel. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"
#include "emulator/emulator.h"

static json_t *channel_object(const struct emu_channel *c)
{
    json_t *j = json_pack("{s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b}", "id", c->id, "is_channel",
                          c->kind == EMU_PUBLIC, "is_group", c->kind == EMU_PRIVATE, "is_im",
                          c->kind == EMU_DM, "is_mpim", 0, "is_private", c->kind != EMU_PUBLIC,
                          "is_archived", c->archived, "is_member", c->bot_member);
    if (c->kind == EMU_DM) {
        json_object_set_new(j, "user", json_string(emu_users[c->owner].id));
        json_object_set_new(j, "is_open", json_true());
    } else {
        json_object_set_new(j, "name", json_string(c->name));
        json_object_set_new(j, "name_normalized", json_string(c->name));
        json_object_set_new(
            j, "topic",
            json_pack("{s:s, s:s, s:i}", "value", c->topic, "creator", "", "last_set", 0));
        json_object_set_new(j, "num_members", json_integer(EMU_USERS + c->bot_member));
    }
    return j;
}

/* The channel of the call, if the scope "<kind>:<what>" allows it; else NULL and *error. */
static struct emu_channel *scoped(struct emu_call *c, const char *what, json_t **error)
{
    static const char *const kinds[] = {"channels", "groups", "im"};
    struct emu_channel *ch = emu_call_channel(c, "channel", error);
    if (ch == NULL)
        return NULL;
    char scope[40];
    snprintf(scope, sizeof scope, "%s:%s", kinds[ch->kind], what);
    if (emu_has_scope(c->e, scope))
        return ch;
    *error = emu_missing_scope(c->e, scope);
    return NULL;
}

static json_t *info(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = scoped(c, "read", &error);
    if (ch == NULL)
        return error;
    json_t *reply = emu_ok();
    json_object_set_new(reply, "channel", channel_object(ch));
    return reply;
}

static json_t *open_dm(struct emu_call *c)
{
    const char *users = emu_arg(c->args, "users");
    json_t *list = json_object_get(c->args, "users");
    if (json_is_array(list))
        users = json_array_size(list) == 1 ? json_string_value(json_array_get(list, 0)) : "";
    struct emu_channel *ch = emu_channel(c->e, emu_arg(c->args, "channel"));
    int user = emu_user_index(users);
    if (ch == NULL && user == EMU_NOBODY)
        return emu_error(users == NULL || users[0] == '\0' ? "users_list_not_supplied"
                                                           : "user_not_found");
    if (ch == NULL && c->e->deactivated[user])
        return emu_error("user_disabled");
    if (ch == NULL)
        ch = emu_channel(c->e, emu_users[user].dm);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "no_op", json_true());
    json_object_set_new(reply, "already_open", json_true());
    json_object_set_new(reply, "channel", channel_object(ch));
    return reply;
}

static json_t *join(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = emu_call_channel(c, "channel", &error);
    if (ch == NULL)
        return error;
    if (ch->kind != EMU_PUBLIC)
        return emu_error("method_not_supported_for_channel_type");
    char key[32];
    snprintf(key, sizeof key, "c/%s", ch->id);
    ch->bot_member = true;
    emu_store_touch(c->e, key);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "channel", channel_object(ch));
    return reply;
}

static json_t *members(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = scoped(c, "read", &error);
    if (ch == NULL)
        return error;
    json_t *list = json_array();
    for (int i = 0; i < EMU_USERS; i++)
        if (emu_can_see(ch, i) && !ch->outside[i])
            json_array_append_new(list, json_string(emu_users[i].id));
    if (ch->bot_member)
        json_array_append_new(list, json_string(EMU_BOT_USER));
    json_t *reply = emu_ok();
    json_object_set_new(reply, "members", list);
    json_object_set_new(reply, "response_metadata", json_pack("{s:s}", "next_cursor", ""));
    return reply;
}

static json_t *list(struct emu_call *c)
{
    static const char *const types[] = {"public_channel", "private_channel", "im"};
    static const char *const scopes[] = {"channels:read", "groups:read", "im:read"};
    const char *wanted = emu_arg(c->args, "types");
    if (wanted[0] == '\0')
        wanted = types[0];
    for (int k = 0; k < 3; k++)
        if (strstr(wanted, types[k]) != NULL && !emu_has_scope(c->e, scopes[k]))
            return emu_missing_scope(c->e, scopes[k]);
    int64_t limit = emu_arg_int(c->args, "limit", 100);
    int64_t at = emu_arg_int(c->args, "cursor", 0), n = 0;
    json_t *out = json_array();
    char next[24] = "";
    for (int64_t i = at < 0 ? 0 : at; i < EMU_CHANNELS; i++) {
        const struct emu_channel *ch = &c->e->channels[i];
        if (strstr(wanted, types[ch->kind]) == NULL || (ch->kind == EMU_PRIVATE && !ch->bot_member))
            continue;
        if (limit > 0 && n == limit) {
            snprintf(next, sizeof next, "%lld", (long long)i);
            break;
        }
        json_array_append_new(out, channel_object(ch));
        n++;
    }
    json_t *reply = emu_ok();
    json_object_set_new(reply, "channels", out);
    json_object_set_new(reply, "response_metadata", json_pack("{s:s}", "next_cursor", next));
    return reply;
}

/* ---- reading messages --------------------------------------------------------------------- */

struct window {
    const char *oldest, *latest, *cursor;
    bool inclusive, metadata;
    size_t limit;
};

static struct window window_of(const json_t *args, size_t dflt)
{
    int64_t limit = emu_arg_int(args, "limit", (int64_t)dflt);
    return (struct window){.oldest = emu_arg(args, "oldest"),
                           .latest = emu_arg(args, "latest"),
                           .cursor = emu_arg(args, "cursor"),
                           .inclusive = emu_arg_bool(args, "inclusive", false),
                           .metadata = emu_arg_bool(args, "include_all_metadata", false),
                           .limit = limit < 1     ? 1
                                    : limit > 999 ? 999
                                                  : (size_t)limit};
}

/* ts texts have the same form and length, so bytes compare as times do; "0" and "1700000000" are
 * shorter: pad. */
static int compare(const char *ts, const char *bound)
{
    char full[24];
    snprintf(full, sizeof full, "%s%s", bound, strchr(bound, '.') == NULL ? ".000000" : "");
    size_t a = strcspn(ts, "."), b = strcspn(full, ".");
    return a != b ? (a < b ? -1 : 1) : strcmp(ts, full);
}

static bool inside(const struct window *w, const char *ts)
{
    int low = w->oldest[0] == '\0' ? 1 : compare(ts, w->oldest);
    int high = w->latest[0] == '\0' ? -1 : compare(ts, w->latest);
    return (low > 0 || (low == 0 && w->inclusive)) && (high < 0 || (high == 0 && w->inclusive));
}

static json_t *page_reply(json_t *take_list, bool more, const char *next)
{
    json_t *reply = emu_ok();
    json_object_set_new(reply, "messages", take_list);
    json_object_set_new(reply, "has_more", json_boolean(more));
    json_object_set_new(reply, "response_metadata",
                        json_pack("{s:s}", "next_cursor", more ? next : ""));
    return reply;
}

/* Newest first; replies only where they were broadcast. A cursor is the ts of the last message
 * given. */
static json_t *history(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = scoped(c, "history", &error);
    if (ch == NULL)
        return error;
    if (!ch->bot_member)
        return emu_error("not_in_channel");
    struct window w = window_of(c->args, 100);
    json_t *out = json_array();
    const char *last = "";
    bool more = false;
    for (size_t i = ch->count; i-- > 0 && !more;) {
        const struct emu_msg *m = ch->msgs[i];
        if (w.oldest[0] != '\0' && compare(m->ts, w.oldest) < 0)
            break;
        bool broadcast = strcmp(drc_json_str(m->j, "subtype", ""), "thread_broadcast") == 0;
        if (m->only_for != EMU_NOBODY || (m->root != NULL && !broadcast) || !inside(&w, m->ts) ||
            (w.cursor[0] != '\0' && compare(m->ts, w.cursor) >= 0))
            continue;
        more = json_array_size(out) == w.limit;
        if (more)
            break;
        json_array_append_new(out, emu_message_public(m, w.metadata));
        last = m->ts;
    }
    return page_reply(out, more, last);
}

static json_t *replies(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = scoped(c, "history", &error);
    if (ch == NULL)
        return error;
    if (!ch->bot_member)
        return emu_error("not_in_channel");
    struct emu_msg *root = emu_msg(ch, emu_arg(c->args, "ts"));
    if (root == NULL || root->only_for != EMU_NOBODY)
        return emu_error("thread_not_found");
    if (root->root != NULL)
        root = root->root;
    struct window w = window_of(c->args, 999);
    json_t *out = json_array();
    const char *last = root->ts;
    bool more = false;
    if (w.cursor[0] == '\0')
        json_array_append_new(out,
                              emu_message_public(root, w.metadata)); /* the root is always there */
    for (size_t i = 0; i < root->reply_count; i++) {
        const struct emu_msg *m = root->replies[i];
        if (m->only_for != EMU_NOBODY || !inside(&w, m->ts) ||
            (w.cursor[0] != '\0' && compare(m->ts, w.cursor) <= 0))
            continue;
        more = json_array_size(out) >= w.limit;
        if (more)
            break;
        json_array_append_new(out, emu_message_public(m, w.metadata));
        last = m->ts;
    }
    return page_reply(out, more, last);
}

const struct emu_method emu_methods_conv[] = {
    {"conversations.info", NULL, 50, EMU_TOKEN_BOT, info},
    {"conversations.open", "im:write", 50, EMU_TOKEN_BOT, open_dm},
    {"conversations.join", "channels:join", 50, EMU_TOKEN_BOT, join},
    {"conversations.members", NULL, 100, EMU_TOKEN_BOT, members},
    {"conversations.list", NULL, 20, EMU_TOKEN_BOT, list},
    {"conversations.history", NULL, 50, EMU_TOKEN_BOT, history},
    {"conversations.replies", NULL, 50, EMU_TOKEN_BOT, replies},
    {NULL, NULL, 0, EMU_TOKEN_BOT, NULL},
};
