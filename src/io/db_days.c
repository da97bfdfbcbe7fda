/* Values by day in SQL.
 *
 *   day_series(date, x, first, last)  aggregate: JSON array with one number a day. Days without a
 *                                     row are 0, a NULL makes its day unknown (null), days outside
 *                                     of first..last do not count
 *   pack_days(date, x)                aggregate: the same days in one BLOB, for a month in a rollup
 *   sum_days(packed, first, last)     aggregate: sum of the days first..last of packed days, NULL
 *                                     where none of them has a value
 *   day_series(packed, first, last)   aggregate: day_series() of packed days
 *
 * Packed days: the first day (since 1970-01-01) and the width of a value in bytes (1 to 8), both
 * 32 bits, then one value for each day up to the last that has one; all little endian and signed,
 * the smallest number of that width for a day without a value. A NULL is not kept. The empty BLOB
 * holds no day. Equal widths, as adding up is what they are for. */
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"

#include "drc/clock.h"

#define RANGE_DAYS_MAX 4000
#define PACKED_DAYS_MAX 64
#define HEADER_BYTES 8

int db_day_range(sqlite3_context *ctx, struct db_day_range *r, sqlite3_value **dates)
{
    if (r->known)
        return 0;
    const char *from = (const char *)sqlite3_value_text(dates[0]);
    const char *to = (const char *)sqlite3_value_text(dates[1]);
    if (from == NULL || to == NULL || drc_date_parse(from, &r->first) < 0 ||
        drc_date_parse(to, &r->last) < 0 || r->last < r->first ||
        r->last - r->first >= RANGE_DAYS_MAX) {
        sqlite3_result_error(ctx, "not two dates, in order, at most 4000 days", -1);
        return -1;
    }
    r->known = true;
    return 0;
}

/* ---- packed days -------------------------------------------------------------------------- */

struct packed {
    int64_t first;
    size_t n;
    const unsigned char *at; /* value i ends 8 bytes behind at[(i + 1) * width] */
    unsigned width, shift;
    int64_t none;
};

static int read_packed(sqlite3_context *ctx, sqlite3_value *v, struct packed *p)
{
    uint32_t head[2];
    p->n = 0;
    if (sqlite3_value_type(v) == SQLITE_NULL)
        return 0;
    bool blob = sqlite3_value_type(v) == SQLITE_BLOB;
    p->at = sqlite3_value_blob(v);
    size_t bytes = (size_t)sqlite3_value_bytes(v);
    if (blob && bytes == 0)
        return 0;
    if (blob && bytes > HEADER_BYTES) {
        memcpy(head, p->at, sizeof head);
        p->first = (int32_t)le32toh(head[0]);
        p->width = le32toh(head[1]);
        if (p->width >= 1 && p->width <= 8 && (bytes - HEADER_BYTES) % p->width == 0) {
            p->n = (bytes - HEADER_BYTES) / p->width;
            p->shift = 64 - 8 * p->width;
            p->none = INT64_MIN >> p->shift;
            return 0;
        }
    }
    sqlite3_result_error(ctx, "not a BLOB of pack_days", -1);
    return -1;
}

/* Reads the 8 bytes that end with the value: the header is as long as the widest. */
static int64_t packed_at(const struct packed *p, size_t i)
{
    uint64_t raw;
    memcpy(&raw, p->at + (i + 1) * p->width, sizeof raw);
    return (int64_t)le64toh(raw) >> p->shift;
}

/* The values of p that lie in the range: from..to, `to` not included. */
static void cut(const struct packed *p, const struct db_day_range *r, size_t *from, size_t *to)
{
    int64_t last = p->first + (int64_t)p->n - 1;
    int64_t first = r->first > p->first ? r->first : p->first;
    if (last > r->last)
        last = r->last;
    *from = *to = 0;
    if (p->n > 0 && first <= last) {
        *from = (size_t)(first - p->first);
        *to = (size_t)(last - p->first) + 1;
    }
}

struct packing {
    size_t n;
    int64_t day[PACKED_DAYS_MAX], x[PACKED_DAYS_MAX];
};

static void pack_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct packing *p = db_aggregate(ctx, sizeof *p);
    (void)argc;
    if (p == NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL)
        return;
    int64_t day, x = sqlite3_value_int64(argv[1]);
    if (drc_date_parse((const char *)sqlite3_value_text(argv[0]), &day) < 0)
        sqlite3_result_error(ctx, "pack_days: not a date", -1);
    else if (x > DB_EXACT_MAX || x < -DB_EXACT_MAX)
        sqlite3_result_error(ctx, "pack_days: a value is too large", -1);
    else if (p->n == PACKED_DAYS_MAX)
        sqlite3_result_error(ctx, "pack_days: more than 64 values", -1);
    else {
        p->day[p->n] = day;
        p->x[p->n++] = x;
    }
}

static unsigned width_of(const struct packing *p)
{
    unsigned width = 1;
    for (size_t i = 0; i < p->n; i++)
        while (p->x[i] > INT64_MAX >> (64 - 8 * width) ||
               p->x[i] <= INT64_MIN >> (64 - 8 * width)) /* the smallest is "none" */
            width++;
    return width;
}

static void put_packed(unsigned char *out, size_t i, unsigned width, int64_t x)
{
    uint64_t raw = htole64((uint64_t)x);
    memcpy(out + HEADER_BYTES + i * width, &raw, width);
}

static void pack_final(sqlite3_context *ctx)
{
    const struct packing *p = sqlite3_aggregate_context(ctx, 0);
    if (p == NULL || p->n == 0) {
        sqlite3_result_zeroblob(ctx, 0);
        return;
    }
    int64_t first = p->day[0], last = p->day[0];
    for (size_t i = 1; i < p->n; i++) {
        first = p->day[i] < first ? p->day[i] : first;
        last = p->day[i] > last ? p->day[i] : last;
    }
    if (last - first >= PACKED_DAYS_MAX) {
        sqlite3_result_error(ctx, "pack_days: more than 64 days", -1);
        return;
    }
    unsigned width = width_of(p);
    size_t n = (size_t)(last - first + 1);
    unsigned char out[HEADER_BYTES + 8 * PACKED_DAYS_MAX];
    const uint32_t head[2] = {htole32((uint32_t)first), htole32(width)};
    memcpy(out, head, sizeof head);
    for (size_t i = 0; i < n; i++)
        put_packed(out, i, width, INT64_MIN >> (64 - 8 * width));
    uint64_t seen = 0;
    for (size_t i = 0; i < p->n; i++) {
        put_packed(out, (size_t)(p->day[i] - first), width, p->x[i]);
        seen |= UINT64_C(1) << (p->day[i] - first);
    }
    if ((size_t)__builtin_popcountll(seen) < p->n) {
        sqlite3_result_error(ctx, "pack_days: a day has two values", -1);
        return;
    }
    sqlite3_result_blob(ctx, out, (int)(HEADER_BYTES + n * width), SQLITE_TRANSIENT);
}

/* ---- sum_days ----------------------------------------------------------------------------- */

struct sum {
    struct db_day_range range;
    int64_t sum;
    bool any;
};

static void sum_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct sum *s = db_aggregate(ctx, sizeof *s);
    struct packed p;
    size_t i, to;
    (void)argc;
    if (s == NULL || db_day_range(ctx, &s->range, argv + 1) < 0 ||
        read_packed(ctx, argv[0], &p) < 0)
        return;
    for (cut(&p, &s->range, &i, &to); i < to; i++) {
        int64_t x = packed_at(&p, i);
        if (x == p.none)
            continue;
        s->any = true;
        if (__builtin_add_overflow(s->sum, x, &s->sum)) {
            sqlite3_result_error(ctx, "sum_days: the sum is too large", -1);
            return;
        }
    }
}

static void sum_final(sqlite3_context *ctx)
{
    const struct sum *s = sqlite3_aggregate_context(ctx, 0);
    if (s != NULL && s->any)
        sqlite3_result_int64(ctx, s->sum);
}

/* ---- day_series --------------------------------------------------------------------------- */

struct day_series {
    struct db_day_range range;
    double *v;
    size_t n;
};

static struct day_series *series_of(sqlite3_context *ctx, sqlite3_value **dates)
{
    struct day_series *s = db_aggregate(ctx, sizeof *s);
    if (s == NULL || db_day_range(ctx, &s->range, dates) < 0)
        return NULL;
    if (s->v == NULL) {
        s->n = (size_t)(s->range.last - s->range.first + 1);
        s->v = calloc(s->n, sizeof *s->v);
        if (s->v == NULL)
            abort();
    }
    return s;
}

static void series_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct day_series *s = series_of(ctx, argv + 2);
    const char *date = (const char *)sqlite3_value_text(argv[0]);
    int64_t day;
    (void)argc;
    if (s == NULL || date == NULL)
        return;
    if (drc_date_parse(date, &day) < 0)
        sqlite3_result_error(ctx, "day_series: not a date", -1);
    else if (day >= s->range.first && day <= s->range.last)
        s->v[day - s->range.first] += sqlite3_value_type(argv[1]) == SQLITE_NULL
                                          ? (double)NAN
                                          : sqlite3_value_double(argv[1]);
}

static void series_packed_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct day_series *s = series_of(ctx, argv + 1);
    struct packed p;
    size_t i, to;
    (void)argc;
    if (s == NULL || read_packed(ctx, argv[0], &p) < 0)
        return;
    for (cut(&p, &s->range, &i, &to); i < to; i++) {
        int64_t x = packed_at(&p, i);
        if (x != p.none)
            s->v[p.first + (int64_t)i - s->range.first] += (double)x;
    }
}

/* Whole numbers by hand: a report over a year has a hundred thousand, and "%.15g" was its dearest
 * part. */
static void append_number(sqlite3_str *out, char before, double v)
{
    if (!(v > -1e15 && v < 1e15 && v == (double)(int64_t)v)) {
        sqlite3_str_appendf(out, "%c%.15g", before, v);
        return;
    }
    char text[20];
    size_t at = sizeof text;
    uint64_t rest = v < 0 ? (uint64_t) - (int64_t)v : (uint64_t)v;
    do
        text[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (v < 0)
        text[--at] = '-';
    text[--at] = before;
    sqlite3_str_append(out, text + at, (int)(sizeof text - at));
}

static void series_final(sqlite3_context *ctx)
{
    struct day_series *s = sqlite3_aggregate_context(ctx, 0);
    if (s == NULL || s->v == NULL)
        return;
    sqlite3_str *out = sqlite3_str_new(NULL);
    for (size_t i = 0; i < s->n; i++)
        if (isnan(s->v[i]))
            sqlite3_str_appendf(out, "%cnull", i == 0 ? '[' : ',');
        else
            append_number(out, i == 0 ? '[' : ',', s->v[i]);
    sqlite3_str_appendchar(out, 1, ']');
    int bytes = sqlite3_str_length(out);
    sqlite3_result_text(ctx, sqlite3_str_finish(out), bytes, sqlite3_free);
    free(s->v);
}

int db_register_days(sqlite3 *handle)
{
    static const struct db_function days[] = {{"day_series", 4, series_step, series_final},
                                              {"day_series", 3, series_packed_step, series_final},
                                              {"pack_days", 2, pack_step, pack_final},
                                              {"sum_days", 3, sum_step, sum_final}};
    return db_register_table(handle, days, sizeof days / sizeof *days);
}
