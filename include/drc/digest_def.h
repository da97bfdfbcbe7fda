/* Digests: files prompts/digest/<id>.md that say what is in one. A team adds its own without C.
 * Immutable once loaded; any thread. */
#ifndef DRC_DIGEST_DEF_H
#define DRC_DIGEST_DEF_H

#include <stddef.h>
#include <stdint.h>

#include "drc/chip.h"
#include "drc/db.h"
#include "drc/report.h"

#define DRC_DIGEST_SECTIONS_MAX 6
#define DRC_DIGEST_ITEMS_MAX 3 /* that need a decision, in the root; others are in the thread */

/* What may need a decision: rows of a report whose `when` holds; its metric is what is at stake.
 * `item: report | metric > bound | chip | text`, text with {slots} of the row. */
struct drc_digest_source {
    const char *report, *chip, *text;
    struct drc_condition when;
};

struct drc_digest_def {
    const char *path, *id, *title;
    int version;
    const char *total;  /* report whose sum is the total and whose days are the trend */
    const char *narrow; /* the same where an owner, a department or a tag narrows the scope */
    int trend_days;
    double quiet_ratio;  /* a change of the total within this, and no item: the short form */
    const char *quiet;   /* its sentence, with {slots} of the total */
    const char *tag;     /* cost without this tag is "untagged"; NULL: not shown */
    const char *wording; /* chip whose answer over the total is in the thread; NULL: none */
    struct drc_figure
        *figures; /* over the total; what is not known and has no other text: not shown */
    size_t figure_count;
    const char *sections[DRC_DIGEST_SECTIONS_MAX]; /* reports, one reply in the thread each */
    size_t section_count;
    struct drc_digest_source *sources;
    size_t source_count;
};

struct drc_digest_sql { /* sql/digest/<name>.sql, checked at load */
    const char *causes, *untagged, *budget, *calendar;
};

struct drc_digests {
    struct drc_digest_def *defs; /* by id */
    size_t count;
    struct drc_digest_sql sql;
};

struct drc_snapshot;
/* Loads and checks prompts/digest/ *.md and sql/digest against the reports and chips that `s` holds
 * already. None where there is no folder. CONFIG with path and line. */
int drc_digests_load(const struct drc_snapshot *s, struct drc_db *facts, struct drc_digests *out,
                     struct drc_err *err);
const struct drc_digest_def *drc_digest_find(const struct drc_digests *all, const char *id);

#endif
