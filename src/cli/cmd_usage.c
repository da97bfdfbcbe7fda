/* usage: what the model was used for. */
#include "cli.h"
#include "drc/ask.h"

static int run(int argc, char **argv, struct drc_err *err)
{
    struct cli_env c;
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    int rc = cli_env_open(&c, ".", err);
    if (rc == 0)
        rc = drc_run_usage(&c.env, &c.request, err);
    cli_env_close(&c);
    return rc;
}

const struct cli_command cli_usage = {"usage", "",
                                      "Prints what AI commentary used today, this month and in 30 "
                                      "days: answers, cache hits, withheld\n"
                                      "and failed ones, tokens, cost, waiting times.\n",
                                      run};
