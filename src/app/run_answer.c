/* The answer to a chip or a typed question: made, posted, asked of the model, kept. */
#include <string.h>

#include "drc/ask.h"
#include "drc/digest.h"
#include "drc/fmt.h"
#include "drc/followup.h"
#include "drc/ground.h"
#include "drc/log.h"
#include "drc/proof.h"
#include "drc/run.h"

/* `deleted`: how many answers to this question were; the next one is another. */
static const char *answer_id_of(struct drc_arena *a, const struct drc_run *run, const char *entity,
                                const char *chip_key, int deleted)
{
    char id[12];
    const char *seed = drc_arena_printf(a, "%s|%s|%s", run->run_id, entity, chip_key);
    if (deleted > 0)
        seed = drc_arena_printf(a, "%s|%d", seed, deleted);
    drc_sha256_id(seed, strlen(seed), 10, id);
    return drc_arena_strdup(a, id);
}

static int already_answered(struct drc_env *env, const struct drc_request *req,
                            const struct drc_stored_answer *have, const struct drc_chip *chip,
                            struct drc_err *err)
{
    struct drc_message *m = drc_message_new(env->a, "This question is answered already");
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "where");
    drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, "\u201c%s\u201d is answered already",
                    chip->label);
    const char *link = env->poster->permalink(env->poster, env->a, have->channel, have->ts);
    if (link != NULL) {
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ": ");
        drc_text_link(env->a, &b->text, "go to the answer", link);
    }
    return drc_whisper(env, req, m, err);
}

/* What of the model's answer may be posted, with its check line; NULL: nothing. In part only where
 * `last`. */
static const char *checked_text(struct drc_env *env, const struct drc_ledger *ledger,
                                const char *raw, bool last, struct drc_answer *ans,
                                struct drc_grounding *g)
{
    struct drc_grounding rest;
    struct drc_written written;
    struct drc_err why = DRC_ERR_INIT;
    int form = drc_llm_read_answer(env->a, raw, &written, &why);
    if (form < 0)
        drc_proof_refuse(env->a, why.msg, g);
    else
        drc_proof_check(env->a, ledger, form == 1 ? drc_proof_text(env->a, ledger, &written) : raw,
                        form == 1, g);
    const char *kept = g->ok ? g->text : last ? drc_ground_rest(env->a, ledger, g, &rest) : NULL;
    if (kept == NULL)
        return NULL;
    const struct drc_grounding *shown = g->ok ? g : &rest;
    size_t lost = g->sentence_count - shown->sentence_count;
    ans->checked = drc_arena_printf(env->a, "%zu of %zu %s traced", shown->traced, shown->figures,
                                    drc_fmt_noun((int64_t)shown->figures, "figure", "figures"));
    if (lost > 0)
        ans->checked = drc_arena_printf(env->a, "%s, %zu %s left out", ans->checked, lost,
                                        drc_fmt_noun((int64_t)lost, "sentence", "sentences"));
    return kept;
}

/* All that is sent: what the hash of its call is over. */
static const char *whole(struct drc_env *env, const struct drc_llm_ask *ask)
{
    struct drc_prompt p = {.system = ask->system, .user = ask->user, .schema = ask->schema};
    return drc_prompt_whole(env->a, &p);
}

bool drc_ask_model(struct drc_env *env, const struct drc_context *c, struct drc_answer *ans,
                   struct drc_said *said)
{
    struct drc_err why = DRC_ERR_INIT, unkept = DRC_ERR_INIT;
    struct drc_llm_ask ask = {.system = ans->prompt->system,
                              .user = ans->prompt->user,
                              .schema = ans->prompt->schema,
                              .schema_name = "answer"};
    struct drc_ask_result asked;
    struct drc_ledger ledger;
    struct drc_grounding g;
    ans->waiting = false;
    said->checks = "";
    drc_proof_ledger(env->a, c, ans->prompt, &ledger);
    for (int tries = 0; tries < 2; tries++) { /* one repair, with the violations quoted */
        int rc = drc_ask(env, &ask, ans->asked_by, ans->chip->id, &asked, &why);
        drc_store_ai_call_of(env->state, asked.call_id, ans->answer_id, &unkept);
        if (tries == 1 && (rc == 0 || asked.reply.tries > 0))
            said->repair = whole(env, &ask);
        if (rc < 0) {
            ans->withheld = drc_arena_strdup(env->a, why.msg);
            said->verdict = drc_arena_printf(env->a, "no answer: %s", why.msg);
            drc_log(DRC_LOG_WARN, "model.failed", "answer=%s code=%s why=\"%s\"", ans->answer_id,
                    drc_err_name(why.code), why.msg);
            return false;
        }
        said->raw = asked.reply.text;
        ans->model_text = checked_text(env, &ledger, said->raw, tries == 1, ans, &g);
        drc_ask_judged(env, &asked, ans->model_text != NULL);
        said->checks = drc_debug_checks(env->a, said->checks, tries + 1, &g);
        if (ans->model_text != NULL) {
            said->verdict = drc_arena_printf(env->a, "posted: %s", ans->checked);
            return true;
        }
        ask.user = drc_prompt_repair(env->a, c, ans->prompt, &g);
    }
    ans->withheld = drc_ground_complaint(env->a, &g);
    said->verdict = drc_arena_printf(env->a, "withheld: %s", ans->withheld);
    drc_log(DRC_LOG_INFO, "model.withheld", "answer=%s why=\"%s\"", ans->answer_id, ans->withheld);
    return false;
}

void drc_answer_recheck(struct drc_env *env, const struct drc_context *c, struct drc_answer *ans,
                        const char *raw, bool second)
{
    struct drc_ledger ledger;
    struct drc_grounding g;
    ans->waiting = false;
    drc_proof_ledger(env->a, c, ans->prompt, &ledger);
    ans->model_text = checked_text(env, &ledger, raw, second, ans, &g);
    if (ans->model_text == NULL)
        ans->withheld = drc_ground_complaint(env->a, &g);
}

/* What the answer as it is shown stands on, for its Evidence window. */
static void keep_evidence(struct drc_env *env, const struct drc_request *req,
                          const struct drc_context *c, const struct drc_answer *ans)
{
    struct drc_err own = DRC_ERR_INIT;
    struct drc_evidence *items = drc_arena_array(env->a, DRC_EVIDENCE_MAX, sizeof *items);
    struct drc_text by_template = {NULL, NULL};
    struct drc_cited cited;
    size_t count;
    drc_answer_cited(env->a, c, ans, &by_template, &cited);
    drc_evidence_list(env->a, c, &cited, items, &count);
    drc_unkept(req, drc_store_evidence_put(env->state, ans->answer_id, items, count, &own), &own);
}

/* Puts the finished answer in the place of the one that waits; where that cannot be edited any more
 * it is posted anew, once. */
static int finish_answer(struct drc_env *env, const struct drc_request *req,
                         const struct drc_answer_parts *parts, const struct drc_typed *typed,
                         struct drc_stored_answer *rec, struct drc_err *err)
{
    struct drc_posted posted;
    struct drc_err own = DRC_ERR_INIT;
    struct drc_message *m = drc_compose_answer(env->a, &parts->c, &parts->ans);
    struct drc_to to = {
        .where = DRC_TO_EDIT, .channel = rec->channel, .thread_ts = rec->thread_ts, .ts = rec->ts};
    int rc = env->poster->post(env->poster, env->a, req, &to, m, &posted, &own);
    if (rc < 0 && own.code == DRC_ERR_NOTFOUND) {
        drc_log(DRC_LOG_WARN, "answer.uneditable", "answer=%s why=\"%s\"", parts->ans.answer_id,
                own.msg);
        own = (struct drc_err)DRC_ERR_INIT;
        to.where = DRC_TO_CHANNEL;
        rc = drc_deliver(env, req, "answer-anew", &to, m, &posted, &own);
        rec->ts = rc == 0 ? posted.ts : rec->ts;
    }
    if (rc < 0) {
        drc_err_set(err, own.code, "%s", own.msg);
        if (err != NULL)
            err->retry_ms = own.retry_ms;
        return -1;
    }
    env->poster->status(env->poster, env->a, rec->channel, rec->thread_ts, "");
    drc_unkept(req, drc_store_answer_put(env->state, rec, env->now_ms, &own), &own);
    keep_evidence(env, req, &parts->c, &parts->ans);
    drc_made_keep_answer(env, req, parts, typed, m);
    return 0;
}

static int post_answer(struct drc_env *env, const struct drc_request *req,
                       const struct drc_answer_parts *parts, const struct drc_typed *typed,
                       struct drc_stored_answer *rec, struct drc_err *err)
{
    struct drc_posted posted;
    struct drc_message *m = drc_compose_answer(env->a, &parts->c, &parts->ans);
    struct drc_to to = {
        .where = DRC_TO_CHANNEL, .channel = req->channel, .thread_ts = rec->thread_ts};
    /* The record comes first: a click that races with a crash finds it, and the Prompt button never
     * points nowhere. */
    if (drc_store_answer_put(env->state, rec, env->now_ms, err) < 0 ||
        drc_deliver(env, req, "answer", &to, m, &posted, err) < 0)
        return -1;
    rec->channel = posted.channel == NULL ? rec->channel : posted.channel;
    rec->ts = posted.ts;
    struct drc_err own = DRC_ERR_INIT;
    drc_unkept(req, drc_store_answer_put(env->state, rec, env->now_ms, &own), &own);
    keep_evidence(env, req, &parts->c, &parts->ans);
    drc_made_keep_answer(env, req, parts, typed, m);
    return 0;
}

/* Of one entity or, in a comparison, of two; with what was asked before. */
static int make_context(struct drc_env *env, const struct drc_run *run, const char *entity_id,
                        const struct drc_chip *chip, const struct drc_typed *typed,
                        struct drc_context *c, struct drc_err *err)
{
    struct drc_context other;
    if (drc_env_context(env, &run->result, entity_id, c, err) < 0)
        return -1;
    if (typed != NULL && typed->other != NULL) {
        if (drc_env_context(env, &run->result, typed->other, &other, err) < 0)
            return -1;
        drc_compare_contexts(env->a, c, &other);
    }
    if (drc_env_assemble(env, chip, typed, c, err) < 0)
        return -1;
    if (typed != NULL)
        drc_followup_add(env->a, c, typed->earlier, typed->earlier_count);
    return 0;
}

int drc_answer_make(struct drc_env *env, const struct drc_run *run, const char *entity_id,
                    const struct drc_chip *chip, const struct drc_typed *typed,
                    const char *answer_id, const char *asked_by, struct drc_answer_parts *out,
                    struct drc_err *err)
{
    const char *question = typed == NULL ? NULL : typed->text;
    if (make_context(env, run, entity_id, chip, typed, &out->c, err) < 0 ||
        drc_prompt_make(env->a, &env->snap->chips, chip, &out->c, question, &out->prompt, err) < 0)
        return -1;
    out->ans = (struct drc_answer){
        .chip = chip,
        .answer_id = answer_id,
        .run_id = run->run_id,
        .asked_by = asked_by,
        .question = question,
        .missing = out->c.docs_only ? NULL : drc_answer_missing(env->a, env->snap, chip, &out->c),
        .prompt = &out->prompt,
        .model = env->llm == NULL ? NULL : env->llm->model,
    };
    return 0;
}

int drc_run_answer(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                   const char *entity_id, const struct drc_chip *chip,
                   const struct drc_typed *typed, const char *thread_ts, struct drc_outcome *out,
                   struct drc_err *err)
{
    const char *question = typed == NULL ? NULL : typed->text;
    const char *chip_key = question == NULL ? chip->id : req->key;
    struct drc_stored_answer rec;
    int known =
        drc_store_answer_find(env->state, env->a, run->run_id, entity_id, chip_key, &rec, err);
    if (known < 0)
        return -1;
    bool mine = known == 1 && strcmp(rec.request_key, req->key) == 0;
    if (known == 1 && !mine && rec.ts != NULL)
        return already_answered(env, req, &rec, chip, err);
    bool deleted_mine = false;
    int deleted = drc_store_answers_deleted(env->state, run->run_id, entity_id, chip_key, req->key,
                                            &deleted_mine, err);
    if (deleted < 0)
        return -1;
    if (deleted_mine) /* while the model was at work: nobody wants it any more */
        return 0;
    struct drc_answer_parts parts;
    if (drc_answer_make(env, run, entity_id, chip, typed,
                        answer_id_of(env->a, run, entity_id, chip_key, deleted), req->user, &parts,
                        err) < 0)
        return -1;
    struct drc_answer *ans = &parts.ans;
    bool wants_model = env->llm != NULL && ans->missing == NULL && !env->model_off;
    ans->waiting = wants_model;
    if (env->model_off)
        ans->withheld = "drc was ended each time that the model was asked for it";
    struct drc_stored_answer fresh = {.answer_id = ans->answer_id,
                                      .run_id = run->run_id,
                                      .entity_id = entity_id,
                                      .chip_key = chip_key,
                                      .request_key = req->key,
                                      .channel = req->channel,
                                      .thread_ts = thread_ts,
                                      .ts = mine ? rec.ts : NULL,
                                      .prompt = drc_prompt_whole(env->a, &parts.prompt),
                                      .prompt_hash = parts.prompt.hash,
                                      .model = env->llm == NULL ? "template" : env->llm->model,
                                      .verdict = ans->waiting            ? "waiting"
                                                 : ans->withheld != NULL ? ans->withheld
                                                                         : "template",
                                      .debug = drc_debug_text(env->a, &parts.c, &parts.prompt),
                                      .checks = "",
                                      .user_id = req->user,
                                      .question = question == NULL ? chip->question : typed->text};
    if (wants_model && fresh.ts != NULL && env->again_queued) {
        struct drc_said said = {NULL, fresh.verdict, "", NULL};
        drc_ask_model(env, &parts.c, ans, &said);
        fresh.model_text = said.raw;
        fresh.verdict = said.verdict;
        fresh.checks = said.checks;
        fresh.repair = said.repair;
        return finish_answer(env, req, &parts, typed, &fresh, err);
    }
    if (post_answer(env, req, &parts, typed, &fresh, err) < 0)
        return -1;
    if (env->model_off)
        return finish_answer(env, req, &parts, typed, &fresh, err);
    drc_log(DRC_LOG_INFO, "answer.posted", "answer=%s run=%s entity=\"%s\" chip=%s prompt=%.8s",
            ans->answer_id, run->run_id, entity_id, chip->id, parts.prompt.hash);
    if (wants_model) {
        env->poster->status(env->poster, env->a, fresh.channel, thread_ts, "is thinking...");
        *out = (struct drc_outcome){true, DRC_CLASS_MODEL, 0};
    }
    return 0;
}
