/* When a digest is due: wall-clock time in a zone, daily, weekly or monthly. Pure; any thread.
 * A slot is named by its nominal day, the local day that the calendar gives; the instant follows
 * from drc_zone_instant. Days are counted from 1970-01-01. */
#ifndef DRC_SCHEDULE_H
#define DRC_SCHEDULE_H

#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"
#include "drc/zone.h"

enum drc_every { DRC_EVERY_DAY, DRC_EVERY_WEEK, DRC_EVERY_MONTH };

struct drc_schedule {
    enum drc_every every;
    int weekday; /* WEEK: 0 = Monday ... 6 = Sunday */
    int mday;    /* MONTH: 1..31; a month that is shorter: its last day */
    int minute;  /* of the day, 0..1439 */
};

struct drc_slot_time {
    int64_t day; /* nominal local day */
    int64_t due_ms;
};

/* "daily 08:00", "weekly mon 08:00", "monthly 1 08:00", "monthly last 08:00"; words in this order.
 * INPUT with what was expected. */
int drc_schedule_parse(const char *text, struct drc_schedule *out, struct drc_err *err);
/* The same words in canonical form, and as a person reads it: "Mondays at 08:00". */
char *drc_schedule_text(struct drc_arena *a, const struct drc_schedule *s);
char *drc_schedule_spoken(struct drc_arena *a, const struct drc_schedule *s);

/* The first slot that is due strictly after an instant. */
struct drc_slot_time drc_schedule_next(const struct drc_schedule *s, const struct drc_zone *z,
                                       int64_t after_ms);

/* What the clocks of the zone do at a slot: nothing; its wall-clock time is left out and it is due
 * at *minute of the day instead; its time comes twice and it is due the first time. NONE, too,
 * where the slot is of another schedule. */
enum drc_clock_edge { DRC_EDGE_NONE, DRC_EDGE_GAP, DRC_EDGE_TWICE };
enum drc_clock_edge drc_schedule_edge(const struct drc_schedule *s, const struct drc_zone *z,
                                      struct drc_slot_time slot, int *minute);

/* Days that a slot speaks of, seen from its nominal day: the day before; the seven days before; the
 * calendar month that ended last. */
void drc_schedule_window(const struct drc_schedule *s, int64_t slot_day, int64_t *first_day,
                         int64_t *last_day);

#endif
