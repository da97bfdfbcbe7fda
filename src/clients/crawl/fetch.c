/* Requests of the crawl: pauses, conditional requests, retries, redirects, robots.txt. */
#include <stdio.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/limits.h"
#include "inner.h"

#define USER_AGENT "drc/1.0 (documentation crawl for a local search index)"
#define AGENT "drc"
#define TRIES 3
#define REDIRECTS 5
#define WAIT_MAX_MS 300000 /* a site that wants a longer pause is left alone until the next run */
#define RETRY_MS 2000      /* first pause where the site names none */

static struct crawl_host *host_of(struct crawl *c, const char *name)
{
    struct crawl_host *h = drc_map_get(c->hosts, name);
    if (h == NULL) {
        h = drc_arena_alloc(c->a, sizeof *h);
        drc_map_set(c->hosts, name, h);
    }
    return h;
}

static int64_t now_ms(void)
{
    return drc_clock_mono_us() / 1000;
}

/* What may go out in a header again: a validator of printable ASCII. */
static bool is_validator(const char *s)
{
    if (*s == '\0' || strlen(s) > 512)
        return false;
    for (; *s != '\0'; s++)
        if (*s < ' ' || *s > '~')
            return false;
    return true;
}

static int once(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                const struct crawl_kept *kept, size_t max_bytes, struct drc_http_response *resp,
                struct drc_err *err)
{
    struct crawl_host *h = host_of(c, url->host);
    const char *headers[3] = {NULL};
    size_t n = 0;
    if (kept != NULL && is_validator(kept->etag))
        headers[n++] = drc_arena_printf(a, "If-None-Match: %s", kept->etag);
    if (kept != NULL && is_validator(kept->modified))
        headers[n++] = drc_arena_printf(a, "If-Modified-Since: %s", kept->modified);
    struct drc_http_request req = {.method = "GET",
                                   .url = url->text,
                                   .user_agent = USER_AGENT,
                                   .headers = headers,
                                   .timeout_ms = c->o->timeout_ms,
                                   .max_bytes = max_bytes};
    int64_t wait = h->next_ms - now_ms();
    if (wait > 0)
        drc_clock_sleep_ms(wait);
    int rc = drc_http_do(c->http, a, &req, resp, err);
    int pause = h->robots.delay_ms > c->o->delay_ms ? h->robots.delay_ms : c->o->delay_ms;
    h->next_ms = now_ms() + pause;
    c->bytes += resp->body_bytes;
    return rc;
}

/* One address with patience: a site that is busy or silent is asked again. */
static int patient(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                   const struct crawl_kept *kept, size_t max_bytes, struct drc_http_response *resp,
                   struct drc_err *err)
{
    for (int try = 1;; try++) {
        struct drc_err e = DRC_ERR_INIT;
        int rc = once(c, a, url, kept, max_bytes, resp, &e);
        bool busy = rc == 0 && (resp->status == 429 || resp->status == 503);
        bool silent = rc < 0 && (e.code == DRC_ERR_NET || e.code == DRC_ERR_TIMEOUT);
        int wait = resp->retry_after_ms > 0 ? resp->retry_after_ms : RETRY_MS << (try - 1);
        if (busy && wait > WAIT_MAX_MS)
            return drc_err_set(err, DRC_ERR_RATE, "%s asks for a pause of %d minutes", url->host,
                               wait / 60000);
        if (try == TRIES || (!busy && !silent)) {
            if (rc < 0)
                drc_err_set(err, e.code, "%s", e.msg);
            return rc;
        }
        if (busy)
            crawl_note(c, url->text, "busy (%ld), asked again in %d s", resp->status, wait / 1000);
        host_of(c, url->host)->next_ms = now_ms() + (busy ? wait : c->o->delay_ms);
    }
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Scheme, host and port. */
static bool is_same_site(const struct drc_url *x, const struct drc_url *y)
{
    size_t n = (size_t)(x->path - x->text);
    return n == (size_t)(y->path - y->text) && memcmp(x->text, y->text, n) == 0;
}

int crawl_get(struct crawl *c, struct drc_arena *a, struct drc_url *url, crawl_rule *rule,
              bool known, size_t max_bytes, struct drc_http_response *resp, const char **why,
              struct drc_err *err)
{
    for (int hop = 0;; hop++) {
        struct crawl_kept kept;
        int has = known ? crawl_keep_get(c, a, url, &kept, err) : 0;
        if (has < 0 ||
            patient(c, a, url, has == 1 && kept.has_file ? &kept : NULL, max_bytes, resp, err) < 0)
            return -1;
        if (!is_redirect(resp->status) || resp->redirect == NULL)
            return 0;
        struct drc_url next;
        struct drc_err bad = DRC_ERR_INIT;
        if (hop == REDIRECTS) {
            *why = "redirects do not end";
        } else if (drc_url_parse(a, resp->redirect, &next, &bad) < 0) {
            *why = drc_arena_strdup(a, bad.msg);
        } else if (!is_same_site(&next, url)) {
            *why = drc_arena_printf(a, "redirects to %.200s, another site", next.text);
        } else if (rule != NULL && (*why = rule(c, &next)) != NULL) {
            *why = drc_arena_printf(a, "redirects to %.200s, %s", next.text, *why);
        } else {
            *url = next;
            continue;
        }
        return 1;
    }
}

static void read_robots(struct crawl *c, struct crawl_host *h, const struct drc_url *url)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_http_response resp;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_url robots;
    const char *why = NULL;
    const char *text =
        drc_arena_printf(a, "%.*s/robots.txt", (int)(url->path - url->text), url->text);
    int rc = drc_url_parse(a, text, &robots, &err);
    if (rc == 0)
        rc = crawl_get(c, a, &robots, NULL, false, DRC_ROBOTS_MAX_BYTES, &resp, &why, &err);
    /* RFC 9309, 2.3.1: no such file means no rules, no answer means that nothing is allowed. */
    if (rc == 0 && resp.status >= 200 && resp.status < 300)
        drc_robots_parse(c->a, resp.body, resp.body_bytes, AGENT, &h->robots);
    else if (rc != 0 || resp.status < 400 || resp.status >= 500 || resp.status == 429) {
        h->closed = true;
        if (rc == 0)
            crawl_note(c, text, "answers %ld: nothing of this site may be fetched", resp.status);
        else
            crawl_note(c, text, "%s: nothing of this site may be fetched", rc < 0 ? err.msg : why);
    }
    drc_arena_free(a);
}

const char *crawl_robots_rule(struct crawl *c, const struct drc_url *url)
{
    struct crawl_host *h = drc_map_get(c->hosts, url->host);
    if (h == NULL) {
        h = host_of(c, url->host);
        read_robots(c, h, url);
    }
    if (h->closed)
        return "robots.txt of the site cannot be read";
    struct drc_arena *a = drc_arena_new();
    bool allowed = drc_robots_allow(a, &h->robots, url->path);
    drc_arena_free(a);
    return allowed ? NULL : "robots.txt forbids it";
}
