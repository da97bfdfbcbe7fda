/* The usage graph as a property graph: labels, properties, relationships, constraints, in the forms
 * that Neo4j 5 loads (Cypher by cypher-shell; CSV by neo4j-admin database import). */
#include "graph_export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drc/file.h"

#define BATCH 1000        /* rows of one UNWIND */
#define NAMED_NODES 20000 /* kinds with more nodes are exported without names */

struct exporter {
    struct drc_arena *a;
    const struct drc_graph *g;
    struct drc_db *facts;
    const char *dir;
    struct drc_err *err;
};

static FILE *create(struct exporter *x, const char *name)
{
    const char *path = drc_arena_printf(x->a, "%s/%s", x->dir, name);
    FILE *f = fopen(path, "we");
    if (f == NULL)
        drc_err_set(x->err, DRC_ERR_CONFIG, "%.200s: %s", path, strerror(errno));
    return f;
}

static int finish(struct exporter *x, FILE *f)
{
    bool bad = ferror(f) != 0;
    if (fclose(f) != 0 || bad)
        return drc_err_set(x->err, DRC_ERR_CONFIG, "%.200s cannot be written: %s", x->dir,
                           strerror(errno));
    return 0;
}

/* A string in single quotes of Cypher; the text holds no control characters. */
static void put_cypher(FILE *f, const char *s)
{
    putc('\'', f);
    for (; *s != '\0'; s++) {
        if (*s == '\'' || *s == '\\')
            putc('\\', f);
        putc(*s, f);
    }
    putc('\'', f);
}

static void put_csv(FILE *f, const char *s)
{
    putc('"', f);
    for (; *s != '\0'; s++) {
        if (*s == '"')
            putc('"', f);
        putc(*s, f);
    }
    putc('"', f);
}

/* Nodes of a kind stand together. */
static uint32_t end_of_kind(const struct drc_graph *g, uint32_t first)
{
    uint32_t end = first;
    while (end < drc_graph_nodes(g) && drc_graph_kind(g, end) == drc_graph_kind(g, first))
        end++;
    return end;
}

/* NULL: kinds with many nodes keep their names in SQL. */
static int names_of(struct exporter *x, uint32_t first, uint32_t end, const char ***names)
{
    *names = NULL;
    const struct drc_graph_node_kind *kind = drc_graph_kind(x->g, first);
    if (end - first > NAMED_NODES || kind->text_sql == NULL || drc_graph_at_ms(x->g, first) != 0)
        return 0;
    *names = drc_arena_array(x->a, end - first, sizeof **names);
    for (uint32_t n = first; n < end; n++)
        if (drc_graph_texts(x->a, x->g, x->facts, &n, 1, &(*names)[n - first], x->err) < 0)
            return -1;
    return 0;
}

/* ---- cypher ------------------------------------------------------------------------------- */

static void cypher_node(FILE *f, const struct drc_graph *g, uint32_t n, const char *name)
{
    fputs("{id: ", f);
    put_cypher(f, drc_graph_id(g, n));
    fprintf(f, ", severity: %d", drc_graph_severity(g, n));
    if (drc_graph_at_ms(g, n) != 0)
        fprintf(f, ", at_ms: %" PRId64, drc_graph_at_ms(g, n));
    if (drc_graph_cost_uusd(g, n) != INT64_MIN)
        fprintf(f, ", cost_uusd: %" PRId64, drc_graph_cost_uusd(g, n));
    if (name != NULL) {
        fputs(", name: ", f);
        put_cypher(f, name);
    }
    putc('}', f);
}

static int cypher_nodes(struct exporter *x, FILE *f)
{
    for (uint32_t first = 0, end; first < drc_graph_nodes(x->g); first = end) {
        const struct drc_graph_node_kind *kind = drc_graph_kind(x->g, first);
        const char **names;
        end = end_of_kind(x->g, first);
        if (names_of(x, first, end, &names) < 0)
            return -1;
        for (uint32_t n = first; n < end; n++) {
            fputs((n - first) % BATCH == 0 ? "UNWIND [\n" : ",\n", f);
            cypher_node(f, x->g, n, names == NULL ? NULL : names[n - first]);
            if ((n - first) % BATCH == BATCH - 1 || n + 1 == end)
                fprintf(f, "] AS row MERGE (n:Entity {id: row.id}) SET n:%s, n += row;\n",
                        kind->label);
        }
    }
    return 0;
}

static void cypher_edges(const struct drc_graph *g, FILE *f)
{
    const struct drc_graph_model *m = drc_graph_model(g);
    for (size_t k = 0; k < m->edge_count; k++) {
        size_t open = 0;
        for (uint32_t n = 0; n < drc_graph_nodes(g); n++)
            for (size_t i = 0; i < drc_graph_degree(g, n, DRC_GRAPH_OUT); i++) {
                struct drc_graph_arc arc = drc_graph_arc(g, n, DRC_GRAPH_OUT, i);
                if (arc.kind != &m->edges[k])
                    continue;
                fputs(open == 0 ? "UNWIND [\n[" : ",\n[", f);
                put_cypher(f, drc_graph_id(g, n));
                putc(',', f);
                put_cypher(f, drc_graph_id(g, arc.node));
                putc(']', f);
                if (++open == BATCH) {
                    open = 0;
                    fprintf(f,
                            "] AS row MATCH (a:Entity {id: row[0]}) MATCH (b:Entity {id: row[1]})"
                            " MERGE (a)-[:%s]->(b);\n",
                            arc.kind->type);
                }
            }
        if (open > 0)
            fprintf(f,
                    "] AS row MATCH (a:Entity {id: row[0]}) MATCH (b:Entity {id: row[1]})"
                    " MERGE (a)-[:%s]->(b);\n",
                    m->edges[k].type);
    }
}

static int export_cypher(struct exporter *x)
{
    FILE *f = create(x, "usage.cypher");
    if (f == NULL)
        return -1;
    fputs("// Load with: cypher-shell -f usage.cypher. Every node is an Entity with a unique id.\n"
          "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;\n",
          f);
    int rc = cypher_nodes(x, f);
    if (rc == 0)
        cypher_edges(x->g, f);
    return finish(x, f) < 0 ? -1 : rc;
}

/* ---- csv ---------------------------------------------------------------------------------- */

static int csv_nodes(struct exporter *x, uint32_t first, uint32_t end, FILE *import)
{
    const struct drc_graph_node_kind *kind = drc_graph_kind(x->g, first);
    const char **names, *file = drc_arena_printf(x->a, "node-%s.csv", kind->kind);
    if (names_of(x, first, end, &names) < 0)
        return -1;
    FILE *f = create(x, file);
    if (f == NULL)
        return -1;
    fputs("id:ID,at_ms:long,cost_uusd:long,severity:int,name,:LABEL\n", f);
    for (uint32_t n = first; n < end; n++) {
        put_csv(f, drc_graph_id(x->g, n));
        putc(',', f);
        if (drc_graph_at_ms(x->g, n) != 0)
            fprintf(f, "%" PRId64, drc_graph_at_ms(x->g, n));
        putc(',', f);
        if (drc_graph_cost_uusd(x->g, n) != INT64_MIN)
            fprintf(f, "%" PRId64, drc_graph_cost_uusd(x->g, n));
        fprintf(f, ",%d,", drc_graph_severity(x->g, n));
        if (names != NULL)
            put_csv(f, names[n - first]);
        fprintf(f, ",Entity;%s\n", kind->label);
    }
    fprintf(import, " \\\n  --nodes=%s", file);
    return finish(x, f);
}

static int csv_edges(struct exporter *x, const struct drc_graph_edge_kind *kind, FILE *import)
{
    const char *base = strrchr(kind->path, '/') + 1;
    const char *file = drc_arena_printf(x->a, "%.*s.csv", (int)strcspn(base, "."), base);
    FILE *f = create(x, file);
    if (f == NULL)
        return -1;
    fputs(":START_ID,:END_ID,:TYPE\n", f);
    for (uint32_t n = 0; n < drc_graph_nodes(x->g); n++)
        for (size_t i = 0; i < drc_graph_degree(x->g, n, DRC_GRAPH_OUT); i++) {
            struct drc_graph_arc arc = drc_graph_arc(x->g, n, DRC_GRAPH_OUT, i);
            if (arc.kind != kind)
                continue;
            put_csv(f, drc_graph_id(x->g, n));
            putc(',', f);
            put_csv(f, drc_graph_id(x->g, arc.node));
            fprintf(f, ",%s\n", kind->type);
        }
    fprintf(import, " \\\n  --relationships=%s", file);
    return finish(x, f);
}

static int export_csv(struct exporter *x)
{
    const struct drc_graph_model *m = drc_graph_model(x->g);
    FILE *import = create(x, "import.sh");
    int rc = 0;
    if (import == NULL)
        return -1;
    fputs("#!/bin/sh\n# Run here, while the database is stopped; then create the constraint of"
          " constraints.cypher.\nneo4j-admin database import full neo4j --overwrite-destination",
          import);
    for (uint32_t first = 0, end; first < drc_graph_nodes(x->g) && rc == 0; first = end) {
        end = end_of_kind(x->g, first);
        rc = csv_nodes(x, first, end, import);
    }
    for (size_t k = 0; k < m->edge_count && rc == 0; k++)
        rc = csv_edges(x, &m->edges[k], import);
    fputs("\n", import);
    if (finish(x, import) < 0 || rc < 0)
        return -1;
    FILE *f = create(x, "constraints.cypher");
    if (f == NULL)
        return -1;
    fputs("CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;\n", f);
    return finish(x, f);
}

int cli_graph_export(struct drc_arena *a, const struct drc_graph *g, struct drc_db *facts,
                     const char *format, const char *dir, struct drc_err *err)
{
    struct exporter x = {a, g, facts, dir, err};
    bool cypher = format != NULL && strcmp(format, "cypher") == 0;
    if (dir == NULL || (!cypher && (format == NULL || strcmp(format, "csv") != 0)))
        return drc_err_set(err, DRC_ERR_INPUT,
                           "give --format cypher or csv, and --out with a folder");
    if (drc_file_mkdirs(dir, err) < 0 || (cypher ? export_cypher(&x) : export_csv(&x)) < 0)
        return -1;
    printf("%u nodes and %" PRIu64 " edges are in %s\n", drc_graph_nodes(g), drc_graph_edges(g),
           dir);
    return 0;
}
