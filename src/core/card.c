/* The lines of an entity's card: what a person on call needs to know, from sql/cards/<kind>.sql. */
#include <string.h>

#include "drc/answer.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "drc/meta.h"
#include "drc/utf8.h"

#define LINE_MAX_CHARS 200

static const char *const keys[] = {"id", "title", NULL};

int drc_cards_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                   struct drc_card_sql **out, size_t *count, struct drc_err *err)
{
    const char **names, *dir = drc_arena_printf(a, "%s/sql/cards", home);
    *count = 0;
    if (!drc_file_exists(dir))
        return 0;
    size_t n;
    if (drc_file_list(a, dir, ".sql", &names, &n, err) < 0)
        return -1;
    *out = drc_arena_array(a, n + 1, sizeof **out);
    for (size_t i = 0; i < n; i++) {
        struct drc_card_sql *c = &(*out)[(*count)++];
        struct drc_meta m;
        struct drc_rows shape;
        c->path = drc_arena_printf(a, "sql/cards/%s", names[i]);
        c->sql = drc_file_read(a, drc_arena_printf(a, "%s/%s", dir, names[i]),
                               DRC_REPORT_SQL_MAX_BYTES, NULL, err);
        if (c->sql == NULL || drc_meta_parse(a, DRC_META_SQL, c->path, c->sql, keys, &m, err) < 0 ||
            (c->kind = drc_meta_need(&m, "id", err)) == NULL)
            return -1;
        if (drc_db_describe(facts, a, c->sql, &shape, err) < 0)
            return drc_err_context(err, "%s", c->path);
        if (shape.column_count != 3)
            return drc_err_set(err, DRC_ERR_CONFIG, "%s: the columns are title, text, name",
                               c->path);
    }
    return 0;
}

static const char *clean(struct drc_arena *a, const struct drc_cell *c)
{
    return c->type == DRC_CELL_TEXT
               ? drc_utf8_clean(a, c->text, strlen(c->text), LINE_MAX_CHARS, false)
               : NULL;
}

int drc_card_lines(struct drc_arena *a, struct drc_db *facts, const struct drc_card_sql *cards,
                   size_t count, const char *entity_id, struct drc_card_line *out, size_t max,
                   size_t *lines, struct drc_err *err)
{
    size_t kind = strcspn(entity_id, ":");
    *lines = 0;
    for (size_t i = 0; i < count; i++) {
        struct drc_sql_param params[] = {{"entity", {DRC_CELL_TEXT, 0, 0, entity_id}}};
        struct drc_rows rows;
        if (strlen(cards[i].kind) != kind || strncmp(cards[i].kind, entity_id, kind) != 0)
            continue;
        if (drc_db_select(facts, a, cards[i].sql, params, 1, max, DRC_REPORT_DEADLINE_MS, &rows,
                          err) < 0)
            return drc_err_context(err, "%s", cards[i].path);
        for (size_t r = 0; r < rows.row_count && *lines < max; r++) {
            const struct drc_cell *c = &rows.cells[r * rows.column_count];
            out[(*lines)++] =
                (struct drc_card_line){clean(a, &c[0]), clean(a, &c[1]), clean(a, &c[2])};
        }
    }
    return 0;
}
