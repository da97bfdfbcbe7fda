#include "core/chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drc/fmt.h"

#define SPARK_WIDTH 54.0
#define LABEL_GAP 12.0
#define LABEL_MIN 96.0
#define LABEL_MAX 200.0
#define PLOT_WANTED 178.0 /* bars and value labels; names are cut to leave this much */
#define PLOT_MIN 140.0    /* below this a right-hand column is dropped */
#define VALUE_GAP 6.0
#define HEADS_HEIGHT 22.0
#define AXIS_HEIGHT 24.0
#define OTHER_GAP 9.0
#define OTHER_BROKEN 1.25 /* "Other" longer than this times the longest bar is drawn broken */
#define EMPTY_HEIGHT 110.0
#define SPARK_POINTS_MAX 400

struct row {
    char *label, value[DRC_FMT_BYTES];
    double pos, neg; /* sums of positive and of negative values as magnitudes, micro-dollars */
    double value_width;
    double shrink; /* < 1: a broken bar */
    double top;
};

struct plot {
    struct frame f;
    const struct drc_chart_hbar *spec;
    struct row rows[DRC_CHART_ROWS_MAX];
    struct columns notes;
    struct column spark; /* width 0: not drawn */
    bool heads;
    double label_width, left, right; /* of bars and value labels */
    double zero, scale;              /* x of 0; px per micro-dollar */
    double top, bottom;              /* first row's top, last row's bottom */
    struct ticks ticks;
};

static void measure_values(struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    double longest = 0;
    for (size_t i = 0; i < p->spec->row_count; i++) {
        const struct drc_chart_row *in = &p->spec->rows[i];
        struct row *r = &p->rows[i];
        int64_t total = 0;
        for (size_t s = 0; s < p->spec->series_count; s++) {
            total = drc_chart_add(total, in->values[s]);
            r->pos += fmax((double)in->values[s], 0);
            r->neg += fmax(-(double)in->values[s], 0);
        }
        if (in->unknown)
            snprintf(r->value, sizeof r->value, "n/a");
        else
            drc_fmt_usd(total, r->value);
        r->value_width = drc_font_width(t->semibold, r->value, t->text_px);
        r->shrink = 1;
        if (!in->is_other)
            longest = fmax(longest, fmax(r->pos, r->neg));
    }
    for (size_t i = 0; i < p->spec->row_count; i++) {
        struct row *r = &p->rows[i];
        double size = fmax(r->pos, r->neg);
        if (p->spec->rows[i].is_other && longest > 0 && size > longest * OTHER_BROKEN)
            r->shrink = longest * OTHER_BROKEN / size;
    }
}

static bool has_spark(const struct drc_chart_hbar *spec)
{
    for (size_t i = 0; i < spec->row_count; i++)
        if (spec->rows[i].spark != NULL && spec->rows[i].spark_count > 0)
            return spec->sparkline;
    return false;
}

static double columns_width(const struct plot *p)
{
    return drc_columns_width(&p->notes) + (p->spark.width > 0 ? p->spark.width + COLUMN_GAP : 0);
}

/* Columns that leave no room for the bars are dropped from the right: the bars are the chart. */
static void measure_columns(struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    double room = p->f.right - p->f.left - LABEL_MIN - LABEL_GAP - PLOT_MIN;
    drc_columns_measure(&p->f, &p->notes, p->spec->rows, p->spec->row_count, p->spec->note_titles);
    if (has_spark(p->spec)) {
        p->spark.head = drc_chart_clean(p->f.a, t->regular, p->spec->spark_title);
        p->spark.head =
            drc_chart_cut_end(p->f.a, t->regular, p->spark.head, t->small_px, COLUMN_HEAD_MAX);
        p->spark.width = fmax(SPARK_WIDTH, drc_font_width(t->regular, p->spark.head, t->small_px));
        if (columns_width(p) > room)
            p->spark.width = 0;
    }
    double right = p->f.right;
    if (p->spark.width > 0) {
        p->spark.right = right;
        right -= p->spark.width + COLUMN_GAP;
        p->heads = *p->spark.head != '\0';
    }
    p->right = drc_columns_place(&p->notes, right, room - (p->f.right - right));
    p->heads = p->heads || p->notes.heads;
}

static void measure_labels(struct plot *p)
{
    char *cut[DRC_CHART_ROWS_MAX];
    double cap = fmin(fmax(p->right - p->f.left - LABEL_GAP - PLOT_WANTED, LABEL_MIN), LABEL_MAX);
    p->label_width =
        drc_columns_labels(&p->f, p->spec->rows, p->spec->row_count, p->f.t->text_px, cap, cut);
    for (size_t i = 0; i < p->spec->row_count; i++)
        p->rows[i].label = cut[i];
    p->left = drc_svg_snap(p->f.left + p->label_width + LABEL_GAP);
}

/* The largest scale at which every bar and its value label end within the plot. */
static void measure_scale(struct plot *p)
{
    double neg = 0, pos = 0, room = p->right - p->left, scale = INFINITY;
    for (size_t i = 0; i < p->spec->row_count; i++) {
        neg = fmax(neg, p->rows[i].neg * p->rows[i].shrink);
        pos = fmax(pos, p->rows[i].pos * p->rows[i].shrink);
    }
    for (size_t i = 0; i < p->spec->row_count; i++) {
        const struct row *r = &p->rows[i];
        double span = neg + r->pos * r->shrink;
        if (span > 0)
            scale = fmin(scale, fmax(room - VALUE_GAP - r->value_width, 1) / span);
    }
    p->scale = isfinite(scale) ? scale : 0;
    p->zero = drc_svg_snap(p->left + neg * p->scale);
    drc_chart_ticks(p->f.t, -neg, pos, p->scale, 12, &p->ticks);
}

/* A segment: in the colour of its series, or of its row where rows have theirs. */
static void draw_segment(const struct plot *p, size_t row, size_t series, struct box r)
{
    const struct drc_theme *t = p->f.t;
    const struct drc_chart_row *in = &p->spec->rows[row];
    enum drc_chart_role role = p->spec->series[series].role;
    double strength = in->is_other ? t->muted_strength : 1;
    char colour[COLOUR_BYTES];
    if (p->spec->area == NULL) {
        drc_svg_role(p->f.svg, t, role, r, strength);
        return;
    }
    strength = role == DRC_ROLE_LIGHT ? t->muted_strength : 1;
    const char *own = drc_svg_layer(t, in->is_other ? SIZE_MAX : row);
    drc_svg_rect(p->f.svg, r, drc_svg_blend(own, strength, colour));
}

static double place_rows(struct plot *p)
{
    double y = p->f.top + (p->heads ? HEADS_HEIGHT : 0);
    p->top = y;
    for (size_t i = 0; i < p->spec->row_count; i++, y += p->f.t->row_px) {
        if (p->spec->rows[i].is_other && i > 0 && !p->spec->rows[i - 1].is_other)
            y += OTHER_GAP;
        p->rows[i].top = y;
    }
    p->bottom = y;
    return y + AXIS_HEIGHT;
}

static void draw_grid(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_MIDDLE};
    for (size_t i = 0; i < p->ticks.count; i++) {
        double x = drc_svg_snap(p->zero + p->ticks.values[i] * p->scale);
        if (p->ticks.values[i] != 0)
            drc_svg_line(p->f.svg, x, p->top, x, p->bottom + 3, 1, t->grid, NULL);
        drc_svg_text(p->f.svg, pen, x,
                     drc_svg_baseline(p->bottom + AXIS_HEIGHT / 2 + 1, t->small_px),
                     p->ticks.text[i]);
    }
}

static void draw_heads(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_END};
    double middle = p->f.top + HEADS_HEIGHT / 2 - 2;
    drc_columns_heads(&p->f, &p->notes, middle);
    if (p->spark.width > 0)
        drc_svg_text(p->f.svg, pen, p->spark.right, drc_svg_baseline(middle, t->small_px),
                     p->spark.head);
}

/* One side of zero: sign +1 draws the positive values to the right, -1 the negative ones to the
 * left. Returns the end. */
static double draw_stack(const struct plot *p, size_t row, double sign)
{
    const struct drc_chart_row *in = &p->spec->rows[row];
    const struct drc_theme *t = p->f.t;
    double sum = 0, end = p->zero;
    double top = drc_svg_snap(p->rows[row].top + (t->row_px - t->bar_px) / 2);
    size_t largest = 0;
    for (size_t s = 0; s < p->spec->series_count; s++) {
        double v = fmax((double)in->values[s] * sign, 0);
        largest = v > fmax((double)in->values[largest] * sign, 0) ? s : largest;
        sum += v;
        double next = drc_svg_snap(p->zero + sign * sum * p->rows[row].shrink * p->scale);
        double w = fabs(next - end), gap = end != p->zero && w > 2 ? 1 : 0;
        if (w < 0.5)
            continue;
        double x = sign > 0 ? end + gap : next;
        draw_segment(p, row, s, (struct box){x, top, w - gap, t->bar_px});
        end = next;
    }
    if (sum > 0 && end == p->zero) { /* something is never drawn as nothing */
        end += sign * 1.5;
        draw_segment(p, row, largest, (struct box){fmin(end, p->zero), top, 1.5, t->bar_px});
    }
    return end;
}

static void draw_break(const struct plot *p, double top, double end)
{
    const struct drc_theme *t = p->f.t;
    double x = drc_svg_snap(p->zero + (end - p->zero) * 0.86);
    double y = top + (t->row_px - t->bar_px) / 2;
    drc_svg_line(p->f.svg, x, y + t->bar_px + 1, x + 6, y - 1, 4, t->background, NULL);
    drc_svg_line(p->f.svg, x - 2.5, y + t->bar_px + 1, x + 3.5, y - 1, 1, t->muted, NULL);
    drc_svg_line(p->f.svg, x + 2.5, y + t->bar_px + 1, x + 8.5, y - 1, 1, t->muted, NULL);
}

static void draw_notes(const struct plot *p, size_t row)
{
    const struct drc_theme *t = p->f.t;
    const struct drc_chart_row *in = &p->spec->rows[row];
    double middle = p->rows[row].top + t->row_px / 2;
    drc_columns_row(&p->f, &p->notes, row, middle);
    if (p->spark.width > 0 && in->spark != NULL && in->spark_count > 0) {
        size_t skip = in->spark_count > SPARK_POINTS_MAX ? in->spark_count - SPARK_POINTS_MAX : 0;
        drc_svg_spark(p->f.svg, t, in->spark + skip, in->spark_count - skip,
                      (struct box){p->spark.right - SPARK_WIDTH, middle - 8, SPARK_WIDTH - 3, 15});
    }
}

static void draw_row(const struct plot *p, size_t row)
{
    const struct drc_theme *t = p->f.t;
    const struct row *r = &p->rows[row];
    bool muted = p->spec->rows[row].is_other;
    double middle = r->top + t->row_px / 2, y = drc_svg_baseline(middle, t->text_px);
    struct pen label = {t->text_px, false, muted ? t->muted : t->ink, ANCHOR_START};
    struct pen value = {t->text_px, true, muted ? t->muted : t->ink, ANCHOR_START};
    if (muted && row > 0)
        drc_svg_line(p->f.svg, p->f.left, r->top - OTHER_GAP / 2, p->f.right,
                     r->top - OTHER_GAP / 2, 1, t->grid, NULL);
    drc_svg_text(p->f.svg, label, p->f.left, y, r->label);
    draw_stack(p, row, -1);
    double end = draw_stack(p, row, 1);
    if (r->shrink < 1)
        draw_break(p, r->top, end);
    double x = drc_svg_snap(fmax(end, p->zero) + VALUE_GAP);
    drc_svg_rect(p->f.svg, (struct box){x - 2, middle - 8, drc_svg_snap(r->value_width) + 4, 16},
                 t->background);
    drc_svg_text(p->f.svg, value, x, y, r->value);
    draw_notes(p, row);
}

static void draw_plot(struct plot *p)
{
    draw_grid(p);
    if (p->heads)
        draw_heads(p);
    for (size_t i = 0; i < p->spec->row_count; i++)
        draw_row(p, i);
    drc_svg_line(p->f.svg, p->zero, p->top, p->zero, p->bottom + 3, 1, p->f.t->zero_line, NULL);
}

static int draw_chart(struct plot *p, struct drc_err *err)
{
    const struct drc_chart_hbar *spec = p->spec;
    bool empty = spec->row_count == 0 || spec->series_count == 0;
    if (spec->row_count > DRC_CHART_ROWS_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "a chart has at most %d bars", DRC_CHART_ROWS_MAX);
    if (spec->area != NULL && (spec->area->layer_count > DRC_CHART_LAYERS_MAX ||
                               spec->area->day_count > DRC_CHART_DAYS_MAX))
        return drc_err_set(err, DRC_ERR_LIMIT, "an area has at most %d layers and %d days",
                           DRC_CHART_LAYERS_MAX, DRC_CHART_DAYS_MAX);
    if (drc_frame_init(&p->f, spec->title, spec->subtitle, spec->footer, spec->series,
                       spec->series_count, empty, err) != 0)
        return -1;
    double bottom = p->f.top + EMPTY_HEIGHT, area = 0;
    if (!empty) {
        measure_values(p);
        measure_columns(p);
        measure_labels(p);
        measure_scale(p);
        bottom = area = place_rows(p);
        if (spec->area != NULL)
            bottom += drc_area_height(spec->area);
    }
    drc_frame_draw(&p->f, bottom + drc_frame_footer_height(&p->f), spec->series,
                   spec->series_count);
    if (empty)
        drc_frame_empty(&p->f, p->f.top, EMPTY_HEIGHT,
                        "Nothing to show: no rows in this window and scope.");
    else
        draw_plot(p);
    if (!empty && spec->area != NULL)
        drc_area_draw(&p->f, spec->area, area);
    return drc_svg_close(p->f.svg, err);
}

int drc_chart_stacked_hbar(const struct drc_theme *t, const struct drc_chart_hbar *spec,
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
