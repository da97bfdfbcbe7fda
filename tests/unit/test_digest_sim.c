/* Weeks of digests in simulated time, in spring and in autumn, over the changes of the clocks of
 * both hemispheres: a Slack that answers 429 (5 %), 5xx (2 %) or nothing at all (1 %), a program
 * that is killed around a call and at any other instruction, data that arrives hours late. Each
 * slot ends in exactly one message, the late ones say so, and none speaks of a day that was not
 * complete. DRC_SIM_SLOTS: at least so many (default 120; the long run takes 1000). DRC_SIM_SEED:
 * of the chances, printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "../harness/digest_home.h"
#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"
#include "drc/log.h"
#include "drc/stats.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define LATE (10 * MINUTE)
#define DATA_LATE_HOURS 20 /* one day in ten; the others are complete an hour after their end */

static const struct season {
    const char *first, *last;
} seasons[] = {{"2026-03-01", "2026-04-12"}, {"2026-09-20", "2026-11-08"}};
enum { SEASONS = sizeof seasons / sizeof *seasons };

/* What outlives the program: the clock, the chances. */
static struct world {
    int64_t now_ms, complete_until;
    uint64_t seed;
} * world;
static char home[] = "/tmp/drc-sim-XXXXXX";
static struct drc_db *slack; /* and what the peer has */

/* The linker puts this in the place of the real one: waiting takes no time here. */
void __wrap_drc_clock_sleep_ms(int64_t ms);
void __wrap_drc_clock_sleep_ms(int64_t ms)
{
    (void)ms;
}

static const char *in_home(struct drc_arena *a, const char *name)
{
    return drc_arena_printf(a, "%s/%s", home, name);
}

static int64_t draw(int64_t below)
{
    world->seed = drc_stats_mix64(world->seed);
    return (int64_t)(world->seed % (uint64_t)below);
}

static bool chance(int per_mille)
{
    return draw(1000) < per_mille;
}

static int64_t day_of(const char *iso)
{
    int64_t day = 0;
    assert_int_equal(drc_date_parse(iso, &day), 0);
    return day;
}

/* ---- the peer ----------------------------------------------------------------------------- */

static void maybe_die(void)
{
    if (chance(30))
        raise(SIGKILL);
}

static void land(const struct drc_to *to, const struct drc_message *m, const char *text)
{
    struct drc_err err = DRC_ERR_INIT;
    if (drc_db_run(slack, &err, "INSERT INTO message VALUES (?, ?, ?, ?, ?)", "sssii", to->channel,
                   m->metadata_id, text, world->now_ms, world->complete_until) < 0)
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
    out->ts = drc_arena_printf(a, "%lld.000000", (long long)(world->now_ms / 1000));
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

/* The instant from which a day counts as complete. */
static int64_t complete_ms(int64_t day)
{
    bool late = drc_stats_mix64((uint64_t)day) % 10 == 0;
    return (day + 1) * DRC_DAY_MS + (late ? DATA_LATE_HOURS : 1) * HOUR;
}

static void load_data(struct drc_db *facts)
{
    struct drc_err err = DRC_ERR_INIT;
    char iso[11];
    int64_t day = world->complete_until;
    while (complete_ms(day + 1) <= world->now_ms)
        day++;
    if (day == world->complete_until)
        return;
    digest_must(drc_db_run(facts, &err, "UPDATE data_mark SET complete_until = ?", "s",
                           drc_date_iso(day, iso)),
                &err);
    world->complete_until = day;
}

static void turn(struct drc_snapshot *snap, struct drc_db *facts, struct drc_db *state)
{
    struct drc_poster poster = {
        .post = post, .find = find, .permalink = permalink, .sigil = "/drc "};
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    struct drc_slot *slots = drc_arena_array(a, DRC_SLOTS_PER_TICK + 1, sizeof *slots);
    struct drc_env env = {.a = a,
                          .snap = snap,
                          .facts = facts,
                          .state = state,
                          .poster = &poster,
                          .now_ms = world->now_ms};
    int n = drc_slots_tick(&env, slots, &err);
    digest_must(n, &err);
    for (int i = 0; i < n; i++)
        digest_must(drc_run_slot(&env, slots[i].sub_id, slots[i].day, &err), &err);
    drc_arena_free(a);
}

/* Nothing happens before that. */
static int64_t next_event(struct drc_db *state)
{
    int64_t next = digest_next_event(state), data = complete_ms(world->complete_until + 1);
    return next < data ? next : data;
}

static void die(int sig)
{
    (void)sig;
    raise(SIGKILL);
}

static void live(int64_t until_ms)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    mallopt(M_TRIM_THRESHOLD, 64 << 20); /* arenas come and go: half of the time went into that */
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    if (chance(400)) { /* by the time that the processor spent: anywhere */
        struct itimerval at = {{0, 0}, {0, 1000 + draw(120000)}};
        signal(SIGPROF, die);
        setitimer(ITIMER_PROF, &at, NULL);
    }
    slack = drc_db_open(in_home(a, "slack.db"), DRC_DB_WRITE, &err);
    struct drc_snapshot *snap = drc_snapshot_load(home, in_home(a, "facts.db"), &err);
    struct drc_db *facts = drc_db_open(in_home(a, "facts.db"), DRC_DB_READ, &err),
                  *source = drc_db_open(in_home(a, "facts.db"), DRC_DB_WRITE, &err),
                  *state = drc_store_open(in_home(a, "state.db"), home, &err);
    digest_must(
        slack == NULL || snap == NULL || facts == NULL || source == NULL || state == NULL ? -1 : 0,
        &err);
    digest_must(drc_db_exec(slack, "PRAGMA synchronous = OFF", &err), &err);
    digest_must(drc_db_exec(source, "PRAGMA synchronous = OFF", &err), &err);
    digest_must(drc_db_exec(state, "PRAGMA synchronous = OFF", &err),
                &err); /* kills, no power cuts */
    digest_must(drc_db_sandbox(facts, &err), &err);
    digest_must(drc_slot_release_all(state, &err), &err);
    while (world->now_ms < until_ms) {
        load_data(source);
        turn(snap, facts, state);
        int64_t next = next_event(state);
        world->now_ms = next > world->now_ms + MINUTE ? next : world->now_ms + MINUTE;
    }
    _exit(0);
}

/* Starts the program again and again until simulated time is over; the count of kills. */
static int run_all(int64_t until_ms)
{
    int kills = 0, status = 0;
    while (world->now_ms < until_ms) {
        draw(2);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            live(until_ms);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
        } else {
            assert_int_equal(WTERMSIG(status), SIGKILL);
            kills++;
            world->now_ms += draw(60) * MINUTE; /* until somebody starts it again */
        }
    }
    return kills;
}

/* ---- stage and check ---------------------------------------------------------------------- */

static int subscribe_all(struct drc_db *state, struct drc_arena *a, const struct season *season,
                         int wanted)
{
    /* Those far in the east wait for the end of the UTC day: weekly, or the waits are most of the
     * work. */
    static const struct {
        const char *zone, *words;
    } kinds[] = {{"Europe/Berlin", "daily 02:30"},
                 {"America/New_York", "weekly sun 02:30"},
                 {"Pacific/Kiritimati", "weekly mon 08:00"},
                 {"America/Santiago", "daily 00:15"},
                 {"Australia/Lord_Howe", "weekly sun 02:15"},
                 {"Africa/Cairo", "weekly fri 00:30"},
                 {"Pacific/Auckland", "weekly sun 02:30"},
                 {"Pacific/Pago_Pago", "daily 08:00"},
                 {"America/New_York", "daily 02:30"},
                 {"Europe/Berlin", "weekly sun 02:30"},
                 {"Asia/Kolkata", "weekly mon 08:00"},
                 {"UTC", "daily 08:00"}};
    const int kind_count = sizeof kinds / sizeof *kinds;
    struct drc_err err = DRC_ERR_INIT;
    int64_t first = day_of(season->first), last = day_of(season->last);
    int slots = 0;
    for (int i = 0; slots < wanted; i++) {
        struct drc_sub sub = {.owner = drc_arena_printf(a, "U%d", i),
                              .channel = drc_arena_printf(a, "C%d", i),
                              .digest_id = "weekly",
                              .schedule = kinds[i % kind_count].words,
                              .zone = kinds[i % kind_count].zone,
                              .words = "",
                              .status = "active",
                              .why = "",
                              .created_ms = first * DRC_DAY_MS + i};
        struct drc_slot_time next;
        digest_must(drc_sub_next(a, &sub, first * DRC_DAY_MS, &next, &err), &err);
        sub.next_day = next.day;
        sub.next_ms = next.due_ms;
        digest_must(drc_sub_put(state, a, &sub, &err), &err);
        for (; next.day <= last; slots++) /* counted from the schedule alone */
            digest_must(drc_sub_next(a, &sub, next.due_ms, &next, &err), &err);
    }
    return slots;
}

static void make_peer(struct drc_arena *a)
{
    struct drc_err err = DRC_ERR_INIT;
    char iso[11];
    slack = drc_db_open(in_home(a, "slack.db"), DRC_DB_CREATE, &err);
    digest_must(slack == NULL ? -1 : 0, &err);
    digest_must(drc_db_exec(slack,
                            "PRAGMA synchronous = OFF; CREATE TABLE message (channel TEXT, id TEXT,"
                            " text TEXT, at_ms INTEGER, complete_until INTEGER);"
                            "CREATE INDEX message_id ON message (id)",
                            &err),
                &err);
    struct drc_db *facts = drc_db_open(in_home(a, "facts.db"), DRC_DB_WRITE, &err);
    digest_must(facts == NULL ? -1 : 0, &err);
    world->complete_until = day_of(seasons[0].first) - 2;
    digest_must(drc_db_run(facts, &err, "UPDATE data_mark SET complete_until = ?", "s",
                           drc_date_iso(world->complete_until, iso)),
                &err);
    digest_must(
        drc_db_exec(facts, "UPDATE meta SET value = '2026-01-01' WHERE key = 'first_day'", &err),
        &err);
    drc_db_close(facts);
}

/* A season from its first day until all of its slots must be done with. */
static int run_season(struct drc_arena *a, const struct season *season, int wanted, int *kills)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_db *state = drc_store_open(in_home(a, "state.db"), home, &err);
    digest_must(state == NULL ? -1 : 0, &err);
    int slots = subscribe_all(state, a, season, wanted);
    drc_db_close(state);
    world->now_ms = day_of(season->first) * DRC_DAY_MS;
    *kills += run_all((day_of(season->last) + 4) * DRC_DAY_MS);
    state = drc_store_open(in_home(a, "state.db"), home, &err);
    digest_must(state == NULL ? -1 : 0, &err);
    digest_must(drc_db_exec(state,
                            drc_arena_printf(a,
                                             "DELETE FROM slot WHERE slot_day > %lld;"
                                             "UPDATE subscription SET status = 'ended'",
                                             (long long)day_of(season->last)),
                            &err),
                &err);
    drc_db_close(state);
    return slots;
}

/* What a statement of one row and one column returns. */
static int64_t number(struct drc_db *db, const char *sql)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_stmt *st = drc_db_query(db, &err, sql, "");
    digest_must(st == NULL || drc_db_next(st, &err) != 1 ? -1 : 0, &err);
    int64_t n = drc_db_int(st, 0);
    drc_db_done(st);
    return n;
}

#define OF_SLOT                                                                                    \
    "FROM slot AS s JOIN peer.message AS m ON m.id = 'digest:' || s.sub_id || ':' ||"              \
    " date(s.slot_day * 86400, 'unixepoch') || '/digest' WHERE "

static void check(struct drc_arena *a, int slots, int kills)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_db *state = drc_store_open(in_home(a, "state.db"), home, &err);
    digest_must(state == NULL ? -1 : 0, &err);
    digest_must(drc_db_exec(state,
                            drc_arena_printf(a, "ATTACH '%s' AS peer", in_home(a, "slack.db")),
                            &err),
                &err);
    const char *late = drc_arena_printf(a, "SELECT count(*) " OF_SLOT "m.at_ms - s.due_ms >= %lld",
                                        (long long)LATE);
    int64_t posted = number(state, "SELECT count(*) FROM slot WHERE status = 'posted'"),
            open = number(state, "SELECT count(*) FROM slot WHERE status <> 'posted'"),
            arrived = number(state, "SELECT count(DISTINCT s.rowid) " OF_SLOT "1"),
            twice = number(state, "SELECT count(*) FROM (SELECT 1 FROM peer.message"
                                  " GROUP BY id HAVING count(*) > 1)"),
            partial = number(state, "SELECT count(*) " OF_SLOT "m.complete_until < s.slot_day - 1"),
            early = number(state, "SELECT count(*) " OF_SLOT "m.at_ms < s.due_ms"),
            gaps =
                number(state, "SELECT count(*) " OF_SLOT "m.text LIKE '%the clocks go forward%'"),
            doubles = number(state, "SELECT count(*) " OF_SLOT "m.text LIKE '%comes twice on%'"),
            marked =
                number(state, drc_arena_printf(a, "%s AND m.text LIKE '%%Sent %% late:%%'", late));
    print_message("%d slots: %lld posted, %lld late, %d kills, %lld in a gap, %lld in an hour that "
                  "comes twice\n",
                  slots, (long long)posted, (long long)number(state, late), kills, (long long)gaps,
                  (long long)doubles);
    assert_int_equal(posted, slots);
    assert_int_equal(open, 0);
    assert_int_equal(arrived, slots);
    assert_int_equal(twice, 0);
    assert_int_equal(partial, 0);
    assert_int_equal(early, 0);
    assert_int_equal(number(state, late), marked);
    assert_true(marked > 0 && kills > 0 && gaps > 0 && doubles > 0);
    drc_db_close(state);
}

static void weeks_of_trouble(void **unused)
{
    (void)unused;
    const char *wanted = getenv("DRC_SIM_SLOTS"), *given = getenv("DRC_SIM_SEED");
    int slots = 0, kills = 0, all = wanted == NULL ? 120 : (int)strtol(wanted, NULL, 10);
    struct drc_arena *a = drc_arena_new();
    world = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(world != MAP_FAILED);
    world->seed = given == NULL ? (uint64_t)drc_clock_wall_ms() : strtoull(given, NULL, 10);
    print_message("seed %llu\n", (unsigned long long)world->seed);
    drc_log_level_set(DRC_LOG_ERROR);
    drc_conf_set("DIGEST_LATE_HOURS", "48");
    digest_home(home);
    make_peer(a);
    for (int i = 0; i < SEASONS; i++)
        slots += run_season(a, &seasons[i], all / SEASONS, &kills);
    check(a, slots, kills);
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
