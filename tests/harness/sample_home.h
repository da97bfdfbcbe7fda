/* The sample estate under the repository's own reports, chips and prompts, for tests that run in
 * the root of the repository. */
#ifndef TESTS_SAMPLE_HOME_H
#define TESTS_SAMPLE_HOME_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "drc/build.h"
#include "drc/snapshot.h"

static char sample_folder[] = "/tmp/drc-test-sample-XXXXXX";

/* The facts are those that the other suites use, made where nobody has yet; `path` gets where they
 * are, in `a`. NULL: said on stderr. */
static struct drc_snapshot *sample_home(struct drc_arena *a, const char **path, struct drc_err *err)
{
    struct drc_snapshot *snap = NULL;
    if (mkdtemp(sample_folder) == NULL) {
        perror(sample_folder);
        return NULL;
    }
    *path = getenv("DRC_TEST_FACTS");
    if (*path == NULL)
        *path = drc_arena_printf(a, "%s/facts.db", sample_folder);
    if (access(*path, R_OK) == 0 || drc_build_facts(".", *path, NULL, NULL, NULL, err) == 0)
        snap = drc_snapshot_load(".", *path, err);
    if (snap == NULL)
        fprintf(stderr, "sample home: %s\n", err->msg);
    return snap;
}

static void sample_home_free(struct drc_arena *a, struct drc_snapshot *snap)
{
    static const char *const made[] = {"facts.db", "facts.db.graph", "facts.answers.json"};
    drc_snapshot_free(snap);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        unlink(drc_arena_printf(a, "%s/%s", sample_folder, made[i]));
    rmdir(sample_folder);
}

#endif
