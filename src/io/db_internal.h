/* What the files of the SQLite door share. Nobody else includes this. */
#ifndef DRC_IO_DB_INTERNAL_H
#define DRC_IO_DB_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "drc/db.h"

#define DB_STATEMENTS 96

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
    int64_t deadline_us; /* 0 = none; drc_clock_mono_us */
};

/* Fills err from the result code and the handle's message; returns -1. */
int db_fail(struct drc_db *db, int rc, const char *what, struct drc_err *err);

/* A compiled statement, from the cache where it is free. One statement only: text behind it is
 * PARSE. */
struct drc_stmt *db_prepare(struct drc_db *db, const char *sql, struct drc_err *err);

int db_register_functions(sqlite3 *handle);

#endif
