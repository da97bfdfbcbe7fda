/* The SQL functions: statistics, packed durations, the split of a cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/arena.h"
#include "drc/db.h"
#include "drc/jsonx.h"
#include "drc/stats.h"

static char path[] = "/tmp/drc-test-functions-XXXXXX";
static struct drc_arena *a;
static struct drc_db *box;
static struct drc_err err;

static int start(void **state)
{
    (void)state;
    a = drc_arena_new();
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    struct drc_db *db = drc_db_open(path, DRC_DB_CREATE, &err);
    if (db == NULL ||
        drc_db_exec(db,
                    "CREATE TABLE n (i INTEGER PRIMARY KEY, g INTEGER, ms INTEGER);"
                    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000)"
                    " INSERT INTO n SELECT i, i % 17, CASE WHEN i % 10 = 0 THEN NULL"
                    " ELSE rnd('ms' || i, 0, CASE i % 3 WHEN 0 THEN 50 ELSE 90000000 END) END"
                    " FROM c; PRAGMA journal_mode = DELETE",
                    &err) < 0)
        return -1;
    drc_db_close(db);
    box = drc_db_open(path, DRC_DB_READ, &err);
    return box == NULL ? -1 : drc_db_sandbox(box, &err);
}

static int stop(void **state)
{
    (void)state;
    drc_db_close(box);
    unlink(path);
    drc_arena_free(a);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    memset(&err, 0, sizeof err);
    return 0;
}

static int run(const char *sql, struct drc_rows *rows)
{
    return drc_db_select(box, a, sql, NULL, 0, 5000, 5000, rows, &err);
}

/* The first row of a SELECT. */
static const struct drc_cell *row(const char *what)
{
    struct drc_rows rows;
    if (run(drc_arena_printf(a, "SELECT %s", what), &rows) < 0)
        fail_msg("%s: %s", what, err.msg);
    assert_true(rows.row_count >= 1);
    return rows.cells;
}

static void refuse(const char *what)
{
    struct drc_rows rows;
    memset(&err, 0, sizeof err);
    assert_int_equal(run(drc_arena_printf(a, "SELECT %s", what), &rows), -1);
}

/* ---- packed values ------------------------------------------------------------------------ */

static void packing_follows_its_format(void **state)
{
    (void)state;
    /* 5, 133, 133, 300: the zigzag code of 5, then the differences 128, 0, 167 */
    assert_string_equal(
        row("hex(pack_values(column1)) FROM (VALUES (133), (5), (NULL), (300), (133))")->text,
        "0A800100A701");
    assert_string_equal(row("hex(pack_values(column1)) FROM (VALUES (-2), (1))")->text, "0303");
    assert_string_equal(row("hex(pack_values(column1)) FROM (VALUES (NULL))")->text, "");
    assert_string_equal(row("hex(pack_values(i)) FROM n WHERE i < 0")->text, "");
    assert_string_equal(row("typeof(pack_values(i)) FROM n WHERE i < 0")->text, "blob");
    for (int sign = -1; sign <= 1; sign += 2) {
        const char *most = drc_arena_printf(a,
                                            "pctl_of(unpack_values(b), 0.5) FROM (SELECT"
                                            " pack_values(%lld) AS b)",
                                            sign * (1LL << 53));
        assert_float_equal(row(most)->d, sign * 9007199254740992.0, 0);
    }
    refuse("pack_values(9007199254740993)");
    refuse("pack_values(-9007199254740993)");
    /* 2026-01-02 is day 20455, 0xe7 0x9f 0x01; then two bytes of values */
    assert_string_equal(row("hex(pack_day_values(column1, column2)) FROM (VALUES"
                            " ('2026-01-02', x'0A03'), ('2026-01-03', x''), ('2026-01-04', NULL))")
                            ->text,
                        "E79F01020A03");
    refuse("pack_day_values('then', x'05')");
    refuse("pack_day_values('2026-01-02', 5)");
}

static void packed_percentiles_are_exact_over_groups(void **state)
{
    (void)state;
    static const char *const p[] = {"0", "0.05", "0.5", "0.95", "0.999", "1"};
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        const struct drc_cell *c = row(drc_arena_printf(
            a,
            "(SELECT pctl_of(unpack_values(b), %s) FROM (SELECT pack_values(ms) AS b FROM n"
            " GROUP BY g)), (SELECT pctl(ms, %s) FROM n),"
            " (SELECT count_packed(b) FROM (SELECT pack_values(ms) AS b FROM n GROUP BY g)),"
            " (SELECT count(ms) FROM n)",
            p[i], p[i]));
        assert_float_equal(c[0].d, c[1].d, 0);
        assert_int_equal(c[2].i, c[3].i);
    }
}

#define MONTH                                                                                      \
    " FROM (SELECT pack_day_values(day, b) AS m FROM (SELECT '2026-01-0' || (i % 9 + 1) AS day,"   \
    " pack_values(ms) AS b FROM n GROUP BY 1))"

static void days_of_a_month_are_read_alone(void **state)
{
    (void)state;
    const struct drc_cell *c =
        row("(SELECT pctl_of(day_values(m, '2026-01-03', '2026-01-05'), 0.3)" MONTH
            "), (SELECT pctl(ms, 0.3) FROM n WHERE i % 9 BETWEEN 2 AND 4)");
    assert_float_equal(c[0].d, c[1].d, 0);
    assert_int_equal(row("length(day_values(m, '2025-01-01', '2026-12-31')) / 8" MONTH)->i,
                     row("count(ms) FROM n")->i);
    assert_int_equal(row("length(day_values(m, '2026-02-01', '2026-02-05'))" MONTH)->i, 0);
    refuse("day_values(m, '2026-01-05', '2026-01-03')" MONTH);
    refuse("day_values(x'E79F01020A', '2026-01-01', '2026-01-09')"); /* cut off */
    refuse("day_values(x'E79F', '2026-01-01', '2026-01-09')");
    refuse("day_values('text', '2026-01-01', '2026-01-09')");
}

static void packed_nothing_and_garbage(void **state)
{
    (void)state;
    assert_int_equal(row("pctl_of(unpack_values(x''), 0.5)")->type, DRC_CELL_NULL);
    assert_int_equal(row("pctl_of(unpack_values(NULL), 0.5)")->type, DRC_CELL_NULL);
    assert_int_equal(row("pctl_of(NULL, 0.5)")->type, DRC_CELL_NULL);
    assert_int_equal(row("pctl_of(unpack_values(x'05'), 1.5)")->type, DRC_CELL_NULL);
    assert_int_equal(row("count_packed(NULL)")->i, 0);
    assert_int_equal(row("count_packed(ms) FROM n WHERE i < 0")->i, 0);
    refuse("unpack_values(x'0580')"); /* cut off */
    refuse("unpack_values(x'ffffffffffffffffff01')");
    refuse("unpack_values('text')");
    refuse("pctl_of('text', 0.5)");
    refuse("pctl_of(x'05', 0.5)");
    refuse("count_packed(12)");
}

/* ---- packed days -------------------------------------------------------------------------- */

#define DAYS                                                                                       \
    " FROM (SELECT pack_days(column1, column2) AS b FROM (VALUES ('2026-01-05', 300),"             \
    " ('2026-01-02', -7), ('2026-01-03', NULL), ('2026-01-04', 0)))"

static void packed_days_follow_their_format(void **state)
{
    (void)state;
    /* day 20455 = 0x4fe7, two bytes a value: -7, none, 0, 300 */
    assert_string_equal(row("hex(b)" DAYS)->text, "E74F000002000000F9FF008000002C01");
    assert_string_equal(row("hex(pack_days('2026-01-02', -127))")->text, "E74F00000100000081");
    assert_string_equal(row("hex(pack_days('2026-01-02', -128))")->text, "E74F00000200000080FF");
    assert_string_equal(row("hex(pack_days('2026-01-02', NULL))")->text, "");
    assert_string_equal(row("day_series(b, '2026-01-01', '2026-01-06')" DAYS)->text,
                        "[0,-7,0,0,300,0]");
    assert_string_equal(row("day_series(b, '2026-01-04', '2026-01-05')" DAYS)->text, "[0,300]");
    assert_string_equal(row("day_series(NULL, '2026-01-04', '2026-01-05')")->text, "[0,0]");
    assert_int_equal(row("sum_days(b, '2026-01-01', '2026-01-31')" DAYS)->i, 293);
    assert_int_equal(row("sum_days(b, '2026-01-04', '2026-01-04')" DAYS)->type, DRC_CELL_INT);
    assert_int_equal(row("sum_days(b, '2026-01-03', '2026-01-03')" DAYS)->type, DRC_CELL_NULL);
    assert_int_equal(row("sum_days(b, '2025-01-03', '2025-12-31')" DAYS)->type, DRC_CELL_NULL);
    assert_int_equal(row("sum_days(NULL, '2026-01-01', '2026-01-31')")->type, DRC_CELL_NULL);
    assert_int_equal(row("sum_days(b, '2026-01-01', '2026-01-31') FROM (SELECT"
                         " pack_days('2026-01-02', -9007199254740992) AS b UNION ALL SELECT"
                         " pack_days('2026-01-03', 9007199254740991))")
                         ->i,
                     -1);
}

static void packed_days_refuse_what_they_cannot_hold(void **state)
{
    (void)state;
    refuse("pack_days('then', 1)");
    refuse("pack_days('2026-01-02', 9007199254740993)");
    refuse("pack_days(column1, 1) FROM (VALUES ('2026-01-02'), ('2026-03-09'))");
    refuse("pack_days(column1, 1) FROM (VALUES ('2026-01-02'), ('2026-01-02'))"); /* twice */
    refuse("sum_days(b, '2026-01-05', '2026-01-04')" DAYS);
    refuse("sum_days(b, '2026-01-05', 'then')" DAYS);
    refuse("sum_days('text', '2026-01-01', '2026-01-31')");
    refuse("sum_days(x'E74F0000', '2026-01-01', '2026-01-31')");
    refuse("sum_days(x'E74F000009000000000000000000000000', '2026-01-01', '2026-01-31')");
    refuse("sum_days(x'E74F000002000000FFFF01', '2026-01-01', '2026-01-31')");
    refuse("sum_days(x'E74F000008000000FFFFFFFFFFFFFF7FFFFFFFFFFFFFFF7F', '2026-01-01',"
           " '2026-01-31')");
}

/* ---- tests and trend ---------------------------------------------------------------------- */

static void tests_of_hypotheses(void **state)
{
    (void)state;
    /* the same published figures as in the tests of the C functions */
    assert_float_equal(row("fisher_p(3, 1, 1, 3)")->d, 34.0 / 70, 1e-12);
    assert_int_equal(row("fisher_p(3, NULL, 1, 3)")->type, DRC_CELL_NULL);
    assert_float_equal(row("mann_whitney_p(column1, column2) FROM (VALUES (19,0), (22,0), (16,0),"
                           " (29,0), (24,0), (NULL,0), (20,1), (11,1), (17,1), (12,1), (5,NULL))")
                           ->d,
                       1.0 / 9, 1e-12);
    assert_int_equal(row("mann_whitney_p(i, 0) FROM n")->type, DRC_CELL_NULL);
    assert_float_equal(
        row("bh_cut(column1, 0.05) FROM (VALUES (0.04), (0.001), (NULL), (0.03))")->d, 0.04, 0);
    assert_int_equal(row("bh_cut(column1, 0.05) FROM (VALUES (0.9))")->type, DRC_CELL_NULL);
    assert_float_equal(row("gini(column1) FROM (VALUES (0), (0), (0), (10))")->d, 0.75, 1e-12);
}

static void trend(void **state)
{
    (void)state;
    const char *data = "FROM (VALUES (1,9), (2,15), (3,19), (4,20), (10,45), (12,55), (18,78),"
                       " (NULL,1), (1,NULL))";
    const struct drc_cell *c =
        row(drc_arena_printf(a,
                             "theil_sen(column1, column2), theil_sen_p(column1, column2),"
                             " theil_sen_lo(column1, column2), theil_sen_hi(column1, column2) %s",
                             data));
    assert_float_equal(c[0].d, 4, 1e-12);
    assert_float_equal(c[1].d, 0.002667, 1e-6);
    assert_true(c[2].d < 4 && c[3].d > 4);
    assert_int_equal(row("theil_sen(1, 2)")->type, DRC_CELL_NULL);
    refuse("theil_sen(i, i) FROM n"); /* over 2000 points */
}

/* ---- Shapley ------------------------------------------------------------------------------ */

static void the_split_of_a_cost(void **state)
{
    (void)state;
    const char *text = row("shapley_cost(2,2,200,200,200,0, 3,3,300,300,600,0, 1)")->text;
    json_t *j = drc_json_parse(text, strlen(text), &err);
    assert_non_null(j);
    assert_int_equal(drc_json_int(j, "delta", 0), 400);
    assert_int_equal(drc_json_int(j, "runs", 0), 150);
    assert_int_equal(drc_json_int(j, "price_per_dbu", 0), 250);
    assert_int_equal(json_object_size(j), 8);
    json_decref(j);
    assert_int_equal(row("shapley_cost(2,2,200,NULL,200,0, 3,3,300,300,600,0, 1)")->type,
                     DRC_CELL_NULL);
    refuse("shapley_cost(2,2,200,1,200,0, 3,3,300,300,600,0, 0)");
    refuse("shapley_cost(2,2,200,1,9007199254740993,0, 3,3,300,300,600,0, 1)");
}

/* ---- the detector ------------------------------------------------------------------------- */

/* 90 days from 2026-08-01 of $200, one of $900 on 1 October, the last not yet billed. */
#define SERIES                                                                                     \
    "WITH RECURSIVE d(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM d WHERE i < 89),"                \
    " s(j) AS (SELECT day_series(date('2026-08-01', '+' || i || ' days'),"                         \
    " CASE i WHEN 61 THEN 900 WHEN 89 THEN NULL ELSE 200 END * 1000000,"                           \
    " '2026-08-01', '2026-10-29') FROM d) "

static void series_of_days(void **state)
{
    (void)state;
    assert_string_equal(row("day_series(column1, column2, '2026-01-01', '2026-01-05') FROM (VALUES"
                            " ('2026-01-04', 2.5), ('2026-01-01', 1), ('2026-01-04', 3),"
                            " ('2025-12-31', 9), ('2026-01-06', 9), ('2026-01-02', NULL))")
                            ->text,
                        "[1,null,0,5.5,0]");
    assert_int_equal(row("day_series(i, 1, '2026-01-01', '2026-01-05') FROM n WHERE i < 0")->type,
                     DRC_CELL_NULL);
    refuse("day_series('2026-01-01', 1, '2026-01-05', '2026-01-01')");
    refuse("day_series('then', 1, '2026-01-01', '2026-01-05')");
}

static void anomalies_as_a_table(void **state)
{
    (void)state;
    struct drc_rows rows;
    if (run(SERIES "SELECT a.* FROM s, detect_anomalies(s.j, '2026-08-01') AS a", &rows) < 0)
        fail_msg("%s", err.msg);
    assert_int_equal(rows.row_count, 1);
    assert_int_equal(rows.column_count, 9);
    assert_string_equal(rows.cells[0].text, "2026-10-01");
    assert_string_equal(rows.cells[1].text, "2026-10-01");
    assert_string_equal(rows.cells[2].text, "spike");
    assert_int_equal(rows.cells[3].i, 900000000);
    assert_int_equal(rows.cells[4].i, 200000000);
    assert_int_equal(rows.cells[7].i, 700000000);
    /* too small; expected by the calendar; unknown */
    static const char *const more[] = {
        "SELECT count(*) FROM s, detect_anomalies(s.j, '2026-08-01', 800000000)",
        ("SELECT count(*) FROM s, detect_anomalies(s.j, '2026-08-01', NULL, NULL,"
         " '[\"2026-10-01\"]') WHERE shape <> 'calendar'"),
        "SELECT count(*) FROM detect_anomalies(NULL, '2026-08-01')"};
    for (size_t i = 0; i < 3; i++) {
        if (run(drc_arena_printf(a, "%s%s", i < 2 ? SERIES : "", more[i]), &rows) < 0)
            fail_msg("%s", err.msg);
        assert_int_equal(rows.cells[0].i, 0);
    }
}

static void days_as_a_table(void **state)
{
    (void)state;
    struct drc_rows rows;
    if (run(SERIES "SELECT b.* FROM s, detect_days(s.j, '2026-08-01') AS b", &rows) < 0)
        fail_msg("%s", err.msg);
    assert_int_equal(rows.row_count, 90);
    const struct drc_cell *day = rows.cells + 61 * rows.column_count;
    assert_string_equal(day[0].text, "2026-10-01");
    assert_int_equal(day[2].i, 200000000);
    assert_true(day[3].i < 200000000 && day[4].i > 200000000 && day[4].i < 900000000);
    assert_int_equal(day[6].i, 1);
    assert_int_equal(rows.cells[89 * rows.column_count + 1].type, DRC_CELL_NULL);
    assert_int_equal(rows.cells[0 * rows.column_count + 2].type, DRC_CELL_NULL);
}

static void the_detector_refuses_nonsense(void **state)
{
    (void)state;
    static const char *const series[] = {"",   "[",     "[1,",     "[1 2]",
                                         "12", "[nan]", "[1e400]", "[\"a\"]"};
    for (size_t i = 0; i < sizeof series / sizeof *series; i++)
        refuse(drc_arena_printf(a, "* FROM detect_anomalies('%s', '2026-08-01')", series[i]));
    refuse("* FROM detect_anomalies('[1]', '2026-02-30')");
    refuse("* FROM detect_anomalies('[1]', '2026-02-01', 1, 1, '[\"soon\"]')");
}

/* Modules that tell of the handle, the file or the schema are gone. */
static void the_sandbox_has_no_other_modules(void **state)
{
    (void)state;
    assert_int_equal(row("value FROM json_each('[7]')")->i, 7);
    refuse("* FROM sqlite_stmt");
    refuse("* FROM dbstat");
    refuse("* FROM sqlite_dbpage");
    refuse("* FROM pragma_table_info('n')");
    refuse("* FROM bytecode('SELECT 1')");
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(packing_follows_its_format),
        TEST(packed_percentiles_are_exact_over_groups),
        TEST(days_of_a_month_are_read_alone),
        TEST(packed_nothing_and_garbage),
        TEST(packed_days_follow_their_format),
        TEST(packed_days_refuse_what_they_cannot_hold),
        TEST(tests_of_hypotheses),
        TEST(trend),
        TEST(the_split_of_a_cost),
        TEST(series_of_days),
        TEST(anomalies_as_a_table),
        TEST(days_as_a_table),
        TEST(the_detector_refuses_nonsense),
        TEST(the_sandbox_has_no_other_modules),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
