/* The SQL functions of drc. All are deterministic and innocuous: a report may call them, a view may
 * hold them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"

#include "drc/stats.h"

#define VALUES_MAX (8u * 1024u * 1024u) /* of one aggregate */

static uint64_t seed_of(sqlite3_value *v)
{
    if (sqlite3_value_type(v) != SQLITE_TEXT)
        return (uint64_t)sqlite3_value_int64(v);
    const unsigned char *s = sqlite3_value_text(v);
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a, Fowler, Noll & Vo */
    for (; s != NULL && *s != '\0'; s++)
        h = (h ^ *s) * UINT64_C(0x100000001b3);
    return h;
}

static void fn_rnd(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    for (int i = 0; i < argc; i++)
        if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
            return;
    int64_t a = sqlite3_value_int64(argv[1]), b = sqlite3_value_int64(argv[2]);
    if (a > b) {
        sqlite3_result_error(ctx, "rnd: the lower bound is above the upper bound", -1);
        return;
    }
    uint64_t span = (uint64_t)b - (uint64_t)a + 1, mixed = drc_stats_mix64(seed_of(argv[0]));
    sqlite3_result_int64(ctx, (int64_t)((uint64_t)a + (span == 0 ? mixed : mixed % span)));
}

/* ---- aggregates over values --------------------------------------------------------------- */

struct values {
    double *v;
    size_t n, cap;
    double p;
};

static void values_step(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct values *s = sqlite3_aggregate_context(ctx, sizeof *s);
    if (s == NULL) {
        sqlite3_result_error_nomem(ctx);
        return;
    }
    if (argc == 2)
        s->p = sqlite3_value_double(argv[1]);
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL)
        return;
    if (s->n == s->cap) {
        size_t cap = s->cap == 0 ? 32 : s->cap * 2;
        double *v = cap > VALUES_MAX ? NULL : reallocarray(s->v, cap, sizeof *v);
        if (v == NULL) {
            sqlite3_result_error_nomem(ctx);
            return;
        }
        s->v = v;
        s->cap = cap;
    }
    s->v[s->n++] = sqlite3_value_double(argv[0]);
}

static void finish(sqlite3_context *ctx, double (*formula)(struct values *s))
{
    struct values *s = sqlite3_aggregate_context(ctx, 0);
    if (s == NULL)
        return; /* no rows: NULL */
    double d = formula(s);
    if (!isnan(d))
        sqlite3_result_double(ctx, d);
    free(s->v);
    s->v = NULL;
}

static double percentile_of(struct values *s)
{
    return drc_stats_percentile(s->v, s->n, s->p);
}

static double median_of(struct values *s)
{
    return drc_stats_percentile(s->v, s->n, 0.5);
}

static double mad_of(struct values *s)
{
    return drc_stats_mad(s->v, s->n);
}

static void pctl_final(sqlite3_context *ctx)
{
    finish(ctx, percentile_of);
}

static void median_final(sqlite3_context *ctx)
{
    finish(ctx, median_of);
}

static void mad_final(sqlite3_context *ctx)
{
    finish(ctx, mad_of);
}

/* ---- scalars ------------------------------------------------------------------------------ */

static void wilson(sqlite3_context *ctx, sqlite3_value **argv, bool want_lo)
{
    double lo, hi;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL || sqlite3_value_type(argv[1]) == SQLITE_NULL)
        return;
    drc_stats_wilson(sqlite3_value_int64(argv[0]), sqlite3_value_int64(argv[1]), &lo, &hi);
    double d = want_lo ? lo : hi;
    if (!isnan(d))
        sqlite3_result_double(ctx, d);
}

static void fn_wilson_lo(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc;
    wilson(ctx, argv, true);
}

static void fn_wilson_hi(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc;
    wilson(ctx, argv, false);
}

static void fn_rz(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    for (int i = 0; i < argc; i++)
        if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
            return;
    double mad = sqlite3_value_double(argv[2]);
    if (mad != 0)
        sqlite3_result_double(
            ctx, 0.6745 * (sqlite3_value_double(argv[0]) - sqlite3_value_double(argv[1])) / mad);
}

static void fn_entity_id(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    for (int i = 0; i < argc; i++)
        if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
            return;
    char *id = sqlite3_mprintf("%s:%s/%s", sqlite3_value_text(argv[0]), sqlite3_value_text(argv[1]),
                               sqlite3_value_text(argv[2]));
    if (id == NULL)
        sqlite3_result_error_nomem(ctx);
    else
        sqlite3_result_text(ctx, id, -1, sqlite3_free);
}

int db_register_functions(sqlite3 *handle)
{
    static const struct {
        const char *name;
        int argc;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
        void (*final)(sqlite3_context *); /* set: an aggregate, `call` is its step */
    } functions[] = {{"rnd", 3, fn_rnd, NULL},
                     {"pctl", 2, values_step, pctl_final},
                     {"median", 1, values_step, median_final},
                     {"mad", 1, values_step, mad_final},
                     {"wilson_lo", 2, fn_wilson_lo, NULL},
                     {"wilson_hi", 2, fn_wilson_hi, NULL},
                     {"rz", 3, fn_rz, NULL},
                     {"entity_id", 3, fn_entity_id, NULL}};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        bool aggregate = functions[i].final != NULL;
        int rc = sqlite3_create_function_v2(handle, functions[i].name, functions[i].argc,
                                            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                            NULL, aggregate ? NULL : functions[i].call,
                                            aggregate ? functions[i].call : NULL,
                                            functions[i].final, NULL);
        if (rc != SQLITE_OK)
            return rc;
    }
    return SQLITE_OK;
}
