/* SQL that comes from files runs here: it can read, and nothing else. Order of the steps and the
 * traps: SQLite's "Defense Against The Dark Arts"; a statement behind the first one is never
 * compiled by sqlite3_prepare, so the tail is checked; pragmas are set before the authorizer, which
 * refuses them afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "db_internal.h"

#include "drc/clock.h"
#include "drc/limits.h"
#include "drc/utf8.h"

#define OPS_BETWEEN_CHECKS 1000
#define CACHE_SHARE 160 /* of the bytes of the file */
#define CACHE_MIN_KIB 2000
#define CACHE_MAX_KIB 32768

/* Functions that touch the world, answer differently the next time, or run for minutes within one
 * step, where no deadline is looked at (a precision of two thousand million). */
static bool is_denied_function(const char *name)
{
    static const char *const denied[] = {"load_extension",
                                         "fts3_tokenizer",
                                         "random",
                                         "randomblob",
                                         "changes",
                                         "total_changes",
                                         "current_date",
                                         "current_time",
                                         "current_timestamp",
                                         "last_insert_rowid",
                                         "sqlite_log",
                                         "printf",
                                         "format"};
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++)
        if (strcasecmp(name, denied[i]) == 0)
            return true;
    return false;
}

/* SQLite names no column ("") where the rows of a table are only counted. */
static bool is_visible(const struct drc_db *db, const char *table, const char *column)
{
    bool found = db->visible == NULL;
    for (size_t i = 0; !found && i < db->visible_count; i++)
        found = table != NULL && column != NULL && strcmp(db->visible[i].table, table) == 0 &&
                (*column == '\0' || strcmp(db->visible[i].name, column) == 0);
    return found;
}

static int authorize(void *data, int action, const char *one, const char *two, const char *database,
                     const char *trigger)
{
    const struct drc_db *db = data;
    (void)database;
    (void)trigger;
    switch (action) {
    case SQLITE_READ:
        return is_visible(db, one, two) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return two == NULL || is_denied_function(two) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_TRANSACTION: /* the request's read transaction, never one of a file */
        return db->own_words ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static int check_deadline(void *data)
{
    const struct drc_db *db = data;
    return db->deadline_us != 0 && drc_clock_mono_us() > db->deadline_us;
}

/* A table-valued function is set up at its first use, which the authorizer refuses (it declares a
 * table). So these are all that a report can call: arrays and the detector. */
static int set_up_table_functions(struct drc_db *db, struct drc_err *err)
{
    return drc_db_exec(db,
                       "SELECT 1 FROM json_each('[]'), detect_anomalies(NULL, NULL),"
                       " detect_days(NULL, NULL)",
                       err);
}

/* Pages that stay in memory, in proportion to the file: SQLite's own 2 MB for the sample, 32 MB for
 * one of 5 GB, whose long windows would else read the same pages again. */
static int size_cache(struct drc_db *db, struct drc_err *err)
{
    char pragma[64];
    struct drc_stmt *st = drc_db_query(
        db, err, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", "");
    int64_t bytes = st != NULL && drc_db_next(st, err) == 1 ? drc_db_int(st, 0) : 0;
    drc_db_done(st);
    int64_t kib = bytes / CACHE_SHARE / 1024;
    if (kib <= CACHE_MIN_KIB)
        return 0;
    snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%d",
             (int)(kib < CACHE_MAX_KIB ? kib : CACHE_MAX_KIB));
    return drc_db_exec(db, pragma, err);
}

int drc_db_sandbox(struct drc_db *db, struct drc_err *err)
{
    if (sqlite3_db_readonly(db->handle, "main") != 1 && strcmp(db->path, DB_IN_MEMORY) != 0)
        return drc_err_set(err, DRC_ERR_BUG, "only a read-only database can become a sandbox");
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (drc_db_exec(db, "PRAGMA query_only = 1; PRAGMA temp_store = 2; PRAGMA cell_size_check = 1",
                    err) < 0 ||
        size_cache(db, err) < 0 || set_up_table_functions(db, err) < 0)
        return -1;
    static const struct {
        int id, value;
    } limits[] = {{SQLITE_LIMIT_SQL_LENGTH, (int)DRC_REPORT_SQL_MAX_BYTES + 1024},
                  {SQLITE_LIMIT_COMPOUND_SELECT, 16},
                  {SQLITE_LIMIT_EXPR_DEPTH, 100},
                  {SQLITE_LIMIT_ATTACHED, 0},
                  {SQLITE_LIMIT_VDBE_OP, 100000},
                  {SQLITE_LIMIT_LENGTH, (int)DRC_BUF_MAX_BYTES},
                  {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256},
                  {SQLITE_LIMIT_COLUMN, 1000},
                  {SQLITE_LIMIT_FUNCTION_ARG, 32},
                  {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(db->handle, limits[i].id, limits[i].value);
    sqlite3_progress_handler(db->handle, OPS_BETWEEN_CHECKS, check_deadline, db);
    sqlite3_set_authorizer(db->handle, authorize, db);
    db->sandboxed = true;
    return 0;
}

int drc_db_sandbox_only(struct drc_db *db, const struct drc_db_column *visible, size_t count,
                        struct drc_err *err)
{
    db->visible = visible;
    db->visible_count = count;
    return drc_db_sandbox(db, err);
}

void drc_db_deadline(struct drc_db *db, int64_t ms)
{
    db->deadline_us = ms == 0 ? 0 : drc_clock_mono_us() + ms * 1000;
}

/* ---- select ------------------------------------------------------------------------------- */

static struct drc_stmt *prepare_reading(struct drc_db *db, const char *sql, struct drc_err *err)
{
    if (!db->sandboxed) {
        drc_err_set(err, DRC_ERR_BUG, "SQL from a file needs a sandboxed handle");
        return NULL;
    }
    struct drc_stmt *st = db_prepare(db, sql, err);
    if (st == NULL)
        return NULL;
    int columns = sqlite3_column_count(st->handle);
    if (!sqlite3_stmt_readonly(st->handle) || columns == 0)
        drc_err_set(err, DRC_ERR_PARSE, "the SQL is not a statement that only reads");
    else if (columns > DRC_REPORT_COLUMNS_MAX)
        drc_err_set(err, DRC_ERR_LIMIT, "the SQL has %d columns, the cap is %d", columns,
                    DRC_REPORT_COLUMNS_MAX);
    else
        return st;
    drc_db_done(st);
    return NULL;
}

static int bind_cell(sqlite3_stmt *handle, int at, const struct drc_cell *c)
{
    switch (c->type) {
    case DRC_CELL_INT:
        return sqlite3_bind_int64(handle, at, c->i);
    case DRC_CELL_REAL:
        return sqlite3_bind_double(handle, at, c->d);
    case DRC_CELL_TEXT:
        return sqlite3_bind_text(handle, at, c->text, -1, SQLITE_TRANSIENT);
    case DRC_CELL_NULL:
        break;
    }
    return sqlite3_bind_null(handle, at);
}

static int bind_named(struct drc_stmt *st, const struct drc_sql_param *params, size_t count,
                      struct drc_err *err)
{
    int wanted = sqlite3_bind_parameter_count(st->handle);
    for (int at = 1; at <= wanted; at++) {
        const char *name = sqlite3_bind_parameter_name(st->handle, at);
        size_t i = 0;
        while (i < count && (name == NULL || strcmp(name + 1, params[i].name) != 0))
            i++;
        if (i == count)
            return drc_err_set(err, DRC_ERR_PARSE,
                               "the SQL wants the parameter %.60s, which is not given",
                               name == NULL ? "?" : name);
        int rc = bind_cell(st->handle, at, &params[i].value);
        if (rc != SQLITE_OK)
            return db_fail(st->db, rc, "binding", err);
    }
    return 0;
}

static void read_names(struct drc_stmt *st, struct drc_arena *a, struct drc_rows *out)
{
    memset(out, 0, sizeof *out);
    out->column_count = (size_t)sqlite3_column_count(st->handle);
    out->columns = drc_arena_array(a, out->column_count, sizeof *out->columns);
    for (size_t i = 0; i < out->column_count; i++) {
        const char *name = sqlite3_column_name(st->handle, (int)i);
        out->columns[i] = drc_arena_strdup(a, name == NULL ? "" : name);
    }
}

/* Cells grow in malloc'd memory and move to the arena once their number is known. */
struct reader {
    struct drc_arena *a;
    struct drc_cell *cells;
    size_t used, cap, bytes;
};

static struct drc_cell *next_cell(struct reader *r)
{
    if (r->used == r->cap) {
        r->cap = r->cap == 0 ? 512 : r->cap * 2;
        r->cells = reallocarray(r->cells, r->cap, sizeof *r->cells);
        if (r->cells == NULL)
            abort();
    }
    struct drc_cell *c = &r->cells[r->used++];
    memset(c, 0, sizeof *c);
    return c;
}

/* Shares the text with the cell above where it is the same: a series of the whole report stands in
 * every row. */
static int read_text(struct reader *r, sqlite3_stmt *handle, int column, struct drc_cell *c,
                     struct drc_err *err)
{
    size_t width = (size_t)sqlite3_column_count(handle);
    const char *above = r->used > width ? r->cells[r->used - 1 - width].text : NULL;
    const char *s = (const char *)sqlite3_column_text(handle, column);
    size_t bytes = (size_t)sqlite3_column_bytes(handle, column);
    if (s == NULL)
        return drc_err_set(err, DRC_ERR_DB, "the database is out of memory");
    r->bytes += bytes;
    if (bytes > DRC_CELL_MAX_BYTES || r->bytes > DRC_ROWS_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_LIMIT,
                           "the column %.60s is too long for a result (%zu bytes)",
                           sqlite3_column_name(handle, column), bytes);
    c->type = DRC_CELL_TEXT;
    if (memchr(s, '\0', bytes) == NULL && above != NULL && strncmp(above, s, bytes) == 0 &&
        above[bytes] == '\0') {
        c->text = above;
        return 0;
    }
    bool plain = memchr(s, '\0', bytes) == NULL && drc_utf8_valid(s, bytes);
    c->text = plain ? drc_arena_strndup(r->a, s, bytes)
                    : drc_utf8_clean(r->a, s, bytes, DRC_CELL_MAX_BYTES, true);
    return 0;
}

static int read_cell(struct reader *r, sqlite3_stmt *handle, int column, struct drc_err *err)
{
    struct drc_cell *c = next_cell(r);
    switch (sqlite3_column_type(handle, column)) {
    case SQLITE_INTEGER:
        c->type = DRC_CELL_INT;
        c->i = sqlite3_column_int64(handle, column);
        c->d = (double)c->i;
        return 0;
    case SQLITE_FLOAT:
        c->d = sqlite3_column_double(handle, column);
        /* An infinity is not a number that anybody can read: unknown. */
        c->type = c->d - c->d == 0 ? DRC_CELL_REAL : DRC_CELL_NULL;
        return 0;
    case SQLITE_TEXT:
        return read_text(r, handle, column, c, err);
    case SQLITE_BLOB:
        return drc_err_set(err, DRC_ERR_PARSE, "the column %.60s is a blob",
                           sqlite3_column_name(handle, column));
    default:
        return 0;
    }
}

static int read_rows(struct drc_stmt *st, struct reader *r, size_t max_rows, struct drc_rows *out,
                     struct drc_err *err)
{
    int rc;
    while ((rc = drc_db_next(st, err)) == 1) {
        if (out->row_count == max_rows) {
            out->truncated = true;
            return 0;
        }
        for (size_t i = 0; i < out->column_count; i++)
            if (read_cell(r, st->handle, (int)i, err) < 0)
                return -1;
        out->row_count++;
    }
    return rc;
}

int drc_db_select(struct drc_db *db, struct drc_arena *a, const char *sql,
                  const struct drc_sql_param *params, size_t param_count, size_t max_rows,
                  int64_t deadline_ms, struct drc_rows *out, struct drc_err *err)
{
    struct drc_stmt *st = prepare_reading(db, sql, err);
    if (st == NULL)
        return -1;
    struct reader r = {.a = a};
    read_names(st, a, out);
    drc_db_deadline(db, deadline_ms);
    int rc = bind_named(st, params, param_count, err);
    if (rc == 0)
        rc = read_rows(st, &r, max_rows, out, err);
    drc_db_deadline(db, 0);
    drc_db_done(st);
    if (rc == 0) {
        out->cells = drc_arena_array(a, r.used + 1, sizeof *out->cells);
        if (r.used > 0)
            memcpy(out->cells, r.cells, r.used * sizeof *out->cells);
    }
    free(r.cells);
    return rc;
}

int drc_db_describe(struct drc_db *db, struct drc_arena *a, const char *sql, struct drc_rows *out,
                    struct drc_err *err)
{
    struct drc_stmt *st = prepare_reading(db, sql, err);
    if (st == NULL)
        return -1;
    read_names(st, a, out);
    drc_db_done(st);
    return 0;
}
