/* A home in which digests can be sent to a peer of the test: the small home, a digest of one
 * report, the migrations of the state. Aborts where it cannot be made. */
#ifndef TESTS_DIGEST_HOME_H
#define TESTS_DIGEST_HOME_H

#include "drc/subscription.h"
#include "small_home.h"

static void digest_must(int rc, const struct drc_err *err)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "digest home: %s\n", err->msg);
    abort();
}

/* Makes it under `home` (a template of mkdtemp): facts in "<home>/facts.db". */
static void digest_home(char *home)
{
    static const char digest[] =
        "---\nid: weekly\ntitle: Digest\ntotal: job-cost\nnarrow: job-cost\n"
        "quiet: {total_uusd}\nfigure: Total | {total_uusd}\n---\nSmall.\n";
    const char **migrations;
    size_t count;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    if (mkdtemp(home) == NULL)
        abort();
    small_home(home);
    small_put(home, "prompts/digest/weekly.md", digest);
    small_put(home, "sql/digest/causes.sql", "SELECT 'x' AS entity_key, 'y' AS factor, 1 AS uusd");
    small_put(home, "sql/digest/untagged.sql", "SELECT 0 AS untagged_uusd, 0 AS taggable_uusd");
    small_put(home, "sql/digest/budget.sql", "SELECT NULL AS budget_uusd");
    small_put(home, "sql/digest/calendar.sql",
              "SELECT 'Fair' AS name, '2026-11-27' AS first_date, '2026-11-30' AS last_date");
    digest_must(drc_file_list(a, "sql/state", ".sql", &migrations, &count, &err), &err);
    for (size_t i = 0; i < count; i++) {
        const char *name = drc_arena_printf(a, "sql/state/%s", migrations[i]);
        small_put(home, name, drc_file_read(a, name, 65536, NULL, NULL));
    }
    drc_arena_free(a);
}

/* Nothing of a digest happens before that, in ms; far in the future where nothing will. */
static int64_t digest_next_event(struct drc_db *state)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_stmt *st = drc_db_query(
        state, &err,
        "SELECT min(coalesce((SELECT min(next_ms) FROM subscription WHERE status = 'active'), "
        "1e18), coalesce((SELECT min(next_ms) FROM slot WHERE status IN ('due', 'claimed')"
        " OR care <> ''), 1e18))",
        "");
    digest_must(st == NULL || drc_db_next(st, &err) != 1 ? -1 : 0, &err);
    int64_t ms = drc_db_int(st, 0);
    drc_db_done(st);
    return ms;
}

#endif
