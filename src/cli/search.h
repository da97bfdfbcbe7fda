/* What the subcommands over the search indexes share: `drc docs` and `drc index`. */
#ifndef DRC_CLI_SEARCH_H
#define DRC_CLI_SEARCH_H

#include "drc/index.h"

/* The configured embedder and its HTTP handle. */
struct cli_embedder {
    struct drc_embedder *embedder; /* NULL: words only */
    const char *why;               /* why it is NULL: a sentence */
    struct drc_http *http;
};
/* For a build a half configured or damaged embedder is an error; for a search it is not. */
int cli_embedder_open(struct drc_arena *a, bool for_build, struct cli_embedder *out,
                      struct drc_err *err);
void cli_embedder_close(struct cli_embedder *e);

/* Loads the corpora that --corpus DIR (repeated) names, else that of drc's home; prints what was
 * left out to standard error. Takes the options out of argv. */
int cli_corpus_load(int argc, char **argv, struct drc_arena *a, struct drc_corpus *out,
                    struct drc_err *err);
/* Builds DIR/NAME and prints a line. */
int cli_index_build(struct drc_arena *a, const struct drc_corpus *corpus, const char *dir,
                    const char *name, struct drc_err *err);

/* `search` of both subcommands: the words of argv from 2 on, or --from FILE with a question a line;
 * --k, --json, --out. `corpus` as for drc_search_pages. */
int cli_index_search(int argc, char **argv, const char *name, const char *corpus,
                     struct drc_err *err);

#endif
