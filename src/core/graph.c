/* Reading the usage graph: look-ups by id, attributes, arcs in their order. */
#include "drc/graph.h"

#include <string.h>

#include "graph_parts.h"

uint32_t drc_graph_nodes(const struct drc_graph *g)
{
    return g->node_count;
}

uint64_t drc_graph_edges(const struct drc_graph *g)
{
    return g->arc_count;
}

uint64_t drc_graph_bytes(const struct drc_graph *g)
{
    uint64_t per_node = sizeof *g->id_at + sizeof *g->kind + sizeof *g->severity +
                        sizeof *g->minute + sizeof *g->cost + 2 * sizeof *g->first[0];
    return sizeof *g + g->id_bytes + g->node_count * per_node + 2 * g->arc_count * sizeof(uint64_t);
}

const struct drc_graph_model *drc_graph_model(const struct drc_graph *g)
{
    return g->model;
}

const struct drc_graph_fault *drc_graph_faults(const struct drc_graph *g, size_t *count)
{
    *count = g->fault_count;
    return g->faults;
}

/* Within a kind the ids are sorted. */
static uint32_t find_in(const struct drc_graph *g, uint32_t low, uint32_t high, const char *id)
{
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int d = strcmp(graph_id(g, middle), id);
        if (d == 0)
            return middle;
        if (d < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return DRC_GRAPH_NONE;
}

uint32_t drc_graph_find(const struct drc_graph *g, const char *id)
{
    size_t prefix = strcspn(id, ":");
    for (size_t k = 0; k < g->model->node_count; k++) {
        if (strlen(g->model->nodes[k].prefix) != prefix ||
            strncmp(g->model->nodes[k].prefix, id, prefix) != 0)
            continue;
        uint32_t n = find_in(g, g->kind_first[k], g->kind_first[k + 1], id);
        if (n != DRC_GRAPH_NONE)
            return n;
    }
    return DRC_GRAPH_NONE;
}

const char *drc_graph_id(const struct drc_graph *g, uint32_t node)
{
    return graph_id(g, node);
}

const struct drc_graph_node_kind *drc_graph_kind(const struct drc_graph *g, uint32_t node)
{
    return &g->model->nodes[g->kind[node]];
}

int64_t drc_graph_at_ms(const struct drc_graph *g, uint32_t node)
{
    return g->minute[node] * INT64_C(60000);
}

int64_t drc_graph_cost_uusd(const struct drc_graph *g, uint32_t node)
{
    return g->cost[node];
}

int drc_graph_severity(const struct drc_graph *g, uint32_t node)
{
    return g->severity[node];
}

size_t drc_graph_degree(const struct drc_graph *g, uint32_t node, enum drc_graph_way way)
{
    return g->first[way][node + 1] - g->first[way][node];
}

struct drc_graph_arc drc_graph_arc(const struct drc_graph *g, uint32_t node, enum drc_graph_way way,
                                   size_t i)
{
    uint64_t arc = g->arcs[way][g->first[way][node] + i];
    return (struct drc_graph_arc){arc_node(arc), &g->model->edges[arc_kind(arc)],
                                  arc_minute(arc) * INT64_C(60000)};
}

const struct drc_graph_plan *graph_plan(const struct drc_graph *g, uint32_t node)
{
    const char *kind = drc_graph_kind(g, node)->kind;
    for (size_t i = 0; i < g->model->plan_count; i++)
        if (strcmp(g->model->plans[i].kind, kind) == 0)
            return &g->model->plans[i];
    return NULL;
}

/* ---- arcs in a window --------------------------------------------------------------------- */

struct minutes graph_minutes(struct drc_graph_window w)
{
    int64_t from = w.from_ms / 60000, to = (w.to_ms + 59999) / 60000;
    if (from < 1)
        from = 1; /* 0 stands for "no time" */
    if (to > ARC_MINUTE_MAX)
        to = ARC_MINUTE_MAX;
    return (struct minutes){(uint32_t)from, to < from ? (uint32_t)from : (uint32_t)to};
}

/* The first arc that is not below `bound`. No branch: which half it is cannot be foreseen. */
static const uint64_t *lower_bound(const uint64_t *from, const uint64_t *to, uint64_t bound)
{
    size_t n = (size_t)(to - from);
    for (size_t half; (half = n / 2) > 0; n -= half)
        from += from[half - 1] < bound ? half : 0;
    return from + (n == 1 && *from < bound);
}

/* The same where it is likely to be near `from`. */
static const uint64_t *bound_near(const uint64_t *from, const uint64_t *to, uint64_t bound)
{
    size_t step = 4;
    while (step < (size_t)(to - from) && from[step - 1] < bound) {
        from += step;
        step *= 2;
    }
    return lower_bound(from, step < (size_t)(to - from) ? from + step : to, bound);
}

void graph_arcs_begin(const struct drc_graph *g, uint32_t node, enum drc_graph_way way,
                      unsigned kind, int lowest, struct minutes w, struct arc_walk *walk)
{
    const uint64_t *all = g->arcs[way] + g->first[way][node],
                   *end = g->arcs[way] + g->first[way][node + 1];
    *walk =
        (struct arc_walk){.kind = kind, .severity = 3, .lowest = lowest, .timeless = true, .w = w};
    walk->at = lower_bound(all, end, (uint64_t)kind << 58);
    walk->end = bound_near(walk->at, end, (uint64_t)(kind + 1) << 58);
}

/* The next run: of one severity those inside the window, then those without a time. */
static bool next_run(struct arc_walk *walk)
{
    if (walk->timeless) {
        walk->severity--;
        if (walk->severity < walk->lowest || walk->at == walk->end)
            return false;
    }
    walk->timeless = !walk->timeless;
    uint32_t newest = walk->timeless ? 0 : walk->w.to - 1;
    uint32_t oldest = walk->timeless ? 0 : walk->w.from;
    unsigned s = (unsigned)walk->severity;
    walk->run.from = bound_near(walk->at, walk->end, arc_make(walk->kind, s, newest, 0));
    walk->run.to =
        bound_near(walk->run.from, walk->end, arc_make(walk->kind, s, oldest, ARC_NODES_MAX) + 1);
    return true;
}

bool graph_arcs_next(struct arc_walk *walk, uint64_t *arc)
{
    while (walk->run.from == walk->run.to)
        if (!next_run(walk))
            return false;
    *arc = *walk->run.from++;
    return true;
}
