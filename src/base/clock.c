#include "drc/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t drc_clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

int64_t drc_clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int64_t drc_clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

void drc_clock_sleep_ms(int64_t ms)
{
    struct timespec ts = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
        continue;
}

int64_t drc_date_day(int year, int month, int mday)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + mday - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void drc_date_civil(int64_t day, int *year, int *month, int *mday)
{
    int64_t z = day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *mday = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int drc_date_weekday(int64_t day)
{
    int64_t w = (day + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(w < 0 ? w + 7 : w);
}

int drc_date_parse(const char *s, int64_t *day)
{
    if (s == NULL || strlen(s) != 10 || s[4] != '-' || s[7] != '-')
        return -1;
    int part[3] = {0, 0, 0};
    for (int i = 0, p = 0; i < 10; i++) {
        if (i == 4 || i == 7) {
            p++;
            continue;
        }
        if (s[i] < '0' || s[i] > '9')
            return -1;
        part[p] = part[p] * 10 + (s[i] - '0');
    }
    if (part[0] < 1970 || part[0] > 2199 || part[1] < 1 || part[1] > 12 || part[2] < 1)
        return -1;
    int64_t d = drc_date_day(part[0], part[1], part[2]);
    int y, m, md;
    drc_date_civil(d, &y, &m, &md);
    if (y != part[0] || m != part[1] || md != part[2])
        return -1;
    *day = d;
    return 0;
}

static const char *month_name(int month)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[month - 1];
}

char *drc_date_iso(int64_t day, char out[11])
{
    int y, m, d;
    char text[40];
    drc_date_civil(day, &y, &m, &d);
    if (y < 0 || y > 9999) {
        snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
        memcpy(out, text, 10);
    } else { /* by hand: a report over a year asks for many thousands */
        const int digits[] = {y / 1000, y / 100 % 10, y / 10 % 10, y % 10, -1,
                              m / 10,   m % 10,       -1,          d / 10, d % 10};
        for (int i = 0; i < 10; i++)
            out[i] = digits[i] < 0 ? '-' : (char)('0' + digits[i]);
    }
    out[10] = '\0';
    return out;
}

char *drc_date_short(int64_t day, char out[16])
{
    int y, m, d;
    drc_date_civil(day, &y, &m, &d);
    snprintf(out, 16, "%d %s", d, month_name(m));
    return out;
}

char *drc_date_long(int64_t day, char out[16])
{
    int y, m, d;
    drc_date_civil(day, &y, &m, &d);
    snprintf(out, 16, "%d %s %d", d, month_name(m), y);
    return out;
}

char *drc_date_range(int64_t first, int64_t last, char out[40])
{
    int y1, m1, d1, y2, m2, d2;
    drc_date_civil(first, &y1, &m1, &d1);
    drc_date_civil(last, &y2, &m2, &d2);
    if (first == last)
        snprintf(out, 40, "%d %s %d", d1, month_name(m1), y1);
    else if (y1 != y2)
        snprintf(out, 40, "%d %s %d\u2013%d %s %d", d1, month_name(m1), y1, d2, month_name(m2), y2);
    else if (m1 != m2)
        snprintf(out, 40, "%d %s\u2013%d %s %d", d1, month_name(m1), d2, month_name(m2), y2);
    else
        snprintf(out, 40, "%d\u2013%d %s %d", d1, d2, month_name(m2), y2);
    return out;
}

char *drc_time_iso(int64_t ms, char out[25])
{
    int64_t day = ms >= 0 ? ms / DRC_DAY_MS : (ms - DRC_DAY_MS + 1) / DRC_DAY_MS;
    int64_t rest = ms - day * DRC_DAY_MS;
    char date[11], text[64];
    drc_date_iso(day, date);
    snprintf(text, sizeof text, "%sT%02d:%02d:%02d.%03dZ", date, (int)(rest / 3600000),
             (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
    memcpy(out, text, 24);
    out[24] = '\0';
    return out;
}
