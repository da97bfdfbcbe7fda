/* Time and memory of one chart, data to PNG: 20 bars, 600 CSS px at 2x, with its limit. Beside the
 * time of the clock stands the processor's, which other work on the machine does not lengthen. Run
 * from the root of the source. */
#include "../unit/chart_cases.h"

#include <sys/resource.h>
#include <time.h>

#define RUNS 40
#define LIMIT_MS 30.0

static int64_t cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static long resident_kb(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return pages * 4;
}

static int64_t draw(const struct drc_theme *t, void (*fill)(struct case_data *),
                    struct drc_buf *svg, size_t *png_bytes, int64_t *svg_us)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    const unsigned char *png;
    int64_t start = drc_clock_mono_us();
    draw_case(t, fill, svg, &err);
    *svg_us = drc_clock_mono_us() - start;
    drc_raster_png(a, svg->data, svg->len, 2.0, &png, png_bytes, &err);
    must_not_fail(&err, "chart");
    int64_t took = drc_clock_mono_us() - start;
    drc_arena_free(a);
    return took;
}

/* The charts of the other reports, as the gallery has them. */
static void other_kinds(const struct drc_theme *t, struct drc_buf *svg)
{
    static const struct {
        const char *name;
        void (*fill)(struct case_data *);
    } kinds[] = {{"bars with daily area", case_area},
                 {"pareto", case_pareto},
                 {"dots with day strip", case_dots},
                 {"band with list and waterfall", case_band}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        int64_t times[RUNS], cpus[RUNS], svg_us;
        size_t bytes;
        draw(t, kinds[k].fill, svg, &bytes, &svg_us);
        for (int i = 0; i < RUNS; i++) {
            int64_t before = cpu_us();
            times[i] = draw(t, kinds[k].fill, svg, &bytes, &svg_us);
            cpus[i] = cpu_us() - before;
        }
        qsort(times, RUNS, sizeof *times, compare);
        qsort(cpus, RUNS, sizeof *cpus, compare);
        double ms = (double)times[RUNS / 2] / 1000;
        printf("%-58s %8.1f ms  %.1f..%.1f      n=%-3d <= %.0f ms        %s\n", kinds[k].name, ms,
               (double)times[0] / 1000, (double)times[RUNS - 1] / 1000, RUNS, LIMIT_MS,
               ms <= LIMIT_MS ? "ok" : "OVER");
        printf("  processor time of it %.1f ms; PNG %zu bytes\n", (double)cpus[RUNS / 2] / 1000,
               bytes);
    }
}

int main(void)
{
    struct drc_arena *a = drc_arena_new();
    struct look look = load_look(a);
    struct drc_buf svg;
    size_t png_bytes = 0;
    int64_t times[RUNS], texts[RUNS], cpus[RUNS], cold_svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    int64_t cold = draw(look.theme, case_bench, &svg, &png_bytes, &cold_svg);
    for (int i = 0; i < RUNS; i++) {
        int64_t before = cpu_us();
        times[i] = draw(look.theme, case_bench, &svg, &png_bytes, &texts[i]);
        cpus[i] = cpu_us() - before;
    }
    long warm_kb = resident_kb();
    for (int i = 0; i < 200; i++)
        draw(look.theme, case_bench, &svg, &png_bytes, &cold_svg);
    qsort(times, RUNS, sizeof *times, compare);
    qsort(texts, RUNS, sizeof *texts, compare);
    qsort(cpus, RUNS, sizeof *cpus, compare);
    double ms = (double)times[RUNS / 2] / 1000;
    printf("%-58s %8.1f ms  %.1f..%.1f      n=%-3d <= %.0f ms        %s\n",
           "chart of 20 bars, data to PNG, 600 px at 2x", ms, (double)times[0] / 1000,
           (double)times[RUNS - 1] / 1000, RUNS, LIMIT_MS, ms <= LIMIT_MS ? "ok" : "OVER");
    printf("  processor time of it %.1f ms; SVG alone %.2f ms; first chart of a process %.1f ms\n"
           "  SVG %zu bytes, PNG %zu bytes; resident %ld kB, after 200 more %ld kB\n",
           (double)cpus[RUNS / 2] / 1000, (double)texts[RUNS / 2] / 1000, (double)cold / 1000,
           svg.len, png_bytes, warm_kb, resident_kb());
    other_kinds(look.theme, &svg);
    drc_buf_fini(&svg);
    drc_arena_free(a);
    return 0;
}
