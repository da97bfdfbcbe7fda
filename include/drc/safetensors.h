/* Reader of the safetensors format: 8 bytes with the length of a JSON header, the header (name ->
 * dtype, shape, data_offsets), then the data. Every byte is hostile: lengths, offsets, shapes and
 * types are checked before anything is used. Any thread. */
#ifndef DRC_SAFETENSORS_H
#define DRC_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

#define DRC_SAFETENSORS_HEADER_MAX_BYTES (1024u * 1024u)
#define DRC_SAFETENSORS_MAX 4096 /* tensors of one file */
#define DRC_SAFETENSORS_DIMS_MAX 4

struct drc_safetensor {
    const char *name, *dtype; /* "F16", "F32", "I64", ... */
    int dims;
    uint64_t shape[DRC_SAFETENSORS_DIMS_MAX];
    const void *data; /* inside the file's bytes, bytes = product of shape * size of dtype */
    size_t bytes;
};

struct drc_safetensors {
    const struct drc_safetensor *all; /* by place in the file */
    size_t count;
};

/* Names and the list live in the arena, data in `file`. PARSE: header cut short, not JSON or too
 * long; a tensor of an unknown type, with more than DRC_SAFETENSORS_DIMS_MAX dimensions, of a size
 * that its offsets deny, outside of the file, or on top of another. */
int drc_safetensors_read(struct drc_arena *a, const void *file, size_t bytes,
                         struct drc_safetensors *out, struct drc_err *err);

/* The data of the F16 tensor with that name and shape (columns 0: a vector of `rows`), a copy in
 * the arena where it is not aligned in the file. NULL with PARSE where it is missing or of another
 * type or shape. */
const uint16_t *drc_safetensors_f16(struct drc_arena *a, const struct drc_safetensors *t,
                                    const char *name, int rows, int columns, struct drc_err *err);

#endif
