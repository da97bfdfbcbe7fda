/* Builds the facts database from sql/create_usage_tables.sql and sql/seed_usage_tables.sql, and
 * checks one.
 *
 * The file appears whole or not at all: it is made under another name in the same folder, checked
 * by all of sql/checks, flushed and renamed. Two builds of the same SQL hold the same rows;
 * meta.generation is made from their hash. */
#ifndef DRC_BUILD_H
#define DRC_BUILD_H

#include "drc/db.h"
#include "drc/err.h"

/* `home` holds sql/. `progress` may be NULL; percent rises from 0 to 100. Blocks for some seconds;
 * any thread. Errors: CONFIG (SQL files missing, folder not writable), DB (SQL refused, a check
 * found rows). */
int drc_build_facts(const char *home, const char *db_path,
                    void (*progress)(const char *step, int percent, void *user), void *user,
                    struct drc_err *err);

/* Opens a facts database read-only and runs every check. Errors: CONFIG (missing), DB (damaged,
 * other schema version, a check found rows: the sentence names the check and its first row). */
int drc_build_check(const char *home, const char *db_path, struct drc_err *err);

#endif
