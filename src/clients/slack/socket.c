/* Socket Mode: one owner of the connection state.
 *
 *   a connection:   DIALING --open--> GREETING --hello--> LIVE --successor says hello--> DRAINING
 * --> gone
 *                      \________________\__________________\______ close, error, deadline
 * ____________/
 *
 * Moves: DIALING..LIVE are made here, in on_open, take_hello and retire. At most one connection is
 * being dialed at a time
 * (`dialing`), whether as the first, as a successor or after a loss. `current` is the LIVE one;
 * DRAINING ones are still read and acked. A connection's callbacks carry its own struct, so a late
 * callback of an old one touches only itself.
 *
 * Back-off: the first dial after a loss is immediate; then full jitter, base 1 s, doubled, at most
 * 60 s. The count goes back to 0 only after a connection has lived for a minute: a socket that
 * fails right after opening must not be redialed in a loop.
 */
#include <stdlib.h>
#include <string.h>

#include "dialer.h"
#include "drc/clock.h"
#include "drc/log.h"
#include "drc/slack.h"

#define TICK_MS 1000
#define PING_US INT64_C(5000000)
#define SUSPECT_US INT64_C(10000000)
#define DEAF_US INT64_C(30000000)
#define HELLO_US INT64_C(10000000)
#define DRAIN_US INT64_C(10000000)
#define STABLE_US INT64_C(60000000)
#define JUMP_US INT64_C(30000000)
#define STOP_MS 1200
#define ACKS_TIMED 64 /* acks on their way to the socket whose time is taken */
#define BACKOFF_BASE_MS 1000
#define BACKOFF_MAX_MS 60000

enum conn_state { DIALING, GREETING, LIVE, DRAINING };

struct conn {
    struct drc_slack_socket *s;
    struct drc_ws *ws;
    unsigned id;
    enum conn_state state;
    int64_t since_us; /* of this state */
    int64_t hello_us, last_frame_us, last_ping_us;
    int lifetime_s;
    bool successor_asked;
    bool penalized; /* Slack told us to stay away: the timer of take_disconnect decides, not the
                       close */
    int64_t ack_us[ACKS_TIMED]; /* ring: when the frames came whose acks are not written yet */
    unsigned acks_queued, acks_written;
    struct conn *next;
};

struct drc_slack_socket {
    struct drc_loop *loop;
    struct dialer *dialer;
    struct drc_slack_socket_events ev;
    void *user;
    struct conn *conns, *current;
    unsigned next_id;
    bool dialing, stopping;
    int failures;   /* in a row, for the back-off */
    int penalty_ms; /* link_disabled, too_many_websockets: grows while it repeats */
    struct drc_timer *dial_timer, *tick, *stop_timer;
    int64_t tick_mono_us, tick_wall_us;
    uint64_t jitter;
    void (*stop_done)(void *);
    void *stop_user;
    struct drc_slack_socket_stats stats;
};

static int64_t random_below(struct drc_slack_socket *s, int64_t n)
{
    s->jitter ^= s->jitter << 13;
    s->jitter ^= s->jitter >> 7;
    s->jitter ^= s->jitter << 17;
    return n <= 0 ? 0 : (int64_t)(s->jitter % (uint64_t)n);
}

/* ---- dialing ------------------------------------------------------------------------------ */

static void dial_after(struct drc_slack_socket *s, int64_t delay_ms)
{
    if (s->stopping || s->dialing)
        return;
    drc_timer_set(s->dial_timer, delay_ms);
}

static void dial_with_backoff(struct drc_slack_socket *s)
{
    int64_t most = BACKOFF_BASE_MS;
    for (int i = 1; i < s->failures && most < BACKOFF_MAX_MS; i++)
        most *= 2;
    most = most > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : most;
    int64_t delay = s->failures == 0 ? 0 : random_below(s, most);
    if (s->failures > 0)
        drc_log(DRC_LOG_INFO, "slack.redial", "failures=%d in_ms=%lld", s->failures,
                (long long)delay);
    s->failures++;
    dial_after(s, delay);
}

static void on_dial_timer(void *user)
{
    struct drc_slack_socket *s = user;
    if (s->stopping || s->dialing)
        return;
    s->dialing = true;
    dialer_ask(s->dialer);
}

static void dial_failed(struct drc_slack_socket *s, const struct drc_err *why)
{
    s->dialing = false;
    if (why->code == DRC_ERR_AUTH || why->code == DRC_ERR_CONFIG) {
        s->ev.fatal(why, s->user);
        return;
    }
    drc_log(DRC_LOG_WARN, "slack.dial", "code=%s why=\"%s\"", drc_err_name(why->code), why->msg);
    if (why->code == DRC_ERR_RATE)
        dial_after(s, why->retry_ms + random_below(s, 1000));
    else
        dial_with_backoff(s);
}

/* ---- connections -------------------------------------------------------------------------- */

static struct conn *conn_new(struct drc_slack_socket *s)
{
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    c->s = s;
    c->id = ++s->next_id;
    c->since_us = c->last_frame_us = drc_clock_mono_us();
    c->next = s->conns;
    s->conns = c;
    return c;
}

static void conn_unlink(struct conn *c)
{
    for (struct conn **at = &c->s->conns; *at != NULL; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            return;
        }
}

static void move(struct conn *c, enum conn_state to)
{
    c->state = to;
    c->since_us = drc_clock_mono_us();
}

/* The successor is there: the old one is read for a while longer, then closed. */
static void retire(struct conn *old)
{
    move(old, DRAINING);
}

static void take_hello(struct conn *c, const struct drc_slack_frame *f)
{
    struct drc_slack_socket *s = c->s;
    if (c->state != GREETING)
        return;
    struct conn *old = s->current;
    move(c, LIVE);
    c->hello_us = c->since_us;
    c->lifetime_s = f->connection_seconds;
    s->current = c;
    s->dialing = false;
    s->stats.connects++;
    s->stats.num_connections = f->num_connections;
    if (f->num_connections > 2)
        drc_log(DRC_LOG_WARN, "slack.ghosts",
                "num_connections=%d: other sockets of this app take part of its events",
                f->num_connections);
    if (old != NULL)
        retire(old);
    else
        s->ev.state(true, s->user);
}

static int penalty(struct drc_slack_socket *s, int first_ms, int most_ms)
{
    s->penalty_ms = s->penalty_ms == 0 ? first_ms : s->penalty_ms * 2;
    if (s->penalty_ms > most_ms)
        s->penalty_ms = most_ms;
    return s->penalty_ms;
}

static void take_disconnect(struct conn *c, const char *reason)
{
    struct drc_slack_socket *s = c->s;
    drc_log(DRC_LOG_INFO, "slack.disconnect", "reason=%.40s conn=%u", reason, c->id);
    if (strcmp(reason, "link_disabled") == 0) {
        c->penalized = true;
        drc_ws_close(c->ws, 1000, "");
        drc_timer_set(s->dial_timer, penalty(s, 60000, 600000));
    } else if (strcmp(reason, "too_many_websockets") == 0) {
        c->penalized = true;
        drc_ws_close(c->ws, 1000, ""); /* this one first: never add a socket to too many */
        int wait = penalty(s, 30000, 300000);
        drc_timer_set(s->dial_timer, wait / 2 + random_below(s, wait / 2));
    } else if (c == s->current && !c->successor_asked) {
        c->successor_asked = true;
        dial_after(s, 0);
    }
}

/* All that this side sends are acks, in order. */
static void on_sent(struct drc_ws *ws, void *user)
{
    (void)ws;
    struct conn *c = user;
    if (c->acks_queued - c->acks_written <= ACKS_TIMED)
        drc_log(DRC_LOG_DEBUG, "slack.acked", "us=%lld",
                (long long)(drc_clock_mono_us() - c->ack_us[c->acks_written % ACKS_TIMED]));
    c->acks_written++;
}

static void on_open(struct drc_ws *ws, void *user)
{
    drc_ws_on_sent(ws, on_sent);
    move(user, GREETING);
}

static void on_frame(struct drc_ws *ws, void *user)
{
    (void)ws;
    struct conn *c = user;
    c->last_frame_us = drc_clock_mono_us();
    c->s->stats.last_frame_ms = drc_clock_wall_ms();
}

static void on_message(struct drc_ws *ws, const char *text, size_t bytes, void *user)
{
    struct conn *c = user;
    struct drc_slack_frame f;
    struct drc_arena *a = drc_arena_new();
    on_frame(ws, user);
    drc_slack_frame_parse(a, text, bytes, &f);
    switch (f.kind) {
    case DRC_FRAME_HELLO:
        take_hello(c, &f);
        break;
    case DRC_FRAME_DISCONNECT:
        take_disconnect(c, f.reason);
        break;
    case DRC_FRAME_ENVELOPE:
        c->s->stats.envelopes++;
        c->s->ev.envelope(c->id, &f, text, bytes, c->last_frame_us, c->s->user);
        break;
    case DRC_FRAME_OTHER:
        drc_log(DRC_LOG_WARN, "slack.frame", "conn=%u bytes=%zu: not JSON, or nothing that I know",
                c->id, bytes);
        break;
    }
    drc_arena_free(a);
}

static bool lived_long(const struct conn *c)
{
    return c->hello_us != 0 && drc_clock_mono_us() - c->hello_us > STABLE_US;
}

static void finish_stop(struct drc_slack_socket *s)
{
    if (s->stop_done == NULL || s->conns != NULL)
        return;
    void (*done)(void *) = s->stop_done;
    s->stop_done = NULL;
    done(s->stop_user);
}

static void on_close(struct drc_ws *ws, int code, const char *reason, void *user)
{
    (void)ws;
    struct conn *c = user;
    struct drc_slack_socket *s = c->s;
    bool was_current = c == s->current, was_dialing = c->state == DIALING || c->state == GREETING;
    bool redial = (was_current || was_dialing) && !c->penalized;
    drc_log(DRC_LOG_INFO, "slack.closed", "conn=%u code=%d reason=\"%.60s\"", c->id, code, reason);
    conn_unlink(c);
    if (was_current) {
        s->current = NULL;
        s->ev.state(false, s->user);
        if (lived_long(c)) {
            s->failures = 0;
            s->penalty_ms = 0;
        }
    }
    if (was_dialing)
        s->dialing = false;
    free(c);
    if (s->stopping)
        finish_stop(s);
    else if (redial)
        dial_with_backoff(s);
}

static const struct drc_ws_events ws_events = {on_open, on_message, on_frame, on_close};

static void connect_to(struct drc_slack_socket *s, const struct dial_result *r)
{
    struct drc_ws_target t = {
        .address = r->address, .host = r->host, .path = r->path, .port = r->port, .tls = r->tls};
    struct drc_err err = DRC_ERR_INIT;
    struct conn *c = conn_new(s);
    c->ws = drc_ws_connect(s->loop, &t, &ws_events, c, &err);
    if (c->ws != NULL)
        return;
    conn_unlink(c);
    free(c);
    dial_failed(s, &err);
}

void drc_slack_socket_on_wake(struct drc_slack_socket *s)
{
    struct dial_result r;
    if (!dialer_take(s->dialer, &r))
        return;
    if (s->stopping)
        s->dialing = false;
    else if (r.err.code != DRC_OK)
        dial_failed(s, &r.err);
    else
        connect_to(s, &r);
}

/* ---- liveness ----------------------------------------------------------------------------- */

static void watch_live(struct conn *c, int64_t now)
{
    struct drc_slack_socket *s = c->s;
    int64_t quiet = now - c->last_frame_us;
    if (now - c->last_ping_us >= PING_US) {
        c->last_ping_us = now;
        drc_ws_ping(c->ws, "drc");
    }
    bool old = c->lifetime_s > 0 && now - c->hello_us > (int64_t)c->lifetime_s * 900000;
    if (c == s->current && !c->successor_asked && (quiet > SUSPECT_US || old)) {
        drc_log(DRC_LOG_WARN, "slack.suspect", "conn=%u quiet_ms=%lld old=%d", c->id,
                (long long)(quiet / 1000), old);
        c->successor_asked = true;
        dial_after(s, 0);
    }
    if (quiet > DEAF_US)
        drc_ws_abort(c->ws);
}

static void watch(struct conn *c, int64_t now)
{
    switch (c->state) {
    case DIALING: /* the loop's own connect timeout */
        break;
    case GREETING:
        if (now - c->since_us > HELLO_US)
            drc_ws_abort(c->ws);
        break;
    case LIVE:
        watch_live(c, now);
        break;
    case DRAINING:
        if (now - c->last_frame_us > DEAF_US)
            drc_ws_abort(c->ws);
        else if (now - c->since_us > DRAIN_US)
            drc_ws_close(c->ws, 1000, "");
        break;
    }
}

/* The process slept (laptop lid, frozen VM): whatever the sockets say, the other side has long
 * given up. */
static bool was_suspended(struct drc_slack_socket *s, int64_t now)
{
    int64_t wall = drc_clock_wall_us();
    int64_t jump = (wall - s->tick_wall_us) - (now - s->tick_mono_us);
    s->tick_wall_us = wall;
    s->tick_mono_us = now;
    return jump > JUMP_US;
}

static void on_tick(void *user)
{
    struct drc_slack_socket *s = user;
    int64_t now = drc_clock_mono_us();
    bool suspended = was_suspended(s, now);
    for (struct conn *c = s->conns, *next; c != NULL; c = next) {
        next = c->next;
        if (suspended)
            drc_ws_abort(c->ws);
        else
            watch(c, now);
    }
    drc_timer_set(s->tick, TICK_MS);
}

/* ---- the outside -------------------------------------------------------------------------- */

struct drc_slack_socket *drc_slack_socket_start(struct drc_loop *l,
                                                const struct drc_slack_socket_conf *conf,
                                                const struct drc_slack_socket_events *ev,
                                                void *user, struct drc_err *err)
{
    struct drc_slack_socket *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->loop = l;
    s->ev = *ev;
    s->user = user;
    s->stats.num_connections = -1;
    s->tick_mono_us = drc_clock_mono_us();
    s->tick_wall_us = drc_clock_wall_us();
    s->jitter = (uint64_t)s->tick_wall_us | 1;
    s->dialer = dialer_new(l, conf->api_url, conf->app_token, conf->ca_file, err);
    if (s->dialer == NULL) {
        free(s);
        return NULL;
    }
    s->dial_timer = drc_timer_new(l, on_dial_timer, s);
    s->tick = drc_timer_new(l, on_tick, s);
    s->dialing = true; /* now: the rest of the program starts meanwhile */
    dialer_ask(s->dialer);
    drc_timer_set(s->tick, TICK_MS);
    return s;
}

static struct conn *conn_by_id(const struct drc_slack_socket *s, unsigned id)
{
    for (struct conn *c = s->conns; c != NULL; c = c->next)
        if (c->id == id)
            return c;
    return NULL;
}

int drc_slack_socket_ack(struct drc_slack_socket *s, unsigned conn, const char *ack, size_t bytes,
                         struct drc_err *err)
{
    struct conn *c = conn_by_id(s, conn);
    if (c == NULL)
        c = s->current;
    if (c == NULL)
        return drc_err_set(err, DRC_ERR_NET, "no socket is open for the ack");
    if (drc_ws_send(c->ws, ack, bytes, true, err) < 0)
        return -1;
    c->ack_us[c->acks_queued++ % ACKS_TIMED] = c->last_frame_us;
    s->stats.acks++;
    return 0;
}

void drc_slack_socket_stats(const struct drc_slack_socket *s, struct drc_slack_socket_stats *out)
{
    *out = s->stats;
    out->connected = s->current != NULL;
}

static void on_stop_timer(void *user)
{
    struct drc_slack_socket *s = user;
    for (struct conn *c = s->conns, *next; c != NULL; c = next) {
        next = c->next;
        drc_ws_abort(c->ws);
    }
    finish_stop(s);
}

void drc_slack_socket_stop(struct drc_slack_socket *s, void (*done)(void *), void *user)
{
    s->stopping = true;
    s->stop_done = done;
    s->stop_user = user;
    drc_timer_cancel(s->dial_timer);
    drc_timer_cancel(s->tick);
    s->stop_timer = drc_timer_new(s->loop, on_stop_timer, s);
    drc_timer_set(s->stop_timer, STOP_MS);
    for (struct conn *c = s->conns, *next; c != NULL; c = next) {
        next = c->next;
        drc_ws_close(c->ws, 1000, "");
    }
    finish_stop(s);
}

void drc_slack_socket_free(struct drc_slack_socket *s)
{
    if (s == NULL)
        return;
    dialer_free(s->dialer);
    drc_timer_free(s->dial_timer);
    drc_timer_free(s->tick);
    if (s->stop_timer != NULL)
        drc_timer_free(s->stop_timer);
    for (struct conn *c = s->conns, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    free(s);
}
