/* drc docs: the documentation and the runbooks that answers quote. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "search.h"

static int build(int argc, char **argv, struct drc_err *err)
{
    struct drc_corpus corpus;
    struct drc_arena *a = drc_arena_new();
    const char *dir = cli_option(argc, argv, "--out");
    int rc = cli_corpus_load(argc, argv, a, &corpus, err);
    if (rc == 0)
        rc = cli_no_more_options(argc, argv, err);
    if (rc == 0)
        rc = cli_index_build(a, &corpus, dir == NULL ? "data" : dir, "docs", err);
    drc_corpus_fini(&corpus);
    drc_arena_free(a);
    return rc;
}

static int list(int argc, char **argv, struct drc_err *err)
{
    struct drc_corpus corpus;
    struct drc_arena *a = drc_arena_new();
    int rc = cli_corpus_load(argc, argv, a, &corpus, err);
    if (rc == 0)
        rc = cli_no_more_options(argc, argv, err);
    for (size_t i = 0; rc == 0 && i < corpus.count; i++) {
        const struct drc_page *p = &corpus.pages[i];
        printf("%-9s %-44s %s%s%s\n", p->corpus, p->id, p->title, *p->url == '\0' ? "" : " - ",
               p->url);
    }
    for (size_t i = 0; i < corpus.note_count; i++)
        fprintf(stderr, "%s\n", corpus.notes[i]);
    drc_corpus_fini(&corpus);
    drc_arena_free(a);
    return rc;
}

static int search(int argc, char **argv, struct drc_err *err)
{
    const char *corpus = cli_option(argc, argv, "--corpus-name");
    if (corpus != NULL && strcmp(corpus, "docs") != 0 && strcmp(corpus, "runbooks") != 0 &&
        strcmp(corpus, "telemetry") != 0)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "--corpus-name is docs, runbooks or telemetry, not '%.40s'", corpus);
    bool telemetry = corpus != NULL && strcmp(corpus, "telemetry") == 0;
    return cli_index_search(argc, argv, telemetry ? "graph" : "docs", corpus, err);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "build") == 0)
        return build(argc, argv, err);
    if (strcmp(verb, "search") == 0)
        return search(argc, argv, err);
    if (strcmp(verb, "list") == 0)
        return list(argc, argv, err);
    if (strcmp(verb, "crawl") == 0)
        return cli_crawl(argc, argv, err);
    return drc_err_set(err, DRC_ERR_INPUT, "give 'build', 'search', 'list' or 'crawl'; try --help");
}

const struct cli_command cli_docs = {
    "docs", "build|search|list|crawl [options]",
    "build                 makes the index of documentation and runbooks\n"
    "search <question>     finds the pages that fit, best first\n"
    "list                  the pages of the corpus\n\n"
    "  --corpus DIR        folder of pages (.md with front matter) and runbooks/, or with a "
    "corpus.jsonl;\n"
    "                      may stand more than once; default corpus/\n"
    "  --out DIR           where the index is; default data\n"
    "  --corpus-name NAME  search docs, runbooks or telemetry alone\n"
    "  --k N               pages, 1 to 50; default 5\n"
    "  --json              one object: results with rank and score of each channel\n"
    "  --from FILE         one question a line, one object a line\n\n" CLI_CRAWL_HELP,
    run};
