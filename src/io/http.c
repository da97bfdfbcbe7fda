#include "drc/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/fault.h"
#include "drc/limits.h"

#define CONNECT_TIMEOUT_MS 5000
#define TIMEOUT_MS 15000

struct drc_http {
    CURL *easy; /* one handle: reset keeps its connections alive */
    char *ca_file;
    char error[CURL_ERROR_SIZE];
};

int drc_http_global_init(struct drc_err *err)
{
    static bool done;
    if (done)
        return 0;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return drc_err_set(err, DRC_ERR_CONFIG, "libcurl cannot be initialised");
    done = true;
    return 0;
}

struct drc_http *drc_http_new(const char *ca_file)
{
    struct drc_http *h = calloc(1, sizeof *h);
    if (h == NULL || (h->easy = curl_easy_init()) == NULL)
        abort();
    h->ca_file = ca_file == NULL ? NULL : strdup(ca_file);
    return h;
}

void drc_http_free(struct drc_http *h)
{
    if (h == NULL)
        return;
    curl_easy_cleanup(h->easy);
    free(h->ca_file);
    free(h);
}

static bool is_loopback(const char *host, size_t n)
{
    if (n == 9 && strncmp(host, "localhost", 9) == 0)
        return true;
    if (n == 5 && strncmp(host, "[::1]", 5) == 0)
        return true;
    if (n < 8 || strncmp(host, "127.", 4) != 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isdigit((unsigned char)host[i]) && host[i] != '.')
            return false;
    return true;
}

bool drc_http_is_local(const char *url)
{
    const char *host = strstr(url, "://");
    host = host == NULL ? url : host + 3;
    size_t authority = strcspn(host, "/?#");
    if (memchr(host, '@', authority) != NULL) /* "localhost:x@elsewhere" */
        return false;
    return is_loopback(host, *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#"));
}

int drc_http_check_url(const char *url, struct drc_err *err)
{
    if (strncmp(url, "https://", 8) == 0)
        return 0;
    if (strncmp(url, "http://", 7) == 0 && drc_http_is_local(url))
        return 0;
    return drc_err_set(err, DRC_ERR_CONFIG,
                       "the address '%.60s' is refused: it must be https, or http on this machine",
                       url);
}

/* One exchange: where its body goes, and when the peer was last heard. */
struct exchange {
    struct drc_http *h;
    struct drc_buf body;
    drc_http_reader *reader; /* NULL: the body is kept whole */
    void *user;
    int verdict; /* of the reader */
    int64_t idle_us, heard_us;
    bool silent; /* ended for silence */
};

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct exchange *x = user;
    long status = 0;
    x->heard_us = drc_clock_mono_us();
    curl_easy_getinfo(x->h->easy, CURLINFO_RESPONSE_CODE, &status);
    if (x->reader != NULL && status == 200) {
        x->verdict = x->reader(data, size * count, x->user);
        return x->verdict == 0 ? size * count : 0;
    }
    drc_buf_add(&x->body, data, size * count);
    return x->body.overflow ? 0 : size * count; /* fewer bytes than given ends the transfer */
}

/* curl calls this about once a second, also while nothing comes. */
static int on_progress(void *user, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    struct exchange *x = user;
    (void)down_all, (void)down, (void)up_all, (void)up;
    x->silent = drc_clock_mono_us() - x->heard_us > x->idle_us;
    return x->silent;
}

static struct curl_slist *make_headers(const struct drc_http_request *req, char *auth)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    char line[512];
    if (req->content_type != NULL) {
        snprintf(line, sizeof line, "Content-Type: %s", req->content_type);
        list = curl_slist_append(list, line);
    }
    for (size_t i = 0; req->headers != NULL && req->headers[i] != NULL; i++)
        list = curl_slist_append(list, req->headers[i]);
    return auth == NULL ? list : curl_slist_append(list, auth);
}

static char *auth_line(struct drc_arena *a, const struct drc_http_request *req)
{
    if (req->bearer == NULL)
        return NULL;
    return req->key_header == NULL ? drc_arena_printf(a, "Authorization: Bearer %s", req->bearer)
                                   : drc_arena_printf(a, "%s: %s", req->key_header, req->bearer);
}

static void set_options(struct drc_http *h, const struct drc_http_request *req, struct exchange *x)
{
    CURL *e = h->easy;
    curl_easy_reset(e);
    h->error[0] = '\0';
    curl_easy_setopt(e, CURLOPT_URL, req->url);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, h->error);
    curl_easy_setopt(
        e, CURLOPT_CONNECTTIMEOUT_MS,
        (long)(req->connect_timeout_ms > 0 ? req->connect_timeout_ms : CONNECT_TIMEOUT_MS));
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS,
                     (long)(req->timeout_ms > 0 ? req->timeout_ms : TIMEOUT_MS));
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
    if (req->user_agent != NULL)
        curl_easy_setopt(e, CURLOPT_USERAGENT, req->user_agent);
    if (req->idle_timeout_ms > 0) {
        curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(e, CURLOPT_XFERINFODATA, x);
    }
    if (req->proxy != NULL)
        curl_easy_setopt(e, CURLOPT_PROXY, req->proxy);
    if (h->ca_file != NULL)
        curl_easy_setopt(e, CURLOPT_CAINFO, h->ca_file);
    if (strncmp(req->url, "http://", 7) == 0)
        curl_easy_setopt(e, CURLOPT_NOPROXY, "*"); /* this machine is never behind a proxy */
    if (strcmp(req->method, "POST") == 0) {
        curl_easy_setopt(e, CURLOPT_POST, 1L);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, req->body == NULL ? "" : req->body);
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_bytes);
    }
}

static int transfer_error(const struct exchange *x, CURLcode rc, struct drc_http_response *resp,
                          struct drc_err *err)
{
    const struct drc_http *h = x->h;
    curl_off_t connected = 0;
    curl_easy_getinfo(h->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    /* Past the handshakes the request may have left; before them it surely did not. */
    resp->sent = connected > 0 && rc != CURLE_COULDNT_CONNECT && rc != CURLE_COULDNT_RESOLVE_HOST &&
                 rc != CURLE_SSL_CONNECT_ERROR && rc != CURLE_PEER_FAILED_VERIFICATION;
    if (x->verdict < 0)
        return drc_err_set(err, DRC_ERR_PARSE, "the answer cannot be read");
    if (x->body.overflow)
        return drc_err_set(err, DRC_ERR_LIMIT, "the answer is over %zu bytes", x->body.max);
    if (x->silent)
        return drc_err_set(err, DRC_ERR_TIMEOUT, "silent for %lld s",
                           (long long)(x->idle_us / 1000000));
    if (rc == CURLE_OPERATION_TIMEDOUT)
        return drc_err_set(err, DRC_ERR_TIMEOUT, "no answer in time");
    return drc_err_set(err, DRC_ERR_NET, "%s",
                       h->error[0] == '\0' ? curl_easy_strerror(rc) : h->error);
}

const char *drc_http_header(struct drc_http *h, struct drc_arena *a, const char *name)
{
    struct curl_header *found;
    return curl_easy_header(h->easy, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK
               ? drc_arena_strdup(a, found->value)
               : NULL;
}

static void take_info(struct drc_http *h, struct drc_arena *a, struct drc_http_response *resp)
{
    const char *redirect = NULL;
    curl_off_t total = 0, retry = 0;
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &resp->status);
    curl_easy_getinfo(h->easy, CURLINFO_TOTAL_TIME_T, &total);
    curl_easy_getinfo(h->easy, CURLINFO_RETRY_AFTER, &retry);
    curl_easy_getinfo(h->easy, CURLINFO_REDIRECT_URL, &redirect);
    resp->redirect = drc_arena_strdup(a, redirect);
    resp->content_type = drc_http_header(h, a, "content-type");
    resp->etag = drc_http_header(h, a, "etag");
    resp->last_modified = drc_http_header(h, a, "last-modified");
    resp->elapsed_us = (int64_t)total;
    resp->retry_after_ms = retry > 86400 ? 86400000 : (int)retry * 1000;
}

static int exchange(struct drc_http *h, struct drc_arena *a, const struct drc_http_request *req,
                    struct exchange *x, struct drc_http_response *resp, struct drc_err *err)
{
    memset(resp, 0, sizeof *resp);
    if (drc_http_check_url(req->url, err) < 0)
        return -1;
    if (drc_fault_hit("http"))
        return drc_err_set(err, DRC_ERR_NET, "injected fault");
    drc_buf_init(&x->body, req->max_bytes > 0 ? req->max_bytes : DRC_HTTP_RESPONSE_MAX_BYTES);
    x->h = h;
    x->idle_us = (int64_t)req->idle_timeout_ms * 1000;
    x->heard_us = drc_clock_mono_us();
    set_options(h, req, x);
    char *auth = auth_line(a, req);
    struct curl_slist *headers = make_headers(req, auth);
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(h->easy);
    take_info(h, a, resp);
    int rc = 0;
    if (code == CURLE_OK || x->verdict == 1) {
        resp->sent = true;
        resp->body = drc_arena_strndup(a, drc_buf_str(&x->body), x->body.len);
        resp->body_bytes = x->body.len;
    } else {
        rc = transfer_error(x, code, resp, err);
    }
    curl_slist_free_all(headers);
    if (auth != NULL)
        explicit_bzero(auth, strlen(auth));
    drc_buf_fini(&x->body);
    return rc;
}

int drc_http_do(struct drc_http *h, struct drc_arena *a, const struct drc_http_request *req,
                struct drc_http_response *resp, struct drc_err *err)
{
    struct exchange x = {.reader = NULL};
    return exchange(h, a, req, &x, resp, err);
}

int drc_http_stream(struct drc_http *h, struct drc_arena *a, const struct drc_http_request *req,
                    drc_http_reader *reader, void *user, struct drc_http_response *resp,
                    struct drc_err *err)
{
    struct exchange x = {.reader = reader, .user = user};
    return exchange(h, a, req, &x, resp, err);
}

char *drc_http_form(struct drc_arena *a, const char *const *pairs)
{
    struct drc_buf b;
    drc_buf_init(&b, DRC_BUF_MAX_BYTES);
    for (size_t i = 0; pairs[i] != NULL; i++) {
        if (i > 0)
            drc_buf_addch(&b, i % 2 == 0 ? '&' : '=');
        for (const char *p = pairs[i]; *p != '\0'; p++) {
            unsigned char c = (unsigned char)*p;
            if (isalnum(c) || strchr("-._~", c) != NULL)
                drc_buf_addch(&b, (char)c);
            else
                drc_buf_printf(&b, "%%%02X", c);
        }
    }
    char *text = drc_arena_strndup(a, drc_buf_str(&b), b.len);
    drc_buf_fini(&b);
    return text;
}
