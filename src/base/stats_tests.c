/* Tests of hypotheses: Mann-Whitney, Fisher, Benjamini-Hochberg. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/stats.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- Mann-Whitney ------------------------------------------------------------------------- */

/* P(U <= u) without ties. ways[k][s]: choices of k of the first i ranks whose U is s; the k-th
 * chosen of rank i beats i - k values of the other sample. Counts stay below C(40, 20) < 2^53. */
static double mann_whitney_exact(size_t m, size_t n, size_t u)
{
    enum { MAX = DRC_MANN_WHITNEY_EXACT_MAX };
    double ways[MAX + 1][MAX * MAX + 1];
    memset(ways, 0, sizeof ways);
    ways[0][0] = 1;
    for (size_t i = 1; i <= m + n; i++)
        for (size_t k = i < m ? i : m; k >= 1; k--)
            for (size_t s = i - k; s <= m * n; s++)
                ways[k][s] += ways[k - 1][s - (i - k)];
    double all = 0, low = 0;
    for (size_t s = 0; s <= m * n; s++) {
        all += ways[m][s];
        low += s <= u ? ways[m][s] : 0;
    }
    return low / all;
}

struct ranking {
    double u;    /* pairs in which b is larger, ties count a half */
    double ties; /* sum of t^3 - t over groups of equal values */
};

/* Merges the sorted samples by groups of equal values. */
static struct ranking rank_both(const double *a, size_t na, const double *b, size_t nb)
{
    struct ranking r = {0, 0};
    size_t i = 0, j = 0;
    while (i < na || j < nb) {
        double v = j == nb || (i < na && a[i] <= b[j]) ? a[i] : b[j];
        size_t i0 = i, j0 = j;
        while (i < na && a[i] <= v)
            i++;
        while (j < nb && b[j] <= v)
            j++;
        double of_a = (double)(i - i0), of_b = (double)(j - j0), t = of_a + of_b;
        r.u += of_b * ((double)i0 + of_a / 2);
        r.ties += t * t * t - t;
    }
    return r;
}

double drc_stats_mann_whitney(double *a, size_t na, double *b, size_t nb, double *z)
{
    if (z != NULL)
        *z = (double)NAN;
    if (na == 0 || nb == 0)
        return (double)NAN;
    qsort(a, na, sizeof *a, by_value);
    qsort(b, nb, sizeof *b, by_value);
    struct ranking r = rank_both(a, na, b, nb);
    double m = (double)na, n = (double)nb, total = m + n, mean = m * n / 2;
    double variance = m * n / 12 * (total + 1 - r.ties / (total * (total - 1)));
    double off = fmax(fabs(r.u - mean) - 0.5, 0);
    double score = variance > 0 ? off / sqrt(variance) : 0;
    if (z != NULL)
        *z = r.u < mean ? -score : score;
    const size_t max = DRC_MANN_WHITNEY_EXACT_MAX;
    if (r.ties > 0 || na > max || nb > max)
        return erfc(score / sqrt(2));
    return fmin(1, 2 * mann_whitney_exact(na, nb, (size_t)fmin(r.u, m * n - r.u)));
}

/* ---- Fisher ------------------------------------------------------------------------------- */

/* All tables with the given margins: x in the first cell, lo..hi. */
struct margins {
    double row, column, total; /* sums of the first row, the first column, of all */
    int64_t lo, hi;
};

static double log_choose(double n, double k)
{
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

static double log_probability(const struct margins *g, int64_t x)
{
    double k = (double)x;
    return log_choose(g->row, k) + log_choose(g->total - g->row, g->column - k) -
           log_choose(g->total, g->column);
}

/* Sum of the probabilities from x outwards, until they no longer count. step: -1 or 1. */
static double tail(const struct margins *g, int64_t x, int step)
{
    double term = exp(log_probability(g, x)), sum = 0;
    for (; x >= g->lo && x <= g->hi && term > sum * 1e-17; x += step) {
        sum += term;
        double k = (double)x, rest = g->total - g->row - g->column;
        if (step > 0)
            term *= (g->row - k) * (g->column - k) / ((k + 1) * (rest + k + 1));
        else
            term *= k * (rest + k) / ((g->row - k + 1) * (g->column - k + 1));
    }
    return sum;
}

/* The probability falls on both sides of the mode: the first x beyond it (towards step) that is not
 * more probable than the seen table; beyond the last x if there is none. */
static int64_t other_side(const struct margins *g, int64_t mode, int step, double limit)
{
    int64_t near = mode, far = step > 0 ? g->hi + 1 : g->lo - 1;
    while ((far - near) * step > 1) {
        int64_t mid = near + (far - near) / 2;
        if (log_probability(g, mid) <= limit)
            far = mid;
        else
            near = mid;
    }
    return far;
}

double drc_stats_fisher(int64_t a, int64_t b, int64_t c, int64_t d)
{
    const int64_t max = INT64_C(1) << 40; /* sums and products stay exact enough */
    if (a < 0 || b < 0 || c < 0 || d < 0 || a > max || b > max || c > max || d > max ||
        a + b + c + d == 0)
        return (double)NAN;
    struct margins g = {.row = (double)(a + b),
                        .column = (double)(a + c),
                        .total = (double)(a + b + c + d),
                        .lo = a > d ? a - d : 0,
                        .hi = a + (b < c ? b : c)};
    int64_t mode = (int64_t)((g.row + 1) * (g.column + 1) / (g.total + 2));
    if (a == mode)
        return 1;
    int step = a < mode ? -1 : 1;
    double limit = log_probability(&g, a) + 1e-7; /* R's tolerance: 1 + 1e-7 */
    if (limit >= log_probability(&g, mode))
        return 1;
    int64_t beyond = other_side(&g, mode, -step, limit);
    double p = tail(&g, a, step);
    if (beyond >= g.lo && beyond <= g.hi)
        p += tail(&g, beyond, -step);
    return fmin(1, p);
}

/* ---- many tests --------------------------------------------------------------------------- */

double drc_stats_bh_cut(double *p, size_t n, double q)
{
    if (n > 0)
        qsort(p, n, sizeof *p, by_value);
    for (size_t i = n; i >= 1; i--)
        if (p[i - 1] <= q * (double)i / (double)n)
            return p[i - 1];
    return (double)NAN;
}
