/* Likely causes of an entity's cost: sql/causes.sql tells them apart and prices them, a file of
 * prompts/causes says each in words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/clock.h"
#include "drc/graph.h"
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
                           .entity = k->entity,
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

/* The words of a row's cause; NULL where the chip does not tell it. */
static const struct drc_cause_words *told_by(const struct drc_chips *chips,
                                             const struct drc_chip *chip,
                                             const struct drc_cell *row)
{
    const struct drc_cause_words *words =
        row[CODE].type == DRC_CELL_TEXT ? words_for(chips, row[CODE].text) : NULL;
    return words == NULL || (chip->failures && !words->failure) ? NULL : words;
}

static void add_cause(struct drc_arena *a, const struct drc_cause_words *words,
                      struct drc_context *c, const char *entity, const struct drc_cell *row)
{
    struct drc_cause *k = &c->causes[c->cause_count];
    *k = (struct drc_cause){.words = words,
                            .change = text_of(a, &row[CHANGE]),
                            .error = text_of(a, &row[ERROR]),
                            .detail = text_of(a, &row[DETAIL]),
                            .days = range(a, &row[FIRST], &row[LAST]),
                            .entity = entity};
    k->effect = add_figure(a, c, k, &row[EFFECT], "cost", DRC_UNIT_USD);
    k->times = add_figure(a, c, k, &row[TIMES], "times", DRC_UNIT_COUNT);
    k->ratio = add_figure(a, c, k, &row[RATIO], "change", DRC_UNIT_CHANGE);
    c->cause_count++;
}

static bool has_slot(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = text; (p = strchr(p, '{')) != NULL;) {
        p += 1 + (p[1] == '=');
        if (strcspn(p, " }") == n && strncmp(p, name, n) == 0)
            return true;
    }
    return false;
}

/* The chip's sentences print the fact or depend on it. */
static bool speaks_of(const struct drc_chip *chip, const char *metric)
{
    for (size_t i = 0; i < chip->need_count; i++)
        if (strcmp(chip->needs[i], metric) == 0 ||
            (chip->or_needs[i] != NULL && strcmp(chip->or_needs[i], metric) == 0))
            return true;
    for (size_t i = 0; i < chip->say_count; i++) {
        const char *when = chip->says[i].when.metric, *text = chip->says[i].text;
        if ((when != NULL && strcmp(when, metric) == 0) || has_slot(text, metric) ||
            (strncmp(metric, "rank_", 5) == 0 && has_slot(text, "leaders")) ||
            (strncmp(metric, "mover_", 6) == 0 && has_slot(text, "movers")))
            return true;
    }
    return false;
}

/* Facts give way to the figures of the causes, the last ones first, since they matter least; but
 * not one that the chip speaks of: it would say that it is not known. */
static void make_room(const struct drc_chip *chip, struct drc_context *c, size_t needed)
{
    size_t left = DRC_FACTS_MAX - (needed < DRC_FACTS_MAX / 2 ? needed : DRC_FACTS_MAX / 2);
    size_t drop = c->fact_count > left ? c->fact_count - left : 0, kept = 0;
    bool gone[DRC_FACTS_MAX] = {false};
    c->parts[DRC_PART_FACTS].left_out += drop;
    for (int all = 0; all < 2; all++)
        for (size_t i = c->fact_count; i-- > 0 && drop > 0;)
            if (!gone[i] && (all || !speaks_of(chip, c->facts[i].metric))) {
                gone[i] = true;
                drop--;
            }
    for (size_t i = 0; i < c->fact_count; i++) {
        if (gone[i])
            continue;
        c->facts[kept] = c->facts[i];
        drc_fact_number(&c->facts[kept], kept + 1);
        kept++;
    }
    c->fact_count = kept;
}

static size_t figures_of(const struct drc_cell *row)
{
    return (size_t)(is_figure(&row[EFFECT]) + is_figure(&row[TIMES]) + is_figure(&row[RATIO]));
}

/* ---- asking ------------------------------------------------------------------------------- */

/* The causes of a row of the report, dearest first. A run is asked about on its own day. */
static int ask(struct drc_arena *a, const char *sql, struct drc_db *facts,
               const struct drc_result *res, size_t row, struct drc_rows *out, struct drc_err *err)
{
    char first[11], last[11];
    const char *key = drc_result_text(res, row, res->report->graph),
               *from = drc_result_text(res, row, "from_date"), /* of an anomaly */
                   *to = drc_result_text(res, row, "to_date");
    drc_date_iso(strncmp(key, "run:", 4) == 0 ? res->params.as_of_day : res->first_day, first);
    drc_date_iso(res->params.as_of_day, last);
    struct drc_sql_param params[] = {{"key", {DRC_CELL_TEXT, 0, 0, key}},
                                     {"first", {DRC_CELL_TEXT, 0, 0, *from == '\0' ? first : from}},
                                     {"last", {DRC_CELL_TEXT, 0, 0, *to == '\0' ? last : to}}};
    if (drc_db_select(facts, a, sql, params, 3, CAUSE_ROWS_MAX, DRC_REPORT_DEADLINE_MS, out, err) <
        0)
        return drc_err_context(err, "sql/causes.sql");
    return 0;
}

static int causes_of_entity(struct drc_arena *a, const struct drc_chips *chips, const char *sql,
                            struct drc_db *facts, const struct drc_chip *chip,
                            struct drc_context *c, struct drc_err *err)
{
    struct drc_rows rows;
    size_t needed = 0, max = (size_t)chip->causes;
    if (ask(a, sql, facts, c->result, (size_t)c->selection.row, &rows, err) < 0)
        return -1;
    const struct drc_cell *told[CAUSE_ROWS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < rows.row_count && n < max; i++) {
        told[n] = &rows.cells[i * rows.column_count];
        if (told_by(chips, chip, told[n]) != NULL)
            needed += figures_of(told[n++]);
    }
    make_room(chip, c, needed);
    for (size_t i = 0; i < n; i++)
        add_cause(a, told_by(chips, chip, told[i]), c, NULL, told[i]);
    return 0;
}

/* ---- the whole report ----------------------------------------------------------------------- */

/* The graph row that shows the cause: its evictions, its change, its failure. */
static bool shows(const struct drc_edge *e, const struct drc_cause *k)
{
    if (strncmp(k->words->id, "spot-", 5) == 0)
        return strcmp(e->edge, "HAD_EVICTION") == 0;
    if (k->change != NULL && strcmp(e->edge, "CHANGED_BY") == 0)
        return strstr(e->label, k->change) != NULL;
    if (k->change == NULL && k->error != NULL && strcmp(e->edge, "FAILED_WITH") == 0)
        return strstr(e->label, k->error) != NULL;
    return false;
}

static int add_evidence(struct drc_arena *a, const struct drc_graph *graph, struct drc_db *facts,
                        size_t row, struct drc_context *c, struct drc_err *err)
{
    const struct drc_result *res = c->result;
    const struct drc_cause *k = &c->causes[c->cause_count - 1];
    const char *key = drc_result_text(res, row, res->report->graph);
    struct drc_edge *found = drc_arena_array(a, DRC_EDGES_MAX, sizeof *found);
    struct drc_graph_window w = {res->first_day * DRC_DAY_MS,
                                 (res->params.as_of_day + 1) * DRC_DAY_MS};
    size_t n = 0, total = 0;
    if (graph == NULL || drc_graph_find(graph, key) == DRC_GRAPH_NONE)
        return 0;
    if (drc_graph_rows(a, graph, facts, key, w, found, DRC_EDGES_MAX, &n, &total, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!shows(&found[i], k))
            continue;
        struct drc_edge *e = &c->edges[c->edge_count++];
        *e = found[i];
        e->entity = k->entity;
        snprintf(e->id, sizeof e->id, "G%zu", c->edge_count);
        c->edge_total = c->edge_count;
        return 0;
    }
    return 0;
}

struct candidate {
    size_t row;
    const struct drc_cell *cells; /* NULL: none is known */
};

static int64_t effect_of(const struct candidate *x)
{
    return x->cells == NULL || x->cells[EFFECT].type != DRC_CELL_INT ? -1 : x->cells[EFFECT].i;
}

static int by_effect(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    if (effect_of(a) != effect_of(b))
        return effect_of(a) < effect_of(b) ? 1 : -1;
    return a->row < b->row ? -1 : 1;
}

static int causes_of_report(struct drc_arena *a, const struct drc_chips *chips, const char *sql,
                            const struct drc_graph *graph, struct drc_db *facts,
                            const struct drc_chip *chip, struct drc_context *c, struct drc_err *err)
{
    struct candidate list[DRC_CAUSE_ENTITIES];
    size_t live = drc_result_live(c->result), needed = 0, max = (size_t)chip->causes,
           n = live < DRC_CAUSE_ENTITIES ? live : DRC_CAUSE_ENTITIES;
    for (size_t i = 0; i < n; i++) {
        struct drc_rows rows;
        if (ask(a, sql, facts, c->result, i, &rows, err) < 0)
            return -1;
        list[i] = (struct candidate){i, NULL};
        for (size_t k = 0; k < rows.row_count && list[i].cells == NULL; k++)
            if (told_by(chips, chip, &rows.cells[k * rows.column_count]) != NULL)
                list[i].cells = &rows.cells[k * rows.column_count];
    }
    qsort(list, n, sizeof *list, by_effect);
    for (size_t i = 0; i < n && i < max; i++)
        needed += list[i].cells == NULL ? 0 : figures_of(list[i].cells);
    make_room(chip, c, needed);
    if (c->edges == NULL)
        c->edges = drc_arena_array(a, DRC_EDGES_MAX, sizeof *c->edges);
    for (size_t i = 0; i < n && c->cause_count < max; i++) {
        if (list[i].cells == NULL)
            continue;
        add_cause(a, told_by(chips, chip, list[i].cells), c,
                  drc_result_label(a, c->result, list[i].row), list[i].cells);
        if (add_evidence(a, graph, facts, list[i].row, c, err) < 0)
            return -1;
    }
    drc_context_graph_hash(a, c);
    return 0;
}

int drc_context_causes(struct drc_arena *a, const struct drc_chips *chips, const char *sql,
                       const struct drc_graph *graph, struct drc_db *facts,
                       const struct drc_chip *chip, struct drc_context *c, struct drc_err *err)
{
    if (sql == NULL)
        return 0;
    c->causes = drc_arena_array(a, (size_t)chip->causes + 1, sizeof *c->causes);
    return c->selection.row >= 0 ? causes_of_entity(a, chips, sql, facts, chip, c, err)
                                 : causes_of_report(a, chips, sql, graph, facts, chip, c, err);
}
