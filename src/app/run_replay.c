/* `drc replay` and the Replay button: a message is made anew from what is stored, and compared. */
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/followup.h"
#include "drc/run.h"

static void add_note(struct drc_replay *r, const char *sentence)
{
    if (r->note_count < sizeof r->notes / sizeof *r->notes)
        r->notes[r->note_count++] = sentence;
}

static const char *day_of(struct drc_arena *a, int64_t ms)
{
    char stamp[25];
    drc_time_iso(ms, stamp);
    stamp[10] = ' ';
    return drc_arena_printf(a, "%.16s UTC", stamp);
}

/* ---- rows --------------------------------------------------------------------------------- */

static const char *input(const struct drc_inputs *in, const char *name)
{
    for (size_t i = 0; i < in->count; i++)
        if (strcmp(in->list[i].name, name) == 0)
            return in->list[i].value;
    return "";
}

/* The stored rows are the ones that were kept, and, on the same facts, the SQL gives them again. */
static void replay_rows(struct drc_env *env, const struct drc_run *run,
                        const struct drc_inputs *now, struct drc_replay *r)
{
    const struct drc_result *res = &run->result;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_result anew;
    r->rows_same = strcmp(res->rows_hash, run->rows_hash) == 0;
    if (!r->rows_same) {
        r->rows = drc_arena_printf(env->a, "differ from those that were kept, was %.*s now %.*s",
                                   DRC_MADE_HASH_CHARS, run->rows_hash, DRC_MADE_HASH_CHARS,
                                   res->rows_hash);
        return;
    }
    r->rows = res->report->reads_state
                  ? "same as they were kept; not run anew, what they count has gone on"
                  : "same as they were kept; not run anew, the facts are of another build";
    if (strcmp(input(now, "facts database"), res->generation) != 0)
        return;
    if (drc_report_run(env->facts, env->a, res->report, &res->params, &anew, &err) < 0) {
        r->rows_same = false;
        r->rows =
            drc_arena_printf(env->a, "same as they were kept; run anew it fails: %s", err.msg);
        return;
    }
    r->rows_same = strcmp(anew.rows_hash, run->rows_hash) == 0;
    r->rows = r->rows_same ? "same, also run anew"
                           : drc_arena_printf(env->a, "differ when run anew, was %.*s now %.*s",
                                              DRC_MADE_HASH_CHARS, run->rows_hash,
                                              DRC_MADE_HASH_CHARS, anew.rows_hash);
}

/* ---- inputs ------------------------------------------------------------------------------- */

static void compare_inputs(struct drc_env *env, const struct drc_stored_made *rec,
                           const struct drc_inputs *now, struct drc_replay *r)
{
    r->inputs = drc_arena_array(env->a, 2 * DRC_INPUTS_MAX, sizeof *r->inputs);
    r->input_count = r->recorded ? drc_inputs_compare(env->a, &rec->inputs, now, r->inputs) : 0;
}

/* It cannot be made anew: what can still be said is which of the files is another one or gone. */
static void not_made(struct drc_env *env, const struct drc_stored_made *rec, const char *report_id,
                     const char *why, struct drc_replay *r)
{
    const struct drc_report *report = drc_snapshot_report(env->snap, report_id);
    const struct drc_chip *chip =
        rec->chip == NULL ? NULL : drc_chip_find(&env->snap->chips, rec->chip);
    struct drc_inputs all = {.count = 0};
    struct drc_replay_input pairs[2 * DRC_INPUTS_MAX];
    if (report == NULL)
        report = drc_snapshot_entity(env->snap, report_id);
    if (report != NULL)
        drc_inputs_add(env->a, &all, report->path,
                       drc_arena_strndup(env->a, report->sql_hash, DRC_MADE_HASH_CHARS));
    if (chip != NULL)
        drc_inputs_add(env->a, &all, chip->path,
                       drc_arena_strndup(env->a, chip->hash, DRC_MADE_HASH_CHARS));
    size_t n = drc_inputs_compare(env->a, &rec->inputs, &all, pairs);
    r->not_made = why;
    r->rows_same = true;
    r->inputs = drc_arena_array(env->a, n, sizeof *r->inputs);
    for (size_t i = 0; r->recorded && i < n; i++) { /* of the rest nothing is known */
        bool file = strncmp(pairs[i].name, "sql/reports/", 12) == 0 ||
                    strncmp(pairs[i].name, "sql/entities/", 13) == 0 ||
                    (rec->chip != NULL && *rec->chip != '\0' &&
                     strncmp(pairs[i].name, "prompts/chips/", 14) == 0);
        if (file)
            r->inputs[r->input_count++] = pairs[i];
    }
}

/* ---- messages ----------------------------------------------------------------------------- */

/* As the poster left the picture: uploaded under this name, or replaced by a sentence. */
static void set_picture(struct drc_arena *a, struct drc_message *m,
                        const struct drc_stored_made *rec)
{
    for (struct drc_block *b = m->first; b != NULL; b = b->next) {
        if (b->kind != DRC_BLOCK_IMAGE)
            continue;
        b->image.file_ref = rec->file_ref;
        if (rec->file_ref == NULL && rec->no_picture != NULL) {
            b->kind = DRC_BLOCK_CONTEXT;
            drc_text_add(a, &b->text, DRC_SPAN_PLAIN, rec->no_picture);
        }
    }
}

static int replay_report(struct drc_env *env, const struct drc_run *run,
                         const struct drc_stored_made *rec, struct drc_replay *r,
                         struct drc_err *err)
{
    struct drc_picture pic;
    struct drc_inputs now;
    if (drc_inputs_run(env, run, rec->entity, &now, err) < 0)
        return -1;
    replay_rows(env, run, &now, r);
    compare_inputs(env, rec, &now, r);
    struct drc_message *m = rec->entity == NULL ? drc_report_message(env, run, run->user, &pic, err)
                                                : drc_card_message(env, run, rec->entity, run->user,
                                                                   rec->bot_user, &pic, err);
    if (m == NULL)
        return -1;
    set_picture(env->a, m, rec);
    r->now = drc_made_of(env->a, m, &pic, NULL);
    return 0;
}

/* The words, the route and the company that the question had then. */
static int typed_of(struct drc_env *env, const struct drc_run *run,
                    const struct drc_stored_answer *ans, const struct drc_stored_made *rec,
                    struct drc_typed *out, struct drc_err *err)
{
    const char **earlier = drc_arena_array(env->a, DRC_EARLIER_MAX, sizeof *earlier);
    const char *kind =
        strncmp(ans->entity_id, "report:", 7) == 0 ? "report" : run->result.report->entity;
    if (drc_env_route(env, ans->question, kind, false, out, err) < 0)
        return -1;
    out->route.kind = DRC_ROUTING_ANSWER;
    out->route.corpora = rec->corpora;
    out->other = rec->other;
    if (out->other != NULL) { /* a comparison is not searched for */
        memset(&out->pages, 0, sizeof out->pages);
        out->searched = out->off = NULL;
    }
    for (const char *p = rec->earlier; *p != '\0' && out->earlier_count < DRC_EARLIER_MAX;) {
        size_t n = strcspn(p, "\n");
        earlier[out->earlier_count++] = drc_arena_strndup(env->a, p, n);
        p += n + (p[n] == '\n');
    }
    out->earlier = earlier;
    return 0;
}

/* What became of the model's answer, without asking it: the stored text is checked again. */
static void say_again(struct drc_env *env, const struct drc_stored_answer *ans,
                      struct drc_answer_parts *parts, struct drc_replay *r)
{
    static const char withheld[] = "withheld: ", none[] = "no answer: ", posted[] = "posted: ";
    const char *v = ans->verdict;
    parts->ans.model = strcmp(ans->model, "template") == 0 ? NULL : ans->model;
    if (strcmp(v, "waiting") == 0) {
        parts->ans.waiting = true;
        add_note(r, "the model has not answered yet");
    } else if (strncmp(v, posted, strlen(posted)) == 0 && ans->model_text != NULL) {
        drc_answer_recheck(env, &parts->c, &parts->ans, ans->model_text, ans->repair != NULL);
        add_note(r, drc_arena_printf(env->a,
                                     "%s was not asked again: its stored text was checked again",
                                     ans->model));
    } else if (strncmp(v, withheld, strlen(withheld)) == 0) {
        parts->ans.withheld = v + strlen(withheld);
        add_note(r, drc_arena_printf(env->a, "%s was not asked again: its text was withheld",
                                     ans->model));
    } else if (strncmp(v, none, strlen(none)) == 0) {
        parts->ans.withheld = v + strlen(none);
        add_note(
            r, drc_arena_printf(env->a, "%s was not asked again: it had not answered", ans->model));
    } else if (strcmp(v, "template") != 0) {
        parts->ans.withheld = v;
    }
}

static int replay_answer(struct drc_env *env, const struct drc_stored_answer *ans,
                         const struct drc_run *run, const struct drc_chip *chip,
                         const struct drc_stored_made *rec, struct drc_replay *r,
                         struct drc_err *err)
{
    struct drc_answer_parts parts;
    struct drc_typed typed, *words = NULL;
    struct drc_inputs now;
    if (strcmp(ans->chip_key, ans->request_key) == 0) {
        words = &typed;
        if (typed_of(env, run, ans, rec, words, err) < 0)
            return -1;
    }
    if (drc_answer_make(env, run, ans->entity_id, chip, words, ans->answer_id, ans->user_id, &parts,
                        err) < 0 ||
        drc_inputs_answer(env, &parts, &now, err) < 0)
        return -1;
    say_again(env, ans, &parts, r);
    replay_rows(env, run, &now, r);
    compare_inputs(env, rec, &now, r);
    r->now = drc_made_of(env->a, drc_compose_answer(env->a, &parts.c, &parts.ans), NULL,
                         parts.prompt.hash);
    return 0;
}

/* The fixed question of an answer; of a comparison, made as it was then. */
static const struct drc_chip *chip_of(struct drc_env *env, const struct drc_stored_made *rec)
{
    if (rec->other == NULL)
        return drc_chip_find(&env->snap->chips, rec->chip);
    const char *kind = drc_arena_strndup(env->a, rec->chip, strcspn(rec->chip, "."));
    const struct drc_chip *like = drc_chip_for(&env->snap->chips, kind, "explain");
    return like == NULL ? NULL : drc_compare_chip(env->a, like);
}

/* ---- the whole ---------------------------------------------------------------------------- */

static int unknown(const char *id, struct drc_err *err)
{
    return drc_err_set(err, DRC_ERR_INPUT,
                       "no report run and no answer is stored as '%.40s'. The id of a run stands "
                       "under each report; what is older than %d days (DRC_RETENTION_DAYS) or was "
                       "deleted is gone",
                       id, drc_conf_int("DRC_RETENTION_DAYS"));
}

static int replay_stored(struct drc_env *env, const struct drc_stored_answer *ans,
                         const struct drc_run *run, const struct drc_stored_made *rec,
                         struct drc_replay *r, struct drc_err *err)
{
    if (ans == NULL)
        return replay_report(env, run, rec, r, err);
    if (!r->recorded)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "it was posted by a version that kept no hashes");
    const struct drc_chip *chip = chip_of(env, rec);
    if (chip == NULL)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "the question '%.60s' is no longer there",
                           rec->chip);
    return replay_answer(env, ans, run, chip, rec, r, err);
}

int drc_replay_run(struct drc_env *env, const char *id, struct drc_replay *out, struct drc_err *err)
{
    struct drc_stored_answer ans;
    struct drc_stored_made rec;
    struct drc_run run;
    struct drc_err why = DRC_ERR_INIT;
    memset(out, 0, sizeof *out);
    int answer = drc_store_answer_get(env->state, env->a, id, &ans, err);
    if (answer < 0)
        return -1;
    int rc =
        drc_store_run_get(env->state, env->a, env->snap, answer == 1 ? ans.run_id : id, &run, &why);
    if (rc < 0 && why.code != DRC_ERR_NOTFOUND)
        return drc_err_set(err, why.code, "%s", why.msg);
    if (run.run_id == NULL)
        return unknown(id, err);
    int made = drc_store_made_get(env->state, env->a, id, &rec, err);
    if (made < 0)
        return -1;
    out->recorded = made == 1;
    out->id = id;
    out->made = day_of(env->a, answer == 1 ? ans.created_ms : run.created_ms);
    out->was = rec.made;
    out->what = answer == 1 ? drc_arena_printf(env->a, "answer %s", out->recorded ? rec.chip : "")
                            : drc_arena_printf(env->a, "%s %s, run",
                                               rec.entity == NULL ? "report" : "card of",
                                               rec.entity == NULL ? run.report_id : rec.entity);
    if (rc == 0)
        rc = replay_stored(env, answer == 1 ? &ans : NULL, &run, &rec, out, &why);
    if (rc < 0)
        not_made(env, &rec, run.report_id, drc_arena_strdup(env->a, why.msg), out);
    if (rec.degraded)
        add_note(out, "Slack took only a part of the message then; the whole is compared");
    return 0;
}
