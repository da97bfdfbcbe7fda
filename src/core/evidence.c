/* The evidence of an answer: as it is kept, and as a window. */
#include "drc/evidence.h"

#include <inttypes.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/compose.h"
#include "drc/utf8.h"

#define PASSAGE_CHARS 600
#define CELL_CHARS 120
#define ROWS_SHOWN 3
#define SQL_CHARS 24000 /* a window takes 100 blocks: the rest stands behind the button SQL */
#define NAME_WIDTH 34

/* ---- as it is kept -------------------------------------------------------------------------- */

static struct drc_evidence of_fact(const struct drc_context *c, const struct drc_fact *f)
{
    const char *own = c->selection.row < 0 ? NULL : c->selection.label;
    return (struct drc_evidence){.id = f->id,
                                 .title = f->title,
                                 .entity = f->entity == NULL ? own : f->entity,
                                 .name = f->metric,
                                 .value = f->known ? f->display : "not known",
                                 .period = f->period,
                                 .source = f->source,
                                 .row = f->row};
}

static struct drc_evidence of_edge(struct drc_arena *a, const struct drc_context *c,
                                   const struct drc_edge *e)
{
    char stamp[25] = "";
    const char *entity = e->node_count == 0 ? NULL : e->nodes[0];
    if (e->node_count > 1)
        entity = drc_arena_printf(a, "%s and %zu more", entity, e->node_count - 1);
    if (e->at_ms != 0)
        drc_time_iso(e->at_ms, stamp);
    return (struct drc_evidence){
        .id = e->id,
        .title = e->title,
        .entity = entity,
        .name = e->edge,
        .value = e->label,
        .period = e->at_ms == 0 ? NULL : drc_arena_printf(a, "%.10s %.5s UTC", stamp, stamp + 11),
        .source = drc_arena_printf(a, "usage graph %s, %d %s away, score %.4f", c->graph_hash,
                                   e->hop, e->hop == 1 ? "edge" : "edges", e->score),
        .row = -1};
}

static struct drc_evidence of_passage(struct drc_arena *a, const struct drc_passage *p)
{
    bool dated = p->date != NULL && *p->date != '\0';
    return (struct drc_evidence){.id = p->id,
                                 .title = p->title,
                                 .name = *p->section == '\0' ? NULL : p->section,
                                 .value = p->text,
                                 .period = dated ? p->date : NULL,
                                 .source = drc_arena_printf(a, "%s %s, by %s",
                                                            *p->id == 'R' ? "runbook" : "page",
                                                            p->page == NULL ? "" : p->page, p->why),
                                 .url = p->url,
                                 .row = -1};
}

void drc_evidence_list(struct drc_arena *a, const struct drc_context *c,
                       const struct drc_cited *cited, struct drc_evidence *out, size_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < c->fact_count && i < DRC_FACTS_MAX; i++) {
        out[n] = of_fact(c, &c->facts[i]);
        out[n++].used = cited->facts[i];
    }
    for (size_t i = 0; i < c->edge_count && i < DRC_EDGES_MAX; i++) {
        out[n] = of_edge(a, c, &c->edges[i]);
        out[n++].used = cited->edges[i];
    }
    for (size_t i = 0; i < c->passage_count && i < DRC_PASSAGES_MAX; i++) {
        out[n] = of_passage(a, &c->passages[i]);
        out[n++].used = cited->passages[i];
    }
    *count = n;
}

/* ---- the window ----------------------------------------------------------------------------- */

static void add_figure(struct drc_arena *a, struct drc_text *t, const struct drc_evidence *e)
{
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "\n[%s] %s ", e->id, e->title);
    drc_text_add(a, t, DRC_SPAN_BOLD, e->value);
    drc_text_add(a, t, DRC_SPAN_PLAIN, ", ");
    drc_text_add(a, t, e->entity == NULL ? DRC_SPAN_PLAIN : DRC_SPAN_CODE,
                 e->entity == NULL ? "whole report" : e->entity);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, ", %s \u00b7 metric ", e->period);
    drc_text_add(a, t, DRC_SPAN_CODE, e->name);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, " \u00b7 %s", e->source);
}

static void add_graph_row(struct drc_arena *a, struct drc_text *t, const struct drc_evidence *e)
{
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "\n[%s] %s: ", e->id, e->title);
    drc_text_add(a, t, DRC_SPAN_CODE, e->value);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "%s%s \u00b7 %s ", e->period == NULL ? "" : ", ",
                    e->period == NULL ? "" : e->period, e->name);
    if (e->entity != NULL)
        drc_text_add(a, t, DRC_SPAN_CODE, e->entity);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, " \u00b7 %s", e->source);
}

static void add_passage(struct drc_arena *a, struct drc_text *t, const struct drc_evidence *e)
{
    size_t chars = drc_utf8_count(e->value);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "\n[%s] ", e->id);
    drc_text_add(a, t, DRC_SPAN_BOLD, e->title);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "%s%s%s%s \u00b7 %s", e->name == NULL ? "" : ", ",
                    e->name == NULL ? "" : e->name, e->period == NULL ? "" : ", facts of ",
                    e->period == NULL ? "" : e->period, e->source);
    if (e->url != NULL) {
        drc_text_add(a, t, DRC_SPAN_PLAIN, "\n");
        drc_text_link(a, t, e->url, e->url);
    }
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "\n%s",
                    drc_utf8_clean(a, e->value, strlen(e->value), PASSAGE_CHARS, true));
    if (chars > PASSAGE_CHARS)
        drc_text_printf(a, t, DRC_SPAN_ITALIC,
                        " (%d of %zu characters; all of it stands behind Prompt)", PASSAGE_CHARS,
                        chars);
}

static bool is_kind(const struct drc_evidence *e, const char *letters)
{
    return strchr(letters, e->id[0]) != NULL;
}

/* One block for the items of a kind that are used, or of those that are not. */
static void add_kind(struct drc_arena *a, struct drc_message *m, const struct drc_evidence *items,
                     size_t count, bool used, const char *letters, const char *title)
{
    struct drc_block *b = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct drc_evidence *e = &items[i];
        if (e->used != used || !is_kind(e, letters))
            continue;
        if (b == NULL) {
            b = drc_message_add(a, m, DRC_BLOCK_TEXT,
                                drc_arena_printf(a, "%s-%c", used ? "used" : "given", letters[0]));
            drc_text_add(a, &b->text, DRC_SPAN_BOLD, title);
        }
        if (*letters == 'F')
            add_figure(a, &b->text, e);
        else if (*letters == 'G')
            add_graph_row(a, &b->text, e);
        else
            add_passage(a, &b->text, e);
    }
}

static size_t number(const struct drc_evidence *items, size_t count, bool used)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += items[i].used == used;
    return n;
}

static void add_items(struct drc_arena *a, struct drc_message *m, const struct drc_evidence *items,
                      size_t count, bool used)
{
    size_t n = number(items, count, used);
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_HEADER, used ? "used" : "given");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                    used ? "Used by the answer: %zu" : "Given to the answer, not used: %zu", n);
    add_kind(a, m, items, count, used, "F", "Facts");
    add_kind(a, m, items, count, used, "G", "Graph rows");
    add_kind(a, m, items, count, used, "RD", "Runbooks and documentation");
}

/* Also of a column that the report does not declare. */
static const char *show_cell(struct drc_arena *a, const struct drc_cell *cell, enum drc_unit unit)
{
    if (unit == DRC_UNIT_TEXT && cell->type == DRC_CELL_INT)
        return drc_arena_printf(a, "%" PRId64, cell->i);
    if (unit == DRC_UNIT_TEXT && cell->type == DRC_CELL_REAL)
        return drc_arena_printf(a, "%.17g", cell->d);
    return drc_cell_show(a, cell, unit);
}

/* All cells of one row, a line each. */
static void add_row(struct drc_arena *a, struct drc_message *m, const struct drc_result *res,
                    int row)
{
    const struct drc_report *r = res->report;
    const char *text = "";
    struct drc_block *b =
        drc_message_add(a, m, DRC_BLOCK_TEXT, drc_arena_printf(a, "row-%d", row + 1));
    drc_text_printf(a, &b->text, DRC_SPAN_BOLD, "Row %d of %zu", row + 1, res->rows.row_count);
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, ", ");
    drc_text_add(a, &b->text, DRC_SPAN_CODE, drc_result_label(a, res, (size_t)row));
    for (size_t i = 0; i < res->rows.column_count; i++) {
        const char *name = res->rows.columns[i];
        const struct drc_cell *cell = drc_result_cell(res, (size_t)row, name);
        const char *shown = show_cell(a, cell, drc_report_unit(r, name));
        int pad = NAME_WIDTH - drc_utf8_width(name);
        text =
            drc_arena_printf(a, "%s%s%s%*s %s", text, i == 0 ? "" : "\n", name, pad > 0 ? pad : 0,
                             "", drc_utf8_clean(a, shown, strlen(shown), CELL_CHARS, false));
    }
    struct drc_block *pre =
        drc_message_add(a, m, DRC_BLOCK_PRE, drc_arena_printf(a, "cells-%d", row + 1));
    drc_text_add(a, &pre->text, DRC_SPAN_PLAIN, text);
}

/* The rows that used facts were read from, as long as there are few. */
static void add_rows(struct drc_arena *a, struct drc_message *m, const struct drc_evidence *items,
                     size_t count, const struct drc_result *res)
{
    int rows[DRC_EVIDENCE_MAX];
    size_t n = 0;
    for (size_t i = 0; i < count && i < DRC_EVIDENCE_MAX; i++) {
        bool known =
            !items[i].used || items[i].row < 0 || (size_t)items[i].row >= res->rows.row_count;
        for (size_t k = 0; k < n && !known; k++)
            known = rows[k] == items[i].row;
        if (!known)
            rows[n++] = items[i].row;
    }
    for (size_t k = 0; k < n && k < ROWS_SHOWN; k++)
        add_row(a, m, res, rows[k]);
    if (n <= ROWS_SHOWN)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "more-rows");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                    "%d of the %zu rows that were used; all of them stand behind Details and CSV "
                    "of the report.",
                    ROWS_SHOWN, n);
}

static void add_sql(struct drc_arena *a, struct drc_message *m, const struct drc_result *res,
                    const char *run_id)
{
    const char *sql = res->report->sql;
    size_t chars = drc_utf8_count(sql);
    struct drc_block *h = drc_message_add(a, m, DRC_BLOCK_HEADER, "sql-title");
    drc_text_add(a, &h->text, DRC_SPAN_PLAIN, "SQL behind the rows");
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "parameters");
    drc_compose_parameters(a, &b->text, res, run_id);
    struct drc_block *pre = drc_message_add(a, m, DRC_BLOCK_PRE, "sql");
    drc_text_add(a, &pre->text, DRC_SPAN_PLAIN,
                 drc_utf8_clean(a, sql, strlen(sql), SQL_CHARS, true));
    if (chars <= SQL_CHARS)
        return;
    struct drc_block *cut = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "sql-cut");
    drc_text_printf(a, &cut->text, DRC_SPAN_PLAIN,
                    "%d of %zu characters; all of it stands behind the button SQL.", SQL_CHARS,
                    chars);
}

struct drc_message *drc_compose_evidence(struct drc_arena *a, const struct drc_evidence *items,
                                         size_t count, const struct drc_result *res,
                                         const char *gone, const char *run_id)
{
    struct drc_message *m = drc_message_new(a, "Evidence of this answer");
    add_items(a, m, items, count, true);
    if (res != NULL)
        add_rows(a, m, items, count, res);
    if (number(items, count, false) > 0)
        add_items(a, m, items, count, false);
    if (res != NULL) {
        add_sql(a, m, res, run_id);
        return m;
    }
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "gone");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "The rows and the SQL cannot be shown: %s.", gone);
    return m;
}
