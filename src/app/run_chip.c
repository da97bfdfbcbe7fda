/* Chips and typed questions, to the answer that both lead to. */
#include <string.h>

#include "drc/ask.h"
#include "drc/digest.h"
#include "drc/followup.h"
#include "drc/ground.h"
#include "drc/limits.h"
#include "drc/log.h"
#include "drc/proof.h"
#include "drc/run.h"
#include "drc/utf8.h"

#define MEANT_MAX 3    /* entities that a text without a name may mean */
#define COMMANDS_MAX 3 /* named where a question is refused */

/* NULL for no entity. */
static const char *kind_of(const struct drc_run *run, const char *entity)
{
    if (entity == NULL)
        return NULL;
    return strncmp(entity, "report:", 7) == 0 ? "report" : run->result.report->entity;
}

/* ---- chips -------------------------------------------------------------------------------- */

int drc_run_chip(struct drc_env *env, const struct drc_request *req, const char *value,
                 const char *chip_id, struct drc_outcome *out, struct drc_err *err)
{
    const char *run_id, *entity, *selected_run = NULL;
    struct drc_run run;
    const struct drc_chip *chip = drc_chip_find(&env->snap->chips, chip_id);
    if (chip == NULL || drc_value_split(env->a, value, &run_id, &entity) < 0)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "I do not know the question '%.60s'; it may be from an older version",
                           chip_id);
    if (drc_store_run_get(env->state, env->a, env->snap, run_id, &run, err) < 0)
        return -1;
    const char *root = req->thread_ts != NULL   ? req->thread_ts
                       : run.message_ts != NULL ? run.message_ts
                                                : req->message_ts;
    if (strcmp(entity, "@") == 0) {
        const char *own = root == NULL ? NULL
                                       : drc_store_selected(env->state, env->a, req->user,
                                                            req->channel, root, &selected_run, err);
        bool of_this_run = own != NULL && strcmp(selected_run, run_id) == 0;
        entity = of_this_run ? own : drc_arena_printf(env->a, "report:%s", run.result.report->id);
    }
    const char *kind = kind_of(&run, entity);
    if (strcmp(kind, chip->entity) != 0) /* the person picked a job: the same question, about it */
        chip = drc_chip_for(&env->snap->chips, kind, chip->verb);
    if (chip == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "this question is not made for a %s", kind);
    if (root != NULL && drc_store_select(env->state, req->user, req->channel, root, run_id, entity,
                                         env->now_ms, err) < 0)
        return -1;
    return drc_run_answer(env, req, &run, entity, chip, NULL, root, out, err);
}

/* ---- questions in words ------------------------------------------------------------------- */

static void add_option(struct drc_env *env, const struct drc_run *run, int row,
                       struct drc_option *options, size_t *count)
{
    const struct drc_result *res = &run->result;
    const char *label = drc_result_text(res, (size_t)row, res->report->label);
    const char *value =
        drc_value_make(env->a, run->run_id, drc_result_text(res, (size_t)row, res->report->key));
    if (strlen(value) <= DRC_OPTION_VALUE_MAX)
        options[(*count)++] = (struct drc_option){
            drc_utf8_clean(env->a, label, strlen(label), 75, false), value, NULL, NULL};
}

static bool is_among(const int *rows, size_t n, int row)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i] == row)
            return true;
    return false;
}

/* A picker of the rows; those that the words may mean stand first. */
static int ask_which(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                     struct drc_err *err)
{
    const struct drc_result *res = &run->result;
    size_t n =
        res->rows.row_count < DRC_PICKER_ROWS_MAX ? res->rows.row_count : DRC_PICKER_ROWS_MAX;
    struct drc_option *options =
        drc_arena_array(env->a, DRC_PICKER_ROWS_MAX + MEANT_MAX + 1, sizeof *options);
    size_t count = 0;
    int meant[MEANT_MAX];
    size_t fit = drc_env_meant(env, res, req->text, meant, MEANT_MAX);
    for (size_t i = 0; i < fit; i++)
        add_option(env, run, meant[i], options, &count);
    options[count++] = (struct drc_option){
        "Whole report",
        drc_value_make(env->a, run->run_id, drc_arena_printf(env->a, "report:%s", res->report->id)),
        NULL, NULL};
    for (size_t i = 0; i < n && count <= DRC_PICKER_ROWS_MAX; i++)
        if (!is_among(meant, fit, (int)i))
            add_option(env, run, (int)i, options, &count);
    struct drc_message *m = drc_compose_choice(
        env->a,
        fit > 0
            ? "Which one do you mean? What fits your words stands first. Choose, then ask again."
            : "Which one do you mean? Choose, then ask again.",
        options, count);
    struct drc_to to = {
        .where = DRC_TO_CHANNEL, .channel = req->channel, .thread_ts = req->thread_ts};
    struct drc_posted posted;
    return drc_deliver(env, req, "which", &to, m, &posted, err);
}

/* Commands of reports that a text outside of the thread's subject may be about. */
static const char *commands_for(struct drc_env *env, const char *text)
{
    const char *list = NULL;
    int n = 0;
    for (size_t i = 0; i < env->snap->report_count && n < COMMANDS_MAX; i++) {
        const struct drc_report *r = &env->snap->reports[i];
        if (drc_routing_overlap(
                env->a, text,
                drc_arena_printf(env->a, "%s %s %s", r->title, r->question, r->pillar)) <= 0)
            continue;
        list = drc_arena_printf(env->a, "%s%s`%sreport %s`", list == NULL ? "" : list,
                                list == NULL ? "" : ", ", env->poster->sigil, r->id);
        n++;
    }
    return list;
}

static int not_my_question(struct drc_env *env, const struct drc_routing *route, const char *text,
                           struct drc_err *err)
{
    const char *commands = commands_for(env, text);
    if (commands != NULL)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "%s. What may answer it: %s. `%shelp` lists the rest", route->reason,
                           commands, env->poster->sigil);
    return drc_err_set(err, DRC_ERR_INPUT,
                       "%s. I answer questions about the cost and reliability of what is on a "
                       "report, and about Databricks itself: `%sreports` lists the reports, "
                       "`%shelp` the rest",
                       route->reason, env->poster->sigil, env->poster->sigil);
}

static int not_in_this_run(struct drc_env *env, const struct drc_run *run, const char *word,
                           struct drc_err *err)
{
    return drc_err_set(err, DRC_ERR_INPUT,
                       "'%.80s' is not on this report (%s). `%sjob %.80s` looks for a job of that "
                       "name, `%sreport %s` runs the report anew",
                       word, drc_params_text(env->a, run->result.report, &run->result.params),
                       env->poster->sigil, word, env->poster->sigil, run->result.report->id);
}

/* The chip that the words ask for; words that name none go on with what was asked before. NULL:
 * CONFIG. */
static const struct drc_chip *chip_of_words(struct drc_env *env, const char *kind, const char *text,
                                            const char *before, struct drc_err *err)
{
    const struct drc_chip *chip = drc_chip_match(&env->snap->chips, kind, text);
    if (chip == NULL && before != NULL)
        chip = drc_chip_match(&env->snap->chips, kind, before);
    if (chip == NULL)
        chip = drc_chip_for(&env->snap->chips, kind, "explain");
    if (chip == NULL)
        drc_err_set(err, DRC_ERR_CONFIG, "there is no chip '%s.explain' in prompts/chips", kind);
    return chip;
}

static int no_report_here(struct drc_env *env, struct drc_err *err)
{
    return drc_err_set(err, DRC_ERR_INPUT,
                       "I answer questions about a report, and there is none in this thread. Start "
                       "with `%sreport job-cost`, "
                       "or `%sjob` and a name",
                       env->poster->sigil, env->poster->sigil);
}

/* "compare with X", "X vs Y": the first is the one in scope, unless the text names two. */
static int compare(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                   const char *entity, struct drc_outcome *out, struct drc_err *err)
{
    const struct drc_result *res = &run->result;
    struct drc_typed typed = {.text =
                                  drc_utf8_clean(env->a, req->text, strlen(req->text), 500, false),
                              .route = {.kind = DRC_ROUTING_ANSWER,
                                        .corpora = DRC_CORPUS_TELEMETRY,
                                        .rule = "compare",
                                        .reason = "two of the rows are compared"}};
    int rows[2];
    size_t names = drc_followup_named(res, req->text, rows, 2);
    int own = entity == NULL ? -1 : drc_result_find(res, entity);
    const char *stranger = drc_followup_stranger(env->a, res, req->text);
    if (names < 2 && stranger != NULL)
        return not_in_this_run(env, run, stranger, err);
    if (names == 2) { /* the one in scope stands first, else as the rows stand */
        bool turn = rows[1] == own || (rows[0] != own && rows[1] < rows[0]);
        own = rows[turn ? 1 : 0];
        rows[0] = rows[turn ? 0 : 1];
    }
    if (names == 0 || own < 0 || own == rows[0])
        return drc_err_set(err, DRC_ERR_INPUT,
                           "a comparison needs two %s of this report: pick one, then write "
                           "`compare with` and the name of the other, or name both",
                           res->report->nouns);
    entity = drc_result_text(res, (size_t)own, res->report->key);
    typed.other = drc_result_text(res, (size_t)rows[0], res->report->key);
    const struct drc_chip *like = chip_of_words(env, kind_of(run, entity), "", NULL, err);
    if (like == NULL || (req->thread_ts != NULL &&
                         drc_store_select(env->state, req->user, req->channel, req->thread_ts,
                                          run->run_id, entity, env->now_ms, err) < 0))
        return -1;
    return drc_run_answer(env, req, run, entity, drc_compare_chip(env->a, like), &typed,
                          req->thread_ts, out, err);
}

int drc_run_question(struct drc_env *env, const struct drc_request *req, struct drc_outcome *out,
                     struct drc_err *err)
{
    const char *card_entity = NULL, *run_id = NULL, *selected_run = NULL;
    if (req->thread_ts != NULL)
        run_id = drc_store_run_of_thread(env->state, env->a, req->channel, req->thread_ts,
                                         &card_entity, err);
    const char *entity = drc_store_selected(env->state, env->a, req->user, req->channel,
                                            req->thread_ts, &selected_run, err);
    if (entity != NULL)
        run_id = selected_run;
    if (err->code != DRC_OK)
        return -1;
    if (run_id == NULL)
        return no_report_here(env, err);
    struct drc_run run;
    if (drc_store_run_get(env->state, env->a, env->snap, run_id, &run, err) < 0)
        return -1;
    if (entity == NULL)
        entity = card_entity;
    if (drc_followup_compares(req->text))
        return compare(env, req, &run, entity, out, err);
    int named;
    size_t names = drc_followup_named(&run.result, req->text, &named, 1);
    if (names > 0) /* a person who names a job means that job */
        entity = drc_result_text(&run.result, (size_t)named, run.result.report->key);
    struct drc_typed typed;
    const char *earlier[DRC_EARLIER_MAX];
    int before = 0;
    if (drc_env_route(env, req->text, kind_of(&run, entity), names > 0, &typed, err) < 0)
        return -1;
    if (req->thread_ts != NULL && entity != NULL)
        before = drc_store_earlier(env->state, env->a, req->channel, req->thread_ts, entity,
                                   req->key, earlier, DRC_EARLIER_MAX, err);
    if (before < 0)
        return -1;
    typed.earlier = earlier;
    typed.earlier_count = (size_t)before;
    if (typed.route.kind == DRC_ROUTING_REFUSE && before > 0 && drc_followup_goes_on(req->text))
        typed.route =
            (struct drc_routing){DRC_ROUTING_ANSWER, DRC_CORPUS_TELEMETRY | DRC_CORPUS_RUNBOOKS,
                                 "goes-on", "it goes on with what was asked before"};
    if (typed.route.kind == DRC_ROUTING_REFUSE)
        return not_my_question(env, &typed.route, req->text, err);
    const char *stranger = drc_followup_stranger(env->a, &run.result, req->text);
    if (names == 0 && stranger != NULL && !(typed.route.corpora & DRC_CORPUS_DOCS))
        return not_in_this_run(env, &run, stranger, err);
    if (entity == NULL && typed.route.kind == DRC_ROUTING_ASK)
        return ask_which(env, req, &run, err);
    if (entity == NULL)
        entity = drc_arena_printf(env->a, "report:%s", run.result.report->id);
    const char *root = req->thread_ts;
    const struct drc_chip *chip = chip_of_words(env, kind_of(&run, entity), req->text,
                                                before > 0 ? earlier[before - 1] : NULL, err);
    if (chip == NULL)
        return -1;
    if (root != NULL && drc_store_select(env->state, req->user, req->channel, root, run.run_id,
                                         entity, env->now_ms, err) < 0)
        return -1;
    return drc_run_answer(env, req, &run, entity, chip, &typed, root, out, err);
}
