#include "cli.h"
#include "drc/emulator.h"

static int run(int argc, char **argv, struct drc_err *err)
{
    (void)err; /* it says itself what is wrong */
    return drc_emulator_main(argc, argv);
}

const struct cli_command cli_emulator = {
    "emulator", "[--port N] [--state FILE] [--token-file FILE] [--port-file FILE] ...",
    "Runs the local Slack alone: Web API, Socket Mode and the page, on loopback.\n\n"
    "  --port N           0: any free port\n"
    "  --state FILE       where it keeps its messages\n"
    "  --token-file FILE  gets the token of the admin API\n"
    "  --port-file FILE   gets the port once it listens\n"
    "  --rate-limits      Slack's rate limits are on\n"
    "  --file-delay-ms N  how long an upload is processed\n",
    run};
