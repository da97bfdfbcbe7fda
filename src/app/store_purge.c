/* SQL of the state: what is too old to be kept. */
#include "drc/store.h"

#include "drc/clock.h"

#define BATCH 200 /* answers or runs of one transaction: other writers wait so long */
#define CALLS_KEPT_DAYS                                                                            \
    62 /* rows of calls hold no text, and budgets of a month are counted by them */

/* Bound to ?1: older than this. What refers to a row goes before the row. */
static const char *const of_answers[] = {
    "DELETE FROM answer_evidence WHERE answer_id IN (SELECT answer_id FROM answer"
    " WHERE created_ms < ?1 ORDER BY created_ms, answer_id LIMIT ?2)",
    "DELETE FROM feedback WHERE answer_id IN (SELECT answer_id FROM answer"
    " WHERE created_ms < ?1 ORDER BY created_ms, answer_id LIMIT ?2)",
    "DELETE FROM made WHERE subject IN (SELECT answer_id FROM answer"
    " WHERE created_ms < ?1 ORDER BY created_ms, answer_id LIMIT ?2)",
    "DELETE FROM answer WHERE answer_id IN (SELECT answer_id FROM answer"
    " WHERE created_ms < ?1 ORDER BY created_ms, answer_id LIMIT ?2)",
};

/* A run stays as long as an answer on it does. */
#define OLD_RUNS                                                                                   \
    "(SELECT run_id FROM report_run r WHERE created_ms < ?1"                                       \
    " AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.run_id = r.run_id)"                           \
    " ORDER BY created_ms, run_id LIMIT ?2)"
static const char *const of_runs[] = {
    "DELETE FROM card WHERE run_id IN " OLD_RUNS,
    "DELETE FROM selection WHERE run_id IN " OLD_RUNS,
    "DELETE FROM made WHERE subject IN " OLD_RUNS,
    "DELETE FROM report_run WHERE run_id IN " OLD_RUNS,
};

/* The rows that the last statement of a batch took away, or -1. */
static int batch(struct drc_db *state, const char *const *sql, size_t count, int64_t before_ms,
                 struct drc_err *err)
{
    int rc = 0, changes = 0;
    if (drc_db_exec(state, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        rc = drc_db_run(state, err, sql[i], "ii", before_ms, (int64_t)BATCH);
        changes = drc_db_changes(state);
    }
    if (drc_db_exec(state, rc == 0 ? "COMMIT" : "ROLLBACK", rc == 0 ? err : NULL) < 0)
        return -1;
    return rc < 0 ? -1 : changes;
}

static int all(struct drc_db *state, const char *const *sql, size_t count, int64_t before_ms,
               int64_t *deleted, struct drc_err *err)
{
    int n;
    while ((n = batch(state, sql, count, before_ms, err)) > 0)
        *deleted += n;
    return n;
}

static int one(struct drc_db *state, const char *sql, int64_t before_ms, int64_t *deleted,
               struct drc_err *err)
{
    if (drc_db_run(state, err, sql, "i", before_ms) < 0)
        return -1;
    *deleted += drc_db_changes(state);
    return 0;
}

int drc_store_purge(struct drc_db *state, int64_t now_ms, int days, struct drc_purged *out,
                    struct drc_err *err)
{
    int64_t before = now_ms - days * DRC_DAY_MS, rest = 0;
    int64_t calls = now_ms - (days > CALLS_KEPT_DAYS ? days : CALLS_KEPT_DAYS) * DRC_DAY_MS;
    *out = (struct drc_purged){0, 0, 0, 0};
    if (all(state, of_answers, sizeof of_answers / sizeof *of_answers, before, &out->answers, err) <
            0 ||
        all(state, of_runs, sizeof of_runs / sizeof *of_runs, before, &out->runs, err) < 0 ||
        one(state, "DELETE FROM ai_cache WHERE created_ms < ?", before, &out->texts, err) < 0 ||
        one(state, "DELETE FROM ai_call WHERE ts_ms < ?", calls, &out->calls, err) < 0 ||
        one(state, "DELETE FROM post WHERE begun_ms < ?", before, &rest, err) < 0)
        return -1;
    return one(state, "DELETE FROM request_start WHERE last_ms < ?", before, &rest, err);
}
