/* What loop.c, loop_ws.c, loop_client.c and loop_server.c share. Nobody else includes it. Loop
 * thread only. */
#ifndef DRC_LOOP_INNER_H
#define DRC_LOOP_INNER_H

#include <stdatomic.h>

#include "drc/buf.h"
#include "drc/loop.h"

struct lws;
struct lws_context;
struct lws_vhost;
struct server;

struct drc_loop {
    struct lws_context *ctx;
    struct lws_vhost *plain, *tls; /* of outgoing connections; tls is made when first needed */
    struct server *servers;
    char *ca_file; /* NULL = system store */
    atomic_bool stop, wake_pending;
    void (*wake_fn)(void *);
    void *wake_user;
};

/* What a connection's opaque pointer points at; the first member of both kinds. */
enum slot_kind { SLOT_WS, SLOT_HTTP };

/* One frame to send. `data` starts with LWS_PRE bytes of room. */
struct out_frame {
    struct out_frame *next;
    size_t bytes;
    int protocol; /* enum lws_write_protocol */
    bool more;    /* not the last frame of its message */
    unsigned char data[];
};

struct out_queue {
    struct out_frame *head, **tail;
};

struct drc_ws {
    enum slot_kind kind;
    struct drc_loop *loop;
    struct lws *wsi;
    const struct drc_ws_events *ev;
    void *user;
    bool client, opened, in_connect, closing, said_goodbye, aborted, frozen;
    bool mid_message;   /* between two frames of one outgoing message: nothing may cut in */
    bool rx_active;     /* a message has begun to arrive */
    bool rx_fragmented; /* it came in more than one frame */
    struct out_queue urgent, normal;
    size_t queued_bytes;
    struct drc_buf rx;
    char *ping;
    int close_code, peer_code;
    char close_reason[124], peer_reason[124];
    struct drc_timer *kill;  /* dial timeout, then the second given to a peer to close */
    struct drc_timer *watch; /* client: notices pings that the library answers by itself */
    void (*sent)(struct drc_ws *, void *);
};

/* loop.c */
void drc_loop_inner_wake(struct drc_loop *l); /* runs the wake callback if it is due */

/* loop_ws.c */
struct drc_ws *drc_ws_inner_new(struct drc_loop *l, const struct drc_ws_events *ev, void *user,
                                bool client);
void drc_ws_inner_opened(struct drc_ws *ws);
int drc_ws_inner_receive(struct drc_ws *ws, const void *in,
                         size_t bytes); /* -1: close the connection */
int drc_ws_inner_writeable(struct drc_ws *ws);
void drc_ws_inner_peer_close(struct drc_ws *ws, const unsigned char *in, size_t bytes);
void drc_ws_inner_finish(struct drc_ws *ws, const char *why); /* calls close once, frees */

/* loop_client.c */
int drc_client_inner_init(
    struct drc_loop *l); /* the plain virtual host: it also carries the wake callback */

/* loop_server.c */
void drc_server_inner_free(struct drc_loop *l); /* after the context is gone */

#endif
