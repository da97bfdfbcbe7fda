/* What people type: messages, mentions, slash commands; and the small verbs (read, react, history).
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/utf8.h"
#include "emulator/emulator.h"

#define HISTORY_MAX 60

static json_t *refuse(const char *why)
{
    return json_pack("{s:b, s:s}", "ok", 0, "error", why);
}

/* ---- typed text to Slack's text ----------------------------------------------------------- */

/* "<@U0BOB0002>" or "<#C0FINOPS1>" as tests write it: its length, else 0. */
static size_t reference_at(const char *p)
{
    if (p[0] != '<' || (p[1] != '@' && p[1] != '#'))
        return 0;
    size_t n = 2;
    while (isupper((unsigned char)p[n]) || isdigit((unsigned char)p[n]))
        n++;
    return n > 2 && p[n] == '>' ? n + 1 : 0;
}

/* "@alice" as people write it: the person's id (and its length in *bytes), else NULL. */
static const char *mention_at(const char *text, const char *p, size_t *bytes, const char **name)
{
    if (p[0] != '@' || (p > text && isalnum((unsigned char)p[-1])))
        return NULL;
    size_t n = 0;
    while (isalnum((unsigned char)p[1 + n]) || p[1 + n] == '_')
        n++;
    *bytes = n + 1;
    *name = "drc";
    if (n == 3 && strncasecmp(p + 1, "drc", 3) == 0)
        return EMU_BOT_USER;
    for (int i = 0; i < EMU_USERS; i++)
        if (strlen(emu_users[i].name) == n && strncasecmp(p + 1, emu_users[i].name, n) == 0) {
            *name = emu_users[i].name;
            return emu_users[i].id;
        }
    return NULL;
}

/* Mentions become references, & < > become entities. with_names: slash commands carry "<@U1|name>".
 * malloc'd. */
static char *slack_text(const char *text, bool with_names)
{
    struct drc_buf b;
    drc_buf_init(&b, DRC_BUF_MAX_BYTES);
    for (const char *p = text; *p != '\0';) {
        size_t n = with_names ? 0 : reference_at(p);
        const char *name = NULL, *id = mention_at(text, p, &n, &name);
        if (id != NULL) {
            drc_buf_printf(&b, with_names ? "<@%s|%s>" : "<@%s>", id, name);
        } else if (with_names && (n = reference_at(p)) > 0) {
            drc_buf_add(&b, p, n);
        } else if (p[0] == '<' && n > 0) {
            drc_buf_add(&b, p, n);
        } else {
            n = 1;
            if (*p == '&' || *p == '<' || *p == '>')
                drc_buf_addstr(&b, *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : "&gt;");
            else
                drc_buf_addch(&b, *p);
        }
        p += n;
    }
    return drc_buf_take(&b, NULL);
}

/* ---- slash commands ----------------------------------------------------------------------- */

static void echo(struct emu *e, const struct emu_env *env, const char *state)
{
    emu_ui_user(e, env->user,
                json_pack("{s:s, s:s, s:o, s:s, s:I}", "type", "command_echo", "channel",
                          env->channel, "text", drc_json_text(env->command), "state", state, "id",
                          (json_int_t)env->echo_id));
}

static void command_failed(struct emu *e, const struct emu_env *env, const char *code)
{
    char text[160];
    snprintf(text, sizeof text, "/drc failed with the error \"%.100s\"", code);
    emu_slackbot(e, emu_channel(e, env->channel), env->user, NULL, text);
}

static void post_ack(struct emu *e, struct emu_env *env, json_t *payload)
{
    struct emu_channel *c = emu_channel(e, env->channel);
    bool in_channel = strcmp(drc_json_str(payload, "response_type", ""), "in_channel") == 0;
    bool empty = emu_arg(payload, "text")[0] == '\0' && json_object_get(payload, "blocks") == NULL;
    if (in_channel) /* Slack shows the command itself then */
        emu_msg_add(e, c,
                    json_pack("{s:s, s:s, s:o}", "type", "message", "user", emu_users[env->user].id,
                              "text", drc_json_text(env->command)),
                    EMU_NOBODY);
    json_t *error = empty ? NULL : emu_post_answer(e, payload, c, env->user, "", in_channel);
    if (error != NULL)
        command_failed(e, env, drc_json_str(error, "error", "unknown"));
    json_decref(error);
}

static void command_done(struct emu *e, struct emu_env *env, const char *outcome, json_t *payload)
{
    echo(e, env, outcome);
    if (strcmp(outcome, "ok") != 0)
        command_failed(e, env, outcome);
    else if (payload != NULL)
        post_ack(e, env, payload);
}

static json_t *command_payload(struct emu *e, int user, const struct emu_channel *c,
                               const char *command, const char *text)
{
    static const char *const dm_names[] = {NULL, "privategroup", "directmessage"};
    char url[256];
    struct emu_hook hook = {.command = true, .user = user};
    snprintf(hook.channel, sizeof hook.channel, "%s", c->id);
    emu_hook_url(e, &hook, url, sizeof url);
    char *escaped = slack_text(text, true);
    json_t *payload =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "token",
                  "unused", "team_id", EMU_TEAM, "team_domain", EMU_DOMAIN, "channel_id", c->id,
                  "channel_name", c->kind == EMU_PUBLIC ? c->name : dm_names[c->kind], "user_id",
                  emu_users[user].id, "user_name", emu_users[user].name, "command", command, "text",
                  drc_json_text(escaped), "api_app_id", EMU_APP, "is_enterprise_install", "false",
                  "response_url", url, "trigger_id", emu_new_trigger(e, user));
    free(escaped);
    return payload;
}

static json_t *run_drc(struct emu *e, int user, struct emu_channel *c, const char *typed,
                       const char *rest, struct emu_waiter *w)
{
    struct emu_env *env =
        emu_env_new(e, "slash_commands", command_payload(e, user, c, "/drc", rest), true);
    env->user = user;
    env->command = strdup(typed);
    env->echo_id = ++e->ui_seq;
    env->done = command_done;
    snprintf(env->channel, sizeof env->channel, "%s", c->id);
    emu_waiter_attach(env, w);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "id", json_integer((json_int_t)env->echo_id));
    json_object_set_new(reply, "channel", json_string(c->id));
    echo(e, env, "sent");
    emu_sm_send(e, env);
    return reply;
}

static json_t *invite(struct emu *e, int user, struct emu_channel *c, const char *rest)
{
    if (strstr(rest, "drc") == NULL || c->kind == EMU_DM) {
        emu_slackbot(e, c, user, NULL, "Only /invite @drc in a channel does something here.");
        return emu_ok();
    }
    c->bot_member = true;
    char key[32];
    snprintf(key, sizeof key, "c/%s", c->id);
    emu_store_touch(e, key);
    emu_msg_add(e, c,
                json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "message", "subtype", "channel_join",
                          "user", EMU_BOT_USER, "inviter", emu_users[user].id, "text",
                          "<@" EMU_BOT_USER "> has joined the channel"),
                EMU_NOBODY);
    emu_ui_channel(
        e, c, json_pack("{s:s, s:s, s:b}", "type", "channel", "channel", c->id, "bot_member", 1));
    return emu_ok();
}

static json_t *run_command(struct emu *e, int user, struct emu_channel *c, const char *typed,
                           const char *thread_ts, struct emu_waiter *w)
{
    size_t n = strcspn(typed, " \n\t");
    const char *rest = typed + n + strspn(typed + n, " \n\t");
    char text[200];
    if (thread_ts[0] != '\0') {
        snprintf(text, sizeof text, "%.*s is not supported in threads. Sorry!",
                 (int)(n < 80 ? n : 80), typed);
        emu_slackbot(e, c, user, thread_ts, text);
        return refuse("not_supported_in_threads");
    }
    if (n == 4 && strncmp(typed, "/drc", 4) == 0)
        return run_drc(e, user, c, typed, rest, w);
    if (n == 7 && strncmp(typed, "/invite", 7) == 0)
        return invite(e, user, c, rest);
    snprintf(text, sizeof text, "%.*s is not a valid command.", (int)(n < 80 ? n : 80), typed);
    emu_slackbot(e, c, user, NULL, text);
    return refuse("not_a_command");
}

/* ---- messages ----------------------------------------------------------------------------- */

struct emu_env *emu_event_env(struct emu *e, json_t *take_event)
{
    char id[16], context[40];
    emu_new_id(e, 'E', id);
    snprintf(context, sizeof context, "4-%s", id);
    id[1] = 'v';
    json_t *outer = json_pack(
        "{s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:[{s:n, s:s, s:s, s:b, s:b}], s:b, s:s}", "token",
        "unused", "team_id", EMU_TEAM, "api_app_id", EMU_APP, "event", take_event, "type",
        "event_callback", "event_id", id, "event_time", (json_int_t)(drc_clock_wall_ms() / 1000),
        "authorizations", "enterprise_id", "team_id", EMU_TEAM, "user_id", EMU_BOT_USER, "is_bot",
        1, "is_enterprise_install", 0, "is_ext_shared_channel", 0, "event_context", context);
    struct emu_env *env = emu_env_new(e, "events_api", outer, false);
    env->event = true;
    return env;
}

static void send_event(struct emu *e, const struct emu_msg *m, const char *type,
                       struct emu_waiter *w)
{
    json_t *event = json_copy(m->j);
    json_object_set_new(event, "type", json_string(type));
    json_object_set_new(event, "channel", json_string(m->channel->id));
    json_object_set_new(event, "event_ts", json_string(m->ts));
    if (strcmp(type, "message") == 0)
        json_object_set_new(event, "channel_type", json_string("im"));
    struct emu_env *env = emu_event_env(e, event);
    emu_waiter_attach(env, w);
    emu_sm_send(e, env);
}

static void mark_read(struct emu *e, struct emu_channel *c, int user, const char *ts)
{
    char key[32];
    snprintf(key, sizeof key, "c/%s", c->id);
    snprintf(c->last_read[user], sizeof c->last_read[user], "%s", ts);
    emu_store_touch(e, key);
}

static json_t *say(struct emu *e, int user, struct emu_channel *c, const char *typed,
                   const char *thread_ts, struct emu_waiter *w)
{
    if (typed[strspn(typed, " \n\t")] == '\0')
        return refuse("no_text");
    if (drc_utf8_count(typed) > EMU_TEXT_MAX_CHARS)
        return refuse("msg_too_long");
    struct emu_msg *root = thread_ts[0] == '\0' ? NULL : emu_msg(c, thread_ts);
    if (thread_ts[0] != '\0' && root == NULL)
        return refuse("thread_not_found");
    char hex[33];
    drc_random_hex(16, hex);
    char *text = slack_text(typed, false);
    json_t *j =
        json_pack("{s:s, s:s, s:s, s:o, s:s}", "type", "message", "user", emu_users[user].id,
                  "team", EMU_TEAM, "text", drc_json_text(text), "client_msg_id", hex);
    if (root != NULL)
        json_object_set_new(j, "thread_ts",
                            json_string(root->root == NULL ? root->ts : root->root->ts));
    struct emu_msg *m = emu_msg_add(e, c, j, EMU_NOBODY);
    mark_read(e, c, user, m->ts);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "channel", json_string(c->id));
    json_object_set_new(reply, "ts", json_string(m->ts));
    bool mentioned = strstr(text, "<@" EMU_BOT_USER ">") != NULL;
    free(text);
    if (c->kind == EMU_DM)
        send_event(e, m, "message", w);
    else if (mentioned && c->bot_member)
        send_event(e, m, "app_mention", w);
    else if (mentioned)
        emu_slackbot(e, c, user, thread_ts,
                     "You mentioned <@" EMU_BOT_USER
                     ">, but they're not in this channel. Type /invite @drc to add them.");
    return reply;
}

json_t *emu_people_send(struct emu *e, int user, const json_t *msg, struct emu_waiter *w)
{
    struct emu_channel *c = emu_channel(e, drc_json_str(msg, "channel", ""));
    if (c == NULL || !emu_can_see(c, user))
        return refuse("channel_not_found");
    const char *text = drc_json_str(msg, "text", ""),
               *thread_ts = drc_json_str(msg, "thread_ts", "");
    if (text[0] == '/' && isalpha((unsigned char)text[1]))
        return run_command(e, user, c, text, thread_ts, w);
    return say(e, user, c, text, thread_ts, w);
}

/* ---- small verbs -------------------------------------------------------------------------- */

static json_t *history(struct emu *e, int user, struct emu_channel *c, const json_t *msg)
{
    bool more;
    json_t *reply = emu_ok();
    json_object_set_new(
        reply, "messages",
        emu_ui_history(e, user, c, drc_json_str(msg, "before", ""), HISTORY_MAX, &more));
    json_object_set_new(reply, "has_more", json_boolean(more));
    return reply;
}

static json_t *open_thread(struct emu *e, int user, struct emu_channel *c, const json_t *msg)
{
    json_t *list = emu_ui_thread(e, user, c, drc_json_str(msg, "ts", ""));
    if (list == NULL)
        return refuse("message_not_found");
    json_t *reply = emu_ok();
    json_object_set_new(reply, "messages", list);
    return reply;
}

static json_t *dismiss(struct emu *e, int user, struct emu_channel *c, const json_t *msg)
{
    struct emu_msg *m = emu_msg(c, drc_json_str(msg, "ts", ""));
    if (m == NULL || m->only_for != user)
        return refuse("message_not_found");
    emu_msg_delete(e, m);
    return emu_ok();
}

static json_t *react(struct emu *e, int user, struct emu_channel *c, const json_t *msg)
{
    struct emu_msg *m = emu_msg(c, drc_json_str(msg, "ts", ""));
    const char *code = m == NULL
                           ? "message_not_found"
                           : emu_react(e, m, emu_users[user].id, drc_json_str(msg, "name", ""),
                                       drc_json_bool(msg, "add", true));
    return code == NULL ? emu_ok() : refuse(code);
}

static json_t *read_mark(struct emu *e, int user, struct emu_channel *c, const json_t *msg)
{
    mark_read(e, c, user, drc_json_str(msg, "ts", ""));
    return emu_ok();
}

json_t *emu_do(struct emu *e, int user, const json_t *msg, struct emu_waiter *w)
{
    static const struct {
        const char *type;
        json_t *(*fn)(struct emu *e, int user, struct emu_channel *c, const json_t *msg);
    } verbs[] = {{"history", history},
                 {"open_thread", open_thread},
                 {"dismiss", dismiss},
                 {"react", react},
                 {"read", read_mark}};
    const char *type = drc_json_str(msg, "type", "send");
    emu_wire(e, "in", "ui", type, 0, -1, "", 0);
    if (strcmp(type, "send") == 0)
        return emu_people_send(e, user, msg, w);
    if (strcmp(type, "action") == 0)
        return emu_interact_action(e, user, msg, w);
    if (strcmp(type, "view_submit") == 0)
        return emu_interact_submit(e, user, msg, w);
    if (strcmp(type, "view_close") == 0)
        return emu_interact_close(e, user, msg, w);
    if (strcmp(type, "home_open") == 0)
        return emu_interact_home(e, user, drc_json_str(msg, "tab", "home"), w);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].type, type) != 0)
            continue;
        struct emu_channel *c = emu_channel(e, drc_json_str(msg, "channel", ""));
        return c == NULL || !emu_can_see(c, user) ? refuse("channel_not_found")
                                                  : verbs[i].fn(e, user, c, msg);
    }
    return refuse("unknown_type");
}
