/* The anomaly detector on hand-made series, and the reader of CSV files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "drc/arena.h"
#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/detect.h"
#include "drc/stats.h"

#define UNKNOWN ((double)NAN)

static struct drc_arena *a;
static struct drc_err err;
static double x[400];
static size_t n;
static struct drc_detect_options o;
static struct drc_detection found;

static int fresh(void **state)
{
    (void)state;
    a = drc_arena_new();
    memset(&err, 0, sizeof err);
    o = (struct drc_detect_options){.per_day = 1,
                                    .first = drc_date_day(2026, 6, 1),
                                    .unit = 1,
                                    .min_impact = 100,
                                    .bands = true};
    n = 0;
    return 0;
}

static int done(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

/* Weekdays 400, weekends 100 (2026-06-01 is a Monday), a little more every third day. */
static void weeks(size_t days)
{
    for (; n < days; n++)
        x[n] = (n % 7 >= 5 ? 100 : 400) + (n % 3 == 0 ? 6 : 0);
}

static void flat(size_t days, double value)
{
    for (size_t i = 0; i < days; i++)
        x[n++] = value;
}

static const struct drc_detect_event *only(enum drc_detect_shape shape, size_t from, size_t to)
{
    drc_detect(a, x, n, &o, &found);
    assert_int_equal(found.event_count, 1);
    const struct drc_detect_event *e = &found.events[0];
    assert_int_equal(e->shape, shape);
    assert_int_equal(e->from, from);
    assert_int_equal(e->to, to);
    assert_float_equal(e->impact, e->actual - e->expected, 1e-9);
    return e;
}

static void nothing(void)
{
    drc_detect(a, x, n, &o, &found);
    assert_int_equal(found.event_count, 0);
}

/* ---- by 28 days --------------------------------------------------------------------------- */

static void too_little_says_nothing(void **state)
{
    (void)state;
    nothing();
    flat(14, 10);
    nothing();
    assert_true(isnan(found.points[13].expected));
    x[n++] = 10000; /* the fifteenth has fourteen before it */
    only(DRC_SHAPE_SPIKE, 14, 14);
}

/* Fourteen values 100 +- 10: median 100, MAD 10, so M of 170 is 0.6745 * 70 / 10 and the band
 * reaches 3.5 * 10 / 0.6745 = 51.89 to both sides. */
static void a_young_series_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < 14; i++)
        x[n++] = i % 7 == 3 ? 100 : i % 2 == 0 ? 90 : 110; /* 6 x 90, 6 x 110, 2 x 100 */
    x[n++] = 170;
    o.min_impact = 50;
    const struct drc_detect_event *e = only(DRC_SHAPE_SPIKE, 14, 14);
    assert_float_equal(e->expected, 100, 1e-9);
    assert_float_equal(e->m, 0.6745 * 70 / 10, 1e-9);
    assert_float_equal(e->high, 100 + 3.5 * 10 / 0.6745, 1e-9);
    assert_float_equal(e->impact, 70, 1e-9);
}

static void the_floors_hold(void **state)
{
    (void)state;
    flat(20, 100);
    x[n++] = 125.9; /* |M| = 3.494 with a spread of 5 */
    x[n++] = 126;   /* 3.507 */
    o.min_impact = 0;
    const struct drc_detect_event *e = only(DRC_SHAPE_SPIKE, 21, 21);
    assert_float_equal(e->high, 100 + 3.5 * 5 / 0.6745, 1e-9);
}

static void a_first_weekend_is_no_news(void **state)
{
    (void)state;
    weeks(40);
    nothing();
}

static void a_weekly_job_is_no_news(void **state)
{
    (void)state;
    for (; n < 100; n++)
        x[n] = n % 7 == 2 ? 900 : 0;
    drc_detect(a, x, n, &o, &found);
    assert_int_equal(found.event_count, 0);
    n = 86; /* a Wednesday, 86 % 7 = 2 */
    x[n++] = 0;
    const struct drc_detect_event *e = only(DRC_SHAPE_DROP, 86, 86);
    assert_float_equal(e->expected, 900, 1e-9);
}

/* ---- by weekdays -------------------------------------------------------------------------- */

static void a_spike_of_three_days_is_one(void **state)
{
    (void)state;
    weeks(90);
    x[70] *= 2, x[71] *= 2, x[72] *= 2;
    const struct drc_detect_event *e = only(DRC_SHAPE_SPIKE, 70, 72);
    assert_true(e->impact > 1150 && e->impact < 1250);
}

static void a_weekday_price_on_a_sunday_is_a_spike(void **state)
{
    (void)state;
    weeks(90);
    x[69] = 400; /* 69 % 7 = 6 */
    only(DRC_SHAPE_SPIKE, 69, 69);
}

static void unknown_days_are_skipped(void **state)
{
    (void)state;
    weeks(90);
    x[70] *= 2, x[71] = UNKNOWN, x[72] *= 2;
    x[88] = x[89] = UNKNOWN; /* not yet billed: no drop */
    only(DRC_SHAPE_SPIKE, 70, 72);
    assert_true(isnan(found.points[71].expected) && !found.points[89].flagged);
}

static void a_level_shift_is_told_once(void **state)
{
    (void)state;
    weeks(84);
    for (size_t i = 60; i < n; i++)
        x[i] *= 1.8;
    const struct drc_detect_event *e = only(DRC_SHAPE_LEVEL, 60, 83);
    assert_true(e->impact > 0.75 * e->expected && e->impact < 0.85 * e->expected);
    assert_false(found.points[70].flagged); /* the new level, weekends too */
    x[80] *= 2;                             /* and above it */
    drc_detect(a, x, n, &o, &found);
    assert_int_equal(found.event_count, 2);
    assert_int_equal(found.events[1].from, 80);
    assert_int_equal(found.events[1].shape, DRC_SHAPE_SPIKE);
}

static void a_level_shift_that_ends(void **state)
{
    (void)state;
    weeks(100);
    for (size_t i = 60; i < 70; i++)
        x[i] *= 2;
    only(DRC_SHAPE_LEVEL, 60, 69);
}

static void a_pause_is_a_level_shift_down(void **state)
{
    (void)state;
    weeks(100);
    for (size_t i = 60; i < 75; i++)
        x[i] = 0;
    const struct drc_detect_event *e = only(DRC_SHAPE_LEVEL, 60, 74);
    assert_true(e->impact < 0 && e->actual == 0);
}

static void alternate_spikes_are_no_shift(void **state)
{
    (void)state;
    flat(60, 100);
    for (size_t i = 0; i < 5; i++)
        x[n++] = i % 2 == 0 ? 400 : 100;
    drc_detect(a, x, n, &o, &found);
    assert_int_equal(found.event_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(found.events[i].shape, DRC_SHAPE_SPIKE);
}

static void slow_growth_is_no_news(void **state)
{
    (void)state;
    weeks(200);
    for (size_t i = 0; i < n; i++)
        x[i] *= 1 + 0.003 * (double)i;
    nothing();
}

/* The quick way leaves out bands that no event needs; what it finds is the same. */
static void bands_do_not_change_events(void **state)
{
    (void)state;
    size_t events = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        n = 0;
        weeks(200);
        double level = 1;
        for (size_t i = 0; i < n; i++) {
            uint64_t r = drc_stats_mix64(seed * 1000 + i);
            level = r % 40 == 0 ? 0.5 + (double)(r >> 8 & 3) : level;
            x[i] *= level * (0.9 + (double)(r >> 16 & 255) / 1275) * (r % 31 == 0 ? 2 : 1);
            x[i] = r % 37 == 0 ? UNKNOWN : x[i];
        }
        struct drc_detection quick;
        o.bands = false;
        drc_detect(a, x, n, &o, &quick);
        o.bands = true;
        drc_detect(a, x, n, &o, &found);
        assert_int_equal(quick.event_count, found.event_count);
        events += found.event_count;
        if (found.event_count > 0)
            assert_memory_equal(quick.events, found.events,
                                found.event_count * sizeof *found.events);
    }
    assert_true(events > 400);
}

/* ---- calendar and materiality ------------------------------------------------------------- */

static void a_month_end_repeats(void **state)
{
    (void)state;
    flat(122, 100); /* June to September */
    x[29] = 900, x[60] = 930, x[91] = 880,
    x[121] = 910; /* 30 June, 31 July, 31 August, 30 September */
    drc_detect(a, x, n, &o, &found);
    assert_int_equal(found.event_count, 4);
    assert_int_equal(found.events[0].shape, DRC_SHAPE_SPIKE); /* nothing to compare with yet */
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(found.events[i].shape, DRC_SHAPE_CALENDAR);
}

static void a_listed_day_informs_only(void **state)
{
    (void)state;
    const int64_t days[] = {drc_date_day(2026, 7, 31)};
    flat(90, 100);
    x[60] = 900;
    only(DRC_SHAPE_SPIKE, 60, 60);
    o.calendar = days;
    o.calendar_count = 1;
    only(DRC_SHAPE_CALENDAR, 60, 60);
}

static void small_money_stays_away(void **state)
{
    (void)state;
    flat(90, 20);
    x[70] = 119;
    nothing();       /* $99 */
    o.total = 20000; /* 0.5 % of it: $100 a day */
    nothing();
    o.total = 15000;
    only(DRC_SHAPE_SPIKE, 70, 70);
    o.total = 0;
    x[71] = 22;
    x[70] = 121;
    only(DRC_SHAPE_SPIKE, 70, 70);
}

static void infinite_scores_are_capped(void **state)
{
    (void)state;
    flat(30, 0);
    x[n++] = 5;
    o.unit = o.min_impact = 0;
    assert_float_equal(only(DRC_SHAPE_SPIKE, 30, 30)->m, 9999, 0);
}

/* ---- the reader --------------------------------------------------------------------------- */

static struct drc_series series;

static int read_text(const char *text, int per_day)
{
    memset(&err, 0, sizeof err);
    return drc_series_parse(a, text, strlen(text), per_day, &series, &err);
}

static void wrong(const char *text, int per_day, enum drc_err_code code, const char *words)
{
    assert_int_equal(read_text(text, per_day), -1);
    assert_int_equal(err.code, code);
    if (strstr(err.msg, words) == NULL)
        fail_msg("'%s' does not say '%s'", err.msg, words);
}

static void forms_of_time(void **state)
{
    (void)state;
    static const char *const days[] = {
        "2026-11-22,7",
        "time,value\n2026-11-22T23:59:59.999Z,7",
        "\xef\xbb\xbf\"when\";\"what\"\r\n\"2026-11-22\";\"7\"\r\n",
        "2026-11-22 05:00\t7\n\n",
        "2026-11-23T00:30+01:00,7",
        "1795305600,7",
        "1795305600000,7",
        " 2026-11-22 , 7e0 ",
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        if (read_text(days[i], 1) < 0)
            fail_msg("%s: %s", days[i], err.msg);
        assert_int_equal(series.n, 1);
        assert_int_equal(series.first, drc_date_day(2026, 11, 22));
        assert_float_equal(series.values[0], 7, 0);
    }
    assert_int_equal(read_text("2026-11-22T23:10-0130,7", 24), 0);
    assert_int_equal(series.first, drc_date_day(2026, 11, 23) * 24);
}

static void rows_in_any_order_with_gaps(void **state)
{
    (void)state;
    assert_int_equal(read_text("2026-01-05,5\n2026-01-01,-1\n2026-01-03,NaN\n2026-01-02,\n", 1), 0);
    assert_int_equal(series.n, 5);
    assert_int_equal(series.missing, 3);
    assert_float_equal(series.values[0], -1, 0);
    assert_true(isnan(series.values[1]) && isnan(series.values[2]) && isnan(series.values[3]));
    assert_float_equal(series.values[4], 5, 0);
}

static void bad_rows_name_their_line(void **state)
{
    (void)state;
    wrong("", 1, DRC_ERR_PARSE, "no rows");
    wrong("time,value\n", 1, DRC_ERR_PARSE, "no rows");
    wrong("2026-01-01,1\n\nyesterday,2\n", 1, DRC_ERR_PARSE, "line 3: this is not a time");
    wrong("2026-02-30,1\n", 1, DRC_ERR_PARSE, "line 1: this is not a time");
    wrong("t,v\n2026-01-01,twelve\n", 1, DRC_ERR_PARSE, "line 2: this is not a number ('twelve')");
    wrong("2026-01-01,0x10\n", 1, DRC_ERR_PARSE, "not a number");
    wrong("2026-01-01,inf\n", 1, DRC_ERR_PARSE, "not a number");
    wrong("2026-01-01,1,2\n", 1, DRC_ERR_PARSE, "not a number ('1,2')");
    wrong("2026-01-01\n", 1, DRC_ERR_PARSE, "two columns");
    wrong("2026-01-01,1\n2026-01-02,1e308\n", 1, DRC_ERR_LIMIT, "line 2: values go up to");
    wrong("2026-01-01,\x1b[31m\n", 1, DRC_ERR_PARSE, "('')");
    wrong("2026-01-02,1\n2026-01-01,1\n2026-01-02T04:00,2\n", 1, DRC_ERR_PARSE,
          "line 3: a second value for the day of line 1");
    wrong("1970-01-01,1\n2199-01-01,1\n", 24, DRC_ERR_LIMIT, "spans");
}

static void an_hourly_series(void **state)
{
    (void)state;
    struct drc_buf b;
    drc_buf_init(&b, DRC_SERIES_BYTES_MAX);
    for (int i = 0; i < 24 * 70; i++) /* from Thursday 1970-01-01 on: days busy, nights quiet */
        drc_buf_printf(&b, "%d,%d\n", 1000 * 86400 + i * 3600,
                       i == 24 * 65 + 3 ? 500
                       : i % 24 < 8     ? 20
                                        : 500);
    assert_int_equal(drc_series_parse(a, b.data, b.len, 24, &series, &err), 0);
    o = (struct drc_detect_options){.per_day = 24, .first = series.first};
    drc_detect(a, series.values, series.n, &o, &found);
    assert_int_equal(found.event_count, 1);
    assert_int_equal(found.events[0].from, 24 * 65 + 3);
    assert_int_equal(found.events[0].to, 24 * 65 + 3);
    drc_buf_fini(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fresh, done)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(too_little_says_nothing),
        TEST(a_young_series_by_hand),
        TEST(the_floors_hold),
        TEST(a_first_weekend_is_no_news),
        TEST(a_weekly_job_is_no_news),
        TEST(a_spike_of_three_days_is_one),
        TEST(a_weekday_price_on_a_sunday_is_a_spike),
        TEST(unknown_days_are_skipped),
        TEST(a_level_shift_is_told_once),
        TEST(a_level_shift_that_ends),
        TEST(a_pause_is_a_level_shift_down),
        TEST(alternate_spikes_are_no_shift),
        TEST(slow_growth_is_no_news),
        TEST(bands_do_not_change_events),
        TEST(a_month_end_repeats),
        TEST(a_listed_day_informs_only),
        TEST(small_money_stays_away),
        TEST(infinite_scores_are_capped),
        TEST(forms_of_time),
        TEST(rows_in_any_order_with_gaps),
        TEST(bad_rows_name_their_line),
        TEST(an_hourly_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
