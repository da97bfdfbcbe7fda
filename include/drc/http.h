/* The one door to libcurl: blocking HTTP with deadlines and keep-alive. A handle belongs to one
 * thread (its pool of connections with it); drc_http_global_init once in main before any thread. */
#ifndef DRC_HTTP_H
#define DRC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

struct drc_http;

struct drc_http_request {
    const char *method; /* "GET" or "POST" */
    const char *url;    /* https, or http where the host is loopback */
    const char *bearer; /* NULL: no Authorization header; never follows a redirect, never logged */
    const char *key_header; /* name of the header that carries `bearer` as it stands; NULL:
                               Authorization, "Bearer ..." */
    const char *content_type;
    const char *user_agent;     /* NULL: none is sent */
    const char *const *headers; /* more lines "Name: value", ended by NULL; NULL: none */
    const void *body;
    size_t body_bytes;
    int connect_timeout_ms, timeout_ms; /* 0 = 5 s, 15 s */
    int idle_timeout_ms; /* longest silence before the first byte of the body and between two of
                            them, seen within a second; 0: only timeout_ms */
    size_t max_bytes;    /* cap of the response, 0 = DRC_HTTP_RESPONSE_MAX_BYTES */
    const char *proxy;   /* NULL: https_proxy of the environment; never for this machine */
};

struct drc_http_response {
    long status;
    int retry_after_ms; /* Retry-After header, 0 if absent */
    const char *body;   /* in the arena, NUL-terminated */
    size_t body_bytes;
    const char *content_type, *etag, *last_modified; /* in the arena; NULL where absent */
    const char *redirect; /* where a 3xx points to, made absolute; NULL where absent */
    int64_t elapsed_us;
    bool sent; /* request bytes may have reached the peer: a failed POST is unclear, not surely
                  unsent */
};

int drc_http_global_init(struct drc_err *err);
struct drc_http *drc_http_new(const char *ca_file); /* NULL = system store */
void drc_http_free(struct drc_http *h);

/* 0 for any HTTP status; -1 with NET, TIMEOUT or LIMIT where there is no complete response
 * (resp->sent is set then too). */
int drc_http_do(struct drc_http *h, struct drc_arena *a, const struct drc_http_request *req,
                struct drc_http_response *resp, struct drc_err *err);

/* Takes a piece of the body, of any size: 0 = go on, 1 = that is enough, -1 = it cannot be used. */
typedef int drc_http_reader(const char *bytes, size_t count, void *user);

/* As drc_http_do; the body of status 200 goes to the reader piece by piece as it comes and is not
 * kept (resp->body is "" then). A reader that has enough ends the exchange with 0. One that fails
 * ends it with -1: it has filled the same `err` before, else PARSE is set. */
int drc_http_stream(struct drc_http *h, struct drc_arena *a, const struct drc_http_request *req,
                    drc_http_reader *reader, void *user, struct drc_http_response *resp,
                    struct drc_err *err);

/* A header of the last response on this handle, in the arena; NULL where it has none. */
const char *drc_http_header(struct drc_http *h, struct drc_arena *a, const char *name);

/* Whether an address is of this machine: localhost, 127.x.x.x, [::1]. */
bool drc_http_is_local(const char *url);
/* https anywhere, http to this machine only, so that nothing crosses a network in the clear; else
 * CONFIG. Every request is checked with it. */
int drc_http_check_url(const char *url, struct drc_err *err);

/* application/x-www-form-urlencoded text of name/value pairs (NULL-terminated list: name, value,
 * name, value, NULL). */
char *drc_http_form(struct drc_arena *a, const char *const *pairs);

#endif
