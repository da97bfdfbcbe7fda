/* views.*: modals (a stack of at most three per person) and the Home tab. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/digest.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"

#define VIEW_MAX_BYTES (250u * 1024u)

static void new_hash(struct emu *e, json_t *view)
{
    char ts[24], hex[9], hash[40];
    emu_new_ts(e, ts);
    drc_random_hex(4, hex);
    snprintf(hash, sizeof hash, "%.10s.%s", ts, hex);
    json_object_set_new(view, "hash", json_string(hash));
}

static void set_default(json_t *view, const char *name, json_t *take_value)
{
    if (json_object_get(view, name) == NULL)
        json_object_set_new(view, name, take_value);
    else
        json_decref(take_value);
}

static void set_defaults(json_t *view)
{
    set_default(view, "private_metadata", json_string(""));
    set_default(view, "callback_id", json_string(""));
    set_default(view, "external_id", json_string(""));
    set_default(view, "title", json_null());
    set_default(view, "close", json_null());
    set_default(view, "submit", json_null());
    set_default(view, "clear_on_close", json_false());
    set_default(view, "notify_on_close", json_false());
}

json_t *emu_view_new(struct emu *e, json_t *take_view, const char *type)
{
    char id[16];
    emu_new_id(e, 'V', id);
    json_t *v = take_view;
    json_object_set_new(v, "id", json_string(id));
    json_object_set_new(v, "type", json_string(type));
    json_object_set_new(v, "team_id", json_string(EMU_TEAM));
    json_object_set_new(v, "app_id", json_string(EMU_APP));
    json_object_set_new(v, "bot_id", json_string(EMU_BOT_ID));
    json_object_set_new(v, "app_installed_team_id", json_string(EMU_TEAM));
    json_object_set_new(v, "root_view_id", json_string(id));
    json_object_set_new(v, "previous_view_id", json_null());
    set_defaults(v);
    json_object_set_new(
        v, "state",
        json_pack("{s:o}", "values", emu_blocks_state(json_object_get(v, "blocks"), NULL)));
    new_hash(e, v);
    return v;
}

static void touch(struct emu *e, int user, char kind)
{
    char key[32];
    snprintf(key, sizeof key, "%c/%s", kind, emu_users[user].id);
    emu_store_touch(e, key);
}

static void tell(struct emu *e, int user, const char *op, json_t *view)
{
    touch(e, user, 'v');
    emu_ui_user(e, user,
                json_pack("{s:s, s:s, s:s, s:O}", "type", "view", "op", op, "view_id",
                          drc_json_str(view, "id", ""), "view", view));
}

void emu_view_close(struct emu *e, int user, bool all)
{
    while (e->view_depth[user] > 0) {
        json_t *top = e->views[user][--e->view_depth[user]];
        touch(e, user, 'v');
        emu_ui_user(e, user,
                    json_pack("{s:s, s:s, s:s}", "type", "view", "op", "close", "view_id",
                              drc_json_str(top, "id", "")));
        json_decref(top);
        if (!all)
            return;
    }
}

static void push(struct emu *e, int user, json_t *take_view, const char *op)
{
    int depth = e->view_depth[user];
    if (depth > 0) {
        json_t *below = e->views[user][depth - 1];
        json_object_set(take_view, "root_view_id", json_object_get(below, "root_view_id"));
        json_object_set(take_view, "previous_view_id", json_object_get(below, "id"));
    }
    e->views[user][e->view_depth[user]++] = take_view;
    tell(e, user, op, take_view);
}

/* The content of `fresh` in the place of that of the view that is open; the identity stays. What
 * `fresh` does not say is gone. */
static void replace(struct emu *e, int user, json_t *view, const json_t *fresh)
{
    static const char *const content[] = {"title",       "blocks",           "close",
                                          "submit",      "private_metadata", "callback_id",
                                          "external_id", "clear_on_close",   "notify_on_close"};
    for (size_t i = 0; i < sizeof content / sizeof *content; i++) {
        json_t *v = json_object_get(fresh, content[i]);
        if (v != NULL)
            json_object_set(view, content[i], v);
        else
            json_object_del(view, content[i]);
    }
    set_defaults(view);
    const json_t *old = json_object_get(json_object_get(view, "state"), "values");
    json_t *values = emu_blocks_state(json_object_get(view, "blocks"), old);
    json_object_set_new(view, "state", json_pack("{s:o}", "values", values));
    new_hash(e, view);
    if (strcmp(drc_json_str(view, "type", ""), "home") == 0) {
        touch(e, user, 'h');
        emu_ui_user(e, user, json_pack("{s:s, s:O}", "type", "home", "view", view));
    } else {
        tell(e, user, "update", view);
    }
}

/* Errors stand at input blocks only, each with its sentence. */
static bool errors_fit(const json_t *blocks, const json_t *errors)
{
    const char *id;
    json_t *sentence;
    json_object_foreach((json_t *)errors, id, sentence)
    {
        bool found = false;
        for (size_t i = 0; i < json_array_size(blocks); i++) {
            const json_t *b = json_array_get(blocks, i);
            found = found || (strcmp(drc_json_str(b, "type", ""), "input") == 0 &&
                              strcmp(drc_json_str(b, "block_id", ""), id) == 0);
        }
        if (!found || !json_is_string(sentence))
            return false;
    }
    return json_object_size(errors) > 0;
}

const char *emu_view_respond(struct emu *e, int user, const char *view_id, const json_t *ack)
{
    int owner = EMU_NOBODY;
    json_t *view = emu_view_find(e, view_id, "", &owner);
    if (view == NULL || owner != user)
        return NULL; /* closed meanwhile */
    const char *action = drc_json_str(ack, "response_action", "");
    json_t *given = json_object_get(ack, "view");
    if (action[0] == '\0') {
        emu_view_close(e, user, false);
        return NULL;
    }
    if (strcmp(action, "clear") == 0) {
        emu_view_close(e, user, true);
        return NULL;
    }
    if (strcmp(action, "errors") == 0) {
        json_t *errors = json_object_get(ack, "errors");
        if (!errors_fit(json_object_get(view, "blocks"), errors))
            return "invalid_errors";
        emu_ui_user(e, user,
                    json_pack("{s:s, s:s, s:s, s:O}", "type", "view", "op", "errors", "view_id",
                              view_id, "errors", errors));
        return NULL;
    }
    json_t *fresh = json_is_object(given) ? json_deep_copy(given) : NULL;
    json_t *error = fresh == NULL ? emu_error("invalid_view") : emu_view_prepare(e, fresh);
    const char *wrong = error == NULL ? NULL : "invalid_view";
    json_decref(error);
    if (wrong == NULL && strcmp(action, "update") == 0)
        replace(e, user, view, fresh);
    else if (wrong == NULL && strcmp(action, "push") == 0 && e->view_depth[user] < EMU_VIEW_DEPTH)
        push(e, user, emu_view_new(e, json_incref(fresh), "modal"), "push");
    else
        wrong = "invalid_response_action";
    json_decref(fresh);
    return wrong;
}

/* ---- methods ------------------------------------------------------------------------------ */

static json_t *get_view(struct emu_call *c, const char *type, json_t **error)
{
    bool bad;
    json_t *view = emu_arg_json(c->args, "view", &bad);
    if (!json_is_object(view))
        *error = emu_error("invalid_arguments");
    else if (strcmp(drc_json_str(view, "type", ""), type) != 0 && type[0] != '\0')
        *error = emu_issues_reply("invalid_arguments", NULL);
    else
        *error = emu_view_prepare(c->e, view);
    if (*error == NULL) {
        char *text = drc_json_dump(view);
        if (strlen(text) > VIEW_MAX_BYTES)
            *error = emu_error("view_too_large");
        free(text);
    }
    if (*error == NULL)
        return view;
    json_decref(view);
    return NULL;
}

static json_t *view_reply(const json_t *view)
{
    json_t *reply = emu_ok();
    json_object_set_new(reply, "view", json_copy((json_t *)view));
    return reply;
}

static json_t *open_or_push(struct emu_call *c, bool pushing)
{
    json_t *error = NULL;
    json_t *view = get_view(c, "modal", &error);
    if (view == NULL)
        return error;
    int user = EMU_NOBODY;
    const char *id = emu_arg(c->args, "trigger_id");
    const char *wrong = emu_use_trigger(
        c->e, id[0] != '\0' ? id : emu_arg(c->args, "interactivity_pointer"), &user);
    if (wrong == NULL && pushing && c->e->view_depth[user] == 0)
        wrong = "no_view_to_push_onto";
    if (wrong == NULL && pushing && c->e->view_depth[user] == EMU_VIEW_DEPTH)
        wrong = "push_limit_reached";
    if (wrong != NULL) {
        json_decref(view);
        return emu_error(wrong);
    }
    if (!pushing)
        emu_view_close(c->e, user, true);
    view = emu_view_new(c->e, view, "modal");
    push(c->e, user, view, pushing ? "push" : "open");
    return view_reply(view);
}

static json_t *views_open(struct emu_call *c)
{
    return open_or_push(c, false);
}

static json_t *views_push(struct emu_call *c)
{
    return open_or_push(c, true);
}

static json_t *views_update(struct emu_call *c)
{
    json_t *error = NULL;
    json_t *fresh = get_view(c, "", &error);
    if (fresh == NULL)
        return error;
    int user = EMU_NOBODY;
    json_t *view =
        emu_view_find(c->e, emu_arg(c->args, "view_id"), emu_arg(c->args, "external_id"), &user);
    const char *hash = emu_arg(c->args, "hash");
    if (view == NULL)
        error = emu_error("not_found");
    else if (hash[0] != '\0' && strcmp(hash, drc_json_str(view, "hash", "")) != 0)
        error = emu_error("hash_conflict");
    else
        replace(c->e, user, view, fresh);
    json_decref(fresh);
    return error != NULL ? error : view_reply(view);
}

static json_t *views_publish(struct emu_call *c)
{
    int user = emu_user_index(emu_arg(c->args, "user_id"));
    if (user == EMU_NOBODY)
        return emu_error("invalid_arguments");
    json_t *error = NULL;
    json_t *fresh = get_view(c, "home", &error);
    if (fresh == NULL)
        return error;
    json_t *home = c->e->homes[user];
    const char *hash = emu_arg(c->args, "hash");
    if (home != NULL && hash[0] != '\0' && strcmp(hash, drc_json_str(home, "hash", "")) != 0) {
        json_decref(fresh);
        return emu_error("hash_conflict");
    }
    if (home == NULL)
        c->e->homes[user] = home = emu_view_new(c->e, json_deep_copy(fresh), "home");
    replace(c->e, user, home, fresh);
    json_decref(fresh);
    return view_reply(home);
}

const struct emu_method emu_methods_views[] = {
    {"views.open", NULL, 100, EMU_TOKEN_BOT, views_open},
    {"views.push", NULL, 100, EMU_TOKEN_BOT, views_push},
    {"views.update", NULL, 100, EMU_TOKEN_BOT, views_update},
    {"views.publish", NULL, 100, EMU_TOKEN_BOT, views_publish},
    {NULL, NULL, 0, EMU_TOKEN_BOT, NULL},
};
