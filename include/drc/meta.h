/* The one front-matter parser: leading `-- key: value` lines of a .sql file, or the lines between
 * the first two `---` of a .md file. Order and repetition of keys are kept (column, chip, param
 * repeat). Any thread. */
#ifndef DRC_META_H
#define DRC_META_H

#include <stddef.h>

#include "drc/arena.h"
#include "drc/err.h"

struct drc_meta_entry {
    const char *key, *value; /* trimmed; value may be "" */
    int line;                /* 1-based */
};

struct drc_meta {
    const char *path;
    struct drc_meta_entry *entries;
    size_t count;
    const char *body; /* what follows the front matter (.md); the whole text (.sql) */
};

enum drc_meta_kind { DRC_META_SQL, DRC_META_MD };

/* `known`: NULL-terminated list of allowed keys; an unknown one fails with "path:line: unknown key
 * 'x'". */
int drc_meta_parse(struct drc_arena *a, enum drc_meta_kind kind, const char *path, const char *text,
                   const char *const *known, struct drc_meta *out, struct drc_err *err);

const char *drc_meta_get(const struct drc_meta *m, const char *key); /* first value or NULL */
/* As get, but a missing or empty key fails with the path. */
const char *drc_meta_need(const struct drc_meta *m, const char *key, struct drc_err *err);

/* Splits "a | b | c" into trimmed parts, at most max; returns the number of parts found. */
size_t drc_meta_split(struct drc_arena *a, const char *value, char sep, const char **parts,
                      size_t max);

#endif
