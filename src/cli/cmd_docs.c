/* drc docs: the documentation that answers quote. */
#include <string.h>

#include "cli.h"

static int run(int argc, char **argv, struct drc_err *err)
{
    if (argc > 1 && strcmp(argv[1], "crawl") == 0)
        return cli_crawl(argc, argv, err);
    return drc_err_set(err, DRC_ERR_INPUT, "give 'crawl'; try --help");
}

const struct cli_command cli_docs = {"docs", "crawl [options]", CLI_CRAWL_HELP, run};
