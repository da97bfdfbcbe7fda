/* Outgoing WebSocket connections. Names are resolved by the caller: the library would block the
 * loop on DNS. */
#include <libwebsockets.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "io/loop_inner.h"

#define DIAL_TIMEOUT_MS 15000
#define UNACKED_TIMEOUT_MS 30000
#define RX_BYTES 65536

/* The library may report a failure from inside lws_client_connect_via_info, before the caller has
 * the pointer; then the close callback is put off to the next turn. */
static void failed(struct drc_ws *ws, const char *why)
{
    if (!ws->in_connect) {
        drc_ws_inner_finish(ws, why);
        return;
    }
    ws->wsi = NULL;
    ws->aborted = true;
    if (ws->close_code == 0) {
        ws->close_code = 1006;
        lws_strncpy(ws->close_reason, why, sizeof ws->close_reason);
    }
}

static int client_event(struct lws *wsi, enum lws_callback_reasons reason, void *unused, void *in,
                        size_t len)
{
    (void)unused;
    struct lws_vhost *host = lws_get_vhost(wsi); /* NULL in the library's own calls */
    if (host == NULL)
        return 0;
    if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED) {
        drc_loop_inner_wake(lws_vhost_user(host));
        return 0;
    }
    struct drc_ws *ws = lws_get_opaque_user_data(wsi);
    if (ws == NULL)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED: {
        unsigned ms = UNACKED_TIMEOUT_MS;
        setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof ms);
        ws->wsi = wsi;
        drc_ws_inner_opened(ws);
        break;
    }
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return drc_ws_inner_receive(ws, in, len);
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        if (ws->ev->frame != NULL)
            ws->ev->frame(ws, ws->user);
        break;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return drc_ws_inner_writeable(ws);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        drc_ws_inner_peer_close(ws, in, len);
        break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: {
        char why[124];
        snprintf(why, sizeof why, "%.*s", (int)len, in == NULL ? "" : (const char *)in);
        lws_set_opaque_user_data(wsi, NULL);
        failed(ws, in == NULL || len == 0 ? "the connection was refused" : why);
        break;
    }
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        lws_set_opaque_user_data(wsi, NULL);
        failed(ws, "the connection was lost");
        break;
    default:
        break;
    }
    return 0;
}

static const struct lws_protocols protocols[] = {
    {.name = "drc-client", .callback = client_event, .rx_buffer_size = RX_BYTES},
    {.name = NULL},
};

/* A TLS host reads the certificate store, which takes time: only where wss is used. */
static struct lws_vhost *client_host(struct drc_loop *l, bool tls)
{
    struct lws_vhost **host = tls ? &l->tls : &l->plain;
    if (*host != NULL)
        return *host;
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.vhost_name = tls ? "drc-wss" : "drc-ws";
    info.protocols = protocols;
    info.user = l;
    if (tls) {
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        if (l->ca_file != NULL) {
            info.client_ssl_ca_filepath = l->ca_file;
            info.options |=
                LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS; /* as libcurl: our file replaces the store */
        }
    }
    *host = lws_create_vhost(l->ctx, &info);
    return *host;
}

int drc_client_inner_init(struct drc_loop *l)
{
    return client_host(l, false) == NULL ? -1 : 0;
}

/* The Host header names the port unless it is the scheme's own; the library cuts it off for SNI and
 * certificate. */
static void host_header(const struct drc_ws_target *t, char *out, size_t size)
{
    bool v6 = strchr(t->host, ':') != NULL;
    int n = snprintf(out, size, v6 ? "[%s]" : "%s", t->host);
    if (t->port != (t->tls ? 443 : 80) && n > 0 && (size_t)n < size)
        snprintf(out + n, size - (size_t)n, ":%d", t->port);
}

static void report_failure(void *user)
{
    struct drc_ws *ws = user;
    drc_ws_inner_finish(ws, "the connection was refused");
}

struct drc_ws *drc_ws_connect(struct drc_loop *l, const struct drc_ws_target *t,
                              const struct drc_ws_events *ev, void *user, struct drc_err *err)
{
    struct lws_vhost *host = client_host(l, t->tls);
    if (host == NULL) {
        drc_err_set(err, DRC_ERR_CONFIG, "the WebSocket client cannot be set up%s",
                    t->tls ? "; is the certificate file (DRC_CA_FILE) in PEM format?" : "");
        return NULL;
    }
    struct drc_ws *ws = drc_ws_inner_new(l, ev, user, true);
    char host_text[300];
    host_header(t, host_text, sizeof host_text);
    struct lws_client_connect_info ci;
    memset(&ci, 0, sizeof ci);
    ci.context = l->ctx;
    ci.vhost = host;
    ci.address = t->address;
    ci.port = t->port;
    ci.path = t->path;
    ci.host = host_text;
    ci.ssl_connection = t->tls ? LCCSCF_USE_SSL : 0;
    ci.local_protocol_name = "drc-client";
    ci.ietf_version_or_minus_one = -1;
    ci.opaque_user_data = ws;
    ci.pwsi = &ws->wsi;
    ci.alpn = "http/1.1";
    ws->in_connect = true;
    struct lws *wsi = lws_client_connect_via_info(&ci);
    ws->in_connect = false;
    if (wsi != NULL && !ws->aborted) {
        drc_timer_set(ws->kill, t->timeout_ms > 0 ? t->timeout_ms : DIAL_TIMEOUT_MS);
        return ws;
    }
    ws->wsi = NULL;
    drc_timer_free(ws->kill);
    ws->kill = drc_timer_new(l, report_failure, ws);
    drc_timer_set(ws->kill, 0);
    return ws;
}
