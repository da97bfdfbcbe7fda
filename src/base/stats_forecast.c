/* Forecast of a daily series with a weekly rhythm. */
#include <math.h>
#include <string.h>

#include "drc/stats.h"

#define WEEK 7
#define LEVEL_DAYS 28
#define DRAWS 1000
#define SEED UINT64_C(20260720)
#define SIGNIFICANT 0.05

struct model {
    double factor[WEEK]; /* by place in the week: index of the day modulo 7 */
    double level, slope; /* at the last day, per day; without the factor */
    double residual[LEVEL_DAYS];
    bool trend;
};

static void take_factors(const double *v, size_t n, struct model *m)
{
    double ratio[DRC_THEIL_SEN_MAX / WEEK + 1], sum = 0;
    for (size_t w = 0; w < WEEK; w++) {
        size_t k = 0;
        for (size_t i = w; i + 3 < n; i += WEEK) {
            double around = 0;
            if (i < 3)
                continue;
            for (size_t j = i - 3; j <= i + 3; j++)
                around += v[j];
            if (around > 0)
                ratio[k++] = v[i] * WEEK / around;
        }
        m->factor[w] = k == 0 ? 1 : drc_stats_median(ratio, k);
        sum += m->factor[w];
    }
    for (size_t w = 0; w < WEEK; w++) /* a day that is always zero stays zero */
        m->factor[w] = sum > 0 ? m->factor[w] * WEEK / sum : 1;
}

static void take_level(const double *v, size_t n, struct model *m)
{
    double x[LEVEL_DAYS], y[LEVEL_DAYS], work[LEVEL_DAYS];
    size_t k = 0;
    for (size_t i = n - LEVEL_DAYS; i < n; i++) {
        double f = m->factor[i % WEEK];
        if (f <= 0)
            continue;
        x[k] = (double)i - (double)(n - 1);
        y[k++] = v[i] / f;
    }
    struct drc_trend t;
    memcpy(work, y, sizeof work);
    m->level = k == 0 ? 0 : drc_stats_median(work, k);
    m->slope = 0;
    m->trend = k > 1 && drc_stats_theil_sen(x, y, k, &t) == 0 && t.p < SIGNIFICANT;
    if (m->trend) {
        m->level = t.intercept;
        m->slope = t.slope;
    }
}

/* `ahead` of the last day; never below zero. */
static double fitted(const struct model *m, double ahead, size_t index)
{
    return fmax(0, (m->level + m->slope * ahead) * m->factor[index % WEEK]);
}

static void take_residuals(const double *v, size_t n, struct model *m)
{
    for (size_t i = 0; i < LEVEL_DAYS; i++) {
        size_t at = n - LEVEL_DAYS + i;
        m->residual[i] = v[at] - fitted(m, (double)at - (double)(n - 1), at);
    }
}

int drc_stats_forecast(const double *values, size_t n, size_t ahead, struct drc_forecast_day *day,
                       struct drc_forecast *out)
{
    struct model m;
    double sums[DRAWS], residual[LEVEL_DAYS];
    if (n < DRC_FORECAST_MIN || n > DRC_THEIL_SEN_MAX || ahead > DRC_FORECAST_AHEAD_MAX)
        return -1;
    take_factors(values, n, &m);
    take_level(values, n, &m);
    take_residuals(values, n, &m);
    memcpy(residual, m.residual, sizeof residual);
    double low = drc_stats_percentile(residual, LEVEL_DAYS, 0.1),
           high = drc_stats_percentile(residual, LEVEL_DAYS, 0.9);
    *out = (struct drc_forecast){.trend = m.trend};
    for (size_t i = 0; i < ahead; i++) {
        double f = fitted(&m, (double)(i + 1), n + i);
        out->sum += f;
        if (day != NULL)
            day[i] = (struct drc_forecast_day){f, fmax(0, f + low), fmax(0, f + high)};
    }
    for (size_t d = 0; d < DRAWS; d++) {
        sums[d] = out->sum;
        for (size_t i = 0; i < ahead; i++)
            sums[d] +=
                m.residual[drc_stats_mix64(SEED + d * DRC_FORECAST_AHEAD_MAX + i) % LEVEL_DAYS];
    }
    /* Of the draws, too: residuals around a median have a mean of their own. */
    out->sum = fmax(0, drc_stats_percentile(sums, DRAWS, 0.5));
    out->lo = fmax(0, drc_stats_percentile(sums, DRAWS, 0.1));
    out->hi = fmax(0, drc_stats_percentile(sums, DRAWS, 0.9));
    return 0;
}
