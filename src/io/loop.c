#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/log.h"
#include "io/loop_inner.h"

#define FDS_MAX 512
#define REQUEST_HEAD_MAX_BYTES 16384

struct drc_timer {
    lws_sorted_usec_list_t sul; /* first: the callback gets its address */
    struct drc_loop *loop;
    void (*fn)(void *);
    void *user;
};

/* The library's own keep-alive pings and hang-ups are off: both sides of drc watch their
 * connections themselves. */
static const lws_retry_bo_t no_keepalive = {.secs_since_valid_ping = 0xfffe,
                                            .secs_since_valid_hangup = 0xffff};

static void emit_log(int level, const char *line)
{
    size_t n = strcspn(line, "\n");
    drc_log(level == LLL_ERR ? DRC_LOG_WARN : DRC_LOG_DEBUG, "loop.lws", "text=\"%.*s\"", (int)n,
            line);
}

struct drc_loop *drc_loop_new(const char *ca_file, struct drc_err *err)
{
    if (ca_file != NULL && access(ca_file, R_OK) != 0) {
        drc_err_set(err, DRC_ERR_CONFIG, "the certificate file %s cannot be read (DRC_CA_FILE)",
                    ca_file);
        return NULL;
    }
    /* Never lower: at info level the library prints headers and one-time tickets. */
    lws_set_log_level(LLL_ERR | LLL_WARN, emit_log);
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.gid = (gid_t)-1;
    info.uid = (uid_t)-1;
    info.fd_limit_per_thread = FDS_MAX;
    info.max_http_header_data = REQUEST_HEAD_MAX_BYTES;
    info.retry_and_idle_policy = &no_keepalive;
    struct drc_loop *l = calloc(1, sizeof *l);
    if (l != NULL)
        l->ctx = lws_create_context(&info);
    if (l == NULL || l->ctx == NULL || drc_client_inner_init(l) < 0) {
        if (l != NULL && l->ctx != NULL)
            lws_context_destroy(l->ctx);
        free(l);
        drc_err_set(err, DRC_ERR_BUG, "the event loop cannot be made");
        return NULL;
    }
    l->ca_file = ca_file == NULL ? NULL : strdup(ca_file);
    return l;
}

void drc_loop_free(struct drc_loop *l)
{
    if (l == NULL)
        return;
    lws_context_destroy(l->ctx);
    drc_server_inner_free(l);
    free(l->ca_file);
    free(l);
}

int drc_loop_run(struct drc_loop *l)
{
    while (!atomic_load(&l->stop))
        if (lws_service(l->ctx, 0) < 0)
            return -1;
    atomic_store(&l->stop, false);
    return 0;
}

void drc_loop_stop(struct drc_loop *l)
{
    atomic_store(&l->stop, true);
    lws_cancel_service(l->ctx);
}

void drc_loop_on_wake(struct drc_loop *l, void (*fn)(void *), void *user)
{
    l->wake_fn = fn;
    l->wake_user = user;
}

void drc_loop_wake(struct drc_loop *l)
{
    /* Calls between two turns are one call: the first one writes to the pipe. */
    if (!atomic_exchange(&l->wake_pending, true))
        lws_cancel_service(l->ctx);
}

void drc_loop_inner_wake(struct drc_loop *l)
{
    if (atomic_exchange(&l->wake_pending, false) && l->wake_fn != NULL)
        l->wake_fn(l->wake_user);
}

/* ---- timers ------------------------------------------------------------------------------- */

static void timer_due(lws_sorted_usec_list_t *sul)
{
    struct drc_timer *t = (struct drc_timer *)(void *)sul;
    t->fn(t->user); /* may free t */
}

struct drc_timer *drc_timer_new(struct drc_loop *l, void (*fn)(void *), void *user)
{
    struct drc_timer *t = calloc(1, sizeof *t);
    if (t == NULL)
        abort();
    t->loop = l;
    t->fn = fn;
    t->user = user;
    return t;
}

void drc_timer_set(struct drc_timer *t, int64_t delay_ms)
{
    lws_sul_schedule(t->loop->ctx, 0, &t->sul, timer_due,
                     delay_ms <= 0 ? 1 : delay_ms * LWS_US_PER_MS);
}

void drc_timer_cancel(struct drc_timer *t)
{
    lws_sul_cancel(&t->sul);
}

void drc_timer_free(struct drc_timer *t)
{
    if (t == NULL)
        return;
    lws_sul_cancel(&t->sul);
    free(t);
}
