/* Windows over the chat (SQL, rows, evidence, prompt, debug, replay), and what is done with an
 * answer. */
#include <string.h>

#include "drc/conf.h"
#include "drc/fmt.h"
#include "drc/log.h"
#include "drc/run.h"

#define CALLS_MAX 8 /* of the model, shown of one answer */

static int open_modal(struct drc_env *env, const struct drc_request *req, const char *title,
                      struct drc_message *m, struct drc_err *err)
{
    struct drc_to to = {.where = DRC_TO_MODAL, .channel = req->channel, .title = title};
    struct drc_posted out;
    return env->poster->post(env->poster, env->a, req, &to, m, &out, err);
}

static int show_evidence(struct drc_env *env, const struct drc_request *req,
                         const struct drc_stored_answer *ans, struct drc_err *err)
{
    struct drc_evidence *items = drc_arena_array(env->a, DRC_EVIDENCE_MAX, sizeof *items);
    struct drc_err gone = DRC_ERR_INIT;
    struct drc_run run;
    size_t count;
    if (drc_store_evidence_get(env->state, env->a, ans->answer_id, items, &count, err) < 0)
        return -1;
    bool have = drc_store_run_get(env->state, env->a, env->snap, ans->run_id, &run, &gone) == 0;
    struct drc_message *m = drc_compose_evidence(env->a, items, count, have ? &run.result : NULL,
                                                 gone.msg, ans->run_id);
    return open_modal(env, req, "Evidence", m, err);
}

static bool is_admin(const struct drc_request *req)
{
    return req->user != NULL && drc_conf_lists("DRC_ADMINS", req->user);
}

static int show_debug(struct drc_env *env, const struct drc_request *req,
                      const struct drc_stored_answer *ans, struct drc_err *err)
{
    struct drc_ai_call calls[CALLS_MAX];
    int n = drc_store_ai_calls(env->state, env->a, ans->answer_id, calls, CALLS_MAX, err);
    if (n < 0)
        return -1;
    struct drc_debug d = {.text = ans->debug,
                          .model = ans->model,
                          .verdict = ans->verdict,
                          .checks = ans->checks,
                          .calls = calls,
                          .call_count = (size_t)n,
                          .admin = is_admin(req)};
    return open_modal(env, req, "Debug", drc_compose_debug(env->a, &d), err);
}

static int delete_answer(struct drc_env *env, const struct drc_request *req,
                         const struct drc_stored_answer *ans, struct drc_err *err)
{
    if (strcmp(req->user, ans->user_id) != 0 && !is_admin(req))
        return drc_err_set(err, DRC_ERR_AUTH,
                           "an answer is deleted by who asked for it, or by an admin "
                           "(DRC_ADMINS)");
    if (ans->ts != NULL &&
        env->poster->take_away(env->poster, env->a, ans->channel, ans->ts, err) < 0)
        return -1;
    if (drc_store_answer_delete(env->state, ans->answer_id, env->now_ms, err) < 0)
        return -1;
    drc_log(DRC_LOG_INFO, "answer.deleted", "answer=%s by=%s", ans->answer_id, req->user);
    return 0;
}

/* Both words have one action; the value ends in "+" or "-". */
static int take_feedback(struct drc_env *env, const struct drc_request *req,
                         const struct drc_stored_answer *ans, bool helpful, struct drc_err *err)
{
    if (drc_store_feedback_put(env->state, ans->answer_id, req->user, helpful, env->now_ms, err) <
        0)
        return -1;
    return drc_whisper_text(env, req,
                            helpful ? "Noted: helpful. Thank you; the other button changes it."
                                    : "Noted: not helpful. Thank you; the other button changes it. "
                                      "Evidence and Debug show what the answer was made of.",
                            err);
}

static bool is_about_answer(const char *tool)
{
    static const char *const tools[] = {"evidence", "prompt", "debug", "feedback", "delete"};
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
        if (strcmp(tools[i], tool) == 0)
            return true;
    return false;
}

/* What is behind the buttons of one answer. value: "<answer>", of feedback "<answer> +". */
static int answer_tool(struct drc_env *env, const struct drc_request *req, const char *tool,
                       const char *value, struct drc_err *err)
{
    struct drc_stored_answer ans;
    size_t n = strcspn(value, " ");
    const char *id = drc_arena_strndup(env->a, value, n);
    int rc = drc_store_answer_get(env->state, env->a, id, &ans, err);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "that answer is no longer stored");
    if (strcmp(tool, "evidence") == 0)
        return show_evidence(env, req, &ans, err);
    if (strcmp(tool, "debug") == 0)
        return show_debug(env, req, &ans, err);
    if (strcmp(tool, "delete") == 0)
        return delete_answer(env, req, &ans, err);
    if (strcmp(tool, "feedback") == 0)
        return take_feedback(env, req, &ans, strcmp(value + n, " +") == 0, err);
    struct drc_prompt_view v = {.prompt = ans.prompt,
                                .hash = ans.prompt_hash,
                                .model = ans.model,
                                .verdict = ans.verdict,
                                .raw = ans.model_text,
                                .repair = ans.repair,
                                .admin = is_admin(req)};
    return open_modal(env, req, "Prompt", drc_compose_prompt(env->a, &v), err);
}

/* The rows as a file in the report's thread. A file bears no mark by which it would be found again:
 * a try that may have come through is not repeated, the person is told. */
static int share_csv(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                     struct drc_err *err)
{
    const struct drc_report *r = run->result.report;
    const char *channel, *ts, *csv = drc_result_csv(env->a, &run->result);
    int64_t begun_ms;
    if (csv == NULL)
        return drc_err_set(err, DRC_ERR_LIMIT, "the rows are too many for one file");
    int known =
        drc_store_post_find(env->state, env->a, req->key, "csv", &channel, &ts, &begun_ms, err);
    if (known < 0)
        return -1;
    if (known == 1 && ts != NULL)
        return 0;
    if (known == 1)
        return drc_whisper_text(env, req,
                                "The CSV file may be in the thread already; press CSV again if it "
                                "is not.",
                                err);
    struct drc_to to = {.where = DRC_TO_CHANNEL,
                        .channel = req->channel,
                        .thread_ts = req->thread_ts != NULL ? req->thread_ts : req->message_ts};
    struct drc_file_out file = {
        .name = drc_arena_printf(env->a, "%s-%s.csv", r->id, run->run_id),
        .comment = drc_arena_printf(
            env->a, "%s: %zu %s, run %s", drc_params_text(env->a, r, &run->result.params),
            run->result.rows.row_count,
            drc_fmt_noun((int64_t)run->result.rows.row_count, "row", "rows"), run->run_id),
        .data = csv,
        .bytes = strlen(csv)};
    if (drc_store_post_begin(env->state, req->key, "csv", to.channel, to.thread_ts, env->now_ms,
                             err) < 0)
        return -1;
    if (env->poster->share(env->poster, env->a, &to, &file, err) == 0)
        return drc_store_post_done(env->state, req->key, "csv", to.channel, "", err);
    drc_store_post_undo(env->state, req->key, "csv", NULL);
    return -1;
}

/* value: "<run> @" under a report, "<run> <answer>" under an answer. */
static int show_replay(struct drc_env *env, const struct drc_request *req, const char *run_id,
                       const char *rest, bool all, struct drc_err *err)
{
    struct drc_replay r;
    if (drc_replay_run(env, strcmp(rest, "@") == 0 ? run_id : rest, &r, err) < 0)
        return -1;
    return all ? open_modal(env, req, "Replay", drc_compose_replay_all(env->a, &r), err)
               : drc_whisper(env, req, drc_compose_replay(env->a, &r, req->value), err);
}

int drc_run_tool(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    const char *run_id, *rest, *tool = req->action_id + strlen("tool:");
    struct drc_run run;
    if (drc_value_split(env->a, req->value, &run_id, &rest) < 0)
        return drc_err_set(err, DRC_ERR_INPUT, "that button is not one of mine");
    if (strcmp(tool, "replay") == 0 || strcmp(tool, "replay-all") == 0)
        return show_replay(env, req, run_id, rest, strcmp(tool, "replay-all") == 0, err);
    if (is_about_answer(tool))
        return answer_tool(env, req, tool, rest, err);
    if (drc_store_run_get(env->state, env->a, env->snap, run_id, &run, err) < 0)
        return -1;
    if (strcmp(tool, "sql") == 0)
        return open_modal(env, req, "SQL", drc_compose_sql(env->a, &run.result, run_id), err);
    if (strcmp(tool, "csv") == 0)
        return share_csv(env, req, &run, err);
    if (strcmp(tool, "details") == 0)
        return open_modal(env, req, "Details", drc_compose_details(env->a, &run.result, run_id),
                          err);
    return drc_err_set(err, DRC_ERR_INPUT,
                       "I do not know the button '%.40s'; it may be from an older version", tool);
}
