/* The one number formatter. What a person reads as a figure anywhere (chart, message, terminal, alt
 * text) is made here, so the same value never appears in two forms. Unknown is "n/a", never 0. Any
 * thread; no locale. `out` has room for DRC_FMT_BYTES; the functions return it. */
#ifndef DRC_FMT_H
#define DRC_FMT_H

#include <stdbool.h>
#include <stdint.h>

#define DRC_FMT_BYTES 40
#define DRC_UUSD_PER_USD INT64_C(1000000) /* money is INTEGER micro-dollars */

char *drc_fmt_usd(
    int64_t uusd,
    char *out); /* "$18,240" from $100 up, "$42.10", "$0.42", "$0.0042"; "-$5.00"; "$0" */
char *drc_fmt_usd_signed(int64_t uusd, char *out); /* "+$1,960", "-$12.50", "$0" */
char *drc_fmt_usd_short(int64_t uusd,
                        char *out); /* axis ticks: "$0", "$500", "$1.5k", "$12k", "$3M" */
char *drc_fmt_usd_exact(int64_t uusd, char *out); /* CSV and checks: "18240.123456", no grouping */
char *drc_fmt_count(int64_t n, char *out);        /* "1,234" */
/* The noun behind a count: "1 run", "0 runs". Returns one of its arguments. */
const char *drc_fmt_noun(int64_t n, const char *one, const char *many);
char *drc_fmt_pct(double ratio,
                  char *out); /* 0.1234 -> "12 %"; below 10 %: "4.2 %"; NaN -> "n/a" */
char *drc_fmt_pct_signed(double ratio, char *out); /* change: "+12 %", "-4.2 %"; NaN -> "n/a" */
char *drc_fmt_ratio(double v, char *out);          /* "1.07", NaN -> "n/a" */
char *drc_fmt_duration(int64_t ms, char *out);     /* "850 ms", "42 s", "12 min", "1 h 05 min" */

#endif
