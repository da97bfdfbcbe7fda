/* The path from an entity to what explains its cost, as boxes of a picture. */
#include <string.h>

#include "drc/clock.h"
#include "drc/compose.h"
#include "drc/fmt.h"

/* The words on the arrow to a node of this kind. */
static const char *relation_to(const char *kind)
{
    static const char *const words[][2] = {
        {"run", "run"}, {"attempt", "attempt"}, {"change", "changed"}};
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

static char *money(struct drc_arena *a, char *(*form)(int64_t uusd, char *out), int64_t uusd)
{
    char text[DRC_FMT_BYTES];
    return drc_arena_strdup(a, form(uusd, text));
}

static struct drc_chart_path_box box_of(const struct drc_graph *graph, uint32_t node,
                                        const char *name)
{
    const struct drc_graph_node_kind *kind = drc_graph_kind(graph, node);
    return (struct drc_chart_path_box){relation_to(kind->kind), kind->title, name,
                                       (enum drc_chart_level)drc_graph_severity(graph, node),
                                       false};
}

int drc_compose_path(struct drc_arena *a, const struct drc_graph *graph, struct drc_db *facts,
                     const char *entity_id, struct drc_graph_window w, struct drc_chart_path *out,
                     struct drc_err *err)
{
    struct drc_graph_why *paths;
    const char *labels[DRC_GRAPH_WHY_MAX];
    uint32_t node = drc_graph_find(graph, entity_id);
    *out = (struct drc_chart_path){.heading = "The dearest failed attempt"};
    if (node == DRC_GRAPH_NONE || drc_graph_why(a, graph, node, w, &paths) == 0)
        return 0;
    if (drc_graph_texts(a, graph, facts, paths[0].nodes, paths[0].count, labels, err) < 0)
        return -1;
    labels[0] = without_kind(drc_graph_kind(graph, node)->title, labels[0]);
    struct drc_chart_path_box *boxes = drc_arena_array(a, DRC_CHART_PATH_MAX, sizeof *boxes);
    for (size_t i = 0; i < paths[0].count; i++)
        boxes[out->box_count++] =
            box_of(graph, paths[0].nodes[i], i == 0 ? labels[0] : short_name(labels[0], labels[i]));
    boxes[out->box_count++] = (struct drc_chart_path_box){
        "cost", "of the attempt", money(a, drc_fmt_usd, paths[0].cost_uusd), DRC_LEVEL_INFO, true};
    out->boxes = boxes;
    return 0;
}

int drc_compose_path_change(struct drc_arena *a, const struct drc_graph *graph,
                            struct drc_db *facts, const char *entity_id, const char *change_id,
                            const char *summary, int64_t impact_uusd, struct drc_chart_path *out,
                            struct drc_err *err)
{
    char day[16];
    const char *label;
    uint32_t node = drc_graph_find(graph, entity_id), then = drc_graph_find(graph, change_id);
    *out = (struct drc_chart_path){.heading = "The change before it"};
    if (node == DRC_GRAPH_NONE || then == DRC_GRAPH_NONE)
        return 0;
    if (drc_graph_texts(a, graph, facts, &node, 1, &label, err) < 0)
        return -1;
    struct drc_chart_path_box *boxes = drc_arena_array(a, DRC_CHART_PATH_MAX, sizeof *boxes);
    boxes[0] = box_of(graph, node, without_kind(drc_graph_kind(graph, node)->title, label));
    boxes[1] = box_of(
        graph, then,
        drc_arena_printf(a, "%s: %s",
                         drc_date_short(drc_graph_at_ms(graph, then) / DRC_DAY_MS, day), summary));
    boxes[2] = (struct drc_chart_path_box){
        "then", "vs expected", money(a, drc_fmt_usd_signed, impact_uusd), DRC_LEVEL_INFO, true};
    out->boxes = boxes;
    out->box_count = 3;
    return 0;
}
