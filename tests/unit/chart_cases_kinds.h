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

#endif
