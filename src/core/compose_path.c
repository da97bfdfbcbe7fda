/* The path from an entity to what explains its cost, as boxes of a picture. */
#include <string.h>

#include "drc/compose.h"
#include "drc/fmt.h"

/* The words on the arrow to a node of this kind. */
static const char *relation_to(const char *kind)
{
    static const char *const words[][2] = {{"run", "run"}, {"attempt", "attempt"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(kind, words[i][0]) == 0)
            return words[i][1];
    return "ended by";
}

/* "Job nightly_orders_etl": the kind stands above it already. */
static const char *without_kind(const char *kind, const char *label)
{
    size_t n = strlen(kind);
    return strncasecmp(label, kind, n) == 0 && label[n] == ' ' ? label + n + 1 : label;
}

/* Without the name of the entity, which stands in the first box. */
static const char *short_name(const char *entity, const char *label)
{
    size_t n = strlen(entity);
    return strncmp(label, entity, n) == 0 && strncmp(label + n, ", ", 2) == 0 ? label + n + 2
                                                                              : label;
}

int drc_compose_path(struct drc_arena *a, const struct drc_graph *graph, struct drc_db *facts,
                     const char *entity_id, struct drc_graph_window w, struct drc_chart_path *out,
                     struct drc_err *err)
{
    struct drc_graph_why *paths;
    const char *labels[4];
    char money[DRC_FMT_BYTES];
    uint32_t node = drc_graph_find(graph, entity_id);
    *out = (struct drc_chart_path){.heading = "The dearest failed attempt"};
    if (node == DRC_GRAPH_NONE || drc_graph_why(a, graph, node, w, &paths) == 0)
        return 0;
    if (drc_graph_texts(a, graph, facts, paths[0].nodes, paths[0].count, labels, err) < 0)
        return -1;
    labels[0] = without_kind(drc_graph_kind(graph, node)->title, labels[0]);
    struct drc_chart_path_box *boxes = drc_arena_array(a, DRC_CHART_PATH_MAX, sizeof *boxes);
    for (size_t i = 0; i < paths[0].count; i++) {
        const struct drc_graph_node_kind *kind = drc_graph_kind(graph, paths[0].nodes[i]);
        boxes[out->box_count++] = (struct drc_chart_path_box){
            i == 0 ? "" : relation_to(kind->kind), kind->title,
            i == 0 ? labels[0] : short_name(labels[0], labels[i]),
            (enum drc_chart_level)drc_graph_severity(graph, paths[0].nodes[i]), false};
    }
    boxes[out->box_count++] = (struct drc_chart_path_box){
        "cost", "of the attempt", drc_arena_strdup(a, drc_fmt_usd(paths[0].cost_uusd, money)),
        DRC_LEVEL_INFO, true};
    out->boxes = boxes;
    return 0;
}
