/* A small drc home in a folder of its own: one report, two chips, one edge, and facts of four jobs,
 * for tests that need a snapshot but not the sample estate. Aborts where it cannot be made. */
#ifndef TESTS_SMALL_HOME_H
#define TESTS_SMALL_HOME_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/db.h"
#include "drc/file.h"
#include "drc/snapshot.h"

#define DRC_TEXT_OF_(x) #x
#define DRC_TEXT_OF(x) DRC_TEXT_OF_(x)

static const char small_report[] =
    "-- id: job-cost\n-- version: 2\n-- title: Job cost\n-- pillar: cost\n"
    "-- question: Which jobs cost the most?\n-- entity: job\n-- key: job_key\n-- label: job_name\n"
    "-- mark: stacked-hbar\n-- series: dbu_usd\n"
    "-- column: job_key | id | Id\n-- column: job_name | text | Job\n"
    "-- column: dbu_usd | usd | DBU\n-- column: total_uusd | usd | Total\n"
    "-- column: share | ratio | Share\n-- column: runs | count | Runs\n"
    "-- param: days | 28 | 1..365\n-- param: as_of | | date\n-- param: workspace | | text\n"
    "-- top: 15\n-- chip: job.explain\n-- reconcile: sql/reconcile/jobs.sql\n"
    "SELECT job_key, job_name, dbu_usd, total_uusd, share, runs FROM cost\n"
    "WHERE :days > 0 AND :as_of IS NOT NULL AND (:workspace IS NULL OR workspace = :workspace)\n"
    "ORDER BY total_uusd DESC, job_key\n";

static const char small_facts[] =
    "CREATE TABLE meta (key TEXT, value TEXT) STRICT;"
    "INSERT INTO meta VALUES ('first_day', '2026-08-01'), ('generation', 'g1'), ('sample', '1');"
    "CREATE TABLE data_mark (complete_until TEXT) STRICT;"
    "INSERT INTO data_mark VALUES ('2026-11-22');"
    "CREATE TABLE cost (job_key TEXT, job_name TEXT, workspace TEXT, dbu_usd INTEGER,"
    " total_uusd INTEGER, share REAL, runs INTEGER) STRICT;"
    "INSERT INTO cost VALUES"
    " ('job:1/10', 'nightly_orders_etl', 'prod', 18240000000, 20000000000, 0.5, 28),"
    " ('job:1/11', 'finance daily <close> & \"co\"', 'prod', 9000000, 10000000, 0.25, NULL),"
    " ('job:2/12', 'x', 'dev', NULL, 5000000, NULL, 0),"
    " ('job:2/13', 'y', 'dev', 1, 1, 0.0, 3);"
    "CREATE TABLE note (job_key TEXT, text TEXT, at_ms INTEGER, cost_uusd INTEGER, severity"
    " INTEGER) STRICT;"
    "INSERT INTO note VALUES ('job:1/10', 'change 7 of 2026-11-20', 1795132800000, 42000000, 1),"
    " ('job:1/10', 'owned by Ana', NULL, NULL, 0);";

static void small_must(int rc, const struct drc_err *err)
{
    if (rc == 0)
        return;
    fprintf(stderr, "small home: %s\n", err->msg);
    abort();
}

static void small_put(const char *home, const char *name, const char *text)
{
    char path[400];
    struct drc_err err = DRC_ERR_INIT;
    snprintf(path, sizeof path, "%s/%s", home, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    small_must(drc_file_mkdirs(path, &err), &err);
    *slash = '/';
    small_must(drc_file_write(path, text, strlen(text), &err), &err);
}

static char *small_chip(const char *id, const char *lane, char *out, size_t bytes)
{
    snprintf(
        out, bytes,
        "---\nid: %s\nversion: 1\nentity: %.*s\nlane: %s\norder: 10\nprimary: yes\nlabel: Ask\n"
        "question: What is it?\nasks: explain,what is\nneeds: total_uusd\n"
        "corpora: telemetry\n---\n{{question}}\n{{context}}",
        id, (int)strcspn(id, "."), id, lane);
    return out;
}

/* Makes the home under `home` (an existing folder); the facts are in "<home>/facts.db". */
static void small_home(const char *home)
{
    char path[400], chip[1000];
    struct drc_err err = DRC_ERR_INIT;
    small_put(home, "sql/reports/job-cost.sql", small_report);
    small_put(home, "sql/reconcile/jobs.sql",
              "SELECT 30015000001 AS billed_uusd, 30015000001 AS explained_uusd,"
              " 31000000000 AS bill_uusd");
    small_put(home, "sql/graph/node-job.sql",
              "-- node: job\n-- label: Job\n-- title: job\n"
              "SELECT job_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM cost");
    small_put(home, "sql/graph/node-note.sql",
              "-- node: note\n-- label: Note\n-- title: note\n"
              "SELECT 'note:' || text AS id, at_ms, cost_uusd, severity FROM note");
    small_put(home, "sql/graph/text-note.sql",
              "-- text: note\nSELECT value AS ids, substr(value, 6) AS label, NULL AS at_ms"
              " FROM json_each(:ids) ORDER BY ids");
    small_put(home, "sql/graph/edge-job-note.sql",
              "-- edge: HAS_NOTE\n-- from: job\n-- to: note\n-- title: has note\n"
              "SELECT job_key AS src, 'note:' || text AS dst FROM note");
    small_put(home, "sql/find/job.sql",
              "-- id: job\n-- title: Jobs\n-- rows: job-cost\n"
              "SELECT job_key AS entity_key, job_name AS entity_name, workspace AS workspace_name,"
              " NULL AS as_of, 1 AS match_rank FROM cost WHERE instr(job_name, :q) > 0 AND"
              " (:workspace IS NULL OR workspace = :workspace) ORDER BY job_key");
    small_put(home, "sql/people.sql", "SELECT 'Ana Ruiz' AS name");
    small_put(home, "prompts/system.md", "You explain figures.\n");
    small_put(home, "prompts/form-prose.md", "In prose.\n");
    small_put(home, "prompts/form-json.md", "In JSON.\n");
    small_put(home, "prompts/answer.schema.json", "{}");
    small_put(home, "prompts/chips/job.explain.md",
              small_chip("job.explain", "Understand", chip, sizeof chip));
    small_put(home, "prompts/chips/report.explain.md",
              small_chip("report.explain", "Understand", chip, sizeof chip));
    small_put(home, "prompts/missing.list", "total_uusd | Cost | Nothing is billed in {window}.\n");
    snprintf(path, sizeof path, "%s/facts.db", home);
    struct drc_db *db = drc_db_open(path, DRC_DB_CREATE, &err);
    if (db == NULL)
        small_must(-1, &err);
    small_must(drc_db_exec(db, small_facts, &err), &err);
    small_must(drc_db_run(db, &err, "INSERT INTO meta VALUES ('schema_version', ?)", "s",
                          DRC_TEXT_OF(DRC_FACTS_SCHEMA)),
               &err);
    drc_db_close(db);
}

#endif
