/* Time and memory of building an estate with its rollups, and what the rollups cost per usage row.
 * DRC_BENCH_SCALE chooses the estate (2: about a million usage rows; 12: ten million, minutes). Run
 * from the root of the source. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "drc/arena.h"
#include "drc/build.h"
#include "drc/clock.h"
#include "drc/file.h"

#define LIMIT_BUILD_S 600.0 /* at ten million rows */
#define LIMIT_MB 1024
#define LIMIT_UPKEEP_US 5.0
#define RUNS 5

static double cpu_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void must(int rc, const struct drc_err *err)
{
    if (rc < 0) {
        fprintf(stderr, "bench_build: %s\n", err->msg);
        exit(1);
    }
}

static int64_t count(struct drc_db *db, const char *sql)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_stmt *st = drc_db_query(db, &err, sql, "");
    must(st == NULL ? -1 : drc_db_next(st, &err), &err);
    int64_t n = drc_db_int(st, 0);
    drc_db_done(st);
    return n;
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* The rollups of four weeks made anew, in a transaction that is thrown away. */
static double upkeep_us(struct drc_db *db, const char *rollups)
{
    struct drc_err err = DRC_ERR_INIT;
    double took[RUNS];
    must(drc_db_exec(db,
                     DRC_BUILD_WRITER
                     "; CREATE TEMP TABLE touched_day (usage_date TEXT PRIMARY KEY);"
                     "INSERT INTO touched_day SELECT date FROM date_series"
                     " WHERE date BETWEEN '2026-10-26' AND '2026-11-22'",
                     &err),
         &err);
    int64_t rows =
        count(db, "SELECT count(*) FROM touched_day JOIN compute_usage USING (usage_date)");
    for (int i = 0; i < RUNS; i++) {
        must(drc_db_exec(db, "BEGIN", &err), &err);
        double start = cpu_s();
        must(drc_db_exec(db, rollups, &err), &err);
        took[i] = (cpu_s() - start) * 1e6 / (double)rows;
        must(drc_db_exec(db, "ROLLBACK", &err), &err);
    }
    qsort(took, RUNS, sizeof *took, compare);
    return took[RUNS / 2];
}

int main(void)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    const char *wanted = getenv("DRC_BENCH_SCALE");
    struct drc_estate estate = {1, wanted == NULL ? 2 : atoi(wanted)};
    const char *path = drc_arena_printf(a, "/tmp/drc-bench-%ld.db", (long)getpid());
    const char *key = drc_arena_printf(a, "/tmp/drc-bench-%ld.answers.json", (long)getpid());
    const char *rollups = drc_file_read(a, "sql/rollups.sql", 1 << 20, NULL, &err);
    must(rollups == NULL ? -1 : 0, &err);
    int64_t start = drc_clock_mono_us();
    double cpu = cpu_s();
    must(drc_build_facts(".", path, &estate, NULL, NULL, &err), &err);
    double took = (double)(drc_clock_mono_us() - start) / 1e6;
    cpu = cpu_s() - cpu;
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    struct drc_db *db = drc_db_open(path, DRC_DB_WRITE, &err);
    must(db == NULL ? -1 : 0, &err);
    int64_t rows = count(db, "SELECT count(*) FROM compute_usage");
    double upkeep = upkeep_us(db, rollups);
    printf("build, scale %d: %" PRId64 " usage rows, %" PRId64
           " attempts, %.1f s (%.1f s of processor;"
           " limit %.0f s%s), %ld MB (limit %d MB%s)\n",
           estate.scale, rows, count(db, "SELECT count(*) FROM job_runs"), took, cpu, LIMIT_BUILD_S,
           took > LIMIT_BUILD_S ? ", OVER" : "", use.ru_maxrss / 1024, LIMIT_MB,
           use.ru_maxrss / 1024 > LIMIT_MB ? ", OVER" : "");
    printf("rollups: %.2f us of processor per usage row, median of %d (limit %.0f us%s)\n", upkeep,
           RUNS, LIMIT_UPKEEP_US, upkeep > LIMIT_UPKEEP_US ? ", OVER" : "");
    drc_db_close(db);
    static const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        unlink(drc_arena_printf(a, "%s%s", path, parts[i]));
    unlink(key);
    drc_arena_free(a);
    return 0;
}
