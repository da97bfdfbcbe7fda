/* The cases of the kinds of chart that one report each has; part of chart_cases.h. */
#ifndef TESTS_CHART_CASES_KINDS_H
#define TESTS_CHART_CASES_KINDS_H

/* Names as they come: two that differ in the middle only, scripts, markup, nothing. */
static const char *const hard_names[] = {
    "etl_billing_hourly_production_region_north_emea_consolidated_and_enriched_01_do_not_delete",
    "etl_billing_hourly_production_region_south_emea_consolidated_and_enriched_01_do_not_delete",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "\u590d\u5408\u8ba2\u5355\u6bcf\u65e5\u6c47\u603b\u4f5c\u4e1a",
    "rocket \U0001f680\U0001f469\u200d\U0001f4bb job",
    "\u05e2\u05d1\u05d5\u05d3\u05d4 \u05dc\u05d9\u05dc\u05d9\u05ea",
    "<script>alert(\"1 & 2\")</script>",
    "",
    "bad utf-8 \xff\xc3 here\x01\x1b[31m",
    "a",
};

#define HARD_NAMES (sizeof hard_names / sizeof *hard_names)

static inline uint32_t wobble(uint32_t *x)
{
    *x ^= *x << 13, *x ^= *x >> 17, *x ^= *x << 5;
    return *x % 40;
}

/* ---- bars with the area below */

static const struct drc_chart_series tone_series[] = {
    {"DBU", DRC_ROLE_FULL},
    {"VM estimate", DRC_ROLE_LIGHT},
};

static inline void add_area(struct case_data *d, size_t layers, size_t days)
{
    d->bar.series = tone_series;
    d->bar.series_count = 2;
    d->bar.area = &d->area;
    d->area = (struct drc_chart_area){.title = "Cost by day and compute type",
                                      .first_day = drc_date_day(2026, 10, 26),
                                      .day_count = days,
                                      .layers = d->layers,
                                      .layer_count = layers};
    uint32_t x = 521288629u;
    for (size_t i = 0; i < layers; i++) {
        int64_t total = d->rows[i].values[0] / 2 + d->rows[i].values[1] / 2;
        d->layers[i] = (struct drc_chart_layer){d->rows[i].label, d->layer_days[i]};
        for (size_t k = 0; k < days; k++)
            d->layer_days[i][k] = total / (int64_t)days / 100 * (80 + (int64_t)wobble(&x)) *
                                  (k % 7 > 4 && i > 0 ? 1 : 2);
    }
}

static inline void compute_notes(struct case_data *d)
{
    d->bar.note_titles[0] = "vs before";
    d->bar.note_titles[1] = "Idle";
    d->bar.note_titles[2] = "Daily var.";
}

static inline void case_area(struct case_data *d)
{
    static const struct {
        const char *name;
        int dbu, vm;
        const char *notes[3];
        bool alert;
    } rows[] = {
        {"Job compute, classic", 6179, 7073, {"+8.5 %", "\u2013", "13 %"}, false},
        {"apc-platform", 1020, 612, {"+2.1 %", "35 %", "14 %"}, false},
        {"apc-finance", 677, 406, {"-1.4 %", "34 %", "18 %"}, false},
        {"apc-ds-shared", 673, 404, {"-0.5 %", "36 %", "14 %"}, false},
        {"wh-bi-prod", 1022, 0, {"+29 %", "37 %", "63 %"}, true},
        {"wh-etl-sql", 525, 0, {"+20 %", "35 %", "73 %"}, false},
        {"Job compute, serverless", 452, 0, {"+10 %", "\u2013", "3.8 %"}, false},
        {"wh-exploration", 439, 0, {"-12 %", "33 %", "63 %"}, false},
    };
    d->bar.title = "Cost by compute type, 26 Oct \u2013 22 Nov 2026";
    d->bar.subtitle = "Job compute, classic makes 68 % of $19,482; $2,047 paid for idle compute";
    d->bar.footer = "List price before discounts, USD; VM cost is an estimate. UTC days.";
    compute_notes(d);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct drc_chart_row *r =
            add_row(d, rows[i].name, rows[i].dbu * USD, rows[i].vm * USD, 0, 0);
        memcpy(r->notes, rows[i].notes, sizeof r->notes);
        r->note_alert[0] = rows[i].alert;
    }
    add_area(d, 6, 28);
    d->layers[5].name = "Other (3)";
}

static inline void case_area_names(struct case_data *d)
{
    d->bar.title = "Names as people write them, and a title that is far too long for one line";
    compute_notes(d);
    for (size_t i = 0; i < HARD_NAMES; i++)
        add_row(d, hard_names[i], (int64_t)(60 - i) * USD, (int64_t)i * USD, 0, 0)->notes[0] =
            "+1,204,331 %";
    add_area(d, 6, 28);
    d->area.title = d->layers[0].name;
}

static inline void case_area_year(struct case_data *d)
{
    case_area(d);
    add_area(d, 6, 365);
}

static inline void case_area_day(struct case_data *d)
{
    case_area(d);
    add_area(d, 6, 1);
}

static inline void case_area_zero(struct case_data *d)
{
    d->bar.title = "Nothing was billed";
    for (size_t i = 0; i < 5; i++)
        add_row(d, hard_names[i], 0, 0, 0, 0);
    add_area(d, 5, 28);
}

static inline void case_area_negative(struct case_data *d)
{
    d->bar.title = "Credits, the largest integer and a micro-dollar";
    add_row(d, "largest", INT64_MAX, INT64_MAX, 0, 0);
    add_row(d, "credit", -500 * USD, -3 * USD, 0, 0);
    add_row(d, "tiny", 1, 0, 0, 0);
    add_area(d, 3, 10);
    for (size_t k = 0; k < 10; k++)
        d->layer_days[0][k] = k % 2 == 0 ? INT64_MAX : INT64_MIN;
}

static inline void case_area_bare(struct case_data *d)
{
    d->bar.title = "No days are known";
    add_row(d, "only", 500 * USD, 3 * USD, 0, 0);
    add_area(d, 1, 28);
    d->area.day_count = 0;
}

/* ---- pareto */

/* Rows of falling size with class letters and notes; the rule where 80 % is reached. */
static inline void fill_pareto(struct case_data *d, size_t n, bool other)
{
    static char notes[DRC_CHART_ROWS_MAX][2][40];
    double sum = 0, upto = 0;
    d->kind = PARETO;
    for (size_t i = 0; i < n; i++)
        sum += (double)d->rows[i].values[0];
    d->pareto.rows = d->rows;
    d->pareto.row_count = n;
    d->pareto.classes = d->classes;
    for (size_t i = 0; i < n; i++) {
        d->classes[i] = upto < 0.5 * sum ? 'A' : upto < 0.8 * sum ? 'B' : 'C';
        upto += (double)d->rows[i].values[0];
        if (upto >= 0.8 * sum && d->pareto.rule_rows == 0 && sum > 0)
            d->pareto.rule_rows = i + 1;
        snprintf(notes[i][0], sizeof notes[0][0], "$%.0f", (double)d->rows[i].values[0] / 1e6);
        snprintf(notes[i][1], sizeof notes[0][1], "%.0f %%", sum > 0 ? 100 * upto / sum : 0);
        d->rows[i].notes[0] = notes[i][0];
        d->rows[i].notes[1] = notes[i][1];
        d->rows[i].notes[2] = d->classes[i] == 'A' ? "A" : d->classes[i] == 'B' ? "B" : "C";
    }
    d->rows[n - 1].is_other = other;
    d->pareto.note_titles[0] = "Cost";
    d->pareto.note_titles[1] = "So far";
    d->pareto.note_titles[2] = "Class";
    d->pareto.rule_text = "9 of 29 jobs make 80 %";
}

static inline void case_pareto(struct case_data *d)
{
    static const int cost[] = {3415, 1723, 1685, 1242, 1020, 651, 527, 372,
                               343,  286,  286,  243,  237,  216, 183, 1275};
    static const char *const names[] = {
        "nightly_orders_etl",    "legacy_orders_etl",
        "demand_forecast_model", "customer_360_merge",
        "finance_daily_close",   "route_optimization",
        "clickstream_hourly",    "returns_scoring_batch",
        "supply_chain_merge",    "prod_emea_apac_amer_consolidated_customer_lifetime_value",
        "invoice_matching",      "feature_store_refresh",
        "partner_feed_ingest",   "iot_sensor_compaction",
        "price_elasticity",      "Other (14 jobs)"};
    for (size_t i = 0; i < 16; i++)
        add_row(d, names[i], cost[i] * USD, 0, 0, 0);
    fill_pareto(d, 16, true);
    d->pareto.title = "Cost concentration, 26 Oct \u2013 22 Nov 2026";
    d->pareto.subtitle = "9 of 29 jobs make 80 % of $13,704; 4 make half";
    d->pareto.footer = "List price before discounts, USD; VM cost is an estimate. UTC days.";
}

static inline void case_pareto_names(struct case_data *d)
{
    for (size_t i = 0; i < DRC_CHART_ROWS_MAX; i++)
        add_row(d, hard_names[i % HARD_NAMES], (int64_t)(100 - i) * USD, 0, 0, 0);
    fill_pareto(d, DRC_CHART_ROWS_MAX, false);
    d->pareto.rule_text = "a rule that is said in a sentence so long that no line of any picture "
                          "could ever hold it without a cut";
    d->pareto.note_titles[1] = "a head that is far too long for it";
}

static inline void case_pareto_one(struct case_data *d)
{
    add_row(d, "only_job", 7 * USD, 0, 0, 0);
    fill_pareto(d, 1, false);
}

/* No job stands out: 80 % is not reached among the rows that are drawn. */
static inline void case_pareto_even(struct case_data *d)
{
    static char names[16][24];
    for (size_t i = 0; i < 16; i++) {
        snprintf(names[i], sizeof names[i], i < 15 ? "tenant_%03zu_daily" : "Other (485 jobs)", i);
        add_row(d, names[i], i < 15 ? (int64_t)(120 - i) * USD : 30000 * USD, 0, 0, 0);
    }
    fill_pareto(d, 16, true);
    d->rows[15].notes[2] = NULL;
    d->classes[15] = ' ';
    d->pareto.rule_rows = 16;
    d->pareto.rule_text = "388 of 500 jobs make 80 %";
    d->pareto.title = "Cost concentration: no job stands out";
    d->pareto.subtitle = "388 of 500 jobs make 80 % of $31,695; 240 make half";
}

static inline void case_pareto_zero(struct case_data *d)
{
    add_row(d, "nothing", 0, 0, 0, 0);
    add_row(d, "credit", -5 * USD, 0, 0, 0);
    fill_pareto(d, 2, false);
}

static inline void case_pareto_huge(struct case_data *d)
{
    add_row(d, "largest", INT64_MAX, 0, 0, 0);
    add_row(d, "large", INT64_MAX / 2, 0, 0, 0);
    add_row(d, "tiny", 1, 0, 0, 0);
    add_row(d, "credit", INT64_MIN, 0, 0, 0);
    fill_pareto(d, 4, false);
}

static inline void case_pareto_top(struct case_data *d)
{
    add_row(d, "the_one", 9000 * USD, 0, 0, 0);
    add_row(d, "the_other", 1000 * USD, 0, 0, 0);
    fill_pareto(d, 2, true);
}

/* ---- dots and strip */

static inline void fill_dots(struct case_data *d, size_t days)
{
    uint32_t x = 2463534242u;
    d->kind = DOTS;
    d->dots = (struct drc_chart_dots){.title = d->bar.title,
                                      .subtitle = d->bar.subtitle,
                                      .footer = d->bar.footer,
                                      .rows = d->rows,
                                      .row_count = d->bar.row_count,
                                      .value_title = "Expected loss",
                                      .note_titles = {"Evictions", "/100 h spot", "Runs hit"},
                                      .first_day = drc_date_day(2026, 10, 26),
                                      .day_count = days};
    for (size_t i = 0; i < d->bar.row_count; i++) {
        for (size_t k = 0; k < days; k++)
            d->counts[i][k] = wobble(&x) < 5 && d->rows[i].values[0] != 0 ? 1 + (int64_t)k % 4 : 0;
        d->rows[i].spark = d->counts[i];
        d->rows[i].spark_count = days;
    }
}

static inline void case_dots(struct case_data *d)
{
    static const struct {
        const char *name;
        double loss;
        const char *notes[3];
    } rows[] = {
        {"demand_forecast_training", 475, {"17", "1.12", "25 %"}},
        {"finance_daily_close", 280, {"26", "4.94", "25 %"}},
        {"nightly_orders_etl", 118, {"7", "0.52", "25 %"}},
        {"route_optimization", 31.79, {"4", "0.74", "7.1 %"}},
        {"clickstream_hourly", 6.74, {"22", "1.27", "2.2 %"}},
        {"prod_emea_apac_amer_consolidated_customer_lifetime_value", 2.28, {"2", "0.55", "0.6 %"}},
        {"customer_360_merge", 0, {"4", "0.50", "14 %"}},
        {"image_embedding_batch", 0, {"0", "0.00", "0 %"}},
        {"Other (5 jobs)", 0, {"0", NULL, NULL}},
    };
    d->bar.title = "Spot risk, 26 Oct \u2013 22 Nov 2026";
    d->bar.subtitle = "98 evictions hit 51 runs; expected loss $920, half of it of one job";
    d->bar.footer = "Grey marks: weekends. List price before discounts, USD. UTC days.";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        memcpy(add_row(d, rows[i].name, (int64_t)(rows[i].loss * 1e6), 0, 0, 0)->notes,
               rows[i].notes, sizeof rows[i].notes);
    d->rows[8].is_other = true;
    fill_dots(d, 28);
    d->counts[6][12] = 4;
    for (size_t k = 25; k < 28; k++)
        d->counts[1][k] = 7;
}

static inline void case_dots_names(struct case_data *d)
{
    for (size_t i = 0; i < DRC_CHART_ROWS_MAX; i++)
        notes(add_row(d, hard_names[i % HARD_NAMES], (int64_t)(1000000 - i) * USD, 0, 0, 0),
              "1,204,331,123", i % 2 == 0, "12345.67 per hour or more", i % 3 == 0);
    fill_dots(d, 28);
    d->dots.value_title = hard_names[0];
    d->dots.note_titles[1] = hard_names[1];
}

static inline void case_dots_year(struct case_data *d)
{
    case_dots(d);
    fill_dots(d, 365);
}

static inline void case_dots_day(struct case_data *d)
{
    add_row(d, "only_job", 3 * USD, 0, 0, 0)->notes[0] = "1";
    fill_dots(d, 1);
    d->counts[0][0] = 1;
}

static inline void case_dots_zero(struct case_data *d)
{
    for (size_t i = 0; i < 3; i++)
        add_row(d, hard_names[i], 0, 0, 0, 0)->notes[0] = "0";
    fill_dots(d, 28);
}

static inline void case_dots_huge(struct case_data *d)
{
    add_row(d, "largest", INT64_MAX, 0, 0, 0)->notes[0] = "9,223,372,036,854,775,807";
    add_row(d, "credit", INT64_MIN, 0, 0, 0);
    add_row(d, "tiny", 1, 0, 0, 0);
    fill_dots(d, 28);
    d->counts[0][3] = INT64_MAX;
    d->counts[0][4] = -3;
}

static inline void case_dots_bare(struct case_data *d)
{
    add_row(d, "no columns, no days", 5 * USD, 0, 0, 0);
    fill_dots(d, 0);
}

static inline void case_dots_empty(struct case_data *d)
{
    fill_dots(d, 28);
}

/* ---- band */

static inline void fill_band(struct case_data *d, size_t days, int64_t mean)
{
    uint32_t x = 88172645u;
    d->kind = BAND;
    d->band = (struct drc_chart_band){.plot_title = "Total cost by day",
                                      .first_day = drc_date_day(2026, 10, 26),
                                      .day_count = days,
                                      .actual = d->series[0],
                                      .expected = d->series[1],
                                      .low = d->series[2],
                                      .high = d->series[3],
                                      .events = d->events,
                                      .note_titles = {"Days", "Largest part", "Impact"},
                                      .steps = d->steps,
                                      .before_label = "Mean day before",
                                      .after_label = "Actual"};
    for (size_t k = 0; k < days; k++) {
        int64_t usual = k % 7 > 4 ? mean / 5 * 4 : mean;
        d->series[0][k] = usual / 100 * (90 + (int64_t)wobble(&x) / 2);
        d->series[1][k] = usual;
        d->series[2][k] = usual / 10 * 8;
        d->series[3][k] = usual / 10 * 12;
    }
}

static inline void event(struct case_data *d, const char *label, int first, int last,
                         enum drc_chart_level level, const char *days, const char *part,
                         const char *impact)
{
    d->events[d->band.event_count++] =
        (struct drc_chart_event){.label = label,
                                 .first_day = d->band.first_day + first,
                                 .last_day = d->band.first_day + last,
                                 .level = level,
                                 .notes = {days, part, impact}};
}

static inline void step(struct case_data *d, const char *label, int64_t uusd)
{
    d->steps[d->band.step_count++] = (struct drc_chart_step){label, uusd};
}

static inline void finance_steps(struct case_data *d)
{
    d->band.steps_title =
        "1  finance_daily_close, 20\u201322 Nov: what makes the difference to the 28 days before";
    d->band.before_label = "Mean before, 3 days";
    d->band.after_label = "Actual, 3 days";
    d->band.before_uusd = 89350000;
    step(d, "Number of runs", 0);
    step(d, "Attempts per run", 237000000);
    step(d, "Minutes per attempt", -51200000);
    step(d, "VM cost per minute", -1020000);
}

static inline void case_band(struct case_data *d)
{
    fill_band(d, 28, 700 * USD);
    d->band.list = true;
    d->band.title = "Cost anomalies, 26 Oct \u2013 22 Nov 2026";
    d->band.subtitle = "23 anomalies in 37 series; +$1,281 above expected";
    d->band.footer =
        "Numbers mark the worst 8 of 23 anomalies, each of a single series; the line is "
        "the sum of all. Grey marks: weekends. List price before discounts, USD.";
    for (size_t k = 25; k < 28; k++)
        d->series[0][k] = d->series[0][k] / 10 * 14;
    event(d, "finance_daily_close", 25, 27, DRC_LEVEL_CRIT, "20\u201322 Nov", "attempts per run",
          "+$188");
    event(d, "demand_forecast_training", 15, 20, DRC_LEVEL_WARN, "10\u201315 Nov",
          "minutes per attempt", "+$137");
    event(d, "partner_feed_ingest", 17, 27, DRC_LEVEL_CRIT, "12\u201322 Nov", "price per DBU",
          "+$118");
    event(d, "legacy_orders_etl", 27, 27, DRC_LEVEL_CRIT, "22 Nov", "attempts per run", "+$106");
    event(d, "legacy_orders_etl", 2, 2, DRC_LEVEL_WARN, "28 Oct", "attempts per run", "+$91.48");
    event(d, "wh-bi-prod", 22, 22, DRC_LEVEL_WARN, "17 Nov", "\u2013", "+$28.72");
    event(d, "finance_monthly_close", 6, 7, DRC_LEVEL_INFO, "1\u20132 Nov", "runs", "+$180");
    event(d, "returns_scoring_batch", 18, 21, DRC_LEVEL_INFO, "13\u201316 Nov", "runs", "-$38.12");
    finance_steps(d);
}

static inline void case_band_one(struct case_data *d)
{
    fill_band(d, 28, 29 * USD);
    d->band.title = "finance_daily_close, 20\u201322 Nov";
    d->band.subtitle = "+$188 (+219 %) against $85.89 expected; attempts per run rose; 22 "
                       "evictions; 9 failed attempts";
    for (size_t k = 25; k < 28; k++)
        d->series[0][k] = 91 * USD;
    event(d, "finance_daily_close", 25, 27, DRC_LEVEL_CRIT, NULL, NULL, NULL);
    finance_steps(d);
    d->band.steps_title = "What makes the difference to the 28 days before";
}

static inline void case_band_names(struct case_data *d)
{
    fill_band(d, 28, 700 * USD);
    d->band.list = true;
    d->band.plot_title = d->band.steps_title = hard_names[0];
    for (int i = 0; i < DRC_CHART_EVENTS_MAX; i++) /* all on one day: eight lanes */
        event(d, hard_names[i], 27 - i / 7, 27, (enum drc_chart_level)(i % 3),
              "12 Sep 2025\u201330 Nov 2026", hard_names[0], "+$12,345,678,901.23");
    for (int i = 0; i < DRC_CHART_STEPS_MAX; i++)
        step(d, hard_names[i], (i % 3 == 1 ? -70 : 50) * USD);
    d->band.before_label = hard_names[0];
    d->band.after_label = NULL;
}

static inline void case_band_year(struct case_data *d)
{
    fill_band(d, 365, 12345678 * USD);
    d->band.list = true;
    for (int i = 0; i < 8; i++)
        event(d, hard_names[i], i * 45, i * 45 + i * 10, (enum drc_chart_level)(i % 3), NULL, NULL,
              NULL);
}

/* A young series, days that are not known, events outside, an amount below zero. */
static inline void case_band_gaps(struct case_data *d)
{
    fill_band(d, 14, 40 * USD);
    d->band.list = true;
    d->band.title = "Days that are not known are gaps";
    d->band.subtitle = "The band begins on the fifth day; a credit on the eighth";
    for (int k = 0; k < 4; k++)
        for (int s = 1; s < 4; s++)
            d->series[s][k] = DRC_CHART_UNKNOWN;
    d->series[0][2] = d->series[0][4] = d->series[2][10] = DRC_CHART_UNKNOWN;
    d->series[0][7] = -15 * USD;
    event(d, "before the window", -9, -2, DRC_LEVEL_CRIT, "17\u201324 Oct", "runs", "+$12.00");
    event(d, "reaches into it", -9, 1, DRC_LEVEL_WARN, "17\u201327 Oct", "runs", "+$11.00");
    event(d, "credited_job", 7, 7, DRC_LEVEL_INFO, "2 Nov", "price per DBU", "-$48.00");
    d->band.steps_title = "3  credited_job, 2 Nov: below zero and up again";
    d->band.before_uusd = 33 * USD;
    step(d, "Price per DBU", -60 * USD);
    step(d, "Number of runs", 12 * USD);
}

static inline void case_band_huge(struct case_data *d)
{
    fill_band(d, 7, 1);
    d->series[0][0] = INT64_MAX;
    d->series[0][1] = INT64_MIN + 1;
    d->band.before_uusd = INT64_MAX;
    event(d, "e", 0, 1, DRC_LEVEL_CRIT, NULL, NULL, NULL);
    step(d, "up", INT64_MAX);
    step(d, "down", INT64_MIN);
    step(d, "tiny", 1);
}

static inline void case_band_day(struct case_data *d)
{
    fill_band(d, 1, 5 * USD);
    d->band.list = true;
    event(d, "today", 0, 0, DRC_LEVEL_WARN, "26 Oct", "runs", "+$1.00");
}

static inline void case_band_zero(struct case_data *d)
{
    fill_band(d, 28, 0);
    step(d, "nothing", 0);
}

static inline void case_band_empty(struct case_data *d)
{
    fill_band(d, 3, 0);
    for (int s = 0; s < 4; s++)
        for (int k = 0; k < 3; k++)
            d->series[s][k] = DRC_CHART_UNKNOWN;
}

/* ---- path */

static inline void box(struct case_data *d, const char *relation, const char *kind,
                       const char *name, enum drc_chart_level level)
{
    d->boxes[d->path.box_count++] = (struct drc_chart_path_box){relation, kind, name, level, false};
}

static inline void fill_path(struct case_data *d)
{
    d->kind = PATH;
    d->path = (struct drc_chart_path){.title = "finance_daily_close",
                                      .subtitle = "The dearest of 9 failed attempts, "
                                                  "26 Oct \u2013 22 Nov 2026",
                                      .footer = "List price before discounts, USD. UTC days.",
                                      .heading = "What the dearest failed attempt cost and why",
                                      .boxes = d->boxes};
}

static inline void case_path(struct case_data *d)
{
    fill_path(d);
    box(d, "", "job", "finance_daily_close", DRC_LEVEL_INFO);
    box(d, "run", "run", "727124000 of 2026-11-21: SUCCESS after 4 attempts", DRC_LEVEL_WARN);
    box(d, "attempt", "attempt", "Cluster lost <n> spot workers (SPOT_INSTANCE_TERMINATION)",
        DRC_LEVEL_CRIT);
    box(d, "lost spot nodes", "Spot eviction",
        "1 spot eviction in runs of 2026-11-21, one attempt ended", DRC_LEVEL_CRIT);
    box(d, "cost of the attempt", "cost", "$149", DRC_LEVEL_INFO);
    d->boxes[4].is_sum = true;
}

static inline void case_path_short(struct case_data *d)
{
    fill_path(d);
    box(d, NULL, NULL, NULL, DRC_LEVEL_CRIT);
    box(d, "", "", "", DRC_LEVEL_INFO);
}

static inline void case_path_names(struct case_data *d)
{
    fill_path(d);
    for (int i = 0; i < DRC_CHART_PATH_MAX; i++)
        box(d, hard_names[(i + 1) % HARD_NAMES], hard_names[(i + 2) % HARD_NAMES],
            hard_names[i % HARD_NAMES], (enum drc_chart_level)(i % 3));
    d->path.heading = hard_names[0];
    d->boxes[DRC_CHART_PATH_MAX - 1].is_sum = true;
}

static inline void case_path_empty(struct case_data *d)
{
    fill_path(d);
}

static inline void case_path_days(struct case_data *d)
{
    case_path(d);
    case_days(d);
    d->kind = DAYS;
    d->days.path = &d->path;
}

#endif
