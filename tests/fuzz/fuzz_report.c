/* A report file from anybody: whatever its SQL says, the facts stay as they are, no other file
 * appears or is read, and it ends in time. */
#include "fuzz.h"

#include "../harness/small_home.h"
#include "drc/digest.h"
#include "drc/limits.h"
#include "drc/report.h"

static char home[] = "/tmp/drc-fuzz-XXXXXX";
static char facts[100], before[65];
static struct drc_db *db;

static void hash_facts(char out[65])
{
    struct drc_arena *a = drc_arena_new();
    size_t bytes;
    const char *data = drc_file_read(a, facts, 1 << 20, &bytes, NULL);
    MUST(data != NULL);
    drc_sha256_hex(data, bytes, out);
    drc_arena_free(a);
}

static void prepare(void)
{
    struct drc_err err = DRC_ERR_INIT;
    MUST(mkdtemp(home) != NULL);
    small_home(home);
    snprintf(facts, sizeof facts, "%s/facts.db", home);
    hash_facts(before);
    db = drc_db_open(facts, DRC_DB_READ, &err);
    MUST(db != NULL && drc_db_sandbox(db, &err) == 0);
}

/* A file that the SQL makes would appear here. */
static size_t files_here(struct drc_arena *a)
{
    const char **names;
    size_t n;
    MUST(drc_file_list(a, ".", "", &names, &n, NULL) == 0);
    return n;
}

static void check_select(struct drc_arena *a, const char *sql)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_rows rows;
    const struct drc_sql_param days = {"days", {DRC_CELL_INT, 28, 28, NULL}};
    int rc = drc_db_select(db, a, sql, &days, 1, 50, 200, &rows, &err);
    must_agree(rc, &err);
    if (rc < 0)
        return;
    MUST(rows.row_count <= 50 && rows.column_count <= DRC_REPORT_COLUMNS_MAX);
    for (size_t i = 0; i < rows.row_count * rows.column_count; i++)
        MUST(rows.cells[i].type != DRC_CELL_TEXT ||
             strlen(rows.cells[i].text) <= DRC_CELL_MAX_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static unsigned runs;
    static size_t files;
    struct drc_arena *a = drc_arena_new();
    if (runs == 0) {
        prepare();
        files = files_here(a);
    }
    struct drc_err err = DRC_ERR_INIT;
    struct drc_report r;
    struct drc_params p;
    struct drc_result res;
    MUST(drc_file_write(drc_arena_printf(a, "%s/sql/reports/x.sql", home), data, bytes, NULL) == 0);
    int rc = drc_report_load(a, home, DRC_REPORTS_DIR, "x.sql", db, &r, &err);
    must_agree(rc, &err);
    if (rc == 0 && strcasestr(r.sql, "recursive") == NULL) { /* those have 10 s; below, 0.2 s */
        MUST(strlen(r.sql_hash) == 64 && r.column_count > 0 && r.top >= 1);
        MUST(drc_params_parse(a, &r, "", &p, &err) == 0);
        must_agree(drc_report_run(db, a, &r, &p, &res, &err), &err);
    }
    check_select(a, text_of(a, data, bytes));
    if (++runs % 64 == 0) {
        char now[65];
        hash_facts(now);
        MUST(strcmp(now, before) == 0);
        MUST(files_here(a) == files);
    }
    drc_arena_free(a);
    return 0;
}
