/* What runs on a cluster or with a compute configuration, and what fails there more often than
 * elsewhere. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/stats.h"
#include "graph_parts.h"

#define FALSE_SHARE 0.05 /* of the pairs that are said to go together */

static bool is_kind(const struct drc_graph *g, uint32_t node, const char *kind)
{
    return strcmp(drc_graph_kind(g, node)->kind, kind) == 0;
}

static bool is_inside(const struct drc_graph *g, uint32_t node, struct drc_graph_window w)
{
    int64_t at = drc_graph_at_ms(g, node);
    return at >= w.from_ms && at < w.to_ms;
}

/* Ends of the arcs of a type, only attempts of the window. */
static size_t attempts_at(const struct drc_graph *g, uint32_t node, enum drc_graph_way way,
                          const char *type, struct drc_graph_window w, uint32_t *out)
{
    size_t n = 0, degree = drc_graph_degree(g, node, way);
    for (size_t i = 0; i < degree; i++) {
        struct drc_graph_arc arc = drc_graph_arc(g, node, way, i);
        if (strcmp(arc.kind->type, type) == 0 && is_kind(g, arc.node, "attempt") &&
            is_inside(g, arc.node, w))
            out[n++] = arc.node;
    }
    return n;
}

static const char *edge_of(const struct drc_graph *g, uint32_t start)
{
    return is_kind(g, start, "cluster")   ? "RAN_ON"
           : is_kind(g, start, "compute") ? "CONFIGURED_WITH"
                                          : NULL;
}

/* ---- jobs --------------------------------------------------------------------------------- */

static int by_job(const void *p, const void *q)
{
    const struct drc_graph_job *a = p, *b = q;
    return (a->job > b->job) - (a->job < b->job);
}

static int by_cost(const void *p, const void *q)
{
    const struct drc_graph_job *a = p, *b = q;
    return a->cost_uusd != b->cost_uusd ? (a->cost_uusd < b->cost_uusd ? 1 : -1) : by_job(p, q);
}

size_t drc_graph_jobs(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                      struct drc_graph_window w, struct drc_graph_job **out)
{
    const char *type = edge_of(g, start);
    size_t found = 0, n = 0;
    uint32_t *attempts =
        drc_arena_array(a, drc_graph_degree(g, start, DRC_GRAPH_IN) + 1, sizeof *attempts);
    if (type != NULL)
        found = attempts_at(g, start, DRC_GRAPH_IN, type, w, attempts);
    struct drc_graph_job *list = *out = drc_arena_array(a, found + 1, sizeof *list);
    for (size_t i = 0; i < found; i++) {
        uint32_t run = graph_other(g, attempts[i], DRC_GRAPH_IN, "HAS_ATTEMPT");
        int64_t cost = g->cost[attempts[i]];
        list[i] = (struct drc_graph_job){
            .job = run == DRC_GRAPH_NONE ? run : graph_other(g, run, DRC_GRAPH_IN, "HAS_RUN"),
            .attempts = 1,
            .failed = g->severity[attempts[i]] > 0,
            .cost_uusd = cost == INT64_MIN ? 0 : cost};
    }
    qsort(list, found, sizeof *list, by_job);
    for (size_t i = 0; i < found; i++) {
        if (list[i].job == DRC_GRAPH_NONE)
            continue;
        if (n > 0 && list[n - 1].job == list[i].job) {
            list[n - 1].attempts += 1;
            list[n - 1].failed += list[i].failed;
            list[n - 1].cost_uusd += list[i].cost_uusd;
        } else {
            list[n++] = list[i];
        }
    }
    qsort(list, n, sizeof *list, by_cost);
    return n;
}

/* ---- failures ----------------------------------------------------------------------------- */

struct sighting { /* attempts that ran there and ended so; NONE: elsewhere, did not fail */
    uint32_t place, error;
    int64_t count;
};

static int by_place(const void *p, const void *q)
{
    const struct sighting *a = p, *b = q;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->error > b->error) - (a->error < b->error);
}

static size_t all_attempts(const struct drc_graph *g, struct drc_graph_window w, uint32_t *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < drc_graph_nodes(g); i++)
        if (is_kind(g, i, "attempt") && is_inside(g, i, w))
            out[n++] = i;
    return n;
}

static size_t attempts_of_job(const struct drc_graph *g, uint32_t job, struct drc_graph_window w,
                              uint32_t *out)
{
    size_t n = 0, degree = drc_graph_degree(g, job, DRC_GRAPH_OUT);
    for (size_t i = 0; i < degree; i++) {
        struct drc_graph_arc arc = drc_graph_arc(g, job, DRC_GRAPH_OUT, i);
        if (strcmp(arc.kind->type, "HAS_RUN") == 0)
            n += attempts_at(g, arc.node, DRC_GRAPH_OUT, "HAS_ATTEMPT", w, out + n);
    }
    return n;
}

static size_t sightings(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                        struct drc_graph_window w, struct sighting **out)
{
    const char *type = edge_of(g, start);
    uint32_t *attempts = drc_arena_array(a, (size_t)drc_graph_nodes(g) + 1, sizeof *attempts);
    size_t n = 0, count = type == NULL ? attempts_of_job(g, start, w, attempts)
                                       : all_attempts(g, w, attempts);
    struct sighting *list = *out = drc_arena_array(a, count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        uint32_t place =
            graph_other(g, attempts[i], DRC_GRAPH_OUT, type == NULL ? "CONFIGURED_WITH" : type);
        list[i] =
            (struct sighting){.place = type != NULL && place != start ? DRC_GRAPH_NONE : place,
                              .error = graph_other(g, attempts[i], DRC_GRAPH_OUT, "FAILED_WITH"),
                              .count = 1};
    }
    qsort(list, count, sizeof *list, by_place);
    for (size_t i = 0; i < count; i++) {
        if (n > 0 && by_place(&list[n - 1], &list[i]) == 0)
            list[n - 1].count += 1;
        else
            list[n++] = list[i];
    }
    return n;
}

/* Those that go together first, by p; then the more frequent. */
static int by_p(const void *p, const void *q)
{
    const struct drc_graph_failure *a = p, *b = q;
    if (a->goes_with != b->goes_with)
        return a->goes_with ? -1 : 1;
    if (a->goes_with && a->p != b->p)
        return a->p < b->p ? -1 : 1;
    if (a->here != b->here)
        return a->here < b->here ? 1 : -1;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->error > b->error) - (a->error < b->error);
}

static void weigh(struct drc_arena *a, struct drc_graph_failure *list, size_t n)
{
    double *p = drc_arena_array(a, n + 1, sizeof *p);
    size_t tests = 0;
    for (size_t i = 0; i < n; i++) {
        struct drc_graph_failure *f = &list[i];
        f->p = f->there_all == 0 ? NAN
                                 : drc_stats_fisher(f->here, f->here_all - f->here, f->there,
                                                    f->there_all - f->there);
        if (!isnan(f->p))
            p[tests++] = f->p;
    }
    double cut = tests == 0 ? NAN : drc_stats_bh_cut(p, tests, FALSE_SHARE);
    for (size_t i = 0; i < n; i++) {
        struct drc_graph_failure *f = &list[i];
        f->goes_with = f->p <= cut && (double)f->here * (double)f->there_all >
                                          (double)f->there * (double)f->here_all;
    }
    qsort(list, n, sizeof *list, by_p);
}

size_t drc_graph_failures(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                          struct drc_graph_window w, struct drc_graph_failure **out)
{
    struct sighting *seen;
    size_t count = sightings(a, g, start, w, &seen), n = 0;
    *out = drc_arena_array(a, count + 1, sizeof **out);
    for (size_t i = 0; i < count; i++) {
        struct drc_graph_failure f = {.place = seen[i].place, .error = seen[i].error};
        if (f.place == DRC_GRAPH_NONE || f.error == DRC_GRAPH_NONE)
            continue;
        for (size_t k = 0; k < count; k++) {
            bool here = seen[k].place == f.place, so = seen[k].error == f.error;
            *(here ? &f.here_all : &f.there_all) += seen[k].count;
            *(here ? &f.here : &f.there) += so ? seen[k].count : 0;
        }
        (*out)[n++] = f;
    }
    weigh(a, *out, n);
    return n;
}
