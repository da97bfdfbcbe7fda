#include "drc/fmt.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define GROUPED_BYTES 36
#define REAL_MAX 1e15 /* beyond it a double is no figure to show, and it would not fit */

/* What one figure is written with: signs of a style. */
static const struct signs {
    const char *name, *sample, *group, *point;
} styles[DRC_FMT_STYLES] = {{"en", "1,234.5", ",", "."},
                            {"de", "1.234,5", ".", ","},
                            {"fr", "1\u00a0234,5", "\u00a0", ","}};

static _Thread_local enum drc_fmt_style current = DRC_FMT_EN;

enum drc_fmt_style drc_fmt_use(enum drc_fmt_style style)
{
    enum drc_fmt_style before = current;
    current = style;
    return before;
}

const char *drc_fmt_style_name(enum drc_fmt_style style)
{
    return styles[style].name;
}

int drc_fmt_style_find(const char *name)
{
    for (int i = 0; i < DRC_FMT_STYLES; i++)
        if (strcmp(styles[i].name, name) == 0)
            return i;
    return -1;
}

const char *drc_fmt_style_sample(enum drc_fmt_style style)
{
    return styles[style].sample;
}

static const char *point(void)
{
    return styles[current].point;
}

/* A figure that printf made: its point becomes that of the style. */
static void set_point(char *text)
{
    char *dot = strchr(text, '.');
    if (dot != NULL)
        *dot = *point();
}

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
}

/* Writes n with thousands set apart: at most 20 digits and 6 signs of two bytes. */
static void grouped(uint64_t n, char *out)
{
    char digits[24];
    const char *sign = styles[current].group;
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n), bytes = strlen(sign);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            memcpy(out, sign, bytes);
            out += bytes;
        }
        *out++ = digits[i];
    }
    *out = '\0';
}

static char *money(const char *sign, uint64_t uusd, char *out)
{
    char whole[GROUPED_BYTES];
    if (uusd >= 99995000) { /* $100 and up: whole dollars, half up */
        grouped((uusd + 500000) / 1000000, whole);
        snprintf(out, DRC_FMT_BYTES, "%s$%s", sign, whole);
    } else if (uusd >= 9950 || uusd == 0) {
        uint64_t cents = (uusd + 5000) / 10000;
        if (cents == 0)
            snprintf(out, DRC_FMT_BYTES, "$0");
        else
            snprintf(out, DRC_FMT_BYTES, "%s$%" PRIu64 "%s%02d", sign, cents / 100, point(),
                     (int)(cents % 100));
    } else { /* below a cent: four decimals, never shown as 0 */
        uint64_t units = (uusd + 50) / 100;
        if (units == 0)
            snprintf(out, DRC_FMT_BYTES, "%s<$0%s0001", sign, point());
        else
            snprintf(out, DRC_FMT_BYTES, "%s$0%s%04" PRIu64, sign, point(), units);
    }
    return out;
}

char *drc_fmt_usd(int64_t uusd, char *out)
{
    return money(uusd < 0 ? "-" : "", magnitude(uusd), out);
}

char *drc_fmt_usd_signed(int64_t uusd, char *out)
{
    return money(uusd < 0 ? "-" : uusd > 0 ? "+" : "", magnitude(uusd), out);
}

char *drc_fmt_usd_short(int64_t uusd, char *out)
{
    static const struct {
        double scale;
        const char *suffix;
    } steps[] = {{1e15, "B"}, {1e12, "M"}, {1e9, "k"}, {1e6, ""}};
    double v = (double)magnitude(uusd);
    const char *sign = uusd < 0 ? "-" : "";
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (v < steps[i].scale)
            continue;
        double x = v / steps[i].scale;
        if (x >= 999.5 && i > 0) /* "$1M", not "$1000k" */
            x = v / steps[--i].scale;
        int decimals = x < 10 && fabs(x - round(x)) > 0.04 ? 1 : 0;
        snprintf(out, DRC_FMT_BYTES, "%s$%.*f%s", sign, decimals, x, steps[i].suffix);
        set_point(out);
        return out;
    }
    return money(sign, magnitude(uusd), out);
}

char *drc_fmt_usd_exact(int64_t uusd, char *out)
{
    uint64_t v = magnitude(uusd);
    snprintf(out, DRC_FMT_BYTES, "%s%" PRIu64 ".%06" PRIu64, uusd < 0 ? "-" : "", v / 1000000,
             v % 1000000);
    return out;
}

char *drc_fmt_count(int64_t n, char *out)
{
    char text[GROUPED_BYTES];
    grouped(magnitude(n), text);
    snprintf(out, DRC_FMT_BYTES, "%s%s", n < 0 ? "-" : "", text);
    return out;
}

const char *drc_fmt_noun(int64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

static char *percent(double ratio, bool sign, char *out)
{
    if (!(fabs(ratio) < REAL_MAX)) {
        snprintf(out, DRC_FMT_BYTES, "n/a");
        return out;
    }
    double p = ratio * 100, size = fabs(p);
    int decimals = size > 0 && size < 9.95 ? 1 : 0;
    if (size > 99 && size < 100) /* never round a failure away to 100 % */
        decimals = size < 99.95 ? 1 : 2;
    if (decimals == 2 && size > 99.99)
        size = 99.99;
    char text[32];
    snprintf(text, sizeof text, "%.*f", decimals, size);
    bool zero = strspn(text, "0.") == strlen(text);
    const char *mark = zero ? "" : p < 0 ? "-" : sign ? "+" : "";
    set_point(text);
    snprintf(out, DRC_FMT_BYTES, "%s%s %%", mark, zero ? "0" : text);
    return out;
}

char *drc_fmt_pct(double ratio, char *out)
{
    return percent(ratio, false, out);
}

char *drc_fmt_pct_signed(double ratio, char *out)
{
    return percent(ratio, true, out);
}

char *drc_fmt_ratio(double v, char *out)
{
    if (fabs(v) < REAL_MAX)
        snprintf(out, DRC_FMT_BYTES, "%.2f", v);
    else
        snprintf(out, DRC_FMT_BYTES, "n/a");
    set_point(out);
    return out;
}

char *drc_fmt_duration(int64_t ms, char *out)
{
    if (ms < 0)
        snprintf(out, DRC_FMT_BYTES, "n/a");
    else if (ms < 1000)
        snprintf(out, DRC_FMT_BYTES, "%d ms", (int)ms);
    else if (ms < 119500)
        snprintf(out, DRC_FMT_BYTES, "%d s", (int)((ms + 500) / 1000));
    else if (ms < 3570000)
        snprintf(out, DRC_FMT_BYTES, "%d min", (int)((ms + 30000) / 60000));
    else
        snprintf(out, DRC_FMT_BYTES, "%" PRId64 " h %02d min", (ms / 1000 + 30) / 3600,
                 (int)((ms / 1000 + 30) / 60 % 60));
    return out;
}
