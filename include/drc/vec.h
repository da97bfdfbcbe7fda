/* Vectors and the exact search among them: the one door to FAISS (its C API; a flat index of inner
 * products). Vectors are float[dim], numbered from 0 in the order in which they were added; of unit
 * length by the caller's doing, so that a score is a cosine. Once filled, an index may be searched
 * by several threads at once. */
#ifndef DRC_VEC_H
#define DRC_VEC_H

#include <stddef.h>

#include "drc/err.h"

#define DRC_VEC_DIM_MAX 4096
#define DRC_VEC_COUNT_MAX 1000000u

struct drc_vec;

struct drc_vec_hit {
    size_t id;
    double score; /* inner product, summed in double in the order of the components */
};

struct drc_vec *drc_vec_new(int dim, struct drc_err *err);
void drc_vec_free(struct drc_vec *v); /* NULL is fine */
int drc_vec_dim(const struct drc_vec *v);
size_t drc_vec_count(const struct drc_vec *v);
/* PARSE where a component is not a finite number; nothing is added then. */
int drc_vec_add(struct drc_vec *v, const float *x, size_t n, struct drc_err *err);
int drc_vec_get(const struct drc_vec *v, size_t id, float *out, struct drc_err *err);

/* The k best: by score, equal ones by id. Fewer where there are fewer. */
int drc_vec_search(const struct drc_vec *v, const float *query, size_t k, struct drc_vec_hit *out,
                   size_t *count, struct drc_err *err);

/* What a file of vectors must be; it is read only when it is. */
struct drc_vec_identity {
    int dim;
    size_t count;
    char sha256[65]; /* of the whole file */
};

/* Writes the file under another name, flushes it and renames it; fills `out`. */
int drc_vec_write(const struct drc_vec *v, const char *path, struct drc_vec_identity *out,
                  struct drc_err *err);
/* CONFIG (missing), PARSE (another size, hash or shape than the identity; not an index of ours). */
struct drc_vec *drc_vec_read(const char *path, const struct drc_vec_identity *want,
                             struct drc_err *err);

#endif
