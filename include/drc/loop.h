/* The one door to libwebsockets: an event loop with timers, WebSocket clients and an HTTP +
 * WebSocket server.
 *
 * Everything here runs on the thread that calls drc_loop_run(), except drc_loop_wake() and
 * drc_loop_stop(), which any thread may call. Callbacks run on the loop thread and must not block.
 * Text frames only; pings of the peer are answered by the library. A connection pointer is valid
 * from its open callback to the end of its close callback. */
#ifndef DRC_LOOP_H
#define DRC_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/err.h"

struct drc_loop;
struct drc_ws;        /* one WebSocket connection, client or server side */
struct drc_http_peer; /* one HTTP request on the server */
struct drc_timer;

/* ca_file: for wss clients, NULL = system store; unreadable = CONFIG error. */
struct drc_loop *drc_loop_new(const char *ca_file, struct drc_err *err);
void drc_loop_free(struct drc_loop *l);
int drc_loop_run(struct drc_loop *l); /* until drc_loop_stop() */
void drc_loop_stop(struct drc_loop *l);

/* Makes the loop call the wake callback soon; calls may be merged. */
void drc_loop_on_wake(struct drc_loop *l, void (*fn)(void *), void *user);
void drc_loop_wake(struct drc_loop *l);

/* One-shot timer. Setting a set timer moves it. delay_ms 0 = at the next turn. Freed timers never
 * fire. */
struct drc_timer *drc_timer_new(struct drc_loop *l, void (*fn)(void *), void *user);
void drc_timer_set(struct drc_timer *t, int64_t delay_ms);
void drc_timer_cancel(struct drc_timer *t);
void drc_timer_free(struct drc_timer *t);

/* ---- WebSocket, both sides ---------------------------------------------------------------- */

struct drc_ws_events {
    void (*open)(struct drc_ws *ws, void *user);
    /* One whole message (assembled, NUL-terminated). Over the cap: the connection is closed with
     * 1009. */
    void (*message)(struct drc_ws *ws, const char *text, size_t bytes, void *user);
    /* Any inbound frame incl. ping and pong; may be NULL. A ping of the server is noticed within a
     * second. */
    void (*frame)(struct drc_ws *ws, void *user);
    /* Last call for this connection, also when connecting failed (then open was not called). */
    void (*close)(struct drc_ws *ws, int code, const char *reason, void *user);
};

/* Client. The caller has resolved `address` (an IP text) off the loop; host is for SNI, certificate
 * and Host header. Returns NULL with err only where no attempt could be made; else exactly one
 * close callback will come. */
struct drc_ws_target {
    const char *address, *host, *path; /* path with query */
    int port;
    bool tls;
    int timeout_ms; /* until open; 0 = 15 s */
};
struct drc_ws *drc_ws_connect(struct drc_loop *l, const struct drc_ws_target *t,
                              const struct drc_ws_events *ev, void *user, struct drc_err *err);

/* Queues one text message, sent as exactly one FIN frame; copies. urgent: ahead of the queue
 * (acks). `sent` (may be NULL) is called on the loop when the bytes were handed to the socket.
 * LIMIT if over 4 MiB queued. */
int drc_ws_send(struct drc_ws *ws, const char *text, size_t bytes, bool urgent,
                struct drc_err *err);
/* The same text as several frames (FIN only on the last): for tests of receivers. */
int drc_ws_send_fragments(struct drc_ws *ws, const char *text, size_t bytes, size_t fragment_bytes,
                          struct drc_err *err);
void drc_ws_on_sent(struct drc_ws *ws,
                    void (*fn)(struct drc_ws *, void *user)); /* after each message written */
/* In the message callback: did this message come in more than one frame? */
bool drc_ws_message_fragmented(const struct drc_ws *ws);
void drc_ws_ping(struct drc_ws *ws, const char *payload); /* at most 125 bytes */
/* Close frame with code and reason, at most 1 s for the peer, then TCP is dropped. The close
 * callback comes later. */
void drc_ws_close(struct drc_ws *ws, int code, const char *reason);
void drc_ws_abort(struct drc_ws *ws); /* drops TCP without a close frame */
void *drc_ws_user(struct drc_ws *ws);
void drc_ws_set_user(struct drc_ws *ws, void *user);
/* Server side only: pause reading and ponging (half-open fault). */
void drc_ws_freeze(struct drc_ws *ws, bool frozen);

/* ---- server ------------------------------------------------------------------------------- */

struct drc_http_in {
    const char *method; /* "GET", "POST", ... */
    const char *path;   /* decoded path without query */
    const char *query;  /* percent-encoded query, "" if none */
    const char *host, *origin, *authorization, *content_type, *cookie, *user_agent,
        *if_none_match; /* "" if absent */
    const char *body;   /* NUL-terminated */
    size_t body_bytes;
};

struct drc_server_events {
    /* A whole request arrived (body at most max_body). Answer now or later with drc_http_reply
     * (exactly once). */
    void (*request)(struct drc_http_peer *p, const struct drc_http_in *in, void *user);
    /* Peer left before the reply: forget p. */
    void (*gone)(struct drc_http_peer *p, void *user);
    /* An upgrade request; return the events for this connection (set *ws_user), or NULL to refuse
     * with 403. */
    const struct drc_ws_events *(*upgrade)(const struct drc_http_in *in, void *user,
                                           void **ws_user);
};

/* Listens on 127.0.0.1 and on ::1 (where IPv6 exists). port 0 = any free one; *port_out gets the
 * real one. CONFIG "port N is in use" where it is. */
int drc_server_listen(struct drc_loop *l, int port, size_t max_body,
                      const struct drc_server_events *ev, void *user, int *port_out,
                      struct drc_err *err);

/* headers: "Name: value\r\n" lines or NULL; Content-Length is added. Copies body. */
void drc_http_reply(struct drc_http_peer *p, int status, const char *content_type,
                    const char *headers, const void *body, size_t bytes);
/* Fault: sends the first bytes of a body and drops TCP. */
void drc_http_reply_cut(struct drc_http_peer *p, size_t announced_bytes, const void *body,
                        size_t bytes);
void drc_http_set_user(struct drc_http_peer *p, void *user);
void *drc_http_user(struct drc_http_peer *p);

#endif
