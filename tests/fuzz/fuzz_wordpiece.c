/* The tokenizer: a vocabulary that is bytes from outside, and any text cut by a sound one. The
 * first byte chooses. */
#include "drc/wordpiece.h"
#include "fuzz.h"

static const char *const pieces[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a",      "b",       "##a",
                                     "##b",   "spot",  "##s",   "-",     ".",      "_",       "e",
                                     "##e",   "ab",    "##ab",  "abab",  "\u8ba2", "##\u00e6"};
enum { PIECES = sizeof pieces / sizeof *pieces };

static void cut(const struct drc_wordpiece *w, const char *text, size_t bytes)
{
    uint32_t ids[64];
    size_t all = drc_wordpiece_encode(w, text, bytes, NULL, SIZE_MAX);
    size_t n = drc_wordpiece_encode(w, text, bytes, ids, 64);
    MUST(all <= bytes * 4); /* a character decomposes into at most four */
    MUST(n == (all < 64 ? all : 64));
    for (size_t i = 0; i < n; i++)
        MUST(ids[i] < w->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_wordpiece w;
    const void *block = NULL;
    size_t n = 0;
    if (bytes > 0 && data[0] % 2 == 0) {
        block = drc_wordpiece_pack(a, pieces, PIECES, &n, &err);
        MUST(block != NULL);
    } else if (bytes > 1) {
        n = bytes - 1;
        block = memcpy(drc_arena_alloc(a, n), data + 1, n); /* aligned */
    }
    if (block != NULL) {
        int rc = drc_wordpiece_view(&w, block, n, &err);
        must_agree(rc, &err);
        if (rc == 0) {
            cut(&w, (const char *)data + 1, bytes - 1);
            cut(&w, "Spot ab_abab.\u8ba2\u00c6", 16);
            MUST(drc_wordpiece_id(&w, "[UNK]") == w.unknown);
        }
    }
    drc_arena_free(a);
    return 0;
}
