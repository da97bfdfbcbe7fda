#include "core/chart_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"

#define PLOT_HEIGHT 112.0
#define LANE_HEIGHT 18.0
#define LANES 2
#define MARKS_MAX 64
#define MARK_GAP 8.0 /* px between two texts of a lane */
#define MARK_TEXT_MAX 150.0
#define REFERENCE_MAX 110.0
#define TICK_GAP 8.0
#define COLUMN_MAX 48.0
#define SIDE_GAP 8.0

struct mark {
    int64_t day;
    const char *label;
    double x, text_x; /* text starts at text_x; lane < 0: only the tick is drawn */
    int lane;
};

struct plot {
    struct frame f;
    const struct drc_chart_days *spec;
    struct mark marks[MARKS_MAX];
    size_t mark_count;
    int lanes; /* in use */
    char *reference[2];
    size_t reference_lines;
    double low, high;                /* micro-dollars, low <= 0 <= high */
    double left, right, top, bottom; /* of the columns */
    struct day_axis axis;
    struct ticks ticks;
};

static int64_t value(const struct plot *p, size_t day, size_t series)
{
    return p->spec->values[day * p->spec->series_count + series];
}

static double y_of(const struct plot *p, double uusd)
{
    double span = p->high - p->low;
    return span > 0 ? p->bottom - (uusd - p->low) / span * (p->bottom - p->top) : p->bottom;
}

static bool has_reference(const struct plot *p)
{
    return p->spec->reference_uusd != INT64_MIN;
}

static void measure_range(struct plot *p)
{
    for (size_t d = 0; d < p->spec->day_count; d++) {
        double pos = 0, neg = 0;
        for (size_t s = 0; s < p->spec->series_count; s++) {
            pos += fmax((double)value(p, d, s), 0);
            neg += fmin((double)value(p, d, s), 0);
        }
        p->high = fmax(p->high, pos);
        p->low = fmin(p->low, neg);
    }
    if (has_reference(p)) {
        p->high = fmax(p->high, (double)p->spec->reference_uusd);
        p->low = fmin(p->low, (double)p->spec->reference_uusd);
    }
}

/* Left: tick labels. Right: the label of the reference line, beside the columns so that it never
 * covers one. */
static void measure_sides(struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    double ticks = 0, reference = 0;
    double span = p->high - p->low;
    drc_chart_ticks(t, p->low, p->high, span > 0 ? PLOT_HEIGHT / span : 0, -1, &p->ticks);
    for (size_t i = 0; i < p->ticks.count; i++)
        ticks = fmax(ticks, drc_font_width(t->regular, p->ticks.text[i], t->small_px));
    if (has_reference(p) && p->spec->reference_label != NULL) {
        const char *s = drc_chart_clean(p->f.a, t->regular, p->spec->reference_label);
        p->reference_lines =
            drc_chart_wrap(p->f.a, t->regular, s, t->small_px, REFERENCE_MAX, 2, p->reference);
        for (size_t i = 0; i < p->reference_lines; i++)
            reference = fmax(reference,
                             drc_font_width(t->regular, p->reference[i], t->small_px) + SIDE_GAP);
    }
    p->left = drc_svg_snap(p->f.left + ticks + TICK_GAP);
    p->right = drc_svg_snap(p->f.right - reference);
    p->axis = (struct day_axis){p->left, p->right, p->spec->first_day, p->spec->day_count};
}

static int by_day_then_label(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return strcmp(x->label, y->label);
}

/* Marks within the window, sorted; the same word twice on a day is one mark. */
static void take_marks(struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    for (size_t i = 0; i < p->spec->mark_count && p->mark_count < MARKS_MAX; i++) {
        int64_t day = p->spec->marks[i];
        if (day < p->spec->first_day || day - p->spec->first_day >= (int64_t)p->spec->day_count)
            continue;
        const char *label = p->spec->mark_labels == NULL ? "" : p->spec->mark_labels[i];
        label = drc_chart_cut_end(p->f.a, t->regular, drc_chart_clean(p->f.a, t->regular, label),
                                  t->small_px, MARK_TEXT_MAX);
        p->marks[p->mark_count++] = (struct mark){.day = day, .label = label};
    }
    qsort(p->marks, p->mark_count, sizeof *p->marks, by_day_then_label);
    size_t kept = 0;
    for (size_t i = 0; i < p->mark_count; i++)
        if (kept == 0 || by_day_then_label(&p->marks[kept - 1], &p->marks[i]) != 0)
            p->marks[kept++] = p->marks[i];
    p->mark_count = kept;
}

/* Each label takes the first lane with room; without room only its tick is drawn. */
static void place_marks(struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    double ends[LANES];
    for (int i = 0; i < LANES; i++)
        ends[i] = p->f.left - MARK_GAP;
    for (size_t i = 0; i < p->mark_count; i++) {
        struct mark *m = &p->marks[i];
        double w = drc_font_width(t->regular, m->label, t->small_px);
        m->x = drc_svg_snap(drc_axis_x(&p->axis, (double)(m->day - p->spec->first_day) + 0.5));
        m->text_x = fmax(fmin(m->x - w / 2, p->f.right - w), p->f.left);
        m->lane = -1;
        for (int lane = 0; lane < LANES && m->lane < 0 && w > 0; lane++)
            if (m->text_x >= ends[lane] + MARK_GAP)
                m->lane = lane;
        if (m->lane >= 0)
            ends[m->lane] = m->text_x + w;
        if (m->lane >= p->lanes)
            p->lanes = m->lane + 1;
    }
}

static void draw_grid(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_END};
    for (size_t i = 0; i < p->ticks.count; i++) {
        double y = drc_svg_snap(y_of(p, p->ticks.values[i]));
        drc_svg_line(p->f.svg, p->left, y, p->right, y, 1,
                     p->ticks.values[i] == 0 ? t->zero_line : t->grid, NULL);
        drc_svg_text(p->f.svg, pen, p->left - TICK_GAP, drc_svg_baseline(y, t->small_px),
                     p->ticks.text[i]);
    }
}

/* sign +1: positive values upwards from zero; -1: negative ones downwards. */
static void draw_stack(const struct plot *p, size_t day, double sign)
{
    const struct drc_theme *t = p->f.t;
    double pitch = (p->right - p->left) / (double)p->spec->day_count;
    double gap = pitch >= 12 ? 3 : pitch >= 5 ? 1.5 : 0;
    double middle = drc_axis_x(&p->axis, (double)day + 0.5),
           half = fmin(pitch - gap, COLUMN_MAX) / 2;
    double x1 = middle - half, x2 = middle + half;
    double sum = 0, end = drc_svg_snap(y_of(p, 0));
    if (gap > 0) {
        x1 = drc_svg_snap(x1);
        x2 = drc_svg_snap(x2);
    }
    for (size_t s = 0; s < p->spec->series_count; s++) {
        sum += fmax((double)value(p, day, s) * sign, 0);
        double next = drc_svg_snap(y_of(p, sign * sum)), h = fabs(next - end),
               split = h > 3 && pitch >= 5 ? 0.5 : 0;
        if (h < 0.5)
            continue;
        struct box r = {x1, fmin(next, end) + (sign < 0 ? split : 0), x2 - x1, h - split};
        drc_svg_role(p->f.svg, t, p->spec->series[s].role, r, 1);
        end = next;
    }
}

static void draw_reference(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->ink, ANCHOR_START};
    double y = drc_svg_snap(y_of(p, (double)p->spec->reference_uusd)), line = t->small_px * 1.3;
    drc_svg_line(p->f.svg, p->left, y, p->right, y, 3, t->background, NULL);
    drc_svg_line(p->f.svg, p->left, y, p->right, y, 1.2, t->ink, "5 3");
    double middle = y - line * (double)(p->reference_lines - 1) / 2;
    middle = fmin(fmax(middle, p->top + line / 2 - 4),
                  p->bottom - line * ((double)p->reference_lines - 0.5) + 4);
    for (size_t i = 0; i < p->reference_lines; i++, middle += line)
        drc_svg_text(p->f.svg, pen, p->right + SIDE_GAP, drc_svg_baseline(middle, t->small_px),
                     p->reference[i]);
}

/* Lines first, under the columns: a dotted line over a stack reads as a value. */
static void draw_mark_lines(const struct plot *p)
{
    for (size_t i = 0; i < p->mark_count; i++)
        if (p->marks[i].lane >= 0)
            drc_svg_line(p->f.svg, p->marks[i].x, p->top, p->marks[i].x, p->bottom, 1,
                         p->f.t->muted, "1 2");
}

static void draw_marks(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->ink, ANCHOR_START};
    for (size_t i = 0; i < p->mark_count; i++) {
        const struct mark *m = &p->marks[i];
        char x[24], y[24];
        drc_buf_printf(p->f.svg, "<path d=\"M%s %sl-4 -7h8z\" fill=\"%s\"/>\n",
                       drc_svg_num(m->x, x), drc_svg_num(p->top - 1, y), t->ink);
        if (m->lane < 0)
            continue;
        double middle = p->top - 10 - LANE_HEIGHT * (m->lane + 0.5);
        drc_svg_text(p->f.svg, pen, m->text_x, drc_svg_baseline(middle, t->small_px), m->label);
    }
}

static void draw_plot(const struct plot *p)
{
    draw_grid(p);
    draw_mark_lines(p);
    for (size_t d = 0; d < p->spec->day_count; d++) {
        draw_stack(p, d, 1);
        draw_stack(p, d, -1);
    }
    double zero = drc_svg_snap(y_of(p, 0));
    drc_svg_line(p->f.svg, p->left, zero, p->right, zero, 1, p->f.t->zero_line, NULL);
    if (has_reference(p))
        draw_reference(p);
    draw_marks(p);
    drc_axis_draw(&p->f, &p->axis, p->bottom);
}

/* NULL if there is something to draw. */
static const char *emptiness(struct plot *p)
{
    if (p->spec->day_count == 0 || p->spec->series_count == 0)
        return "Nothing to show: no day in this window.";
    measure_range(p);
    return p->high > p->low ? NULL : "Nothing was billed in this window.";
}

static int draw_chart(struct plot *p, struct drc_err *err)
{
    const struct drc_chart_days *spec = p->spec;
    if (spec->day_count > DRC_CHART_DAYS_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "a chart has at most %d days", DRC_CHART_DAYS_MAX);
    const char *empty = emptiness(p);
    if (drc_frame_init(&p->f, spec->title, spec->subtitle, spec->footer, spec->series,
                       spec->series_count, empty != NULL, err) != 0)
        return -1;
    p->top = p->f.top;
    if (empty == NULL) {
        measure_sides(p);
        take_marks(p);
        place_marks(p);
        p->top = drc_svg_snap(p->f.top + (p->mark_count > 0 ? 10 + LANE_HEIGHT * p->lanes : 2));
    }
    p->bottom = p->top + PLOT_HEIGHT;
    double end = p->bottom + (empty != NULL ? 0 : DAY_AXIS_HEIGHT);
    double path = spec->path == NULL ? 0 : drc_path_height(spec->path);
    drc_frame_draw(&p->f, end + path + drc_frame_footer_height(&p->f), spec->series,
                   spec->series_count);
    if (path > 0)
        drc_path_draw(&p->f, spec->path, end);
    if (empty != NULL)
        drc_frame_empty(&p->f, p->top, PLOT_HEIGHT, empty);
    else
        draw_plot(p);
    return drc_svg_close(p->f.svg, err);
}

int drc_chart_days(const struct drc_theme *t, const struct drc_chart_days *spec,
                   struct drc_buf *svg, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct plot *p = drc_arena_alloc(a, sizeof *p);
    p->f = (struct frame){.a = a, .t = t, .svg = svg};
    p->spec = spec;
    int rc = draw_chart(p, err);
    drc_arena_free(a);
    return rc;
}
