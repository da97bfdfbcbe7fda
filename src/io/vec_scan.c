/* One question against all rows. FAISS compares many questions with many rows well, but one: its
 * loop in Debian's build knows SSE only, and BLAS copies the rows before it multiplies them. To
 * read them once with AVX2 takes a quarter of the time. */
#include "vec_scan.h"

#include <math.h>

#include "drc/fault.h"

bool vec_scan_able;

#define ROWS 4 /* read together, so that each part of the question is loaded once for all */

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2,fma"))) static void products(const float *const row[ROWS], int dim,
                                                         const float *query, float out[ROWS])
{
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
    int j = 0;
    for (; j + 8 <= dim; j += 8) {
        __m256 q = _mm256_loadu_ps(query + j);
        a = _mm256_fmadd_ps(q, _mm256_loadu_ps(row[0] + j), a);
        b = _mm256_fmadd_ps(q, _mm256_loadu_ps(row[1] + j), b);
        c = _mm256_fmadd_ps(q, _mm256_loadu_ps(row[2] + j), c);
        d = _mm256_fmadd_ps(q, _mm256_loadu_ps(row[3] + j), d);
    }
    __m256 s = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    _mm_storeu_ps(out, _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1)));
    for (; j < dim; j++)
        for (int i = 0; i < ROWS; i++)
            out[i] += query[j] * row[i][j];
}

void vec_scan_look(void)
{
    vec_scan_able = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    !drc_fault_hit("cpu");
}
#else
static void products(const float *const row[ROWS], int dim, const float *query, float out[ROWS])
{
    for (int i = 0; i < ROWS; i++) {
        out[i] = 0;
        for (int j = 0; j < dim; j++)
            out[i] += query[j] * row[i][j];
    }
}

void vec_scan_look(void)
{
    vec_scan_able = false;
}
#endif

/* A heap with the least score on top: `n` best so far, of which [0] goes next. */
struct best {
    float *scores;
    int64_t *ids;
    size_t n;
};

static void put(struct best *b, size_t at, float score, int64_t id)
{
    b->scores[at] = score;
    b->ids[at] = id;
}

static void sink(struct best *b, float score, int64_t id)
{
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < b->n; at = child) {
        if (child + 1 < b->n && b->scores[child + 1] < b->scores[child])
            child++;
        if (score <= b->scores[child])
            break;
        put(b, at, b->scores[child], b->ids[child]);
    }
    put(b, at, score, id);
}

static void rise(struct best *b, float score, int64_t id)
{
    size_t at = b->n++;
    for (; at > 0 && b->scores[(at - 1) / 2] > score; at = (at - 1) / 2)
        put(b, at, b->scores[(at - 1) / 2], b->ids[(at - 1) / 2]);
    put(b, at, score, id);
}

void vec_scan(const float *rows, size_t n, int dim, const float *query, size_t ask, float *scores,
              int64_t *ids)
{
    struct best best = {scores, ids, 0};
    for (size_t i = 0; i < n; i += ROWS) {
        const float *row[ROWS];
        float found[ROWS];
        for (size_t k = 0; k < ROWS; k++) /* behind the last: the last again */
            row[k] = rows + (i + k < n ? i + k : n - 1) * (size_t)dim;
        products(row, dim, query, found);
        for (size_t k = 0; k < ROWS && i + k < n; k++) {
            float score = isnan(found[k]) ? -INFINITY : found[k]; /* of components near FLT_MAX */
            if (best.n < ask)
                rise(&best, score, (int64_t)(i + k));
            else if (score > scores[0])
                sink(&best, score, (int64_t)(i + k));
        }
    }
}
