/* What people press: buttons, selects, modals, the Home tab. A click becomes block_actions exactly
 * once; what Slack's client would refuse (an unknown element, an empty required input) never
 * reaches the bot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"

static json_t *refuse(const char *why)
{
    return json_pack("{s:b, s:s}", "ok", 0, "error", why);
}

json_t *emu_interaction(struct emu *e, int user, const char *type)
{
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:{s:s, s:s}, s:n, s:b}", "type", type, "user",
                     emu_user_object(user), "api_app_id", EMU_APP, "token", "unused", "trigger_id",
                     emu_new_trigger(e, user), "team", "id", EMU_TEAM, "domain", EMU_DOMAIN,
                     "enterprise", "is_enterprise_install", 0);
}

/* ---- actions ------------------------------------------------------------------------------ */

static void tell_state(struct emu *e, int user, const char *key, const char *state)
{
    emu_ui_user(e, user,
                json_pack("{s:s, s:o, s:s}", "type", "action_state", "key", drc_json_text(key),
                          "state", state));
}

static void action_done(struct emu *e, struct emu_env *env, const char *outcome, json_t *payload)
{
    (void)payload; /* Slack ignores what an ack of block_actions carries */
    tell_state(e, env->user, env->key, outcome);
}

static json_t *find_option(const json_t *options, const char *value)
{
    for (size_t i = 0; i < json_array_size(options); i++) {
        json_t *o = json_array_get(options, i);
        if (strcmp(drc_json_str(o, "value", ""), value) == 0)
            return o;
    }
    return NULL;
}

static json_t *option_of(const json_t *element, const char *value)
{
    json_t *hit = find_option(json_object_get(element, "options"), value);
    const json_t *groups = json_object_get(element, "option_groups");
    for (size_t i = 0; hit == NULL && i < json_array_size(groups); i++)
        hit = find_option(json_object_get(json_array_get(groups, i), "options"), value);
    return hit;
}

static void copy(json_t *to, const json_t *from, const char *name)
{
    json_t *v = json_object_get(from, name);
    if (v != NULL)
        json_object_set(to, name, v);
}

/* feedback_buttons: which of the two was pressed is told by its value. */
static const json_t *pressed_half(const json_t *element, const json_t *given)
{
    const json_t *good = json_object_get(element, "positive_button"),
                 *bad = json_object_get(element, "negative_button");
    return strcmp(drc_json_str(good, "value", ""), drc_json_str(given, "value", "")) == 0 ? good
                                                                                          : bad;
}

/* The entry of payload.actions: element and person's choice together. NULL with *why where the
 * choice is impossible. */
static json_t *make_action(struct emu *e, const json_t *element, const char *block_id,
                           const json_t *given, const char **why)
{
    static const char *const chosen[] = {
        "selected_options",  "selected_user",         "selected_users",         "selected_channel",
        "selected_channels", "selected_conversation", "selected_conversations", "selected_date",
        "selected_time",     "selected_date_time",    "rich_text_value"};
    const char *type = drc_json_str(element, "type", "");
    char ts[24];
    emu_new_ts(e, ts);
    json_t *action =
        json_pack("{s:s, s:s, s:s, s:s}", "type", type, "action_id",
                  drc_json_str(element, "action_id", ""), "block_id", block_id, "action_ts", ts);
    if (strcmp(type, "button") == 0) {
        copy(action, element, "text");
        copy(action, element, "value");
        copy(action, element, "style");
    } else if (strcmp(type, "feedback_buttons") == 0) {
        copy(action, pressed_half(element, given), "text");
        copy(action, pressed_half(element, given), "value");
    } else if (strcmp(type, "icon_button") == 0) {
        copy(action, element, "icon");
        copy(action, element, "text");
        copy(action, element, "value");
    } else if (strcmp(type, "static_select") == 0 || strcmp(type, "overflow") == 0 ||
               strcmp(type, "radio_buttons") == 0) {
        const char *value =
            drc_json_str(given, "selected_option.value", drc_json_str(given, "value", ""));
        json_t *option = option_of(element, value);
        if (option == NULL)
            *why = "option_not_found";
        json_object_set(action, "selected_option", option == NULL ? json_null() : option);
        copy(action, element, "placeholder");
    } else {
        copy(action, given, "value");
        for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
            copy(action, given, chosen[i]);
    }
    return action;
}

/* state.values with the choice just made in it (buttons and overflow menus have no state). */
static json_t *state_with(const json_t *blocks, const json_t *given_state, const json_t *action)
{
    const json_t *values = json_object_get(given_state, "values");
    json_t *state = emu_blocks_state(blocks, values != NULL ? values : given_state);
    json_t *slot = json_object_get(json_object_get(state, drc_json_str(action, "block_id", "")),
                                   drc_json_str(action, "action_id", ""));
    static const char *const skip[] = {"action_id", "block_id", "action_ts", "placeholder"};
    if (slot != NULL) {
        json_t *now = json_copy((json_t *)action);
        for (size_t i = 0; i < sizeof skip / sizeof *skip; i++)
            json_object_del(now, skip[i]);
        json_object_update(slot, now);
        json_decref(now);
    }
    return json_pack("{s:o}", "values", state);
}

static json_t *send_action(struct emu *e, int user, json_t *take_payload, json_t *take_action,
                           const char *where, struct emu_waiter *w)
{
    char key[560];
    snprintf(key, sizeof key, "%s/%.255s/%.255s", where, drc_json_str(take_action, "block_id", ""),
             drc_json_str(take_action, "action_id", ""));
    json_object_set_new(take_payload, "actions", json_pack("[o]", take_action));
    struct emu_env *env = emu_env_new(e, "interactive", take_payload, false);
    env->user = user;
    env->done = action_done;
    snprintf(env->key, sizeof env->key, "%s", key);
    emu_waiter_attach(env, w);
    tell_state(e, user, key, "sent");
    json_t *reply = emu_ok();
    json_object_set_new(reply, "key", drc_json_text(key));
    emu_sm_send(e, env);
    return reply;
}

static void add_message_context(struct emu *e, int user, struct emu_msg *m, json_t *payload)
{
    struct emu_channel *c = m->channel;
    bool ephemeral = m->only_for != EMU_NOBODY;
    const char *thread_ts = drc_json_str(m->j, "thread_ts", NULL);
    json_t *container = json_pack("{s:s, s:s, s:s, s:b}", "type", "message", "message_ts", m->ts,
                                  "channel_id", c->id, "is_ephemeral", ephemeral);
    if (thread_ts != NULL)
        json_object_set_new(container, "thread_ts", json_string(thread_ts));
    json_object_set_new(payload, "container", container);
    json_object_set_new(payload, "channel",
                        json_pack("{s:s, s:s}", "id", c->id, "name",
                                  c->kind == EMU_DM        ? "directmessage"
                                  : c->kind == EMU_PRIVATE ? "privategroup"
                                                           : c->name));
    if (!ephemeral) /* Slack does not send the content of an ephemeral message back */
        json_object_set_new(payload, "message", emu_message_public(m, true));
    char url[256];
    struct emu_hook hook = {.user = user, .ephemeral = ephemeral};
    snprintf(hook.channel, sizeof hook.channel, "%s", c->id);
    snprintf(hook.ts, sizeof hook.ts, "%s", m->ts);
    emu_hook_url(e, &hook, url, sizeof url);
    json_object_set_new(payload, "response_url", json_string(url));
}

static json_t *act_on(struct emu *e, int user, const json_t *msg, const json_t *blocks,
                      json_t *take_payload, const char *where, struct emu_waiter *w, json_t *view)
{
    json_t *block = NULL;
    const json_t *given = json_object_get(msg, "action");
    const json_t *element = emu_blocks_element(blocks, drc_json_str(msg, "block_id", ""),
                                               drc_json_str(given, "action_id", ""), &block);
    const char *why = element == NULL ? "action_not_found" : NULL;
    json_t *action =
        element == NULL ? NULL
                        : make_action(e, element, drc_json_str(block, "block_id", ""), given, &why);
    if (why != NULL) {
        json_decref(action);
        json_decref(take_payload);
        return refuse(why);
    }
    json_t *state = state_with(blocks, json_object_get(msg, "state"), action);
    if (view != NULL) {
        json_object_set(view, "state", state);
        json_object_set(take_payload, "view", view);
    } else {
        json_object_set(take_payload, "state", state);
    }
    json_decref(state);
    return send_action(e, user, take_payload, action, where, w);
}

json_t *emu_interact_action(struct emu *e, int user, const json_t *msg, struct emu_waiter *w)
{
    if (strcmp(drc_json_str(msg, "container.type", "message"), "view") == 0) {
        int owner = EMU_NOBODY;
        json_t *view = emu_view_find(e, drc_json_str(msg, "container.view_id", ""), "", &owner);
        if (view == NULL || owner != user)
            return refuse("view_not_found");
        json_t *payload = emu_interaction(e, user, "block_actions");
        const char *id = drc_json_str(view, "id", "");
        json_object_set_new(payload, "container",
                            json_pack("{s:s, s:s}", "type", "view", "view_id", id));
        return act_on(e, user, msg, json_object_get(view, "blocks"), payload, id, w, view);
    }
    struct emu_channel *c =
        emu_channel(e, drc_json_str(msg, "container.channel", drc_json_str(msg, "channel", "")));
    if (c == NULL || !emu_can_see(c, user))
        return refuse("channel_not_found");
    struct emu_msg *m = emu_msg(c, drc_json_str(msg, "container.ts", drc_json_str(msg, "ts", "")));
    if (m == NULL || (m->only_for != EMU_NOBODY && m->only_for != user))
        return refuse("message_not_found");
    json_t *payload = emu_interaction(e, user, "block_actions");
    add_message_context(e, user, m, payload);
    return act_on(e, user, msg, json_object_get(m->j, "blocks"), payload, m->ts, w, NULL);
}

/* ---- modals ------------------------------------------------------------------------------- */

static void tell_errors(struct emu *e, int user, const char *view_id, json_t *take_errors)
{
    emu_ui_user(e, user,
                json_pack("{s:s, s:s, s:s, s:o}", "type", "view", "op", "errors", "view_id",
                          view_id, "errors", take_errors));
}

static void submit_done(struct emu *e, struct emu_env *env, const char *outcome, json_t *payload)
{
    const char *wrong = NULL;
    if (strcmp(outcome, "ok") == 0)
        wrong = emu_view_respond(e, env->user, env->view_id, payload);
    tell_state(e, env->user, env->key, outcome);
    if (strcmp(outcome, "ok") != 0 || wrong != NULL)
        tell_errors(e, env->user, env->view_id,
                    json_pack("{s:s}", "", "We had some trouble connecting. Try again?"));
}

/* What the person sees at empty inputs that are not optional. */
static json_t *required_errors(const json_t *blocks, const json_t *values)
{
    json_t *errors = json_object();
    for (size_t i = 0; i < json_array_size(blocks); i++) {
        const json_t *b = json_array_get(blocks, i);
        if (strcmp(drc_json_str(b, "type", ""), "input") != 0 ||
            drc_json_bool(b, "optional", false))
            continue;
        const char *id = drc_json_str(b, "block_id", "");
        const json_t *v =
            json_object_get(json_object_get(values, id), drc_json_str(b, "element.action_id", ""));
        bool filled = false;
        const char *key;
        json_t *part;
        json_object_foreach((json_t *)v, key, part)
        {
            bool empty = json_is_null(part) ||
                         (json_is_string(part) && json_string_value(part)[0] == '\0') ||
                         (json_is_array(part) && json_array_size(part) == 0);
            filled = filled || (strcmp(key, "type") != 0 && !empty);
        }
        if (!filled && v != NULL)
            json_object_set_new(errors, id, json_string("Please complete this required field."));
    }
    return errors;
}

json_t *emu_interact_submit(struct emu *e, int user, const json_t *msg, struct emu_waiter *w)
{
    int owner = EMU_NOBODY;
    json_t *view = emu_view_find(e, drc_json_str(msg, "view_id", ""), "", &owner);
    if (view == NULL || owner != user || strcmp(drc_json_str(view, "type", ""), "modal") != 0)
        return refuse("view_not_found");
    const char *id = drc_json_str(view, "id", "");
    const json_t *given = json_object_get(msg, "state"), *inner = json_object_get(given, "values");
    json_t *values =
        emu_blocks_state(json_object_get(view, "blocks"), inner != NULL ? inner : given);
    json_t *errors = required_errors(json_object_get(view, "blocks"), values);
    if (json_object_size(errors) > 0) {
        json_decref(values);
        tell_errors(e, user, id, errors);
        return refuse("required");
    }
    json_decref(errors);
    json_object_set_new(view, "state", json_pack("{s:o}", "values", values));
    json_t *payload = emu_interaction(e, user, "view_submission");
    json_object_set(payload, "view", view);
    json_object_set_new(payload, "response_urls", json_array());
    struct emu_env *env = emu_env_new(e, "interactive", payload, true);
    env->user = user;
    env->done = submit_done;
    snprintf(env->view_id, sizeof env->view_id, "%s", id);
    snprintf(env->key, sizeof env->key, "%s//", id);
    emu_waiter_attach(env, w);
    tell_state(e, user, env->key, "sent");
    emu_sm_send(e, env);
    return emu_ok();
}

json_t *emu_interact_close(struct emu *e, int user, const json_t *msg, struct emu_waiter *w)
{
    int owner = EMU_NOBODY;
    json_t *view = emu_view_find(e, drc_json_str(msg, "view_id", ""), "", &owner);
    if (view == NULL || owner != user)
        return refuse("view_not_found");
    bool cleared =
        drc_json_bool(msg, "cleared", false) || drc_json_bool(view, "clear_on_close", false);
    json_incref(view);
    emu_view_close(e, user, cleared);
    if (drc_json_bool(view, "notify_on_close", false)) {
        json_t *payload = emu_interaction(e, user, "view_closed");
        json_object_del(payload, "trigger_id");
        json_object_set(payload, "view", view);
        json_object_set_new(payload, "is_cleared", json_boolean(cleared));
        struct emu_env *env = emu_env_new(e, "interactive", payload, false);
        env->user = user;
        emu_waiter_attach(env, w);
        emu_sm_send(e, env);
    }
    json_decref(view);
    return emu_ok();
}

json_t *emu_interact_home(struct emu *e, int user, const char *tab, struct emu_waiter *w)
{
    char ts[24];
    emu_new_ts(e, ts);
    json_t *event =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", "app_home_opened", "user",
                  emu_users[user].id, "channel", emu_users[user].dm, "tab", tab, "event_ts", ts);
    if (e->homes[user] != NULL && strcmp(tab, "home") == 0)
        json_object_set(event, "view", e->homes[user]);
    struct emu_env *env = emu_event_env(e, event);
    emu_waiter_attach(env, w);
    json_t *reply = emu_ok();
    if (e->homes[user] != NULL)
        json_object_set(reply, "view", e->homes[user]);
    emu_sm_send(e, env);
    return reply;
}
