/* Generated estates: the same seed holds the same rows wherever it is built, other seeds hold
 * other rows that pass every check, the sample tells the stories that are planted in it, the
 * rollups of touched days follow the rows, and nothing that drc reads holds the answer key. Runs in
 * the root of the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/arena.h"
#include "drc/build.h"
#include "drc/file.h"

#define FILE_MAX_BYTES (128u << 20)
#define KEYS_MAX 64

static char folder[] = "/tmp/drc-test-estate-XXXXXX";
static const char *sample; /* the estate of seed 1 */
static struct drc_arena *a;
static struct drc_err err;

static const char *in_folder(const char *name)
{
    return drc_arena_printf(a, "%s/%s", folder, name);
}

static void must(int rc)
{
    if (rc < 0)
        fail_msg("%s: %s", drc_err_name(err.code), err.msg);
}

static int start(void **state)
{
    (void)state;
    a = drc_arena_new();
    if (mkdtemp(folder) == NULL)
        return -1;
    sample = getenv("DRC_TEST_FACTS"); /* built by the first test that asks for it */
    if (sample == NULL)
        sample = in_folder("sample.db");
    return access(sample, R_OK) == 0 ? 0 : drc_build_facts(".", sample, NULL, NULL, NULL, &err);
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(name);
}

static int stop(void **state)
{
    (void)state;
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    drc_arena_free(a);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    memset(&err, 0, sizeof err);
    return 0;
}

/* Builds an estate, which runs every check on it. */
static const char *build(const char *home, int64_t seed, const char *name)
{
    struct drc_estate estate = {seed, 1};
    const char *path = in_folder(name);
    must(drc_build_facts(home, path, &estate, NULL, NULL, &err));
    return path;
}

static const char *text_of(const char *path, const char *sql)
{
    struct drc_db *db = drc_db_open(path, DRC_DB_READ, &err);
    must(db == NULL ? -1 : 0);
    struct drc_stmt *st = drc_db_query(db, &err, sql, "");
    must(st == NULL ? -1 : drc_db_next(st, &err));
    const char *text = drc_arena_strdup(a, drc_db_text(st, 0));
    drc_db_done(st);
    drc_db_close(db);
    return text;
}

static const char *generation(const char *path)
{
    return text_of(path, "SELECT value FROM meta WHERE key = 'generation'");
}

static char *bytes_of(const char *path, size_t *n)
{
    char *s = drc_file_read(a, path, FILE_MAX_BYTES, n, &err);
    must(s == NULL ? -1 : 0);
    return s;
}

/* ---- seeds -------------------------------------------------------------------------------- */

static void a_seed_gives_the_same_rows_from_anywhere(void **state)
{
    (void)state;
    char here[PATH_MAX];
    size_t n, m;
    assert_non_null(getcwd(here, sizeof here));
    const char *one = build(".", 7, "one.db");
    assert_int_equal(chdir("/"), 0);
    const char *two = build(here, 7, "two.db");
    assert_int_equal(chdir(here), 0);
    assert_string_equal(generation(one), generation(two));
    char *first = bytes_of(in_folder("one.answers.json"), &n);
    char *second = bytes_of(in_folder("two.answers.json"), &m);
    assert_int_equal(n, m);
    assert_memory_equal(first, second, n);
}

/* ---- the sample --------------------------------------------------------------------------- */

static const struct {
    const char *sql; /* one row, one 1 */
} stories[] = {
    {"SELECT count(*) = 9 FROM job_runs WHERE job_id = '845330701' AND run_date BETWEEN "
     "'2026-11-20' AND '2026-11-22'"
     " AND error_signature_id = 'spot-loss'"},
    {"SELECT count(*) = 2 FROM job_runs WHERE run_status = 'SKIPPED' AND run_date = '2026-11-13'"},
    {"SELECT count(*) = 2 AND min(run_status) = 'FAILED' AND max(run_status) = 'FAILED' FROM "
     "job_runs"
     " WHERE job_id = '620114503' AND run_date = '2026-11-13'"},
    {"SELECT count(*) >= 6 FROM job_runs WHERE job_id = '620114506' AND error_signature_id = "
     "'spot-loss'"
     " AND run_date BETWEEN '2026-11-03' AND '2026-11-05'"},
    /* +55 % after the recorded change, within 10 points */
    {"SELECT abs(1.0 * n.m / b.m - 1.55) < 0.1 FROM"
     " (SELECT median(duration_ms) m FROM job_runs WHERE job_id = '620114501' AND workspace_id = "
     "'3141592653589793'"
     "  AND run_status = 'SUCCESS' AND run_date BETWEEN '2026-11-10' AND '2026-11-22') n,"
     " (SELECT median(duration_ms) m FROM job_runs WHERE job_id = '620114501' AND workspace_id = "
     "'3141592653589793'"
     "  AND run_status = 'SUCCESS' AND run_date < '2026-11-09') b"},
    {"SELECT count(*) = 1 FROM change_event WHERE job_id = '620114501' AND workspace_id = "
     "'3141592653589793'"
     " AND date(at_ms / 1000, 'unixepoch') = '2026-11-09'"},
    /* 1 % a day: 125 days make 3.47 times the execution time */
    {"SELECT abs(1.0 * l.x / f.x - 3.47) < 0.25 FROM"
     " (SELECT duration_ms - setup_ms x FROM job_runs WHERE job_id = '620114502' AND run_date = "
     "'2026-11-22'"
     "  AND run_status = 'SUCCESS') l,"
     " (SELECT duration_ms - setup_ms x FROM job_runs WHERE job_id = '620114502' AND run_date = "
     "'2026-07-20'"
     "  AND run_status = 'SUCCESS') f"},
    {"SELECT count(*) = 26 AND min(n) = 4 FROM (SELECT max(attempt) AS n FROM job_runs WHERE "
     "job_id = '620114502'"
     " AND (julianday(run_date) - julianday('2026-07-20')) % 5 = 0 AND run_date <= '2026-11-22' "
     "GROUP BY logical_run_id)"},
    {"SELECT min(attempt) = 5 FROM job_runs WHERE job_id = '620114510' AND is_final AND run_date "
     "BETWEEN '2026-11-12' AND '2026-11-22'"},
    {"SELECT max(run_status = 'SUCCESS') = 0 FROM job_runs WHERE job_id = '845330705' AND run_date "
     "BETWEEN '2026-11-15' AND '2026-11-22'"},
    {"SELECT count(*) >= 12 FROM job_runs WHERE job_id = '620114518' AND error_signature_id = "
     "'heap-oom' AND run_date >= '2026-11-17'"},
    {"SELECT max(run_date) = '2026-10-20' FROM job_runs WHERE job_id = '620114512'"},
    {"SELECT min(run_date) = '2026-11-05' FROM job_runs WHERE job_id = '620114513'"},
    {"SELECT count(DISTINCT uusd_per_dbu) = 2 FROM compute_usage WHERE compute_sku LIKE "
     "'%JOBS_SERVERLESS%'"
     " AND usage_date BETWEEN '2026-10-26' AND '2026-11-22'"},
    /* A loaded dataset twelve times as large, an empty one, a warehouse on at night, a timeout. */
    {"SELECT max(rows) > 10 * min(rows) FROM dataset_commit WHERE dataset_id = "
     "'prod.gold.customer_360'"
     " AND at_ms > 1794268800000"},
    {"SELECT count(*) >= 2 FROM dataset_commit WHERE rows = 0"},
    {"SELECT count(*) = 24 FROM resource_hour AS h JOIN non_job_compute AS n USING (workspace_id, "
     "compute_id)"
     " WHERE n.compute_name = 'wh-bi-prod' AND h.usage_date = '2026-11-08'"},
    {"SELECT count(*) >= 2 FROM job_runs AS r JOIN jobs AS j USING (workspace_id, job_id)"
     " WHERE r.error_signature_id = 'run-timeout' AND r.duration_ms = j.timeout_s * 1000"},
    {"SELECT count(DISTINCT job_id) >= 3 FROM job_runs WHERE run_date = '2026-11-10' AND "
     "error_signature_id = 'spot-loss' AND workspace_id = '2718281828459045'"},
    {"SELECT sum(cost_uusd) FILTER (WHERE record_type = 'ORIGINAL') > 1.3 * sum(cost_uusd)"
     " FROM compute_usage WHERE job_id = '620114535' AND usage_date = '2026-11-04'"},
    {"SELECT f.u = 2 * n.u FROM (SELECT nodes u FROM node_usage WHERE parent_id LIKE '%fina01' AND "
     "usage_date = '2026-11-01') f,"
     " (SELECT nodes u FROM node_usage WHERE parent_id LIKE '%fina01' AND usage_date = "
     "'2026-11-02') n"},
    {"SELECT count(*) = 1 FROM jobs WHERE job_name LIKE '%<%>%&%`%*%'"},
    {"SELECT count(*) >= 1 FROM jobs WHERE length(job_name) > 100"},
    {"SELECT count(*) >= 1 FROM jobs WHERE length(CAST(job_name AS BLOB)) > length(job_name)"},
    {"SELECT count(*) >= 1 FROM jobs WHERE owner_user_id IS NULL"},
    {"SELECT count(*) >= 1 FROM jobs WHERE tags IS NULL"},
};

static void the_sample_tells_its_stories(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++)
        if (strcmp(text_of(sample, stories[i].sql), "1") != 0)
            fail_msg("not so: %s", stories[i].sql);
}

static void other_seeds_are_other_estates(void **state)
{
    (void)state;
    static const char where[] =
        "SELECT group_concat(at_ms || coalesce(job_id, compute_id), ' ') FROM"
        " (SELECT * FROM change_event WHERE kind = 'COMPUTE' ORDER BY change_id)";
    assert_string_not_equal(generation(in_folder("one.db")), generation(sample));
    assert_string_not_equal(text_of(in_folder("one.db"), where), text_of(sample, where));
}

/* ---- the answer key ----------------------------------------------------------------------- */

static const char *keys[KEYS_MAX];
static size_t key_count;

static void read_keys(const char *path)
{
    size_t n;
    const char *at = bytes_of(path, &n);
    key_count = 0;
    while ((at = strstr(at, "{\"id\":\"")) != NULL && key_count < KEYS_MAX) {
        at += 7;
        keys[key_count++] = drc_arena_strndup(a, at, strcspn(at, "\""));
    }
}

static const char *found_key(const char *path)
{
    size_t n;
    const char *bytes = bytes_of(path, &n);
    for (size_t i = 0; i < key_count; i++)
        if (memmem(bytes, n, keys[i], strlen(keys[i])) != NULL)
            return keys[i];
    return NULL;
}

static int look_into(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)ftw;
    if (type == FTW_F && st->st_size < FILE_MAX_BYTES && found_key(path) != NULL)
        fail_msg("%s holds the key %s", path, found_key(path));
    return 0;
}

static void nothing_that_is_read_holds_the_answer_key(void **state)
{
    (void)state;
    static const char *const places[] = {"prompts", "sql", "corpus", "charts", "src", "include"};
    const char *answers = drc_arena_printf(a, "%.*s.answers.json", (int)strlen(sample) - 3, sample);
    read_keys(answers);
    assert_in_range(key_count, 15, KEYS_MAX - 1);
    assert_int_equal(strlen(keys[0]), 15);
    assert_non_null(found_key(answers)); /* the search can find one */
    assert_null(found_key(sample));
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], R_OK) == 0)
            assert_int_equal(nftw(places[i], look_into, 8, FTW_PHYS), 0);
}

/* ---- rollups of some days ----------------------------------------------------------------- */

static void exec(struct drc_db *db, const char *sql)
{
    must(drc_db_exec(db, sql, &err));
}

static bool holds(struct drc_db *db, const char *check)
{
    size_t n;
    struct drc_stmt *st =
        drc_db_query(db, &err, bytes_of(drc_arena_printf(a, "sql/checks/%s.sql", check), &n), "");
    must(st == NULL ? -1 : 0);
    int rc = drc_db_next(st, &err);
    drc_db_done(st);
    must(rc);
    return rc == 0;
}

static const struct {
    const char *change, *days, *checks[3];
} changes[] = {
    {"INSERT INTO compute_usage (compute_usage_id, record_type, workspace_id, parent_id, "
     "parent_type,"
     " product, job_id, compute_sku, start_ms, end_ms, usage_date, ingestion_date, udbu,"
     " uusd_per_dbu, cost_uusd) SELECT compute_usage_id, 'RETRACTION', workspace_id, parent_id,"
     " parent_type, product, job_id, compute_sku, start_ms, end_ms, usage_date, '2026-11-21', "
     "-udbu,"
     " uusd_per_dbu, -cost_uusd FROM compute_usage WHERE usage_date = '2026-10-05'"
     " AND record_type = 'ORIGINAL'",
     "'2026-10-04', '2026-10-05'",
     {"rollup-job-day", "rollup-sku-day", "rollup-job-run-day"}},
    {"UPDATE job_runs SET run_status = 'FAILED', error_summary = 'x' WHERE run_status = 'SUCCESS'"
     " AND run_date = '2026-10-06'",
     "'2026-10-06', '2026-10-07'",
     {"rollup-job-day", "rollup-job-run-day", NULL}},
    {"DELETE FROM compute_usage WHERE usage_date = '2026-10-08'",
     "'2026-10-07', '2026-10-08'",
     {"rollup-job-day", "rollup-resource-day", "rollup-job-run-day"}},
    {"DELETE FROM node_usage WHERE usage_date = '2026-10-01'",
     "'2026-09-30', '2026-10-01'",
     {"rollup-job-day", "rollup-workspace-day", "rollup-job-run-day"}},
    /* several SKUs and products in one run and day */
    {"UPDATE compute_usage SET compute_sku = compute_sku || '_2',"
     " product = iif(rowid % 4 = 0, 'SQL', product)"
     " WHERE usage_date = '2026-10-07' AND rowid % 2 = 0",
     "'2026-10-07'",
     {"rollup-sku-day", NULL}},
};

static const char *const rollup_checks[] = {
    "rollup-job-day",        "rollup-job-run-day",    "rollup-resource-day",
    "rollup-sku-day",        "rollup-job-month",      "rollup-job-run-month",
    "rollup-job-run-values", "rollup-resource-month", "rollup-workspace-day"};

static void rollups_of_touched_days_follow_the_rows(void **state)
{
    (void)state;
    size_t n;
    const char *rollups = bytes_of("sql/rollups.sql", &n);
    struct drc_db *db = drc_db_open(in_folder("one.db"), DRC_DB_WRITE, &err);
    must(db == NULL ? -1 : 0);
    exec(db, "CREATE TEMP TABLE touched_day (usage_date TEXT PRIMARY KEY)");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        exec(db, "BEGIN");
        exec(db, changes[i].change);
        for (size_t c = 0; c < 3 && changes[i].checks[c] != NULL; c++)
            assert_false(holds(db, changes[i].checks[c]));
        exec(db, drc_arena_printf(a,
                                  "DELETE FROM touched_day; INSERT INTO touched_day SELECT date"
                                  " FROM date_series WHERE date IN (%s)",
                                  changes[i].days));
        exec(db, rollups);
        for (size_t c = 0; c < sizeof rollup_checks / sizeof *rollup_checks; c++)
            if (!holds(db, rollup_checks[c]))
                fail_msg("%s after: %s", rollup_checks[c], changes[i].change);
        exec(db, "ROLLBACK");
    }
    drc_db_close(db);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_seed_gives_the_same_rows_from_anywhere),
        TEST(the_sample_tells_its_stories),
        TEST(other_seeds_are_other_estates),
        TEST(nothing_that_is_read_holds_the_answer_key),
        TEST(rollups_of_touched_days_follow_the_rows),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
