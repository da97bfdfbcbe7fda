/* SQL of the state: what posted messages were made of, for their replay. */
#include <string.h>

#include "drc/store.h"

#define COLUMNS                                                                                    \
    "subject, inputs, message, blocks, svg, png, prompt, file_ref, no_picture, bot_user, entity, " \
    "chip, other, earlier, degraded, corpora"

int drc_store_made_put(struct drc_db *state, struct drc_arena *a, const struct drc_stored_made *m,
                       int64_t now_ms, struct drc_err *err)
{
    return drc_db_run(
        state, err,
        "INSERT OR REPLACE INTO made (" COLUMNS ", at_ms)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        "ssssssssssssssiii", m->subject, drc_inputs_text(a, &m->inputs), m->made.message,
        m->made.blocks == NULL ? "" : m->made.blocks, m->made.svg, m->made.png, m->made.prompt,
        m->file_ref, m->no_picture, m->bot_user == NULL ? "" : m->bot_user, m->entity,
        m->chip == NULL ? "" : m->chip, m->other, m->earlier == NULL ? "" : m->earlier,
        (int64_t)m->degraded, (int64_t)m->corpora, now_ms);
}

int drc_store_made_get(struct drc_db *state, struct drc_arena *a, const char *subject,
                       struct drc_stored_made *out, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(state, err, "SELECT " COLUMNS " FROM made WHERE subject = ?", "s", subject);
    memset(out, 0, sizeof *out);
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    if (rc == 1) {
        const char *c[14];
        for (int i = 0; i < 14; i++)
            c[i] = drc_arena_strdup(a, drc_db_text(st, i));
        *out = (struct drc_stored_made){.subject = c[0],
                                        .made = {c[2], c[3], c[4], c[5], c[6]},
                                        .file_ref = c[7],
                                        .no_picture = c[8],
                                        .bot_user = c[9],
                                        .entity = c[10],
                                        .chip = c[11],
                                        .other = c[12],
                                        .earlier = c[13],
                                        .degraded = drc_db_int(st, 14) != 0,
                                        .corpora = (unsigned)drc_db_int(st, 15)};
        drc_inputs_read(a, c[1], &out->inputs);
    }
    drc_db_done(st);
    return rc < 0 ? -1 : rc;
}
