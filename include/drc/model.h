/* Packs the built-in embedder from the published files of all-MiniLM-L6-v2. */
#ifndef DRC_MODEL_H
#define DRC_MODEL_H

#include "drc/err.h"
#include "drc/minilm.h"

/* Reads `dir`/model.fp16.safetensors and `dir`/tokenizer.json, refuses them where their SHA-256 is
 * not the pinned one, and writes `out` by rename, making its folder. The same files give the same
 * bytes. Errors name the file: NOTFOUND, CONFIG (other hash, not writable), PARSE. */
int drc_model_pack(const char *dir, const char *out, enum drc_minilm_quant quant,
                   struct drc_err *err);

#endif
