/* The corpora that a search reads: pages of documentation and runbooks, loaded from folders of
 * Markdown with front matter, and cut into passages.
 *
 * A page that cannot be taken is left out, and `notes` says which, where and why; the rest is
 * loaded. All text is made valid and clean where it enters. One thread at a time. */
#ifndef DRC_CORPUS_H
#define DRC_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/arena.h"
#include "drc/chip.h"
#include "drc/err.h"
#include "drc/minilm.h"

#define DRC_PAGE_MAX_BYTES (2u * 1024u * 1024u)
#define DRC_CORPUS_MAX_BYTES (64u * 1024u * 1024u) /* text of all pages */
#define DRC_PAGES_MAX 100000
#define DRC_CHUNK_PIECES 180 /* word pieces of one passage with its title and section */
#define DRC_CHUNKER "v1:180:title+section:asked"

/* By what a runbook is found: a line `signal: metric > 0.1` (as the condition of a chip's
 * sentence), `signal: edge NAME` or `signal: error WORDS`. */
enum drc_signal_kind { DRC_SIGNAL_FACT, DRC_SIGNAL_EDGE, DRC_SIGNAL_ERROR };
struct drc_signal {
    enum drc_signal_kind kind;
    struct drc_condition when; /* FACT */
    const char *source;        /* as it stands in the file */
    const char *text;          /* EDGE: its name; ERROR: words, without regard to case */
};

struct drc_page {
    const char *corpus; /* "docs", "runbooks", "telemetry" */
    const char *id;     /* name of the file without ".md"; an entity id; unique in its corpus */
    const char *path;   /* for sentences */
    const char *title, *url, *section, *date; /* "" where it has none */
    const char **asked;                       /* how people ask for it; indexed, never shown */
    size_t asked_count;
    const char *body; /* Markdown */
    /* runbooks */
    const char *applies_to; /* kinds of entities, separated by commas; "" */
    const char *lane;       /* "" */
    struct drc_signal *signals;
    size_t signal_count;
};

struct drc_corpus {
    struct drc_arena *a;
    struct drc_page *pages; /* in the order in which they were added */
    size_t count, cap, bytes;
    const char **notes; /* sentences on what was left out or changed */
    size_t note_count, note_cap;
    struct drc_map *seen; /* "corpus/id" */
};

void drc_corpus_init(struct drc_corpus *c, struct drc_arena *a);
void drc_corpus_fini(struct drc_corpus *c);

/* The .md files of a folder (README.md aside) and of its folders, by name; in a folder "runbooks"
 * they are runbooks, else documentation. CONFIG where the folder cannot be read. */
int drc_corpus_add_folder(struct drc_corpus *c, const char *dir, struct drc_err *err);
/* One file's text (bytes from outside). What is wrong with it becomes a note. LIMIT where the whole
 * corpus is too large. */
int drc_corpus_add_text(struct drc_corpus *c, const char *corpus, const char *id, const char *path,
                        const char *text, size_t bytes, struct drc_err *err);
/* A page made elsewhere; its texts are made clean and copied. `line` is that of `path`. */
int drc_corpus_add_page(struct drc_corpus *c, const struct drc_page *page, int line,
                        struct drc_err *err);
void drc_corpus_note(struct drc_corpus *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A passage: what one vector stands for. */
struct drc_chunk {
    const struct drc_page *page;
    int ordinal;         /* from 0 in its page */
    const char *heading; /* as it stands, with its {#anchor}; "" before the first one */
    const char *text;    /* shown */
    const char *indexed; /* title, section and text; or title and the ways to ask, text is the
                            page's first then */
    bool asked;
};

struct drc_chunks {
    struct drc_chunk *chunks;
    size_t count, cap;
};

/* "Pools {#pools}" is a heading whose link is url#pools: the bytes of its words. *anchor: a copy of
 * its name, "" where it has none or has signs that cannot stand in a link. */
size_t drc_heading_split(struct drc_arena *a, const char *heading, const char **anchor);

/* Cuts a page at its headings and to at most DRC_CHUNK_PIECES; appends. `m` counts the pieces;
 * NULL: one for every four bytes. */
void drc_chunk_page(struct drc_arena *a, const struct drc_page *page, const struct drc_minilm *m,
                    struct drc_chunks *out);

#endif
