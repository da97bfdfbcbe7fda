/* Charts as SVG text. Pure and deterministic: the same spec, theme and font table give the same
 * bytes. Text is measured with advance widths read from the font files (hmtx and cmap tables,
 * OpenType 1.9); nothing here draws pixels. CSS pixels throughout; a chart is 600 wide. Any thread
 * once the theme is loaded (it is immutable). */
#ifndef DRC_CHART_H
#define DRC_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/buf.h"
#include "drc/err.h"

/* Advance widths of one font file. */
struct drc_font;
/* data: a whole .otf/.ttf; what is needed is copied, the file may go. PARSE on any out-of-range
 * table offset (hostile-safe). */
struct drc_font *drc_font_parse(struct drc_arena *a, const void *data, size_t bytes,
                                struct drc_err *err);
double drc_font_width(const struct drc_font *f, const char *utf8, double px);
bool drc_font_has(const struct drc_font *f, unsigned codepoint);
/* What `f` has no glyph for is looked up and measured in `fallback` (DejaVu Sans behind Inter:
 * Arabic, Hebrew, symbols), as fontconfig does when drawing. Call before the font is shared;
 * fallback lives as long as f. */
void drc_font_chain(struct drc_font *f, const struct drc_font *fallback);

/* charts/theme.conf: palette, sizes, fonts (`key = value` lines, `#` comments). */
struct drc_theme;
/* text: the file; regular and semibold: parsed fonts. CONFIG with "theme.conf:line" for unknown
 * keys and bad values. */
struct drc_theme *drc_theme_parse(struct drc_arena *a, const char *text,
                                  const struct drc_font *regular, const struct drc_font *semibold,
                                  struct drc_err *err);
const char *drc_theme_font_family(const struct drc_theme *t); /* "Inter, DejaVu Sans, sans-serif" */
/* SHA-256 (hex) of the font file that the theme was drawn with, weight 400 or 600; "" = not given.
 */
const char *drc_theme_font_sha256(const struct drc_theme *t, int weight);

#define DRC_CHART_SERIES_MAX 6
#define DRC_CHART_NOTES_MAX 3
#define DRC_CHART_ROWS_MAX 24 /* reports draw DRC_CHART_BARS_MAX and "Other" */
#define DRC_CHART_DAYS_MAX 400

enum drc_chart_role { /* meaning of a series; the theme gives each its colour and pattern */
                      DRC_ROLE_DBU,
                      DRC_ROLE_ONDEMAND,
                      DRC_ROLE_SPOT,
                      DRC_ROLE_WASTED,
                      DRC_ROLE_OTHER,
                      DRC_ROLE_FULL,  /* the row's own colour ... */
                      DRC_ROLE_LIGHT, /* ... and a light tone of it */
                      DRC_ROLE_LINE   /* a line with dots */
};

struct drc_chart_series {
    const char *name; /* legend */
    enum drc_chart_role role;
};

struct drc_chart_row {
    const char *label;                      /* whole name; cut in the middle to fit */
    int64_t values[DRC_CHART_SERIES_MAX];   /* micro-dollars; negative allowed (corrections) */
    bool unknown;                           /* no amount is known: "n/a" instead of a bar */
    bool is_other;                          /* the folded rest: drawn muted, after the others */
    const char *notes[DRC_CHART_NOTES_MAX]; /* right-hand columns, formatted ("+12 %", "98 %"); NULL
                                               = none */
    bool note_alert[DRC_CHART_NOTES_MAX]; /* attention: bold and with a glyph, never colour alone */
    const int64_t *spark;                 /* daily totals, micro-dollars; NULL = none */
    size_t spark_count;
};

#define DRC_CHART_LAYERS_MAX 6 /* five rows and "Other" */

struct drc_chart_layer {
    const char *name;
    const int64_t *values; /* one per day, micro-dollars; negative ones are drawn as 0 */
};

/* Stacked area by day, drawn below the bars: the first layer lies at the bottom and has the colour
 * of the first bar, and so on. Layers past the fifth, and bars without a layer, are grey. */
struct drc_chart_area {
    const char *title;
    int64_t first_day; /* day number, see drc/clock.h */
    size_t day_count;  /* at most DRC_CHART_DAYS_MAX; 0 = nothing is drawn */
    const struct drc_chart_layer *layers;
    size_t layer_count; /* at most DRC_CHART_LAYERS_MAX */
};

struct drc_chart_hbar {
    const char *title, *subtitle, *footer; /* the subtitle says the finding in numbers */
    const struct drc_chart_series *series;
    size_t series_count;
    const struct drc_chart_row *rows; /* in drawing order; at most DRC_CHART_ROWS_MAX */
    size_t row_count;
    const char *note_titles[DRC_CHART_NOTES_MAX]; /* heads of the right-hand columns; NULL = unused;
                                                     a column without any note is not drawn */
    bool sparkline;                               /* a last column with each row's daily totals */
    const char *spark_title;
    const struct drc_chart_area
        *area; /* NULL = none; with it the series have the roles FULL and LIGHT */
};

/* Stacked horizontal bars, sorted as given, value label at each bar's end. No rows gives a chart
 * that says so. An "Other" bar far longer than the rest is drawn broken. Appends to `svg`. Errors:
 * LIMIT (too many rows or series, buffer full). */
int drc_chart_stacked_hbar(const struct drc_theme *t, const struct drc_chart_hbar *spec,
                           struct drc_buf *svg, struct drc_err *err);

/* Bars and the cumulative share on one axis: 0 to 100 % of the sum of all rows. */
struct drc_chart_pareto {
    const char *title, *subtitle, *footer;
    const struct drc_chart_row *rows; /* values[0], largest first, the folded rest last; those below
                                         zero count as 0 */
    size_t row_count;                 /* at most DRC_CHART_ROWS_MAX */
    const char *classes;              /* one letter per row: 'A', 'B', 'C'; ' ' = none */
    size_t rule_rows; /* place of the row that reaches 80 %, where the rule is drawn; 0 = none */
    const char *rule_text; /* "9 of 29 jobs make 80 %" */
    const char *note_titles[DRC_CHART_NOTES_MAX];
};

/* Errors as above. */
int drc_chart_pareto(const struct drc_theme *t, const struct drc_chart_pareto *spec,
                     struct drc_buf *svg, struct drc_err *err);

/* A dot per row on one axis from zero, and a strip of counts by day beside it. */
struct drc_chart_dots {
    const char *title, *subtitle, *footer;
    const struct drc_chart_row *rows; /* values[0]; spark: counts, day_count of them or NULL */
    size_t row_count;                 /* at most DRC_CHART_ROWS_MAX */
    const char *value_title;          /* "Expected loss" */
    const char *note_titles[DRC_CHART_NOTES_MAX];
    int64_t first_day; /* day number, see drc/clock.h */
    size_t day_count;  /* at most DRC_CHART_DAYS_MAX; 0 = no strip */
};

/* Errors as above. */
int drc_chart_dots(const struct drc_theme *t, const struct drc_chart_dots *spec,
                   struct drc_buf *svg, struct drc_err *err);

/* Whether a day axis of `px` has marks under its weekends: a week or more, and wide enough days. */
bool drc_chart_has_weekends(size_t days, double px);
#define DRC_CHART_STRIP_PX 126.0 /* axis of the strip */
#define DRC_CHART_BAND_PX 430.0  /* axis of the band, about */

#define DRC_CHART_UNKNOWN INT64_MIN /* a day without a value: a gap, not zero */
#define DRC_CHART_EVENTS_MAX 8
#define DRC_CHART_STEPS_MAX 10

enum drc_chart_level { DRC_LEVEL_INFO, DRC_LEVEL_WARN, DRC_LEVEL_CRIT }; /* each has its glyph */

struct drc_chart_event {
    const char *label;
    int64_t first_day, last_day; /* day numbers; parts outside the chart are not drawn */
    enum drc_chart_level level;
    const char *notes[DRC_CHART_NOTES_MAX]; /* columns of the list */
};

struct drc_chart_step {
    const char *label;
    int64_t uusd; /* signed; zero is left out */
};

#define DRC_CHART_PATH_MAX 6

struct drc_chart_path_box {
    const char *relation;       /* to the box before it, on the arrow; of the first: not drawn */
    const char *kind;           /* "attempt" */
    const char *name;           /* up to three lines, then cut */
    enum drc_chart_level level; /* has its glyph, INFO has none */
    bool is_sum;                /* the last: what it cost */
};

/* From an entity to what explains its cost, left to right, three boxes in a row. */
struct drc_chart_path {
    const char *title, *subtitle, *footer; /* only of a picture of its own */
    const char *heading;
    const struct drc_chart_path_box *boxes;
    size_t box_count; /* at most DRC_CHART_PATH_MAX; 0 = nothing went wrong */
};

/* Errors as above. */
int drc_chart_path(const struct drc_theme *t, const struct drc_chart_path *spec,
                   struct drc_buf *svg, struct drc_err *err);

/* The line of what was, over the band of what was expected, with numbered events; below it a list
 * of them, and a waterfall from one amount to another. */
struct drc_chart_band {
    const char *title, *subtitle, *footer;
    const char *plot_title;                        /* "Total cost by day" */
    int64_t first_day;                             /* day number, see drc/clock.h */
    size_t day_count;                              /* at most DRC_CHART_DAYS_MAX */
    const int64_t *actual, *expected, *low, *high; /* day_count each, micro-dollars or
                                                      DRC_CHART_UNKNOWN */
    /* Where `expected` is a forecast that goes on behind `actual`: its name beside the plot, and
     * what lines and band are. NULL: the expectation of each day, and its band. */
    const char *forecast_name, *forecast_note;
    /* A dashed line from that day on with its name beside the plot; 0: none. */
    int64_t level_uusd, level_from_day;
    const char *level_name;
    const struct drc_chart_event *events; /* worst first */
    size_t event_count;                   /* at most DRC_CHART_EVENTS_MAX */
    bool list; /* list the events by number; false: the picture is about one of them */
    const char *note_titles[DRC_CHART_NOTES_MAX];
    const char *steps_title;
    const char *before_label, *after_label;
    int64_t before_uusd; /* before and all steps make what stands at after_label */
    const struct drc_chart_step *steps;
    size_t step_count;                 /* at most DRC_CHART_STEPS_MAX; 0 = no waterfall */
    const struct drc_chart_path *path; /* below all of it; NULL = none */
};

/* Errors as above. */
int drc_chart_band(const struct drc_theme *t, const struct drc_chart_band *spec,
                   struct drc_buf *svg, struct drc_err *err);

struct drc_chart_days {
    const char *title, *subtitle, *footer;
    const struct drc_chart_series *series;
    size_t series_count;
    int64_t first_day; /* day number, see drc/clock.h */
    size_t day_count;
    const int64_t *values;  /* day_count x series_count, row-major, micro-dollars */
    int64_t reference_uusd; /* dashed line with a label (baseline mean per day); INT64_MIN = none */
    const char *reference_label;
    const int64_t
        *marks; /* day numbers with an event (failure, change), drawn as a labelled tick */
    const char *const *mark_labels;
    size_t mark_count;
    const struct drc_chart_path *path; /* below the days; NULL = none */
};

/* Stacked columns by day: the small chart of an entity card. Errors as above. */
int drc_chart_days(const struct drc_theme *t, const struct drc_chart_days *spec,
                   struct drc_buf *svg, struct drc_err *err);

#endif
