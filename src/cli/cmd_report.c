#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"
#include "drc/fmt.h"

/* Quotes where the format needs it (RFC 4180). A leading = + - @ of a text would be a formula in a
 * spreadsheet. */
static void csv_text(const char *s)
{
    bool formula = *s != '\0' && strchr("=+-@\t\r", *s) != NULL;
    putchar('"');
    if (formula)
        putchar('\'');
    for (; *s != '\0'; s++) {
        if (*s == '"')
            putchar('"');
        putchar(*s);
    }
    putchar('"');
}

static void csv_cell(const struct drc_cell *c, enum drc_unit unit)
{
    char text[DRC_FMT_BYTES];
    if (c->type == DRC_CELL_NULL)
        return; /* not known: empty, never 0 */
    if (c->type == DRC_CELL_TEXT)
        csv_text(c->text);
    else if (unit == DRC_UNIT_USD && c->type == DRC_CELL_INT)
        fputs(drc_fmt_usd_exact(c->i, text), stdout);
    else if (c->type == DRC_CELL_INT)
        printf("%lld", (long long)c->i);
    else
        printf("%.12g", c->d);
}

static enum drc_unit unit_of(const struct drc_report *r, const char *column)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (strcmp(r->columns[i].name, column) == 0)
            return r->columns[i].unit;
    return DRC_UNIT_TEXT;
}

/* Money in dollars with six decimals, durations in milliseconds: the head names the unit. */
static void print_csv(const struct drc_result *res)
{
    for (size_t c = 0; c < res->rows.column_count; c++) {
        const char *name = res->rows.columns[c];
        size_t n = strlen(name);
        bool usd = unit_of(res->report, name) == DRC_UNIT_USD && n > 5 &&
                   strcmp(name + n - 5, "_uusd") == 0;
        printf("%s%.*s%s", c == 0 ? "" : ",", (int)(usd ? n - 5 : n), name, usd ? "_usd" : "");
    }
    puts("\r");
    for (size_t r = 0; r < res->rows.row_count; r++) {
        for (size_t c = 0; c < res->rows.column_count; c++) {
            if (c > 0)
                putchar(',');
            csv_cell(&res->rows.cells[r * res->rows.column_count + c],
                     unit_of(res->report, res->rows.columns[c]));
        }
        puts("\r");
    }
}

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
        drc_report_run(c->env.facts, c->env.a, r, &params, &res, err) < 0)
        return -1;
    if (json)
        puts(drc_result_to_json(c->env.a, &res));
    else
        print_csv(&res);
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
