/* Statistics against values worked out by hand or printed in the papers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "drc/stats.h"

/* On machines with one instruction for both a compiler may leave out the first rounding. */
#ifdef __x86_64__
#define FUSES __attribute__((target("fma")))
#define CAN_FUSE __builtin_cpu_supports("fma")
#else
#define FUSES
#define CAN_FUSE true
#endif
FUSES static double product_and_sum(double a, double b, double c)
{
    return a * b + c;
}

static void each_operation_is_rounded(void **state)
{
    (void)state;
    volatile double a = 1 + 0x1p-30, b = 1 - 0x1p-30, c = -1;
    if (CAN_FUSE)
        assert_true(product_and_sum(a, b, c) == 0); /* fused: -0x1p-60 */
}

static void percentile_is_type_7(void **state)
{
    (void)state;
    double v[] = {9, 1, 4, 2}; /* sorted: 1 2 4 9 */
    assert_float_equal(drc_stats_percentile(v, 4, 0), 1, 0);
    assert_float_equal(drc_stats_percentile(v, 4, 1), 9, 0);
    assert_float_equal(drc_stats_percentile(v, 4, 0.5), 3, 1e-12);
    assert_float_equal(drc_stats_percentile(v, 4, 0.95), 8.25, 1e-12); /* h = 2.85: 4 + 0.85 * 5 */
    assert_float_equal(drc_stats_percentile(v, 4, 0.25), 1.75, 1e-12);
}

static void percentile_of_one_and_of_nothing(void **state)
{
    (void)state;
    double v[] = {42};
    assert_float_equal(drc_stats_percentile(v, 1, 0.95), 42, 0);
    assert_true(isnan(drc_stats_percentile(v, 0, 0.5)));
    assert_true(isnan(drc_stats_percentile(v, 1, 1.5)));
    assert_true(isnan(drc_stats_percentile(v, 1, (double)NAN)));
}

static void mad_is_unscaled(void **state)
{
    (void)state;
    double v[] = {1, 1, 2, 2, 4, 6, 9}; /* median 2, deviations 1 1 0 0 2 4 7 */
    assert_float_equal(drc_stats_mad(v, 7), 1, 1e-12);
    assert_true(isnan(drc_stats_mad(v, 0)));
}

static void wilson_matches_known_intervals(void **state)
{
    (void)state;
    double lo, hi;
    drc_stats_wilson(8, 10, &lo, &hi);
    assert_float_equal(lo, 0.4901625, 1e-6);
    assert_float_equal(hi, 0.9433178, 1e-6);
    drc_stats_wilson(0, 10, &lo, &hi);
    assert_float_equal(lo, 0, 0);
    assert_float_equal(hi, 0.2775328, 1e-6);
    drc_stats_wilson(10, 10, &lo, &hi);
    assert_float_equal(lo, 0.7224672, 1e-6);
    assert_float_equal(hi, 1, 0);
}

static void wilson_of_nonsense_is_unknown(void **state)
{
    (void)state;
    double lo, hi;
    drc_stats_wilson(0, 0, &lo, &hi);
    assert_true(isnan(lo) && isnan(hi));
    drc_stats_wilson(3, 2, &lo, &hi);
    assert_true(isnan(lo) && isnan(hi));
    drc_stats_wilson(-1, 2, &lo, &hi);
    assert_true(isnan(lo) && isnan(hi));
}

static void mix64_is_splitmix64(void **state)
{
    (void)state;
    /* First outputs of the reference generator for the seeds 0 and 1234567. */
    assert_true(drc_stats_mix64(0) == UINT64_C(0xe220a8397b1dcdaf));
    assert_true(drc_stats_mix64(1234567) == UINT64_C(6457827717110365317));
}

/* NIST/SEMATECH e-Handbook 7.2.6.2, twelve gauge readings. Type 7 is its "1 + p (N - 1)" variant:
 * k + d = 10.9, so Y[10] + 0.9 (Y[11] - Y[10]). Hyndman & Fan 1996, definition 7. */
static void percentile_of_the_nist_gauge(void **state)
{
    (void)state;
    double v[] = {95.1772, 95.1567, 95.1937, 95.1959, 95.1442, 95.0610,
                  95.1591, 95.1195, 95.1065, 95.0925, 95.1990, 95.1682};
    assert_float_equal(drc_stats_percentile(v, 12, 0.9), 95.1937 + 0.9 * 0.0022, 1e-9);
    assert_float_equal(drc_stats_median(v, 12), (95.1567 + 95.1591) / 2, 1e-9);
}

/* The same as sorting, whatever the order and however many are equal. */
static void selecting_equals_sorting(void **state)
{
    (void)state;
    double v[300], w[300];
    for (uint64_t seed = 1; seed <= 300; seed++) {
        size_t n = seed;
        for (size_t i = 0; i < n; i++)
            v[i] = w[i] = (double)(drc_stats_mix64(seed * 1000 + i) % (seed % 7 == 0 ? 3 : 1000));
        for (size_t i = 1; i < n; i++) /* insertion sort */
            for (size_t j = i; j > 0 && w[j - 1] > w[j]; j--) {
                double t = w[j];
                w[j] = w[j - 1];
                w[j - 1] = t;
            }
        for (int p = 0; p <= 20; p++) {
            double h = (double)(n - 1) * p / 20.0;
            size_t lo = (size_t)h, hi = lo + 1 < n ? lo + 1 : lo;
            assert_float_equal(drc_stats_percentile(v, n, p / 20.0),
                               w[lo] + (h - (double)lo) * (w[hi] - w[lo]), 1e-9);
        }
    }
}

static void the_spread_has_floors(void **state)
{
    (void)state;
    assert_float_equal(drc_stats_spread(30, 100, 1), 30, 0);
    assert_float_equal(drc_stats_spread(3, 100, 1), 5, 0); /* 5 % of the median */
    assert_float_equal(drc_stats_spread(0, -100, 1), 5, 0);
    assert_float_equal(drc_stats_spread(0, 0, 1), 1, 0); /* a dollar */
    /* Iglewicz & Hoaglin 1993: 0.6745 (x - median) / MAD */
    assert_float_equal(drc_stats_modified_z(130, 100, 5), 4.047, 1e-9);
    assert_float_equal(drc_stats_modified_z(7, 7, 0), 0, 0);
    assert_true(isinf(drc_stats_modified_z(6, 7, 0)) && drc_stats_modified_z(6, 7, 0) < 0);
}

/* Newcombe 1998, Statistics in Medicine 17, table I, method 3 (Wilson score, uncorrected). */
static void wilson_matches_newcombe(void **state)
{
    (void)state;
    static const struct {
        int64_t k, n;
        double lo, hi;
    } cases[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < 4; i++) {
        double lo, hi;
        drc_stats_wilson(cases[i].k, cases[i].n, &lo, &hi);
        assert_float_equal(lo, cases[i].lo, 0.00005);
        assert_float_equal(hi, cases[i].hi, 0.00005);
    }
}

static void gini_of_worked_cases(void **state)
{
    (void)state;
    double steps[] = {5, 1, 4, 2, 3}, one[] = {0, 0, 0, 10}, equal[] = {7, 7, 7};
    assert_float_equal(drc_stats_gini(steps, 5), 4.0 / 15, 1e-12); /* 2 * 55 / (5 * 15) - 6 / 5 */
    assert_float_equal(drc_stats_gini(one, 4), 0.75, 1e-12);
    assert_float_equal(drc_stats_gini(equal, 3), 0, 1e-12);
    double below[] = {-1, 5}, zero[] = {0, 0};
    assert_true(isnan(drc_stats_gini(below, 2)));
    assert_true(isnan(drc_stats_gini(zero, 2)));
    assert_true(isnan(drc_stats_gini(zero, 0)));
}

/* ---- tests -------------------------------------------------------------------------------- */

/* Two samples of the sizes m and n without ties in which a is larger in exactly u pairs. */
static void samples_of(size_t m, size_t n, size_t u, double *a, double *b)
{
    size_t nb = 0, rank = 0;
    for (size_t i = 0; i < m; i++) { /* the last ones beat all of b, one beats the remainder */
        size_t beats = i + u / n >= m ? n : i + u / n + 1 == m ? u % n : 0;
        while (nb < beats)
            b[nb++] = (double)rank++;
        a[i] = (double)rank++;
    }
    while (nb < n)
        b[nb++] = (double)rank++;
}

static double mann_whitney_of(size_t m, size_t n, size_t u)
{
    double a[40], b[40];
    samples_of(m, n, u, a, b);
    return drc_stats_mann_whitney(a, m, b, n, NULL);
}

/* Critical values of U, two-sided 5 %, as printed in the usual tables (Siegel 1956, table K). */
static void mann_whitney_has_the_printed_critical_values(void **state)
{
    (void)state;
    static const struct {
        size_t m, n, u;
    } cases[] = {{4, 4, 0},   {5, 5, 2},    {5, 8, 6},   {7, 7, 8},    {8, 8, 13},   {10, 10, 23},
                 {12, 9, 26}, {15, 15, 64}, {20, 8, 41}, {20, 12, 69}, {20, 20, 127}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(mann_whitney_of(cases[i].m, cases[i].n, cases[i].u) <= 0.05);
        assert_true(mann_whitney_of(cases[i].m, cases[i].n, cases[i].u + 1) > 0.05);
    }
    assert_float_equal(mann_whitney_of(5, 5, 2), 2 * 4.0 / 252, 1e-12); /* 1 + 1 + 2 of 252 */
    assert_float_equal(mann_whitney_of(3, 3, 4), 1, 1e-12);
}

static void mann_whitney_of_published_data(void **state)
{
    (void)state;
    double z;
    /* Hollander & Wolfe 1973, p. 69 (R's help page of wilcox.test: W = 35, one-sided 0.1272). */
    double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    assert_float_equal(drc_stats_mann_whitney(x, 10, y, 5, &z), 2 * 0.1272, 0.0001);
    assert_true(z < 0);
    /* SciPy's documentation of mannwhitneyu: U = 17, exact p = 0.1111111 */
    double male[] = {19, 22, 16, 29, 24}, female[] = {20, 11, 17, 12};
    assert_float_equal(drc_stats_mann_whitney(male, 5, female, 4, NULL), 1.0 / 9, 1e-12);
}

/* By hand: b is larger in 2 + 3.5 + 4 + 4 = 13.5 of 16 pairs, mean 8; groups of 3 and of 2 equal
 * values take (24 + 6) / (8 * 7) from the variance; half a pair is the continuity correction. */
static void mann_whitney_with_ties_by_hand(void **state)
{
    (void)state;
    double x[] = {3, 2, 1, 2}, y[] = {5, 2, 4, 3}, z;
    double p = drc_stats_mann_whitney(x, 4, y, 4, &z);
    assert_float_equal(z, (5.5 - 0.5) / sqrt(16.0 / 12 * (9 - 30.0 / 56)), 1e-12);
    assert_float_equal(p, 0.13666, 0.00001);
}

static void mann_whitney_of_nothing_is_unknown(void **state)
{
    (void)state;
    double x[] = {1, 2}, same[] = {5, 5, 5}, z;
    assert_true(isnan(drc_stats_mann_whitney(x, 2, x, 0, &z)) && isnan(z));
    double other[] = {5, 5};
    assert_float_equal(drc_stats_mann_whitney(same, 3, other, 2, &z), 1, 0);
    assert_float_equal(z, 0, 0);
}

static void fisher_of_published_tables(void **state)
{
    (void)state;
    /* Fisher 1935, The Design of Experiments: eight cups of tea, 34/70 two-sided. */
    assert_float_equal(drc_stats_fisher(3, 1, 1, 3), 34.0 / 70, 1e-12);
    assert_float_equal(drc_stats_fisher(4, 0, 0, 4), 2.0 / 70, 1e-12);
    /* Fisher 1935, convictions of twins; R's help page of fisher.test */
    assert_float_equal(drc_stats_fisher(2, 10, 15, 3), 0.0005367, 5e-8);
    /* SciPy's documentation, whales in two oceans: 0.0349650 */
    assert_float_equal(drc_stats_fisher(8, 2, 1, 5), 0.034965034965, 1e-10);
}

static void fisher_at_the_edges(void **state)
{
    (void)state;
    assert_float_equal(drc_stats_fisher(0, 0, 3, 4), 1, 0);
    assert_float_equal(drc_stats_fisher(5, 5, 5, 5), 1, 1e-12);
    assert_true(isnan(drc_stats_fisher(0, 0, 0, 0)));
    assert_true(isnan(drc_stats_fisher(-1, 2, 3, 4)));
    /* a million runs answer at once and agree with the normal test of two rates */
    double p = drc_stats_fisher(500800, 499200, 499000, 501000);
    assert_float_equal(p, 0.0109, 0.0003);
}

/* The fifteen p values of Benjamini & Hochberg 1995, section 3.2: four are rejected at 0.05. */
static void bh_of_its_paper(void **state)
{
    (void)state;
    double p[] = {0.0459, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298,
                  0.0344, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000};
    assert_float_equal(drc_stats_bh_cut(p, 15, 0.05), 0.0095, 0);
    assert_true(isnan(drc_stats_bh_cut(p + 9, 6, 0.05)));
    assert_true(isnan(drc_stats_bh_cut(p, 0, 0.05)));
}

/* ---- trend -------------------------------------------------------------------------------- */

/* Sen 1968, section 6: slope 4 from 21 pairs; Kendall's S = 21, variance 7 * 6 * 19 / 18. */
static void theil_sen_of_its_paper(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 10, 12, 18}, y[] = {9, 15, 19, 20, 45, 55, 78};
    struct drc_trend t;
    assert_int_equal(drc_stats_theil_sen(x, y, 7, &t), 0);
    assert_float_equal(t.slope, 4, 1e-12);
    assert_float_equal(t.intercept, 20 - 4 * 4, 1e-12);
    assert_float_equal(t.p, erfc(20 / sqrt(798 / 18.0) / sqrt(2)), 1e-12);
    assert_true(t.lo > 3 && t.lo < 4 && t.hi > 4 && t.hi < 5.1);
}

static void theil_sen_of_little(void **state)
{
    (void)state;
    const double x[] = {1, 1, 1}, y[] = {1, 2, 3}, flat[] = {5, 5, 5};
    struct drc_trend t;
    assert_int_equal(drc_stats_theil_sen(x, y, 3, &t), -1);
    assert_int_equal(drc_stats_theil_sen(y, x, 1, &t), -1);
    assert_int_equal(drc_stats_theil_sen(y, flat, 3, &t), 0);
    assert_float_equal(t.slope, 0, 0);
    assert_float_equal(t.p, 1, 0);
}

/* ---- Shapley ------------------------------------------------------------------------------ */

static int64_t sum_of(const struct drc_cost_split *s)
{
    int64_t sum = s->other;
    for (int i = 0; i < DRC_COST_FACTORS; i++)
        sum += s->part[i];
    return sum;
}

/* Two runs of one attempt become three runs; the price goes from 1 to 2 micro-dollars: runs
 * (100 * 1 + 100 * 2) / 2, price (200 * 1 + 300 * 1) / 2. */
static void shapley_of_two_factors_by_hand(void **state)
{
    (void)state;
    struct drc_cost_totals was = {2, 2, 200, 200, 200, 0}, is = {3, 3, 300, 300, 600, 0};
    struct drc_cost_split s;
    drc_stats_shapley_cost(&was, &is, 1, &s);
    assert_int_equal(s.delta, 400);
    assert_int_equal(s.part[DRC_COST_RUNS], 150);
    assert_int_equal(s.part[DRC_COST_PRICE], 250);
    assert_int_equal(sum_of(&s), 400);
}

static void shapley_of_a_new_job_is_runs(void **state)
{
    (void)state;
    struct drc_cost_totals none = {0, 0, 0, 0, 0, 0}, is = {3, 4, 300, 900, 1234567, 89};
    struct drc_cost_split s;
    drc_stats_shapley_cost(&none, &is, 1, &s);
    assert_int_equal(s.part[DRC_COST_RUNS], 1234656);
    assert_int_equal(sum_of(&s), 1234656);
    drc_stats_shapley_cost(&is, &none, 1, &s);
    assert_int_equal(s.part[DRC_COST_RUNS], -1234656);
    drc_stats_shapley_cost(&none, &none, 1, &s);
    assert_int_equal(s.delta, 0);
    assert_int_equal(sum_of(&s), 0);
}

static void shapley_admits_what_it_cannot_split(void **state)
{
    (void)state;
    struct drc_cost_totals was = {1, 1, 100, 100, 500, 0}, odd = {0, 0, 0, 40, 900, 0};
    struct drc_cost_split s;
    drc_stats_shapley_cost(&was, &odd, 1, &s);
    assert_int_equal(s.other, 400);
    assert_int_equal(sum_of(&s), 400);
}

static void shapley_adds_up(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct drc_cost_totals t[2];
        for (uint64_t i = 0; i < 2; i++) {
            uint64_t r = drc_stats_mix64(seed * 2 + i);
            t[i].runs = (int64_t)(r % 50);
            t[i].attempts = t[i].runs == 0 ? 0 : t[i].runs + (int64_t)(r >> 8 & 15);
            t[i].ms = t[i].attempts * (int64_t)(r >> 12 & 0xfffff);
            t[i].udbu = t[i].ms == 0 ? 0 : (int64_t)(r >> 20 & 0xffffffff);
            t[i].dbu_uusd = t[i].udbu == 0 ? 0 : (int64_t)(r >> 16 & 0xffffffffff);
            t[i].vm_uusd = t[i].ms == 0 || seed % 2 == 0 ? 0 : (int64_t)(r >> 30);
        }
        int64_t delta = t[1].dbu_uusd + t[1].vm_uusd - t[0].dbu_uusd - t[0].vm_uusd;
        struct drc_cost_split s;
        drc_stats_shapley_cost(&t[0], &t[1], 1, &s);
        assert_true(s.delta == delta && s.other == 0);
        assert_true(sum_of(&s) == delta);
        assert_true(t[0].vm_uusd + t[1].vm_uusd > 0 || s.part[DRC_COST_VM_RATE] == 0);
        drc_stats_shapley_cost(&t[0], &t[1], 10000, &s);
        assert_true(sum_of(&s) == s.delta && s.delta % 10000 == 0);
        assert_true(llabs(s.delta - delta) <= 5000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_is_rounded),
        cmocka_unit_test(percentile_is_type_7),
        cmocka_unit_test(percentile_of_one_and_of_nothing),
        cmocka_unit_test(mad_is_unscaled),
        cmocka_unit_test(wilson_matches_known_intervals),
        cmocka_unit_test(wilson_of_nonsense_is_unknown),
        cmocka_unit_test(mix64_is_splitmix64),
        cmocka_unit_test(percentile_of_the_nist_gauge),
        cmocka_unit_test(selecting_equals_sorting),
        cmocka_unit_test(the_spread_has_floors),
        cmocka_unit_test(wilson_matches_newcombe),
        cmocka_unit_test(gini_of_worked_cases),
        cmocka_unit_test(mann_whitney_has_the_printed_critical_values),
        cmocka_unit_test(mann_whitney_of_published_data),
        cmocka_unit_test(mann_whitney_with_ties_by_hand),
        cmocka_unit_test(mann_whitney_of_nothing_is_unknown),
        cmocka_unit_test(fisher_of_published_tables),
        cmocka_unit_test(fisher_at_the_edges),
        cmocka_unit_test(bh_of_its_paper),
        cmocka_unit_test(theil_sen_of_its_paper),
        cmocka_unit_test(theil_sen_of_little),
        cmocka_unit_test(shapley_of_two_factors_by_hand),
        cmocka_unit_test(shapley_of_a_new_job_is_runs),
        cmocka_unit_test(shapley_admits_what_it_cannot_split),
        cmocka_unit_test(shapley_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
