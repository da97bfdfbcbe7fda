/* The Web API's front: token, scope, limits, faults, dispatch, and the form of answers. Always HTTP
 * 200 with ok true or false; 429 and 5xx are the only other statuses, as with Slack. */
#include "emulator/emulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/jsonx.h"

#define BURST 4 /* messages that may follow each other at once in a channel */

json_t *emu_ok(void)
{
    return json_pack("{s:b}", "ok", 1);
}

json_t *emu_error(const char *code)
{
    return json_pack("{s:b, s:s}", "ok", 0, "error", code);
}

struct emu_channel *emu_call_channel(struct emu_call *c, const char *name, json_t **error)
{
    struct emu_channel *ch = emu_channel_named(c->e, emu_arg(c->args, name));
    if (ch == NULL || (ch->kind == EMU_PRIVATE && !ch->bot_member)) {
        *error = emu_error("channel_not_found");
        return NULL;
    }
    return ch;
}

static const struct emu_method *find_method(const char *name)
{
    static const struct emu_method *const tables[] = {
        emu_methods_chat, emu_methods_conv, emu_methods_files, emu_methods_views, emu_methods_misc};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (const struct emu_method *m = tables[t]; m->name != NULL; m++)
            if (strcmp(m->name, name) == 0)
                return m;
    return NULL;
}

/* ---- who may ------------------------------------------------------------------------------ */

static bool listed(const char *list, const char *word, size_t bytes)
{
    for (const char *p = list; *p != '\0';) {
        size_t n = strcspn(p, ",");
        if (n == bytes && strncmp(p, word, n) == 0)
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}

bool emu_has_scope(const struct emu *e, const char *any_of)
{
    for (const char *p = any_of; *p != '\0';) {
        size_t n = strcspn(p, ",");
        if (listed(e->scopes, p, n))
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}

json_t *emu_missing_scope(const struct emu *e, const char *needed)
{
    json_t *error = emu_error("missing_scope");
    json_object_set_new(error, "needed", json_string(needed));
    json_object_set_new(error, "provided", json_string(e->scopes));
    return error;
}

/* NULL = allowed; else the error reply. */
static json_t *check_token(struct emu_call *c, const struct emu_method *m)
{
    if (m->token == EMU_TOKEN_NONE)
        return NULL;
    const char *token = emu_arg(c->args, "token");
    if (strncasecmp(c->in->authorization, "Bearer ", 7) == 0)
        token = c->in->authorization + 7;
    else if (m->token == EMU_TOKEN_APP && token[0] != '\0')
        return emu_error("not_allowed_token_type"); /* an app token travels in the header only */
    if (token[0] == '\0')
        return emu_error("not_authed");
    if (emu_fault(c->e, "revoked_token", c->method) != NULL)
        return emu_error("token_revoked");
    bool bot = strcmp(token, EMU_BOT_TOKEN) == 0, app = strcmp(token, EMU_APP_TOKEN) == 0;
    if (!bot && !app)
        return emu_error("invalid_auth");
    if ((m->token == EMU_TOKEN_APP && !app) || (m->token == EMU_TOKEN_BOT && !bot))
        return emu_error("not_allowed_token_type");
    return bot && m->scope != NULL && !emu_has_scope(c->e, m->scope)
               ? emu_missing_scope(c->e, m->scope)
               : NULL;
}

/* ---- how often ---------------------------------------------------------------------------- */

struct bucket {
    double tokens;
    int64_t at_us;
};

/* Token bucket; 0 = go on, else seconds to wait. */
static int take_token(struct emu *e, const char *key, double capacity, double per_second)
{
    int64_t now = drc_clock_mono_us();
    struct bucket *b = drc_map_get(e->buckets, key);
    if (b == NULL) {
        b = calloc(1, sizeof *b);
        if (b == NULL)
            abort();
        *b = (struct bucket){capacity, now};
        drc_map_set(e->buckets, key, b);
    }
    b->tokens += (double)(now - b->at_us) / 1e6 * per_second;
    b->tokens = b->tokens > capacity ? capacity : b->tokens;
    b->at_us = now;
    if (b->tokens >= 1) {
        b->tokens -= 1;
        return 0;
    }
    int wait = (int)((1 - b->tokens) / per_second + 0.999);
    return wait < 1 ? 1 : wait;
}

static int check_rate(struct emu_call *c, const struct emu_method *m)
{
    if (!c->e->opt.rate_limits)
        return 0;
    if (strcmp(m->name, "chat.postMessage") == 0) {
        char key[120];
        snprintf(key, sizeof key, "post/%.80s", emu_arg(c->args, "channel"));
        return take_token(c->e, key, BURST, 1);
    }
    return m->tier == 0 ? 0 : take_token(c->e, m->name, m->tier, m->tier / 60.0);
}

/* ---- answering ---------------------------------------------------------------------------- */

struct late_reply {
    struct emu_pending pending; /* first: the peer's user pointer */
    struct drc_http_peer *peer; /* NULL: left */
    struct drc_timer *timer;
    struct emu *e;
    int status, retry_after_s;
    bool cut;
    char *text;
};

static void send_text(struct emu *e, struct drc_http_peer *p, int status, int retry_after_s,
                      bool cut, const char *text)
{
    size_t n = strlen(text);
    if (cut) {
        drc_http_reply_cut(p, n, text, n / 2);
        return;
    }
    char headers[800], id[17];
    drc_random_hex(8, id);
    int used = snprintf(headers, sizeof headers, "x-slack-req-id: %s\r\nx-oauth-scopes: %s\r\n", id,
                        e->scopes);
    if (retry_after_s > 0)
        snprintf(headers + used, sizeof headers - (size_t)used, "Retry-After: %d\r\n",
                 retry_after_s);
    drc_http_reply(p, status, "application/json; charset=utf-8", headers, text, n);
}

static void free_late(struct late_reply *r)
{
    drc_timer_free(r->timer);
    free(r->text);
    free(r);
}

static void late_due(void *user)
{
    struct late_reply *r = user;
    if (r->peer != NULL) {
        drc_http_set_user(r->peer, NULL);
        send_text(r->e, r->peer, r->status, r->retry_after_s, r->cut, r->text);
    }
    free_late(r);
}

static void late_gone(void *self)
{
    free_late(self);
}

static void reply_later(struct emu *e, struct drc_http_peer *p, int64_t ms, int status,
                        int retry_after_s, bool cut, char *take_text)
{
    struct late_reply *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    *r = (struct late_reply){{late_gone}, p, NULL, e, status, retry_after_s, cut, take_text};
    r->timer = drc_timer_new(e->loop, late_due, r);
    drc_http_set_user(p, r);
    drc_timer_set(r->timer, ms);
}

void emu_reply_json(struct drc_http_peer *p, int status, json_t *take)
{
    char *text = drc_json_dump(take);
    drc_http_reply(p, status, "application/json; charset=utf-8", "Cache-Control: no-store\r\n",
                   text, strlen(text));
    free(text);
    json_decref(take);
}

static void count_method(struct emu *e, const char *name)
{
    uint64_t n = (uint64_t)(uintptr_t)drc_map_get(e->method_counts, name);
    drc_map_set(e->method_counts, name, (void *)(uintptr_t)(n + 1));
    e->counts.requests++;
}

/* What the call answers before any fault of the transport. */
static json_t *perform(struct emu_call *c, const struct emu_method *m, const char *bad_body)
{
    json_t *reply = check_token(c, m);
    if (reply == NULL && bad_body != NULL)
        reply = emu_error(bad_body);
    if (reply == NULL && (c->retry_after_s = check_rate(c, m)) > 0)
        reply = emu_error("ratelimited");
    return reply != NULL ? reply : m->fn(c);
}

static json_t *unknown_method(const struct emu_call *c)
{
    json_t *reply = emu_error("unknown_method");
    json_object_set_new(reply, "req_method", drc_json_text(c->method));
    return reply;
}

static json_t *faulty(struct emu_call *c, const struct emu_method *m, const char *bad_body,
                      int *status)
{
    struct emu_fault *f = emu_fault(c->e, "method_429", c->method);
    if (f != NULL) {
        *status = 429;
        c->retry_after_s = f->number > 0 ? f->number : 1;
        return emu_error("ratelimited");
    }
    f = emu_fault(c->e, "method_error", c->method);
    if (f != NULL)
        return emu_error(f->text);
    f = emu_fault(c->e, "method_5xx", c->method);
    if (f == NULL)
        return NULL;
    *status = f->number >= 500 ? f->number : 503;
    if (f->flag) /* `executed`: the work was done, only the answer is lost */
        json_decref(perform(c, m, bad_body));
    return emu_error("service_unavailable");
}

static void log_request(const struct emu_call *c, bool token_in_body)
{
    char name[64];
    snprintf(name, sizeof name, "%.63s", c->method);
    if (strncasecmp(c->in->content_type, "application/json", 16) == 0 && !token_in_body) {
        emu_wire(c->e, "in", "http", name, 0, -1, c->in->body, c->in->body_bytes);
        return;
    }
    char *text = drc_json_dump(c->args);
    emu_wire(c->e, "in", "http", name, 0, -1, text, strlen(text));
    free(text);
}

void emu_api_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in,
                     const char *method)
{
    int64_t start = drc_clock_mono_us();
    const char *bad_body = NULL;
    struct emu_call c = {.e = e, .in = in, .method = method, .args = emu_args(in, &bad_body)};
    const struct emu_method *m = find_method(method);
    count_method(e, m == NULL ? "unknown" : m->name);
    log_request(&c, emu_arg(c.args, "token")[0] != '\0');
    snprintf(e->host, sizeof e->host, "%s", in->host);
    int status = 200;
    json_t *reply = m == NULL ? unknown_method(&c) : faulty(&c, m, bad_body, &status);
    if (reply == NULL)
        reply = perform(&c, m, bad_body);
    if (c.retry_after_s > 0)
        status = 429;
    char *text = drc_json_dump(reply);
    emu_wire(e, "out", "http", method, status, drc_clock_mono_us() - start, text, strlen(text));
    bool cut = emu_fault(e, "body_cut", method) != NULL;
    struct emu_fault *slow = emu_fault(e, "slow", method);
    if (slow != NULL) {
        reply_later(e, p, slow->ms, status, c.retry_after_s, cut, text);
    } else {
        send_text(e, p, status, c.retry_after_s, cut, text);
        free(text);
    }
    json_decref(reply);
    json_decref(c.args);
}
