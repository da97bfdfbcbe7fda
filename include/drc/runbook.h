/* Runbooks that fit a context: first those whose signals hold for its facts and edges, most signals
 * first, then those that a search found. Pure. */
#ifndef DRC_RUNBOOK_H
#define DRC_RUNBOOK_H

#include "drc/answer.h"
#include "drc/corpus.h"
#include "drc/search.h"

struct drc_runbook_match {
    const struct drc_page *page;
    int signals;     /* that hold; 0: found by the search alone */
    const char *why; /* the signals that hold, as they stand in the file, or "search" */
};

/* At most `max`: those of the likely causes, then by signals, ties by id. A runbook counts by
 * signals where it applies to the kind of the selection, or names no kinds. `found` may be NULL; of
 * its pages those with found->found and a runbook in `corpus` follow. Returns the count. */
size_t drc_runbooks_match(struct drc_arena *a, const struct drc_corpus *corpus,
                          const struct drc_context *c, const struct drc_search_result *found,
                          struct drc_runbook_match *out, size_t max);

#endif
