/* Parts that the charts share; private to src/core/{font,theme,chart*}.c. Contracts of the public
 * names: drc/chart.h. */
#ifndef CORE_CHART_PARTS_H
#define CORE_CHART_PARTS_H

#include "drc/chart.h"

/* ---- font.c */

double drc_font_advance(const struct drc_font *f, unsigned codepoint, double px);

/* ---- theme.c */

enum { COLOUR_BYTES = 8 }; /* "#RRGGBB" and NUL */

struct drc_theme {
    const struct drc_font *regular, *semibold;
    const char *font_family, *regular_sha256, *semibold_sha256;
    double width, padding, title_px, text_px, small_px, bar_px, row_px;
    const char *background, *ink, *muted, *faint, *grid, *zero_line, *panel, *band, *alert;
    const char *layer[DRC_CHART_LAYERS_MAX - 1];
    const char *dbu, *ondemand, *spot, *wasted, *wasted_ground, *other, *spark, *spark_area;
    double muted_strength; /* 0..1: how much of its colour a muted bar keeps */
};

/* ---- chart_text.c: every string that is drawn passes here first */

/* Readable, XML-safe and drawable: valid UTF-8, no controls, single spaces, no code point without a
 * glyph. */
char *drc_chart_clean(struct drc_arena *a, const struct drc_font *f, const char *s);

/* `s` (clean) cut at its end to fit; with U+2026. */
char *drc_chart_cut_end(struct drc_arena *a, const struct drc_font *f, const char *s, double px,
                        double max_width);

/* Cuts n names to one width so that different names stay different on the picture. */
void drc_chart_cut_names(struct drc_arena *a, const struct drc_font *f, const char *const *names,
                         size_t n, double px, double max_width, char **out);

/* Breaks at spaces into at most `max_lines` lines; what does not fit ends in U+2026. Returns the
 * number of lines. */
size_t drc_chart_wrap(struct drc_arena *a, const struct drc_font *f, const char *s, double px,
                      double max_width, size_t max_lines, char **lines);

/* ---- chart_svg.c: elements with fixed attribute order and fixed decimals */

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct pen { /* how a text is set */
    double px;
    bool bold;
    const char *fill;
    enum anchor anchor;
};

struct box {
    double x, y, w, h;
};

char *drc_svg_num(double v, char out[24]); /* at most one decimal; not finite gives 0 */
double drc_svg_snap(double v);             /* to half pixels: whole device pixels at 2x */
double drc_svg_baseline(double middle, double px);
/* Strength 1 is the colour, 0 white. */
char *drc_svg_blend(const char *colour, double strength, char out[COLOUR_BYTES]);

void drc_svg_open(struct drc_buf *b, const struct drc_theme *t, double height, const char *title,
                  const char *desc);
int drc_svg_close(struct drc_buf *b, struct drc_err *err);
void drc_svg_text(struct drc_buf *b, struct pen pen, double x, double y, const char *s);
void drc_svg_rect(struct drc_buf *b, struct box r, const char *fill);
void drc_svg_line(struct drc_buf *b, double x1, double y1, double x2, double y2, double width,
                  const char *stroke, const char *dashes);
/* A triangle with a mark, 10 px wide. */
void drc_svg_warning(struct drc_buf *b, double x, double middle, const char *fill);
/* 10 px wide: triangle, diamond, ring. */
void drc_svg_level(struct drc_buf *b, const struct drc_theme *t, enum drc_chart_level level,
                   double x, double middle);
void drc_svg_dot(struct drc_buf *b, double x, double y, double r, const char *fill,
                 const char *stroke);
void drc_svg_role(struct drc_buf *b, const struct drc_theme *t, enum drc_chart_role role,
                  struct box r, double strength);
/* A row with its own colour; numbers past the palette have the colour of "Other". */
const char *drc_svg_layer(const struct drc_theme *t, size_t index);
void drc_svg_spark(struct drc_buf *b, const struct drc_theme *t, const int64_t *values, size_t n,
                   struct box r);

/* ---- chart_frame.c: what every chart has around its plot */

struct frame {
    struct drc_arena *a;
    const struct drc_theme *t;
    struct drc_buf *svg;
    double left, right; /* inner edges */
    char *title[2], *subtitle[3], *footer[3];
    size_t title_lines, subtitle_lines, footer_lines;
    bool legend;
    const char *names[DRC_CHART_SERIES_MAX];
    struct box items[DRC_CHART_SERIES_MAX]; /* of the legend, relative to its top left */
    double legend_height;
    double top; /* where the plot begins */
};

int drc_frame_init(struct frame *f, const char *title, const char *subtitle, const char *footer,
                   const struct drc_chart_series *series, size_t count, bool empty,
                   struct drc_err *err);
double drc_frame_footer_height(const struct frame *f);
void drc_frame_draw(const struct frame *f, double height, const struct drc_chart_series *series,
                    size_t count);
void drc_frame_empty(const struct frame *f, double top, double height, const char *sentence);

/* ---- chart_axis.c: days along the bottom, names beside the right edge */

#define DAY_AXIS_HEIGHT 24.0

struct day_axis {
    double left, right;
    int64_t first_day;
    size_t day_count;
};

double drc_axis_x(const struct day_axis *x, double day); /* 0: where the first day begins */
bool drc_axis_has_weekends(const struct day_axis *x);    /* wide enough days for them */
/* Dates, and a light bar under each Saturday and Sunday, from `top` down. */
void drc_axis_draw(const struct frame *f, const struct day_axis *x, double top);

#define SIDE_LABELS_MAX 8
#define SIDE_LABEL_LINE 16.0

struct side_label {
    char *text;
    double y;         /* of what it names; moved to where the text stands */
    const char *fill; /* of the line from there to the text */
};

/* Names beside the plot, as near to what they name as they fit without touching each other; sorted
 * by y. They start SIDE_LABEL_GAP to the right of `x`. */
#define SIDE_LABEL_GAP 16.0
void drc_side_labels(const struct frame *f, struct side_label *labels, size_t n, double x,
                     double top, double bottom);

/* ---- chart_columns.c: names to the left of the plot, figures to the right, one per row */

/* Names cut to fit, all different; returns the widest. */
double drc_columns_labels(const struct frame *f, const struct drc_chart_row *rows, size_t n,
                          double px, double max_width, char **out);

#define COLUMN_GAP 15.0
#define COLUMN_HEAD_MAX 84.0

struct column { /* width 0: not drawn */
    double right, width;
    char *head;
};

struct columns {
    const struct drc_chart_row *rows;
    size_t row_count;
    struct column at[DRC_CHART_NOTES_MAX];
    char *notes[DRC_CHART_ROWS_MAX][DRC_CHART_NOTES_MAX]; /* as drawn */
    bool heads;                                           /* a drawn column has one */
};

/* A column without a title or without any note is not drawn. */
void drc_columns_measure(const struct frame *f, struct columns *c, const struct drc_chart_row *rows,
                         size_t row_count, const char *const *titles);
double drc_columns_width(const struct columns *c); /* with the gaps before them */
/* Ends them at `right`; those that do not fit into `room` are dropped, the last first. Returns
 * where the plot has to end. */
double drc_columns_place(struct columns *c, double right, double room);
void drc_columns_heads(const struct frame *f, const struct columns *c, double middle);
void drc_columns_row(const struct frame *f, const struct columns *c, size_t row, double middle);

/* ---- chart_area.c: stacked area by day, below a chart's bars */

double drc_area_height(const struct drc_chart_area *area);
void drc_area_draw(const struct frame *f, const struct drc_chart_area *area, double top);

/* ---- chart_steps.c: the waterfall below a band */

double drc_steps_height(const struct drc_chart_band *spec);
void drc_steps_draw(const struct frame *f, const struct drc_chart_band *spec, double top);

/* ---- chart_path.c: boxes below a chart's days */

double drc_path_height(const struct drc_chart_path *spec);
void drc_path_draw(const struct frame *f, const struct drc_chart_path *spec, double top);

/* ---- chart_scale.c */

#define TICKS_MAX 6

struct ticks {
    size_t count;
    double values[TICKS_MAX]; /* micro-dollars, ascending, with 0 */
    char text[TICKS_MAX][48];
};

/* Multiples of a round step within [low, high] (low <= 0 <= high), at most 5; `px_per_unit` and
 * `room` (px that a label needs beyond its width) thin them out so that labels on one line do not
 * meet. room < 0: labels stand above each other. */
void drc_chart_ticks(const struct drc_theme *t, double low, double high, double px_per_unit,
                     double room, struct ticks *out);
int64_t drc_chart_add(int64_t a, int64_t b); /* saturating */

#endif
