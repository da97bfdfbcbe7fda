/* The admin API: what tests and benches use. Every call needs the token of this start. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"

#define MESSAGES_MAX 100000

/* ---- waiting for an outcome --------------------------------------------------------------- */

struct waiting {
    struct emu_pending pending; /* first: the peer's user pointer */
    struct emu_waiter w;
};

static void waiter_gone(void *self)
{
    ((struct waiting *)self)->w.peer = NULL; /* freed when the envelope is settled */
}

static struct emu_waiter *new_waiter(struct drc_http_peer *p)
{
    struct waiting *x = calloc(1, sizeof *x);
    if (x == NULL)
        abort();
    x->pending.gone = waiter_gone;
    x->w.peer = p;
    drc_http_set_user(p, x);
    return &x->w;
}

void emu_waiter_settle(struct emu *e, struct emu_waiter *w)
{
    (void)e;
    if (w->reply == NULL || (w->taken && w->outcome == NULL))
        return;
    if (w->peer != NULL) {
        drc_http_set_user(w->peer, NULL);
        json_object_set_new(w->reply, "outcome",
                            json_string(w->outcome == NULL ? "none" : w->outcome));
        if (w->outcome != NULL)
            json_object_set_new(w->reply, "ack_us", json_integer((json_int_t)w->ack_us));
        if (w->ack != NULL)
            json_object_set(w->reply, "ack", w->ack);
        emu_reply_json(w->peer, 200, json_incref(w->reply));
    }
    json_decref(w->reply);
    json_decref(w->ack);
    free((char *)w - offsetof(struct waiting, w));
}

static void reply_when_settled(struct emu *e, struct emu_waiter *w, json_t *take_reply)
{
    w->reply = take_reply;
    emu_waiter_settle(e, w);
}

/* ---- calls -------------------------------------------------------------------------------- */

struct admin_call {
    struct emu *e;
    struct drc_http_peer *peer;
    const struct drc_http_in *in;
    const char *rest; /* path behind the call's name */
    json_t *body;     /* object */
};

static int user_of(const struct admin_call *c, const char *name)
{
    char *id = emu_query_get(c->in->query, name);
    int user = emu_user_index(id);
    free(id);
    return user;
}

static void state(struct admin_call *c)
{
    const struct emu_counts *n = &c->e->counts;
    json_t *methods = json_object(), *reply = emu_ok();
    size_t pos = 0, messages = 0;
    const char *name;
    for (void *v; drc_map_next(c->e->method_counts, &pos, &name, &v);)
        json_object_set_new(methods, name, json_integer((json_int_t)(uintptr_t)v));
    for (int i = 0; i < EMU_CHANNELS; i++)
        messages += c->e->channels[i].count;
    json_object_set_new(reply, "sockets", json_integer((json_int_t)emu_sm_count(c->e)));
    json_object_set_new(reply, "online", json_boolean(emu_sm_online(c->e)));
    json_object_set_new(reply, "sockets_opened", json_integer((json_int_t)n->sockets_opened));
    json_object_set_new(reply, "sockets_closed", json_integer((json_int_t)n->sockets_closed));
    json_object_set_new(
        reply, "envelopes",
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "sent", (json_int_t)n->envelopes,
                  "ok", (json_int_t)n->acked, "operation_timeout", (json_int_t)n->timeouts,
                  "dispatch_failed", (json_int_t)n->dispatch_failed, "redelivered",
                  (json_int_t)n->redelivered, "unknown_acks", (json_int_t)n->unknown_acks,
                  "dropped_acks", (json_int_t)n->dropped_acks, "pending",
                  (json_int_t)drc_map_count(c->e->envs)));
    json_object_set_new(reply, "requests", methods);
    json_object_set_new(reply, "messages", json_integer((json_int_t)messages));
    json_object_set_new(reply, "files", json_integer((json_int_t)drc_map_count(c->e->files)));
    json_object_set_new(reply, "uptime_ms",
                        json_integer((json_int_t)(drc_clock_mono_us() / 1000 - c->e->started_ms)));
    emu_reply_json(c->peer, 200, reply);
}

static void act(struct admin_call *c)
{
    int user = emu_user_index(drc_json_str(c->body, "user", ""));
    if (user == EMU_NOBODY) {
        emu_reply_json(c->peer, 200, emu_error("user_not_found"));
        return;
    }
    struct emu_waiter *w = new_waiter(c->peer);
    reply_when_settled(c->e, w, emu_do(c->e, user, c->body, w));
}

static void fault(struct admin_call *c)
{
    struct emu_waiter *w = new_waiter(c->peer);
    reply_when_settled(c->e, w, emu_fault_set(c->e, c->body, w));
}

static void envelope(struct admin_call *c)
{
    json_t *payload = json_object_get(c->body, "payload");
    if (payload == NULL) {
        emu_reply_json(c->peer, 200, emu_error("no_payload"));
        return;
    }
    struct emu_env *env =
        emu_env_new(c->e, drc_json_str(c->body, "type", "interactive"), json_incref(payload),
                    drc_json_bool(c->body, "accepts_response_payload", true));
    env->attempt = (int)drc_json_int(c->body, "retry_attempt", 0);
    struct emu_waiter *w = new_waiter(c->peer);
    emu_waiter_attach(env, w);
    emu_sm_send(c->e, env);
    reply_when_settled(c->e, w, emu_ok());
}

static void messages(struct admin_call *c)
{
    char *id = emu_query_get(c->in->query, "channel"),
         *thread = emu_query_get(c->in->query, "thread_ts");
    struct emu_channel *ch = emu_channel(c->e, id);
    int user = user_of(c, "user");
    if (user == EMU_NOBODY)
        user = ch == NULL || ch->owner == EMU_NOBODY ? 0 : ch->owner;
    bool more = false;
    json_t *list = NULL;
    if (ch != NULL && emu_can_see(ch, user))
        list = thread == NULL ? emu_ui_history(c->e, user, ch, "", MESSAGES_MAX, &more)
                              : emu_ui_thread(c->e, user, ch, thread);
    json_t *reply = list == NULL ? emu_error("not_found") : emu_ok();
    if (list != NULL)
        json_object_set_new(reply, "messages", list);
    emu_reply_json(c->peer, 200, reply);
    free(id);
    free(thread);
}

static void wire(struct admin_call *c)
{
    char *after = emu_query_get(c->in->query, "after");
    json_t *reply = emu_ok();
    json_object_set_new(
        reply, "entries",
        emu_wire_since(c->e, after == NULL ? 0 : strtoull(after, NULL, 10), EMU_WIRE_MAX));
    json_object_set_new(reply, "last", json_integer((json_int_t)c->e->wire_n));
    emu_reply_json(c->peer, 200, reply);
    free(after);
}

static void views(struct admin_call *c)
{
    int user = user_of(c, "user");
    if (user == EMU_NOBODY) {
        emu_reply_json(c->peer, 200, emu_error("user_not_found"));
        return;
    }
    json_t *modals = json_array(), *reply = emu_ok();
    for (int d = 0; d < c->e->view_depth[user]; d++)
        json_array_append(modals, c->e->views[user][d]);
    json_object_set_new(reply, "modals", modals);
    json_object_set_new(reply, "home",
                        c->e->homes[user] == NULL ? json_null() : json_incref(c->e->homes[user]));
    emu_reply_json(c->peer, 200, reply);
}

static void file(struct admin_call *c)
{
    struct emu_file *f = emu_file(c->e, c->rest);
    size_t bytes = 0;
    unsigned char *data =
        f == NULL || f->state == EMU_FILE_ANNOUNCED ? NULL : emu_store_file_read(c->e, f, &bytes);
    if (data == NULL)
        emu_reply_json(c->peer, 404, emu_error("file_not_found"));
    else
        drc_http_reply(c->peer, 200, "application/octet-stream", NULL, data, bytes);
    free(data);
}

static void reset(struct admin_call *c)
{
    size_t pos = 0;
    const char *id;
    for (void *f; drc_map_next(c->e->files, &pos, &id, &f);) {
        char *path = emu_store_file_path(c->e, id);
        if (path != NULL)
            unlink(path);
        free(path);
    }
    emu_state_clear(c->e);
    emu_store_compact(c->e);
    emu_ui_all(c->e, json_pack("{s:s}", "type", "reset"));
    emu_reply_json(c->peer, 200, emu_ok());
}

static bool authorised(const struct emu *e, const struct drc_http_in *in)
{
    return strncasecmp(in->authorization, "Bearer ", 7) == 0 &&
           strcmp(in->authorization + 7, e->admin_token) == 0;
}

void emu_admin_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in)
{
    static const struct {
        const char *method, *name;
        void (*fn)(struct admin_call *c);
    } calls[] = {
        {"GET", "state", state},       {"POST", "fault", fault},       {"POST", "act", act},
        {"GET", "messages", messages}, {"GET", "wire", wire},          {"GET", "views", views},
        {"GET", "file", file},         {"POST", "envelope", envelope}, {"POST", "reset", reset}};
    if (!authorised(e, in)) {
        emu_reply_json(p, 401, emu_error("not_authed"));
        return;
    }
    const char *name = in->path + strlen("/admin/");
    size_t n = strcspn(name, "/");
    struct admin_call c = {.e = e, .peer = p, .in = in, .rest = name[n] == '/' ? name + n + 1 : ""};
    struct drc_err err = DRC_ERR_INIT;
    c.body = in->body_bytes == 0 ? json_object() : drc_json_parse(in->body, in->body_bytes, &err);
    if (!json_is_object(c.body)) {
        emu_reply_json(p, 400, emu_error("invalid_json"));
        json_decref(c.body);
        return;
    }
    size_t i = 0, count = sizeof calls / sizeof *calls;
    while (i < count && (strlen(calls[i].name) != n || strncmp(calls[i].name, name, n) != 0 ||
                         strcmp(calls[i].method, in->method) != 0))
        i++;
    if (i < count)
        calls[i].fn(&c);
    else
        emu_reply_json(p, 404, emu_error("unknown_call"));
    json_decref(c.body);
}
