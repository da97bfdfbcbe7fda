/* The ranked walk around a node. What a node adds is bounded before it is looked at: its arcs are
 * stored best first (severe, then new), so a walk reads the first few of each kind and never the
 * rest, however many there are. */
#include <stdlib.h>
#include <string.h>

#include "graph_parts.h"

#define EXAMINE_PER_KEPT 3  /* arcs that are compared for one neighbour that is kept */
#define EXAMINE_MAX 96      /* of one node and step */
#define FRONTIER_MAX 32     /* nodes from which the next hop starts */
#define CANDIDATES_MAX 1024 /* of one hop */
#define SEEN_SLOTS 8192     /* power of two above twice all candidates of a walk */
#define HOP_DECAY 0.6
#define TIMELESS 0.5           /* recency of what has no time */
#define RECENT_MINUTES 10080.0 /* a week old counts half */

struct walk {
    const struct drc_graph *g;
    struct minutes w;
    struct drc_graph_hit *hits; /* in the order in which they were found */
    uint32_t *minute;           /* of each: what is part of it is as recent */
    size_t hit_count, hop_end;  /* hop_end: room of the hop that is walked */
    uint32_t seen[SEEN_SLOTS];  /* node + 1 */
    size_t seen_count;
};

/* Best first, equal ones by node. */
struct order {
    double score;
    uint32_t node, at;
};

static bool before(const struct order *a, const struct order *b)
{
    return a->score != b->score ? a->score > b->score : a->node < b->node;
}

#define INSERTION_MAX 12

/* The best `want` in order, the rest behind them. Quicksort by the middle of three: these lists are
 * sorted many times a walk, and a call for each comparison would be most of its time. */
static void sort_order(struct order *o, size_t n, size_t want)
{
    while (n > INSERTION_MAX) {
        struct order *x = &o[0], *y = &o[n / 2], *z = &o[n - 1];
        const struct order *m = before(x, y) ? (before(y, z)   ? y
                                                : before(x, z) ? z
                                                               : x)
                                             : (before(x, z)   ? x
                                                : before(y, z) ? z
                                                               : y);
        struct order pivot = *m, swap;
        size_t i = 0, k = n - 1;
        for (;; i++, k--) {
            while (before(&o[i], &pivot))
                i++;
            while (before(&pivot, &o[k]))
                k--;
            if (i >= k)
                break;
            swap = o[i];
            o[i] = o[k];
            o[k] = swap;
        }
        sort_order(o, k + 1, want);
        if (want <= k + 1)
            return;
        o += k + 1;
        n -= k + 1;
        want -= k + 1;
    }
    for (size_t i = 1; i < n; i++) {
        struct order x = o[i];
        size_t k = i;
        for (; k > 0 && before(&x, &o[k - 1]); k--)
            o[k] = o[k - 1];
        o[k] = x;
    }
}

static bool see(struct walk *x, uint32_t node)
{
    uint32_t at = (node * UINT32_C(2654435761)) >> 19;
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

/* Where a step is taken from a node: `base` is the decay of the hop. */
struct place {
    int parent, hop;
    double base;
};

/* The best `keep` of what one node reaches over one file of edges. */
static void take(struct walk *x, const struct drc_graph_step *step, unsigned kind,
                 struct place from)
{
    const struct drc_graph_edge_kind *edge = &x->g->model->edges[kind];
    struct order found[EXAMINE_MAX];
    uint32_t minutes[EXAMINE_MAX];
    uint64_t arc;
    struct arc_walk arcs;
    size_t n = 0, most = (size_t)step->keep * EXAMINE_PER_KEPT;
    double cost_sum = 0;
    if (most > EXAMINE_MAX)
        most = EXAMINE_MAX;
    graph_arcs_begin(x->g, x->hits[from.parent].node, step->back ? DRC_GRAPH_IN : DRC_GRAPH_OUT,
                     kind, 0, x->w, &arcs);
    while (n < most && graph_arcs_next(&arcs, &arc)) {
        int64_t cost = x->g->cost[arc_node(arc)];
        minutes[n] = arc_minute(arc);
        if (minutes[n] == 0 && edge->part && !step->back)
            minutes[n] = x->minute[from.parent];
        found[n] =
            (struct order){from.base * step->weight * (1 + arcs.severity) * recency(x, minutes[n]),
                           arc_node(arc), (uint32_t)n};
        cost_sum += cost > 0 ? (double)cost : 0;
        n++;
    }
    for (size_t i = 0; i < n && cost_sum > 0; i++) {
        int64_t cost = x->g->cost[found[i].node];
        found[i].score *= 1 + (cost > 0 ? (double)cost / cost_sum : 0);
    }
    if (n > (size_t)step->keep)
        sort_order(found, n, n);
    for (size_t i = 0, kept = 0; i < n && kept < (size_t)step->keep; i++)
        if (x->hit_count < x->hop_end && see(x, found[i].node)) {
            x->minute[x->hit_count] = minutes[found[i].at];
            x->hits[x->hit_count++] = (struct drc_graph_hit){
                found[i].node, from.parent, edge, step->back, from.hop, found[i].score};
            kept++;
        }
}

/* Without a plan: all edges, one hop. */
static void take_all(struct walk *x)
{
    for (unsigned k = 0; k < x->g->model->edge_count; k++)
        for (int back = 0; back < 2; back++) {
            const struct drc_graph_step step = {
                .hop = 1, .back = back == 1, .weight = 1, .keep = 8};
            take(x, &step, k, (struct place){0, 1, 1});
        }
}

static void expand(struct walk *x, const struct drc_graph_plan *plan, struct place from)
{
    const struct drc_graph_model *m = x->g->model;
    unsigned kind = x->g->kind[x->hits[from.parent].node];
    for (size_t s = 0; s < plan->step_count; s++) {
        const struct drc_graph_step *step = &plan->steps[s];
        if (step->hop != from.hop)
            continue;
        for (uint64_t set = step->edges; set != 0; set &= set - 1) {
            unsigned k = (unsigned)__builtin_ctzll(set);
            if ((step->back ? m->edges[k].to_kind : m->edges[k].from_kind) == kind)
                take(x, step, k, from);
        }
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

/* The hits from `first` on, the best `want` of them first and in order of rank. */
static struct order *rank(struct drc_arena *a, const struct walk *x, size_t first, size_t want)
{
    size_t n = x->hit_count - first;
    struct order *o = drc_arena_array(a, n + 1, sizeof *o);
    for (size_t i = 0; i < n; i++)
        o[i] = (struct order){x->hits[first + i].score, x->hits[first + i].node,
                              (uint32_t)(first + i)};
    sort_order(o, n, want);
    return o;
}

/* The start, then by rank; parents as places in the answer, -1 where they did not come in. */
static size_t answer(struct drc_arena *a, const struct walk *x, struct drc_graph_hit *out,
                     size_t max)
{
    size_t n = x->hit_count < max ? x->hit_count : max;
    int *place = drc_arena_array(a, x->hit_count, sizeof *place);
    const struct order *o = rank(a, x, 1, n);
    for (size_t i = 1; i < x->hit_count; i++)
        place[o[i - 1].at] = i < n ? (int)i : -1;
    for (size_t i = 0; i < n; i++) {
        out[i] = x->hits[i == 0 ? 0 : o[i - 1].at];
        if (i > 0)
            out[i].parent = place[out[i].parent];
    }
    return n;
}

size_t drc_graph_walk(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                      struct drc_graph_window w, struct drc_graph_hit *out, size_t max)
{
    const struct drc_graph_plan *plan = graph_plan(g, start);
    struct walk *x = drc_arena_alloc(a, sizeof *x);
    int last = last_hop(plan);
    size_t room = 1 + (size_t)last * CANDIDATES_MAX;
    double base = 1;
    x->g = g;
    x->w = graph_minutes(w);
    x->hits = drc_arena_array(a, room, sizeof *x->hits);
    x->minute = drc_arena_array(a, room, sizeof *x->minute);
    x->hits[0] = (struct drc_graph_hit){.node = start, .parent = -1, .score = 1};
    x->minute[0] = g->minute[start];
    x->hit_count = 1;
    see(x, start);
    for (size_t hop = 1, first = 0; hop <= (size_t)last; hop++, base *= HOP_DECAY) {
        size_t wide = x->hit_count - first;
        const struct order *frontier = rank(a, x, first, FRONTIER_MAX);
        first = x->hit_count;
        x->hop_end = first + CANDIDATES_MAX;
        for (size_t i = 0; i < wide && i < FRONTIER_MAX; i++) {
            int at = (int)frontier[i].at;
            if (at > 0 && drc_graph_kind(g, x->hits[at].node)->hub)
                continue; /* never through a hub */
            if (plan == NULL)
                take_all(x);
            else
                expand(x, plan, (struct place){at, (int)hop, base});
        }
    }
    return answer(a, x, out, max);
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
