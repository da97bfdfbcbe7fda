/* SQL aggregates over numbers: percentiles, spread, tests, trend. NULLs are skipped; no rows, or a
 * result that is unknown, is NULL. */
#include <math.h>
#include <stdlib.h>

#include "db_internal.h"

#include "drc/stats.h"

/* Two samples or coordinates: `a` alone where one is enough. */
struct sample {
    struct db_values a, b;
    double p;
};

void *db_aggregate(sqlite3_context *ctx, size_t bytes)
{
    void *state = sqlite3_aggregate_context(ctx, (int)bytes);
    if (state == NULL)
        sqlite3_result_error_nomem(ctx);
    return state;
}

int db_values_reserve(sqlite3_context *ctx, struct db_values *s, size_t more)
{
    if (s->n + more <= s->cap)
        return 0;
    size_t cap = s->cap < 16 ? 32 : s->cap * 2;
    while (cap < s->n + more)
        cap *= 2;
    if (cap > DB_AGGREGATE_VALUES_MAX) {
        sqlite3_result_error(ctx, "too many values in one aggregate", -1);
        return -1;
    }
    double *v = reallocarray(s->v, cap, sizeof *v);
    if (v == NULL) {
        sqlite3_result_error_nomem(ctx);
        return -1;
    }
    s->v = v;
    s->cap = cap;
    return 0;
}

static void add(sqlite3_context *ctx, struct db_values *s, sqlite3_value *x)
{
    double d = sqlite3_value_double(x);
    if (isfinite(d) && db_values_reserve(ctx, s, 1) == 0)
        s->v[s->n++] = d;
}

/* (x) or (x, parameter) */
static void one_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct sample *s = db_aggregate(ctx, sizeof *s);
    if (s == NULL)
        return;
    if (argc == 2)
        s->p = sqlite3_value_double(argv[1]);
    if (sqlite3_value_type(argv[0]) != SQLITE_NULL)
        add(ctx, &s->a, argv[0]);
}

/* (x, y): a pair counts only if both are known. */
static void pair_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct sample *s = db_aggregate(ctx, sizeof *s);
    (void)argc;
    if (s == NULL || sqlite3_value_type(argv[0]) == SQLITE_NULL ||
        sqlite3_value_type(argv[1]) == SQLITE_NULL || !isfinite(sqlite3_value_double(argv[0])) ||
        !isfinite(sqlite3_value_double(argv[1])))
        return;
    if (s->a.n == DRC_THEIL_SEN_MAX) {
        sqlite3_result_error(ctx, "theil_sen: more than 2000 points", -1);
        return;
    }
    add(ctx, &s->a, argv[0]);
    add(ctx, &s->b, argv[1]);
}

/* (x, is_second): 0 puts x into the first sample, anything else into the second. */
static void group_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct sample *s = db_aggregate(ctx, sizeof *s);
    (void)argc;
    if (s != NULL && sqlite3_value_type(argv[0]) != SQLITE_NULL &&
        sqlite3_value_type(argv[1]) != SQLITE_NULL)
        add(ctx, sqlite3_value_int64(argv[1]) == 0 ? &s->a : &s->b, argv[0]);
}

static void finish(sqlite3_context *ctx, double (*formula)(struct sample *s))
{
    struct sample *s = sqlite3_aggregate_context(ctx, 0);
    if (s == NULL)
        return;
    double d = formula(s);
    if (!isnan(d))
        sqlite3_result_double(ctx, d);
    free(s->a.v);
    free(s->b.v);
    s->a.v = s->b.v = NULL;
}

static double percentile_of(struct sample *s)
{
    return drc_stats_percentile(s->a.v, s->a.n, s->p);
}

static double median_of(struct sample *s)
{
    return drc_stats_median(s->a.v, s->a.n);
}

static double mad_of(struct sample *s)
{
    return drc_stats_mad(s->a.v, s->a.n);
}

static double gini_of(struct sample *s)
{
    return drc_stats_gini(s->a.v, s->a.n);
}

static double bh_cut_of(struct sample *s)
{
    return drc_stats_bh_cut(s->a.v, s->a.n, s->p);
}

static double mann_whitney_of(struct sample *s)
{
    return drc_stats_mann_whitney(s->a.v, s->a.n, s->b.v, s->b.n, NULL);
}

static struct drc_trend trend_of(struct sample *s)
{
    struct drc_trend t;
    if (drc_stats_theil_sen(s->a.v, s->b.v, s->a.n, &t) < 0)
        t = (struct drc_trend){(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    return t;
}

static double slope_of(struct sample *s)
{
    return trend_of(s).slope;
}

static double slope_p_of(struct sample *s)
{
    return trend_of(s).p;
}

static double slope_lo_of(struct sample *s)
{
    return trend_of(s).lo;
}

static double slope_hi_of(struct sample *s)
{
    return trend_of(s).hi;
}

#define FINAL(name, formula)                                                                       \
    static void name(sqlite3_context *ctx)                                                         \
    {                                                                                              \
        finish(ctx, formula);                                                                      \
    }
FINAL(pctl_final, percentile_of)
FINAL(median_final, median_of)
FINAL(mad_final, mad_of)
FINAL(gini_final, gini_of)
FINAL(bh_cut_final, bh_cut_of)
FINAL(mann_whitney_final, mann_whitney_of)
FINAL(slope_final, slope_of)
FINAL(slope_p_final, slope_p_of)
FINAL(slope_lo_final, slope_lo_of)
FINAL(slope_hi_final, slope_hi_of)

int db_register_aggregates(sqlite3 *handle)
{
    static const struct db_function aggregates[] = {
        {"pctl", 2, one_step, pctl_final},
        {"median", 1, one_step, median_final},
        {"mad", 1, one_step, mad_final},
        {"gini", 1, one_step, gini_final},
        {"bh_cut", 2, one_step, bh_cut_final},
        {"mann_whitney_p", 2, group_step, mann_whitney_final},
        {"theil_sen", 2, pair_step, slope_final},
        {"theil_sen_p", 2, pair_step, slope_p_final},
        {"theil_sen_lo", 2, pair_step, slope_lo_final},
        {"theil_sen_hi", 2, pair_step, slope_hi_final}};
    return db_register_table(handle, aggregates, sizeof aggregates / sizeof *aggregates);
}
