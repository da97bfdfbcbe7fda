/* One hop around an entity, from the files of sql/graph. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/clock.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/meta.h"
#include "drc/utf8.h"

#define HOP_ROWS_MAX 200
#define LABEL_MAX_CHARS 160

static const char *const keys[] = {"edge", "from", "to", "title", NULL};

int drc_graph_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                   struct drc_graph_sql **out, size_t *count, struct drc_err *err)
{
    const char **names;
    size_t n;
    const char *dir = drc_arena_printf(a, "%s/sql/graph", home);
    if (drc_file_list(a, dir, ".sql", &names, &n, err) < 0)
        return -1;
    *out = drc_arena_array(a, n + 1, sizeof **out);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        if (strncmp(names[i], "edge-", 5) != 0)
            continue;
        struct drc_graph_sql *g = &(*out)[(*count)++];
        struct drc_meta m;
        g->path = drc_arena_printf(a, "sql/graph/%s", names[i]);
        g->sql = drc_file_read(a, drc_arena_printf(a, "%s/%s", dir, names[i]),
                               DRC_REPORT_SQL_MAX_BYTES, NULL, err);
        if (g->sql == NULL || drc_meta_parse(a, DRC_META_SQL, g->path, g->sql, keys, &m, err) < 0 ||
            (g->edge = drc_meta_need(&m, "edge", err)) == NULL ||
            (g->from = drc_meta_need(&m, "from", err)) == NULL ||
            (g->to = drc_meta_need(&m, "to", err)) == NULL ||
            (g->title = drc_meta_need(&m, "title", err)) == NULL)
            return -1;
        struct drc_rows shape;
        if (drc_db_describe(facts, a, g->sql, &shape, err) < 0)
            return drc_err_context(err, "%s", g->path);
    }
    return 0;
}

static int64_t col(const struct drc_rows *rows, size_t row, const char *name, int64_t dflt,
                   const char **text)
{
    for (size_t c = 0; c < rows->column_count; c++) {
        const struct drc_cell *cell = &rows->cells[row * rows->column_count + c];
        if (strcmp(rows->columns[c], name) != 0)
            continue;
        if (text != NULL)
            *text = cell->type == DRC_CELL_TEXT ? cell->text : "";
        return cell->type == DRC_CELL_INT ? cell->i : dflt;
    }
    return dflt;
}

/* Severe first, then dear, then recent; the label breaks ties, so that the order is the same every
 * time. */
static int by_weight(const void *x, const void *y)
{
    const struct drc_edge *a = x, *b = y;
    if (a->severity != b->severity)
        return b->severity - a->severity;
    if (a->cost_uusd != b->cost_uusd)
        return a->cost_uusd < b->cost_uusd ? 1 : -1;
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? 1 : -1;
    int d = strcmp(a->edge, b->edge);
    return d != 0 ? d : strcmp(a->label, b->label);
}

/* The rows of one edge kind around `entity` in [from_ms, to_ms); edges without a time always count.
 */
static int hop(struct drc_arena *a, struct drc_db *facts, const struct drc_graph_sql *g,
               const char *entity, int64_t from_ms, int64_t to_ms, struct drc_edge *edges,
               size_t *n, struct drc_err *err)
{
    const char *sql = drc_arena_printf(
        a,
        "SELECT dst, at_ms, label, cost_uusd, severity FROM (%s\n) WHERE src = :entity"
        " AND (at_ms IS NULL OR (at_ms >= :from_ms AND at_ms < :to_ms))"
        " ORDER BY severity DESC, cost_uusd DESC, at_ms DESC, dst LIMIT %d",
        g->sql, HOP_ROWS_MAX);
    struct drc_sql_param params[] = {{"entity", {DRC_CELL_TEXT, 0, 0, entity}},
                                     {"from_ms", {DRC_CELL_INT, from_ms, (double)from_ms, NULL}},
                                     {"to_ms", {DRC_CELL_INT, to_ms, (double)to_ms, NULL}}};
    struct drc_rows rows;
    if (drc_db_select(facts, a, sql, params, 3, HOP_ROWS_MAX, DRC_REPORT_DEADLINE_MS, &rows, err) <
        0)
        return drc_err_context(err, "%s", g->path);
    for (size_t i = 0; i < rows.row_count; i++) {
        const char *label = "";
        struct drc_edge *e = &edges[(*n)++];
        col(&rows, i, "label", 0, &label);
        e->edge = g->edge;
        e->title = g->title;
        e->label = drc_utf8_clean(a, label, strlen(label), LABEL_MAX_CHARS, false);
        e->at_ms = col(&rows, i, "at_ms", 0, NULL);
        e->cost_uusd = col(&rows, i, "cost_uusd", INT64_MIN, NULL);
        e->severity = (int)col(&rows, i, "severity", 0, NULL);
    }
    return 0;
}

/* At most two edges of one kind go in, so that many runs do not hide the one change. */
static void choose(struct drc_context *out, const struct drc_edge *all, size_t n)
{
    for (size_t i = 0; i < n && out->edge_count < DRC_EDGES_MAX; i++) {
        int same = 0;
        for (size_t k = 0; k < out->edge_count; k++)
            same += strcmp(out->edges[k].edge, all[i].edge) == 0;
        if (same < 2)
            out->edges[out->edge_count++] = all[i];
    }
}

int drc_graph_hop(struct drc_arena *a, const struct drc_result *res, const char *entity,
                  struct drc_db *facts, const struct drc_graph_sql *graph, size_t graph_count,
                  struct drc_context *out, struct drc_err *err)
{
    const char *kind_end = strchr(entity, ':');
    size_t kind = kind_end == NULL ? 0 : (size_t)(kind_end - entity), n = 0;
    struct drc_edge *all = drc_arena_array(a, graph_count * HOP_ROWS_MAX + 1, sizeof *all);
    for (size_t i = 0; i < graph_count; i++) {
        if (strlen(graph[i].from) != kind || strncmp(graph[i].from, entity, kind) != 0)
            continue;
        if (hop(a, facts, &graph[i], entity, res->first_day * DRC_DAY_MS,
                (res->params.as_of_day + 1) * DRC_DAY_MS, all, &n, err) < 0)
            return -1;
    }
    qsort(all, n, sizeof *all, by_weight);
    out->edges = drc_arena_array(a, DRC_EDGES_MAX, sizeof *out->edges);
    out->edge_total = n;
    choose(out, all, n);
    for (size_t i = 0; i < out->edge_count; i++) {
        out->edges[i].id[0] = 'G';
        out->edges[i].id[1] = (char)('1' + i);
    }
    return 0;
}
