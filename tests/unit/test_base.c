/* The ground floor: memory, buffers, errors, figures, dates, maps. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/arena.h"
#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/err.h"
#include "drc/fmt.h"
#include "drc/map.h"

/* ---- arena -------------------------------------------------------------------------------- */

static char order[8];

static void note(void *data)
{
    size_t n = strlen(order);
    order[n] = *(const char *)data;
    order[n + 1] = '\0';
}

static void test_arena(void **state)
{
    (void)state;
    struct drc_arena *a = drc_arena_new();
    memset(order, 0, sizeof order);
    drc_arena_defer(a, note, drc_arena_strdup(a, "1"));
    drc_arena_defer(a, note, drc_arena_strdup(a, "2"));
    char *blocks[200];
    for (size_t i = 0; i < 200; i++) { /* small ones, and ones larger than a chunk */
        size_t bytes = i % 50 == 49 ? 100000 : i + 1;
        blocks[i] = drc_arena_alloc(a, bytes);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t k = 0; k < bytes; k++)
            assert_int_equal(blocks[i][k], 0);
        memset(blocks[i], (int)i, bytes);
    }
    for (size_t i = 0; i < 200; i++)
        assert_int_equal((unsigned char)blocks[i][i % 50 == 49 ? 99999 : i], i);
    assert_null(drc_arena_strdup(a, NULL));
    assert_string_equal(drc_arena_strndup(a, "abcdef", 3), "abc");
    char *long_text = drc_arena_printf(a, "%s-%0*d", "x", 5000, 7);
    assert_int_equal(strlen(long_text), 5002);
    drc_arena_free(a);
    assert_string_equal(order, "21"); /* last first */
    drc_arena_free(NULL);
}

/* ---- buf ---------------------------------------------------------------------------------- */

static void test_buf(void **state)
{
    (void)state;
    struct drc_buf b;
    drc_buf_init(&b, 10);
    assert_string_equal(drc_buf_str(&b), "");
    drc_buf_addstr(&b, "12345");
    drc_buf_printf(&b, "%d", 678);
    assert_false(b.overflow);
    drc_buf_addstr(&b, "90AB"); /* two fit */
    assert_true(b.overflow);
    assert_int_equal(b.len, 10);
    assert_string_equal(drc_buf_str(&b), "1234567890");
    drc_buf_addch(&b, 'x');
    assert_int_equal(b.len, 10);
    drc_buf_reset(&b);
    assert_false(b.overflow);
    drc_buf_printf(&b, "%s", "far more than ten bytes");
    assert_true(b.overflow);
    assert_true(b.len <= 10);
    drc_buf_reset(&b);
    drc_buf_add(&b, "a\0b", 3);
    size_t bytes;
    char *taken = drc_buf_take(&b, &bytes);
    assert_int_equal(bytes, 3);
    assert_memory_equal(taken, "a\0b", 4);
    free(taken);
    assert_string_equal(drc_buf_str(&b), "");
    drc_buf_fini(&b);
}

/* ---- err ---------------------------------------------------------------------------------- */

static void test_err(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    assert_int_equal(drc_err_context(&err, "nothing yet"), -1);
    assert_int_equal(err.code, DRC_OK);
    assert_int_equal(drc_err_set(&err, DRC_ERR_DB, "first %d", 1), -1);
    drc_err_set(&err, DRC_ERR_NET, "second");
    drc_err_context(&err, "while %s", "testing");
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_string_equal(err.msg, "while testing: first 1");
    for (int i = 0; i < 100; i++)
        drc_err_context(&err, "level %d of a deep call", i);
    assert_true(strlen(err.msg) < sizeof err.msg);
    assert_int_equal(drc_err_set(NULL, DRC_ERR_BUG, "x"), -1);
    assert_int_equal(drc_err_context(NULL, "x"), -1);
    assert_string_equal(drc_err_name(DRC_ERR_TIMEOUT), "TIMEOUT");
    assert_string_equal(drc_err_name((enum drc_err_code)99), "BUG");
    assert_int_equal(drc_err_exit_status(DRC_OK), 0);
    assert_int_equal(drc_err_exit_status(DRC_ERR_INPUT), 2);
    assert_int_equal(drc_err_exit_status(DRC_ERR_PARSE), 8);
    assert_int_equal(drc_err_exit_status(DRC_ERR_BUG), 70);
}

/* ---- fmt ---------------------------------------------------------------------------------- */

static void test_money(void **state)
{
    (void)state;
    static const struct {
        int64_t uusd;
        const char *plain, *sign, *brief, *exact;
    } rows[] = {
        {0, "$0", "$0", "$0", "0.000000"},
        {18240000000, "$18,240", "+$18,240", "$18k", "18240.000000"},
        {-5000000, "-$5.00", "-$5.00", "-$5", "-5.000000"},
        {42100000, "$42.10", "+$42.10", "$42", "42.100000"},
        {420000, "$0.42", "+$0.42", "$0.42", "0.420000"},
        {4200, "$0.0042", "+$0.0042", "$0.0042", "0.004200"},
        {1, "<$0.0001", "+<$0.0001", "<$0.0001", "0.000001"},
        {9949, "$0.0099", "+$0.0099", "$0.0099", "0.009949"},
        {9950, "$0.01", "+$0.01", "$0.01", "0.009950"},
        {99994999, "$99.99", "+$99.99", "$100", "99.994999"},
        {99995000, "$100", "+$100", "$100", "99.995000"},
        {1500000000, "$1,500", "+$1,500", "$1.5k", "1500.000000"},
        {999600000, "$1,000", "+$1,000", "$1k", "999.600000"},
        {999999000000, "$999,999", "+$999,999", "$1M", "999999.000000"},
        {3000000000000, "$3,000,000", "+$3,000,000", "$3M", "3000000.000000"},
        {INT64_MAX, "$9,223,372,036,855", "+$9,223,372,036,855", "$9223B", "9223372036854.775807"},
        {INT64_MIN, "-$9,223,372,036,855", "-$9,223,372,036,855", "-$9223B",
         "-9223372036854.775808"},
    };
    char out[DRC_FMT_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(drc_fmt_usd(rows[i].uusd, out), rows[i].plain);
        assert_string_equal(drc_fmt_usd_signed(rows[i].uusd, out), rows[i].sign);
        assert_string_equal(drc_fmt_usd_short(rows[i].uusd, out), rows[i].brief);
        assert_string_equal(drc_fmt_usd_exact(rows[i].uusd, out), rows[i].exact);
    }
}

static void test_percent(void **state)
{
    (void)state;
    static const struct {
        double ratio;
        const char *plain, *sign;
    } rows[] = {
        {0, "0 %", "0 %"},
        {0.1234, "12 %", "+12 %"},
        {0.042, "4.2 %", "+4.2 %"},
        {-0.042, "-4.2 %", "-4.2 %"},
        {0.0001, "0 %", "0 %"},
        {-0.00001, "0 %", "0 %"},
        {0.0996, "10 %", "+10 %"},
        {0.998, "99.8 %", "+99.8 %"},
        {0.99996, "99.99 %", "+99.99 %"},
        {1, "100 %", "+100 %"},
        {12.5, "1250 %", "+1250 %"},
        {NAN, "n/a", "n/a"},
        {INFINITY, "n/a", "n/a"},
        {-INFINITY, "n/a", "n/a"},
        {1e300, "n/a", "n/a"},
    };
    char out[DRC_FMT_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(drc_fmt_pct(rows[i].ratio, out), rows[i].plain);
        assert_string_equal(drc_fmt_pct_signed(rows[i].ratio, out), rows[i].sign);
    }
    assert_string_equal(drc_fmt_ratio(1.066, out), "1.07");
    assert_string_equal(drc_fmt_ratio(NAN, out), "n/a");
    assert_string_equal(drc_fmt_ratio(-1e200, out), "n/a");
}

static void test_counts_and_durations(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {{-1, "n/a"},
                {0, "0 ms"},
                {999, "999 ms"},
                {1000, "1 s"},
                {42499, "42 s"},
                {119499, "119 s"},
                {119500, "2 min"},
                {720000, "12 min"},
                {3569999, "59 min"},
                {3570000, "1 h 00 min"},
                {3900000, "1 h 05 min"},
                {7200000, "2 h 00 min"},
                {11100000, "3 h 05 min"}};
    char out[DRC_FMT_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(drc_fmt_duration(rows[i].ms, out), rows[i].text);
    assert_string_equal(drc_fmt_duration(INT64_MAX, out), "2562047788015 h 13 min");
    assert_string_equal(drc_fmt_count(1234567, out), "1,234,567");
    assert_string_equal(drc_fmt_count(-999, out), "-999");
    assert_string_equal(drc_fmt_count(INT64_MIN, out), "-9,223,372,036,854,775,808");
}

/* Each formatter in each style; what machines read is the same in all. */
static void test_styles(void **state)
{
    (void)state;
    static const struct {
        enum drc_fmt_style style;
        const char *money, *cents, *tiny, *axis, *signed_pct, *ratio, *count;
    } rows[] = {
        {DRC_FMT_EN, "-$18,240", "$42.10", "$0.0042", "$1.5k", "+4.2 %", "1.07", "1,234,567"},
        {DRC_FMT_DE, "-$18.240", "$42,10", "$0,0042", "$1,5k", "+4,2 %", "1,07", "1.234.567"},
        {DRC_FMT_FR, "-$18\u00a0240", "$42,10", "$0,0042", "$1,5k", "+4,2 %", "1,07",
         "1\u00a0234\u00a0567"},
    };
    char out[DRC_FMT_BYTES];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(drc_fmt_use(rows[i].style), DRC_FMT_EN);
        assert_string_equal(drc_fmt_usd(-18240000000, out), rows[i].money);
        assert_string_equal(drc_fmt_usd(42100000, out), rows[i].cents);
        assert_string_equal(drc_fmt_usd(4200, out), rows[i].tiny);
        assert_string_equal(drc_fmt_usd_short(1500000000, out), rows[i].axis);
        assert_string_equal(drc_fmt_pct_signed(0.042, out), rows[i].signed_pct);
        assert_string_equal(drc_fmt_ratio(1.066, out), rows[i].ratio);
        assert_string_equal(drc_fmt_count(1234567, out), rows[i].count);
        assert_string_equal(drc_fmt_usd_exact(18240123456, out), "18240.123456");
        assert_true(strlen(drc_fmt_count(INT64_MIN, out)) < DRC_FMT_BYTES);
        assert_int_equal(drc_fmt_use(DRC_FMT_EN), rows[i].style);
        assert_int_equal(drc_fmt_style_find(drc_fmt_style_name(rows[i].style)), rows[i].style);
    }
    assert_string_equal(drc_fmt_style_sample(DRC_FMT_DE), "1.234,5");
    assert_int_equal(drc_fmt_style_find("xx"), -1);
}

/* ---- clock -------------------------------------------------------------------------------- */

static void test_dates(void **state)
{
    (void)state;
    char out[40], iso[11];
    int64_t day = 0, last = 0;
    assert_int_equal(drc_date_parse("1970-01-01", &day), 0);
    assert_int_equal(day, 0);
    assert_int_equal(drc_date_weekday(0), 3);
    assert_int_equal(drc_date_weekday(-4), 6);
    for (int64_t d = 0; d < 84006; d += 13) { /* to 2199, independent of the parser */
        int y, m, md;
        drc_date_civil(d, &y, &m, &md);
        assert_int_equal(drc_date_day(y, m, md), d);
        assert_int_equal(drc_date_parse(drc_date_iso(d, iso), &day), 0);
        assert_int_equal(day, d);
    }
    static const char *const bad[] = {
        "",           "2026-1-1",   "2026-02-29",  "2026-13-01", "2026-00-10", "2026-10-00",
        "1969-12-31", "2200-01-01", "2026-11-22 ", "2026/11/22", "20 6-11-22", "-026-11-22"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        day = 77;
        assert_int_equal(drc_date_parse(bad[i], &day), -1);
        assert_int_equal(day, 77);
    }
    assert_int_equal(drc_date_parse(NULL, &day), -1);
    assert_int_equal(drc_date_parse("2028-02-29", &day), 0);
    assert_string_equal(drc_date_long(day, out), "29 Feb 2028");
    assert_string_equal(drc_date_short(day, out), "29 Feb");
    drc_date_parse("2026-10-26", &day);
    drc_date_parse("2026-11-22", &last);
    assert_string_equal(drc_date_range(day, last, out), "26 Oct\u201322 Nov 2026");
    assert_string_equal(drc_date_range(last, last, out), "22 Nov 2026");
    assert_string_equal(drc_date_range(last - 2, last, out), "20\u201322 Nov 2026");
    drc_date_parse("2025-12-30", &day);
    assert_string_equal(drc_date_range(day, last, out), "30 Dec 2025\u201322 Nov 2026");
    assert_string_equal(drc_time_iso(last * DRC_DAY_MS + 54367123, out),
                        "2026-11-22T15:06:07.123Z");
    assert_string_equal(drc_time_iso(-1, out), "1969-12-31T23:59:59.999Z");
}

/* ---- map ---------------------------------------------------------------------------------- */

static void test_map(void **state)
{
    (void)state;
    struct drc_map *m = drc_map_new();
    static int values[3000];
    char key[24];
    assert_null(drc_map_get(m, "none"));
    assert_null(drc_map_remove(m, "none"));
    for (int i = 0; i < 3000; i++) {
        values[i] = i;
        snprintf(key, sizeof key, "key-%d", i);
        assert_null(drc_map_set(m, key, &values[i]));
    }
    for (int i = 0; i < 3000; i += 2) {
        snprintf(key, sizeof key, "key-%d", i);
        assert_ptr_equal(drc_map_remove(m, key), &values[i]);
        assert_null(drc_map_get(m, key));
    }
    assert_int_equal(drc_map_count(m), 1500);
    assert_ptr_equal(drc_map_set(m, "key-1", &values[0]), &values[1]);
    drc_map_set(m, "key-0", &values[0]); /* a removed key comes back at the end */
    size_t pos = 0, n = 0;
    const char *k;
    void *v;
    int before = -1;
    while (drc_map_next(m, &pos, &k, &v)) {
        int at = (int)strtol(k + 4, NULL, 10);
        assert_true(n == 1500 ? at == 0 : at > before);
        before = at;
        n++;
    }
    assert_int_equal(n, 1501);
    drc_map_free(m, NULL);
    m = drc_map_new();
    for (int i = 0; i < 100000; i++) { /* tombstones do not pile up */
        snprintf(key, sizeof key, "%d", i);
        drc_map_set(m, key, strdup(key));
        if (i >= 3) {
            snprintf(key, sizeof key, "%d", i - 3);
            free(drc_map_remove(m, key));
        }
    }
    assert_int_equal(drc_map_count(m), 3);
    drc_map_free(m, free);
    drc_map_free(NULL, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),   cmocka_unit_test(test_buf),
        cmocka_unit_test(test_err),     cmocka_unit_test(test_money),
        cmocka_unit_test(test_percent), cmocka_unit_test(test_counts_and_durations),
        cmocka_unit_test(test_styles),  cmocka_unit_test(test_dates),
        cmocka_unit_test(test_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
