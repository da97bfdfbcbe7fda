/* SQL of the state: what is kept beside an answer. */
#include "drc/store.h"

static int put_items(struct drc_db *state, const char *answer_id, const struct drc_evidence *items,
                     size_t count, struct drc_err *err)
{
    int rc =
        drc_db_run(state, err, "DELETE FROM answer_evidence WHERE answer_id = ?", "s", answer_id);
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const struct drc_evidence *e = &items[i];
        rc =
            drc_db_run(state, err,
                       "INSERT INTO answer_evidence (answer_id, seq, id, used, title, entity,"
                       " name, value, period, source, url, report_row)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       "sisisssssssi", answer_id, (int64_t)i, e->id, (int64_t)e->used, e->title,
                       e->entity, e->name, e->value, e->period, e->source, e->url, (int64_t)e->row);
    }
    return rc;
}

int drc_store_evidence_put(struct drc_db *state, const char *answer_id,
                           const struct drc_evidence *items, size_t count, struct drc_err *err)
{
    if (drc_db_exec(state, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    int rc = put_items(state, answer_id, items, count, err);
    if (drc_db_exec(state, rc == 0 ? "COMMIT" : "ROLLBACK", rc == 0 ? err : NULL) < 0)
        return -1;
    return rc;
}

int drc_store_evidence_get(struct drc_db *state, struct drc_arena *a, const char *answer_id,
                           struct drc_evidence *out, size_t *count, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(state, err,
                     "SELECT id, title, entity, name, value, period, source, url, used, report_row"
                     " FROM answer_evidence WHERE answer_id = ? ORDER BY seq",
                     "s", answer_id);
    int rc = -1;
    *count = 0;
    while (st != NULL && *count < DRC_EVIDENCE_MAX && (rc = drc_db_next(st, err)) == 1) {
        const char *c[8];
        for (int i = 0; i < 8; i++)
            c[i] = drc_arena_strdup(a, drc_db_text(st, i));
        out[(*count)++] = (struct drc_evidence){.id = c[0],
                                                .title = c[1],
                                                .entity = c[2],
                                                .name = c[3],
                                                .value = c[4],
                                                .period = c[5],
                                                .source = c[6],
                                                .url = c[7],
                                                .used = drc_db_int(st, 8) != 0,
                                                .row = (int)drc_db_int(st, 9)};
    }
    drc_db_done(st);
    return rc < 0 ? -1 : 0;
}

/* ---- deletion, feedback -------------------------------------------------------------------- */

int drc_store_earlier(struct drc_db *state, struct drc_arena *a, const char *channel,
                      const char *thread_ts, const char *entity_id, const char *request_key,
                      const char **out, int max, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err,
        "SELECT question FROM (SELECT question, created_ms, answer_id FROM answer"
        " WHERE channel = ?1 AND thread_ts = ?2 AND entity_id = ?3 AND request_key <> ?4"
        " AND question <> '' AND ts IS NOT NULL AND deleted_ms IS NULL"
        " AND created_ms < coalesce((SELECT min(created_ms) FROM answer WHERE request_key = ?4),"
        " 9223372036854775807)"
        " ORDER BY created_ms DESC, answer_id DESC LIMIT ?5) ORDER BY created_ms, answer_id",
        "ssssi", channel, thread_ts, entity_id, request_key, (int64_t)max);
    int n = 0, rc = -1;
    while (st != NULL && n < max && (rc = drc_db_next(st, err)) == 1)
        out[n++] = drc_arena_strdup(a, drc_db_text(st, 0));
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

int drc_store_answer_open(struct drc_db *state, const char *request_key, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(state, err,
                     "SELECT count(*) FROM answer WHERE request_key = ? AND verdict = 'waiting'"
                     " AND deleted_ms IS NULL",
                     "s", request_key);
    int n = st != NULL && drc_db_next(st, err) == 1 ? (int)drc_db_int(st, 0) : -1;
    drc_db_done(st);
    return n;
}

int drc_store_answer_delete(struct drc_db *state, const char *answer_id, int64_t now_ms,
                            struct drc_err *err)
{
    return drc_db_run(state, err,
                      "UPDATE answer SET deleted_ms = ?1, chip_key = chip_key || ' deleted ' || ?2"
                      " WHERE answer_id = ?2 AND deleted_ms IS NULL",
                      "is", now_ms, answer_id);
}

int drc_store_answers_deleted(struct drc_db *state, const char *run_id, const char *entity_id,
                              const char *chip_key, const char *request_key, bool *mine,
                              struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(state, err,
                     "SELECT count(*), coalesce(max(request_key = ?4), 0) FROM answer"
                     " WHERE run_id = ?1 AND entity_id = ?2 AND deleted_ms IS NOT NULL"
                     " AND chip_key = ?3 || ' deleted ' || answer_id",
                     "ssss", run_id, entity_id, chip_key, request_key);
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    int n = rc == 1 ? (int)drc_db_int(st, 0) : -1;
    *mine = rc == 1 && drc_db_int(st, 1) != 0;
    drc_db_done(st);
    return n;
}

int drc_store_feedback_put(struct drc_db *state, const char *answer_id, const char *user,
                           bool helpful, int64_t now_ms, struct drc_err *err)
{
    return drc_db_run(state, err,
                      "INSERT INTO feedback (answer_id, user_id, helpful, at_ms)"
                      " VALUES (?, ?, ?, ?) ON CONFLICT (answer_id, user_id) DO UPDATE"
                      " SET helpful = excluded.helpful, at_ms = excluded.at_ms",
                      "ssii", answer_id, user, (int64_t)helpful, now_ms);
}
