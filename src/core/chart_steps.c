#include "core/chart_parts.h"

#include <math.h>

#include "drc/fmt.h"

#define HEAD_HEIGHT 40.0
#define STEP_HEIGHT 24.0
#define BAR_HEIGHT 14.0
#define LABEL_GAP 12.0
#define LABEL_MAX 170.0
#define VALUE_GAP 6.0
#define ROWS_MAX (DRC_CHART_STEPS_MAX + 2)

struct row {
    char *label, value[DRC_FMT_BYTES];
    double from, to; /* micro-dollars */
    bool sum;        /* before, after */
};

struct plot {
    const struct frame *f;
    struct row rows[ROWS_MAX];
    size_t count;
    double left, zero, scale;
};

static size_t steps_seen(const struct drc_chart_band *spec)
{
    size_t n = 0;
    for (size_t i = 0; i < spec->step_count; i++)
        n += spec->steps[i].uusd != 0;
    return n;
}

double drc_steps_height(const struct drc_chart_band *spec)
{
    return spec->step_count == 0
               ? 0
               : HEAD_HEIGHT + STEP_HEIGHT * (double)(steps_seen(spec) + 2) + LABEL_GAP;
}

static void add_row(struct plot *p, const char *label, double from, double to, bool sum)
{
    const struct drc_theme *t = p->f->t;
    struct row *r = &p->rows[p->count++];
    double by = fmin(fmax(to - from, -9.2e18), 9.2e18);
    *r = (struct row){.from = from, .to = to, .sum = sum};
    r->label = drc_chart_clean(p->f->a, t->regular, label);
    r->label = drc_chart_cut_end(p->f->a, t->regular, r->label, t->text_px, LABEL_MAX);
    if (sum)
        drc_fmt_usd((int64_t)by, r->value);
    else
        drc_fmt_usd_signed((int64_t)by, r->value);
}

static void take_rows(struct plot *p, const struct drc_chart_band *spec)
{
    double at = (double)spec->before_uusd;
    add_row(p, spec->before_label, 0, at, true);
    for (size_t i = 0; i < spec->step_count; i++) {
        double to = at + (double)spec->steps[i].uusd;
        if (spec->steps[i].uusd != 0)
            add_row(p, spec->steps[i].label, at, to, false);
        at = to;
    }
    add_row(p, spec->after_label, 0, at, true);
}

/* The largest scale at which every bar and its value end within the picture. */
static void measure(struct plot *p)
{
    const struct drc_theme *t = p->f->t;
    double label = 0, low = 0, scale = INFINITY;
    for (size_t i = 0; i < p->count; i++) {
        label = fmax(label, drc_font_width(t->regular, p->rows[i].label, t->text_px));
        low = fmin(low, fmin(p->rows[i].from, p->rows[i].to));
    }
    p->left = drc_svg_snap(p->f->left + label + LABEL_GAP);
    for (size_t i = 0; i < p->count; i++) {
        double span = fmax(p->rows[i].from, p->rows[i].to) - low;
        double w = drc_font_width(t->semibold, p->rows[i].value, t->text_px) + VALUE_GAP + 2;
        if (span > 0)
            scale = fmin(scale, fmax(p->f->right - p->left - w, 1) / span);
    }
    p->scale = isfinite(scale) ? scale : 0;
    p->zero = drc_svg_snap(p->left - low * p->scale);
}

static void draw_row(const struct plot *p, size_t i, double top)
{
    const struct drc_theme *t = p->f->t;
    const struct row *r = &p->rows[i];
    double middle = top + STEP_HEIGHT / 2, y = drc_svg_baseline(middle, t->text_px);
    double x1 = drc_svg_snap(p->zero + fmin(r->from, r->to) * p->scale);
    double x2 = drc_svg_snap(p->zero + fmax(r->from, r->to) * p->scale);
    double end = drc_svg_snap(p->zero + r->to * p->scale);
    struct pen label = {t->text_px, r->sum, t->ink, ANCHOR_START};
    struct pen value = {t->text_px, true, t->ink, ANCHOR_START};
    drc_svg_text(p->f->svg, label, p->f->left, y, r->label);
    drc_svg_rect(
        p->f->svg,
        (struct box){x1, drc_svg_snap(middle - BAR_HEIGHT / 2), fmax(x2 - x1, 1.5), BAR_HEIGHT},
        r->sum            ? t->spark
        : r->to > r->from ? t->spot
                          : t->dbu);
    if (i + 1 < p->count) /* where the next begins */
        drc_svg_line(p->f->svg, end, middle + BAR_HEIGHT / 2, end,
                     middle + STEP_HEIGHT - BAR_HEIGHT / 2, 1, t->muted, NULL);
    drc_svg_text(p->f->svg, value, fmax(x2, x1 + 1.5) + VALUE_GAP, y, r->value);
}

void drc_steps_draw(const struct frame *f, const struct drc_chart_band *spec, double top)
{
    const struct drc_theme *t = f->t;
    struct pen head = {t->text_px, true, t->ink, ANCHOR_START};
    struct plot *p = drc_arena_alloc(f->a, sizeof *p);
    if (spec->step_count == 0)
        return;
    p->f = f;
    take_rows(p, spec);
    measure(p);
    const char *title = drc_chart_clean(f->a, t->semibold, spec->steps_title);
    title = drc_chart_cut_end(f->a, t->semibold, title, t->text_px, f->right - f->left);
    drc_svg_text(f->svg, head, f->left, drc_svg_baseline(top + 22, t->text_px), title);
    top += HEAD_HEIGHT;
    drc_svg_line(f->svg, p->zero, top, p->zero, top + STEP_HEIGHT * (double)p->count, 1,
                 t->zero_line, NULL);
    for (size_t i = 0; i < p->count; i++)
        draw_row(p, i, top + STEP_HEIGHT * (double)i);
}
