/* Statistics against values worked out by hand or printed in the papers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "drc/stats.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentile_is_type_7),
        cmocka_unit_test(percentile_of_one_and_of_nothing),
        cmocka_unit_test(mad_is_unscaled),
        cmocka_unit_test(wilson_matches_known_intervals),
        cmocka_unit_test(wilson_of_nonsense_is_unknown),
        cmocka_unit_test(mix64_is_splitmix64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
