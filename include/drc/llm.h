/* Language models over HTTP behind one contract: system, user and an optional JSON schema in; text,
 * usage, reason of the end and time out. Three wire formats, each two pure functions (request,
 * read; see clients/llm/provider.h): chat completions (OpenAI, Azure, Databricks serving, Ollama,
 * llama.cpp, vLLM), Anthropic's messages, Gemini's generateContent. No sampling parameters are
 * sent. A configuration is read by all worker threads; a call belongs to the thread of its HTTP
 * handle. */
#ifndef DRC_LLM_H
#define DRC_LLM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"
#include "drc/http.h"

struct drc_llm_provider;

enum drc_llm_schema { DRC_LLM_SCHEMA_NONE, DRC_LLM_SCHEMA_OBJECT, DRC_LLM_SCHEMA_JSON };

/* What an endpoint takes. The defaults of a provider, changed by what its address tells and by
 * settings; what it refuses later is left out (`refused` below). */
struct drc_llm_caps {
    const char *tokens_field; /* name of the limit of an answer */
    const char *key_header;   /* header of the key; NULL: Authorization: Bearer */
    enum drc_llm_schema schema;
    bool stream;
};

/* USD per million tokens is, as a whole number, 1000 times this: nano-dollars per token. */
struct drc_llm_price {
    int64_t in, cached, out;
    char date[11]; /* of the price */
};

struct drc_llm {
    const struct drc_llm_provider *provider;
    const char *base_url; /* without the path of the call; a query after `?` is kept */
    const char *model;
    const char *api_key; /* NULL: none is sent */
    const char *proxy;   /* NULL: of the environment */
    struct drc_llm_caps caps;
    int answer_tokens; /* at most, thoughts of the model included */
    int idle_ms;       /* longest silence */
    int timeout_ms;    /* of all tries together */
    int retries;
    bool priced; /* false: what a call costs is not known, which is not 0 */
    struct drc_llm_price price;
    atomic_uint *refused; /* what this endpoint was found to refuse, for all threads; bits of
                             clients/llm/provider.h */
};

/* From the configuration: 0 and *out, 1 where no provider is configured, -1 CONFIG where it is half
 * configured. The strings live as long as the configuration. */
int drc_llm_configured(struct drc_llm *out, struct drc_err *err);
/* "anthropic model-name at api.example.com, key from file, $3 / $15 per million tokens (as of
 * 2026-11-01)": for the operator, without the key. */
const char *drc_llm_describe(struct drc_arena *a, const struct drc_llm *llm);

struct drc_llm_ask {
    const char *system, *user;
    const char *schema; /* JSON Schema of the answer, strict subset (every property required, no
                                others); NULL: prose */
    const char *schema_name; /* letters, digits, _ and -, at most 64 */
};

enum drc_llm_finish {
    DRC_LLM_UNFINISHED, /* it broke off, or nothing was answered */
    DRC_LLM_STOP,       /* the model was done */
    DRC_LLM_LENGTH,     /* a limit of tokens cut it */
    DRC_LLM_FILTERED,   /* refused by the model or by a filter */
    DRC_LLM_OTHER
};

struct drc_llm_usage {
    int64_t in, out, cached; /* tokens; `cached` of `in`; thoughts count as `out` */
    bool estimated; /* the endpoint did not tell: guessed from the bytes, on the high side */
};

struct drc_llm_reply {
    const char *text;           /* valid UTF-8, not blank; NULL where the call failed */
    bool structured;            /* the endpoint was asked to hold `text` to the schema */
    struct drc_llm_usage usage; /* also of a failed call: what it is likely billed */
    enum drc_llm_finish finish;
    int64_t latency_ms;     /* of all tries, waits included */
    int tries;              /* requests, also those that found nobody */
    const char *request_id; /* the endpoint's, for its support; "" */
};

/* One answer, whole or not at all; *out is filled either way. Tries again by the rules of the
 * providers' own libraries (408, 409, 429, 5xx, broken connections; Retry-After; never 400, 401,
 * 403). Errors: AUTH (401, 403), CONFIG (other 4xx: model or parameter unknown there), RATE (429,
 * 529), NET, TIMEOUT, PARSE, LIMIT (the answer was cut, filtered, or over a cap). The sentence
 * holds no word of the endpoint but its error's name; its message goes to the log. */
int drc_llm_complete(const struct drc_llm *llm, struct drc_http *http, struct drc_arena *a,
                     const struct drc_llm_ask *ask, struct drc_llm_reply *out, struct drc_err *err);

struct drc_written;
/* What a model wrote as an answer in the form of prompts/answer.schema.json, in a code fence or
 * not: 1 and *out; 0 where it is prose; -1 PARSE where it is JSON but not in the form. */
int drc_llm_read_answer(struct drc_arena *a, const char *text, struct drc_written *out,
                        struct drc_err *err);

/* Tokens that a call may use at most, for a budget: the text on the high side, and the limit of
 * the answer. */
int64_t drc_llm_tokens_at_most(const struct drc_llm *llm, const struct drc_llm_ask *ask);
/* Micro-dollars of a usage, rounded up; -1 where the price of the model is not known. */
int64_t drc_llm_cost_uusd(const struct drc_llm *llm, const struct drc_llm_usage *usage);

/* The line of a price table (prompts/models.conf) for a model: longest pattern first, `*` stands
 * for any letters. 1 and *out, 0 where no line fits, -1 CONFIG with path and line. */
int drc_llm_price_find(const char *path, const char *text, const char *model,
                       struct drc_llm_price *out, struct drc_err *err);

#endif
