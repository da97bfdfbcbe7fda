/* libFuzzer target of the font parser: clang -fsanitize=fuzzer,address,undefined. Any bytes give a
 * font or an error; a font can be asked for any code point. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drc/chart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const unsigned probes[] = {0,      'A',    0x2026,  0x5d0,   0xd7ff,
                                      0xe000, 0xffff, 0x10000, 0x1f680, 0x10ffff};
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_font *f = drc_font_parse(a, data, bytes, &err);
    if ((f == NULL) != (err.code == DRC_ERR_PARSE))
        abort();
    if (f != NULL) {
        double width = drc_font_width(f, "nightly_orders_etl \u8ba2 \U0001f680", 13);
        if (!(width >= 0 && width < 1e9))
            abort();
        for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
            drc_font_has(f, probes[i]);
        drc_font_chain(f, f); /* a ring must not hang */
        drc_font_has(f, 0x10fffe);
    }
    drc_arena_free(a);
    return 0;
}
