/* What the fuzz targets share: an entry point, text with an end, and conditions that must hold. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/arena.h"
#include "drc/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The bytes as a string; it ends at the first NUL among them. */
static inline char *text_of(struct drc_arena *a, const uint8_t *data, size_t bytes)
{
    return drc_arena_strndup(a, (const char *)data, bytes);
}

/* A failure has a code and a sentence, a success leaves the error alone. */
static inline void must_agree(int rc, const struct drc_err *err)
{
    MUST((rc == 0) == (err->code == DRC_OK));
    MUST(rc == 0 || err->msg[0] != '\0');
    MUST(strlen(err->msg) < sizeof err->msg);
}

#endif
