#include "drc/embed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drc/conf.h"
#include "drc/jsonx.h"
#include "drc/minilm.h"
#include "drc/utf8.h"
#include "reply.h"

enum { BATCH = 32 }; /* texts of one request: a reply of 8192 numbers each stays below its cap */

static const char *prefixed(struct drc_arena *a, const struct drc_embedder *e,
                            enum drc_embed_kind kind, const char *text)
{
    const char *prefix = kind == DRC_EMBED_QUERY ? e->id.prefix_query : e->id.prefix_passage;
    return *prefix == '\0' ? text : drc_arena_printf(a, "%s%s", prefix, text);
}

/* ---- the built-in model --------------------------------------------------------------------- */

static int embed_here(const struct drc_embedder *e, struct drc_http *http, struct drc_arena *a,
                      const char *const *texts, size_t n, enum drc_embed_kind kind, float *out,
                      struct drc_err *err)
{
    (void)http;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        const char *text = prefixed(a, e, kind, texts[i]);
        drc_minilm_embed(e->minilm, text, strlen(text), out + i * DRC_MINILM_DIM);
    }
    return 0;
}

static void close_model(void *m)
{
    drc_minilm_free(m);
}

static int open_here(struct drc_arena *a, struct drc_embedder *e, struct drc_err *err)
{
    struct drc_minilm *m = drc_minilm_open(drc_conf_str("EMBED_MODEL_FILE"), err);
    if (m == NULL)
        return drc_err_context(err, "no model for the search");
    drc_arena_defer(a, close_model, m);
    e->minilm = m;
    e->embed = embed_here;
    e->id.model = "all-MiniLM-L6-v2";
    e->id.weights_sha256 = DRC_MINILM_WEIGHTS_SHA256;
    e->id.tokenizer_sha256 = DRC_MINILM_TOKENIZER_SHA256;
    e->id.quant = drc_minilm_quant_name(drc_minilm_quant(m));
    e->id.dim = DRC_MINILM_DIM;
    e->id.pooling = "mean";
    e->id.max_tokens = DRC_MINILM_TOKENS_MAX;
    return 0;
}

/* ---- over HTTP ------------------------------------------------------------------------------ */

static enum embed_shape shape_of(const struct drc_embedder *e)
{
    return strcmp(e->id.provider, "ollama") == 0 ? EMBED_OLLAMA : EMBED_OPENAI;
}

static char *request_body(struct drc_arena *a, const struct drc_embedder *e,
                          const char *const *texts, size_t n, enum drc_embed_kind kind)
{
    json_t *input = json_array(), *root = json_object();
    for (size_t i = 0; i < n; i++) {
        const char *safe = e->redactor == NULL ? texts[i] : drc_redact(a, e->redactor, texts[i]);
        const char *text = prefixed(a, e, kind, safe);
        json_array_append_new(input, drc_json_text(*text == '\0' ? " " : text)); /* "" is refused */
    }
    json_object_set_new(root, "model", drc_json_text(e->id.model));
    json_object_set_new(root, "input", input);
    if (shape_of(e) == EMBED_OPENAI)
        json_object_set_new(root, "encoding_format", json_string("float"));
    else
        json_object_set_new(root, "truncate", json_true());
    char *body = drc_json_dump_sorted(root);
    json_decref(root);
    return body;
}

/* What the endpoint says is wrong: {"error": {"message": ...}} or {"error": "..."}; "" where it says
 * nothing. */
static const char *complaint(struct drc_arena *a, const struct drc_http_response *resp)
{
    struct drc_err ignored = DRC_ERR_INIT;
    json_t *root = drc_json_parse(resp->body, resp->body_bytes, &ignored);
    const char *text = drc_json_str(root, "error.message", drc_json_str(root, "error", ""));
    text = *text == '\0' ? "" : drc_arena_printf(a, ": %s", text);
    text = drc_utf8_clean(a, text, strlen(text), 160, false);
    json_decref(root);
    return text;
}

static int status_error(struct drc_arena *a, const struct drc_http_response *resp,
                        struct drc_err *err)
{
    if (resp->status == 401 || resp->status == 403) /* its words may hold a part of the key */
        return drc_err_set(err, DRC_ERR_AUTH, "it refused the key (HTTP %ld)", resp->status);
    if (resp->status == 429 || resp->status == 529 || resp->status == 503) {
        drc_err_set(err, DRC_ERR_RATE, "it is busy (HTTP %ld)", resp->status);
        if (err != NULL)
            err->retry_ms = resp->retry_after_ms;
        return -1;
    }
    bool ours = resp->status >= 400 && resp->status < 500;
    return drc_err_set(err, ours ? DRC_ERR_CONFIG : DRC_ERR_NET, "it answered HTTP %ld%s",
                       resp->status, complaint(a, resp));
}

/* The vectors of one batch, in the arena; *dim as in embed_reply(). */
static const float *ask(const struct drc_embedder *e, struct drc_http *http, struct drc_arena *a,
                        const char *const *texts, size_t n, enum drc_embed_kind kind, int *dim,
                        struct drc_err *err)
{
    size_t base = strlen(e->base_url);
    while (base > 0 && e->base_url[base - 1] == '/')
        base--;
    char *body = request_body(a, e, texts, n, kind);
    struct drc_http_request req = {
        .method = "POST",
        .url = drc_arena_printf(a, "%.*s%s", (int)base, e->base_url,
                                shape_of(e) == EMBED_OPENAI ? "/embeddings" : "/api/embed"),
        .bearer = e->api_key,
        .content_type = "application/json",
        .body = body,
        .body_bytes = strlen(body),
        .timeout_ms = e->timeout_ms,
    };
    struct drc_http_response resp;
    const float *vectors = NULL;
    int rc = drc_http_do(http, a, &req, &resp, err);
    free(body);
    if (rc == 0 && resp.status != 200)
        status_error(a, &resp, err);
    else if (rc == 0)
        vectors = embed_reply(a, shape_of(e), resp.body, resp.body_bytes, n, dim, err);
    if (vectors == NULL)
        drc_err_context(err, "the endpoint for vectors (%s)", e->id.model);
    return vectors;
}

static int embed_there(const struct drc_embedder *e, struct drc_http *http, struct drc_arena *a,
                       const char *const *texts, size_t n, enum drc_embed_kind kind, float *out,
                       struct drc_err *err)
{
    int dim = e->id.dim;
    if (!e->guarded)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "what may not be sent to the endpoint for vectors is not known");
    if (dim == 0)
        return drc_err_set(err, DRC_ERR_BUG, "the size of the vectors was not asked for");
    for (size_t from = 0; from < n; from += BATCH) {
        struct drc_arena *batch = drc_arena_new(); /* many batches would fill the caller's */
        size_t count = n - from < BATCH ? n - from : BATCH;
        const float *v = ask(e, http, batch, texts + from, count, kind, &dim, err);
        if (v != NULL)
            memcpy(out + from * (size_t)dim, v, count * (size_t)dim * sizeof *v);
        drc_arena_free(batch);
        if (v == NULL)
            return -1;
    }
    (void)a;
    return 0;
}

int drc_embedder_learn(struct drc_embedder *e, struct drc_http *http, struct drc_arena *a,
                       struct drc_err *err)
{
    const char *const text = "size";
    if (e->id.dim != 0)
        return 0;
    return ask(e, http, a, &text, 1, DRC_EMBED_PASSAGE, &e->id.dim, err) == NULL ? -1 : 0;
}

static int open_there(struct drc_embedder *e, struct drc_err *err)
{
    static const char *const needed[] = {"EMBED_BASE_URL", "EMBED_MODEL"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (drc_conf_str(needed[i]) == NULL)
            return drc_err_set(err, DRC_ERR_CONFIG, "EMBED_PROVIDER is '%s' but %s is not set",
                               e->id.provider, needed[i]);
    e->embed = embed_there;
    e->base_url = drc_conf_str("EMBED_BASE_URL");
    e->api_key = drc_conf_str("EMBED_API_KEY");
    e->timeout_ms = drc_conf_int("EMBED_TIMEOUT_S") * 1000;
    e->id.model = drc_conf_str("EMBED_MODEL");
    e->id.weights_sha256 = e->id.tokenizer_sha256 = e->id.quant = e->id.pooling = "";
    e->id.dim = drc_conf_int("EMBED_DIM");
    return 0;
}

/* ---- the choice ----------------------------------------------------------------------------- */

struct drc_embedder *drc_embedder_open(struct drc_arena *a, struct drc_err *err)
{
    struct drc_embedder *e = drc_arena_alloc(a, sizeof *e);
    const char *provider = drc_conf_str("EMBED_PROVIDER");
    const char *query = drc_conf_str("EMBED_PREFIX_QUERY");
    const char *passage = drc_conf_str("EMBED_PREFIX_PASSAGE");
    int rc;
    e->id.provider = provider;
    e->id.normalized = true;
    e->id.prefix_query = query == NULL ? "" : query;
    e->id.prefix_passage = passage == NULL ? "" : passage;
    if (strcmp(provider, "embedded") == 0)
        rc = open_here(a, e, err);
    else if (strcmp(provider, "openai") == 0 || strcmp(provider, "ollama") == 0)
        rc = open_there(e, err);
    else if (strcmp(provider, "none") == 0)
        rc = drc_err_set(err, DRC_ERR_NOTFOUND, "EMBED_PROVIDER is 'none': search goes by words");
    else
        rc = drc_err_set(
            err, DRC_ERR_CONFIG,
            "EMBED_PROVIDER is '%.40s': it is 'embedded', 'openai', 'ollama' or 'none'", provider);
    return rc < 0 ? NULL : e;
}
