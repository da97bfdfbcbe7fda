/* Builds the facts database from sql/create_usage_tables.sql, sql/seed_usage_tables.sql and
 * sql/rollups.sql, and checks one.
 *
 * The file appears whole or not at all: it is made under another name in the same folder, checked
 * by all of sql/checks, flushed and renamed. Two builds of the same SQL hold the same rows;
 * meta.generation is made from their hash. */
#ifndef DRC_BUILD_H
#define DRC_BUILD_H

#include "drc/db.h"
#include "drc/err.h"

#define DRC_ESTATE_SCALE_MAX 12 /* 504 jobs, 365 days, about 10 million usage rows */

/* How whoever writes facts opens them: temporary tables of the rollups in memory, and 128 MB of
 * pages, so that those of the indexes stay. */
#define DRC_BUILD_WRITER "PRAGMA temp_store = 2; PRAGMA cache_size = -131072"

/* Which generated estate: seed 1 at scale 1 is the sample. The same two give the same rows. */
struct drc_estate {
    int64_t seed;
    int scale; /* 1 to DRC_ESTATE_SCALE_MAX: times the jobs of the sample */
};

/* `home` holds sql/; `estate` NULL is the sample. Beside F.db it writes F.answers.json: what is
 * planted in this estate, for tests; nothing else may read it; and F.db.graph, see drc/graph.h
 * (where that cannot be made, a line of the log says so). `progress` may be NULL; percent rises
 * from 0 to 100. Blocks for some seconds (large ones for minutes);
 * any thread. Errors: CONFIG (SQL files missing, folder not writable), DB (SQL refused, a check
 * found rows). */
int drc_build_facts(const char *home, const char *db_path, const struct drc_estate *estate,
                    void (*progress)(const char *step, int percent, void *user), void *user,
                    struct drc_err *err);

/* Opens a facts database read-only and runs every check. Errors: CONFIG (missing), DB (damaged,
 * other schema version, a check found rows: the sentence names the check and its first row). */
int drc_build_check(const char *home, const char *db_path, struct drc_err *err);

#endif
