/* The SQLite door: opening, statements, migrations, SQL functions, and every refusal of the
 * sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/arena.h"
#include "drc/clock.h"
#include "drc/db.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/stats.h"

static char folder[] = "/tmp/drc-test-db-XXXXXX";
static struct drc_arena *a;
static struct drc_db *box; /* sandboxed, over a small file */
static struct drc_err err;

static const char *path_of(const char *name)
{
    return drc_arena_printf(a, "%s/%s", folder, name);
}

static void must(int rc)
{
    if (rc < 0)
        fail_msg("%s: %s", drc_err_name(err.code), err.msg);
}

static struct drc_db *must_open(const char *name, enum drc_db_mode mode)
{
    struct drc_db *db = drc_db_open(path_of(name), mode, &err);
    must(db == NULL ? -1 : 0);
    return db;
}

static void write_file(const char *name, const char *text)
{
    must(drc_file_write(path_of(name), text, strlen(text), &err));
}

static int64_t one_int(struct drc_db *db, const char *sql)
{
    struct drc_stmt *st = drc_db_query(db, &err, sql, "");
    must(st == NULL ? -1 : 0);
    assert_int_equal(drc_db_next(st, &err), 1);
    int64_t v = drc_db_int(st, 0);
    drc_db_done(st);
    return v;
}

static int start(void **state)
{
    (void)state;
    a = drc_arena_new();
    if (mkdtemp(folder) == NULL)
        return -1;
    struct drc_db *db = must_open("small.db", DRC_DB_CREATE);
    must(drc_db_exec(db,
                     "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, x REAL);"
                     "INSERT INTO t VALUES (1, 'one', 1.5), (2, 'two', NULL), (3, NULL, 4.0);"
                     "CREATE TABLE big (v TEXT); INSERT INTO big VALUES (hex(zeroblob(40000)));"
                     "CREATE TABLE odd (v); INSERT INTO odd VALUES (x'00ff'), (CAST(x'61ff62' AS "
                     "TEXT)), (9e999);"
                     "PRAGMA journal_mode = DELETE",
                     &err));
    drc_db_close(db);
    box = must_open("small.db", DRC_DB_READ);
    must(drc_db_sandbox(box, &err));
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int stop(void **state)
{
    (void)state;
    drc_db_close(box);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    drc_arena_free(a);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    memset(&err, 0, sizeof err);
    return 0;
}

/* ---- open --------------------------------------------------------------------------------- */

static void a_missing_file_says_what_to_run(void **state)
{
    (void)state;
    assert_null(drc_db_open(path_of("none.db"), DRC_DB_READ, &err));
    assert_int_equal(err.code, DRC_ERR_CONFIG);
    assert_non_null(strstr(err.msg, "drc db build"));
    assert_false(drc_file_exists(path_of("none.db")));
    memset(&err, 0, sizeof err);
    assert_null(drc_db_open(path_of("none.db"), DRC_DB_WRITE, &err));
    assert_int_equal(err.code, DRC_ERR_CONFIG);
}

static void garbage_is_not_a_database(void **state)
{
    (void)state;
    write_file(
        "garbage.db",
        "this is no database, but it is long enough to look at: 0123456789 0123456789 0123456789"
        " 0123456789 0123456789");
    assert_null(drc_db_open(path_of("garbage.db"), DRC_DB_READ, &err));
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_non_null(strstr(err.msg, "garbage.db"));
}

static void a_damaged_page_is_a_db_error(void **state)
{
    (void)state;
    struct drc_db *db = must_open("torn.db", DRC_DB_CREATE);
    must(drc_db_exec(db,
                     "CREATE TABLE t (v TEXT); INSERT INTO t VALUES (hex(zeroblob(9000))); PRAGMA "
                     "journal_mode = DELETE",
                     &err));
    drc_db_close(db);
    assert_int_equal(truncate(path_of("torn.db"), 4096), 0);
    db = drc_db_open(path_of("torn.db"), DRC_DB_READ, &err);
    struct drc_rows rows;
    int rc = db == NULL ? -1 : drc_db_sandbox(db, &err);
    if (rc == 0)
        rc = drc_db_select(db, a, "SELECT v FROM t", NULL, 0, 10, 1000, &rows, &err);
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_non_null(strstr(err.msg, "torn.db"));
    drc_db_close(db);
}

/* ---- statements --------------------------------------------------------------------------- */

static void every_type_binds_and_reads(void **state)
{
    (void)state;
    struct drc_db *db = must_open("types.db", DRC_DB_CREATE);
    must(drc_db_exec(db, "CREATE TABLE t (i, d, s, n, b)", &err));
    must(drc_db_run(db, &err, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", "idssb", INT64_C(-5000000000),
                    2.5, "text", (const char *)NULL, (const void *)"a\0b", (size_t)3));
    assert_int_equal(drc_db_last_id(db), 1);
    assert_int_equal(drc_db_changes(db), 1);
    struct drc_stmt *st = drc_db_query(db, &err, "SELECT i, d, s, n, length(b) FROM t", "");
    assert_non_null(st);
    assert_int_equal(drc_db_next(st, &err), 1);
    assert_true(drc_db_int(st, 0) == INT64_C(-5000000000));
    assert_float_equal(drc_db_real(st, 1), 2.5, 0);
    assert_string_equal(drc_db_text(st, 2), "text");
    assert_true(drc_db_is_null(st, 3));
    assert_null(drc_db_text(st, 3));
    assert_int_equal(drc_db_int(st, 4), 3);
    assert_int_equal(drc_db_next(st, &err), 0);
    drc_db_done(st);
    drc_db_close(db);
}

static void a_wrong_number_of_values_is_a_bug(void **state)
{
    (void)state;
    struct drc_db *db = must_open("types.db", DRC_DB_CREATE);
    assert_null(drc_db_query(db, &err, "SELECT ?, ?", "i", INT64_C(1)));
    assert_int_equal(err.code, DRC_ERR_BUG);
    drc_db_close(db);
}

static void one_statement_runs_twice_at_a_time(void **state)
{
    (void)state;
    struct drc_db *db = must_open("small.db", DRC_DB_READ);
    static const char sql[] = "SELECT id FROM t ORDER BY id";
    struct drc_stmt *one = drc_db_query(db, &err, sql, "");
    assert_int_equal(drc_db_next(one, &err), 1);
    struct drc_stmt *two = drc_db_query(db, &err, sql, "");
    assert_ptr_not_equal(one, two);
    assert_int_equal(drc_db_next(two, &err), 1);
    assert_int_equal(drc_db_next(one, &err), 1);
    assert_int_equal(drc_db_int(one, 0), 2);
    assert_int_equal(drc_db_int(two, 0), 1);
    drc_db_done(one);
    drc_db_done(two);
    drc_db_close(db);
}

static void the_cache_survives_more_statements_than_it_holds(void **state)
{
    (void)state;
    struct drc_db *db = must_open("small.db", DRC_DB_READ);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++)
            assert_int_equal(one_int(db, drc_arena_printf(a, "SELECT %d", i)), i);
    drc_db_close(db);
}

/* ---- migrations --------------------------------------------------------------------------- */

static void migrations_run_once_and_in_order(void **state)
{
    (void)state;
    must(drc_file_mkdirs(path_of("steps"), &err));
    write_file("steps/001-start.sql", "CREATE TABLE t (v INTEGER); INSERT INTO t VALUES (1);");
    write_file("steps/002-more.sql", "INSERT INTO t SELECT max(v) + 1 FROM t;");
    struct drc_db *db = must_open("state.db", DRC_DB_CREATE);
    must(drc_db_migrate(db, path_of("steps"), &err));
    must(drc_db_migrate(db, path_of("steps"), &err));
    assert_int_equal(one_int(db, "SELECT group_concat(v, '') FROM t"), 12);
    assert_int_equal(one_int(db, "PRAGMA user_version"), 2);
    drc_db_close(db);
}

static void a_failing_migration_leaves_nothing(void **state)
{
    (void)state;
    write_file("steps/003-bad.sql", "INSERT INTO t VALUES (99); INSERT INTO nowhere VALUES (1);");
    struct drc_db *db = must_open("state.db", DRC_DB_CREATE);
    assert_int_equal(drc_db_migrate(db, path_of("steps"), &err), -1);
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_non_null(strstr(err.msg, "003-bad.sql"));
    assert_int_equal(one_int(db, "SELECT count(*) FROM t WHERE v = 99"), 0);
    assert_int_equal(one_int(db, "PRAGMA user_version"), 2);
    drc_db_close(db);
    unlink(path_of("steps/003-bad.sql"));
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    struct drc_db *db = must_open("state.db", DRC_DB_CREATE);
    must(drc_db_exec(db, "PRAGMA user_version = 7", &err));
    assert_int_equal(drc_db_migrate(db, path_of("steps"), &err), -1);
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_non_null(strstr(err.msg, "newer drc"));
    drc_db_close(db);
}

/* ---- the sandbox -------------------------------------------------------------------------- */

static int run(const char *sql, struct drc_rows *rows)
{
    return drc_db_select(box, a, sql, NULL, 0, 100, 2000, rows, &err);
}

static void refuse(const char *sql, enum drc_err_code code)
{
    struct drc_rows rows;
    memset(&err, 0, sizeof err);
    if (run(sql, &rows) == 0)
        fail_msg("was not refused: %s", sql);
    if (err.code != code)
        fail_msg("%s: %s instead of %s (%s)", sql, drc_err_name(err.code), drc_err_name(code),
                 err.msg);
}

static void the_sandbox_only_reads(void **state)
{
    (void)state;
    static const char *const denied[] = {
        "DELETE FROM t",
        "UPDATE t SET x = 0",
        "INSERT INTO t (name) VALUES ('x')",
        "INSERT INTO t (name) VALUES ('x') RETURNING id",
        "WITH d AS (SELECT 1) DELETE FROM t WHERE id IN d",
        "CREATE TABLE u (v)",
        "CREATE TEMP TABLE u (v)",
        "CREATE TEMP VIEW u AS SELECT 1",
        "CREATE VIRTUAL TABLE temp.u USING fts5(v)",
        "DROP TABLE t",
        "ALTER TABLE t RENAME TO u",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        "VACUUM INTO '/tmp/stolen.db'",
        "ATTACH '/tmp/other.db' AS other",
        "DETACH main",
        "PRAGMA query_only = 0",
        "PRAGMA user_version",
        "SELECT * FROM pragma_table_info('t')",
        "SELECT * FROM pragma_database_list",
        "BEGIN",
        "COMMIT",
        "SAVEPOINT s",
        "SELECT load_extension('x')",
        "SELECT random()",
        "SELECT hex(randomblob(4))",
        "SELECT current_timestamp",
        "SELECT changes()",
        "SELECT fts3_tokenizer('simple')",
        "SELECT readfile('/etc/passwd')",
        "SELECT * FROM t; DROP TABLE t",
        "SELECT 1; SELECT 2",
        "",
        "  -- nothing",
        "SELECT \"no such column, so a text where quotes are lax\"",
        "SELECT nope FROM t",
        "SELEC 1",
    };
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++)
        refuse(denied[i], DRC_ERR_PARSE);
    struct drc_rows rows;
    must(run("SELECT count(*) FROM t", &rows));
    assert_int_equal(rows.cells[0].i, 3);
}

static void a_comment_or_semicolon_behind_is_fine(void **state)
{
    (void)state;
    struct drc_rows rows;
    must(run("-- id: x\nSELECT 1 AS v; -- end\n ; /* more */ ", &rows));
    assert_int_equal(rows.row_count, 1);
}

static void a_runaway_query_meets_its_deadline(void **state)
{
    (void)state;
    struct drc_rows rows;
    int64_t begin = drc_clock_mono_us();
    int rc = drc_db_select(
        box, a,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        NULL, 0, 10, 100, &rows, &err);
    int64_t took_ms = (drc_clock_mono_us() - begin) / 1000;
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, DRC_ERR_TIMEOUT);
    assert_in_range(took_ms, 95, 1500);
    memset(&err, 0, sizeof err);
    must(run("SELECT 1", &rows)); /* the handle lives on */
}

static void too_much_is_a_limit(void **state)
{
    (void)state;
    refuse("SELECT zeroblob(1000000000)", DRC_ERR_LIMIT);
    refuse("SELECT v FROM big", DRC_ERR_LIMIT); /* one cell over the cap */
    refuse("SELECT 'x' LIKE hex(zeroblob(150))", DRC_ERR_PARSE);
    refuse("SELECT printf('%.*c', 2000000000, 'x')", DRC_ERR_PARSE); /* no deadline inside it */
    char *deep = drc_arena_alloc(a, 4000);
    memcpy(deep, "SELECT 1", 9);
    for (int i = 0; i < 200; i++)
        memcpy(deep + 8 + 2 * i, "+1", 3);
    refuse(deep, DRC_ERR_PARSE);
    size_t n = DRC_REPORT_SQL_MAX_BYTES + 4096;
    char *longer = drc_arena_alloc(a, n + 1);
    memset(longer, ' ', n);
    memcpy(longer, "SELECT 1", 8);
    refuse(longer, DRC_ERR_LIMIT);
    char *wide = drc_arena_printf(a, "SELECT 0");
    for (int i = 0; i < DRC_REPORT_COLUMNS_MAX; i++)
        wide = drc_arena_printf(a, "%s, %d", wide, i);
    refuse(wide, DRC_ERR_LIMIT);
}

static void the_text_of_a_result_is_capped(void **state)
{
    (void)state;
    struct drc_rows rows;
    int rc = drc_db_select(
        box, a,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
        " SELECT hex(zeroblob(30000)) FROM n",
        NULL, 0, 5000, 10000, &rows, &err);
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
}

static void rows_are_cut_at_the_cap(void **state)
{
    (void)state;
    struct drc_rows rows;
    must(drc_db_select(box, a, "SELECT id FROM t ORDER BY id", NULL, 0, 2, 1000, &rows, &err));
    assert_int_equal(rows.row_count, 2);
    assert_true(rows.truncated);
    must(drc_db_select(box, a, "SELECT id FROM t ORDER BY id", NULL, 0, 3, 1000, &rows, &err));
    assert_int_equal(rows.row_count, 3);
    assert_false(rows.truncated);
}

static void cells_keep_their_types(void **state)
{
    (void)state;
    struct drc_rows rows;
    must(run("SELECT id AS n, name, x FROM t ORDER BY id", &rows));
    assert_int_equal(rows.column_count, 3);
    assert_string_equal(rows.columns[0], "n");
    assert_int_equal(rows.cells[0].type, DRC_CELL_INT);
    assert_float_equal(rows.cells[0].d, 1, 0);
    assert_string_equal(rows.cells[1].text, "one");
    assert_int_equal(rows.cells[2].type, DRC_CELL_REAL);
    assert_int_equal(rows.cells[5].type, DRC_CELL_NULL);
    assert_int_equal(rows.cells[7].type, DRC_CELL_NULL);
}

static void hostile_cells_are_made_harmless(void **state)
{
    (void)state;
    struct drc_rows rows;
    refuse("SELECT v FROM odd WHERE typeof(v) = 'blob'", DRC_ERR_PARSE);
    memset(&err, 0, sizeof err);
    must(run("SELECT v FROM odd WHERE typeof(v) = 'text'", &rows));
    assert_string_equal(rows.cells[0].text, "a\xef\xbf\xbd"
                                            "b"); /* bad UTF-8 */
    must(run("SELECT v FROM odd WHERE typeof(v) = 'real'", &rows));
    assert_int_equal(rows.cells[0].type, DRC_CELL_NULL); /* infinity */
}

static void parameters_go_by_name(void **state)
{
    (void)state;
    struct drc_rows rows;
    struct drc_sql_param p[] = {{"unused", {DRC_CELL_INT, 9, 9, NULL}},
                                {"id", {DRC_CELL_INT, 2, 2, NULL}},
                                {"none", {DRC_CELL_NULL, 0, 0, NULL}},
                                {"text", {DRC_CELL_TEXT, 0, 0, "'; DROP TABLE t"}}};
    must(drc_db_select(box, a, "SELECT name, :none IS NULL, :text, :id FROM t WHERE id = :id", p, 4,
                       10, 1000, &rows, &err));
    assert_string_equal(rows.cells[0].text, "two");
    assert_int_equal(rows.cells[1].i, 1);
    assert_string_equal(rows.cells[2].text, "'; DROP TABLE t");
    assert_int_equal(drc_db_select(box, a, "SELECT :missing", p, 4, 10, 1000, &rows, &err), -1);
    assert_int_equal(err.code, DRC_ERR_PARSE);
    assert_non_null(strstr(err.msg, ":missing"));
    refuse("SELECT ?", DRC_ERR_PARSE);
}

static void describe_names_columns_without_running(void **state)
{
    (void)state;
    struct drc_rows rows;
    must(drc_db_describe(box, a, "SELECT id AS one, :p AS two FROM t", &rows, &err));
    assert_int_equal(rows.column_count, 2);
    assert_int_equal(rows.row_count, 0);
    assert_string_equal(rows.columns[1], "two");
    assert_int_equal(drc_db_describe(box, a, "DELETE FROM t", &rows, &err), -1);
    assert_int_equal(err.code, DRC_ERR_PARSE);
}

static void own_transactions_are_allowed_and_writing_is_not(void **state)
{
    (void)state;
    struct drc_rows rows;
    must(drc_db_exec(box, "BEGIN", &err));
    must(run("SELECT count(*) FROM t", &rows));
    must(drc_db_exec(box, "COMMIT", &err));
    assert_int_equal(drc_db_exec(box, "DELETE FROM t", &err), -1);
    memset(&err, 0, sizeof err);
    assert_int_equal(drc_db_exec(box, "PRAGMA query_only = 0", &err), -1);
}

static void a_writable_handle_cannot_become_a_sandbox(void **state)
{
    (void)state;
    struct drc_db *db = must_open("types.db", DRC_DB_CREATE);
    assert_int_equal(drc_db_sandbox(db, &err), -1);
    assert_int_equal(err.code, DRC_ERR_BUG);
    struct drc_rows rows;
    memset(&err, 0, sizeof err);
    assert_int_equal(drc_db_select(db, a, "SELECT 1", NULL, 0, 1, 100, &rows, &err), -1);
    assert_int_equal(err.code, DRC_ERR_BUG);
    drc_db_close(db);
}

static void only_these_columns_can_be_read(void **state)
{
    (void)state;
    static const struct drc_db_column visible[] = {{"t", "id"}, {"t", "name"}};
    static const char *const good[] = {"SELECT id, name FROM t", "SELECT count(id), count(*) FROM t",
                                       "WITH w AS (SELECT id FROM t) SELECT id FROM w",
                                       "SELECT p.id FROM t AS p JOIN t AS q ON q.id = p.id",
                                       "SELECT name FROM t WHERE id = 1"};
    static const char *const bad[] = {"SELECT x FROM t",
                                      "SELECT * FROM t",
                                      "SELECT id FROM t WHERE x > 1",
                                      "SELECT v FROM big",
                                      "SELECT count(*) FROM big",
                                      "SELECT id FROM t ORDER BY x",
                                      "SELECT name FROM sqlite_master",
                                      "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM big)",
                                      "SELECT name FROM pragma_table_info('t')",
                                      "SELECT max(x) OVER () FROM t"};
    struct drc_rows rows;
    struct drc_db *db = must_open("small.db", DRC_DB_READ);
    must(drc_db_sandbox_only(db, visible, 2, &err));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (drc_db_select(db, a, good[i], NULL, 0, 9, 1000, &rows, &err) < 0)
            fail_msg("not read: %s: %s", good[i], err.msg);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memset(&err, 0, sizeof err);
        if (drc_db_select(db, a, bad[i], NULL, 0, 9, 1000, &rows, &err) == 0)
            fail_msg("read: %s", bad[i]);
    }
    memset(&err, 0, sizeof err);
    drc_db_close(db);
}

/* ---- functions ---------------------------------------------------------------------------- */

static const struct drc_cell *value(const char *expression)
{
    static struct drc_rows rows;
    must(run(drc_arena_printf(a, "SELECT %s", expression), &rows));
    return &rows.cells[0];
}

static void rnd_is_the_same_everywhere(void **state)
{
    (void)state;
    /* splitmix64(7) and FNV-1a("a") = 0xaf63dc4c8601ec8c are fixed by their definitions. */
    assert_true(value("rnd(7, 0, 999999)")->i == (int64_t)(drc_stats_mix64(7) % 1000000));
    assert_true(value("rnd('a', 0, 999999)")->i ==
                (int64_t)(drc_stats_mix64(UINT64_C(0xaf63dc4c8601ec8c)) % 1000000));
    assert_int_equal(value("rnd('x', 5, 5)")->i, 5);
    assert_int_equal(value("rnd(1, NULL, 5)")->type, DRC_CELL_NULL);
    refuse("SELECT rnd(1, 6, 5)", DRC_ERR_PARSE);
}

static void rnd_stays_in_bounds_and_covers_them(void **state)
{
    (void)state;
    struct drc_rows rows;
    must(run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
             " SELECT min(r), max(r), count(DISTINCT r), avg(r) FROM (SELECT rnd('s' || i, -3, 6) "
             "AS r FROM n)",
             &rows));
    assert_int_equal(rows.cells[0].i, -3);
    assert_int_equal(rows.cells[1].i, 6);
    assert_int_equal(rows.cells[2].i, 10);
    assert_float_equal(rows.cells[3].d, 1.5, 0.15);
}

static void aggregates_skip_nulls(void **state)
{
    (void)state;
    assert_float_equal(value("pctl(x, 0.5) FROM t")->d, 2.75, 1e-12);
    assert_float_equal(value("median(id) FROM t")->d, 2, 0);
    assert_float_equal(value("mad(id) FROM t")->d, 1, 0);
    assert_int_equal(value("median(x) FROM t WHERE id = 2")->type, DRC_CELL_NULL);
    assert_int_equal(value("median(x) FROM t WHERE id > 9")->type, DRC_CELL_NULL);
}

static void scalars_know_what_they_do_not_know(void **state)
{
    (void)state;
    assert_float_equal(value("wilson_lo(8, 10)")->d, 0.4901625, 1e-6);
    assert_float_equal(value("wilson_hi(8, 10)")->d, 0.9433178, 1e-6);
    assert_int_equal(value("wilson_lo(0, 0)")->type, DRC_CELL_NULL);
    assert_int_equal(value("wilson_hi(NULL, 10)")->type, DRC_CELL_NULL);
    assert_float_equal(value("rz(10, 4, 2)")->d, 2.0235, 1e-12);
    assert_int_equal(value("rz(10, 4, 0)")->type, DRC_CELL_NULL);
    assert_string_equal(value("entity_id('job', '12', 'x y')")->text, "job:12/x y");
    assert_int_equal(value("entity_id('job', NULL, '3')")->type, DRC_CELL_NULL);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_file_says_what_to_run),
        TEST(garbage_is_not_a_database),
        TEST(a_damaged_page_is_a_db_error),
        TEST(every_type_binds_and_reads),
        TEST(a_wrong_number_of_values_is_a_bug),
        TEST(one_statement_runs_twice_at_a_time),
        TEST(the_cache_survives_more_statements_than_it_holds),
        TEST(migrations_run_once_and_in_order),
        TEST(a_failing_migration_leaves_nothing),
        TEST(a_newer_database_is_refused),
        TEST(the_sandbox_only_reads),
        TEST(a_comment_or_semicolon_behind_is_fine),
        TEST(a_runaway_query_meets_its_deadline),
        TEST(too_much_is_a_limit),
        TEST(the_text_of_a_result_is_capped),
        TEST(rows_are_cut_at_the_cap),
        TEST(cells_keep_their_types),
        TEST(hostile_cells_are_made_harmless),
        TEST(parameters_go_by_name),
        TEST(describe_names_columns_without_running),
        TEST(own_transactions_are_allowed_and_writing_is_not),
        TEST(a_writable_handle_cannot_become_a_sandbox),
        TEST(only_these_columns_can_be_read),
        TEST(rnd_is_the_same_everywhere),
        TEST(rnd_stays_in_bounds_and_covers_them),
        TEST(aggregates_skip_nulls),
        TEST(scalars_know_what_they_do_not_know),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
