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
