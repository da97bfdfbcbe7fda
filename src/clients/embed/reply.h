/* What an embedding endpoint answers, as vectors. Between the files of this folder. */
#ifndef DRC_CLIENTS_EMBED_REPLY_H
#define DRC_CLIENTS_EMBED_REPLY_H

#include <stddef.h>

#include "drc/arena.h"
#include "drc/err.h"

enum embed_shape {
    EMBED_OPENAI, /* {"data": [{"index": i, "embedding": [...]}, ...]}, in any order */
    EMBED_OLLAMA  /* {"embeddings": [[...], ...]} */
};

/* The vectors for n texts, row by row, each scaled to length 1; NULL with PARSE and a sentence.
 * *dim is what is expected of them; 0 is replaced by what they have. */
const float *embed_reply(struct drc_arena *a, enum embed_shape shape, const char *body,
                         size_t bytes, size_t n, int *dim, struct drc_err *err);

#endif
