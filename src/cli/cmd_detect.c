/* drc detect: the anomaly detector on anybody's series. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/arena.h"
#include "drc/clock.h"
#include "drc/detect.h"
#include "drc/file.h"
#include "drc/fmt.h"

struct shown {
    const struct drc_series *series;
    const struct drc_detection *found;
    int per_day;
    size_t judged;
};

/* "2026-11-22" or "2026-11-22T15:00Z" */
static const char *time_text(const struct shown *s, size_t i, char out[32])
{
    int64_t at = s->series->first + (int64_t)i, day = at / s->per_day;
    drc_date_iso(day, out);
    if (s->per_day != 1)
        snprintf(out + 10, 22, "T%02dZ", (int)(at - day * s->per_day) % 24);
    return out;
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void put_number(const char *name, double v)
{
    if (isnan(v))
        printf(",\"%s\":null", name);
    else
        printf(",\"%s\":%.15g", name, v);
}

static void print_json(const struct shown *s)
{
    char from[32], to[32];
    size_t n = s->series->n;
    printf("{\"period\":\"%s\",\"first\":\"%s\",\"last\":\"%s\",\"points\":%zu,\"missing\":%zu,"
           "\"judged\":%zu,\n\"anomalies\":[",
           s->per_day == 1 ? "day" : "hour", time_text(s, 0, from), time_text(s, n - 1, to), n,
           s->series->missing, s->judged);
    for (size_t i = 0; i < s->found->event_count; i++) {
        const struct drc_detect_event *e = &s->found->events[i];
        printf("%s\n{\"from\":\"%s\",\"to\":\"%s\",\"shape\":\"%s\"", i == 0 ? "" : ",",
               time_text(s, e->from, from), time_text(s, e->to, to),
               drc_detect_shape_name(e->shape));
        put_number("actual", e->actual);
        put_number("expected", e->expected);
        put_number("low", e->low);
        put_number("high", e->high);
        put_number("impact", e->impact);
        put_number("m", e->m);
        putchar('}');
    }
    printf("],\n\"series\":[");
    for (size_t i = 0; i < n; i++) {
        const struct drc_detect_point *p = &s->found->points[i];
        printf("%s\n{\"time\":\"%s\"", i == 0 ? "" : ",", time_text(s, i, from));
        put_number("actual", s->series->values[i]);
        put_number("expected", p->expected);
        put_number("low", p->low);
        put_number("high", p->high);
        put_number("m", p->m);
        printf(",\"flagged\":%s}", p->flagged ? "true" : "false");
    }
    puts("]}");
}

/* ---- text --------------------------------------------------------------------------------- */

static void print_text(const struct shown *s)
{
    char from[32], to[32];
    size_t n = s->series->n;
    printf("%zu %s, %s to %s; %zu without a value, %zu judged (the others have less than 14 days "
           "before them)\n",
           n,
           s->per_day == 1 ? drc_fmt_noun((int64_t)n, "day", "days")
                           : drc_fmt_noun((int64_t)n, "hour", "hours"),
           time_text(s, 0, from), time_text(s, n - 1, to), s->series->missing, s->judged);
    if (s->found->event_count == 0) {
        puts("No anomaly.");
        return;
    }
    printf("\n%-14s %-14s %-11s %14s %14s %14s %8s  %s\n", "from", "to", "shape", "actual",
           "expected", "impact", "M", "normal range");
    for (size_t i = 0; i < s->found->event_count; i++) {
        const struct drc_detect_event *e = &s->found->events[i];
        printf("%-14s %-14s %-11s %14.6g %14.6g %+14.6g %8.1f  %.6g to %.6g\n",
               time_text(s, e->from, from), time_text(s, e->to, to),
               drc_detect_shape_name(e->shape), e->actual, e->expected, e->impact, e->m, e->low,
               e->high);
    }
}

/* ---- options ------------------------------------------------------------------------------ */

static int number_option(int argc, char **argv, const char *name, double *out, struct drc_err *err)
{
    const char *text = cli_option(argc, argv, name);
    char *end;
    if (text == NULL)
        return 0;
    *out = strtod(text, &end);
    if (end == text || *end != '\0' || !(*out >= 0 && *out <= DRC_SERIES_VALUE_MAX))
        return drc_err_set(err, DRC_ERR_INPUT, "%s wants a number from 0 to 1e15, not '%.40s'",
                           name, text);
    return 0;
}

static int period_option(int argc, char **argv, int *per_day, struct drc_err *err)
{
    const char *period = cli_option(argc, argv, "--period");
    *per_day = period != NULL && strcmp(period, "hour") == 0 ? 24 : 1;
    if (period != NULL && *per_day == 1 && strcmp(period, "day") != 0)
        return drc_err_set(err, DRC_ERR_INPUT, "--period is 'day' or 'hour', not '%.40s'", period);
    return 0;
}

static int detect(struct drc_arena *a, const char *path, bool json, struct drc_detect_options *o,
                  struct drc_err *err)
{
    struct drc_series series;
    struct drc_detection found;
    size_t bytes;
    const char *text = drc_file_read(a, path, DRC_SERIES_BYTES_MAX, &bytes, err);
    if (text == NULL)
        return -1;
    if (drc_series_parse(a, text, bytes, o->per_day, &series, err) < 0)
        return drc_err_context(err, "%.200s", path);
    o->first = series.first;
    drc_detect(a, series.values, series.n, o, &found);
    struct shown s = {&series, &found, o->per_day, 0};
    for (size_t i = 0; i < series.n; i++)
        s.judged += !isnan(found.points[i].expected);
    if (json)
        print_json(&s);
    else
        print_text(&s);
    return 0;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    struct drc_detect_options o = {.bands = true};
    const char *path = cli_option(argc, argv, "--csv");
    bool json = cli_flag(argc, argv, "--json");
    if (period_option(argc, argv, &o.per_day, err) < 0 ||
        number_option(argc, argv, "--min-impact", &o.min_impact, err) < 0 ||
        number_option(argc, argv, "--unit", &o.unit, err) < 0 ||
        cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (path == NULL)
        return drc_err_set(err, DRC_ERR_INPUT, "give --csv FILE; try --help");
    struct drc_arena *a = drc_arena_new();
    int rc = detect(a, path, json, &o, err);
    drc_arena_free(a);
    return rc;
}

const struct cli_command cli_detect = {
    "detect", "--csv FILE [--period day|hour] [--json] [--min-impact X] [--unit X]",
    "Finds anomalies in any series: spikes, drops, level shifts, repeated calendar peaks.\n"
    "FILE has one `time,value` a line (comma, semicolon or tab), in any order, with or without a\n"
    "header. Times: 2026-11-22, 2026-11-22T15:00[:00][Z|+01:00], seconds or milliseconds since "
    "1970;\n"
    "without a zone they are UTC. An empty value, NA, null or NaN is unknown; so is a gap. At "
    "most\n"
    "100,000 rows and 16 MB.\n\n"
    "  --period P      one value a day (default) or an hour\n"
    "  --min-impact X  leave out what differs by less in all (default 0)\n"
    "  --unit X        smallest spread that counts, e.g. 1 for one dollar (default 0)\n"
    "  --json          one object:\n"
    "    period, first, last, points, missing, judged (points with an expectation)\n"
    "    anomalies: from, to, shape (spike|drop|level shift|calendar), actual, expected, low, "
    "high,\n"
    "               impact (sums over the known values from..to), m (largest modified z by size)\n"
    "    series:    time, actual, expected, low, high, m, flagged; null = unknown\n\n"
    "Each value is judged only by those before it: expected from the same weekdays (hours of the\n"
    "week) of eight weeks, or from 28 days while the series is young; outside of the range means\n"
    "|M| > 3.5 (modified z, Iglewicz & Hoaglin 1993) and 25 % away. At least 14 days are needed.\n",
    run};
