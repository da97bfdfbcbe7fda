/* What feeds what: closures and dominators over the edges READS and WRITES. Data flows from a
 * dataset to what reads it and from a job to what it writes. */
#include <stdlib.h>
#include <string.h>

#include "graph_parts.h"

/* The next nodes with the flow (down) or against it. */
static size_t flow(const struct drc_graph *g, uint32_t node, bool down, uint32_t *out, size_t max)
{
    size_t n = 0;
    for (int way = 0; way < 2; way++) {
        const char *type = (way == DRC_GRAPH_OUT) == down ? "WRITES" : "READS";
        const uint64_t *arcs = g->arcs[way];
        for (uint32_t i = g->first[way][node]; i < g->first[way][node + 1] && n < max; i++)
            if (strcmp(g->model->edges[arc_kind(arcs[i])].type, type) == 0)
                out[n++] = arc_node(arcs[i]);
    }
    return n;
}

/* Breadth first; order: all nodes reached, nearest first, then by number. place[node] = place in
 * order + 1. */
struct reach {
    uint32_t *order, *place;
    int *hops;
    size_t count, widest; /* widest: most neighbours of one of them */
};

static int by_number(const void *p, const void *q)
{
    uint32_t a = *(const uint32_t *)p, b = *(const uint32_t *)q;
    return (a > b) - (a < b);
}

static size_t degree(const struct drc_graph *g, uint32_t node)
{
    return drc_graph_degree(g, node, DRC_GRAPH_OUT) + drc_graph_degree(g, node, DRC_GRAPH_IN);
}

/* Only kinds that READS or WRITES join can be reached. */
static size_t reachable(const struct drc_graph *g)
{
    size_t n = 1;
    for (size_t k = 0; k < g->model->node_count; k++)
        for (size_t e = 0; e < g->model->edge_count; e++) {
            const struct drc_graph_edge_kind *edge = &g->model->edges[e];
            const char *kind = g->model->nodes[k].kind;
            if ((strcmp(edge->type, "READS") == 0 || strcmp(edge->type, "WRITES") == 0) &&
                (strcmp(edge->from, kind) == 0 || strcmp(edge->to, kind) == 0)) {
                n += g->kind_first[k + 1] - g->kind_first[k];
                break;
            }
        }
    return n;
}

static void reach_from(struct drc_arena *a, const struct drc_graph *g, uint32_t start, bool down,
                       struct reach *r)
{
    size_t most = reachable(g), room = 0;
    uint32_t *next = NULL;
    *r = (struct reach){.order = drc_arena_array(a, most, sizeof *r->order),
                        .place = drc_arena_array(a, g->node_count, sizeof *r->place),
                        .hops = drc_arena_array(a, most, sizeof *r->hops)};
    r->order[r->count++] = start;
    r->place[start] = 1;
    for (size_t from = 0, to = 1; from < to; from = to, to = r->count) {
        for (size_t i = from; i < to; i++) {
            size_t d = degree(g, r->order[i]);
            r->widest = d > r->widest ? d : r->widest;
            if (d > room) {
                room = 2 * d;
                next = drc_arena_array(a, room, sizeof *next);
            }
            size_t n = flow(g, r->order[i], down, next, d);
            for (size_t k = 0; k < n; k++)
                if (r->place[next[k]] == 0) {
                    r->place[next[k]] = 1;
                    r->hops[r->count] = r->hops[i] + 1;
                    r->order[r->count++] = next[k];
                }
        }
        qsort(r->order + to, r->count - to, sizeof *r->order, by_number);
    }
    for (size_t i = 0; i < r->count; i++)
        r->place[r->order[i]] = (uint32_t)i + 1;
}

size_t drc_graph_closure(struct drc_arena *a, const struct drc_graph *g, uint32_t start, bool down,
                         uint32_t **out, int **hops)
{
    struct reach r;
    reach_from(a, g, start, down, &r);
    *out = r.order + 1;
    if (hops != NULL)
        *hops = r.hops + 1;
    return r.count - 1;
}

/* ---- dominators --------------------------------------------------------------------------- */

struct frame {
    uint32_t node; /* place in the reach */
    uint32_t *next;
    size_t count, at;
};

/* Numbers the reached nodes in postorder of a walk against the flow from the target. */
static uint32_t *postorder(struct drc_arena *a, const struct drc_graph *g, const struct reach *r)
{
    uint32_t *number = drc_arena_array(a, r->count, sizeof *number), given = 0;
    bool *seen = drc_arena_array(a, r->count, sizeof *seen);
    struct frame *stack = drc_arena_array(a, r->count, sizeof *stack);
    size_t depth = 1;
    stack[0] = (struct frame){.node = 0};
    seen[0] = true;
    while (depth > 0) {
        struct frame *f = &stack[depth - 1];
        if (f->next == NULL) {
            size_t d = degree(g, r->order[f->node]);
            f->next = drc_arena_array(a, d + 1, sizeof *f->next);
            f->count = flow(g, r->order[f->node], false, f->next, d);
        }
        if (f->at == f->count) {
            number[f->node] = given++;
            depth--;
            continue;
        }
        uint32_t child = r->place[f->next[f->at++]] - 1;
        if (!seen[child]) {
            seen[child] = true;
            stack[depth++] = (struct frame){.node = child};
        }
    }
    return number;
}

static uint32_t intersect(const uint32_t *idom, const uint32_t *number, uint32_t x, uint32_t y)
{
    while (x != y) {
        while (number[x] < number[y])
            x = idom[x];
        while (number[y] < number[x])
            y = idom[y];
    }
    return x;
}

/* One pass in reverse postorder; true: something changed. */
static bool refine(const struct drc_graph *g, const struct reach *r, const uint32_t *number,
                   const uint32_t *by_order, uint32_t *idom, uint32_t *next)
{
    bool changed = false;
    for (size_t i = r->count; i-- > 0;) {
        uint32_t node = by_order[i], best = UINT32_MAX;
        if (node == 0)
            continue;
        /* Predecessors in the walk against the flow are what the node flows into. */
        size_t n = flow(g, r->order[node], true, next, degree(g, r->order[node]));
        for (size_t k = 0; k < n; k++) {
            uint32_t p = r->place[next[k]];
            if (p == 0 || idom[p - 1] == UINT32_MAX)
                continue;
            best = best == UINT32_MAX ? p - 1 : intersect(idom, number, p - 1, best);
        }
        if (best != idom[node]) {
            idom[node] = best;
            changed = true;
        }
    }
    return changed;
}

int drc_graph_dominators(struct drc_arena *a, const struct drc_graph *g, uint32_t source,
                         uint32_t target, uint32_t **out)
{
    struct reach r;
    reach_from(a, g, target, false, &r);
    if (r.place[source] == 0)
        return -1;
    uint32_t *number = postorder(a, g, &r);
    uint32_t *by_order = drc_arena_array(a, r.count, sizeof *by_order),
             *idom = drc_arena_array(a, r.count, sizeof *idom),
             *next = drc_arena_array(a, r.widest + 1, sizeof *next);
    for (size_t i = 0; i < r.count; i++) {
        by_order[number[i]] = (uint32_t)i;
        idom[i] = UINT32_MAX;
    }
    idom[0] = 0;
    while (refine(g, &r, number, by_order, idom, next))
        ;
    int n = 0;
    *out = drc_arena_array(a, r.count, sizeof **out);
    for (uint32_t x = idom[r.place[source] - 1]; r.place[source] != 1 && x != 0; x = idom[x])
        (*out)[n++] = r.order[x];
    return n;
}
