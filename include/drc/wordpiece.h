/* BERT's uncased tokenizer: text -> ids of word pieces. Control characters go; letters are
 * lower-cased and lose their accents (NFD without marks); white space ends a word; every
 * punctuation character and every CJK ideograph is a word of its own; a word is cut greedily into
 * the longest pieces of the vocabulary, pieces inside a word start with "##"; a word of more than
 * 100 characters or with a part that is no piece is one [UNK]. Bad UTF-8 is skipped. The names of
 * special pieces ("[SEP]") mean nothing in a text: they are cut like any other.
 *
 * The vocabulary is a read-only block of bytes (with its own hash table) that is used where it
 * lies. Any thread. */
#ifndef DRC_WORDPIECE_H
#define DRC_WORDPIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

#define DRC_WORDPIECE_VOCABULARY_MAX 1000000u

struct drc_wordpiece { /* a view of a packed vocabulary */
    const uint32_t *starts, *slots;
    const char *bytes;
    uint32_t count, slot_count, longest; /* longest: bytes of the longest piece */
    uint32_t unknown;                    /* id of [UNK] */
};

/* The block for pieces 0..count-1 (strings without NUL, 8-byte aligned, little-endian). INPUT where
 * a piece is empty, is there twice or [UNK] is missing. The same pieces give the same bytes. */
const void *drc_wordpiece_pack(struct drc_arena *a, const char *const *pieces, size_t count,
                               size_t *bytes, struct drc_err *err);

/* Checks every offset of a block that must be 4-byte aligned and outlive the view. */
int drc_wordpiece_view(struct drc_wordpiece *w, const void *block, size_t bytes,
                       struct drc_err *err);

/* Ids of the first `max` pieces of a text into `ids` (NULL: count only); returns how many. No
 * marks are added. */
size_t drc_wordpiece_encode(const struct drc_wordpiece *w, const char *text, size_t bytes,
                            uint32_t *ids, size_t max);

/* Id of a piece by its name, UINT32_MAX if there is none. */
uint32_t drc_wordpiece_id(const struct drc_wordpiece *w, const char *piece);

#endif
