/* The usage graph at 1 M nodes and 5 M edges: load from SQLite, memory, the ranked walk of three
 * hops around a job, beside a plain breadth-first walk that ranks nothing; and the load of the
 * sample estate, where there is one (argument: its facts). Run from the root of the source. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/file.h"
#include "drc/graph.h"

#define DAY_MS INT64_C(86400000)
#define WALKS 2000

static struct drc_err err;
static struct drc_arena *a;
static char home[] = "/tmp/drc-bench-graph-XXXXXX";

static void must(int rc)
{
    if (rc == 0)
        return;
    fprintf(stderr, "bench_graph: %s\n", err.msg);
    exit(1);
}

static double cpu_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1000 + (double)ts.tv_nsec / 1e6;
}

/* What the process holds now, not its peak. */
static double rss_mb(void)
{
    long pages = 0, ignored;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%ld %ld", &ignored, &pages) != 2)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

static double peak_mb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss / 1024;
}

/* ---- the estate --------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    int count; /* ids are <kind>:2718281828459045/<number> */
} nodes[] = {{"job", 2000},    {"run", 300000},   {"attempt", 350000}, {"usage", 300000},
             {"event", 22000}, {"compute", 4000}, {"dataset", 22000}};

static const struct {
    const char *name, *type, *from, *to;
    const char *part;
    int count;
    const char *src, *dst; /* numbers made from i */
} edges[] = {
    {"a", "HAS_RUN", "job", "run", "", 300000, "i % 2000", "i"},
    {"b", "HAS_ATTEMPT", "run", "attempt", "-- part: yes\n", 350000, "i % 300000", "i"},
    {"c", "BILLED_AS", "attempt", "usage", "-- part: yes\n", 300000, "i", "i"},
    {"d", "HAD_EVENT", "attempt", "event", "-- part: yes\n", 22000, "rnd(i, 0, 349999)", "i"},
    {"e", "CONFIGURED_WITH", "attempt", "compute", "-- part: yes\n", 350000, "i", "i % 4000"},
    {"f", "READS", "job", "dataset", "", 28000, "i % 2000", "1 + rnd(i, 0, 21998)"},
    {"g", "TOUCHES", "run", "dataset", "", 2650000, "rnd(i, 0, 299999)",
     "1 + rnd(i + 7, 0, 21998)"},
    /* the hub */
    {"h", "TOUCHES", "attempt", "dataset", "", 350000, "i", "0"},
    {"i", "TOUCHES", "run", "dataset", "", 300000, "i", "0"},
    {"j", "TOUCHES", "usage", "dataset", "", 300000, "i", "0"},
    {"k", "TOUCHES", "event", "dataset", "", 22000, "i", "0"},
    {"l", "TOUCHES", "dataset", "dataset", "", 21999, "i + 1", "0"},
    {"m", "READS", "job", "dataset", "", 2000, "i", "0"},
    {"n", "TOUCHES", "compute", "dataset", "", 4000, "i", "0"},
};

static const char plan[] = "1 | >HAS_RUN | 1.0 | 24\n1 | >READS | 0.5 | 8\n"
                           "2 | >HAS_ATTEMPT | 0.9 | 4\n2 | >TOUCHES | 0.5 | 8\n"
                           "2 | <READS | 0.5 | 8\n3 | >HAD_EVENT | 1.0 | 4\n"
                           "3 | >BILLED_AS | 0.5 | 3\n3 | >CONFIGURED_WITH | 0.4 | 2\n"
                           "3 | <TOUCHES | 0.4 | 8\n3 | >TOUCHES | 0.3 | 4\n";

static void put(const char *name, const char *text)
{
    must(drc_file_write(drc_arena_printf(a, "%s/sql/graph/%s", home, name), text, strlen(text),
                        &err));
}

#define NUMBERS "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d - 1)"

static void make_estate(const char *path)
{
    struct drc_db *db = drc_db_open(path, DRC_DB_CREATE, &err);
    must(db == NULL ? -1 : 0);
    must(drc_db_exec(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN", &err));
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
        const char *kind = nodes[i].kind;
        must(drc_db_exec(
            db,
            drc_arena_printf(a,
                             "CREATE TABLE n_%s (id TEXT PRIMARY KEY, at_ms INTEGER, cost_uusd"
                             " INTEGER, severity INTEGER) WITHOUT ROWID; INSERT INTO n_%s " NUMBERS
                             " SELECT '%s:2718281828459045/' || (1000000 + i), %s, %s,"
                             " (rnd(i, 0, 19) = 0) * 2 FROM n",
                             kind, kind, nodes[i].count, kind,
                             strcmp(kind, "run") == 0 || strcmp(kind, "attempt") == 0
                                 ? "1728000000000 + rnd(i, 0, 86399) * 100000"
                                 : "NULL",
                             strcmp(kind, "usage") == 0 ? "rnd(i, 1, 1000000)" : "NULL"),
            &err));
        put(drc_arena_printf(a, "node-%s.sql", kind),
            drc_arena_printf(a,
                             "-- node: %s\n-- label: X\n-- title: x\nSELECT id, at_ms, cost_uusd,"
                             " severity FROM n_%s",
                             kind, kind));
    }
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        must(drc_db_exec(
            db,
            drc_arena_printf(a,
                             "CREATE TABLE e_%s (src TEXT, dst TEXT); INSERT INTO e_%s " NUMBERS
                             " SELECT '%s:2718281828459045/' || (1000000 + %s),"
                             " '%s:2718281828459045/' || (1000000 + %s) FROM n",
                             edges[i].name, edges[i].name, edges[i].count, edges[i].from,
                             edges[i].src, edges[i].to, edges[i].dst),
            &err));
        put(drc_arena_printf(a, "edge-%s.sql", edges[i].name),
            drc_arena_printf(a,
                             "-- edge: %s\n-- from: %s\n-- to: %s\n-- title: x\n%sSELECT src, dst"
                             " FROM e_%s",
                             edges[i].type, edges[i].from, edges[i].to, edges[i].part,
                             edges[i].name));
    }
    must(drc_db_exec(db, "COMMIT", &err));
    drc_db_close(db);
    put("plan-job.list", plan);
    put("plan-dataset.list", "1 | <TOUCHES | 1 | 24\n2 | <HAS_ATTEMPT | 1 | 2\n2 | <HAS_RUN | 1 "
                             "| 2\n3 | <HAS_RUN | 1 | 2\n");
}

/* ---- measures ----------------------------------------------------------------------------- */

static struct drc_graph *load(const char *dir, const char *path, struct drc_graph_model **model,
                              double *ms, double *cpu)
{
    struct drc_db *facts = drc_db_open(path, DRC_DB_READ, &err);
    must(facts == NULL ? -1 : drc_db_sandbox(facts, &err));
    must(drc_graph_model_load(a, dir, facts, model, &err));
    int64_t begun = drc_clock_mono_us();
    double cpu_begun = cpu_ms();
    struct drc_graph *g = drc_graph_build(*model, facts, &err);
    must(g == NULL ? -1 : 0);
    *cpu = cpu_ms() - cpu_begun;
    *ms = (double)(drc_clock_mono_us() - begun) / 1000;
    drc_db_close(facts);
    return g;
}

#define OPENS 5

/* As each start does it: from the file beside the facts; the best of a few. */
static double reopen(const char *path, const struct drc_graph_model *model)
{
    struct drc_db *facts = drc_db_open(path, DRC_DB_READ, &err);
    must(facts == NULL ? -1 : drc_db_sandbox(facts, &err));
    int64_t best = INT64_MAX;
    for (int i = 0; i <= OPENS; i++) {
        int64_t begun = drc_clock_mono_us();
        struct drc_graph *g = drc_graph_open(model, facts, path, &err);
        must(g == NULL ? -1 : 0);
        begun = drc_clock_mono_us() - begun;
        if (i > 0 && begun < best) /* the first may have to build it */
            best = begun;
        drc_graph_free(g);
    }
    drc_db_close(facts);
    return (double)best / 1000;
}

static int by_value(const void *x, const void *y)
{
    double p = *(const double *)x, q = *(const double *)y;
    return (p > q) - (p < q);
}

static void say(const char *what, double value, const char *unit, double limit)
{
    printf("  %-54s %9.3f %-3s  limit %g  %s\n", what, value, unit, limit,
           value <= limit ? "ok" : "OVER");
}

/* Everything within three hops in the order of the arcs, without ranks, up to 200 nodes. */
static size_t plain_walk(const struct drc_graph *g, uint32_t start, uint32_t *stamp, uint32_t mark,
                         uint32_t *queue)
{
    size_t count = 1, from = 0;
    queue[0] = start;
    stamp[start] = mark;
    for (int hop = 0; hop < 3; hop++)
        for (size_t to = count; from < to; from++)
            for (int way = 0; way < 2; way++)
                for (size_t i = 0; i < drc_graph_degree(g, queue[from], way); i++) {
                    uint32_t node = drc_graph_arc(g, queue[from], way, i).node;
                    if (stamp[node] == mark)
                        continue;
                    stamp[node] = mark;
                    queue[count++] = node;
                    if (count == DRC_GRAPH_WALK_MAX)
                        return count;
                }
    return count;
}

static void measure_walks(const struct drc_graph *g)
{
    static double ranked[WALKS], plain[WALKS];
    struct drc_graph_hit hits[DRC_GRAPH_WALK_MAX];
    struct drc_graph_window w = {INT64_C(1728000000000) + 60 * DAY_MS,
                                 INT64_C(1728000000000) + 88 * DAY_MS};
    uint32_t *stamp = calloc(drc_graph_nodes(g), sizeof *stamp), queue[DRC_GRAPH_WALK_MAX];
    size_t found = 0;
    if (stamp == NULL)
        abort();
    for (int i = 0; i < WALKS; i++) {
        uint32_t job = drc_graph_find(
            g, drc_arena_printf(a, "job:2718281828459045/%d", 1000000 + i * 7 % 2000));
        struct drc_arena *own = drc_arena_new();
        double cpu = cpu_ms();
        found += drc_graph_walk(own, g, job, w, hits, DRC_GRAPH_WALK_MAX);
        ranked[i] = cpu_ms() - cpu;
        drc_arena_free(own);
        cpu = cpu_ms();
        plain_walk(g, job, stamp, (uint32_t)i + 1, queue);
        plain[i] = cpu_ms() - cpu;
    }
    qsort(ranked, WALKS, sizeof *ranked, by_value);
    qsort(plain, WALKS, sizeof *plain, by_value);
    say("ranked 3-hop walk around a job, 200 nodes, p50", ranked[WALKS / 2], "ms", 0.1);
    say("ranked 3-hop walk around a job, 200 nodes, p99", ranked[WALKS * 99 / 100], "ms", 2);
    printf("  plain breadth-first walk to 200 nodes, p50 %.4f ms: ranked takes %.1f times as long"
           " (%.0f nodes on average)\n",
           plain[WALKS / 2], ranked[WALKS / 2] / plain[WALKS / 2], (double)found / WALKS);
    uint32_t hub = drc_graph_find(g, "dataset:2718281828459045/1000000");
    double cpu = cpu_ms();
    drc_graph_walk(a, g, hub, w, hits, DRC_GRAPH_WALK_MAX);
    printf("  the node with %zu edges:\n", drc_graph_degree(g, hub, DRC_GRAPH_IN));
    say("ranked 3-hop walk around it", cpu_ms() - cpu, "ms", 2);
    free(stamp);
}

int main(int argc, char **argv)
{
    struct drc_graph_model *model;
    double ms, cpu;
    a = drc_arena_new();
    puts("usage graph (times of walks: CPU)");
    if (argc > 1) {
        struct drc_graph *g = load(".", argv[1], &model, &ms, &cpu);
        printf("  sample estate: %u nodes, %llu edges; built from SQL in %.0f ms (%.0f of CPU)\n",
               drc_graph_nodes(g), (unsigned long long)drc_graph_edges(g), ms, cpu);
        drc_graph_free(g);
        ms = reopen(argv[1], model);
        say("sample estate, load at a start, best of five", ms, "ms", 50);
    }
    if (mkdtemp(home) == NULL)
        return 1;
    const char *path = drc_arena_printf(a, "%s/facts.db", home);
    must(drc_file_mkdirs(drc_arena_printf(a, "%s/sql/graph", home), &err));
    make_estate(path);
    double before = rss_mb();
    struct drc_graph *g = load(home, path, &model, &ms, &cpu);
    printf("  generated: %u nodes, %llu edges, load %.0f ms of CPU\n", drc_graph_nodes(g),
           (unsigned long long)drc_graph_edges(g), cpu);
    say("load from SQLite", ms / 1000, "s", 3);
    say("memory of the graph", rss_mb() - before, "MB", 200);
    printf("  peak of the process while loading %.0f MB, of it before %.0f MB\n", peak_mb(),
           before);
    measure_walks(g);
    drc_graph_free(g);
    drc_arena_free(a);
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command) == 0 ? 0 : 1;
}
