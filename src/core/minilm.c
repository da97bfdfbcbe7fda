#include "drc/minilm.h"

#include <math.h>
#include <string.h>

#include "drc/digest.h"
#include "drc/file.h"
#include "minilm_parts.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "packed models are little-endian"
#endif
_Static_assert(sizeof(struct minilm_header) == 256, "the header of a packed model has 256 bytes");

struct drc_minilm {
    struct drc_arena *arena; /* holds this struct */
    struct minilm_places at;
    struct drc_wordpiece pieces;
    enum drc_minilm_quant quant;
    uint32_t first, last; /* [CLS], [SEP] */
    const void *file;
    size_t file_bytes;
};

/* ---- the layout of a packed file ------------------------------------------------------------ */

struct cursor {
    char *base;
    size_t at;
    enum drc_minilm_quant quant;
};

static void *part(struct cursor *c, size_t bytes)
{
    size_t from = c->at;
    c->at = (from + bytes + 63) / 64 * 64;
    return c->base + from;
}

static float *floats(struct cursor *c, size_t n)
{
    return part(c, n * sizeof(float));
}

static struct minilm_matrix matrix(struct cursor *c, int rows, int columns, bool dense)
{
    struct minilm_matrix m = {.rows = rows, .columns = columns};
    size_t n = (size_t)rows * (size_t)columns;
    if (c->quant == DRC_MINILM_Q8) {
        m.q = part(c, n);
        m.scale = floats(c, n / MINILM_BLOCK);
        m.factor = dense ? floats(c, (size_t)columns) : NULL;
    } else {
        m.h = part(c, n * sizeof *m.h);
    }
    if (dense)
        m.bias = floats(c, (size_t)rows);
    return m;
}

static struct minilm_norm norm(struct cursor *c)
{
    float *weight = floats(c, DRC_MINILM_DIM);
    return (struct minilm_norm){weight, floats(c, DRC_MINILM_DIM)};
}

size_t minilm_place(char *base, enum drc_minilm_quant quant, struct minilm_places *p)
{
    struct cursor c = {base, sizeof(struct minilm_header), quant};
    p->words = matrix(&c, DRC_MINILM_VOCABULARY, DRC_MINILM_DIM, false);
    p->positions = floats(&c, (size_t)DRC_MINILM_TOKENS_MAX * DRC_MINILM_DIM);
    p->norm = norm(&c);
    for (int i = 0; i < MINILM_LAYERS; i++) {
        struct minilm_layer *l = &p->layers[i];
        l->qkv = matrix(&c, 3 * DRC_MINILM_DIM, DRC_MINILM_DIM, true);
        l->out = matrix(&c, DRC_MINILM_DIM, DRC_MINILM_DIM, true);
        l->after_attention = norm(&c);
        l->up = matrix(&c, MINILM_INNER, DRC_MINILM_DIM, true);
        l->down = matrix(&c, DRC_MINILM_DIM, MINILM_INNER, true);
        l->after_inner = norm(&c);
    }
    p->vocabulary = part(&c, 0);
    return c.at;
}

/* ---- open ----------------------------------------------------------------------------------- */

static int refuse(struct drc_err *err, enum drc_err_code code, const char *path, const char *what)
{
    return drc_err_set(err, code, "%s %s; `make model` makes it anew", path, what);
}

static int check_header(const struct minilm_header *h, size_t bytes, const char *path,
                        struct drc_err *err)
{
    struct minilm_places p;
    if (bytes < sizeof *h || memcmp(h->magic, "drcmodel", 8) != 0)
        return refuse(err, DRC_ERR_PARSE, path, "is not a packed model");
    if (h->format != MINILM_FORMAT || h->quant > DRC_MINILM_F16)
        return refuse(err, DRC_ERR_CONFIG, path, "was packed by another version of drc");
    if (h->dim != DRC_MINILM_DIM || h->layers != MINILM_LAYERS || h->heads != MINILM_HEADS ||
        h->inner != MINILM_INNER || h->tokens != DRC_MINILM_TOKENS_MAX ||
        h->vocabulary != DRC_MINILM_VOCABULARY)
        return refuse(err, DRC_ERR_CONFIG, path, "holds a model of another shape");
    if (memcmp(h->weights_sha256, DRC_MINILM_WEIGHTS_SHA256, 64) != 0 ||
        memcmp(h->tokenizer_sha256, DRC_MINILM_TOKENIZER_SHA256, 64) != 0)
        return refuse(err, DRC_ERR_CONFIG, path, "was packed from other weights");
    size_t parts = minilm_place((char *)(uintptr_t)h, (enum drc_minilm_quant)h->quant, &p);
    if (h->vocabulary_bytes > DRC_MINILM_FILE_MAX_BYTES || bytes != parts + h->vocabulary_bytes)
        return refuse(err, DRC_ERR_PARSE, path, "has the wrong size: it is cut short or damaged");
    return 0;
}

static int check_payload(const struct minilm_header *h, size_t bytes, const char *path,
                         struct drc_err *err)
{
    char hash[65];
    drc_sha256_hex(h + 1, bytes - sizeof *h, hash);
    if (memcmp(hash, h->payload_sha256, 64) != 0)
        return refuse(err, DRC_ERR_PARSE, path, "is damaged: its checksum is wrong");
    return 0;
}

struct drc_minilm *drc_minilm_open(const char *path, struct drc_err *err)
{
    size_t bytes;
    const void *file = drc_file_map(path, DRC_MINILM_FILE_MAX_BYTES, &bytes, err);
    const struct minilm_header *h = file;
    if (file == NULL)
        return NULL;
    if (check_header(h, bytes, path, err) < 0 || check_payload(h, bytes, path, err) < 0) {
        drc_file_unmap(file, bytes);
        return NULL;
    }
    struct drc_arena *a = drc_arena_new();
    struct drc_minilm *m = drc_arena_alloc(a, sizeof *m);
    m->arena = a;
    m->file = file;
    m->file_bytes = bytes;
    m->quant = (enum drc_minilm_quant)h->quant;
    minilm_place((char *)(uintptr_t)file, m->quant, &m->at);
    if (drc_wordpiece_view(&m->pieces, m->at.vocabulary, h->vocabulary_bytes, err) == 0) {
        m->first = drc_wordpiece_id(&m->pieces, "[CLS]");
        m->last = drc_wordpiece_id(&m->pieces, "[SEP]");
        if (m->pieces.count == DRC_MINILM_VOCABULARY && m->first < m->pieces.count &&
            m->last < m->pieces.count) {
            drc_file_map_drop(file, bytes); /* what the checksum has read */
            return m;
        }
        refuse(err, DRC_ERR_PARSE, path, "has a wrong vocabulary");
    }
    drc_minilm_free(m);
    drc_err_context(err, "%s", path);
    return NULL;
}

void drc_minilm_free(struct drc_minilm *m)
{
    if (m == NULL)
        return;
    drc_file_unmap(m->file, m->file_bytes);
    drc_arena_free(m->arena);
}

enum drc_minilm_quant drc_minilm_quant(const struct drc_minilm *m)
{
    return m->quant;
}

const char *drc_minilm_quant_name(enum drc_minilm_quant quant)
{
    return quant == DRC_MINILM_Q8 ? "q8-block16" : "f16";
}

/* ---- text to vector ------------------------------------------------------------------------- */

size_t drc_minilm_pieces(const struct drc_minilm *m, const char *text, size_t bytes)
{
    return drc_wordpiece_encode(&m->pieces, text, bytes, NULL, SIZE_MAX);
}

bool drc_minilm_is_word(const struct drc_minilm *m, const char *word)
{
    uint32_t ids[2];
    return drc_wordpiece_encode(&m->pieces, word, strlen(word), ids, 2) == 1 &&
           ids[0] != m->pieces.unknown;
}

size_t drc_minilm_tokens(const struct drc_minilm *m, const char *text, size_t bytes,
                         uint32_t ids[DRC_MINILM_TOKENS_MAX])
{
    ids[0] = m->first;
    size_t n = drc_wordpiece_encode(&m->pieces, text, bytes, ids + 1, DRC_MINILM_TOKENS_MAX - 2);
    ids[n + 1] = m->last;
    return n + 2;
}

static struct minilm_scratch scratch_for(struct drc_arena *a, size_t tokens)
{
    size_t padded = (tokens + 15) / 16 * 16, each = tokens * DRC_MINILM_DIM;
    float *f = drc_arena_array(
        a, 3 * each + tokens * MINILM_INNER + (MINILM_HEAD_DIM + 1) * padded + MINILM_INNER,
        sizeof *f);
    struct minilm_scratch s = {.x = f, .y = f + each, .mixed = f + 2 * each, .wide = f + 3 * each};
    s.keys = s.wide + tokens * MINILM_INNER;
    s.scores = s.keys + MINILM_HEAD_DIM * padded;
    s.row = s.scores + padded;
    s.tile = drc_arena_array(a, MINILM_TILE * MINILM_INNER, sizeof *s.tile);
    return s;
}

/* x = normalize(x + y), token by token */
static void add_and_normalize(const struct minilm_norm *n, const struct minilm_scratch *s,
                              int tokens)
{
    for (int t = 0; t < tokens; t++) {
        float *x = s->x + (ptrdiff_t)t * DRC_MINILM_DIM, *y = s->y + (ptrdiff_t)t * DRC_MINILM_DIM;
        for (int i = 0; i < DRC_MINILM_DIM; i++)
            x[i] += y[i];
        minilm_normalize(n, x);
    }
}

static void run_layer(const struct minilm_layer *l, const struct minilm_scratch *s, int tokens)
{
    minilm_dense(s, &l->qkv, s->x, tokens, s->wide);
    minilm_attend(s, tokens);
    minilm_dense(s, &l->out, s->mixed, tokens, s->y);
    add_and_normalize(&l->after_attention, s, tokens);
    minilm_dense(s, &l->up, s->x, tokens, s->wide);
    minilm_gelu(s->wide, (size_t)tokens * MINILM_INNER);
    minilm_dense(s, &l->down, s->wide, tokens, s->y);
    add_and_normalize(&l->after_inner, s, tokens);
}

/* The mean over the tokens, made 1 long. */
static void pool(const float *x, int tokens, float out[DRC_MINILM_DIM])
{
    double square = 0;
    memset(out, 0, DRC_MINILM_DIM * sizeof *out);
    for (int t = 0; t < tokens; t++)
        for (int i = 0; i < DRC_MINILM_DIM; i++)
            out[i] += x[(ptrdiff_t)t * DRC_MINILM_DIM + i];
    for (int i = 0; i < DRC_MINILM_DIM; i++)
        square += (double)out[i] * out[i];
    float factor = square > 0 ? (float)(1 / sqrt(square)) : 0;
    for (int i = 0; i < DRC_MINILM_DIM; i++)
        out[i] *= factor;
}

void drc_minilm_embed(const struct drc_minilm *m, const char *text, size_t bytes,
                      float out[DRC_MINILM_DIM])
{
    uint32_t ids[DRC_MINILM_TOKENS_MAX];
    int tokens = (int)drc_minilm_tokens(m, text, bytes, ids);
    struct drc_arena *a = drc_arena_new();
    struct minilm_scratch s = scratch_for(a, (size_t)tokens);
    for (int t = 0; t < tokens; t++) {
        float *x = s.x + (ptrdiff_t)t * DRC_MINILM_DIM;
        memcpy(x, m->at.positions + (ptrdiff_t)t * DRC_MINILM_DIM, DRC_MINILM_DIM * sizeof *x);
        minilm_add_row(&m->at.words, ids[t], x);
        minilm_normalize(&m->at.norm, x);
    }
    for (int i = 0; i < MINILM_LAYERS; i++)
        run_layer(&m->at.layers[i], &s, tokens);
    pool(s.x, tokens, out);
    drc_arena_free(a);
}
