#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"

static int print_for_machines(struct cli_env *c, const char *words, bool json, struct drc_err *err)
{
    size_t n = strcspn(words, " ");
    const struct drc_report *r =
        drc_snapshot_report(c->env.snap, drc_arena_strndup(c->env.a, words, n));
    struct drc_params params;
    struct drc_result res;
    if (r == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "there is no report '%.*s'", (int)n, words);
    if (drc_params_parse(c->env.a, r, words + n, &params, err) < 0 ||
        drc_env_report_run(&c->env, r, &params, &res, err) < 0)
        return -1;
    const char *text = json ? drc_result_to_json(c->env.a, &res) : drc_result_csv(c->env.a, &res);
    if (text == NULL)
        return drc_err_set(err, DRC_ERR_LIMIT, "the rows are too many for a CSV file");
    fputs(text, stdout);
    if (json)
        puts("");
    return 0;
}

/* The newest run of this request: its rows under the message. */
static int print_rows(struct cli_env *c, struct drc_err *err)
{
    struct drc_run run;
    const char *id = drc_store_run_of_request(c->env.state, c->env.a, c->request.key, err);
    struct drc_posted out;
    struct drc_to to = {.where = DRC_TO_CHANNEL};
    if (id == NULL || drc_store_run_get(c->env.state, c->env.a, c->env.snap, id, &run, err) < 0)
        return -1;
    puts("");
    return c->poster->post(c->poster, c->env.a, &c->request, &to,
                           drc_compose_details(c->env.a, &run.result, id), &out, err);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct cli_env c;
    const char *db = cli_option(argc, argv, "--db"), *out = cli_option(argc, argv, "--out");
    bool json = cli_flag(argc, argv, "--json"), csv = cli_flag(argc, argv, "--csv");
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (db != NULL)
        drc_conf_set("DRC_FACTS_DB", db);
    int rc = cli_env_open(&c, out == NULL ? "." : out, err);
    const char *words = rc == 0 ? cli_words(c.env.a, argc, argv, 1) : "";
    if (rc == 0)
        rc = json || csv ? print_for_machines(&c, words, json, err)
                         : drc_run_report(&c.env, &c.request, words, err);
    if (rc == 0 && !json && !csv)
        rc = print_rows(&c, err);
    cli_env_close(&c);
    return rc;
}

const struct cli_command cli_report = {
    "report",
    "<id> [30d] [top:10] [workspace:x] [as-of:YYYY-MM-DD] [--json|--csv] [--db FILE] [--out DIR]",
    "Runs a report and prints it; the chart is written as <id>.png into DIR (default: here).\n"
    "The words after the id are the same as in Slack.\n\n"
    "  --json      columns with units, rows, totals, parameters, hashes\n"
    "  --csv       the rows; money in dollars\n"
    "  --db FILE   another facts database\n"
    "  --out DIR   folder of the chart\n",
    run};
