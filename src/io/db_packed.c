/* Packed values: all values of a group in one BLOB of a rollup, so that a percentile over many
 * groups is exact.
 *
 *   pack_values(x)                     aggregate: whole numbers
 *   pack_day_values(date, packed)      aggregate: the packed values of days in one BLOB of a month
 *   count_packed(packed)               aggregate: how many values
 *   unpack_values(packed)              aggregate: all values of the groups, a list for pctl_of()
 *   day_values(month, first, last)     aggregate: the same from the days first..last
 *   pctl_of(list, p)                   percentile type 7; a list serves any number of them
 *
 * Format: the values sorted, each as the difference to the one before, the first as its zigzag
 * code (0, -1, 1, -2, ...), as unsigned LEB128 varints (7 bits a byte, lowest first, the high bit
 * says that more follow). The empty BLOB holds nothing. A month: for each day the varints of the
 * day (since 1970-01-01) and of the bytes of its BLOB, then these. A list: doubles as they lie in
 * memory, never stored. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"

#include "drc/clock.h"
#include "drc/stats.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t put_varint(unsigned char *out, uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (unsigned char)(v | 0x80);
    out[n++] = (unsigned char)v;
    return n;
}

/* Of at most 8 bytes; returns what is behind it, NULL if it is cut off or too long. */
static const unsigned char *get_varint(const unsigned char *at, const unsigned char *end,
                                       uint64_t *v)
{
    *v = 0;
    for (unsigned shift = 0; at < end && shift < 56; shift += 7) {
        *v |= (uint64_t)(*at & 0x7f) << shift;
        if (*at++ < 0x80)
            return at;
    }
    return NULL;
}

/* ---- pack_values(x) ----------------------------------------------------------------------- */

static void pack_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct db_values *s = db_aggregate(ctx, sizeof *s);
    (void)argc;
    if (s == NULL || sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    int64_t x = sqlite3_value_int64(argv[0]);
    if (x < -DB_EXACT_MAX || x > DB_EXACT_MAX)
        sqlite3_result_error(ctx, "pack_values: a value is too large", -1);
    else if (db_values_reserve(ctx, s, 1) == 0)
        s->v[s->n++] = (double)x;
}

static void pack_final(sqlite3_context *ctx)
{
    struct db_values *s = sqlite3_aggregate_context(ctx, 0);
    if (s == NULL || s->n == 0) {
        sqlite3_result_zeroblob(ctx, 0);
        if (s != NULL)
            free(s->v);
        return;
    }
    qsort(s->v, s->n, sizeof *s->v, by_value);
    /* a code takes at most 8 bytes, as differences are below 2^55 */
    unsigned char *out = sqlite3_malloc64(s->n * 8);
    size_t bytes = 0;
    int64_t before = (int64_t)s->v[0];
    if (out != NULL)
        bytes = put_varint(out, ((uint64_t)before << 1) ^ (uint64_t)(before >> 63));
    for (size_t i = 1; out != NULL && i < s->n; i++) {
        bytes += put_varint(out + bytes, (uint64_t)((int64_t)s->v[i] - before));
        before = (int64_t)s->v[i];
    }
    if (out == NULL)
        sqlite3_result_error_nomem(ctx);
    else
        sqlite3_result_blob64(ctx, out, bytes, sqlite3_free);
    free(s->v);
}

/* ---- reading ------------------------------------------------------------------------------ */

struct bytes {
    const unsigned char *at, *end;
};

static int refuse(sqlite3_context *ctx)
{
    sqlite3_result_error(ctx, "not a BLOB of pack_values or pack_day_values", -1);
    return -1;
}

/* A NULL is empty. */
static int read_blob(sqlite3_context *ctx, sqlite3_value *v, struct bytes *b)
{
    b->at = b->end = NULL;
    if (sqlite3_value_type(v) == SQLITE_NULL)
        return 0;
    if (sqlite3_value_type(v) != SQLITE_BLOB)
        return refuse(ctx);
    const unsigned char *data = sqlite3_value_blob(v);
    int n = sqlite3_value_bytes(v);
    if (n > 0)
        *b = (struct bytes){data, data + n};
    return 0;
}

static int unpack(sqlite3_context *ctx, struct bytes b, struct db_values *values)
{
    uint64_t code;
    if (b.at == b.end)
        return 0;
    if (db_values_reserve(ctx, values, (size_t)(b.end - b.at)) < 0)
        return -1;
    double *out = values->v + values->n;
    b.at = get_varint(b.at, b.end, &code);
    int64_t sum = (int64_t)(code >> 1) ^ -(int64_t)(code & 1);
    while (b.at != NULL && sum >= -DB_EXACT_MAX && sum <= DB_EXACT_MAX) {
        *out++ = (double)sum;
        if (b.at == b.end) {
            values->n = (size_t)(out - values->v);
            return 0;
        }
        b.at = get_varint(b.at, b.end, &code);
        sum += (int64_t)code;
    }
    return refuse(ctx);
}

static void unpack_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct db_values *s = db_aggregate(ctx, sizeof *s);
    struct bytes b;
    (void)argc;
    if (s != NULL && read_blob(ctx, argv[0], &b) == 0)
        unpack(ctx, b, s);
}

static void unpack_final(sqlite3_context *ctx)
{
    struct db_values *s = sqlite3_aggregate_context(ctx, 0);
    if (s == NULL || s->n == 0)
        sqlite3_result_zeroblob(ctx, 0);
    else
        sqlite3_result_blob64(ctx, s->v, s->n * sizeof *s->v, SQLITE_TRANSIENT);
    if (s != NULL)
        free(s->v);
}

static void fn_pctl_of(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    const void *data = sqlite3_value_blob(argv[0]);
    size_t bytes = (size_t)sqlite3_value_bytes(argv[0]);
    if (sqlite3_value_type(argv[0]) != SQLITE_BLOB || bytes % sizeof(double) != 0) {
        sqlite3_result_error(ctx, "pctl_of: not a list of values", -1);
        return;
    }
    double *values = sqlite3_malloc64(bytes + 1);
    if (values == NULL) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    if (bytes > 0)
        memcpy(values, data, bytes);
    double d = drc_stats_percentile(values, bytes / sizeof *values, sqlite3_value_double(argv[1]));
    if (!isnan(d))
        sqlite3_result_double(ctx, d);
    sqlite3_free(values);
}

static void count_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    int64_t *n = db_aggregate(ctx, sizeof *n);
    struct bytes b;
    (void)argc;
    if (n != NULL && read_blob(ctx, argv[0], &b) == 0)
        for (; b.at < b.end; b.at++)
            *n += *b.at < 0x80;
}

static void count_final(sqlite3_context *ctx)
{
    const int64_t *n = sqlite3_aggregate_context(ctx, 0);
    sqlite3_result_int64(ctx, n == NULL ? 0 : *n);
}

/* ---- months ------------------------------------------------------------------------------- */

static void pack_day_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    sqlite3_str **out = db_aggregate(ctx, sizeof *out);
    struct bytes b;
    int64_t day;
    (void)argc;
    if (out == NULL || read_blob(ctx, argv[1], &b) < 0 || b.at == b.end)
        return;
    if (drc_date_parse((const char *)sqlite3_value_text(argv[0]), &day) < 0) {
        sqlite3_result_error(ctx, "pack_day_values: not a date", -1);
        return;
    }
    if (*out == NULL)
        *out = sqlite3_str_new(NULL);
    unsigned char head[16];
    size_t n = put_varint(head, (uint64_t)day);
    n += put_varint(head + n, (uint64_t)(b.end - b.at));
    sqlite3_str_append(*out, (const char *)head, (int)n);
    sqlite3_str_append(*out, (const char *)b.at, (int)(b.end - b.at));
}

static void pack_day_final(sqlite3_context *ctx)
{
    sqlite3_str **out = sqlite3_aggregate_context(ctx, 0);
    if (out == NULL || *out == NULL) {
        sqlite3_result_zeroblob(ctx, 0);
        return;
    }
    int bytes = sqlite3_str_length(*out);
    char *data = sqlite3_str_finish(*out);
    if (data == NULL)
        sqlite3_result_error_nomem(ctx);
    else
        sqlite3_result_blob(ctx, data, bytes, sqlite3_free);
}

struct day_values {
    struct db_values values; /* first: unpack_final() finishes this too */
    struct db_day_range range;
};

static void day_values_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct day_values *s = db_aggregate(ctx, sizeof *s);
    struct bytes b;
    (void)argc;
    if (s == NULL || db_day_range(ctx, &s->range, argv + 1) < 0 || read_blob(ctx, argv[0], &b) < 0)
        return;
    while (b.at < b.end) {
        uint64_t day, bytes = 0;
        b.at = get_varint(b.at, b.end, &day);
        if (b.at != NULL)
            b.at = get_varint(b.at, b.end, &bytes);
        if (b.at == NULL || bytes > (uint64_t)(b.end - b.at)) {
            refuse(ctx);
            return;
        }
        if ((int64_t)day >= s->range.first && (int64_t)day <= s->range.last &&
            unpack(ctx, (struct bytes){b.at, b.at + bytes}, &s->values) < 0)
            return;
        b.at += bytes;
    }
}

int db_register_packed(sqlite3 *handle)
{
    static const struct db_function packed[] = {
        {"pack_values", 1, pack_step, pack_final},
        {"pack_day_values", 2, pack_day_step, pack_day_final},
        {"count_packed", 1, count_step, count_final},
        {"unpack_values", 1, unpack_step, unpack_final},
        {"day_values", 3, day_values_step, unpack_final},
        {"pctl_of", 2, fn_pctl_of, NULL}};
    return db_register_table(handle, packed, sizeof packed / sizeof *packed);
}
