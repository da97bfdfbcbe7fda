/* digest: what would be sent. */
#include "cli.h"
#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"

static int preview(struct cli_env *c, const char *id, const char *as_of, int64_t days,
                   const char *words, enum drc_fmt_style numbers, struct drc_err *err)
{
    struct drc_digest_ask ask = {
        .def = drc_digest_find(&c->env.snap->digests, id), .words = words, .numbers = numbers};
    struct drc_digest d;
    struct drc_posted root;
    struct drc_to to = {.where = DRC_TO_CHANNEL};
    if (ask.def == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "there is no digest '%.60s' in prompts/digest", id);
    if (as_of != NULL && drc_date_parse(as_of, &ask.last_day) < 0)
        return drc_err_set(err, DRC_ERR_INPUT, "--as-of takes a day such as 2026-11-22");
    if (as_of == NULL && drc_digest_newest(&c->env, &ask.last_day, err) < 0)
        return -1;
    ask.first_day = ask.last_day - days + 1;
    if (drc_digest_make(&c->env, &c->request, &ask, &d, err) < 0)
        return -1;
    return drc_digest_post(&c->env, &c->request, &to, &d, &root, err);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct cli_env c;
    int64_t days;
    const char *as_of = cli_option(argc, argv, "--as-of"), *id = cli_option(argc, argv, "--digest"),
               *db = cli_option(argc, argv, "--db"), *out = cli_option(argc, argv, "--out"),
               *numbers = cli_option(argc, argv, "--numbers");
    int style = numbers == NULL ? DRC_FMT_EN : drc_fmt_style_find(numbers);
    bool asked = cli_flag(argc, argv, "--preview");
    if (cli_number(argc, argv, "--days", 1, 31, 7, &days, err) < 0 ||
        cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (!asked)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "the command line shows digests and sends none: `drc digest --preview`");
    if (style < 0)
        return drc_err_set(err, DRC_ERR_INPUT, "--numbers takes en, de or fr");
    if (db != NULL)
        drc_conf_set("DRC_FACTS_DB", db);
    int rc = cli_env_open(&c, out == NULL ? "." : out, err);
    if (rc == 0)
        rc = preview(&c, id == NULL ? "weekly" : id, as_of, days, cli_words(c.env.a, argc, argv, 1),
                     (enum drc_fmt_style)style, err);
    cli_env_close(&c);
    return rc;
}

const struct cli_command cli_digest = {
    "digest",
    "--preview [--as-of YYYY-MM-DD] [--days N] [--digest ID] [--numbers en|de|fr] [workspace:x] "
    "[owner:y] [--out DIR]",
    "Prints a digest as it would be sent: the root message, then its sections; charts are written\n"
    "into DIR (default: here). Words are filters as of a report.\n\n"
    "  --as-of DAY   last day of the window (default: the newest complete day)\n"
    "  --days N      length of the window (default 7)\n"
    "  --digest ID   file of prompts/digest (default weekly)\n"
    "  --numbers L   1,234.5 (en, the default), 1.234,5 (de) or 1 234,5 (fr)\n"
    "  --db FILE     another facts database\n"
    "  --out DIR     folder of the charts\n",
    run};
