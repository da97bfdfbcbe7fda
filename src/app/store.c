#include "drc/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/digest.h"

struct drc_db *drc_store_open(const char *path, const char *home, struct drc_err *err)
{
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/sql/state", home);
    struct drc_db *db = drc_db_open(path, DRC_DB_CREATE, err);
    if (db != NULL && drc_db_migrate(db, dir, err) == 0)
        return db;
    drc_db_close(db);
    return NULL;
}

struct drc_db *drc_store_open_reports(const struct drc_db *state, struct drc_err *err)
{
    struct drc_db *db = drc_db_open(drc_db_path(state), DRC_DB_READ, err);
    if (db != NULL && drc_db_sandbox_only(db, drc_report_state, drc_report_state_count, err) == 0)
        return db;
    drc_db_close(db);
    return NULL;
}

/* One row of text columns into out[0..n); 1, 0 or -1. The statement is done either way. */
static int one_row(struct drc_stmt *st, struct drc_arena *a, const char **out, int n,
                   struct drc_err *err)
{
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    for (int i = 0; rc == 1 && i < n; i++)
        out[i] = drc_arena_strdup(a, drc_db_text(st, i));
    drc_db_done(st);
    return rc;
}

int drc_store_start(struct drc_db *state, const char *request_key, int64_t now_ms,
                    struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err,
        "INSERT INTO request_start (request_key, starts, last_ms) VALUES (?, 1, ?)"
        " ON CONFLICT (request_key) DO UPDATE SET starts = starts + 1, last_ms = excluded.last_ms"
        " RETURNING starts",
        "si", request_key, now_ms);
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    int starts = rc == 1 ? (int)drc_db_int(st, 0) : -1;
    while (rc == 1)
        rc = drc_db_next(st, err);
    drc_db_done(st);
    return rc < 0 ? -1 : starts;
}

/* One number, 0 where there is no row; -1 error. The statement is done either way. */
static int one_int(struct drc_stmt *st, struct drc_err *err)
{
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    int n = rc == 1 ? (int)drc_db_int(st, 0) : 0;
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

int drc_store_starts(struct drc_db *state, const char *request_key, struct drc_err *err)
{
    return one_int(drc_db_query(state, err,
                                "SELECT starts FROM request_start WHERE request_key = ?", "s",
                                request_key),
                   err);
}

/* ---- runs --------------------------------------------------------------------------------- */

const char *drc_store_run_of_request(struct drc_db *state, struct drc_arena *a,
                                     const char *request_key, struct drc_err *err)
{
    const char *run_id;
    struct drc_stmt *st = drc_db_query(
        state, err, "SELECT run_id FROM report_run WHERE request_key = ?", "s", request_key);
    return one_row(st, a, &run_id, 1, err) == 1 ? run_id : NULL;
}

static int next_seq(struct drc_db *state, int64_t *seq, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(state, err, "SELECT coalesce(max(seq), 0) + 1 FROM report_run", "");
    if (st == NULL || drc_db_next(st, err) != 1) {
        drc_db_done(st);
        return -1;
    }
    *seq = drc_db_int(st, 0);
    drc_db_done(st);
    return 0;
}

static int insert_run(struct drc_db *state, struct drc_arena *a, const char *request_key,
                      const char *user, const char *channel, const struct drc_result *res,
                      int64_t now_ms, const char **run_id, struct drc_err *err)
{
    int64_t seq;
    char id[8];
    const char *words = drc_params_text(a, res->report, &res->params);
    if (next_seq(state, &seq, err) < 0)
        return -1;
    const char *seed = drc_arena_printf(a, "%s|%s|%s|%lld", words, res->report->sql_hash,
                                        res->rows_hash, (long long)seq);
    drc_sha256_id(seed, strlen(seed), 6, id);
    *run_id = drc_arena_strdup(a, id);
    return drc_db_run(
        state, err,
        "INSERT INTO report_run (run_id, seq, request_key, report_id, version, parameters, result, "
        "sql_hash,"
        " rows_hash, created_ms, user_id, channel) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "sississssiss", id, seq, request_key, res->report->id, (int64_t)res->report->version, words,
        drc_result_to_json(a, res), res->report->sql_hash, res->rows_hash, now_ms, user,
        channel == NULL ? "" : channel);
}

int drc_store_run_put(struct drc_db *state, struct drc_arena *a, const struct drc_snapshot *s,
                      const char *request_key, const char *user, const char *channel,
                      const struct drc_result *res, int64_t now_ms, struct drc_run *out,
                      struct drc_err *err)
{
    const char *known = drc_store_run_of_request(state, a, request_key, err);
    if (known != NULL)
        return drc_store_run_get(state, a, s, known, out, err);
    if (drc_db_exec(state, "BEGIN IMMEDIATE", err) <
        0) /* one writer at a time takes the next number */
        return -1;
    const char *run_id = NULL;
    int rc = insert_run(state, a, request_key, user, channel, res, now_ms, &run_id, err);
    if (drc_db_exec(state, rc == 0 ? "COMMIT" : "ROLLBACK", rc == 0 ? err : NULL) < 0 || rc < 0)
        return -1;
    *out = (struct drc_run){.run_id = run_id,
                            .channel = drc_arena_strdup(a, channel),
                            .report_id = res->report->id,
                            .user = drc_arena_strdup(a, user),
                            .rows_hash = drc_arena_strdup(a, res->rows_hash),
                            .created_ms = now_ms,
                            .result = *res};
    return 0;
}

int drc_store_run_get(struct drc_db *state, struct drc_arena *a, const struct drc_snapshot *s,
                      const char *run_id, struct drc_run *out, struct drc_err *err)
{
    const char *col[8];
    memset(out, 0, sizeof *out);
    struct drc_stmt *st =
        drc_db_query(state, err,
                     "SELECT run_id, channel, message_ts, result, report_id, user_id, rows_hash,"
                     " created_ms FROM report_run WHERE run_id = ?",
                     "s", run_id);
    int rc = one_row(st, a, col, 8, err);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND,
                           "there is no report run '%.40s' any more: run the report again", run_id);
    out->run_id = col[0];
    out->channel = col[1];
    out->message_ts = col[2];
    out->report_id = col[4];
    out->user = col[5];
    out->rows_hash = col[6];
    out->created_ms = strtoll(col[7], NULL, 10);
    return drc_result_from_json(a, s, col[3], &out->result, err);
}

int drc_store_run_posted(struct drc_db *state, const char *run_id, const char *channel,
                         const char *ts, struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE report_run SET channel = ?, message_ts = ? WHERE run_id = ?", "sss",
                      channel, ts, run_id);
}

const char *drc_store_run_of_thread(struct drc_db *state, struct drc_arena *a, const char *channel,
                                    const char *thread_ts, const char **entity, struct drc_err *err)
{
    const char *col[2];
    *entity = NULL;
    struct drc_stmt *st = drc_db_query(
        state, err,
        "SELECT run_id, NULL FROM report_run WHERE channel = ?1 AND message_ts = ?2"
        " UNION ALL SELECT run_id, entity_id FROM card WHERE channel = ?1 AND ts = ?2 LIMIT 1",
        "ss", channel, thread_ts);
    if (one_row(st, a, col, 2, err) != 1)
        return NULL;
    *entity = col[1];
    return col[0];
}

int drc_store_recent(struct drc_db *state, struct drc_arena *a, const char *user,
                     struct drc_run_line *out, int max, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err,
        "SELECT run_id, report_id, parameters, channel, message_ts, created_ms FROM report_run"
        " WHERE user_id = ? AND message_ts IS NOT NULL ORDER BY seq DESC LIMIT ?",
        "si", user, (int64_t)max);
    int n = 0, rc = -1;
    while (st != NULL && (rc = drc_db_next(st, err)) == 1 && n < max) {
        out[n++] = (struct drc_run_line){
            drc_arena_strdup(a, drc_db_text(st, 0)), drc_arena_strdup(a, drc_db_text(st, 1)),
            drc_arena_strdup(a, drc_db_text(st, 2)), drc_arena_strdup(a, drc_db_text(st, 3)),
            drc_arena_strdup(a, drc_db_text(st, 4)), drc_db_int(st, 5)};
    }
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

/* ---- cards and selections ----------------------------------------------------------------- */

const char *drc_store_card(struct drc_db *state, struct drc_arena *a, const char *run_id,
                           const char *entity_id, const char **channel, struct drc_err *err)
{
    const char *col[2];
    struct drc_stmt *st =
        drc_db_query(state, err, "SELECT ts, channel FROM card WHERE run_id = ? AND entity_id = ?",
                     "ss", run_id, entity_id);
    if (one_row(st, a, col, 2, err) != 1)
        return NULL;
    *channel = col[1];
    return col[0];
}

int drc_store_card_put(struct drc_db *state, const char *run_id, const char *entity_id,
                       const char *channel, const char *thread_ts, const char *ts,
                       struct drc_err *err)
{
    return drc_db_run(
        state, err,
        "INSERT INTO card (run_id, entity_id, channel, thread_ts, ts) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (run_id, entity_id) DO UPDATE SET channel = excluded.channel,"
        " thread_ts = excluded.thread_ts, ts = excluded.ts",
        "sssss", run_id, entity_id, channel, thread_ts, ts);
}

int drc_store_select(struct drc_db *state, const char *user, const char *channel,
                     const char *thread_ts, const char *run_id, const char *entity_id,
                     int64_t now_ms, struct drc_err *err)
{
    return drc_db_run(
        state, err,
        "INSERT INTO selection (user_id, channel, thread_ts, run_id, entity_id, at_ms) VALUES (?, "
        "?, ?, ?, ?, ?)"
        " ON CONFLICT (user_id, channel, thread_ts) DO UPDATE SET run_id = excluded.run_id,"
        " entity_id = excluded.entity_id, at_ms = excluded.at_ms",
        "sssssi", user, channel, thread_ts == NULL ? "" : thread_ts, run_id, entity_id, now_ms);
}

const char *drc_store_selected(struct drc_db *state, struct drc_arena *a, const char *user,
                               const char *channel, const char *thread_ts, const char **run_id,
                               struct drc_err *err)
{
    const char *col[2];
    struct drc_stmt *st =
        thread_ts == NULL
            ? drc_db_query(
                  state, err,
                  "SELECT entity_id, run_id FROM selection WHERE user_id = ? AND channel = ?"
                  " ORDER BY at_ms DESC, thread_ts DESC LIMIT 1",
                  "ss", user, channel)
            : drc_db_query(state, err,
                           "SELECT entity_id, run_id FROM selection WHERE user_id = ? AND channel "
                           "= ? AND thread_ts = ?",
                           "sss", user, channel, thread_ts);
    if (one_row(st, a, col, 2, err) != 1)
        return NULL;
    *run_id = col[1];
    return col[0];
}

/* ---- answers ------------------------------------------------------------------------------ */

#define ANSWER_COLUMNS                                                                             \
    "answer_id, run_id, entity_id, chip_key, request_key, channel, thread_ts, ts, prompt, "        \
    "prompt_hash, model, model_text, verdict, debug, checks, user_id, question, repair, "          \
    "created_ms"

static int take_answer(struct drc_stmt *st, struct drc_arena *a, struct drc_stored_answer *out,
                       struct drc_err *err)
{
    const char *c[19];
    int rc = one_row(st, a, c, 19, err);
    if (rc == 1)
        *out = (struct drc_stored_answer){c[0],
                                          c[1],
                                          c[2],
                                          c[3],
                                          c[4],
                                          c[5],
                                          c[6],
                                          c[7],
                                          c[8],
                                          c[9],
                                          c[10],
                                          c[11],
                                          c[12],
                                          c[13],
                                          c[14],
                                          c[15],
                                          c[16],
                                          c[17],
                                          strtoll(c[18], NULL, 10)};
    return rc;
}

int drc_store_answer_find(struct drc_db *state, struct drc_arena *a, const char *run_id,
                          const char *entity_id, const char *chip_key,
                          struct drc_stored_answer *out, struct drc_err *err)
{
    return take_answer(drc_db_query(state, err,
                                    "SELECT " ANSWER_COLUMNS
                                    " FROM answer WHERE run_id = ? AND entity_id = ?"
                                    " AND chip_key = ?",
                                    "sss", run_id, entity_id, chip_key),
                       a, out, err);
}

int drc_store_answer_get(struct drc_db *state, struct drc_arena *a, const char *answer_id,
                         struct drc_stored_answer *out, struct drc_err *err)
{
    return take_answer(drc_db_query(state, err,
                                    "SELECT " ANSWER_COLUMNS
                                    " FROM answer WHERE answer_id = ? AND deleted_ms IS NULL",
                                    "s", answer_id),
                       a, out, err);
}

int drc_store_answer_put(struct drc_db *state, const struct drc_stored_answer *n, int64_t now_ms,
                         struct drc_err *err)
{
    return drc_db_run(state, err,
                      "INSERT INTO answer (" ANSWER_COLUMNS
                      ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
                      " ON CONFLICT (answer_id) DO UPDATE SET channel = excluded.channel, "
                      "thread_ts = excluded.thread_ts,"
                      " ts = excluded.ts, prompt = excluded.prompt, prompt_hash = "
                      "excluded.prompt_hash, model = excluded.model,"
                      " model_text = excluded.model_text, verdict = excluded.verdict,"
                      " debug = excluded.debug, checks = excluded.checks,"
                      " repair = excluded.repair",
                      "ssssssssssssssssssi", n->answer_id, n->run_id, n->entity_id, n->chip_key,
                      n->request_key, n->channel, n->thread_ts, n->ts, n->prompt, n->prompt_hash,
                      n->model, n->model_text, n->verdict, n->debug,
                      n->checks == NULL ? "" : n->checks, n->user_id == NULL ? "" : n->user_id,
                      n->question == NULL ? "" : n->question, n->repair, now_ms);
}

/* ---- posts -------------------------------------------------------------------------------- */

int drc_store_post_find(struct drc_db *state, struct drc_arena *a, const char *request_key,
                        const char *part, const char **channel, const char **ts, int64_t *begun_ms,
                        struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err, "SELECT channel, ts, begun_ms FROM post WHERE request_key = ? AND part = ?",
        "ss", request_key, part);
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    if (rc == 1) {
        *channel = drc_arena_strdup(a, drc_db_text(st, 0));
        *ts = drc_arena_strdup(a, drc_db_text(st, 1));
        *begun_ms = drc_db_int(st, 2);
    }
    drc_db_done(st);
    return rc;
}

int drc_store_post_begin(struct drc_db *state, const char *request_key, const char *part,
                         const char *channel, const char *thread_ts, int64_t now_ms,
                         struct drc_err *err)
{
    return drc_db_run(
        state, err,
        "INSERT INTO post (request_key, part, channel, thread_ts, begun_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (request_key, part) DO UPDATE SET channel = excluded.channel,"
        " thread_ts = excluded.thread_ts, begun_ms = min(begun_ms, excluded.begun_ms)",
        "ssssi", request_key, part, channel == NULL ? "" : channel, thread_ts, now_ms);
}

int drc_store_post_done(struct drc_db *state, const char *request_key, const char *part,
                        const char *channel, const char *ts, struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE post SET channel = ?, ts = ? WHERE request_key = ? AND part = ?",
                      "ssss", channel == NULL ? "" : channel, ts, request_key, part);
}

int drc_store_post_undo(struct drc_db *state, const char *request_key, const char *part,
                        struct drc_err *err)
{
    return drc_db_run(state, err,
                      "DELETE FROM post WHERE request_key = ? AND part = ? AND ts IS NULL", "ss",
                      request_key, part);
}

int drc_store_post_count(struct drc_db *state, const char *request_key, struct drc_err *err)
{
    return one_int(drc_db_query(state, err,
                                "SELECT count(*) FROM post WHERE request_key = ?"
                                " AND ts IS NOT NULL",
                                "s", request_key),
                   err);
}
