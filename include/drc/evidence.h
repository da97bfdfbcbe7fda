/* What an answer stands on, item by item, as it is kept beside the answer and shown in a window:
 * facts, graph rows, passages. The words are those of the day of the answer, so a rebuilt graph or
 * index changes nothing in them. Pure; strings live in the arena or in the context. */
#ifndef DRC_EVIDENCE_H
#define DRC_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/answer.h"

#define DRC_EVIDENCE_MAX (DRC_FACTS_MAX + DRC_EDGES_MAX + DRC_PASSAGES_MAX)

struct drc_evidence {
    const char *id;     /* "F1", "G1", "R1", "D1" */
    bool used;          /* the answer says it; else it was only given to it */
    const char *title;  /* of the metric, the relation, the page */
    const char *entity; /* that it is about; NULL: the whole report */
    const char *name;   /* metric, type of the edge, heading; NULL */
    const char *value;  /* as a person reads it: figure, text of the row, words of the passage */
    const char *period; /* of a fact; time of a graph row; day of a page; NULL */
    const char *source; /* "job-cost row 3, total_usd" */
    const char *url;    /* NULL */
    int row;            /* of the report, from 0; -1: none, or all of them */
};

/* Everything that the context holds, in its order. `out` has room for DRC_EVIDENCE_MAX. */
void drc_evidence_list(struct drc_arena *a, const struct drc_context *c,
                       const struct drc_cited *cited, struct drc_evidence *out, size_t *count);

/* The window: what the answer used, the rows of the report behind it, what it was given besides,
 * the SQL. res NULL: the run can no longer be read, `gone` says why. */
struct drc_message *drc_compose_evidence(struct drc_arena *a, const struct drc_evidence *items,
                                         size_t count, const struct drc_result *res,
                                         const char *gone, const char *run_id);

#endif
