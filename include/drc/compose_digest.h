/* The digest as messages: one root, one reply for each section. Pure; the same input gives the same
 * message. */
#ifndef DRC_COMPOSE_DIGEST_H
#define DRC_COMPOSE_DIGEST_H

#include "drc/compose.h"
#include "drc/digest_def.h"
#include "drc/fmt.h"
#include "drc/stats.h"

#define DRC_DIGEST_DAYS_MAX 200 /* of the series behind trend and forecast */

#define DRC_DIGEST_LIST_MAX 23 /* items that are kept: in the root and in the thread */

enum drc_item_seen { DRC_ITEM_NEW, DRC_ITEM_LAST_TIME, DRC_ITEM_EARLIER };

struct drc_digest_item {
    const char *key; /* the same in each digest that speaks of it */
    const char *run_id, *entity_id;
    const struct drc_chip *chip;
    struct drc_text text;
    const char *name, *owner; /* owner NULL: none is known */
    int64_t stake_uusd, open_days;
    enum drc_item_seen seen;
    int64_t seen_day;     /* slot of the digest that named it last, where it was seen */
    const char *taken_by; /* person; NULL */
    int64_t id;           /* of the state; 0: a preview, nothing to take */
};

/* What the digest of a slot stated: the total of a window, and of what. */
struct drc_digest_stated {
    int64_t slot_day, first_day, last_day, total_uusd;
    const char *scope; /* report, version, filters */
};

struct drc_digest_section {
    const struct drc_report *report;
    const char *run_id;
};

struct drc_digest {
    const struct drc_digest_def *def;
    const struct drc_result *total; /* of the window */
    const struct drc_context *whole;
    const char *zone, *every; /* "Europe/Berlin", "Mondays at 08:00"; NULL: asked for now */
    const char *late;         /* why it comes late, a sentence; NULL */
    const char *clock;        /* what the clocks of the zone did to its time, a sentence; NULL */
    const char *correction;   /* what late billing changed, a sentence; NULL */
    const char *left_out;     /* reports that cannot be narrowed to the scope; NULL */
    const char *skipped;      /* slots that were left out, a sentence; NULL */
    bool preview, quiet;
    enum drc_fmt_style numbers;

    /* The first DRC_DIGEST_ITEMS_MAX are in the root, the others in the thread; `more`: beyond. */
    struct drc_digest_item items[DRC_DIGEST_LIST_MAX];
    size_t item_count, more, dismissed;
    const char *figure_scope;           /* what the total is a total of: report, version, filters */
    struct drc_digest_stated *restated; /* of earlier digests, as `correction` says them now */
    size_t restated_count;
    bool wording_waits; /* for a model */

    int64_t *daily; /* by day up to the last of the window, micro-dollars */
    size_t daily_count;
    int64_t last_day;
    size_t ahead; /* days to the end of the month */
    struct drc_forecast_day days[DRC_FORECAST_AHEAD_MAX];
    struct drc_forecast forecast; /* of the days ahead */
    bool has_forecast;
    const char *events;  /* of the calendar, ahead: the forecast does not know them; NULL */
    int64_t month_uusd;  /* of the month so far */
    double error;        /* mean absolute error of earlier forecasts, relative; NaN */
    int64_t budget_uusd; /* -1: none is set */
    int64_t untagged_uusd, taggable_uusd; /* -1: not asked for */

    struct drc_digest_section sections[DRC_DIGEST_SECTIONS_MAX];
    size_t section_count;
    struct drc_picture picture;
};

/* "Needs a decision", the items that had no room in the root; NULL where there are none. */
struct drc_message *drc_compose_digest_more(struct drc_arena *a, const struct drc_digest *d);
/* SVG of the trend: what was, and the forecast to the end of the month. */
int drc_compose_digest_chart(struct drc_arena *a, const struct drc_theme *t,
                             const struct drc_digest *d, struct drc_buf *svg, struct drc_err *err);
/* The root message; in a quiet window its short form. */
struct drc_message *drc_compose_digest(struct drc_arena *a, const struct drc_digest *d);
/* Micro-dollars that the whole month comes to, and the day on which the budget is used up (0: not
 * in this month). */
int64_t drc_digest_landing(const struct drc_digest *d);
int64_t drc_digest_crossing(const struct drc_digest *d);

#endif
