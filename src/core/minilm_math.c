/* The arithmetic in single precision, four values at a time. Plain IEEE operations in a fixed
 * order, so that every build gives nearly the same bits. */
#include <math.h>
#include <string.h>

#include "minilm_parts.h"

typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t v4i __attribute__((vector_size(16)));

#define NORM_EPSILON 1e-12f

static v4 load(const float *p)
{
    return *(const v4 *)p;
}

static void store(float *p, v4 v)
{
    *(v4 *)p = v;
}

static v4 all(float v)
{
    return (v4){v, v, v, v};
}

static float sum(v4 v)
{
    return (v[0] + v[1]) + (v[2] + v[3]);
}

static v4 pick(v4i mask, v4 yes, v4 no)
{
    return (v4)(((v4i)yes & mask) | ((v4i)no & ~mask));
}

/* e^x for x from -87 to 88, others are moved there: 2^n * e^r with |r| <= ln 2 / 2 and the series
 * of e^r up to r^6, relative error 2e-7. */
static v4 exp4(v4 x)
{
    const v4 rounder = all(12582912.0f); /* 1.5 * 2^23: adding it rounds to a whole number */
    x = pick(x < all(-87.0f), all(-87.0f), x);
    x = pick(x > all(88.0f), all(88.0f), x);
    v4 n = x * all(1.44269504f) + rounder - rounder;
    v4 r = x - n * all(0.693359375f) + n * all(2.12194440e-4f); /* ln 2 in two parts */
    v4 p = all(1.0f / 720.0f);
    p = p * r + all(1.0f / 120.0f);
    p = p * r + all(1.0f / 24.0f);
    p = p * r + all(1.0f / 6.0f);
    p = p * r + all(0.5f);
    p = p * r + all(1.0f);
    p = p * r + all(1.0f);
    v4i power = (__builtin_convertvector(n, v4i) + 127) << 23;
    return p * (v4)power;
}

/* Abramowitz & Stegun 7.1.26, absolute error 1.5e-7. */
static v4 erf4(v4 x)
{
    const v4i sign = (v4i)x & (v4i)all(-0.0f);
    v4 z = (v4)((v4i)x ^ sign), t = all(1.0f) / (all(1.0f) + all(0.3275911f) * z);
    v4 p = all(1.061405429f);
    p = p * t - all(1.453152027f);
    p = p * t + all(1.421413741f);
    p = p * t - all(0.284496736f);
    p = p * t + all(0.254829592f);
    v4 y = all(1.0f) - p * t * exp4(-z * z);
    return (v4)((v4i)y | sign);
}

void minilm_gelu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += 4) {
        v4 v = load(x + i);
        store(x + i, all(0.5f) * v * (all(1.0f) + erf4(v * all(0.70710678f))));
    }
}

void minilm_normalize(const struct minilm_norm *n, float *x)
{
    v4 total = all(0), squares = all(0);
    for (int i = 0; i < DRC_MINILM_DIM; i += 4)
        total += load(x + i);
    v4 mean = all(sum(total) / DRC_MINILM_DIM);
    for (int i = 0; i < DRC_MINILM_DIM; i += 4) {
        v4 d = load(x + i) - mean;
        squares += d * d;
    }
    v4 factor = all(1.0f / sqrtf(sum(squares) / DRC_MINILM_DIM + NORM_EPSILON));
    for (int i = 0; i < DRC_MINILM_DIM; i += 4)
        store(x + i, (load(x + i) - mean) * factor * load(n->weight + i) + load(n->bias + i));
}

/* ---- attention ----------------------------------------------------------------------------- */

enum { BLOCK = 16 }; /* tokens whose scores are summed at once */

/* scores[j] = q . key j / sqrt(MINILM_HEAD_DIM); keys: MINILM_HEAD_DIM rows of `padded` tokens. */
static void score(const float *q, const float *keys, int padded, float *scores)
{
    const v4 scale = all(0.17677670f);
    for (int j = 0; j < padded; j += BLOCK) {
        v4 s0 = all(0), s1 = all(0), s2 = all(0), s3 = all(0);
        for (int d = 0; d < MINILM_HEAD_DIM; d++) {
            const float *k = keys + (size_t)d * padded + j;
            v4 qd = all(q[d]);
            s0 += qd * load(k);
            s1 += qd * load(k + 4);
            s2 += qd * load(k + 8);
            s3 += qd * load(k + 12);
        }
        store(scores + j, s0 * scale);
        store(scores + j + 4, s1 * scale);
        store(scores + j + 8, s2 * scale);
        store(scores + j + 12, s3 * scale);
    }
}

static void softmax(float *scores, int tokens, int padded)
{
    float top = scores[0];
    for (int j = 1; j < tokens; j++)
        top = scores[j] > top ? scores[j] : top;
    v4 total = all(0);
    for (int j = 0; j < padded; j += 4) {
        store(scores + j, exp4(load(scores + j) - all(top)));
        for (int k = 0; k < 4 && j + 4 > tokens; k++)
            if (j + k >= tokens)
                scores[j + k] = 0; /* no token there */
        total += load(scores + j);
    }
    v4 factor = all(1.0f / sum(total));
    for (int j = 0; j < padded; j += 4)
        store(scores + j, load(scores + j) * factor);
}

/* out = the values of all tokens, weighted. */
static void blend(const float *weights, const float *values, size_t stride, int tokens, float *out)
{
    v4 o[MINILM_HEAD_DIM / 4] = {{0}};
    for (int j = 0; j < tokens; j++) {
        v4 w = all(weights[j]);
        for (int d = 0; d < MINILM_HEAD_DIM / 4; d++)
            o[d] += w * load(values + (size_t)j * stride + (size_t)d * 4);
    }
    for (int d = 0; d < MINILM_HEAD_DIM / 4; d++)
        store(out + (size_t)d * 4, o[d]);
}

void minilm_attend(const struct minilm_scratch *s, int tokens)
{
    const size_t stride = 3 * DRC_MINILM_DIM;
    int padded = (tokens + BLOCK - 1) / BLOCK * BLOCK;
    float *keys = s->keys, *scores = s->scores;
    for (int h = 0; h < MINILM_HEADS; h++) {
        const float *q = s->wide + (size_t)h * MINILM_HEAD_DIM, *k = q + DRC_MINILM_DIM;
        for (int j = 0; j < tokens; j++)
            for (int d = 0; d < MINILM_HEAD_DIM; d++)
                keys[(size_t)d * (size_t)padded + (size_t)j] = k[(size_t)j * stride + (size_t)d];
        for (int i = 0; i < tokens; i++) {
            score(q + (size_t)i * stride, keys, padded, scores);
            softmax(scores, tokens, padded);
            blend(scores, k + DRC_MINILM_DIM, stride, tokens,
                  s->mixed + (size_t)i * DRC_MINILM_DIM + (size_t)h * MINILM_HEAD_DIM);
        }
    }
}
