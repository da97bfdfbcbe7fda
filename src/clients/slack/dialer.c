#include "dialer.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "drc/http.h"
#include "drc/jsonx.h"

#define OPEN_TIMEOUT_MS 10000
#define STACK_BYTES (256u * 1024u)

struct dialer {
    struct drc_loop *loop;
    struct drc_http *http;
    char *url, *token;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t asked;
    bool want, ready, stop; /* guarded by lock, with result */
    struct dial_result result;
};

/* Errors of apps.connections.open after which trying again is useless (the lists of the official
 * clients). */
static bool is_fatal(const char *error)
{
    static const char *const fatal[] = {
        "not_authed",    "invalid_auth",  "account_inactive",       "user_removed_from_team",
        "team_disabled", "token_revoked", "not_allowed_token_type", "forbidden_team"};
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        if (strcmp(fatal[i], error) == 0)
            return true;
    return false;
}

/* "ws://host:port/path?query" to its parts. */
static int split_url(const char *url, struct dial_result *out, struct drc_err *err)
{
    out->tls = strncmp(url, "wss://", 6) == 0;
    if (!out->tls && strncmp(url, "ws://", 5) != 0)
        return drc_err_set(err, DRC_ERR_PARSE, "Slack gave no ws:// address");
    const char *host = url + (out->tls ? 6 : 5);
    bool v6 = *host == '[';
    size_t n = v6 ? strcspn(host, "]") : strcspn(host, ":/?");
    const char *rest = host + n + (v6 && host[n] == ']');
    out->port = out->tls ? 443 : 80;
    if (*rest == ':')
        out->port = (int)strtol(rest + 1, NULL, 10);
    rest += strcspn(rest, "/?");
    if (n == 0 || n >= sizeof out->host || strlen(rest) >= sizeof out->path || out->port < 1 ||
        out->port > 65535)
        return drc_err_set(err, DRC_ERR_PARSE, "Slack gave an address that cannot be read");
    memcpy(out->host, host + v6, n - v6);
    out->host[n - v6] = '\0';
    snprintf(out->path, sizeof out->path, "%s%s", *rest == '/' ? "" : "/", rest);
    return 0;
}

/* Only this machine may be spoken to without TLS. */
static bool is_loopback(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET)
        return (ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr) >> 24) ==
               127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
}

static int resolve(struct dial_result *out, struct drc_err *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list = NULL;
    int rc = getaddrinfo(out->host, NULL, &hints, &list);
    if (rc != 0)
        return drc_err_set(err, DRC_ERR_NET, "the name %s cannot be resolved: %s", out->host,
                           gai_strerror(rc));
    const void *address =
        list->ai_family == AF_INET
            ? (const void *)&((struct sockaddr_in *)(void *)list->ai_addr)->sin_addr
            : (const void *)&((struct sockaddr_in6 *)(void *)list->ai_addr)->sin6_addr;
    bool local = is_loopback(list->ai_addr);
    const char *text = inet_ntop(list->ai_family, address, out->address, sizeof out->address);
    freeaddrinfo(list);
    if (text == NULL)
        return drc_err_set(err, DRC_ERR_NET, "the address of %s cannot be used", out->host);
    if (!out->tls && !local)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "Slack's socket at %s is refused: ws:// is for this machine only",
                           out->host);
    return 0;
}

static int read_answer(const struct drc_http_response *resp, struct dial_result *out,
                       struct drc_err *err)
{
    if (resp->status == 429) {
        drc_err_set(err, DRC_ERR_RATE, "apps.connections.open is rate-limited");
        err->retry_ms = resp->retry_after_ms > 0 ? resp->retry_after_ms : 30000;
        return -1;
    }
    if (resp->status == 404)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "SLACK_API_URL has no apps.connections.open (HTTP 404)");
    if (resp->status != 200)
        return drc_err_set(err, DRC_ERR_NET, "apps.connections.open answered HTTP %ld",
                           resp->status);
    json_t *root = drc_json_parse(resp->body, resp->body_bytes, err);
    if (root == NULL)
        return drc_err_context(err, "apps.connections.open");
    const char *error = drc_json_str(root, "error", "unknown_error");
    int rc;
    if (drc_json_bool(root, "ok", false))
        rc = split_url(drc_json_str(root, "url", ""), out, err);
    else
        rc = drc_err_set(err, is_fatal(error) ? DRC_ERR_AUTH : DRC_ERR_NET,
                         "Slack refused the app-level token (SLACK_APP_TOKEN): %.60s", error);
    json_decref(root);
    return rc;
}

static void dial(struct dialer *d, struct dial_result *out)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_http_request req = {.method = "POST",
                                   .url = d->url,
                                   .bearer = d->token,
                                   .content_type = "application/x-www-form-urlencoded",
                                   .body = "",
                                   .timeout_ms = OPEN_TIMEOUT_MS};
    struct drc_http_response resp;
    memset(out, 0, sizeof *out);
    if (drc_http_do(d->http, a, &req, &resp, &out->err) == 0 &&
        read_answer(&resp, out, &out->err) == 0)
        resolve(out, &out->err);
    drc_arena_free(a);
}

static void *run(void *user)
{
    struct dialer *d = user;
    struct dial_result result;
    pthread_mutex_lock(&d->lock);
    while (!d->stop) {
        if (!d->want) {
            pthread_cond_wait(&d->asked, &d->lock);
            continue;
        }
        d->want = false;
        pthread_mutex_unlock(&d->lock);
        dial(d, &result);
        pthread_mutex_lock(&d->lock);
        d->result = result;
        d->ready = true;
        drc_loop_wake(d->loop);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

struct dialer *dialer_new(struct drc_loop *loop, const char *api_url, const char *app_token,
                          const char *ca_file, struct drc_err *err)
{
    struct dialer *d = calloc(1, sizeof *d);
    size_t n = strlen(api_url) + sizeof "apps.connections.open";
    pthread_attr_t attr;
    if (d == NULL || (d->url = malloc(n)) == NULL || (d->token = strdup(app_token)) == NULL)
        abort();
    snprintf(d->url, n, "%sapps.connections.open", api_url);
    d->loop = loop;
    d->http = drc_http_new(ca_file);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->asked, NULL);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    int rc = pthread_create(&d->thread, &attr, run, d);
    pthread_attr_destroy(&attr);
    if (rc == 0)
        return d;
    drc_err_set(err, DRC_ERR_CONFIG, "a thread cannot be started: %s", strerror(rc));
    drc_http_free(d->http);
    free(d->url);
    free(d->token);
    free(d);
    return NULL;
}

void dialer_free(struct dialer *d)
{
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_signal(&d->asked);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    pthread_cond_destroy(&d->asked);
    pthread_mutex_destroy(&d->lock);
    drc_http_free(d->http);
    free(d->url);
    explicit_bzero(d->token, strlen(d->token));
    free(d->token);
    free(d);
}

void dialer_ask(struct dialer *d)
{
    pthread_mutex_lock(&d->lock);
    d->want = true;
    pthread_cond_signal(&d->asked);
    pthread_mutex_unlock(&d->lock);
}

bool dialer_take(struct dialer *d, struct dial_result *out)
{
    pthread_mutex_lock(&d->lock);
    bool ready = d->ready;
    d->ready = false;
    if (ready)
        *out = d->result;
    pthread_mutex_unlock(&d->lock);
    return ready;
}
