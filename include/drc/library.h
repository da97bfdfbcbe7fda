/* What answers are looked up in besides the facts: the built indexes of documentation, runbooks and
 * telemetry cards, and the embedder that they were built with. Opened whole, counted and replaced
 * whole like a snapshot. What is missing costs its part of the answer and is said there in a
 * sentence, never an error. */
#ifndef DRC_LIBRARY_H
#define DRC_LIBRARY_H

#include "drc/index.h"

struct drc_library;

/* The indexes of a folder ("data"), opened when first asked for: a request that looks nothing up does
 * not wait for them. Never NULL; any thread. */
struct drc_library *drc_library_new(const char *dir, const char *ca_file);
/* Opens them now: tens of ms, the model file is mapped and three probe texts are embedded. */
void drc_library_open(struct drc_library *l);
void drc_library_free(struct drc_library *l); /* NULL is fine */

/* NULL where there is no such index; *off (may be NULL) then says why, and where there is one, why
 * it is searched by words alone (NULL: it is not). */
const struct drc_index *drc_library_docs(struct drc_library *l, const char **off);
const struct drc_index *drc_library_telemetry(struct drc_library *l, const char **off);

/* The connections of one thread to a library, opened when first asked for. */
struct drc_reader {
    struct drc_library *library; /* set by the owner, after drc_reader_close */
    struct drc_db *docs, *telemetry;
};
/* NULL where there is no such index or it cannot be read: *off says why. */
struct drc_db *drc_reader_docs(struct drc_reader *r, const char **off);
struct drc_db *drc_reader_telemetry(struct drc_reader *r, const char **off);
void drc_reader_close(struct drc_reader *r);

#endif
