#include "core/compose_parts.h"

#include <string.h>

#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/utf8.h"

static const struct {
    const char *column, *of_job, *of_resource; /* NULL: the same word */
} parts[] = {
    {"by_runs_uusd", "Runs", "Days in use"},
    {"by_attempts_uusd", "Attempts per run", NULL},
    {"by_minutes_uusd", "Minutes per attempt", "Time up per day"},
    {"by_dbu_rate_uusd", "DBU per minute", NULL},
    {"by_price_uusd", "Price per DBU", NULL},
    {"by_vm_uusd", "VM cost per minute", NULL},
    {"by_other_uusd", "Not attributable", NULL},
};

#define PARTS (sizeof parts / sizeof *parts)

/* Daily series of a row, all of one length that ends with the window: an entity may be younger. */
struct series {
    size_t count;
    int64_t *of[4]; /* actual, expected, low, high */
};

static struct series take_series(struct drc_arena *a, const struct drc_result *res, size_t row,
                                 const char *const columns[4])
{
    struct series s = {0};
    for (size_t i = 0; i < 4; i++) {
        s.of[i] = drc_arena_array(a, CHART_SERIES_DAYS, sizeof **s.of);
        for (size_t d = 0; d < CHART_SERIES_DAYS; d++)
            s.of[i][d] = DRC_CHART_UNKNOWN;
        size_t n =
            drc_result_series(drc_result_cell(res, row, columns[i]), s.of[i], CHART_SERIES_DAYS);
        s.count = n > s.count ? n : s.count;
    }
    return s;
}

static enum drc_chart_level level_of(const char *severity)
{
    return strcmp(severity, "crit") == 0   ? DRC_LEVEL_CRIT
           : strcmp(severity, "warn") == 0 ? DRC_LEVEL_WARN
                                           : DRC_LEVEL_INFO;
}

/* "22 Nov", "30 Oct-2 Nov", "20-22 Nov" (en dash). */
static const char *dates(struct drc_arena *a, int64_t first, int64_t last)
{
    char from[16], to[16];
    int y1, m1, d1, y2, m2, d2;
    drc_date_short(first, from);
    drc_date_short(last, to);
    drc_date_civil(first, &y1, &m1, &d1);
    drc_date_civil(last, &y2, &m2, &d2);
    if (first == last)
        return drc_arena_strdup(a, to);
    if (m1 == m2 && y1 == y2)
        return drc_arena_printf(a, "%d\u2013%s", d1, to);
    return drc_arena_printf(a, "%s\u2013%s", from, to);
}

static struct drc_chart_event take_event(struct drc_arena *a, const struct drc_result *res,
                                         size_t row)
{
    char impact[DRC_FMT_BYTES];
    const char *name = drc_result_text(res, row, "about_name");
    struct drc_chart_event e = {.level = level_of(drc_result_text(res, row, "severity"))};
    e.label = drc_utf8_clean(a, name, strlen(name), 200, false);
    if (drc_date_parse(drc_result_text(res, row, "from_date"), &e.first_day) < 0 ||
        drc_date_parse(drc_result_text(res, row, "to_date"), &e.last_day) < 0)
        e.last_day = e.first_day - 1; /* no day of it is known: listed, not marked */
    else
        e.notes[0] = dates(a, e.first_day, e.last_day);
    const char *factor = drc_result_text(res, row, "top_factor");
    e.notes[1] = *factor == '\0' ? "\u2013" : factor;
    e.notes[2] =
        drc_arena_strdup(a, drc_fmt_usd_signed(drc_result_int(res, row, "impact_uusd", 0), impact));
    return e;
}

/* The split of a row, where there is one. */
static void take_steps(struct drc_arena *a, const struct drc_result *res, size_t row,
                       struct drc_chart_band *spec)
{
    struct drc_chart_step *steps = drc_arena_array(a, PARTS, sizeof *steps);
    long long days = (long long)drc_result_int(res, row, "event_days", 1);
    spec->before_uusd = drc_result_int(res, row, "mean_before_uusd", DRC_CHART_UNKNOWN);
    if (spec->before_uusd == DRC_CHART_UNKNOWN)
        return;
    bool job = strcmp(drc_result_text(res, row, "about_kind"), "job") == 0;
    for (size_t i = 0; i < PARTS; i++) {
        steps[i].label =
            job || parts[i].of_resource == NULL ? parts[i].of_job : parts[i].of_resource;
        steps[i].uusd = drc_result_int(res, row, parts[i].column, 0);
    }
    spec->steps = steps;
    spec->step_count = PARTS;
    spec->before_label =
        days == 1 ? "Mean day before" : drc_arena_printf(a, "Mean before, %lld days", days);
    spec->after_label = days == 1 ? "Actual" : drc_arena_printf(a, "Actual, %lld days", days);
}

static void set_series(struct drc_chart_band *spec, const struct series *s,
                       const struct drc_result *res)
{
    spec->day_count = s->count;
    spec->first_day = res->params.as_of_day - (int64_t)s->count + 1;
    spec->actual = s->of[0];
    spec->expected = s->of[1];
    spec->low = s->of[2];
    spec->high = s->of[3];
}

int drc_compose_band(struct drc_arena *a, const struct drc_theme *t,
                     const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err)
{
    static const char *const columns[] = {"total_daily", "total_expected", "total_low",
                                          "total_high"};
    const struct drc_result *res = whole->result;
    struct chart_texts texts = drc_chart_texts(a, whole);
    struct series s = take_series(a, res, 0, columns);
    struct drc_chart_event events[DRC_CHART_EVENTS_MAX];
    size_t live = drc_result_live(res),
           n = live < DRC_CHART_EVENTS_MAX ? live : DRC_CHART_EVENTS_MAX;
    for (size_t i = 0; i < n; i++)
        events[i] = take_event(a, res, i);
    struct drc_chart_band spec = {
        .title = texts.title,
        .subtitle = texts.subtitle,
        .footer = drc_arena_printf(
            a,
            "Numbers mark %s %s, each of a single series; the line is the sum of all, with dots on "
            "the days of short ones. %s%s",
            live > n ? drc_arena_printf(a, "the worst %zu of %zu", n, live) : "the",
            res->report->nouns, drc_chart_weekends(s.count, DRC_CHART_BAND_PX), texts.footer),
        .plot_title = "Total cost by day",
        .events = events,
        .event_count = n,
        .list = true,
        .note_titles = {"Days", "Largest part", "Impact"}};
    set_series(&spec, &s, res);
    if (n > 0) {
        take_steps(a, res, 0, &spec);
        spec.steps_title =
            drc_arena_printf(a, "1  %s, %s: what makes the difference to the 28 days before",
                             events[0].label, events[0].notes[0] == NULL ? "" : events[0].notes[0]);
    }
    return drc_chart_band(t, &spec, svg, err);
}

int drc_compose_band_entity(struct drc_arena *a, const struct drc_theme *t,
                            const struct drc_context *c, const struct drc_chart_path *path,
                            struct drc_buf *svg, struct drc_err *err)
{
    static const char *const columns[] = {"daily", "expected_daily", "low_daily", "high_daily"};
    const struct drc_result *res = c->result;
    size_t row = (size_t)c->selection.row;
    struct series s = take_series(a, res, row, columns);
    struct drc_chart_event event = take_event(a, res, row);
    char expected[DRC_FMT_BYTES], ratio[DRC_FMT_BYTES];
    struct drc_chart_band spec = {
        .title = drc_arena_printf(a, "%s, %s", event.label,
                                  event.notes[0] == NULL ? "" : event.notes[0]),
        .subtitle =
            drc_arena_printf(a, "%s (%s) against %s expected; %s", event.notes[2],
                             drc_fmt_pct_signed(drc_result_real(res, row, "impact_ratio"), ratio),
                             drc_fmt_usd(drc_result_int(res, row, "expected_uusd", 0), expected),
                             drc_result_text(res, row, "why")),
        .footer = drc_arena_printf(a, "%s%s", drc_chart_weekends(s.count, DRC_CHART_BAND_PX),
                                   drc_chart_footer(a, res)),
        .plot_title = "Cost by day",
        .events = &event,
        .event_count = 1,
        .steps_title = "What makes the difference to the 28 days before",
        .path = path};
    set_series(&spec, &s, res);
    take_steps(a, res, row, &spec);
    return drc_chart_band(t, &spec, svg, err);
}
