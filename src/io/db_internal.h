/* What the files of the SQLite door share. Nobody else includes this. */
#ifndef DRC_IO_DB_INTERNAL_H
#define DRC_IO_DB_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "drc/db.h"

#define DB_STATEMENTS 96
#define DB_IN_MEMORY ":memory:"

struct drc_stmt {
    struct drc_db *db;
    sqlite3_stmt *handle;
    char *sql; /* key of the cache */
    uint64_t hash, used;
    bool busy, cached;
};

struct drc_db {
    sqlite3 *handle;
    char *path;
    struct drc_stmt *cache[DB_STATEMENTS];
    size_t cached;
    uint64_t clock; /* counts uses, for the least recently used */
    bool sandboxed;
    bool own_words; /* the statement comes from drc itself: transactions are allowed in the sandbox
                     */
    const struct drc_db_column *visible; /* in the sandbox; NULL: all */
    size_t visible_count;
    int64_t deadline_us; /* 0 = none; drc_clock_mono_us */
};

/* Fills err from the result code and the handle's message; returns -1. */
int db_fail(struct drc_db *db, int rc, const char *what, struct drc_err *err);

/* A compiled statement, from the cache where it is free. One statement only: text behind it is
 * PARSE. */
struct drc_stmt *db_prepare(struct drc_db *db, const char *sql, struct drc_err *err);

/* SQL functions: db_functions.c (scalars), db_aggregates.c, db_days.c, db_packed.c,
 * db_detect.c. `final` set:
 * an aggregate, `call` is its step. */
struct db_function {
    const char *name;
    int argc;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
    void (*final)(sqlite3_context *);
};
int db_register_table(sqlite3 *handle, const struct db_function *functions, size_t count);
int db_register_functions(sqlite3 *handle);
int db_register_aggregates(sqlite3 *handle);
int db_register_days(sqlite3 *handle);
int db_register_packed(sqlite3 *handle);
int db_register_detect(sqlite3 *handle);

#define DB_AGGREGATE_VALUES_MAX (8u * 1024u * 1024u) /* values of one aggregate */

/* What an aggregate over numbers keeps. */
struct db_values {
    double *v;
    size_t n, cap;
};
/* Room for `more` values behind v[n]; reports too many or no memory to the statement: -1. */
int db_values_reserve(sqlite3_context *ctx, struct db_values *values, size_t more);

/* The state of an aggregate, zero at first; NULL and an error where there is no memory. */
void *db_aggregate(sqlite3_context *ctx, size_t bytes);

#define DB_EXACT_MAX (INT64_C(1) << 53) /* whole numbers that a double holds */

/* Two arguments of an aggregate that are the same at each step: the first and the last day (since
 * 1970-01-01) that it is about. */
struct db_day_range {
    int64_t first, last;
    bool known;
};
/* Reads them at the first step; -1 and an error if they are no range. */
int db_day_range(sqlite3_context *ctx, struct db_day_range *range, sqlite3_value **dates);

#endif
