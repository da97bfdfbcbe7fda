#include "core/chart_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_HEIGHT 26.0
#define PLOT_HEIGHT 130.0
#define TICK_GAP 8.0
#define LANE_HEIGHT 17.0
#define LANE_GAP 6.0
#define GLYPH 10.0
#define NUMBER_WIDTH 20.0 /* glyph, gap and a figure */
#define DOTTED_MAX 4      /* up to so many days of an event have a dot on the line */
#define LIST_HEAD 26.0
#define LIST_ROW 22.0
#define LIST_INDENT 30.0
#define LIST_NAME_MIN 236.0 /* the names, and the meaning of the glyphs above them */
#define EMPTY_HEIGHT 110.0

struct event {
    bool seen;              /* within the days of the chart */
    double x1, x2, glyph_x; /* the days; where the glyph begins */
    size_t lane;
};

struct plot {
    struct frame f;
    const struct drc_chart_band *spec;
    struct event events[DRC_CHART_EVENTS_MAX];
    size_t lanes;
    struct drc_chart_row rows[DRC_CHART_EVENTS_MAX]; /* of the list */
    char *labels[DRC_CHART_EVENTS_MAX];
    struct columns notes;
    double low, high, top, bottom, list_top;
    struct day_axis axis;
    struct ticks ticks;
};

static bool known(const int64_t *series, size_t day)
{
    return series != NULL && series[day] != DRC_CHART_UNKNOWN;
}

static bool measure_range(struct plot *p)
{
    const int64_t *series[] = {p->spec->actual, p->spec->expected, p->spec->low, p->spec->high};
    bool any = false;
    for (size_t s = 0; s < sizeof series / sizeof *series; s++)
        for (size_t d = 0; d < p->spec->day_count; d++)
            if (known(series[s], d)) {
                p->low = fmin(p->low, (double)series[s][d]);
                p->high = fmax(p->high, (double)series[s][d]);
                any = true;
            }
    if (any && p->spec->level_uusd != 0)
        p->high = fmax(p->high, (double)p->spec->level_uusd);
    return any;
}

static double y_of(const struct plot *p, double uusd)
{
    double span = p->high - p->low;
    return span > 0 ? p->bottom - (uusd - p->low) / span * PLOT_HEIGHT : p->bottom;
}

static double day_middle(const struct plot *p, size_t day)
{
    return drc_axis_x(&p->axis, (double)day + 0.5);
}

static const char *expected_name(const struct plot *p)
{
    return p->spec->forecast_name == NULL ? "expected" : p->spec->forecast_name;
}

static void measure_axis(struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    double ticks = 0, span = p->high - p->low;
    double side = SIDE_LABEL_GAP;
    const char *names[] = {expected_name(p), p->spec->level_uusd == 0 ? "" : p->spec->level_name};
    for (size_t i = 0; i < 2; i++)
        side = fmax(side, drc_font_width(t->regular, names[i], t->small_px) + SIDE_LABEL_GAP);
    drc_chart_ticks(t, p->low, p->high, span > 0 ? PLOT_HEIGHT / span : 0, -1, &p->ticks);
    for (size_t i = 0; i < p->ticks.count; i++)
        ticks = fmax(ticks, drc_font_width(t->regular, p->ticks.text[i], t->small_px));
    p->axis =
        (struct day_axis){drc_svg_snap(p->f.left + ticks + TICK_GAP),
                          drc_svg_snap(p->f.right - side), p->spec->first_day, p->spec->day_count};
}

/* Days of an event that are on the chart; its glyph stands over their middle. */
static void place_event(struct plot *p, size_t i)
{
    const struct drc_chart_event *in = &p->spec->events[i];
    struct event *e = &p->events[i];
    int64_t last = p->spec->first_day + (int64_t)p->spec->day_count - 1;
    int64_t from = in->first_day > p->spec->first_day ? in->first_day : p->spec->first_day;
    int64_t to = in->last_day < last ? in->last_day : last;
    e->seen = from <= to;
    if (!e->seen)
        return;
    e->x1 = drc_axis_x(&p->axis, (double)(from - p->spec->first_day));
    e->x2 = drc_axis_x(&p->axis, (double)(to - p->spec->first_day) + 1);
    double w = p->spec->list ? NUMBER_WIDTH : GLYPH;
    e->glyph_x = drc_svg_snap(fmin(fmax((e->x1 + e->x2 - w) / 2, p->axis.left), p->axis.right - w));
}

/* Worst first, each in the lowest lane that has room for its days and its number. */
static void place_events(struct plot *p)
{
    for (size_t i = 0; i < p->spec->event_count; i++) {
        struct event *e = &p->events[i];
        place_event(p, i);
        for (size_t k = 0; k < i && e->seen; k++) {
            const struct event *o = &p->events[k];
            bool apart =
                fmax(e->x2, e->glyph_x + NUMBER_WIDTH) + LANE_GAP < fmin(o->x1, o->glyph_x) ||
                fmax(o->x2, o->glyph_x + NUMBER_WIDTH) + LANE_GAP < fmin(e->x1, e->glyph_x);
            if (o->seen && o->lane == e->lane && !apart) {
                e->lane++;
                k = (size_t)-1; /* from the start, for the next lane */
            }
        }
        if (e->seen && e->lane >= p->lanes)
            p->lanes = e->lane + 1;
    }
}

static void measure_list(struct plot *p)
{
    const struct drc_chart_band *spec = p->spec;
    for (size_t i = 0; i < spec->event_count; i++) {
        p->rows[i].label = spec->events[i].label;
        memcpy(p->rows[i].notes, spec->events[i].notes, sizeof p->rows[i].notes);
    }
    drc_columns_measure(&p->f, &p->notes, p->rows, spec->event_count, spec->note_titles);
    double right = drc_columns_place(&p->notes, p->f.right, p->f.right - p->f.left - LIST_NAME_MIN);
    drc_columns_labels(&p->f, p->rows, spec->event_count, p->f.t->text_px,
                       right - p->f.left - LIST_INDENT, p->labels);
}

/* Days in a row that have both edges; the band is flat over half a day at both ends of them. */
static void draw_band_part(const struct plot *p, size_t from, size_t to)
{
    struct drc_buf *b = p->f.svg;
    char x[24], y[24];
    drc_buf_addstr(b, "<path d=\"");
    for (size_t side = 0; side < 2; side++) {
        size_t n = to - from + 2;
        for (size_t k = 0; k < n; k++) {
            size_t i = side == 0 ? k : n - 1 - k;
            size_t day = i == 0 ? from : i == n - 1 ? to - 1 : from + i - 1;
            double at = i == 0       ? drc_axis_x(&p->axis, (double)from)
                        : i == n - 1 ? drc_axis_x(&p->axis, (double)to)
                                     : day_middle(p, day);
            double v = (double)(side == 0 ? p->spec->high : p->spec->low)[day];
            drc_buf_printf(b, "%s%s %s", k == 0 && side == 0 ? "M" : "L", drc_svg_num(at, x),
                           drc_svg_num(y_of(p, v), y));
        }
    }
    drc_buf_printf(b, "z\" fill=\"%s\"/>\n", p->f.t->band);
}

static void draw_band(const struct plot *p)
{
    size_t from = 0;
    for (size_t d = 0; d <= p->spec->day_count; d++) {
        bool in = d < p->spec->day_count && known(p->spec->low, d) && known(p->spec->high, d);
        if (in)
            continue;
        if (d > from)
            draw_band_part(p, from, d);
        from = d + 1;
    }
}

/* A line with gaps; a day between two gaps is a dot. */
static void draw_line(const struct plot *p, const int64_t *series, const char *stroke, double width,
                      const char *dashes)
{
    struct drc_buf *b = p->f.svg;
    char x[24], y[24];
    for (size_t d = 0, n = p->spec->day_count; d < n; d++) {
        bool before = d > 0 && known(series, d - 1), after = d + 1 < n && known(series, d + 1);
        if (!known(series, d))
            continue;
        double at = y_of(p, (double)series[d]);
        if (!before && !after) {
            drc_svg_dot(b, day_middle(p, d), at, width, stroke, stroke);
            continue;
        }
        drc_buf_printf(b, "%s%s %s", before ? "L" : "<path d=\"M", drc_svg_num(day_middle(p, d), x),
                       drc_svg_num(at, y));
        if (!after)
            drc_buf_printf(b, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s%s%s/>\n",
                           stroke, drc_svg_num(width, x),
                           dashes == NULL ? "" : " stroke-dasharray=\"",
                           dashes == NULL ? "" : dashes, dashes == NULL ? "" : "\"");
    }
}

static void draw_grid(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->small_px, false, t->muted, ANCHOR_END};
    for (size_t i = 0; i < p->ticks.count; i++) {
        double y = drc_svg_snap(y_of(p, p->ticks.values[i]));
        drc_svg_line(p->f.svg, p->axis.left, y, p->axis.right, y, 1,
                     p->ticks.values[i] == 0 ? t->zero_line : t->grid, NULL);
        drc_svg_text(p->f.svg, pen, p->axis.left - TICK_GAP, drc_svg_baseline(y, t->small_px),
                     p->ticks.text[i]);
    }
}

static void draw_level(const struct plot *p)
{
    const struct drc_chart_band *spec = p->spec;
    double from = fmax(0, (double)(spec->level_from_day - spec->first_day)),
           y = drc_svg_snap(y_of(p, (double)spec->level_uusd));
    if (spec->level_uusd != 0 && from < (double)spec->day_count)
        drc_svg_line(p->f.svg, drc_axis_x(&p->axis, from), y, p->axis.right, y, 1.5, p->f.t->wasted,
                     "2 2");
}

/* The names of the lines at their last known day. Where a forecast goes on behind it, the name of
 * what was would stand beside the wrong line: the note in the head says it. */
static void draw_names(const struct plot *p)
{
    static char actual[] = "actual";
    struct side_label labels[3];
    const int64_t *series[] = {p->spec->actual, p->spec->expected};
    char *names[] = {actual, drc_arena_strdup(p->f.a, expected_name(p))};
    size_t n = 0;
    for (size_t s = 0; s < 2; s++) {
        size_t d = p->spec->day_count;
        while (d > 0 && !known(series[s], d - 1))
            d--;
        if (d > 0 && (p->spec->forecast_name == NULL || d == p->spec->day_count))
            labels[n++] = (struct side_label){names[s], y_of(p, (double)series[s][d - 1]),
                                              s == 0 ? p->f.t->ink : p->f.t->dbu};
    }
    if (p->spec->level_uusd != 0)
        labels[n++] = (struct side_label){drc_arena_strdup(p->f.a, p->spec->level_name),
                                          y_of(p, (double)p->spec->level_uusd), p->f.t->wasted};
    drc_side_labels(&p->f, labels, n, p->axis.right, p->top, p->bottom);
}

static void draw_event(const struct plot *p, size_t i)
{
    const struct drc_theme *t = p->f.t;
    const struct event *e = &p->events[i];
    const struct drc_chart_event *in = &p->spec->events[i];
    struct pen pen = {t->small_px, true, t->ink, ANCHOR_START};
    double middle = p->top - 4 - LANE_HEIGHT * ((double)e->lane + 0.5);
    double w = p->spec->list ? NUMBER_WIDTH : GLYPH;
    if (!e->seen)
        return;
    if (e->x2 - e->x1 > w + 8) { /* its days, where the glyph leaves some to see */
        drc_svg_line(p->f.svg, e->x1, middle, e->x2, middle, 2, t->muted, NULL);
        drc_svg_rect(p->f.svg, (struct box){e->glyph_x - 3, middle - 7, w + 6, 14}, t->background);
    }
    drc_svg_level(p->f.svg, t, in->level, e->glyph_x, middle);
    if (p->spec->list)
        drc_svg_text(p->f.svg, pen, e->glyph_x + GLYPH + 2, drc_svg_baseline(middle, t->small_px),
                     drc_arena_printf(p->f.a, "%zu", i + 1));
    for (size_t d = 0; d < p->spec->day_count && in->last_day - in->first_day < DOTTED_MAX; d++) {
        int64_t day = p->spec->first_day + (int64_t)d;
        if (day >= in->first_day && day <= in->last_day && known(p->spec->actual, d))
            drc_svg_dot(p->f.svg, day_middle(p, d), y_of(p, (double)p->spec->actual[d]), 3, t->ink,
                        t->background);
    }
}

/* From the glyph to the line; under everything else. */
static void draw_stems(const struct plot *p)
{
    for (size_t i = 0; i < p->spec->event_count; i++) {
        const struct event *e = &p->events[i];
        double x = drc_svg_snap((e->x1 + e->x2) / 2);
        if (e->seen && p->spec->list)
            drc_svg_line(p->f.svg, x, p->top - 4 - LANE_HEIGHT * (double)e->lane, x, p->bottom, 1,
                         p->f.t->zero_line, "1 2");
        else if (e->seen)
            drc_svg_rect(p->f.svg, (struct box){e->x1, p->top, e->x2 - e->x1, PLOT_HEIGHT},
                         p->f.t->wasted_ground);
    }
}

static void draw_head(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    struct pen head = {t->text_px, true, t->ink, ANCHOR_START};
    struct pen aside = {t->small_px, false, t->muted, ANCHOR_END};
    const char *note =
        p->spec->forecast_note == NULL ? "shaded: expected band" : p->spec->forecast_note;
    double y = drc_svg_baseline(p->f.top + HEAD_HEIGHT / 2 - 3, t->text_px);
    double room = p->f.right - p->f.left - drc_font_width(t->regular, note, t->small_px) - 16;
    const char *title = drc_chart_clean(p->f.a, t->semibold, p->spec->plot_title);
    drc_svg_text(p->f.svg, head, p->f.left, y,
                 drc_chart_cut_end(p->f.a, t->semibold, title, t->text_px, room));
    drc_svg_text(p->f.svg, aside, p->f.right, y, note);
}

static void draw_list(const struct plot *p)
{
    static const char *const names[] = {"information", "warning", "critical"};
    const struct drc_theme *t = p->f.t;
    struct pen pen = {t->text_px, false, t->ink, ANCHOR_START},
               number = {t->text_px, true, t->ink, ANCHOR_START},
               small = {t->small_px, false, t->muted, ANCHOR_START};
    double middle = p->list_top + LIST_HEAD / 2, x = p->f.left;
    for (int level = DRC_LEVEL_CRIT; level >= DRC_LEVEL_INFO; level--) {
        drc_svg_level(p->f.svg, t, (enum drc_chart_level)level, x, middle);
        drc_svg_text(p->f.svg, small, x + GLYPH + 4, drc_svg_baseline(middle, t->small_px),
                     names[level]);
        x += GLYPH + 4 + drc_font_width(t->regular, names[level], t->small_px) + 10;
    }
    drc_columns_heads(&p->f, &p->notes, middle);
    middle = p->list_top + LIST_HEAD + LIST_ROW / 2;
    for (size_t i = 0; i < p->spec->event_count; i++, middle += LIST_ROW) {
        double y = drc_svg_baseline(middle, t->text_px);
        drc_svg_line(p->f.svg, p->f.left, middle - LIST_ROW / 2, p->f.right, middle - LIST_ROW / 2,
                     1, t->grid, NULL);
        drc_svg_level(p->f.svg, t, p->spec->events[i].level, p->f.left, middle);
        drc_svg_text(p->f.svg, number, p->f.left + GLYPH + 3, y,
                     drc_arena_printf(p->f.a, "%zu", i + 1));
        drc_svg_text(p->f.svg, pen, p->f.left + LIST_INDENT, y, p->labels[i]);
        drc_columns_row(&p->f, &p->notes, i, middle);
    }
}

static bool has_list(const struct plot *p)
{
    return p->spec->list && p->spec->event_count > 0;
}

static void draw_plot(const struct plot *p)
{
    const struct drc_theme *t = p->f.t;
    draw_head(p);
    draw_stems(p);
    draw_band(p);
    draw_grid(p);
    draw_level(p);
    draw_line(p, p->spec->expected, t->dbu, 1.5, "5 3");
    draw_line(p, p->spec->actual, t->ink, 2, NULL);
    for (size_t i = 0; i < p->spec->event_count; i++)
        draw_event(p, i);
    draw_names(p);
    drc_axis_draw(&p->f, &p->axis, p->bottom);
    if (has_list(p))
        draw_list(p);
}

static double measure(struct plot *p)
{
    measure_axis(p);
    place_events(p);
    p->top = drc_svg_snap(p->f.top + HEAD_HEIGHT + LANE_HEIGHT * (double)p->lanes + 4);
    p->bottom = p->top + PLOT_HEIGHT;
    p->list_top = p->bottom + DAY_AXIS_HEIGHT + 8;
    if (!has_list(p))
        return p->list_top;
    measure_list(p);
    return p->list_top + LIST_HEAD + LIST_ROW * (double)p->spec->event_count;
}

static int check_size(const struct drc_chart_band *spec, struct drc_err *err)
{
    if (spec->day_count <= DRC_CHART_DAYS_MAX && spec->event_count <= DRC_CHART_EVENTS_MAX &&
        spec->step_count <= DRC_CHART_STEPS_MAX)
        return 0;
    return drc_err_set(err, DRC_ERR_LIMIT, "a band has at most %d days, %d events and %d steps",
                       DRC_CHART_DAYS_MAX, DRC_CHART_EVENTS_MAX, DRC_CHART_STEPS_MAX);
}

static int draw_chart(struct plot *p, struct drc_err *err)
{
    const struct drc_chart_band *spec = p->spec;
    if (check_size(spec, err) != 0)
        return -1;
    bool empty = !measure_range(p);
    if (drc_frame_init(&p->f, spec->title, spec->subtitle, spec->footer, NULL, 0, empty, err) != 0)
        return -1;
    double steps = empty ? p->f.top + EMPTY_HEIGHT : measure(p);
    double below = steps + drc_steps_height(spec),
           bottom = below + (spec->path == NULL ? 0 : drc_path_height(spec->path));
    drc_frame_draw(&p->f, bottom + drc_frame_footer_height(&p->f), NULL, 0);
    if (empty)
        drc_frame_empty(&p->f, p->f.top, EMPTY_HEIGHT, "Nothing to show: no day in this window.");
    else
        draw_plot(p);
    drc_steps_draw(&p->f, spec, steps);
    if (spec->path != NULL)
        drc_path_draw(&p->f, spec->path, below);
    return drc_svg_close(p->f.svg, err);
}

int drc_chart_band(const struct drc_theme *t, const struct drc_chart_band *spec,
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
