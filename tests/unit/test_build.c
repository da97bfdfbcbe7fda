/* The facts file: two builds hold the same rows, each check can fail, a failed build leaves the old
 * file alone. Runs in the root of the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/arena.h"
#include "drc/build.h"
#include "drc/clock.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/report.h"
#include "drc/snapshot.h"

#define HOME "."

static char folder[] = "/tmp/drc-test-build-XXXXXX";
static struct drc_arena *a;
static struct drc_db *facts; /* sandboxed */
static const char *path;
static struct drc_err err;
static int last_percent, steps;

static const char *in_folder(const char *name)
{
    return drc_arena_printf(a, "%s/%s", folder, name);
}

static void must(int rc)
{
    if (rc < 0)
        fail_msg("%s: %s", drc_err_name(err.code), err.msg);
}

static void note(const char *step, int percent, void *user)
{
    (void)step;
    assert_ptr_equal(user, &steps);
    assert_true(percent >= last_percent && percent <= 100);
    last_percent = percent;
    steps++;
}

static int start(void **state)
{
    (void)state;
    a = drc_arena_new();
    if (mkdtemp(folder) == NULL)
        return -1;
    path = in_folder("deep/er/facts.db");
    if (drc_build_facts(HOME, path, NULL, note, &steps, &err) < 0) {
        fprintf(stderr, "build: %s\n", err.msg);
        return -1;
    }
    facts = drc_db_open(path, DRC_DB_READ, &err);
    return facts == NULL ? -1 : drc_db_sandbox(facts, &err);
}

static int remove_one(const char *name, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(name);
}

static int stop(void **state)
{
    (void)state;
    drc_db_close(facts);
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

static struct drc_rows rows_of(const char *sql)
{
    struct drc_rows rows;
    must(drc_db_select(facts, a, sql, NULL, 0, DRC_REPORT_ROWS_MAX, 10000, &rows, &err));
    return rows;
}

static int64_t number(const char *sql)
{
    struct drc_rows rows = rows_of(sql);
    assert_int_equal(rows.row_count, 1);
    assert_int_equal(rows.cells[0].type, DRC_CELL_INT);
    return rows.cells[0].i;
}

static char *text_file(const char *name)
{
    char *s = drc_file_read(a, name, 1 << 20, NULL, &err);
    must(s == NULL ? -1 : 0);
    return s;
}

/* ---- the build ---------------------------------------------------------------------------- */

static void the_build_tells_its_progress(void **state)
{
    (void)state;
    assert_int_equal(last_percent, 100);
    assert_true(steps > 5);
    const char **names;
    size_t n;
    must(drc_file_list(a, in_folder("deep/er"), "", &names, &n, &err));
    assert_int_equal(n, 3); /* the file, its answer key, its graph, and nothing else */
    bool graph = false;
    for (size_t i = 0; i < n; i++)
        graph |= strstr(names[i], ".db.graph") != NULL;
    assert_true(graph);
}

static void two_builds_hold_the_same_bytes(void **state)
{
    (void)state;
    size_t one_bytes, two_bytes;
    const char *other = getenv("DRC_TEST_FACTS"); /* what the program built for all tests */
    if (other == NULL || access(other, R_OK) != 0) {
        other = in_folder("again.db");
        must(drc_build_facts(HOME, other, NULL, NULL, NULL, &err));
    }
    char *one = drc_file_read(a, path, 128u << 20, &one_bytes, &err);
    char *two = drc_file_read(a, other, 128u << 20, &two_bytes, &err);
    assert_non_null(one);
    assert_non_null(two);
    assert_int_equal(one_bytes, two_bytes);
    assert_int_equal(memcmp(one, two, one_bytes), 0);
}

/* A home whose estate is one workspace on one day. */
static const char *small_home(const char *workspace)
{
    static const char *const scripts[] = {"create_usage_tables.sql", "rollups.sql"};
    static const char check[] = "-- title: nothing\nSELECT 1 WHERE 0 ORDER BY 1\n";
    const char *home = in_folder("home");
    must(drc_file_mkdirs(in_folder("home/sql/checks"), &err));
    must(drc_file_write(in_folder("home/sql/checks/none.sql"), check, strlen(check), &err));
    for (size_t i = 0; i < 2; i++) {
        const char *sql = text_file(drc_arena_printf(a, "sql/%s", scripts[i]));
        must(drc_file_write(in_folder(drc_arena_printf(a, "home/sql/%s", scripts[i])), sql,
                            strlen(sql), &err));
    }
    const char *seed = drc_arena_printf(
        a,
        "-- small\n-- section: base\n"
        "INSERT INTO date_series (date, day, weekday) VALUES ('2026-11-22', 20779, 6);"
        "INSERT INTO workspace (workspace_id, workspace_name, account_id) VALUES ('1', '%s', 'x');"
        "\n-- section: days\nSELECT 1;\n-- section: end\n"
        "INSERT INTO meta (key, value) VALUES ('schema_version', '3'), ('sample', '1'),"
        " ('first_day', '2026-11-22');"
        "\n-- section: answers\nCREATE TEMP TABLE answer_key AS SELECT '{}' AS json;\n",
        workspace);
    must(drc_file_write(in_folder("home/sql/seed_usage_tables.sql"), seed, strlen(seed), &err));
    return home;
}

static const char *generation_with(const char *workspace, const char *name)
{
    const char *home = small_home(workspace);
    must(drc_build_facts(home, in_folder(name), NULL, NULL, NULL, &err));
    struct drc_db *db = drc_db_open(in_folder(name), DRC_DB_READ, &err);
    must(drc_db_sandbox(db, &err));
    struct drc_rows rows;
    must(drc_db_select(db, a, "SELECT value FROM meta WHERE key = 'generation'", NULL, 0, 1, 1000,
                       &rows, &err));
    drc_db_close(db);
    return rows.cells[0].text;
}

static void the_generation_follows_the_content(void **state)
{
    (void)state;
    const char *one = generation_with("lake", "one.db");
    assert_int_equal(strlen(one), 12);
    assert_string_equal(generation_with("lake", "two.db"), one);
    assert_string_not_equal(generation_with("pond", "three.db"), one);
}

static void a_failed_build_leaves_the_old_file(void **state)
{
    (void)state;
    static const char good[] = "-- title: nothing\nSELECT 1 WHERE 0 ORDER BY 1\n";
    static const char bad[] =
        "-- title: there is a workspace\nSELECT workspace_name FROM workspace ORDER BY 1\n";
    static const char broken[] = "\n-- section: base\nINSERT INTO nowhere VALUES (1);\n";
    const char *db = in_folder("kept/facts.db"), *home = small_home("data-science");
    must(drc_file_mkdirs(in_folder("kept"), &err));
    must(drc_file_write(db, "old", 3, &err));
    must(drc_file_write(in_folder("home/sql/checks/none.sql"), bad, strlen(bad), &err));
    assert_int_equal(drc_build_facts(home, db, NULL, NULL, NULL, &err), -1);
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_non_null(strstr(err.msg, "there is a workspace"));
    assert_non_null(strstr(err.msg, "data-science"));
    assert_string_equal(text_file(db), "old");
    must(drc_file_write(in_folder("home/sql/checks/none.sql"), good, strlen(good), &err));
    must(drc_file_write(in_folder("home/sql/seed_usage_tables.sql"), broken, strlen(broken), &err));
    memset(&err, 0, sizeof err);
    assert_int_equal(drc_build_facts(home, db, NULL, NULL, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "seed_usage_tables.sql"));
    assert_string_equal(text_file(db), "old");
    const char **names;
    size_t n;
    memset(&err, 0, sizeof err);
    must(drc_file_list(a, in_folder("kept"), "", &names, &n, &err));
    assert_int_equal(n, 1);
}

static void a_check_finds_another_version_and_other_files(void **state)
{
    (void)state;
    must(drc_build_check(HOME, path, &err));
    assert_int_equal(drc_build_check(HOME, in_folder("none.db"), &err), -1);
    assert_int_equal(err.code, DRC_ERR_CONFIG);
    memset(&err, 0, sizeof err);
    struct drc_db *db = drc_db_open(in_folder("other.db"), DRC_DB_CREATE, &err);
    must(drc_db_exec(db, "CREATE TABLE t (v)", &err));
    assert_int_equal(drc_snapshot_facts_version(db, &err), -1);
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_non_null(strstr(err.msg, "not a facts database"));
    memset(&err, 0, sizeof err);
    must(drc_db_exec(
        db, "CREATE TABLE meta (key, value); INSERT INTO meta VALUES ('schema_version', '999')",
        &err));
    assert_int_equal(drc_snapshot_facts_version(db, &err), -1);
    assert_non_null(strstr(err.msg, "999"));
    drc_db_close(db);
}

/* ---- every check can fail ----------------------------------------------------------------- */

static const struct {
    const char *check, *damage;
} damages[] = {
    {"attempts-ordered",
     "UPDATE job_runs SET start_ms = start_ms - 86400000 * 2 WHERE attempt = 2"},
    {"attempts-ordered", "UPDATE job_runs SET is_final = 1 WHERE run_status = 'FAILED'"},
    {"attempts-ordered", "UPDATE job_runs SET run_status = 'SUCCESS' WHERE is_final = 0"},
    {"attempts-ordered",
     "UPDATE job_runs SET run_date = date(run_date, '+1 day') WHERE job_id = '620114505'"},
    {"cost-is-quantity-times-price",
     "UPDATE compute_usage SET cost_uusd = cost_uusd + 1 WHERE cost_uusd > 9000000"},
    {"cost-is-quantity-times-price",
     "UPDATE sku_price SET uusd_per_dbu = 351000 WHERE uusd_per_dbu = 350000"},
    {"cost-is-quantity-times-price", "DELETE FROM sku_price WHERE sku LIKE '%SERVERLESS_SQL%'"},
    {"cost-is-quantity-times-price",
     "UPDATE compute_usage SET cost_uusd = -cost_uusd WHERE record_type = 'RETRACTION'"},
    {"corrections-have-originals",
     "UPDATE compute_usage SET udbu = udbu - 1 WHERE record_type = 'RETRACTION'"},
    {"corrections-have-originals",
     "UPDATE compute_usage SET ingestion_date = usage_date WHERE record_type = 'RESTATEMENT'"},
    {"corrections-have-originals", "DELETE FROM compute_usage WHERE record_type = 'RETRACTION'"},
    {"corrections-have-originals", "DELETE FROM compute_usage WHERE record_type = 'ORIGINAL'"},
    {"discounts-are-single", "UPDATE discount SET valid_to_ms = NULL"},
    {"tags-match-their-lists", "DELETE FROM job_tag WHERE key = 'env'"},
    {"tags-match-their-lists", "UPDATE job_tag SET value = 'test' WHERE key = 'env'"},
    {"tags-match-their-lists", "UPDATE jobs SET tags = NULL"},
    {"resource-hours-match-usage", "UPDATE resource_hour SET paid_ms = paid_ms - 1, used_ms = 0"},
    {"resource-hours-match-usage", "DELETE FROM resource_hour WHERE usage_date = '2026-11-02'"},
    {"rollup-job-day", "UPDATE job_day SET dbu_spot_uusd = dbu_spot_uusd + 1"},
    {"rollup-job-day", "UPDATE job_day SET waste_dbu_contract_uusd = 0"},
    {"rollup-job-day", "DELETE FROM compute_usage WHERE record_type = 'RETRACTION'"},
    {"rollup-job-day", "DELETE FROM job_day WHERE usage_date = '2026-11-20'"},
    {"rollup-job-day", "UPDATE discount SET permille = permille + 1"},
    {"rollup-job-run-day", "UPDATE job_run_day SET failed_runs = failed_runs + 1"},
    {"rollup-job-run-day", "DELETE FROM eviction_details WHERE caused_failure = 1"},
    {"rollup-job-run-day", "UPDATE job_runs SET end_ms = end_ms + 1 WHERE run_status = 'SUCCESS'"},
    {"rollup-job-run-day", "UPDATE job_run_day SET ok_ms = x''"},
    {"rollup-job-run-day", "UPDATE job_run_day SET ok_uusd = ok_ms"},
    {"rollup-job-run-day", "UPDATE job_run_day SET lost_uusd = 0"},
    {"rollup-job-run-day", "UPDATE eviction_details SET evidence = 'config_only'"},
    {"rollup-job-month", "UPDATE job_waste_month SET waste_spot_uusd = x''"},
    {"rollup-job-month", "DELETE FROM job_month WHERE month = '2026-10'"},
    {"rollup-job-month",
     "UPDATE job_day SET node_ms = node_ms + 1 WHERE usage_date = '2026-10-31'"},
    {"rollup-job-month", "DELETE FROM job_vm_month WHERE month = '2026-10'"},
    {"rollup-job-run-month", "UPDATE job_run_month SET runs_ok = runs"},
    {"rollup-job-run-values", "UPDATE job_run_values SET packed = x'' WHERE month = '2026-10'"},
    {"rollup-job-run-values", "UPDATE job_run_day SET ok_uusd = ok_ms"},
    {"rollup-job-run-month", "UPDATE job_run_day SET failed_runs = 1 - failed_runs"},
    {"rollup-resource-month", "UPDATE resource_month SET shared_dbu_uusd = dbu_uusd"},
    {"rollup-resource-month", "DELETE FROM resource_day WHERE usage_date = '2026-11-20'"},
    {"rollup-workspace-day", "UPDATE workspace_day SET job_vm_uusd = job_vm_uusd + 1"},
    {"rollup-workspace-day", "DELETE FROM node_usage WHERE usage_date = '2026-11-20'"},
    {"rollup-resource-day", "UPDATE resource_hour SET used_ms = 0"},
    {"rollup-resource-day", "DELETE FROM resource_day WHERE usage_date = '2026-11-20'"},
    {"rollup-sku-day", "UPDATE sku_day SET dbu_contract_uusd = dbu_contract_uusd - 1"},
    {"rollup-sku-day", "UPDATE compute_usage SET product = 'SQL' WHERE product = 'ALL_PURPOSE'"},
    {"duration-is-end-minus-start",
     "UPDATE job_runs SET setup_ms = 99999999 WHERE run_status = 'CANCELLED'"},
    {"duration-is-end-minus-start",
     "UPDATE job_runs SET scheduled_ms = start_ms + 1 WHERE attempt = 1"},
    {"evictions-fit-attempts", "UPDATE eviction_details SET eviction_ms = eviction_ms + 864000000"},
    {"evictions-fit-attempts", "UPDATE eviction_details SET was_retried = 1 - was_retried"},
    {"evictions-fit-attempts", "UPDATE eviction_details SET caused_failure = 1"},
    {"evictions-fit-attempts", "DELETE FROM events WHERE event_type = 'SPOT_EVICTION'"},
    {"spot-failures-have-evictions", "DELETE FROM eviction_details WHERE caused_failure = 1"},
    {"failures-are-explained",
     "UPDATE job_runs SET error_signature_id = NULL WHERE run_status = 'FAILED'"},
    {"failures-are-explained",
     "UPDATE job_runs SET error_summary = 'x' WHERE run_status = 'SUCCESS'"},
    {"prices-do-not-overlap",
     "UPDATE sku_price SET valid_to_ms = valid_to_ms + 1 WHERE valid_to_ms IS NOT NULL"},
    {"prices-do-not-overlap", "UPDATE vm_price SET valid_to_ms = NULL WHERE market = 'SPOT'"},
    {"usage-covers-attempts", "DELETE FROM compute_usage WHERE parent_id = '701010001'"},
    {"usage-covers-attempts",
     "UPDATE compute_usage SET end_ms = end_ms - 1 WHERE parent_type = 'JOB_RUN'"},
    {"usage-covers-attempts", "UPDATE compute_usage SET usage_date = date(usage_date, '+1 day') "
                              "WHERE parent_type = 'JOB_RUN'"},
    {"nodes-agree-with-usage", "UPDATE node_usage SET udbu = udbu + 1 WHERE market = 'SPOT'"},
    {"nodes-agree-with-usage", "UPDATE node_usage SET node_ms = node_ms + 1 WHERE market = 'SPOT'"},
    {"nodes-agree-with-usage", "UPDATE job_runs SET worker_nodes = worker_nodes + 1"},
    {"nodes-have-usage", "DELETE FROM compute_usage WHERE parent_type = 'APC_CLUSTER'"},
    {"nodes-have-usage", "DELETE FROM node_usage WHERE parent_type = 'APC_CLUSTER'"},
    {"node-cost-is-time-times-price",
     "UPDATE node_usage SET vm_uusd = vm_uusd + 1 WHERE market = 'SPOT'"},
    {"node-cost-is-time-times-price", "UPDATE instance_type SET udbu_per_hour = udbu_per_hour * 2"},
    {"node-cost-is-time-times-price", "DELETE FROM vm_price WHERE market = 'SPOT'"},
    {"runs-follow-configuration",
     "UPDATE job_runs SET spot_permille = 999 WHERE job_id = '620114507'"},
    {"runs-follow-configuration",
     "UPDATE job_runs SET config_id = 'cfg-720-v1' WHERE config_id = 'cfg-720-v2'"},
    {"shared-cluster-was-up", "DELETE FROM compute_usage WHERE parent_type = 'APC_CLUSTER'"},
    {"marks-are-covered",
     "UPDATE data_mark SET complete_until = '2026-11-24' WHERE source = 'usage'"},
    {"marks-are-covered", "DELETE FROM date_series WHERE date = '2026-09-01'"},
    {"events-match-usage",
     "UPDATE events SET event_ms = event_ms - 86400000 WHERE event_type = 'CLUSTER_START'"},
};

static bool finds_a_row(struct drc_db *db, const char *check)
{
    struct drc_stmt *st =
        drc_db_query(db, &err, text_file(drc_arena_printf(a, "sql/checks/%s.sql", check)), "");
    must(st == NULL ? -1 : 0);
    int rc = drc_db_next(st, &err);
    drc_db_done(st);
    must(rc);
    return rc == 1;
}

static void every_check_can_fail(void **state)
{
    (void)state;
    /* No check finds anything before a damage: the build ran them all. */
    struct drc_db *db = drc_db_open(path, DRC_DB_WRITE, &err);
    must(db == NULL ? -1 : 0);
    must(drc_db_exec(
        db,
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF",
        &err));
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        must(drc_db_exec(db, "BEGIN", &err));
        must(drc_db_exec(db, damages[i].damage, &err));
        if (drc_db_changes(db) == 0)
            fail_msg("no row to damage: %s", damages[i].damage);
        if (!finds_a_row(db, damages[i].check))
            fail_msg("%s does not notice: %s", damages[i].check, damages[i].damage);
        must(drc_db_exec(db, "ROLLBACK", &err));
    }
    drc_db_close(db);
    const char **names;
    size_t n;
    must(drc_file_list(a, "sql/checks", ".sql", &names, &n, &err));
    for (size_t i = 0; i < n; i++) {
        bool tried = false;
        for (size_t k = 0; k < sizeof damages / sizeof *damages; k++)
            tried = tried || strncmp(names[i], damages[k].check, strlen(names[i]) - 4) == 0;
        if (!tried)
            fail_msg("nothing damages what %s looks at", names[i]);
    }
}

/* ---- the estate --------------------------------------------------------------------------- */

static void the_estate_has_its_size(void **state)
{
    (void)state;
    assert_int_equal(number("SELECT count(*) FROM workspace"), 3);
    assert_true(number("SELECT count(*) FROM jobs") >= 26);
    assert_int_equal(number("SELECT count(*) FROM date_series WHERE date <= (SELECT "
                            "min(complete_until) FROM data_mark)"),
                     126);
    assert_in_range(number("SELECT count(*) FROM job_runs"), 12000, 20000);
    assert_true(number("SELECT count(*) FROM job_runs WHERE run_date = '2026-11-23'") > 10);
    assert_true(number("SELECT count(*) FROM job_runs WHERE run_status = 'RUNNING'") > 0);
    assert_int_equal(
        number("SELECT count(DISTINCT workspace_id) FROM jobs WHERE job_id = '620114501'"), 2);
    /* Every event type that the original declared and never had. */
    assert_int_equal(number("SELECT count(DISTINCT event_type) FROM events"), 5);
    assert_int_equal(number("SELECT count(DISTINCT eviction_reason) FROM eviction_details"), 4);
    assert_true(number("SELECT count(DISTINCT user_id) FROM events") > 5);
}

/* ---- the report --------------------------------------------------------------------------- */

static struct drc_report report;

static struct drc_result run_report(int days, const char *as_of, const char *workspace)
{
    struct drc_result res;
    struct drc_params p = {.days = days, .top = 15, .workspace = workspace};
    if (report.sql == NULL)
        must(drc_report_load(a, HOME, DRC_REPORTS_DIR, "job-cost.sql", facts, &report, &err));
    if (as_of != NULL) {
        must(drc_date_parse(as_of, &p.as_of_day));
    }
    must(drc_report_run(facts, a, &report, &p, &res, &err));
    return res;
}

static int row_of(const struct drc_result *res, const char *name)
{
    for (size_t i = 0; i < res->rows.row_count; i++)
        if (strcmp(drc_result_text(res, i, "job_name"), name) == 0)
            return (int)i;
    fail_msg("no row for %s", name);
    return -1;
}

static void segments_add_up(void **state)
{
    (void)state;
    static const int windows[] = {1, 7, 28, 30, 63, 365};
    int64_t data_days = number("SELECT count(*) FROM date_series WHERE date <="
                               " (SELECT min(complete_until) FROM data_mark)");
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        struct drc_result res = run_report(windows[w], NULL, NULL);
        int64_t days[400], before = INT64_MAX;
        for (size_t i = 0; i < res.rows.row_count; i++) {
            int64_t total = drc_result_int(&res, i, "total_uusd", -1), sum = 0;
            assert_true(total <= before);
            before = total;
            if (total < 0) /* on a shared cluster: nothing is known, so nothing is said */
                assert_int_equal(drc_result_cell(&res, i, "daily")->type, DRC_CELL_NULL);
            if (total < 0)
                continue;
            assert_true(total == drc_result_int(&res, i, "dbu_uusd", 0) +
                                     drc_result_int(&res, i, "ondemand_vm_uusd", 0) +
                                     drc_result_int(&res, i, "spot_vm_uusd", 0) +
                                     drc_result_int(&res, i, "wasted_uusd", 0));
            assert_true(total == drc_result_int(&res, i, "dbu_list_uusd", 0) +
                                     drc_result_int(&res, i, "vm_est_uusd", 0));
            size_t n = drc_result_series(drc_result_cell(&res, i, "daily"), days, 400);
            for (size_t k = 0; k < n; k++)
                sum += days[k];
            assert_true(sum == total);
            /* days before the data have no value */
            assert_int_equal(n, windows[w] < data_days ? windows[w] : data_days);
        }
    }
}

static void unknown_is_null_and_nothing_is_zero(void **state)
{
    (void)state;
    struct drc_result res = run_report(28, NULL, NULL);
    size_t fresh_job = (size_t)row_of(&res, "price_elasticity_daily"),
           gone = (size_t)row_of(&res, "store_traffic_daily"),
           shared = (size_t)row_of(&res, "experiment_cleanup"),
           serverless = (size_t)row_of(&res, "iot_sensor_compaction");
    assert_int_equal(drc_result_cell(&res, fresh_job, "baseline_uusd")->type, DRC_CELL_NULL);
    assert_true(drc_result_int(&res, fresh_job, "total_uusd", 0) > 0);
    assert_int_equal(drc_result_cell(&res, gone, "total_uusd")->type, DRC_CELL_INT);
    assert_int_equal(drc_result_int(&res, gone, "total_uusd", -1), 0);
    assert_true(drc_result_int(&res, gone, "baseline_uusd", 0) > 0);
    assert_int_equal(drc_result_cell(&res, gone, "success_lo")->type, DRC_CELL_NULL);
    assert_int_equal(drc_result_cell(&res, shared, "total_uusd")->type, DRC_CELL_NULL);
    assert_true(drc_result_int(&res, shared, "runs", 0) > 0);
    assert_int_equal(drc_result_cell(&res, serverless, "node_ms")->type, DRC_CELL_NULL);
    assert_int_equal(drc_result_int(&res, serverless, "vm_est_uusd", -1), 0);
    /* Not enough data before the window: no baseline at all. */
    res = run_report(100, NULL, NULL);
    for (size_t i = 0; i < res.rows.row_count; i++)
        assert_int_equal(drc_result_cell(&res, i, "baseline_uusd")->type, DRC_CELL_NULL);
}

static void workspaces_split_the_whole(void **state)
{
    (void)state;
    static const char *const names[] = {"prod-lakehouse", "data-science", "finance-analytics"};
    struct drc_result all = run_report(28, NULL, NULL);
    int64_t total = 0, billed = 0, bill = 0;
    size_t rows = 0;
    for (int i = 0; i < 3; i++) {
        struct drc_result one = run_report(28, NULL, names[i]);
        total += drc_result_sum(&one, 0, "total_uusd");
        billed += one.billed_uusd;
        bill += one.bill_uusd;
        rows += one.rows.row_count;
    }
    assert_int_equal(rows, all.rows.row_count);
    assert_true(total == drc_result_sum(&all, 0, "total_uusd"));
    assert_true(billed == all.billed_uusd && bill == all.bill_uusd);
    assert_int_equal(run_report(28, NULL, "2718281828459045").rows.row_count,
                     run_report(28, NULL, "PROD-lakehouse").rows.row_count);
    assert_int_equal(run_report(28, NULL, "nowhere").rows.row_count, 0);
    /* The same job id in two workspaces is two jobs. */
    assert_true(drc_result_find(&all, "job:2718281828459045/620114501") >= 0);
    assert_true(drc_result_find(&all, "job:3141592653589793/620114501") >= 0);
}

static void the_bill_is_explained_in_part(void **state)
{
    (void)state;
    struct drc_result res = run_report(28, NULL, NULL);
    assert_true(res.explained_uusd == drc_result_sum(&res, 0, "dbu_list_uusd"));
    assert_true(res.explained_uusd < res.billed_uusd && res.billed_uusd < res.bill_uusd);
    assert_true(res.explained_uusd * 100 / res.billed_uusd >= 80);
}

static void the_unfinished_day_is_left_out(void **state)
{
    (void)state;
    struct drc_result res = run_report(28, NULL, NULL);
    assert_int_equal(res.params.as_of_day, 20779);
    struct drc_params p = {.days = 28, .top = 15, .as_of_day = 20780};
    assert_int_equal(drc_report_run(facts, a, &report, &p, &res, &err), -1);
    assert_int_equal(err.code, DRC_ERR_INPUT);
}

/* Fails only when something is badly wrong (a lost index makes it hundreds of milliseconds); the
 * figure is for the eye. */
static void the_report_is_quick(void **state)
{
    (void)state;
    int64_t best = INT64_MAX;
    for (int i = 0; i < 7; i++) {
        int64_t begin = drc_clock_mono_us();
        run_report(28, NULL, NULL);
        int64_t took = drc_clock_mono_us() - begin;
        best = took < best ? took : best;
    }
    print_message("             job-cost, 28 days: %" PRId64 ".%03" PRId64 " ms\n", best / 1000,
                  best % 1000);
    assert_true(best < 250000);
}

/* ---- graph and names ---------------------------------------------------------------------- */

/* Every file of the usage graph gives nodes or edges, and nothing has to be left out. */
static void the_graph_is_whole(void **state)
{
    (void)state;
    struct drc_graph_model *m;
    size_t faults;
    must(drc_graph_model_load(a, HOME, facts, &m, &err));
    struct drc_graph *g = drc_graph_build(m, facts, &err);
    must(g == NULL ? -1 : 0);
    const struct drc_graph_fault *f = drc_graph_faults(g, &faults);
    if (faults > 0)
        fail_msg("%s: %s is left out", f->path, f->sample);
    uint64_t nodes[DRC_GRAPH_NODE_KINDS_MAX] = {0}, edges[DRC_GRAPH_EDGE_KINDS_MAX] = {0};
    for (uint32_t n = 0; n < drc_graph_nodes(g); n++) {
        nodes[drc_graph_kind(g, n) - m->nodes]++;
        for (size_t i = 0; i < drc_graph_degree(g, n, DRC_GRAPH_OUT); i++)
            edges[drc_graph_arc(g, n, DRC_GRAPH_OUT, i).kind - m->edges]++;
    }
    for (size_t k = 0; k < m->node_count; k++)
        if (nodes[k] == 0)
            fail_msg("%s gives no node", m->nodes[k].path);
    for (size_t k = 0; k < m->edge_count; k++)
        if (edges[k] == 0 && strstr(m->edges[k].path, "edge-cluster-") == NULL)
            fail_msg("%s gives no edge", m->edges[k].path);
    drc_graph_free(g);
}

static struct drc_rows find_job(const char *q, const char *workspace)
{
    struct drc_rows rows;
    struct drc_sql_param p[] = {
        {"q", {DRC_CELL_TEXT, 0, 0, q}},
        {"workspace", {workspace == NULL ? DRC_CELL_NULL : DRC_CELL_TEXT, 0, 0, workspace}}};
    must(drc_db_select(facts, a, text_file("sql/find/job.sql"), p, 2, 100, 1000, &rows, &err));
    return rows;
}

static void jobs_are_found(void **state)
{
    (void)state;
    struct drc_rows rows = find_job("620114501", NULL);
    assert_int_equal(rows.row_count, 2); /* one per workspace */
    assert_int_equal(rows.cells[4].i, 0);
    rows = find_job("620114501", "data-science");
    assert_int_equal(rows.row_count, 1);
    assert_string_equal(rows.cells[1].text, "demand_forecast_training");
    rows = find_job("job:1618033988749894/845330701", NULL);
    assert_int_equal(rows.row_count, 1);
    assert_string_equal(rows.cells[1].text, "finance_daily_close");
    rows = find_job("nightly_orders_etl", NULL);
    assert_int_equal(rows.row_count, 1);
    assert_int_equal(rows.cells[4].i, 1);
    rows = find_job("supply_chain", NULL);
    assert_int_equal(rows.row_count, 3);
    assert_int_equal(rows.cells[4].i, 3);
    rows = find_job("export <partner> & `billing` *reconcile*", NULL);
    assert_int_equal(rows.row_count, 1);
    rows = find_job("%", NULL);
    assert_int_equal(rows.row_count, 0);
    rows = find_job("' OR 1=1 --", NULL);
    assert_int_equal(rows.row_count, 0);
    rows = find_job("", NULL);
    assert_true(rows.row_count >= 26);
}

#define TEST(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_build_tells_its_progress),
        TEST(two_builds_hold_the_same_bytes),
        TEST(the_generation_follows_the_content),
        TEST(a_failed_build_leaves_the_old_file),
        TEST(a_check_finds_another_version_and_other_files),
        TEST(every_check_can_fail),
        TEST(the_estate_has_its_size),
        TEST(segments_add_up),
        TEST(unknown_is_null_and_nothing_is_zero),
        TEST(workspaces_split_the_whole),
        TEST(the_bill_is_explained_in_part),
        TEST(the_unfinished_day_is_left_out),
        TEST(the_report_is_quick),
        TEST(the_graph_is_whole),
        TEST(jobs_are_found),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
