/* The command line: one file per subcommand, each with one entry in the table of main.c. */
#ifndef DRC_CLI_H
#define DRC_CLI_H

#include "drc/poster.h"
#include "drc/run.h"

struct cli_command {
    const char *name, *usage; /* usage: what follows "drc <name>" */
    const char *help;         /* lines of --help */
    int (*run)(int argc, char **argv,
               struct drc_err *err); /* argv[0] = name; exit status by err, or 0 */
};

extern const struct cli_command cli_report, cli_chip, cli_serve, cli_emulator, cli_doctor,
    cli_manifest, cli_db, cli_detect, cli_route, cli_docs, cli_index, cli_usage, cli_model,
    cli_graph, cli_ground, cli_schedule, cli_digest, cli_egress, cli_replay;

/* `drc docs crawl`, a verb of cli_docs; argv[1] = "crawl". */
#define CLI_CRAWL_HELP                                                                             \
    "crawl   fetches the pages that sitemaps name, for an index of your own. Sources: lines\n"     \
    "        `sitemap prefix` (default: corpus/sources.list). Pages are written as corpus files\n" \
    "        to data/crawl; what has not changed is not fetched again, what is gone is deleted,\n" \
    "        and an interrupted crawl goes on where it was. robots.txt is obeyed.\n"               \
    "  --sources FILE   another list of sources\n"                                                 \
    "  --out DIR        where pages go (default data/crawl)\n"                                     \
    "  --limit N        ask for at most N pages in this run; the next run goes on\n"               \
    "  --delay-ms N     pause between two requests (default 750, DRC_CRAWL_DELAY_MS)\n"            \
    "  --timeout-ms N   longest wait for one answer (default 30000)\n"
int cli_crawl(int argc, char **argv, struct drc_err *err);

/* An environment for one request on the command line: facts, state and snapshot open, terminal
 * poster. */
struct cli_env {
    struct drc_env env;
    struct drc_poster *poster;
    struct drc_request request;
    struct drc_reader reader;
    struct drc_library *library; /* NULL until cli_env_library */
};
/* job words or report words come later; `dir`: where pictures are written. */
int cli_env_open(struct cli_env *c, const char *dir, struct drc_err *err);
void cli_env_close(struct cli_env *c);
/* Opens the search indexes, for the subcommands that answer. */
void cli_env_library(struct cli_env *c);

/* Prints a message as text to standard output; pictures are written as files into `dir`. */
struct drc_poster *cli_poster_new(struct drc_arena *a, const char *dir);

/* The rest of argv as one text, words separated by blanks; words that start with "--" are left out.
 */
char *cli_words(struct drc_arena *a, int argc, char **argv, int from);

/* Value of --name VALUE or --name=VALUE; NULL if absent. The words that it used are blanked out of
 * argv. */
const char *cli_option(int argc, char **argv, const char *name);
bool cli_flag(int argc, char **argv, const char *name);
/* A whole number from `lo` to `hi`; `fallback` where the option is not given. */
int cli_number(int argc, char **argv, const char *name, int64_t lo, int64_t hi, int64_t fallback,
               int64_t *out, struct drc_err *err);
/* A bar on standard error where that is a terminal, wiped off at 100. */
void cli_progress(const char *step, int percent, void *user);
/* INPUT with the name of the first option that nobody took. */
int cli_no_more_options(int argc, char **argv, struct drc_err *err);

#endif
