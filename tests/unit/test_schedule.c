/* Slots against Python's zoneinfo (schedule.py), slot by slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/schedule.h"
#include "drc/zoneinfo.h"

/* Both halves of the year with daylight saving, odd offsets, zones that changed their rules or left
 * out a day, -11 to +14. */
static const char *const zones[] = {
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Istanbul", "Europe/Moscow",
    "Europe/Dublin", "Europe/Kyiv", "America/New_York", "America/Chicago", "America/Denver",
    "America/Phoenix", "America/Los_Angeles", "America/Anchorage", "America/Halifax",
    "America/St_Johns", "America/Sao_Paulo", "America/Santiago", "America/Caracas",
    "America/Havana", "America/Asuncion", "America/Mexico_City", "Africa/Cairo",
    "Africa/Casablanca", "Africa/Johannesburg", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran",
    "Asia/Gaza", "Asia/Tokyo", "Asia/Pyongyang", "Asia/Shanghai", "Asia/Amman", "Australia/Sydney",
    "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Antarctica/Troll"};
#define ZONES (sizeof zones / sizeof *zones)
#ifdef SANITIZED
#define ZONE_STEP 6 /* what another language computes need not be computed for each variant */
#else
#define ZONE_STEP 1
#endif

/* Lines of schedule.py's input, with the words that drc reads for each. */
struct jobs {
    char path[64];
    FILE *file;
    size_t count;
    struct {
        char words[24];
        const char *zone, *first;
    } list[1024];
};

static void open_jobs(struct jobs *j)
{
    strcpy(j->path, "/tmp/drc-schedule-XXXXXX");
    int fd = mkstemp(j->path);
    assert_true(fd >= 0);
    j->file = fdopen(fd, "w");
    assert_non_null(j->file);
    j->count = 0;
}

static void add_job(struct jobs *j, const char *zone, const char *every, int day, const char *time,
                    const char *first, const char *last)
{
    static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    char *words = j->list[j->count].words;
    size_t room = sizeof j->list->words;
    if (strcmp(every, "daily") == 0)
        snprintf(words, room, "daily %s", time);
    else if (strcmp(every, "weekly") == 0)
        snprintf(words, room, "weekly %s %s", weekdays[day], time);
    else if (day == 31)
        snprintf(words, room, "monthly last %s", time);
    else
        snprintf(words, room, "monthly %d %s", day, time);
    j->list[j->count].zone = zone;
    j->list[j->count++].first = first;
    fprintf(j->file, "%s\t%s\t%d\t%s\t%s\t%s\n", zone, every, day, time, first, last);
}

/* Compares each job's slots with what Python prints; the number of slots. */
static size_t compare(struct jobs *j)
{
    char command[128], line[64], ours[64], date[11], stamp[25];
    size_t slots = 0;
    fclose(j->file);
    snprintf(command, sizeof command, "python3 tests/unit/schedule.py <%s", j->path);
    FILE *python = popen(command, "r");
    assert_non_null(python);
    for (size_t i = 0; i < j->count; i++) {
        struct drc_err err = {0};
        struct drc_arena *a = drc_arena_new();
        struct drc_schedule s;
        struct drc_zone zone;
        int64_t day;
        assert_int_equal(drc_schedule_parse(j->list[i].words, &s, &err), 0);
        assert_int_equal(drc_zone_load(a, j->list[i].zone, &zone, &err), 0);
        assert_int_equal(drc_date_parse(j->list[i].first, &day), 0);
        int64_t at_ms = day * DRC_DAY_MS;
        for (;;) {
            assert_non_null(fgets(line, sizeof line, python)); /* else it ended early */
            if (*line == '\n')
                break;
            struct drc_slot_time slot = drc_schedule_next(&s, &zone, at_ms);
            snprintf(ours, sizeof ours, "%s %s\n", drc_date_iso(slot.day, date),
                     drc_time_iso(slot.due_ms, stamp));
            if (strcmp(ours, line) != 0)
                fail_msg("%s in %s: %s instead of %s", j->list[i].words, zone.name, ours, line);
            at_ms = slot.due_ms;
            slots++;
        }
        drc_arena_free(a);
    }
    assert_int_equal(pclose(python), 0);
    unlink(j->path);
    return slots;
}

static void ten_years_of_weeks(void **state)
{
    static const char *const times[] = {"08:00", "02:30", "00:15", "23:45"};
    static struct jobs j;
    size_t weeks = 0;
    (void)state;
    open_jobs(&j);
    for (size_t z = 0; z < ZONES; z += ZONE_STEP)
        for (int d = 0; d < 7; d++, weeks++)
            add_job(&j, zones[z], "weekly", d, d == 6 ? "02:30" : times[(z + (size_t)d) % 4],
                    "2011-01-01", "2021-01-01");
    assert_true(compare(&j) >= weeks * 520);
}

/* The rules as they are now, those of the last years and those that the footer of a file gives. */
static void each_day_of_two_years_to_come(void **state)
{
    static struct jobs j;
    (void)state;
    open_jobs(&j);
    for (size_t z = 0; z < ZONES; z += ZONE_STEP)
        add_job(&j, zones[z], "daily", 0, z % 2 == 0 ? "02:30" : "00:15",
                z % 4 < 2 ? "2022-01-01" : "2038-06-01", z % 4 < 2 ? "2024-01-01" : "2040-06-01");
    assert_true(compare(&j) > ZONES / ZONE_STEP * 729);
}

static void ends_of_months(void **state)
{
    static const char *const some[] = {"UTC", "Europe/Berlin", "Pacific/Apia", "America/Havana"};
    static const int days[] = {1, 15, 29, 30, 31};
    static struct jobs j;
    (void)state;
    open_jobs(&j);
    for (size_t z = 0; z < 4; z++)
        for (size_t d = 0; d < 5; d++)
            add_job(&j, some[z], "monthly", days[d], "00:30", "2007-01-01", "2031-01-01");
    assert_true(compare(&j) >= 20 * 24 * 12 - 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_years_of_weeks),
        cmocka_unit_test(each_day_of_two_years_to_come),
        cmocka_unit_test(ends_of_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
