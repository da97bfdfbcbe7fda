/* Opening, statements and their cache, migrations. The sandbox is db_sandbox.c, the SQL functions
 * db_functions.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db_internal.h"

#include "drc/fault.h"
#include "drc/file.h"
#include "drc/limits.h"

#define BUSY_MS 5000
#define MIGRATION_MAX_BYTES (1024u * 1024u)

static enum drc_err_code code_of(struct drc_db *db, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_INTERRUPT:
        return DRC_ERR_TIMEOUT;
    case SQLITE_TOOBIG:
        return DRC_ERR_LIMIT;
    case SQLITE_AUTH:
        return DRC_ERR_PARSE;
    case SQLITE_ERROR:
        /* In the sandbox an SQL error is one of the file that the SQL came from. */
        return db->sandboxed && !db->own_words ? DRC_ERR_PARSE : DRC_ERR_DB;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return DRC_ERR_BUG;
    default:
        return DRC_ERR_DB;
    }
}

int db_fail(struct drc_db *db, int rc, const char *what, struct drc_err *err)
{
    const char *why = db->handle == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(db->handle);
    if ((rc & 0xff) == SQLITE_INTERRUPT)
        return drc_err_set(err, DRC_ERR_TIMEOUT, "%s: stopped, it took longer than its deadline",
                           what);
    if ((rc & 0xff) == SQLITE_AUTH)
        return drc_err_set(err, DRC_ERR_PARSE, "%s: denied, only reading is allowed here (%.160s)",
                           what, why);
    if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
        return drc_err_set(err, DRC_ERR_DB, "%.200s is damaged or is not a database (%.80s)",
                           db->path, why);
    return drc_err_set(err, code_of(db, rc), "%s: %.240s", what, why);
}

/* ---- open and close ----------------------------------------------------------------------- */

static int missing(const char *path, int why, struct drc_err *err)
{
    if (why == ENOENT)
        return drc_err_set(err, DRC_ERR_CONFIG, "there is no database at %.200s; run: drc db build",
                           path);
    return drc_err_set(err, DRC_ERR_CONFIG, "the database %.200s cannot be read: %s", path,
                       strerror(why));
}

static int open_handle(struct drc_db *db, enum drc_db_mode mode, struct drc_err *err)
{
    int flags = mode == DRC_DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (mode == DRC_DB_CREATE)
        flags |= SQLITE_OPEN_CREATE;
    if (mode != DRC_DB_CREATE && access(db->path, R_OK) != 0)
        return missing(db->path, errno, err);
    int rc = sqlite3_open_v2(db->path, &db->handle,
                             flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if ((rc & 0xff) == SQLITE_CANTOPEN)
        return drc_err_set(err, DRC_ERR_CONFIG, "the database %.200s cannot be opened: %s",
                           db->path, sqlite3_errmsg(db->handle));
    if (rc != SQLITE_OK)
        return db_fail(db, rc, "opening the database", err);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    rc = db_register_functions(db->handle);
    return rc == SQLITE_OK ? 0 : db_fail(db, rc, "registering functions", err);
}

/* The first read of the header is here, so that a damaged file is told at open and not in the
 * middle of work. */
static int set_up(struct drc_db *db, enum drc_db_mode mode, struct drc_err *err)
{
    if (drc_db_exec(db, "PRAGMA schema_version; PRAGMA foreign_keys = ON", err) < 0)
        return -1;
    if (mode == DRC_DB_CREATE)
        return drc_db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", err);
    return mode == DRC_DB_WRITE ? drc_db_exec(db, "PRAGMA synchronous = NORMAL", err) : 0;
}

struct drc_db *drc_db_open(const char *path, enum drc_db_mode mode, struct drc_err *err)
{
    if (drc_fault_hit("db")) {
        drc_err_set(err, DRC_ERR_DB, "the database %.200s cannot be opened: injected fault", path);
        return NULL;
    }
    struct drc_db *db = calloc(1, sizeof *db);
    if (db == NULL || (db->path = strdup(path)) == NULL)
        abort();
    if (open_handle(db, mode, err) < 0 || set_up(db, mode, err) < 0) {
        drc_db_close(db);
        return NULL;
    }
    return db;
}

static void forget(struct drc_stmt *st)
{
    sqlite3_finalize(st->handle);
    free(st->sql);
    free(st);
}

void drc_db_close(struct drc_db *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < db->cached; i++)
        forget(db->cache[i]);
    sqlite3_close_v2(db->handle);
    free(db->path);
    free(db);
}

/* ---- statements --------------------------------------------------------------------------- */

static uint64_t hash_text(const char *s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    return h;
}

/* Nothing but blanks, semicolons and comments may follow the first statement. */
static bool is_blank(struct drc_db *db, const char *tail)
{
    while (*tail != '\0') {
        sqlite3_stmt *st = NULL;
        const char *next = tail;
        int rc = sqlite3_prepare_v2(db->handle, tail, -1, &st, &next);
        bool empty = rc == SQLITE_OK && st == NULL;
        sqlite3_finalize(st);
        if (!empty)
            return false;
        if (next == tail)
            break;
        tail = next;
    }
    return true;
}

static struct drc_stmt *compile(struct drc_db *db, const char *sql, struct drc_err *err)
{
    sqlite3_stmt *handle = NULL;
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, &tail);
    if (rc != SQLITE_OK) {
        db_fail(db, rc, "SQL", err);
        return NULL;
    }
    if (handle == NULL || !is_blank(db, tail)) {
        sqlite3_finalize(handle);
        drc_err_set(err, DRC_ERR_PARSE,
                    handle == NULL ? "the SQL holds no statement"
                                   : "the SQL holds more than one statement");
        return NULL;
    }
    struct drc_stmt *st = calloc(1, sizeof *st);
    if (st == NULL || (st->sql = strdup(sql)) == NULL)
        abort();
    st->db = db;
    st->handle = handle;
    st->hash = hash_text(sql);
    return st;
}

static struct drc_stmt *find(struct drc_db *db, const char *sql)
{
    uint64_t h = hash_text(sql);
    for (size_t i = 0; i < db->cached; i++) {
        struct drc_stmt *st = db->cache[i];
        if (st->hash == h && !st->busy && strcmp(st->sql, sql) == 0)
            return st;
    }
    return NULL;
}

/* Puts st in the cache, in place of the least recently used free one; a full and busy cache leaves
 * it out. */
static void remember(struct drc_db *db, struct drc_stmt *st)
{
    size_t at = db->cached;
    if (at < DB_STATEMENTS) {
        db->cached++;
    } else {
        for (size_t i = 0; i < DB_STATEMENTS; i++)
            if (!db->cache[i]->busy &&
                (at == DB_STATEMENTS || db->cache[i]->used < db->cache[at]->used))
                at = i;
        if (at == DB_STATEMENTS)
            return;
        forget(db->cache[at]);
    }
    db->cache[at] = st;
    st->cached = true;
}

struct drc_stmt *db_prepare(struct drc_db *db, const char *sql, struct drc_err *err)
{
    if (drc_fault_hit("db")) {
        drc_err_set(err, DRC_ERR_DB, "the database failed: injected fault");
        return NULL;
    }
    struct drc_stmt *st = find(db, sql);
    if (st == NULL) {
        st = compile(db, sql, err);
        if (st == NULL)
            return NULL;
        remember(db, st);
    }
    st->busy = true;
    st->used = ++db->clock;
    return st;
}

static int bind_one(struct drc_stmt *st, int at, char type, va_list *ap)
{
    switch (type) {
    case 'i':
        return sqlite3_bind_int64(st->handle, at, va_arg(*ap, int64_t));
    case 'd':
        return sqlite3_bind_double(st->handle, at, va_arg(*ap, double));
    case 's':
        return sqlite3_bind_text(st->handle, at, va_arg(*ap, const char *), -1, SQLITE_TRANSIENT);
    case 'b': {
        const void *data = va_arg(*ap, const void *);
        size_t bytes = va_arg(*ap, size_t);
        return sqlite3_bind_blob64(st->handle, at, data, bytes, SQLITE_TRANSIENT);
    }
    default:
        return SQLITE_MISUSE;
    }
}

static struct drc_stmt *query(struct drc_db *db, struct drc_err *err, const char *sql,
                              const char *types, va_list *ap)
{
    struct drc_stmt *st = db_prepare(db, sql, err);
    if (st == NULL)
        return NULL;
    size_t n = types == NULL ? 0 : strlen(types);
    int rc = (size_t)sqlite3_bind_parameter_count(st->handle) == n ? SQLITE_OK : SQLITE_RANGE;
    for (size_t i = 0; i < n && rc == SQLITE_OK; i++)
        rc = bind_one(st, (int)i + 1, types[i], ap);
    if (rc != SQLITE_OK) {
        drc_err_set(err, (rc & 0xff) == SQLITE_TOOBIG ? DRC_ERR_LIMIT : DRC_ERR_BUG,
                    "binding '%s' to \"%.120s\": %s", types == NULL ? "" : types, sql,
                    sqlite3_errstr(rc));
        drc_db_done(st);
        return NULL;
    }
    return st;
}

struct drc_stmt *drc_db_query(struct drc_db *db, struct drc_err *err, const char *sql,
                              const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    struct drc_stmt *st = query(db, err, sql, types, &ap);
    va_end(ap);
    return st;
}

int drc_db_next(struct drc_stmt *st, struct drc_err *err)
{
    if (drc_fault_hit("db"))
        return drc_err_set(err, DRC_ERR_DB, "the database failed: injected fault");
    int rc = sqlite3_step(st->handle);
    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : db_fail(st->db, rc, "the database refused", err);
}

void drc_db_done(struct drc_stmt *st)
{
    if (st == NULL)
        return;
    sqlite3_reset(st->handle);
    sqlite3_clear_bindings(st->handle);
    st->busy = false;
    if (!st->cached)
        forget(st);
}

int drc_db_run(struct drc_db *db, struct drc_err *err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    struct drc_stmt *st = query(db, err, sql, types, &ap);
    va_end(ap);
    if (st == NULL)
        return -1;
    int rc;
    while ((rc = drc_db_next(st, err)) == 1)
        ;
    drc_db_done(st);
    return rc;
}

int drc_db_exec(struct drc_db *db, const char *sql, struct drc_err *err)
{
    if (drc_fault_hit("db"))
        return drc_err_set(err, DRC_ERR_DB, "the database failed: injected fault");
    db->own_words = true;
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    int result = rc == SQLITE_OK ? 0 : db_fail(db, rc, "the database refused", err);
    db->own_words = false;
    return result;
}

int64_t drc_db_last_id(struct drc_db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int drc_db_changes(struct drc_db *db)
{
    return sqlite3_changes(db->handle);
}

int64_t drc_db_int(struct drc_stmt *st, int column)
{
    return sqlite3_column_int64(st->handle, column);
}

double drc_db_real(struct drc_stmt *st, int column)
{
    return sqlite3_column_double(st->handle, column);
}

const char *drc_db_text(struct drc_stmt *st, int column)
{
    return (const char *)sqlite3_column_text(st->handle, column);
}

int drc_db_columns(struct drc_stmt *st)
{
    return sqlite3_column_count(st->handle);
}

bool drc_db_is_null(struct drc_stmt *st, int column)
{
    return sqlite3_column_type(st->handle, column) == SQLITE_NULL;
}

/* ---- migrations --------------------------------------------------------------------------- */

static int user_version(struct drc_db *db, int64_t *version, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, "PRAGMA user_version", "");
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    *version = rc == 1 ? drc_db_int(st, 0) : 0;
    drc_db_done(st);
    return rc < 0 ? -1 : 0;
}

/* "003-name.sql" is 3; 0 if the name does not begin so. */
static long number_of(const char *name)
{
    char *end;
    long n = strtol(name, &end, 10);
    return end == name + 3 && *end == '-' ? n : 0;
}

/* Inside the write lock: another process may have been faster. */
static int migrate_one(struct drc_db *db, const char *sql, long number, struct drc_err *err)
{
    int64_t version;
    if (user_version(db, &version, err) < 0)
        return -1;
    if (version >= number)
        return 0;
    char mark[64];
    snprintf(mark, sizeof mark, "PRAGMA user_version = %ld", number);
    if (drc_db_exec(db, sql, err) < 0)
        return -1;
    return drc_db_exec(db, mark, err);
}

static int migrate_file(struct drc_db *db, struct drc_arena *a, const char *dir, const char *name,
                        struct drc_err *err)
{
    const char *sql =
        drc_file_read(a, drc_arena_printf(a, "%s/%s", dir, name), MIGRATION_MAX_BYTES, NULL, err);
    if (sql == NULL || drc_db_exec(db, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    if (migrate_one(db, sql, number_of(name), err) == 0 && drc_db_exec(db, "COMMIT", err) == 0)
        return 0;
    drc_db_exec(db, "ROLLBACK", NULL);
    return drc_err_context(err, "migration %s", name);
}

static int migrate(struct drc_db *db, struct drc_arena *a, const char *dir, struct drc_err *err)
{
    const char **names;
    size_t count;
    int64_t version;
    long newest = 0;
    if (drc_file_list(a, dir, ".sql", &names, &count, err) < 0 ||
        user_version(db, &version, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        long n = number_of(names[i]);
        if (n <= newest)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s/%s: migrations are named NNN-name.sql, each number once", dir,
                               names[i]);
        newest = n;
    }
    if (version > newest)
        return drc_err_set(err, DRC_ERR_DB,
                           "%.200s has schema version %" PRId64
                           ", this drc knows up to %ld: it was made by a newer drc",
                           db->path, version, newest);
    for (size_t i = 0; i < count; i++)
        if (number_of(names[i]) > version && migrate_file(db, a, dir, names[i], err) < 0)
            return -1;
    return 0;
}

int drc_db_migrate(struct drc_db *db, const char *dir, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    int rc = migrate(db, a, dir, err);
    drc_arena_free(a);
    return rc;
}

struct drc_db *drc_db_open_schema(const char *migrations_dir, struct drc_err *err)
{
    struct drc_db *db = drc_db_open(DB_IN_MEMORY, DRC_DB_CREATE, err);
    if (db != NULL && drc_db_migrate(db, migrations_dir, err) == 0)
        return db;
    drc_db_close(db);
    return NULL;
}

const char *drc_db_path(const struct drc_db *db)
{
    return db->path;
}
