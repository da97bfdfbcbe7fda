/* auth, api, apps, users, team, bots, reactions, assistant.threads, blocks.validate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"
#include "emulator/blockkit.h"
#include "emulator/emulator.h"

#define STATUS_LIFE_MS 120000
#define REACTIONS_MAX 23

static json_t *api_test(struct emu_call *c)
{
    const char *error = emu_arg(c->args, "error");
    json_t *reply = error[0] == '\0' ? emu_ok() : emu_error(error), *args = json_copy(c->args);
    json_object_del(args, "token");
    json_object_set_new(reply, "args", args);
    return reply;
}

static json_t *auth_test(struct emu_call *c)
{
    json_t *reply = emu_ok();
    json_object_set_new(reply, "url", json_sprintf("http://localhost:%d/", c->e->port));
    json_object_set_new(reply, "team", json_string("Acme Data"));
    json_object_set_new(reply, "user", json_string("drc"));
    json_object_set_new(reply, "team_id", json_string(EMU_TEAM));
    json_object_set_new(reply, "user_id", json_string(EMU_BOT_USER));
    json_object_set_new(reply, "bot_id", json_string(EMU_BOT_ID));
    json_object_set_new(reply, "is_enterprise_install", json_false());
    return reply;
}

static json_t *connections_open(struct emu_call *c)
{
    if (strcmp(c->in->method, "POST") != 0)
        return emu_error("insecure_request");
    return emu_sm_open(c->e, c->in->host);
}

static json_t *user_profile(const struct emu *e, int i)
{
    const struct emu_user *u = &emu_users[i];
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:{s:s, s:s, s:s}, s:b, s:b}", "id", u->id,
                     "team_id", EMU_TEAM, "name", u->name, "deleted", e->deactivated[i],
                     "real_name", u->real_name, "tz", u->tz, "profile", "real_name", u->real_name,
                     "display_name", u->name, "title", u->title, "is_bot", 0, "is_app_user", 0);
}

static json_t *bot_profile(void)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:{s:s, s:s, s:s, s:s}, s:b, s:b}", "id",
                     EMU_BOT_USER, "team_id", EMU_TEAM, "name", "drc", "deleted", 0, "real_name",
                     "drc", "tz", "UTC", "profile", "real_name", "drc", "display_name", "drc",
                     "bot_id", EMU_BOT_ID, "api_app_id", EMU_APP, "is_bot", 1, "is_app_user", 0);
}

static json_t *users_info(struct emu_call *c)
{
    const char *id = emu_arg(c->args, "user");
    int i = emu_user_index(id);
    bool bot = strcmp(id, EMU_BOT_USER) == 0;
    if (i == EMU_NOBODY && !bot)
        return emu_error("user_not_found");
    json_t *reply = emu_ok();
    json_object_set_new(reply, "user", bot ? bot_profile() : user_profile(c->e, i));
    return reply;
}

static json_t *users_list(struct emu_call *c)
{
    (void)c;
    json_t *members = json_array();
    for (int i = 0; i < EMU_USERS; i++)
        json_array_append_new(members, user_profile(c->e, i));
    json_array_append_new(members, bot_profile());
    json_t *reply = emu_ok();
    json_object_set_new(reply, "members", members);
    json_object_set_new(reply, "response_metadata", json_pack("{s:s}", "next_cursor", ""));
    return reply;
}

static json_t *team_info(struct emu_call *c)
{
    (void)c;
    json_t *reply = emu_ok();
    json_object_set_new(reply, "team",
                        json_pack("{s:s, s:s, s:s, s:s}", "id", EMU_TEAM, "name", "Acme Data",
                                  "domain", EMU_DOMAIN, "email_domain", ""));
    return reply;
}

static json_t *bots_info(struct emu_call *c)
{
    const char *id = emu_arg(c->args, "bot");
    if (id[0] != '\0' && strcmp(id, EMU_BOT_ID) != 0)
        return emu_error("bot_not_found");
    json_t *reply = emu_ok();
    json_object_set_new(reply, "bot",
                        json_pack("{s:s, s:b, s:s, s:s, s:s}", "id", EMU_BOT_ID, "deleted", 0,
                                  "name", "drc", "app_id", EMU_APP, "user_id", EMU_BOT_USER));
    return reply;
}

/* ---- reactions ---------------------------------------------------------------------------- */

static json_t *find_reaction(json_t *list, const char *name, size_t *at)
{
    for (*at = 0; *at < json_array_size(list); ++*at)
        if (strcmp(drc_json_str(json_array_get(list, *at), "name", ""), name) == 0)
            return json_array_get(list, *at);
    return NULL;
}

static bool find_user(const json_t *users, const char *id, size_t *at)
{
    for (*at = 0; *at < json_array_size(users); ++*at)
        if (strcmp(json_string_value(json_array_get(users, *at)), id) == 0)
            return true;
    return false;
}

const char *emu_react(struct emu *e, struct emu_msg *m, const char *user_id, const char *name,
                      bool add)
{
    if (name[0] == '\0' || strlen(name) > 100 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_+-'") != strlen(name))
        return "invalid_name";
    json_t *list = json_object_get(m->j, "reactions");
    if (list == NULL) {
        list = json_array();
        json_object_set_new(m->j, "reactions", list);
    }
    size_t at = 0, who = 0;
    json_t *r = find_reaction(list, name, &at);
    bool has = r != NULL && find_user(json_object_get(r, "users"), user_id, &who);
    if (add == has)
        return add ? "already_reacted" : "no_reaction";
    if (add && r == NULL && json_array_size(list) >= REACTIONS_MAX)
        return "too_many_reactions";
    if (add && r == NULL) {
        r = json_pack("{s:s, s:[], s:i}", "name", name, "users", "count", 0);
        json_array_append_new(list, r);
    }
    json_t *users = json_object_get(r, "users");
    if (add)
        json_array_append_new(users, json_string(user_id));
    else
        json_array_remove(users, who);
    json_object_set_new(r, "count", json_integer((json_int_t)json_array_size(users)));
    if (json_array_size(users) == 0)
        json_array_remove(list, at);
    if (json_array_size(list) == 0)
        json_object_del(m->j, "reactions");
    free(m->text);
    m->text = NULL;
    emu_store_touch_msg(e, m);
    emu_ui_reaction(e, m);
    return NULL;
}

static struct emu_msg *reaction_target(struct emu_call *c, json_t **error)
{
    struct emu_channel *ch = emu_call_channel(c, "channel", error);
    struct emu_msg *m = ch == NULL ? NULL : emu_msg(ch, emu_arg(c->args, "timestamp"));
    if (ch != NULL && !ch->bot_member)
        *error = emu_error("not_in_channel");
    else if (ch != NULL && (m == NULL || m->only_for != EMU_NOBODY))
        *error = emu_error("message_not_found");
    return *error == NULL ? m : NULL;
}

static json_t *reactions_change(struct emu_call *c, bool add)
{
    json_t *error = NULL;
    struct emu_msg *m = reaction_target(c, &error);
    if (m == NULL)
        return error;
    const char *code = emu_react(c->e, m, EMU_BOT_USER, emu_arg(c->args, "name"), add);
    return code == NULL ? emu_ok() : emu_error(code);
}

static json_t *reactions_add(struct emu_call *c)
{
    return reactions_change(c, true);
}

static json_t *reactions_remove(struct emu_call *c)
{
    return reactions_change(c, false);
}

static json_t *reactions_get(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_msg *m = reaction_target(c, &error);
    if (m == NULL)
        return error;
    json_t *reply = emu_ok();
    json_object_set_new(reply, "type", json_string("message"));
    json_object_set_new(reply, "channel", json_string(m->channel->id));
    json_object_set_new(reply, "message", emu_message_public(m, false));
    return reply;
}

/* ---- "drc is thinking..." ----------------------------------------------------------------- */

struct status {
    struct emu *e;
    struct drc_timer *timer;
    char channel[16], thread_ts[24];
};

static void tell_status(struct emu *e, const char *channel, const char *thread_ts, const char *text)
{
    struct emu_channel *c = emu_channel(e, channel);
    if (c != NULL)
        emu_ui_channel(e, c,
                       json_pack("{s:s, s:s, s:s, s:o, s:s}", "type", "status", "channel", channel,
                                 "thread_ts", thread_ts, "status", drc_json_text(text), "user",
                                 EMU_BOT_USER));
}

static void status_key(char out[48], const char *channel, const char *thread_ts)
{
    snprintf(out, 48, "%.15s/%.23s", channel, thread_ts);
}

static void free_status(void *p)
{
    struct status *s = p;
    drc_timer_free(s->timer);
    free(s);
}

void emu_status_clear(struct emu *e, const char *channel, const char *thread_ts)
{
    char key[48];
    status_key(key, channel, thread_ts);
    struct status *s = drc_map_remove(e->statuses, key);
    if (s == NULL)
        return;
    tell_status(e, channel, thread_ts, "");
    free_status(s);
}

void emu_statuses_free(struct emu *e)
{
    drc_map_free(e->statuses, free_status);
}

static void status_due(void *user)
{
    struct status *s = user;
    char channel[16], thread_ts[24];
    memcpy(channel, s->channel, sizeof channel);
    memcpy(thread_ts, s->thread_ts, sizeof thread_ts);
    emu_status_clear(s->e, channel, thread_ts); /* frees s */
}

static json_t *set_status(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = emu_call_channel(c, "channel_id", &error);
    if (ch == NULL)
        return error;
    struct emu_msg *root = emu_msg(ch, emu_arg(c->args, "thread_ts"));
    if (root == NULL || root->only_for != EMU_NOBODY)
        return emu_error("invalid_thread_ts");
    const char *text = emu_arg(c->args, "status");
    char key[48];
    status_key(key, ch->id, root->ts);
    if (text[0] == '\0') {
        emu_status_clear(c->e, ch->id, root->ts);
        return emu_ok();
    }
    struct status *s = drc_map_get(c->e->statuses, key);
    if (s == NULL) {
        s = calloc(1, sizeof *s);
        if (s == NULL)
            abort();
        s->e = c->e;
        s->timer = drc_timer_new(c->e->loop, status_due, s);
        snprintf(s->channel, sizeof s->channel, "%s", ch->id);
        snprintf(s->thread_ts, sizeof s->thread_ts, "%s", root->ts);
        drc_map_set(c->e->statuses, key, s);
    }
    drc_timer_set(s->timer, STATUS_LIFE_MS);
    tell_status(c->e, ch->id, root->ts, text);
    return emu_ok();
}

static json_t *set_title(struct emu_call *c)
{
    json_t *error = NULL;
    struct emu_channel *ch = emu_call_channel(c, "channel_id", &error);
    if (ch == NULL)
        return error;
    if (emu_msg(ch, emu_arg(c->args, "thread_ts")) == NULL)
        return emu_error("invalid_thread_ts");
    return emu_arg(c->args, "title")[0] == '\0' ? emu_error("invalid_arguments") : emu_ok();
}

static json_t *set_prompts(struct emu_call *c)
{
    json_t *error = NULL;
    if (emu_call_channel(c, "channel_id", &error) == NULL)
        return error;
    bool bad;
    json_t *prompts = emu_arg_json(c->args, "prompts", &bad), *one;
    size_t i;
    bool fine =
        json_is_array(prompts) && json_array_size(prompts) >= 1 && json_array_size(prompts) <= 4;
    json_array_foreach(prompts, i, one) fine = fine && drc_json_str(one, "title", "")[0] != '\0' &&
                                               drc_json_str(one, "message", "")[0] != '\0';
    json_decref(prompts);
    return fine ? emu_ok() : emu_error("invalid_arguments");
}

/* ---- blocks.validate ---------------------------------------------------------------------- */

static json_t *blocks_validate(struct emu_call *c)
{
    static const char *const names[] = {"blocks", "view", "message"};
    static const char *const errors[] = {"invalid_blocks", "invalid_view", "invalid_message"};
    json_t *given = NULL;
    int which = -1, count = 0;
    for (int i = 0; i < 3; i++) {
        if (json_object_get(c->args, names[i]) == NULL)
            continue;
        bool bad;
        json_decref(given);
        given = emu_arg_json(c->args, names[i], &bad);
        which = i;
        count++;
    }
    if (count != 1 || (which == 0 ? !json_is_array(given) : !json_is_object(given))) {
        json_decref(given);
        return emu_error("invalid_arguments");
    }
    json_t *issues = which == 0   ? emu_blockkit_check(given, EMU_MESSAGE, "/blocks")
                     : which == 1 ? emu_blockkit_check_view(given)
                                  : emu_blockkit_check(json_object_get(given, "blocks"),
                                                       EMU_MESSAGE, "/message/blocks");
    json_t *reply = json_array_size(issues) == 0 ? emu_ok() : emu_error(errors[which]);
    if (json_array_size(issues) > 0)
        json_object_set(reply, "errors", issues);
    json_decref(issues);
    json_decref(given);
    return reply;
}

const struct emu_method emu_methods_misc[] = {
    {"api.test", NULL, 0, EMU_TOKEN_NONE, api_test},
    {"auth.test", NULL, 0, EMU_TOKEN_ANY, auth_test},
    {"apps.connections.open", NULL, 50, EMU_TOKEN_APP, connections_open},
    {"users.info", "users:read", 100, EMU_TOKEN_BOT, users_info},
    {"users.list", "users:read", 20, EMU_TOKEN_BOT, users_list},
    {"team.info", "team:read", 50, EMU_TOKEN_BOT, team_info},
    {"bots.info", "users:read", 50, EMU_TOKEN_BOT, bots_info},
    {"reactions.add", "reactions:write", 50, EMU_TOKEN_BOT, reactions_add},
    {"reactions.remove", "reactions:write", 20, EMU_TOKEN_BOT, reactions_remove},
    {"reactions.get", "reactions:read", 50, EMU_TOKEN_BOT, reactions_get},
    {"assistant.threads.setStatus", "chat:write", 0, EMU_TOKEN_BOT, set_status},
    {"assistant.threads.setTitle", "assistant:write", 100, EMU_TOKEN_BOT, set_title},
    {"assistant.threads.setSuggestedPrompts", "assistant:write", 100, EMU_TOKEN_BOT, set_prompts},
    {"blocks.validate", NULL, 50, EMU_TOKEN_NONE, blocks_validate},
    {NULL, NULL, 0, EMU_TOKEN_BOT, NULL},
};
