#include "drc/safetensors.h"

#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"

static int bad(struct drc_err *err, const char *name, const char *what)
{
    return drc_err_set(err, DRC_ERR_PARSE, "the tensor '%.60s' %s", name, what);
}

static size_t size_of(const char *dtype)
{
    static const struct {
        const char *name;
        size_t bytes;
    } types[] = {{"F16", 2}, {"BF16", 2}, {"F32", 4}, {"F64", 8}, {"I8", 1},
                 {"U8", 1},  {"I16", 2},  {"U16", 2}, {"I32", 4}, {"U32", 4},
                 {"I64", 8}, {"U64", 8},  {"BOOL", 1}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, dtype) == 0)
            return types[i].bytes;
    return 0;
}

/* A whole number that is not negative, as a tensor's shape and offsets are. */
static int number(const json_t *v, uint64_t *out)
{
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return -1;
    *out = (uint64_t)json_integer_value(v);
    return 0;
}

static int take_shape(struct drc_safetensor *t, const json_t *shape, size_t each, uint64_t *bytes,
                      struct drc_err *err)
{
    size_t dims = json_array_size(shape);
    *bytes = each;
    if (!json_is_array(shape) || dims > DRC_SAFETENSORS_DIMS_MAX)
        return bad(err, t->name, "has no shape, or too many dimensions");
    t->dims = (int)dims;
    for (size_t i = 0; i < dims; i++)
        if (number(json_array_get(shape, i), &t->shape[i]) < 0 ||
            __builtin_mul_overflow(*bytes, t->shape[i], bytes))
            return bad(err, t->name, "has an impossible shape");
    return 0;
}

static int take_tensor(struct drc_arena *a, struct drc_safetensor *t, const char *name,
                       const json_t *v, const char *data, size_t data_bytes, struct drc_err *err)
{
    uint64_t from, to, bytes;
    t->name = drc_arena_strdup(a, name);
    t->dtype = drc_arena_strdup(a, drc_json_str(v, "dtype", ""));
    size_t each = size_of(t->dtype);
    const json_t *offsets = json_object_get(v, "data_offsets");
    if (each == 0)
        return bad(err, name, "has an unknown type");
    if (take_shape(t, json_object_get(v, "shape"), each, &bytes, err) < 0)
        return -1;
    if (json_array_size(offsets) != 2 || number(json_array_get(offsets, 0), &from) < 0 ||
        number(json_array_get(offsets, 1), &to) < 0 || from > to || to > data_bytes)
        return bad(err, name, "lies outside of the file");
    if (to - from != bytes)
        return bad(err, name, "has another size than its shape says");
    t->data = data + from;
    t->bytes = (size_t)bytes;
    return 0;
}

static int by_place(const void *x, const void *y)
{
    const struct drc_safetensor *a = x, *b = y;
    if (a->data != b->data)
        return (const char *)a->data < (const char *)b->data ? -1 : 1;
    return a->bytes != b->bytes ? (a->bytes < b->bytes ? -1 : 1) : strcmp(a->name, b->name);
}

static int check_overlap(const struct drc_safetensor *t, size_t count, struct drc_err *err)
{
    for (size_t i = 1; i < count; i++)
        if ((const char *)t[i - 1].data + t[i - 1].bytes > (const char *)t[i].data)
            return bad(err, t[i].name, "lies on top of another");
    return 0;
}

static int take_all(struct drc_arena *a, const json_t *root, const char *data, size_t data_bytes,
                    struct drc_safetensors *out, struct drc_err *err)
{
    size_t count = json_object_size(root), n = 0;
    const char *name;
    json_t *v;
    if (!json_is_object(root) || count > DRC_SAFETENSORS_MAX)
        return drc_err_set(err, DRC_ERR_PARSE, "its header is no list of at most %d tensors",
                           DRC_SAFETENSORS_MAX);
    struct drc_safetensor *all = drc_arena_array(a, count + 1, sizeof *all);
    json_object_foreach((json_t *)(uintptr_t)root, name, v)
    {
        if (strcmp(name, "__metadata__") == 0)
            continue;
        if (take_tensor(a, &all[n++], name, v, data, data_bytes, err) < 0)
            return -1;
    }
    qsort(all, n, sizeof *all, by_place);
    *out = (struct drc_safetensors){all, n};
    return check_overlap(all, n, err);
}

int drc_safetensors_read(struct drc_arena *a, const void *file, size_t bytes,
                         struct drc_safetensors *out, struct drc_err *err)
{
    const unsigned char *p = file;
    uint64_t header = 0;
    for (size_t i = 0; i < 8 && bytes >= 8; i++)
        header |= (uint64_t)p[i] << (8 * i);
    if (bytes < 8 || header > bytes - 8 || header > DRC_SAFETENSORS_HEADER_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_PARSE, "its header is cut short or too long");
    const char *text = (const char *)file + 8;
    json_t *root = drc_json_parse(text, (size_t)header, err);
    if (root == NULL)
        return drc_err_context(err, "its header");
    int rc = take_all(a, root, text + header, bytes - 8 - (size_t)header, out, err);
    json_decref(root);
    return rc;
}

const uint16_t *drc_safetensors_f16(struct drc_arena *a, const struct drc_safetensors *t,
                                    const char *name, int rows, int columns, struct drc_err *err)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct drc_safetensor *x = &t->all[i];
        if (strcmp(x->name, name) != 0)
            continue;
        if (strcmp(x->dtype, "F16") != 0 || x->dims != (columns == 0 ? 1 : 2) ||
            x->shape[0] != (uint64_t)rows || (columns != 0 && x->shape[1] != (uint64_t)columns)) {
            bad(err, name, "is not of the type and shape that the model needs");
            return NULL;
        }
        if ((uintptr_t)x->data % _Alignof(uint16_t) == 0)
            return x->data;
        return memcpy(drc_arena_alloc(a, x->bytes), x->data, x->bytes);
    }
    bad(err, name, "is missing");
    return NULL;
}
