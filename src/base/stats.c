#include "drc/stats.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double drc_stats_percentile(double *values, size_t n, double p)
{
    if (n == 0 || !(p >= 0 && p <= 1))
        return (double)NAN;
    qsort(values, n, sizeof *values, by_value);
    double h = (double)(n - 1) * p;
    size_t lo = (size_t)h;
    if (lo + 1 >= n)
        return values[n - 1];
    return values[lo] + (h - (double)lo) * (values[lo + 1] - values[lo]);
}

double drc_stats_mad(double *values, size_t n)
{
    double mid = drc_stats_percentile(values, n, 0.5);
    for (size_t i = 0; i < n; i++)
        values[i] = values[i] > mid ? values[i] - mid : mid - values[i];
    return drc_stats_percentile(values, n, 0.5);
}

void drc_stats_wilson(int64_t successes, int64_t n, double *lo, double *hi)
{
    const double z = 1.959964;
    *lo = *hi = (double)NAN;
    if (n <= 0 || successes < 0 || successes > n)
        return;
    double count = (double)n, p = (double)successes / count, z2 = z * z;
    double mid = p + z2 / (2 * count);
    double half = z * sqrt(p * (1 - p) / count + z2 / (4 * count * count));
    *lo = successes == 0 ? 0 : (mid - half) / (1 + z2 / count);
    *hi = successes == n ? 1 : (mid + half) / (1 + z2 / count);
}

uint64_t drc_stats_mix64(uint64_t seed)
{
    uint64_t z = seed + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
