/* Everything that requests read and nobody writes: reports, chips, runbooks, the usage graph, the
 * chart theme. Loaded whole, checked whole; the owner counts who uses it. A snapshot that fails its
 * check is refused and the old one stays. */
#ifndef DRC_SNAPSHOT_H
#define DRC_SNAPSHOT_H

#include "drc/answer.h"
#include "drc/chart.h"
#include "drc/chip.h"
#include "drc/corpus.h"
#include "drc/digest_def.h"
#include "drc/graph.h"
#include "drc/report.h"
#include "drc/scope.h"

#define DRC_FACTS_SCHEMA 3 /* meta.schema_version that this drc reads */

/* A report that does not work yet: a line of sql/reports/planned.list. */
struct drc_planned {
    const char *id, *pillar, *title, *question;
};

/* How an entity is found by its id or name: a file of sql/find. */
struct drc_finder {
    const char *path, *kind, *sql;
    const char *noun, *nouns; /* "SQL warehouse", "SQL warehouses" */
    const struct drc_report
        *rows; /* whose row is its card: a report, or the file of sql/entities */
};

/* SHA-256 of what was loaded, as messages are made of it; "" until it is loaded. */
struct drc_prints {
    char graph[65];    /* sql/graph */
    char causes[65];   /* sql/causes.sql and prompts/causes */
    char cards[65];    /* sql/cards */
    char rules[65];    /* prompts/system.md with form-prose.md */
    char form[65];     /* with form-json.md and the schema */
    char missing[65];  /* prompts/missing.list */
    char runbooks[65]; /* corpus/runbooks */
    char theme[65];    /* charts/theme.conf, with drc_snapshot_theme */
    char fonts[65];    /* its two fonts */
};

struct drc_snapshot {
    struct drc_arena *arena;
    const char *home, *facts_path;
    struct drc_report *reports; /* by place, then of the facts, then of the state; each by id */
    size_t report_count;
    struct drc_planned *planned; /* in the order of the file */
    size_t planned_count;
    struct drc_chips chips;
    struct drc_digests digests;
    struct drc_graph_model *graph_model;
    struct drc_card_sql *cards;
    size_t card_count;
    struct drc_corpus runbooks;  /* corpus/runbooks; none where there is no such folder */
    const char *causes_sql;      /* sql/causes.sql; NULL where there is none */
    struct drc_report *entities; /* of sql/entities, by id (the kind) */
    size_t entity_count;
    struct drc_finder *finders; /* by kind */
    size_t finder_count;
    const char *people_sql; /* sql/people.sql */
    struct drc_scope scope; /* sql/scope.sql */
    struct drc_prints prints;
    const struct drc_theme *theme; /* NULL until drc_snapshot_theme */
    struct drc_graph *graph;       /* NULL until drc_snapshot_graph */
};

/* Opens the facts read-only for the check of every SQL file. CONFIG or DB errors name file and
 * line. */
struct drc_snapshot *drc_snapshot_load(const char *home, const char *facts_path,
                                       struct drc_err *err);
/* Fills s->prints but for theme and fonts. Part of drc_snapshot_load. */
int drc_snapshot_fingerprint(struct drc_snapshot *s, struct drc_err *err);
/* DB where the file is no facts database of drc, or of another schema version. */
int drc_snapshot_facts_version(struct drc_db *facts, struct drc_err *err);
void drc_snapshot_free(struct drc_snapshot *s);

/* Loads fonts and charts/theme.conf at the first call (tens of ms: warmed up on a worker). Any
 * thread. */
const struct drc_theme *drc_snapshot_theme(struct drc_snapshot *s, struct drc_err *err);

/* Builds the usage graph at the first call, from `facts` (sandboxed, of this snapshot); for large
 * facts that takes seconds: warmed up on a worker. Any thread. */
const struct drc_graph *drc_snapshot_graph(struct drc_snapshot *s, struct drc_db *facts,
                                           struct drc_err *err);

const struct drc_report *drc_snapshot_report(const struct drc_snapshot *s,
                                             const char *id); /* NULL if unknown */
/* The file of sql/entities for a kind; NULL where there is none. */
const struct drc_report *drc_snapshot_entity(const struct drc_snapshot *s, const char *kind);
/* How entities of a kind are found; NULL where they are not. `bytes` of `kind` count. */
const struct drc_finder *drc_snapshot_finder(const struct drc_snapshot *s, const char *kind,
                                             size_t bytes);
const struct drc_planned *drc_snapshot_planned(const struct drc_snapshot *s,
                                               const char *id); /* NULL if unknown */
/* Nearest report id to a mistyped one; NULL where nothing is near. */
const char *drc_snapshot_nearest(const struct drc_snapshot *s, const char *id);

#endif
