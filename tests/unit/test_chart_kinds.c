/* The figures on the charts that one report each has: lengths, places and sums follow the data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "chart_cases.h"

static struct drc_arena *arena;
static struct look look;
static struct drc_buf svg;

static void draw(void (*fill)(struct case_data *))
{
    struct drc_err err = DRC_ERR_INIT;
    if (draw_case(look.theme, fill, &svg, &err) != 0)
        fail_msg("%s", err.msg);
}

static size_t count(const char *what)
{
    size_t n = 0;
    for (const char *p = svg.data; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

struct seen {
    double x, y, size; /* of a circle: its radius; of a box: its width */
    double h;
    char fill[8];
};

static size_t circles(double radius, struct seen *out, size_t max)
{
    size_t n = 0;
    for (const char *p = svg.data; n < max && (p = strstr(p, "<circle ")) != NULL; p++) {
        assert_int_equal(sscanf(p, "<circle cx=\"%lf\" cy=\"%lf\" r=\"%lf\" fill=\"%7s", &out[n].x,
                                &out[n].y, &out[n].size, out[n].fill),
                         4);
        n += radius == 0 || out[n].size == radius;
    }
    return n;
}

static size_t boxes(double height, struct seen *out, size_t max)
{
    size_t n = 0;
    for (const char *p = svg.data; n < max && (p = strstr(p, "<rect ")) != NULL; p++) {
        assert_int_equal(sscanf(p,
                                "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\" "
                                "fill=\"%7s",
                                &out[n].x, &out[n].y, &out[n].size, &out[n].h, out[n].fill),
                         5);
        n += out[n].h == height;
    }
    return n;
}

/* Where a tick label stands. */
static double tick_x(const char *label)
{
    const char *p = strstr(svg.data, label);
    double x;
    assert_non_null(p);
    while (strncmp(p, "<text ", 6) != 0)
        p--;
    assert_int_equal(sscanf(p, "<text x=\"%lf\"", &x), 1);
    return x;
}

/* ---- bars with the area */

static void fill_two_layers(struct case_data *d)
{
    add_row(d, "a", 60 * USD, 30 * USD, 0, 0);
    add_row(d, "b", 30 * USD, 0, 0, 0);
    add_area(d, 2, 2);
    for (int k = 0; k < 2; k++) {
        d->layer_days[0][k] = (k == 0 ? 60 : 30) * USD;
        d->layer_days[1][k] = (k == 0 ? 20 : 10) * USD;
    }
}

/* y of the nth point of the path that has this fill. */
static double path_y(const char *fill, int nth)
{
    double y = 0;
    const char *end = svg.data, *p;
    char want[32];
    snprintf(want, sizeof want, "z\" fill=\"%s\"", fill);
    end = strstr(svg.data, want);
    assert_non_null(end);
    for (p = end; strncmp(p, "<path", 5) != 0; p--)
        ;
    for (p = strchr(p, 'M'); nth-- > 0; p = strchr(p + 1, 'L'))
        ;
    assert_int_equal(sscanf(p + 1, "%*f %lf", &y), 1);
    return y;
}

static void test_area_stacks_the_days(void **state)
{
    (void)state;
    draw(fill_two_layers);
    struct seen bars[8];
    assert_int_equal(boxes(18, bars, 8), 3);
    /* a row and its layer have one colour; points: left edge, two days, right edge, and back */
    double a0 = path_y(bars[0].fill, 1), a1 = path_y(bars[0].fill, 2),
           base = path_y(bars[0].fill, 4);
    double b0 = path_y(bars[2].fill, 1), b1 = path_y(bars[2].fill, 2);
    assert_true(fabs((base - a0) - 2 * (base - a1)) < 0.3);
    assert_true(fabs((base - a0) - 3 * (a0 - b0)) < 0.4);
    assert_true(fabs((base - b0) - 2 * (base - b1)) < 0.3);
    assert_true(fabs(path_y(bars[2].fill, 5) - a1) < 0.2); /* no gap between the layers */
    /* the light tone is not the full one */
    assert_string_not_equal(bars[0].fill, bars[1].fill);
    assert_true(fabs(bars[0].size - 2 * bars[1].size) < 3);
}

/* ---- pareto */

static void fill_shares(struct case_data *d)
{
    static const int cost[] = {50, 30, 15, 5};
    for (size_t i = 0; i < 4; i++)
        add_row(d, &"abcd"[i], cost[i] * USD, 0, 0, 0);
    fill_pareto(d, 4, false);
    d->pareto.rule_text = "2 of 4 jobs make 80 %";
}

static void test_pareto_bars_and_line_share_an_axis(void **state)
{
    (void)state;
    draw(fill_shares);
    double zero = tick_x(">0 %<"), all = tick_x(">100 %<"), width = all - zero;
    struct seen bars[8], dots[8], rule[2];
    assert_int_equal(boxes(18, bars, 8), 5); /* four bars, the ground of the rule's text */
    static const double share[] = {0.5, 0.3, 0.15, 0.05}, upto[] = {0.5, 0.95, 1};
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(bars[i].size - share[i] * width) <= 0.5);
    assert_int_equal(circles(3, dots, 8), 4); /* one of them in the legend */
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs(dots[i + 1].x - zero - upto[i] * width) <= 0.2);
    assert_int_equal(circles(5, rule, 2), 1); /* the row that reaches 80 % */
    assert_true(fabs(rule[0].x - zero - 0.8 * width) <= 0.2);
    assert_true(fabs(rule[0].y - bars[1].y - 9) <= 0.5);
    assert_true(fabs(tick_x(">80 %<") - rule[0].x) <= 0.5);
    assert_non_null(strstr(svg.data, ">2 of 4 jobs make 80 %<"));
}

/* Reached somewhere in the rest: no row is marked, the sentence stands all the same. */
static void test_pareto_rule_in_the_rest(void **state)
{
    (void)state;
    struct seen rule[2];
    draw(case_pareto_even);
    assert_int_equal(circles(5, rule, 2), 0);
    assert_int_equal(count("stroke-dasharray=\"5 3\""), 1); /* the line at 80 %, none across */
    assert_non_null(strstr(svg.data, ">388 of 500 jobs make 80 %<"));
}

/* ---- dots and strip */

static void fill_losses(struct case_data *d)
{
    static const int loss[] = {80, 40, 0};
    for (size_t i = 0; i < 3; i++)
        add_row(d, &"abc"[i], loss[i] * USD, 0, 0, 0);
    fill_dots(d, 28);
    memset(d->counts, 0, sizeof d->counts);
    d->counts[0][3] = 4;
    d->counts[1][4] = 1;
}

static void test_dots_follow_the_values(void **state)
{
    (void)state;
    draw(fill_losses);
    struct seen full[4], hollow[4], cells[8];
    double zero = tick_x(">$0<");
    assert_int_equal(circles(5, full, 4), 2);
    assert_true(fabs((full[0].x - zero) - 2 * (full[1].x - zero)) <= 1);
    assert_int_equal(circles(4, hollow, 4), 1);
    assert_string_equal(hollow[0].fill, "#FFFFFF");
    assert_true(fabs(hollow[0].x - zero) <= 0.5);
    /* more is taller and darker; the head names what the tallest stands for */
    assert_non_null(strstr(svg.data, ">By day, most 4<"));
    assert_int_equal(boxes(26, cells, 8), 4); /* three grounds and the fullest cell */
    struct seen low[4];
    assert_int_equal(boxes(10.5, low, 4), 1);
    assert_string_not_equal(cells[1].fill, low[0].fill);
}

static void test_strip_counts_days_together(void **state)
{
    (void)state;
    draw(case_dots_year);
    assert_non_null(strstr(svg.data, ">By 9 days, most "));
}

/* ---- band */

static void test_gaps_are_not_drawn(void **state)
{
    (void)state;
    draw(case_band_gaps);
    /* the band begins on the fifth day and is not known on one more: two parts */
    assert_int_equal(count("z\" fill=\"#E3EDFB\""), 2);
    /* days 1-2, a single day as a dot, the rest */
    assert_int_equal(count("fill=\"none\" stroke=\"#1D2433\" stroke-width=\"2\""), 2);
    struct seen dots[8];
    assert_int_equal(circles(2, dots, 8), 1);
}

static void test_each_level_has_its_glyph(void **state)
{
    (void)state;
    draw(case_band);
    /* three critical (chart, list, legend), three warnings, two for information */
    assert_int_equal(count("l5 9h-10z"), 3 + 3 + 1);
    assert_int_equal(count("l5 5l-5 5l-5 -5z"), 3 + 3 + 1);
    struct seen rings[16];
    assert_int_equal(circles(4, rings, 16), 2 + 2 + 1);
    for (int i = 1; i <= 8; i++) {
        char number[16];
        snprintf(number, sizeof number, ">%d<", i);
        assert_int_equal(count(number), 2); /* on the chart and in the list */
    }
}

static void fill_steps(struct case_data *d)
{
    fill_band(d, 7, USD);
    d->band.before_uusd = 100 * USD;
    step(d, "Up", 60 * USD);
    step(d, "Nothing", 0);
    step(d, "Down", -40 * USD);
}

static void test_waterfall_adds_up(void **state)
{
    (void)state;
    draw(fill_steps);
    struct seen bars[8];
    assert_int_equal(boxes(14, bars, 8), 4);
    double zero = bars[0].x, px = bars[0].size / 100;
    assert_true(fabs(bars[1].x - zero - 100 * px) <= 0.5 && fabs(bars[1].size - 60 * px) <= 1);
    assert_true(fabs(bars[2].x - zero - 120 * px) <= 1 && fabs(bars[2].size - 40 * px) <= 1);
    assert_true(bars[3].x == zero && fabs(bars[3].size - 120 * px) <= 1);
    assert_non_null(strstr(svg.data, ">+$60.00<"));
    assert_non_null(strstr(svg.data, ">-$40.00<"));
    assert_non_null(strstr(svg.data, ">$120<"));
    assert_null(strstr(svg.data, "Nothing"));
    assert_string_not_equal(bars[1].fill, bars[2].fill);
}

static void test_too_much_is_refused(void **state)
{
    (void)state;
    struct drc_chart_pareto pareto = {.row_count = DRC_CHART_ROWS_MAX + 1};
    struct drc_chart_dots dots = {.day_count = DRC_CHART_DAYS_MAX + 1};
    struct drc_chart_band band = {.event_count = DRC_CHART_EVENTS_MAX + 1};
    struct drc_chart_area area = {.layer_count = DRC_CHART_LAYERS_MAX + 1};
    struct drc_chart_hbar bars = {.series = cost_series, .series_count = 1, .area = &area};
    struct drc_err err[4] = {DRC_ERR_INIT, DRC_ERR_INIT, DRC_ERR_INIT, DRC_ERR_INIT};
    assert_int_equal(drc_chart_pareto(look.theme, &pareto, &svg, &err[0]), -1);
    assert_int_equal(drc_chart_dots(look.theme, &dots, &svg, &err[1]), -1);
    assert_int_equal(drc_chart_band(look.theme, &band, &svg, &err[2]), -1);
    assert_int_equal(drc_chart_stacked_hbar(look.theme, &bars, &svg, &err[3]), -1);
    for (int i = 0; i < 4; i++)
        assert_int_equal(err[i].code, DRC_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_area_stacks_the_days),
        cmocka_unit_test(test_pareto_bars_and_line_share_an_axis),
        cmocka_unit_test(test_pareto_rule_in_the_rest),
        cmocka_unit_test(test_dots_follow_the_values),
        cmocka_unit_test(test_strip_counts_days_together),
        cmocka_unit_test(test_gaps_are_not_drawn),
        cmocka_unit_test(test_each_level_has_its_glyph),
        cmocka_unit_test(test_waterfall_adds_up),
        cmocka_unit_test(test_too_much_is_refused),
    };
    arena = drc_arena_new();
    look = load_look(arena);
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    drc_buf_fini(&svg);
    drc_arena_free(arena);
    return rc;
}
