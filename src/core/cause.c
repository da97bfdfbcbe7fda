/* Likely causes of an entity's cost: sql/causes.sql tells them apart and prices them, a file of
 * prompts/causes says each in words. */
#include <string.h>

#include "drc/answer.h"
#include "drc/clock.h"
#include "drc/limits.h"
#include "drc/utf8.h"

#define CAUSE_ROWS_MAX 16
#define CAUSE_TEXT_MAX_CHARS 160

enum { CODE, EFFECT, TIMES, RATIO, FIRST, LAST, CHANGE, ERROR, DETAIL, COLUMNS };

int drc_causes_check(struct drc_arena *a, struct drc_db *facts, const char *sql,
                     struct drc_err *err)
{
    static const char *const columns[] = {"code",   "effect_uusd", "times",
                                          "ratio",  "first_date",  "last_date",
                                          "change", "error",       "detail"};
    struct drc_rows shape;
    if (drc_db_describe(facts, a, sql, &shape, err) < 0)
        return drc_err_context(err, "sql/causes.sql");
    for (size_t i = 0; i < COLUMNS; i++)
        if (i >= shape.column_count || strcmp(shape.columns[i], columns[i]) != 0)
            return drc_err_set(err, DRC_ERR_CONFIG, "sql/causes.sql: column %zu is '%s'", i + 1,
                               columns[i]);
    return 0;
}

static const struct drc_cause_words *words_for(const struct drc_chips *chips, const char *code)
{
    for (size_t i = 0; i < chips->cause_count; i++)
        if (strcmp(chips->causes[i].id, code) == 0)
            return &chips->causes[i];
    return NULL;
}

static const char *text_of(struct drc_arena *a, const struct drc_cell *c)
{
    return c->type == DRC_CELL_TEXT && *c->text != '\0'
               ? drc_utf8_clean(a, c->text, strlen(c->text), CAUSE_TEXT_MAX_CHARS, false)
               : NULL;
}

static bool is_figure(const struct drc_cell *c)
{
    return c->type == DRC_CELL_INT || c->type == DRC_CELL_REAL;
}

/* The figures of a cause become facts; what is not known becomes none. */
static int add_figure(struct drc_arena *a, struct drc_context *c, const struct drc_cause *k,
                      const struct drc_cell *cell, const char *what, enum drc_unit unit)
{
    if (!is_figure(cell))
        return -1;
    if (c->fact_count == DRC_FACTS_MAX) {
        c->parts[DRC_PART_FACTS].left_out++;
        return -1;
    }
    size_t nth = c->cause_count + 1;
    struct drc_fact *f = &c->facts[c->fact_count];
    *f = (struct drc_fact){.metric = drc_arena_printf(a, "cause_%zu_%s", nth, what),
                           .title =
                               drc_arena_printf(a, "Likely cause, %s: %s", k->words->label, what),
                           .period = k->days,
                           .unit = unit,
                           .known = true,
                           .value = cell->d,
                           .display = drc_cell_show(a, cell, unit),
                           .source = drc_arena_printf(a, "causes row %zu, %s", nth, what)};
    drc_fact_number(f, ++c->fact_count);
    return (int)c->fact_count - 1;
}

static const char *range(struct drc_arena *a, const struct drc_cell *first,
                         const struct drc_cell *last)
{
    char text[40];
    int64_t from, to;
    if (first->type != DRC_CELL_TEXT || last->type != DRC_CELL_TEXT ||
        drc_date_parse(first->text, &from) < 0 || drc_date_parse(last->text, &to) < 0)
        return "";
    return drc_arena_strdup(a, drc_date_range(from, to, text));
}

static void add_cause(struct drc_arena *a, const struct drc_chips *chips, struct drc_context *c,
                      const struct drc_cell *row)
{
    const struct drc_cause_words *words =
        row[CODE].type == DRC_CELL_TEXT ? words_for(chips, row[CODE].text) : NULL;
    if (words == NULL)
        return;
    struct drc_cause *k = &c->causes[c->cause_count];
    *k = (struct drc_cause){.words = words,
                            .change = text_of(a, &row[CHANGE]),
                            .error = text_of(a, &row[ERROR]),
                            .detail = text_of(a, &row[DETAIL]),
                            .days = range(a, &row[FIRST], &row[LAST])};
    k->effect = add_figure(a, c, k, &row[EFFECT], "cost", DRC_UNIT_USD);
    k->times = add_figure(a, c, k, &row[TIMES], "times", DRC_UNIT_COUNT);
    k->ratio = add_figure(a, c, k, &row[RATIO], "change", DRC_UNIT_CHANGE);
    c->cause_count++;
}

/* The last facts of the report, which matter least, give way to the figures of the causes. */
static void make_room(struct drc_context *c, const struct drc_rows *rows, size_t max)
{
    size_t needed = 0;
    for (size_t i = 0; i < rows->row_count && i < max; i++) {
        const struct drc_cell *row = &rows->cells[i * rows->column_count];
        needed += is_figure(&row[EFFECT]) + is_figure(&row[TIMES]) + is_figure(&row[RATIO]);
    }
    size_t left = DRC_FACTS_MAX - (needed < DRC_FACTS_MAX / 2 ? needed : DRC_FACTS_MAX / 2);
    if (c->fact_count <= left)
        return;
    c->parts[DRC_PART_FACTS].left_out += c->fact_count - left;
    c->fact_count = left;
}

int drc_context_causes(struct drc_arena *a, const struct drc_chips *chips, const char *sql,
                       struct drc_db *facts, size_t max, struct drc_context *c, struct drc_err *err)
{
    const struct drc_result *res = c->result;
    int row = c->selection.row;
    char first[11], last[11];
    struct drc_rows rows;
    if (row < 0 || sql == NULL)
        return 0;
    const char *key = drc_result_text(res, (size_t)row, res->report->graph),
               *from = drc_result_text(res, (size_t)row, "from_date"), /* of an anomaly */
                   *to = drc_result_text(res, (size_t)row, "to_date");
    drc_date_iso(res->first_day, first);
    drc_date_iso(res->params.as_of_day, last);
    struct drc_sql_param params[] = {{"key", {DRC_CELL_TEXT, 0, 0, key}},
                                     {"first", {DRC_CELL_TEXT, 0, 0, *from == '\0' ? first : from}},
                                     {"last", {DRC_CELL_TEXT, 0, 0, *to == '\0' ? last : to}}};
    if (drc_db_select(facts, a, sql, params, 3, CAUSE_ROWS_MAX, DRC_REPORT_DEADLINE_MS, &rows,
                      err) < 0)
        return drc_err_context(err, "sql/causes.sql");
    make_room(c, &rows, max);
    c->causes = drc_arena_array(a, max + 1, sizeof *c->causes);
    for (size_t i = 0; i < rows.row_count && c->cause_count < max; i++)
        add_cause(a, chips, c, &rows.cells[i * rows.column_count]);
    return 0;
}
