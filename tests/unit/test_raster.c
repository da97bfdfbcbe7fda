/* SVG to PNG: equal bytes, bounded memory, permits, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <png.h>
#include <pthread.h>
#include <unistd.h>

#include "chart_cases.h"
#include "drc/fault.h"

#ifdef SANITIZED
#define ROUNDS 2 /* they run five times slower, and look for something else */
#else
#define ROUNDS 6
#endif

static struct drc_arena *arena;
static struct look look;
static struct drc_buf chart; /* the job-cost example */

static const char small_svg[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\">\n"
    "<rect width=\"10\" height=\"10\" fill=\"#FF0000\"/>\n</svg>\n";

static int render(struct drc_arena *a, const char *svg, double scale, const unsigned char **png,
                  size_t *bytes, struct drc_err *err)
{
    return drc_raster_png(a, svg, strlen(svg), scale, png, bytes, err);
}

/* Decodes a PNG to RGB; the caller frees. */
static unsigned char *decode(const unsigned char *png, size_t bytes, png_image *image)
{
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    assert_true(png_image_begin_read_from_memory(image, png, bytes) != 0);
    image->format = PNG_FORMAT_RGB;
    unsigned char *pixels = malloc(PNG_IMAGE_SIZE(*image));
    assert_true(png_image_finish_read(image, NULL, pixels, 0, NULL) != 0);
    return pixels;
}

static void test_pixels_are_right(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    const unsigned char *png;
    size_t bytes;
    png_image image;
    assert_int_equal(render(arena, small_svg, 2.0, &png, &bytes, &err), 0);
    unsigned char *p = decode(png, bytes, &image);
    assert_int_equal(image.width, 40);
    assert_int_equal(image.height, 20);
    assert_memory_equal(p, "\xff\x00\x00", 3);
    assert_memory_equal(p + 30 * 3, "\xff\xff\xff", 3); /* white page where nothing is drawn */
    free(p);
}

static int dark_pixels(const char *svg)
{
    struct drc_err err = DRC_ERR_INIT;
    const unsigned char *png;
    size_t bytes;
    png_image image;
    int n = 0;
    if (render(arena, svg, 2.0, &png, &bytes, &err) != 0)
        fail_msg("%s", err.msg);
    unsigned char *p = decode(png, bytes, &image);
    for (size_t i = 0; i < (size_t)image.width * image.height; i++)
        n += p[i * 3] < 128;
    free(p);
    return n;
}

/* A line in our own form is drawn with cached glyphs, any other text by librsvg: both must show the
 * same. */
static void test_both_ways_of_text_agree(void **state)
{
    (void)state;
    static const char head[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"40\" "
        "font-family=\"Inter, DejaVu Sans, sans-serif\">\n";
    static const char text[] =
        "x=\"280\" y=\"25\" font-size=\"13\" font-weight=\"600\" fill=\"#000000\" "
        "text-anchor=\"end\">R&amp;D &lt;nightly_orders_etl&gt; $4,174</text>\n</svg>\n";
    int ours = dark_pixels(drc_arena_printf(arena, "%s<text %s", head, text));
    int theirs = dark_pixels(drc_arena_printf(arena, "%s<text id=\"t\" %s", head, text));
    int nothing = dark_pixels(drc_arena_printf(arena, "%s</svg>\n", head));
    assert_int_equal(nothing, 0);
    assert_true(theirs > 500);
    assert_true(ours > theirs * 9 / 10 && ours < theirs * 11 / 10);
}

static void test_every_case_renders_and_repeats(void **state)
{
    (void)state;
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    for (size_t i = 0; i < CHART_CASES; i++) {
        struct drc_err err = DRC_ERR_INIT;
        const unsigned char *one;
        size_t n1 = 0;
        struct drc_arena *a = drc_arena_new();
        draw_case(look.theme, chart_cases[i].fill, &svg, &err);
        render(a, svg.data, 2.0, &one, &n1, &err);
#ifndef SANITIZED
        const unsigned char *two;
        size_t n2 = 0;
        render(a, svg.data, 2.0, &two, &n2, &err);
        assert_int_equal(n1, n2);
        assert_memory_equal(one, two, n1);
#endif
        must_not_fail(&err, chart_cases[i].name);
        drc_arena_free(a);
    }
    drc_buf_fini(&svg);
}

struct job {
    const unsigned char *want;
    size_t want_bytes;
    int bad;
};

static void *render_many(void *arg)
{
    struct job *job = arg;
    for (int i = 0; i < ROUNDS; i++) {
        struct drc_err err = DRC_ERR_INIT;
        struct drc_arena *a = drc_arena_new();
        const unsigned char *png;
        size_t bytes;
        if (drc_raster_png(a, chart.data, chart.len, 2.0, &png, &bytes, &err) != 0 ||
            bytes != job->want_bytes || memcmp(png, job->want, bytes) != 0)
            job->bad++;
        drc_arena_free(a);
    }
    return NULL;
}

static void test_threads_get_equal_bytes(void **state)
{
    (void)state;
    enum { THREADS = 6 };
    struct drc_err err = DRC_ERR_INIT;
    struct job jobs[THREADS];
    pthread_t threads[THREADS];
    const unsigned char *want;
    size_t bytes;
    assert_int_equal(drc_raster_png(arena, chart.data, chart.len, 2.0, &want, &bytes, &err), 0);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){want, bytes, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, render_many, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(jobs[i].bad, 0);
    }
}

static long resident_kb(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void render_times(int n)
{
    for (int i = 0; i < n; i++) {
        struct drc_err err = DRC_ERR_INIT;
        struct drc_arena *a = drc_arena_new();
        const unsigned char *png;
        size_t bytes;
        assert_int_equal(drc_raster_png(a, chart.data, chart.len, 2.0, &png, &bytes, &err), 0);
        drc_arena_free(a);
    }
}

static void test_memory_does_not_grow(void **state)
{
    (void)state;
#ifdef SANITIZED
    skip(); /* the sanitizer keeps freed memory on purpose; LeakSanitizer looks at the end */
#endif
    render_times(30);
    long before = resident_kb();
    render_times(200);
    assert_true(resident_kb() - before <= 1024);
}

static void expect(const char *svg, size_t bytes, double scale, enum drc_err_code code)
{
    struct drc_err err = DRC_ERR_INIT;
    const unsigned char *png;
    size_t n;
    assert_int_equal(drc_raster_png(arena, svg, bytes, scale, &png, &n, &err), -1);
    assert_int_equal(err.code, code);
    assert_true(err.msg[0] != '\0');
}

static void test_bad_input_is_refused(void **state)
{
    (void)state;
    static const char big[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"3000\" height=\"10\"></svg>";
    static const char none[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"10\"></svg>";
    static const char huge[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1e300\" height=\"1e300\"></svg>";
    static const char entity[] =
        "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">&x;</svg>";
    expect("", 0, 2, DRC_ERR_PARSE);
    expect("not svg", 7, 2, DRC_ERR_PARSE);
    expect("<svg", 4, 2, DRC_ERR_PARSE);
    expect("<html/>", 7, 2, DRC_ERR_PARSE);
    expect(entity, strlen(entity), 2, DRC_ERR_PARSE);
    expect(none, strlen(none), 2, DRC_ERR_PARSE);
    expect(big, strlen(big), 2, DRC_ERR_LIMIT);
    expect(huge, strlen(huge), 2, DRC_ERR_PARSE); /* not a CSS length for librsvg */
    expect(small_svg, strlen(small_svg), 0, DRC_ERR_LIMIT);
    char *much = calloc(1, DRC_SVG_MAX_BYTES + 1);
    memset(much, ' ', DRC_SVG_MAX_BYTES + 1);
    expect(much, DRC_SVG_MAX_BYTES + 1, 2, DRC_ERR_LIMIT);
    free(much);
    for (size_t n = 1; n < chart.len; n += 1 + chart.len / 40) /* cut anywhere */
        expect(chart.data, n, 1, DRC_ERR_PARSE);
    assert_true(dark_pixels(small_svg) == 0); /* still alive (red is not dark) */
}

static void test_fonts(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT, missing = DRC_ERR_INIT;
    assert_int_equal(drc_raster_check_fonts("Inter, DejaVu Sans, sans-serif", &err), 0);
    const char *regular = drc_raster_font_file(arena, "Inter", 400, &err);
    const char *semibold = drc_raster_font_file(arena, "Inter", 600, &err);
    assert_int_equal(err.code, DRC_OK);
    assert_string_not_equal(regular, semibold);
    assert_null(drc_raster_font_file(arena, "No Such Family", 400, &missing));
    assert_int_equal(missing.code, DRC_ERR_CONFIG);
    assert_non_null(strstr(missing.msg, "apt-get install"));
}

static void test_fault_fails_once(void **state)
{
    (void)state;
    setenv("DRC_FAULT", "raster:2", 1);
    drc_fault_init();
    struct drc_err err = DRC_ERR_INIT, injected = DRC_ERR_INIT;
    const unsigned char *png;
    size_t bytes;
    assert_int_equal(render(arena, small_svg, 2, &png, &bytes, &err), 0);
    assert_int_equal(render(arena, small_svg, 2, &png, &bytes, &injected), -1);
    assert_int_equal(injected.code, DRC_ERR_LIMIT);
    assert_int_equal(render(arena, small_svg, 2, &png, &bytes, &err), 0);
    unsetenv("DRC_FAULT");
    drc_fault_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fonts),
        cmocka_unit_test(test_pixels_are_right),
        cmocka_unit_test(test_both_ways_of_text_agree),
        cmocka_unit_test(test_every_case_renders_and_repeats),
        cmocka_unit_test(test_threads_get_equal_bytes),
        cmocka_unit_test(test_memory_does_not_grow),
        cmocka_unit_test(test_bad_input_is_refused),
        cmocka_unit_test(test_fault_fails_once),
    };
    struct drc_err err = DRC_ERR_INIT;
    arena = drc_arena_new();
    look = load_look(arena);
    drc_buf_init(&chart, DRC_SVG_MAX_BYTES);
    draw_case(look.theme, case_job_cost, &chart, &err);
    must_not_fail(&err, "job-cost");
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    drc_buf_fini(&chart);
    drc_arena_free(arena);
    return rc;
}
