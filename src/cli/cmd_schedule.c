/* schedule: when digests are due, and sending them without a running bot. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"
#include "drc/file.h"
#include "drc/schedule.h"
#include "drc/slack.h"
#include "drc/utf8.h"
#include "drc/zoneinfo.h"

#define COUNT_MAX 10000
#define LIST_MAX 5000
#define OPEN_MAX 40

/* Slots of a schedule that nobody needs to have subscribed to. */
static int print_next(struct drc_arena *a, const char *words, const char *zone_name,
                      const char *from, int64_t count, struct drc_err *err)
{
    struct drc_schedule s;
    struct drc_zone zone;
    int64_t day, at_ms = drc_clock_wall_ms();
    if (drc_schedule_parse(words, &s, err) < 0 ||
        drc_zone_load(a, zone_name == NULL ? "UTC" : zone_name, &zone, err) < 0)
        return -1;
    if (from != NULL && drc_date_parse(from, &day) < 0)
        return drc_err_set(err, DRC_ERR_INPUT, "--from takes a day such as 2026-11-01");
    if (from != NULL)
        at_ms = day * DRC_DAY_MS;
    for (int64_t i = 0; i < count; i++) {
        char date[11], stamp[25];
        struct drc_slot_time slot = drc_schedule_next(&s, &zone, at_ms);
        printf("%s %s %+" PRId32 "\n", drc_date_iso(slot.day, date),
               drc_time_iso(slot.due_ms, stamp), drc_zone_offset(&zone, slot.due_ms / 1000));
        at_ms = slot.due_ms;
    }
    return 0;
}

/* ---- list --------------------------------------------------------------------------------- */

/* "2026-11-30T07:00Z"; with a zone, its wall clock: "2026-11-30T08:00+01:00". */
static const char *instant(struct drc_arena *a, int64_t ms, const char *zone)
{
    char stamp[25];
    struct drc_zone z;
    if (zone == NULL)
        return drc_arena_printf(a, "%.16sZ", drc_time_iso(ms, stamp));
    if (drc_zone_load(a, zone, &z, NULL) < 0)
        return "unknown zone";
    int east_min = drc_zone_offset(&z, ms / 1000) / 60, off = east_min < 0 ? -east_min : east_min;
    return drc_arena_printf(a, "%.16s%c%02d:%02d",
                            drc_time_iso(ms + (int64_t)east_min * 60000, stamp),
                            east_min < 0 ? '-' : '+', off / 60, off % 60);
}

/* People typed it, Slack sent it: no control characters into a terminal. */
static const char *clean(struct drc_arena *a, const char *s)
{
    return drc_utf8_clean(a, s, strlen(s), 500, false);
}

/* Slots that are not done with: due, being made, or to be told of. */
static int print_open(struct drc_db *state, struct drc_arena *a, const char *sub_id,
                      struct drc_err *err)
{
    char date[11];
    struct drc_slot *slots = drc_arena_array(a, OPEN_MAX, sizeof *slots);
    int n = drc_slot_history(state, a, sub_id, slots, OPEN_MAX, err);
    for (int i = 0; i < n; i++) {
        bool ended = slots[i].ended_ms > 0;
        if (ended && *slots[i].care == '\0')
            continue;
        printf("        slot of %s: %s, %s %s%s%s\n", drc_date_iso(slots[i].day, date),
               slots[i].status,
               !ended                               ? "next try"
               : strcmp(slots[i].care, "tell") == 0 ? "its owner is told"
                                                    : "its wording is made",
               instant(a, slots[i].next_ms, NULL), *slots[i].why == '\0' ? "" : ": ",
               clean(a, slots[i].why));
    }
    return n < 0 ? -1 : 0;
}

static int print_list(struct drc_db *state, struct drc_arena *a, struct drc_err *err)
{
    struct drc_sub *subs = drc_arena_array(a, LIST_MAX, sizeof *subs);
    int n = drc_sub_list(state, a, NULL, NULL, subs, LIST_MAX, err);
    if (n == 0)
        puts("No subscriptions. In a channel: /drc digest subscribe weekly mon 08:00");
    for (int i = 0; i < n; i++) {
        const struct drc_sub *s = &subs[i];
        bool active = strcmp(s->status, "active") == 0;
        printf("%-7s %-7s %-22s %-17s  %s, %s, %s, to %s%s%s%s%s\n", s->sub_id, s->status,
               active ? instant(a, s->next_ms, s->zone) : "-",
               active ? instant(a, s->next_ms, NULL) : "-", clean(a, s->digest_id),
               clean(a, s->schedule), clean(a, s->zone),
               *s->channel == '\0' ? drc_arena_printf(a, "the messages of %s", clean(a, s->owner))
                                   : clean(a, s->channel),
               *s->words == '\0' ? "" : ", ", clean(a, s->words), *s->why == '\0' ? "" : ": ",
               clean(a, s->why));
        if (print_open(state, a, s->sub_id, err) < 0)
            return -1;
    }
    return n < 0 ? -1 : 0;
}

static int list(struct drc_arena *a, struct drc_err *err)
{
    const char *home = drc_conf_home(err), *path = drc_conf_str("DRC_STATE_DB");
    if (home == NULL)
        return -1;
    if (!drc_file_exists(path))
        return drc_err_set(err, DRC_ERR_NOTFOUND, "there is no state at %s yet", path);
    struct drc_db *state = drc_store_open(path, home, err);
    int rc = state == NULL ? -1 : print_list(state, a, err);
    drc_db_close(state);
    return rc;
}

/* ---- run ---------------------------------------------------------------------------------- */

struct tally {
    int posted, waiting, unsent;
};

/* "2026-11-23T07:00Z", seconds if you like. */
static int parse_instant(const char *s, int64_t *ms)
{
    int h, m, sec = 0, end = 0;
    char date[11];
    int64_t day;
    snprintf(date, sizeof date, "%s", s);
    if (strlen(s) < 17 || drc_date_parse(date, &day) < 0)
        return -1;
    if (sscanf(s + 10, "T%2d:%2dZ%n", &h, &m, &end) < 2 || end == 0)
        if (sscanf(s + 10, "T%2d:%2d:%2dZ%n", &h, &m, &sec, &end) < 3 || end == 0)
            return -1;
    if (s[10 + end] != '\0' || h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59)
        return -1;
    *ms = day * DRC_DAY_MS + (((int64_t)h * 60 + m) * 60 + sec) * 1000;
    return 0;
}

static int print_end(struct cli_env *c, const struct drc_slot *was, struct tally *t,
                     struct drc_err *err)
{
    char date[11];
    struct drc_slot s;
    if (drc_slot_get(c->env.state, c->env.a, was->sub_id, was->day, &s, err) != 1)
        return -1;
    bool posted = strcmp(s.status, "posted") == 0, open = s.ended_ms == 0;
    printf("%s %s %s", s.sub_id, drc_date_iso(s.day, date), open ? "waits" : s.status);
    if (posted)
        printf(" to %s as %s", clean(c->env.a, s.channel), clean(c->env.a, s.ts));
    else if (open)
        printf(" until %s", instant(c->env.a, s.next_ms, NULL));
    printf("%s%s\n", *s.why == '\0' ? "" : ": ", clean(c->env.a, s.why));
    fflush(stdout);
    t->posted += posted;
    t->waiting += open;
    t->unsent += !posted && !open;
    return 0;
}

static int run_due(struct cli_env *c, struct tally *t, struct drc_err *err)
{
    struct drc_slot *slots = drc_arena_array(c->env.a, DRC_SLOTS_PER_TICK + 1, sizeof *slots);
    for (;;) {
        int n = drc_slots_tick(&c->env, slots, err);
        if (n <= 0)
            return n;
        for (int i = 0; i < n; i++) {
            struct drc_env one = c->env; /* what a slot sets is its own */
            if (drc_run_slot(&one, slots[i].sub_id, slots[i].day, err) < 0)
                return -1;
            if (*slots[i].care == '\0' && print_end(c, &slots[i], t, err) < 0)
                return -1;
        }
    }
}

static int send_all(struct cli_env *c, struct tally *t, struct drc_err *err)
{
    struct drc_slack_self self;
    struct drc_slack_poster poster;
    const char *token = drc_conf_str("SLACK_BOT_TOKEN");
    char lock[PATH_MAX];
    if (token == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "SLACK_BOT_TOKEN is not set: put it into .env or the environment");
    /* As long as this runs nobody else sends: a running bot does what is due itself. */
    snprintf(lock, sizeof lock, "%s.lock", drc_conf_str("DRC_STATE_DB"));
    if (drc_file_lock(lock, err) < 0)
        return -1;
    struct drc_slack_budget *budget = drc_slack_budget_new();
    poster.api =
        (struct drc_slack_api){c->env.http, budget, drc_conf_str("SLACK_API_URL"), token, 0};
    int rc = drc_slack_auth_test(&poster.api, c->env.a, &self, err);
    if (rc == 0) {
        drc_slack_poster_init(&poster, self.user_id);
        c->env.poster = &poster.poster;
        rc = drc_slot_release_all(c->env.state, err);
    }
    if (rc == 0)
        rc = run_due(c, t, err);
    drc_slack_budget_free(budget);
    return rc;
}

static int run_now(const char *as_of, struct drc_err *err)
{
    struct cli_env c;
    struct tally t = {0, 0, 0};
    int64_t at_ms = 0;
    if (as_of != NULL && parse_instant(as_of, &at_ms) < 0)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "--as-of takes an instant such as 2026-11-23T07:00Z");
    if (at_ms > drc_clock_wall_ms())
        return drc_err_set(err, DRC_ERR_INPUT, "--as-of lies in the future");
    int rc = cli_env_open(&c, ".", err);
    if (rc == 0) {
        cli_env_library(&c);
        c.env.now_ms = as_of == NULL ? c.env.now_ms : at_ms;
        rc = send_all(&c, &t, err);
    }
    cli_env_close(&c);
    if (rc < 0)
        return -1;
    printf("%d posted, %d waiting, %d not sent\n", t.posted, t.waiting, t.unsent);
    if (t.unsent > 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "%d of %d were not sent; the lines say why",
                           t.unsent, t.posted + t.waiting + t.unsent);
    return t.waiting == 0
               ? 0
               : drc_err_set(err, DRC_ERR_TIMEOUT, "%d are waiting: run it again later", t.waiting);
}

static int run(int argc, char **argv, struct drc_err *err)
{
    int64_t count;
    const char *zone = cli_option(argc, argv, "--zone"), *from = cli_option(argc, argv, "--from"),
               *as_of = cli_option(argc, argv, "--as-of");
    if (cli_number(argc, argv, "--count", 1, COUNT_MAX, 5, &count, err) < 0 ||
        cli_no_more_options(argc, argv, err) < 0)
        return -1;
    struct drc_arena *a = drc_arena_new();
    const char *verb = argc > 1 ? argv[1] : "";
    int rc = -1;
    if (strcmp(verb, "next") == 0)
        rc = print_next(a, cli_words(a, argc, argv, 2), zone, from, count, err);
    else if (strcmp(verb, "list") == 0)
        rc = list(a, err);
    else if (strcmp(verb, "run") == 0)
        rc = run_now(as_of, err);
    else
        drc_err_set(err, DRC_ERR_INPUT, "what of the schedule? `drc schedule --help` says");
    drc_arena_free(a);
    return rc;
}

const struct cli_command cli_schedule = {
    "schedule",
    "list | run [--as-of T] | next \"weekly mon 08:00\" [--zone NAME] [--from YYYY-MM-DD] [--count "
    "N]",
    "list    prints all subscriptions: id, state, next slot in its zone and in UTC, what, when,\n"
    "        where, filters; under it what is not done with.\n"
    "run     sends what is due now into Slack, says where, and ends: for a machine that has cron\n"
    "        but no running bot (which sends by itself, and is not disturbed). Exit status 0: all\n"
    "        is posted; 3: some were skipped or failed; 6: some wait, for data or for Slack.\n"
    "  --as-of T     what was due at that instant, 2026-11-23T07:00Z, and no later\n"
    "next    prints the slots of a schedule: nominal day, instant, seconds east of UTC then.\n"
    "        Schedules: \"daily HH:MM\", \"weekly mon HH:MM\", \"monthly 1 HH:MM\", \"monthly "
    "last\n"
    "        HH:MM\". A time that comes twice is the first of the two; one that does not come is\n"
    "        read with the offset before the gap.\n"
    "  --zone NAME   IANA time zone (default UTC)\n"
    "  --from DAY    from the begin of that day, UTC (default: now)\n"
    "  --count N     so many (default 5)\n",
    run};
