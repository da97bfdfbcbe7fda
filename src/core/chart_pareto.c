#include "core/chart_parts.h"

#include <math.h>
#include <string.h>

#define LABEL_GAP 12.0
#define LABEL_MIN 96.0
#define LABEL_MAX 190.0
#define PLOT_WANTED 200.0
#define PLOT_MIN 150.0 /* below this a right-hand column is dropped */
#define HEADS_HEIGHT 22.0
#define RULE_HEIGHT 24.0
#define OTHER_GAP 9.0
#define AXIS_HEIGHT 24.0
#define EMPTY_HEIGHT 110.0
#define RULE_SHARE 0.8

struct plot {
    struct frame f;
    const struct drc_chart_pareto *spec;
    struct columns notes;
    char *labels[DRC_CHART_ROWS_MAX];
    double top[DRC_CHART_ROWS_MAX], share[DRC_CHART_ROWS_MAX], upto[DRC_CHART_ROWS_MAX];
    double left, right, rows_top, rows_bottom, rule_top;
    bool has_rule;
};

/* Shares of the whole; false where there is nothing to share. */
static bool measure_shares(struct plot *p)
{
    double sum = 0, upto = 0;
    for (size_t i = 0; i < p->spec->row_count; i++)
        sum += p->share[i] = fmax((double)p->spec->rows[i].values[0], 0);
    for (size_t i = 0; i < p->spec->row_count && sum > 0; i++) {
        upto += p->share[i];
        p->share[i] /= sum;
        p->upto[i] = fmin(upto / sum, 1);
    }
    return sum > 0;
}

/* The rest stands apart, unless the rule parts it from the rows already. */
static bool has_gap(const struct plot *p, size_t row)
{
    return p->spec->rows[row].is_other && row > 0 && !(p->has_rule && row == p->spec->rule_rows);
}

/* 80 % is reached by a row that is drawn, not somewhere in the folded rest. */
static bool rule_is_seen(const struct plot *p)
{
    return p->has_rule && !p->spec->rows[p->spec->rule_rows - 1].is_other;
}

static void measure(struct plot *p)
{
    const struct drc_chart_pareto *spec = p->spec;
    double room = p->f.right - p->f.left - LABEL_MIN - LABEL_GAP - PLOT_MIN;
    drc_columns_measure(&p->f, &p->notes, spec->rows, spec->row_count, spec->note_titles);
    p->right = drc_svg_snap(drc_columns_place(&p->notes, p->f.right, room));
    double cap = fmin(fmax(p->right - p->f.left - LABEL_GAP - PLOT_WANTED, LABEL_MIN), LABEL_MAX);
    double w =
        drc_columns_labels(&p->f, spec->rows, spec->row_count, p->f.t->text_px, cap, p->labels);
    p->left = drc_svg_snap(p->f.left + w + LABEL_GAP);
    p->has_rule =
        spec->rule_rows > 0 && spec->rule_rows <= spec->row_count && spec->rule_text != NULL;
    double y = p->rows_top = drc_svg_snap(p->f.top + HEADS_HEIGHT);
    for (size_t i = 0; i < spec->row_count; i++) {
        if (has_gap(p, i))
            y += OTHER_GAP;
        p->top[i] = y;
        y += p->f.t->row_px;
        if (p->has_rule && i + 1 == spec->rule_rows) {
            p->rule_top = y;
            y += RULE_HEIGHT;
        }
    }
    p->rows_bottom = y;
}

static double x_of(const struct plot *p, double share)
{
    return p->left + share * (p->right - p->left);
}

/* Rows of class A stand on a tinted ground, those of B on a lighter one; the letter is in a column
 * too. */
static void draw_classes(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    char colour[COLOUR_BYTES];
    for (size_t i = 0; i < p->spec->row_count; i++) {
        char class = p->spec->classes == NULL ? ' ' : p->spec->classes[i];
        if (class != 'A' && class != 'B')
            continue;
        double strength = class == 'A' ? 1 : 0.5;
        bool on = i + 1 < p->spec->row_count && p->spec->classes[i + 1] == class;
        double end = on ? p->top[i + 1] : p->top[i] + t->row_px;
        drc_svg_rect(
            p->f.svg,
            (struct box){p->f.left - 6, p->top[i], p->f.right - p->f.left + 12, end - p->top[i]},
            drc_svg_blend(t->band, strength, colour));
    }
}

static void draw_axis(const struct plot *p)
{
    static const struct {
        double share;
        const char *text;
    } ticks[] = {{0, "0 %"}, {0.5, "50 %"}, {RULE_SHARE, "80 %"}, {1, "100 %"}};
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_MIDDLE};
    char colour[COLOUR_BYTES];
    double y = drc_svg_baseline(p->rows_bottom + AXIS_HEIGHT / 2 + 1, t->small_px);
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
        bool rule = ticks[i].share == RULE_SHARE;
        double x = drc_svg_snap(x_of(p, ticks[i].share));
        drc_svg_line(p->f.svg, x, p->rows_top, x, p->rows_bottom + 3, rule ? 1.5 : 1,
                     rule                  ? t->ink
                     : ticks[i].share == 0 ? t->zero_line
                                           : drc_svg_blend(t->zero_line, 0.6, colour),
                     rule ? "5 3" : NULL);
        pen.bold = rule;
        pen.fill = rule ? t->ink : t->muted;
        drc_svg_text(p->f.svg, pen, x, y, ticks[i].text);
    }
}

static void draw_row(const struct plot *p, size_t i)
{
    const struct drc_theme *t = p->f.t;
    const struct drc_chart_row *in = &p->spec->rows[i];
    struct pen label = {t->text_px, false, in->is_other ? t->muted : t->ink, ANCHOR_START};
    double middle = p->top[i] + t->row_px / 2, y = drc_svg_baseline(middle, t->text_px);
    double top = drc_svg_snap(p->top[i] + (t->row_px - t->bar_px) / 2);
    double w = drc_svg_snap(x_of(p, p->share[i])) - p->left;
    char colour[COLOUR_BYTES];
    if (has_gap(p, i))
        drc_svg_line(p->f.svg, p->f.left, p->top[i] - OTHER_GAP / 2, p->f.right,
                     p->top[i] - OTHER_GAP / 2, 1, t->grid, NULL);
    if (in->values[0] > 0) /* something is never drawn as nothing */
        drc_svg_rect(p->f.svg, (struct box){p->left, top, fmax(w, 1.5), t->bar_px},
                     drc_svg_blend(in->is_other ? t->other : t->dbu,
                                   in->is_other ? t->muted_strength : 1, colour));
    drc_svg_text(p->f.svg, label, p->f.left, y, p->labels[i]);
    drc_columns_row(&p->f, &p->notes, i, middle);
}

/* The line on a light ground, so that it stays a line where it crosses bars. */
static void draw_line(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    const size_t n = p->spec->row_count;
    char x[24], y[24];
    for (int pass = 0; pass < 2; pass++) {
        drc_buf_addstr(p->f.svg, "<path d=\"");
        for (size_t i = 0; i < n; i++)
            drc_buf_printf(p->f.svg, "%s%s %s", i == 0 ? "M" : "L",
                           drc_svg_num(x_of(p, p->upto[i]), x),
                           drc_svg_num(p->top[i] + t->row_px / 2, y));
        drc_buf_printf(p->f.svg, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>\n",
                       pass == 0 ? t->background : t->ondemand, pass == 0 ? "4" : "2");
    }
    for (size_t i = 0; i < n; i++) {
        bool rule = rule_is_seen(p) && i + 1 == p->spec->rule_rows;
        drc_svg_dot(p->f.svg, x_of(p, p->upto[i]), p->top[i] + t->row_px / 2, rule ? 5 : 3,
                    t->ondemand, t->background);
    }
}

static void draw_rule(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->text_px, true, t->ink, ANCHOR_END};
    double x = drc_svg_snap(x_of(p, RULE_SHARE)) - 8, y = drc_svg_snap(p->rule_top);
    double room = x - p->f.left, middle = p->rule_top + RULE_HEIGHT / 2;
    const char *text = drc_chart_clean(p->f.a, t->semibold, p->spec->rule_text);
    text = drc_chart_cut_end(p->f.a, t->semibold, text, t->text_px, room);
    double w = drc_svg_snap(drc_font_width(t->semibold, text, t->text_px));
    if (rule_is_seen(p))
        drc_svg_line(p->f.svg, p->f.left - 6, y, p->f.right + 6, y, 1.5, t->ink, "5 3");
    drc_svg_rect(p->f.svg, (struct box){x - w - 3, middle - 9, w + 6, 18}, t->background);
    drc_svg_text(p->f.svg, pen, x, drc_svg_baseline(middle, t->text_px), text);
}

static void draw_plot(const struct plot *p)
{
    draw_classes(p);
    draw_axis(p);
    drc_columns_heads(&p->f, &p->notes, p->f.top + HEADS_HEIGHT / 2 - 2);
    for (size_t i = 0; i < p->spec->row_count; i++)
        draw_row(p, i);
    if (p->has_rule)
        draw_rule(p);
    draw_line(p);
}

static int draw_chart(struct plot *p, struct drc_err *err)
{
    static const struct drc_chart_series series[] = {{"Share of the cost", DRC_ROLE_DBU},
                                                     {"Running sum", DRC_ROLE_LINE}};
    const struct drc_chart_pareto *spec = p->spec;
    if (spec->row_count > DRC_CHART_ROWS_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "a chart has at most %d bars", DRC_CHART_ROWS_MAX);
    bool empty = !measure_shares(p);
    if (drc_frame_init(&p->f, spec->title, spec->subtitle, spec->footer, series, 2, empty, err) !=
        0)
        return -1;
    double bottom = p->f.top + EMPTY_HEIGHT;
    if (!empty) {
        measure(p);
        bottom = p->rows_bottom + AXIS_HEIGHT;
    }
    drc_frame_draw(&p->f, bottom + drc_frame_footer_height(&p->f), series, 2);
    if (empty)
        drc_frame_empty(&p->f, p->f.top, EMPTY_HEIGHT, "Nothing to show: nothing was billed here.");
    else
        draw_plot(p);
    return drc_svg_close(p->f.svg, err);
}

int drc_chart_pareto(const struct drc_theme *t, const struct drc_chart_pareto *spec,
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
