/* What the filters of reports and digests can name in the estate: workspaces, owners, departments,
 * tags. Immutable once loaded; any thread. */
#ifndef DRC_SCOPE_H
#define DRC_SCOPE_H

#include <stddef.h>

#include "drc/arena.h"
#include "drc/db.h"
#include "drc/err.h"
#include "drc/report.h"

struct drc_scope_name {
    const char *kind, *name, *id; /* "workspace"; id NULL: there is none */
};

struct drc_scope {
    struct drc_scope_name *names; /* by kind and name */
    size_t count;                 /* 0: not known, or too many to be kept */
};

/* Reads sql/scope.sql of `home` in the sandbox; without that file nothing is known. */
int drc_scope_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                   struct drc_scope *out, struct drc_err *err);
/* NULL where the estate has such a name or id, or where that is not known; else a sentence with the
 * nearest names. A tag is "key=value". */
const char *drc_scope_unknown(struct drc_arena *a, const struct drc_scope *s, const char *kind,
                              const char *value);
/* The same of the filters of a report or digest, the first that is not there. */
const char *drc_scope_unknown_filter(struct drc_arena *a, const struct drc_scope *s,
                                     const struct drc_params *scope);

#endif
