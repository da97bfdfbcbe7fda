/* The search indexes: building one from a corpus, opening it, asking it.
 *
 * An index NAME in a folder is three files: NAME.db (SQLite: passages, words, full text),
 * NAME.faiss (a vector per passage; not there without an embedder) and NAME.meta.json (what it was
 * built with, hashes of the other two, three probe vectors). A build writes them under other names,
 * flushes and renames them; vectors of passages that did not change are kept. "docs" holds
 * documentation and runbooks, "graph" the telemetry cards of sql/telemetry. */
#ifndef DRC_INDEX_H
#define DRC_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/corpus.h"
#include "drc/embed.h"
#include "drc/http.h"
#include "drc/search.h"

struct drc_index_build {
    const char *dir, *name;              /* "data", "docs" */
    const struct drc_embedder *embedder; /* NULL: words only */
    const char *no_embedder;             /* why it is NULL: a sentence that is kept */
    struct drc_http *http;               /* for embedders over HTTP; NULL */
    void (*progress)(const char *step, int percent, void *user); /* NULL is fine */
    void *user;
};

struct drc_index_stats {
    size_t pages, passages, embedded, kept; /* vectors made and taken from the index before */
    bool unchanged;                         /* nothing was written */
};

/* Blocks for as long as the embedding takes, on two threads with the built-in model. CONFIG where
 * the corpus has no page, or the folder cannot be written; what the embedder says. */
int drc_index_build(const struct drc_index_build *b, const struct drc_corpus *corpus,
                    struct drc_index_stats *stats, struct drc_err *err);

/* Adds DIR/corpus.jsonl if it is there: one object a line with id, title, url, text. */
int drc_corpus_add_jsonl(struct drc_corpus *c, const char *dir, struct drc_err *err);
/* Adds the cards of sql/telemetry/ *.sql (columns id, title, text) as corpus "telemetry". */
int drc_corpus_add_telemetry(struct drc_corpus *c, const char *home, struct drc_db *facts,
                             struct drc_err *err);

/* An open index; immutable, any thread. */
struct drc_index;

/* Checks files, hashes and identity, and embeds three probe texts. Where vectors cannot be used the
 * index is open for words, and drc_index_semantic_off says why. NULL: CONFIG (no index: "run: make
 * index"), PARSE or DB (damaged). `e` (may be NULL, `why` says why) must outlive the index. */
struct drc_index *drc_index_open(const char *dir, const char *name, const struct drc_embedder *e,
                                 const char *why, struct drc_http *http, struct drc_err *err);
void drc_index_free(struct drc_index *ix); /* NULL is fine */
/* NULL where meaning is searched too; else one sentence for people. */
const char *drc_index_semantic_off(const struct drc_index *ix);
const char *drc_index_built_with(const struct drc_index *ix); /* "embedded all-MiniLM-L6-v2" */
size_t drc_index_passages(const struct drc_index *ix);
/* SHA-256 of all passages and of what they were embedded with. */
const char *drc_index_content(const struct drc_index *ix);

/* A connection of the calling thread to the index, for drc_index_search. CONFIG where the files on
 * disk are of another build by now: open the index anew. */
struct drc_db *drc_index_connect(const struct drc_index *ix, struct drc_err *err);

/* Corrects, embeds, searches. An embedder that fails costs the vectors, not the search: *note (may
 * be NULL) then says so, else it is NULL. */
int drc_index_search(const struct drc_index *ix, struct drc_db *db, struct drc_http *http,
                     struct drc_arena *a, const char *question, const char *corpus, size_t k,
                     struct drc_asked *asked, struct drc_search_result *out, const char **note,
                     struct drc_err *err);

#endif
