/* Socket Mode, the server's side: tickets, connections, hello, disconnect, pings.
 *
 *   upgrade -> (hello_delay) -> ready -> leaving -> closed
 *                  \__ too many: disconnect instead of hello
 * Envelopes and acks are in envelope.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/jsonx.h"
#include "drc/log.h"
#include "emulator/emulator.h"

#define TICKETS 64
#define TICKET_LIFE_US INT64_C(30000000)
#define PING_MS 5000

json_t *emu_sm_open(struct emu *e, const char *host)
{
    size_t slot = (size_t)(emu_next(e) % TICKETS);
    drc_random_hex(16, e->tickets[slot]);
    e->ticket_us[slot] = emu_now_us(e) + TICKET_LIFE_US;
    json_t *reply = emu_ok();
    json_object_set_new(
        reply, "url",
        json_sprintf("ws://%s/link/?ticket=%s&app_id=%s", host, e->tickets[slot], EMU_APP));
    return reply;
}

static bool use_ticket(struct emu *e, const char *ticket)
{
    for (size_t i = 0; i < TICKETS && ticket[0] != '\0'; i++)
        if (strcmp(e->tickets[i], ticket) == 0) {
            e->tickets[i][0] = '\0';
            return emu_now_us(e) <= e->ticket_us[i];
        }
    return false;
}

size_t emu_sm_count(const struct emu *e)
{
    size_t n = 0;
    for (const struct emu_conn *c = e->conns; c != NULL; c = c->next)
        n++;
    return n;
}

bool emu_sm_online(const struct emu *e)
{
    for (const struct emu_conn *c = e->conns; c != NULL; c = c->next)
        if (c->ready)
            return true;
    return false;
}

static void send_json(struct emu_conn *c, const char *name, json_t *take)
{
    char *text = drc_json_dump(take);
    size_t n = strlen(text);
    drc_ws_send(c->ws, text, n, false, NULL);
    emu_wire(c->e, "out", "ws", name, 0, -1, text, n);
    free(text);
    json_decref(take);
}

static void leave_due(void *user)
{
    struct emu_conn *c = user;
    drc_ws_close(c->ws, 1000, "");
}

static void tell_to_leave(struct emu_conn *c, const char *reason, int64_t close_after_ms)
{
    c->leaving = true;
    send_json(c, "disconnect",
              json_pack("{s:s, s:s, s:{s:s}}", "type", "disconnect", "reason", reason, "debug_info",
                        "host", "applink-1"));
    drc_timer_set(c->leave, close_after_ms);
}

static void ping_due(void *user)
{
    struct emu_conn *c = user;
    if (emu_fault(c->e, "stop_pings", NULL) == NULL)
        drc_ws_ping(c->ws, "Ping from applink-1");
    drc_timer_set(c->ping, PING_MS);
}

static void say_hello(void *user)
{
    struct emu_conn *c = user;
    struct emu *e = c->e;
    bool was_online = emu_sm_online(e);
    c->ready = true;
    send_json(c, "hello",
              json_pack("{s:s, s:i, s:{s:s, s:i, s:i}, s:{s:s}}", "type", "hello",
                        "num_connections", (int)emu_sm_count(e), "debug_info", "host", "applink-1",
                        "build_number", 1, "approximate_connection_time", 18060, "connection_info",
                        "app_id", EMU_APP));
    drc_log(DRC_LOG_INFO, "emulator.socket", "hello=1 sockets=%zu", emu_sm_count(e));
    if (!was_online)
        emu_ui_bot(e);
}

static void on_open(struct drc_ws *ws, void *user)
{
    struct emu_conn *c = user;
    struct emu *e = c->e;
    c->ws = ws;
    c->seq = emu_next(e);
    c->next = e->conns;
    e->conns = c;
    e->counts.sockets_opened++;
    drc_timer_set(c->ping, PING_MS);
    if (emu_sm_count(e) > EMU_SOCKETS_MAX || emu_fault(e, "too_many", NULL) != NULL) {
        tell_to_leave(c, "too_many_websockets", 1000);
        return;
    }
    if (emu_fault(e, "no_hello", NULL) != NULL)
        return;
    struct emu_fault *late = emu_fault(e, "hello_delay", NULL);
    if (late != NULL)
        drc_timer_set(c->hello, late->ms);
    else
        say_hello(c);
}

static void on_message(struct drc_ws *ws, const char *text, size_t bytes, void *user)
{
    struct emu_conn *c = user;
    emu_ack(c->e, text, bytes, drc_ws_message_fragmented(ws));
}

static void on_frame(struct drc_ws *ws, void *user)
{
    (void)ws;
    ((struct emu_conn *)user)->e->counts.pongs++;
}

static void on_close(struct drc_ws *ws, int code, const char *reason, void *user)
{
    struct emu_conn *c = user;
    struct emu *e = c->e;
    (void)ws;
    bool was_online = emu_sm_online(e);
    for (struct emu_conn **at = &e->conns; *at != NULL; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            e->counts.sockets_closed++;
            break;
        }
    drc_log(DRC_LOG_INFO, "emulator.socket", "closed=%d reason=\"%s\" sockets=%zu", code, reason,
            emu_sm_count(e));
    drc_timer_free(c->ping);
    drc_timer_free(c->hello);
    drc_timer_free(c->leave);
    free(c);
    if (was_online && !emu_sm_online(e))
        emu_ui_bot(e);
}

const struct drc_ws_events *emu_sm_upgrade(struct emu *e, const struct drc_http_in *in,
                                           void **ws_user)
{
    static const struct drc_ws_events events = {on_open, on_message, on_frame, on_close};
    char *ticket = emu_query_get(in->query, "ticket");
    bool ok = ticket != NULL && use_ticket(e, ticket);
    free(ticket);
    emu_wire(e, "in", "http", "GET /link/", ok ? 101 : 403, -1, "", 0);
    if (!ok)
        return NULL;
    struct emu_conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    c->e = e;
    c->ping = drc_timer_new(e->loop, ping_due, c);
    c->hello = drc_timer_new(e->loop, say_hello, c);
    c->leave = drc_timer_new(e->loop, leave_due, c);
    *ws_user = c;
    return &events;
}

struct emu_conn *emu_sm_pick(struct emu *e)
{
    struct emu_conn *ready[EMU_SOCKETS_MAX * 2];
    size_t n = 0;
    for (int pass = 0; pass < 2 && n == 0;
         pass++) /* sockets that were told to leave only where there is no other */
        for (struct emu_conn *c = e->conns; c != NULL && n < sizeof ready / sizeof *ready;
             c = c->next)
            if (c->ready && (pass == 1 || !c->leaving))
                ready[n++] = c;
    if (n == 0)
        return NULL;
    if (emu_fault(e, "deliver_to_oldest", NULL) != NULL) {
        for (struct emu_conn *c = e->conns; c != NULL; c = c->next)
            if (c->ready)
                ready[0] = c; /* the list has the newest first */
        return ready[0];
    }
    return ready[e->turn++ % n];
}

/* ---- faults ------------------------------------------------------------------------------- */

void emu_sm_disconnect(struct emu *e, const char *reason, int64_t close_after_ms, bool all)
{
    for (struct emu_conn *c = e->conns; c != NULL; c = c->next)
        if (!c->leaving) {
            tell_to_leave(c, reason, close_after_ms);
            if (!all)
                return;
        }
}

void emu_sm_drop(struct emu *e, bool all)
{
    for (struct emu_conn *c = e->conns; c != NULL; c = c->next) {
        drc_ws_abort(c->ws);
        if (!all)
            return;
    }
}

void emu_sm_freeze(struct emu *e, bool frozen)
{
    for (struct emu_conn *c = e->conns; c != NULL; c = c->next) {
        c->frozen = frozen;
        drc_ws_freeze(c->ws, frozen);
    }
}

void emu_sm_raw(struct emu *e, const char *text, size_t fragment_bytes)
{
    if (e->conns == NULL)
        return;
    size_t n = strlen(text);
    drc_ws_send_fragments(e->conns->ws, text, n, fragment_bytes, NULL);
    emu_wire(e, "out", "ws", "raw", 0, -1, text, n);
}

void emu_sm_close_all(struct emu *e)
{
    for (struct emu_conn *c = e->conns; c != NULL; c = c->next)
        drc_ws_close(c->ws, 1001, "going away");
}
