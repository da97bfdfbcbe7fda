/* What can go wrong with a digest, one case each, in simulated time against a peer of the test:
 *
 * | what is wrong                      | the slot         | the owner hears | afterwards      |
 * |------------------------------------|------------------|-----------------|-----------------|
 * | zone that cannot be read           | skipped          | why             | paused          |
 * | schedule that cannot be read       | failed           | why             | paused          |
 * | 02:30 on the day without it        | posted at 03:30  | in the digest   | goes on         |
 * | 02:30 on the day with two          | posted the first | in the digest   | goes on         |
 * | channel archived, or drc not in it | failed           | why             | paused          |
 * | owner deleted, sent to a channel   | posted           | -               | goes on         |
 * | owner deleted, sent to the owner   | failed           | not reached     | paused          |
 * | no data at all                     | waits, skipped   | why             | goes on         |
 * | week begins before the data        | skipped          | why             | goes on         |
 * | week is not complete               | waits, late      | in the digest   | goes on         |
 * | week never is complete             | waits, skipped   | why             | goes on         |
 * | Slack away, less than the limit    | waits, late      | in the digest   | goes on         |
 * | Slack away, more than the limit    | waits, skipped   | when it is back | next names it   |
 * | drc away, more than the limit      | each skipped     | one message     | next names them |
 * | the digest's file is gone          | failed           | why             | goes on         |
 * | a message that is too long         | posted, cut      | -               | goes on         |
 *
 * An unknown zone, a schedule that nobody can read and such are refused when they are typed:
 * tests/flow/digest.test.mjs, tests/cli/schedule.test.mjs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/digest_home.h"
#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"
#include "drc/log.h"
#include "drc/slack.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define MESSAGES_MAX 64

static char home[] = "/tmp/drc-cases-XXXXXX";
static struct drc_arena *a;
static struct drc_snapshot *snap;
static struct drc_db *facts, *source, *state;
static int64_t now_ms;
static int serial;

/* ---- the peer ----------------------------------------------------------------------------- */

static struct said {
    const char *where, *text;
} said[MESSAGES_MAX];
static size_t said_count;
static enum drc_err_code in_channel, in_dm; /* what a post there ends with */
static const char *why;

static int post(struct drc_poster *p, struct drc_arena *arena, const struct drc_request *req,
                const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                struct drc_err *err)
{
    (void)p;
    bool dm = to->where == DRC_TO_DM;
    const char *text = m->summary;
    memset(out, 0, sizeof *out);
    if ((dm ? in_dm : in_channel) != DRC_OK)
        return drc_err_set(err, dm ? in_dm : in_channel, "%s", why);
    for (const struct drc_block *b = m->first; b != NULL; b = b->next)
        text = drc_arena_printf(a, "%s\n%s", text, drc_text_plain(a, &b->text));
    assert_true(said_count < MESSAGES_MAX);
    said[said_count++] = (struct said){drc_arena_strdup(a, dm ? req->user : to->channel), text};
    out->channel = dm ? "D1" : drc_arena_strdup(arena, to->channel);
    out->ts = drc_arena_printf(arena, "%zu.0", said_count);
    return 0;
}

static const char *find(struct drc_poster *p, struct drc_arena *arena,
                        const struct drc_request *req, const struct drc_to *to,
                        const char *metadata_id, int64_t not_before_ms, struct drc_err *err)
{
    (void)p, (void)arena, (void)req, (void)to, (void)metadata_id, (void)not_before_ms, (void)err;
    return NULL;
}

static const char *permalink(struct drc_poster *p, struct drc_arena *arena, const char *channel,
                             const char *ts)
{
    (void)p, (void)arena, (void)channel, (void)ts;
    return NULL;
}

/* ---- time --------------------------------------------------------------------------------- */

static int64_t at(const char *iso_day, int hour, int minute)
{
    int64_t day = 0;
    assert_int_equal(drc_date_parse(iso_day, &day), 0);
    return day * DRC_DAY_MS + hour * HOUR + minute * MINUTE;
}

static void tick(void)
{
    static struct drc_poster poster = {
        .post = post, .find = find, .permalink = permalink, .sigil = "/drc "};
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *own = drc_arena_new();
    struct drc_slot *slots = drc_arena_array(own, DRC_SLOTS_PER_TICK + 1, sizeof *slots);
    struct drc_env env = {.a = own,
                          .snap = snap,
                          .facts = facts,
                          .state = state,
                          .poster = &poster,
                          .now_ms = now_ms};
    int n = drc_slots_tick(&env, slots, &err);
    digest_must(n, &err);
    for (int i = 0; i < n; i++)
        digest_must(drc_run_slot(&env, slots[i].sub_id, slots[i].day, &err), &err);
    drc_arena_free(own);
}

/* Whenever something can happen, and at the end. */
static void live_until(int64_t until_ms)
{
    for (int64_t next; (next = digest_next_event(state)) < until_ms; now_ms += MINUTE) {
        now_ms = next > now_ms ? next : now_ms;
        tick();
    }
    now_ms = until_ms;
    tick();
}

/* ---- stage -------------------------------------------------------------------------------- */

static void complete_until(const char *day)
{
    struct drc_err err = DRC_ERR_INIT;
    digest_must(drc_db_run(source, &err, "UPDATE data_mark SET complete_until = ?", "s", day),
                &err);
}

/* A subscription of a person and a channel of its own, from an instant on. */
static const char *subscribe(const char *schedule, const char *zone, bool dm, int64_t from_ms)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_slot_time next;
    serial++;
    struct drc_sub sub = {.owner = drc_arena_printf(a, "U%d", serial),
                          .channel = dm ? "" : drc_arena_printf(a, "C%d", serial),
                          .digest_id = "weekly",
                          .schedule = schedule,
                          .zone = zone,
                          .words = "",
                          .status = "active",
                          .why = "",
                          .numbers = "en",
                          .created_ms = serial};
    now_ms = from_ms;
    digest_must(drc_sub_next(a, &sub, from_ms, &next, &err), &err);
    sub.next_day = next.day;
    sub.next_ms = next.due_ms;
    digest_must(drc_sub_put(state, a, &sub, &err), &err);
    return sub.sub_id;
}

static struct drc_sub sub_of(const char *id)
{
    struct drc_sub sub;
    assert_int_equal(drc_sub_get(state, a, id, &sub, NULL), 1);
    return sub;
}

static struct drc_slot slot_of(const char *id, const char *iso_day)
{
    struct drc_slot slot;
    assert_int_equal(drc_slot_get(state, a, id, at(iso_day, 0, 0) / DRC_DAY_MS, &slot, NULL), 1);
    return slot;
}

static void set(const char *id, const char *column, const char *value)
{
    struct drc_err err = DRC_ERR_INIT;
    digest_must(
        drc_db_run(state, &err,
                   drc_arena_printf(a, "UPDATE subscription SET %s = ? WHERE sub_id = ?", column),
                   "ss", value, id),
        &err);
}

static int fresh(void **unused)
{
    struct drc_err err = DRC_ERR_INIT;
    (void)unused;
    digest_must(drc_db_exec(state,
                            "UPDATE subscription SET status = 'ended';"
                            "UPDATE slot SET care = '', next_ms = 9e15 WHERE care <> ''",
                            &err),
                &err);
    digest_must(drc_db_exec(source,
                            "DELETE FROM data_mark; INSERT INTO data_mark VALUES ('2026-11-22');"
                            "UPDATE meta SET value = '2026-01-01' WHERE key = 'first_day'",
                            &err),
                &err);
    said_count = 0;
    in_channel = in_dm = DRC_OK;
    why = "the connection was cut";
    return 0;
}

/* The one message so far, which holds both. */
static void assert_said(const char *where, const char *first, const char *second)
{
    assert_int_equal(said_count, 1);
    assert_string_equal(said[0].where, where);
    if (strstr(said[0].text, first) == NULL || strstr(said[0].text, second) == NULL)
        fail_msg("'%s' and '%s' are not both in: %s", first, second, said[0].text);
}

#define MONDAY "2026-11-23"
#define MONDAY_8 at(MONDAY, 8, 0)

/* ---- the cases ---------------------------------------------------------------------------- */

static void zone_cannot_be_read(void **unused)
{
    (void)unused;
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    set(id, "zone", "Europe/Atlantis"); /* as after an update of the system's zones */
    live_until(MONDAY_8 + 3 * HOUR);
    assert_string_equal(slot_of(id, MONDAY).status, "skipped");
    assert_string_equal(sub_of(id).status, "paused");
    assert_said(sub_of(id).owner, "there is no time zone 'Europe/Atlantis'",
                "It is paused; `/drc digest resume ");
}

static void schedule_cannot_be_read(void **unused)
{
    (void)unused;
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    now_ms = MONDAY_8;
    set(id, "schedule", "fortnightly");
    live_until(MONDAY_8 + HOUR);
    assert_string_equal(sub_of(id).status, "paused");
    assert_said(sub_of(id).owner, "'fortnightly' is no schedule", "It is paused");
}

static void a_time_that_does_not_come(void **unused)
{
    (void)unused;
    complete_until("2026-03-28");
    const char *id = subscribe("weekly sun 02:30", "Europe/Berlin", false, at("2026-03-28", 12, 0));
    live_until(at("2026-03-29", 1, 25));
    assert_int_equal(said_count, 0);
    live_until(at("2026-03-29", 1, 30)); /* 03:30 */
    assert_said(sub_of(id).channel, "There is no 02:30 on 29 Mar 2026 in Europe/Berlin",
                "due at 03:30");
    live_until(at("2026-03-29", 6, 0));
    assert_int_equal(said_count, 1);
}

static void a_time_that_comes_twice(void **unused)
{
    (void)unused;
    complete_until("2026-10-24");
    const char *id = subscribe("weekly sun 02:30", "Europe/Berlin", false, at("2026-10-24", 12, 0));
    live_until(at("2026-10-25", 0, 25));
    assert_int_equal(said_count, 0);
    live_until(at("2026-10-25", 0, 30));
    assert_said(sub_of(id).channel, "02:30 comes twice on 25 Oct 2026", "the first time");
    live_until(at("2026-10-25", 6, 0)); /* the second 02:30 passes */
    assert_int_equal(said_count, 1);
}

static void a_channel_that_is_gone(void **unused)
{
    (void)unused;
    static const char *const reasons[] = {"that channel is archived",
                                          "drc is not in this channel; type /invite @drc"};
    for (size_t i = 0; i < 2; i++) {
        fresh(NULL);
        in_channel = DRC_ERR_NOTFOUND;
        why = reasons[i];
        const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
        live_until(MONDAY_8 + HOUR);
        assert_string_equal(slot_of(id, MONDAY).status, "failed");
        assert_string_equal(sub_of(id).status, "paused");
        assert_string_equal(sub_of(id).why, why);
        assert_said(sub_of(id).owner, why, "It is paused");
        live_until(MONDAY_8 + 8 * 24 * HOUR);
        assert_int_equal(said_count, 1); /* not each week */
    }
}

static void an_owner_who_is_gone(void **unused)
{
    (void)unused;
    in_dm = DRC_ERR_NOTFOUND;
    why = "that person's account is deactivated";
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    live_until(MONDAY_8 + HOUR);
    assert_said(sub_of(id).channel, "Digest 16", "");
    assert_string_equal(sub_of(id).status, "active");
    fresh(NULL);
    in_dm = DRC_ERR_NOTFOUND;
    id = subscribe("weekly mon 08:00", "UTC", true, MONDAY_8 - HOUR);
    live_until(MONDAY_8 + HOUR);
    assert_int_equal(said_count, 0);
    assert_string_equal(slot_of(id, MONDAY).status, "failed");
    assert_string_equal(slot_of(id, MONDAY).care, "");
    assert_string_equal(sub_of(id).status, "paused");
    assert_string_equal(sub_of(id).why, "its owner cannot be reached");
}

static void no_data(void **unused)
{
    (void)unused;
    struct drc_err err = DRC_ERR_INIT;
    digest_must(drc_db_exec(source, "DELETE FROM data_mark", &err), &err);
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    live_until(MONDAY_8 + 20 * HOUR);
    assert_string_equal(slot_of(id, MONDAY).status, "due");
    assert_int_equal(said_count, 0);
    live_until(MONDAY_8 + 25 * HOUR);
    assert_string_equal(slot_of(id, MONDAY).status, "skipped");
    assert_string_equal(sub_of(id).status, "active");
    assert_said(sub_of(id).owner, "was not sent: the facts database has no complete day yet", "");
}

static void a_week_before_the_data(void **unused)
{
    (void)unused;
    struct drc_err err = DRC_ERR_INIT;
    digest_must(
        drc_db_exec(source, "UPDATE meta SET value = '2026-08-01' WHERE key = 'first_day'", &err),
        &err);
    const char *id = subscribe("weekly mon 08:00", "UTC", false, at("2026-08-03", 7, 0));
    live_until(at("2026-08-03", 9, 0));
    assert_string_equal(slot_of(id, "2026-08-03").status, "skipped");
    assert_said(sub_of(id).owner, "the data starts on 1 Aug 2026", "is not whole in it");
    live_until(at("2026-08-10", 9, 0));
    assert_int_equal(said_count, 2);
    assert_string_equal(slot_of(id, "2026-08-10").status, "posted");
}

static void a_week_that_is_not_complete(void **unused)
{
    (void)unused;
    complete_until("2026-11-21");
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    live_until(MONDAY_8 + 5 * HOUR);
    assert_int_equal(said_count, 0);
    complete_until("2026-11-22");
    live_until(MONDAY_8 + 6 * HOUR);
    assert_said(sub_of(id).channel,
                "Sent 5 h 10 min late: the data was complete to 21 Nov 2026 only", "Digest 16");
    live_until(MONDAY_8 + 30 * HOUR);
    assert_int_equal(said_count, 1);
}

static void a_week_that_never_is(void **unused)
{
    (void)unused;
    complete_until("2026-11-21");
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    live_until(MONDAY_8 + 25 * HOUR);
    assert_string_equal(slot_of(id, MONDAY).status, "skipped");
    assert_said(sub_of(id).owner,
                "Your digest weekly of 23 Nov 2026 was not sent: the data was complete to 21 Nov",
                "UTC");
}

static void slack_is_away_for_hours(void **unused)
{
    (void)unused;
    in_channel = in_dm = DRC_ERR_NET;
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    live_until(MONDAY_8 + 10 * HOUR);
    assert_string_equal(slot_of(id, MONDAY).status, "due");
    in_channel = in_dm = DRC_OK;
    live_until(MONDAY_8 + 30 * HOUR);
    assert_said(sub_of(id).channel, "Sent 10 h ", " late: the connection was cut");
}

static void slack_is_away_for_a_day(void **unused)
{
    (void)unused;
    in_channel = in_dm = DRC_ERR_NET;
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    live_until(MONDAY_8 + 30 * HOUR);
    assert_string_equal(slot_of(id, MONDAY).status, "skipped");
    assert_int_equal(said_count, 0);
    in_channel = in_dm = DRC_OK;
    live_until(MONDAY_8 + 31 * HOUR);
    assert_said(sub_of(id).owner, "of 23 Nov 2026 was not sent: the connection was cut", "");
    complete_until("2026-11-29");
    live_until(MONDAY_8 + 7 * 24 * HOUR);
    assert_int_equal(said_count, 2);
    assert_non_null(strstr(said[1].text, "Not sent: the digest of 23 Nov."));
    complete_until("2026-12-06");
    live_until(MONDAY_8 + 14 * 24 * HOUR);
    assert_int_equal(said_count, 3);
    assert_null(strstr(said[2].text, "Not sent")); /* said once */
}

static void drc_is_away_for_days(void **unused)
{
    (void)unused;
    const char *id = subscribe("daily 08:00", "UTC", false, at("2026-11-17", 7, 0));
    now_ms = at("2026-11-22", 9, 0); /* nothing ran since */
    live_until(now_ms + HOUR);
    assert_int_equal(said_count, 2);
    const char *owner = said[strcmp(said[0].where, sub_of(id).owner) == 0 ? 0 : 1].text,
               *digest = said[strcmp(said[0].where, sub_of(id).owner) == 0 ? 1 : 0].text;
    assert_non_null(strstr(owner, "Your digests weekly of 17 Nov 2026, 18 Nov 2026, 19 Nov 2026, "
                                  "20 Nov 2026, 21 Nov 2026 were not sent: drc was not running"));
    assert_non_null(strstr(digest, "Sent 1 h 00 min late"));
    assert_non_null(
        strstr(digest, "Not sent: the digests of 17 Nov, 18 Nov, 19 Nov, 20 Nov, 21 Nov."));
}

static void a_file_that_is_gone(void **unused)
{
    (void)unused;
    const char *id = subscribe("weekly mon 08:00", "UTC", false, MONDAY_8 - HOUR);
    set(id, "digest_id", "monthly-costs");
    live_until(MONDAY_8 + HOUR);
    assert_said(sub_of(id).owner, "its file is no longer in prompts/digest", "monthly-costs");
}

/* ---- a message that is too long ----------------------------------------------------------- */

static const char *repeated(const char *unit, size_t chars)
{
    char *text = drc_arena_alloc(a, chars * strlen(unit) + 1);
    *text = '\0';
    for (size_t i = 0; i < chars; i++)
        strcat(text, unit);
    return text;
}

static void forty_movers_with_long_names(void **unused)
{
    (void)unused;
    struct drc_digest *d = drc_arena_alloc(a, sizeof *d);
    static const char *const units[] = {"n", "\u00e9", "&", "<"}; /* the last two are escaped */
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        const char *name = repeated(units[u], 200);
        struct drc_report report = {.id = "job-cost", .title = "Job cost", .noun = "job"};
        struct drc_result res = {.report = &report, .rows_hash = "0123456789abcdef"};
        struct drc_context whole = {.result = &res};
        static const struct drc_chip chip = {.id = "job.drivers", .question = "Why?"};
        *d = (struct drc_digest){.def = drc_digest_find(&snap->digests, "weekly"),
                                 .total = &res,
                                 .whole = &whole,
                                 .zone = "UTC",
                                 .every = "Mondays at 08:00",
                                 .late = repeated(units[u], 300),
                                 .skipped = repeated("x", 900),
                                 .correction = repeated("y", 600),
                                 .budget_uusd = -1,
                                 .taggable_uusd = -1,
                                 .more = 17};
        for (size_t i = 0; i < DRC_DIGEST_LIST_MAX; i++) {
            struct drc_digest_item *item = &d->items[d->item_count++];
            *item = (struct drc_digest_item){.key = name,
                                             .run_id = "abcdef",
                                             .entity_id = repeated("e", 120),
                                             .chip = &chip,
                                             .name = name,
                                             .owner = name,
                                             .stake_uusd = 1000000000,
                                             .open_days = 12,
                                             .id = (int64_t)i + 1};
            drc_text_add(a, &item->text, DRC_SPAN_PLAIN, "+10 % above the expected $1,000");
        }
        struct drc_message *const both[] = {drc_compose_digest(a, d),
                                            drc_compose_digest_more(a, d)};
        for (size_t i = 0; i < 2; i++) {
            struct drc_err err = DRC_ERR_INIT;
            const char *blocks = drc_slack_blocks(a, both[i], false, &err);
            if (blocks == NULL)
                fail_msg("message %zu with '%s': %s", i, units[u], err.msg);
        }
        const char *root = drc_text_plain(a, &both[0]->first->next->next->next->text);
        assert_non_null(strstr(root, "the dearest 3; 37 more in the thread"));
    }
}

static int stage(void **unused)
{
    (void)unused;
    struct drc_err err = DRC_ERR_INIT;
    drc_log_level_set(DRC_LOG_ERROR + 1);
    drc_conf_set("DIGEST_LATE_HOURS", "24");
    a = drc_arena_new();
    digest_home(home);
    const char *path = drc_arena_printf(a, "%s/facts.db", home);
    source = drc_db_open(path, DRC_DB_WRITE, &err);
    digest_must(source == NULL ? -1 : 0, &err);
    digest_must(drc_db_exec(source,
                            "PRAGMA synchronous = OFF;"
                            "UPDATE meta SET value = '2026-08-01' WHERE key = 'first_day'",
                            &err),
                &err);
    facts = drc_db_open(path, DRC_DB_READ, &err);
    snap = drc_snapshot_load(home, path, &err);
    state = drc_store_open(drc_arena_printf(a, "%s/state.db", home), home, &err);
    digest_must(facts == NULL || snap == NULL || state == NULL ? -1 : 0, &err);
    digest_must(drc_db_sandbox(facts, &err), &err);
    digest_must(drc_db_exec(state, "PRAGMA synchronous = OFF", &err), &err);
    return 0;
}

static int strike(void **unused)
{
    (void)unused;
    drc_db_close(source);
    drc_db_close(facts);
    drc_db_close(state);
    drc_snapshot_free(snap);
    const char *command = drc_arena_printf(a, "rm -rf %s", home);
    int rc = system(command);
    drc_arena_free(a);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(zone_cannot_be_read, fresh),
        cmocka_unit_test_setup(schedule_cannot_be_read, fresh),
        cmocka_unit_test_setup(a_time_that_does_not_come, fresh),
        cmocka_unit_test_setup(a_time_that_comes_twice, fresh),
        cmocka_unit_test_setup(a_channel_that_is_gone, fresh),
        cmocka_unit_test_setup(an_owner_who_is_gone, fresh),
        cmocka_unit_test_setup(no_data, fresh),
        cmocka_unit_test_setup(a_week_before_the_data, fresh),
        cmocka_unit_test_setup(a_week_that_is_not_complete, fresh),
        cmocka_unit_test_setup(a_week_that_never_is, fresh),
        cmocka_unit_test_setup(slack_is_away_for_hours, fresh),
        cmocka_unit_test_setup(slack_is_away_for_a_day, fresh),
        cmocka_unit_test_setup(drc_is_away_for_days, fresh),
        cmocka_unit_test_setup(a_file_that_is_gone, fresh),
        cmocka_unit_test_setup(forty_movers_with_long_names, fresh),
    };
    return cmocka_run_group_tests(tests, stage, strike);
}
