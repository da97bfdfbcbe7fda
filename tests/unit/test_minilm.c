/* The built-in embedder's parts that need no weights: kernels, halves, word pieces, safetensors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/minilm_parts.h"
#include "drc/safetensors.h"

static struct drc_arena *a;

static int set_up(void **state)
{
    (void)state;
    a = drc_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

/* ---- arithmetic --------------------------------------------------------------------------- */

static uint32_t next(uint32_t *seed)
{
    return *seed = *seed * 1664525u + 1013904223u;
}

/* The same bits with AVX2 and without; both against plain sums in double. */
static void test_kernels(void **state)
{
    (void)state;
    enum { COLUMNS = 1536, BLOCKS = COLUMNS / MINILM_BLOCK };
    int8_t *w = drc_arena_alloc(a, 2 * COLUMNS);
    int16_t *x = drc_arena_array(a, 4 * COLUMNS, sizeof *x);
    float *scale = drc_arena_array(a, 2 * BLOCKS, sizeof *scale), one[8], two[8];
    uint32_t seed = 7;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 2 * COLUMNS; i++)
            w[i] = round == 0 ? -127 : (int8_t)((int)(next(&seed) >> 8) % 255 - 127);
        for (int i = 0; i < 4 * COLUMNS; i++)
            x[i] = round == 0 ? 32767 : (int16_t)((int)(next(&seed) >> 8) % 65535 - 32767);
        for (int i = 0; i < 2 * BLOCKS; i++)
            scale[i] = (float)(next(&seed) >> 8) / 1e9f;
        minilm_kernel_portable(w, scale, x, COLUMNS, one);
        for (int k = 0; k < 8; k++) {
            double sum = 0, size = 0;
            for (int i = 0; i < COLUMNS; i++) {
                double p = (double)w[k % 2 * COLUMNS + i] * x[k / 2 * COLUMNS + i] *
                           (double)scale[k % 2 * BLOCKS + i / MINILM_BLOCK];
                sum += p;
                size += fabs(p);
            }
            assert_true(fabs(sum - (double)one[k]) <= 1e-6 * size);
        }
        if (minilm_kernel_avx2 == NULL)
            continue;
        minilm_kernel_avx2(w, scale, x, COLUMNS, two);
        assert_memory_equal(one, two, sizeof one);
    }
}

static void test_half(void **state)
{
    (void)state;
    assert_true(minilm_from_half(0x3c00) == 1.0f);
    assert_true(minilm_from_half(0xc000) == -2.0f);
    assert_true(minilm_from_half(0x7bff) == 65504.0f);
    assert_true(minilm_from_half(0x0001) == 0x1p-24f);
    assert_true(minilm_from_half(0x83ff) == -1023 * 0x1p-24f);
    assert_true(minilm_from_half(0) == 0.0f);
}

static void test_gelu(void **state)
{
    (void)state;
    float x[404];
    for (int i = 0; i < 404; i++)
        x[i] = (float)(i - 202) / 20;
    minilm_gelu(x, 404);
    for (int i = 0; i < 404; i++) {
        double v = (double)((float)(i - 202) / 20), want = v * 0.5 * (1 + erf(v / sqrt(2)));
        assert_true(fabs((double)x[i] - want) < 2e-6);
    }
}

/* ---- word pieces --------------------------------------------------------------------------- */

static const char *const pieces[] = {"[UNK]", "spot", "##s", "a", "##b", "cafe", "-", "\u8ba2"};
enum { PIECES = sizeof pieces / sizeof *pieces };

static void expect(const struct drc_wordpiece *w, const char *text, size_t bytes, const char *want)
{
    uint32_t ids[32];
    char got[256] = "";
    size_t n = drc_wordpiece_encode(w, text, bytes, ids, 32);
    for (size_t i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%u", i == 0 ? "" : " ", ids[i]);
    assert_string_equal(got, want);
    assert_int_equal(drc_wordpiece_encode(w, text, bytes, NULL, SIZE_MAX), n);
}

static void test_wordpiece(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_wordpiece w;
    size_t bytes;
    const void *block = drc_wordpiece_pack(a, pieces, PIECES, &bytes, &err);
    assert_non_null(block);
    assert_int_equal(drc_wordpiece_view(&w, block, bytes, &err), 0);
    expect(&w, "Spots-A", 7, "1 2 6 3");
    expect(&w, "CAF\u00c9 cafe\u0301", 13, "5 5");
    expect(&w,
           "a\xff"
           "b \xe8\xae",
           6, "3 4"); /* bad bytes are skipped, words stay together */
    expect(&w,
           "a\u8ba2"
           "b",
           5, "3 7 0");
    expect(&w, "spotx", 5, "0");
    expect(&w, "a\0b", 3, "3 4");
    expect(&w,
           "a\u00a0"
           "a\u2028"
           "a",
           8, "3 3 3");
    expect(&w, "", 0, "");
    char word[102];
    memset(word, 'b', sizeof word);
    word[0] = 'a';
    assert_int_equal(drc_wordpiece_encode(&w, word, 100, NULL, SIZE_MAX), 100);
    assert_int_equal(drc_wordpiece_encode(&w, word, 101, NULL, SIZE_MAX), 1); /* too long */
    for (size_t i = 0; i < bytes; i += 4) /* a block cut short is refused or still sound */
        if (drc_wordpiece_view(&w, block, i, NULL) == 0)
            expect(&w, "", 0, "");
    const char *const twice[] = {"[UNK]", "x", "x"};
    assert_null(drc_wordpiece_pack(a, twice, 3, &bytes, &err));
    assert_string_equal(err.msg, "piece 2 of the vocabulary is there twice");
}

/* ---- safetensors --------------------------------------------------------------------------- */

static void read_as(const char *header, uint64_t length, const char *want)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_safetensors t;
    size_t n = strlen(header);
    unsigned char *file = drc_arena_alloc(a, 8 + n + 12);
    for (int i = 0; i < 8; i++)
        file[i] = (unsigned char)(length >> (8 * i));
    memcpy(file + 8, header, n);
    memcpy(file + 8 + n, "0123456789ab", 12);
    int rc = drc_safetensors_read(a, file, 8 + n + 12, &t, &err);
    assert_int_equal(rc, *want == '\0' ? 0 : -1);
    if (strstr(err.msg, want) == NULL)
        fail_msg("'%s', not '%s'", err.msg, want);
    if (rc == 0) {
        assert_non_null(drc_safetensors_f16(a, &t, "x", 2, 2, &err));
        assert_null(drc_safetensors_f16(a, &t, "x", 4, 0, &err));
        assert_null(drc_safetensors_f16(a, &t, "z", 2, 2, NULL));
    }
}

#define X "\"x\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[0,8]}"

static void test_safetensors(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{" X "}", ""},
        {"{\"__metadata__\":{\"a\":\"b\"}," X "}", ""},
        {"{" X ",\"y\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[7,11]}}",
         "on top of another"},
        {"{\"x\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[8,16]}}",
         "outside of the file"},
        {"{\"x\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[8,0]}}",
         "outside of the file"},
        {"{\"x\":{\"dtype\":\"F16\",\"shape\":[2,2],\"data_offsets\":[-8,0]}}",
         "outside of the file"},
        {"{\"x\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,8]}}", "another size"},
        {"{\"x\":{\"dtype\":\"F99\",\"shape\":[2,2],\"data_offsets\":[0,8]}}", "unknown type"},
        {"{\"x\":{\"dtype\":\"F16\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}",
         "impossible shape"},
        {"{\"x\":{\"dtype\":\"F16\",\"shape\":[-2,2],\"data_offsets\":[0,8]}}", "impossible shape"},
        {"{\"x\":{\"dtype\":\"F16\",\"shape\":[1,1,1,2,2],\"data_offsets\":[0,8]}}", "too many"},
        {"{\"x\":7}", "unknown type"},
        {"[1]", "no list"},
        {"{", "its header"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        read_as(cases[i][0], strlen(cases[i][0]), cases[i][1]);
    read_as("{" X "}", 1000, "cut short or too long");
    read_as("{" X "}", UINT64_MAX, "cut short or too long");
}

static void test_tensor_names(void **state)
{
    (void)state;
    struct drc_minilm_tensor t;
    drc_minilm_tensor(DRC_MINILM_TENSORS - 1, &t);
    assert_string_equal(t.name, "encoder.layer.5.output.LayerNorm.bias");
    drc_minilm_tensor(5 + 16 + 10, &t);
    assert_string_equal(t.name, "encoder.layer.1.intermediate.dense.weight");
    assert_int_equal(t.rows, 1536);
    assert_int_equal(t.columns, 384);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels),     cmocka_unit_test(test_half),
        cmocka_unit_test(test_gelu),        cmocka_unit_test(test_wordpiece),
        cmocka_unit_test(test_safetensors), cmocka_unit_test(test_tensor_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
