/* Anomalies of a series with one value a day (or an hour), and the reader of a CSV file with
 * such a series. Pure; any thread; the same input gives the same output.
 *
 * Every known value is judged against what came before it, never after:
 * - Less than six clean values of the same weekday in the eight weeks before: median and MAD of
 *   the clean values of the 28 days before, at least 14 of them. Two or more clean values of the
 *   same weekday widen the band to their range and 25 % beyond, so that a first weekend is not
 *   news.
 * - Else a decomposition in medians, period one week, after the idea of STL with its robust
 *   weights (Cleveland et al. 1990), but looking back only, so that a verdict never changes
 *   later and a step is not smoothed away. Of the eight whole weeks before, as far as the series
 *   reaches: level L_k of week k = median of its values (at least half of them clean); effect
 *   S_c of weekday c = median over the weeks of x - L_k; remainder R = x - L_k - S_c. expected =
 *   median(L of the four newest weeks) + S_today, kept within the values seen; MAD = 1.3
 *   median|R| (the fit uses up 14 of 56 degrees of freedom, sqrt(56/42), and the expectation is
 *   itself uncertain).
 * spread = max(MAD, 5 % of expected, unit); M = 0.6745 (x - expected) / spread (Iglewicz &
 * Hoaglin 1993), at most 9999. band = expected +- max(3.5 spread / 0.6745, 25 % of expected).
 * Outside of it a value is flagged and no longer part of the baseline.
 * Hours: the same with 168 hours of the week for 7 weekdays; 28 days are 672 hours. */
#ifndef DRC_DETECT_H
#define DRC_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

#define DRC_SERIES_MAX 100000             /* days or hours from the first to the last */
#define DRC_SERIES_BYTES_MAX (16u << 20u) /* of a CSV file */
#define DRC_SERIES_VALUE_MAX 1e15         /* sums and squares stay exact enough */

struct drc_detect_options {
    int per_day;       /* values a day: 1 or 24 */
    int64_t first;     /* what series[0] is: days or hours since 1970-01-01 UTC */
    double unit;       /* smallest spread: one dollar, in the unit of the series */
    double min_impact; /* an event is reported if |impact| reaches this ... */
    double total;      /* ... or |impact| per day reaches 0.5 % of this total; 0: no such rule */
    const int64_t *calendar; /* days on which something is expected, ascending; may be NULL */
    size_t calendar_count;
    bool bands; /* the band of every day; else m and band only of those that an event needs */
};

/* expected is NaN where nothing is known before it, or the value itself is unknown. */
struct drc_detect_point {
    double expected, low, high, m;
    bool flagged;
};

/* spike, drop: 1-4 flagged days in a row, above or below (hours: 1-23). level shift: 5 (24)
 * known values in a row, all on one side with |M| > 1.75, the first flagged, the median of |M|
 * above 3.5; then the baseline is carried over to the new level (times the median ratio; plus
 * the median difference where something expected is not above 0), so that weekdays and spread
 * stay known. The shift ends when a flagged value fits the level before it, or after 28 days, as
 * the new normal; the next shift does not reach back over such an end.
 * calendar: a spike or drop of which at least half the days are in the calendar, or are within
 * 20 % of the same day of the month before (last day: of the last day), that itself was flagged
 * or not judged; it informs only. */
enum drc_detect_shape { DRC_SHAPE_SPIKE, DRC_SHAPE_DROP, DRC_SHAPE_LEVEL, DRC_SHAPE_CALENDAR };

/* actual, expected, low, high, impact = actual - expected: sums over the known values from..to.
 * m: the largest by size, of a level shift among the values that made it. A level shift is
 * measured against the level before it. */
struct drc_detect_event {
    size_t from, to;
    enum drc_detect_shape shape;
    double actual, expected, low, high, impact, m;
};

struct drc_detection {
    struct drc_detect_point *points; /* one for each value */
    struct drc_detect_event *events; /* by from */
    size_t event_count;
};

/* series: NaN = unknown (not yet billed), never 0. n <= DRC_SERIES_MAX. Without bands, a series
 * whose values add up (by size) to less than min_impact and than 0.5 % of the total is not looked
 * at: no events, points NULL. */
void drc_detect(struct drc_arena *a, const double *series, size_t n,
                const struct drc_detect_options *o, struct drc_detection *out);

/* "spike", "drop", "level shift", "calendar" */
const char *drc_detect_shape_name(enum drc_detect_shape shape);

/* A series from a file: one `time,value` a line (comma, semicolon or tab), an optional header,
 * times as 2026-11-22, 2026-11-22T15:00[:00][Z|+01:00] (or a blank for T), seconds or
 * milliseconds since 1970. An empty value, NA, null or NaN is unknown, and so is a slot without
 * a line. Any order. Errors: PARSE with the line (unreadable, two values for one slot), LIMIT
 * (span, size of a value). */
struct drc_series {
    double *values;
    size_t n, missing;
    int64_t first; /* days or hours since 1970-01-01 UTC */
};
int drc_series_parse(struct drc_arena *a, const char *text, size_t bytes, int per_day,
                     struct drc_series *out, struct drc_err *err);

#endif
