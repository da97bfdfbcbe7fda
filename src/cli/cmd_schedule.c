/* schedule: when digests are due. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "drc/clock.h"
#include "drc/schedule.h"
#include "drc/zoneinfo.h"

#define COUNT_MAX 10000

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

static int run(int argc, char **argv, struct drc_err *err)
{
    int64_t count;
    const char *zone = cli_option(argc, argv, "--zone"), *from = cli_option(argc, argv, "--from");
    if (cli_number(argc, argv, "--count", 1, COUNT_MAX, 5, &count, err) < 0 ||
        cli_no_more_options(argc, argv, err) < 0)
        return -1;
    struct drc_arena *a = drc_arena_new();
    const char *verb = argc > 1 ? argv[1] : "";
    int rc = -1;
    if (strcmp(verb, "next") == 0)
        rc = print_next(a, cli_words(a, argc, argv, 2), zone, from, count, err);
    else
        drc_err_set(err, DRC_ERR_INPUT, "what of the schedule? `drc schedule --help` says");
    drc_arena_free(a);
    return rc;
}

const struct cli_command cli_schedule = {
    "schedule", "next \"weekly mon 08:00\" [--zone NAME] [--from YYYY-MM-DD] [--count N]",
    "next    prints the slots of a schedule: nominal day, instant, seconds east of UTC then.\n"
    "        Schedules: \"daily HH:MM\", \"weekly mon HH:MM\", \"monthly 1 HH:MM\", \"monthly "
    "last\n"
    "        HH:MM\". A time that comes twice is the first of the two; one that does not come is\n"
    "        read with the offset before the gap.\n"
    "  --zone NAME   IANA time zone (default UTC)\n"
    "  --from DAY    from the begin of that day, UTC (default: now)\n"
    "  --count N     so many (default 5)\n",
    run};
