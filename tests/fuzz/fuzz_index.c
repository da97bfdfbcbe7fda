/* The three files of an index, each as somebody else may have written it: a sidecar from nothing,
 * and edits of a good sidecar, of a file of vectors and of a database whose hashes are made to fit.
 * The first byte chooses. Whatever opens is asked a question. */
#include "fuzz.h"

#include <unistd.h>

#include "drc/digest.h"
#include "drc/file.h"
#include "drc/index.h"

#define DIM 4

static char dir[] = "/dev/shm/drc-fuzz-index-XXXXXX"; /* in memory: no disk between two tries */
static struct drc_arena *kept;                        /* the good files */
static const char *names[] = {"docs.meta.json", "docs.faiss", "docs.db"};
static char *good[3], good_sha[3][65];
static size_t good_bytes[3];

static int embed(const struct drc_embedder *e, struct drc_http *http, struct drc_arena *a,
                 const char *const *texts, size_t n, enum drc_embed_kind kind, float *out,
                 struct drc_err *err)
{
    (void)e, (void)http, (void)a, (void)texts, (void)kind, (void)err;
    for (size_t i = 0; i < n * DIM; i++)
        out[i] = 0.5f;
    return 0;
}

static const struct drc_embedder embedder = {.id = {.provider = "openai",
                                                    .model = "m",
                                                    .weights_sha256 = "",
                                                    .tokenizer_sha256 = "",
                                                    .quant = "",
                                                    .dim = DIM,
                                                    .pooling = "",
                                                    .prefix_query = "",
                                                    .prefix_passage = ""},
                                             .embed = embed};

static char *path(struct drc_arena *a, int file)
{
    return drc_arena_printf(a, "%s/%s", dir, names[file]);
}

static void clean_up(void)
{
    for (int i = 0; i < 3; i++)
        unlink(path(kept, i));
    rmdir(dir);
    drc_arena_free(kept);
}

static void make_good(void)
{
    static const char page[] = "---\ntitle: Spot\n---\nWords of a page.\n\n## More\nOther words.\n";
    struct drc_err err = DRC_ERR_INIT;
    struct drc_corpus c;
    struct drc_index_stats s;
    struct drc_index_build job = {.dir = dir, .name = "docs", .embedder = &embedder};
    MUST(mkdtemp(dir) != NULL);
    kept = drc_arena_new();
    atexit(clean_up);
    drc_corpus_init(&c, kept);
    MUST(drc_corpus_add_text(&c, "docs", "p", "p.md", page, strlen(page), &err) == 0);
    MUST(drc_index_build(&job, &c, &s, &err) == 0);
    drc_corpus_fini(&c);
    for (int i = 0; i < 3; i++) {
        good[i] = drc_file_read(kept, path(kept, i), 1 << 22, &good_bytes[i], &err);
        MUST(good[i] != NULL);
        drc_sha256_hex(good[i], good_bytes[i], good_sha[i]);
    }
}

/* In place: a rename over an old file waits for the disk on some file systems. */
static void put(struct drc_arena *a, int file, const void *data, size_t bytes)
{
    FILE *f = fopen(path(a, file), "wb");
    MUST(f != NULL && fwrite(data, 1, bytes, f) == bytes && fclose(f) == 0);
}

/* The sidecar with the hash of another file in place of that of the good one. */
static void write_sidecar(struct drc_arena *a, const char *old, const char *now)
{
    char *text = drc_arena_strndup(a, good[0], good_bytes[0]), *at = strstr(text, old);
    MUST(at != NULL);
    memcpy(at, now, 64);
    put(a, 0, text, good_bytes[0]);
}

/* Edits of three bytes: where (two), and what. */
static void write_edited(struct drc_arena *a, int file, const uint8_t *data, size_t bytes)
{
    char *copy = drc_arena_alloc(a, good_bytes[file]), sha[65];
    memcpy(copy, good[file], good_bytes[file]);
    for (size_t i = 0; i + 2 < bytes; i += 3)
        copy[(size_t)(data[i] << 8 | data[i + 1]) % good_bytes[file]] = (char)data[i + 2];
    put(a, file, copy, good_bytes[file]);
    drc_sha256_hex(copy, good_bytes[file], sha);
    if (file > 0)
        write_sidecar(a, good_sha[file], sha);
}

static void ask(struct drc_arena *a, struct drc_index *ix)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_asked asked;
    struct drc_search_result r;
    struct drc_db *db = drc_index_connect(ix, &err);
    if (db == NULL)
        return;
    int rc =
        drc_index_search(ix, db, NULL, a, "words of a pgae", "docs", 5, &asked, &r, NULL, &err);
    must_agree(rc, &err);
    for (size_t i = 0; rc == 0 && i < r.count; i++)
        MUST(r.pages[i].title != NULL && r.pages[i].text != NULL);
    drc_db_close(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (good[0] == NULL)
        make_good();
    if (bytes == 0)
        return 0;
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    int file = data[0] % 4 % 3;
    if (data[0] % 4 == 3)
        put(a, 0, data + 1, bytes - 1);
    else
        write_edited(a, file, data + 1, bytes - 1);
    struct drc_index *ix = drc_index_open(dir, "docs", &embedder, NULL, NULL, &err);
    MUST((ix != NULL) == (err.code == DRC_OK));
    MUST(ix != NULL || err.msg[0] != '\0');
    if (ix != NULL)
        ask(a, ix);
    drc_index_free(ix);
    put(a, 0, good[0], good_bytes[0]);
    if (file > 0)
        put(a, file, good[file], good_bytes[file]);
    drc_arena_free(a);
    return 0;
}
