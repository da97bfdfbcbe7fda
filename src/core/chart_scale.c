#include "core/chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drc/fmt.h"

#define TICKS_WANTED 5

int64_t drc_chart_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

/* Step number n of the row 1, 2, 2.5, 5, 10, 20, 25, 50 ... micro-dollars (2.5 itself is left out:
 * money is integer). */
static double round_step(int n)
{
    static const double mantissa[] = {1, 2, 2.5, 5};
    return floor(mantissa[n % 4] * pow(10, n / 4));
}

static void fill(struct ticks *out, double low, double high, double step)
{
    out->count = 0;
    for (double k = ceil(low / step); k <= floor(high / step) && out->count < TICKS_MAX; k++) {
        char text[DRC_FMT_BYTES];
        out->values[out->count] = k * step;
        snprintf(out->text[out->count], sizeof out->text[0], "%s",
                 drc_fmt_usd_short((int64_t)(k * step), text));
        out->count++;
    }
}

/* Labels differ, and neighbours on one line stand apart. */
static bool legible(const struct drc_theme *t, const struct ticks *ticks, double px_per_unit,
                    double room)
{
    for (size_t i = 1; i < ticks->count; i++) {
        if (strcmp(ticks->text[i - 1], ticks->text[i]) == 0)
            return false;
        double need = room < 0
                          ? t->small_px * 1.3
                          : room + (drc_font_width(t->regular, ticks->text[i - 1], t->small_px) +
                                    drc_font_width(t->regular, ticks->text[i], t->small_px)) /
                                       2;
        if ((ticks->values[i] - ticks->values[i - 1]) * px_per_unit < need)
            return false;
    }
    return true;
}

void drc_chart_ticks(const struct drc_theme *t, double low, double high, double px_per_unit,
                     double room, struct ticks *out)
{
    low = fmax(low, -9e18); /* sums of doubles may leave the integers */
    high = fmin(high, 9e18);
    for (int n = 0; n < 76; n++) {
        double step = round_step(n);
        if (floor(high / step) + floor(-low / step) + 1 > TICKS_WANTED)
            continue;
        fill(out, low, high, step);
        if (legible(t, out, px_per_unit, room))
            return;
    }
    fill(out, 0, 0, 1);
}
