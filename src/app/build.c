#include "drc/build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/arena.h"
#include "drc/buf.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/graph.h"
#include "drc/limits.h"
#include "drc/log.h"
#include "drc/meta.h"
#include "drc/snapshot.h"

#define SCRIPT_MAX_BYTES (1024u * 1024u)
#define HASH_CHUNK_BYTES (1024u * 1024u)
#define CHECK_DEADLINE_MS 600000 /* of one check, on a large estate */
#define SHOWN_CELLS 6            /* of a row that a check found */

struct build {
    struct drc_arena *a;
    const char *home;
    struct drc_estate estate;
    const char *seed_sql, *rollup_sql;
    const char *answers; /* the answer key, once the rows are there */
    void (*progress)(const char *step, int percent, void *user);
    void *user;
};

/* Reading all rows of a large estate once more takes minutes. Its keys, its content and what the
 * checks that read all rows say follow from the same scripts that are proved at a small scale, so a
 * build leaves them out there (drc db check does not) and hashes what goes in. */
static bool is_large(const struct build *b)
{
    return b->estate.scale > 2;
}

static void tell(const struct build *b, const char *step, int percent)
{
    if (b->progress != NULL)
        b->progress(step, percent, b->user);
}

/* ---- checks ------------------------------------------------------------------------------- */

static void show_row(struct drc_buf *out, const struct drc_rows *rows)
{
    for (size_t i = 0; i < rows->column_count && i < SHOWN_CELLS; i++) {
        const struct drc_cell *c = &rows->cells[i];
        drc_buf_printf(out, "%s%s=", i == 0 ? "" : ", ", rows->columns[i]);
        if (c->type == DRC_CELL_INT)
            drc_buf_printf(out, "%" PRId64, c->i);
        else if (c->type == DRC_CELL_REAL)
            drc_buf_printf(out, "%.6g", c->d);
        else
            drc_buf_printf(out, "%.60s", c->type == DRC_CELL_TEXT ? c->text : "NULL");
    }
}

static int run_check(const struct build *b, struct drc_db *facts, const char *name,
                     struct drc_err *err)
{
    static const char *const keys[] = {"id", "title", "reads", NULL};
    const char *path = drc_arena_printf(b->a, "sql/checks/%s", name);
    const char *sql = drc_file_read(b->a, drc_arena_printf(b->a, "%s/%s", b->home, path),
                                    DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    struct drc_meta m;
    struct drc_rows rows;
    const char *title;
    if (sql == NULL || drc_meta_parse(b->a, DRC_META_SQL, path, sql, keys, &m, err) < 0 ||
        (title = drc_meta_need(&m, "title", err)) == NULL)
        return -1;
    if (is_large(b) && drc_meta_get(&m, "reads") != NULL)
        return 0;
    if (drc_db_select(facts, b->a, sql, NULL, 0, 1, CHECK_DEADLINE_MS, &rows, err) < 0)
        return drc_err_context(err, "%s", path);
    if (rows.row_count == 0)
        return 0;
    struct drc_buf row;
    drc_buf_init(&row, DRC_CELL_MAX_BYTES);
    show_row(&row, &rows);
    drc_err_set(err, DRC_ERR_DB, "the facts fail a check: %s (%s; first: %.200s)", title, path,
                drc_buf_str(&row));
    drc_buf_fini(&row);
    return -1;
}

static int run_checks(const struct build *b, struct drc_db *facts, struct drc_err *err)
{
    const char **names;
    size_t n;
    if (drc_db_sandbox(facts, err) < 0 || drc_snapshot_facts_version(facts, err) < 0 ||
        drc_file_list(b->a, drc_arena_printf(b->a, "%s/sql/checks", b->home), ".sql", &names, &n,
                      err) < 0)
        return -1;
    if (n == 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "there are no checks in %.200s/sql/checks",
                           b->home);
    for (size_t i = 0; i < n; i++) {
        tell(b, "checks", 80 + (int)(i * 20 / n));
        if (run_check(b, facts, names[i], err) < 0)
            return -1;
    }
    return 0;
}

static int check_file(const struct build *b, const char *path, struct drc_err *err)
{
    struct drc_db *facts = drc_db_open(path, DRC_DB_READ, err);
    int rc = facts == NULL ? -1 : run_checks(b, facts, err);
    drc_db_close(facts);
    return rc;
}

int drc_build_check(const char *home, const char *db_path, struct drc_err *err)
{
    struct build b = {.a = drc_arena_new(), .home = home};
    int rc = check_file(&b, db_path, err);
    drc_arena_free(b.a);
    return rc;
}

/* ---- the hash of the content -------------------------------------------------------------- */

/* A chain: each full buffer is hashed together with the hash before it. */
struct hasher {
    char hash[65];
    struct drc_buf buf;
};

static void hash_flush(struct hasher *h)
{
    drc_buf_addstr(&h->buf, h->hash);
    drc_sha256_hex(h->buf.data, h->buf.len, h->hash);
    drc_buf_reset(&h->buf);
}

static int hash_rows(struct drc_db *db, struct hasher *h, const char *sql, int columns,
                     struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, sql, "");
    if (st == NULL)
        return -1;
    int rc;
    while ((rc = drc_db_next(st, err)) == 1) {
        for (int i = 0; i < columns; i++) {
            const char *text = drc_db_text(st, i);
            drc_buf_addch(&h->buf, text == NULL ? '\1' : '\2'); /* NULL is not the empty text */
            drc_buf_addstr(&h->buf, text == NULL ? "" : text);
        }
        drc_buf_addch(&h->buf, '\n');
        if (h->buf.len > HASH_CHUNK_BYTES)
            hash_flush(h);
    }
    drc_db_done(st);
    return rc;
}

/* Stored columns of all tables (generated ones say nothing new), rows in the order of the primary
 * key: two files with the same rows have the same hash, whatever order they were inserted in. */
static int hash_content(const struct build *b, struct drc_db *db, char *out, struct drc_err *err)
{
    static const char list[] =
        "SELECT name, count(*), group_concat('\"' || col || '\"'), group_concat(CASE WHEN pk THEN "
        "'\"' || col || '\"' END)"
        " FROM (SELECT m.name, i.name AS col, i.pk FROM sqlite_schema AS m, "
        "pragma_table_info(m.name) AS i"
        "       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, i.cid)"
        " GROUP BY name ORDER BY name";
    struct hasher h;
    memset(h.hash, '0', 64);
    h.hash[64] = '\0';
    drc_buf_init(&h.buf, 2 * HASH_CHUNK_BYTES + DRC_BUF_MAX_BYTES);
    struct drc_stmt *st = drc_db_query(db, err, list, "");
    int rc = st == NULL ? -1 : 0;
    while (rc == 0 && (rc = drc_db_next(st, err)) == 1) {
        const char *sql =
            drc_arena_printf(b->a, "SELECT %s FROM \"%s\" ORDER BY %s", drc_db_text(st, 2),
                             drc_db_text(st, 0), drc_db_text(st, 3));
        drc_buf_printf(&h.buf, "%s\n", drc_db_text(st, 0));
        rc = hash_rows(db, &h, sql, (int)drc_db_int(st, 1), err);
    }
    drc_db_done(st);
    hash_flush(&h);
    memcpy(out, h.hash, sizeof h.hash);
    drc_buf_fini(&h.buf);
    return rc;
}

/* ---- build -------------------------------------------------------------------------------- */

static const char *read_script(const struct build *b, const char *name, struct drc_err *err)
{
    return drc_file_read(b->a, drc_arena_printf(b->a, "%s/sql/%s", b->home, name), SCRIPT_MAX_BYTES,
                         NULL, err);
}

static int run_script(const struct build *b, struct drc_db *db, const char *name,
                      struct drc_err *err)
{
    const char *sql = read_script(b, name, err);
    if (sql == NULL)
        return -1;
    return drc_db_exec(db, sql, err) < 0 ? drc_err_context(err, "sql/%s", name) : 0;
}

#define SEED_SCRIPT "seed_usage_tables.sql"

/* The part of a script from the line `-- section: <name>` to the next such line. */
static int run_section(const struct build *b, struct drc_db *db, const char *name,
                       struct drc_err *err)
{
    const char *mark = drc_arena_printf(b->a, "\n-- section: %s\n", name);
    const char *at = strstr(b->seed_sql, mark);
    if (at == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "sql/" SEED_SCRIPT " has no section %s", name);
    const char *from = at + strlen(mark), *end = strstr(from, "\n-- section: ");
    const char *sql =
        drc_arena_strndup(b->a, from, end == NULL ? strlen(from) : (size_t)(end - from));
    return drc_db_exec(db, sql, err) < 0 ? drc_err_context(err, "sql/" SEED_SCRIPT ", %s", name)
                                         : 0;
}

static int query_span(struct drc_db *db, int64_t *first, int64_t *last, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, "SELECT min(day), max(day) FROM date_series", "");
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    if (rc == 1) {
        *first = drc_db_int(st, 0);
        *last = drc_db_int(st, 1);
    }
    drc_db_done(st);
    return rc < 0 ? -1 : 0;
}

/* All days in spans, so that the temporary rows of an estate of any size fit into memory. */
static int each_span(const struct build *b, struct drc_db *db, const char *step, int from_percent,
                     int to_percent,
                     int (*run)(const struct build *b, struct drc_db *db, struct drc_err *err),
                     struct drc_err *err)
{
    int64_t first = 0, last = -1, wide = is_large(b) ? 7 : 28;
    if (query_span(db, &first, &last, err) < 0)
        return -1;
    for (int64_t day = first; day <= last; day += wide) {
        int64_t to = day + wide - 1 > last ? last : day + wide - 1;
        tell(b, step,
             from_percent +
                 (int)((to_percent - from_percent) * (day - first) / (last - first + 1)));
        if (drc_db_run(db, err, "UPDATE chunk SET first_day = ?, last_day = ?", "ii", day, to) <
                0 ||
            run(b, db, err) < 0)
            return -1;
    }
    return 0;
}

static int seed_days(const struct build *b, struct drc_db *db, struct drc_err *err)
{
    return run_section(b, db, "days", err);
}

static int roll_up_days(const struct build *b, struct drc_db *db, struct drc_err *err)
{
    if (drc_db_exec(db,
                    "DELETE FROM touched_day; INSERT INTO touched_day SELECT d.date FROM "
                    "chunk AS c JOIN date_series AS d ON d.day BETWEEN c.first_day AND c.last_day",
                    err) < 0)
        return -1;
    return drc_db_exec(db, b->rollup_sql, err) < 0 ? drc_err_context(err, "sql/rollups.sql") : 0;
}

static const char *read_text(const struct build *b, struct drc_db *db, const char *sql,
                             struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, sql, "");
    const char *text =
        st != NULL && drc_db_next(st, err) == 1 ? drc_arena_strdup(b->a, drc_db_text(st, 0)) : NULL;
    drc_db_done(st);
    return text;
}

static int seed(struct build *b, struct drc_db *db, struct drc_err *err)
{
    b->seed_sql = read_script(b, SEED_SCRIPT, err);
    b->rollup_sql = b->seed_sql == NULL ? NULL : read_script(b, "rollups.sql", err);
    if (b->rollup_sql == NULL ||
        drc_db_exec(db,
                    "CREATE TEMP TABLE estate (seed INTEGER, scale INTEGER);"
                    "CREATE TEMP TABLE chunk (first_day INTEGER, last_day INTEGER);"
                    "INSERT INTO chunk VALUES (0, 0);"
                    "CREATE TEMP TABLE touched_day (usage_date TEXT PRIMARY KEY)",
                    err) < 0 ||
        drc_db_run(db, err, "INSERT INTO estate VALUES (?, ?)", "ii", b->estate.seed,
                   (int64_t)b->estate.scale) < 0)
        return -1;
    tell(b, "reference data", 1);
    if (run_section(b, db, "base", err) < 0 ||
        each_span(b, db, "days of the estate", 2, 50, seed_days, err) < 0)
        return -1;
    tell(b, "corrections and marks", 50);
    if (run_section(b, db, "end", err) < 0 ||
        each_span(b, db, "rollups", 52, 62, roll_up_days, err) < 0)
        return -1;
    tell(b, "answer key", 62);
    if (run_section(b, db, "answers", err) < 0)
        return -1;
    b->answers = read_text(b, db, "SELECT json FROM answer_key", err);
    return b->answers == NULL ? -1 : 0;
}

static int check_keys(struct drc_db *db, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, "PRAGMA foreign_key_check", "");
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    if (rc == 1)
        rc = drc_err_set(err, DRC_ERR_DB, "a row of %s points to a row of %s that is not there",
                         drc_db_text(st, 0), drc_db_text(st, 2));
    drc_db_done(st);
    return rc;
}

static int hash_inputs(const struct build *b, char *out, struct drc_err *err)
{
    static const char *const scripts[] = {"create_usage_tables.sql", SEED_SCRIPT, "rollups.sql"};
    struct drc_buf all;
    int rc = 0;
    drc_buf_init(&all, 4 * SCRIPT_MAX_BYTES);
    drc_buf_printf(&all, "%" PRId64 " %d\n", b->estate.seed, b->estate.scale);
    for (size_t i = 0; rc == 0 && i < sizeof scripts / sizeof *scripts; i++) {
        const char *sql = read_script(b, scripts[i], err);
        rc = sql == NULL ? -1 : 0;
        drc_buf_addstr(&all, sql == NULL ? "" : sql);
    }
    drc_sha256_hex(all.data, all.len, out);
    drc_buf_fini(&all);
    return rc;
}

static int fill(struct build *b, struct drc_db *db, struct drc_err *err)
{
    char hash[65];
    /* No journal and no flush: a build that is cut short is thrown away, the file is flushed before
     * it is renamed. Keys are checked at the end, all at once. */
    if (drc_db_exec(
            db,
            "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "PRAGMA foreign_keys = OFF; " DRC_BUILD_WRITER "; BEGIN",
            err) < 0)
        return -1;
    tell(b, "schema", 0);
    if (run_script(b, db, "create_usage_tables.sql", err) < 0 || seed(b, db, err) < 0 ||
        drc_db_exec(db, "COMMIT", err) < 0)
        return -1;
    tell(b, "content hash", 63);
    if ((is_large(b) ? hash_inputs(b, hash, err)
                     : check_keys(db, err) < 0 || hash_content(b, db, hash, err) < 0) != 0)
        return -1;
    tell(b, "packing", 70);
    if (drc_db_run(db, err, "INSERT INTO meta (key, value) VALUES ('generation', ?)", "s",
                   drc_arena_strndup(b->a, hash, 12)) < 0)
        return -1;
    /* The rows came in the order of time; reports read by job. Packed anew, the first report
     * touches fewer pages; it takes as much memory as the file is long. */
    return drc_db_exec(
        db, b->estate.scale > 1 ? "PRAGMA analysis_limit = 2000; ANALYZE" : "VACUUM; ANALYZE", err);
}

/* Leftovers are of the file that goes. */
static int publish(const struct build *b, const char *temp, const char *path, struct drc_err *err)
{
    static const char *const leftovers[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++)
        unlink(drc_arena_printf(b->a, "%s%s", path, leftovers[i]));
    return drc_file_publish(temp, path, err);
}

/* The key lies beside the database, never in it: F.db has F.answers.json. */
static int write_answers(const struct build *b, const char *path, struct drc_err *err)
{
    size_t n = strlen(path), stem = n > 3 && strcmp(path + n - 3, ".db") == 0 ? n - 3 : n;
    return drc_file_write(drc_arena_printf(b->a, "%.*s.answers.json", (int)stem, path), b->answers,
                          strlen(b->answers), err);
}

/* So that no start has to build the graph: drc_graph_open() leaves it beside the facts. The facts
 * are good without it, and a fault of sql/graph is told by whoever reads it. */
static void write_graph(const struct build *b, const char *path)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_graph_model *model;
    struct drc_graph *g = NULL;
    struct drc_db *facts = drc_db_open(path, DRC_DB_READ, &err);
    if (facts != NULL && drc_db_sandbox(facts, &err) == 0 &&
        drc_graph_model_load(b->a, b->home, facts, &model, &err) == 0)
        g = drc_graph_open(model, facts, path, &err);
    if (g == NULL)
        drc_log(DRC_LOG_WARN, "graph.image", "why=\"%s\"", err.msg);
    drc_graph_free(g);
    drc_db_close(facts);
}

static int build_temp(struct build *b, const char *temp, const char *path, struct drc_err *err)
{
    struct drc_db *db = drc_db_open(temp, DRC_DB_CREATE, err);
    int rc = db == NULL ? -1 : fill(b, db, err);
    drc_db_close(db);
    if (rc == 0)
        rc = check_file(b, temp, err);
    if (rc < 0 || publish(b, temp, path, err) < 0 || write_answers(b, path, err) < 0)
        return -1;
    if (!is_large(b)) /* the file of a large graph is not kept */
        write_graph(b, path);
    return 0;
}

int drc_build_facts(const char *home, const char *db_path, const struct drc_estate *estate,
                    void (*progress)(const char *step, int percent, void *user), void *user,
                    struct drc_err *err)
{
    struct build b = {.a = drc_arena_new(), .home = home, .progress = progress, .user = user};
    b.estate = estate == NULL ? (struct drc_estate){1, 1} : *estate;
    char *temp = drc_arena_printf(b.a, "%s.%ld.new", db_path, (long)getpid());
    char *dir = drc_arena_strdup(b.a, db_path);
    char *slash = strrchr(dir, '/');
    int rc = 0;
    if (slash != NULL && slash != dir) {
        *slash = '\0';
        rc = drc_file_mkdirs(dir, err);
    }
    unlink(temp);
    if (rc == 0)
        rc = build_temp(&b, temp, db_path, err);
    if (rc < 0) {
        static const char *const parts[] = {"", "-wal", "-shm", "-journal"};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            unlink(drc_arena_printf(b.a, "%s%s", temp, parts[i]));
    } else {
        tell(&b, "done", 100);
    }
    drc_arena_free(b.a);
    return rc;
}
