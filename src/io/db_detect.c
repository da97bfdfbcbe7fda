/* The anomaly detector in SQL. Two table-valued functions over one daily series in micro-dollars:
 *
 *   detect_anomalies(series, first_date [, min_impact_uusd [, total_uusd [, calendar]]])
 *     -> from_date, to_date, shape, actual_uusd, expected_uusd, low_uusd, high_uusd, impact_uusd, m
 *   detect_days(the same)
 *     -> date, actual_uusd, expected_uusd, low_uusd, high_uusd, m, flagged
 *
 * series: JSON array of numbers, null = unknown; day_series() makes one. first_date: its first
 * day. min_impact_uusd: default $100. total_uusd: mean total spend of a day; 0.5 % of it is
 * material too. calendar: JSON array of dates that are expected to differ. Rows come by day. A NULL
 * series or date has no rows. Formulas: drc/detect.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"

#include "drc/clock.h"
#include "drc/detect.h"

#define DAYS_MAX 4000      /* of one series */
#define CALENDAR_MAX 400   /* dates */
#define USD 1e6            /* the smallest spread is a dollar */
#define MIN_IMPACT_USD 1e8 /* default of min_impact_uusd */

enum argument { ARG_SERIES, ARG_FIRST, ARG_IMPACT, ARG_TOTAL, ARG_CALENDAR, ARGUMENTS };
#define HIDDEN                                                                                     \
    ", series HIDDEN, first_date HIDDEN, min_impact_uusd HIDDEN, total_uusd HIDDEN,"               \
    " calendar HIDDEN)"
enum { EVENT_COLUMNS = 9, DAY_COLUMNS = 7 };

struct table {
    sqlite3_vtab base;
    bool days; /* detect_days */
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct drc_arena *a;
    double series[DAYS_MAX];
    size_t n, at, rows;
    int64_t first, calendar[CALENDAR_MAX];
    struct drc_detection found;
};

/* ---- arguments ---------------------------------------------------------------------------- */

/* A number or null; NULL if s does not begin with one. Whole numbers by hand: strtod is dear, and
 * a year of a few hundred series has a hundred thousand. */
static const char *read_number(const char *s, double *v)
{
    const char *at = s + (*s == '-');
    int64_t whole = 0;
    int digits = 0;
    for (; *at >= '0' && *at <= '9' && digits < 16; digits++)
        whole = whole * 10 + (*at++ - '0');
    if (digits > 0 && digits < 16 && (*at == ',' || *at == ']')) {
        *v = (double)(*s == '-' ? -whole : whole);
        return at;
    }
    char *end;
    if (strncmp(s, "null", 4) == 0) {
        *v = (double)NAN;
        return s + 4;
    }
    *v = strtod(s, &end);
    return end == s || isnan(*v) || fabs(*v) > DRC_SERIES_VALUE_MAX * 1e3 ? NULL : end;
}

/* [1, 2.5, null] */
static int read_series(const char *s, double *out, size_t *n)
{
    *n = 0;
    s += strspn(s, " ");
    if (*s++ != '[')
        return -1;
    while (*s == ' ')
        s++;
    while (*s != ']') {
        if (*n == DAYS_MAX || (s = read_number(s, &out[*n])) == NULL)
            return -1;
        ++*n;
        while (*s == ' ')
            s++;
        if (*s != ',' && *s != ']')
            return -1;
        if (*s == ',')
            while (*++s == ' ')
                ;
    }
    return 0;
}

/* ["2026-11-26", ...] */
static int read_calendar(const char *s, int64_t *out, size_t *n)
{
    *n = 0;
    for (; (s = strchr(s, '"')) != NULL; s += 12) {
        char date[11];
        if (*n == CALENDAR_MAX || strnlen(s, 12) < 12 || s[11] != '"')
            return -1;
        memcpy(date, s + 1, 10);
        date[10] = '\0';
        if (drc_date_parse(date, &out[(*n)++]) < 0)
            return -1;
    }
    return 0;
}

static int refuse(struct cursor *c, const char *what)
{
    sqlite3_free(c->base.pVtab->zErrMsg);
    c->base.pVtab->zErrMsg = sqlite3_mprintf("detect: %s", what);
    return SQLITE_ERROR;
}

static bool is_null(sqlite3_value *v)
{
    return v == NULL || sqlite3_value_type(v) == SQLITE_NULL;
}

static void forget(struct cursor *c)
{
    drc_arena_free(c->a);
    c->a = NULL;
    c->rows = c->at = 0;
}

static int filter(sqlite3_vtab_cursor *base, int mask, const char *plan, int argc,
                  sqlite3_value **argv)
{
    struct cursor *c = (struct cursor *)base;
    const struct table *t = (const struct table *)base->pVtab;
    sqlite3_value *arg[ARGUMENTS] = {NULL};
    struct drc_detect_options o = {.per_day = 1,
                                   .unit = USD,
                                   .min_impact = MIN_IMPACT_USD,
                                   .calendar = c->calendar,
                                   .bands = t->days};
    (void)plan, (void)argc;
    for (int i = 0, next = 0; i < ARGUMENTS; i++)
        if (mask >> i & 1)
            arg[i] = argv[next++];
    forget(c);
    if (is_null(arg[ARG_SERIES]) || is_null(arg[ARG_FIRST]))
        return SQLITE_OK;
    c->a = drc_arena_new();
    if (read_series((const char *)sqlite3_value_text(arg[ARG_SERIES]), c->series, &c->n) < 0)
        return refuse(c, "the series is not a JSON array of at most 4000 numbers");
    if (drc_date_parse((const char *)sqlite3_value_text(arg[ARG_FIRST]), &o.first) < 0)
        return refuse(c, "first_date is not a date");
    if (!is_null(arg[ARG_IMPACT]))
        o.min_impact = sqlite3_value_double(arg[ARG_IMPACT]);
    if (!is_null(arg[ARG_TOTAL]))
        o.total = sqlite3_value_double(arg[ARG_TOTAL]);
    if (!is_null(arg[ARG_CALENDAR]) &&
        read_calendar((const char *)sqlite3_value_text(arg[ARG_CALENDAR]), c->calendar,
                      &o.calendar_count) < 0)
        return refuse(c, "the calendar is not a JSON array of at most 400 dates");
    c->first = o.first;
    drc_detect(c->a, c->series, c->n, &o, &c->found);
    c->rows = t->days ? c->n : c->found.event_count;
    return SQLITE_OK;
}

/* ---- columns ------------------------------------------------------------------------------ */

static void put_uusd(sqlite3_context *ctx, double v)
{
    if (!isnan(v))
        sqlite3_result_int64(ctx, llround(v));
}

static void put_real(sqlite3_context *ctx, double v)
{
    if (!isnan(v))
        sqlite3_result_double(ctx, v);
}

static void put_date(sqlite3_context *ctx, int64_t day)
{
    char text[11];
    sqlite3_result_text(ctx, drc_date_iso(day, text), -1, SQLITE_TRANSIENT);
}

static void event_column(sqlite3_context *ctx, const struct cursor *c, int i)
{
    const struct drc_detect_event *e = &c->found.events[c->at];
    const double sums[] = {e->actual, e->expected, e->low, e->high};
    if (i <= 1)
        put_date(ctx, c->first + (int64_t)(i == 0 ? e->from : e->to));
    else if (i == 2)
        sqlite3_result_text(ctx, drc_detect_shape_name(e->shape), -1, SQLITE_STATIC);
    else if (i <= 6)
        put_uusd(ctx, sums[i - 3]);
    else if (i == 7) /* what the reader sees subtracts: from the rounded figures */
        sqlite3_result_int64(ctx, llround(e->actual) - llround(e->expected));
    else if (i == 8)
        put_real(ctx, e->m);
}

static void day_column(sqlite3_context *ctx, const struct cursor *c, int i)
{
    const struct drc_detect_point *p = &c->found.points[c->at];
    const double figures[] = {c->series[c->at], p->expected, p->low, p->high};
    if (i == 0)
        put_date(ctx, c->first + (int64_t)c->at);
    else if (i <= 4)
        put_uusd(ctx, figures[i - 1]);
    else if (i == 5)
        put_real(ctx, p->m);
    else if (i == 6)
        sqlite3_result_int(ctx, p->flagged);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int i)
{
    const struct cursor *c = (const struct cursor *)base;
    if (((const struct table *)base->pVtab)->days)
        day_column(ctx, c, i);
    else
        event_column(ctx, c, i);
    return SQLITE_OK;
}

/* ---- the module --------------------------------------------------------------------------- */

static int connect(sqlite3 *handle, void *days, int argc, const char *const *argv,
                   sqlite3_vtab **out, char **message)
{
    (void)argc, (void)argv, (void)message;
    int rc = sqlite3_declare_vtab(
        handle, days != NULL
                    ? "CREATE TABLE t(date, actual_uusd, expected_uusd, low_uusd, high_uusd, m,"
                      " flagged" HIDDEN
                    : "CREATE TABLE t(from_date, to_date, shape, actual_uusd, expected_uusd,"
                      " low_uusd, high_uusd, impact_uusd, m" HIDDEN);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_vtab_config(handle, SQLITE_VTAB_INNOCUOUS);
    struct table *t = sqlite3_malloc(sizeof *t);
    if (t == NULL)
        return SQLITE_NOMEM;
    *t = (struct table){.days = days != NULL};
    *out = &t->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *base)
{
    sqlite3_free(base);
    return SQLITE_OK;
}

/* Every argument is an equality with a hidden column; idxNum says which are there. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    int first = ((const struct table *)base)->days ? DAY_COLUMNS : EVENT_COLUMNS;
    int at[ARGUMENTS], mask = 0, next = 0;
    for (int i = 0; i < info->nConstraint; i++) {
        int arg = info->aConstraint[i].iColumn - first;
        if (arg < 0 || arg >= ARGUMENTS || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        if (!info->aConstraint[i].usable)
            return SQLITE_CONSTRAINT; /* the tables that give the arguments come first */
        at[arg] = i;
        mask |= 1 << arg;
    }
    for (int arg = 0; arg < ARGUMENTS; arg++)
        if (mask >> arg & 1) {
            info->aConstraintUsage[at[arg]].argvIndex = ++next;
            info->aConstraintUsage[at[arg]].omit = 1;
        }
    info->idxNum = mask;
    info->estimatedCost = 100;
    info->estimatedRows = 10;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    (void)base;
    struct cursor *c = sqlite3_malloc(sizeof *c);
    if (c == NULL)
        return SQLITE_NOMEM;
    memset(c, 0, sizeof *c);
    *out = &c->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    forget((struct cursor *)base);
    sqlite3_free(base);
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->at++;
    return SQLITE_OK;
}

static int eof(sqlite3_vtab_cursor *base)
{
    const struct cursor *c = (const struct cursor *)base;
    return c->at >= c->rows;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((const struct cursor *)base)->at;
    return SQLITE_OK;
}

int db_register_detect(sqlite3 *handle)
{
    static const sqlite3_module module = {.xConnect = connect, /* no xCreate: eponymous only */
                                          .xBestIndex = best_index,
                                          .xDisconnect = disconnect,
                                          .xOpen = open_cursor,
                                          .xClose = close_cursor,
                                          .xFilter = filter,
                                          .xNext = next,
                                          .xEof = eof,
                                          .xColumn = column,
                                          .xRowid = rowid};
    static char days[] = "days";
    int rc = sqlite3_create_module_v2(handle, "detect_anomalies", &module, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_module_v2(handle, "detect_days", &module, days, NULL);
    return rc;
}
