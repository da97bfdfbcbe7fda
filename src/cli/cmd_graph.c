/* graph: what the usage graph knows around an entity, along lineage, and as files for a graph
 * database. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/chart.h"
#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/fmt.h"
#include "drc/graph.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "graph_export.h"

#define DAYS_DEFAULT 28

struct asked {
    struct cli_env c;
    const struct drc_graph *g;
    struct drc_graph_window w;
    uint32_t node;
    bool json, dot, svg;
};

/* An id, or a name that only one job, warehouse, cluster or dataset has. */
static int find_entity(struct asked *q, const char *words, struct drc_err *err)
{
    static const char *const kinds[] = {"job", "warehouse", "cluster", "dataset"};
    struct drc_arena *a = q->c.env.a;
    const char *label;
    q->node = drc_graph_find(q->g, words);
    for (uint32_t n = 0; q->node == DRC_GRAPH_NONE && n < drc_graph_nodes(q->g); n++) {
        bool named = false;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            named |= strcmp(drc_graph_kind(q->g, n)->kind, kinds[k]) == 0;
        if (!named)
            continue;
        if (drc_graph_texts(a, q->g, q->c.env.facts, &n, 1, &label, err) < 0)
            return -1;
        if (strncmp(label, "Job ", 4) == 0)
            label += 4;
        size_t bytes = strlen(words);
        if (strncmp(label, words, bytes) == 0 && (label[bytes] == '\0' || label[bytes] == ','))
            q->node = n;
    }
    if (q->node == DRC_GRAPH_NONE)
        return drc_err_set(err, DRC_ERR_NOTFOUND,
                           "the usage graph has no '%.120s'; give an id such as job:<workspace "
                           "id>/<job id>, or the name of a job, warehouse, cluster or dataset",
                           words);
    return 0;
}

static int find_window(struct asked *q, const char *days, struct drc_err *err)
{
    long n = days == NULL ? DAYS_DEFAULT : strtol(days, NULL, 10);
    int64_t last = 0;
    struct drc_stmt *st =
        drc_db_query(q->c.env.facts, err, "SELECT min(complete_until) FROM data_mark", "");
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    if (rc == 1 && (drc_db_text(st, 0) == NULL || drc_date_parse(drc_db_text(st, 0), &last) < 0))
        rc = drc_err_set(err, DRC_ERR_DB, "the facts do not say to which day they are complete");
    drc_db_done(st);
    if (rc < 0)
        return -1;
    if (n < 1 || n > DRC_DAYS_MAX)
        return drc_err_set(err, DRC_ERR_INPUT, "--days is a number from 1 to %d", DRC_DAYS_MAX);
    q->w = (struct drc_graph_window){(last + 1 - n) * DRC_DAY_MS, (last + 1) * DRC_DAY_MS};
    return 0;
}

static void print_json(json_t *value)
{
    char *text = drc_json_dump(value);
    puts(text);
    free(text);
    json_decref(value);
}

static json_t *row_json(const struct drc_edge *e)
{
    json_t *o = json_object(), *nodes = json_array();
    for (size_t i = 0; i < e->node_count; i++)
        json_array_append_new(nodes, drc_json_text(e->nodes[i]));
    json_object_set_new(o, "id", drc_json_text(e->id));
    json_object_set_new(o, "edge", drc_json_text(e->edge));
    json_object_set_new(o, "title", drc_json_text(e->title));
    json_object_set_new(o, "label", drc_json_text(e->label));
    json_object_set_new(o, "at_ms", e->at_ms == 0 ? json_null() : json_integer(e->at_ms));
    json_object_set_new(o, "cost_uusd",
                        e->cost_uusd == INT64_MIN ? json_null() : json_integer(e->cost_uusd));
    json_object_set_new(o, "severity", json_integer(e->severity));
    json_object_set_new(o, "hop", json_integer(e->hop));
    json_object_set_new(o, "score", json_real(e->score));
    json_object_set_new(o, "must", json_boolean(e->must));
    json_object_set_new(o, "nodes", nodes);
    return o;
}

/* Inside double quotes of DOT. */
static const char *dot_text(struct drc_arena *a, const char *s)
{
    char *out = drc_arena_alloc(a, strlen(s) * 2 + 1), *p = out;
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            *p++ = '\\';
        *p++ = *s;
    }
    return out;
}

static int print_dot(struct asked *q, struct drc_err *err)
{
    struct drc_arena *a = q->c.env.a;
    struct drc_graph_hit *hits = drc_arena_array(a, DRC_GRAPH_WALK_MAX, sizeof *hits);
    size_t n = drc_graph_walk(a, q->g, q->node, q->w, hits, DRC_GRAPH_WALK_MAX);
    puts("digraph usage {\n  rankdir=LR;\n  node [shape=box, fontname=\"Inter\"];");
    for (size_t i = 0; i < n; i++) {
        const char *label;
        if (drc_graph_texts(a, q->g, q->c.env.facts, &hits[i].node, 1, &label, err) < 0)
            return -1;
        printf("  \"%s\" [label=\"%s\\n%s\"];\n", dot_text(a, drc_graph_id(q->g, hits[i].node)),
               dot_text(a, drc_graph_kind(q->g, hits[i].node)->title), dot_text(a, label));
        if (hits[i].parent < 0)
            continue;
        const char *here = drc_graph_id(q->g, hits[i].node),
                   *there = drc_graph_id(q->g, hits[hits[i].parent].node);
        printf("  \"%s\" -> \"%s\" [label=\"%s\"];\n", dot_text(a, hits[i].back ? here : there),
               dot_text(a, hits[i].back ? there : here), hits[i].kind->type);
    }
    puts("}");
    return 0;
}

/* The dearest of the paths as a picture. */
static int print_svg(struct asked *q, struct drc_err *err)
{
    struct drc_arena *a = q->c.env.a;
    const struct drc_theme *t = drc_snapshot_theme(q->c.env.snap, err);
    struct drc_chart_path spec;
    struct drc_buf svg;
    if (t == NULL || drc_compose_path(a, q->g, q->c.env.facts, drc_graph_id(q->g, q->node), q->w,
                                      &spec, err) < 0)
        return -1;
    spec.title = spec.box_count > 0 ? spec.boxes[0].name : "No failed attempt in this window";
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    int rc = drc_chart_path(t, &spec, &svg, err);
    if (rc == 0)
        fputs(drc_buf_str(&svg), stdout);
    drc_buf_fini(&svg);
    return rc;
}

static int show(struct asked *q, struct drc_err *err)
{
    struct drc_edge *rows = drc_arena_array(q->c.env.a, DRC_EDGES_MAX, sizeof *rows);
    const char *entity = drc_graph_id(q->g, q->node), *label;
    size_t count, total;
    if (q->dot)
        return print_dot(q, err);
    if (q->svg)
        return print_svg(q, err);
    if (drc_graph_rows(q->c.env.a, q->g, q->c.env.facts, entity, q->w, rows, DRC_EDGES_MAX, &count,
                       &total, err) < 0 ||
        drc_graph_texts(q->c.env.a, q->g, q->c.env.facts, &q->node, 1, &label, err) < 0)
        return -1;
    if (q->json) {
        json_t *o = json_object(), *list = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, row_json(&rows[i]));
        json_object_set_new(o, "entity", drc_json_text(entity));
        json_object_set_new(o, "label", drc_json_text(label));
        json_object_set_new(o, "from_ms", json_integer(q->w.from_ms));
        json_object_set_new(o, "to_ms", json_integer(q->w.to_ms));
        json_object_set_new(o, "left_out", json_integer((json_int_t)(total - count)));
        json_object_set_new(o, "rows", list);
        print_json(o);
        return 0;
    }
    printf("%s (%s)\n", label, entity);
    for (size_t i = 0; i < count; i++)
        printf("  %-4s%-18s %s%s\n", rows[i].id, rows[i].title, rows[i].label,
               rows[i].severity == 2   ? "  !!"
               : rows[i].severity == 1 ? "  !"
                                       : "");
    printf("  %zu further %s\n", total - count,
           drc_fmt_noun((int64_t)(total - count), "node", "nodes"));
    return 0;
}

/* upstream and downstream: each node once, nearest first; down with what stands between. */
static int lineage(struct asked *q, bool down, struct drc_err *err)
{
    struct drc_arena *a = q->c.env.a;
    uint32_t *nodes, *dom;
    int *hops;
    size_t n = drc_graph_closure(a, q->g, q->node, down, &nodes, &hops);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const char *label;
        if (drc_graph_texts(a, q->g, q->c.env.facts, &nodes[i], 1, &label, err) < 0) {
            json_decref(list);
            return -1;
        }
        int through = drc_graph_dominators(a, q->g, down ? q->node : nodes[i],
                                           down ? nodes[i] : q->node, &dom);
        json_t *o = json_object(), *only = json_array();
        for (int k = 0; k < through; k++)
            json_array_append_new(only, drc_json_text(drc_graph_id(q->g, dom[k])));
        json_object_set_new(o, "id", drc_json_text(drc_graph_id(q->g, nodes[i])));
        json_object_set_new(o, "label", drc_json_text(label));
        json_object_set_new(o, "hops", json_integer(hops[i]));
        json_object_set_new(o, "only_through", only);
        json_array_append_new(list, o);
        if (!q->json)
            printf("  %2d  %-22s %s%s\n", hops[i], drc_graph_kind(q->g, nodes[i])->title, label,
                   through > 0 ? drc_arena_printf(a, "  (only through %s)",
                                                  drc_graph_id(q->g, dom[through - 1]))
                               : "");
    }
    if (q->json)
        print_json(list);
    else {
        printf("  %zu %s\n", n, down ? "downstream" : "upstream");
        json_decref(list);
    }
    return 0;
}

/* Dearest first: run, attempt, what ended it. */
static int why(struct asked *q, struct drc_err *err)
{
    struct drc_arena *a = q->c.env.a;
    struct drc_graph_why *paths;
    if (q->svg)
        return print_svg(q, err);
    size_t n = drc_graph_why(a, q->g, q->node, q->w, &paths);
    json_t *list = json_array();
    char money[DRC_FMT_BYTES];
    for (size_t i = 0; i < n; i++) {
        json_t *path = json_array();
        for (size_t k = 0; k < paths[i].count; k++) {
            const char *label;
            if (drc_graph_texts(a, q->g, q->c.env.facts, &paths[i].nodes[k], 1, &label, err) < 0) {
                json_decref(path);
                json_decref(list);
                return -1;
            }
            json_array_append_new(path, drc_json_text(drc_graph_id(q->g, paths[i].nodes[k])));
            if (!q->json)
                printf("%s%s", k == 0 ? "  " : " > ", label);
        }
        if (!q->json)
            printf("  %s\n", drc_fmt_usd(paths[i].cost_uusd, money));
        json_t *o = json_object();
        json_object_set_new(o, "path", path);
        json_object_set_new(o, "cost_uusd", json_integer(paths[i].cost_uusd));
        json_array_append_new(list, o);
    }
    if (q->json)
        print_json(list);
    else {
        json_decref(list);
        if (n == 0)
            puts("  nothing went wrong in this window");
    }
    return 0;
}

/* Which jobs make the cost of a cluster or a configuration. */
static int jobs(struct asked *q, struct drc_err *err)
{
    struct drc_arena *a = q->c.env.a;
    struct drc_graph_job *found;
    size_t n = drc_graph_jobs(a, q->g, q->node, q->w, &found);
    json_t *list = json_array();
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += found[i].cost_uusd;
    for (size_t i = 0; i < n; i++) {
        const struct drc_graph_job *j = &found[i];
        const char *label;
        char money[DRC_FMT_BYTES], share[DRC_FMT_BYTES];
        if (drc_graph_texts(a, q->g, q->c.env.facts, &j->job, 1, &label, err) < 0) {
            json_decref(list);
            return -1;
        }
        double part = sum == 0 ? NAN : (double)j->cost_uusd / (double)sum;
        if (!q->json)
            printf("  %10s  %6s  %-40s %lld %s, %lld failed\n", drc_fmt_usd(j->cost_uusd, money),
                   drc_fmt_pct(part, share), label, (long long)j->attempts,
                   drc_fmt_noun(j->attempts, "attempt", "attempts"), (long long)j->failed);
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:I, s:I, s:I, s:o}", "id", drc_graph_id(q->g, j->job),
                            "label", drc_json_text(label), "attempts", (json_int_t)j->attempts,
                            "failed", (json_int_t)j->failed, "cost_uusd", (json_int_t)j->cost_uusd,
                            "share", isnan(part) ? json_null() : json_real(part)));
    }
    if (q->json)
        print_json(list);
    else {
        json_decref(list);
        if (n == 0)
            puts("  no attempt of a job in this window; ask about a cluster or a configuration");
    }
    return 0;
}

static json_t *failure_json(const struct asked *q, const struct drc_graph_failure *f,
                            const char *const *labels)
{
    return json_pack("{s:s, s:o, s:s, s:o, s:I, s:I, s:I, s:I, s:o, s:b}", "place",
                     drc_graph_id(q->g, f->place), "place_label", drc_json_text(labels[0]), "error",
                     drc_graph_id(q->g, f->error), "error_label", drc_json_text(labels[1]), "here",
                     (json_int_t)f->here, "here_all", (json_int_t)f->here_all, "there",
                     (json_int_t)f->there, "there_all", (json_int_t)f->there_all, "p",
                     isnan(f->p) ? json_null() : json_real(f->p), "goes_with", f->goes_with);
}

/* Which failures go with which configuration. */
static int failures(struct asked *q, struct drc_err *err)
{
    struct drc_arena *a = q->c.env.a;
    struct drc_graph_failure *found;
    size_t n = drc_graph_failures(a, q->g, q->node, q->w, &found);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct drc_graph_failure *f = &found[i];
        const uint32_t nodes[] = {f->place, f->error};
        const char *labels[2];
        if (drc_graph_texts(a, q->g, q->c.env.facts, nodes, 2, labels, err) < 0) {
            json_decref(list);
            return -1;
        }
        json_array_append_new(list, failure_json(q, f, labels));
        if (q->json)
            continue;
        printf("  %s\n    %s: %lld of %lld attempts, elsewhere %lld of %lld", labels[0], labels[1],
               (long long)f->here, (long long)f->here_all, (long long)f->there,
               (long long)f->there_all);
        if (isnan(f->p))
            puts("; nothing to compare with");
        else
            printf("; p = %.2g: %s\n", f->p,
                   f->goes_with ? "goes with it" : "no more than chance gives");
    }
    if (q->json)
        print_json(list);
    else {
        json_decref(list);
        if (n == 0)
            puts("  no failed attempt there in this window");
    }
    return 0;
}

/* `-`: ids from standard input, one a line; an answer each. Those that the graph does not have get
 * null, so that a test over all entities loads the graph once. */
static int show_lines(struct asked *q, struct drc_err *err)
{
    char line[DRC_GRAPH_ID_MAX_BYTES + 2];
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        q->node = drc_graph_find(q->g, line);
        if (q->node == DRC_GRAPH_NONE)
            puts("null");
        else if (show(q, err) < 0)
            return -1;
    }
    return 0;
}

static int answer(struct asked *q, const char *verb, const char *days, const char *words,
                  struct drc_err *err)
{
    if (find_window(q, days, err) < 0)
        return -1;
    if (strcmp(verb, "show") == 0 && strcmp(words, "-") == 0)
        return show_lines(q, err);
    if (find_entity(q, words, err) < 0)
        return -1;
    if (strcmp(verb, "show") == 0)
        return show(q, err);
    if (strcmp(verb, "why") == 0)
        return why(q, err);
    if (strcmp(verb, "jobs") == 0)
        return jobs(q, err);
    if (strcmp(verb, "failures") == 0)
        return failures(q, err);
    return lineage(q, strcmp(verb, "downstream") == 0, err);
}

static bool is_verb(const char *verb)
{
    static const char *const verbs[] = {"show",     "why",        "jobs",  "failures",
                                        "upstream", "downstream", "export"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i], verb) == 0)
            return true;
    return false;
}

static int run(int argc, char **argv, struct drc_err *err)
{
    const char *db = cli_option(argc, argv, "--db"), *days = cli_option(argc, argv, "--days"),
               *format = cli_option(argc, argv, "--format"), *out = cli_option(argc, argv, "--out");
    struct asked q = {.json = cli_flag(argc, argv, "--json"),
                      .dot = cli_flag(argc, argv, "--dot"),
                      .svg = cli_flag(argc, argv, "--svg")};
    if (cli_no_more_options(argc, argv, err) < 0)
        return -1;
    if (argc < 2 || !is_verb(argv[1]))
        return drc_err_set(
            err, DRC_ERR_INPUT,
            "say show, why, jobs, failures, upstream, downstream or export; try --help");
    if (db != NULL)
        drc_conf_set("DRC_FACTS_DB", db);
    const char *verb = argv[1];
    int rc = cli_env_open(&q.c, ".", err);
    if (rc == 0 && (q.g = drc_snapshot_graph(q.c.env.snap, q.c.env.facts, err)) == NULL)
        rc = -1;
    if (rc == 0 && strcmp(verb, "export") == 0)
        rc = cli_graph_export(q.c.env.a, q.g, q.c.env.facts, format, out, err);
    else if (rc == 0)
        rc = answer(&q, verb, days, cli_words(q.c.env.a, argc, argv, 2), err);
    cli_env_close(&q.c);
    return rc;
}

const struct cli_command cli_graph = {
    "graph",
    "show|why|jobs|failures|upstream|downstream <entity> [--days N] [--json|--dot|--svg] | export "
    "--format cypher|csv "
    "--out DIR",
    "Reads the usage graph. An entity is an id, or the name of a job, warehouse, cluster or "
    "dataset.\n\n"
    "  show        the rows that a chip's answer gets about it; --dot draws the walk, --svg the\n"
    "              dearest path of `why`; '-' reads ids from standard input, one a line\n"
    "  why         what went wrong in its runs, by cost: run, attempt, failure or eviction; --svg\n"
    "              draws the dearest\n"
    "  jobs        which jobs make the cost of a cluster or a compute configuration\n"
    "  failures    which failures go with a cluster or a configuration (against all else that "
    "ran),\n"
    "              or with the configurations of a job (against each other); Fisher's exact test\n"
    "  upstream    jobs and datasets that it depends on, nearest first\n"
    "  downstream  what suffers when it fails; 'only through' names what alone stands between\n"
    "  export      files that Neo4j loads: cypher (constraints, MERGE) or csv (neo4j-admin)\n"
    "  --days N    the window, up to the newest complete day (default 28)\n"
    "  --db FILE   another facts database\n",
    run};
