#include <limits.h>
#include <unistd.h>

#include "cli.h"
#include "drc/conf.h"
#include "drc/serve.h"

static int run(int argc, char **argv, struct drc_err *err)
{
    char self[PATH_MAX];
    const char *port = cli_option(argc, argv, "--port");
    struct drc_serve_options opt = {.local = cli_flag(argc, argv, "--local"), .self_path = self};
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (port != NULL)
        drc_conf_set("DRC_PORT", port);
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "the program's own path is not known (/proc is missing)");
    self[n] = '\0';
    return drc_serve(&opt, err);
}

const struct cli_command cli_serve = {
    "serve", "[--local] [--port N]",
    "Runs the bot in the foreground; logs to standard error. SIGTERM stops it cleanly, SIGHUP "
    "loads reports,\n"
    "prompts and data anew.\n\n"
    "  --local   start the local Slack and connect to it: no workspace, no token, no network\n"
    "  --port N  port of the local Slack and its page (default DRC_PORT)\n",
    run};
