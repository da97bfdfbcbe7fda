/* The one door to SQLite. A handle belongs to one thread at a time. Parameters are always bound.
 *
 * Bind formats are strings of letters, one per parameter: i = int64_t, d = double, s = const char *
 * (NULL binds NULL), b = const void *, size_t (blob). Strings are copied by SQLite. */
#ifndef DRC_DB_H
#define DRC_DB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

struct drc_db;
struct drc_stmt;

enum drc_db_mode {
    DRC_DB_READ,  /* must exist; read-only */
    DRC_DB_WRITE, /* must exist */
    DRC_DB_CREATE /* made when missing; WAL, synchronous=NORMAL */
};

/* Registers drc's SQL functions (see drc/stats.h and below) on every handle. Errors: CONFIG
 * (missing file, with what to run), DB (corrupt, not a database). */
struct drc_db *drc_db_open(const char *path, enum drc_db_mode mode, struct drc_err *err);
void drc_db_close(struct drc_db *db); /* NULL is fine */

/* Numbered migrations: runs files dir/NNN-*.sql above the stored `user_version` in order, each in
 * one transaction. A version newer than the newest file fails with DB ("made by a newer drc"). */
int drc_db_migrate(struct drc_db *db, const char *dir, struct drc_err *err);

/* Runs any number of statements without parameters (scripts, BEGIN, COMMIT). */
int drc_db_exec(struct drc_db *db, const char *sql, struct drc_err *err);

/* Runs one statement to its end; rows are ignored. */
int drc_db_run(struct drc_db *db, struct drc_err *err, const char *sql, const char *types, ...);
int64_t drc_db_last_id(struct drc_db *db);
int drc_db_changes(struct drc_db *db);

/* Rows: stmt = drc_db_query(...); while ((rc = drc_db_next(stmt, err)) == 1) {...};
 * drc_db_done(stmt). next: 1 row, 0 end, -1 error. Statements are cached by SQL text on the handle;
 * done() makes it reusable. */
struct drc_stmt *drc_db_query(struct drc_db *db, struct drc_err *err, const char *sql,
                              const char *types, ...);
int drc_db_next(struct drc_stmt *st, struct drc_err *err);
void drc_db_done(struct drc_stmt *st);
int64_t drc_db_int(struct drc_stmt *st,
                   int column); /* NULL reads as 0: ask is_null first where it matters */
double drc_db_real(struct drc_stmt *st, int column);
const char *drc_db_text(struct drc_stmt *st,
                        int column); /* valid until next/done; NULL for SQL NULL */
bool drc_db_is_null(struct drc_stmt *st, int column);
int drc_db_columns(struct drc_stmt *st); /* of the result */

/* ---- the sandbox for SQL that comes from files (reports, graph, checks) ------------------- */

enum drc_cell_type { DRC_CELL_NULL, DRC_CELL_INT, DRC_CELL_REAL, DRC_CELL_TEXT };

struct drc_cell {
    enum drc_cell_type type;
    int64_t i;        /* INT */
    double d;         /* REAL, also set for INT */
    const char *text; /* TEXT, valid UTF-8 in the arena */
};

struct drc_rows {
    size_t column_count, row_count;
    const char **columns;   /* names */
    struct drc_cell *cells; /* row_count x column_count, row-major */
    bool truncated;         /* the row cap was reached */
};

struct drc_sql_param {
    const char *name; /* without the colon */
    struct drc_cell value;
};

/* Turns a READ handle into a sandbox (SQLite docs, "Defense Against The Dark Arts"): defensive,
 * untrusted schema, no double-quoted strings, query_only, small limits, progress handler, and the
 * authorizer last (SELECT, READ, RECURSIVE and harmless functions only). A read transaction may be
 * opened before with drc_db_exec(db, "BEGIN"). */
int drc_db_sandbox(struct drc_db *db, struct drc_err *err);
/* As above, and of the tables only these columns can be read. The list is borrowed. */
struct drc_db_column {
    const char *table, *name;
};
int drc_db_sandbox_only(struct drc_db *db, const struct drc_db_column *visible, size_t count,
                        struct drc_err *err);
/* The schema that the migrations of a folder make, without a row, in memory: what SQL is checked
 * against before there is a file. May become a sandbox. */
struct drc_db *drc_db_open_schema(const char *migrations_dir, struct drc_err *err);
const char *drc_db_path(const struct drc_db *db); /* as it was opened */

/* Statements of a sandboxed handle that run past `ms` from now fail with TIMEOUT; 0 = no end. For
 * rows that are read one by one: drc_db_select sets its own. */
void drc_db_deadline(struct drc_db *db, int64_t ms);

/* One read-only statement on a sandboxed handle. Unused params are ignored, a parameter of the SQL
 * that is not given is an error. Errors: PARSE (SQL text, more than one statement, not read-only,
 * denied), TIMEOUT, LIMIT, DB. */
int drc_db_select(struct drc_db *db, struct drc_arena *a, const char *sql,
                  const struct drc_sql_param *params, size_t param_count, size_t max_rows,
                  int64_t deadline_ms, struct drc_rows *out, struct drc_err *err);

/* Compiles only; names of result columns go to out (row_count 0). For the lint at load. */
int drc_db_describe(struct drc_db *db, struct drc_arena *a, const char *sql, struct drc_rows *out,
                    struct drc_err *err);

/* SQL functions that drc registers (all deterministic, innocuous):
 *   rnd(seed, a, b)      integer in [a, b], splitmix64 of seed: the sample's only chance
 *   rnd(seed_text, a, b) the same, seed = FNV-1a 64 of the text
 *   pctl(x, p)           aggregate, percentile type 7 (Hyndman & Fan 1996), p in 0..1; no NULLs
 *   median(x), mad(x)    aggregates; mad unscaled
 *   pack_values(x), day_values(packed, first, last), pctl_of(list, p), ...  src/io/db_packed.c
 *   pack_days(date, x), sum_days(packed, first, last), day_series(...)      src/io/db_days.c
 *   wilson_lo(k, n), wilson_hi(k, n)  95 % interval (Wilson 1927), NULL for n = 0
 *   rz(x, median, mad)   0.6745 * (x - median) / mad, NULL for mad = 0
 *   entity_id(kind, workspace_id, native_id)  "<kind>:<workspace_id>/<native id>" */

#endif
