/* drc: entry, table of subcommands, help, exit status. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/arena.h"
#include "drc/conf.h"
#include "drc/fault.h"
#include "drc/log.h"
#include "drc/utf8.h"

static const struct cli_command *const commands[] = {
    &cli_serve,    &cli_report,   &cli_chip,   &cli_db,       &cli_detect, &cli_doctor,
    &cli_manifest, &cli_emulator, &cli_route,  &cli_docs,     &cli_index,  &cli_model,
    &cli_usage,    &cli_graph,    &cli_ground, &cli_schedule, &cli_digest, &cli_egress,
    &cli_replay};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void)
{
    puts("drc, the Data Reliability Copilot: fixed questions about Databricks cost and "
         "reliability, in Slack.\n\n"
         "Usage: drc <command> [options]     drc <command> --help\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  drc %-9s %s\n", commands[i]->name, commands[i]->usage);
    puts("\nSettings come from the environment or a file .env here; `drc doctor` shows them.\n"
         "Exit status: 0 ok, 2 wrong input, 3 not found, 4 configuration, 5 not allowed, 6 "
         "network, 7 database,\n"
         "8 limit or unreadable data, 70 a fault of drc.");
}

static int unknown(const char *name)
{
    const char *best = NULL;
    int distance = 4;
    for (int i = 0; i < COMMANDS; i++) {
        int d = drc_utf8_distance(name, commands[i]->name);
        if (d < distance) {
            distance = d;
            best = commands[i]->name;
        }
    }
    fprintf(stderr, "drc: there is no command '%.60s'.", name);
    if (best != NULL)
        fprintf(stderr, " Did you mean 'drc %s'?", best);
    fputs(" 'drc --help' lists them.\n", stderr);
    return drc_err_exit_status(DRC_ERR_INPUT);
}

static void set_log_level(void)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    const char *name = drc_conf_str("DRC_LOG_LEVEL");
    for (int i = 0; name != NULL && i < 4; i++)
        if (strcmp(names[i], name) == 0)
            drc_log_level_set((enum drc_log_level)i);
}

static int run_command(const struct cli_command *c, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0) {
            printf("Usage: drc %s %s\n\n%s", c->name, c->usage, c->help);
            return 0;
        }
    struct drc_err err = DRC_ERR_INIT;
    int rc = drc_conf_load(".env", &err);
    if (rc == 0) {
        set_log_level();
        rc = c->run(argc, argv, &err);
    }
    if (err.code == DRC_OK)
        return rc < 0 ? drc_err_exit_status(DRC_ERR_BUG) : rc;
    fprintf(stderr, "drc %s: %s\n", c->name, err.msg);
    return drc_err_exit_status(err.code);
}

int main(int argc, char **argv)
{
    drc_fault_init();
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return argc < 2 ? drc_err_exit_status(DRC_ERR_INPUT) : 0;
    }
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, argv[1]) == 0)
            return run_command(commands[i], argc - 1, argv + 1);
    return unknown(argv[1]);
}
