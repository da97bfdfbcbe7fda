/* The sidecar of an index: identity of the embedder, hashes of the files, probe vectors. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index_inner.h"

#include "drc/digest.h"
#include "drc/file.h"

#define SCHEMA 1
#define META_MAX_BYTES (1024u * 1024u)

/* Fixed for ever: their vectors are in every index. */
const char *const index_probes[INDEX_PROBES] = {
    "The cluster ran out of memory while it joined two large tables.",
    "Which jobs lost their machines when the cloud took spot capacity back?",
    "A price changed on the first day of the month.",
};

struct index_paths index_paths_of(struct drc_arena *a, const char *dir, const char *name)
{
    return (struct index_paths){drc_arena_printf(a, "%s/%s.db", dir, name),
                                drc_arena_printf(a, "%s/%s.faiss", dir, name),
                                drc_arena_printf(a, "%s/%s.meta.json", dir, name)};
}

static json_t *identity(const struct drc_embedder *e)
{
    const struct drc_embed_identity *id = &e->id;
    json_t *o = json_object();
    json_object_set_new(o, "provider", drc_json_text(id->provider));
    json_object_set_new(o, "model", drc_json_text(id->model));
    json_object_set_new(o, "weights_sha256", drc_json_text(id->weights_sha256));
    json_object_set_new(o, "tokenizer_sha256", drc_json_text(id->tokenizer_sha256));
    json_object_set_new(o, "quant", drc_json_text(id->quant));
    json_object_set_new(o, "dim", json_integer(id->dim));
    json_object_set_new(o, "metric", json_string("ip"));
    json_object_set_new(o, "normalized", json_boolean(id->normalized));
    json_object_set_new(o, "pooling", drc_json_text(id->pooling));
    json_object_set_new(o, "max_tokens", json_integer(id->max_tokens));
    json_object_set_new(o, "prefix_query", drc_json_text(id->prefix_query));
    json_object_set_new(o, "prefix_passage", drc_json_text(id->prefix_passage));
    json_object_set_new(o, "chunker", json_string(DRC_CHUNKER));
    return o;
}

void index_fingerprint(const struct drc_embedder *e, char out[65])
{
    out[0] = '\0';
    if (e == NULL)
        return;
    json_t *o = identity(e);
    char *text = drc_json_dump_sorted(o);
    drc_sha256_hex(text, strlen(text), out);
    free(text);
    json_decref(o);
}

const char *index_embedder_name(struct drc_arena *a, const char *provider, const char *model)
{
    return *provider == '\0' ? "no embedder" : drc_arena_printf(a, "%s %s", provider, model);
}

/* ---- writing ------------------------------------------------------------------------------ */

static json_t *probes(const struct index_meta *m)
{
    json_t *list = json_array();
    for (int i = 0; i < INDEX_PROBES; i++) {
        json_t *o = json_object(), *vector = json_array();
        for (int j = 0; j < m->vec.dim; j++)
            json_array_append_new(vector, json_real((double)m->probe[i * m->vec.dim + j]));
        json_object_set_new(o, "text", json_string(index_probes[i]));
        json_object_set_new(o, "vector", vector);
        json_array_append_new(list, o);
    }
    return list;
}

int index_meta_write(const char *path, const struct index_meta *m, const struct drc_embedder *e,
                     struct drc_err *err)
{
    json_t *o = json_object();
    json_object_set_new(o, "schema", json_integer(SCHEMA));
    json_object_set_new(o, "content", json_string(m->content));
    json_object_set_new(o, "pages", json_integer((json_int_t)m->pages));
    json_object_set_new(o, "passages", json_integer((json_int_t)m->passages));
    json_object_set_new(o, "db_sha256", json_string(m->db_sha256));
    json_object_set_new(o, "no_embedder", drc_json_text(m->no_embedder));
    if (e != NULL) {
        json_object_set_new(o, "embedder", identity(e));
        json_object_set_new(o, "fingerprint", json_string(m->fingerprint));
        json_object_set_new(o, "ntotal", json_integer((json_int_t)m->vec.count));
        json_object_set_new(o, "faiss_sha256", json_string(m->vec.sha256));
        json_object_set_new(o, "probe", probes(m));
    }
    char *text = drc_json_dump_sorted(o);
    int rc = drc_file_write_durable(path, text, strlen(text), err);
    free(text);
    json_decref(o);
    return rc;
}

/* ---- reading ------------------------------------------------------------------------------ */

static void take_hash(const json_t *root, const char *path, char out[65])
{
    snprintf(out, 65, "%s", drc_json_str(root, path, ""));
}

static int take_probes(struct drc_arena *a, const json_t *root, struct index_meta *out)
{
    size_t dim = (size_t)out->vec.dim;
    out->probe = drc_arena_array(a, INDEX_PROBES * dim, sizeof *out->probe);
    for (size_t i = 0; i < INDEX_PROBES; i++) {
        const json_t *o = json_array_get(drc_json_at(root, "probe"), i);
        const json_t *vector = json_object_get(o, "vector");
        if (json_array_size(vector) != dim ||
            strcmp(drc_json_str(o, "text", ""), index_probes[i]) != 0)
            return -1;
        for (size_t j = 0; j < dim; j++)
            out->probe[i * dim + j] = (float)json_number_value(json_array_get(vector, j));
    }
    return 0;
}

static int take(struct drc_arena *a, const json_t *root, struct index_meta *out)
{
    int64_t dim = drc_json_int(root, "embedder.dim", 0), count = drc_json_int(root, "ntotal", 0);
    int64_t pages = drc_json_int(root, "pages", -1), passages = drc_json_int(root, "passages", -1);
    if (drc_json_int(root, "schema", 0) != SCHEMA || pages < 0 || passages < 0 || dim < 0 ||
        dim > DRC_VEC_DIM_MAX || count < 0 || count > DRC_VEC_COUNT_MAX)
        return -1;
    out->pages = (size_t)pages;
    out->passages = (size_t)passages;
    out->vec = (struct drc_vec_identity){.dim = (int)dim, .count = (size_t)count};
    take_hash(root, "content", out->content);
    take_hash(root, "db_sha256", out->db_sha256);
    take_hash(root, "fingerprint", out->fingerprint);
    take_hash(root, "faiss_sha256", out->vec.sha256);
    out->provider = drc_arena_strdup(a, drc_json_str(root, "embedder.provider", ""));
    out->model = drc_arena_strdup(a, drc_json_str(root, "embedder.model", ""));
    out->no_embedder = drc_arena_strdup(a, drc_json_str(root, "no_embedder", ""));
    return dim == 0 ? 0 : take_probes(a, root, out);
}

int index_meta_read(struct drc_arena *a, const char *path, struct index_meta *out,
                    struct drc_err *err)
{
    size_t bytes = 0;
    memset(out, 0, sizeof *out);
    if (!drc_file_exists(path))
        return drc_err_set(err, DRC_ERR_CONFIG, "there is no search index (%s); run: make index",
                           path);
    char *text = drc_file_read(a, path, META_MAX_BYTES, &bytes, err);
    json_t *root = text == NULL ? NULL : drc_json_parse(text, bytes, err);
    if (root == NULL)
        return drc_err_context(err, "%s", path);
    int rc = take(a, root, out);
    json_decref(root);
    if (rc < 0)
        drc_err_set(err, DRC_ERR_PARSE,
                    "%s does not describe an index of this drc; run: make index", path);
    return rc;
}

int index_file_sha256(const char *path, char out[65], struct drc_err *err)
{
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be read: %s", path, strerror(errno));
    int rc = drc_sha256_stream(f, out);
    fclose(f);
    return rc < 0 ? drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be read", path) : 0;
}
