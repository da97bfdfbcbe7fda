/* Charts and font tables. `test_chart --write` writes charts/gallery/<case>.svg anew; `test_chart
 * --png DIR` draws them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "chart_cases.h"
#include "drc/digest.h"
#include "drc/utf8.h"

static struct drc_arena *arena;
static struct look look;

struct seen_text {
    double x1, x2, y1, y2, px;
    char text[512];
};

static void unescape(char *s)
{
    static const char *const names[] = {"&amp;", "&",      "&lt;", "<",     "&gt;",
                                        ">",     "&quot;", "\"",   "&#39;", "'"};
    char *out = s;
    while (*s != '\0') {
        size_t i = 0;
        for (i = 0; i < 10 && strncmp(s, names[i], strlen(names[i])) != 0; i += 2)
            ;
        if (i < 10) {
            *out++ = names[i + 1][0];
            s += strlen(names[i]);
        } else {
            *out++ = *s++;
        }
    }
    *out = '\0';
}

static size_t read_texts(const char *svg, struct seen_text *out, size_t max)
{
    size_t n = 0;
    for (const char *p = svg; (p = strstr(p, "<text ")) != NULL; p++) {
        double x, y, px;
        int weight;
        char anchor[8], fill[8];
        struct seen_text *s = &out[n];
        assert_true(n < max);
        assert_int_equal(
            sscanf(p,
                   "<text x=\"%lf\" y=\"%lf\" font-size=\"%lf\" font-weight=\"%d\" fill=\"%7s\" "
                   "text-anchor=\"%7[a-z]\">%511[^<]",
                   &x, &y, &px, &weight, fill, anchor, s->text),
            7);
        unescape(s->text);
        double w = drc_font_width(weight == 600 ? look.semibold : look.regular, s->text, px);
        s->x1 = strcmp(anchor, "end") == 0 ? x - w : strcmp(anchor, "middle") == 0 ? x - w / 2 : x;
        s->x2 = s->x1 + w;
        s->y1 = y - 0.74 * px;
        s->y2 = y + 0.2 * px;
        s->px = px;
        n++;
    }
    return n;
}

static double attribute(const char *svg, const char *name)
{
    const char *p = strstr(svg, name);
    assert_non_null(p);
    return strtod(p + strlen(name), NULL);
}

static void check_geometry(const char *name, const char *svg)
{
    static struct seen_text texts[512];
    size_t n = read_texts(svg, texts, 512);
    double width = attribute(svg, " width=\""), height = attribute(svg, " height=\"");
    for (size_t i = 0; i < n; i++) {
        const struct seen_text *a = &texts[i];
        if (a->x1 < 12 || a->x2 > width - 12 || a->y1 < 8 || a->y2 > height - 4)
            fail_msg("%s: '%s' leaves the canvas: %.1f..%.1f, %.1f..%.1f", name, a->text, a->x1,
                     a->x2, a->y1, a->y2);
        if (a->px < 12.5)
            fail_msg("%s: '%s' is set in %.1f px", name, a->text, a->px);
        for (size_t j = 0; j < i; j++) {
            const struct seen_text *b = &texts[j];
            if (a->x1 < b->x2 - 0.5 && b->x1 < a->x2 - 0.5 && a->y1 < b->y2 - 0.5 &&
                b->y1 < a->y2 - 0.5)
                fail_msg("%s: '%s' and '%s' overlap", name, a->text, b->text);
        }
    }
}

static void check_inside(const char *name, const char *what, double x1, double x2, double y1,
                         double y2, double width, double height)
{
    if (x1 < -0.5 || x2 > width + 0.5 || y1 < -0.5 || y2 > height + 0.5)
        fail_msg("%s: a %s leaves the canvas: %.1f..%.1f, %.1f..%.1f", name, what, x1, x2, y1, y2);
}

static void check_shapes(const char *name, const char *svg)
{
    double width = attribute(svg, " width=\""), height = attribute(svg, " height=\"");
    double x, y, w, h;
    for (const char *p = svg; (p = strstr(p, "<rect ")) != NULL; p++)
        if (sscanf(p, "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x, &y, &w, &h) ==
            4)
            check_inside(name, "box", x, x + w, y, y + h, width, height);
    for (const char *p = svg; (p = strstr(p, "<circle ")) != NULL; p++)
        if (sscanf(p, "<circle cx=\"%lf\" cy=\"%lf\" r=\"%lf\"", &x, &y, &w) == 3)
            check_inside(name, "dot", x - w, x + w, y - w, y + w, width, height);
    for (const char *p = svg; (p = strpbrk(p, "ML")) != NULL; p++)
        if (sscanf(p + 1, "%lf %lf", &x, &y) == 2)
            check_inside(name, "line", x, x, y, y, width, height);
}

/* A renderer draws nothing for such a number and reports no error. */
static void check_numbers(const char *name, const char *svg)
{
    static const char *const bad[] = {"\"nan", "\"inf", "-nan", "-inf",      "Mnan",
                                      "Lnan",  " nan",  "e+",   "width=\"-", "height=\"-"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strstr(svg, bad[i]) != NULL)
            fail_msg("%s holds '%s'", name, bad[i]);
}

static void draw(const struct chart_case *c, struct drc_buf *svg)
{
    struct drc_err err = DRC_ERR_INIT;
    if (draw_case(look.theme, c->fill, svg, &err) != 0)
        fail_msg("%s: %s", c->name, err.msg);
}

static void test_no_text_overlaps_or_leaves(void **state)
{
    (void)state;
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    for (size_t i = 0; i < CHART_CASES; i++) {
        draw(&chart_cases[i], &svg);
        check_geometry(chart_cases[i].name, svg.data);
        check_shapes(chart_cases[i].name, svg.data);
        assert_true(drc_utf8_valid(svg.data, svg.len));
        check_numbers(chart_cases[i].name, svg.data);
    }
    drc_buf_fini(&svg);
}

static void test_same_bytes_twice(void **state)
{
    (void)state;
    struct drc_buf one, two;
    drc_buf_init(&one, DRC_SVG_MAX_BYTES);
    drc_buf_init(&two, DRC_SVG_MAX_BYTES);
    for (size_t i = 0; i < CHART_CASES; i++) {
        draw(&chart_cases[i], &one);
        draw(&chart_cases[i], &two);
        assert_string_equal(one.data, two.data);
    }
    drc_buf_fini(&one);
    drc_buf_fini(&two);
}

static char *golden_path(const struct chart_case *c)
{
    return drc_arena_printf(arena, "charts/gallery/%s.svg", c->name);
}

/* The goldens hold for one pair of font files; other files measure differently, which is not a
 * failure of the charts. */
static bool fonts_are_the_golden_ones(void)
{
    for (int weight = 400; weight <= 600; weight += 200) {
        struct drc_err err = DRC_ERR_INIT;
        size_t bytes;
        char hex[65];
        const char *path = drc_raster_font_file(arena, "Inter", weight, &err);
        const char *data = drc_file_read(arena, path, 32u << 20, &bytes, &err);
        must_not_fail(&err, "font");
        drc_sha256_hex(data, bytes, hex);
        if (strcmp(hex, drc_theme_font_sha256(look.theme, weight)) != 0)
            return false;
    }
    return true;
}

static void test_gallery_is_what_we_draw(void **state)
{
    (void)state;
    if (!fonts_are_the_golden_ones())
        skip();
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    for (size_t i = 0; i < CHART_CASES; i++) {
        struct drc_err err = DRC_ERR_INIT;
        if (chart_cases[i].torture)
            continue;
        draw(&chart_cases[i], &svg);
        char *golden =
            drc_file_read(arena, golden_path(&chart_cases[i]), DRC_SVG_MAX_BYTES, NULL, &err);
        must_not_fail(&err, "gallery");
        if (strcmp(golden, svg.data) != 0)
            fail_msg("charts/gallery/%s.svg differs from what is drawn; look at it, then run "
                     "test_chart --write",
                     chart_cases[i].name);
    }
    drc_buf_fini(&svg);
}

/* ---- figures */

static struct drc_buf draw_bars(struct drc_chart_hbar *spec)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    if (drc_chart_stacked_hbar(look.theme, spec, &svg, &err) != 0)
        fail_msg("%s", err.msg);
    return svg;
}

/* Width of the n-th rectangle that has the height of a bar. */
static double bar_width(const char *svg, int n)
{
    double x, y, w, h;
    for (const char *p = svg; (p = strstr(p, "<rect ")) != NULL; p++)
        if (sscanf(p, "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x, &y, &w, &h) ==
                4 &&
            h == 18 && n-- == 0)
            return w;
    fail_msg("no such bar");
    return 0;
}

static void test_bar_lengths_follow_the_values(void **state)
{
    (void)state;
    struct drc_chart_row rows[] = {{.label = "a", .values = {100 * USD}},
                                   {.label = "b", .values = {50 * USD}},
                                   {.label = "c", .values = {25 * USD}},
                                   {.label = "d", .values = {1}}};
    struct drc_chart_hbar spec = {
        .title = "t", .series = cost_series, .series_count = 1, .rows = rows, .row_count = 4};
    struct drc_buf svg = draw_bars(&spec);
    double full = bar_width(svg.data, 0);
    assert_true(full > 300);
    assert_true(fabs(bar_width(svg.data, 1) - full / 2) <= 0.5);
    assert_true(fabs(bar_width(svg.data, 2) - full / 4) <= 0.5);
    assert_true(bar_width(svg.data, 3) == 1.5); /* not nothing */
    assert_non_null(strstr(svg.data, ">$50.00<"));
    drc_buf_fini(&svg);
}

static void test_segments_sum_to_the_bar(void **state)
{
    (void)state;
    struct drc_chart_row rows[] = {{.label = "a", .values = {40 * USD, 30 * USD, 20 * USD}},
                                   {.label = "b", .values = {90 * USD}}};
    struct drc_chart_hbar spec = {
        .title = "t", .series = cost_series, .series_count = 3, .rows = rows, .row_count = 2};
    struct drc_buf svg = draw_bars(&spec);
    double sum =
        bar_width(svg.data, 0) + bar_width(svg.data, 1) + bar_width(svg.data, 2) + 2; /* two gaps */
    assert_true(fabs(sum - bar_width(svg.data, 3)) <= 0.5);
    drc_buf_fini(&svg);
}

static void test_numbers_at_the_edge(void **state)
{
    (void)state;
    struct drc_chart_row rows[] = {{.label = "max", .values = {INT64_MAX, INT64_MAX, INT64_MAX}},
                                   {.label = "min", .values = {INT64_MIN, INT64_MIN, INT64_MIN}},
                                   {.label = NULL, .values = {1}}};
    struct drc_chart_hbar spec = {
        .series = cost_series, .series_count = 3, .rows = rows, .row_count = 3};
    struct drc_buf svg = draw_bars(&spec);
    check_geometry("edge", svg.data);
    drc_buf_fini(&svg);
}

static void test_alert_is_a_glyph_and_bold(void **state)
{
    (void)state;
    struct drc_chart_row rows[] = {
        {.label = "a", .values = {1}, .notes = {"+41 %"}, .note_alert = {true}}};
    struct drc_chart_hbar spec = {.series = cost_series,
                                  .series_count = 1,
                                  .rows = rows,
                                  .row_count = 1,
                                  .note_titles = {"vs prev"}};
    struct drc_buf svg = draw_bars(&spec);
    const char *text = strstr(svg.data, ">+41 %<");
    assert_non_null(text);
    assert_memory_equal(strstr(text - 100, "font-weight") + 13, "600", 3);
    assert_non_null(strstr(svg.data, "l5 9h-10z"));
    drc_buf_fini(&svg);
}

static void test_too_much_is_refused(void **state)
{
    (void)state;
    static struct drc_chart_row rows[DRC_CHART_ROWS_MAX + 1];
    struct drc_err err = DRC_ERR_INIT;
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    struct drc_chart_hbar spec = {.series = cost_series,
                                  .series_count = 1,
                                  .rows = rows,
                                  .row_count = DRC_CHART_ROWS_MAX + 1};
    assert_int_equal(drc_chart_stacked_hbar(look.theme, &spec, &svg, &err), -1);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    struct drc_err err2 = DRC_ERR_INIT;
    struct drc_chart_days days = {
        .series = cost_series, .series_count = 1, .day_count = DRC_CHART_DAYS_MAX + 1};
    assert_int_equal(drc_chart_days(look.theme, &days, &svg, &err2), -1);
    assert_int_equal(err2.code, DRC_ERR_LIMIT);
    struct drc_err err3 = DRC_ERR_INIT;
    drc_buf_fini(&svg);
    drc_buf_init(&svg, 200);
    spec.row_count = 1;
    assert_int_equal(drc_chart_stacked_hbar(look.theme, &spec, &svg, &err3), -1);
    assert_int_equal(err3.code, DRC_ERR_LIMIT);
    drc_buf_fini(&svg);
}

/* Names of two jobs must not become one on the picture: all visible labels of the torture names
 * differ. */
static void test_different_names_stay_different(void **state)
{
    (void)state;
    enum { NAMES = 16 };
    static char names[NAMES][201];
    struct drc_chart_row rows[NAMES];
    memset(rows, 0, sizeof rows);
    for (int i = 0; i < NAMES; i++) {
        memset(names[i], 'n', 200);
        names[i][3 + i * 12] = 'm'; /* the difference wanders from head to tail */
        rows[i].label = names[i];
        rows[i].values[0] = USD;
    }
    struct drc_chart_hbar spec = {
        .series = cost_series, .series_count = 1, .rows = rows, .row_count = NAMES};
    struct drc_buf svg = draw_bars(&spec);
    static struct seen_text texts[512];
    size_t n = read_texts(svg.data, texts, 512), labels = 0;
    for (size_t i = 0; i < n; i++) {
        if (texts[i].text[0] != 'n')
            continue;
        labels++;
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(texts[i].text, texts[j].text);
    }
    assert_int_equal(labels, NAMES);
    drc_buf_fini(&svg);
}

static void test_hostile_names_are_escaped(void **state)
{
    (void)state;
    struct drc_chart_row rows[] = {{.label = "<g>&\"'\x01\x1b", .values = {1}}};
    struct drc_chart_hbar spec = {
        .title = "a<b", .series = cost_series, .series_count = 1, .rows = rows, .row_count = 1};
    struct drc_buf svg = draw_bars(&spec);
    assert_non_null(strstr(svg.data, ">&lt;g&gt;&amp;&quot;&#39;</text>"));
    assert_non_null(strstr(svg.data, "<title>a&lt;b</title>"));
    drc_buf_fini(&svg);
}

static void test_no_rows_says_so(void **state)
{
    (void)state;
    struct drc_chart_hbar spec = {.title = "t", .series = cost_series, .series_count = 4};
    struct drc_buf svg = draw_bars(&spec);
    assert_non_null(strstr(svg.data, "Nothing to show"));
    drc_buf_fini(&svg);
}

/* Two days, the second half as high; a mark given twice is one mark, one outside the window none.
 */
static void test_days_follow_the_values(void **state)
{
    (void)state;
    static const int64_t values[] = {80 * USD, 20 * USD, 25 * USD, 25 * USD};
    static const int64_t marks[] = {20001, 20001, 20000 - 1, 20002};
    static const char *const labels[] = {"failed", "failed", "outside", "outside"};
    struct drc_chart_days spec = {.title = "t",
                                  .series = cost_series,
                                  .series_count = 2,
                                  .first_day = 20000,
                                  .day_count = 2,
                                  .values = values,
                                  .reference_uusd = 70 * USD,
                                  .reference_label = "mean",
                                  .marks = marks,
                                  .mark_labels = labels,
                                  .mark_count = 4};
    struct drc_err err = DRC_ERR_INIT;
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    assert_int_equal(drc_chart_days(look.theme, &spec, &svg, &err), 0);
    double x, y, w, h, columns[4];
    int n = 0;
    for (const char *p = svg.data; (p = strstr(p, "<rect ")) != NULL; p++)
        if (sscanf(p, "<rect x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x, &y, &w, &h) ==
                4 &&
            w == 48 && n < 4)
            columns[n++] = h;
    assert_int_equal(n, 4);
    assert_true(fabs(columns[0] + columns[1] - 2 * (columns[2] + columns[3])) <= 2);
    assert_true(fabs(columns[0] - 4 * columns[1]) <= 3);
    const char *mark = strstr(svg.data, ">failed<");
    assert_non_null(mark);
    assert_null(strstr(mark + 1, ">failed<"));
    assert_null(strstr(svg.data, "outside"));
    assert_non_null(strstr(svg.data, ">mean<"));
    assert_non_null(strstr(svg.data, "stroke-dasharray=\"5 3\""));
    drc_buf_fini(&svg);
}

/* ---- fonts and theme */

static void test_font_widths(void **state)
{
    (void)state;
    assert_true(drc_font_width(look.regular, "", 13) == 0);
    double one = drc_font_width(look.regular, "n", 13);
    assert_true(one > 5 && one < 10);
    assert_true(fabs(drc_font_width(look.regular, "nnnn", 26) - 8 * one) < 1e-9);
    assert_true(drc_font_width(look.semibold, "nightly", 13) >
                drc_font_width(look.regular, "nightly", 13));
    assert_true(drc_font_has(look.regular, 'A'));
    assert_true(drc_font_has(look.regular, 0x05d0));  /* Hebrew, from the fallback */
    assert_false(drc_font_has(look.regular, 0x8ba2)); /* Chinese */
    assert_false(drc_font_has(look.regular, 0xffff));
    assert_false(drc_font_has(look.regular, 0x10ffff));
}

static void test_font_cut_anywhere(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    size_t bytes;
    const char *path = drc_raster_font_file(arena, "DejaVu Sans", 400, &err);
    const char *data = drc_file_read(arena, path, 32u << 20, &bytes, &err);
    must_not_fail(&err, "font");
    for (size_t n = 0; n < bytes; n += n < 600 ? 1 : 4099) {
        struct drc_arena *a = drc_arena_new();
        struct drc_err why = DRC_ERR_INIT;
        char *part = malloc(n + 1); /* own block, so that the sanitizer sees a read past the end */
        memcpy(part, data, n);
        struct drc_font *f = drc_font_parse(a, part, n, &why);
        if (f == NULL)
            assert_int_equal(why.code, DRC_ERR_PARSE);
        else
            drc_font_width(f, "probe \u8ba2\U0001f680", 13);
        free(part);
        drc_arena_free(a);
    }
}

static const char *theme_error(const char *from, const char *to)
{
    static struct drc_err err;
    size_t bytes;
    struct drc_err none = DRC_ERR_INIT;
    err = none;
    char *text = drc_file_read(arena, "charts/theme.conf", 65536, &bytes, &none);
    char *at = strstr(text, from);
    assert_non_null(at);
    char *changed =
        drc_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    struct drc_theme *t = drc_theme_parse(arena, changed, look.regular, look.semibold, &err);
    assert_true((t == NULL) == (err.code == DRC_ERR_CONFIG));
    return err.msg;
}

static void test_theme_mistakes_name_the_line(void **state)
{
    (void)state;
    assert_string_equal(theme_error("#4C8DF0", "#123456"), "");
    assert_non_null(strstr(theme_error("#4C8DF0", "blue"), "theme.conf:"));
    assert_non_null(strstr(theme_error("#4C8DF0", "blue"), "dbu needs a colour"));
    assert_non_null(strstr(theme_error("small_px = 12.5", "small_px = 9"), "12.5"));
    assert_non_null(strstr(theme_error("small_px = 12.5", "small_px = nan"), "small_px"));
    assert_non_null(strstr(theme_error("small_px", "smal_px"), "unknown key 'smal_px'"));
    assert_non_null(strstr(theme_error("ink = #1D2433", ""), "ink is missing"));
    assert_non_null(strstr(theme_error("DejaVu Sans", "\"/><script>"), "font_family"));
    assert_string_equal(drc_theme_font_family(look.theme), "Inter, DejaVu Sans, sans-serif");
}

static double luminance(const char *colour)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    unsigned long rgb = strtoul(colour + 1, NULL, 16);
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double c = (double)(rgb >> (16 - 8 * i) & 255) / 255;
        sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* WCAG 2.1: contrast of every text on the white page. */
static void test_text_is_legible(void **state)
{
    (void)state;
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    for (size_t i = 0; i < CHART_CASES; i++) {
        draw(&chart_cases[i], &svg);
        for (const char *p = svg.data; (p = strstr(p, "<text ")) != NULL; p++) {
            double contrast = 1.05 / (luminance(strstr(p, "fill=\"") + 6) + 0.05);
            if (contrast < 4.5)
                fail_msg("%s: contrast %.2f in %.140s", chart_cases[i].name, contrast, p);
        }
    }
    drc_buf_fini(&svg);
}

/* ---- modes */

static int write_gallery(const char *png_dir)
{
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    for (size_t i = 0; i < CHART_CASES; i++) {
        struct drc_err err = DRC_ERR_INIT;
        const unsigned char *png;
        size_t bytes;
        draw_case(look.theme, chart_cases[i].fill, &svg, &err);
        must_not_fail(&err, chart_cases[i].name);
        if (png_dir == NULL && chart_cases[i].torture)
            continue;
        if (png_dir == NULL) {
            drc_file_write(golden_path(&chart_cases[i]), svg.data, svg.len, &err);
        } else {
            drc_raster_png(arena, svg.data, svg.len, 2.0, &png, &bytes, &err);
            must_not_fail(&err, chart_cases[i].name);
            drc_file_write(drc_arena_printf(arena, "%s/%s.png", png_dir, chart_cases[i].name), png,
                           bytes, &err);
        }
        must_not_fail(&err, chart_cases[i].name);
    }
    drc_buf_fini(&svg);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_text_overlaps_or_leaves),
        cmocka_unit_test(test_same_bytes_twice),
        cmocka_unit_test(test_gallery_is_what_we_draw),
        cmocka_unit_test(test_bar_lengths_follow_the_values),
        cmocka_unit_test(test_segments_sum_to_the_bar),
        cmocka_unit_test(test_numbers_at_the_edge),
        cmocka_unit_test(test_alert_is_a_glyph_and_bold),
        cmocka_unit_test(test_too_much_is_refused),
        cmocka_unit_test(test_different_names_stay_different),
        cmocka_unit_test(test_hostile_names_are_escaped),
        cmocka_unit_test(test_no_rows_says_so),
        cmocka_unit_test(test_days_follow_the_values),
        cmocka_unit_test(test_font_widths),
        cmocka_unit_test(test_font_cut_anywhere),
        cmocka_unit_test(test_theme_mistakes_name_the_line),
        cmocka_unit_test(test_text_is_legible),
    };
    arena = drc_arena_new();
    look = load_look(arena);
    int rc;
    if (argc == 2 && strcmp(argv[1], "--write") == 0)
        rc = write_gallery(NULL);
    else if (argc == 3 && strcmp(argv[1], "--png") == 0)
        rc = write_gallery(argv[2]);
    else
        rc = cmocka_run_group_tests(tests, NULL, NULL);
    drc_arena_free(arena);
    return rc;
}
