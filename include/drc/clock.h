/* Time. The only place that reads a clock. Wall time is INTEGER milliseconds since 1970-01-01 UTC;
 * days are counted from 1970-01-01 (proleptic Gregorian, algorithm of H. Hinnant,
 * "chrono-compatible low-level date algorithms"). Any thread. */
#ifndef DRC_CLOCK_H
#define DRC_CLOCK_H

#include <stdint.h>

#define DRC_DAY_MS INT64_C(86400000)

int64_t drc_clock_wall_ms(void);
int64_t drc_clock_wall_us(void);
int64_t drc_clock_mono_us(void); /* never goes back; not comparable between processes */
void drc_clock_sleep_ms(int64_t ms);

int64_t drc_date_day(int year, int month, int mday); /* day number; no range check */
void drc_date_civil(int64_t day, int *year, int *month, int *mday);
int drc_date_weekday(int64_t day); /* 0 = Monday ... 6 = Sunday */

/* "2026-11-22" to a day number; -1 if it is not a real date in 1970..2199 in exactly this form. */
int drc_date_parse(const char *s, int64_t *day);
char *drc_date_iso(int64_t day, char out[11]);   /* "2026-11-22" */
char *drc_date_short(int64_t day, char out[16]); /* "22 Nov" */
char *drc_date_long(int64_t day, char out[16]);  /* "22 Nov 2026" */
char *drc_date_range(int64_t first, int64_t last,
                     char out[40]);           /* "26 Oct - 22 Nov 2026" (en dash) */
char *drc_time_iso(int64_t ms, char out[25]); /* "2026-11-22T15:06:07.123Z" */

#endif
