/* Faults on demand: a table of what can go wrong, for the tests of clients.
 *
 * Lasting faults stay until they were used `times` times (default: until cleared) and may be bound
 * to one `method`. Acting faults do their thing at once. {"fault":"clear"} ends all,
 * {"fault":"clear","name":N} one.
 *
 *   lasting: stop_pings no_hello hello_delay{ms} too_many duplicate_event deliver_to_oldest
 *            expired_trigger revoked_token method_429{retry_after_s}
 *            method_5xx{status,executed} method_error{error} response_url_gone slow{ms} body_cut
 *            file_never_ready complete_not_shared
 *   acting:  disconnect{reason,close_after_ms,all} drop_tcp{all} half_open{frozen}
 *            unknown_envelope rate_limited_event big_payload{bytes,fragment_bytes} raw{text}
 *            scopes{scopes} redelivery{delays_ms} clock_jump{ms}
 *            channel{channel,archived,bot_member} person{user,deactivated,outside} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"

#define BIG_BYTES 200000
#define LEAVE_MS 10000 /* Slack drops a socket about this long after its warning */

static const char *const lasting[] = {
    "stop_pings",         "no_hello",          "hello_delay",   "too_many",   "duplicate_event",
    "deliver_to_oldest",  "expired_trigger",   "revoked_token", "method_429", "method_5xx",
    "method_error",       "response_url_gone", "slow",          "body_cut",   "file_never_ready",
    "complete_not_shared"};

struct emu_fault *emu_fault(struct emu *e, const char *name, const char *method)
{
    for (size_t i = 0; i < e->fault_count; i++) {
        struct emu_fault *f = &e->faults[i];
        if (strcmp(f->name, name) != 0 || f->times == 0)
            continue;
        if (f->method[0] != '\0' && (method == NULL || strcmp(f->method, method) != 0))
            continue;
        if (f->times > 0)
            f->times--;
        return f;
    }
    return NULL;
}

static json_t *clear(struct emu *e, const json_t *args)
{
    const char *name = drc_json_str(args, "name", "");
    size_t kept = 0;
    for (size_t i = 0; i < e->fault_count; i++)
        if (name[0] != '\0' && strcmp(e->faults[i].name, name) != 0)
            e->faults[kept++] = e->faults[i];
    e->fault_count = kept;
    if (name[0] == '\0' || strcmp(name, "half_open") == 0)
        emu_sm_freeze(e, false);
    emu_file_resume(e);
    return emu_ok();
}

static json_t *set_lasting(struct emu *e, const char *name, const json_t *args)
{
    struct emu_fault f = {
        .times = (int)drc_json_int(args, "times", -1),
        .ms = drc_json_int(args, "ms", 1000),
        .number = (int)drc_json_int(args, "retry_after_s", drc_json_int(args, "status", 0)),
        .flag = drc_json_bool(args, "executed", false)};
    snprintf(f.name, sizeof f.name, "%s", name);
    snprintf(f.text, sizeof f.text, "%s", drc_json_str(args, "error", "internal_error"));
    snprintf(f.method, sizeof f.method, "%s", drc_json_str(args, "method", ""));
    size_t kept = 0; /* what is used up makes room */
    for (size_t i = 0; i < e->fault_count; i++)
        if (e->faults[i].times != 0)
            e->faults[kept++] = e->faults[i];
    e->fault_count = kept;
    if (e->fault_count == EMU_FAULTS_MAX)
        return emu_error("too_many_faults");
    e->faults[e->fault_count++] = f;
    return emu_ok();
}

/* ---- acting faults ------------------------------------------------------------------------ */

static json_t *disconnect(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    emu_sm_disconnect(e, drc_json_str(args, "reason", "refresh_requested"),
                      drc_json_int(args, "close_after_ms", LEAVE_MS),
                      drc_json_bool(args, "all", true));
    return emu_ok();
}

static json_t *drop_tcp(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    emu_sm_drop(e, drc_json_bool(args, "all", true));
    return emu_ok();
}

static json_t *half_open(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    emu_sm_freeze(e, drc_json_bool(args, "frozen", true));
    return emu_ok();
}

static json_t *send(struct emu *e, const char *type, json_t *take_payload, bool event,
                    struct emu_waiter *w)
{
    struct emu_env *env = emu_env_new(e, type, take_payload, !event);
    env->event = event;
    emu_waiter_attach(env, w);
    emu_sm_send(e, env);
    return emu_ok();
}

static json_t *unknown_envelope(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    return send(e, drc_json_str(args, "type", "hologram"), json_pack("{s:s}", "type", "projection"),
                false, w);
}

static json_t *rate_limited_event(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)args;
    return send(e, "events_api",
                json_pack("{s:s, s:s, s:s, s:s, s:I}", "token", "unused", "type",
                          "app_rate_limited", "team_id", EMU_TEAM, "api_app_id", EMU_APP,
                          "minute_rate_limited", (json_int_t)(drc_clock_wall_ms() / 1000)),
                true, w);
}

/* A large event whose frames are FIN only at the end; acked like any other, but not waited for. */
static json_t *big_payload(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    int64_t bytes = drc_json_int(args, "bytes", BIG_BYTES),
            fragment = drc_json_int(args, "fragment_bytes", 65536);
    if (bytes < 1 || bytes > 3000000 || fragment < 1000)
        return emu_error("invalid_arguments");
    char *filler = malloc((size_t)bytes + 1);
    if (filler == NULL)
        abort();
    memset(filler, 'x', (size_t)bytes);
    filler[bytes] = '\0';
    json_t *j = json_pack("{s:s, s:s, s:b, s:{s:s, s:s, s:{s:s, s:s}}}", "envelope_id",
                          "big-payload", "type", "interactive", "accepts_response_payload", 0,
                          "payload", "type", "block_suggestion", "filler", filler, "user", "id",
                          emu_users[0].id, "name", emu_users[0].name);
    char *text = drc_json_dump(j);
    emu_sm_raw(e, text, (size_t)fragment);
    free(text);
    free(filler);
    json_decref(j);
    return emu_ok();
}

static json_t *raw(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    emu_sm_raw(e, drc_json_str(args, "text", ""), 0);
    return emu_ok();
}

static json_t *scopes(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    snprintf(e->scopes, sizeof e->scopes, "%s", drc_json_str(args, "scopes", ""));
    return emu_ok();
}

static json_t *redelivery(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    for (int i = 0; i < 3; i++) {
        const json_t *ms = json_array_get(json_object_get(args, "delays_ms"), (size_t)i);
        if (json_is_integer(ms))
            e->redeliver_ms[i] = (int64_t)json_integer_value(ms);
    }
    return emu_ok();
}

/* Trigger ids, response URLs and tickets grow older by so much at once. */
static json_t *clock_jump(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    (void)w;
    e->jumped_us += drc_json_int(args, "ms", 0) * 1000;
    return emu_ok();
}

/* What people change of a channel. */
static json_t *channel(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    struct emu_channel *c = emu_channel(e, drc_json_str(args, "channel", ""));
    (void)w;
    if (c == NULL)
        return emu_error("channel_not_found");
    c->archived = drc_json_bool(args, "archived", c->archived);
    c->bot_member = drc_json_bool(args, "bot_member", c->bot_member);
    return emu_ok();
}

/* Somebody is deactivated, or leaves the channel `outside`. */
static json_t *person(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    int user = emu_user_index(drc_json_str(args, "user", ""));
    struct emu_channel *c = emu_channel(e, drc_json_str(args, "outside", ""));
    (void)w;
    if (user == EMU_NOBODY)
        return emu_error("user_not_found");
    e->deactivated[user] = drc_json_bool(args, "deactivated", e->deactivated[user]);
    if (c != NULL)
        c->outside[user] = true;
    return emu_ok();
}

int64_t emu_now_us(const struct emu *e)
{
    return drc_clock_mono_us() + e->jumped_us;
}

json_t *emu_fault_set(struct emu *e, const json_t *args, struct emu_waiter *w)
{
    static const struct {
        const char *name;
        json_t *(*fn)(struct emu *e, const json_t *args, struct emu_waiter *w);
    } acting[] = {{"disconnect", disconnect},
                  {"drop_tcp", drop_tcp},
                  {"half_open", half_open},
                  {"unknown_envelope", unknown_envelope},
                  {"rate_limited_event", rate_limited_event},
                  {"big_payload", big_payload},
                  {"raw", raw},
                  {"scopes", scopes},
                  {"redelivery", redelivery},
                  {"clock_jump", clock_jump},
                  {"channel", channel},
                  {"person", person}};
    const char *name = drc_json_str(args, "fault", "");
    if (strcmp(name, "clear") == 0)
        return clear(e, args);
    for (size_t i = 0; i < sizeof lasting / sizeof *lasting; i++)
        if (strcmp(lasting[i], name) == 0)
            return set_lasting(e, name, args);
    for (size_t i = 0; i < sizeof acting / sizeof *acting; i++)
        if (strcmp(acting[i].name, name) == 0)
            return acting[i].fn(e, args, w);
    return emu_error("unknown_fault");
}
