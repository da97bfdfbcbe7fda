/* The built-in text embedder: all-MiniLM-L6-v2 (BERT, 6 layers of 384, 12 heads; mean pooling over
 * all tokens, unit length) over a packed file of weights that `drc model pack` writes. The file is
 * mapped read-only, never copied: what is resident is what the last texts touched, and it can be
 * dropped. A model is immutable: any number of threads may use it at once, each call with its own
 * scratch (at most 4 MB).
 *
 * Texts are UTF-8, bad bytes are skipped. At most DRC_MINILM_TOKENS_MAX tokens count, with the two
 * marks around a text; what follows is left out. Dense layers are integer arithmetic (8-bit
 * weights, 16-bit activations) and give the same sums on every machine, with AVX2 or without. */
#ifndef DRC_MINILM_H
#define DRC_MINILM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

#define DRC_MINILM_DIM 384
#define DRC_MINILM_TOKENS_MAX 256
#define DRC_MINILM_VOCABULARY 30522
#define DRC_MINILM_FILE_MAX_BYTES (64u * 1024u * 1024u)

/* SHA-256 of the two files that a model is packed from; other weights are refused. */
#define DRC_MINILM_WEIGHTS_SHA256 "6638f625a0a60bdaa1e34c5fee0a17c705f13b98b43a7973e9d366106a55273d"
#define DRC_MINILM_TOKENIZER_SHA256                                                                \
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

struct drc_minilm;

/* NULL with NOTFOUND (no such file), PARSE (not a packed model, cut short, damaged) or CONFIG (made
 * of other weights or by another version of drc); the sentence names the file. Reads the file once
 * for its checksum, some 20 ms. */
struct drc_minilm *drc_minilm_open(const char *path, struct drc_err *err);
void drc_minilm_free(struct drc_minilm *m); /* NULL is fine */

/* How weights are stored. Q8: 8 bits, with a scale for each 16 of a row and a factor for each
 * column ("q8-block16"), 29 MB, what ships. F16: as they were published ("f16"), 46 MB, computed
 * in single precision and much slower. */
enum drc_minilm_quant { DRC_MINILM_Q8, DRC_MINILM_F16 };
enum drc_minilm_quant drc_minilm_quant(const struct drc_minilm *m);
const char *drc_minilm_quant_name(enum drc_minilm_quant quant);

/* The vector of a text, length 1. An empty text has one too (that of the two marks). */
void drc_minilm_embed(const struct drc_minilm *m, const char *text, size_t bytes,
                      float out[DRC_MINILM_DIM]);

/* The tokens that drc_minilm_embed() sees, marks included: ids of the vocabulary; returns how many.
 */
size_t drc_minilm_tokens(const struct drc_minilm *m, const char *text, size_t bytes,
                         uint32_t ids[DRC_MINILM_TOKENS_MAX]);

/* Word pieces of a text, without the two marks and without a limit: what a chunker counts. */
size_t drc_minilm_pieces(const struct drc_minilm *m, const char *text, size_t bytes);

/* Whether the word, lower-cased and without accents, is one whole piece of the vocabulary of 30,522
 * (which doubles as a list of English words). */
bool drc_minilm_is_word(const struct drc_minilm *m, const char *word);

/* ---- packing ---- */

/* The tensors that a model is made of, in the order that drc_minilm_pack() wants them: names of the
 * published file, shapes; columns 0 is a vector. */
enum { DRC_MINILM_TENSORS = 101 };
struct drc_minilm_tensor {
    char name[72];
    int rows, columns;
};
void drc_minilm_tensor(int i, struct drc_minilm_tensor *t);

/* The bytes of a packed file, in the arena: deterministic. `tensors` are IEEE halves, row by row;
 * `pieces` are the DRC_MINILM_VOCABULARY word pieces. INPUT where a weight is not finite or a piece
 * is missing. */
const void *drc_minilm_pack(struct drc_arena *a, const uint16_t *const tensors[DRC_MINILM_TENSORS],
                            const char *const *pieces, enum drc_minilm_quant quant, size_t *bytes,
                            struct drc_err *err);

#endif
