/* `drc graph export`: the usage graph as files; between cmd_graph.c and graph_export.c. */
#ifndef CLI_GRAPH_EXPORT_H
#define CLI_GRAPH_EXPORT_H

#include "drc/graph.h"

/* format "cypher": one file usage.cypher for cypher-shell, constraints first. "csv": one file per
 * kind of node and of edge, with the headers of neo4j-admin, and import.sh with its command. INPUT
 * for another format; CONFIG where `dir` cannot be written. */
int cli_graph_export(struct drc_arena *a, const struct drc_graph *g, struct drc_db *facts,
                     const char *format, const char *dir, struct drc_err *err);

#endif
