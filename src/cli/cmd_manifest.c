#include <stdio.h>

#include "cli.h"
#include "drc/slack.h"

static int run(int argc, char **argv, struct drc_err *err)
{
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    struct drc_arena *a = drc_arena_new();
    puts(drc_slack_manifest(a));
    drc_arena_free(a);
    return 0;
}

const struct cli_command cli_manifest = {"manifest", "",
                                         "Prints the app manifest: paste it at api.slack.com/apps, "
                                         "\"Create New App\", \"From a manifest\".\n",
                                         run};
