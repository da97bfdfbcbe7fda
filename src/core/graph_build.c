/* Builds the usage graph: rows of the facts to compressed sparse rows. Ids become numbers once,
 * here: a table of hashes lives only as long as the build, later look-ups search the sorted ids.
 *
 * Memory is the point of the layout: an edge is 16 bytes in the end (one number in each direction),
 * and the list it comes from is given back piece by piece while the first direction is filled. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/log.h"
#include "graph_parts.h"

#define BUILD_DEADLINE_MS 60000
#define CHUNK_EDGES_MIN 4096 /* of the first list of a file; each next one is twice as long */
#define CHUNK_EDGES_MAX (1u << 19)
#define BATCH 256 /* edges whose ends are looked up together, so that the memory's waits overlap */
#define NEAR_AGAIN 8 /* batches until it is tried again */
#define AHEAD 16     /* edges between the fetch of what one needs and its use */

struct raw_edge {
    uint32_t src, dst, minute; /* minute: of the edge; 0 = none */
};

struct chunk { /* of one file */
    struct chunk *next;
    size_t used, cap;
    unsigned kind;
    struct raw_edge edges[];
};

struct build {
    struct drc_graph *g;
    struct drc_db *facts;
    uint32_t node_cap, slot_mask;
    uint64_t *slots; /* upper half of the hash, node + 1; 0 = free */
    uint64_t id_cap;
    struct chunk *first_chunk, *last_chunk;
    uint64_t edge_count;
    struct drc_err *err;
};

static void *zeroed(size_t count, size_t bytes_each)
{
    void *p = graph_grown(NULL, count, bytes_each);
    memset(p, 0, count * bytes_each);
    return p;
}

static struct drc_graph_fault *fault_of(struct drc_graph *g, const char *path)
{
    for (size_t i = 0; i < g->fault_count; i++)
        if (g->faults[i].path == path)
            return &g->faults[i];
    g->faults = graph_grown(g->faults, g->fault_count + 1, sizeof *g->faults);
    struct drc_graph_fault *f = &g->faults[g->fault_count++];
    memset(f, 0, sizeof *f);
    f->path = path;
    return f;
}

static struct drc_graph_fault *fault_with(struct drc_graph *g, const char *path, const char *id)
{
    struct drc_graph_fault *f = fault_of(g, path);
    if (f->sample[0] == '\0')
        snprintf(f->sample, sizeof f->sample, "%s", id == NULL ? "(none)" : id);
    return f;
}

/* ---- nodes -------------------------------------------------------------------------------- */

static bool fits_kind(const struct drc_graph_node_kind *k, const char *id)
{
    size_t n = strlen(k->prefix);
    for (const char *p = id; p != NULL && *p != '\0'; p++)
        if ((unsigned char)*p < ' ')
            return false; /* ids stand in lines of text */
    return id != NULL && strncmp(id, k->prefix, n) == 0 && id[n] == ':' && id[n + 1] != '\0' &&
           strlen(id) <= DRC_GRAPH_ID_MAX_BYTES;
}

static uint32_t minute_of(int64_t ms)
{
    int64_t minute = ms / 60000;
    return minute < 0 ? 0 : minute > ARC_MINUTE_MAX ? ARC_MINUTE_MAX : (uint32_t)minute;
}

static void reserve_node(struct build *b, size_t id_bytes)
{
    struct drc_graph *g = b->g;
    if (g->node_count == b->node_cap) {
        size_t cap = b->node_cap == 0 ? 4096 : (size_t)b->node_cap + b->node_cap / 2;
        g->id_at = graph_grown(g->id_at, cap, sizeof *g->id_at);
        g->kind = graph_grown(g->kind, cap, sizeof *g->kind);
        g->severity = graph_grown(g->severity, cap, sizeof *g->severity);
        g->minute = graph_grown(g->minute, cap, sizeof *g->minute);
        g->cost = graph_grown(g->cost, cap, sizeof *g->cost);
        b->node_cap = (uint32_t)cap;
    }
    if (g->id_bytes + id_bytes > b->id_cap) {
        b->id_cap = (g->id_bytes + id_bytes) * 3 / 2 + 65536;
        g->ids = graph_grown(g->ids, b->id_cap, 1);
    }
}

static int add_node(struct build *b, unsigned kind, struct drc_stmt *st)
{
    struct drc_graph *g = b->g;
    const struct drc_graph_node_kind *k = &g->model->nodes[kind];
    const char *id = drc_db_text(st, 0);
    if (!fits_kind(k, id)) {
        fault_with(g, k->path, id)->foreign++;
        return 0;
    }
    size_t bytes = strlen(id) + 1;
    if (g->node_count == ARC_NODES_MAX || g->id_bytes + bytes > UINT32_MAX)
        return drc_err_set(b->err, DRC_ERR_LIMIT, "%s: the graph has more than %u nodes", k->path,
                           g->node_count);
    reserve_node(b, bytes);
    uint32_t n = g->node_count++;
    int64_t severity = drc_db_int(st, 3);
    g->id_at[n] = (uint32_t)g->id_bytes;
    memcpy(g->ids + g->id_bytes, id, bytes);
    g->id_bytes += bytes;
    g->kind[n] = (uint8_t)kind;
    g->severity[n] = severity < 0 ? 0 : severity > 2 ? 2 : (uint8_t)severity;
    g->minute[n] = minute_of(drc_db_int(st, 1));
    g->cost[n] = drc_db_is_null(st, 2) ? INT64_MIN : drc_db_int(st, 2);
    return 0;
}

static int by_id(const void *x, const void *y, void *graph)
{
    const struct drc_graph *g = graph;
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    int d = strcmp(graph_id(g, a), graph_id(g, b));
    return d != 0 ? d : (a > b) - (a < b);
}

#define REORDER(field, order, first, n)                                                            \
    do {                                                                                           \
        void *copy = graph_grown(NULL, (n) + 1, sizeof *(field));                                  \
        memcpy(copy, (field) + (first), (n) * sizeof *(field));                                    \
        for (size_t i_ = 0; i_ < (n); i_++)                                                        \
            (field)[(first) + i_] = ((__typeof__(field))copy)[(order)[i_] - (first)];              \
        free(copy);                                                                                \
    } while (0)

/* Puts the nodes of one kind in the order of their ids, where the file did not. */
static void sort_nodes(struct drc_graph *g, uint32_t first)
{
    uint32_t n = g->node_count - first, i = first + 1;
    while (i < g->node_count && strcmp(graph_id(g, i - 1), graph_id(g, i)) <= 0)
        i++;
    if (n < 2 || i == g->node_count)
        return;
    uint32_t *order = graph_grown(NULL, n, sizeof *order);
    for (i = 0; i < n; i++)
        order[i] = first + i;
    qsort_r(order, n, sizeof *order, by_id, g);
    REORDER(g->id_at, order, first, n);
    REORDER(g->severity, order, first, n);
    REORDER(g->minute, order, first, n);
    REORDER(g->cost, order, first, n);
    free(order);
}

/* Of equal ids the first one stays. */
static void drop_duplicates(struct drc_graph *g, uint32_t first, const char *path)
{
    uint32_t to = first;
    for (uint32_t i = first; i < g->node_count; i++) {
        if (to > first && strcmp(graph_id(g, to - 1), graph_id(g, i)) == 0) {
            fault_with(g, path, graph_id(g, i))->duplicates++;
            continue;
        }
        g->id_at[to] = g->id_at[i];
        g->severity[to] = g->severity[i];
        g->minute[to] = g->minute[i];
        g->cost[to] = g->cost[i];
        to++;
    }
    g->node_count = to;
}

static int read_nodes(struct build *b, unsigned kind)
{
    struct drc_graph *g = b->g;
    const struct drc_graph_node_kind *k = &g->model->nodes[kind];
    uint32_t first = g->node_count;
    struct drc_stmt *st = drc_db_query(b->facts, b->err, k->sql, "");
    int rc = st == NULL ? -1 : 1;
    while (rc == 1 && (rc = drc_db_next(st, b->err)) == 1)
        if (add_node(b, kind, st) < 0)
            rc = -1;
    drc_db_done(st);
    if (rc < 0)
        return drc_err_context(b->err, "%s", k->path);
    sort_nodes(g, first);
    drop_duplicates(g, first, k->path);
    return 0;
}

/* ---- ids to numbers ----------------------------------------------------------------------- */

/* FNV-1a over words of eight bytes, then mixed; the table is thrown away after the build. */
static uint64_t hash_id(const char *id, size_t bytes)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325), word;
    for (; bytes >= 8; bytes -= 8, id += 8) {
        memcpy(&word, id, 8);
        h = (h ^ word) * UINT64_C(0x100000001b3);
        h ^= h >> 29;
    }
    word = 0;
    memcpy(&word, id, bytes);
    h = (h ^ word ^ bytes) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

#define TAG_MASK (UINT64_MAX << 32)

static void make_slots(struct build *b)
{
    struct drc_graph *g = b->g;
    uint32_t size = 1024;
    while (size < g->node_count * UINT64_C(2) && size < UINT32_C(1) << 31)
        size *= 2;
    b->slots = zeroed(size, sizeof *b->slots);
    b->slot_mask = size - 1;
    uint64_t hashes[AHEAD] = {0}; /* of the nodes whose slots are on their way */
    for (uint32_t i = 0; i < g->node_count + AHEAD; i++) {
        uint64_t hash = hashes[i % AHEAD];
        uint32_t n = i - AHEAD, at = (uint32_t)hash & b->slot_mask;
        if (i < g->node_count) {
            const char *id = graph_id(g, i);
            uint64_t next = hashes[i % AHEAD] = hash_id(id, strlen(id));
            __builtin_prefetch(&b->slots[next & b->slot_mask], 1);
        }
        if (i < AHEAD)
            continue;
        while (b->slots[at] != 0)
            at = (at + 1) & b->slot_mask;
        b->slots[at] = (hash & TAG_MASK) | (n + 1);
    }
}

/* Two kinds may share a prefix: the kind is compared too. */
static bool is_node(const struct drc_graph *g, uint32_t n, const char *id, unsigned kind)
{
    return n < g->node_count && g->kind[n] == kind && strcmp(graph_id(g, n), id) == 0;
}

static uint32_t find_slot(const struct build *b, uint64_t hash, const char *id, unsigned kind)
{
    for (uint32_t at = (uint32_t)hash & b->slot_mask; b->slots[at] != 0;
         at = (at + 1) & b->slot_mask) {
        uint32_t n = (uint32_t)b->slots[at] - 1;
        if (((b->slots[at] ^ hash) & TAG_MASK) == 0 && is_node(b->g, n, id, kind))
            return n;
    }
    return DRC_GRAPH_NONE;
}

/* ---- edges -------------------------------------------------------------------------------- */

struct end {
    uint64_t hash;
    uint32_t node;   /* DRC_GRAPH_NONE: still to be looked up */
    uint32_t id_pos; /* in the batch's texts */
};

struct batch {
    unsigned kind, part[2]; /* places in the model: the file, the kinds of src and dst */
    size_t n, used;
    uint32_t last[2]; /* src and dst of the edge before; DRC_GRAPH_NONE where not known yet */
    unsigned flushed, near[2]; /* batches; ends of this one that were found beside the one before */
    bool look_near[2];
    uint32_t minute[BATCH];
    struct end ends[2][BATCH];
    char ids[2 * BATCH * (DRC_GRAPH_ID_MAX_BYTES + 2)];
};

static void push_edge(struct build *b, unsigned kind, struct raw_edge e)
{
    struct chunk *c = b->last_chunk;
    if (c == NULL || c->used == c->cap || c->kind != kind) {
        size_t cap = c == NULL || c->kind != kind ? CHUNK_EDGES_MIN
                     : c->cap < CHUNK_EDGES_MAX   ? c->cap * 2
                                                  : c->cap;
        c = graph_grown(NULL, 1, sizeof *c + cap * sizeof *c->edges);
        *c = (struct chunk){.cap = cap, .kind = kind};
        if (b->last_chunk == NULL)
            b->first_chunk = c;
        else
            b->last_chunk->next = c;
        b->last_chunk = c;
    }
    c->edges[c->used++] = e;
    b->edge_count++;
}

/* Rows often come in the order of an id: the node of the row before and the one behind it are tried
 * before the table, unless that did not help lately. */
static void take_end(struct build *b, struct batch *x, int side, const char *id)
{
    struct end *e = &x->ends[side][x->n];
    uint32_t near = x->last[side];
    e->node = DRC_GRAPH_NONE;
    if (near != DRC_GRAPH_NONE && x->look_near[side]) {
        if (is_node(b->g, near, id, x->part[side]))
            e->node = near;
        else if (is_node(b->g, near + 1, id, x->part[side]))
            e->node = near + 1;
    }
    x->last[side] = e->node;
    if (e->node != DRC_GRAPH_NONE) {
        x->near[side]++;
        return;
    }
    size_t bytes = strnlen(id, DRC_GRAPH_ID_MAX_BYTES + 1); /* one that is too long equals no id */
    e->id_pos = (uint32_t)x->used;
    memcpy(x->ids + x->used, id, bytes);
    x->used += bytes;
    x->ids[x->used++] = '\0';
    e->hash = hash_id(id, bytes);
    __builtin_prefetch(&b->slots[e->hash & b->slot_mask]);
}

static void find_ends(const struct build *b, struct batch *x, int side)
{
    struct end *ends = x->ends[side];
    for (size_t i = 0; i < x->n; i++) {
        uint64_t slot = ends[i].node == DRC_GRAPH_NONE ? b->slots[ends[i].hash & b->slot_mask] : 0;
        if (slot != 0)
            __builtin_prefetch(&b->g->id_at[(uint32_t)slot - 1]);
    }
    for (size_t i = 0; i < x->n; i++) {
        uint64_t slot = ends[i].node == DRC_GRAPH_NONE ? b->slots[ends[i].hash & b->slot_mask] : 0;
        if (slot != 0)
            __builtin_prefetch(graph_id(b->g, (uint32_t)slot - 1));
    }
    for (size_t i = 0; i < x->n; i++)
        if (ends[i].node == DRC_GRAPH_NONE)
            ends[i].node = find_slot(b, ends[i].hash, x->ids + ends[i].id_pos, x->part[side]);
    x->last[side] = ends[x->n - 1].node;
}

static void flush(struct build *b, struct batch *x)
{
    if (x->n == 0)
        return;
    find_ends(b, x, 0);
    find_ends(b, x, 1);
    for (size_t i = 0; i < x->n; i++) {
        const struct end *src = &x->ends[0][i], *dst = &x->ends[1][i];
        if (src->node == DRC_GRAPH_NONE || dst->node == DRC_GRAPH_NONE)
            fault_with(b->g, b->g->model->edges[x->kind].path,
                       x->ids + (src->node == DRC_GRAPH_NONE ? src : dst)->id_pos)
                ->dangling++;
        else
            push_edge(b, x->kind, (struct raw_edge){src->node, dst->node, x->minute[i]});
    }
    x->flushed++;
    for (int side = 0; side < 2; side++) {
        x->look_near[side] = x->near[side] > BATCH / 16 || x->flushed % NEAR_AGAIN == 0;
        x->near[side] = 0;
    }
    x->n = x->used = 0;
}

static void add_edge(struct build *b, struct batch *x, struct drc_stmt *st, bool timed)
{
    const char *src = drc_db_text(st, 0), *dst = drc_db_text(st, 1);
    if (src == NULL || dst == NULL) {
        fault_of(b->g, b->g->model->edges[x->kind].path)->dangling++;
        return;
    }
    take_end(b, x, 0, src);
    take_end(b, x, 1, dst);
    x->minute[x->n] = timed ? minute_of(drc_db_int(st, 2)) : 0;
    if (++x->n == BATCH)
        flush(b, x);
}

static int read_edges(struct build *b, unsigned kind, struct batch *x)
{
    const struct drc_graph_edge_kind *k = &b->g->model->edges[kind];
    struct drc_stmt *st = drc_db_query(b->facts, b->err, k->sql, "");
    if (st == NULL)
        return drc_err_context(b->err, "%s", k->path);
    bool timed = drc_db_columns(st) > 2;
    int rc;
    x->kind = kind;
    x->part[0] = k->from_kind;
    x->part[1] = k->to_kind;
    x->last[0] = x->last[1] = DRC_GRAPH_NONE;
    x->look_near[0] = x->look_near[1] = true;
    x->n = x->used = 0;
    while ((rc = drc_db_next(st, b->err)) == 1)
        add_edge(b, x, st, timed);
    drc_db_done(st);
    if (rc < 0)
        return drc_err_context(b->err, "%s", k->path);
    flush(b, x);
    return 0;
}

/* ---- rows --------------------------------------------------------------------------------- */

static void count_degrees(struct build *b, uint32_t *first[2])
{
    for (const struct chunk *c = b->first_chunk; c != NULL; c = c->next)
        for (size_t i = 0; i < c->used; i++) {
            first[DRC_GRAPH_OUT][c->edges[i].src + 1]++;
            first[DRC_GRAPH_IN][c->edges[i].dst + 1]++;
        }
    for (int way = 0; way < 2; way++)
        for (uint32_t n = 0; n < b->g->node_count; n++)
            first[way][n + 1] += first[way][n];
}

/* After a fill, first[n] is where the arcs of n + 1 begin: back by one. */
static void shift(uint32_t *first, uint32_t n)
{
    memmove(first + 1, first, n * sizeof *first);
    first[0] = 0;
}

static void fill_out(struct build *b)
{
    struct drc_graph *g = b->g;
    uint32_t *at = g->first[DRC_GRAPH_OUT];
    for (struct chunk *c = b->first_chunk, *next; c != NULL; c = next) {
        for (size_t i = 0; i < c->used; i++) {
            const struct raw_edge *e = &c->edges[i];
            if (i + AHEAD < c->used)
                __builtin_prefetch(&g->arcs[DRC_GRAPH_OUT][at[e[AHEAD].src]], 1);
            /* The edge's own time stays for now; that of the node comes in with finish_out(). */
            g->arcs[DRC_GRAPH_OUT][at[e->src]++] =
                arc_make(c->kind, g->severity[e->dst], e->minute, e->dst);
        }
        next = c->next;
        free(c);
    }
    b->first_chunk = b->last_chunk = NULL;
    shift(at, g->node_count);
}

static void fill_in(struct drc_graph *g)
{
    uint32_t *at = g->first[DRC_GRAPH_IN];
    const uint64_t *out = g->arcs[DRC_GRAPH_OUT];
    for (uint32_t n = 0; n < g->node_count; n++)
        for (uint32_t i = g->first[DRC_GRAPH_OUT][n]; i < g->first[DRC_GRAPH_OUT][n + 1]; i++) {
            uint32_t own = arc_minute(out[i]);
            if (i + AHEAD < g->arc_count)
                __builtin_prefetch(&g->arcs[DRC_GRAPH_IN][at[arc_node(out[i + AHEAD])]], 1);
            g->arcs[DRC_GRAPH_IN][at[arc_node(out[i])]++] =
                arc_make(arc_kind(out[i]), g->severity[n], own != 0 ? own : g->minute[n], n);
        }
    shift(at, g->node_count);
}

static void finish_out(struct drc_graph *g)
{
    uint64_t *out = g->arcs[DRC_GRAPH_OUT];
    for (uint64_t i = 0; i < g->arc_count; i++) {
        uint32_t node = arc_node(out[i]), own = arc_minute(out[i]);
        unsigned kind = arc_kind(out[i]);
        if (own == 0 && !g->model->edges[kind].part)
            out[i] = arc_make(kind, g->severity[node], g->minute[node], node);
    }
}

#define RUN 16 /* arcs that are sorted by insertion */

static void sort_run(uint64_t *arcs, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t x = arcs[i];
        size_t k = i;
        for (; k > 0 && arcs[k - 1] > x; k--)
            arcs[k] = arcs[k - 1];
        arcs[k] = x;
    }
}

static void merge_runs(const uint64_t *a, size_t an, const uint64_t *b, size_t bn, uint64_t *out)
{
    while (an > 0 && bn > 0) {
        bool second = *b < *a; /* no branch: which one it is cannot be foreseen */
        *out++ = second ? *b : *a;
        b += second;
        bn -= second;
        a += !second;
        an -= !second;
    }
    memcpy(out, a, an * sizeof *a);
    memcpy(out + an, b, bn * sizeof *b);
}

/* Mergesort from below; spare has room for n. */
static void sort_arcs(uint64_t *arcs, size_t n, uint64_t *spare)
{
    uint64_t *from = arcs, *to = spare;
    for (size_t i = 0; i < n; i += RUN)
        sort_run(arcs + i, n - i < RUN ? n - i : RUN);
    for (size_t wide = RUN; wide < n; wide *= 2) {
        for (size_t i = 0; i < n; i += 2 * wide) {
            size_t an = n - i < wide ? n - i : wide, rest = n - i - an;
            merge_runs(from + i, an, from + i + an, rest < wide ? rest : wide, to + i);
        }
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != arcs)
        memcpy(arcs, from, n * sizeof *arcs);
}

static size_t widest_row(const uint32_t *first, uint32_t n)
{
    size_t widest = 0;
    for (uint32_t i = 0; i < n; i++)
        widest = first[i + 1] - first[i] > widest ? first[i + 1] - first[i] : widest;
    return widest;
}

/* Sorts the arcs of each node and drops equal ones: the same edge given twice stands twice in both
 * directions. */
static void sort_rows(struct drc_graph *g, int way)
{
    uint64_t *arcs = g->arcs[way];
    uint32_t *first = g->first[way], from = 0, to = 0;
    uint64_t *spare = graph_grown(NULL, widest_row(first, g->node_count) + 1, sizeof *spare);
    for (uint32_t n = 0; n < g->node_count; n++) {
        uint32_t end = first[n + 1], begin = to;
        sort_arcs(arcs + from, end - from, spare);
        for (; from < end; from++) {
            if (to > begin && arcs[to - 1] == arcs[from]) {
                if (way == DRC_GRAPH_OUT)
                    fault_with(g, g->model->edges[arc_kind(arcs[from])].path, graph_id(g, n))
                        ->duplicates++;
                continue;
            }
            arcs[to++] = arcs[from];
        }
        first[n + 1] = to;
    }
    free(spare);
    if (way == DRC_GRAPH_OUT)
        g->arc_count = to;
}

/* What has no cost of its own costs what its parts cost: usage, then attempts, then runs. A pass
 * takes one level, so that nothing is added up before all of it is known. */
#define COST_LEVELS 4

static bool add_up_costs(struct drc_graph *g, int64_t *sums)
{
    const uint64_t *out = g->arcs[DRC_GRAPH_OUT];
    bool found = false;
    for (uint32_t n = 0; n < g->node_count; n++) {
        sums[n] = g->cost[n];
        for (uint32_t i = g->first[DRC_GRAPH_OUT][n];
             g->cost[n] == INT64_MIN && i < g->first[DRC_GRAPH_OUT][n + 1]; i++) {
            int64_t cost = g->cost[arc_node(out[i])];
            if (!g->model->edges[arc_kind(out[i])].part || cost == INT64_MIN)
                continue;
            found = true;
            if (sums[n] == INT64_MIN)
                sums[n] = cost;
            else if (__builtin_add_overflow(sums[n], cost, &sums[n]))
                sums[n] = INT64_MAX;
        }
    }
    return found;
}

static void roll_up_costs(struct drc_graph *g)
{
    for (int level = 0; level < COST_LEVELS; level++) {
        int64_t *sums = graph_grown(NULL, g->node_count + (size_t)1, sizeof *sums);
        bool found = add_up_costs(g, sums);
        free(g->cost);
        g->cost = sums;
        if (!found)
            break;
    }
}

static void make_rows(struct build *b)
{
    struct drc_graph *g = b->g;
    for (int way = 0; way < 2; way++) {
        g->first[way] = zeroed(g->node_count + (size_t)1, sizeof *g->first[way]);
    }
    count_degrees(b, g->first);
    g->arc_count = b->edge_count;
    g->arcs[DRC_GRAPH_OUT] = graph_grown(NULL, b->edge_count + 1, sizeof(uint64_t));
    fill_out(b);
    g->arcs[DRC_GRAPH_IN] = graph_grown(NULL, b->edge_count + 1, sizeof(uint64_t));
    fill_in(g);
    finish_out(g);
    sort_rows(g, DRC_GRAPH_IN);
    sort_rows(g, DRC_GRAPH_OUT);
    roll_up_costs(g);
}

static void trim(struct drc_graph *g)
{
    size_t n = g->node_count + (size_t)1;
    g->ids = graph_grown(g->ids, g->id_bytes + 1, 1);
    g->id_at = graph_grown(g->id_at, n, sizeof *g->id_at);
    g->kind = graph_grown(g->kind, n, sizeof *g->kind);
    g->severity = graph_grown(g->severity, n, sizeof *g->severity);
    g->minute = graph_grown(g->minute, n, sizeof *g->minute);
    g->cost = graph_grown(g->cost, n, sizeof *g->cost);
}

static void log_faults(const struct drc_graph *g)
{
    for (size_t i = 0; i < g->fault_count; i++)
        drc_log(DRC_LOG_WARN, "graph.left_out",
                "file=%s duplicates=%" PRIu64 " dangling=%" PRIu64 " foreign=%" PRIu64
                " first=\"%s\"",
                g->faults[i].path, g->faults[i].duplicates, g->faults[i].dangling,
                g->faults[i].foreign, g->faults[i].sample);
}

static int read_all(struct build *b)
{
    struct drc_graph *g = b->g;
    for (unsigned k = 0; k < g->model->node_count; k++) {
        g->kind_first[k] = g->node_count;
        if (read_nodes(b, k) < 0)
            return -1;
        g->kind_first[k + 1] = g->node_count;
    }
    trim(g);
    make_slots(b);
    struct batch *x = zeroed(1, sizeof *x);
    int rc = 0;
    for (unsigned k = 0; k < g->model->edge_count && rc == 0; k++)
        rc = read_edges(b, k, x);
    free(x);
    if (rc == 0 && b->edge_count > UINT32_MAX)
        rc = drc_err_set(b->err, DRC_ERR_LIMIT, "the graph has more than %u edges", UINT32_MAX);
    return rc;
}

struct drc_graph *drc_graph_build(const struct drc_graph_model *model, struct drc_db *facts,
                                  struct drc_err *err)
{
    struct build b = {.g = graph_new(model), .facts = facts, .err = err};
    drc_db_deadline(facts, BUILD_DEADLINE_MS);
    int rc = read_all(&b);
    drc_db_deadline(facts, 0);
    free(b.slots);
    if (rc == 0) {
        make_rows(&b);
        log_faults(b.g);
        return b.g;
    }
    for (struct chunk *c = b.first_chunk, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    drc_graph_free(b.g);
    return NULL;
}
