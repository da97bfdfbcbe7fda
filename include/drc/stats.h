/* Statistics over plain arrays. Pure; any thread; nothing here allocates more than its caps say.
 * Values must be finite; unknown results are NaN. Where an array is not const it is reordered.
 *
 * Sources: percentile type 7 (Hyndman & Fan 1996, The American Statistician 50); modified z
 * (Iglewicz & Hoaglin 1993); Wilson 1927; Mann & Whitney 1947; Fisher 1935; Theil 1950, Sen 1968,
 * Kendall 1955; Benjamini & Hochberg 1995; Shapley 1953. */
#ifndef DRC_STATS_H
#define DRC_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- one sample ----
 * percentile: linear interpolation, p in 0..1; NaN for n = 0. mad: median of |x - median|, unscaled
 * (the values become their deviations). gini: 0 = all equal, (n-1)/n = one has all; NaN unless all
 * are >= 0 and the sum is positive. */
double drc_stats_percentile(double *values, size_t n, double p);
double drc_stats_median(double *values, size_t n);
double drc_stats_mad(double *values, size_t n);
double drc_stats_gini(double *values, size_t n);

/* Modified z = 0.6745 (x - median) / spread. The spread is the MAD, never below 5 % of the median
 * and never below `unit` (one dollar in reports), so that a flat series does not flag a cent.
 * A spread of 0 gives 0 for x = median, else an infinity with the sign of the deviation. */
double drc_stats_spread(double mad, double median, double unit);
double drc_stats_modified_z(double x, double median, double spread);

/* 95 % score interval of a rate (z = 1.959964); NaN for n = 0 and for nonsense. */
void drc_stats_wilson(int64_t successes, int64_t n, double *lo, double *hi);

/* ---- tests; p values are two-sided, NaN where nothing can be said ----
 * Mann-Whitney: exact where both samples have at most DRC_MANN_WHITNEY_EXACT_MAX values and no two
 * values are equal, else normal with continuity and tie correction. `z` (may be NULL) is the normal
 * statistic, positive where b is larger. Both arrays are sorted in place.
 * Fisher: the table {{a, b}, {c, d}}; sums all tables that are not more probable (as R does).
 * bh_cut: the largest p that Benjamini & Hochberg reject at false discovery rate q, NaN if none;
 * a p is flagged when it is <= the cut. */
#define DRC_MANN_WHITNEY_EXACT_MAX 20
double drc_stats_mann_whitney(double *a, size_t na, double *b, size_t nb, double *z);
double drc_stats_fisher(int64_t a, int64_t b, int64_t c, int64_t d);
double drc_stats_bh_cut(double *p, size_t n, double q);

/* ---- trend ----
 * Theil-Sen: slope = median of the slopes of all pairs with different x; intercept = median(y) -
 * slope median(x); p = Mann-Kendall with tie correction and continuity; lo..hi = 95 % interval
 * of the slope (Sen). -1 if n < 2, n > DRC_THEIL_SEN_MAX, or all x are equal. */
#define DRC_THEIL_SEN_MAX 2000 /* points; 2 million pairs */
struct drc_trend {
    double slope, intercept, lo, hi, p;
};
int drc_stats_theil_sen(const double *x, const double *y, size_t n, struct drc_trend *out);

/* ---- where a change of cost comes from ----
 * cost = runs x attempts/run x ms/attempt x (udbu/ms x uusd/udbu + vm_uusd/ms). The Shapley value
 * of each of the six factors: 2^6 evaluations; without a VM layer (vm_uusd = 0 on both sides) the
 * sixth is 0 and the others are those of the 2^5 form. The parts are multiples of `unit_uusd` (1,
 * or 10000 for cents) and add up exactly to the change, rounded half away from zero to that unit
 * (largest remainder).
 * A factor that is undefined on one side (no runs there: no attempts per run) is taken from the
 * other side, so the change goes to the factor that was zero. Where a side cannot be a product
 * (cost without minutes, attempts without runs, negative counts) the whole change is `other`. */
struct drc_cost_totals {
    int64_t runs, attempts, ms, udbu, dbu_uusd, vm_uusd;
};
enum drc_cost_factor {
    DRC_COST_RUNS,
    DRC_COST_ATTEMPTS,
    DRC_COST_DURATION,
    DRC_COST_DBU_RATE,
    DRC_COST_PRICE,
    DRC_COST_VM_RATE,
    DRC_COST_FACTORS
};
struct drc_cost_split {
    int64_t delta, part[DRC_COST_FACTORS], other;
};
void drc_stats_shapley_cost(const struct drc_cost_totals *before,
                            const struct drc_cost_totals *after, int64_t unit_uusd,
                            struct drc_cost_split *out);

/* ---- forecast of a daily series ----
 * Weekday factors (median of the day over the mean of the seven days around it) times a robust
 * level: the median of the last 28 days without their factors, with a Theil-Sen trend where it is
 * significant (p < 0.05). The sum and its 80 % interval: a bootstrap of the 28 residuals, 1,000
 * draws, seed fixed. values: by day, oldest first; at least DRC_FORECAST_MIN and at most
 * DRC_THEIL_SEN_MAX. day (of `ahead` values, or NULL) gets each day's forecast, low and high.
 * -1: too few days. */
#define DRC_FORECAST_MIN 35
#define DRC_FORECAST_AHEAD_MAX 62
struct drc_forecast_day {
    double value, lo, hi;
};
struct drc_forecast {
    double sum, lo, hi; /* of the days ahead together */
    bool trend;
};
int drc_stats_forecast(const double *values, size_t n, size_t ahead, struct drc_forecast_day *day,
                       struct drc_forecast *out);

/* splitmix64 finalizer (Steele, Lea & Flood 2014). */
uint64_t drc_stats_mix64(uint64_t seed);

#endif
