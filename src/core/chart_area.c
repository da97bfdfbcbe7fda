#include "core/chart_parts.h"

#include <math.h>

#define HEAD_HEIGHT 40.0
#define PLOT_HEIGHT 128.0
#define NAME_MAX 150.0
#define TICK_GAP 8.0
#define POINTS_MAX 120

struct plot {
    const struct frame *f;
    const struct drc_chart_area *spec;
    size_t bin, bins;                                 /* days of a point; points */
    double sum[DRC_CHART_LAYERS_MAX + 1][POINTS_MAX]; /* below the nth layer, mean of a day */
    double top, bottom, high;
    struct day_axis axis;
    struct ticks ticks;
    char *names[DRC_CHART_LAYERS_MAX];
};

double drc_area_height(const struct drc_chart_area *area)
{
    return area->day_count == 0 ? 0 : HEAD_HEIGHT + PLOT_HEIGHT + DAY_AXIS_HEIGHT;
}

static double y_of(const struct plot *p, double uusd)
{
    return p->high > 0 ? p->bottom - uusd / p->high * PLOT_HEIGHT : p->bottom;
}

/* Many days are drawn as means of a few each: peaks of a pixel would only be noise. */
static void measure_points(struct plot *p)
{
    size_t n = p->spec->layer_count, days = p->spec->day_count;
    p->bin = (days + POINTS_MAX - 1) / POINTS_MAX;
    p->bins = (days + p->bin - 1) / p->bin;
    for (size_t k = 0; k < p->bins; k++) {
        size_t from = k * p->bin, to = from + p->bin < days ? from + p->bin : days;
        for (size_t i = 0; i < n; i++) {
            double sum = 0;
            for (size_t d = from; d < to; d++)
                sum += fmax((double)p->spec->layers[i].values[d], 0);
            p->sum[i + 1][k] = p->sum[i][k] + sum / (double)(to - from);
        }
        p->high = fmax(p->high, p->sum[n][k]);
    }
}

static void measure(struct plot *p)
{
    const struct drc_theme *t = p->f->t;
    const char *names[DRC_CHART_LAYERS_MAX];
    double ticks = 0, side = 0;
    size_t n = p->spec->layer_count;
    measure_points(p);
    drc_chart_ticks(t, 0, p->high, p->high > 0 ? PLOT_HEIGHT / p->high : 0, -1, &p->ticks);
    for (size_t i = 0; i < p->ticks.count; i++)
        ticks = fmax(ticks, drc_font_width(t->regular, p->ticks.text[i], t->small_px));
    for (size_t i = 0; i < n; i++)
        names[i] = p->spec->layers[i].name;
    drc_chart_cut_names(p->f->a, t->regular, names, n, t->small_px, NAME_MAX, p->names);
    for (size_t i = 0; i < n; i++)
        side = fmax(side, drc_font_width(t->regular, p->names[i], t->small_px));
    p->axis = (struct day_axis){drc_svg_snap(p->f->left + ticks + TICK_GAP),
                                drc_svg_snap(p->f->right - side - SIDE_LABEL_GAP),
                                p->spec->first_day, p->spec->day_count};
}

/* Middle of the days of a point. */
static double point_x(const struct plot *p, size_t k)
{
    double from = (double)(k * p->bin),
           to = fmin(from + (double)p->bin, (double)p->spec->day_count);
    return drc_axis_x(&p->axis, (from + to) / 2);
}

/* One edge of a layer, from the left to the right or back; flat at both ends, so that one day is an
 * area too. */
static void edge(const struct plot *p, struct drc_buf *path, const double *sums, bool back)
{
    size_t n = p->bins;
    char x[24], y[24];
    for (size_t k = 0; k < n + 2; k++) {
        size_t i = back ? n + 1 - k : k, point = i == 0 ? 0 : i > n ? n - 1 : i - 1;
        double at = i == 0 ? p->axis.left : i > n ? p->axis.right : point_x(p, point);
        drc_buf_printf(path, "%s%s %s", k == 0 && !back ? "M" : "L", drc_svg_num(at, x),
                       drc_svg_num(y_of(p, sums[point]), y));
    }
}

static void draw_layers(const struct plot *p)
{
    struct drc_buf *svg = p->f->svg;
    for (size_t i = 0; i < p->spec->layer_count; i++) {
        drc_buf_addstr(svg, "<path d=\"");
        edge(p, svg, p->sum[i + 1], false);
        edge(p, svg, p->sum[i], true);
        drc_buf_printf(svg, "z\" fill=\"%s\" stroke=\"%s\" stroke-width=\"0.4\"/>\n",
                       drc_svg_layer(p->f->t, i), p->f->t->background);
    }
}

static void draw_names(const struct plot *p)
{
    struct side_label labels[DRC_CHART_LAYERS_MAX];
    size_t last = p->bins - 1;
    for (size_t i = 0; i < p->spec->layer_count; i++)
        labels[i] =
            (struct side_label){p->names[i], y_of(p, (p->sum[i][last] + p->sum[i + 1][last]) / 2),
                                drc_svg_layer(p->f->t, i)};
    drc_side_labels(p->f, labels, p->spec->layer_count, p->axis.right, p->top, p->bottom);
}

static void draw_grid(const struct plot *p)
{
    const struct drc_theme *t = p->f->t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_END};
    for (size_t i = 0; i < p->ticks.count; i++) {
        double y = drc_svg_snap(y_of(p, p->ticks.values[i]));
        drc_svg_line(p->f->svg, p->axis.left, y, p->axis.right, y, 1, t->grid, NULL);
        drc_svg_text(p->f->svg, pen, p->axis.left - TICK_GAP, drc_svg_baseline(y, t->small_px),
                     p->ticks.text[i]);
    }
}

static void draw_head(const struct plot *p, double top)
{
    const struct frame *f = p->f;
    const struct drc_theme *t = f->t;
    struct pen head = {t->text_px, true, t->ink, ANCHOR_START};
    struct pen aside = {t->small_px, false, t->muted, ANCHOR_END};
    const char *note = p->bin > 1 ? drc_arena_printf(f->a, "means of %zu days", p->bin)
                       : drc_axis_has_weekends(&p->axis) ? "grey marks: weekends"
                                                         : "";
    const char *title = drc_chart_clean(f->a, t->semibold, p->spec->title);
    double room = f->right - f->left - drc_font_width(t->regular, note, t->small_px) - 16;
    title = drc_chart_cut_end(f->a, t->semibold, title, t->text_px, room);
    drc_svg_text(f->svg, head, f->left, drc_svg_baseline(top + 18, t->text_px), title);
    drc_svg_text(f->svg, aside, f->right, drc_svg_baseline(top + 18, t->text_px), note);
}

void drc_area_draw(const struct frame *f, const struct drc_chart_area *area, double top)
{
    if (area->day_count == 0)
        return;
    struct plot *p = drc_arena_alloc(f->a, sizeof *p);
    p->f = f;
    p->spec = area;
    p->top = drc_svg_snap(top + HEAD_HEIGHT);
    p->bottom = p->top + PLOT_HEIGHT;
    measure(p);
    draw_head(p, top);
    draw_grid(p);
    draw_layers(p);
    drc_svg_line(f->svg, p->axis.left, p->bottom, p->axis.right, p->bottom, 1, f->t->zero_line,
                 NULL);
    draw_names(p);
    drc_axis_draw(f, &p->axis, p->bottom);
}
