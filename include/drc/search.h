/* Search over one built index (drc/index.h): words by BM25 (SQLite FTS5, stemmed by Porter), parts
 * of words where there are no vectors, vectors by inner product; joined by reciprocal rank fusion
 * (Cormack, Clarke & Buettcher 2009, k = 60), to which each channel adds a little by how clearly a
 * page is ahead in it. Misspelt words are corrected and short forms spelled out first. The same
 * index and question give the same result. No embedder is called here: the caller brings the vector
 * of the corrected question.
 *
 *   drc_search_correct(a, ix, question, &asked);       words put right
 *   vector of asked.text by the embedder, or NULL
 *   drc_search_pages(a, ix, &asked, vector, "docs", 5, &found, err);
 *
 * drc_index_search does the three in one. */
#ifndef DRC_SEARCH_H
#define DRC_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/db.h"
#include "drc/err.h"
#include "drc/minilm.h"
#include "drc/vec.h"

#define DRC_SEARCH_RRF_K 60
#define DRC_SEARCH_COSINE_FLOOR 0.25 /* below it a passage is not about the question */
#define DRC_SEARCH_QUESTION_MAX_CHARS 1000
#define DRC_SEARCH_WORDS_MAX 64 /* of a question */
#define DRC_SEARCH_PAGES_MAX 50
#define DRC_WORDS_MAX 500000 /* of a corpus */

/* The words of a corpus with the number of passages that hold them. Immutable once loaded. */
struct drc_words;
struct drc_words *drc_words_load(struct drc_db *db, struct drc_err *err);
void drc_words_free(struct drc_words *w); /* NULL is fine */
size_t drc_words_count(const struct drc_words *w);
int64_t drc_words_passages(const struct drc_words *w, const char *word); /* 0: not a word of it */
/* The nearest word by optimal string alignment distance: at most 1 below 7 letters, else 2; of
 * equals the commonest, then the first by bytes. NULL where none is near. */
const char *drc_words_nearest(const struct drc_words *w, const char *word);

/* What the corpus spells out for short letters: "dfp" -> "dynamic file pruning". Lower-case letters
 * in, at most DRC_ACRONYM_MAX_LETTERS; NULL where no run of words stands for them often enough. The
 * first 5,000 titles and passages are read. */
#define DRC_ACRONYM_MAX_LETTERS 5
const char *drc_acronym_phrase(struct drc_arena *a, struct drc_db *db, const char *letters);

/* What a search reads. Vectors, words and model are shared, the handle is the thread's own. */
struct drc_search {
    struct drc_db *db;
    const struct drc_vec *vec; /* NULL: by words and their parts alone */
    const struct drc_words *words;
    const struct drc_minilm *minilm; /* knows English words; NULL */
};

struct drc_asked {
    const char *text; /* the question with its words corrected */
    const char *note; /* "searched for \"shuffle\" instead of \"shufle\""; NULL: nothing changed */
    const char **words; /* lower-case words to look for: the corrected ones, then the originals */
    size_t word_count;
};
void drc_search_correct(struct drc_arena *a, const struct drc_search *s, const char *question,
                        struct drc_asked *out);

/* A rank counts from 1; 0: not found by this channel. */
struct drc_channel {
    int rank;
    double score; /* BM25 (larger is better); cosine */
};

/* A page, with its passage that fits best. */
struct drc_found {
    const char *corpus, *id, *title, *url, *section, *date;
    const char *heading; /* of the passage; "" */
    const char *text;    /* of the passage, Markdown, clean */
    int64_t passage;     /* its number in the index */
    double score;        /* of the fusion */
    struct drc_channel lexical, trigram, semantic;
};

struct drc_search_result {
    struct drc_found *pages; /* best first */
    size_t count;
    /* Page ids as one channel alone ranks them, for an evaluation; at most DRC_SEARCH_PAGES_MAX. */
    const char **lexical, **semantic;
    size_t lexical_count, semantic_count;
    double best_cosine; /* 0 without vectors */
    /* false: the pages share words with the question and no more; say "no documentation found". */
    bool found;
};

/* `vector`: of asked->text, as long as the index's are, or NULL. `corpus`: "docs", "runbooks",
 * "telemetry" or NULL for all. Errors: DB (damaged index). */
int drc_search_pages(struct drc_arena *a, const struct drc_search *s, const struct drc_asked *asked,
                     const float *vector, const char *corpus, size_t k,
                     struct drc_search_result *out, struct drc_err *err);

#endif
