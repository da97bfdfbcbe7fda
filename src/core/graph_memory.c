/* Memory of a usage graph while it is built, and its end. */
#include <stdlib.h>
#include <sys/mman.h>

#include "graph_parts.h"

#define LARGE_BYTES (4u << 20)
#define HUGE_PAGE (2u << 20)

/* Large arrays are written and read all over: with pages of 2 MB that waits less for the table of
 * pages. Advice only; what does not know it goes on as it was. */
static void advise(void *p, size_t bytes)
{
    uintptr_t from = ((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1),
              to = ((uintptr_t)p + bytes) & ~(uintptr_t)(HUGE_PAGE - 1);
    if (bytes >= LARGE_BYTES && to > from)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
}

void *graph_grown(void *p, size_t count, size_t bytes_each)
{
    void *q = reallocarray(p, count, bytes_each);
    if (q == NULL)
        abort();
    advise(q, count * bytes_each);
    return q;
}

struct drc_graph *graph_new(const struct drc_graph_model *model)
{
    struct drc_graph *g = graph_grown(NULL, 1, sizeof *g);
    *g = (struct drc_graph){.model = model};
    return g;
}

void drc_graph_free(struct drc_graph *g)
{
    if (g == NULL)
        return;
    if (g->image != NULL) {
        drc_arena_free(g->image);
        free(g);
        return;
    }
    free(g->ids);
    free(g->id_at);
    free(g->kind);
    free(g->severity);
    free(g->minute);
    free(g->cost);
    for (int way = 0; way < 2; way++) {
        free(g->first[way]);
        free(g->arcs[way]);
    }
    free(g->faults);
    free(g);
}
