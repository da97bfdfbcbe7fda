/* Statistics over plain arrays. Pure; any thread. Formulas: percentile type 7 (Hyndman & Fan 1996),
 * Wilson score interval (Wilson 1927; z = 1.959964), MAD unscaled. The later parts add the rest of
 * the house's statistics here. */
#ifndef DRC_STATS_H
#define DRC_STATS_H

#include <stddef.h>
#include <stdint.h>

double drc_stats_percentile(double *values, size_t n,
                            double p);          /* sorts values in place; NaN for n = 0 */
double drc_stats_mad(double *values, size_t n); /* sorts values in place */
void drc_stats_wilson(int64_t successes, int64_t n, double *lo, double *hi); /* NaN for n = 0 */
uint64_t drc_stats_mix64(uint64_t seed); /* splitmix64 finalizer (Steele, Lea & Flood 2014) */

#endif
