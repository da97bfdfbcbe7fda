/* Packed durations: all values of a group in one BLOB of a rollup, so that a percentile over many
 * groups is exact. Format: the values sorted, each as the difference to the one before, as unsigned
 * LEB128 varints (7 bits a byte, lowest first, the high bit says that more follow). The empty BLOB
 * holds nothing. */
#include <math.h>
#include <stdlib.h>

#include "db_internal.h"

#include "drc/stats.h"

#define VALUE_MAX (INT64_C(1) << 53) /* exact as a double */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* ---- pack_ms(x) --------------------------------------------------------------------------- */

static void pack_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct db_values *s = sqlite3_aggregate_context(ctx, sizeof *s);
    (void)argc;
    if (s == NULL) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    int64_t x = sqlite3_value_int64(argv[0]);
    if (x < 0 || x > VALUE_MAX)
        sqlite3_result_error(ctx, "pack_ms: a value is negative or too large", -1);
    else if (db_values_reserve(ctx, s, 1) == 0)
        s->v[s->n++] = (double)x;
}

static size_t put_varint(unsigned char *out, uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (unsigned char)(v | 0x80);
    out[n++] = (unsigned char)v;
    return n;
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
    /* a difference takes at most 8 bytes, as VALUE_MAX is below 2^56 */
    unsigned char *out = sqlite3_malloc64(s->n * 8);
    size_t bytes = 0;
    uint64_t before = 0;
    for (size_t i = 0; out != NULL && i < s->n; i++) {
        bytes += put_varint(out + bytes, (uint64_t)s->v[i] - before);
        before = (uint64_t)s->v[i];
    }
    if (out == NULL)
        sqlite3_result_error_nomem(ctx);
    else
        sqlite3_result_blob64(ctx, out, bytes, sqlite3_free);
    free(s->v);
}

/* ---- pctl_packed(blob, p), count_packed(blob) ---------------------------------------------- */

struct unpacked {
    struct db_values values;
    double p;
};

static const unsigned char *blob_of(sqlite3_context *ctx, sqlite3_value *v, size_t *bytes)
{
    *bytes = 0;
    if (sqlite3_value_type(v) == SQLITE_NULL)
        return NULL;
    const unsigned char *data = sqlite3_value_blob(v);
    *bytes = (size_t)sqlite3_value_bytes(v);
    if (sqlite3_value_type(v) == SQLITE_BLOB && (*bytes == 0 || data[*bytes - 1] < 0x80))
        return data;
    sqlite3_result_error(ctx, "not a BLOB of pack_ms", -1);
    *bytes = 0;
    return NULL;
}

static void unpack_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct unpacked *u = sqlite3_aggregate_context(ctx, sizeof *u);
    size_t bytes;
    (void)argc;
    if (u == NULL) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    u->p = sqlite3_value_double(argv[1]);
    const unsigned char *data = blob_of(ctx, argv[0], &bytes);
    if (bytes == 0 || db_values_reserve(ctx, &u->values, bytes) < 0)
        return;
    double *out = u->values.v + u->values.n;
    uint64_t sum = 0, part = 0;
    for (size_t i = 0, shift = 0; i < bytes; i++) {
        part |= (uint64_t)(data[i] & 0x7f) << shift;
        shift += 7;
        if (data[i] < 0x80) {
            sum += part;
            *out++ = (double)sum;
            part = shift = 0;
        }
        if (shift > 56 || sum > (uint64_t)VALUE_MAX) {
            sqlite3_result_error(ctx, "not a BLOB of pack_ms", -1);
            return;
        }
    }
    u->values.n = (size_t)(out - u->values.v);
}

static void unpack_final(sqlite3_context *ctx)
{
    struct unpacked *u = sqlite3_aggregate_context(ctx, 0);
    if (u == NULL)
        return;
    double d = drc_stats_percentile(u->values.v, u->values.n, u->p);
    if (!isnan(d))
        sqlite3_result_double(ctx, d);
    free(u->values.v);
}

static void count_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    int64_t *n = sqlite3_aggregate_context(ctx, sizeof *n);
    size_t bytes;
    (void)argc;
    if (n == NULL) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    const unsigned char *data = blob_of(ctx, argv[0], &bytes);
    for (size_t i = 0; i < bytes; i++)
        *n += data[i] < 0x80;
}

static void count_final(sqlite3_context *ctx)
{
    const int64_t *n = sqlite3_aggregate_context(ctx, 0);
    sqlite3_result_int64(ctx, n == NULL ? 0 : *n);
}

int db_register_packed(sqlite3 *handle)
{
    static const struct db_function packed[] = {{"pack_ms", 1, pack_step, pack_final},
                                                {"pctl_packed", 2, unpack_step, unpack_final},
                                                {"count_packed", 1, count_step, count_final}};
    return db_register_table(handle, packed, sizeof packed / sizeof *packed);
}
