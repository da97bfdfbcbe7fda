/* The anomaly detector; the contract and the formulas are in the header. */
#include "drc/detect.h"

#include <math.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/stats.h"

enum { WEEKS = 8, RECENT_WEEKS = 4, SAME_MIN = 6, SEASON_MAX = 168, DAYS = 28, DAYS_MIN = 14 };

static const double cutoff = 3.5, min_ratio = 0.25, min_share = 0.005, m_max = 9999;

/* A level shift that may still end. */
struct shift {
    bool active;
    size_t from, event; /* its first value; its place in `events` */
    double sign;
    struct drc_detect_point pattern[SEASON_MAX]; /* what the old level expects, from `from` on */
    double old[WEEKS * SEASON_MAX];              /* the baseline before it was carried over */
};

struct work {
    const double *x;
    size_t n, season, run; /* run: values that make a level shift */
    const struct drc_detect_options *o;
    double *base;   /* the values as baseline: carried over by level shifts */
    bool *excluded; /* not part of the baseline */
    bool *owned;    /* told by a level shift */
    double *level;  /* of the week from i on; NaN: not known, or not asked yet */
    size_t since;   /* a run for a level shift begins here or later */
    struct shift *shift;
    struct drc_detection *out;
};

static bool is_clean(const struct work *w, size_t i)
{
    return !w->excluded[i] && !isnan(w->x[i]);
}

/* ---- the median of a few ------------------------------------------------------------------ */

/* A double as a whole number of the same order, and back. */
static int64_t rank_of(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
}

static double of_rank(int64_t rank)
{
    double x;
    rank ^= (int64_t)((uint64_t)(rank >> 63) >> 1);
    memcpy(&x, &rank, sizeof x);
    return x;
}

/* Without a branch, which would be guessed wrong half the time. */
static void order(int64_t *a, int64_t *b)
{
    int64_t x = *a, y = *b, least = x < y ? x : y;
    *a = least;
    *b = x ^ y ^ least;
}

/* A sorting network (19 exchanges, Knuth 5.3.4). */
static void sort_eight(int64_t *v)
{
    static const unsigned char pairs[][2] = {{0, 1}, {2, 3}, {4, 5}, {6, 7}, {0, 2}, {1, 3}, {4, 6},
                                             {5, 7}, {1, 2}, {5, 6}, {0, 4}, {1, 5}, {2, 6}, {3, 7},
                                             {2, 4}, {3, 5}, {1, 2}, {3, 4}, {5, 6}};
#pragma GCC unroll 19
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        order(&v[pairs[i][0]], &v[pairs[i][1]]);
}

/* Up to eight by the network; what is missing is put behind them. */
static double median(double *v, size_t n)
{
    int64_t s[8];
    if (n > 8 || n == 0)
        return drc_stats_median(v, n);
    for (size_t i = 0; i < 8; i++)
        s[i] = i < n ? rank_of(v[i]) : INT64_MAX;
    sort_eight(s);
    double high = of_rank(s[n / 2]), low = n % 2 == 1 ? high : of_rank(s[n / 2 - 1]);
    return n % 2 == 1 ? high : low + 0.5 * (high - low);
}

/* ---- what to expect ----------------------------------------------------------------------- */

/* The cheap case: a value so near that no spread can flag it. m stays open. */
static bool is_near(const struct work *w, double x, double expected, struct drc_detect_point *p)
{
    double half = min_ratio * fabs(expected);
    if (w->o->bands || !(fabs(x - expected) <= half))
        return false;
    *p = (struct drc_detect_point){expected, expected - half, expected + half, (double)NAN, false};
    return true;
}

static void set_band(const struct work *w, double expected, double mad, struct drc_detect_point *p)
{
    double spread = drc_stats_spread(mad, expected, w->o->unit);
    double half = fmax(cutoff * spread / 0.6745, min_ratio * fabs(expected));
    p->expected = expected;
    p->low = expected - half;
    p->high = expected + half;
    p->m = spread; /* until score() */
}

/* Median of the clean values of the week from i on, if they are at least half. */
static double week_level(const struct work *w, size_t i, size_t limit)
{
    double v[SEASON_MAX];
    size_t have = 0;
    if (i + w->season <= limit && !isnan(w->level[i]))
        return w->level[i];
    for (size_t end = i + w->season; i < end && i < limit; i++)
        if (is_clean(w, i))
            v[have++] = w->base[i];
    return 2 * have > w->season ? median(v, have) : (double)NAN;
}

/* The weeks before t, of values before `limit` only: what is left of them without their level. Row
 * k begins at start[k]; its value c has the weekday of t + c. Rows without a level are left out. */
struct weeks {
    size_t rows, start[WEEKS];
    double level[WEEKS];
};

static void read_weeks(const struct work *w, size_t t, size_t limit, struct weeks *g)
{
    g->rows = 0;
    for (size_t k = 1; k <= WEEKS && k * w->season <= t; k++) {
        size_t start = t - k * w->season;
        double level = week_level(w, start, limit);
        if (start + w->season <= limit)
            w->level[start] = level;
        if (isnan(level))
            continue;
        g->start[g->rows] = start;
        g->level[g->rows++] = level;
    }
}

/* x - level of the clean values of weekday c; returns how many. */
static size_t column_of(const struct work *w, const struct weeks *g, size_t c, size_t limit,
                        double *out)
{
    size_t have = 0;
    for (size_t k = 0; k < g->rows; k++)
        if (g->start[k] + c < limit && is_clean(w, g->start[k] + c))
            out[have++] = w->base[g->start[k] + c] - g->level[k];
    return have;
}

static double within_seen(const struct work *w, const struct weeks *g, size_t limit, double x)
{
    double lowest = INFINITY, highest = -INFINITY;
    for (size_t k = 0; k < g->rows; k++)
        for (size_t i = g->start[k]; i < g->start[k] + w->season && i < limit; i++)
            if (is_clean(w, i)) {
                lowest = w->base[i] < lowest ? w->base[i] : lowest;
                highest = w->base[i] > highest ? w->base[i] : highest;
            }
    return x < lowest ? lowest : x > highest ? highest : x;
}

static bool expect_by_weeks(const struct work *w, size_t t, size_t limit, double x,
                            struct drc_detect_point *p)
{
    struct weeks g;
    double v[WEEKS * SEASON_MAX], column[WEEKS], newest[RECENT_WEEKS];
    read_weeks(w, t, limit, &g);
    size_t rests = column_of(w, &g, 0, limit, column);
    if (rests < SAME_MIN)
        return false;
    size_t recent = g.rows < RECENT_WEEKS ? g.rows : RECENT_WEEKS;
    memcpy(newest, g.level, recent * sizeof *newest);
    double plain = median(newest, recent) + median(column, rests);
    double expected = within_seen(w, &g, limit, plain);
    if (is_near(w, x, expected, p))
        return true;
    rests = 0;
    for (size_t c = 0; c < w->season; c++) {
        size_t have = column_of(w, &g, c, limit, column);
        double effect = have == 0 ? 0 : median(column, have);
        for (size_t k = 0; k < have; k++)
            v[rests++] = fabs(column[k] - effect);
    }
    set_band(w, expected, 1.3 * median(v, rests), p);
    return true;
}

static bool expect_by_days(const struct work *w, size_t t, size_t limit, double x,
                           struct drc_detect_point *p)
{
    double v[DAYS * 24], lowest = INFINITY, highest = -INFINITY;
    size_t per_day = (size_t)w->o->per_day, have = 0, same = 0;
    size_t window = DAYS * per_day, from = t > window ? t - window : 0;
    for (size_t i = from; i < t && i < limit; i++) {
        if (!is_clean(w, i))
            continue;
        v[have++] = w->base[i];
        if ((t - i) % w->season == 0) {
            same++;
            lowest = fmin(lowest, w->base[i]);
            highest = fmax(highest, w->base[i]);
        }
    }
    if (have < DAYS_MIN * per_day)
        return false;
    double mid = drc_stats_median(v, have);
    if (is_near(w, x, mid, p))
        return true;
    set_band(w, mid, drc_stats_mad(v, have), p);
    if (same >= 2) {
        p->low = fmin(p->low, lowest - min_ratio * fabs(lowest));
        p->high = fmax(p->high, highest + min_ratio * fabs(highest));
    }
    return true;
}

/* What the clean values before `limit` say about t; m is the spread, NaN where x is near enough not
 * to need it (INFINITY is never near). */
static void expect(const struct work *w, size_t t, size_t limit, double x,
                   struct drc_detect_point *p)
{
    if (!expect_by_weeks(w, t, limit, x, p) && !expect_by_days(w, t, limit, x, p))
        *p = (struct drc_detect_point){(double)NAN, (double)NAN, (double)NAN, (double)NAN, false};
}

static bool fits(const struct drc_detect_point *p, double x)
{
    return x >= p->low && x <= p->high;
}

static double score(const struct drc_detect_point *p, double x)
{
    return fmin(fmax(drc_stats_modified_z(x, p->expected, p->m), -m_max), m_max);
}

static void judge(const struct work *w, size_t t)
{
    struct drc_detect_point *p = &w->out->points[t];
    expect(w, t, t, w->x[t], p);
    if (isnan(p->m))
        return;
    p->m = score(p, w->x[t]);
    p->flagged = w->excluded[t] = !fits(p, w->x[t]);
}

/* ---- level shifts ------------------------------------------------------------------------- */

static struct drc_detect_event *add_event(struct work *w, size_t from, size_t to,
                                          enum drc_detect_shape shape)
{
    struct drc_detect_event *e = &w->out->events[w->out->event_count++];
    *e = (struct drc_detect_event){.from = from, .to = to, .shape = shape};
    return e;
}

static void add_to(struct drc_detect_event *e, double x, const struct drc_detect_point *p, double m)
{
    if (isnan(x) || isnan(p->expected))
        return;
    e->actual += x;
    e->expected += p->expected;
    e->low += p->low;
    e->high += p->high;
    e->impact = e->actual - e->expected;
    if (fabs(m) > fabs(e->m))
        e->m = m;
}

/* The first of the values that end at t and make a level shift; n if they do not. */
static size_t shift_start(const struct work *w, size_t t)
{
    double sizes[SEASON_MAX], sign = 0;
    size_t have = 0, i = t + 1;
    while (have < w->run && i > 0) {
        struct drc_detect_point *p = &w->out->points[--i];
        if (isnan(w->x[i]))
            continue;
        if (isnan(p->m) && !isnan(p->expected) && i >= w->since && !w->owned[i]) {
            expect(w, i, i, INFINITY, p);
            p->m = score(p, w->x[i]);
        }
        if (i < w->since || isnan(p->expected) || w->owned[i] || fabs(p->m) <= cutoff / 2 ||
            p->m * sign < 0)
            return w->n;
        sign = p->m;
        sizes[have++] = fabs(p->m);
    }
    if (have < w->run || !w->out->points[i].flagged || !(median(sizes, have) > cutoff))
        return w->n;
    return i;
}

/* The weeks that have changed, before `end`. */
static void forget_levels(struct work *w, size_t end)
{
    size_t window = (2 * WEEKS + 1) * w->season;
    for (size_t i = end > window ? end - window : 0; i < end; i++)
        w->level[i] = (double)NAN;
}

/* Moves the baseline before `from` to the level of from..t. */
static void carry_over(struct work *w, size_t from, size_t t)
{
    double ratio[SEASON_MAX], more[SEASON_MAX];
    size_t have = 0, window = WEEKS * w->season;
    bool positive = true;
    for (size_t i = from; i <= t && have < w->run; i++) {
        if (isnan(w->x[i]))
            continue;
        double expected = w->out->points[i].expected;
        positive = positive && expected > 0;
        ratio[have] = positive ? w->x[i] / expected : 0;
        more[have++] = w->x[i] - expected;
    }
    double times = median(ratio, have), plus = 0;
    if (!positive || times < 0) {
        times = 1;
        plus = median(more, have);
    }
    for (size_t i = from > window ? from - window : 0; i < from; i++)
        w->base[i] = w->base[i] * times + plus;
    forget_levels(w, t);
}

static void begin_shift(struct work *w, size_t from, size_t t)
{
    struct shift *s = w->shift;
    size_t window = WEEKS * w->season, start = from > window ? from - window : 0;
    struct drc_detect_event *e = add_event(w, from, t, DRC_SHAPE_LEVEL);
    s->active = true;
    s->from = from;
    s->event = w->out->event_count - 1;
    s->sign = w->out->points[from].m;
    for (size_t j = 0; j < w->season; j++)
        expect(w, from + j, from, INFINITY, &s->pattern[j]);
    memcpy(s->old, w->base + start, (from - start) * sizeof *s->old);
    carry_over(w, from, t);
    for (size_t i = from; i <= t; i++) {
        w->excluded[i] = false;
        w->owned[i] = true;
        add_to(e, w->x[i], &s->pattern[(i - from) % w->season], w->out->points[i].m);
    }
}

/* Back at the old level: what lay between is no baseline. */
static void end_shift(struct work *w, size_t t)
{
    struct shift *s = w->shift;
    size_t window = WEEKS * w->season, start = s->from > window ? s->from - window : 0;
    memcpy(w->base + start, s->old, (s->from - start) * sizeof *s->old);
    for (size_t i = s->from; i < t; i++)
        w->excluded[i] = true;
    forget_levels(w, t);
    w->since = t;
    w->excluded[t] = w->out->points[t].flagged = false;
    s->active = false;
}

static void follow_shift(struct work *w, size_t t)
{
    struct shift *s = w->shift;
    struct drc_detect_point *p = &w->out->points[t];
    const struct drc_detect_point *old = &s->pattern[(t - s->from) % w->season];
    if (t - s->from >= DAYS * (size_t)w->o->per_day) {
        s->active = false;
    } else if (p->flagged && p->m * s->sign < 0 && fits(old, w->x[t])) {
        end_shift(w, t);
        *p = *old;
        p->m = score(old, w->x[t]);
    } else {
        w->out->events[s->event].to = t;
        add_to(&w->out->events[s->event], w->x[t], old, 0);
    }
}

static void walk(struct work *w)
{
    for (size_t t = 0; t < w->n; t++) {
        w->out->points[t].expected = w->out->points[t].low = (double)NAN;
        w->out->points[t].high = w->out->points[t].m = (double)NAN;
        if (isnan(w->x[t]))
            continue;
        judge(w, t);
        if (w->shift->active)
            follow_shift(w, t);
        size_t from = w->out->points[t].flagged ? shift_start(w, t) : w->n;
        if (from < w->n)
            begin_shift(w, from, t);
    }
}

/* ---- spikes, drops, calendar -------------------------------------------------------------- */

static bool in_calendar(const struct drc_detect_options *o, int64_t day)
{
    for (size_t i = 0; i < o->calendar_count; i++)
        if (o->calendar[i] == day)
            return true;
    return false;
}

/* The same day of the month before; the last day for the last day. */
static int64_t month_before(int64_t day)
{
    int year, month, mday, next_month, last, ignored;
    drc_date_civil(day, &year, &month, &mday);
    drc_date_civil(day + 1, &ignored, &next_month, &ignored);
    drc_date_civil(drc_date_day(year, month, 1) - 1, &year, &month, &last);
    return drc_date_day(year, month, next_month != (month % 12) + 1 || mday > last ? last : mday);
}

static bool is_expected(const struct work *w, size_t t)
{
    int64_t at = w->o->first + (int64_t)t, per_day = w->o->per_day;
    int64_t day = at >= 0 ? at / per_day : (at - per_day + 1) / per_day;
    if (in_calendar(w->o, day))
        return true;
    int64_t then = month_before(day) * per_day + (at - day * per_day) - w->o->first;
    if (then < 0)
        return false;
    const struct drc_detect_point *p = &w->out->points[then];
    double was = w->x[then];
    return (p->flagged || isnan(p->expected)) && fabs(w->x[t] - was) <= 0.2 * fabs(was);
}

/* Flagged values in a row on one side, from t on; returns the first behind them. */
static size_t add_run(struct work *w, size_t t)
{
    const struct drc_detect_point *p = w->out->points;
    struct drc_detect_event *e = add_event(w, t, t, p[t].m > 0 ? DRC_SHAPE_SPIKE : DRC_SHAPE_DROP);
    size_t days = 0, expected = 0, i = t;
    for (; i < w->n && (isnan(w->x[i]) || (p[i].flagged && !w->owned[i] && p[i].m * p[t].m > 0));
         i++) {
        if (isnan(w->x[i]))
            continue;
        days++;
        expected += is_expected(w, i);
        e->to = i;
        add_to(e, w->x[i], &p[i], p[i].m);
    }
    if (2 * expected >= days)
        e->shape = DRC_SHAPE_CALENDAR;
    return i;
}

static bool is_material(const struct work *w, const struct drc_detect_event *e)
{
    double days = (double)(e->to - e->from + 1) / w->o->per_day;
    return fabs(e->impact) >= w->o->min_impact ||
           (w->o->total > 0 && fabs(e->impact) / days >= min_share * w->o->total);
}

/* Drops what is not material; sorts by the first day (level shifts came first). */
static void tidy(struct work *w)
{
    struct drc_detect_event *e = w->out->events;
    size_t kept = 0;
    for (size_t i = 0; i < w->out->event_count; i++) {
        if (!is_material(w, &e[i]))
            continue;
        struct drc_detect_event one = e[i];
        size_t j = kept++;
        for (; j > 0 && e[j - 1].from > one.from; j--)
            e[j] = e[j - 1];
        e[j] = one;
    }
    w->out->event_count = kept;
}

/* Too little for a material event. */
static bool is_slight(const double *series, size_t n, const struct drc_detect_options *o)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += isnan(series[i]) ? 0 : fabs(series[i]);
    return sum < fmin(o->min_impact, min_share * o->total);
}

void drc_detect(struct drc_arena *a, const double *series, size_t n,
                const struct drc_detect_options *o, struct drc_detection *out)
{
    *out = (struct drc_detection){0};
    if (!o->bands && is_slight(series, n, o))
        return;
    struct work w = {.x = series, .n = n, .o = o, .out = out};
    w.season = 7 * (size_t)o->per_day;
    w.run = o->per_day == 1 ? 5 : 24;
    w.base = drc_arena_array(a, n + 1, sizeof *w.base);
    w.excluded = drc_arena_array(a, n + 1, sizeof *w.excluded);
    w.owned = drc_arena_array(a, n + 1, sizeof *w.owned);
    w.level = drc_arena_array(a, n + 1, sizeof *w.level);
    for (size_t i = 0; i < n; i++)
        w.level[i] = (double)NAN;
    w.shift = drc_arena_alloc(a, sizeof *w.shift);
    out->points = drc_arena_array(a, n + 1, sizeof *out->points);
    out->events = drc_arena_array(a, n + 1, sizeof *out->events);
    if (n > 0)
        memcpy(w.base, series, n * sizeof *w.base);
    walk(&w);
    for (size_t t = 0; t < n;)
        t = out->points[t].flagged && !w.owned[t] ? add_run(&w, t) : t + 1;
    tidy(&w);
}

const char *drc_detect_shape_name(enum drc_detect_shape shape)
{
    static const char *const names[] = {"spike", "drop", "level shift", "calendar"};
    return names[shape];
}
