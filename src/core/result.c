/* Running a report and reading its rows. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/fmt.h"
#include "drc/limits.h"
#include "drc/report.h"
#include "drc/utf8.h"

static const char marks_sql[] = "SELECT (SELECT min(complete_until) FROM data_mark) AS last_day,"
                                " (SELECT value FROM meta WHERE key = 'first_day') AS first_day,"
                                " (SELECT value FROM meta WHERE key = 'generation') AS generation,"
                                " (SELECT value FROM meta WHERE key = 'sample') AS sample";

/* Of the state: the days of its first and its newest call. */
static const char state_marks_sql[] = "SELECT date(max(ts_ms) / 1000, 'unixepoch') AS last_day,"
                                      " date(min(ts_ms) / 1000, 'unixepoch') AS first_day,"
                                      " 'state' AS generation, '0' AS sample FROM ai_call";

static struct drc_cell int_cell(int64_t v)
{
    return (struct drc_cell){DRC_CELL_INT, v, (double)v, NULL};
}

static struct drc_cell text_cell(const char *s)
{
    return (struct drc_cell){s == NULL ? DRC_CELL_NULL : DRC_CELL_TEXT, 0, 0, s};
}

/* What the data covers. */
static int read_marks(struct drc_db *facts, struct drc_arena *a, struct drc_result *out,
                      struct drc_err *err)
{
    struct drc_rows rows;
    bool state = out->report->reads_state;
    if (drc_db_select(facts, a, state ? state_marks_sql : marks_sql, NULL, 0, 1,
                      DRC_REPORT_DEADLINE_MS, &rows, err) < 0)
        return drc_err_context(err, "the database does not say how far its data goes");
    const struct drc_cell *c = rows.cells;
    if (state && c[0].type == DRC_CELL_NULL)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "%s",
                           out->report->empty == NULL ? "no model was asked for an answer yet"
                                                      : out->report->empty);
    if (rows.row_count != 1 || c[0].type != DRC_CELL_TEXT ||
        drc_date_parse(c[0].text, &out->data_last_day) < 0 || c[1].type != DRC_CELL_TEXT ||
        drc_date_parse(c[1].text, &out->data_first_day) < 0)
        return drc_err_set(err, DRC_ERR_DB,
                           "the facts database has no complete day yet; run: drc db build");
    out->generation = c[2].type == DRC_CELL_TEXT ? c[2].text : "unknown";
    out->sample = c[3].type == DRC_CELL_TEXT && strcmp(c[3].text, "1") == 0;
    return 0;
}

static int check_window(struct drc_result *out, struct drc_err *err)
{
    char first[16], last[16];
    struct drc_params *p = &out->params;
    drc_params_resolve(p, out->data_last_day);
    out->first_day = p->as_of_day - p->days + 1;
    drc_date_long(out->data_first_day, first);
    drc_date_long(out->data_last_day, last);
    if (p->as_of_day > out->data_last_day)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "the newest %s is %s: choose a window that ends by "
                           "then, for example mtd or as-of that day",
                           out->report->reads_state ? "day with a call of a model"
                                                    : "complete day of the data",
                           last);
    if (p->as_of_day < out->data_first_day)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "the data starts on %s and is complete to %s: choose a day between",
                           first, last);
    return 0;
}

static int run_reconcile(struct drc_db *facts, struct drc_arena *a,
                         const struct drc_sql_param *params, size_t n, struct drc_result *out,
                         struct drc_err *err)
{
    out->billed_uusd = out->explained_uusd = out->bill_uusd = -1;
    if (out->report->reconcile_sql == NULL)
        return 0;
    struct drc_rows rows;
    if (drc_db_select(facts, a, out->report->reconcile_sql, params, n, 2, DRC_REPORT_DEADLINE_MS,
                      &rows, err) < 0)
        return drc_err_context(err, "%s", out->report->reconcile_path);
    for (size_t i = 0; rows.row_count == 1 && i < rows.column_count; i++) {
        int64_t v = rows.cells[i].type == DRC_CELL_INT ? rows.cells[i].i : -1;
        if (strcmp(rows.columns[i], "billed_uusd") == 0)
            out->billed_uusd = v;
        else if (strcmp(rows.columns[i], "explained_uusd") == 0)
            out->explained_uusd = v;
        else if (strcmp(rows.columns[i], "bill_uusd") == 0)
            out->bill_uusd = v;
        else if (strcmp(rows.columns[i], "corrections") == 0)
            out->corrections = v;
        else if (strcmp(rows.columns[i], "price_days") == 0)
            out->price_days = rows.cells[i].type == DRC_CELL_TEXT ? rows.cells[i].text : NULL;
    }
    return 0;
}

static int run_inside(struct drc_db *facts, struct drc_arena *a, struct drc_result *out,
                      struct drc_err *err)
{
    if (read_marks(facts, a, out, err) < 0 || check_window(out, err) < 0)
        return -1;
    const struct drc_params *p = &out->params;
    char day[11];
    struct drc_sql_param params[] = {
        {"as_of", text_cell(drc_arena_strdup(a, drc_date_iso(p->as_of_day, day)))},
        {"days", int_cell(p->days)},
        {"top", int_cell(p->top)},
        {"workspace", text_cell(p->workspace)},
        {"owner", text_cell(p->owner)},
        {"department", text_cell(p->department)},
        {"tag_key", text_cell(p->tag_key)},
        {"tag_value", text_cell(p->tag_value)},
        {"entity", text_cell(p->entity)},
        {"price", text_cell(p->contract ? "contract" : "list")}};
    size_t n = sizeof params / sizeof *params;
    if (drc_db_select(facts, a, out->report->sql, params, n, DRC_REPORT_ROWS_MAX,
                      DRC_REPORT_DEADLINE_MS, &out->rows, err) < 0)
        return drc_err_context(err, "report %s", out->report->id);
    return run_reconcile(facts, a, params, n, out, err);
}

int drc_report_run(struct drc_db *facts, struct drc_arena *a, const struct drc_report *r,
                   const struct drc_params *p, struct drc_result *out, struct drc_err *err)
{
    memset(out, 0, sizeof *out);
    out->report = r;
    out->params = *p;
    if (drc_db_exec(facts, "BEGIN", err) < 0)
        return -1;
    int rc = run_inside(facts, a, out, err);
    if (drc_db_exec(facts, "COMMIT", rc == 0 ? err : NULL) < 0)
        return -1;
    return rc < 0 ? -1 : drc_result_bind(a, out, err);
}

static void hash_rows(struct drc_result *res)
{
    struct drc_buf b;
    drc_buf_init(&b, SIZE_MAX / 2);
    size_t n = res->rows.row_count * res->rows.column_count;
    for (size_t i = 0; i < n; i++) {
        const struct drc_cell *c = &res->rows.cells[i];
        if (c->type == DRC_CELL_INT) {
            drc_buf_printf(&b, "i%" PRId64 "\n", c->i);
        } else if (c->type == DRC_CELL_REAL) {
            drc_buf_printf(&b, "r%.12g\n", c->d);
        } else if (c->type == DRC_CELL_TEXT) { /* not by printf: series of days are long */
            drc_buf_addstr(&b, "t");
            drc_buf_addstr(&b, c->text);
            drc_buf_addstr(&b, "\n");
        } else {
            drc_buf_addstr(&b, "n\n");
        }
    }
    drc_sha256_hex(drc_buf_str(&b), b.len, res->rows_hash);
    drc_buf_fini(&b);
}

int drc_result_bind(struct drc_arena *a, struct drc_result *res, struct drc_err *err)
{
    const struct drc_report *r = res->report;
    res->index = drc_arena_array(a, r->column_count + 1, sizeof *res->index);
    for (size_t i = 0; i < r->column_count; i++) {
        size_t c = 0;
        while (c < res->rows.column_count && strcmp(res->rows.columns[c], r->columns[i].name) != 0)
            c++;
        if (c == res->rows.column_count)
            return drc_err_set(err, DRC_ERR_DB, "the stored rows lack the column '%s'",
                               r->columns[i].name);
        res->index[i] = (int)c;
    }
    hash_rows(res);
    return 0;
}

const struct drc_cell *drc_result_cell(const struct drc_result *res, size_t row, const char *column)
{
    static const struct drc_cell null_cell = {DRC_CELL_NULL, 0, 0, NULL};
    for (size_t c = 0; c < res->rows.column_count && row < res->rows.row_count; c++)
        if (strcmp(res->rows.columns[c], column) == 0)
            return &res->rows.cells[row * res->rows.column_count + c];
    return &null_cell;
}

int64_t drc_result_int(const struct drc_result *res, size_t row, const char *column,
                       int64_t if_null)
{
    const struct drc_cell *c = drc_result_cell(res, row, column);
    return c->type == DRC_CELL_INT ? c->i : if_null;
}

double drc_result_real(const struct drc_result *res, size_t row, const char *column)
{
    const struct drc_cell *c = drc_result_cell(res, row, column);
    return c->type == DRC_CELL_INT || c->type == DRC_CELL_REAL ? c->d : (double)NAN;
}

const char *drc_result_text(const struct drc_result *res, size_t row, const char *column)
{
    const struct drc_cell *c = drc_result_cell(res, row, column);
    return c->type == DRC_CELL_TEXT ? c->text : "";
}

const char *drc_result_label(struct drc_arena *a, const struct drc_result *res, size_t row)
{
    const char *s = drc_result_text(res, row, res->report->label);
    return drc_utf8_clean(a, s, strlen(s), DRC_NAME_MAX_CHARS, false);
}

const char *drc_result_window(struct drc_arena *a, const struct drc_result *res)
{
    char range[40];
    int64_t last = res->params.as_of_day;
    bool open = res->report->reads_state && last == res->data_last_day;
    return drc_arena_printf(a, "%s%s", drc_date_range(res->first_day, last, range),
                            open ? " so far" : "");
}

int drc_result_find(const struct drc_result *res, const char *entity_id)
{
    for (size_t i = 0; i < res->rows.row_count; i++)
        if (strcmp(drc_result_text(res, i, res->report->key), entity_id) == 0)
            return (int)i;
    return -1;
}

int64_t drc_result_sum(const struct drc_result *res, size_t first, const char *column)
{
    int64_t sum = 0;
    for (size_t i = first; i < res->rows.row_count; i++)
        sum += drc_result_int(res, i, column, 0);
    return sum;
}

bool drc_result_knows(const struct drc_result *res, size_t first, const char *column)
{
    for (size_t i = first; i < res->rows.row_count; i++)
        if (drc_result_cell(res, i, column)->type != DRC_CELL_NULL)
            return true;
    return first >= res->rows.row_count;
}

size_t drc_result_live(const struct drc_result *res)
{
    size_t n = 0;
    for (size_t i = 0; i < res->rows.row_count; i++)
        n += drc_result_int(res, i, res->report->live, 0) != 0;
    return n;
}

size_t drc_result_series(const struct drc_cell *cell, int64_t *out, size_t max)
{
    if (cell->type != DRC_CELL_TEXT)
        return 0;
    size_t n = 0;
    for (const char *p = cell->text + strspn(cell->text, "[ ");
         *p != '\0' && *p != ']' && n < max;) {
        char *end = (char *)p + 4;
        out[n] = strncmp(p, "null", 4) == 0 ? DRC_SERIES_UNKNOWN : strtoll(p, &end, 10);
        if (end == p)
            break;
        n++;
        p = end + strspn(end, ", ");
    }
    return n;
}

char *drc_cell_show(struct drc_arena *a, const struct drc_cell *cell, enum drc_unit unit)
{
    char out[DRC_FMT_BYTES], stamp[25];
    if (cell->type == DRC_CELL_NULL)
        return drc_arena_strdup(a, "n/a");
    switch (unit) {
    case DRC_UNIT_USD:
        return drc_arena_strdup(a, drc_fmt_usd(cell->i, out));
    case DRC_UNIT_COUNT:
        return drc_arena_strdup(a, drc_fmt_count(cell->i, out));
    case DRC_UNIT_RATIO:
        return drc_arena_strdup(a, drc_fmt_pct(cell->d, out));
    case DRC_UNIT_CHANGE:
        return drc_arena_strdup(a, drc_fmt_pct_signed(cell->d, out));
    case DRC_UNIT_DELTA:
        return drc_arena_strdup(a, drc_fmt_usd_signed(cell->i, out));
    case DRC_UNIT_FACTOR:
        return drc_arena_strdup(a, drc_fmt_ratio(cell->d, out));
    case DRC_UNIT_MS:
        return drc_arena_strdup(a, drc_fmt_duration((int64_t)cell->d, out));
    case DRC_UNIT_TIME: /* to the minute, UTC */
        drc_time_iso(cell->i, stamp);
        stamp[10] = ' ';
        return drc_arena_printf(a, "%.16s UTC", stamp);
    case DRC_UNIT_TEXT:
    case DRC_UNIT_JSON:
    case DRC_UNIT_ID:
        break;
    }
    const char *s = cell->type == DRC_CELL_TEXT ? cell->text : "";
    return drc_utf8_clean(a, s, strlen(s), DRC_CELL_MAX_BYTES, false);
}

char *drc_result_amount(struct drc_arena *a, const struct drc_result *res, int row)
{
    const char *column = res->report->amount;
    if (row >= 0)
        return drc_cell_show(a, drc_result_cell(res, (size_t)row, column),
                             drc_report_unit(res->report, column));
    int64_t sum = drc_result_sum(res, 0, column);
    bool known = drc_result_knows(res, 0, column);
    struct drc_cell cell = {known ? DRC_CELL_INT : DRC_CELL_NULL, sum, (double)sum, NULL};
    return drc_cell_show(a, &cell, drc_report_unit(res->report, column));
}
