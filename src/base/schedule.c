/* Slots of a schedule. */
#include "drc/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/clock.h"

static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const day_names[] = {"Mondays", "Tuesdays",  "Wednesdays", "Thursdays",
                                        "Fridays", "Saturdays", "Sundays"};

static int parse_minute(const char *s, int *minute)
{
    if (strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789") != 2 ||
        strspn(s + 3, "0123456789") != 2)
        return -1;
    int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
    *minute = h * 60 + m;
    return h > 23 || m > 59 ? -1 : 0;
}

static int parse_weekday(const char *s)
{
    static const char *const rest[] = {"day", "sday", "nesday", "rsday", "day", "urday", "day"};
    for (int i = 0; i < 7; i++)
        if (strncasecmp(s, days[i], 3) == 0 && (s[3] == '\0' || strcasecmp(s + 3, rest[i]) == 0))
            return i;
    return -1;
}

static int parse_mday(const char *s)
{
    if (strcmp(s, "last") == 0)
        return 31;
    size_t n = strspn(s, "0123456789");
    int day = n > 0 && n <= 2 && s[n] == '\0' ? (int)strtol(s, NULL, 10) : 0;
    return day >= 1 && day <= 31 ? day : -1;
}

int drc_schedule_parse(const char *text, struct drc_schedule *out, struct drc_err *err)
{
    char word[3][16] = {"", "", ""}, more[2] = "";
    int n = sscanf(text, "%15s %15s %15s %1s", word[0], word[1], word[2], more), rc = -1;
    *out = (struct drc_schedule){.mday = 1};
    if (n == 2 && strcmp(word[0], "daily") == 0) {
        out->every = DRC_EVERY_DAY;
        rc = 0;
    } else if (n == 3 && strcmp(word[0], "weekly") == 0) {
        out->every = DRC_EVERY_WEEK;
        out->weekday = parse_weekday(word[1]);
        rc = out->weekday < 0 ? -1 : 0;
    } else if (n == 3 && strcmp(word[0], "monthly") == 0) {
        out->every = DRC_EVERY_MONTH;
        out->mday = parse_mday(word[1]);
        rc = out->mday < 0 ? -1 : 0;
    }
    if (rc < 0 || parse_minute(word[n - 1], &out->minute) < 0)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "'%.60s' is no schedule: write for example 'weekly mon 08:00', "
                           "'daily 07:30' or 'monthly 1 08:00'",
                           text);
    return 0;
}

char *drc_schedule_text(struct drc_arena *a, const struct drc_schedule *s)
{
    int h = s->minute / 60, m = s->minute % 60;
    switch (s->every) {
    case DRC_EVERY_DAY:
        return drc_arena_printf(a, "daily %02d:%02d", h, m);
    case DRC_EVERY_WEEK:
        return drc_arena_printf(a, "weekly %s %02d:%02d", days[s->weekday], h, m);
    case DRC_EVERY_MONTH:
        break;
    }
    return s->mday == 31 ? drc_arena_printf(a, "monthly last %02d:%02d", h, m)
                         : drc_arena_printf(a, "monthly %d %02d:%02d", s->mday, h, m);
}

char *drc_schedule_spoken(struct drc_arena *a, const struct drc_schedule *s)
{
    int h = s->minute / 60, m = s->minute % 60;
    switch (s->every) {
    case DRC_EVERY_DAY:
        return drc_arena_printf(a, "every day at %02d:%02d", h, m);
    case DRC_EVERY_WEEK:
        return drc_arena_printf(a, "%s at %02d:%02d", day_names[s->weekday], h, m);
    case DRC_EVERY_MONTH:
        break;
    }
    return s->mday == 31 ? drc_arena_printf(a, "the last day of each month at %02d:%02d", h, m)
                         : drc_arena_printf(a, "day %d of each month at %02d:%02d", s->mday, h, m);
}

static int64_t month_day(int year, int month, int mday)
{
    int64_t first = drc_date_day(year, month, 1);
    int64_t length =
        (month == 12 ? drc_date_day(year + 1, 1, 1) : drc_date_day(year, month + 1, 1)) - first;
    return first + (mday < length ? mday : length) - 1;
}

/* The nominal day at or after `day`. */
static int64_t nominal(const struct drc_schedule *s, int64_t day)
{
    if (s->every == DRC_EVERY_DAY)
        return day;
    if (s->every == DRC_EVERY_WEEK)
        return day + (s->weekday - drc_date_weekday(day) + 7) % 7;
    int year, month, mday;
    drc_date_civil(day, &year, &month, &mday);
    int64_t there = month_day(year, month, s->mday);
    if (there >= day)
        return there;
    return month == 12 ? month_day(year + 1, 1, s->mday) : month_day(year, month + 1, s->mday);
}

struct drc_slot_time drc_schedule_next(const struct drc_schedule *s, const struct drc_zone *z,
                                       int64_t after_ms)
{
    int64_t after_s = after_ms >= 0 ? after_ms / 1000 : (after_ms - 999) / 1000;
    int64_t local = after_s + drc_zone_offset(z, after_s);
    int64_t day = (local >= 0 ? local / 86400 : (local - 86399) / 86400) - 2;
    for (;; day++) { /* from before today: a gap may have moved yesterday's slot behind now */
        day = nominal(s, day);
        int64_t due_ms = drc_zone_instant(z, day * 86400 + (int64_t)s->minute * 60) * 1000;
        if (due_ms > after_ms)
            return (struct drc_slot_time){day, due_ms};
    }
}

static int64_t wall_s(const struct drc_zone *z, int64_t at_s)
{
    return at_s + drc_zone_offset(z, at_s);
}

enum drc_clock_edge drc_schedule_edge(const struct drc_schedule *s, const struct drc_zone *z,
                                      struct drc_slot_time slot, int *minute)
{
    int64_t due_s = slot.due_ms / 1000, wall = wall_s(z, due_s);
    *minute = (int)((wall % 86400 + 86400) % 86400 / 60);
    if (drc_zone_instant(z, slot.day * 86400 + (int64_t)s->minute * 60) != due_s)
        return DRC_EDGE_NONE;
    if (*minute != s->minute)
        return DRC_EDGE_GAP;
    /* clocks go back by a quarter of an hour at least, and by three hours at most */
    for (int64_t later = 900; later <= 3 * 3600; later += 900)
        if (wall_s(z, due_s + later) == wall)
            return DRC_EDGE_TWICE;
    return DRC_EDGE_NONE;
}

void drc_schedule_window(const struct drc_schedule *s, int64_t slot_day, int64_t *first_day,
                         int64_t *last_day)
{
    int year, month, mday;
    *last_day = slot_day - 1;
    *first_day = s->every == DRC_EVERY_DAY ? slot_day - 1 : slot_day - 7;
    if (s->every != DRC_EVERY_MONTH)
        return;
    drc_date_civil(slot_day + 1, &year, &month, &mday); /* on its last day a month counts as over */
    *last_day = drc_date_day(year, month, 1) - 1;
    drc_date_civil(*last_day, &year, &month, &mday);
    *first_day = drc_date_day(year, month, 1);
}
