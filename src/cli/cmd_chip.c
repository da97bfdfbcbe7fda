#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"

/* Words given once: a run that is stored, or a report to run now. */
static int find_run(struct cli_env *c, const char *run_id, const char *report, struct drc_run *run,
                    struct drc_err *err)
{
    if (run_id != NULL)
        return drc_store_run_get(c->env.state, c->env.a, c->env.snap, run_id, run, err);
    size_t n = strcspn(report, " ");
    const struct drc_report *r =
        drc_snapshot_report(c->env.snap, drc_arena_strndup(c->env.a, report, n));
    struct drc_params params;
    struct drc_result res;
    if (r == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "there is no report '%.*s'", (int)n, report);
    if (drc_params_parse(c->env.a, r, report + n, &params, err) < 0 ||
        drc_env_report_run(&c->env, r, &params, &res, err) < 0)
        return -1;
    return drc_store_run_put(c->env.state, c->env.a, c->env.snap, c->request.key, "", "terminal",
                             &res, c->env.now_ms, run, err);
}

/* An entity id, or a name that is unique among the rows; NULL = the whole report. */
static int find_entity(const struct drc_run *run, const char *words, const char **id,
                       struct drc_err *err)
{
    const struct drc_result *res = &run->result;
    *id = NULL;
    if (words == NULL || strncmp(words, "report:", 7) == 0)
        return 0;
    if (drc_result_find(res, words) >= 0) {
        *id = words;
        return 0;
    }
    for (size_t i = 0; i < res->rows.row_count; i++) {
        if (strcmp(drc_result_text(res, i, res->report->label), words) != 0)
            continue;
        if (*id != NULL)
            return drc_err_set(err, DRC_ERR_INPUT,
                               "several rows are called '%.80s': give the id, for example '%.120s'",
                               words, *id);
        *id = drc_result_text(res, i, res->report->key);
    }
    return *id != NULL ? 0
                       : drc_err_set(err, DRC_ERR_NOTFOUND,
                                     "'%.120s' is not among the rows of this run", words);
}

static int answer(struct cli_env *c, const char *chip_id, const struct drc_run *run,
                  const char *entity, struct drc_err *err)
{
    struct drc_context ctx;
    struct drc_prompt prompt;
    struct drc_posted out;
    cli_env_library(c);
    struct drc_to to = {.where = DRC_TO_CHANNEL};
    const struct drc_chip *chip = drc_chip_find(&c->env.snap->chips, chip_id);
    if (chip == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "there is no chip '%.60s'; see prompts/chips",
                           chip_id);
    if (drc_env_context(&c->env, &run->result, entity, &ctx, err) < 0)
        return -1;
    if (strcmp(ctx.selection.kind, chip->entity) != 0)
        return drc_err_set(err, DRC_ERR_INPUT, "the chip '%s' asks about a %s, this is a %s",
                           chip->id, chip->entity, ctx.selection.kind);
    if (drc_env_assemble(&c->env, chip, NULL, &ctx, err) < 0 ||
        drc_prompt_make(c->env.a, &c->env.snap->chips, chip, &ctx, NULL, &prompt, err) < 0)
        return -1;
    struct drc_answer ans = {.chip = chip,
                             .answer_id = "-",
                             .run_id = run->run_id,
                             .prompt = &prompt,
                             .missing = drc_answer_missing(c->env.a, c->env.snap, chip, &ctx),
                             .model = c->env.llm == NULL ? NULL : c->env.llm->model};
    struct drc_said said = {NULL, NULL, "", NULL};
    if (c->env.llm != NULL && ans.missing == NULL)
        drc_ask_model(&c->env, &ctx, &ans, &said);
    printf("--- prompt, SHA-256 %s\n%s\n--- answer\n", prompt.hash,
           drc_prompt_whole(c->env.a, &prompt));
    return c->poster->post(c->poster, c->env.a, &c->request, &to,
                           drc_compose_answer(c->env.a, &ctx, &ans), &out, err);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct cli_env c;
    struct drc_run stored;
    const char *db = cli_option(argc, argv, "--db"), *run_id = cli_option(argc, argv, "--run");
    const char *report = cli_option(argc, argv, "--report"),
               *entity = cli_option(argc, argv, "--entity"), *id = NULL;
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (run_id == NULL && report == NULL && entity == NULL)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "give --run ID, --report \"job-cost 30d\" or --entity E; try --help");
    if (db != NULL)
        drc_conf_set("DRC_FACTS_DB", db);
    int rc = cli_env_open(&c, ".", err);
    const char *chip = rc == 0 ? cli_words(c.env.a, argc, argv, 1) : "";
    if (rc == 0 && run_id == NULL && report == NULL) { /* the chip's id starts with the kind */
        const char *kind = drc_arena_strndup(c.env.a, chip, strcspn(chip, "."));
        rc = drc_find_entity(&c.env, &c.request, kind, entity, &stored, &id, err);
    } else if (rc == 0) {
        rc = find_run(&c, run_id, report, &stored, err);
        if (rc == 0)
            rc = find_entity(&stored, entity, &id, err);
    }
    if (rc == 0)
        rc = answer(&c, chip, &stored, id, err);
    cli_env_close(&c);
    return rc;
}

const struct cli_command cli_chip = {
    "chip", "<chip> [--run ID | --report \"job-cost 30d\"] [--entity ID_OR_NAME] [--db FILE]",
    "Prints the exact prompt of a chip and its answer.\n\n"
    "  --run ID       a stored report run (the id under each report)\n"
    "  --report WORDS run this report first\n"
    "  --entity E     entity id or unique name; without it: the whole report. Without a run\n"
    "                 and a report: any entity of the chip's kind\n",
    run};
