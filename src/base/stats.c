/* Statistics of one sample. */
#include "drc/stats.h"

#include <math.h>
#include <stdlib.h>

enum { FEW = 8, SAMPLE = 33, SAMPLED = 1024 };

static void sort_few(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

/* Puts what is below the pivot (or not above it) first; returns how many. Without a branch on a
 * value, which would be guessed wrong half the time. */
static size_t part_below(double *v, size_t n, double pivot)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        double x = v[i];
        v[i] = v[m];
        v[m] = x;
        m += x < pivot;
    }
    return m;
}

static size_t part_up_to(double *v, size_t n, double pivot)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        double x = v[i];
        v[i] = v[m];
        v[m] = x;
        m += x <= pivot;
    }
    return m;
}

/* A value near the k-th, from a sample whose places are mixed, so that sorted or crafted input is
 * not the slow case. */
static double pivot_of(const double *v, size_t n, size_t k)
{
    double s[SAMPLE];
    size_t count = n < SAMPLED ? 3 : SAMPLE;
    for (size_t i = 0; i < count; i++)
        s[i] = v[drc_stats_mix64(n + i) % n];
    sort_few(s, count);
    return s[k * count / n];
}

/* Quickselect: puts the k-th smallest at k, nothing larger before it, nothing smaller behind. */
static void select_at(double *v, size_t n, size_t k)
{
    while (n > FEW) {
        double pivot = pivot_of(v, n, k);
        size_t below = part_below(v, n, pivot);
        if (k < below) {
            n = below;
            continue;
        }
        size_t done = below + part_up_to(v + below, n - below, pivot);
        if (k < done || done == 0) /* it equals the pivot; a NaN has no place */
            return;
        v += done;
        n -= done;
        k -= done;
    }
    sort_few(v, n);
}

double drc_stats_percentile(double *values, size_t n, double p)
{
    if (n == 0 || !(p >= 0 && p <= 1))
        return (double)NAN;
    double h = (double)(n - 1) * p;
    size_t lo = (size_t)h;
    select_at(values, n, lo);
    double next = INFINITY;
    for (size_t i = lo + 1; i < n; i++)
        if (values[i] < next)
            next = values[i];
    double below = values[lo], part = h - (double)lo;
    return lo + 1 >= n || part == 0 ? below : below + part * (next - below);
}

double drc_stats_median(double *values, size_t n)
{
    return drc_stats_percentile(values, n, 0.5);
}

double drc_stats_mad(double *values, size_t n)
{
    double mid = drc_stats_median(values, n);
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - mid);
    return drc_stats_median(values, n);
}

double drc_stats_spread(double mad, double median, double unit)
{
    return fmax(fmax(mad, 0.05 * fabs(median)), unit);
}

double drc_stats_modified_z(double x, double median, double spread)
{
    return x == median ? 0 : 0.6745 * (x - median) / spread;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double drc_stats_gini(double *values, size_t n)
{
    if (n == 0)
        return (double)NAN;
    qsort(values, n, sizeof *values, by_value);
    if (values[0] < 0)
        return (double)NAN;
    double sum = 0, ranked = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        ranked += (double)(i + 1) * values[i];
    }
    double count = (double)n;
    return sum > 0 ? 2 * ranked / (count * sum) - (count + 1) / count : (double)NAN;
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
