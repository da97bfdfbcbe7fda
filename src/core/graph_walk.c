/* The ranked walk around a node. What a node adds is bounded before it is looked at: its arcs are
 * stored best first (severe, then new), so a walk reads the first few of each kind and never the
 * rest, however many there are. */
#include <stdlib.h>
#include <string.h>

#include "graph_parts.h"

#define EXAMINE_PER_KEPT 4  /* arcs that are compared for one neighbour that is kept */
#define EXAMINE_MAX 256     /* of one node and step */
#define FRONTIER_MAX 64     /* nodes from which the next hop starts */
#define CANDIDATES_MAX 2048 /* of one hop */
#define KEPT_MAX 256        /* of them stay in the answer */
#define SEEN_SLOTS 8192     /* power of two above twice all candidates of a walk */
#define HOP_DECAY 0.6
#define TIMELESS 0.5           /* recency of what has no time */
#define RECENT_MINUTES 10080.0 /* a week old counts half */

struct walk {
    const struct drc_graph *g;
    struct minutes w;
    struct drc_graph_hit *hits; /* candidates of the hop that is walked; then its best ones */
    size_t hit_count;
    uint32_t seen[SEEN_SLOTS]; /* node + 1 */
    size_t seen_count;
};

static bool see(struct walk *x, uint32_t node)
{
    uint32_t at = (node * UINT32_C(2654435761)) & (SEEN_SLOTS - 1);
    for (; x->seen[at] != 0; at = (at + 1) & (SEEN_SLOTS - 1))
        if (x->seen[at] == node + 1)
            return false;
    if (x->seen_count == SEEN_SLOTS / 2)
        return false;
    x->seen[at] = node + 1;
    x->seen_count++;
    return true;
}

static double recency(const struct walk *x, uint32_t minute)
{
    if (minute == 0)
        return TIMELESS;
    double age = minute >= x->w.to ? 0 : (double)(x->w.to - minute);
    return 1 / (1 + age / RECENT_MINUTES);
}

static int by_score(const void *p, const void *q)
{
    const struct drc_graph_hit *a = p, *b = q;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return (a->node > b->node) - (a->node < b->node);
}

/* The best `keep` of what one node reaches over one file of edges. */
static void take(struct walk *x, const struct drc_graph_step *step, unsigned kind, int parent,
                 uint32_t node, int hop, double base, size_t *added)
{
    struct drc_graph_hit found[EXAMINE_MAX];
    uint64_t arc;
    struct arc_walk arcs;
    size_t n = 0, most = (size_t)step->keep * EXAMINE_PER_KEPT;
    double cost_sum = 0;
    if (most > EXAMINE_MAX)
        most = EXAMINE_MAX;
    graph_arcs_begin(x->g, node, step->back ? DRC_GRAPH_IN : DRC_GRAPH_OUT, kind, 0, x->w, &arcs);
    while (n < most && graph_arcs_next(&arcs, &arc)) {
        uint32_t to = arc_node(arc), minute = arc_minute(arc);
        int64_t cost = x->g->cost[to];
        found[n++] =
            (struct drc_graph_hit){.node = to,
                                   .parent = parent,
                                   .kind = &x->g->model->edges[kind],
                                   .back = step->back,
                                   .hop = hop,
                                   .score = base * step->weight * (1 + arcs.severity) *
                                            recency(x, minute != 0 ? minute : x->g->minute[to])};
        cost_sum += cost > 0 ? (double)cost : 0;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t cost = x->g->cost[found[i].node];
        if (cost > 0)
            found[i].score *= 1 + (double)cost / cost_sum;
    }
    if (n > (size_t)step->keep)
        qsort(found, n, sizeof *found, by_score);
    for (size_t i = 0, kept = 0; i < n && kept < (size_t)step->keep; i++)
        if (*added < CANDIDATES_MAX && see(x, found[i].node)) {
            x->hits[x->hit_count + (*added)++] = found[i];
            kept++;
        }
}

/* Without a plan: all edges, one hop. */
static void take_all(struct walk *x, uint32_t node, size_t *added)
{
    for (unsigned k = 0; k < x->g->model->edge_count; k++)
        for (int back = 0; back < 2; back++) {
            const struct drc_graph_step step = {1, x->g->model->edges[k].type, back == 1, 1, 8};
            take(x, &step, k, 0, node, 1, 1, added);
        }
}

static void expand(struct walk *x, const struct drc_graph_plan *plan, int parent, int hop,
                   double base, size_t *added)
{
    uint32_t node = x->hits[parent].node;
    const struct drc_graph_model *m = x->g->model;
    for (size_t s = 0; s < plan->step_count; s++) {
        if (plan->steps[s].hop != hop)
            continue;
        const char *kind = drc_graph_kind(x->g, node)->kind;
        for (unsigned k = 0; k < m->edge_count; k++)
            if (strcmp(m->edges[k].type, plan->steps[s].type) == 0 &&
                strcmp(plan->steps[s].back ? m->edges[k].to : m->edges[k].from, kind) == 0)
                take(x, &plan->steps[s], k, parent, node, hop, base, added);
    }
}

static int last_hop(const struct drc_graph_plan *plan)
{
    int last = 1;
    for (size_t s = 0; plan != NULL && s < plan->step_count; s++)
        if (plan->steps[s].hop > last)
            last = plan->steps[s].hop;
    return last;
}

/* Parents stand before their children in x->hits; the answer is in order of rank. */
static size_t rank(struct drc_arena *a, struct walk *x, struct drc_graph_hit *out, size_t max)
{
    size_t n = x->hit_count;
    int *place = drc_arena_array(a, n, sizeof *place);
    struct drc_graph_hit *sorted = drc_arena_array(a, n, sizeof *sorted);
    memcpy(sorted, x->hits, n * sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i].parent = (int)i; /* for now: where it was */
    qsort(sorted + 1, n - 1, sizeof *sorted, by_score);
    for (size_t i = 0; i < n; i++)
        place[sorted[i].parent] = (int)i;
    size_t shown = n < max ? n : max;
    for (size_t i = 0; i < shown; i++) {
        int was = sorted[i].parent, parent = x->hits[was].parent;
        out[i] = sorted[i];
        out[i].parent = parent < 0 ? -1 : place[parent];
    }
    return shown;
}

size_t drc_graph_walk(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                      struct drc_graph_window w, struct drc_graph_hit *out, size_t max)
{
    const struct drc_graph_plan *plan = graph_plan(g, start);
    struct walk *x = drc_arena_alloc(a, sizeof *x);
    size_t from = 0, to = 1;
    int last = last_hop(plan);
    x->hits = drc_arena_array(a, 1 + (size_t)last * KEPT_MAX + CANDIDATES_MAX, sizeof *x->hits);
    x->g = g;
    x->w = graph_minutes(w);
    x->hits[0] = (struct drc_graph_hit){.node = start, .parent = -1, .score = 1};
    x->hit_count = 1;
    see(x, start);
    double base = 1;
    for (int hop = 1; hop <= last; hop++, base *= HOP_DECAY) {
        size_t added = 0;
        for (size_t i = from; i < to; i++) {
            if (i > 0 && drc_graph_kind(g, x->hits[i].node)->hub)
                continue; /* never through a hub */
            if (plan == NULL)
                take_all(x, start, &added);
            else
                expand(x, plan, (int)i, hop, base, &added);
        }
        qsort(x->hits + x->hit_count, added, sizeof *x->hits, by_score);
        from = x->hit_count;
        x->hit_count += added < KEPT_MAX ? added : KEPT_MAX;
        to = from + (added < FRONTIER_MAX ? added : FRONTIER_MAX);
    }
    return rank(a, x, out, max);
}

/* ---- paths -------------------------------------------------------------------------------- */

static int by_node(const void *p, const void *q)
{
    uint32_t a = *(const uint32_t *)p, b = *(const uint32_t *)q;
    return (a > b) - (a < b);
}

static size_t unique(uint32_t *nodes, size_t n)
{
    size_t to = 0;
    qsort(nodes, n, sizeof *nodes, by_node);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || nodes[i] != nodes[to - 1])
            nodes[to++] = nodes[i];
    return to;
}

/* One leg from one node; false where there is no more room. */
static bool follow_one(const struct drc_graph *g, uint32_t node, const struct drc_graph_leg *leg,
                       struct minutes w, uint32_t *out, size_t *n, size_t max)
{
    const struct drc_graph_model *m = g->model;
    for (unsigned k = 0; k < m->edge_count; k++) {
        struct arc_walk arcs;
        uint64_t arc;
        if (strcmp(m->edges[k].type, leg->type) != 0)
            continue;
        graph_arcs_begin(g, node, leg->back ? DRC_GRAPH_IN : DRC_GRAPH_OUT, k, leg->severe, w,
                         &arcs);
        while (graph_arcs_next(&arcs, &arc)) {
            if (*n == max)
                return false;
            out[(*n)++] = arc_node(arc);
        }
    }
    return true;
}

size_t drc_graph_follow(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                        const struct drc_graph_leg *legs, size_t leg_count,
                        struct drc_graph_window w, uint32_t **out, size_t max, bool *cut)
{
    struct minutes minutes = graph_minutes(w);
    uint32_t *now = drc_arena_array(a, max + 1, sizeof *now),
             *next = drc_arena_array(a, max + 1, sizeof *next);
    size_t n = 1;
    now[0] = start;
    for (size_t leg = 0; leg < leg_count; leg++) {
        size_t found = 0;
        for (size_t i = 0; i < n; i++)
            if (!follow_one(g, now[i], &legs[leg], minutes, next, &found, max)) {
                *cut = true;
                break;
            }
        n = unique(next, found);
        uint32_t *swap = now;
        now = next;
        next = swap;
    }
    *out = now;
    return n;
}
