/* Facts of a selection: a fixed list of metrics over conventional column names, so that a new
 * report with the same names gets the same facts without C; then whatever other figures the report
 * declares. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/graph.h"
#include "drc/limits.h"
#include "drc/utf8.h"

enum op {
    OP_VALUE,
    OP_SHARE,
    OP_RANK,
    OP_ENTITIES,
    OP_REPORT_SUM,
    OP_DIFF,
    OP_RELATIVE,
    OP_QUOTIENT,
    OP_PEAK,
    OP_TOP1,
    OP_TOP3
};
#define TOP_ROWS 3 /* named among the facts of a whole report, and as many that moved most */
#define AMOUNT "@" /* the column by which the report ranks its rows */
enum scope { ROW = 1, REPORT = 2, BOTH = 3 };

static const struct metric {
    const char *metric, *title;
    enum drc_unit unit;
    enum op op;
    const char *x, *y; /* columns */
    enum scope scope;
} metrics[] = {
    {"total_uusd", "Cost", DRC_UNIT_USD, OP_VALUE, "total_uusd", NULL, BOTH},
    {"share", "Share of the report's total", DRC_UNIT_RATIO, OP_SHARE, AMOUNT, NULL, ROW},
    {"rank", "Rank", DRC_UNIT_COUNT, OP_RANK, NULL, NULL, ROW},
    {"entity_count", "Rows that count", DRC_UNIT_COUNT, OP_ENTITIES, NULL, NULL, BOTH},
    {"report_total_uusd", "Total of the report", DRC_UNIT_USD, OP_REPORT_SUM, AMOUNT, NULL, ROW},
    {"top_share", "Share of the first", DRC_UNIT_RATIO, OP_TOP1, AMOUNT, NULL, REPORT},
    {"top3_share", "Share of the first three", DRC_UNIT_RATIO, OP_TOP3, AMOUNT, NULL, REPORT},
    {"baseline_uusd", "Cost in the window before", DRC_UNIT_USD, OP_VALUE, "baseline_uusd", NULL,
     BOTH},
    {"change_uusd", "Change against the window before", DRC_UNIT_DELTA, OP_DIFF, "total_uusd",
     "baseline_uusd", BOTH},
    {"change_ratio", "Change, relative", DRC_UNIT_CHANGE, OP_RELATIVE, "total_uusd",
     "baseline_uusd", BOTH},
    {"dbu_uusd", "Productive DBU cost", DRC_UNIT_USD, OP_VALUE, "dbu_uusd", NULL, BOTH},
    {"ondemand_vm_uusd", "Productive on-demand VM cost", DRC_UNIT_USD, OP_VALUE, "ondemand_vm_uusd",
     NULL, BOTH},
    {"spot_vm_uusd", "Productive spot VM cost", DRC_UNIT_USD, OP_VALUE, "spot_vm_uusd", NULL, BOTH},
    {"wasted_uusd", "Cost of failed attempts", DRC_UNIT_USD, OP_VALUE, "wasted_uusd", NULL, BOTH},
    {"wasted_share", "Share lost to failed attempts", DRC_UNIT_RATIO, OP_QUOTIENT, "wasted_uusd",
     "total_uusd", BOTH},
    {"spot_share", "Node time on spot", DRC_UNIT_RATIO, OP_QUOTIENT, "spot_node_ms", "node_ms",
     BOTH},
    {"runs", "Logical runs", DRC_UNIT_COUNT, OP_VALUE, "runs", NULL, BOTH},
    {"success_rate", "Run success", DRC_UNIT_RATIO, OP_QUOTIENT, "runs_ok", "runs", BOTH},
    {"success_lo", "Run success, lower 95 % bound", DRC_UNIT_RATIO, OP_VALUE, "success_lo", NULL,
     ROW},
    {"failed_attempts", "Failed attempts", DRC_UNIT_COUNT, OP_VALUE, "failed_attempts", NULL, BOTH},
    {"attempts_per_run", "Attempts per run", DRC_UNIT_FACTOR, OP_QUOTIENT, "attempts", "runs",
     BOTH},
    {"usd_per_ok_run", "Cost per successful run", DRC_UNIT_USD, OP_QUOTIENT, "total_uusd",
     "runs_ok", BOTH},
    {"evictions", "Spot evictions", DRC_UNIT_COUNT, OP_VALUE, "evictions", NULL, BOTH},
    {"p50_ms", "Median duration", DRC_UNIT_MS, OP_VALUE, "p50_ms", NULL, ROW},
    {"p95_ms", "95th percentile duration", DRC_UNIT_MS, OP_VALUE, "p95_ms", NULL, ROW},
    {"dbu_list_uusd", "DBU cost", DRC_UNIT_USD, OP_VALUE, "dbu_list_uusd", NULL, REPORT},
    {"vm_est_uusd", "VM cost, estimate", DRC_UNIT_USD, OP_VALUE, "vm_est_uusd", NULL, REPORT},
    {"peak_day_uusd", "Dearest day", DRC_UNIT_USD, OP_PEAK, "daily", NULL, ROW},
};

int drc_selection_make(struct drc_arena *a, const struct drc_result *res, const char *entity_id,
                       struct drc_selection *out, struct drc_err *err)
{
    const char *whole = drc_arena_printf(a, "report:%s", res->report->id);
    if (entity_id == NULL || strcmp(entity_id, whole) == 0) {
        *out = (struct drc_selection){whole, "report", "Whole report", -1};
        return 0;
    }
    int row = drc_result_find(res, entity_id);
    if (row < 0)
        return drc_err_set(err, DRC_ERR_NOTFOUND,
                           "'%.120s' is not among the rows of this report run", entity_id);
    *out = (struct drc_selection){drc_arena_strdup(a, entity_id), res->report->entity,
                                  drc_result_label(a, res, (size_t)row), row};
    return 0;
}

static bool is_amount(const struct metric *m)
{
    return m->x != NULL && strcmp(m->x, AMOUNT) == 0;
}

static const char *column_of(const struct drc_report *r, const struct metric *m)
{
    return is_amount(m) ? r->amount : m->x;
}

/* A part of the amount is a part of the cost only where rows are ranked by their cost: elsewhere it
 * is a fact of another name, which no sentence about cost can print. */
static const char *prefix_of(const struct drc_report *r, const struct metric *m)
{
    bool share = m->op == OP_SHARE || m->op == OP_TOP1 || m->op == OP_TOP3;
    return share && is_amount(m) && strcmp(r->amount, "total_uusd") != 0 ? "amount_" : "";
}

static bool is_named(const struct drc_report *r, const struct metric *m, const char *name)
{
    const char *prefix = prefix_of(r, m);
    size_t n = strlen(prefix);
    return strncmp(name, prefix, n) == 0 && strcmp(name + n, m->metric) == 0;
}

static bool declared(const struct drc_result *res, const char *column)
{
    for (size_t i = 0; i < res->rows.column_count; i++)
        if (strcmp(res->rows.columns[i], column) == 0)
            return true;
    return false;
}

/* Whether a column can make a fact of a row, or of the whole report. */
static bool in_header(const struct drc_report *r, const char *column, bool whole)
{
    for (size_t i = 0; i < r->column_count; i++)
        if (strcmp(r->columns[i].name, column) == 0)
            return !(whole && r->columns[i].each);
    return false;
}

/* A run that was stored may lack what its report has today. */
static bool has_column(const struct drc_result *res, const char *column, bool whole)
{
    return declared(res, column) && in_header(res->report, column, whole);
}

/* The column's value of the row, or its sum over the report where at least one row knows it. NaN =
 * unknown. */
static double value_of(const struct drc_result *res, int row, const char *column)
{
    if (row >= 0)
        return drc_result_real(res, (size_t)row, column);
    return drc_result_knows(res, 0, column) ? (double)drc_result_sum(res, 0, column) : (double)NAN;
}

static double sum_of(const struct drc_result *res, const char *column, size_t rows)
{
    double sum = 0;
    for (size_t i = 0; i < rows && i < res->rows.row_count; i++) {
        double v = drc_result_real(res, i, column);
        sum += isnan(v) ? 0 : v; /* a row without a cost of its own adds nothing */
    }
    return sum;
}

static double quotient(double x, double y)
{
    return y > 0 ? x / y : (double)NAN;
}

static double peak(const struct drc_result *res, int row, const char *column)
{
    int64_t days[366];
    size_t n = drc_result_series(drc_result_cell(res, (size_t)row, column), days, 366);
    double best = (double)NAN;
    for (size_t i = 0; i < n; i++)
        if (isnan(best) || (double)days[i] > best)
            best = (double)days[i];
    return best;
}

static double compute(const struct drc_result *res, const struct metric *m, int row)
{
    size_t all = res->rows.row_count;
    const char *x = column_of(res->report, m);
    switch (m->op) {
    case OP_VALUE:
        return value_of(res, row, x);
    case OP_SHARE:
        return quotient(value_of(res, row, x), sum_of(res, x, all));
    case OP_RANK:
        return row + 1;
    case OP_ENTITIES:
        return (double)drc_result_live(res);
    case OP_REPORT_SUM:
        return value_of(res, -1, x);
    case OP_TOP1:
        return quotient(sum_of(res, x, 1), sum_of(res, x, all));
    case OP_TOP3:
        return quotient(sum_of(res, x, 3), sum_of(res, x, all));
    case OP_DIFF:
        return value_of(res, row, x) - value_of(res, row, m->y);
    case OP_RELATIVE:
        return quotient(value_of(res, row, x) - value_of(res, row, m->y), value_of(res, row, m->y));
    case OP_QUOTIENT:
        return quotient(value_of(res, row, x), value_of(res, row, m->y));
    case OP_PEAK:
        return peak(res, row, x);
    }
    return (double)NAN;
}

static const char *show(struct drc_arena *a, double v, enum drc_unit unit)
{
    struct drc_cell cell = {isnan(v) ? DRC_CELL_NULL : DRC_CELL_REAL, isnan(v) ? 0 : llround(v), v,
                            NULL};
    return drc_cell_show(a, &cell, unit);
}

void drc_fact_number(struct drc_fact *f, size_t n)
{
    snprintf(f->id, sizeof f->id, "F%zu", n);
}

/* NULL, and counted as left out, where there are enough. */
static struct drc_fact *add_fact(struct drc_context *out, const char *metric, const char *title,
                                 enum drc_unit unit)
{
    if (out->fact_count == DRC_FACTS_MAX) {
        out->parts[DRC_PART_FACTS].left_out++;
        return NULL;
    }
    struct drc_fact *f = &out->facts[out->fact_count++];
    drc_fact_number(f, out->fact_count);
    f->metric = metric;
    f->title = title;
    f->unit = unit;
    return f;
}

static void fill(struct drc_arena *a, const struct drc_result *res, struct drc_fact *f, double v,
                 int row, const char *columns)
{
    char period[40];
    f->row = row;
    f->value = isnan(v) ? 0 : v;
    f->known = !isnan(v);
    f->display = show(a, v, f->unit);
    bool before = strcmp(f->metric, "baseline_uusd") == 0;
    int64_t first = before ? res->first_day - res->params.days : res->first_day;
    f->period = drc_arena_strdup(a, drc_date_range(first, first + res->params.days - 1, period));
    f->source = row < 0 ? drc_arena_printf(a, "%s, all rows, %s", res->report->id, columns)
                        : drc_arena_printf(a, "%s row %d, %s", res->report->id, row + 1, columns);
}

/* Names the amount where it is not the cost; only a report that tells failed attempts apart has
 * productive cost. */
static const char *title_of(struct drc_arena *a, const struct drc_result *res,
                            const struct metric *m)
{
    static const char productive[] = "Productive ";
    const size_t n = sizeof productive - 1;
    char *text = NULL;
    if (is_amount(m) && strcmp(res->report->amount, "total_uusd") != 0) {
        text = drc_arena_strdup(a, drc_report_title(res->report, res->report->amount));
        *text = (char)tolower((unsigned char)*text);
        return drc_arena_printf(a, "%s, %s", m->title, text);
    }
    if (strncmp(m->title, productive, n) != 0 || declared(res, "wasted_uusd"))
        return m->title;
    text = drc_arena_strdup(a, m->title + n);
    *text = (char)toupper((unsigned char)*text);
    return text;
}

/* Says how a row stands among the others: nothing where there is one row. */
static bool among_rows(enum op op)
{
    return op == OP_SHARE || op == OP_RANK || op == OP_ENTITIES || op == OP_REPORT_SUM;
}

static void add_listed(struct drc_arena *a, const struct drc_result *res, int row,
                       struct drc_context *out)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const struct metric *m = &metrics[i];
        const char *x = column_of(res->report, m);
        if (!(m->scope & (row < 0 ? REPORT : ROW)) || (x != NULL && !has_column(res, x, row < 0)) ||
            (m->y != NULL && !has_column(res, m->y, row < 0)) ||
            (res->report->single && among_rows(m->op)))
            continue;
        struct drc_fact *f =
            add_fact(out, drc_arena_printf(a, "%s%s", prefix_of(res->report, m), m->metric),
                     title_of(a, res, m), m->unit);
        if (f == NULL)
            continue;
        const char *columns = x == NULL ? "row order" : x;
        if (m->y != NULL)
            columns = drc_arena_printf(a, "%s and %s", x, m->y);
        fill(a, res, f, compute(res, m, row), row, columns);
    }
}

/* What another row of the report comes to. */
static void add_row(struct drc_arena *a, const struct drc_result *res, int row,
                    struct drc_context *out)
{
    const char *amount = res->report->amount;
    if (row < 0 || (size_t)row >= res->rows.row_count)
        return;
    struct drc_fact *f =
        add_fact(out, drc_arena_printf(a, "rank_%d", row + 1),
                 drc_arena_printf(a, "Rank %d", row + 1), drc_report_unit(res->report, amount));
    if (f == NULL)
        return;
    f->entity = drc_result_label(a, res, (size_t)row);
    fill(a, res, f, value_of(res, row, amount), row, amount);
}

/* Of a row against the window before; NaN where one of the two is not known. */
static double moved(const struct drc_result *res, size_t row)
{
    return drc_result_real(res, row, "total_uusd") - drc_result_real(res, row, "baseline_uusd");
}

/* The rows that moved most against the window before, up or down. */
static void add_movers(struct drc_arena *a, const struct drc_result *res, struct drc_context *out)
{
    size_t best[TOP_ROWS], n = 0;
    if (!has_column(res, "total_uusd", true) || !has_column(res, "baseline_uusd", true))
        return;
    for (size_t i = 0; i < res->rows.row_count; i++) {
        double by = fabs(moved(res, i));
        size_t at = n;
        if (isnan(by) || by < 0.5)
            continue;
        while (at > 0 && fabs(moved(res, best[at - 1])) < by)
            at--;
        if (at == TOP_ROWS)
            continue;
        n += n < TOP_ROWS;
        for (size_t k = n - 1; k > at; k--)
            best[k] = best[k - 1];
        best[at] = i;
    }
    for (size_t i = 0; i < n; i++) {
        struct drc_fact *f = add_fact(out, drc_arena_printf(a, "mover_%zu", i + 1),
                                      "Change against the window before", DRC_UNIT_DELTA);
        if (f == NULL)
            return;
        f->entity = drc_result_label(a, res, best[i]);
        fill(a, res, f, moved(res, best[i]), (int)best[i], "total_uusd and baseline_uusd");
    }
}

/* The neighbours of the selected row, or the first rows of the report. */
static void add_rows_beside(struct drc_arena *a, const struct drc_result *res, int row,
                            struct drc_context *out)
{
    if (row >= 0) {
        add_row(a, res, row - 1, out);
        add_row(a, res, row + 1, out);
    }
    for (int i = 0; row < 0 && i < TOP_ROWS; i++)
        add_row(a, res, i, out);
    if (row < 0)
        add_movers(a, res, out);
}

static bool is_listed(const char *column)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if ((metrics[i].x != NULL && strcmp(metrics[i].x, column) == 0) ||
            (metrics[i].y != NULL && strcmp(metrics[i].y, column) == 0))
            return true;
    return false;
}

/* Whether such a column makes a fact: of one row, or of the whole report where only sums and
 * figures of the whole have a meaning. */
static bool is_rest(const struct drc_column *c, bool whole)
{
    bool additive = c->unit == DRC_UNIT_USD || c->unit == DRC_UNIT_COUNT;
    bool number = additive || c->unit == DRC_UNIT_RATIO || c->unit == DRC_UNIT_MS ||
                  c->unit == DRC_UNIT_FACTOR || c->unit == DRC_UNIT_CHANGE ||
                  c->unit == DRC_UNIT_DELTA;
    return number && !is_listed(c->name) &&
           (whole ? (additive && !c->each) || c->whole : !c->whole);
}

static void add_rest(struct drc_arena *a, const struct drc_result *res, int row,
                     struct drc_context *out)
{
    const struct drc_report *r = res->report;
    for (size_t i = 0; i < r->column_count; i++) {
        const struct drc_column *c = &r->columns[i];
        if (!is_rest(c, row < 0))
            continue;
        double v = c->whole ? drc_result_real(res, 0, c->name) : value_of(res, row, c->name);
        struct drc_fact *f = add_fact(out, c->name, c->title, c->unit);
        if (f != NULL)
            fill(a, res, f, v, row, c->name);
    }
}

void drc_context_graph_hash(struct drc_arena *a, struct drc_context *out)
{
    const char *text = "";
    char id[16];
    for (size_t i = 0; i < out->edge_count; i++)
        text = drc_arena_printf(a, "%s%s %s %lld\n", text, out->edges[i].edge, out->edges[i].label,
                                (long long)out->edges[i].at_ms);
    drc_sha256_id(text, strlen(text), 8, id);
    out->graph_hash = drc_arena_strdup(a, id);
}

/* An entity that the graph does not have (products without nodes) has no rows. */
static int add_edges(struct drc_arena *a, const struct drc_result *res, size_t row,
                     const struct drc_graph *graph, struct drc_db *facts, struct drc_context *out,
                     struct drc_err *err)
{
    const char *entity = drc_result_text(res, row, res->report->graph);
    /* what happened long before a run does not explain it: its file says where the rows begin */
    int64_t from_ms = drc_result_int(res, row, "graph_from_ms", res->first_day * DRC_DAY_MS);
    struct drc_graph_window w = {from_ms, (res->params.as_of_day + 1) * DRC_DAY_MS};
    out->edges = drc_arena_array(a, DRC_EDGES_MAX, sizeof *out->edges);
    if (drc_graph_find(graph, entity) == DRC_GRAPH_NONE)
        return 0;
    return drc_graph_rows(a, graph, facts, entity, w, out->edges, DRC_EDGES_MAX, &out->edge_count,
                          &out->edge_total, err);
}

int drc_context_build(struct drc_arena *a, const struct drc_result *res,
                      const struct drc_selection *sel, const struct drc_graph *graph,
                      struct drc_db *facts_db, struct drc_context *out, struct drc_err *err)
{
    memset(out, 0, sizeof *out);
    out->result = res;
    out->selection = *sel;
    out->facts = drc_arena_array(a, DRC_FACTS_MAX, sizeof *out->facts);
    if (res->rows.row_count > 0) {
        add_listed(a, res, sel->row, out);
        add_rows_beside(a, res, sel->row, out);
        add_rest(a, res, sel->row, out);
    }
    if (graph != NULL && sel->row >= 0 &&
        add_edges(a, res, (size_t)sel->row, graph, facts_db, out, err) < 0)
        return -1;
    drc_context_graph_hash(a, out);
    return 0;
}

bool drc_context_may_hold(const struct drc_report *r, bool whole, const char *metric)
{
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        const struct metric *m = &metrics[i];
        const char *x = column_of(r, m);
        if (is_named(r, m, metric) && (m->scope & (whole ? REPORT : ROW)) &&
            (x == NULL || in_header(r, x, whole)) && (m->y == NULL || in_header(r, m->y, whole)) &&
            !(r->single && among_rows(m->op)))
            return true;
    }
    for (size_t i = 0; i < r->column_count; i++)
        if (strcmp(r->columns[i].name, metric) == 0)
            return is_rest(&r->columns[i], whole);
    return false;
}

const struct drc_fact *drc_context_fact(const struct drc_context *c, const char *metric)
{
    for (size_t i = 0; i < c->fact_count; i++)
        if (strcmp(c->facts[i].metric, metric) == 0)
            return &c->facts[i];
    return NULL;
}
