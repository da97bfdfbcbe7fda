#include "drc/vec.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <faiss/c_api/error_c.h>
#include <faiss/c_api/Index_c.h>
#include <faiss/c_api/index_io_c.h>
#include <faiss/c_api/IndexFlat_c.h>
#include <faiss/c_api/utils/distances_c.h>

#include "drc/digest.h"
#include "drc/fault.h"
#include "drc/file.h"
#include "vec_scan.h"

#define SPARE 16 /* candidates beyond k: among equals at the end FAISS takes any */

struct drc_vec {
    FaissIndex *index;
    int dim;
};

static int refused(const char *what, struct drc_err *err)
{
    return drc_err_set(err, DRC_ERR_BUG, "%s: FAISS refused: %.200s", what, faiss_get_last_error());
}

/* Where FAISS searches: below this many queries it leaves BLAS alone, which is slower; we ask one
 * by one. */
static void set_up_search(void)
{
    faiss_set_distance_compute_blas_threshold(1);
    vec_scan_look();
}

static struct drc_vec *wrap(FaissIndex *index, int dim)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up_search);
    struct drc_vec *v = calloc(1, sizeof *v);
    if (v == NULL)
        abort();
    v->index = index;
    v->dim = dim;
    return v;
}

struct drc_vec *drc_vec_new(int dim, struct drc_err *err)
{
    FaissIndex *index = NULL;
    if (dim < 1 || dim > DRC_VEC_DIM_MAX) {
        drc_err_set(err, DRC_ERR_LIMIT, "vectors have 1 to %d components, not %d", DRC_VEC_DIM_MAX,
                    dim);
        return NULL;
    }
    if (drc_fault_hit("vec") || faiss_IndexFlatIP_new_with(&index, dim) != 0) {
        refused("a new index", err);
        return NULL;
    }
    return wrap(index, dim);
}

void drc_vec_free(struct drc_vec *v)
{
    if (v == NULL)
        return;
    faiss_Index_free(v->index);
    free(v);
}

int drc_vec_dim(const struct drc_vec *v)
{
    return v->dim;
}

size_t drc_vec_count(const struct drc_vec *v)
{
    return (size_t)faiss_Index_ntotal(v->index);
}

int drc_vec_add(struct drc_vec *v, const float *x, size_t n, struct drc_err *err)
{
    for (size_t i = 0; i < n * (size_t)v->dim; i++)
        if (!isfinite(x[i]))
            return drc_err_set(err, DRC_ERR_PARSE,
                               "vector %zu of %zu has a component that is not a number",
                               i / (size_t)v->dim + 1, n);
    if (drc_vec_count(v) + n > DRC_VEC_COUNT_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "an index holds at most %u vectors",
                           DRC_VEC_COUNT_MAX);
    return faiss_Index_add(v->index, (idx_t)n, x) == 0 ? 0 : refused("adding vectors", err);
}

int drc_vec_get(const struct drc_vec *v, size_t id, float *out, struct drc_err *err)
{
    if (id >= drc_vec_count(v))
        return drc_err_set(err, DRC_ERR_NOTFOUND, "there is no vector %zu", id);
    return faiss_Index_reconstruct(v->index, (idx_t)id, out) == 0
               ? 0
               : refused("reading a vector", err);
}

/* ---- search ------------------------------------------------------------------------------- */

static int by_score(const void *x, const void *y)
{
    const struct drc_vec_hit *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

struct candidates {
    float *scores, *vector;
    idx_t *ids;
    struct drc_vec_hit *hits;
};

static void *array(size_t n, size_t bytes)
{
    void *p = calloc(n, bytes);
    if (p == NULL)
        abort();
    return p;
}

/* A kernel of BLAS may differ in the last bits from another and from row to row; summed anew here,
 * equal vectors have equal scores, on every machine. */
static int rescore(const struct drc_vec *v, const float *query, struct candidates *c, size_t n,
                   struct drc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (drc_vec_get(v, (size_t)c->ids[i], c->vector, err) < 0)
            return -1;
        double sum = 0;
        for (int j = 0; j < v->dim; j++)
            sum += (double)query[j] * (double)c->vector[j];
        c->hits[i] = (struct drc_vec_hit){(size_t)c->ids[i], sum};
    }
    qsort(c->hits, n, sizeof *c->hits, by_score);
    return 0;
}

static int candidates(const struct drc_vec *v, const float *query, size_t ask, struct candidates *c,
                      struct drc_err *err)
{
    float *rows;
    size_t components;
    if (!vec_scan_able)
        return faiss_Index_search(v->index, 1, query, (idx_t)ask, c->scores, c->ids) == 0
                   ? 0
                   : refused("searching", err);
    faiss_IndexFlat_xb((FaissIndexFlat *)v->index, &rows, &components);
    vec_scan(rows, components / (size_t)v->dim, v->dim, query, ask, c->scores, c->ids);
    return 0;
}

/* The first `ask` candidates; 1 where more have to be asked for, since the last may equal the kth.
 */
static int search_wide(const struct drc_vec *v, const float *query, size_t k, size_t ask,
                       struct drc_vec_hit *out, struct drc_err *err)
{
    struct candidates c = {array(ask, sizeof *c.scores), array((size_t)v->dim, sizeof *c.vector),
                           array(ask, sizeof *c.ids), array(ask, sizeof *c.hits)};
    int rc = candidates(v, query, ask, &c, err) < 0 ? -1 : rescore(v, query, &c, ask, err);
    if (rc == 0 && ask < drc_vec_count(v) && c.hits[k - 1].score - c.hits[ask - 1].score < 1e-5)
        rc = 1;
    if (rc == 0)
        memcpy(out, c.hits, k * sizeof *out);
    free(c.scores);
    free(c.vector);
    free(c.ids);
    free(c.hits);
    return rc;
}

int drc_vec_search(const struct drc_vec *v, const float *query, size_t k, struct drc_vec_hit *out,
                   size_t *count, struct drc_err *err)
{
    size_t total = drc_vec_count(v);
    k = k < total ? k : total;
    *count = 0;
    for (int j = 0; j < v->dim; j++)
        if (!isfinite(query[j]))
            return drc_err_set(err, DRC_ERR_PARSE,
                               "the vector of the question has a component that is not a number");
    if (k == 0)
        return 0;
    if (drc_fault_hit("vec"))
        return drc_err_set(err, DRC_ERR_BUG, "searching: injected fault");
    for (size_t ask = k + SPARE;; ask *= 4) {
        int rc = search_wide(v, query, k, ask < total ? ask : total, out, err);
        if (rc <= 0) {
            *count = rc == 0 ? k : 0;
            return rc;
        }
    }
}

/* ---- files -------------------------------------------------------------------------------- */

/* What FAISS writes before the components of a flat index of inner products. */
struct head {
    char kind[4];
    uint32_t dim;
    uint64_t count, components;
    uint32_t metric;
};
#define HEAD_BYTES 45

static struct head head_of(const unsigned char *p)
{
    struct head h;
    memcpy(h.kind, p, 4);
    memcpy(&h.dim, p + 4, 4);
    memcpy(&h.count, p + 8, 8);
    memcpy(&h.metric, p + 33, 4);
    memcpy(&h.components, p + 37, 8);
    return h;
}

/* FAISS believes every length that it reads: they are checked before. */
static bool is_ours(FILE *f, const struct drc_vec_identity *want)
{
    unsigned char head[HEAD_BYTES];
    uint64_t components = (uint64_t)want->count * (uint64_t)want->dim;
    struct stat st;
    if (fstat(fileno(f), &st) != 0 ||
        (uint64_t)st.st_size != HEAD_BYTES + components * sizeof(float) ||
        fread(head, sizeof head, 1, f) != 1)
        return false;
    struct head h = head_of(head);
    return memcmp(h.kind, "IxFI", 4) == 0 && h.dim == (uint32_t)want->dim &&
           h.count == want->count && h.components == components && h.metric == 0 && head[32] == 1;
}

static FaissIndex *read_checked(FILE *f, const char *path, const struct drc_vec_identity *want,
                                struct drc_err *err)
{
    char sha[65];
    FaissIndex *index = NULL;
    if (!is_ours(f, want)) {
        drc_err_set(err, DRC_ERR_PARSE, "%s does not hold %zu vectors of %d components", path,
                    want->count, want->dim);
        return NULL;
    }
    rewind(f);
    if (drc_sha256_stream(f, sha) < 0 || strcmp(sha, want->sha256) != 0) {
        drc_err_set(err, DRC_ERR_PARSE, "%s is not the file that was built with this index", path);
        return NULL;
    }
    rewind(f);
    if (faiss_read_index(f, 0, &index) == 0)
        return index;
    refused(path, err);
    return NULL;
}

struct drc_vec *drc_vec_read(const char *path, const struct drc_vec_identity *want,
                             struct drc_err *err)
{
    if (want->dim < 1 || want->dim > DRC_VEC_DIM_MAX || want->count > DRC_VEC_COUNT_MAX) {
        drc_err_set(err, DRC_ERR_PARSE, "%s: no index has %zu vectors of %d components", path,
                    want->count, want->dim);
        return NULL;
    }
    FILE *f = drc_fault_hit("vec") ? NULL : fopen(path, "rbe");
    if (f == NULL) {
        drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    FaissIndex *index = read_checked(f, path, want, err);
    fclose(f);
    return index == NULL ? NULL : wrap(index, want->dim);
}

int drc_vec_write(const struct drc_vec *v, const char *path, struct drc_vec_identity *out,
                  struct drc_err *err)
{
    char *data = NULL;
    size_t bytes = 0;
    FILE *f = open_memstream(&data, &bytes);
    if (f == NULL)
        return drc_err_set(err, DRC_ERR_LIMIT, "%s: %s", path, strerror(errno));
    int rc = faiss_write_index(v->index, f) == 0 ? 0 : refused(path, err);
    if (fclose(f) != 0 && rc == 0)
        rc = drc_err_set(err, DRC_ERR_LIMIT, "%s: %s", path, strerror(errno));
    if (rc == 0) {
        *out = (struct drc_vec_identity){.dim = v->dim, .count = drc_vec_count(v)};
        drc_sha256_hex(data, bytes, out->sha256);
        rc = drc_file_write_durable(path, data, bytes, err);
    }
    free(data);
    return rc;
}
