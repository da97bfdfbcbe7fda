/* Between vec.c and vec_scan.c: the inner products of a question with all rows. */
#ifndef IO_VEC_SCAN_H
#define IO_VEC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the processor has AVX2; elsewhere FAISS searches. Tests take it away, else nobody writes
 * it once threads run. */
extern bool vec_scan_able;
void vec_scan_look(void);

/* The `ask` best of n rows in any order: ids and scores. ask <= n; n and dim > 0. Scores are sums
 * of floats: vec.c sums them anew. */
void vec_scan(const float *rows, size_t n, int dim, const float *query, size_t ask, float *scores,
              int64_t *ids);

#endif
