/* A packed model file: header and vocabulary from outside, weights of zeros. Bit 0 of the first
 * byte lets the size fit, bit 1 the checksum, so that the checks behind them are reached too. With
 * bit 2 the vocabulary is a right one and what follows the header are runs of bytes that are put
 * among the weights: such a model opens, and a text, which bits 3 and 4 choose, goes through its
 * layers. */
#include <sys/mman.h>
#include <unistd.h>

#include "core/minilm_parts.h"
#include "drc/digest.h"
#include "drc/wordpiece.h"
#include "fuzz.h"

enum { PATH = 64, BIG = 4096 };

void __real_drc_sha256_hex(const void *data, size_t bytes, char out[65]);
void __wrap_drc_sha256_hex(const void *data, size_t bytes, char out[65]);

/* The linker's --wrap puts it there: to hash 22 MB of zeros twice was nearly all of a try. The end
 * stands for the whole; before it are the zeros. */
void __wrap_drc_sha256_hex(const void *data, size_t bytes, char out[65])
{
    size_t end = bytes < BIG ? bytes : BIG;
    __real_drc_sha256_hex((const char *)data + bytes - end, end, out);
}

/* A vocabulary as large as that of the real model, made once. */
static const char *vocabulary(size_t *bytes)
{
    static const char *const first[] = {"[UNK]", "[CLS]", "[SEP]", "a", "text", "##s", "."};
    static struct drc_arena *kept;
    static const void *block;
    static size_t block_bytes;
    if (kept == NULL) {
        kept = drc_arena_new();
        struct drc_err err = DRC_ERR_INIT;
        const char **pieces = drc_arena_array(kept, DRC_MINILM_VOCABULARY, sizeof *pieces);
        size_t n = sizeof first / sizeof *first;
        for (size_t i = 0; i < DRC_MINILM_VOCABULARY; i++)
            pieces[i] = i < n ? first[i] : drc_arena_printf(kept, "p%zu", i);
        block = drc_wordpiece_pack(kept, pieces, DRC_MINILM_VOCABULARY, &block_bytes, &err);
        MUST(block != NULL);
    }
    *bytes = block_bytes;
    return block;
}

enum { RUN_BYTES = 6 };

/* Four bytes say where, one how many, one which. */
static void spoil(int fd, size_t parts, const uint8_t *runs, size_t bytes)
{
    uint8_t same[255];
    size_t weights = parts - sizeof(struct minilm_header);
    for (size_t i = 0; i + RUN_BYTES <= bytes; i += RUN_BYTES) {
        uint32_t at;
        memcpy(&at, runs + i, sizeof at);
        size_t from = at % weights, n = runs[i + 4];
        n = n < weights - from ? n : weights - from;
        memset(same, runs[i + 5], n);
        MUST(pwrite(fd, same, n, (off_t)(sizeof(struct minilm_header) + from)) == (ssize_t)n);
    }
}

/* The file in memory; its path is in /proc. */
static int make_file(const uint8_t *data, size_t bytes, char path[PATH])
{
    struct minilm_header h;
    struct minilm_places p;
    int fd = memfd_create("model", 0);
    MUST(fd >= 0);
    memcpy(&h, data + 1, sizeof h);
    size_t rest = bytes - 1 - sizeof h;
    const char *end = (const char *)data + 1 + sizeof h;
    size_t parts = minilm_place((char *)&h, h.quant == 1 ? DRC_MINILM_F16 : DRC_MINILM_Q8, &p);
    if ((data[0] & 5) == 5) {
        end = vocabulary(&rest);
        spoil(fd, parts, data + 1 + sizeof h, bytes - 1 - sizeof h);
    }
    if (data[0] & 1)
        h.vocabulary_bytes = rest;
    MUST(ftruncate(fd, data[0] & 1 ? (off_t)(parts + rest) : (off_t)(sizeof h + rest)) == 0);
    MUST(pwrite(fd, end, rest, data[0] & 1 ? (off_t)parts : (off_t)sizeof h) == (ssize_t)rest);
    if ((data[0] & 3) == 3) {
        char hash[65];
        void *all = mmap(NULL, parts + rest, PROT_READ, MAP_SHARED, fd, 0);
        MUST(all != MAP_FAILED);
        drc_sha256_hex((char *)all + sizeof h, parts + rest - sizeof h, hash);
        munmap(all, parts + rest);
        memcpy(h.payload_sha256, hash, 64);
        memcpy(h.weights_sha256, DRC_MINILM_WEIGHTS_SHA256, 64);
        memcpy(h.tokenizer_sha256, DRC_MINILM_TOKENIZER_SHA256, 64);
    }
    MUST(pwrite(fd, &h, sizeof h, 0) == (ssize_t)sizeof h);
    snprintf(path, PATH, "/proc/self/fd/%d", fd);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes < 1 + sizeof(struct minilm_header) || bytes > BIG)
        return 0;
    struct drc_err err = DRC_ERR_INIT;
    char path[PATH];
    int fd = make_file(data, bytes, path);
    struct drc_minilm *m = drc_minilm_open(path, &err);
    must_agree(m == NULL ? -1 : 0, &err);
    MUST(m != NULL || strstr(err.msg, path) != NULL);
    static const char *const texts[] = {"", "a", NULL, "\u00e4."}; /* a token is a tenth of a second */
    const char *text = texts[data[0] >> 3 & 3];
    float v[DRC_MINILM_DIM];
    if (m != NULL && text != NULL)
        drc_minilm_embed(m, text, strlen(text), v);
    drc_minilm_free(m);
    close(fd);
    return 0;
}
