/* What filters can name, and the nearest names to one that is not there. */
#include "drc/scope.h"

#include <string.h>
#include <strings.h>

#include "drc/file.h"
#include "drc/limits.h"
#include "drc/utf8.h"

#define NAMES_MAX 20000
#define NEAREST 3
#define SHOWN_MAX_CHARS 40
#define OTHER_KEY 100 /* a tag of the same key is nearer than any other */

static const char *name_of(struct drc_arena *a, const struct drc_cell *c)
{
    return c->type == DRC_CELL_TEXT ? drc_arena_strdup(a, c->text) : NULL;
}

int drc_scope_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                   struct drc_scope *out, struct drc_err *err)
{
    struct drc_rows rows;
    const char *path = drc_arena_printf(a, "%s/sql/scope.sql", home);
    *out = (struct drc_scope){NULL, 0};
    if (!drc_file_exists(path))
        return 0;
    const char *sql = drc_file_read(a, path, DRC_REPORT_SQL_MAX_BYTES, NULL, err);
    if (sql == NULL)
        return -1;
    if (drc_db_select(facts, a, sql, NULL, 0, NAMES_MAX, DRC_REPORT_DEADLINE_MS, &rows, err) < 0)
        return drc_err_context(err, "sql/scope.sql");
    if (rows.column_count != 3)
        return drc_err_set(err, DRC_ERR_CONFIG, "sql/scope.sql: the columns are kind, name, id");
    out->names = drc_arena_array(a, rows.row_count + 1, sizeof *out->names);
    for (size_t i = 0; i < rows.row_count && !rows.truncated; i++) {
        const struct drc_cell *c = &rows.cells[3 * i];
        const struct drc_scope_name n = {name_of(a, &c[0]), name_of(a, &c[1]), name_of(a, &c[2])};
        if (n.kind != NULL && n.name != NULL)
            out->names[out->count++] = n;
    }
    return 0;
}

/* As the reports compare; only a tag is compared letter by letter. */
static bool is_called(const struct drc_scope_name *n, const char *value)
{
    if (n->id != NULL && strcmp(n->id, value) == 0)
        return true;
    return strcmp(n->kind, "tag") == 0 ? strcmp(n->name, value) == 0
                                       : strcasecmp(n->name, value) == 0;
}

/* 0: the name holds what was typed. */
static int distance(const struct drc_scope_name *n, const char *value)
{
    size_t key = strcspn(value, "=");
    bool other_key = value[key] == '=' && strncasecmp(n->name, value, key + 1) != 0;
    int far = strcasestr(n->name, value) != NULL ? 0 : drc_utf8_distance(value, n->name);
    return other_key ? far + OTHER_KEY : far;
}

/* Keeps the nearest, those that came first before others as near. */
static void keep(const char *best[NEAREST], int far[NEAREST], const char *name, int d)
{
    for (int i = 0; i < NEAREST; i++)
        if (best[i] == NULL || d < far[i]) {
            memmove(&best[i + 1], &best[i], (size_t)(NEAREST - 1 - i) * sizeof *best);
            memmove(&far[i + 1], &far[i], (size_t)(NEAREST - 1 - i) * sizeof *far);
            best[i] = name;
            far[i] = d;
            return;
        }
}

const char *drc_scope_unknown(struct drc_arena *a, const struct drc_scope *s, const char *kind,
                              const char *value)
{
    const char *best[NEAREST] = {NULL}, *text;
    int far[NEAREST] = {0};
    if (s->count == 0)
        return NULL;
    for (size_t i = 0; i < s->count; i++) {
        const struct drc_scope_name *n = &s->names[i];
        if (strcmp(n->kind, kind) != 0)
            continue;
        if (is_called(n, value))
            return NULL;
        keep(best, far, n->name, distance(n, value));
    }
    text = drc_arena_printf(a, "there is no %s '%.80s' in the data", kind, value);
    for (int i = 0; i < NEAREST && best[i] != NULL; i++)
        text =
            drc_arena_printf(a, "%s%s%s", text, i == 0 ? "; the nearest: " : ", ",
                             drc_utf8_clean(a, best[i], strlen(best[i]), SHOWN_MAX_CHARS, false));
    return text;
}

const char *drc_scope_unknown_filter(struct drc_arena *a, const struct drc_scope *s,
                                     const struct drc_params *scope)
{
    const char *tag = scope->tag_key == NULL
                          ? NULL
                          : drc_arena_printf(a, "%s=%s", scope->tag_key, scope->tag_value);
    const struct {
        const char *kind, *value;
    } filters[] = {{"workspace", scope->workspace},
                   {"owner", scope->owner},
                   {"department", scope->department},
                   {"tag", tag}};
    const char *why = NULL;
    for (size_t i = 0; i < sizeof filters / sizeof *filters && why == NULL; i++)
        if (filters[i].value != NULL)
            why = drc_scope_unknown(a, s, filters[i].kind, filters[i].value);
    return why;
}
