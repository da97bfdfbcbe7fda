#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index_inner.h"

#include "drc/buf.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/map.h"
#include "drc/utf8.h"

#define BATCH 64 /* texts of one call to an embedder over HTTP */
#define WORD_MAX_BYTES 60

struct build {
    const struct drc_index_build *job;
    struct drc_arena *a;
    struct index_paths paths;
    struct drc_chunks chunks;
    char (*hash)[65]; /* of each passage's indexed text */
    struct index_meta meta, old;
    bool has_old;
    float *vectors; /* passages x dim; malloc'd */
    size_t *missing, missing_count;
    struct drc_index_stats *stats;
};

static void tell(const struct build *b, const char *step, int percent)
{
    if (b->job->progress != NULL)
        b->job->progress(step, percent, b->job->user);
}

/* ---- what is to be built ------------------------------------------------------------------ */

/* Everything that a search may return or look at, in order. */
static void hash_page(struct drc_buf *all, const struct drc_page *p)
{
    const char *const parts[] = {p->corpus, p->id, p->title, p->url, p->section, p->date};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        drc_buf_addstr(all, parts[i]);
        drc_buf_addch(all, '\1');
    }
}

static void hash_all(struct build *b)
{
    char page[65];
    struct drc_buf all, one;
    drc_buf_init(&all, b->chunks.count * 210 + 1024);
    drc_buf_init(&one, DRC_BUF_MAX_BYTES);
    drc_buf_printf(&all, "%s\n%s\n%s\n", DRC_CHUNKER, b->meta.fingerprint, b->meta.no_embedder);
    b->hash = drc_arena_array(b->a, b->chunks.count, sizeof *b->hash);
    for (size_t i = 0; i < b->chunks.count; i++) {
        const struct drc_chunk *k = &b->chunks.chunks[i];
        drc_sha256_hex(k->indexed, strlen(k->indexed), b->hash[i]);
        drc_buf_reset(&one);
        hash_page(&one, k->page);
        drc_buf_printf(&one, "%s\1%s", k->heading, k->text);
        drc_sha256_hex(one.data, one.len, page);
        drc_buf_printf(&all, "%s%s%d\n", b->hash[i], page, k->asked);
    }
    drc_sha256_hex(all.data, all.len, b->meta.content);
    drc_buf_fini(&all);
    drc_buf_fini(&one);
}

static void prepare(struct build *b, const struct drc_corpus *corpus)
{
    const struct drc_embedder *e = b->job->embedder;
    for (size_t i = 0; i < corpus->count; i++)
        drc_chunk_page(b->a, &corpus->pages[i], e == NULL ? NULL : e->minilm, &b->chunks);
    index_fingerprint(e, b->meta.fingerprint);
    b->meta.no_embedder = e != NULL || b->job->no_embedder == NULL ? "" : b->job->no_embedder;
    b->meta.pages = corpus->count;
    b->meta.passages = b->chunks.count;
    b->meta.vec.dim = e == NULL ? 0 : e->id.dim;
    hash_all(b);
    b->has_old = index_meta_read(b->a, b->paths.meta, &b->old, NULL) == 0;
}

/* Whether the files on disk are what would be built. */
static bool is_built(const struct build *b)
{
    char sha[65];
    if (!b->has_old || strcmp(b->old.content, b->meta.content) != 0 ||
        index_file_sha256(b->paths.db, sha, NULL) < 0 || strcmp(sha, b->old.db_sha256) != 0)
        return false;
    return b->old.vec.dim == 0 ||
           (index_file_sha256(b->paths.vec, sha, NULL) == 0 && strcmp(sha, b->old.vec.sha256) == 0);
}

/* ---- vectors ------------------------------------------------------------------------------ */

/* Vector numbers of the index before, plus one, by the hash of their passage. */
static struct drc_map *old_numbers(const struct build *b)
{
    struct drc_map *map = drc_map_new();
    struct drc_db *db =
        drc_file_exists(b->paths.db) ? drc_db_open(b->paths.db, DRC_DB_READ, NULL) : NULL;
    struct drc_stmt *st =
        db == NULL ? NULL : drc_db_query(db, NULL, "SELECT hash, id FROM passage ORDER BY id", "");
    while (st != NULL && drc_db_next(st, NULL) == 1)
        if (drc_db_text(st, 0) != NULL)
            drc_map_set(map, drc_db_text(st, 0), (void *)(uintptr_t)drc_db_int(st, 1));
    drc_db_done(st);
    drc_db_close(db);
    return map;
}

/* Copies what the index before has and lists the rest. The files are trusted by their hashes. */
static void keep_vectors(struct build *b)
{
    size_t dim = (size_t)b->meta.vec.dim;
    char sha[65];
    struct drc_vec *old = NULL;
    if (b->has_old && strcmp(b->old.fingerprint, b->meta.fingerprint) == 0 &&
        index_file_sha256(b->paths.db, sha, NULL) == 0 && strcmp(sha, b->old.db_sha256) == 0)
        old = drc_vec_read(b->paths.vec, &b->old.vec, NULL);
    struct drc_map *numbers = old == NULL ? drc_map_new() : old_numbers(b);
    b->missing = drc_arena_array(b->a, b->chunks.count + 1, sizeof *b->missing);
    for (size_t i = 0; i < b->chunks.count; i++) {
        size_t at = (size_t)(uintptr_t)drc_map_get(numbers, b->hash[i]);
        if (at > 0 && drc_vec_get(old, at - 1, b->vectors + i * dim, NULL) == 0)
            b->stats->kept++;
        else
            b->missing[b->missing_count++] = i;
    }
    drc_map_free(numbers, NULL);
    drc_vec_free(old);
}

struct embedding {
    struct build *b;
    pthread_mutex_t lock; /* guards next, err */
    size_t next, done;
    bool failed;
    struct drc_err err;
};

/* The next texts to embed: up to `most`; 0 at the end or after a failure. */
static size_t take_work(struct embedding *e, size_t most, size_t *first)
{
    pthread_mutex_lock(&e->lock);
    size_t left = e->failed ? 0 : e->b->missing_count - e->next;
    size_t n = left < most ? left : most;
    *first = e->next;
    e->next += n;
    pthread_mutex_unlock(&e->lock);
    return n;
}

static void settle(struct embedding *e, size_t n, const struct drc_err *err)
{
    pthread_mutex_lock(&e->lock);
    e->done += n;
    if (err->code != DRC_OK && !e->failed) {
        e->failed = true;
        e->err = *err;
    }
    pthread_mutex_unlock(&e->lock);
}

static void embed_some(struct embedding *e, size_t first, size_t n, float *out)
{
    struct build *b = e->b;
    const struct drc_embedder *embedder = b->job->embedder;
    size_t dim = (size_t)b->meta.vec.dim;
    const char *texts[BATCH];
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    for (size_t i = 0; i < n; i++)
        texts[i] = b->chunks.chunks[b->missing[first + i]].indexed;
    if (embedder->embed(embedder, b->job->http, a, texts, n, DRC_EMBED_PASSAGE, out, &err) == 0)
        for (size_t i = 0; i < n; i++)
            memcpy(b->vectors + b->missing[first + i] * dim, out + i * dim, dim * sizeof *out);
    drc_arena_free(a);
    settle(e, n, &err);
}

static void embed_all(struct embedding *e, bool tells)
{
    struct build *b = e->b;
    size_t most = b->job->embedder->minilm != NULL ? 1 : BATCH, first, n;
    float *out = calloc(most * (size_t)b->meta.vec.dim, sizeof *out);
    if (out == NULL)
        abort();
    while ((n = take_work(e, most, &first)) > 0) {
        embed_some(e, first, n, out);
        if (tells)
            tell(b, "vectors", 10 + (int)(80 * (first + n) / b->missing_count));
    }
    free(out);
}

static void *helper(void *data)
{
    embed_all(data, false);
    return NULL;
}

/* The built-in model computes: a second thread takes its share. Over HTTP one asks at a time. */
static int embed_missing(struct build *b, struct drc_err *err)
{
    struct embedding e = {.b = b, .err = DRC_ERR_INIT};
    pthread_t second;
    pthread_mutex_init(&e.lock, NULL);
    bool two = b->job->embedder->minilm != NULL && b->missing_count > 1 &&
               pthread_create(&second, NULL, helper, &e) == 0;
    embed_all(&e, true);
    if (two)
        pthread_join(second, NULL);
    pthread_mutex_destroy(&e.lock);
    b->stats->embedded = b->missing_count;
    return e.failed ? drc_err_set(err, e.err.code, "embedding the passages: %.400s", e.err.msg) : 0;
}

static int make_vectors(struct build *b, struct drc_err *err)
{
    const struct drc_embedder *e = b->job->embedder;
    size_t dim = (size_t)b->meta.vec.dim;
    b->vectors = calloc(b->chunks.count * dim, sizeof *b->vectors);
    b->meta.probe = drc_arena_array(b->a, INDEX_PROBES * dim, sizeof *b->meta.probe);
    if (b->vectors == NULL)
        abort();
    keep_vectors(b);
    if (embed_missing(b, err) < 0)
        return -1;
    return e->embed(e, b->job->http, b->a, index_probes, INDEX_PROBES, DRC_EMBED_QUERY,
                    b->meta.probe, err);
}

static int write_vectors(struct build *b, struct drc_err *err)
{
    struct drc_vec *v = drc_vec_new(b->meta.vec.dim, err);
    int rc = v == NULL ? -1 : drc_vec_add(v, b->vectors, b->chunks.count, err);
    if (rc == 0)
        rc = drc_vec_write(v, b->paths.vec, &b->meta.vec, err);
    drc_vec_free(v);
    return rc;
}

/* ---- database ----------------------------------------------------------------------------- */

static const char schema[] =
    "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE page (id INTEGER PRIMARY KEY, corpus TEXT NOT NULL, page_id TEXT NOT NULL,"
    " title TEXT NOT NULL, url TEXT NOT NULL, section TEXT NOT NULL, date TEXT NOT NULL) STRICT;"
    "CREATE TABLE passage (id INTEGER PRIMARY KEY, page INTEGER NOT NULL REFERENCES page,"
    " ordinal INTEGER NOT NULL, heading TEXT NOT NULL, text TEXT NOT NULL, asked INTEGER NOT NULL,"
    " hash TEXT NOT NULL) STRICT;"
    "CREATE TABLE word (word TEXT PRIMARY KEY, passages INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE VIRTUAL TABLE words USING fts5 (title, body, content = '', tokenize = 'porter "
    "unicode61');"
    "CREATE VIRTUAL TABLE parts USING fts5 (body, content = '', tokenize = 'trigram');";

struct word_count {
    int64_t passages;
    size_t last; /* passage that counted it, plus one */
};

/* Each word once per passage. */
static void count_words(struct build *b, struct drc_map *words, size_t passage, const char *text)
{
    char word[WORD_MAX_BYTES + 1];
    for (const char *p = text; *p != '\0';) {
        size_t n = 0;
        bool digit = false;
        while (isalnum((unsigned char)p[n]) || (unsigned char)p[n] >= 0x80) {
            digit |= isdigit((unsigned char)p[n]) != 0;
            if (n < WORD_MAX_BYTES)
                word[n] = (char)tolower((unsigned char)p[n]);
            n++;
        }
        if (n > 1 && n <= WORD_MAX_BYTES && !digit) {
            word[n] = '\0';
            struct word_count *w = drc_map_get(words, word);
            if (w == NULL) {
                w = drc_arena_alloc(b->a, sizeof *w);
                drc_map_set(words, word, w);
            }
            w->passages += w->last != passage + 1;
            w->last = passage + 1;
        }
        p += n > 0 ? n : 1;
    }
}

static int write_words(struct drc_db *db, struct drc_map *words, struct drc_err *err)
{
    size_t at = 0;
    const char *word;
    void *value;
    while (drc_map_next(words, &at, &word, &value))
        if (drc_db_run(db, err, "INSERT INTO word VALUES (?, ?)", "si", word,
                       ((struct word_count *)value)->passages) < 0)
            return -1;
    return 0;
}

static int write_page(struct drc_db *db, int64_t id, const struct drc_page *p, struct drc_err *err)
{
    return drc_db_run(db, err, "INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)", "issssss", id,
                      p->corpus, p->id, p->title, p->url, p->section, p->date);
}

static int write_passage(const struct build *b, struct drc_db *db, size_t i, int64_t page,
                         struct drc_err *err)
{
    const struct drc_chunk *k = &b->chunks.chunks[i];
    int64_t id = (int64_t)i + 1;
    if (drc_db_run(db, err, "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)", "iiissis", id, page,
                   (int64_t)k->ordinal, k->heading, k->text, (int64_t)k->asked, b->hash[i]) < 0 ||
        drc_db_run(db, err, "INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", "iss", id,
                   k->page->title, k->indexed + strlen(k->page->title)) < 0)
        return -1;
    return drc_db_run(db, err, "INSERT INTO parts (rowid, body) VALUES (?, ?)", "is", id,
                      k->indexed);
}

static int write_rows(struct build *b, struct drc_db *db, struct drc_map *words,
                      struct drc_err *err)
{
    int64_t page = 0;
    if (drc_db_exec(db, schema, err) < 0 ||
        drc_db_run(db, err, "INSERT INTO meta VALUES ('content', ?)", "s", b->meta.content) < 0)
        return -1;
    for (size_t i = 0; i < b->chunks.count; i++) {
        const struct drc_chunk *k = &b->chunks.chunks[i];
        if ((k->ordinal == 0 && write_page(db, ++page, k->page, err) < 0) ||
            write_passage(b, db, i, page, err) < 0)
            return -1;
        count_words(b, words, i, k->indexed);
    }
    if (write_words(db, words, err) < 0)
        return -1;
    return drc_db_exec(db,
                       "INSERT INTO words (words) VALUES ('optimize');"
                       "INSERT INTO parts (parts) VALUES ('optimize'); COMMIT",
                       err);
}

static int write_db(struct build *b, struct drc_err *err)
{
    const char *temp = drc_arena_printf(b->a, "%s.%ld.new", b->paths.db, (long)getpid());
    struct drc_map *words = drc_map_new();
    unlink(temp);
    struct drc_db *db = drc_db_open(temp, DRC_DB_CREATE, err);
    int rc = db == NULL ? -1 : write_rows(b, db, words, err);
    drc_db_close(db);
    drc_map_free(words, NULL);
    if (rc == 0)
        rc = index_file_sha256(temp, b->meta.db_sha256, err);
    if (rc == 0)
        rc = drc_file_publish(temp, b->paths.db, err);
    if (rc < 0) {
        unlink(temp);
        unlink(drc_arena_printf(b->a, "%s-journal", temp));
    }
    return rc;
}

/* ---- all of it ---------------------------------------------------------------------------- */

static int run(struct build *b, const struct drc_corpus *corpus, struct drc_err *err)
{
    const struct drc_embedder *e = b->job->embedder;
    tell(b, "passages", 0);
    prepare(b, corpus);
    b->stats->pages = corpus->count;
    b->stats->passages = b->chunks.count;
    if (b->chunks.count == 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "there is nothing to index: no page was taken");
    if (is_built(b)) {
        b->stats->unchanged = true;
        return 0;
    }
    tell(b, "vectors", 10);
    if (e != NULL && make_vectors(b, err) < 0)
        return -1;
    tell(b, "words", 90);
    /* The sidecar comes last: until then the old one does not fit the new files, and who opens them
     * is told so. */
    if (drc_file_mkdirs(b->job->dir, err) < 0 || (e != NULL && write_vectors(b, err) < 0) ||
        write_db(b, err) < 0 || index_meta_write(b->paths.meta, &b->meta, e, err) < 0)
        return -1;
    if (e == NULL)
        unlink(b->paths.vec);
    return 0;
}

int drc_index_build(const struct drc_index_build *job, const struct drc_corpus *corpus,
                    struct drc_index_stats *stats, struct drc_err *err)
{
    struct build b = {.job = job, .a = drc_arena_new(), .stats = stats};
    memset(stats, 0, sizeof *stats);
    b.paths = index_paths_of(b.a, job->dir, job->name);
    int rc = run(&b, corpus, err);
    if (rc == 0)
        tell(&b, "done", 100);
    free(b.vectors);
    drc_arena_free(b.a);
    return rc;
}
