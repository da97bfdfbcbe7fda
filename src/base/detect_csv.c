/* A series from a CSV file. Rows are read in any order, sorted by their slot (day or hour), and put
 * on an even grid. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/clock.h"
#include "drc/detect.h"

struct row {
    int64_t slot;
    size_t line;
    double value;
};

struct reader {
    const char *at, *end;
    size_t line, count;
    int64_t slot_ms;
    struct row *rows;
};

/* One cell without blanks and quotes around it. */
struct cell {
    const char *s;
    size_t n;
};

static struct cell trimmed(const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    if (to - from >= 2 && *from == '"' && to[-1] == '"')
        return trimmed(from + 1, to - 1);
    return (struct cell){from, (size_t)(to - from)};
}

/* ---- time --------------------------------------------------------------------------------- */

/* `count` digits at *s up to end; -1 if they are not there. */
static int digits(const char **s, const char *end, int count)
{
    int v = 0;
    for (int i = 0; i < count; i++) {
        if (*s == end || !isdigit((unsigned char)**s))
            return -1;
        v = v * 10 + *(*s)++ - '0';
    }
    return v;
}

static bool take(const char **s, const char *end, char c)
{
    if (*s == end || **s != c)
        return false;
    (*s)++;
    return true;
}

/* Z, +01:00, -0530 or nothing; minutes east of UTC. */
static bool zone(const char **s, const char *end, int *minutes)
{
    *minutes = 0;
    if (*s == end || take(s, end, 'Z'))
        return true;
    int sign = take(s, end, '-') ? -1 : take(s, end, '+') ? 1 : 0;
    int hour = digits(s, end, 2);
    (void)take(s, end, ':');
    int minute = digits(s, end, 2);
    *minutes = sign * (hour * 60 + minute);
    return sign != 0 && hour >= 0 && hour <= 14 && minute >= 0 && minute < 60;
}

/* [T ]HH[:MM[:SS[.fff]]][zone] behind a date. */
static bool time_of_day(const char *s, const char *end, int64_t *ms)
{
    int minute = 0, second = 0, east;
    if (!take(&s, end, 'T') && !take(&s, end, ' '))
        return false;
    int hour = digits(&s, end, 2);
    if (take(&s, end, ':')) {
        minute = digits(&s, end, 2);
        if (take(&s, end, ':'))
            second = digits(&s, end, 2);
        if (take(&s, end, '.'))
            while (s < end && isdigit((unsigned char)*s))
                s++;
    }
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
        !zone(&s, end, &east))
        return false;
    *ms = (hour * 3600 + minute * 60 + second - east * 60) * INT64_C(1000);
    return s == end;
}

static bool parse_time(struct cell c, int64_t *ms)
{
    char date[11];
    const char *s = c.s, *end = c.s + c.n;
    int64_t number = 0, day;
    while (s < end && s - c.s < 14 && isdigit((unsigned char)*s))
        number = number * 10 + *s++ - '0';
    if (s == end && c.n >= 5 && c.n <= 13) { /* up to 11 digits: seconds until the year 5138 */
        *ms = number >= INT64_C(100000000000) ? number : number * 1000;
        return *ms < drc_date_day(2200, 1, 1) * DRC_DAY_MS;
    }
    if (c.n < 10)
        return false;
    memcpy(date, c.s, 10);
    date[10] = '\0';
    int64_t rest = 0;
    if (drc_date_parse(date, &day) < 0 || (c.n > 10 && !time_of_day(c.s + 10, end, &rest)))
        return false;
    *ms = day * DRC_DAY_MS + rest;
    return *ms >= 0;
}

/* ---- value -------------------------------------------------------------------------------- */

static bool is_unknown(struct cell c)
{
    static const char *const words[] = {"", "na", "n/a", "nan", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == c.n && strncasecmp(words[i], c.s, c.n) == 0)
            return true;
    return false;
}

/* A decimal number; not what strtod also takes (hex, infinity). */
static bool parse_value(struct cell c, double *value)
{
    char text[64], *end;
    if (is_unknown(c)) {
        *value = (double)NAN;
        return true;
    }
    if (c.n >= sizeof text)
        return false;
    memcpy(text, c.s, c.n);
    text[c.n] = '\0';
    if (strspn(text, "0123456789+-.eE") != c.n)
        return false;
    *value = strtod(text, &end);
    return end == text + c.n;
}

/* ---- rows --------------------------------------------------------------------------------- */

static int bad(const struct reader *r, const char *what, struct cell c, struct drc_err *err)
{
    int shown = (int)(c.n < 40 ? c.n : 40);
    for (int i = 0; i < shown; i++)
        if ((unsigned char)c.s[i] < 0x20 || (unsigned char)c.s[i] > 0x7e)
            shown = i; /* a terminal gets no control bytes, and no half characters */
    return drc_err_set(err, DRC_ERR_PARSE, "line %zu: %s ('%.*s')", r->line, what, shown, c.s);
}

static int read_row(struct drc_arena *a, struct reader *r, const char *from, const char *to,
                    struct drc_err *err)
{
    const char *comma = from;
    while (comma < to && *comma != ',' && *comma != ';' && *comma != '\t')
        comma++;
    struct cell time = trimmed(from, comma), value = trimmed(comma < to ? comma + 1 : to, to);
    struct row row = {.line = r->line};
    int64_t ms;
    if (time.n == 0 && value.n == 0)
        return 0;
    if (!parse_time(time, &ms)) {
        double ignored;
        if (r->count == 0 && (value.n == 0 || !parse_value(value, &ignored)))
            return 0; /* header */
        return bad(r, "this is not a time; use 2026-11-22, 2026-11-22T15:00 or seconds since 1970",
                   time, err);
    }
    if (comma == to)
        return bad(r, "two columns are wanted: time,value", time, err);
    if (!parse_value(value, &row.value))
        return bad(r, "this is not a number", value, err);
    if (!isnan(row.value) && fabs(row.value) > DRC_SERIES_VALUE_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "line %zu: values go up to 1e15", r->line);
    if (r->count == DRC_SERIES_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT, "line %zu: more than %d rows", r->line,
                           DRC_SERIES_MAX);
    row.slot = ms / r->slot_ms;
    if (r->rows == NULL)
        r->rows = drc_arena_array(a, DRC_SERIES_MAX, sizeof *r->rows);
    r->rows[r->count++] = row;
    return 0;
}

static int by_slot(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int order = (x->slot > y->slot) - (x->slot < y->slot);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static int put_on_grid(struct drc_arena *a, struct reader *r, int per_day, struct drc_series *out,
                       struct drc_err *err)
{
    qsort(r->rows, r->count, sizeof *r->rows, by_slot);
    int64_t span = r->rows[r->count - 1].slot - r->rows[0].slot + 1;
    if (span > DRC_SERIES_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT,
                           "the series spans %lld %s from its first to its last, the cap is %d",
                           (long long)span, per_day == 1 ? "days" : "hours", DRC_SERIES_MAX);
    out->first = r->rows[0].slot;
    out->n = (size_t)span;
    out->values = drc_arena_array(a, out->n, sizeof *out->values);
    for (size_t i = 0; i < out->n; i++)
        out->values[i] = (double)NAN;
    for (size_t i = 0; i < r->count; i++) {
        if (i > 0 && r->rows[i].slot == r->rows[i - 1].slot)
            return drc_err_set(err, DRC_ERR_PARSE,
                               "line %zu: a second value for the %s of line %zu%s", r->rows[i].line,
                               per_day == 1 ? "day" : "hour", r->rows[i - 1].line,
                               per_day == 1 ? "; hourly data wants --period hour" : "");
        out->values[r->rows[i].slot - out->first] = r->rows[i].value;
    }
    out->missing = 0;
    for (size_t i = 0; i < out->n; i++)
        out->missing += isnan(out->values[i]);
    return 0;
}

int drc_series_parse(struct drc_arena *a, const char *text, size_t bytes, int per_day,
                     struct drc_series *out, struct drc_err *err)
{
    struct reader r = {.at = text, .end = text + bytes, .slot_ms = DRC_DAY_MS / per_day};
    *out = (struct drc_series){0};
    if (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        r.at += 3;
    while (r.at < r.end) {
        const char *eol = memchr(r.at, '\n', (size_t)(r.end - r.at));
        eol = eol == NULL ? r.end : eol;
        r.line++;
        if (read_row(a, &r, r.at, eol, err) < 0)
            return -1;
        r.at = eol == r.end ? r.end : eol + 1;
    }
    if (r.count == 0)
        return drc_err_set(err, DRC_ERR_PARSE, "there are no rows; a line is time,value");
    return put_on_grid(a, &r, per_day, out, err);
}
