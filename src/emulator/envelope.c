/* Envelopes on their way: sent on one socket, acked on any, given up after 3 s. Events are
 * delivered again (at once, after 1 min, after 5 min; the delays are a knob); slash commands and
 * interactions are not. Acks of 20,480 bytes and more, or in continuation frames, are dropped
 * without a word, as Slack does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/log.h"
#include "emulator/emulator.h"

#define EVENT_TRIES 4

static void env_due(void *user);

static void new_id(struct emu_env *env)
{
    char hex[33];
    drc_random_hex(16, hex);
    snprintf(env->id, sizeof env->id, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
}

struct emu_env *emu_env_new(struct emu *e, const char *type, json_t *take_payload, bool accepts)
{
    struct emu_env *env = calloc(1, sizeof *env);
    if (env == NULL)
        abort();
    env->e = e;
    snprintf(env->type, sizeof env->type, "%s", type);
    env->accepts = accepts;
    env->user = EMU_NOBODY;
    env->text = drc_json_dump(take_payload);
    env->timer = drc_timer_new(e->loop, env_due, env);
    json_decref(take_payload);
    return env;
}

static void free_env(struct emu_env *env)
{
    drc_timer_free(env->timer);
    free(env->text);
    free(env->command);
    free(env);
}

/* Tells the people and the waiting admin call, once. */
static void resolve(struct emu_env *env, const char *outcome, json_t *payload)
{
    if (env->resolved)
        return;
    env->resolved = true;
    if (env->done != NULL)
        env->done(env->e, env, outcome, payload);
    struct emu_waiter *w = env->waiter;
    env->waiter = NULL;
    if (w != NULL) {
        w->outcome = outcome;
        w->ack = payload == NULL ? NULL : json_incref(payload);
        w->ack_us = drc_clock_mono_us() - env->sent_us;
        emu_waiter_settle(env->e, w);
    }
}

static void give_up(struct emu_env *env, const char *outcome)
{
    drc_map_remove(env->e->envs, env->id);
    resolve(env, outcome, NULL);
    if (!env->event || env->attempt + 1 >= EVENT_TRIES) {
        free_env(env);
        return;
    }
    env->waiting = true; /* between two deliveries, under the id of the next one */
    new_id(env);
    drc_map_set(env->e->envs, env->id, env);
    drc_timer_set(env->timer, env->e->redeliver_ms[env->attempt++]);
}

static void transmit(struct emu_env *env, struct emu_conn *c)
{
    struct emu *e = env->e;
    struct drc_buf b;
    drc_buf_init(&b, DRC_BUF_MAX_BYTES);
    drc_buf_printf(&b, "{\"envelope_id\":\"%s\",\"type\":\"%s\",\"accepts_response_payload\":%s,",
                   env->id, env->type, env->accepts ? "true" : "false");
    if (env->event)
        drc_buf_printf(&b, "\"retry_attempt\":%d,\"retry_reason\":\"%s\",", env->attempt,
                       env->attempt == 0 ? "" : "timeout");
    drc_buf_addstr(&b, "\"payload\":");
    drc_buf_addstr(&b, env->text);
    drc_buf_addch(&b, '}');
    env->sent_us = drc_clock_mono_us();
    drc_ws_send(c->ws, drc_buf_str(&b), b.len, false, NULL);
    e->counts.envelopes++;
    if (env->attempt > 0)
        e->counts.redelivered++;
    emu_wire(e, "out", "ws", env->type, 0, -1, drc_buf_str(&b), b.len);
    drc_buf_fini(&b);
}

static void deliver(struct emu_env *env)
{
    struct emu *e = env->e;
    struct emu_conn *c = emu_sm_pick(e);
    env->sent_us = drc_clock_mono_us();
    if (!env->waiting) {
        new_id(env);
        drc_map_set(e->envs, env->id, env);
    }
    env->waiting = false;
    if (c == NULL) {
        e->counts.dispatch_failed++;
        give_up(env, "dispatch_failed");
        return;
    }
    transmit(env, c);
    drc_timer_set(env->timer, EMU_ACK_MS);
}

static void env_due(void *user)
{
    struct emu_env *env = user;
    if (env->waiting) {
        deliver(env);
        return;
    }
    env->e->counts.timeouts++;
    drc_log(DRC_LOG_WARN, "emulator.timeout", "type=%s attempt=%d", env->type, env->attempt);
    give_up(env, "operation_timeout");
}

void emu_sm_send(struct emu *e, struct emu_env *env)
{
    if (env->event && emu_fault(e, "duplicate_event", NULL) != NULL) {
        json_t *again = drc_json_parse(env->text, strlen(env->text), NULL);
        struct emu_env *twin = emu_env_new(e, env->type, again, false);
        twin->event = true;
        twin->attempt = 1;
        deliver(env);
        deliver(twin);
        return;
    }
    deliver(env);
}

void emu_ack(struct emu *e, const char *text, size_t bytes, bool fragmented)
{
    json_t *ack = drc_json_parse(text, bytes, NULL);
    const char *id = drc_json_str(ack, "envelope_id", NULL);
    struct emu_env *env = id == NULL ? NULL : drc_map_get(e->envs, id);
    emu_wire(e, "in", "ws", "ack", 0, env == NULL ? -1 : drc_clock_mono_us() - env->sent_us, text,
             bytes);
    if (env == NULL) {
        e->counts.unknown_acks++;
        drc_log(DRC_LOG_DEBUG, "emulator.ack", "unknown=1 bytes=%zu", bytes);
    } else if (bytes >= DRC_WS_ACK_MAX_BYTES || fragmented) {
        e->counts.dropped_acks++;
        drc_log(DRC_LOG_WARN, "emulator.ack", "dropped=1 bytes=%zu fragmented=%d", bytes,
                fragmented);
    } else {
        e->counts.acked++;
        drc_map_remove(e->envs, id);
        drc_timer_cancel(env->timer);
        json_t *payload = env->accepts ? json_object_get(ack, "payload") : NULL;
        resolve(env, "ok",
                json_is_object(payload) && json_object_size(payload) > 0 ? payload : NULL);
        free_env(env);
    }
    json_decref(ack);
}

void emu_waiter_attach(struct emu_env *env, struct emu_waiter *w)
{
    if (w == NULL || w->taken)
        return;
    w->taken = true;
    env->waiter = w;
}

static void free_env_value(void *p)
{
    free_env(p);
}

void emu_envelopes_free(struct emu *e)
{
    size_t pos = 0;
    const char *id;
    for (void *p; drc_map_next(e->envs, &pos, &id, &p);) {
        struct emu_env *env = p;
        env->done = NULL; /* nobody looks any more; but a waiting call must be let go */
        resolve(env, "operation_timeout", NULL);
    }
    drc_map_free(e->envs, free_env_value);
    e->envs = NULL;
}
