/* The exact split of a change of cost over its factors. */
#include <math.h>

#include "drc/stats.h"

enum { FACTORS = DRC_COST_FACTORS, SETS = 1 << FACTORS };

/* A product of ratios holds only where nothing stands on a zero: no attempts without runs, and so
 * on. */
static bool is_product(const struct drc_cost_totals *t)
{
    if (t->runs < 0 || t->attempts < 0 || t->ms < 0)
        return false;
    return (t->runs > 0 || t->attempts == 0) && (t->attempts > 0 || t->ms == 0) &&
           (t->ms > 0 || (t->udbu == 0 && t->vm_uusd == 0)) && (t->udbu != 0 || t->dbu_uusd == 0);
}

static double ratio(int64_t a, int64_t b)
{
    return b == 0 ? (double)NAN : (double)a / (double)b;
}

static void factors_of(const struct drc_cost_totals *t, double f[FACTORS])
{
    f[DRC_COST_RUNS] = (double)t->runs;
    f[DRC_COST_ATTEMPTS] = ratio(t->attempts, t->runs);
    f[DRC_COST_DURATION] = ratio(t->ms, t->attempts);
    f[DRC_COST_DBU_RATE] = ratio(t->udbu, t->ms);
    f[DRC_COST_PRICE] = ratio(t->dbu_uusd, t->udbu);
    f[DRC_COST_VM_RATE] = ratio(t->vm_uusd, t->ms);
}

/* Unknown on one side: as on the other. On both: 0, which is in front of a zero anyway. */
static void fill_unknown(double before[FACTORS], double after[FACTORS])
{
    for (int i = 0; i < FACTORS; i++) {
        if (isnan(before[i]))
            before[i] = isnan(after[i]) ? 0 : after[i];
        if (isnan(after[i]))
            after[i] = before[i];
    }
}

static double cost(const double f[FACTORS])
{
    return f[DRC_COST_RUNS] * f[DRC_COST_ATTEMPTS] * f[DRC_COST_DURATION] *
           (f[DRC_COST_DBU_RATE] * f[DRC_COST_PRICE] + f[DRC_COST_VM_RATE]);
}

/* value[set]: the cost with the factors in `set` after the change and the others before it. */
static void shapley(const double before[FACTORS], const double after[FACTORS],
                    double share[FACTORS])
{
    double value[SETS], f[FACTORS], weight[FACTORS] = {0};
    for (int set = 0; set < SETS; set++) {
        for (int i = 0; i < FACTORS; i++)
            f[i] = set >> i & 1 ? after[i] : before[i];
        value[set] = cost(f);
    }
    weight[0] = 1.0 / FACTORS; /* |S|! (n - |S| - 1)! / n! */
    for (int size = 1; size < FACTORS; size++)
        weight[size] = weight[size - 1] * size / (FACTORS - size);
    for (int i = 0; i < FACTORS; i++) {
        share[i] = 0;
        for (int set = 0; set < SETS; set++)
            if ((set >> i & 1) == 0)
                share[i] +=
                    weight[__builtin_popcount((unsigned)set)] * (value[set | 1 << i] - value[set]);
    }
}

/* Largest remainder: whole units that add up to `total`; equal remainders go by position. */
static void round_parts(const double share[FACTORS], int64_t total, int64_t part[FACTORS])
{
    double rest[FACTORS];
    int64_t left = total;
    for (int i = 0; i < FACTORS; i++) {
        double whole = floor(share[i]);
        rest[i] = share[i] - whole;
        part[i] = (int64_t)whole;
        left -= part[i];
    }
    while (left != 0) { /* below zero or above n only by the rounding of huge doubles */
        int64_t step = left > 0 ? 1 : -1;
        int best = 0;
        for (int i = 1; i < FACTORS; i++)
            if ((rest[i] - rest[best]) * (double)step > 0)
                best = i;
        int64_t many = left / (16 * FACTORS);
        part[best] += many == 0 ? step : many;
        left -= many == 0 ? step : many;
        rest[best] -= (double)step;
    }
}

void drc_stats_shapley_cost(const struct drc_cost_totals *before,
                            const struct drc_cost_totals *after, int64_t unit_uusd,
                            struct drc_cost_split *out)
{
    double was[FACTORS], is[FACTORS], share[FACTORS];
    int64_t delta = (after->dbu_uusd + after->vm_uusd) - (before->dbu_uusd + before->vm_uusd);
    int64_t half = delta < 0 ? -(unit_uusd / 2) : unit_uusd / 2, units = (delta + half) / unit_uusd;
    *out = (struct drc_cost_split){.delta = units * unit_uusd};
    if (!is_product(before) || !is_product(after)) {
        out->other = out->delta;
        return;
    }
    factors_of(before, was);
    factors_of(after, is);
    fill_unknown(was, is);
    shapley(was, is, share);
    for (int i = 0; i < FACTORS; i++)
        share[i] /= (double)unit_uusd;
    round_parts(share, units, out->part);
    for (int i = 0; i < FACTORS; i++)
        out->part[i] *= unit_uusd;
}
