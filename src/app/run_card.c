/* Entity cards: a pick in a report, or `job <id or name>`. */
#include <stdlib.h>
#include <string.h>

#include "drc/limits.h"
#include "drc/run.h"
#include "drc/utf8.h"

#define CHOICES_MAX 20

/* The card is there already: say where. */
static int link_to(struct drc_env *env, const struct drc_request *req, const char *channel,
                   const char *ts, const char *what, struct drc_err *err)
{
    struct drc_message *m = drc_message_new(env->a, what);
    struct drc_block *b = drc_message_add(env->a, m, DRC_BLOCK_TEXT, "where");
    drc_text_printf(env->a, &b->text, DRC_SPAN_PLAIN, "%s", what);
    const char *link = env->poster->permalink(env->poster, env->a, channel, ts);
    if (link != NULL) {
        drc_text_add(env->a, &b->text, DRC_SPAN_PLAIN, ": ");
        drc_text_link(env->a, &b->text, "go to it", link);
    }
    return drc_whisper(env, req, m, err);
}

/* Where a run's thread hangs: under its message, or under the clicked one where the run has none of
 * its own. */
static const char *thread_of(const struct drc_request *req, const struct drc_run *run)
{
    if (req->thread_ts != NULL)
        return req->thread_ts;
    return run->message_ts != NULL ? run->message_ts : req->message_ts;
}

int drc_run_card(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                 const char *entity_id, struct drc_err *err)
{
    const char *channel = NULL, *thread = thread_of(req, run);
    const char *ts = drc_store_card(env->state, env->a, run->run_id, entity_id, &channel, err);
    struct drc_context c;
    struct drc_picture pic;
    struct drc_posted posted;
    if (drc_env_context(env, &run->result, entity_id, &c, err) < 0)
        return -1;
    if (ts != NULL)
        return link_to(
            env, req, channel, ts,
            drc_arena_printf(env->a, "The card of %s is in this thread already", c.selection.label),
            err);
    struct drc_card_line lines[DRC_CARD_LINES_MAX];
    size_t n;
    if (drc_card_lines(env->a, env->facts, env->snap->cards, env->snap->card_count, entity_id,
                       lines, DRC_CARD_LINES_MAX, &n, err) < 0)
        return -1;
    drc_picture_entity(env, &c, &pic);
    struct drc_message *m = drc_compose_card(env->a, env->snap, &c, lines, n, run->run_id,
                                             req->user, env->poster->bot_user, &pic);
    struct drc_to to = {.where = DRC_TO_CHANNEL, .channel = req->channel, .thread_ts = thread};
    if (drc_deliver(env, req, "card", &to, m, &posted, err) < 0)
        return -1;
    if (posted.ts == NULL)
        return 0;
    const char *root = thread == NULL ? posted.ts : thread;
    struct drc_err own = DRC_ERR_INIT;
    if (thread == NULL)
        drc_unkept(req,
                   drc_store_run_posted(env->state, run->run_id, posted.channel, posted.ts, &own),
                   &own);
    drc_unkept(req,
               drc_store_select(env->state, req->user, posted.channel, root, run->run_id, entity_id,
                                env->now_ms, &own),
               &own);
    drc_unkept(req,
               drc_store_card_put(env->state, run->run_id, entity_id, posted.channel, thread,
                                  posted.ts, &own),
               &own);
    return 0;
}

int drc_run_pick(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    const char *run_id, *entity;
    if (drc_value_split(env->a, req->value, &run_id, &entity) < 0)
        return drc_err_set(err, DRC_ERR_INPUT, "that menu entry is not one of mine");
    if (strcmp(run_id, "-") == 0) /* chosen from a list of names: there is no run yet */
        return drc_run_job(env, req, entity, err);
    struct drc_run run;
    if (drc_store_run_get(env->state, env->a, env->snap, run_id, &run, err) < 0)
        return -1;
    const char *root = req->thread_ts != NULL ? req->thread_ts : req->message_ts;
    if (root != NULL && drc_store_select(env->state, req->user, req->channel, root, run_id, entity,
                                         env->now_ms, err) < 0)
        return -1;
    if (strncmp(entity, "report:", 7) == 0)
        return drc_whisper_text(
            env, req, "The questions under the report now ask about the whole report.", err);
    return drc_run_card(env, req, &run, entity, err);
}

/* "https://host/jobs/123?o=7" or "https://host/?o=7#job/123": the id. */
static const char *id_of_url(struct drc_arena *a, const char *text)
{
    const char *p = strstr(text, "/jobs/");
    if (p != NULL)
        p += strlen("/jobs/");
    size_t n = p == NULL ? 0 : strspn(p, "0123456789");
    return n == 0 ? NULL : drc_arena_strndup(a, p, n);
}

static const char *cell_text(const struct drc_rows *rows, size_t row, const char *name)
{
    for (size_t c = 0; c < rows->column_count; c++)
        if (strcmp(rows->columns[c], name) == 0 &&
            rows->cells[row * rows->column_count + c].type == DRC_CELL_TEXT)
            return rows->cells[row * rows->column_count + c].text;
    return "";
}

static int64_t cell_int(const struct drc_rows *rows, size_t row, const char *name)
{
    for (size_t c = 0; c < rows->column_count; c++)
        if (strcmp(rows->columns[c], name) == 0 &&
            rows->cells[row * rows->column_count + c].type == DRC_CELL_INT)
            return rows->cells[row * rows->column_count + c].i;
    return -1;
}

static int find_jobs(struct drc_env *env, const char *q, int max, struct drc_rows *rows,
                     struct drc_err *err)
{
    struct drc_sql_param params[] = {{"q", {DRC_CELL_TEXT, 0, 0, q}},
                                     {"workspace", {DRC_CELL_NULL, 0, 0, NULL}}};
    if (drc_db_select(env->facts, env->a, env->snap->find_job_sql, params, 2, max,
                      DRC_REPORT_DEADLINE_MS, rows, err) < 0)
        return drc_err_context(err, "looking for a job");
    return 0;
}

static int no_such_job(struct drc_env *env, const char *q, struct drc_err *err)
{
    struct drc_rows all;
    const char *best = NULL;
    int distance = 9;
    if (find_jobs(env, "", DRC_REPORT_ROWS_MAX, &all, err) < 0)
        return -1;
    for (size_t i = 0; i < all.row_count; i++) {
        const char *name = cell_text(&all, i, "job_name");
        int d = drc_utf8_distance(q, name);
        if (d < distance && (size_t)d < strlen(q)) {
            distance = d;
            best = name;
        }
    }
    if (best != NULL)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "there is no job '%.80s'. Did you mean '%.80s'?",
                           q, best);
    return drc_err_set(err, DRC_ERR_NOTFOUND,
                       "there is no job '%.80s'; give its id, its name or a part of the name", q);
}

static int offer(struct drc_env *env, const struct drc_request *req, const char *q,
                 const struct drc_rows *rows, struct drc_err *err)
{
    struct drc_option *options = drc_arena_array(env->a, rows->row_count, sizeof *options);
    size_t n = 0;
    for (size_t i = 0; i < rows->row_count; i++) {
        const char *name = cell_text(rows, i, "job_name"),
                   *ws = cell_text(rows, i, "workspace_name");
        const char *value = drc_value_make(env->a, "-", cell_text(rows, i, "job_key"));
        if (strlen(value) <= 150)
            options[n++] =
                (struct drc_option){drc_utf8_clean(env->a, name, strlen(name), 75, false), value,
                                    drc_utf8_clean(env->a, ws, strlen(ws), 75, false), NULL};
    }
    return drc_whisper(
        env, req,
        drc_compose_choice(
            env->a, drc_arena_printf(env->a, "%zu jobs fit \u201c%s\u201d. Which one?", n, q),
            options, n),
        err);
}

static int card_of_job(struct drc_env *env, const struct drc_request *req, const char *entity,
                       const char *name, struct drc_err *err)
{
    const struct drc_report *r = drc_snapshot_report(env->snap, "job-cost");
    struct drc_params params;
    struct drc_result res;
    struct drc_run run;
    if (r == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "the report job-cost is not there");
    if (drc_params_parse(env->a, r, "", &params, err) < 0 ||
        drc_report_run(env->facts, env->a, r, &params, &res, err) < 0)
        return -1;
    int row = drc_result_find(&res, entity);
    if (row < 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "'%.80s' had no cost in the last %d days", name,
                           params.days);
    if (drc_store_run_put(env->state, env->a, env->snap, req->key, req->user, req->channel, &res,
                          env->now_ms, &run, err) < 0)
        return -1;
    return drc_run_card(env, req, &run, entity, err);
}

int drc_run_job(struct drc_env *env, const struct drc_request *req, const char *words,
                struct drc_err *err)
{
    const char *url_id = id_of_url(env->a, words);
    const char *q = url_id != NULL ? url_id
                                   : drc_utf8_clean(env->a, words, strlen(words),
                                                    DRC_NAME_MAX_CHARS * 2, false);
    if (*q == '\0')
        return drc_err_set(err, DRC_ERR_INPUT,
                           "which job? Give its id or its name, for example `%sjob 1042`",
                           env->poster->sigil);
    struct drc_rows rows;
    if (find_jobs(env, q, CHOICES_MAX, &rows, err) < 0)
        return -1;
    if (rows.row_count == 0)
        return no_such_job(env, q, err);
    int64_t best = cell_int(&rows, 0, "match_rank");
    bool clear = rows.row_count == 1 || cell_int(&rows, 1, "match_rank") != best;
    if (!clear)
        return offer(env, req, q, &rows, err);
    return card_of_job(env, req, cell_text(&rows, 0, "job_key"), cell_text(&rows, 0, "job_name"),
                       err);
}
