/* Weeks of digests in simulated time: a Slack that answers 429, 5xx and nothing at all, a program
 * that is killed in the middle, the end of daylight saving. Each slot ends in exactly one message
 * and the late ones say so. DRC_SIM_SLOTS: at least so many (default 80; the long run takes 1000).
 * DRC_SIM_SEED: of the chances, printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../harness/small_home.h"
#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"
#include "drc/log.h"
#include "drc/stats.h"

#define MINUTE INT64_C(60000)
#define STEP (5 * MINUTE)
#define LATE (10 * MINUTE)
#define FIRST_DAY "2026-10-05"
#define LAST_DAY "2026-11-22" /* of the small facts */

static char home[] = "/tmp/drc-sim-XXXXXX";
static uint64_t seed;
static int64_t now_ms;
static struct drc_db *slack; /* what the peer has: it outlives the program */

static const char *in_home(struct drc_arena *a, const char *name)
{
    return drc_arena_printf(a, "%s/%s", home, name);
}

static int chance(int per_mille)
{
    seed = drc_stats_mix64(seed);
    return (int)(seed % 1000) < per_mille;
}

/* ---- the peer ----------------------------------------------------------------------------- */

static void maybe_die(void)
{
    if (chance(40))
        raise(SIGKILL);
}

static void land(const struct drc_to *to, const struct drc_message *m, const char *text)
{
    struct drc_err err = DRC_ERR_INIT;
    if (drc_db_run(slack, &err,
                   "INSERT INTO message (channel, id, text, at_ms) VALUES (?, ?, ?, ?)", "sssi",
                   to->channel, m->metadata_id, text, now_ms) < 0)
        abort();
}

static const char *all_text(struct drc_arena *a, const struct drc_message *m)
{
    const char *text = m->summary;
    for (const struct drc_block *b = m->first; b != NULL; b = b->next)
        text = drc_arena_printf(a, "%s\n%s", text, drc_text_plain(a, &b->text));
    return text;
}

static int post(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                struct drc_err *err)
{
    (void)p;
    (void)req;
    memset(out, 0, sizeof *out);
    maybe_die();
    if (chance(50)) {
        drc_err_set(err, DRC_ERR_RATE, "Slack's limit is reached");
        err->retry_ms = 30000;
        return -1;
    }
    if (chance(30)) { /* 5xx, or the connection was cut: half of them arrived */
        out->unclear = true;
        if (chance(500))
            land(to, m, all_text(a, m));
        return drc_err_set(err, DRC_ERR_NET, "Slack answered with HTTP 500");
    }
    land(to, m, all_text(a, m));
    maybe_die();
    out->channel = to->channel;
    out->ts = drc_arena_printf(a, "%lld.000000", (long long)(now_ms / 1000));
    return 0;
}

static const char *find(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                        const struct drc_to *to, const char *metadata_id, int64_t not_before_ms,
                        struct drc_err *err)
{
    (void)p, (void)req, (void)to, (void)not_before_ms;
    if (chance(20)) {
        drc_err_set(err, DRC_ERR_NET, "the connection was cut");
        return NULL;
    }
    struct drc_stmt *st =
        drc_db_query(slack, err, "SELECT at_ms FROM message WHERE id = ?", "s", metadata_id);
    const char *ts = drc_db_next(st, err) == 1
                         ? drc_arena_printf(a, "%lld.000000", (long long)drc_db_int(st, 0) / 1000)
                         : NULL;
    drc_db_done(st);
    return ts;
}

static const char *permalink(struct drc_poster *p, struct drc_arena *a, const char *channel,
                             const char *ts)
{
    (void)p, (void)a, (void)channel, (void)ts;
    return NULL;
}

/* ---- the program, from a start to its end ------------------------------------------------- */

static void must(int rc, const struct drc_err *err)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "simulation: %s\n", err->msg);
    abort();
}

static void mark_time(void)
{
    struct drc_err err = DRC_ERR_INIT;
    must(drc_db_run(slack, &err, "UPDATE clock SET at_ms = ?", "i", now_ms), &err);
}

static void turn(struct drc_snapshot *snap, struct drc_db *facts, struct drc_db *state)
{
    struct drc_poster poster = {
        .post = post, .find = find, .permalink = permalink, .sigil = "/drc "};
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    struct drc_slot *slots = drc_arena_array(a, DRC_SLOTS_PER_TICK + 1, sizeof *slots);
    struct drc_env env = {
        .a = a, .snap = snap, .facts = facts, .state = state, .poster = &poster, .now_ms = now_ms};
    int n = drc_slots_tick(&env, slots, &err);
    must(n, &err);
    for (int i = 0; i < n; i++)
        must(drc_run_slot(&env, slots[i].sub_id, slots[i].day, &err), &err);
    drc_arena_free(a);
}

static void live(int64_t until_ms)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    slack = drc_db_open(in_home(a, "slack.db"), DRC_DB_WRITE, &err);
    struct drc_snapshot *snap = drc_snapshot_load(home, in_home(a, "facts.db"), &err);
    struct drc_db *facts = drc_db_open(in_home(a, "facts.db"), DRC_DB_READ, &err),
                  *state = drc_store_open(in_home(a, "state.db"), home, &err);
    must(snap == NULL || facts == NULL || state == NULL ? -1 : 0, &err);
    must(drc_db_sandbox(facts, &err), &err);
    must(drc_slot_release_all(state, &err), &err);
    for (; now_ms < until_ms; now_ms += STEP) {
        turn(snap, facts, state);
        mark_time();
    }
    _exit(0);
}

/* Starts the program again and again until simulated time is over; the count of kills. */
static int run_all(int64_t until_ms)
{
    int kills = 0, status = 0;
    while (now_ms < until_ms) {
        seed = drc_stats_mix64(seed);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            live(until_ms);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        struct drc_err err = DRC_ERR_INIT;
        struct drc_stmt *st = drc_db_query(slack, &err, "SELECT at_ms FROM clock", "");
        assert_int_equal(drc_db_next(st, &err), 1);
        now_ms = drc_db_int(st, 0) + STEP;
        drc_db_done(st);
        if (WIFEXITED(status))
            assert_int_equal(WEXITSTATUS(status), 0);
        else {
            assert_int_equal(WTERMSIG(status), SIGKILL);
            kills++;
            seed = drc_stats_mix64(seed);
            now_ms += (int64_t)(seed % 60) * MINUTE; /* until somebody starts it again */
        }
    }
    return kills;
}

/* ---- stage and check ---------------------------------------------------------------------- */

static void make_home(void)
{
    static const char digest[] =
        "---\nid: weekly\ntitle: Digest\ntotal: job-cost\nnarrow: job-cost\n"
        "quiet: {total_uusd}\nfigure: Total | {total_uusd}\n---\nSmall.\n";
    const char **migrations;
    size_t count;
    struct drc_arena *a = drc_arena_new();
    assert_non_null(mkdtemp(home));
    small_home(home);
    drc_file_mkdirs(in_home(a, "prompts/digest"), NULL);
    drc_file_mkdirs(in_home(a, "sql/digest"), NULL);
    small_put(home, "prompts/digest/weekly.md", digest);
    small_put(home, "sql/digest/causes.sql", "SELECT 'x' AS entity_key, 'y' AS factor, 1 AS uusd");
    small_put(home, "sql/digest/untagged.sql", "SELECT 0 AS untagged_uusd, 0 AS taggable_uusd");
    small_put(home, "sql/digest/budget.sql", "SELECT NULL AS budget_uusd");
    assert_int_equal(drc_file_list(a, "sql/state", ".sql", &migrations, &count, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        const char *name = drc_arena_printf(a, "sql/state/%s", migrations[i]);
        small_put(home, name, drc_file_read(a, name, 65536, NULL, NULL));
    }
    drc_arena_free(a);
}

static int subscribe_all(struct drc_db *state, struct drc_arena *a, int wanted)
{
    static const char *const zones[] = {"Europe/Berlin",    "America/New_York", "UTC",
                                        "Pacific/Auckland", "Asia/Kolkata",     "America/Sao_Paulo",
                                        "Africa/Cairo",     "Pacific/Pago_Pago"};
    struct drc_err err = DRC_ERR_INIT;
    int64_t first, last;
    assert_int_equal(drc_date_parse(FIRST_DAY, &first), 0);
    assert_int_equal(drc_date_parse(LAST_DAY, &last), 0);
    int slots = 0;
    for (int i = 0; slots < wanted; i++) {
        const char *words[] = {"daily 02:30", "weekly mon 08:00", "daily 08:00",
                               "weekly sun 02:30"};
        struct drc_sub sub = {.owner = drc_arena_printf(a, "U%d", i),
                              .channel = drc_arena_printf(a, "C%d", i),
                              .digest_id = "weekly",
                              .schedule = words[i % 4],
                              .zone = zones[i % 8],
                              .words = "",
                              .status = "active",
                              .why = "",
                              .created_ms = i};
        struct drc_slot_time next;
        must(drc_sub_next(a, &sub, first * DRC_DAY_MS, &next, &err), &err);
        sub.next_day = next.day;
        sub.next_ms = next.due_ms;
        must(drc_sub_put(state, a, &sub, &err), &err);
        for (; next.day <= last; slots++) /* counted from the schedule alone */
            must(drc_sub_next(a, &sub, next.due_ms, &next, &err), &err);
    }
    return slots;
}

static int64_t number(struct drc_db *db, const char *sql)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_stmt *st = drc_db_query(db, &err, sql, "");
    must(st == NULL ? -1 : 0, &err);
    assert_int_equal(drc_db_next(st, &err), 1);
    int64_t n = drc_db_int(st, 0);
    drc_db_done(st);
    return n;
}

static void weeks_of_trouble(void **unused)
{
    (void)unused;
    const char *wanted = getenv("DRC_SIM_SLOTS"), *given = getenv("DRC_SIM_SEED");
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    int64_t first, last;
    seed = given == NULL ? (uint64_t)drc_clock_wall_ms() : strtoull(given, NULL, 10);
    print_message("seed %llu\n", (unsigned long long)seed);
    drc_log_level_set(DRC_LOG_ERROR);
    drc_conf_set("DIGEST_LATE_HOURS", "48");
    make_home();
    drc_date_parse(FIRST_DAY, &first);
    drc_date_parse(LAST_DAY, &last);
    slack = drc_db_open(in_home(a, "slack.db"), DRC_DB_CREATE, &err);
    must(slack == NULL ? -1 : 0, &err);
    must(drc_db_exec(slack,
                     "CREATE TABLE message (channel TEXT, id TEXT, text TEXT, at_ms INTEGER);"
                     "CREATE TABLE clock (at_ms INTEGER); INSERT INTO clock VALUES (0)",
                     &err),
         &err);
    struct drc_db *state = drc_store_open(in_home(a, "state.db"), home, &err);
    must(state == NULL ? -1 : 0, &err);
    int slots = subscribe_all(state, a, wanted == NULL ? 80 : (int)strtol(wanted, NULL, 10));
    drc_db_close(state);
    now_ms = first * DRC_DAY_MS;
    mark_time();
    int kills = run_all((last + 3) * DRC_DAY_MS);
    state = drc_store_open(in_home(a, "state.db"), home, &err);
    must(drc_db_exec(state, drc_arena_printf(a, "ATTACH '%s' AS peer", in_home(a, "slack.db")),
                     &err),
         &err);
    /* Slots up to the last day of the data: later windows are not whole and rightly wait. */
    const char *within = drc_arena_printf(a, "slot_day <= %lld", (long long)last);
    int64_t posted = number(
        state,
        drc_arena_printf(a, "SELECT count(*) FROM slot WHERE %s AND status = 'posted'", within));
    int64_t open = number(
        state,
        drc_arena_printf(a, "SELECT count(*) FROM slot WHERE %s AND status <> 'posted'", within));
    int64_t twice = number(
        state,
        "SELECT count(*) FROM (SELECT id FROM peer.message GROUP BY id HAVING count(*) > 1)");
    int64_t lost = number(
        state,
        drc_arena_printf(a,
                         "SELECT count(*) FROM slot AS s WHERE %s AND NOT EXISTS (SELECT 1 FROM"
                         " peer.message AS m WHERE m.id = 'digest:' || s.sub_id || ':' || "
                         "date(s.slot_day * 86400, 'unixepoch') || '/digest')",
                         within));
    const char *arrived = drc_arena_printf(
        a,
        "SELECT count(*) FROM slot AS s JOIN peer.message AS m ON m.id = 'digest:' || s.sub_id ||"
        " ':' || date(s.slot_day * 86400, 'unixepoch') || '/digest'"
        " WHERE m.at_ms - s.due_ms >= %lld AND %s",
        (long long)LATE, within);
    int64_t late = number(state, arrived);
    int64_t unmarked =
        number(state, drc_arena_printf(a, "%s AND m.text NOT LIKE '%%Sent %% late:%%'", arrived));
    print_message("%d slots: %lld posted, %lld late, %d kills\n", slots, (long long)posted,
                  (long long)late, kills);
    assert_int_equal(posted, slots);
    assert_int_equal(open, 0);
    assert_int_equal(lost, 0);
    assert_int_equal(twice, 0);
    assert_int_equal(unmarked, 0);
    assert_true(kills > 0);
    drc_db_close(state);
    drc_db_close(slack);
    char *argv[] = {"rm", "-rf", home, NULL};
    drc_arena_free(a);
    if (fork() == 0)
        execv("/bin/rm", argv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(weeks_of_trouble)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
