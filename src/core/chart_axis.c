#include "core/chart_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"

#define DATE_GAP 14.0
#define DATED_MAX 10      /* up to so many days each has its date */
#define MONDAYS_MAX 120   /* up to so many days the Mondays have theirs, then firsts of months */
#define WEEKEND_PITCH 3.0 /* narrower days have no weekends */
#define WEEKEND_HEIGHT 3.0

double drc_axis_x(const struct day_axis *x, double day)
{
    return x->left + (x->right - x->left) * day / (double)x->day_count;
}

bool drc_chart_has_weekends(size_t days, double px)
{
    return days >= 7 && px / (double)days >= WEEKEND_PITCH;
}

bool drc_axis_has_weekends(const struct day_axis *x)
{
    return drc_chart_has_weekends(x->day_count, x->right - x->left);
}

static void draw_weekends(const struct frame *f, const struct day_axis *x, double top)
{
    if (!drc_axis_has_weekends(x))
        return;
    for (size_t d = 0; d < x->day_count; d++) {
        if (drc_date_weekday(x->first_day + (int64_t)d) < 5)
            continue;
        double from = drc_svg_snap(drc_axis_x(x, (double)d)),
               to = drc_svg_snap(drc_axis_x(x, (double)d + 1));
        drc_svg_rect(f->svg, (struct box){from, drc_svg_snap(top + 1), to - from, WEEKEND_HEIGHT},
                     f->t->zero_line);
    }
}

/* A date under the middle of its day, if it keeps clear of [from, to]; returns where the next may
 * begin, else `from`. */
static double draw_date(const struct frame *f, const struct day_axis *x, double top, int64_t day,
                        double from, double to)
{
    const struct drc_theme *t = f->t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_MIDDLE};
    char text[16];
    double middle = drc_svg_snap(drc_axis_x(x, (double)(day - x->first_day) + 0.5));
    double half = drc_font_width(t->regular, drc_date_short(day, text), t->small_px) / 2;
    if (middle - half < from || middle + half > to)
        return from;
    drc_svg_line(f->svg, middle, top, middle, top + 5, 1, t->muted, NULL);
    drc_svg_text(f->svg, pen, middle, drc_svg_baseline(top + DAY_AXIS_HEIGHT / 2 + 2, t->small_px),
                 text);
    return middle + half + DATE_GAP;
}

static bool is_dated(const struct day_axis *x, int64_t day)
{
    int year, month, mday;
    drc_date_civil(day, &year, &month, &mday);
    if (x->day_count <= DATED_MAX)
        return true;
    return x->day_count <= MONDAYS_MAX ? drc_date_weekday(day) == 0 : mday == 1;
}

/* Few days: every date. Many: the first and the last day, and between them what fits. */
void drc_axis_draw(const struct frame *f, const struct day_axis *x, double top)
{
    const struct drc_theme *t = f->t;
    char text[16];
    int64_t first = x->first_day, last = first + (int64_t)x->day_count - 1;
    double y = drc_svg_baseline(top + DAY_AXIS_HEIGHT / 2 + 2, t->small_px), from = f->left,
           to = f->right;
    draw_weekends(f, x, top);
    if (x->day_count > DATED_MAX) {
        struct pen pen = {t->small_px, false, t->muted, ANCHOR_START};
        drc_date_short(first, text);
        drc_svg_text(f->svg, pen, x->left, y, text);
        from = x->left + drc_font_width(t->regular, text, t->small_px) + DATE_GAP;
        drc_date_short(last, text);
        pen.anchor = ANCHOR_END;
        drc_svg_text(f->svg, pen, x->right, y, text);
        to = x->right - drc_font_width(t->regular, text, t->small_px) - DATE_GAP;
    }
    for (int64_t day = first; day <= last; day++)
        if (is_dated(x, day))
            from = draw_date(f, x, top, day, from, to);
}

static int by_y(const void *a, const void *b)
{
    double x = ((const struct side_label *)a)->y, y = ((const struct side_label *)b)->y;
    return x < y ? -1 : x > y;
}

void drc_side_labels(const struct frame *f, struct side_label *labels, size_t n, double x,
                     double top, double bottom)
{
    const struct drc_theme *t = f->t;
    struct pen pen = {t->small_px, false, t->ink, ANCHOR_START};
    double at[SIDE_LABELS_MAX], next = top + SIDE_LABEL_LINE / 2;
    qsort(labels, n, sizeof *labels, by_y);
    for (size_t i = 0; i < n; i++, next += SIDE_LABEL_LINE)
        at[i] = next = fmax(labels[i].y, next);
    next = bottom - SIDE_LABEL_LINE / 2;
    for (size_t i = n; i-- > 0; next -= SIDE_LABEL_LINE)
        at[i] = next = fmin(at[i], next);
    for (size_t i = 0; i < n; i++) {
        drc_svg_line(f->svg, x + 1, labels[i].y, x + SIDE_LABEL_GAP - 3, at[i], 2, labels[i].fill,
                     NULL);
        drc_svg_text(f->svg, pen, x + SIDE_LABEL_GAP, drc_svg_baseline(at[i], t->small_px),
                     labels[i].text);
        labels[i].y = at[i];
    }
}
