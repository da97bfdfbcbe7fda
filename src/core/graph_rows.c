/* Graph rows of a context: what must be there and the best of the walk, with texts from SQL. Many
 * nodes of a kind become one row, by the text file's own grouping: each, by day, all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/limits.h"
#include "drc/utf8.h"
#include "graph_parts.h"

#define LABEL_MAX_CHARS 240
#define MUST_NODES_MAX 4096 /* of one line of a plan */
#define ROWS_OF_MUST 4      /* of one type; more are grouped, down to one where space is short */
#define ROWS_OF_TYPE 2      /* from the walk */
#define ROWS_WANTED 12      /* the walk fills up to here */
#define GROUPINGS 4
#define TEXT_ROWS_MAX 512
#define LINE_BYTES 34 /* id, time and signs of a line of a prompt */

struct rows {
    struct drc_arena *a;
    const struct drc_graph *g;
    struct drc_db *facts;
    const char *entity;
    struct drc_graph_window w;
    struct drc_edge *out;
    size_t max, count;
    size_t rows_of_must;
    struct drc_err *err;
};

struct group { /* nodes that go into rows together */
    const char *type, *title;
    uint32_t *nodes; /* ascending */
    size_t count;
    int hop;
    bool must;
};

static int by_number(const void *p, const void *q)
{
    uint32_t a = *(const uint32_t *)p, b = *(const uint32_t *)q;
    return (a > b) - (a < b);
}

static bool has(const uint32_t *nodes, size_t n, uint32_t node)
{
    return n > 0 && bsearch(&node, nodes, n, sizeof node, by_number) != NULL;
}

/* ---- texts -------------------------------------------------------------------------------- */

/* ["id","id"]; ids are UTF-8 without control characters. */
static const char *ids_json(struct drc_arena *a, const struct drc_graph *g, const uint32_t *nodes,
                            size_t n)
{
    struct drc_buf b;
    drc_buf_init(&b, DRC_BUF_MAX_BYTES);
    drc_buf_addch(&b, '[');
    for (size_t i = 0; i < n; i++) {
        drc_buf_addstr(&b, i == 0 ? "\"" : ",\"");
        for (const char *p = graph_id(g, nodes[i]); *p != '\0'; p++) {
            if (*p == '"' || *p == '\\')
                drc_buf_addch(&b, '\\');
            drc_buf_addch(&b, *p);
        }
        drc_buf_addch(&b, '"');
    }
    drc_buf_addch(&b, ']');
    const char *text = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return text;
}

static int ask_texts(struct rows *r, const struct drc_graph_node_kind *kind, const uint32_t *nodes,
                     size_t n, int by, struct drc_rows *out)
{
    const char *ids = ids_json(r->a, r->g, nodes, n);
    struct drc_sql_param params[] = {{"ids", {DRC_CELL_TEXT, 0, 0, ids}},
                                     {"by", {DRC_CELL_INT, by, by, NULL}},
                                     {"entity", {DRC_CELL_TEXT, 0, 0, r->entity}}};
    if (drc_db_select(r->facts, r->a, kind->text_sql, params, 3, TEXT_ROWS_MAX,
                      DRC_REPORT_DEADLINE_MS, out, r->err) < 0)
        return drc_err_context(r->err, "%s", kind->text_path);
    return 0;
}

static const char *clean(struct drc_arena *a, const char *text)
{
    return drc_utf8_clean(a, text, strlen(text), LABEL_MAX_CHARS, false);
}

/* The node numbers of a cell of ids, one a line. */
static size_t parse_ids(const struct rows *r, const struct group *grp, const struct drc_cell *cell,
                        uint32_t *out)
{
    size_t n = 0;
    for (const char *p = cell->type == DRC_CELL_TEXT ? cell->text : ""; *p != '\0';) {
        size_t bytes = strcspn(p, "\n");
        uint32_t node = drc_graph_find(r->g, drc_arena_strndup(r->a, p, bytes));
        if (node != DRC_GRAPH_NONE && n < grp->count && has(grp->nodes, grp->count, node))
            out[n++] = node;
        p += bytes + (p[bytes] == '\n');
    }
    qsort(out, n, sizeof *out, by_number);
    return n;
}

/* ---- one row ------------------------------------------------------------------------------ */

static double score_of(const struct rows *r, const struct drc_edge *e, double cost_of_group)
{
    double age = 14; /* days, where there is no time */
    if (e->at_ms != 0)
        age = e->at_ms >= r->w.to_ms ? 0 : (double)(r->w.to_ms - e->at_ms) / 86400000.0;
    double score = (1 + e->severity) / (1 + age / 7);
    if (e->cost_uusd > 0 && cost_of_group > 0)
        score *= 1 + (double)e->cost_uusd / cost_of_group;
    for (int hop = 1; hop < e->hop; hop++)
        score *= 0.6;
    return score;
}

static void fill_row(struct rows *r, const struct group *grp, struct drc_edge *e,
                     const uint32_t *nodes, size_t n)
{
    e->edge = grp->type;
    e->title = grp->title;
    e->hop = grp->hop;
    e->must = grp->must;
    e->nodes = drc_arena_array(r->a, n + 1, sizeof *e->nodes);
    e->node_count = n;
    e->cost_uusd = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        int64_t cost = r->g->cost[nodes[i]], at = drc_graph_at_ms(r->g, nodes[i]);
        e->nodes[i] = graph_id(r->g, nodes[i]);
        if (r->g->severity[nodes[i]] > e->severity)
            e->severity = r->g->severity[nodes[i]];
        if (cost != INT64_MIN)
            e->cost_uusd = e->cost_uusd == INT64_MIN ? cost : e->cost_uusd + cost;
        if (e->at_ms / 60000 < at / 60000)
            e->at_ms = at;
    }
}

static double cost_sum(const struct drc_graph *g, const uint32_t *nodes, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += g->cost[nodes[i]] > 0 ? (double)g->cost[nodes[i]] : 0;
    return sum;
}

/* More rows than there is room for: the rest of the nodes goes into the last one. */
static void fold(struct rows *r, struct drc_edge *last, const struct drc_edge *more)
{
    const char **nodes =
        drc_arena_array(r->a, last->node_count + more->node_count + 1, sizeof *nodes);
    memcpy(nodes, last->nodes, last->node_count * sizeof *nodes);
    if (more->node_count > 0)
        memcpy(nodes + last->node_count, more->nodes, more->node_count * sizeof *nodes);
    last->nodes = nodes;
    last->node_count += more->node_count;
    if (more->severity > last->severity)
        last->severity = more->severity;
    if (more->cost_uusd != INT64_MIN)
        last->cost_uusd =
            last->cost_uusd == INT64_MIN ? more->cost_uusd : last->cost_uusd + more->cost_uusd;
}

/* Nodes of one kind, as SQL says them. */
static int add_texts(struct rows *r, const struct group *grp, size_t limit)
{
    const struct drc_graph_node_kind *kind = drc_graph_kind(r->g, grp->nodes[0]);
    struct drc_rows text = {0};
    uint32_t *nodes = drc_arena_array(r->a, grp->count + 1, sizeof *nodes);
    double costs = cost_sum(r->g, grp->nodes, grp->count);
    for (int by = 0; by < GROUPINGS; by++) {
        if (ask_texts(r, kind, grp->nodes, grp->count, by, &text) < 0)
            return -1;
        if (text.row_count <= limit)
            break;
    }
    for (size_t i = 0, made = 0; i < text.row_count; i++) {
        const struct drc_cell *c = &text.cells[i * text.column_count];
        struct drc_edge e = {.severity = 0};
        size_t n = parse_ids(r, grp, &c[0], nodes);
        if (n == 0)
            continue;
        e.at_ms = c[2].type == DRC_CELL_INT ? c[2].i : 0;
        fill_row(r, grp, &e, nodes, n);
        e.label = clean(r->a, c[1].type == DRC_CELL_TEXT ? c[1].text : e.nodes[0]);
        e.words = kind->words;
        if (e.words != DRC_WORDING_OURS)
            e.without = clean(r->a, c[3].type == DRC_CELL_TEXT ? c[3].text : e.nodes[0]);
        e.score = score_of(r, &e, costs);
        if (made == limit || r->count == r->max) {
            if (made > 0)
                fold(r, &r->out[r->count - 1], &e);
            continue;
        }
        r->out[r->count++] = e;
        made++;
    }
    return 0;
}

/* A kind without a file of texts: its ids. */
static void add_plain(struct rows *r, const struct group *grp, size_t limit)
{
    for (size_t i = 0, made = 0; i < grp->count; i++) {
        struct drc_edge e = {.severity = 0};
        fill_row(r, grp, &e, &grp->nodes[i], 1);
        e.label = clean(r->a, e.nodes[0]);
        e.score = score_of(r, &e, cost_sum(r->g, grp->nodes, grp->count));
        if (made == limit || r->count == r->max) {
            if (made > 0)
                fold(r, &r->out[r->count - 1], &e);
            continue;
        }
        r->out[r->count++] = e;
        made++;
    }
}

/* The nodes of a group are of few kinds: one after the other. */
static int add_group(struct rows *r, const struct group *grp, size_t limit)
{
    for (size_t i = 0, end; i < grp->count; i = end) {
        struct group part = *grp;
        for (end = i; end < grp->count && r->g->kind[grp->nodes[end]] == r->g->kind[grp->nodes[i]];)
            end++;
        part.nodes = grp->nodes + i;
        part.count = end - i;
        if (drc_graph_kind(r->g, part.nodes[0])->text_sql == NULL)
            add_plain(r, &part, limit);
        else if (add_texts(r, &part, limit) < 0)
            return -1;
    }
    return 0;
}

/* ---- what must be there ------------------------------------------------------------------- */

static size_t merge(struct drc_arena *a, struct group *grp, const uint32_t *more, size_t n)
{
    uint32_t *all = drc_arena_array(a, grp->count + n + 1, sizeof *all);
    size_t count = 0;
    if (grp->count > 0)
        memcpy(all, grp->nodes, grp->count * sizeof *all);
    if (n > 0)
        memcpy(all + grp->count, more, n * sizeof *all);
    n += grp->count;
    qsort(all, n, sizeof *all, by_number);
    for (size_t i = 0; i < n; i++)
        if (count == 0 || all[count - 1] != all[i])
            all[count++] = all[i];
    grp->nodes = all;
    return grp->count = count;
}

/* Lines of a plan with the same type make one group. */
static int add_musts(struct rows *r, const struct drc_graph_plan *plan, uint32_t start,
                     struct group *all)
{
    for (size_t i = 0; plan != NULL && i < plan->must_count; i++) {
        const struct drc_graph_must *m = &plan->musts[i];
        struct group grp = {m->type, m->title, NULL, 0, (int)m->leg_count, true};
        if (i > 0 && strcmp(plan->musts[i - 1].type, m->type) == 0)
            continue; /* went with the line before */
        for (size_t k = i; k < plan->must_count && strcmp(plan->musts[k].type, m->type) == 0; k++) {
            struct drc_graph_window w = r->w;
            uint32_t *nodes;
            bool cut = false;
            int64_t days_from = w.to_ms - plan->musts[k].days * INT64_C(86400000);
            if (plan->musts[k].days > 0 && days_from < w.from_ms)
                w.from_ms = days_from;
            size_t n = drc_graph_follow(r->a, r->g, start, plan->musts[k].legs,
                                        plan->musts[k].leg_count, w, &nodes, MUST_NODES_MAX, &cut);
            merge(r->a, &grp, nodes, n);
        }
        if (grp.count > 0 && add_group(r, &grp, r->rows_of_must) < 0)
            return -1;
        merge(r->a, all, grp.nodes, grp.count);
    }
    return 0;
}

/* ---- the rest of the neighbourhood -------------------------------------------------------- */

/* A run that was reached over lineage is not the entity's own: on which side of it the run stands.
 * READS goes upstream, WRITES downstream, against their direction the other way round; a way that
 * turns ends at something beside the entity. */
static const char *title_of_run(const struct drc_graph_hit *hits, const struct drc_graph_hit *h)
{
    int up = 0, down = 0, i = h->parent;
    for (; i > 0; i = hits[i].parent) {
        bool reads = strcmp(hits[i].kind->type, "READS") == 0;
        if (reads || strcmp(hits[i].kind->type, "WRITES") == 0)
            *(reads != hits[i].back ? &up : &down) += 1;
    }
    if (i < 0) /* the way to it was cut off */
        return "run of another job";
    if (up > 0 && down > 0)
        return "run on shared data";
    return up > 0 ? "upstream run" : down > 0 ? "downstream run" : h->kind->title;
}

static const char *title_of(const struct drc_graph_hit *hits, const struct drc_graph_hit *h)
{
    if (h->hop > 1 && !h->back && strcmp(h->kind->type, "HAS_RUN") == 0)
        return title_of_run(hits, h);
    return h->back ? h->kind->back : h->kind->title;
}

/* The best hits that are not there yet, at most two of a title; one group for each of them. */
static int add_best(struct rows *r, const struct drc_graph_hit *hits, size_t n,
                    const struct group *known)
{
    size_t groups = 0, wanted = ROWS_WANTED < r->max ? ROWS_WANTED : r->max, taken = r->count;
    struct group *list = drc_arena_array(r->a, n + 1, sizeof *list);
    for (size_t i = 1; i < n && taken < wanted; i++) {
        if (has(known->nodes, known->count, hits[i].node))
            continue;
        size_t k = 0;
        const char *title = title_of(hits, &hits[i]);
        while (k < groups && (strcmp(list[k].title, title) != 0 || list[k].hop != hits[i].hop))
            k++;
        if (k == groups) {
            list[groups++] =
                (struct group){.type = hits[i].kind->type, .title = title, .hop = hits[i].hop};
            list[k].nodes = drc_arena_array(r->a, ROWS_OF_TYPE, sizeof *list[k].nodes);
        }
        if (list[k].count == ROWS_OF_TYPE)
            continue;
        list[k].nodes[list[k].count++] = hits[i].node;
        taken++;
    }
    for (size_t k = 0; k < groups; k++) {
        qsort(list[k].nodes, list[k].count, sizeof *list[k].nodes, by_number);
        if (add_group(r, &list[k], ROWS_OF_TYPE) < 0)
            return -1;
    }
    return 0;
}

/* What must be there stands first: what comes later may be cut. */
static int by_weight(const void *p, const void *q)
{
    const struct drc_edge *a = p, *b = q;
    if (a->must != b->must)
        return a->must ? -1 : 1;
    if (a->severity != b->severity)
        return b->severity - a->severity;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    int d = strcmp(a->edge, b->edge);
    return d != 0 ? d : strcmp(a->nodes[0], b->nodes[0]);
}

/* Of all rows so far, as lines of a prompt. */
static size_t tokens(const struct rows *r)
{
    size_t sum = 0;
    for (size_t i = 0; i < r->count; i++)
        sum += drc_tokens_estimate(strlen(r->out[i].title) + strlen(r->out[i].label) + LINE_BYTES);
    return sum;
}

int drc_graph_rows(struct drc_arena *a, const struct drc_graph *g, struct drc_db *facts,
                   const char *entity, struct drc_graph_window w, struct drc_edge *out, size_t max,
                   size_t *count, size_t *total, struct drc_err *err)
{
    struct rows r = {.a = a,
                     .g = g,
                     .facts = facts,
                     .entity = entity,
                     .w = w,
                     .out = out,
                     .max = max,
                     .rows_of_must = ROWS_OF_MUST,
                     .err = err};
    struct drc_graph_hit *hits = drc_arena_array(a, DRC_GRAPH_WALK_MAX, sizeof *hits);
    struct group known = {.nodes = NULL};
    uint32_t start = drc_graph_find(g, entity);
    size_t others = 0, spoken = 0;
    *count = *total = 0;
    if (start == DRC_GRAPH_NONE)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "the usage graph has no '%.120s'", entity);
    do {
        r.count = 0;
        known = (struct group){.nodes = NULL};
        if (add_musts(&r, graph_plan(g, start), start, &known) < 0)
            return -1;
    } while (tokens(&r) > DRC_TOKENS_GRAPH && --r.rows_of_must > 0);
    size_t n = drc_graph_walk(a, g, start, w, hits, DRC_GRAPH_WALK_MAX);
    if (add_best(&r, hits, n, &known) < 0)
        return -1;
    for (size_t i = 1; i < n; i++)
        others += !has(known.nodes, known.count, hits[i].node);
    qsort(out, r.count, sizeof *out, by_weight);
    for (size_t i = 0; i < r.count; i++) {
        snprintf(out[i].id, sizeof out[i].id, "G%u", (unsigned)(uint16_t)(i + 1));
        spoken += out[i].node_count;
    }
    *count = r.count;
    *total = known.count + others > spoken ? r.count + known.count + others - spoken : r.count;
    return 0;
}

int drc_graph_texts(struct drc_arena *a, const struct drc_graph *g, struct drc_db *facts,
                    const uint32_t *nodes, size_t count, const char **out, struct drc_err *err)
{
    struct rows r = {.a = a, .g = g, .facts = facts, .entity = "", .err = err};
    for (size_t i = 0; i < count; i++) {
        const struct drc_graph_node_kind *kind = drc_graph_kind(g, nodes[i]);
        struct drc_rows text = {0};
        out[i] = graph_id(g, nodes[i]);
        if (kind->text_sql != NULL && ask_texts(&r, kind, &nodes[i], 1, 0, &text) < 0)
            return -1;
        if (text.row_count > 0 && text.cells[1].type == DRC_CELL_TEXT)
            out[i] = text.cells[1].text;
        out[i] = clean(a, out[i]);
    }
    return 0;
}
