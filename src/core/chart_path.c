/* The path that explains a cost: boxes from an entity to what went wrong, three in a row, and what
 * each has to do with the next on the arrow between them. */
#include "core/chart_parts.h"

#include <math.h>

#define PER_ROW 3
#define GAP 70.0     /* between boxes of a row: the arrow */
#define ROW_GAP 40.0 /* between rows: the arrow back to the left */
#define BOX_PADDING 8.0
#define LINE 17.0
#define NAME_LINES 3
#define HEAD_HEIGHT 36.0
#define ARROW 5.0
#define EDGE 1.0
#define FOOT 8.0

struct plot {
    const struct frame *f;
    const struct drc_chart_path *spec;
    double top, width, height; /* of the first row; of a box */
};

static size_t boxes_of(const struct drc_chart_path *spec)
{
    return spec->box_count < DRC_CHART_PATH_MAX ? spec->box_count : DRC_CHART_PATH_MAX;
}

static double box_height(void)
{
    return 2 * BOX_PADDING + LINE * (NAME_LINES + 1);
}

double drc_path_height(const struct drc_chart_path *spec)
{
    double rows = ceil((double)boxes_of(spec) / PER_ROW);
    return boxes_of(spec) == 0 ? 0
                               : HEAD_HEIGHT + rows * box_height() + (rows - 1) * ROW_GAP + FOOT;
}

static struct box place(const struct plot *p, size_t i)
{
    return (struct box){drc_svg_snap(p->f->left + (double)(i % PER_ROW) * (p->width + GAP)),
                        drc_svg_snap(p->top + (double)(i / PER_ROW) * (p->height + ROW_GAP)),
                        p->width, p->height};
}

static void draw_box(const struct plot *p, size_t i)
{
    const struct frame *f = p->f;
    const struct drc_theme *t = f->t;
    const struct drc_chart_path_box *b = &p->spec->boxes[i];
    struct box r = place(p, i);
    struct pen kind = {t->small_px, false, t->muted, ANCHOR_START},
               name = {t->text_px, b->is_sum, t->ink, ANCHOR_START};
    const struct drc_font *font = b->is_sum ? t->semibold : t->regular;
    double room = r.w - 2 * BOX_PADDING, y = r.y + BOX_PADDING;
    bool marked = b->level != DRC_LEVEL_INFO;
    char *lines[NAME_LINES];
    drc_svg_rect(f->svg, r, b->level == DRC_LEVEL_CRIT ? t->alert : t->muted);
    drc_svg_rect(f->svg, (struct box){r.x + EDGE, r.y + EDGE, r.w - 2 * EDGE, r.h - 2 * EDGE},
                 b->is_sum ? t->panel : t->background);
    const char *text = drc_chart_clean(f->a, t->regular, b->kind);
    text = drc_chart_cut_end(f->a, t->regular, text, t->small_px, room - (marked ? 16 : 0));
    drc_svg_text(f->svg, kind, r.x + BOX_PADDING, drc_svg_baseline(y + LINE / 2, t->small_px),
                 text);
    if (marked)
        drc_svg_level(f->svg, t, b->level, r.x + r.w - BOX_PADDING - 10, y + LINE / 2);
    size_t n = drc_chart_wrap(f->a, font, drc_chart_clean(f->a, font, b->name), t->text_px, room,
                              NAME_LINES, lines);
    for (size_t k = 0; k < n; k++)
        drc_svg_text(f->svg, name, r.x + BOX_PADDING,
                     drc_svg_baseline(y + LINE * (double)(k + 1) + LINE / 2, t->text_px), lines[k]);
}

static void draw_head(const struct plot *p, double x, double y, bool down)
{
    char a[24], c[24];
    drc_buf_printf(p->f->svg, "<path d=\"M%s %s%s\" fill=\"%s\"/>\n", drc_svg_num(x, a),
                   drc_svg_num(y, c), down ? "l-4 -6h8z" : "l-6 -4v8z", p->f->t->muted);
}

/* Along a row, the relation above it; or from the end of a row to the begin of the next. */
static void draw_arrow(const struct plot *p, size_t i)
{
    const struct frame *f = p->f;
    const struct drc_theme *t = f->t;
    struct box from = place(p, i - 1), to = place(p, i);
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_MIDDLE};
    const char *text = drc_chart_clean(f->a, t->regular, p->spec->boxes[i].relation);
    if (i % PER_ROW != 0) {
        double y = drc_svg_snap(from.y + from.h / 2), x = from.x + from.w;
        text = drc_chart_cut_end(f->a, t->regular, text, t->small_px, GAP - 6);
        drc_svg_text(f->svg, pen, x + GAP / 2, y - 6, text);
        drc_svg_line(f->svg, x, y, to.x - ARROW, y, 1.5, t->muted, NULL);
        draw_head(p, to.x, y, false);
        return;
    }
    double x1 = drc_svg_snap(from.x + from.w / 2), x2 = drc_svg_snap(to.x + to.w / 2),
           y = drc_svg_snap(to.y - ROW_GAP / 2 + 4);
    text = drc_chart_cut_end(f->a, t->regular, text, t->small_px, x1 - x2 - 20);
    drc_svg_text(f->svg, pen, (x1 + x2) / 2, y - 6, text);
    drc_svg_line(f->svg, x1, from.y + from.h, x1, y, 1.5, t->muted, NULL);
    drc_svg_line(f->svg, x1, y, x2, y, 1.5, t->muted, NULL);
    drc_svg_line(f->svg, x2, y, x2, to.y - ARROW, 1.5, t->muted, NULL);
    draw_head(p, x2, to.y, true);
}

void drc_path_draw(const struct frame *f, const struct drc_chart_path *spec, double top)
{
    const struct drc_theme *t = f->t;
    struct pen head = {t->text_px, true, t->ink, ANCHOR_START};
    struct plot p = {f, spec, top + HEAD_HEIGHT, 0, box_height()};
    if (boxes_of(spec) == 0)
        return;
    p.width = drc_svg_snap((f->right - f->left - GAP * (PER_ROW - 1)) / PER_ROW);
    const char *title = drc_chart_clean(f->a, t->semibold, spec->heading);
    title = drc_chart_cut_end(f->a, t->semibold, title, t->text_px, f->right - f->left);
    drc_svg_text(f->svg, head, f->left, drc_svg_baseline(top + 20, t->text_px), title);
    for (size_t i = 0; i < boxes_of(spec); i++) {
        draw_box(&p, i);
        if (i > 0)
            draw_arrow(&p, i);
    }
}

static int draw_chart(struct frame *f, const struct drc_chart_path *spec, struct drc_err *err)
{
    if (spec->box_count > DRC_CHART_PATH_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "a path has at most %d boxes", DRC_CHART_PATH_MAX);
    if (drc_frame_init(f, spec->title, spec->subtitle, spec->footer, NULL, 0, true, err) != 0)
        return -1;
    double height = spec->box_count == 0 ? box_height() : drc_path_height(spec);
    drc_frame_draw(f, f->top + height + drc_frame_footer_height(f), NULL, 0);
    if (spec->box_count == 0)
        drc_frame_empty(f, f->top, height, "Nothing went wrong in this window.");
    drc_path_draw(f, spec, f->top);
    return drc_svg_close(f->svg, err);
}

int drc_chart_path(const struct drc_theme *t, const struct drc_chart_path *spec,
                   struct drc_buf *svg, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct frame f = {.a = a, .t = t, .svg = svg};
    int rc = draw_chart(&f, spec, err);
    drc_arena_free(a);
    return rc;
}
