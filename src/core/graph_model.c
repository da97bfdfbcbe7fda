/* The shape of the usage graph, from the files of sql/graph. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/file.h"
#include "drc/limits.h"
#include "drc/meta.h"
#include "graph_parts.h"

#define LIST_MAX_BYTES 65536u

static const char *const node_keys[] = {"node", "label", "title", "prefix", "hub", NULL};
static const char *const edge_keys[] = {"edge", "from", "to", "title", "back", "part", NULL};
static const char *const text_keys[] = {"text", "words", NULL};

struct loader {
    struct drc_arena *a;
    const char *dir;
    struct drc_db *facts;
    struct drc_graph_model *m;
    struct drc_err *err;
};

static struct drc_graph_node_kind *find_kind(struct drc_graph_model *m, const char *kind)
{
    for (size_t i = 0; i < m->node_count; i++)
        if (strcmp(m->nodes[i].kind, kind) == 0)
            return &m->nodes[i];
    return NULL;
}

/* Bits by place. */
static uint64_t edges_of(const struct drc_graph_model *m, const char *type)
{
    uint64_t set = 0;
    for (size_t i = 0; i < m->edge_count; i++)
        if (strcmp(m->edges[i].type, type) == 0)
            set |= UINT64_C(1) << i;
    return set;
}

/* The columns stand in this order, so that rows are read by place; those behind `need` may be
 * absent. */
static int check_columns(struct loader *l, const char *path, const char *sql,
                         const char *const *names, size_t need, size_t all)
{
    struct drc_rows shape;
    if (drc_db_describe(l->facts, l->a, sql, &shape, l->err) < 0)
        return drc_err_context(l->err, "%s", path);
    bool same = shape.column_count >= need && shape.column_count <= all;
    for (size_t i = 0; same && i < shape.column_count; i++)
        same = strcmp(shape.columns[i], names[i]) == 0;
    if (same)
        return 0;
    const char *list = names[0];
    for (size_t i = 1; i < all; i++)
        list =
            drc_arena_printf(l->a, "%s, %s%s", list, names[i], i < need ? "" : " (may be absent)");
    return drc_err_set(l->err, DRC_ERR_CONFIG, "%s: the columns are %s", path, list);
}

static const char *read_sql(struct loader *l, const char *name, const char *const *keys,
                            const char **path, struct drc_meta *meta)
{
    *path = drc_arena_printf(l->a, "sql/graph/%s", name);
    const char *sql = drc_file_read(l->a, drc_arena_printf(l->a, "%s/%s", l->dir, name),
                                    DRC_REPORT_SQL_MAX_BYTES, NULL, l->err);
    if (sql == NULL || drc_meta_parse(l->a, DRC_META_SQL, *path, sql, keys, meta, l->err) < 0)
        return NULL;
    return sql;
}

static bool is_yes(const struct drc_meta *m, const char *key)
{
    const char *value = drc_meta_get(m, key);
    return value != NULL && strcmp(value, "yes") == 0;
}

static int load_node(struct loader *l, const char *name)
{
    static const char *const columns[] = {"id", "at_ms", "cost_uusd", "severity"};
    struct drc_meta meta;
    if (l->m->node_count == DRC_GRAPH_NODE_KINDS_MAX)
        return drc_err_set(l->err, DRC_ERR_LIMIT, "sql/graph: at most %d kinds of nodes",
                           DRC_GRAPH_NODE_KINDS_MAX);
    struct drc_graph_node_kind *k = &l->m->nodes[l->m->node_count];
    k->sql = read_sql(l, name, node_keys, &k->path, &meta);
    if (k->sql == NULL || (k->kind = drc_meta_need(&meta, "node", l->err)) == NULL ||
        (k->label = drc_meta_need(&meta, "label", l->err)) == NULL ||
        (k->title = drc_meta_need(&meta, "title", l->err)) == NULL)
        return -1;
    k->prefix = drc_meta_get(&meta, "prefix");
    if (k->prefix == NULL)
        k->prefix = k->kind;
    k->hub = is_yes(&meta, "hub");
    if (strcmp(name, drc_arena_printf(l->a, "node-%s.sql", k->kind)) != 0)
        return drc_err_set(l->err, DRC_ERR_CONFIG, "%s: the node '%s' is not the file's name",
                           k->path, k->kind);
    l->m->node_count++;
    return check_columns(l, k->path, k->sql, columns, 4, 4);
}

static int load_edge(struct loader *l, const char *name)
{
    static const char *const columns[] = {"src", "dst", "at_ms"};
    struct drc_meta meta;
    if (l->m->edge_count == DRC_GRAPH_EDGE_KINDS_MAX)
        return drc_err_set(l->err, DRC_ERR_LIMIT, "sql/graph: at most %d kinds of edges",
                           DRC_GRAPH_EDGE_KINDS_MAX);
    struct drc_graph_edge_kind *e = &l->m->edges[l->m->edge_count];
    e->sql = read_sql(l, name, edge_keys, &e->path, &meta);
    if (e->sql == NULL || (e->type = drc_meta_need(&meta, "edge", l->err)) == NULL ||
        (e->from = drc_meta_need(&meta, "from", l->err)) == NULL ||
        (e->to = drc_meta_need(&meta, "to", l->err)) == NULL ||
        (e->title = drc_meta_need(&meta, "title", l->err)) == NULL)
        return -1;
    e->back = drc_meta_get(&meta, "back");
    if (e->back == NULL)
        e->back = e->title;
    e->part = is_yes(&meta, "part");
    if (find_kind(l->m, e->from) == NULL || find_kind(l->m, e->to) == NULL)
        return drc_err_set(l->err, DRC_ERR_CONFIG, "%s: there is no file node-%s.sql", e->path,
                           find_kind(l->m, e->from) == NULL ? e->from : e->to);
    e->from_kind = (unsigned)(find_kind(l->m, e->from) - l->m->nodes);
    e->to_kind = (unsigned)(find_kind(l->m, e->to) - l->m->nodes);
    l->m->edge_count++;
    return check_columns(l, e->path, e->sql, columns, 2, 3);
}

static int load_text(struct loader *l, const char *name)
{
    static const char *const columns[] = {"ids", "label", "at_ms", "without"};
    struct drc_meta meta;
    const char *path, *sql = read_sql(l, name, text_keys, &path, &meta);
    const char *kind = sql == NULL ? NULL : drc_meta_need(&meta, "text", l->err);
    if (kind == NULL)
        return -1;
    struct drc_graph_node_kind *k = find_kind(l->m, kind);
    if (k == NULL)
        return drc_err_set(l->err, DRC_ERR_CONFIG, "%s: there is no file node-%s.sql", path, kind);
    const char *words = drc_meta_get(&meta, "words");
    if (words != NULL && strcmp(words, "sql") != 0 && strcmp(words, "errors") != 0)
        return drc_err_set(l->err, DRC_ERR_CONFIG,
                           "%s: words are those of sql or of errors, not of '%.40s'", path, words);
    k->text_path = path;
    k->text_sql = sql;
    k->words = words == NULL   ? DRC_WORDING_OURS
               : *words == 's' ? DRC_WORDING_SQL
                               : DRC_WORDING_ERRORS;
    size_t want = words == NULL ? 3 : 4;
    return check_columns(l, path, sql, columns, want, want);
}

/* ---- plans -------------------------------------------------------------------------------- */

static int bad_line(struct loader *l, const char *path, int line, const char *why)
{
    return drc_err_set(l->err, DRC_ERR_CONFIG, "%s:%d: %s", path, line, why);
}

/* ">READS <WRITES >HAS_RUN!" */
static int parse_legs(struct loader *l, const char *path, int line, const char *text,
                      struct drc_graph_must *must)
{
    for (const char *p = text; *p != '\0';) {
        size_t n = strcspn(p, " ");
        if (must->leg_count == DRC_GRAPH_PATH_MAX || n < 2 || strchr("<>", *p) == NULL)
            return bad_line(l, path, line, "a path is '>EDGE <EDGE ...', '!' behind what is bad");
        struct drc_graph_leg *leg = &must->legs[must->leg_count++];
        leg->back = *p == '<';
        leg->severe = p[n - 1] == '!';
        leg->type = drc_arena_strndup(l->a, p + 1, n - 1 - leg->severe);
        if (edges_of(l->m, leg->type) == 0)
            return bad_line(l, path, line,
                            drc_arena_printf(l->a, "there is no edge '%s'", leg->type));
        p += n + strspn(p + n, " ");
    }
    return must->leg_count > 0 ? 0 : bad_line(l, path, line, "the path is empty");
}

/* A whole number in 0..99; -1 where it is none. */
static int number_of(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);
    return end == text || *end != '\0' || n < 0 || n > 99 ? -1 : (int)n;
}

static int parse_must(struct loader *l, struct drc_graph_plan *plan, int line,
                      const char *const *part, size_t parts)
{
    struct drc_graph_must *must = &plan->musts[plan->must_count++];
    if (parts != 5)
        return bad_line(l, plan->path, line, "expected 'must | ROW | title | days | path'");
    must->type = part[1];
    must->title = part[2];
    must->days = number_of(part[3]);
    if (must->days < 0)
        return bad_line(l, plan->path, line, "days is 0..99");
    return parse_legs(l, plan->path, line, part[4], must);
}

static int parse_step(struct loader *l, struct drc_graph_plan *plan, int line,
                      const char *const *part, size_t parts)
{
    struct drc_graph_step *s = &plan->steps[plan->step_count++];
    if (parts != 4 || strlen(part[1]) < 2 || strchr("<>", *part[1]) == NULL)
        return bad_line(l, plan->path, line, "expected 'hop | >EDGE or <EDGE | weight | keep'");
    s->hop = number_of(part[0]);
    s->back = *part[1] == '<';
    s->type = part[1] + 1;
    s->weight = strtod(part[2], NULL);
    s->keep = number_of(part[3]);
    s->edges = edges_of(l->m, s->type);
    if (s->edges == 0)
        return bad_line(l, plan->path, line,
                        drc_arena_printf(l->a, "there is no edge '%s'", s->type));
    if (s->hop < 1 || s->hop > 9 || !(s->weight > 0) || s->keep < 1 || s->keep > DRC_GRAPH_WALK_MAX)
        return bad_line(l, plan->path, line, "hop is 1..9, weight above 0, keep 1..200");
    return 0;
}

static int load_plan(struct loader *l, const char *name)
{
    struct drc_graph_plan *p = &l->m->plans[l->m->plan_count];
    if (l->m->plan_count == DRC_GRAPH_NODE_KINDS_MAX)
        return drc_err_set(l->err, DRC_ERR_LIMIT, "sql/graph: at most %d plans",
                           DRC_GRAPH_NODE_KINDS_MAX);
    p->path = drc_arena_printf(l->a, "sql/graph/%s", name);
    p->kind = drc_arena_strndup(l->a, name + 5, strlen(name) - 5 - strlen(".list"));
    if (find_kind(l->m, p->kind) == NULL)
        return drc_err_set(l->err, DRC_ERR_CONFIG, "%s: there is no file node-%s.sql", p->path,
                           p->kind);
    const char *text = drc_file_read(l->a, drc_arena_printf(l->a, "%s/%s", l->dir, name),
                                     LIST_MAX_BYTES, NULL, l->err);
    if (text == NULL)
        return -1;
    size_t lines = 1;
    for (const char *q = text; *q != '\0'; q++)
        lines += *q == '\n';
    p->steps = drc_arena_array(l->a, lines, sizeof *p->steps);
    p->musts = drc_arena_array(l->a, lines, sizeof *p->musts);
    l->m->plan_count++;
    int number = 1;
    for (const char *q = text; *q != '\0'; number++) {
        size_t n = strcspn(q, "\n");
        const char *part[6], *line = drc_arena_strndup(l->a, q, n);
        q += n + (q[n] == '\n');
        if (*line == '#' || *line == '\0')
            continue;
        size_t parts = drc_meta_split(l->a, line, '|', part, 6);
        if ((strcmp(part[0], "must") == 0 ? parse_must(l, p, number, part, parts)
                                          : parse_step(l, p, number, part, parts)) < 0)
            return -1;
    }
    return 0;
}

static int load_all(struct loader *l, const char *prefix,
                    int (*load)(struct loader *, const char *), const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(names[i], prefix, strlen(prefix)) == 0 && load(l, names[i]) < 0)
            return -1;
    return 0;
}

int drc_graph_model_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                         struct drc_graph_model **out, struct drc_err *err)
{
    const char **names, **lists;
    size_t n, list_count;
    struct loader l = {a, drc_arena_printf(a, "%s/sql/graph", home), facts, NULL, err};
    l.m = *out = drc_arena_alloc(a, sizeof *l.m);
    if (drc_file_list(a, l.dir, ".sql", &names, &n, err) < 0 ||
        drc_file_list(a, l.dir, ".list", &lists, &list_count, err) < 0)
        return -1;
    if (load_all(&l, "node-", load_node, names, n) < 0 ||
        load_all(&l, "edge-", load_edge, names, n) < 0 ||
        load_all(&l, "text-", load_text, names, n) < 0)
        return -1;
    return load_all(&l, "plan-", load_plan, lists, list_count);
}
