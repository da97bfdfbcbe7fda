/* The one number formatter. What a person reads as a figure anywhere (chart, message, terminal, alt
 * text) is made here, so the same value never appears in two forms. Unknown is "n/a", never 0. Any
 * thread; no locale: the signs are those of the thread's style. `out` has room for DRC_FMT_BYTES;
 * the functions return it. */
#ifndef DRC_FMT_H
#define DRC_FMT_H

#include <stdbool.h>
#include <stdint.h>

#define DRC_FMT_BYTES 40
#define DRC_UUSD_PER_USD INT64_C(1000000) /* money is INTEGER micro-dollars */

/* How thousands and decimals are set apart. */
enum drc_fmt_style {
    DRC_FMT_EN, /* "1,234.5" */
    DRC_FMT_DE, /* "1.234,5" */
    DRC_FMT_FR, /* "1 234,5", the blank is U+00A0: a figure never breaks over two lines */
    DRC_FMT_STYLES
};

/* The style of this thread's figures from now on; returns the one before. A thread begins with
 * DRC_FMT_EN; who sets another for one message sets it back behind it. */
enum drc_fmt_style drc_fmt_use(enum drc_fmt_style style);
/* "en", "de", "fr"; and the style of such a word, -1 where it is none. */
const char *drc_fmt_style_name(enum drc_fmt_style style);
int drc_fmt_style_find(const char *name);
/* 1234.5 in a style, as an example; whatever the style of the thread. */
const char *drc_fmt_style_sample(enum drc_fmt_style style);

char *drc_fmt_usd(
    int64_t uusd,
    char *out); /* "$18,240" from $100 up, "$42.10", "$0.42", "$0.0042"; "-$5.00"; "$0" */
char *drc_fmt_usd_signed(int64_t uusd, char *out); /* "+$1,960", "-$12.50", "$0" */
char *drc_fmt_usd_short(int64_t uusd,
                        char *out); /* axis ticks: "$0", "$500", "$1.5k", "$12k", "$3M" */
char *drc_fmt_usd_exact(int64_t uusd,
                        char *out);        /* CSV and checks: "18240.123456" in every style */
char *drc_fmt_count(int64_t n, char *out); /* "1,234" */
/* The noun behind a count: "1 run", "0 runs". Returns one of its arguments. */
const char *drc_fmt_noun(int64_t n, const char *one, const char *many);
char *drc_fmt_pct(double ratio,
                  char *out); /* 0.1234 -> "12 %"; below 10 %: "4.2 %"; NaN -> "n/a" */
char *drc_fmt_pct_signed(double ratio, char *out); /* change: "+12 %", "-4.2 %"; NaN -> "n/a" */
char *drc_fmt_ratio(double v, char *out);          /* "1.07", NaN -> "n/a" */
char *drc_fmt_duration(int64_t ms, char *out);     /* "850 ms", "42 s", "12 min", "1 h 05 min" */

#endif
