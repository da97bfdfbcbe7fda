#include "drc/model.h"

#include <stdio.h>
#include <string.h>

#include "drc/digest.h"
#include "drc/file.h"
#include "drc/jsonx.h"
#include "drc/safetensors.h"

struct source {
    const char *path;
    const void *data;
    size_t bytes;
};

static void close_source(void *source)
{
    const struct source *s = source;
    drc_file_unmap(s->data, s->bytes);
}

static struct source *open_source(struct drc_arena *a, const char *dir, const char *name,
                                  const char *sha256, struct drc_err *err)
{
    struct source *s = drc_arena_alloc(a, sizeof *s);
    char hash[65];
    s->path = drc_arena_printf(a, "%s/%s", dir, name);
    s->data = drc_file_map(s->path, DRC_MINILM_FILE_MAX_BYTES, &s->bytes, err);
    if (s->data == NULL)
        return NULL;
    drc_arena_defer(a, close_source, s);
    drc_sha256_hex(s->data, s->bytes, hash);
    if (strcmp(hash, sha256) == 0)
        return s;
    drc_err_set(err, DRC_ERR_CONFIG,
                "%s is another file than expected: SHA-256 %.12s..., not %.12s...", s->path, hash,
                sha256);
    return NULL;
}

static int take_tensors(struct drc_arena *a, const struct source *s,
                        const uint16_t *tensors[DRC_MINILM_TENSORS], struct drc_err *err)
{
    struct drc_safetensors all;
    if (drc_safetensors_read(a, s->data, s->bytes, &all, err) < 0)
        return drc_err_context(err, "%s", s->path);
    for (int i = 0; i < DRC_MINILM_TENSORS; i++) {
        struct drc_minilm_tensor t;
        drc_minilm_tensor(i, &t);
        tensors[i] = drc_safetensors_f16(a, &all, t.name, t.rows, t.columns, err);
        if (tensors[i] == NULL)
            return drc_err_context(err, "%s", s->path);
    }
    return 0;
}

/* model.vocab is an object: piece -> id, ids 0..count-1 each once. */
static int take_pieces(struct drc_arena *a, const struct source *s, const char **pieces,
                       struct drc_err *err)
{
    const char *piece;
    json_t *id, *root = drc_json_parse(s->data, s->bytes, err);
    if (root == NULL)
        return drc_err_context(err, "%s", s->path);
    json_t *vocab = drc_json_at(root, "model.vocab");
    int rc = 0;
    json_object_foreach(vocab, piece, id)
    {
        json_int_t i = json_is_integer(id) ? json_integer_value(id) : -1;
        if (i < 0 || i >= DRC_MINILM_VOCABULARY || pieces[i] != NULL) {
            rc = drc_err_set(err, DRC_ERR_PARSE, "%s: the piece '%.40s' has a wrong id", s->path,
                             piece);
            break;
        }
        pieces[i] = drc_arena_strdup(a, piece);
    }
    if (rc == 0 && json_object_size(vocab) != DRC_MINILM_VOCABULARY)
        rc = drc_err_set(err, DRC_ERR_PARSE, "%s has %zu word pieces, not %d", s->path,
                         json_object_size(vocab), DRC_MINILM_VOCABULARY);
    json_decref(root);
    return rc;
}

int drc_model_pack(const char *dir, const char *out, enum drc_minilm_quant quant,
                   struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    const uint16_t *tensors[DRC_MINILM_TENSORS];
    const char **pieces = drc_arena_array(a, DRC_MINILM_VOCABULARY, sizeof *pieces);
    const struct source *weights =
        open_source(a, dir, "model.fp16.safetensors", DRC_MINILM_WEIGHTS_SHA256, err);
    const struct source *tokenizer =
        weights == NULL ? NULL
                        : open_source(a, dir, "tokenizer.json", DRC_MINILM_TOKENIZER_SHA256, err);
    int rc = -1;
    if (tokenizer != NULL && take_tensors(a, weights, tensors, err) == 0 &&
        take_pieces(a, tokenizer, pieces, err) == 0 && drc_file_mkparent(out, err) == 0) {
        size_t bytes;
        const void *file = drc_minilm_pack(a, tensors, pieces, quant, &bytes, err);
        rc = file == NULL ? drc_err_context(err, "%s", dir) : drc_file_write(out, file, bytes, err);
    }
    drc_arena_free(a);
    return rc;
}
