/* The built-in text embedder: all-MiniLM-L6-v2 (BERT, 6 layers of 384, 12 heads; mean pooling over
 * all tokens, unit length) over a packed file of weights that `drc model pack` writes. The file is
 * mapped read-only, never copied: what is resident is what the last texts touched, and it can be
 * dropped. A model is immutable: any number of threads may use it at once, each call with its own
 * scratch (at most 8 MB).
 *
 * Texts are UTF-8, bad bytes are skipped. At most DRC_MINILM_TOKENS_MAX tokens count, with the two
 * marks around a text; what follows is left out. Dense layers are integer arithmetic (8-bit
 * weights, 14-bit activations) and give the same sums on every machine, with AVX2 or without. */
#ifndef DRC_MINILM_H
#define DRC_MINILM_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/err.h"

#define DRC_MINILM_DIM 384
#define DRC_MINILM_TOKENS_MAX 256

struct drc_minilm;

/* NULL with NOTFOUND (no such file), PARSE (not a packed model, cut short, damaged) or CONFIG (made
 * of other weights or by another version of drc); the sentence names the file. Reads the file once
 * for its checksum, some 20 ms. */
struct drc_minilm *drc_minilm_open(const char *path, struct drc_err *err);
void drc_minilm_free(struct drc_minilm *m); /* NULL is fine */

/* Hexadecimal SHA-256 of the files the model was packed from, and how its weights are stored:
 * "q8-row" or "f16". They live as long as the model. */
const char *drc_minilm_weights_sha256(const struct drc_minilm *m);
const char *drc_minilm_tokenizer_sha256(const struct drc_minilm *m);
const char *drc_minilm_quant(const struct drc_minilm *m);

/* The vector of a text, length 1. An empty text has one too (that of the two marks). */
void drc_minilm_embed(const struct drc_minilm *m, const char *text, size_t bytes,
                      float out[DRC_MINILM_DIM]);

/* Word pieces of a text, without the two marks and without a limit: what a chunker counts. */
size_t drc_minilm_pieces(const struct drc_minilm *m, const char *text, size_t bytes);

/* Whether the word, lower-cased and without accents, is one whole piece of the vocabulary of 30,522
 * (which doubles as a list of English words). */
bool drc_minilm_is_word(const struct drc_minilm *m, const char *word);

#endif
