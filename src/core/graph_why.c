/* Why something costs what it costs: paths from an entity over its runs to what went wrong. */
#include <stdlib.h>
#include <string.h>

#include "graph_parts.h"

#define ATTEMPTS_MAX 4096

static const char *kind_of(const struct drc_graph *g, uint32_t node)
{
    return drc_graph_kind(g, node)->kind;
}

/* Dear first; equal ones by their nodes. */
static int by_cost(const void *p, const void *q)
{
    const struct drc_graph_why *a = p, *b = q;
    if (a->cost_uusd != b->cost_uusd)
        return a->cost_uusd < b->cost_uusd ? 1 : -1;
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (a->nodes[i] != b->nodes[i])
            return a->nodes[i] < b->nodes[i] ? -1 : 1;
    return (a->count > b->count) - (a->count < b->count);
}

/* The last node of the path: the eviction that ended the attempt, else what it failed with. */
static uint32_t cause_of(const struct drc_graph *g, uint32_t attempt)
{
    static const char *const types[] = {"HAD_EVICTION", "FAILED_WITH"};
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < drc_graph_degree(g, attempt, DRC_GRAPH_OUT); i++) {
            struct drc_graph_arc arc = drc_graph_arc(g, attempt, DRC_GRAPH_OUT, i);
            if (strcmp(arc.kind->type, types[t]) == 0 &&
                (t == 1 || drc_graph_severity(g, arc.node) == 2))
                return arc.node;
        }
    return DRC_GRAPH_NONE;
}

uint32_t graph_other(const struct drc_graph *g, uint32_t node, enum drc_graph_way way,
                     const char *type)
{
    for (size_t i = 0; i < drc_graph_degree(g, node, way); i++) {
        struct drc_graph_arc arc = drc_graph_arc(g, node, way, i);
        if (strcmp(arc.kind->type, type) == 0)
            return arc.node;
    }
    return DRC_GRAPH_NONE;
}

size_t drc_graph_why(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                     struct drc_graph_window w, struct drc_graph_why **out)
{
    static const struct drc_graph_leg of_job[] = {{"HAS_RUN", false, true},
                                                  {"HAS_ATTEMPT", false, true}},
                                      of_run[] = {{"HAS_ATTEMPT", false, true}},
                                      of_cluster[] = {{"RAN_ON", true, true}};
    const char *kind = kind_of(g, start);
    const struct drc_graph_leg *legs = of_job;
    size_t leg_count = 2, n = 0;
    if (strcmp(kind, "run") == 0) {
        legs = of_run;
        leg_count = 1;
    } else if (strcmp(kind, "cluster") == 0) {
        legs = of_cluster;
        leg_count = 1;
    }
    uint32_t *attempts;
    bool cut = false;
    size_t found = drc_graph_follow(a, g, start, legs, leg_count, w, &attempts, ATTEMPTS_MAX, &cut);
    *out = drc_arena_array(a, found + 1, sizeof **out);
    for (size_t i = 0; i < found; i++) {
        uint32_t run = graph_other(g, attempts[i], DRC_GRAPH_IN, "HAS_ATTEMPT"),
                 cause = cause_of(g, attempts[i]);
        struct drc_graph_why *p = &(*out)[n++];
        p->nodes[p->count++] = start;
        if (run != DRC_GRAPH_NONE && run != start)
            p->nodes[p->count++] = run;
        p->nodes[p->count++] = attempts[i];
        if (cause != DRC_GRAPH_NONE)
            p->nodes[p->count++] = cause;
        p->cost_uusd = g->cost[attempts[i]] == INT64_MIN ? 0 : g->cost[attempts[i]];
    }
    qsort(*out, n, sizeof **out, by_cost);
    return n;
}
