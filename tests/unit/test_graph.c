/* The usage graph on graphs of our own: order, what is left out, windows, walks, paths, lineage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "drc/db.h"
#include "drc/file.h"
#include "drc/graph.h"

#define DAY INT64_C(86400000)
#define T0 (20000 * DAY)

static struct drc_arena *a;
static struct drc_err err;
static char home[] = "/tmp/drc-graph-XXXXXX";
static const struct drc_graph_window all_time = {0, 40000 * DAY};

static void must(int rc)
{
    if (rc != 0)
        fail_msg("%s", err.msg);
}

static void put(const char *name, const char *text)
{
    must(drc_file_write(drc_arena_printf(a, "%s/sql/graph/%s", home, name), text, strlen(text),
                        &err));
}

static void put_node(const char *kind, const char *more)
{
    put(drc_arena_printf(a, "node-%s.sql", kind),
        drc_arena_printf(a,
                         "-- node: %s\n-- label: X\n-- title: %s\n%sSELECT id, at_ms, cost_uusd,"
                         " severity FROM n WHERE kind = '%s'",
                         kind, kind, more, kind));
}

static void put_edge(const char *name, const char *type, const char *from, const char *to,
                     const char *more)
{
    put(drc_arena_printf(a, "edge-%s.sql", name),
        drc_arena_printf(a,
                         "-- edge: %s\n-- from: %s\n-- to: %s\n-- title: %s\n%sSELECT src, dst"
                         " FROM e WHERE name = '%s'",
                         type, from, to, type, more, name));
}

static int start(void **state)
{
    (void)state;
    a = drc_arena_new();
    assert_non_null(mkdtemp(home));
    must(drc_file_mkdirs(drc_arena_printf(a, "%s/sql/graph", home), &err));
    put_node("job", "");
    put_node("run", "");
    put_node("part", "");
    put_node("data", "");
    put_node("place", "-- hub: yes\n");
    put_edge("job-run", "HAS_RUN", "job", "run", "");
    put_edge("run-part", "HAS_PART", "run", "part", "-- part: yes\n");
    put_edge("job-place", "IN_PLACE", "job", "place", "");
    put_edge("job-reads", "READS", "job", "data", "");
    put_edge("job-writes", "WRITES", "job", "data", "");
    put("plan-job.list", "# a comment\n1 | >HAS_RUN | 1.0 | 8\n1 | >IN_PLACE | 0.2 | 2\n"
                         "2 | <IN_PLACE | 1.0 | 8\n2 | >HAS_PART | 1.0 | 4\n"
                         "must | HAS_RUN | run | 0 | >HAS_RUN!\n"
                         "must | HAS_PART | part | 3 | >HAS_RUN! >HAS_PART\n");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (system(drc_arena_printf(a, "rm -rf %s", home)) != 0)
        return -1;
    drc_arena_free(a);
    return 0;
}

/* A database of nodes and edges made by `sql`, and its graph. */
static struct drc_graph_model *model;
static struct drc_db *facts;

static struct drc_graph *graph_of(const char *sql)
{
    const char *path = drc_arena_printf(a, "%s/g.db", home);
    unlink(path);
    struct drc_db *db = drc_db_open(path, DRC_DB_CREATE, &err);
    must(db == NULL ? -1 : 0);
    must(drc_db_exec(db,
                     "CREATE TABLE n (kind TEXT, id TEXT, at_ms INTEGER, cost_uusd INTEGER,"
                     " severity INTEGER); CREATE TABLE e (name TEXT, src TEXT, dst TEXT);",
                     &err));
    must(drc_db_exec(db, sql, &err));
    drc_db_close(db);
    drc_db_close(facts);
    facts = drc_db_open(path, DRC_DB_READ, &err);
    must(facts == NULL ? -1 : drc_db_sandbox(facts, &err));
    must(drc_graph_model_load(a, home, facts, &model, &err));
    struct drc_graph *g = drc_graph_build(model, facts, &err);
    must(g == NULL ? -1 : 0);
    return g;
}

static const char small[] =
    "INSERT INTO n VALUES ('job', 'job:1/b', NULL, NULL, 0), ('job', 'job:1/a', NULL, NULL, 0),"
    " ('run', 'run:1/r2', 20001 * 86400000, NULL, 2), ('run', 'run:1/r1', 20000 * 86400000, NULL,"
    " 0), ('run', 'run:1/r3', 20002 * 86400000, 7, 1), ('part', 'part:1/p1', NULL, 5, 0),"
    " ('part', 'part:1/p2', 20009 * 86400000, 4, 0), ('place', 'place:1/x', NULL, NULL, 0);"
    "INSERT INTO e VALUES ('job-run', 'job:1/a', 'run:1/r1'), ('job-run', 'job:1/a', 'run:1/r2'),"
    " ('job-run', 'job:1/a', 'run:1/r3'), ('run-part', 'run:1/r2', 'part:1/p1'),"
    " ('run-part', 'run:1/r2', 'part:1/p2'), ('job-place', 'job:1/a', 'place:1/x'),"
    " ('job-place', 'job:1/b', 'place:1/x');";

static const char *dump(const struct drc_graph *g)
{
    const char *text = "";
    for (uint32_t n = 0; n < drc_graph_nodes(g); n++) {
        text = drc_arena_printf(a, "%s%s %d\n", text, drc_graph_id(g, n), drc_graph_severity(g, n));
        for (int way = 0; way < 2; way++)
            for (size_t i = 0; i < drc_graph_degree(g, n, way); i++) {
                struct drc_graph_arc arc = drc_graph_arc(g, n, way, i);
                text = drc_arena_printf(a, "%s %d %s %s %lld\n", text, way, arc.kind->type,
                                        drc_graph_id(g, arc.node), (long long)arc.at_ms);
            }
    }
    return text;
}

static uint32_t find(const struct drc_graph *g, const char *id)
{
    uint32_t n = drc_graph_find(g, id);
    if (n == DRC_GRAPH_NONE)
        fail_msg("%s is not in the graph", id);
    return n;
}

static void test_order(void **state)
{
    (void)state;
    struct drc_graph *g = graph_of(small);
    const char *first = dump(g);
    assert_int_equal(drc_graph_nodes(g), 8);
    assert_int_equal(drc_graph_edges(g), 7);
    /* by name of the file, then by id; arcs severe first, then new */
    assert_non_null(strstr(first, "job:1/a 0\n 0 IN_PLACE place:1/x 0\n 0 HAS_RUN run:1/r2 "
                                  "1728086400000\n 0 HAS_RUN run:1/r3 1728172800000\n 0 HAS_RUN "
                                  "run:1/r1 1728000000000\njob:1/b"));
    /* a part has no time of its own, its owner has */
    assert_non_null(strstr(first, "0 HAS_PART part:1/p2 0\n"));
    assert_int_equal(drc_graph_cost_uusd(g, find(g, "run:1/r2")), 9); /* of its parts */
    assert_int_equal(drc_graph_cost_uusd(g, find(g, "run:1/r3")), 7); /* its own */
    assert_true(drc_graph_cost_uusd(g, find(g, "job:1/a")) == INT64_MIN);
    drc_graph_free(g);
    for (int i = 0; i < 20; i++) { /* whatever the order of the rows */
        const char *shuffled = drc_arena_printf(
            a,
            "%s CREATE TABLE n2 AS SELECT * FROM n ORDER BY substr(id, -1) * %d %% 7, id DESC;"
            " DELETE FROM n; INSERT INTO n SELECT * FROM n2; CREATE TABLE e2 AS SELECT * FROM e"
            " ORDER BY (rowid * %d) %% 11; DELETE FROM e; INSERT INTO e SELECT * FROM e2;",
            small, i, i + 3);
        g = graph_of(shuffled);
        assert_string_equal(dump(g), first);
        drc_graph_free(g);
    }
}

static const struct drc_graph_fault *fault(const struct drc_graph *g, const char *path)
{
    size_t n;
    const struct drc_graph_fault *f = drc_graph_faults(g, &n);
    for (size_t i = 0; i < n; i++)
        if (strstr(f[i].path, path) != NULL)
            return &f[i];
    fail_msg("no fault in %s", path);
    return NULL;
}

static void test_left_out(void **state)
{
    (void)state;
    size_t n;
    struct drc_graph *g = graph_of(small);
    drc_graph_faults(g, &n);
    assert_int_equal(n, 0);
    drc_graph_free(g);
    g = graph_of(drc_arena_printf(
        a,
        "%s INSERT INTO n VALUES ('job', 'job:1/a', 1, 1, 1), ('job', NULL, 1, 1, 1), ('run',"
        " 'job:1/z', 1, 1, 1), ('run', 'run:' || hex(zeroblob(300)), 1, 1, 1), ('part',"
        " 'part:1/' || char(10), 1, 1, 1); INSERT INTO e VALUES ('job-run', 'job:1/a',"
        " 'run:1/none'), ('job-run', 'job:1/none', 'run:1/r1'), ('job-run', NULL, 'run:1/r1'),"
        " ('job-run', 'run:1/r1', 'run:1/r1'), ('job-run', 'job:1/a', 'run:1/r1');",
        small));
    assert_int_equal(fault(g, "node-job.sql")->duplicates, 1);
    assert_int_equal(fault(g, "node-job.sql")->foreign, 1);
    assert_int_equal(fault(g, "node-run.sql")->foreign, 2);
    assert_int_equal(fault(g, "node-part.sql")->foreign, 1);
    assert_int_equal(fault(g, "edge-job-run.sql")->dangling, 4);
    assert_int_equal(fault(g, "edge-job-run.sql")->duplicates, 1);
    assert_string_equal(fault(g, "edge-job-run.sql")->sample, "run:1/none");
    assert_int_equal(drc_graph_nodes(g), 8);
    assert_int_equal(drc_graph_edges(g), 7);
    assert_int_equal(drc_graph_find(g, "job:1/none"), DRC_GRAPH_NONE);
    assert_int_equal(drc_graph_find(g, ""), DRC_GRAPH_NONE);
    struct drc_edge rows[4];
    size_t count, total;
    struct drc_err own = DRC_ERR_INIT;
    assert_int_equal(
        drc_graph_rows(a, g, facts, "job:1/none", all_time, rows, 4, &count, &total, &own), -1);
    assert_int_equal(own.code, DRC_ERR_NOTFOUND);
    drc_graph_free(g);
}

static void refused(const char *name, const char *text, const char *words)
{
    struct drc_err own = DRC_ERR_INIT;
    struct drc_graph_model *m;
    put(name, text);
    assert_int_equal(drc_graph_model_load(a, home, facts, &m, &own), -1);
    if (strstr(own.msg, words) == NULL || strstr(own.msg, name) == NULL)
        fail_msg("%s: '%s' does not say '%s'", name, own.msg, words);
    unlink(drc_arena_printf(a, "%s/sql/graph/%s", home, name));
}

static void test_model(void **state)
{
    (void)state;
    drc_graph_free(graph_of(small));
    refused("node-x.sql", "-- node: x\n-- title: x\nSELECT 1", "'label' is missing");
    refused("node-x.sql", "-- node: y\n-- label: X\n-- title: x\nSELECT 1", "not the file's name");
    refused("node-x.sql", "-- node: x\n-- label: X\n-- title: x\nSELECT 1 AS id",
            "the columns are");
    refused("node-x.sql", "-- node: x\n-- label: X\n-- title: x\nDELETE FROM n", "not");
    refused("edge-x.sql", "-- edge: X\n-- from: job\n-- to: none\n-- title: x\nSELECT 1",
            "node-none.sql");
    refused("text-x.sql", "-- text: none\nSELECT 1", "node-none.sql");
    refused("plan-none.list", "1 | >HAS_RUN | 1 | 1\n", "node-none.sql");
    refused("plan-run.list", "1 | >NONE | 1 | 1\n", "run.list:1: there is no edge 'NONE'");
    refused("plan-run.list", "\n1 | HAS_RUN | 1 | 1\n", "run.list:2: expected");
    refused("plan-run.list", "1 | >HAS_RUN | 0 | 1\n", "weight above 0");
    refused("plan-run.list", "must | A | b | 0 | HAS_RUN\n", "a path is");
}

static void test_walk(void **state)
{
    (void)state;
    struct drc_graph *g = graph_of(small);
    struct drc_graph_hit hits[DRC_GRAPH_WALK_MAX];
    struct drc_graph_window w = {T0, T0 + 2 * DAY};
    size_t n = drc_graph_walk(a, g, find(g, "job:1/a"), w, hits, DRC_GRAPH_WALK_MAX);
    const char *seen = "";
    for (size_t i = 0; i < n; i++)
        seen = drc_arena_printf(a, "%s %s", seen, drc_graph_id(g, hits[i].node));
    /* r3 is outside, p2 is part of a run inside, job b is behind a hub */
    assert_string_equal(seen, " job:1/a run:1/r2 part:1/p1 run:1/r1 part:1/p2 place:1/x");
    assert_int_equal(hits[0].parent, -1);
    assert_int_equal(hits[2].parent, 1);
    assert_int_equal(hits[2].hop, 2);
    assert_int_equal(drc_graph_walk(a, g, find(g, "job:1/a"), w, hits, 2), 2);
    /* without a plan: one hop, both ways */
    assert_int_equal(drc_graph_walk(a, g, find(g, "place:1/x"), w, hits, DRC_GRAPH_WALK_MAX), 3);
    struct drc_edge rows[DRC_EDGES_MAX];
    size_t count, total;
    must(drc_graph_rows(a, g, facts, "job:1/a", w, rows, DRC_EDGES_MAX, &count, &total, &err));
    assert_string_equal(rows[0].id, "G1");
    assert_string_equal(rows[0].nodes[0], "run:1/r2");
    assert_true(rows[0].must && rows[0].severity == 2 && rows[0].at_ms == T0 + DAY);
    assert_int_equal(count, 5);
    assert_int_equal(total, 5);
    drc_graph_free(g);
}

/* A hub with many runs: must-haves are all there, the walk stays small, and quick. */
static void test_hub(void **state)
{
    (void)state;
    struct drc_graph *g = graph_of(
        "INSERT INTO n VALUES ('job', 'job:1/a', NULL, NULL, 0);"
        "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 60000)"
        " INSERT INTO n SELECT 'run', 'run:1/' || n, 1728000000000 + n * 60000, 1, (n % 1000 = 0) *"
        " 2 FROM i; INSERT INTO e SELECT 'job-run', 'job:1/a', id FROM n WHERE kind = 'run';");
    struct drc_graph_hit hits[DRC_GRAPH_WALK_MAX];
    size_t n = drc_graph_walk(a, g, find(g, "job:1/a"), all_time, hits, DRC_GRAPH_WALK_MAX);
    assert_int_equal(n, 9); /* keep 8 */
    assert_string_equal(drc_graph_id(g, hits[1].node), "run:1/60000");
    struct drc_edge rows[DRC_EDGES_MAX];
    size_t count, total, spoken = 0;
    must(drc_graph_rows(a, g, facts, "job:1/a", all_time, rows, DRC_EDGES_MAX, &count, &total,
                        &err));
    for (size_t i = 0; i < count; i++)
        spoken += rows[i].must ? rows[i].node_count : 0;
    assert_int_equal(spoken, 60);
    assert_true(count <= 12);
    uint32_t *out;
    bool cut = false;
    struct drc_graph_leg leg = {"HAS_RUN", false, false};
    assert_int_equal(drc_graph_follow(a, g, find(g, "job:1/a"), &leg, 1, all_time, &out, 500, &cut),
                     500);
    assert_true(cut);
    drc_graph_free(g);
}

/* ---- lineage ------------------------------------------------------------------------------ */

#define JOBS 9
#define SETS 9

/* Random lineage of jobs and datasets, cycles included. */
static struct drc_graph *random_lineage(unsigned seed)
{
    const char *sql = "BEGIN;";
    for (int i = 0; i < JOBS; i++)
        sql = drc_arena_printf(a,
                               "%sINSERT INTO n VALUES ('job', 'job:1/%d', NULL, NULL, 0), ('data',"
                               " 'data:1/%d', NULL, NULL, 0);",
                               sql, i, i);
    for (int i = 0; i < 26; i++) {
        seed = seed * 1103515245 + 12345;
        unsigned job = seed >> 16 & 0x7fff, set = seed >> 8 & 0xff;
        sql = drc_arena_printf(a, "%sINSERT INTO e VALUES ('job-%s', 'job:1/%u', 'data:1/%u');",
                               sql, i % 2 ? "reads" : "writes", job % JOBS, set % SETS);
    }
    return graph_of(drc_arena_printf(a, "%sCOMMIT;", sql));
}

/* Whether `from` flows to `to` where `without` is taken out. */
static bool flows(const struct drc_graph *g, uint32_t from, uint32_t to, uint32_t without)
{
    bool seen[JOBS + SETS] = {false};
    uint32_t stack[JOBS + SETS], depth = 0;
    seen[from] = true;
    stack[depth++] = from;
    while (depth > 0) {
        uint32_t x = stack[--depth];
        for (int way = 0; way < 2; way++)
            for (size_t i = 0; i < drc_graph_degree(g, x, way); i++) {
                struct drc_graph_arc arc = drc_graph_arc(g, x, way, i);
                if (strcmp(arc.kind->type, way == DRC_GRAPH_OUT ? "WRITES" : "READS") != 0 ||
                    arc.node == without || seen[arc.node])
                    continue;
                seen[arc.node] = true;
                stack[depth++] = arc.node;
            }
    }
    return seen[to];
}

static void test_closures_and_dominators(void **state)
{
    (void)state;
    size_t found = 0;
    for (unsigned seed = 1; seed <= 12; seed++) {
        struct drc_graph *g = random_lineage(seed);
        for (uint32_t s = 0; s < drc_graph_nodes(g); s++) {
            uint32_t *down;
            size_t n = drc_graph_closure(a, g, s, true, &down, NULL), expected = 0;
            for (uint32_t t = 0; t < drc_graph_nodes(g); t++)
                expected += t != s && flows(g, s, t, DRC_GRAPH_NONE);
            assert_int_equal(n, expected);
            for (uint32_t t = 0; t < drc_graph_nodes(g); t++) {
                uint32_t *dom;
                int got = drc_graph_dominators(a, g, s, t, &dom), wanted = 0;
                if (!flows(g, s, t, DRC_GRAPH_NONE)) {
                    assert_int_equal(got, -1);
                    continue;
                }
                for (uint32_t x = 0; x < drc_graph_nodes(g); x++)
                    wanted += x != s && x != t && !flows(g, s, t, x);
                assert_int_equal(got, wanted);
                for (int i = 0; i < got; i++)
                    assert_false(flows(g, s, t, dom[i]));
                found += (size_t)got;
            }
        }
        drc_graph_free(g);
    }
    assert_true(found > 100);
}

/* The file beside the facts: the same graph; a byte changed anywhere, cut, or of other facts: built
 * anew, never a crash. */
static void test_image(void **state)
{
    (void)state;
    size_t bytes;
    struct drc_graph *g = graph_of(small);
    const char *first = dump(g), *path = drc_arena_printf(a, "%s/g.db", home),
               *image = drc_arena_printf(a, "%s.graph", path);
    drc_graph_free(g);
    unlink(image);
    drc_graph_free(drc_graph_open(model, facts, path, &err));
    const char *data = drc_file_read(a, image, 1 << 20, &bytes, &err);
    must(data == NULL ? -1 : 0);
    for (size_t i = 0; i <= bytes; i += 7) {
        char *bad = drc_arena_alloc(a, bytes + 1);
        memcpy(bad, data, bytes);
        if (i > 0 && i < bytes)
            bad[i] ^= 0x41;
        must(drc_file_write(image, bad, i % 2 == 0 ? bytes : i, &err));
        g = drc_graph_open(model, facts, path, &err);
        must(g == NULL ? -1 : 0);
        assert_string_equal(dump(g), first);
        drc_graph_free(g);
    }
    g = graph_of("INSERT INTO n VALUES ('job', 'job:1/other', NULL, NULL, 0);");
    drc_graph_free(g);
    g = drc_graph_open(model, facts, path, &err);
    assert_int_equal(drc_graph_nodes(g), 1);
    drc_graph_free(g);
}

static int close_facts(void **state)
{
    (void)state;
    drc_db_close(facts);
    facts = NULL;
    return stop(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order), cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_model), cmocka_unit_test(test_walk),
        cmocka_unit_test(test_hub),   cmocka_unit_test(test_closures_and_dominators),
        cmocka_unit_test(test_image),
    };
    return cmocka_run_group_tests_name("graph", tests, start, close_facts);
}
