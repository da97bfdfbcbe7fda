/* Robust trend: Theil-Sen with Mann-Kendall. */
#include <math.h>
#include <stdlib.h>

#include "drc/stats.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sum of t (t - 1) (2 t + 5) over groups of t equal values. */
static double tied(const double *values, size_t n, double *work)
{
    for (size_t i = 0; i < n; i++)
        work[i] = values[i];
    qsort(work, n, sizeof *work, by_value);
    double sum = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && work[j] == work[i]; j++)
            ;
        double t = (double)(j - i);
        sum += t * (t - 1) * (2 * t + 5);
    }
    return sum;
}

/* Fills the slopes of all pairs with different x; *score = Kendall's S. */
static size_t pair_slopes(const double *x, const double *y, size_t n, double *slopes, double *score)
{
    size_t pairs = 0;
    *score = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            if (x[i] == x[j])
                continue;
            double slope = (y[j] - y[i]) / (x[j] - x[i]);
            *score += (slope > 0) - (slope < 0);
            slopes[pairs++] = slope;
        }
    return pairs;
}

int drc_stats_theil_sen(const double *x, const double *y, size_t n, struct drc_trend *out)
{
    if (n < 2 || n > DRC_THEIL_SEN_MAX)
        return -1;
    double *slopes = calloc(n * (n - 1) / 2 + n, sizeof *slopes), *work = slopes, score;
    if (slopes == NULL)
        abort();
    double count = (double)n;
    double variance = count * (count - 1) * (2 * count + 5) - tied(x, n, work) - tied(y, n, work);
    double sigma = sqrt(fmax(variance, 0) / 18);
    size_t pairs = pair_slopes(x, y, n, slopes, &score);
    if (pairs == 0) {
        free(slopes);
        return -1;
    }
    out->slope = drc_stats_median(slopes, pairs);
    out->p = sigma > 0 ? erfc(fmax(fabs(score) - 1, 0) / sigma / sqrt(2)) : 1;
    /* Sen 1968: the slopes of rank (N -+ z sigma) / 2 */
    qsort(slopes, pairs, sizeof *slopes, by_value);
    double last = (double)(pairs - 1), half = 1.959964 * sigma / 2, mid = (double)pairs / 2;
    out->lo = slopes[(size_t)fmin(fmax(rint(mid - half) - 1, 0), last)];
    out->hi = slopes[(size_t)fmin(fmax(rint(mid + half), 0), last)];
    for (size_t i = 0; i < n; i++)
        work[i] = x[i];
    double middle = drc_stats_median(work, n);
    for (size_t i = 0; i < n; i++)
        work[i] = y[i];
    out->intercept = drc_stats_median(work, n) - out->slope * middle;
    free(slopes);
    return 0;
}
