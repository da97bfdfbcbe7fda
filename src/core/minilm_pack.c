/* Makes the packed file of the built-in embedder from the published tensors. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drc/digest.h"
#include "minilm_parts.h"

/* The tensors outside of the layers, then those of each layer, as enum and as names. */
enum { WORDS, POSITIONS, TYPES, FIRST_NORM, BEFORE_LAYERS = FIRST_NORM + 2 };
enum {
    QUERY,
    KEY = QUERY + 2,
    VALUE = KEY + 2,
    OUT = VALUE + 2,
    OUT_NORM = OUT + 2,
    UP = OUT_NORM + 2,
    DOWN = UP + 2,
    DOWN_NORM = DOWN + 2,
    IN_LAYER = DOWN_NORM + 2
};
_Static_assert(BEFORE_LAYERS + MINILM_LAYERS * IN_LAYER == DRC_MINILM_TENSORS, "all are named");

struct shape {
    const char *name; /* of weight and bias: without the last part */
    int rows, columns;
};

static const struct shape tables[FIRST_NORM] = {
    {"embeddings.word_embeddings.weight", DRC_MINILM_VOCABULARY, DRC_MINILM_DIM},
    {"embeddings.position_embeddings.weight", 512, DRC_MINILM_DIM},
    {"embeddings.token_type_embeddings.weight", 2, DRC_MINILM_DIM},
};
static const struct shape first_norm = {"embeddings.LayerNorm", DRC_MINILM_DIM, 0};
static const struct shape pairs[IN_LAYER / 2] = {
    {"attention.self.query", DRC_MINILM_DIM, DRC_MINILM_DIM},
    {"attention.self.key", DRC_MINILM_DIM, DRC_MINILM_DIM},
    {"attention.self.value", DRC_MINILM_DIM, DRC_MINILM_DIM},
    {"attention.output.dense", DRC_MINILM_DIM, DRC_MINILM_DIM},
    {"attention.output.LayerNorm", DRC_MINILM_DIM, 0},
    {"intermediate.dense", MINILM_INNER, DRC_MINILM_DIM},
    {"output.dense", DRC_MINILM_DIM, MINILM_INNER},
    {"output.LayerNorm", DRC_MINILM_DIM, 0},
};

void drc_minilm_tensor(int i, struct drc_minilm_tensor *t)
{
    int in = i - BEFORE_LAYERS;
    const struct shape *s = &first_norm;
    bool bias = i == FIRST_NORM + 1;
    if (in >= 0) {
        s = &pairs[in % IN_LAYER / 2];
        bias = in % 2 == 1;
        snprintf(t->name, sizeof t->name, "encoder.layer.%d.%s.%s", in / IN_LAYER, s->name,
                 bias ? "bias" : "weight");
    } else if (i < FIRST_NORM) {
        s = &tables[i];
        snprintf(t->name, sizeof t->name, "%s", s->name);
    } else {
        snprintf(t->name, sizeof t->name, "%s.%s", s->name, bias ? "bias" : "weight");
    }
    t->rows = s->rows;
    t->columns = bias ? 0 : s->columns;
}

static size_t values_of(int i)
{
    struct drc_minilm_tensor t;
    drc_minilm_tensor(i, &t);
    return (size_t)t.rows * (size_t)(t.columns == 0 ? 1 : t.columns);
}

static int check_finite(const uint16_t *const tensors[], struct drc_err *err)
{
    for (int i = 0; i < DRC_MINILM_TENSORS; i++)
        for (size_t k = 0, n = values_of(i); k < n; k++)
            if ((tensors[i][k] & 0x7c00) == 0x7c00) {
                struct drc_minilm_tensor t;
                drc_minilm_tensor(i, &t);
                return drc_err_set(err, DRC_ERR_INPUT, "value %zu of %s is no finite number", k,
                                   t.name);
            }
    return 0;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void put_floats(float *out, const uint16_t *half, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = minilm_from_half(half[i]);
}

/* How large the weights of each column are: their root mean square to the power of 3/4. Divided by
 * it, columns need about the same steps, and 8 bits lose less. The activations
 * are multiplied by it instead; they have 16 bits. (The idea of SmoothQuant, Xiao et al. 2023, the
 * other way round; roots only, so that every machine gets the same bits.) */
static void put_factors(const struct minilm_matrix *m, const uint16_t *const tensors[], int count)
{
    size_t columns = (size_t)m->columns, rows = (size_t)(m->rows / count);
    for (size_t i = 0; i < columns; i++) {
        double square = 0;
        for (int b = 0; b < count; b++)
            for (size_t r = 0; r < rows; r++) {
                double v = minilm_from_half(tensors[b][r * columns + i]);
                square += v * v;
            }
        double size = sqrt(square / m->rows);
        m->factor[i] = size > 0 ? (float)(sqrt(size) * sqrt(sqrt(size))) : 1;
    }
}

/* MINILM_BLOCK weights and their scale; factor NULL: all 1. */
static void put_block(const uint16_t *half, const float *factor, int8_t *out, float *scale)
{
    float v[MINILM_BLOCK], top = 0;
    for (int i = 0; i < MINILM_BLOCK; i++) {
        v[i] = minilm_from_half(half[i]) / (factor == NULL ? 1 : factor[i]);
        top = fmaxf(top, fabsf(v[i]));
    }
    *scale = top / 127;
    for (int i = 0; i < MINILM_BLOCK; i++)
        out[i] = *scale > 0 ? (int8_t)lrintf(v[i] / *scale) : 0;
}

static void put_row(const struct minilm_matrix *m, size_t row, const uint16_t *half)
{
    size_t columns = (size_t)m->columns;
    if (m->h != NULL) {
        memcpy(m->h + row * columns, half, columns * sizeof *half);
        return;
    }
    for (size_t i = 0; i < columns; i += MINILM_BLOCK)
        put_block(half + i, m->factor == NULL ? NULL : m->factor + i, m->q + row * columns + i,
                  m->scale + (row * columns + i) / MINILM_BLOCK);
}

/* All rows, out of `count` tensors below each other. */
static void put_rows(const struct minilm_matrix *m, const uint16_t *const tensors[], int count)
{
    size_t columns = (size_t)m->columns, rows = (size_t)(m->rows / count);
    if (m->q != NULL && m->factor != NULL)
        put_factors(m, tensors, count);
    for (int b = 0; b < count; b++)
        for (size_t r = 0; r < rows; r++)
            put_row(m, (size_t)b * rows + r, tensors[b] + r * columns);
}

static void put_dense(const struct minilm_matrix *m, const uint16_t *const *weight_and_bias)
{
    put_rows(m, weight_and_bias, 1);
    put_floats(m->bias, weight_and_bias[1], m->rows);
}

static void put_norm(const struct minilm_norm *n, const uint16_t *const *weight_and_bias)
{
    put_floats(n->weight, weight_and_bias[0], DRC_MINILM_DIM);
    put_floats(n->bias, weight_and_bias[1], DRC_MINILM_DIM);
}

static void put_layer(const struct minilm_layer *l, const uint16_t *const *t)
{
    const uint16_t *const three[3] = {t[QUERY], t[KEY], t[VALUE]};
    put_rows(&l->qkv, three, 3);
    for (int i = 0; i < 3; i++)
        put_floats(l->qkv.bias + i * DRC_MINILM_DIM, t[QUERY + 2 * i + 1], DRC_MINILM_DIM);
    put_dense(&l->out, t + OUT);
    put_norm(&l->after_attention, t + OUT_NORM);
    put_dense(&l->up, t + UP);
    put_dense(&l->down, t + DOWN);
    put_norm(&l->after_inner, t + DOWN_NORM);
}

static void put_parts(const struct minilm_places *p, const uint16_t *const *t)
{
    put_rows(&p->words, t + WORDS, 1);
    for (int i = 0; i < DRC_MINILM_TOKENS_MAX * DRC_MINILM_DIM; i++)
        p->positions[i] =
            minilm_from_half(t[POSITIONS][i]) + minilm_from_half(t[TYPES][i % DRC_MINILM_DIM]);
    put_norm(&p->norm, t + FIRST_NORM);
    for (int i = 0; i < MINILM_LAYERS; i++)
        put_layer(&p->layers[i], t + BEFORE_LAYERS + i * IN_LAYER);
}

const void *drc_minilm_pack(struct drc_arena *a, const uint16_t *const tensors[DRC_MINILM_TENSORS],
                            const char *const *pieces, enum drc_minilm_quant quant, size_t *bytes,
                            struct drc_err *err)
{
    struct minilm_places p;
    size_t vocabulary_bytes;
    const void *vocabulary =
        drc_wordpiece_pack(a, pieces, DRC_MINILM_VOCABULARY, &vocabulary_bytes, err);
    if (vocabulary == NULL || check_finite(tensors, err) < 0)
        return NULL;
    struct minilm_header *h = drc_arena_alloc(a, sizeof *h);
    size_t parts = minilm_place((char *)h, quant, &p);
    *bytes = parts + vocabulary_bytes;
    h = drc_arena_alloc(a, *bytes);
    minilm_place((char *)h, quant, &p);
    put_parts(&p, tensors);
    memcpy(p.vocabulary, vocabulary, vocabulary_bytes);
    *h = (struct minilm_header){.magic = {'d', 'r', 'c', 'm', 'o', 'd', 'e', 'l'},
                                .format = MINILM_FORMAT,
                                .quant = quant,
                                .dim = DRC_MINILM_DIM,
                                .layers = MINILM_LAYERS,
                                .heads = MINILM_HEADS,
                                .inner = MINILM_INNER,
                                .tokens = DRC_MINILM_TOKENS_MAX,
                                .vocabulary = DRC_MINILM_VOCABULARY,
                                .vocabulary_bytes = vocabulary_bytes};
    char hash[65];
    drc_sha256_hex(h + 1, *bytes - sizeof *h, hash);
    memcpy(h->weights_sha256, DRC_MINILM_WEIGHTS_SHA256, 64);
    memcpy(h->tokenizer_sha256, DRC_MINILM_TOKENIZER_SHA256, 64);
    memcpy(h->payload_sha256, hash, 64);
    return h;
}
