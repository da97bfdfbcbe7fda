#include "drc/inbox.h"

#include <stdlib.h>
#include <string.h>

#include "drc/db.h"

#define INBOX_VERSION 1

struct drc_inbox {
    struct drc_db *db;
};

static const char schema[] = "BEGIN;"
                             "CREATE TABLE inbox (id INTEGER PRIMARY KEY, dedupe_key TEXT NOT NULL "
                             "UNIQUE, type TEXT NOT NULL,"
                             " envelope TEXT NOT NULL, received_ms INTEGER NOT NULL,"
                             " outcome TEXT) STRICT;"
                             "CREATE INDEX inbox_open ON inbox (id) WHERE outcome IS NULL;"
                             "PRAGMA user_version = 1;"
                             "COMMIT;";

static int read_version(struct drc_db *db, int64_t *version, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, "PRAGMA user_version", "");
    if (st == NULL || drc_db_next(st, err) != 1) {
        if (st != NULL)
            drc_db_done(st);
        return -1;
    }
    *version = drc_db_int(st, 0);
    drc_db_done(st);
    return 0;
}

struct drc_inbox *drc_inbox_open(const char *path, struct drc_err *err)
{
    int64_t version = 0;
    struct drc_db *db = drc_db_open(path, DRC_DB_CREATE, err);
    if (db == NULL)
        return NULL;
    int rc = read_version(db, &version, err);
    if (rc == 0 && version == 0)
        rc = drc_db_exec(db, schema, err);
    if (rc == 0 && version > INBOX_VERSION)
        rc = drc_err_set(err, DRC_ERR_DB,
                         "%s was made by a newer drc: use that one, or another DRC_INBOX_DB", path);
    /* A checkpoint may take long, so a worker does it (drc_inbox_checkpoint), never an insert. */
    if (rc == 0)
        rc = drc_db_exec(db, "PRAGMA wal_autocheckpoint = 0", err);
    if (rc < 0) {
        drc_db_close(db);
        return NULL;
    }
    struct drc_inbox *in = calloc(1, sizeof *in);
    if (in == NULL)
        abort();
    in->db = db;
    return in;
}

void drc_inbox_close(struct drc_inbox *in)
{
    if (in == NULL)
        return;
    drc_db_close(in->db);
    free(in);
}

int drc_inbox_put(struct drc_inbox *in, const char *dedupe_key, const char *type,
                  const char *envelope, size_t bytes, int64_t received_ms, int64_t *id,
                  bool *duplicate, struct drc_err *err)
{
    if (strlen(envelope) != bytes)
        return drc_err_set(err, DRC_ERR_PARSE, "the envelope holds a NUL byte");
    if (drc_db_run(in->db, err,
                   "INSERT INTO inbox (dedupe_key, type, envelope, received_ms) VALUES (?, ?, ?, ?)"
                   " ON CONFLICT (dedupe_key) DO NOTHING",
                   "sssi", dedupe_key, type, envelope, received_ms) < 0)
        return -1;
    *duplicate = drc_db_changes(in->db) == 0;
    *id = *duplicate ? 0 : drc_db_last_id(in->db);
    return 0;
}

int drc_inbox_done(struct drc_inbox *in, int64_t id, const char *outcome, struct drc_err *err)
{
    return drc_db_run(in->db, err, "UPDATE inbox SET outcome = ?, envelope = '' WHERE id = ?", "si",
                      outcome, id);
}

int drc_inbox_pending(struct drc_inbox *in, struct drc_arena *a, struct drc_inbox_row **rows,
                      size_t *count, struct drc_err *err)
{
    size_t cap = 64, n = 0;
    int rc;
    struct drc_inbox_row *list = drc_arena_array(a, cap, sizeof *list);
    struct drc_stmt *st = drc_db_query(in->db, err,
                                       "SELECT id, dedupe_key, type, envelope, received_ms FROM "
                                       "inbox WHERE outcome IS NULL ORDER BY id",
                                       "");
    if (st == NULL)
        return -1;
    while ((rc = drc_db_next(st, err)) == 1) {
        if (n == cap) {
            struct drc_inbox_row *bigger = drc_arena_array(a, cap * 2, sizeof *list);
            memcpy(bigger, list, n * sizeof *list);
            list = bigger;
            cap *= 2;
        }
        struct drc_inbox_row *r = &list[n++];
        r->id = drc_db_int(st, 0);
        r->dedupe_key = drc_arena_strdup(a, drc_db_text(st, 1));
        r->type = drc_arena_strdup(a, drc_db_text(st, 2));
        r->envelope = drc_arena_strdup(a, drc_db_text(st, 3));
        r->bytes = strlen(r->envelope);
        r->received_ms = drc_db_int(st, 4);
    }
    drc_db_done(st);
    *rows = list;
    *count = n;
    return rc < 0 ? -1 : 0;
}

int drc_inbox_prune(struct drc_inbox *in, int64_t before_ms, struct drc_err *err)
{
    return drc_db_run(in->db, err,
                      "DELETE FROM inbox WHERE outcome IS NOT NULL AND received_ms < ?", "i",
                      before_ms);
}

int drc_inbox_checkpoint(const char *path, struct drc_err *err)
{
    struct drc_db *db = drc_db_open(path, DRC_DB_WRITE, err);
    if (db == NULL)
        return -1;
    int rc = drc_db_exec(db, "PRAGMA wal_checkpoint(PASSIVE)", err);
    drc_db_close(db);
    return rc;
}
