/* drc index: all search indexes, and the one over what the platform calls its things. */
#include <string.h>

#include "cli.h"
#include "drc/conf.h"
#include "search.h"

static int load_cards(struct drc_corpus *c, struct drc_err *err)
{
    const char *home = drc_conf_home(err);
    struct drc_db *facts =
        home == NULL ? NULL : drc_db_open(drc_conf_str("DRC_FACTS_DB"), DRC_DB_READ, err);
    int rc = facts == NULL || drc_db_sandbox(facts, err) < 0
                 ? -1
                 : drc_corpus_add_telemetry(c, home, facts, err);
    drc_db_close(facts);
    return rc;
}

static int build_telemetry(struct drc_arena *a, const char *dir, struct drc_err *err)
{
    struct drc_corpus cards;
    drc_corpus_init(&cards, a);
    int rc = load_cards(&cards, err);
    if (rc == 0)
        rc = cli_index_build(a, &cards, dir, "graph", err);
    drc_corpus_fini(&cards);
    return rc;
}

static int build(int argc, char **argv, struct drc_err *err)
{
    struct drc_corpus corpus;
    struct drc_arena *a = drc_arena_new();
    const char *dir = cli_option(argc, argv, "--out");
    dir = dir == NULL ? "data" : dir;
    int rc = cli_corpus_load(argc, argv, a, &corpus, err);
    if (rc == 0)
        rc = cli_no_more_options(argc, argv, err);
    if (rc == 0)
        rc = cli_index_build(a, &corpus, dir, "docs", err);
    if (rc == 0)
        rc = build_telemetry(a, dir, err);
    drc_corpus_fini(&corpus);
    drc_arena_free(a);
    return rc;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "build") == 0)
        return build(argc, argv, err);
    if (strcmp(verb, "search") == 0)
        return cli_index_search(argc, argv, "graph", NULL, err);
    return drc_err_set(err, DRC_ERR_INPUT, "give 'build' or 'search'; try --help");
}

const struct cli_command cli_index = {
    "index", "build|search [options]",
    "build                 makes both indexes: documentation and runbooks (as `drc docs build`), "
    "and the\n"
    "                      names and texts of the facts database (DRC_FACTS_DB)\n"
    "search <words>        the jobs, errors, changes, machines and tables that the words mean\n\n"
    "  --corpus DIR        as for `drc docs`\n"
    "  --out DIR           where the indexes are; default data\n"
    "  --k N, --json, --from FILE   as for `drc docs search`\n",
    run};
