/* Dense layers. With 8-bit weights the activations of a token become 16-bit integers with one
 * scale, and a block's sum is an integer below 127 * 32767 * 16 < 2^31: exact, the same with AVX2
 * and without. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "drc/fault.h"
#include "minilm_parts.h"

enum { ROWS = 2, TOKENS = 4, LEVELS = 32767 };

void minilm_kernel_portable(const int8_t *w, const float *scale, const int16_t *x, int columns,
                            float sums[8])
{
    int blocks = columns / MINILM_BLOCK;
    for (int i = 0; i < TOKENS * ROWS; i++) {
        const int8_t *p = w + (ptrdiff_t)(i % ROWS) * columns;
        const int16_t *q = x + (ptrdiff_t)(i / ROWS) * columns;
        sums[i] = 0;
        for (int b = 0; b < blocks; b++, p += MINILM_BLOCK, q += MINILM_BLOCK) {
            int32_t s = 0;
            for (int k = 0; k < MINILM_BLOCK; k++)
                s += p[k] * q[k];
            sums[i] += (float)s * scale[i % ROWS * blocks + b];
        }
    }
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static inline __m256i weights16(const int8_t *w)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)w));
}

__attribute__((target("avx2"))) static inline __m256i more(__m256i sum, __m256i w, const int16_t *x)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)x);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(w, v));
}

/* The eight sums of eight lanes each, in their order. */
__attribute__((target("avx2"))) static inline __m256i across(const __m256i s[8])
{
    __m256i a = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
    __m256i b = _mm256_hadd_epi32(_mm256_hadd_epi32(s[4], s[5]), _mm256_hadd_epi32(s[6], s[7]));
    __m256i low = _mm256_permute2x128_si256(a, b, 0x20);
    return _mm256_add_epi32(low, _mm256_permute2x128_si256(a, b, 0x31));
}

/* The integers of one block of columns. */
__attribute__((target("avx2"))) static inline __m256i block(const int8_t *w, const int16_t *x,
                                                            int columns)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i s[8] = {zero, zero, zero, zero, zero, zero, zero, zero};
    const int8_t *w1 = w + columns;
    const int16_t *x1 = x + columns, *x2 = x1 + columns, *x3 = x2 + columns;
    for (int i = 0; i < MINILM_BLOCK; i += 16) {
        __m256i a = weights16(w + i), b = weights16(w1 + i);
        s[0] = more(s[0], a, x + i);
        s[1] = more(s[1], b, x + i);
        s[2] = more(s[2], a, x1 + i);
        s[3] = more(s[3], b, x1 + i);
        s[4] = more(s[4], a, x2 + i);
        s[5] = more(s[5], b, x2 + i);
        s[6] = more(s[6], a, x3 + i);
        s[7] = more(s[7], b, x3 + i);
    }
    return across(s);
}

__attribute__((target("avx2"))) static void kernel_avx2(const int8_t *w, const float *scale,
                                                        const int16_t *x, int columns,
                                                        float sums[8])
{
    __m256 total = _mm256_setzero_ps();
    const float *scale1 = scale + columns / MINILM_BLOCK;
    for (int b = 0; b < columns / MINILM_BLOCK; b++) {
        __m256 s = _mm256_cvtepi32_ps(block(w + b * MINILM_BLOCK, x + b * MINILM_BLOCK, columns));
        __m256 by = _mm256_unpacklo_ps(_mm256_set1_ps(scale[b]), _mm256_set1_ps(scale1[b]));
        total = _mm256_add_ps(total, _mm256_mul_ps(s, by));
    }
    _mm256_storeu_ps(sums, total);
}

minilm_kernel *const minilm_kernel_avx2 = kernel_avx2;
#else
minilm_kernel *const minilm_kernel_avx2 = NULL;
#endif

static pthread_once_t chosen = PTHREAD_ONCE_INIT;
static minilm_kernel *kernel = minilm_kernel_portable;

/* Once: the sums are the same with either. */
static void choose(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && !drc_fault_hit("cpu"))
        kernel = kernel_avx2;
#endif
}

typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t v4i __attribute__((vector_size(16)));

/* One token's values, each times the factor of its column, as whole numbers; returns the scale. */
static float to_integers(const float *x, const float *column, int n, int16_t *out)
{
    const v4i sign = (v4i)(v4){-0.0f, -0.0f, -0.0f, -0.0f}, half = (v4i)(v4){.5f, .5f, .5f, .5f};
    float y[MINILM_INNER], top = 0;
    v4 tops = {0};
    for (int i = 0; i < n; i += 4) {
        v4 v = *(const v4 *)(x + i) * *(const v4 *)(column + i);
        *(v4 *)(y + i) = v;
        v = (v4)((v4i)v & ~sign);
        v4i more = v > tops;
        tops = (v4)(((v4i)v & more) | ((v4i)tops & ~more));
    }
    for (int i = 0; i < 4; i++)
        top = tops[i] > top ? tops[i] : top;
    if (!(top > 0 && top < INFINITY)) {
        memset(out, 0, (size_t)n * sizeof *out);
        return 0;
    }
    v4 factor = (v4){1, 1, 1, 1} * (LEVELS / top);
    for (int i = 0; i < n; i += 4) {
        v4 v = *(const v4 *)(y + i) * factor;
        v += (v4)(half | ((v4i)v & sign)); /* cut off below: away from zero at one half */
        v4i w = __builtin_convertvector(v, v4i);
        for (int k = 0; k < 4; k++)
            out[i + k] = (int16_t)w[k];
    }
    return top / LEVELS;
}

static void dense_q8(int16_t *tile, const struct minilm_matrix *m, const float *x, int tokens,
                     float *y)
{
    int n = m->columns;
    pthread_once(&chosen, choose);
    for (int from = 0; from < tokens; from += MINILM_TILE) {
        float scales[MINILM_TILE] = {0};
        int count = tokens - from < MINILM_TILE ? tokens - from
                                                : MINILM_TILE; /* stale rows behind are ignored */
        for (int t = 0; t < count; t++)
            scales[t] =
                to_integers(x + (ptrdiff_t)(from + t) * n, m->factor, n, tile + (ptrdiff_t)t * n);
        for (int r = 0; r < m->rows; r += ROWS)
            for (int t = 0; t < count; t += TOKENS) {
                float sums[ROWS * TOKENS];
                kernel(m->q + (ptrdiff_t)r * n, m->scale + (ptrdiff_t)r * (n / MINILM_BLOCK),
                       tile + (ptrdiff_t)t * n, n, sums);
                for (int i = 0; i < TOKENS && t + i < count; i++)
                    for (int k = 0; k < ROWS; k++)
                        y[(ptrdiff_t)(from + t + i) * m->rows + r + k] =
                            sums[i * ROWS + k] * scales[t + i] + m->bias[r + k];
            }
    }
}

float minilm_from_half(uint16_t h)
{
    uint32_t bits = (uint32_t)(h & 0x7fff) << 13, sign = (uint32_t)(h & 0x8000) << 16;
    float v;
    memcpy(&v, &bits, sizeof v);
    v *= 0x1p112f; /* the exponents' difference; right for denormals as well */
    memcpy(&bits, &v, sizeof v);
    bits |= sign;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void dense_f16(float *row, const struct minilm_matrix *m, const float *x, int tokens,
                      float *y)
{
    for (int r = 0; r < m->rows; r++) {
        for (int i = 0; i < m->columns; i++)
            row[i] = minilm_from_half(m->h[(ptrdiff_t)r * m->columns + i]);
        for (int t = 0; t < tokens; t++) {
            const float *p = x + (ptrdiff_t)t * m->columns;
            v4 s = {0}, u = {0};
            for (int i = 0; i < m->columns; i += 8) {
                s += *(const v4 *)(row + i) * *(const v4 *)(p + i);
                u += *(const v4 *)(row + i + 4) * *(const v4 *)(p + i + 4);
            }
            s += u;
            y[(ptrdiff_t)t * m->rows + r] = (s[0] + s[1]) + (s[2] + s[3]) + m->bias[r];
        }
    }
}

void minilm_dense(const struct minilm_scratch *s, const struct minilm_matrix *m, const float *x,
                  int tokens, float *y)
{
    if (m->q != NULL)
        dense_q8(s->tile, m, x, tokens, y);
    else
        dense_f16(s->row, m, x, tokens, y);
}

void minilm_add_row(const struct minilm_matrix *m, size_t row, float *out)
{
    size_t from = row * (size_t)m->columns;
    for (size_t i = from; i < from + (size_t)m->columns; i++)
        out[i - from] +=
            m->q != NULL ? (float)m->q[i] * m->scale[i / MINILM_BLOCK] : minilm_from_half(m->h[i]);
}
