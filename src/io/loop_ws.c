/* What client and server side of a WebSocket share: the queues, assembling, closing.
 *
 *   (connecting) --opened--> open --drc_ws_close--> closing --peer's close frame or 1 s--> finish
 *        \______________________\______drc_ws_abort, peer, error_________________________/
 *
 * finish runs exactly once, from the library's last callback for the connection. */
#include <arpa/inet.h>
#include <libwebsockets.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "drc/limits.h"
#include "io/loop_inner.h"

#define QUEUE_MAX_BYTES (4u * 1024u * 1024u)
#define CLOSE_WAIT_MS 1000
#define WATCH_MS 1000
#define PING_MAX_BYTES 125

static void queue_init(struct out_queue *q)
{
    q->head = NULL;
    q->tail = &q->head;
}

static void queue_free(struct out_queue *q)
{
    while (q->head != NULL) {
        struct out_frame *f = q->head;
        q->head = f->next;
        free(f);
    }
    queue_init(q);
}

static void queue_push(struct drc_ws *ws, struct out_queue *q, const char *text, size_t bytes,
                       int protocol, bool more)
{
    struct out_frame *f = malloc(sizeof *f + LWS_PRE + bytes);
    if (f == NULL)
        abort();
    f->next = NULL;
    f->bytes = bytes;
    f->protocol = protocol;
    f->more = more;
    if (bytes > 0)
        memcpy(f->data + LWS_PRE, text, bytes);
    *q->tail = f;
    q->tail = &f->next;
    ws->queued_bytes += bytes;
}

static struct out_frame *queue_pop(struct drc_ws *ws)
{
    struct out_queue *q = ws->urgent.head != NULL && !ws->mid_message ? &ws->urgent : &ws->normal;
    struct out_frame *f = q->head;
    if (f == NULL)
        return NULL;
    q->head = f->next;
    if (q->head == NULL)
        q->tail = &q->head;
    ws->queued_bytes -= f->bytes;
    ws->mid_message = f->more;
    return f;
}

/* The library's kill of a connection that is still in use by the caller must be asynchronous. */
static void kill_later(struct drc_ws *ws)
{
    if (ws->wsi != NULL)
        lws_set_timeout(ws->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static void kill_due(void *user)
{
    struct drc_ws *ws = user;
    if (!ws->opened && ws->close_code == 0) {
        ws->close_code = 1006;
        lws_strncpy(ws->close_reason, "connecting took too long", sizeof ws->close_reason);
    }
    kill_later(ws);
}

/* Pings of the peer are answered inside the library without a callback; the kernel knows when bytes
 * came last. */
static void watch_due(void *user)
{
    struct drc_ws *ws = user;
    struct tcp_info ti;
    socklen_t len = sizeof ti;
    if (getsockopt(lws_get_socket_fd(ws->wsi), IPPROTO_TCP, TCP_INFO, &ti, &len) == 0 &&
        ti.tcpi_last_data_recv < WATCH_MS)
        ws->ev->frame(ws, ws->user);
    drc_timer_set(ws->watch, WATCH_MS);
}

struct drc_ws *drc_ws_inner_new(struct drc_loop *l, const struct drc_ws_events *ev, void *user,
                                bool client)
{
    struct drc_ws *ws = calloc(1, sizeof *ws);
    if (ws == NULL)
        abort();
    ws->kind = SLOT_WS;
    ws->loop = l;
    ws->ev = ev;
    ws->user = user;
    ws->client = client;
    queue_init(&ws->urgent);
    queue_init(&ws->normal);
    drc_buf_init(&ws->rx, DRC_WS_MESSAGE_MAX_BYTES);
    ws->kill = drc_timer_new(l, kill_due, ws);
    return ws;
}

void drc_ws_inner_opened(struct drc_ws *ws)
{
    ws->opened = true;
    drc_timer_cancel(ws->kill);
    int fd = lws_get_socket_fd(ws->wsi), one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (ws->client && ws->ev->frame != NULL) {
        ws->watch = drc_timer_new(ws->loop, watch_due, ws);
        drc_timer_set(ws->watch, WATCH_MS);
    }
    if (ws->normal.head != NULL || ws->urgent.head != NULL || ws->ping != NULL)
        lws_callback_on_writable(ws->wsi);
    ws->ev->open(ws, ws->user);
}

static int too_big(struct drc_ws *ws)
{
    static unsigned char why[] = "message too big";
    ws->close_code = 1009;
    lws_strncpy(ws->close_reason, (const char *)why, sizeof ws->close_reason);
    lws_close_reason(ws->wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, why, sizeof why - 1);
    drc_timer_set(ws->kill, CLOSE_WAIT_MS);
    ws->said_goodbye = true;
    return -1;
}

int drc_ws_inner_receive(struct drc_ws *ws, const void *in, size_t bytes)
{
    if (!ws->rx_active) {
        drc_buf_reset(&ws->rx);
        ws->rx_active = true;
        ws->rx_fragmented = false;
    }
    drc_buf_add(&ws->rx, in, bytes);
    if (ws->rx.overflow)
        return too_big(ws);
    if (lws_remaining_packet_payload(ws->wsi) > 0)
        return 0;
    if (ws->ev->frame != NULL)
        ws->ev->frame(ws, ws->user);
    if (!lws_is_final_fragment(ws->wsi)) {
        ws->rx_fragmented = true;
        return 0;
    }
    ws->rx_active = false;
    if (!lws_frame_is_binary(ws->wsi))
        ws->ev->message(ws, drc_buf_str(&ws->rx), ws->rx.len, ws->user);
    return 0;
}

static int write_ping(struct drc_ws *ws)
{
    unsigned char frame[LWS_PRE + PING_MAX_BYTES];
    size_t n = strlen(ws->ping);
    memcpy(frame + LWS_PRE, ws->ping, n);
    free(ws->ping);
    ws->ping = NULL;
    if (lws_write(ws->wsi, frame + LWS_PRE, n, LWS_WRITE_PING) < 0)
        return -1;
    lws_callback_on_writable(ws->wsi);
    return 0;
}

/* One write per call: the library's rule. */
int drc_ws_inner_writeable(struct drc_ws *ws)
{
    if (ws->aborted)
        return -1;
    if (ws->frozen || ws->said_goodbye)
        return 0;
    if (ws->ping != NULL && !ws->mid_message)
        return write_ping(ws);
    struct out_frame *f = queue_pop(ws);
    if (f != NULL) {
        bool last = !f->more;
        int n =
            lws_write(ws->wsi, f->data + LWS_PRE, f->bytes, (enum lws_write_protocol)f->protocol);
        bool short_write = n < 0 || (size_t)n < f->bytes;
        free(f);
        if (short_write)
            return -1;
        if (ws->urgent.head != NULL || ws->normal.head != NULL || ws->closing)
            lws_callback_on_writable(ws->wsi);
        if (last && ws->sent != NULL)
            ws->sent(ws, ws->user);
        return 0;
    }
    if (!ws->closing)
        return 0;
    ws->said_goodbye = true; /* a second -1 would not wait for the peer's close frame */
    lws_close_reason(ws->wsi, (enum lws_close_status)ws->close_code,
                     (unsigned char *)ws->close_reason, strlen(ws->close_reason));
    return -1;
}

void drc_ws_inner_peer_close(struct drc_ws *ws, const unsigned char *in, size_t bytes)
{
    ws->peer_code = 1005; /* RFC 6455 7.1.5: a close frame without a code */
    if (bytes < 2)
        return;
    ws->peer_code = in[0] << 8 | in[1];
    size_t n = bytes - 2 < sizeof ws->peer_reason - 1 ? bytes - 2 : sizeof ws->peer_reason - 1;
    memcpy(ws->peer_reason, in + 2, n);
    ws->peer_reason[n] = '\0';
}

void drc_ws_inner_finish(struct drc_ws *ws, const char *why)
{
    if (ws->wsi != NULL)
        lws_set_opaque_user_data(ws->wsi, NULL);
    ws->wsi = NULL;
    drc_timer_free(ws->kill);
    drc_timer_free(ws->watch);
    if (ws->peer_code != 0)
        ws->ev->close(ws, ws->peer_code, ws->peer_reason, ws->user);
    else if (ws->close_code != 0)
        ws->ev->close(ws, ws->close_code, ws->close_reason, ws->user);
    else
        ws->ev->close(ws, 1006, why, ws->user);
    queue_free(&ws->urgent);
    queue_free(&ws->normal);
    drc_buf_fini(&ws->rx);
    free(ws->ping);
    free(ws);
}

/* ---- the public part ---------------------------------------------------------------------- */

static int check_room(const struct drc_ws *ws, size_t bytes, struct drc_err *err)
{
    if (ws->wsi == NULL || ws->aborted || ws->closing)
        return drc_err_set(err, DRC_ERR_NET, "the connection is closed");
    if (bytes > QUEUE_MAX_BYTES || ws->queued_bytes + bytes > QUEUE_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_LIMIT, "more than %u bytes wait to be sent",
                           QUEUE_MAX_BYTES);
    return 0;
}

int drc_ws_send(struct drc_ws *ws, const char *text, size_t bytes, bool urgent, struct drc_err *err)
{
    if (check_room(ws, bytes, err) < 0)
        return -1;
    queue_push(ws, urgent ? &ws->urgent : &ws->normal, text, bytes, LWS_WRITE_TEXT, false);
    if (ws->opened)
        lws_callback_on_writable(ws->wsi);
    return 0;
}

int drc_ws_send_fragments(struct drc_ws *ws, const char *text, size_t bytes, size_t fragment_bytes,
                          struct drc_err *err)
{
    if (fragment_bytes == 0 || bytes <= fragment_bytes)
        return drc_ws_send(ws, text, bytes, false, err);
    if (check_room(ws, bytes, err) < 0)
        return -1;
    for (size_t at = 0; at < bytes; at += fragment_bytes) {
        bool more = at + fragment_bytes < bytes;
        int protocol =
            (at == 0 ? LWS_WRITE_TEXT : LWS_WRITE_CONTINUATION) | (more ? LWS_WRITE_NO_FIN : 0);
        queue_push(ws, &ws->normal, text + at, more ? fragment_bytes : bytes - at, protocol, more);
    }
    if (ws->opened)
        lws_callback_on_writable(ws->wsi);
    return 0;
}

bool drc_ws_message_fragmented(const struct drc_ws *ws)
{
    return ws->rx_fragmented;
}

void drc_ws_on_sent(struct drc_ws *ws, void (*fn)(struct drc_ws *, void *))
{
    ws->sent = fn;
}

void drc_ws_ping(struct drc_ws *ws, const char *payload)
{
    if (ws->wsi == NULL || ws->closing || ws->aborted)
        return;
    free(ws->ping);
    ws->ping = strndup(payload == NULL ? "" : payload, PING_MAX_BYTES);
    if (ws->opened)
        lws_callback_on_writable(ws->wsi);
}

void drc_ws_close(struct drc_ws *ws, int code, const char *reason)
{
    if (ws->closing || ws->aborted)
        return;
    ws->closing = true;
    ws->close_code = code;
    lws_strncpy(ws->close_reason, reason == NULL ? "" : reason, sizeof ws->close_reason);
    if (!ws->opened) { /* nothing to say goodbye to yet */
        kill_later(ws);
        return;
    }
    drc_timer_set(ws->kill, CLOSE_WAIT_MS);
    lws_callback_on_writable(ws->wsi);
}

void drc_ws_abort(struct drc_ws *ws)
{
    if (ws->aborted)
        return;
    ws->aborted = true;
    kill_later(ws);
}

void *drc_ws_user(struct drc_ws *ws)
{
    return ws->user;
}

void drc_ws_set_user(struct drc_ws *ws, void *user)
{
    ws->user = user;
}

void drc_ws_freeze(struct drc_ws *ws, bool frozen)
{
    if (ws->frozen == frozen || ws->wsi == NULL)
        return;
    ws->frozen = frozen;
    lws_rx_flow_control(ws->wsi, !frozen);
    if (!frozen)
        lws_callback_on_writable(ws->wsi);
}
