/* The usage graph: what runs where, what it costs, what happened to it, what it feeds. Its shape is
 * files of sql/graph, its content the facts database; properties stay in SQL and are fetched for
 * the nodes that are shown.
 *
 * A model (the files) and a graph (nodes and edges in compressed sparse rows, both directions) are
 * immutable once made: any thread may read them. Nodes are ordered by kind (name of the file), then
 * id, so that the same facts give the same numbers. */
#ifndef DRC_GRAPH_H
#define DRC_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/answer.h"
#include "drc/arena.h"
#include "drc/db.h"
#include "drc/err.h"

/* ---- the model: files of sql/graph -------------------------------------------------------- */

#define DRC_GRAPH_NODE_KINDS_MAX 48
#define DRC_GRAPH_EDGE_KINDS_MAX 63
#define DRC_GRAPH_ID_MAX_BYTES 400

struct drc_graph_node_kind { /* node-<kind>.sql: id, at_ms, cost_uusd, severity */
    const char *path, *kind;
    const char *label;  /* of a property graph: "EvictionEvent" */
    const char *title;  /* of one: "Spot eviction" */
    const char *prefix; /* its ids start with it and a colon; the kind, where the key is absent */
    bool hub;           /* a walk ends there */
    const char *sql;
    const char *text_path, *text_sql; /* text-<kind>.sql: ids, label, at_ms; NULL = the id */
    enum drc_wording
        words; /* that the label quotes; not ours: a fourth column, the label without */
};

struct drc_graph_edge_kind { /* edge-<from>-<to>.sql: src, dst and, where it has one, at_ms */
    const char *path, *type, *from, *to, *title;
    const char *back;            /* title seen from dst */
    unsigned from_kind, to_kind; /* places in the model's nodes */
    bool part; /* dst is part of src: it counts whenever src does, whatever its own time */
    const char *sql;
};

/* A line of plan-<kind>.list. */
struct drc_graph_step {
    int hop;          /* taken at this distance from the entity, 1 is the first */
    const char *type; /* of the edge */
    bool back;        /* against its direction */
    double weight;
    int keep;       /* of the best neighbours that one node adds */
    uint64_t edges; /* files of that type: bits by place in the model's edges */
};

#define DRC_GRAPH_PATH_MAX 12

struct drc_graph_leg {
    const char *type;
    bool back, severe; /* severe: only what went wrong */
};

/* What must be in the context, whatever the cut: all ends of a path. */
struct drc_graph_must {
    const char *type, *title; /* of the graph row */
    int days;                 /* also that many days before the end of the window */
    struct drc_graph_leg legs[DRC_GRAPH_PATH_MAX];
    size_t leg_count;
};

struct drc_graph_plan {
    const char *path, *kind;
    struct drc_graph_step *steps;
    size_t step_count;
    struct drc_graph_must *musts;
    size_t must_count;
};

struct drc_graph_model {
    struct drc_graph_node_kind nodes[DRC_GRAPH_NODE_KINDS_MAX];
    struct drc_graph_edge_kind edges[DRC_GRAPH_EDGE_KINDS_MAX];
    struct drc_graph_plan plans[DRC_GRAPH_NODE_KINDS_MAX];
    size_t node_count, edge_count, plan_count;
};

/* Reads and checks sql/graph: keys, read-only SQL with the right columns, kinds and edge types that
 * exist. CONFIG with the path. The model is the arena's. */
int drc_graph_model_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                         struct drc_graph_model **out, struct drc_err *err);

/* ---- the graph ---------------------------------------------------------------------------- */

struct drc_graph;
#define DRC_GRAPH_NONE UINT32_MAX

enum drc_graph_way { DRC_GRAPH_OUT, DRC_GRAPH_IN };

/* What a file gave that could not be used: counted and left out. */
struct drc_graph_fault {
    const char *path;
    uint64_t duplicates; /* ids given twice, or the same edge */
    uint64_t dangling;   /* edges to or from nodes that are not there */
    uint64_t foreign;    /* ids that are empty, too long or of another kind */
    char sample[96];     /* the first of them */
};

/* Reads all nodes and edges through a sandboxed handle; the model must outlive the graph. NULL with
 * DB, PARSE, TIMEOUT, LIMIT and the file's path. Free with drc_graph_free (NULL is fine). */
struct drc_graph *drc_graph_build(const struct drc_graph_model *model, struct drc_db *facts,
                                  struct drc_err *err);
/* As build, from the file "<facts_path>.graph" where it is of these facts and this model; else
 * builds and leaves that file for the next start (not where something was left out). */
struct drc_graph *drc_graph_open(const struct drc_graph_model *model, struct drc_db *facts,
                                 const char *facts_path, struct drc_err *err);
void drc_graph_free(struct drc_graph *g);

uint32_t drc_graph_nodes(const struct drc_graph *g);
uint64_t drc_graph_edges(const struct drc_graph *g);
uint64_t drc_graph_bytes(const struct drc_graph *g);
const struct drc_graph_model *drc_graph_model(const struct drc_graph *g);
/* Files with faults; *count may be 0. */
const struct drc_graph_fault *drc_graph_faults(const struct drc_graph *g, size_t *count);

uint32_t drc_graph_find(const struct drc_graph *g, const char *id); /* DRC_GRAPH_NONE */
const char *drc_graph_id(const struct drc_graph *g, uint32_t node); /* the graph's */
const struct drc_graph_node_kind *drc_graph_kind(const struct drc_graph *g, uint32_t node);
int64_t drc_graph_at_ms(const struct drc_graph *g, uint32_t node);     /* whole minutes; 0 = none */
int64_t drc_graph_cost_uusd(const struct drc_graph *g, uint32_t node); /* INT64_MIN = none */
int drc_graph_severity(const struct drc_graph *g, uint32_t node);      /* 0 info, 1 warn, 2 crit */

struct drc_graph_arc {
    uint32_t node; /* at the other end */
    const struct drc_graph_edge_kind *kind;
    int64_t at_ms; /* of the edge or, where it has none, of that node; 0 = none */
};
/* The arcs of a node, in their order: file of the edge, severe first, new first, then by node. */
size_t drc_graph_degree(const struct drc_graph *g, uint32_t node, enum drc_graph_way way);
struct drc_graph_arc drc_graph_arc(const struct drc_graph *g, uint32_t node, enum drc_graph_way way,
                                   size_t i);

/* ---- walks -------------------------------------------------------------------------------- */

struct drc_graph_window { /* [from_ms, to_ms); things without a time always count */
    int64_t from_ms, to_ms;
};

struct drc_graph_hit {
    uint32_t node;
    int parent; /* place of the hit it was reached from; -1: the start, which is hit 0, or one that
                   was cut off */
    const struct drc_graph_edge_kind *kind; /* of the edge to it; NULL for the start */
    bool back;
    int hop;
    double score;
};

#define DRC_GRAPH_WALK_MAX 200

/* The ranked neighbourhood by the plan of the node's kind (all edges, one hop, where there is no
 * plan): score = weight of the step x decay by hop x recency x severity x share of the cost, best
 * first, equal ones by node. At most `max` hits (<= DRC_GRAPH_WALK_MAX), the start first. The time
 * it takes does not grow with the degree of the nodes. */
size_t drc_graph_walk(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                      struct drc_graph_window w, struct drc_graph_hit *out, size_t max);

/* All nodes at the end of a path from `start`, each once, ascending; at most `max`. Returns how
 * many; *cut: there are more. */
size_t drc_graph_follow(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                        const struct drc_graph_leg *legs, size_t leg_count,
                        struct drc_graph_window w, uint32_t **out, size_t max, bool *cut);

/* All that reads (down) what the node writes, or that it reads from (up), over the edges READS and
 * WRITES; nearest first, then by node; cycles are no trouble. hops: distance of each (NULL: not
 * wanted). Without the start. */
size_t drc_graph_closure(struct drc_arena *a, const struct drc_graph *g, uint32_t start, bool down,
                         uint32_t **out, int **hops);

/* Immediate dominators over lineage, for all that is upstream of `target`: a node whose failure
 * alone cuts `target` off from everything before it. Cooper, Harvey, Kennedy, "A Simple, Fast
 * Dominance Algorithm" (2001), on the reversed lineage with `target` as entry. out: the dominators
 * of `source` on its way to `target`, nearest to `source` first, without both; -1 where `source`
 * does not reach `target`. */
int drc_graph_dominators(struct drc_arena *a, const struct drc_graph *g, uint32_t source,
                         uint32_t target, uint32_t **out);

/* A path from an entity over a run and an attempt that failed to what ended it. */
#define DRC_GRAPH_WHY_MAX 4
struct drc_graph_why {
    uint32_t nodes[DRC_GRAPH_WHY_MAX]; /* the entity first */
    size_t count;
    int64_t cost_uusd; /* of the attempt */
};
/* Of a job, a run or an all-purpose cluster: one path per failed attempt of the window, dear ones
 * first. */
size_t drc_graph_why(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                     struct drc_graph_window w, struct drc_graph_why **out);

/* A job among those that ran on a cluster or with a configuration. */
struct drc_graph_job {
    uint32_t job;
    int64_t attempts, failed;
    int64_t cost_uusd; /* of those attempts */
};
/* The jobs behind a cluster or a configuration in the window, dear first; none for another kind. */
size_t drc_graph_jobs(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                      struct drc_graph_window w, struct drc_graph_job **out);

/* A kind of failure in one place, against what else ran. Attempts, each counted once. */
struct drc_graph_failure {
    uint32_t place, error;  /* configuration or cluster; kind of failure */
    int64_t here, here_all; /* failed so in that place, all that ran there */
    int64_t there, there_all;
    double p;       /* Fisher, two-sided; NaN where nothing else ran */
    bool goes_with; /* more often here, and p passes Benjamini and Hochberg at 5 % over the list */
};
/* Of a cluster or a configuration: its failures against all other attempts of the window. Of a job:
 * the failures of each of its configurations against its other ones; any other kind has none. What
 * goes together first, by p; then by count. */
size_t drc_graph_failures(struct drc_arena *a, const struct drc_graph *g, uint32_t start,
                          struct drc_graph_window w, struct drc_graph_failure **out);

/* ---- rows for a context ------------------------------------------------------------------- */

/* The graph rows of an entity: first what must be there (musts of its plan, many of a kind in one
 * row, so that they fit DRC_TOKENS_GRAPH), then the best of the walk, at most two of an edge type,
 * in all at most `max`; of both, severe ones first, then by score and id; ids G1, G2, ... `total`:
 * rows and the nodes that no row speaks of. NOTFOUND where the graph does not have the entity. */
int drc_graph_rows(struct drc_arena *a, const struct drc_graph *g, struct drc_db *facts,
                   const char *entity, struct drc_graph_window w, struct drc_edge *out, size_t max,
                   size_t *count, size_t *total, struct drc_err *err);

/* Text of single nodes, in the order of `nodes`; cleaned. */
int drc_graph_texts(struct drc_arena *a, const struct drc_graph *g, struct drc_db *facts,
                    const uint32_t *nodes, size_t count, const char **out, struct drc_err *err);

#endif
