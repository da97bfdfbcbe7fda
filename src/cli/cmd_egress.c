/* egress: what leaves this machine for a model, by class, with one real prompt. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/conf.h"
#include "drc/guard.h"
#include "drc/http.h"
#include "drc/index.h"
#include "drc/redact.h"

#define EXAMPLE_REPORT "job-cost"
#define EXAMPLE_VERB "why-failing"

static const char *place(const char *url)
{
    return drc_http_is_local(url) ? "on this machine" : "hosted";
}

static void say_class(const char *what, const char *setting, bool withheld, const char *instead)
{
    const char *set = drc_conf_str(setting);
    printf("  %-8s  %s%s (%s %s)\n", withheld ? "withheld" : "sent", what, withheld ? instead : "",
           setting,
           set == NULL              ? "is not set"
           : drc_conf_bool(setting) ? "is 1"
                                    : "is 0");
}

static void say_withheld(const struct drc_withhold *w)
{
    say_class("SQL text of queries", "LLM_SEND_SQL", w->sql, ": [SQL text withheld] instead");
    say_class("error text and messages of the cloud", "LLM_SEND_ERRORS", w->errors,
              ": [error text withheld] instead");
    say_class("names and e-mail addresses of people", "LLM_SEND_PEOPLE", w->people,
              ": U1, U2, ... instead");
}

static void say_classes(const struct drc_withhold *w)
{
    puts("  sent      figures of the report: money, counts, shares, durations, dates\n"
         "  sent      names and ids of jobs, runs, compute, tables, workspaces; changes and their "
         "descriptions\n"
         "  sent      passages of runbooks and documentation; a question as it was typed");
    say_withheld(w);
    puts("  never     rows of the database, SQL of the reports, messages and people of Slack, keys "
         "of other services");
}

/* A card whose text is another one when it leaves; else the first. */
static int say_card(struct cli_env *c, const struct drc_redactor *r, struct drc_err *err)
{
    struct drc_corpus cards;
    const struct drc_page *page = NULL;
    const char *sent = NULL;
    drc_corpus_init(&cards, c->env.a);
    int rc = drc_corpus_add_telemetry(&cards, c->env.snap->home, c->env.facts, err);
    for (size_t i = 0; rc == 0 && i < cards.count; i++) {
        const char *text = r == NULL ? cards.pages[i].body
                                     : drc_redact(c->env.a, r, cards.pages[i].body);
        bool changed = strcmp(text, cards.pages[i].body) != 0;
        if (page != NULL && !changed)
            continue;
        page = &cards.pages[i];
        sent = text;
        if (changed)
            break;
    }
    drc_corpus_fini(&cards);
    if (rc == 0 && page != NULL)
        printf("  One example, the text of the card %s as it is sent:\n\n  %s\n\n", page->id, sent);
    return rc;
}

/* Vectors of texts come from a second endpoint, which is asked with whole texts. */
static int say_embedder(struct cli_env *c, struct drc_err *err)
{
    const char *provider = drc_conf_str("EMBED_PROVIDER"), *url = drc_conf_str("EMBED_BASE_URL");
    if (strcmp(provider, "openai") != 0 && strcmp(provider, "ollama") != 0) {
        puts("Search: nothing leaves; vectors are made in this process, or there are none.");
        return 0;
    }
    if (url == NULL) {
        puts("Search: nothing leaves; EMBED_BASE_URL is not set.");
        return 0;
    }
    struct drc_withhold w = drc_withhold_for(url);
    struct drc_redactor *r =
        drc_redactor_load(c->env.a, c->env.snap->home, c->env.facts, w, err);
    if (r == NULL)
        return -1;
    printf("Search: %s, %s.\n"
           "  sent      questions as they are typed, passages of runbooks and documentation, and, "
           "when `drc index` is\n"
           "            run, the cards of sql/telemetry: names and ids of jobs, compute, tables; "
           "changes; tags\n",
           url, place(url));
    say_withheld(&w);
    return say_card(c, r, err);
}

/* The prompt of one chip on the dearest job, as a click would send it now. */
static int example(struct cli_env *c, struct drc_err *err)
{
    struct drc_params params;
    struct drc_result res;
    struct drc_context ctx;
    struct drc_prompt prompt;
    const struct drc_report *r = drc_snapshot_report(c->env.snap, EXAMPLE_REPORT);
    if (r == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "there is no report '" EXAMPLE_REPORT "'");
    if (drc_params_parse(c->env.a, r, "", &params, err) < 0 ||
        drc_report_run(c->env.facts, c->env.a, r, &params, &res, err) < 0)
        return -1;
    const char *entity = res.rows.row_count == 0 ? NULL : drc_result_text(&res, 0, r->key);
    const char *kind = entity == NULL ? "report" : r->entity;
    const struct drc_chip *chip = drc_chip_for(&c->env.snap->chips, kind, EXAMPLE_VERB);
    if (chip == NULL)
        chip = drc_chip_for(&c->env.snap->chips, kind, "explain");
    if (chip == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "there is no chip '%s.explain'", kind);
    if (drc_env_context(&c->env, &res, entity, &ctx, err) < 0 ||
        drc_env_assemble(&c->env, chip, NULL, &ctx, err) < 0 ||
        drc_prompt_make(c->env.a, &c->env.snap->chips, chip, &ctx, NULL, &prompt, err) < 0)
        return -1;
    printf("\nOne example, as a click on %s of %s sends it, SHA-256 %s:\n\n%s\n", chip->id,
           ctx.selection.label, prompt.hash, drc_prompt_whole(c->env.a, &prompt));
    return 0;
}

static int tell(struct cli_env *c, struct drc_err *err)
{
    struct drc_withhold w = drc_env_withhold(&c->env);
    if (c->env.llm == NULL) {
        puts("Model: none is configured (LLM_PROVIDER), so nothing leaves for one: commentary "
             "comes from templates.");
        return say_embedder(c, err);
    }
    printf("Model: %s, %s.\n  %s\n", c->env.llm->base_url, place(c->env.llm->base_url),
           drc_llm_describe(c->env.a, c->env.llm));
    say_classes(&w);
    if (say_embedder(c, err) < 0)
        return -1;
    cli_env_library(c);
    return example(c, err);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct cli_env c;
    const char *db = cli_option(argc, argv, "--db");
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (db != NULL)
        drc_conf_set("DRC_FACTS_DB", db);
    int rc = cli_env_open(&c, ".", err);
    if (rc == 0)
        rc = tell(&c, err);
    cli_env_close(&c);
    return rc;
}

const struct cli_command cli_egress = {
    "egress", "[--db FILE]",
    "Prints which hosts a model and vectors are asked of, which kinds of data are sent and which are\n"
    "withheld, one real prompt and one real text. Asks nobody anything.\n",
    run};
