/* What the graph files share; private to src/core/graph_*.c. */
#ifndef CORE_GRAPH_PARTS_H
#define CORE_GRAPH_PARTS_H

#include "drc/graph.h"

/* An arc is one number, so that a plain sort puts the arcs of a node in the order in which a walk
 * wants them: file of the edge, severe first, new first, then by node.
 *
 *   63..58 file of the edge   57..56 3 - severity of the node   55..30 last minute - minute   29..0
 * node
 *
 * Minutes since 1970 fit 26 bits until 2097; minute 0 stands for "no time" and sorts last. */
#define ARC_NODE_BITS 30
#define ARC_MINUTE_BITS 26
#define ARC_NODES_MAX ((1u << ARC_NODE_BITS) - 1)
#define ARC_MINUTE_MAX ((1u << ARC_MINUTE_BITS) - 1)

static inline uint64_t arc_make(unsigned kind, unsigned severity, uint32_t minute, uint32_t node)
{
    return (uint64_t)kind << 58 | (uint64_t)(3 - severity) << 56 |
           (uint64_t)(ARC_MINUTE_MAX - minute) << ARC_NODE_BITS | node;
}
static inline uint32_t arc_node(uint64_t arc)
{
    return (uint32_t)(arc & ARC_NODES_MAX);
}
static inline uint32_t arc_minute(uint64_t arc)
{
    return ARC_MINUTE_MAX - (uint32_t)(arc >> ARC_NODE_BITS & ARC_MINUTE_MAX);
}
static inline unsigned arc_kind(uint64_t arc)
{
    return (unsigned)(arc >> 58);
}

/* Minutes that a window covers: [from, to). */
struct minutes {
    uint32_t from, to;
};
struct minutes graph_minutes(struct drc_graph_window w);

struct drc_graph {
    const struct drc_graph_model *model;
    uint32_t node_count;
    uint32_t kind_first[DRC_GRAPH_NODE_KINDS_MAX + 1]; /* nodes of kind k: [k], [k + 1) */
    char *ids;
    uint32_t *id_at;
    uint8_t *kind, *severity;
    uint32_t *minute; /* 0 = none */
    int64_t *cost;    /* INT64_MIN = none */
    uint32_t *first[2];
    uint64_t *arcs[2];
    uint64_t id_bytes, arc_count;
    struct drc_graph_fault *faults;
    size_t fault_count;
    struct drc_arena *image; /* holds all arrays of a graph that was read from a file */
};

/* Memory of a graph: not an arena's, since the parts of a build are large and given back one by
 * one. Never NULL. */
struct drc_graph *graph_new(const struct drc_graph_model *model);
void *graph_grown(void *p, size_t count, size_t bytes_each);

static inline const char *graph_id(const struct drc_graph *g, uint32_t node)
{
    return g->ids + g->id_at[node];
}

/* A run of arcs of one node and file with one severity, inside the window or without a time. */
struct arc_run {
    const uint64_t *from, *to;
};
/* Walks the arcs of (node, way, file) that lie in the window, best first: severe, then new, then
 * those without a time. */
struct arc_walk {
    const uint64_t *at, *end;
    unsigned kind;
    int severity, lowest; /* of the run that is walked; at or above `lowest` */
    bool timeless;        /* the run of those without a time */
    struct minutes w;
    struct arc_run run;
};
void graph_arcs_begin(const struct drc_graph *g, uint32_t node, enum drc_graph_way way,
                      unsigned kind, int lowest, struct minutes w, struct arc_walk *walk);
bool graph_arcs_next(struct arc_walk *walk, uint64_t *arc);

/* The plan of a node's kind, or NULL. */
/* The other end of the first arc of a type; DRC_GRAPH_NONE. */
uint32_t graph_other(const struct drc_graph *g, uint32_t node, enum drc_graph_way way,
                     const char *type);
const struct drc_graph_plan *graph_plan(const struct drc_graph *g, uint32_t node);

#endif
