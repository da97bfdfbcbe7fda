#include <string.h>

#include "index_inner.h"

#define PROBE_COSINE_MIN 0.99 /* of the same text, now and when the index was built */

struct drc_index {
    struct drc_arena *a;
    struct index_paths paths;
    struct index_meta meta;
    struct drc_vec *vec;
    struct drc_words *words;
    const struct drc_embedder *embedder; /* NULL: not used */
    const struct drc_minilm *minilm;
    const char *off; /* why there is no search by meaning; NULL: there is */
};

void drc_index_free(struct drc_index *ix)
{
    if (ix == NULL)
        return;
    drc_vec_free(ix->vec);
    drc_words_free(ix->words);
    drc_arena_free(ix->a);
}

const char *drc_index_semantic_off(const struct drc_index *ix)
{
    return ix->off;
}

const char *drc_index_built_with(const struct drc_index *ix)
{
    return index_embedder_name(ix->a, ix->meta.provider, ix->meta.model);
}

size_t drc_index_passages(const struct drc_index *ix)
{
    return ix->meta.passages;
}

const char *drc_index_content(const struct drc_index *ix)
{
    return ix->meta.content;
}

/* ---- identity ----------------------------------------------------------------------------- */

static const char *mismatch(struct drc_index *ix, const struct drc_embedder *e, const char *detail)
{
    return drc_arena_printf(
        ix->a, "semantic search off: index built with %s, configured %s%s; run `make index`",
        drc_index_built_with(ix), index_embedder_name(ix->a, e->id.provider, e->id.model), detail);
}

/* The embedder must still make the vectors that it made when the index was built: a model behind an
 * address may be another one by now, under the same name. */
static const char *probe(struct drc_index *ix, const struct drc_embedder *e, struct drc_http *http)
{
    struct drc_err err = DRC_ERR_INIT;
    size_t dim = (size_t)ix->meta.vec.dim;
    float *now = drc_arena_array(ix->a, INDEX_PROBES * dim, sizeof *now);
    struct drc_arena *temp = drc_arena_new();
    int rc = e->embed(e, http, temp, index_probes, INDEX_PROBES, DRC_EMBED_QUERY, now, &err);
    drc_arena_free(temp);
    if (rc < 0)
        return drc_arena_printf(ix->a, "semantic search off: %.300s", err.msg);
    for (size_t i = 0; i < INDEX_PROBES; i++) {
        double cosine = 0;
        for (size_t j = 0; j < dim; j++)
            cosine += (double)now[i * dim + j] * (double)ix->meta.probe[i * dim + j];
        if (!(cosine >= PROBE_COSINE_MIN)) /* not a number is no match */
            return mismatch(ix, e, ", whose vectors are others now");
    }
    return NULL;
}

/* Opens the vectors where everything fits, else says what does not. */
static const char *open_vectors(struct drc_index *ix, const struct drc_embedder *e, const char *why,
                                struct drc_http *http)
{
    struct drc_err err = DRC_ERR_INIT;
    char fingerprint[65];
    if (ix->meta.vec.dim == 0)
        return drc_arena_printf(ix->a,
                                "semantic search off: the index was built without vectors%s"
                                "%.300s; run `make index`",
                                *ix->meta.no_embedder == '\0' ? "" : ": ", ix->meta.no_embedder);
    if (e == NULL)
        return drc_arena_printf(ix->a, "semantic search off: %.300s",
                                why == NULL ? "no embedder is configured" : why);
    index_fingerprint(e, fingerprint);
    if (strcmp(fingerprint, ix->meta.fingerprint) != 0)
        return mismatch(ix, e,
                        strcmp(ix->meta.model, e->id.model) == 0
                            ? " with other weights, prefixes or sizes"
                            : "");
    if (ix->meta.vec.count != ix->meta.passages)
        return "semantic search off: the index has another number of vectors than of passages; "
               "run `make index`";
    const char *off = probe(ix, e, http);
    if (off != NULL)
        return off;
    ix->vec = drc_vec_read(ix->paths.vec, &ix->meta.vec, &err);
    if (ix->vec == NULL)
        return drc_arena_printf(ix->a, "semantic search off: %.300s; run `make index`", err.msg);
    ix->embedder = e;
    return NULL;
}

/* ---- open --------------------------------------------------------------------------------- */

static int check_db(struct drc_index *ix, struct drc_err *err)
{
    char sha[65];
    if (index_file_sha256(ix->paths.db, sha, err) < 0)
        return -1;
    if (strcmp(sha, ix->meta.db_sha256) == 0)
        return 0;
    return drc_err_set(err, DRC_ERR_DB,
                       "%.200s is damaged, or of another build than %.200s; run: make index",
                       ix->paths.db, ix->paths.meta);
}

static int open_index(struct drc_index *ix, const struct drc_embedder *e, const char *why,
                      struct drc_http *http, struct drc_err *err)
{
    if (index_meta_read(ix->a, ix->paths.meta, &ix->meta, err) < 0 || check_db(ix, err) < 0)
        return -1;
    struct drc_db *db = drc_index_connect(ix, err);
    ix->words = db == NULL ? NULL : drc_words_load(db, err);
    drc_db_close(db);
    if (ix->words == NULL)
        return -1;
    ix->minilm = e == NULL ? NULL : e->minilm;
    ix->off = open_vectors(ix, e, why, http);
    return 0;
}

struct drc_index *drc_index_open(const char *dir, const char *name, const struct drc_embedder *e,
                                 const char *why, struct drc_http *http, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_index *ix = drc_arena_alloc(a, sizeof *ix);
    ix->a = a;
    ix->paths = index_paths_of(a, dir, name);
    if (open_index(ix, e, why, http, err) == 0)
        return ix;
    drc_index_free(ix);
    return NULL;
}

struct drc_db *drc_index_connect(const struct drc_index *ix, struct drc_err *err)
{
    struct drc_db *db = drc_db_open(ix->paths.db, DRC_DB_READ, err);
    if (db == NULL)
        return NULL;
    struct drc_stmt *st = drc_db_query(db, err, "SELECT value FROM meta WHERE key = 'content'", "");
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    bool same =
        rc == 1 && drc_db_text(st, 0) != NULL && strcmp(drc_db_text(st, 0), ix->meta.content) == 0;
    drc_db_done(st);
    if (same)
        return db;
    if (rc >= 0)
        drc_err_set(err, DRC_ERR_CONFIG, "%.200s was built anew; it has to be loaded again",
                    ix->paths.db);
    drc_db_close(db);
    return NULL;
}

/* ---- search ------------------------------------------------------------------------------- */

/* The vector of the question, or NULL with a note. */
static float *question_vector(const struct drc_index *ix, struct drc_http *http,
                              struct drc_arena *a, const char *question, const char **note)
{
    struct drc_err err = DRC_ERR_INIT;
    if (ix->vec == NULL)
        return NULL;
    float *v = drc_arena_array(a, (size_t)ix->meta.vec.dim, sizeof *v);
    if (ix->embedder->embed(ix->embedder, http, a, &question, 1, DRC_EMBED_QUERY, v, &err) == 0)
        return v;
    *note = drc_arena_printf(a, "searched by words only: %.300s", err.msg);
    return NULL;
}

int drc_index_search(const struct drc_index *ix, struct drc_db *db, struct drc_http *http,
                     struct drc_arena *a, const char *question, const char *corpus, size_t k,
                     struct drc_asked *asked, struct drc_search_result *out, const char **note,
                     struct drc_err *err)
{
    const struct drc_search s = {db, ix->vec, ix->words, ix->minilm};
    const char *unsaid = NULL;
    if (note == NULL)
        note = &unsaid;
    *note = NULL;
    drc_search_correct(a, &s, question, asked);
    const float *vector = question_vector(ix, http, a, asked->text, note);
    return drc_search_pages(a, &s, asked, vector, corpus, k, out, err);
}
