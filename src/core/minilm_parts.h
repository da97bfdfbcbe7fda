/* What the files of the built-in embedder share: the shape of the model, the layout of a packed
 * file, the arithmetic. */
#ifndef DRC_CORE_MINILM_PARTS_H
#define DRC_CORE_MINILM_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/minilm.h"
#include "drc/wordpiece.h"

enum {
    MINILM_LAYERS = 6,
    MINILM_HEADS = 12,
    MINILM_HEAD_DIM = DRC_MINILM_DIM / MINILM_HEADS,
    MINILM_INNER = 1536, /* width of the feed-forward part */
    MINILM_BLOCK = 16,   /* weights of a row that share a scale */
    MINILM_TILE = 16,    /* tokens whose integers are kept at once */
    MINILM_FORMAT = 2    /* version of the packed file */
};

/* A packed file: this header, then the parts in the order of minilm_place(), each at a multiple of
 * 64 bytes, then the vocabulary. Little-endian. */
struct minilm_header {
    char magic[8]; /* "drcmodel" */
    uint32_t format, quant, dim, layers, heads, inner, tokens, vocabulary;
    uint64_t vocabulary_bytes;
    char weights_sha256[64], tokenizer_sha256[64]; /* of the files it was made of */
    char payload_sha256[64];                       /* of everything behind this header */
    char zero[16];
};

/* A dense layer, or a table of rows: `rows` rows of `columns` weights. q8: weight = q * scale of
 * its block of MINILM_BLOCK columns * factor of its column; f16: as they are. Exactly one of q and
 * h is there. */
struct minilm_matrix {
    int rows, columns;
    int8_t *q;
    float *scale;  /* rows * columns / MINILM_BLOCK */
    float *factor; /* columns; a table has none: they are 1 */
    uint16_t *h;
    float *bias; /* one per row; a table has none */
};

struct minilm_norm {
    float *weight, *bias;
};

struct minilm_layer {
    struct minilm_matrix qkv, out, up, down; /* qkv: query, key and value below each other */
    struct minilm_norm after_attention, after_inner;
};

/* Where everything is in a packed file. */
struct minilm_places {
    struct minilm_matrix words;
    float *positions; /* DRC_MINILM_TOKENS_MAX rows, that of token type 0 already added */
    struct minilm_norm norm;
    struct minilm_layer layers[MINILM_LAYERS];
    char *vocabulary;
};

/* Fills `p` for a file that starts at `base` and returns the bytes of header and parts, without the
 * vocabulary. The writer and the reader both use it: the layout is said once. */
size_t minilm_place(char *base, enum drc_minilm_quant quant, struct minilm_places *p);

/* Row `row` of a table added to out[columns]. */
void minilm_add_row(const struct minilm_matrix *m, size_t row, float *out);

/* Room that one text's way through the layers needs. */
struct minilm_scratch {
    float *x, *y, *mixed; /* tokens x dim */
    float *wide;          /* tokens x inner, or tokens x 3 * dim */
    int16_t *tile;        /* MINILM_TILE tokens x inner */
    float *keys, *scores; /* MINILM_HEAD_DIM x tokens and tokens, tokens rounded up to 16 */
    float *row;           /* inner */
};

/* y[t * rows + r] = x_t . row r + bias r for `tokens` rows x of `columns` values. */
void minilm_dense(const struct minilm_scratch *s, const struct minilm_matrix *m, const float *x,
                  int tokens, float *y);

/* x_i = (x_i - mean) / sqrt(variance + 1e-12) * weight_i + bias_i over DRC_MINILM_DIM values. */
void minilm_normalize(const struct minilm_norm *n, float *x);

/* x * Phi(x) of n values, n a multiple of 4 (Hendrycks & Gimpel 2016, with erf). */
void minilm_gelu(float *x, size_t n);

/* Attention of all heads: s->wide is tokens x 3 * DRC_MINILM_DIM; to s->mixed. */
void minilm_attend(const struct minilm_scratch *s, int tokens);

/* The kernel of minilm_dense(): sums[t * 2 + r] of 2 rows of weights at w with their scales, and 4
 * rows of activations at x; `columns` is a multiple of MINILM_BLOCK. Sums of a block are integers,
 * their products with the scale are added block by block: both kernels give the same bits. The
 * second needs AVX2 and is NULL where the compiler does not make x86-64 code. */
typedef void minilm_kernel(const int8_t *w, const float *scale, const int16_t *x, int columns,
                           float sums[8]);
extern minilm_kernel minilm_kernel_portable;
extern minilm_kernel *const minilm_kernel_avx2;

float minilm_from_half(uint16_t h); /* a finite IEEE half */

#endif
