/* Time of each report, SQL to table, on an estate. `bench_reports FACTS DAYS...` prints a line
 * `report days rows median_us cpu_us total_uusd last_day` for each; days 0 is the report's own
 * window. One run before, so that it is the work that is measured and not the disk. And a line
 * `rollups usage_rows us cpu_us`: the upkeep of the last week, rolled back. Run from the root of
 * the source. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drc/build.h"
#include "drc/clock.h"
#include "drc/file.h"
#include "drc/snapshot.h"

#define RUNS 7

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Other work on the machine lengthens the time of the clock and hardly this one. */
static int64_t cpu_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int fail(const char *what, const struct drc_err *err)
{
    fprintf(stderr, "bench_reports: %s: %s\n", what, err->msg);
    return 1;
}

static int measure(struct drc_db *facts, const struct drc_report *r, int days)
{
    struct drc_err err = DRC_ERR_INIT;
    int64_t times[RUNS], cpus[RUNS];
    size_t rows = 0;
    int64_t total = 0;
    char words[16], last_day[16] = "";
    snprintf(words, sizeof words, days == 0 ? "" : "%dd", days);
    for (int i = -1; i < RUNS; i++) {
        struct drc_arena *a = drc_arena_new();
        struct drc_params params;
        struct drc_result res;
        int64_t start = drc_clock_mono_us(), cpu = cpu_us();
        if (drc_params_parse(a, r, words, &params, &err) < 0 ||
            drc_report_run(facts, a, r, &params, &res, &err) < 0)
            return fail(r->id, &err);
        if (i >= 0) {
            times[i] = drc_clock_mono_us() - start;
            cpus[i] = cpu_us() - cpu;
        }
        rows = res.rows.row_count;
        total = drc_result_sum(&res, 0, "total_uusd");
        drc_date_iso(res.params.as_of_day, last_day);
        drc_arena_free(a);
    }
    qsort(times, RUNS, sizeof *times, compare);
    qsort(cpus, RUNS, sizeof *cpus, compare);
    printf("%s %d %zu %lld %lld %lld %s\n", r->id, days, rows, (long long)times[RUNS / 2],
           (long long)cpus[RUNS / 2], (long long)total, last_day);
    fflush(stdout);
    return 0;
}

static int64_t number(struct drc_db *db, const char *sql, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, sql, "");
    int64_t n = st != NULL && drc_db_next(st, err) == 1 ? drc_db_int(st, 0) : -1;
    if (st != NULL)
        drc_db_done(st);
    return n;
}

static int measure_rollups(const char *path)
{
    static const char week[] =
        "BEGIN; CREATE TEMP TABLE touched_day (usage_date TEXT PRIMARY KEY);"
        "INSERT INTO touched_day SELECT date(max(usage_date), '-' || n || ' days') FROM sku_day,"
        " (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5"
        " UNION SELECT 6) GROUP BY n";
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    size_t bytes;
    struct drc_db *db = drc_db_open(path, DRC_DB_WRITE, &err);
    char *script = drc_file_read(a, "sql/rollups.sql", 1024 * 1024, &bytes, &err);
    int64_t times[RUNS], cpus[RUNS], rows = 0;
    if (db == NULL || script == NULL || drc_db_exec(db, DRC_BUILD_WRITER, &err) < 0)
        return fail("rollups", &err);
    for (int i = 0; i < RUNS; i++) {
        if (drc_db_exec(db, week, &err) < 0)
            return fail("rollups", &err);
        rows = number(db, "SELECT count(*) FROM touched_day JOIN compute_usage USING (usage_date)",
                      &err);
        int64_t start = drc_clock_mono_us(), cpu = cpu_us();
        if (drc_db_exec(db, script, &err) < 0)
            return fail("rollups", &err);
        times[i] = drc_clock_mono_us() - start;
        cpus[i] = cpu_us() - cpu;
        drc_db_exec(db, "ROLLBACK", &err);
    }
    qsort(times, RUNS, sizeof *times, compare);
    qsort(cpus, RUNS, sizeof *cpus, compare);
    printf("rollups %lld %lld %lld\n", (long long)rows, (long long)times[RUNS / 2],
           (long long)cpus[RUNS / 2]);
    drc_db_close(db);
    drc_arena_free(a);
    return 0;
}

int main(int argc, char **argv)
{
    struct drc_err err = DRC_ERR_INIT;
    if (argc < 3) {
        fprintf(stderr, "usage: bench_reports FACTS DAYS...\n");
        return 2;
    }
    struct drc_snapshot *snap = drc_snapshot_load(".", argv[1], &err);
    struct drc_db *facts = snap == NULL ? NULL : drc_db_open(argv[1], DRC_DB_READ, &err);
    if (facts == NULL || drc_db_sandbox(facts, &err) < 0)
        return fail(argv[1], &err);
    int code = 0;
    for (size_t i = 0; i < snap->report_count; i++)
        for (int k = 2; k < argc; k++)
            code |= measure(facts, &snap->reports[i], atoi(argv[k]));
    drc_db_close(facts);
    drc_snapshot_free(snap);
    return code | measure_rollups(argv[1]);
}
