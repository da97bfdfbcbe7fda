/* Routing of free text in a thread: from which corpora it is answered, decided by rules on what the
 * text says, what it is about and how well the documentation answers it. No model, no clock, no
 * state: equal input gives an equal route. Any thread. The words that the rules go by stand at the
 * top of src/core/routing.c; labelled cases are in tests/evals/routing. */
#ifndef DRC_ROUTING_H
#define DRC_ROUTING_H

#include <stdbool.h>

#include "drc/arena.h"

enum drc_routing_corpus { DRC_CORPUS_TELEMETRY = 1, DRC_CORPUS_RUNBOOKS = 2, DRC_CORPUS_DOCS = 4 };

enum drc_routing_kind {
    DRC_ROUTING_ANSWER, /* from `corpora` */
    DRC_ROUTING_ASK,    /* it is about an entity, and none is known: ask which */
    DRC_ROUTING_REFUSE  /* not a question for drc */
};

struct drc_routing_input {
    const char *text;        /* UTF-8 as typed, hostile; at most 4,096 bytes of it count */
    const char *entity_kind; /* of the entity in scope ("job", "report"); NULL: none */
    bool named;              /* the text itself names that entity */
    double cosine;  /* of the passage that is nearest by meaning, -1..1; below -1: not measured */
    double overlap; /* drc_routing_overlap with the best passage by words; below 0: not measured */
};

struct drc_routing {
    enum drc_routing_kind kind;
    unsigned corpora;   /* bits of enum drc_routing_corpus; 0 unless it is answered */
    const char *rule;   /* name for the debug view, static: "figures", "off-topic", ... */
    const char *reason; /* one line of plain English, in the arena */
};

struct drc_routing drc_routing_decide(struct drc_arena *a, const struct drc_routing_input *in);

/* Share of the text's content words (no function words) that stand in the passage too, 0..1, in
 * either number (job, jobs); 0 where the text has none. */
double drc_routing_overlap(struct drc_arena *a, const char *text, const char *passage);

/* "telemetry + runbooks" in a fixed order, in the arena; "nothing" for 0. */
const char *drc_routing_corpora(struct drc_arena *a, unsigned corpora);

#endif
