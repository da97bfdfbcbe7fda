/* A result as JSON: what the state keeps and what the command line prints. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/store.h"

static const char *unit_name(enum drc_unit unit)
{
    switch (unit) {
    case DRC_UNIT_USD:
    case DRC_UNIT_DELTA:
        return "micro-usd";
    case DRC_UNIT_COUNT:
        return "count";
    case DRC_UNIT_RATIO:
    case DRC_UNIT_CHANGE:
        return "ratio";
    case DRC_UNIT_FACTOR:
        return "factor";
    case DRC_UNIT_MS:
        return "ms";
    case DRC_UNIT_TIME:
        return "ms-since-1970-utc";
    case DRC_UNIT_JSON:
        return "json";
    case DRC_UNIT_ID:
        return "id";
    case DRC_UNIT_TEXT:
        break;
    }
    return "text";
}

static json_t *cell_json(const struct drc_cell *c)
{
    switch (c->type) {
    case DRC_CELL_INT:
        return json_integer((json_int_t)c->i);
    case DRC_CELL_REAL: /* JSON has no infinity, and a cell left out would shift the row */
        return isfinite(c->d) ? json_real(c->d) : json_null();
    case DRC_CELL_TEXT:
        return drc_json_text(c->text);
    case DRC_CELL_NULL:
        break;
    }
    return json_null();
}

static json_t *columns_json(const struct drc_result *res)
{
    json_t *list = json_array();
    for (size_t i = 0; i < res->rows.column_count; i++) {
        const char *unit = "text";
        for (size_t k = 0; k < res->report->column_count; k++)
            if (strcmp(res->report->columns[k].name, res->rows.columns[i]) == 0)
                unit = unit_name(res->report->columns[k].unit);
        json_array_append_new(list,
                              json_pack("{s:s, s:s}", "name", res->rows.columns[i], "unit", unit));
    }
    return list;
}

static json_t *rows_json(const struct drc_result *res)
{
    json_t *rows = json_array();
    size_t n = res->rows.column_count;
    for (size_t r = 0; r < res->rows.row_count; r++) {
        json_t *row = json_array();
        for (size_t c = 0; c < n; c++)
            json_array_append_new(row, cell_json(&res->rows.cells[r * n + c]));
        json_array_append_new(rows, row);
    }
    return rows;
}

/* Sums of the additive columns, null where no row knows one. */
static json_t *totals_json(const struct drc_result *res)
{
    json_t *totals = json_object();
    for (size_t i = 0; i < res->report->column_count; i++) {
        const struct drc_column *c = &res->report->columns[i];
        if (!c->whole && !c->each && (c->unit == DRC_UNIT_USD || c->unit == DRC_UNIT_COUNT))
            json_object_set_new(totals, c->name,
                                drc_result_knows(res, 0, c->name)
                                    ? json_integer((json_int_t)drc_result_sum(res, 0, c->name))
                                    : json_null());
    }
    return totals;
}

static json_t *money_or_null(int64_t uusd)
{
    return uusd < 0 ? json_null() : json_integer((json_int_t)uusd);
}

char *drc_result_to_json(struct drc_arena *a, const struct drc_result *res)
{
    char as_of[11], first[11], d0[11], d1[11];
    const struct drc_params *p = &res->params;
    drc_date_iso(res->params.as_of_day, as_of);
    drc_date_iso(res->first_day, first);
    drc_date_iso(res->data_first_day, d0);
    drc_date_iso(res->data_last_day, d1);
    json_t *root = json_object();
    json_object_set_new(root, "report", json_string(res->report->id));
    json_object_set_new(root, "version", json_integer(res->report->version));
    json_object_set_new(root, "parameters",
                        json_pack("{s:s, s:s, s:i, s:i, s:s?, s:s?, s:s?, s:s?, s:s?, s:s}",
                                  "first_day", first, "as_of", as_of, "days", p->days, "top",
                                  p->top, "workspace", p->workspace, "owner", p->owner,
                                  "department", p->department, "tag_key", p->tag_key, "tag_value",
                                  p->tag_value, "price", p->contract ? "contract" : "list"));
    if (p->entity != NULL)
        json_object_set_new(json_object_get(root, "parameters"), "entity", json_string(p->entity));
    json_object_set_new(root, "columns", columns_json(res));
    json_object_set_new(root, "rows", rows_json(res));
    json_object_set_new(root, "totals", totals_json(res));
    json_object_set_new(root, "reconciliation",
                        json_pack("{s:o, s:o, s:o}", "billed_uusd", money_or_null(res->billed_uusd),
                                  "explained_uusd", money_or_null(res->explained_uusd), "bill_uusd",
                                  money_or_null(res->bill_uusd)));
    json_object_set_new(root, "notes",
                        json_pack("{s:I, s:s?}", "corrections", (json_int_t)res->corrections,
                                  "price_days", res->price_days));
    json_object_set_new(root, "data",
                        json_pack("{s:s, s:s, s:s, s:b, s:b}", "first_day", d0, "last_complete_day",
                                  d1, "generation", res->generation, "sample", res->sample,
                                  "truncated", res->rows.truncated));
    json_object_set_new(
        root, "hashes",
        json_pack("{s:s, s:s}", "sql", res->report->sql_hash, "rows", res->rows_hash));
    char *text = drc_json_dump(root);
    char *copy = drc_arena_strdup(a, text);
    free(text);
    json_decref(root);
    return copy;
}

static struct drc_cell cell_from(struct drc_arena *a, const json_t *v)
{
    if (json_is_integer(v))
        return (struct drc_cell){DRC_CELL_INT, json_integer_value(v), (double)json_integer_value(v),
                                 NULL};
    if (json_is_real(v))
        return (struct drc_cell){DRC_CELL_REAL, 0, json_real_value(v), NULL};
    if (json_is_string(v))
        return (struct drc_cell){DRC_CELL_TEXT, 0, 0, drc_arena_strdup(a, json_string_value(v))};
    return (struct drc_cell){DRC_CELL_NULL, 0, 0, NULL};
}

static int rows_from(struct drc_arena *a, const json_t *root, struct drc_rows *out,
                     struct drc_err *err)
{
    json_t *columns = drc_json_at(root, "columns"), *rows = drc_json_at(root, "rows");
    out->column_count = json_array_size(columns);
    out->row_count = json_array_size(rows);
    if (out->column_count == 0 || out->column_count > DRC_REPORT_COLUMNS_MAX ||
        out->row_count > DRC_REPORT_ROWS_MAX)
        return drc_err_set(err, DRC_ERR_DB, "a stored report run has no readable rows");
    out->columns = drc_arena_array(a, out->column_count, sizeof *out->columns);
    for (size_t i = 0; i < out->column_count; i++)
        out->columns[i] = drc_arena_strdup(a, drc_json_str(json_array_get(columns, i), "name", ""));
    out->cells = drc_arena_array(a, out->row_count * out->column_count + 1, sizeof *out->cells);
    for (size_t r = 0; r < out->row_count; r++)
        for (size_t c = 0; c < out->column_count; c++)
            out->cells[r * out->column_count + c] =
                cell_from(a, json_array_get(json_array_get(rows, r), c));
    out->truncated = drc_json_bool(root, "data.truncated", false);
    return 0;
}

static int days_from(const json_t *root, struct drc_result *out, struct drc_err *err)
{
    const struct {
        const char *path;
        int64_t *to;
    } days[] = {{"parameters.as_of", &out->params.as_of_day},
                {"parameters.first_day", &out->first_day},
                {"data.first_day", &out->data_first_day},
                {"data.last_complete_day", &out->data_last_day}};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (drc_date_parse(drc_json_str(root, days[i].path, ""), days[i].to) < 0)
            return drc_err_set(err, DRC_ERR_DB, "a stored report run lacks its '%s'", days[i].path);
    return 0;
}

static int from_tree(struct drc_arena *a, const struct drc_snapshot *s, const json_t *root,
                     struct drc_result *out, struct drc_err *err)
{
    const char *id = drc_json_str(root, "report", "");
    out->report = drc_snapshot_report(s, id);
    if (out->report == NULL)
        out->report = drc_snapshot_entity(s, id);
    if (out->report == NULL || out->report->version != (int)drc_json_int(root, "version", -1))
        return drc_err_set(
            err, DRC_ERR_NOTFOUND,
            "that run was made with another version of the report '%.60s'; run it again", id);
    if (rows_from(a, root, &out->rows, err) < 0 || days_from(root, out, err) < 0)
        return -1;
    int64_t days = drc_json_int(root, "parameters.days", 28),
            top = drc_json_int(root, "parameters.top", out->report->top);
    if (days < 1 || days > DRC_DAYS_MAX || top < 1 || top > DRC_CHART_BARS_MAX)
        return drc_err_set(err, DRC_ERR_DB, "a stored report run has parameters out of range");
    out->params.days = (int)days;
    out->params.top = (int)top;
    out->params.contract = strcmp(drc_json_str(root, "parameters.price", "list"), "contract") == 0;
    const struct {
        const char *path, **to;
    } filters[] = {{"parameters.workspace", &out->params.workspace},
                   {"parameters.owner", &out->params.owner},
                   {"parameters.department", &out->params.department},
                   {"parameters.tag_key", &out->params.tag_key},
                   {"parameters.tag_value", &out->params.tag_value},
                   {"parameters.entity", &out->params.entity}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        *filters[i].to = drc_arena_strdup(a, drc_json_str(root, filters[i].path, NULL));
    out->billed_uusd = drc_json_int(root, "reconciliation.billed_uusd", -1);
    out->explained_uusd = drc_json_int(root, "reconciliation.explained_uusd", -1);
    out->bill_uusd = drc_json_int(root, "reconciliation.bill_uusd", -1);
    out->corrections = drc_json_int(root, "notes.corrections", 0);
    out->price_days = drc_arena_strdup(a, drc_json_str(root, "notes.price_days", NULL));
    out->generation = drc_arena_strdup(a, drc_json_str(root, "data.generation", "unknown"));
    out->sample = drc_json_bool(root, "data.sample", false);
    return drc_result_bind(a, out, err);
}

int drc_result_from_json(struct drc_arena *a, const struct drc_snapshot *s, const char *json,
                         struct drc_result *out, struct drc_err *err)
{
    memset(out, 0, sizeof *out);
    json_t *root = drc_json_parse(json, strlen(json), err);
    if (root == NULL)
        return -1;
    int rc = from_tree(a, s, root, out, err);
    json_decref(root);
    return rc;
}
