/* The reader of safetensors files: whatever it accepts lies inside of the file and not on top of
 * something else. */
#include "drc/safetensors.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_safetensors t;
    /* the length of the header is filled in where the input starts with a brace: deeper sooner */
    size_t n = bytes > 0 && data[0] == '{' ? bytes + 8 : bytes;
    unsigned char *file = drc_arena_alloc(a, n + 1);
    memcpy(file + (n - bytes), data, bytes);
    if (n > bytes) {
        const uint8_t *end = memchr(data, '\0', bytes);
        size_t header = end == NULL ? bytes : (size_t)(end - data);
        for (int i = 0; i < 8; i++)
            file[i] = (unsigned char)((uint64_t)header >> (8 * i));
    }
    int rc = drc_safetensors_read(a, file, n, &t, &err);
    must_agree(rc, &err);
    for (size_t i = 0; rc == 0 && i < t.count; i++) {
        const unsigned char *p = t.all[i].data;
        MUST(p >= file + 8 && p + t.all[i].bytes <= file + n);
        MUST(i == 0 || p >= (const unsigned char *)t.all[i - 1].data + t.all[i - 1].bytes);
        struct drc_err why = DRC_ERR_INIT;
        const uint16_t *v = drc_safetensors_f16(a, &t, t.all[i].name, 2, 2, &why);
        MUST((v == NULL) == (why.code != DRC_OK));
        MUST(v == NULL || t.all[i].bytes == 8);
    }
    drc_arena_free(a);
    return 0;
}
