/* One answer: tries, waits, and what an endpoint was found to refuse. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/llm/provider.h"
#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/log.h"
#include "drc/utf8.h"

#define CONNECT_MS 5000
#define BACKOFF_MS 500
#define BACKOFF_MAX_MS 8000
#define LEARNED_MAX 3 /* extra tries of one call after a refused parameter */

/* One request and what came of it. */
struct attempt {
    struct drc_http_response resp;
    struct llm_complaint complaint;
    struct llm_usage_seen usage;
    enum drc_llm_finish finish;
    size_t wrote_bytes;
    const char *text, *request_id, *should_retry;
    int wait_ms; /* asked for by the endpoint; 0 */
    struct drc_err err;
};

/* ---- usage ----------------------------------------------------------------------------------- */

static int64_t tokens_of(size_t bytes)
{
    return (int64_t)(bytes + 2) / 3;
}

static int64_t tokens_asked(const struct drc_llm_ask *ask)
{
    return tokens_of(strlen(ask->system) + strlen(ask->user) +
                     (ask->schema == NULL ? 0 : strlen(ask->schema)));
}

int64_t drc_llm_tokens_at_most(const struct drc_llm *llm, const struct drc_llm_ask *ask)
{
    return tokens_asked(ask) + llm->answer_tokens;
}

/* An endpoint that refused a request bills nothing; one that was cut off in it may. */
static void add_usage(const struct attempt *t, const struct drc_llm_ask *ask,
                      struct drc_llm_usage *sum)
{
    bool worked = t->resp.sent && (t->resp.status == 200 || t->resp.status == 0);
    if (!worked)
        return;
    sum->in += t->usage.in_seen ? t->usage.in : tokens_asked(ask);
    sum->out += t->usage.out_seen ? t->usage.out : tokens_of(t->wrote_bytes);
    sum->cached += t->usage.cached;
    sum->estimated |= !t->usage.in_seen || !t->usage.out_seen;
}

/* ---- one request ----------------------------------------------------------------------------- */

struct drc_http_request llm_request(struct drc_arena *a, const struct drc_llm *llm,
                                    const struct drc_llm_ask *ask, unsigned refused, char **body)
{
    struct drc_llm_ask sent = *ask;
    if (llm->caps.schema == DRC_LLM_SCHEMA_NONE || (refused & LLM_REFUSED_SCHEMA) != 0)
        sent.schema = NULL;
    json_t *root = llm->provider->body(llm, &sent, refused);
    *body = drc_json_dump_sorted(root);
    json_decref(root);
    return (struct drc_http_request){
        .method = "POST",
        .url = llm->provider->url(a, llm),
        .bearer = llm->api_key,
        .key_header = llm->caps.key_header,
        .content_type = "application/json",
        .headers = llm->provider->headers,
        .body = *body,
        .body_bytes = strlen(*body),
        .connect_timeout_ms = CONNECT_MS,
        .idle_timeout_ms = llm->caps.stream ? llm->idle_ms : 0,
        .proxy = llm->proxy,
    };
}

static int status_error(const struct attempt *t, struct drc_err *err)
{
    long status = t->resp.status;
    const char *name = t->complaint.name;
    char said[80] = "";
    if (name[0] != '\0')
        snprintf(said, sizeof said, " %s", name);
    if (status == 401 || status == 403)
        return drc_err_set(err, DRC_ERR_AUTH, "it refused the key (HTTP %ld%s)", status, said);
    if (status == 429 || status == 529)
        return drc_err_set(err, DRC_ERR_RATE, "it is busy or a quota is used up (HTTP %ld%s)",
                           status, said);
    if (status == 404)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "it does not know the model or the address (HTTP 404%s)", said);
    bool ours = status >= 300 && status < 500 && status != 408 && status != 409;
    return drc_err_set(err, ours ? DRC_ERR_CONFIG : DRC_ERR_NET, "it answered HTTP %ld%s", status,
                       said);
}

/* Milliseconds, then seconds or a date (which libcurl reads). */
static int wait_asked(struct drc_http *http, struct drc_arena *a,
                      const struct drc_http_response *resp)
{
    const char *ms = drc_http_header(http, a, "retry-after-ms");
    double n = ms == NULL ? 0 : strtod(ms, NULL);
    if (n >= 1 && n <= 86400000)
        return (int)n;
    return resp->retry_after_ms;
}

static void read_refusal(struct drc_http *http, struct drc_arena *a, struct attempt *t)
{
    struct drc_err ignored = DRC_ERR_INIT;
    json_t *root = drc_json_parse(t->resp.body, t->resp.body_bytes, &ignored);
    llm_read_complaint(root, &t->complaint);
    json_decref(root);
    t->should_retry = drc_http_header(http, a, "x-should-retry");
    t->wait_ms = wait_asked(http, a, &t->resp);
    status_error(t, &t->err);
}

static void run_attempt(const struct drc_llm *llm, struct drc_http *http, struct drc_arena *a,
                        const struct drc_llm_ask *ask, unsigned refused, int64_t left_ms,
                        struct attempt *t)
{
    struct llm_intake in;
    char *body;
    memset(t, 0, sizeof *t);
    struct drc_http_request req = llm_request(a, llm, ask, refused, &body);
    req.timeout_ms = (int)left_ms;
    llm_intake_init(&in, llm->provider, &t->err);
    int rc = drc_http_stream(http, a, &req, llm_intake_feed, &in, &t->resp, &t->err);
    free(body);
    t->request_id = drc_http_header(http, a, "x-request-id");
    if (t->request_id == NULL)
        t->request_id = drc_http_header(http, a, "request-id");
    if (rc == 0 && t->resp.status == 200)
        llm_intake_end(&in, a, &t->text);
    else if (rc == 0)
        read_refusal(http, a, t);
    if (in.reading.complaint.set)
        t->complaint = in.reading.complaint;
    t->usage = in.reading.usage;
    t->finish = in.reading.finish;
    t->wrote_bytes = in.reading.text.len;
    llm_intake_fini(&in);
}

/* ---- again? ---------------------------------------------------------------------------------- */

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

static bool worth_retry(const struct attempt *t)
{
    static const char *const quota[] = {"insufficient_quota", "billing_hard_limit_reached",
                                        "enforced_spend_limit_reached", NULL};
    static const char *const passing[] = {"overloaded_error",
                                          "api_error",
                                          "timeout_error",
                                          "rate_limit_error",
                                          "server_error",
                                          "UNAVAILABLE",
                                          "INTERNAL",
                                          "rate_limit_exceeded",
                                          "DEADLINE_EXCEEDED",
                                          "RESOURCE_EXHAUSTED",
                                          "internal_server_error",
                                          NULL};
    long status = t->resp.status;
    if (status == 400 || status == 401 || status == 403 || is_one_of(t->complaint.name, quota))
        return false;
    if (t->should_retry != NULL && strcmp(t->should_retry, "false") == 0)
        return false;
    if (t->should_retry != NULL && strcmp(t->should_retry, "true") == 0)
        return true;
    if (status != 200 && status != 0)
        return status == 408 || status == 409 || status == 429 || status >= 500;
    if (t->complaint.set)
        return is_one_of(t->complaint.name, passing);
    return t->err.code == DRC_ERR_NET || t->err.code == DRC_ERR_TIMEOUT;
}

/* 0.5 s, doubled each time up to 8 s, less a random quarter. */
static int64_t backoff_ms(int retry)
{
    char hex[5];
    int64_t full = retry > 4 ? BACKOFF_MAX_MS : BACKOFF_MS << retry;
    drc_random_hex(2, hex);
    return full - full * strtol(hex, NULL, 16) / 65536 / 4;
}

/* The parameter that a 400 or 422 names, of those that can be left out; 0. */
static unsigned named_parameter(const struct attempt *t)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {
        {"stream_options", LLM_REFUSED_USAGE},    {"include_usage", LLM_REFUSED_USAGE},
        {"response_format", LLM_REFUSED_SCHEMA},  {"json_schema", LLM_REFUSED_SCHEMA},
        {"output_config", LLM_REFUSED_SCHEMA},    {"responseJsonSchema", LLM_REFUSED_SCHEMA},
        {"responseMimeType", LLM_REFUSED_SCHEMA}, {"grammar", LLM_REFUSED_SCHEMA},
        {"max_tokens", LLM_REFUSED_TOKENS},       {"max_completion_tokens", LLM_REFUSED_TOKENS},
        {"system role", LLM_REFUSED_SYSTEM},      {"role 'system'", LLM_REFUSED_SYSTEM},
        {"system message", LLM_REFUSED_SYSTEM},
    };
    if (t->resp.status != 400 && t->resp.status != 422)
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(t->complaint.message, words[i].word) != NULL)
            return words[i].bit;
    return 0;
}

/* true: a parameter is now left out, for this process. */
static bool learn(const struct drc_llm *llm, const struct attempt *t, unsigned *refused)
{
    unsigned bit = named_parameter(t);
    if (bit == 0 || (*refused & bit) != 0)
        return false;
    *refused |= bit;
    atomic_fetch_or(llm->refused, bit);
    drc_log(DRC_LOG_WARN, "model.parameter", "model=%s left_out=%u http=%ld", llm->model, bit,
            t->resp.status);
    return true;
}

static void log_attempt(const struct drc_llm *llm, struct drc_arena *a, const struct attempt *t)
{
    const char *words = t->complaint.message;
    drc_log(DRC_LOG_WARN, "model.try",
            "model=%s http=%ld name=%s request=\"%.80s\" why=\"%s\" said=\"%s\"", llm->model,
            t->resp.status, t->complaint.name, t->request_id == NULL ? "" : t->request_id,
            t->err.msg, drc_utf8_clean(a, words, strlen(words), 200, false));
}

/* The last failure, with how often it was asked. */
static int give_up(const struct attempt *t, int tries, struct drc_err *err)
{
    drc_err_set(err, t->err.code, tries > 1 ? "%s, asked %d times" : "%s", t->err.msg, tries);
    if (err != NULL)
        err->retry_ms = t->wait_ms;
    return drc_err_context(err, "the model's endpoint");
}

/* ---- the call -------------------------------------------------------------------------------- */

static void fill(struct drc_llm_reply *out, const struct drc_llm *llm,
                 const struct drc_llm_ask *ask, unsigned refused, const struct attempt *t)
{
    out->text = t->text;
    out->finish = t->finish;
    out->request_id = t->request_id == NULL ? "" : t->request_id;
    out->structured = ask->schema != NULL && llm->caps.schema == DRC_LLM_SCHEMA_JSON &&
                      (refused & LLM_REFUSED_SCHEMA) == 0;
    add_usage(t, ask, &out->usage);
}

/* One try; true: another one shall follow. */
static bool try_once(const struct drc_llm *llm, struct drc_http *http, struct drc_arena *a,
                     const struct drc_llm_ask *ask, int64_t deadline_us, int *retries,
                     struct attempt *t, struct drc_llm_reply *out)
{
    unsigned refused = atomic_load(llm->refused);
    int64_t left_ms = (deadline_us - drc_clock_mono_us()) / 1000;
    run_attempt(llm, http, a, ask, refused, left_ms < 1 ? 1 : left_ms, t);
    out->tries++;
    fill(out, llm, ask, refused, t);
    if (t->text != NULL)
        return false;
    log_attempt(llm, a, t);
    if (learn(llm, t, &refused))
        return out->tries <= llm->retries + LEARNED_MAX;
    if (*retries >= llm->retries || !worth_retry(t))
        return false;
    int64_t wait_ms = t->wait_ms > 0 ? t->wait_ms : backoff_ms(*retries);
    ++*retries;
    if (drc_clock_mono_us() + wait_ms * 1000 >= deadline_us)
        return false;
    drc_clock_sleep_ms(wait_ms);
    return true;
}

int drc_llm_complete(const struct drc_llm *llm, struct drc_http *http, struct drc_arena *a,
                     const struct drc_llm_ask *ask, struct drc_llm_reply *out, struct drc_err *err)
{
    int64_t begun = drc_clock_mono_us(), deadline_us = begun + (int64_t)llm->timeout_ms * 1000;
    struct attempt t;
    int retries = 0;
    *out = (struct drc_llm_reply){.request_id = ""};
    while (try_once(llm, http, a, ask, deadline_us, &retries, &t, out))
        continue;
    out->latency_ms = (drc_clock_mono_us() - begun) / 1000;
    return out->text == NULL ? give_up(&t, out->tries, err) : 0;
}
