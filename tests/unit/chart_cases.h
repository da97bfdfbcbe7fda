/* The charts of the gallery: one good example per kind, and the torture set. Used by test_chart,
 * test_raster and the bench. Data are fixed, so the SVG bytes are. */
#ifndef TESTS_CHART_CASES_H
#define TESTS_CHART_CASES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/chart.h"
#include "drc/clock.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/raster.h"

#define USD INT64_C(1000000)

static inline void must_not_fail(const struct drc_err *err, const char *what)
{
    if (err->code == DRC_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, err->msg);
    exit(1);
}

static inline struct drc_font *load_font(struct drc_arena *a, const char *family, int weight)
{
    struct drc_err err = DRC_ERR_INIT;
    const char *path = drc_raster_font_file(a, family, weight, &err);
    must_not_fail(&err, family);
    size_t bytes = 0;
    char *data = drc_file_read(a, path, 32u << 20, &bytes, &err);
    must_not_fail(&err, path);
    struct drc_font *font = drc_font_parse(a, data, bytes, &err);
    must_not_fail(&err, path);
    return font;
}

struct look {
    struct drc_font *regular, *semibold;
    struct drc_theme *theme;
};

static inline struct look load_look(struct drc_arena *a)
{
    struct drc_err err = DRC_ERR_INIT;
    struct look l = {load_font(a, "Inter", 400), load_font(a, "Inter", 600), NULL};
    drc_font_chain(l.regular, load_font(a, "DejaVu Sans", 400));
    drc_font_chain(l.semibold, load_font(a, "DejaVu Sans", 600));
    char *text = drc_file_read(a, "charts/theme.conf", 65536, NULL, &err);
    must_not_fail(&err, "charts/theme.conf");
    l.theme = drc_theme_parse(a, text, l.regular, l.semibold, &err);
    must_not_fail(&err, "charts/theme.conf");
    return l;
}

static const struct drc_chart_series cost_series[] = {
    {"DBU", DRC_ROLE_DBU},
    {"On-demand VM", DRC_ROLE_ONDEMAND},
    {"Spot VM", DRC_ROLE_SPOT},
    {"Wasted (failed attempts)", DRC_ROLE_WASTED},
};

struct case_data {
    struct drc_chart_hbar bar;
    struct drc_chart_row rows[DRC_CHART_ROWS_MAX];
    int64_t spark[DRC_CHART_ROWS_MAX][28];
    struct drc_chart_days days;
    int64_t values[DRC_CHART_DAYS_MAX * 4];
    int64_t marks[64];
    const char *mark_labels[64];
    struct drc_chart_area area;
    struct drc_chart_layer layers[DRC_CHART_LAYERS_MAX];
    int64_t layer_days[DRC_CHART_LAYERS_MAX][DRC_CHART_DAYS_MAX];
    struct drc_chart_pareto pareto;
    char classes[DRC_CHART_ROWS_MAX + 1];
    struct drc_chart_dots dots;
    int64_t counts[DRC_CHART_ROWS_MAX][DRC_CHART_DAYS_MAX];
    struct drc_chart_band band;
    int64_t series[4][DRC_CHART_DAYS_MAX];
    struct drc_chart_event events[DRC_CHART_EVENTS_MAX];
    struct drc_chart_step steps[DRC_CHART_STEPS_MAX];
    struct drc_chart_path path;
    struct drc_chart_path_box boxes[DRC_CHART_PATH_MAX];
    enum { BARS, DAYS, PARETO, DOTS, BAND, PATH } kind;
};

/* Weekly rhythm with a deterministic wobble; row 2 has a jump, as a cost anomaly has. */
static inline void fill_spark(struct case_data *d, size_t row, int64_t total)
{
    uint32_t x = 2463534242u + (uint32_t)row * 7919u;
    for (size_t i = 0; i < 28; i++) {
        x ^= x << 13, x ^= x >> 17, x ^= x << 5;
        int64_t day = total / 28 * (int64_t)(80 + x % 40) / 100;
        if (i % 7 > 4)
            day = day * 6 / 10;
        if (row == 2 && i > 20)
            day *= 3;
        d->spark[row][i] = day;
    }
    d->rows[row].spark = d->spark[row];
    d->rows[row].spark_count = 28;
}

static inline struct drc_chart_row *add_row(struct case_data *d, const char *label, int64_t dbu,
                                            int64_t ondemand, int64_t spot, int64_t wasted)
{
    struct drc_chart_row *r = &d->rows[d->bar.row_count++];
    r->label = label;
    r->values[0] = dbu;
    r->values[1] = ondemand;
    r->values[2] = spot;
    r->values[3] = wasted;
    return r;
}

static inline void notes(struct drc_chart_row *r, const char *change, bool change_alert,
                         const char *success, bool success_alert)
{
    r->notes[0] = change;
    r->note_alert[0] = change_alert;
    r->notes[1] = success;
    r->note_alert[1] = success_alert;
}

static inline void heads(struct case_data *d)
{
    d->bar.note_titles[0] = "vs prev";
    d->bar.note_titles[1] = "Success";
    d->bar.sparkline = true;
    d->bar.spark_title = "Daily";
}

static inline void case_job_cost(struct case_data *d)
{
    static const struct {
        const char *name;
        int dbu, ondemand, spot, wasted;
        const char *change, *success;
        int alerts; /* 1 change, 2 success */
    } jobs[] = {
        {"nightly_orders_etl", 1890, 1480, 590, 214, "+12 %", "99.1 %", 0},
        {"ml_feature_store_refresh", 1240, 310, 690, 96, "-4.2 %", "98 %", 0},
        {"clickstream_bronze_to_silver", 760, 610, 420, 388, "+41 %", "91 %", 3},
        {"finance_close_monthly", 820, 540, 0, 12, "+3.1 %", "100 %", 0},
        {"customer_360_merge", 610, 180, 340, 44, "-11 %", "97 %", 0},
        {"iot_telemetry_compaction", 520, 90, 330, 61, "+0.8 %", "96 %", 0},
        {"marketing_attribution_daily", 410, 260, 120, 18, "+6.4 %", "99.4 %", 0},
        {"inventory_snapshot_hourly_eu_west_1", 330, 170, 110, 9, "-2.0 %", "100 %", 0},
        {"inventory_snapshot_hourly_us_east_1", 310, 160, 105, 7, "-1.6 %", "100 %", 0},
        {"fraud_scoring_batch", 260, 110, 90, 102, "+28 %", "88 %", 3},
        {"dbt_core_marts", 240, 90, 60, 4, "+1.2 %", "99.8 %", 0},
        {"legacy_hadoop_sync", 190, 160, 0, 31, "-18 %", "94 %", 0},
        {"search_index_rebuild", 150, 70, 40, 3, "+5.0 %", "100 %", 0},
        {"hr_payroll_extract", 110, 60, 0, 0, "0 %", "100 %", 0},
        {"geo_enrichment_weekly", 80, 20, 30, 2, "n/a", "100 %", 0},
    };
    d->bar.title = "Job cost, 26 Oct \u2013 22 Nov 2026";
    d->bar.subtitle =
        "Top 15 of 51 jobs cost $17,044 of $18,240; the first three make 46 %, 21 % runs on spot";
    d->bar.footer = "List price before discounts, USD; VM cost is an estimate. vs prev: 28 Sep "
                    "\u2013 25 Oct 2026. "
                    "Complete days, UTC. All workspaces.";
    heads(d);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        struct drc_chart_row *r =
            add_row(d, jobs[i].name, jobs[i].dbu * USD, jobs[i].ondemand * USD, jobs[i].spot * USD,
                    jobs[i].wasted * USD);
        notes(r, jobs[i].change, jobs[i].alerts & 1, jobs[i].success, jobs[i].alerts & 2);
        fill_spark(d, i, (jobs[i].dbu + jobs[i].ondemand + jobs[i].spot) * USD);
    }
    struct drc_chart_row *other =
        add_row(d, "Other (36 jobs)", 620 * USD, 310 * USD, 220 * USD, 46 * USD);
    other->is_other = true;
    notes(other, "+2.3 %", false, "98 %", false);
    fill_spark(d, 15, 1150 * USD);
}

static inline void case_empty(struct case_data *d)
{
    d->bar.title = "Job cost, 26 Oct \u2013 22 Nov 2026";
    d->bar.subtitle =
        "No job ran in workspace sandbox-eu in these 28 days; the last run was on 14 May 2026";
    d->bar.footer = "Complete days, UTC. Workspace sandbox-eu.";
    heads(d);
}

static inline void case_one_row(struct case_data *d)
{
    d->bar.title = "Job cost, 26 Oct \u2013 22 Nov 2026";
    d->bar.subtitle = "One job ran: $4,120, 12 % more than before";
    heads(d);
    notes(add_row(d, "nightly_orders_etl", 1890 * USD, 1480 * USD, 590 * USD, 214 * USD), "+12 %",
          false, "99.1 %", false);
    fill_spark(d, 0, 4120 * USD);
}

static inline void case_zero(struct case_data *d)
{
    d->bar.title = "Job cost, all values zero";
    d->bar.subtitle = "Nothing was billed";
    heads(d);
    for (int i = 0; i < 5; i++) {
        static const char *const names[] = {"a", "ab", "abc", "job 4", "job_five"};
        notes(add_row(d, names[i], 0, 0, 0, 0), "n/a", false, "n/a", false);
        fill_spark(d, (size_t)i, 0);
    }
}

static inline void case_negative(struct case_data *d)
{
    d->bar.title = "Job cost with corrections";
    d->bar.subtitle = "Credits of $1,310 were booked in this window";
    d->bar.footer = "Negative values are credits and corrections of earlier days.";
    d->bar.note_titles[0] = "vs prev";
    notes(add_row(d, "credited_job", -700 * USD, -300 * USD, 0, 0), "-140 %", true, NULL, false);
    notes(add_row(d, "mixed_job", 900 * USD, -310 * USD, 120 * USD, 40 * USD), "+4.0 %", false,
          NULL, false);
    notes(add_row(d, "plain_job", 500 * USD, 250 * USD, 80 * USD, 0), "-2.1 %", false, NULL, false);
    notes(add_row(d, "tiny_credit", -5000, 0, 0, 0), "n/a", false, NULL, false);
}

static inline void case_huge(struct case_data *d)
{
    d->bar.title = "Huge and tiny values";
    d->bar.subtitle = "$12,345,678,901 beside $0.0004";
    heads(d);
    notes(add_row(d, "the_whole_company_lakehouse_platform", 12345678901 * USD, 0, 0, 0),
          "+1,204,331 %", true, "98.97 %", true);
    notes(
        add_row(d, "second", 4000000000 * USD, 2000000000 * USD, 1000000000 * USD, 900000000 * USD),
        "+0.1 %", false, "100 %", false);
    notes(add_row(d, "a_cent", 10000, 0, 0, 0), "-99.99 %", false, "100 %", false);
    notes(add_row(d, "tiny", 400, 0, 0, 0), "n/a", false, "n/a", false);
    notes(add_row(d, "largest integer", INT64_MAX, INT64_MAX, 0, 0), "n/a", false, "n/a", false);
    d->bar.row_count = 4; /* the last one is for the test of limits */
    for (size_t i = 0; i < 4; i++)
        fill_spark(d, i, 1000 * USD);
}

static inline void case_tiny(struct case_data *d)
{
    d->bar.title = "Tiny values";
    d->bar.subtitle = "The largest job cost $0.0004";
    add_row(d, "largest", 200, 100, 60, 40);
    add_row(d, "half", 100, 50, 30, 20);
    add_row(d, "one micro-dollar", 1, 0, 0, 0);
}

static inline void case_names(struct case_data *d)
{
    static char long_a[201], long_b[201], long_c[201];
    memset(long_a, 'x', 200);
    memset(long_b, 'x', 200);
    memset(long_c, 'W', 200);
    long_b[100] = '7';
    static const char *names[] = {
        long_a,
        long_b,
        long_c,
        "etl_billing_hourly_production_region_north_01",
        "etl_billing_hourly_production_region_north_02",
        "etl_billing_hourly_staging_region_north_01",
        "<script>alert(\"1 & 2\")</script> & 'quotes'",
        "control \x01\x02\x1b[31m chars\tand\nlines",
        "bad utf-8 \xff\xc3 here",
        "\u590d\u5408\u8ba2\u5355\u6bcf\u65e5\u6c47\u603b\u4f5c\u4e1a",
        "\u590d\u5408\u8ba2\u5355\u6bcf\u65e5\u6c47\u603b\u4efb\u52a1",
        "rocket \U0001f680\U0001f469\u200d\U0001f4bb job",
        "\u05e2\u05d1\u05d5\u05d3\u05d4 \u05dc\u05d9\u05dc\u05d9\u05ea",
        "\u0645\u0647\u0645\u0629 \u0644\u064a\u0644\u064a\u0629 12",
        "\u043d\u043e\u0447\u043d\u043e\u0439_\u0440\u0430\u0441\u0447\u0451\u0442 caf\u00e9 "
        "stra\u00dfe e\u0301",
        "",
    };
    d->bar.title = "Names as people write them: <b>\"Q&A\"</b>, \u65e5\u672c\u8a9e and a title "
                   "that is far too long for one "
                   "line, so that it wraps and in the end is cut because nobody reads three lines "
                   "of a title anyway";
    d->bar.subtitle = "Long, alike, quoted, broken, Chinese, emoji, Hebrew, Arabic, Cyrillic, "
                      "empty: every row stays a row "
                      "and no two different names look the same, whatever is in them";
    d->bar.footer =
        "A footer can be long as well. It wraps at words, at most three lines, and what does not "
        "fit is cut: "
        "source system.billing.usage joined with system.billing.list_prices, list price before "
        "discounts, USD, complete days in UTC, all workspaces, no filter, exclusions none, data to "
        "22 Nov.";
    heads(d);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int64_t v = (int64_t)(16 - i) * 37 * USD;
        notes(add_row(d, names[i], v, v / 2, v / 3, v / 5), "+12 %", i % 4 == 0, "98 %",
              i % 5 == 0);
        if (i % 3 != 0)
            fill_spark(d, i, v);
    }
}

static inline void case_bare(struct case_data *d)
{
    d->bar.title = "One series, no columns";
    d->bar.series_count = 1;
    add_row(d, "all_purpose_cluster", 812 * USD, 0, 0, 0);
    add_row(d, "sql_warehouse", 640 * USD, 0, 0, 0);
    add_row(d, "jobs_compute", 95 * USD, 0, 0, 0);
}

static inline void case_crowded(struct case_data *d)
{
    case_job_cost(d);
    d->bar.title = "Three columns with long heads";
    d->bar.subtitle = NULL;
    d->bar.note_titles[0] = "Change against the previous 28 days";
    d->bar.note_titles[1] = "Run success, Wilson lower bound";
    d->bar.note_titles[2] = "Attempts per run";
    for (size_t i = 0; i < d->bar.row_count; i++) {
        d->rows[i].notes[2] = i % 3 == 0 ? "a sentence instead of a figure" : "1.07";
        d->rows[i].note_alert[2] = i % 3 == 0;
    }
}

static inline void case_big_other(struct case_data *d)
{
    d->bar.title = "A long tail: Other is broken, not the scale";
    d->bar.subtitle = "Top 4 of 5,000 jobs make 2.9 % of $412,600";
    heads(d);
    add_row(d, "first_of_many", 1800 * USD, 900 * USD, 700 * USD, 120 * USD);
    add_row(d, "second_of_many", 1700 * USD, 800 * USD, 400 * USD, 20 * USD);
    add_row(d, "third_of_many", 1500 * USD, 700 * USD, 500 * USD, 220 * USD);
    add_row(d, "fourth_of_many", 1400 * USD, 600 * USD, 600 * USD, 20 * USD);
    add_row(d, "Other (4,996 jobs)", 200000 * USD, 100000 * USD, 80000 * USD, 20600 * USD)
        ->is_other = true;
}

static inline void case_bench(struct case_data *d)
{
    case_job_cost(d);
    for (size_t i = d->bar.row_count; i < 20; i++) {
        static char names[20][32];
        snprintf(names[i], sizeof names[i], "extra_job_number_%zu", i);
        int64_t v = (int64_t)(30 - i) * 20 * USD;
        notes(add_row(d, names[i], v, v / 2, v / 3, v / 9), "+1.1 %", false, "100 %", false);
        fill_spark(d, i, v * 2);
    }
}

/* ---- days */

static inline void fill_days(struct case_data *d, size_t count, int64_t mean)
{
    d->kind = DAYS;
    d->days = (struct drc_chart_days){.series = cost_series,
                                      .series_count = 4,
                                      .day_count = count,
                                      .values = d->values,
                                      .reference_uusd = INT64_MIN,
                                      .marks = d->marks,
                                      .mark_labels = d->mark_labels};
    d->days.first_day = drc_date_day(2026, 10, 26);
    uint32_t x = 88172645u;
    for (size_t i = 0; i < count * 4; i++) {
        static const int share[] = {45, 30, 20, 5};
        x ^= x << 13, x ^= x >> 17, x ^= x << 5;
        d->values[i] = mean * share[i % 4] / 100 * (int64_t)(70 + x % 60) / 100;
        if (i / 4 % 7 > 4)
            d->values[i] = d->values[i] * 6 / 10;
    }
}

static inline void mark(struct case_data *d, int64_t offset, const char *label)
{
    d->marks[d->days.mark_count] = d->days.first_day + offset;
    d->mark_labels[d->days.mark_count++] = label;
}

static inline void case_days(struct case_data *d)
{
    fill_days(d, 28, 140 * USD);
    for (int i = 22 * 4; i < 28 * 4; i++)
        d->values[i] = d->values[i] * (i % 4 == 3 ? 9 : 2);
    d->days.title = "clickstream_bronze_to_silver, cost per day";
    d->days.subtitle = "$4,610 in 28 days; since 17 Nov twice the daily mean of the 28 days before";
    d->days.footer = "List price, USD. Days in UTC.";
    d->days.reference_uusd = 131 * USD;
    d->days.reference_label = "before: $131";
    mark(d, 16, "failed");
    mark(d, 22, "cluster changed");
    mark(d, 23, "failed");
    mark(d, 24, "failed");
}

static inline void case_days_empty(struct case_data *d)
{
    fill_days(d, 0, 0);
    d->days.title = "new_job, cost per day";
    d->days.subtitle = "Not billed yet";
}

static inline void case_days_year(struct case_data *d)
{
    fill_days(d, 365, 12345678 * USD);
    d->days.title = "A year of days with marks everywhere";
    d->days.subtitle = "365 columns";
    d->days.reference_uusd = 40000000 * USD;
    d->days.reference_label = "reference above all columns with a label that is much too long";
    for (int i = 0; i < 60; i++)
        mark(d, i * 6, i % 2 == 0 ? "failed" : "schema changed \u65e5\u672c");
}

static inline void case_days_negative(struct case_data *d)
{
    fill_days(d, 3, 100 * USD);
    d->values[4] = -60 * USD;
    d->values[5] = -20 * USD;
    d->days.title = "Three days, one with a credit";
    d->days.reference_uusd = 0;
    d->days.reference_label = "zero";
    mark(d, -5, "before the window");
    mark(d, 0, "failed on the very first day");
    mark(d, 2, "failed on the very last day");
}

static inline void case_days_one(struct case_data *d)
{
    fill_days(d, 1, 0);
    d->days.title = "One day, nothing billed";
    d->days.series_count = 1;
}

#include "chart_cases_kinds.h"

static const struct chart_case {
    const char *name;
    void (*fill)(struct case_data *d);
    bool torture; /* only measured, not kept in the gallery */
} chart_cases[] = {
    {"job-cost", case_job_cost, false},
    {"empty", case_empty, false},
    {"one-row", case_one_row, false},
    {"zero", case_zero, false},
    {"negative", case_negative, false},
    {"huge", case_huge, false},
    {"tiny", case_tiny, false},
    {"names", case_names, false},
    {"bare", case_bare, false},
    {"crowded", case_crowded, false},
    {"big-other", case_big_other, false},
    {"days", case_days, false},
    {"days-empty", case_days_empty, false},
    {"days-year", case_days_year, false},
    {"days-negative", case_days_negative, false},
    {"days-one", case_days_one, false},
    {"bars-area", case_area, false},
    {"bars-area-names", case_area_names, true},
    {"bars-area-year", case_area_year, true},
    {"bars-area-day", case_area_day, true},
    {"bars-area-zero", case_area_zero, true},
    {"bars-area-negative", case_area_negative, true},
    {"bars-area-bare", case_area_bare, true},
    {"pareto", case_pareto, false},
    {"pareto-names", case_pareto_names, true},
    {"pareto-one", case_pareto_one, true},
    {"pareto-even", case_pareto_even, false},
    {"pareto-zero", case_pareto_zero, true},
    {"pareto-huge", case_pareto_huge, true},
    {"pareto-top", case_pareto_top, true},
    {"dot-strip", case_dots, false},
    {"dot-strip-names", case_dots_names, true},
    {"dot-strip-year", case_dots_year, true},
    {"dot-strip-day", case_dots_day, true},
    {"dot-strip-zero", case_dots_zero, true},
    {"dot-strip-huge", case_dots_huge, true},
    {"dot-strip-bare", case_dots_bare, true},
    {"dot-strip-empty", case_dots_empty, true},
    {"band", case_band, false},
    {"band-one", case_band_one, false},
    {"band-names", case_band_names, true},
    {"band-year", case_band_year, true},
    {"band-gaps", case_band_gaps, false},
    {"band-huge", case_band_huge, true},
    {"band-day", case_band_day, true},
    {"band-zero", case_band_zero, true},
    {"band-empty", case_band_empty, true},
    {"path", case_path, false},
    {"path-short", case_path_short, true},
    {"path-names", case_path_names, false},
    {"path-empty", case_path_empty, true},
    {"path-days", case_path_days, false},
};

#define CHART_CASES (sizeof chart_cases / sizeof *chart_cases)

static inline int draw_kind(const struct drc_theme *t, const struct case_data *d,
                            struct drc_buf *svg, struct drc_err *err)
{
    switch (d->kind) {
    case DAYS:
        return drc_chart_days(t, &d->days, svg, err);
    case PARETO:
        return drc_chart_pareto(t, &d->pareto, svg, err);
    case DOTS:
        return drc_chart_dots(t, &d->dots, svg, err);
    case PATH:
        return drc_chart_path(t, &d->path, svg, err);
    case BAND:
        return drc_chart_band(t, &d->band, svg, err);
    default:
        return drc_chart_stacked_hbar(t, &d->bar, svg, err);
    }
}

/* Draws one case into `svg` (emptied first). */
static inline int draw_case(const struct drc_theme *t, void (*fill)(struct case_data *),
                            struct drc_buf *svg, struct drc_err *err)
{
    struct case_data *d = calloc(1, sizeof *d);
    d->bar = (struct drc_chart_hbar){.series = cost_series, .series_count = 4, .rows = d->rows};
    fill(d);
    drc_buf_reset(svg);
    int rc = draw_kind(t, d, svg, err);
    free(d);
    return rc;
}

#endif
