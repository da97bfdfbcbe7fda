#include "core/chart_parts.h"

#include <math.h>
#include <string.h>

#define SWATCH 11.0
#define SWATCH_GAP 6.0
#define LEGEND_GAP 14.0
#define LEGEND_LINE 20.0
#define TITLE_LINE 24.0
#define SUBTITLE_LINE 18.0
#define FOOTER_LINE 17.0

static void place_legend(struct frame *f, const struct drc_chart_series *series, size_t count)
{
    const struct drc_theme *t = f->t;
    double x = 0, y = 0, room = f->right - f->left;
    for (size_t i = 0; i < count; i++) {
        const char *name = drc_chart_clean(f->a, t->regular, series[i].name);
        name = drc_chart_cut_end(f->a, t->regular, name, t->text_px, room - SWATCH - SWATCH_GAP);
        double w = SWATCH + SWATCH_GAP + drc_font_width(t->regular, name, t->text_px);
        if (x > 0 && x + w > room) {
            x = 0;
            y += LEGEND_LINE;
        }
        f->names[i] = name;
        f->items[i] = (struct box){x, y, w, LEGEND_LINE};
        x += w + LEGEND_GAP;
    }
    f->legend_height = y + LEGEND_LINE;
}

int drc_frame_init(struct frame *f, const char *title, const char *subtitle, const char *footer,
                   const struct drc_chart_series *series, size_t count, bool empty,
                   struct drc_err *err)
{
    const struct drc_theme *t = f->t;
    if (count > DRC_CHART_SERIES_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "a chart has at most %d series",
                           DRC_CHART_SERIES_MAX);
    f->left = t->padding;
    f->right = t->width - t->padding;
    double room = f->right - f->left;
    f->title_lines = drc_chart_wrap(f->a, t->semibold, drc_chart_clean(f->a, t->semibold, title),
                                    t->title_px, room, 2, f->title);
    f->subtitle_lines =
        drc_chart_wrap(f->a, t->regular, drc_chart_clean(f->a, t->regular, subtitle), t->text_px,
                       room, 3, f->subtitle);
    f->footer_lines = drc_chart_wrap(f->a, t->regular, drc_chart_clean(f->a, t->regular, footer),
                                     t->small_px, room, 3, f->footer);
    f->top = t->padding - 4 + TITLE_LINE * (double)f->title_lines +
             SUBTITLE_LINE * (double)f->subtitle_lines;
    f->legend = count > 1 && !empty;
    if (f->legend) {
        place_legend(f, series, count);
        f->top += 10 + f->legend_height;
    }
    f->top += 10;
    return 0;
}

double drc_frame_footer_height(const struct frame *f)
{
    return f->t->padding - 6 + FOOTER_LINE * (double)f->footer_lines +
           (f->footer_lines > 0 ? 8 : 0);
}

static void draw_legend(const struct frame *f, double top, const struct drc_chart_series *series,
                        size_t count)
{
    const struct drc_theme *t = f->t;
    struct pen pen = {t->text_px, false, t->ink, ANCHOR_START};
    for (size_t i = 0; i < count; i++) {
        double x = drc_svg_snap(f->left + f->items[i].x),
               middle = top + f->items[i].y + LEGEND_LINE / 2;
        drc_svg_role(f->svg, t, series[i].role,
                     (struct box){x, drc_svg_snap(middle - SWATCH / 2), SWATCH, SWATCH}, 1);
        drc_svg_text(f->svg, pen, x + SWATCH + SWATCH_GAP, drc_svg_baseline(middle, t->text_px),
                     f->names[i]);
    }
}

void drc_frame_draw(const struct frame *f, double height, const struct drc_chart_series *series,
                    size_t count)
{
    const struct drc_theme *t = f->t;
    double y = t->padding - 4;
    struct pen title = {t->title_px, true, t->ink, ANCHOR_START},
               sub = {t->text_px, false, t->muted, ANCHOR_START},
               small = {t->small_px, false, t->faint, ANCHOR_START};
    drc_svg_open(f->svg, t, height, f->title_lines > 0 ? f->title[0] : "",
                 f->subtitle_lines > 0 ? f->subtitle[0] : "");
    for (size_t i = 0; i < f->title_lines; i++, y += TITLE_LINE)
        drc_svg_text(f->svg, title, f->left, drc_svg_baseline(y + TITLE_LINE / 2, t->title_px),
                     f->title[i]);
    for (size_t i = 0; i < f->subtitle_lines; i++, y += SUBTITLE_LINE)
        drc_svg_text(f->svg, sub, f->left, drc_svg_baseline(y + SUBTITLE_LINE / 2, t->text_px),
                     f->subtitle[i]);
    if (f->legend)
        draw_legend(f, y + 10, series, count);
    y = height - t->padding + 6 - FOOTER_LINE * (double)f->footer_lines;
    for (size_t i = 0; i < f->footer_lines; i++, y += FOOTER_LINE)
        drc_svg_text(f->svg, small, f->left, drc_svg_baseline(y + FOOTER_LINE / 2, t->small_px),
                     f->footer[i]);
}

void drc_frame_empty(const struct frame *f, double top, double height, const char *sentence)
{
    const struct drc_theme *t = f->t;
    struct pen pen = {t->text_px, false, t->muted, ANCHOR_MIDDLE};
    drc_svg_rect(f->svg, (struct box){f->left, drc_svg_snap(top), f->right - f->left, height},
                 t->panel);
    drc_svg_text(f->svg, pen, t->width / 2, drc_svg_baseline(top + height / 2, t->text_px),
                 sentence);
}
