/* The scalar SQL functions of drc, and how all of them are registered. All are deterministic and
 * innocuous: a report may call them, a view may hold them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "db_internal.h"

#include "drc/stats.h"

static bool any_null(int argc, sqlite3_value **argv)
{
    for (int i = 0; i < argc; i++)
        if (sqlite3_value_type(argv[i]) == SQLITE_NULL)
            return true;
    return false;
}

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
    if (any_null(argc, argv))
        return;
    int64_t a = sqlite3_value_int64(argv[1]), b = sqlite3_value_int64(argv[2]);
    if (a > b) {
        sqlite3_result_error(ctx, "rnd: the lower bound is above the upper bound", -1);
        return;
    }
    uint64_t span = (uint64_t)b - (uint64_t)a + 1, mixed = drc_stats_mix64(seed_of(argv[0]));
    sqlite3_result_int64(ctx, (int64_t)((uint64_t)a + (span == 0 ? mixed : mixed % span)));
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
    if (any_null(argc, argv))
        return;
    double mad = sqlite3_value_double(argv[2]);
    if (mad != 0)
        sqlite3_result_double(
            ctx, 0.6745 * (sqlite3_value_double(argv[0]) - sqlite3_value_double(argv[1])) / mad);
}

static void fn_entity_id(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    if (any_null(argc, argv))
        return;
    char *id = sqlite3_mprintf("%s:%s/%s", sqlite3_value_text(argv[0]), sqlite3_value_text(argv[1]),
                               sqlite3_value_text(argv[2]));
    if (id == NULL)
        sqlite3_result_error_nomem(ctx);
    else
        sqlite3_result_text(ctx, id, -1, sqlite3_free);
}

static void fn_fisher_p(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    if (any_null(argc, argv))
        return;
    double p = drc_stats_fisher(sqlite3_value_int64(argv[0]), sqlite3_value_int64(argv[1]),
                                sqlite3_value_int64(argv[2]), sqlite3_value_int64(argv[3]));
    if (!isnan(p))
        sqlite3_result_double(ctx, p);
}

/* ---- shapley_cost ------------------------------------------------------------------------- */

/* runs, attempts, ms, udbu, dbu_uusd, vm_uusd */
static bool totals_of(sqlite3_value **argv, struct drc_cost_totals *t)
{
    const int64_t max = INT64_C(1) << 53; /* exact as a double */
    int64_t v[6];
    for (int i = 0; i < 6; i++) {
        v[i] = sqlite3_value_int64(argv[i]);
        if (v[i] > max || v[i] < -max)
            return false;
    }
    *t = (struct drc_cost_totals){v[0], v[1], v[2], v[3], v[4], v[5]};
    return true;
}

/* shapley_cost(six totals before, six totals after, unit): NULL if any of them is unknown. */
static void fn_shapley_cost(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    if (any_null(argc, argv))
        return;
    struct drc_cost_totals before, after;
    struct drc_cost_split s;
    int64_t unit = sqlite3_value_int64(argv[12]);
    if (!totals_of(argv, &before) || !totals_of(argv + 6, &after) || unit < 1 ||
        unit > INT64_C(1000000000)) {
        sqlite3_result_error(ctx, "shapley_cost: a value is out of range", -1);
        return;
    }
    drc_stats_shapley_cost(&before, &after, unit, &s);
    char *json = sqlite3_mprintf("{\"delta\":%lld,\"runs\":%lld,\"attempts_per_run\":%lld,"
                                 "\"ms_per_attempt\":%lld,\"dbu_per_ms\":%lld,"
                                 "\"price_per_dbu\":%lld,\"vm_per_ms\":%lld,\"other\":%lld}",
                                 s.delta, s.part[DRC_COST_RUNS], s.part[DRC_COST_ATTEMPTS],
                                 s.part[DRC_COST_DURATION], s.part[DRC_COST_DBU_RATE],
                                 s.part[DRC_COST_PRICE], s.part[DRC_COST_VM_RATE], s.other);
    if (json == NULL)
        sqlite3_result_error_nomem(ctx);
    else
        sqlite3_result_text(ctx, json, -1, sqlite3_free);
}

/* ---- registration ------------------------------------------------------------------------- */

int db_register_table(sqlite3 *handle, const struct db_function *functions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
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

int db_register_functions(sqlite3 *handle)
{
    static const struct db_function functions[] = {{"rnd", 3, fn_rnd, NULL},
                                                   {"wilson_lo", 2, fn_wilson_lo, NULL},
                                                   {"wilson_hi", 2, fn_wilson_hi, NULL},
                                                   {"rz", 3, fn_rz, NULL},
                                                   {"fisher_p", 4, fn_fisher_p, NULL},
                                                   {"shapley_cost", 13, fn_shapley_cost, NULL},
                                                   {"entity_id", 3, fn_entity_id, NULL}};
    int rc = db_register_table(handle, functions, sizeof functions / sizeof *functions);
    if (rc == SQLITE_OK)
        rc = db_register_aggregates(handle);
    if (rc == SQLITE_OK)
        rc = db_register_days(handle);
    if (rc == SQLITE_OK)
        rc = db_register_packed(handle);
    if (rc == SQLITE_OK)
        rc = db_register_detect(handle);
    return rc;
}
