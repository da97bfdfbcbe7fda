/* Texts to vectors, by the built-in model or over HTTP: one table of function pointers for all
 * providers. An embedder is immutable once it is shared between threads; a call runs on the
 * caller's thread with the caller's HTTP handle and arena.
 *
 * Wire shapes: OpenAI-compatible POST {base}/embeddings (OpenAI, Azure v1, Databricks serving,
 * Ollama /v1, llama.cpp, vLLM) and Ollama's own POST {base}/api/embed. */
#ifndef DRC_EMBED_H
#define DRC_EMBED_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/arena.h"
#include "drc/err.h"
#include "drc/http.h"
#include "drc/redact.h"

enum drc_embed_kind { DRC_EMBED_QUERY, DRC_EMBED_PASSAGE };

/* What makes two vectors comparable: an index keeps it and refuses an embedder with another one. */
struct drc_embed_identity {
    const char *provider; /* "embedded", "openai", "ollama" */
    const char *model;
    const char *weights_sha256, *tokenizer_sha256; /* "" where the provider hides them */
    const char *quant;                             /* "q8-block16", "f16", "" = unknown */
    int dim;             /* 0: not known yet (drc_embedder_learn); at most DRC_EMBED_DIM_MAX */
    bool normalized;     /* vectors have length 1: always, what comes otherwise is scaled */
    const char *pooling; /* "mean", "" = unknown */
    int max_tokens;      /* what counts of a text; 0 = unknown */
    const char *prefix_query, *prefix_passage; /* put before each text; never NULL */
};

struct drc_embedder {
    struct drc_embed_identity id;
    /* n texts -> out[n * id.dim], row by row, each of length 1. `http` may be NULL for the built-in
     * model. Empty texts are fine. Errors: AUTH (401, 403), RATE (429, with retry_ms), NET,
     * TIMEOUT, LIMIT (reply too large), PARSE (not JSON, wrong count or index, another dimension,
     * a value that is no finite number, a vector of zeros), CONFIG (id.dim is 0). `out` is then
     * unspecified. Requests are cut into batches; nothing is tried twice. */
    int (*embed)(const struct drc_embedder *e, struct drc_http *http, struct drc_arena *a,
                 const char *const *texts, size_t n, enum drc_embed_kind kind, float *out,
                 struct drc_err *err);
    const struct drc_minilm *minilm; /* the built-in model (word pieces, word list), or NULL */
    const char *base_url, *api_key;  /* HTTP providers; the key is never logged nor shown */
    int timeout_ms;
    const struct drc_redactor *redactor; /* what texts may not hold; NULL: anything */
    bool guarded; /* HTTP: set once `redactor` is decided (drc_embedder_guard); CONFIG before */
};

#define DRC_EMBED_DIM_MAX 8192

/* The embedder that the settings EMBED_* ask for. It lives in the arena and is closed with it. NULL
 * with a sentence why there is none: NOTFOUND (EMBED_PROVIDER is none; no model file: search is
 * lexical then), CONFIG (half configured, foreign model file), PARSE (damaged model file). No
 * network. */
struct drc_embedder *drc_embedder_open(struct drc_arena *a, struct drc_err *err);

/* Finds out id.dim where it is 0, by one short text; whoever has an index may set id.dim from the
 * index instead. Before the embedder is shared. */
int drc_embedder_learn(struct drc_embedder *e, struct drc_http *http, struct drc_arena *a,
                       struct drc_err *err);

#endif
