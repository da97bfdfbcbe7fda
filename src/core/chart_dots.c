#include "core/chart_parts.h"

#include <math.h>
#include <stdio.h>

#include "drc/fmt.h"

#define ROW_HEIGHT 42.0 /* the name above its dot: a whole name needs the width of the axis */
#define NAME_MIDDLE 12.0
#define DOT_MIDDLE 30.0
#define DOT_RADIUS 5.0
#define VALUE_GAP 9.0
#define AXIS_INDENT 9.0 /* half of "$0" */
#define PLOT_MIN 150.0  /* below this a right-hand column is dropped */
#define STRIP_WIDTH DRC_CHART_STRIP_PX
#define STRIP_HEIGHT 26.0
#define STRIP_GAP 16.0
#define CELLS_MAX 42 /* more days are counted together */
#define CELL_MIN 5.0 /* px high: one is never nothing */
#define HEADS_HEIGHT 22.0
#define OTHER_GAP 9.0
#define AXIS_HEIGHT 24.0
#define EMPTY_HEIGHT 110.0

struct plot {
    struct frame f;
    const struct drc_chart_dots *spec;
    struct columns notes;
    char *labels[DRC_CHART_ROWS_MAX], *head;
    char values[DRC_CHART_ROWS_MAX][DRC_FMT_BYTES];
    int64_t cells[DRC_CHART_ROWS_MAX][CELLS_MAX], most;
    size_t bin, cell_count;
    double left, right, zero, scale; /* of the dots */
    double tops[DRC_CHART_ROWS_MAX], top, bottom;
    struct ticks ticks;
    struct day_axis axis; /* of the strip */
};

static void count_cells(struct plot *p)
{
    const struct drc_chart_dots *spec = p->spec;
    if (spec->day_count == 0)
        return;
    p->bin = (spec->day_count + CELLS_MAX - 1) / CELLS_MAX;
    p->cell_count = (spec->day_count + p->bin - 1) / p->bin;
    for (size_t i = 0; i < spec->row_count; i++) {
        const struct drc_chart_row *in = &spec->rows[i];
        size_t n = in->spark == NULL                   ? 0
                   : in->spark_count < spec->day_count ? in->spark_count
                                                       : spec->day_count;
        for (size_t d = 0; d < n; d++) {
            int64_t *cell = &p->cells[i][d / p->bin];
            *cell = drc_chart_add(*cell, in->spark[d] > 0 ? in->spark[d] : 0);
            p->most = *cell > p->most ? *cell : p->most;
        }
    }
}

/* "By day, most 7": the figure that the darkest cell stands for. */
static void make_head(struct plot *p)
{
    char most[DRC_FMT_BYTES];
    const struct drc_theme *t = p->f.t;
    const char *by = p->bin > 1 ? drc_arena_printf(p->f.a, "By %zu days", p->bin) : "By day";
    drc_fmt_count(p->most, most);
    p->head = p->cell_count == 0 ? drc_arena_strdup(p->f.a, "")
                                 : drc_arena_printf(p->f.a, "%s, most %s", by, most);
    p->head = drc_chart_cut_end(p->f.a, t->regular, p->head, t->small_px, STRIP_WIDTH);
}

/* The largest scale at which every value label ends within the axis. */
static void measure_scale(struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    double low = 0, high = 0, room = p->right - p->left, scale = INFINITY;
    for (size_t i = 0; i < p->spec->row_count; i++) {
        low = fmin(low, (double)p->spec->rows[i].values[0]);
        high = fmax(high, (double)p->spec->rows[i].values[0]);
    }
    for (size_t i = 0; i < p->spec->row_count; i++) {
        double span = (double)p->spec->rows[i].values[0] - low;
        double w = drc_font_width(t->semibold, p->values[i], t->text_px) + VALUE_GAP + DOT_RADIUS;
        if (span > 0)
            scale = fmin(scale, fmax(room - w, 1) / span);
    }
    p->scale = isfinite(scale) ? scale : 0;
    p->zero = drc_svg_snap(p->left - low * p->scale);
    drc_chart_ticks(t, low, high, p->scale, 12, &p->ticks);
}

static void measure(struct plot *p)
{
    const struct drc_chart_dots *spec = p->spec;
    double strip = p->cell_count > 0 ? STRIP_WIDTH : 0, right = p->f.right;
    p->axis = (struct day_axis){drc_svg_snap(right - STRIP_WIDTH), right, spec->first_day,
                                spec->day_count};
    right -= strip > 0 ? strip + STRIP_GAP : 0;
    drc_columns_measure(&p->f, &p->notes, spec->rows, spec->row_count, spec->note_titles);
    p->left = p->f.left + AXIS_INDENT;
    p->right = drc_svg_snap(drc_columns_place(&p->notes, right, right - p->left - PLOT_MIN));
    drc_columns_labels(&p->f, spec->rows, spec->row_count, p->f.t->text_px, p->right - p->f.left,
                       p->labels);
    char value[DRC_FMT_BYTES];
    for (size_t i = 0; i < spec->row_count; i++)
        snprintf(p->values[i], sizeof p->values[i], "%s",
                 spec->rows[i].unknown ? "n/a" : drc_fmt_usd(spec->rows[i].values[0], value));
    measure_scale(p);
    p->top = p->bottom = p->f.top + HEADS_HEIGHT;
    for (size_t i = 0; i < spec->row_count; i++, p->bottom += ROW_HEIGHT) {
        if (spec->rows[i].is_other && i > 0)
            p->bottom += OTHER_GAP;
        p->tops[i] = p->bottom;
    }
}

static void draw_grid(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_MIDDLE};
    for (size_t i = 0; i < p->ticks.count; i++) {
        double x = drc_svg_snap(p->zero + p->ticks.values[i] * p->scale);
        double half = drc_font_width(t->regular, p->ticks.text[i], t->small_px) / 2;
        for (size_t k = 0; k < p->spec->row_count; k++) /* not through the names */
            drc_svg_line(p->f.svg, x, p->tops[k] + NAME_MIDDLE + 9, x, p->tops[k] + ROW_HEIGHT, 1,
                         p->ticks.values[i] == 0 ? t->zero_line : t->grid, NULL);
        drc_svg_text(p->f.svg, pen, fmax(x, p->f.left + half),
                     drc_svg_baseline(p->bottom + AXIS_HEIGHT / 2 + 1, t->small_px),
                     p->ticks.text[i]);
    }
}

static void draw_heads(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    double middle = p->f.top + HEADS_HEIGHT / 2 - 2;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_START};
    const char *title = drc_chart_clean(p->f.a, t->regular, p->spec->value_title);
    title = drc_chart_cut_end(p->f.a, t->regular, title, t->small_px, p->right - p->f.left);
    drc_svg_text(p->f.svg, pen, p->f.left, drc_svg_baseline(middle, t->small_px), title);
    drc_columns_heads(&p->f, &p->notes, middle);
    if (p->cell_count > 0)
        drc_svg_text(p->f.svg, pen, p->axis.left, drc_svg_baseline(middle, t->small_px), p->head);
}

/* Darker and taller is more; none is only ground. */
static void draw_strip(const struct plot *p, size_t row, double middle)
{
    const struct drc_theme *t = p->f.t;
    double bottom = drc_svg_snap(middle + STRIP_HEIGHT / 2);
    char colour[COLOUR_BYTES];
    drc_svg_rect(p->f.svg,
                 (struct box){p->axis.left, bottom - STRIP_HEIGHT, p->axis.right - p->axis.left,
                              STRIP_HEIGHT},
                 t->panel);
    for (size_t c = 0; c < p->cell_count; c++) {
        double level = p->most > 0 ? (double)p->cells[row][c] / (double)p->most : 0;
        size_t end = (c + 1) * p->bin;
        double x1 = drc_svg_snap(drc_axis_x(&p->axis, (double)(c * p->bin)));
        double x2 = drc_svg_snap(
            drc_axis_x(&p->axis, (double)(end < p->spec->day_count ? end : p->spec->day_count)));
        double h = drc_svg_snap(CELL_MIN + level * (STRIP_HEIGHT - CELL_MIN));
        if (level > 0)
            drc_svg_rect(p->f.svg, (struct box){x1, bottom - h, fmax(x2 - x1 - 0.5, 1), h},
                         drc_svg_blend(t->wasted, 0.4 + 0.6 * level, colour));
    }
}

static void draw_row(const struct plot *p, size_t i)
{
    const struct drc_theme *t = p->f.t;
    const struct drc_chart_row *in = &p->spec->rows[i];
    const char *ink = in->is_other ? t->muted : t->ink, *dot = in->is_other ? t->other : t->dbu;
    double top = p->tops[i], y = top + DOT_MIDDLE, v = (double)in->values[0];
    double x = drc_svg_snap(p->zero + v * p->scale);
    struct pen label = {t->text_px, false, ink, ANCHOR_START};
    struct pen value = {t->text_px, true, ink, ANCHOR_START};
    drc_svg_line(p->f.svg, p->f.left, drc_svg_snap(top - (in->is_other ? OTHER_GAP / 2 : 0)),
                 p->f.right, drc_svg_snap(top - (in->is_other ? OTHER_GAP / 2 : 0)), 1, t->grid,
                 NULL);
    drc_svg_text(p->f.svg, label, p->f.left, drc_svg_baseline(top + NAME_MIDDLE, t->text_px),
                 p->labels[i]);
    if (!in->unknown) {
        drc_svg_line(p->f.svg, p->zero, y, x, y, 2, dot, NULL);
        drc_svg_dot(p->f.svg, x, y, v == 0 ? DOT_RADIUS - 1 : DOT_RADIUS,
                    v == 0 ? t->background : dot, dot); /* hollow: nothing was lost */
    }
    drc_svg_text(p->f.svg, value, fmax(x, p->zero) + VALUE_GAP, drc_svg_baseline(y, t->text_px),
                 p->values[i]);
    drc_columns_row(&p->f, &p->notes, i, top + ROW_HEIGHT / 2);
    if (p->cell_count > 0)
        draw_strip(p, i, top + ROW_HEIGHT / 2);
}

static void draw_plot(const struct plot *p)
{
    draw_grid(p);
    draw_heads(p);
    for (size_t i = 0; i < p->spec->row_count; i++)
        draw_row(p, i);
    if (p->cell_count > 0)
        drc_axis_draw(&p->f, &p->axis, p->bottom);
}

static int draw_chart(struct plot *p, struct drc_err *err)
{
    const struct drc_chart_dots *spec = p->spec;
    bool empty = spec->row_count == 0;
    if (spec->row_count > DRC_CHART_ROWS_MAX || spec->day_count > DRC_CHART_DAYS_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "a dot plot has at most %d rows and %d days",
                           DRC_CHART_ROWS_MAX, DRC_CHART_DAYS_MAX);
    if (drc_frame_init(&p->f, spec->title, spec->subtitle, spec->footer, NULL, 0, empty, err) != 0)
        return -1;
    double bottom = p->f.top + EMPTY_HEIGHT;
    if (!empty) {
        count_cells(p);
        make_head(p);
        measure(p);
        bottom = p->bottom + AXIS_HEIGHT;
    }
    drc_frame_draw(&p->f, bottom + drc_frame_footer_height(&p->f), NULL, 0);
    if (empty)
        drc_frame_empty(&p->f, p->f.top, EMPTY_HEIGHT,
                        "Nothing to show: no rows in this window and scope.");
    else
        draw_plot(p);
    return drc_svg_close(p->f.svg, err);
}

int drc_chart_dots(const struct drc_theme *t, const struct drc_chart_dots *spec,
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
