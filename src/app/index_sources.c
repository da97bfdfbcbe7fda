/* Corpora that are not folders of Markdown: a corpus.jsonl, and cards made from the facts. */
#include <string.h>

#include "drc/file.h"
#include "drc/index.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/meta.h"

#define ASKED_MAX 40
#define CARD_ROWS_MAX 20000
#define CARD_DEADLINE_MS 60000

/* ---- corpus.jsonl ------------------------------------------------------------------------- */

static int add_object(struct drc_corpus *c, const json_t *o, const char *path, int line,
                      struct drc_err *err)
{
    const char *asked[ASKED_MAX];
    const json_t *list = json_object_get(o, "asked");
    struct drc_page p = {.corpus = "docs",
                         .path = path,
                         .id = drc_json_str(o, "id", ""),
                         .title = drc_json_str(o, "title", ""),
                         .url = drc_json_str(o, "url", ""),
                         .section = drc_json_str(o, "section", ""),
                         .date = drc_json_str(o, "date", ""),
                         .body = drc_json_str(o, "text", "")};
    for (size_t i = 0; i < json_array_size(list) && p.asked_count < ASKED_MAX; i++)
        if (json_is_string(json_array_get(list, i)))
            asked[p.asked_count++] =
                drc_arena_strdup(c->a, json_string_value(json_array_get(list, i)));
    p.asked = drc_arena_array(c->a, p.asked_count + 1, sizeof *p.asked);
    memcpy(p.asked, asked, p.asked_count * sizeof *asked);
    if (*p.id == '\0' || strlen(p.body) > DRC_PAGE_MAX_BYTES) {
        drc_corpus_note(c, "%s:%d: left out: it has no id, or more than %u bytes of text", path,
                        line, DRC_PAGE_MAX_BYTES);
        return 0;
    }
    return drc_corpus_add_page(c, &p, line, err);
}

static int add_line(struct drc_corpus *c, const char *text, size_t bytes, const char *path,
                    int line, struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    if (bytes == 0 || strspn(text, " \t\r") >= bytes)
        return 0;
    json_t *o = drc_json_parse(text, bytes, &own);
    if (o == NULL || !json_is_object(o))
        drc_corpus_note(c, "%s:%d: left out: %s", path, line,
                        o == NULL ? own.msg : "it is not an object");
    int rc = json_is_object(o) ? add_object(c, o, path, line, err) : 0;
    json_decref(o);
    return rc;
}

int drc_corpus_add_jsonl(struct drc_corpus *c, const char *dir, struct drc_err *err)
{
    size_t bytes = 0;
    const char *path = drc_arena_printf(c->a, "%s/corpus.jsonl", dir);
    if (!drc_file_exists(path))
        return 0;
    struct drc_arena *temp = drc_arena_new();
    const char *text = drc_file_read(temp, path, DRC_CORPUS_MAX_BYTES, &bytes, err);
    int rc = text == NULL ? -1 : 0, line = 1;
    for (size_t at = 0; rc == 0 && at < bytes; line++) {
        const char *end = memchr(text + at, '\n', bytes - at);
        size_t n = end == NULL ? bytes - at : (size_t)(end - text) - at;
        rc = add_line(c, text + at, n, path, line, err);
        at += n + 1;
    }
    drc_arena_free(temp);
    return rc;
}

/* ---- telemetry ---------------------------------------------------------------------------- */

static const char *cell(const struct drc_rows *rows, size_t row, const char *column)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct drc_cell *at = &rows->cells[row * rows->column_count + i];
        if (strcmp(rows->columns[i], column) == 0)
            return at->type == DRC_CELL_TEXT ? at->text : "";
    }
    return "";
}

static int add_cards(struct drc_corpus *c, struct drc_arena *temp, const char *home,
                     const char *name, struct drc_db *facts, struct drc_err *err)
{
    static const char *const keys[] = {"card", "title", NULL};
    struct drc_meta m;
    struct drc_rows rows;
    const char *kind;
    const char *path = drc_arena_printf(c->a, "sql/telemetry/%s", name);
    const char *sql = drc_file_read(temp, drc_arena_printf(temp, "%s/%s", home, path),
                                    DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    if (sql == NULL || drc_meta_parse(temp, DRC_META_SQL, path, sql, keys, &m, err) < 0 ||
        (kind = drc_meta_need(&m, "card", err)) == NULL)
        return -1;
    if (drc_db_select(facts, temp, sql, NULL, 0, CARD_ROWS_MAX, CARD_DEADLINE_MS, &rows, err) < 0)
        return drc_err_context(err, "%s", path);
    if (rows.truncated)
        drc_corpus_note(c, "%s: only the first %d rows are in the index", path, CARD_ROWS_MAX);
    for (size_t i = 0; i < rows.row_count; i++) {
        struct drc_page p = {.corpus = "telemetry",
                             .path = path,
                             .id = cell(&rows, i, "id"),
                             .title = cell(&rows, i, "title"),
                             .section = kind,
                             .body = cell(&rows, i, "text")};
        if (drc_corpus_add_page(c, &p, (int)i + 1, err) < 0)
            return -1;
    }
    return 0;
}

int drc_corpus_add_telemetry(struct drc_corpus *c, const char *home, struct drc_db *facts,
                             struct drc_err *err)
{
    const char **names;
    size_t n;
    if (drc_file_list(c->a, drc_arena_printf(c->a, "%s/sql/telemetry", home), ".sql", &names, &n,
                      err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct drc_arena *temp = drc_arena_new();
        int rc = add_cards(c, temp, home, names[i], facts, err);
        drc_arena_free(temp);
        if (rc < 0)
            return -1;
    }
    return 0;
}
