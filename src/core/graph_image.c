/* The graph as a file beside the facts, so that only the first start after a load of data builds
 * it. The file is a cache: of other facts, of another model, cut or changed, it is not used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/log.h"
#include "graph_parts.h"

#define IMAGE_VERSION 1
#define IMAGE_MAX_BYTES (64u * 1024u * 1024u) /* larger graphs are built anew */

struct head { /* its size is a multiple of eight: the parts behind it are aligned */
    char magic[8];
    uint32_t version, node_count, kind_first[DRC_GRAPH_NODE_KINDS_MAX + 1];
    uint64_t id_bytes, arc_count, sum;
    char key[65];
};

/* Where the arrays lie in the file: one after the other, each at a multiple of eight. */
struct part {
    void **array;
    uint64_t bytes;
};
#define PARTS 10

static void list_parts(struct drc_graph *g, struct part out[PARTS])
{
    uint64_t n = g->node_count, arcs = g->arc_count * sizeof(uint64_t);
    const struct part parts[PARTS] = {
        {(void **)&g->ids, g->id_bytes},
        {(void **)&g->id_at, n * sizeof *g->id_at},
        {(void **)&g->kind, n},
        {(void **)&g->severity, n},
        {(void **)&g->minute, n * sizeof *g->minute},
        {(void **)&g->cost, n * sizeof *g->cost},
        {(void **)&g->first[0], (n + 1) * sizeof *g->first[0]},
        {(void **)&g->first[1], (n + 1) * sizeof *g->first[1]},
        {(void **)&g->arcs[0], arcs},
        {(void **)&g->arcs[1], arcs},
    };
    memcpy(out, parts, sizeof parts);
}

static uint64_t padded(uint64_t bytes)
{
    return (bytes + 7) & ~UINT64_C(7);
}

/* Against accidents, not against people: FNV-1a over words. */
static uint64_t sum_of(const char *data, uint64_t bytes)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325), word;
    for (uint64_t i = 0; i + 8 <= bytes; i += 8) {
        memcpy(&word, data + i, 8);
        h = (h ^ word) * UINT64_C(0x100000001b3);
        h ^= h >> 31;
    }
    return h;
}

static void key_of(const struct drc_graph_model *m, const char *stamp, char key[65])
{
    struct drc_buf b;
    drc_buf_init(&b, DRC_BUF_MAX_BYTES);
    drc_buf_printf(&b, "%d %s\n", IMAGE_VERSION, stamp);
    for (size_t i = 0; i < m->node_count; i++)
        drc_buf_printf(&b, "%s\n%s\n", m->nodes[i].path, m->nodes[i].sql);
    for (size_t i = 0; i < m->edge_count; i++)
        drc_buf_printf(&b, "%s\n%s\n", m->edges[i].path, m->edges[i].sql);
    drc_sha256_hex(drc_buf_str(&b), b.len, key);
    drc_buf_fini(&b);
}

/* ---- read --------------------------------------------------------------------------------- */

static bool rows_hold(const struct drc_graph *g, int way)
{
    const uint32_t *first = g->first[way];
    if (first[0] != 0 || first[g->node_count] != g->arc_count)
        return false;
    for (uint32_t n = 0; n < g->node_count; n++)
        if (first[n] > first[n + 1])
            return false;
    for (uint64_t i = 0; i < g->arc_count; i++)
        if (arc_node(g->arcs[way][i]) >= g->node_count ||
            arc_kind(g->arcs[way][i]) >= g->model->edge_count)
            return false;
    return true;
}

/* Whatever the bytes are, nothing behind this reads past an array. */
static bool holds(const struct drc_graph *g)
{
    if (g->id_bytes == 0 ? g->node_count > 0 : g->ids[g->id_bytes - 1] != '\0')
        return false;
    for (uint32_t n = 0; n < g->node_count; n++)
        if (g->id_at[n] >= g->id_bytes || g->kind[n] >= g->model->node_count || g->severity[n] > 2)
            return false;
    for (size_t k = 0; k < g->model->node_count; k++)
        if (g->kind_first[k] > g->kind_first[k + 1] || g->kind_first[k + 1] > g->node_count)
            return false;
    return rows_hold(g, DRC_GRAPH_OUT) && rows_hold(g, DRC_GRAPH_IN);
}

/* The parts stay where they were read to: nothing is copied. */
static struct drc_graph *read_image(const struct drc_graph_model *m, const char *path,
                                    const char *key)
{
    size_t bytes;
    struct head head;
    if (!drc_file_exists(path))
        return NULL;
    struct drc_graph *g = graph_new(m);
    g->image = drc_arena_new();
    char *data = drc_file_read(g->image, path, IMAGE_MAX_BYTES, &bytes, NULL);
    if (data == NULL || bytes < sizeof head)
        goto fail;
    memcpy(&head, data, sizeof head);
    if (memcmp(head.magic, "drcgraph", 8) != 0 || head.version != IMAGE_VERSION ||
        memcmp(head.key, key, sizeof head.key) != 0 || head.node_count > ARC_NODES_MAX ||
        head.id_bytes > bytes || head.arc_count > bytes ||
        head.sum != sum_of(data + sizeof head, bytes - sizeof head))
        goto fail;
    struct part parts[PARTS];
    uint64_t at = sizeof head;
    g->node_count = head.node_count;
    g->id_bytes = head.id_bytes;
    g->arc_count = head.arc_count;
    memcpy(g->kind_first, head.kind_first, sizeof g->kind_first);
    list_parts(g, parts);
    for (int i = 0; i < PARTS && at <= bytes; at += padded(parts[i].bytes), i++)
        *parts[i].array = data + at;
    if (at == bytes && holds(g))
        return g;
fail:
    drc_graph_free(g);
    return NULL;
}

/* ---- write -------------------------------------------------------------------------------- */

static void write_image(struct drc_graph *g, const char *path, const char *key)
{
    struct head head = {.version = IMAGE_VERSION,
                        .node_count = g->node_count,
                        .id_bytes = g->id_bytes,
                        .arc_count = g->arc_count};
    struct part parts[PARTS];
    struct drc_buf b;
    struct drc_err err = DRC_ERR_INIT;
    memcpy(head.magic, "drcgraph", 8);
    memcpy(head.key, key, sizeof head.key);
    memcpy(head.kind_first, g->kind_first, sizeof head.kind_first);
    list_parts(g, parts);
    drc_buf_init(&b, IMAGE_MAX_BYTES);
    drc_buf_add(&b, &head, sizeof head);
    for (int i = 0; i < PARTS; i++) {
        drc_buf_add(&b, *parts[i].array, parts[i].bytes);
        drc_buf_add(&b, "\0\0\0\0\0\0\0", padded(parts[i].bytes) - parts[i].bytes);
    }
    if (!b.overflow) {
        head.sum = sum_of(b.data + sizeof head, b.len - sizeof head);
        memcpy(b.data, &head, sizeof head);
        if (drc_file_write(path, b.data, b.len, &err) < 0)
            drc_log(DRC_LOG_DEBUG, "graph.image", "why=\"%s\"", err.msg);
    }
    drc_buf_fini(&b);
}

struct drc_graph *drc_graph_open(const struct drc_graph_model *model, struct drc_db *facts,
                                 const char *facts_path, struct drc_err *err)
{
    char key[65], stamp[DRC_FILE_STAMP_BYTES];
    if (!drc_file_stamp(facts_path, stamp))
        return drc_graph_build(model, facts, err);
    struct drc_arena *a = drc_arena_new();
    const char *path = drc_arena_printf(a, "%s.graph", facts_path);
    key_of(model, stamp, key);
    struct drc_graph *g = read_image(model, path, key);
    if (g == NULL) {
        g = drc_graph_build(model, facts, err);
        if (g != NULL && g->fault_count == 0) /* faults are said at each start */
            write_image(g, path, key);
    }
    drc_arena_free(a);
    return g;
}
