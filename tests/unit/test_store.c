/* The bot's own files: the durable inbox, the state database with its migrations, and a snapshot
 * with the report, chip and graph files that it is made of. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../harness/small_home.h"
#include "drc/clock.h"
#include "drc/compose.h"
#include "drc/inbox.h"
#include "drc/run.h"
#include "drc/store.h"

static struct drc_arena *a;
static char home[] = "/tmp/drc-store-XXXXXX";
static struct drc_snapshot *snap;
static struct drc_err err;

static const char *in_home(const char *name)
{
    return drc_arena_printf(a, "%s/%s", home, name);
}

static int make_home(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(home));
    small_home(home);
    a = drc_arena_new();
    small_put(home, "sql/state/001-init.sql",
              drc_file_read(a, "sql/state/001-init.sql", 65536, NULL, NULL));
    snap = drc_snapshot_load(home, in_home("facts.db"), &err);
    drc_arena_free(a);
    if (snap == NULL)
        print_message("%s\n", err.msg);
    return snap == NULL ? -1 : 0;
}

static int remove_home(void **state)
{
    (void)state;
    drc_snapshot_free(snap);
    a = drc_arena_new();
    char *argv[] = {"rm", "-rf", home, NULL};
    drc_arena_free(a);
    if (fork() == 0)
        execv("/bin/rm", argv);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    a = drc_arena_new();
    err = (struct drc_err)DRC_ERR_INIT;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

static void must(int rc)
{
    if (rc < 0)
        print_message("%s\n", err.msg);
    assert_true(rc >= 0);
}

/* ---- inbox -------------------------------------------------------------------------------- */

static void test_inbox(void **state)
{
    (void)state;
    const char *path = in_home("inbox.db");
    struct drc_inbox *in = drc_inbox_open(path, &err);
    assert_non_null(in);
    int64_t one = 0, two = 0, id = 0;
    bool again = true;
    must(drc_inbox_put(in, "k1", "slash_commands", "{\"a\":1}", 7, 1000, &one, &again, &err));
    assert_false(again);
    must(drc_inbox_put(in, "k2", "events_api", "{}", 2, 1001, &two, &again, &err));
    must(drc_inbox_put(in, "k1", "slash_commands", "{\"a\":2}", 7, 1002, &id, &again, &err));
    assert_true(again); /* delivered twice: acked, not run twice */
    assert_int_equal(drc_inbox_put(in, "k3", "x", "{}\0", 3, 1, &id, &again, &err), -1);
    assert_int_equal(err.code, DRC_ERR_PARSE);
    err = (struct drc_err)DRC_ERR_INIT;
    must(drc_inbox_done(in, two, "ok", &err));
    drc_inbox_close(in);

    in = drc_inbox_open(path, &err); /* a restart finds what is open, and remembers the keys */
    assert_non_null(in);
    struct drc_inbox_row *rows;
    size_t n;
    must(drc_inbox_pending(in, a, &rows, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].id, one);
    assert_string_equal(rows[0].envelope, "{\"a\":1}");
    assert_int_equal(rows[0].received_ms, 1000);
    must(drc_inbox_put(in, "k2", "events_api", "{}", 2, 1003, &id, &again, &err));
    assert_true(again);
    must(drc_inbox_prune(in, 2000, &err)); /* only what is done */
    must(drc_inbox_put(in, "k2", "events_api", "{}", 2, 1004, &id, &again, &err));
    assert_false(again);
    must(drc_inbox_put(in, "k1", "slash_commands", "{}", 2, 1005, &id, &again, &err));
    assert_true(again);
    for (int i = 0; i < 200; i++)
        must(drc_inbox_put(in, drc_arena_printf(a, "many-%d", i), "x", "{}", 2, i, &id, &again,
                           &err));
    must(drc_inbox_pending(in, a, &rows, &n, &err));
    assert_int_equal(n, 202);
    for (size_t i = 1; i < n; i++)
        assert_true(rows[i].id > rows[i - 1].id);
    must(drc_inbox_checkpoint(path, &err));
    drc_inbox_close(in);
    drc_inbox_close(NULL);
}

static void test_inbox_of_others(void **state)
{
    (void)state;
    const char *path = in_home("newer.db");
    struct drc_db *db = drc_db_open(path, DRC_DB_CREATE, &err);
    must(drc_db_exec(db, "PRAGMA user_version = 99", &err));
    drc_db_close(db);
    assert_null(drc_inbox_open(path, &err));
    assert_int_equal(err.code, DRC_ERR_DB);
    assert_non_null(strstr(err.msg, "newer drc"));
    small_put(home, "text.db", "this is not a database, whatever its name says; it is a text");
    err = (struct drc_err)DRC_ERR_INIT;
    assert_null(drc_inbox_open(in_home("text.db"), &err));
    assert_int_equal(err.code, DRC_ERR_DB);
}

/* ---- state -------------------------------------------------------------------------------- */

static struct drc_db *open_state(const char *name)
{
    struct drc_db *db = drc_store_open(in_home(name), home, &err);
    if (db == NULL)
        print_message("%s\n", err.msg);
    assert_non_null(db);
    return db;
}

static struct drc_result run_report(const char *words)
{
    struct drc_result res;
    struct drc_params p;
    struct drc_db *facts = drc_db_open(in_home("facts.db"), DRC_DB_READ, &err);
    must(drc_db_sandbox(facts, &err));
    must(drc_params_parse(a, &snap->reports[0], words, &p, &err));
    must(drc_report_run(facts, a, &snap->reports[0], &p, &res, &err));
    drc_db_close(facts);
    return res;
}

static void test_migrations(void **state)
{
    (void)state;
    drc_db_close(open_state("migrate.db"));
    drc_db_close(open_state("migrate.db")); /* a second start changes nothing */
    small_put(home, "sql/state/002-more.sql", "CREATE TABLE more (x INTEGER) STRICT;");
    struct drc_db *db = open_state("migrate.db");
    must(drc_db_run(db, &err, "INSERT INTO more VALUES (?)", "i", (int64_t)1));
    drc_db_close(db);
    small_put(home, "sql/state/003-bad.sql", "CREATE TABLE half (x INTEGER) STRICT; CREATE oops;");
    assert_null(drc_store_open(in_home("migrate.db"), home, &err));
    assert_non_null(strstr(err.msg, "003-bad.sql"));
    unlink(in_home("sql/state/003-bad.sql"));
    err = (struct drc_err)DRC_ERR_INIT;
    db = open_state("migrate.db"); /* the failed one left nothing behind */
    must(drc_db_exec(db, "CREATE TABLE half (y INTEGER)", &err));
    drc_db_close(db);
    unlink(in_home("sql/state/002-more.sql"));
    assert_null(drc_store_open(in_home("migrate.db"), home, &err));
    assert_int_equal(err.code, DRC_ERR_DB);
}

static void test_runs(void **state)
{
    (void)state;
    struct drc_db *db = open_state("state.db");
    struct drc_result res = run_report("30d top:2 workspace:prod");
    struct drc_run run, again;
    assert_int_equal(res.rows.row_count, 2);
    must(drc_store_run_put(db, a, snap, "req-1", "U1", "C1", &res, 5, &run, &err));
    assert_int_equal(strlen(run.run_id), 6);
    assert_null(run.message_ts);
    must(drc_store_run_put(db, a, snap, "req-1", "U1", "C1", &res, 6, &again, &err));
    assert_string_equal(run.run_id, again.run_id); /* a redelivered request finds its run */
    must(drc_store_run_put(db, a, snap, "req-2", "U1", NULL, &res, 7, &again, &err));
    assert_string_not_equal(run.run_id, again.run_id);
    must(drc_store_run_posted(db, run.run_id, "C1", "1.5", &err));
    struct drc_run stored;
    must(drc_store_run_get(db, a, snap, run.run_id, &stored, &err));
    assert_string_equal(stored.message_ts, "1.5");
    assert_string_equal(stored.result.rows_hash, res.rows_hash);
    assert_string_equal(drc_result_to_json(a, &stored.result), drc_result_to_json(a, &res));
    assert_int_equal(stored.result.params.days, 30);
    assert_string_equal(stored.result.params.workspace, "prod");
    struct drc_run none;
    assert_int_equal(drc_store_run_get(db, a, snap, "nosuch", &none, &err), -1);
    assert_int_equal(err.code, DRC_ERR_NOTFOUND);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_int_equal(drc_store_run_get(db, a, snap, "'; DROP TABLE report_run; --", &none, NULL),
                     -1);
    assert_string_equal(drc_store_run_of_request(db, a, "req-1", &err), run.run_id);
    assert_null(drc_store_run_of_request(db, a, "req-9", &err));
    const char *entity = "x";
    assert_string_equal(drc_store_run_of_thread(db, a, "C1", "1.5", &entity, &err), run.run_id);
    assert_null(entity);
    must(drc_store_card_put(db, run.run_id, "job:1/10", "C1", "1.5", "1.6", &err));
    assert_string_equal(drc_store_run_of_thread(db, a, "C1", "1.6", &entity, &err), run.run_id);
    assert_string_equal(entity, "job:1/10");
    assert_null(drc_store_run_of_thread(db, a, "C2", "1.6", &entity, &err));
    struct drc_run_line lines[5];
    assert_int_equal(drc_store_recent(db, a, "U1", lines, 5, &err),
                     1); /* the one that was posted */
    must(drc_store_run_posted(db, again.run_id, "C1", "1.7", &err));
    assert_int_equal(drc_store_recent(db, a, "U1", lines, 5, &err), 2);
    assert_true(lines[0].created_ms > lines[1].created_ms);
    drc_db_close(db);
}

/* An answer to `chip` on a run, with one fact as evidence and a word of one person. */
static void put_answer(struct drc_db *db, const char *run_id, const char *id, const char *chip,
                       int64_t at_ms)
{
    struct drc_stored_answer ans = {.answer_id = id,
                                    .run_id = run_id,
                                    .entity_id = "job:1/10",
                                    .chip_key = chip,
                                    .request_key = id,
                                    .channel = "C1",
                                    .thread_ts = "1.5",
                                    .ts = "1.9",
                                    .prompt = "p",
                                    .prompt_hash = "h",
                                    .model = "m",
                                    .verdict = "waiting",
                                    .debug = "",
                                    .user_id = "U1"};
    struct drc_evidence e = {.id = "F1",
                             .used = true,
                             .title = "Cost",
                             .value = "$1",
                             .period = "today",
                             .source = "row 2",
                             .row = 1};
    struct drc_stored_made made = {.subject = id, .made = {.message = "h"}};
    must(drc_store_answer_put(db, &ans, at_ms, &err));
    must(drc_store_made_put(db, a, &made, at_ms, &err));
    must(drc_store_evidence_put(db, id, &e, 1, &err));
    must(drc_store_feedback_put(db, id, "U1", false, at_ms, &err));
    must(drc_store_feedback_put(db, id, "U1", true, at_ms, &err));
}

static void test_answers(void **state)
{
    (void)state;
    struct drc_db *db = drc_store_open(in_home("answers.db"), ".", &err); /* all migrations */
    struct drc_result res = run_report("30d top:2 workspace:prod");
    struct drc_run run;
    struct drc_stored_answer got;
    struct drc_evidence items[DRC_EVIDENCE_MAX];
    struct drc_usage_window w = {.title = "t"};
    size_t n;
    bool mine = true;
    must(drc_store_run_put(db, a, snap, "req-1", "U1", "C1", &res, 5, &run, &err));
    put_answer(db, run.run_id, "a1", "job.explain", 1000);
    must(drc_store_evidence_get(db, a, "a1", items, &n, &err));
    assert_int_equal(n, 1);
    assert_true(items[0].used && items[0].row == 1 && items[0].entity == NULL);
    assert_string_equal(items[0].value, "$1");
    must(drc_store_ai_window(db, 0, &w, &err));
    assert_true(w.helpful == 1 && w.unhelpful == 0); /* the second word counts */
    assert_int_equal(drc_store_answer_open(db, "a1", &err), 1);
    assert_int_equal(
        drc_store_answers_deleted(db, run.run_id, "job:1/10", "job.explain", "a1", &mine, &err), 0);
    assert_false(mine);
    must(drc_store_answer_delete(db, "a1", 2000, &err));
    assert_int_equal(drc_store_answer_open(db, "a1", &err), 0);
    assert_int_equal(drc_store_answer_get(db, a, "a1", &got, &err), 0);
    assert_int_equal(
        drc_store_answer_find(db, a, run.run_id, "job:1/10", "job.explain", &got, &err),
        0); /* its question is free again */
    assert_int_equal(
        drc_store_answers_deleted(db, run.run_id, "job:1/10", "job.explain", "a1", &mine, &err), 1);
    assert_true(mine);
    assert_int_equal(
        drc_store_answers_deleted(db, run.run_id, "job:1/10", "job.drivers", "a1", &mine, &err), 0);
    drc_db_close(db);
}

static void test_made(void **state)
{
    (void)state;
    struct drc_db *db = drc_store_open(in_home("made.db"), ".", &err);
    struct drc_stored_made got, m = {.subject = "r1",
                                     .made = {"m", "t:1 c:2", "s", "p", NULL},
                                     .file_ref = "F1",
                                     .degraded = true,
                                     .bot_user = "UBOT",
                                     .entity = "job:1/10",
                                     .corpora = 5,
                                     .earlier = "one\ntwo\n"};
    drc_inputs_add(a, &m.inputs, "theme", "1");
    assert_int_equal(drc_store_made_get(db, a, "r1", &got, &err), 0);
    must(drc_store_made_put(db, a, &m, 1, &err));
    assert_int_equal(drc_store_made_get(db, a, "r1", &got, &err), 1);
    assert_true(got.inputs.count == 1 && strcmp(got.inputs.list[0].value, "1") == 0);
    assert_string_equal(got.made.blocks, "t:1 c:2");
    assert_string_equal(got.made.png, "p");
    assert_null(got.made.prompt);
    assert_null(got.no_picture);
    assert_null(got.other);
    assert_string_equal(got.file_ref, "F1");
    assert_string_equal(got.bot_user, "UBOT");
    assert_string_equal(got.entity, "job:1/10");
    assert_string_equal(got.chip, "");
    assert_string_equal(got.earlier, "one\ntwo\n");
    assert_true(got.degraded && got.corpora == 5);
    m.made.svg = NULL; /* the last word counts */
    m.inputs.count = 0;
    must(drc_store_made_put(db, a, &m, 2, &err));
    assert_int_equal(drc_store_made_get(db, a, "r1", &got, &err), 1);
    assert_true(got.made.svg == NULL && got.inputs.count == 0);
    drc_db_close(db);
}

static void test_purge(void **state)
{
    (void)state;
    struct drc_db *db = drc_store_open(in_home("purge.db"), ".", &err);
    struct drc_result res = run_report("30d top:2 workspace:prod");
    const int64_t day = 86400000, now = 400 * day;
    struct drc_run old, busy, fresh, none;
    struct drc_stored_answer got;
    struct drc_purged gone;
    struct drc_stored_made made;
    must(drc_store_run_put(db, a, snap, "r1", "U1", "C1", &res, now - 91 * day, &old, &err));
    must(drc_store_run_put(db, a, snap, "r2", "U1", "C1", &res, now - 91 * day, &busy, &err));
    must(drc_store_run_put(db, a, snap, "r3", "U1", "C1", &res, now - 89 * day, &fresh, &err));
    must(drc_store_card_put(db, old.run_id, "job:1/10", "C1", "1.5", "1.6", &err));
    for (int i = 0; i < 2; i++) {
        made = (struct drc_stored_made){.subject = i == 0 ? old.run_id : busy.run_id};
        must(drc_store_made_put(db, a, &made, now - 91 * day, &err));
    }
    put_answer(db, old.run_id, "a1", "x", now - 91 * day);
    put_answer(db, busy.run_id, "a2", "x", now - 91 * day);
    put_answer(db, busy.run_id, "a3", "y", now - 89 * day);
    for (int i = 0; i < 450; i++) /* more than one batch */
        put_answer(db, old.run_id, drc_arena_printf(a, "b%d", i), drc_arena_printf(a, "c%d", i),
                   now - 200 * day);
    for (int days = 60; days <= 100; days += 40) {
        int64_t id;
        struct drc_ai_call call = {"U1", "x", "m", "h", "posted", .ts_ms = now - days * day};
        must(drc_store_ai_call_put(db, &call, &id, &err));
    }
    must(drc_store_ai_cache_put(db, "k", "text", false, now - 91 * day, 0, &err));
    must(drc_store_purge(db, now, 90, &gone, &err));
    assert_int_equal(gone.answers, 452);
    assert_int_equal(gone.runs, 1);
    assert_int_equal(gone.texts, 1);
    assert_int_equal(gone.calls, 1);
    assert_int_equal(drc_store_run_get(db, a, snap, old.run_id, &none, NULL), -1);
    must(drc_store_run_get(db, a, snap, busy.run_id, &none, &err)); /* an answer on it is young */
    must(drc_store_run_get(db, a, snap, fresh.run_id, &none, &err));
    assert_int_equal(drc_store_answer_get(db, a, "a2", &got, &err), 0);
    assert_int_equal(drc_store_answer_get(db, a, "a3", &got, &err), 1);
    assert_int_equal(drc_store_made_get(db, a, old.run_id, &made, &err), 0);
    assert_int_equal(drc_store_made_get(db, a, busy.run_id, &made, &err), 1);
    assert_int_equal(drc_store_made_get(db, a, "a2", &made, &err), 0);
    assert_int_equal(drc_store_made_get(db, a, "a3", &made, &err), 1);
    must(drc_store_purge(db, now, 7, &gone, &err)); /* calls of this month stay whatever the days */
    assert_true(gone.answers == 1 && gone.runs == 2 && gone.calls == 0);
    drc_db_close(db);
}

static void test_starts_posts_selections(void **state)
{
    (void)state;
    struct drc_db *db = open_state("state.db");
    for (int i = 1; i <= 3; i++)
        assert_int_equal(drc_store_start(db, "k", 1000 + i, &err), i);
    assert_int_equal(drc_store_start(db, "other", 1, &err), 1);
    const char *channel, *ts;
    int64_t begun;
    assert_int_equal(drc_store_post_find(db, a, "k", "report", &channel, &ts, &begun, &err), 0);
    must(drc_store_post_begin(db, "k", "report", "C1", NULL, 77, &err));
    assert_int_equal(drc_store_post_find(db, a, "k", "report", &channel, &ts, &begun, &err), 1);
    assert_null(ts); /* begun, and how it ended is not known */
    assert_int_equal(begun, 77);
    must(drc_store_post_done(db, "k", "report", "C1", "9.1", &err));
    assert_int_equal(drc_store_post_find(db, a, "k", "report", &channel, &ts, &begun, &err), 1);
    assert_string_equal(ts, "9.1");
    must(drc_store_post_begin(db, "k", "card", "C1", "9.1", 78, &err));
    must(drc_store_post_undo(db, "k", "card", &err));
    assert_int_equal(drc_store_post_find(db, a, "k", "card", &channel, &ts, &begun, &err), 0);
    const char *run;
    must(drc_store_select(db, "U1", "C1", "1.5", "abc123", "job:1/10", 1, &err));
    must(drc_store_select(db, "U2", "C1", "1.5", "abc123", "job:1/11", 2, &err));
    must(drc_store_select(db, "U1", "C1", "1.5", "abc123", "job:2/12", 3, &err));
    assert_string_equal(drc_store_selected(db, a, "U1", "C1", "1.5", &run, &err), "job:2/12");
    assert_string_equal(run, "abc123");
    assert_string_equal(drc_store_selected(db, a, "U2", "C1", "1.5", &run, &err), "job:1/11");
    assert_null(drc_store_selected(db, a, "U3", "C1", "1.5", &run, &err));
    assert_string_equal(drc_store_selected(db, a, "U1", "C1", NULL, &run, &err), "job:2/12");
    drc_db_close(db);
}

/* Damaged or foreign rows are refused with a sentence; no cell moves to another column. */
static void test_stored_json(void **state)
{
    (void)state;
    struct drc_result res = run_report(""), back;
    res.rows.cells[4] = (struct drc_cell){DRC_CELL_REAL, 0, INFINITY, NULL};
    res.rows.cells[10] = (struct drc_cell){DRC_CELL_REAL, 0, NAN, NULL};
    must(drc_result_from_json(a, snap, drc_result_to_json(a, &res), &back, &err));
    assert_int_equal(back.rows.cells[4].type, DRC_CELL_NULL);
    assert_int_equal(back.rows.cells[5].i, 28);
    assert_string_equal(back.rows.cells[6].text, "job:1/11");
    static const char *const bad[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"report\":\"job-cost\",\"version\":1}",
                                      ("{\"report\":\"job-cost\",\"version\":2,\"columns\":[],"
                                       "\"rows\":[]}"),
                                      "{\"report\":\"gone\",\"version\":2}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct drc_err)DRC_ERR_INIT;
        assert_int_equal(drc_result_from_json(a, snap, bad[i], &back, &err), -1);
        assert_int_not_equal(err.code, DRC_OK);
    }
}

/* ---- snapshot, report and chip files ------------------------------------------------------ */

static void refused(const char *name, const char *text, const char *words)
{
    char *old = drc_file_read(a, in_home(name), 65536, NULL, NULL);
    small_put(home, name, text);
    err = (struct drc_err)DRC_ERR_INIT;
    struct drc_snapshot *s = drc_snapshot_load(home, in_home("facts.db"), &err);
    if (old == NULL)
        unlink(in_home(name));
    else
        small_put(home, name, old);
    if (s != NULL || strstr(err.msg, words) == NULL)
        print_message("%s: '%s' instead of '%s'\n", name, err.msg, words);
    assert_null(s);
    assert_non_null(strstr(err.msg, words));
}

/* The small report with one text replaced by another. */
static const char *report_with(const char *from, const char *to)
{
    const char *at = strstr(small_report, from);
    assert_non_null(at);
    return drc_arena_printf(a, "%.*s%s%s", (int)(at - small_report), small_report, to,
                            at + strlen(from));
}

static void test_bad_reports(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *words;
    } rows[] = {
        {"-- pillar: cost", "-- colour: red", "sql/reports/job-cost.sql:4: unknown key 'colour'"},
        {"-- pillar: cost\n", "", "'pillar' is missing"},
        {"| usd | DBU", "| euro | DBU", "unknown unit 'euro'"},
        {"-- column: runs | count | Runs", "-- column: runs", "a column is"},
        {"-- column: runs", "-- column: nosuch", "no column 'nosuch'"},
        {"-- series: dbu_usd", "-- series: cpu", "the header uses 'cpu'"},
        {"-- top: 15", "-- top: 0", "top is 1 to"},
        {"| 28 | 1..365", "| 0 | 1..365", "the default or the range of 'days'"},
        {"| 28 | 1..365", "| 28 | 1..9999", "the default or the range of 'days'"},
        {"-- chip: job.explain", "-- chip: job.nosuch", "no chip 'job.nosuch'"},
        {"ORDER BY total_uusd DESC, job_key", "", "ORDER BY"},
        {"dbu_usd, total_uusd,", "random() AS dbu_usd, total_uusd,", "random"},
        {"dbu_usd, total_uusd,", "date('now') AS dbu_usd, total_uusd,", "'now'"},
        {"SELECT job_key, job_name", "DELETE FROM cost; SELECT job_key, job_name", "job-cost.sql"},
        {"FROM cost", "FROM nosuch", "nosuch"},
        {"sql/reconcile/jobs.sql", "../../etc/passwd", "under sql/"},
        {"sql/reconcile/jobs.sql", "sql/find/job.sql", "no column 'billed_uusd'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused("sql/reports/job-cost.sql", report_with(rows[i].from, rows[i].to), rows[i].words);
    refused("sql/reports/job-cost.sql", "", "job-cost.sql");
    refused("sql/reports/other.sql", small_report, "job-cost"); /* the id is the file's name */
}

#define CHIP_START                                                                                 \
    "---\nid: job.explain\nversion: 1\nentity: job\nlane: Monitor\norder: 1\nlabel: L\nquestion: " \
    "Q\n"

static void test_bad_chips(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"no front matter", "job.explain.md:1:"},
        {"---\nid: job.other\nversion: 1\nentity: job\nlane: Monitor\norder: 1\nlabel: "
         "L\nquestion: Q\n"
         "corpora: telemetry\n---\nx",
         "is not the file's name"},
        {"---\nid: job.explain\nversion: 1\nentity: run\nlane: Monitor\norder: 1\nlabel: "
         "L\nquestion: Q\n---\n",
         "starts with its entity"},
        {"---\nid: job.explain\nversion: 1\nentity: job\nlane: Fun\norder: 1\nlabel: L\nquestion: "
         "Q\n---\nx",
         "lane 'Fun'"},
        {"---\nid: job.explain\nversion: 1\nentity: job\nlane: Monitor\norder: "
         "1\nlabel:\nquestion: Q\n---\n",
         "'label' is missing"},
        {CHIP_START "---\n", "'corpora' is missing"},
        {CHIP_START "corpora: telemetry, wiki\n---\n", "not 'wiki'"},
        {CHIP_START "corpora: docs\n---\n", "says what to search for"},
        {CHIP_START "corpora: docs\nsearch: cost >> 3 | x\n---\n", "job.explain.md:10:"},
        {CHIP_START "corpora: telemetry\n---\n{{nosuch}}", "{{nosuch}}"},
        {CHIP_START "needs: cpu_p95\ncorpora: telemetry\n---\n",
         "it needs 'cpu_p95', which no report that has the chip can give"},
        {CHIP_START "needs: top_share\ncorpora: telemetry\n---\n", /* of the whole report alone */
         "it needs 'top_share', which no report"},
        {CHIP_START "needs: runs\ncorpora: telemetry\n---\n",
         "it needs 'runs', and no line of prompts/missing.list"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        refused("prompts/chips/job.explain.md", rows[i].text, rows[i].words);
    static const struct {
        const char *text, *words;
    } lines[] = {
        {"", "needs 'total_uusd', and no line"},
        {"run.total_uusd | Cost | x\n", "needs 'total_uusd', and no line"},
        {"# x\ntotal_uusd | Cost\n", "prompts/missing.list:2: a line is"},
        {"total_uusd | Cost | of {evictions}\n",
         "prompts/missing.list:1: {evictions} may be unknown"},
        {"total_uusd | Cost | of {label\n", "prompts/missing.list:1: a slot is written {name}"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        refused("prompts/missing.list", lines[i].text, lines[i].words);
    refused("sql/graph/edge-job-bad.sql", "-- edge: X\n-- from: job\n-- to: y\nSELECT 1",
            "'title' is missing");
}

static void test_snapshot(void **state)
{
    (void)state;
    assert_int_equal(snap->report_count, 1);
    assert_non_null(drc_snapshot_report(snap, "job-cost"));
    assert_null(drc_snapshot_report(snap, "JOB-COST"));
    assert_string_equal(drc_snapshot_nearest(snap, "jobcost"), "job-cost");
    assert_null(drc_snapshot_nearest(snap, "something else entirely"));
    assert_string_equal(drc_chip_primary(&snap->chips, "job", DRC_LANE_UNDERSTAND)->id,
                        "job.explain");
    assert_null(drc_chip_primary(&snap->chips, "job", DRC_LANE_MONITOR));
    assert_string_equal(drc_chip_match(&snap->chips, "job", "So, WHAT IS it?")->id, "job.explain");
    assert_null(drc_chip_match(&snap->chips, "job", "unexplained whatis"));
    assert_null(drc_snapshot_load(home, in_home("nosuch.db"), &err));
    assert_int_equal(err.code, DRC_ERR_CONFIG);
}

/* ---- parameters --------------------------------------------------------------------------- */

static void test_params(void **state)
{
    (void)state;
    const struct drc_report *r = &snap->reports[0];
    struct drc_params p;
    must(drc_params_parse(a, r, " 30d\ttop:3  workspace:Prod as-of:2026-11-01 private ", &p, &err));
    assert_int_equal(p.days, 30);
    assert_int_equal(p.top, 3);
    assert_string_equal(p.workspace, "Prod");
    assert_true(p.is_private && p.as_of_day > 0);
    assert_string_equal(drc_params_text(a, r, &p),
                        "job-cost 30d top:3 workspace:Prod as-of:2026-11-01");
    must(drc_params_parse(a, r, "", &p, &err));
    assert_int_equal(p.days, 28);
    assert_string_equal(drc_params_text(a, r, &p), "job-cost 28d");
    must(drc_params_parse(a, r, "mtd as-of:2026-11-10 private mtd", &p, &err)); /* twice the same */
    assert_string_equal(drc_params_text(a, r, &p), "job-cost mtd as-of:2026-11-10");
    static const struct {
        const char *words, *why;
    } bad[] = {{"0d", "1d to 365d"},
               {"366d", "1d to 365d"},
               {"99999999999999999999d", "1d to 365d"},
               {"top:16", "top:1 to top:15"},
               {"top:", "Did you mean 'top:10'"},
               {"top:3x", "top:1 to top:15"},
               {"as-of:2026-02-30", "is not a date"},
               {"as-of:yesterday", "is not a date"},
               {"tpo:10", "Did you mean 'top:10'"},
               {"worksapce:prod", "Did you mean 'workspace:'"},
               {"privat", "Did you mean 'private'"},
               {"workspace:", "workspace:"},
               {"workspace:\u200b", "needs a name"},
               {"something-else", "A report takes"},
               {"30d mtd", "'30d' and 'mtd' are two windows"},
               {"last-week top:3 2026-10", "'last-week' and '2026-10' are two windows"},
               {"2026-10-01..2026-10-15 28d", "'2026-10-01..2026-10-15' and '28d' are two windows"},
               {"workspace:a workspace:b", "'workspace:a' and 'workspace:b' are both given"},
               {"as-of:2026-11-01 as-of:2026-11-02", "a report takes one as-of"},
               {"top:3 top:4", "a report takes one top"},
               {"2026-10 as-of:2026-11-01", "both say which day is the last"},
               {"as-of:2026-11-01 2026-10-01..2026-10-15", "both say which day is the last"},
               {"'; DROP TABLE jobs; --", "A report takes"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct drc_err)DRC_ERR_INIT;
        assert_int_equal(drc_params_parse(a, r, bad[i].words, &p, &err), -1);
        assert_int_equal(err.code, DRC_ERR_INPUT);
        if (strstr(err.msg, bad[i].why) == NULL)
            print_message("%s: %s\n", bad[i].words, err.msg);
        assert_non_null(strstr(err.msg, bad[i].why));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_inbox),
        TEST(test_inbox_of_others),
        TEST(test_migrations),
        TEST(test_runs),
        TEST(test_answers),
        TEST(test_purge),
        TEST(test_starts_posts_selections),
        TEST(test_stored_json),
        TEST(test_made),
        TEST(test_bad_reports),
        TEST(test_bad_chips),
        TEST(test_snapshot),
        TEST(test_params),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
