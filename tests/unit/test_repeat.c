/* The same question gives the same answer: each report 50 times, with one hash of its SQL, of its
 * rows, of its chart and of its message. Runs in the root of the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/sample_home.h"
#include "drc/compose.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/slack.h"

#ifdef SANITIZED
#define REPEATS 3 /* they run five times slower, and look for something else */
#else
#define REPEATS 50
#endif
#define SVG_BYTES_MAX (4u << 20u)

struct hashes {
    char sql[65], rows[65], svg[65], message[65];
};

static struct drc_arena *kept; /* for the whole program */
static struct drc_snapshot *snap;
static const char *path;
static struct drc_err err;

static void must(int rc)
{
    if (rc < 0)
        fail_msg("%s: %s", drc_err_name(err.code), err.msg);
}

static int start(void **state)
{
    (void)state;
    kept = drc_arena_new();
    snap = sample_home(kept, &path, &err);
    return snap == NULL ? -1 : 0;
}

static int stop(void **state)
{
    (void)state;
    sample_home_free(kept, snap);
    drc_arena_free(kept);
    return 0;
}

static void run_once(struct drc_db *facts, const struct drc_report *r, struct hashes *out)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_params params;
    struct drc_result res;
    struct drc_selection sel;
    struct drc_context whole;
    struct drc_picture none = {NULL, 0, NULL, NULL};
    struct drc_buf svg;
    must(drc_params_parse(a, r, "14d", &params, &err));
    must(drc_report_run(facts, a, r, &params, &res, &err));
    must(drc_selection_make(a, &res, drc_arena_printf(a, "report:%s", r->id), &sel, &err));
    must(drc_context_build(a, &res, &sel, NULL, NULL, &whole, &err));
    drc_buf_init(&svg, SVG_BYTES_MAX);
    must(drc_compose_chart(a, drc_snapshot_theme(snap, &err), &whole, &svg, &err));
    const struct drc_message *m =
        drc_compose_report(a, snap, &res, &whole, "run-0", "U0ALICE01", &none);
    const char *blocks = drc_slack_blocks(a, m, false, &err);
    must(blocks == NULL ? -1 : 0);
    const char *message = drc_arena_printf(a, "%s\n%s", m->summary, blocks);
    memcpy(out->sql, r->sql_hash, sizeof out->sql);
    memcpy(out->rows, res.rows_hash, sizeof out->rows);
    drc_sha256_hex(svg.data, svg.len, out->svg);
    drc_sha256_hex(message, strlen(message), out->message);
    assert_true(res.rows.row_count > 0 && svg.len > 1000);
    drc_buf_fini(&svg);
    drc_arena_free(a);
}

static void repeat(const char *id)
{
    struct hashes first, again;
    struct drc_db *facts = NULL;
    const struct drc_report *r = drc_snapshot_report(snap, id);
    assert_non_null(r);
    for (int i = 0; i < REPEATS; i++) {
        if (i % 10 == 0) { /* also over a new connection, as after a restart */
            drc_db_close(facts);
            facts = drc_db_open(path, DRC_DB_READ, &err);
            must(facts == NULL ? -1 : drc_db_sandbox(facts, &err));
        }
        run_once(facts, r, i == 0 ? &first : &again);
        if (i == 0)
            continue;
        assert_string_equal(first.sql, again.sql);
        assert_string_equal(first.rows, again.rows);
        assert_string_equal(first.svg, again.svg);
        assert_string_equal(first.message, again.message);
    }
    drc_db_close(facts);
    print_message("             %s, %d times: sql %.8s, rows %.8s, svg %.8s, message %.8s\n", id,
                  REPEATS, first.sql, first.rows, first.svg, first.message);
}

static void job_cost(void **state)
{
    (void)state;
    repeat("job-cost");
}

static void compute_type(void **state)
{
    (void)state;
    repeat("compute-type");
}

static void pareto(void **state)
{
    (void)state;
    repeat("pareto");
}

static void spot_risk(void **state)
{
    (void)state;
    repeat("spot-risk");
}

static void cost_anomalies(void **state)
{
    (void)state;
    repeat("cost-anomalies");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job_cost),  cmocka_unit_test(compute_type),   cmocka_unit_test(pareto),
        cmocka_unit_test(spot_risk), cmocka_unit_test(cost_anomalies),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
