/* HTTP/1.1 and WebSocket server on loopback. We own the listening sockets (exact addresses, honest
 * "in use" errors) and hand accepted ones to the library. protocols[0] serves both HTTP and
 * WebSocket: a peer that names no subprotocol is bound to it. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drc/arena.h"
#include "io/loop_inner.h"

#define BACKLOG 128
#define RX_BYTES 65536
#define IDLE_S 600 /* a kept-alive connection of the bot must not be closed under a request */
#define PORT_TRIES 16
#define PROBE_MS 200

struct server {
    struct server *next;
    struct drc_loop *loop;
    struct lws_vhost *host;
    const struct drc_server_events *ev;
    void *user;
    size_t max_body;
};

/* One request. Freed when its reply is written or the peer is gone. */
struct drc_http_peer {
    enum slot_kind kind;
    struct lws *wsi;
    struct server *server;
    struct drc_arena *arena;
    struct drc_http_in in;
    char *body;
    size_t body_want;
    bool delivered, replied, cut;
    struct drc_timer *probe; /* set while the answer is being waited for */
    char *reply;             /* LWS_PRE bytes of room, then head and body */
    size_t reply_bytes;
    void *user;
};

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } table[] = {
        {200, "OK"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status)
            return table[i].text;
    return "Status";
}

/* ---- reading a request's head ------------------------------------------------------------- */

static const char *header(struct drc_arena *a, struct lws *wsi, enum lws_token_indexes token)
{
    int n = lws_hdr_total_length(wsi, token);
    if (n <= 0)
        return "";
    char *s = drc_arena_alloc(a, (size_t)n + 1);
    if (lws_hdr_copy(wsi, s, n + 1, token) < 0)
        return "";
    return s;
}

static void add_encoded(struct drc_buf *b, const char *s, bool value)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    for (; *s != '\0'; s++) {
        if (*s == '=' && !value) {
            drc_buf_addch(b, '=');
            value = true;
        } else if (strchr(plain, *s) != NULL) {
            drc_buf_addch(b, *s);
        } else {
            drc_buf_printf(b, "%%%02X", (unsigned)(unsigned char)*s);
        }
    }
}

/* The library has decoded the arguments one by one; they are encoded again so that "&" inside a
 * value stays there. */
static const char *query(struct drc_arena *a, struct lws *wsi)
{
    int total = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS);
    if (total <= 0)
        return "";
    char *one = drc_arena_alloc(a, (size_t)total + 1);
    struct drc_buf b;
    drc_buf_init(&b, 65536);
    for (int i = 0; lws_hdr_copy_fragment(wsi, one, total + 1, WSI_TOKEN_HTTP_URI_ARGS, i) >= 0;
         i++) {
        if (i > 0)
            drc_buf_addch(&b, '&');
        add_encoded(&b, one, false);
    }
    const char *out = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return out;
}

static const char *method_name(struct lws *wsi)
{
    static const struct {
        enum lws_token_indexes token;
        const char *name;
    } table[] = {
        {WSI_TOKEN_GET_URI, "GET"},         {WSI_TOKEN_POST_URI, "POST"},
        {WSI_TOKEN_PUT_URI, "PUT"},         {WSI_TOKEN_DELETE_URI, "DELETE"},
        {WSI_TOKEN_OPTIONS_URI, "OPTIONS"}, {WSI_TOKEN_PATCH_URI, "PATCH"},
        {WSI_TOKEN_HEAD_URI, "HEAD"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (lws_hdr_total_length(wsi, table[i].token) > 0)
            return table[i].name;
    return "OTHER";
}

static void read_head(struct drc_arena *a, struct lws *wsi, const char *path,
                      struct drc_http_in *in)
{
    in->method = method_name(wsi);
    in->path = path;
    in->query = query(a, wsi);
    in->host = header(a, wsi, WSI_TOKEN_HOST);
    in->origin = header(a, wsi, WSI_TOKEN_ORIGIN);
    in->authorization = header(a, wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
    in->content_type = header(a, wsi, WSI_TOKEN_HTTP_CONTENT_TYPE);
    in->cookie = header(a, wsi, WSI_TOKEN_HTTP_COOKIE);
    in->user_agent = header(a, wsi, WSI_TOKEN_HTTP_USER_AGENT);
    in->if_none_match = header(a, wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH);
    in->body = "";
}

/* ---- one request -------------------------------------------------------------------------- */

static void free_peer(struct drc_http_peer *p)
{
    lws_set_opaque_user_data(p->wsi, NULL);
    drc_timer_free(p->probe);
    drc_arena_free(p->arena);
    free(p->body);
    free(p->reply);
    free(p);
}

static void drop_peer(struct drc_http_peer *p)
{
    if (p->delivered && !p->replied && p->server->ev->gone != NULL)
        p->server->ev->gone(p, p->server->user);
    free_peer(p);
}

static void probe_due(void *user)
{
    struct drc_http_peer *p = user;
    char byte;
    if (recv(lws_get_socket_fd(p->wsi), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        lws_set_timeout(p->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    else
        drc_timer_set(p->probe, PROBE_MS);
}

/* While an answer is being made the library does not read, but would be woken by every readable
 * byte and by the end of the stream without pause. So reading is off, and we look ourselves whether
 * the peer is still there. */
static void hold(struct drc_http_peer *p)
{
    lws_rx_flow_control(p->wsi, 0);
    p->probe = drc_timer_new(p->server->loop, probe_due, p);
    drc_timer_set(p->probe, PROBE_MS);
}

static int deliver(struct drc_http_peer *p)
{
    lws_set_timeout(p->wsi, NO_PENDING_TIMEOUT,
                    0); /* the answer may take as long as the handler wants */
    p->delivered = true;
    if (p->body != NULL) {
        p->body[p->in.body_bytes] = '\0';
        p->in.body = p->body;
    }
    p->server->ev->request(p, &p->in, p->server->user);
    if (!p->replied)
        hold(p);
    return 0;
}

/* Answers from inside the head callback, with the body unread: the connection cannot be kept. */
static int refuse(struct lws *wsi, int status, const char *sentence)
{
    char out[LWS_PRE + 512];
    int n = snprintf(
        out + LWS_PRE, sizeof out - LWS_PRE,
        "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
        "Connection: close\r\n\r\n%s",
        status, status_text(status), strlen(sentence), sentence);
    if (n > 0)
        lws_write(wsi, (unsigned char *)out + LWS_PRE, (size_t)n, LWS_WRITE_HTTP_FINAL);
    return -1;
}

static int begin_request(struct server *s, struct lws *wsi, const char *path, size_t path_bytes)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_http_in in = {.path = NULL};
    read_head(a, wsi, drc_arena_strndup(a, path, path_bytes), &in);
    const char *length = header(a, wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    bool chunked = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
    bool has_body = strcmp(in.method, "POST") == 0 || strcmp(in.method, "PUT") == 0 ||
                    strcmp(in.method, "PATCH") == 0;
    if (chunked || (has_body && length[0] == '\0')) {
        drc_arena_free(a);
        return refuse(
            wsi, 411,
            "This server needs a Content-Length.\n"); /* the library does not decode chunks */
    }
    char *end;
    unsigned long long want = has_body ? strtoull(length, &end, 10) : 0;
    if (want > s->max_body) {
        drc_arena_free(a);
        return refuse(wsi, 413, "The request is too big.\n");
    }
    struct drc_http_peer *p = calloc(1, sizeof *p);
    if (p == NULL || (p->body = malloc((size_t)want + 1)) == NULL)
        abort();
    p->kind = SLOT_HTTP;
    p->wsi = wsi;
    p->server = s;
    p->arena = a;
    p->in = in;
    p->body_want = (size_t)want;
    lws_set_opaque_user_data(wsi, p);
    return has_body ? 0 : deliver(p);
}

static int add_body(struct drc_http_peer *p, const void *in, size_t bytes)
{
    if (bytes > p->body_want - p->in.body_bytes)
        return -1; /* more than announced */
    if (bytes > 0)
        memcpy(p->body + p->in.body_bytes, in, bytes);
    p->in.body_bytes += bytes;
    return 0;
}

static int write_reply(struct drc_http_peer *p)
{
    struct lws *wsi = p->wsi;
    if (!p->replied)
        return 0;
    bool cut = p->cut;
    int n =
        lws_write(wsi, (unsigned char *)p->reply + LWS_PRE, p->reply_bytes, LWS_WRITE_HTTP_FINAL);
    free_peer(p);
    if (n < 0 || cut)
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* ---- upgrade ------------------------------------------------------------------------------ */

/* 0 = go on with the handshake, 1 = answered, -1 = hang up. */
static int confirm_upgrade(struct server *s, struct lws *wsi, const char *what)
{
    if (what == NULL || strcasecmp(what, "websocket") != 0 || s->ev->upgrade == NULL)
        return refuse(wsi, 400, "Only websocket upgrades are served.\n");
    char *uri;
    int uri_bytes;
    if (lws_http_get_uri_and_method(wsi, &uri, &uri_bytes) < 0)
        return -1;
    struct drc_arena *a = drc_arena_new();
    struct drc_http_in in = {.path = NULL};
    read_head(a, wsi, drc_arena_strndup(a, uri, (size_t)uri_bytes), &in);
    void *ws_user = NULL;
    const struct drc_ws_events *ev = s->ev->upgrade(&in, s->user, &ws_user);
    drc_arena_free(a);
    if (ev == NULL)
        return refuse(wsi, 403, "Refused.\n");
    struct drc_ws *ws = drc_ws_inner_new(s->loop, ev, ws_user, false);
    ws->wsi = wsi;
    lws_set_opaque_user_data(wsi, ws);
    return 0;
}

static int ws_event(struct drc_ws *ws, enum lws_callback_reasons reason, void *in, size_t len)
{
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        drc_ws_inner_opened(ws);
        break;
    case LWS_CALLBACK_RECEIVE:
        return drc_ws_inner_receive(ws, in, len);
    case LWS_CALLBACK_RECEIVE_PONG:
        if (ws->ev->frame != NULL)
            ws->ev->frame(ws, ws->user);
        break;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return drc_ws_inner_writeable(ws);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        drc_ws_inner_peer_close(ws, in, len);
        break;
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
        drc_ws_inner_finish(ws, "the connection was lost");
        break;
    default:
        break;
    }
    return 0;
}

static int http_event(struct drc_http_peer *p, enum lws_callback_reasons reason, void *in,
                      size_t len)
{
    switch (reason) {
    case LWS_CALLBACK_HTTP_BODY:
        return add_body(p, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return deliver(p);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return write_reply(p);
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_WSI_DESTROY:
        drop_peer(p);
        break;
    default:
        break;
    }
    return 0;
}

static int server_event(struct lws *wsi, enum lws_callback_reasons reason, void *unused, void *in,
                        size_t len)
{
    (void)unused;
    struct lws_vhost *host = lws_get_vhost(wsi);
    struct server *s = host == NULL ? NULL : lws_vhost_user(host);
    if (s == NULL)
        return 0;
    if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED)
        return 0; /* the plain client host carries the wake */
    if (reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE)
        return confirm_upgrade(s, wsi, in);
    enum slot_kind *slot = lws_get_opaque_user_data(wsi);
    if (reason == LWS_CALLBACK_HTTP && slot == NULL)
        return begin_request(s, wsi, in, len);
    if (slot == NULL)
        return 0;
    return *slot == SLOT_WS ? ws_event((struct drc_ws *)(void *)slot, reason, in, len)
                            : http_event((struct drc_http_peer *)(void *)slot, reason, in, len);
}

/* ---- listening ---------------------------------------------------------------------------- */

static int listen_event(struct lws *wsi, enum lws_callback_reasons reason, void *unused, void *in,
                        size_t len)
{
    (void)unused, (void)in, (void)len;
    if (reason != LWS_CALLBACK_RAW_RX_FILE)
        return 0;
    for (;;) {
        int fd = accept4(lws_get_socket_fd(wsi), NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return 0;
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        lws_adopt_socket_vhost(lws_get_vhost(wsi), fd); /* closes fd itself where it fails */
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "drc-server", .callback = server_event, .rx_buffer_size = RX_BYTES},
    {.name = "drc-listen", .callback = listen_event},
    {.name = NULL},
};

static int listen_on(int family, int port)
{
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v6.sin6_addr = in6addr_loopback;
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    int failed = family == AF_INET ? bind(fd, (struct sockaddr *)&v4, sizeof v4)
                                   : bind(fd, (struct sockaddr *)&v6, sizeof v6);
    if (failed || listen(fd, BACKLOG) < 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

static int port_of(int fd)
{
    struct sockaddr_in v4;
    socklen_t len = sizeof v4;
    return getsockname(fd, (struct sockaddr *)&v4, &len) < 0 ? 0 : ntohs(v4.sin_port);
}

/* Both families get the same port; fds[1] is -1 where there is no IPv6. */
static int listen_both(int port, int fds[2], int *port_out, struct drc_err *err)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        fds[0] = listen_on(AF_INET, port);
        if (fds[0] < 0)
            break;
        *port_out = port_of(fds[0]);
        fds[1] = listen_on(AF_INET6, *port_out);
        if (fds[1] >= 0 || errno != EADDRINUSE)
            return 0;
        close(fds[0]);
        errno = EADDRINUSE;
        if (port != 0)
            break;
    }
    if (errno == EADDRINUSE)
        return drc_err_set(err, DRC_ERR_CONFIG, "port %d is in use", port);
    return drc_err_set(err, DRC_ERR_CONFIG, "port %d cannot be listened on: %s", port,
                       strerror(errno));
}

int drc_server_listen(struct drc_loop *l, int port, size_t max_body,
                      const struct drc_server_events *ev, void *user, int *port_out,
                      struct drc_err *err)
{
    int fds[2], real_port = 0;
    if (listen_both(port, fds, &real_port, err) < 0)
        return -1;
    struct server *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    *s = (struct server){
        .next = l->servers, .loop = l, .ev = ev, .user = user, .max_body = max_body};
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.vhost_name = "drc-server";
    info.protocols = protocols;
    info.user = s;
    info.keepalive_timeout = IDLE_S;
    s->host = lws_create_vhost(l->ctx, &info);
    l->servers = s;
    for (int i = 0; i < 2 && s->host != NULL; i++) {
        lws_sock_file_fd_type fd = {.filefd = fds[i]};
        if (fds[i] >= 0 && lws_adopt_descriptor_vhost(s->host, LWS_ADOPT_RAW_FILE_DESC, fd,
                                                      "drc-listen", NULL) == NULL)
            return drc_err_set(err, DRC_ERR_BUG, "the listening socket cannot be watched");
    }
    if (s->host == NULL)
        return drc_err_set(err, DRC_ERR_BUG, "the server cannot be set up");
    if (port_out != NULL)
        *port_out = real_port;
    return 0;
}

void drc_server_inner_free(struct drc_loop *l)
{
    while (l->servers != NULL) {
        struct server *s = l->servers;
        l->servers = s->next;
        free(s);
    }
}

/* ---- replies ------------------------------------------------------------------------------ */

static void set_reply(struct drc_http_peer *p, const char *head, size_t head_bytes,
                      const void *body, size_t bytes)
{
    p->reply = malloc(LWS_PRE + head_bytes + bytes);
    if (p->reply == NULL)
        abort();
    memcpy(p->reply + LWS_PRE, head, head_bytes);
    if (bytes > 0)
        memcpy(p->reply + LWS_PRE + head_bytes, body, bytes);
    p->reply_bytes = head_bytes + bytes;
    p->replied = true;
    if (p->probe != NULL) {
        drc_timer_free(p->probe);
        p->probe = NULL;
        lws_rx_flow_control(p->wsi, 1);
    }
    lws_callback_on_writable(p->wsi);
}

/* Head and body leave in one write: one segment for most answers. */
void drc_http_reply(struct drc_http_peer *p, int status, const char *content_type,
                    const char *headers, const void *body, size_t bytes)
{
    struct drc_buf head;
    drc_buf_init(&head, 65536);
    drc_buf_printf(&head, "HTTP/1.1 %d %s\r\n", status, status_text(status));
    if (content_type != NULL)
        drc_buf_printf(&head, "Content-Type: %s\r\n", content_type);
    drc_buf_printf(&head, "Content-Length: %zu\r\n%s\r\n", bytes, headers == NULL ? "" : headers);
    bool no_body = strcmp(p->in.method, "HEAD") == 0;
    set_reply(p, drc_buf_str(&head), head.len, body, no_body ? 0 : bytes);
    drc_buf_fini(&head);
}

void drc_http_reply_cut(struct drc_http_peer *p, size_t announced_bytes, const void *body,
                        size_t bytes)
{
    char head[160];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 200 OK\r\nContent-Type: application/json; "
                     "charset=utf-8\r\nContent-Length: %zu\r\n\r\n",
                     announced_bytes);
    p->cut = true;
    set_reply(p, head, n > 0 ? (size_t)n : 0, body, bytes);
}

void drc_http_set_user(struct drc_http_peer *p, void *user)
{
    p->user = user;
}

void *drc_http_user(struct drc_http_peer *p)
{
    return p->user;
}
