/* Making a digest out of reports, and posting it. */
#include "drc/digest_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/limits.h"
#include "drc/log.h"
#include "drc/raster.h"
#include "drc/subscription.h"
#include "drc/utf8.h"

#define CHART_SCALE 2.0
#define HISTORY_DAYS 140 /* behind the forecast and its error: up to three months of origins */
#define BACK_TESTS 3
#define STATED_MAX 6 /* digests before this one whose totals are looked at again */

/* ---- scope -------------------------------------------------------------------------------- */

static bool is_narrow(const struct drc_params *p)
{
    return p->owner != NULL || p->department != NULL || p->tag_key != NULL;
}

int drc_digest_scope(struct drc_arena *a, const struct drc_snapshot *s,
                     const struct drc_digest_def *def, const char *words, struct drc_params *out,
                     struct drc_err *err)
{
    const struct drc_report *r = drc_snapshot_report(s, def->narrow);
    struct drc_params plain;
    if (drc_params_parse(a, r, words, out, err) < 0 || drc_params_parse(a, r, "", &plain, err) < 0)
        return -1;
    if (out->window != plain.window || out->days != plain.days || out->as_of_day != 0 ||
        out->is_private || out->top != plain.top)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "a digest takes filters (workspace, owner, department, tag, price); its "
                           "window follows from its schedule");
    return 0;
}

/* A report may lack a filter: it then has no rows of this scope to show. */
static bool takes(const struct drc_report *r, const char *param)
{
    for (size_t i = 0; i < r->param_count; i++)
        if (strcmp(r->params[i].name, param) == 0)
            return true;
    return false;
}

static bool fits(const struct drc_report *r, const struct drc_params *p)
{
    return (p->owner == NULL || takes(r, "owner")) &&
           (p->department == NULL || takes(r, "department")) &&
           (p->tag_key == NULL || takes(r, "tag")) && (!p->contract || takes(r, "price"));
}

/* ---- one report of the digest ------------------------------------------------------------- */

struct part {
    const struct drc_report *report;
    struct drc_run run;
    struct drc_context whole;
};

static struct drc_params window_of(const struct drc_report *r, const struct drc_params *scope,
                                   int64_t first, int64_t last)
{
    struct drc_params p = *scope;
    p.window = DRC_WINDOW_DAYS;
    p.days = (int)(last - first + 1);
    p.as_of_day = last;
    p.top = r->top;
    return p;
}

/* Stored under a key of its own, so that a second try explains the same rows. */
static int run_part(struct drc_env *env, const struct drc_request *req,
                    const struct drc_digest_ask *ask, const struct drc_params *scope,
                    const struct drc_report *r, struct part *out, struct drc_err *err)
{
    const char *key = drc_arena_printf(env->a, "%s#%s", req->key, r->id);
    struct drc_params p = window_of(r, scope, ask->first_day, ask->last_day);
    struct drc_result res;
    out->report = r;
    if (drc_env_report_run(env, r, &p, &res, err) < 0 ||
        drc_store_run_put(env->state, env->a, env->snap, key, req->user,
                          req->channel == NULL ? "" : req->channel, &res, env->now_ms, &out->run,
                          err) < 0)
        return -1;
    return drc_env_context(env, &out->run.result, NULL, &out->whole, err);
}

struct parts {
    struct part list[DRC_DIGEST_SECTIONS_MAX + 8];
    size_t count;
};

static struct part *get_part(struct drc_env *env, const struct drc_request *req,
                             const struct drc_digest_ask *ask, const struct drc_params *scope,
                             const char *id, struct parts *all, struct drc_err *err)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->list[i].report->id, id) == 0)
            return &all->list[i];
    const struct drc_report *r = drc_snapshot_report(env->snap, id);
    if (all->count == sizeof all->list / sizeof *all->list ||
        run_part(env, req, ask, scope, r, &all->list[all->count], err) < 0)
        return NULL;
    return &all->list[all->count++];
}

/* ---- SQL of the digest -------------------------------------------------------------------- */

static int select_rows(struct drc_env *env, const struct drc_digest *d, const char *sql,
                       struct drc_rows *out, struct drc_err *err)
{
    const struct drc_params *p = &d->total->params;
    char day[11];
    const struct drc_cell none = {DRC_CELL_NULL, 0, 0, NULL};
    const struct drc_cell place = {DRC_CELL_TEXT, 0, 0, p->workspace};
    const struct drc_cell tag = {DRC_CELL_TEXT, 0, 0, d->def->tag};
    struct drc_sql_param params[] = {
        {"as_of", {DRC_CELL_TEXT, 0, 0, drc_arena_strdup(env->a, drc_date_iso(d->last_day, day))}},
        {"days", {DRC_CELL_INT, p->days, p->days, NULL}},
        {"workspace", p->workspace == NULL ? none : place},
        {"tag_name", d->def->tag == NULL ? none : tag},
        {"price", {DRC_CELL_TEXT, 0, 0, p->contract ? "contract" : "list"}}};
    return drc_db_select(env->facts, env->a, sql, params, sizeof params / sizeof *params,
                         DRC_REPORT_ROWS_MAX, DRC_REPORT_DEADLINE_MS, out, err);
}

static int64_t cell_int(const struct drc_rows *rows, size_t column)
{
    return rows->row_count == 1 && column < rows->column_count &&
                   rows->cells[column].type == DRC_CELL_INT
               ? rows->cells[column].i
               : -1;
}

static int take_money(struct drc_env *env, struct drc_digest *d, struct drc_err *err)
{
    struct drc_rows rows;
    d->budget_uusd = d->untagged_uusd = d->taggable_uusd = -1;
    if (is_narrow(&d->total->params)) /* a part has no budget of its own, its tag is its scope */
        return 0;
    if (!d->total->params.contract) { /* budgets are at list price */
        if (select_rows(env, d, env->snap->digests.sql.budget, &rows, err) < 0)
            return drc_err_context(err, "sql/digest/budget.sql");
        d->budget_uusd = cell_int(&rows, 0);
    }
    if (d->def->tag == NULL)
        return 0;
    if (select_rows(env, d, env->snap->digests.sql.untagged, &rows, err) < 0)
        return drc_err_context(err, "sql/digest/untagged.sql");
    d->untagged_uusd = cell_int(&rows, 0);
    d->taggable_uusd = cell_int(&rows, 1);
    return 0;
}

/* ---- trend and forecast ------------------------------------------------------------------- */

/* Days of the whole scope: the sums of the rows' days, which all end on the last day. */
static int take_days(struct drc_env *env, struct drc_digest *d, const struct drc_params *scope,
                     struct drc_err *err)
{
    struct drc_result res;
    int64_t *row = drc_arena_array(env->a, DRC_DIGEST_DAYS_MAX, sizeof *row);
    struct drc_params p =
        window_of(d->total->report, scope, d->last_day - HISTORY_DAYS + 1, d->last_day);
    if (drc_report_run(env->facts, env->a, d->total->report, &p, &res, err) < 0)
        return -1;
    d->daily = drc_arena_array(env->a, DRC_DIGEST_DAYS_MAX, sizeof *d->daily);
    for (size_t r = 0; r < res.rows.row_count; r++) {
        size_t n = drc_result_series(drc_result_cell(&res, r, "daily"), row, DRC_DIGEST_DAYS_MAX);
        if (n > d->daily_count) { /* those so far end on the same day */
            memmove(d->daily + (n - d->daily_count), d->daily, d->daily_count * sizeof *d->daily);
            memset(d->daily, 0, (n - d->daily_count) * sizeof *d->daily);
            d->daily_count = n;
        }
        for (size_t i = 0; i < n; i++)
            d->daily[d->daily_count - n + i] += row[i] == DRC_SERIES_UNKNOWN ? 0 : row[i];
    }
    return 0;
}

/* What forecasts of 28 days would have been off by, made 28, 56 and 84 days ago. */
static double back_test(const double *values, size_t n)
{
    double sum = 0;
    int tests = 0;
    for (size_t back = 28; back <= 28 * BACK_TESTS && n >= back + DRC_FORECAST_MIN; back += 28) {
        struct drc_forecast f;
        double actual = 0;
        for (size_t i = n - back; i < n - back + 28; i++)
            actual += values[i];
        if (drc_stats_forecast(values, n - back, 28, NULL, &f) < 0 || actual <= 0)
            continue;
        sum += fabs(f.sum - actual) / actual;
        tests++;
    }
    return tests == 0 ? (double)NAN : sum / tests;
}

static void take_forecast(struct drc_env *env, struct drc_digest *d)
{
    int year, month, mday;
    double *values = drc_arena_array(env->a, d->daily_count + 1, sizeof *values);
    drc_date_civil(d->last_day, &year, &month, &mday);
    int64_t end = month == 12 ? drc_date_day(year + 1, 1, 1) : drc_date_day(year, month + 1, 1);
    for (size_t i = 0; i < d->daily_count; i++)
        values[i] = (double)d->daily[i];
    d->ahead = (size_t)(end - 1 - d->last_day);
    d->has_forecast =
        d->daily_count >= (size_t)mday &&
        drc_stats_forecast(values, d->daily_count, d->ahead, d->days, &d->forecast) == 0;
    for (size_t i = 0; i < (size_t)mday && i < d->daily_count; i++)
        d->month_uusd += d->daily[d->daily_count - 1 - i];
    d->error = back_test(values, d->daily_count);
}

/* "Thanksgiving (26 Nov), Black Friday weekend (27–30 Nov 2026)". */
static int take_events(struct drc_env *env, struct drc_digest *d, struct drc_err *err)
{
    struct drc_rows rows;
    char range[40];
    if (select_rows(env, d, env->snap->digests.sql.calendar, &rows, err) < 0)
        return drc_err_context(err, "sql/digest/calendar.sql");
    for (size_t i = 0; i < rows.row_count; i++) {
        const struct drc_cell *c = &rows.cells[i * rows.column_count];
        int64_t first, last;
        if (c[0].type != DRC_CELL_TEXT || c[1].type != DRC_CELL_TEXT ||
            c[2].type != DRC_CELL_TEXT || drc_date_parse(c[1].text, &first) < 0 ||
            drc_date_parse(c[2].text, &last) < 0)
            continue;
        const char *days =
            first == last ? drc_date_short(first, range) : drc_date_range(first, last, range);
        d->events =
            drc_arena_printf(env->a, "%s%s%s (%s)", d->events == NULL ? "" : d->events,
                             d->events == NULL ? "" : ", ",
                             drc_utf8_clean(env->a, c[0].text, strlen(c[0].text), 80, false), days);
    }
    return 0;
}

/* ---- what needs a decision ---------------------------------------------------------------- */

struct found {
    struct drc_digest_item item;
    const char *about; /* entity that two sources may both speak of */
};

static const char *cause_of(struct drc_arena *a, const struct drc_rows *causes, const char *entity)
{
    char amount[DRC_FMT_BYTES];
    for (size_t i = 0; i < causes->row_count; i++) {
        const struct drc_cell *c = &causes->cells[i * causes->column_count];
        if (c[0].type == DRC_CELL_TEXT && strcmp(c[0].text, entity) == 0)
            return drc_arena_printf(a, "; largest part: %s %s", c[1].text,
                                    drc_fmt_usd_signed(c[2].i, amount));
    }
    return NULL;
}

/* A row of an anomaly says itself what its largest part is. */
static const char *own_cause(struct drc_arena *a, const struct drc_result *res, size_t row)
{
    char amount[DRC_FMT_BYTES];
    const char *factor = drc_result_text(res, row, "top_factor");
    if (*factor == '\0')
        return NULL;
    return drc_arena_printf(
        a, "; largest part: %s %s", factor,
        drc_fmt_usd_signed(drc_result_int(res, row, "top_factor_uusd", 0), amount));
}

static int take_row(struct drc_env *env, const struct drc_digest *d, const struct part *p,
                    const struct drc_digest_source *src, size_t row, const struct drc_rows *causes,
                    struct found *out, struct drc_err *err)
{
    const struct drc_result *res = &p->run.result;
    const char *entity = drc_result_text(res, row, res->report->key);
    struct drc_selection sel;
    struct drc_context c;
    int64_t day;
    if (drc_selection_make(env->a, res, entity, &sel, err) < 0 ||
        drc_context_build(env->a, res, &sel, NULL, env->facts, &c, err) < 0)
        return -1;
    const struct drc_fact *stake = drc_context_fact(&c, src->when.metric);
    if (!drc_condition_holds(&src->when, &c) ||
        strcmp(drc_result_text(res, row, "severity"), "info") == 0)
        return 0;
    const char *owner = drc_result_text(res, row, "owner"),
               *about = drc_result_text(res, row, res->report->graph);
    *out = (struct found){.about = *about == '\0' ? entity : about};
    out->item =
        (struct drc_digest_item){.key = drc_arena_printf(env->a, "%s %s", res->report->id, entity),
                                 .run_id = p->run.run_id,
                                 .entity_id = entity,
                                 .chip = drc_chip_find(&env->snap->chips, src->chip),
                                 .name = drc_result_label(env->a, res, row),
                                 .owner = *owner == '\0' ? NULL : owner,
                                 .stake_uusd = llround(stake->value),
                                 .open_days = d->total->params.days};
    if (drc_date_parse(drc_result_text(res, row, "from_date"), &day) == 0)
        out->item.open_days = d->last_day - day + 1;
    if (!drc_slots_fill(env->a, src->text, &c, &out->item.text, NULL))
        drc_text_add(env->a, &out->item.text, DRC_SPAN_CODE, out->item.name);
    const char *cause = own_cause(env->a, res, row);
    if (cause == NULL && strcmp(src->when.metric, "change_uusd") == 0)
        cause = cause_of(env->a, causes, entity);
    if (cause != NULL)
        drc_text_add(env->a, &out->item.text, DRC_SPAN_PLAIN, cause);
    return 1;
}

static int by_stake(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->item.stake_uusd != y->item.stake_uusd)
        return x->item.stake_uusd < y->item.stake_uusd ? 1 : -1;
    return strcmp(x->item.key, y->item.key);
}

/* Of two that speak of one entity the dearer stands for both. */
static bool is_repeated(const struct found *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].about, list[n].about) == 0)
            return true;
    return false;
}

static int choose_items(struct drc_env *env, const struct drc_digest_ask *ask, struct found *list,
                        size_t n, struct drc_digest *d, struct drc_err *err)
{
    qsort(list, n, sizeof *list, by_stake);
    for (size_t i = 0; i < n; i++) {
        struct drc_digest_item *item = &list[i].item;
        if (is_repeated(list, i))
            continue;
        int known = drc_sub_item_before(env->state, env->a, ask->sub_id, ask->slot_day, item, err);
        if (known < 0)
            return -1;
        if (known == 2)
            d->dismissed++;
        else if (d->item_count < DRC_DIGEST_LIST_MAX)
            d->items[d->item_count++] = *item;
        else
            d->more++;
    }
    for (size_t i = 0; ask->sub_id != NULL && i < d->item_count; i++)
        if (drc_sub_item_put(env->state, ask->sub_id, ask->slot_day, &d->items[i], env->now_ms,
                             err) < 0)
            return -1;
    return 0;
}

static int take_items(struct drc_env *env, const struct drc_request *req,
                      const struct drc_digest_ask *ask, const struct drc_params *scope,
                      struct parts *parts, struct drc_digest *d, struct drc_err *err)
{
    struct drc_rows causes;
    size_t n = 0, room = 0;
    if (ask->def->source_count == 0)
        return 0;
    if (select_rows(env, d, env->snap->digests.sql.causes, &causes, err) < 0)
        return drc_err_context(err, "sql/digest/causes.sql");
    struct found *list = NULL;
    for (size_t s = 0; s < ask->def->source_count; s++) {
        const struct drc_digest_source *src = &ask->def->sources[s];
        if (!fits(drc_snapshot_report(env->snap, src->report), scope))
            continue;
        const struct part *p = get_part(env, req, ask, scope, src->report, parts, err);
        if (p == NULL)
            return -1;
        struct found *more =
            drc_arena_array(env->a, room + p->run.result.rows.row_count + 1, sizeof *more);
        if (n > 0)
            memcpy(more, list, n * sizeof *more);
        list = more;
        room += p->run.result.rows.row_count;
        for (size_t r = 0; r < p->run.result.rows.row_count; r++) {
            int rc = take_row(env, d, p, src, r, &causes, &list[n], err);
            if (rc < 0)
                return -1;
            n += (size_t)rc;
        }
    }
    return n == 0 ? 0 : choose_items(env, ask, list, n, d, err);
}

/* ---- the whole ---------------------------------------------------------------------------- */

int drc_digest_newest(struct drc_env *env, int64_t *last_day, struct drc_err *err)
{
    struct drc_rows rows;
    if (drc_db_select(env->facts, env->a, "SELECT min(complete_until) FROM data_mark", NULL, 0, 1,
                      DRC_REPORT_DEADLINE_MS, &rows, err) < 0)
        return -1;
    if (rows.row_count != 1 || rows.cells[0].type != DRC_CELL_TEXT ||
        drc_date_parse(rows.cells[0].text, last_day) < 0)
        return drc_err_set(err, DRC_ERR_DB,
                           "the facts database has no complete day yet; run: drc db build");
    return 0;
}

int drc_digest_oldest(struct drc_env *env, int64_t *first_day, struct drc_err *err)
{
    struct drc_rows rows;
    if (drc_db_select(env->facts, env->a, "SELECT value FROM meta WHERE key = 'first_day'", NULL, 0,
                      1, DRC_REPORT_DEADLINE_MS, &rows, err) < 0)
        return -1;
    if (rows.row_count != 1 || rows.cells[0].type != DRC_CELL_TEXT ||
        drc_date_parse(rows.cells[0].text, first_day) < 0)
        return drc_err_set(err, DRC_ERR_DB, "the facts database does not say when it starts");
    return 0;
}

static void draw_trend(struct drc_env *env, struct drc_digest *d)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_buf svg;
    drc_buf_init(&svg, DRC_SVG_MAX_BYTES);
    const struct drc_theme *t = drc_snapshot_theme(env->snap, &err);
    if (t == NULL || drc_compose_digest_chart(env->a, t, d, &svg, &err) < 0 || svg.overflow ||
        drc_raster_png(env->a, svg.data, svg.len, CHART_SCALE, &d->picture.png,
                       &d->picture.png_bytes, &err) < 0) {
        d->picture.png = NULL;
        d->picture.trouble =
            drc_arena_strdup(env->a, err.code == DRC_OK ? "it is too large" : err.msg);
        drc_log(DRC_LOG_WARN, "chart.failed", "code=%s why=\"%s\"", drc_err_name(err.code),
                err.msg);
    }
    drc_buf_fini(&svg);
}

static bool is_quiet(const struct drc_digest *d)
{
    const struct drc_fact *change = drc_context_fact(d->whole, "change_ratio");
    if (drc_result_live(d->total) == 0) /* nothing to show at length */
        return true;
    return d->item_count == 0 && change != NULL && change->known &&
           fabs(change->value) <= d->def->quiet_ratio;
}

/* Late billing: the totals that the digests before stated, against what the data says now. Only
 * what is a total of the same report and filters can be compared. */
static int take_correction(struct drc_env *env, const struct drc_digest_ask *ask,
                           const struct drc_params *scope, struct drc_digest *d,
                           struct drc_err *err)
{
    struct drc_arena *a = env->a;
    struct drc_digest_stated then[STATED_MAX];
    const char *text = NULL;
    d->figure_scope = drc_arena_printf(a, "%s v%d %s", d->total->report->id,
                                       d->total->report->version, ask->words);
    int n = ask->sub_id == NULL ? 0
                                : drc_sub_stated(env->state, a, ask->sub_id, ask->slot_day,
                                                 d->figure_scope, then, STATED_MAX, err);
    d->restated = drc_arena_array(a, STATED_MAX, sizeof *d->restated);
    for (int i = 0; i < n; i++) {
        struct drc_result res;
        char was[DRC_FMT_BYTES], is[DRC_FMT_BYTES], window[40];
        struct drc_params p =
            window_of(d->total->report, scope, then[i].first_day, then[i].last_day);
        if (drc_report_run(env->facts, a, d->total->report, &p, &res, err) < 0)
            return -1;
        int64_t now = drc_result_sum(&res, 0, "total_uusd");
        if (llabs(now - then[i].total_uusd) < DRC_UUSD_PER_USD ||
            strcmp(drc_fmt_usd(then[i].total_uusd, was), drc_fmt_usd(now, is)) == 0)
            continue;
        text =
            drc_arena_printf(a, "%s%s %s from %s to %s", text == NULL ? "" : text,
                             text == NULL ? "Late billing changed the total of" : "; of",
                             drc_date_range(then[i].first_day, then[i].last_day, window), was, is);
        then[i].total_uusd = now;
        d->restated[d->restated_count++] = then[i];
    }
    if (text != NULL)
        d->correction = drc_arena_printf(a, "%s.", text);
    return n < 0 ? -1 : 0;
}

static int make(struct drc_env *env, const struct drc_request *req,
                const struct drc_digest_ask *ask, struct drc_digest *out, struct drc_err *err)
{
    struct drc_params scope;
    struct parts *parts = drc_arena_alloc(env->a, sizeof *parts);
    parts->count = 0;
    *out = (struct drc_digest){.def = ask->def,
                               .zone = ask->zone,
                               .every = ask->every,
                               .late = ask->late,
                               .clock = ask->clock,
                               .skipped = ask->skipped,
                               .preview = ask->sub_id == NULL,
                               .numbers = ask->numbers,
                               .last_day = ask->last_day,
                               .error = (double)NAN};
    if (drc_digest_scope(env->a, env->snap, ask->def, ask->words, &scope, err) < 0)
        return -1;
    const char *total = is_narrow(&scope) ? ask->def->narrow : ask->def->total;
    struct part *p = get_part(env, req, ask, &scope, total, parts, err);
    if (p == NULL)
        return -1;
    out->total = &p->run.result;
    out->whole = &p->whole;
    for (size_t i = 0; i < ask->def->section_count; i++) {
        const struct drc_report *r = drc_snapshot_report(env->snap, ask->def->sections[i]);
        if (!fits(r, &scope)) {
            out->left_out =
                drc_arena_printf(env->a, "%s%s%s", out->left_out == NULL ? "" : out->left_out,
                                 out->left_out == NULL ? "" : ", ", r->title);
            continue;
        }
        if ((p = get_part(env, req, ask, &scope, ask->def->sections[i], parts, err)) == NULL)
            return -1;
        out->sections[out->section_count++] = (struct drc_digest_section){p->report, p->run.run_id};
    }
    if (take_days(env, out, &scope, err) < 0 || take_money(env, out, err) < 0 ||
        take_events(env, out, err) < 0 || take_items(env, req, ask, &scope, parts, out, err) < 0 ||
        take_correction(env, ask, &scope, out, err) < 0)
        return -1;
    take_forecast(env, out);
    out->quiet = is_quiet(out);
    if (!out->quiet)
        draw_trend(env, out);
    return 0;
}

int drc_digest_make(struct drc_env *env, const struct drc_request *req,
                    const struct drc_digest_ask *ask, struct drc_digest *out, struct drc_err *err)
{
    enum drc_fmt_style before = drc_fmt_use(ask->numbers);
    int rc = make(env, req, ask, out, err);
    drc_fmt_use(before);
    return rc;
}

/* A section is the report itself, with its picker and chips, under the root. */
static int post_section(struct drc_env *env, const struct drc_request *req, const struct drc_to *to,
                        const struct drc_digest_section *s, struct drc_err *err)
{
    struct drc_run run;
    struct drc_context whole;
    struct drc_picture pic;
    struct drc_posted posted;
    memset(&pic, 0, sizeof pic);
    if (drc_store_run_get(env->state, env->a, env->snap, s->run_id, &run, err) < 0 ||
        drc_env_context(env, &run.result, NULL, &whole, err) < 0)
        return -1;
    if (run.result.rows.row_count > 0)
        drc_picture_report(env, &whole, &pic);
    struct drc_message *m =
        drc_compose_report(env->a, env->snap, &run.result, &whole, run.run_id, NULL, &pic);
    const char *part = drc_arena_printf(env->a, "section-%s", s->report->id);
    return drc_deliver(env, req, part, to, m, &posted, err);
}

/* The answer of the digest's chip to its total: the same that a click on the chip would post, in
 * the name of nobody. */
static int word_run(struct drc_env *env, const struct drc_request *req,
                    const struct drc_digest_def *def, const char *total, const char *channel,
                    const char *thread_ts, bool *waits, struct drc_err *err)
{
    struct drc_run run;
    struct drc_request own = *req;
    struct drc_outcome out = {false, DRC_CLASS_REPORT, 0};
    const char *key = drc_arena_printf(env->a, "%s#%s", req->key, total),
               *id = drc_store_run_of_request(env->state, env->a, key, err);
    if (id == NULL)
        return drc_err_set(err, DRC_ERR_NOTFOUND, "the run of the digest is no longer stored");
    if (drc_store_run_get(env->state, env->a, env->snap, id, &run, err) < 0)
        return -1;
    own.channel = channel;
    own.user = "";
    int rc =
        drc_run_answer(env, &own, &run, drc_arena_printf(env->a, "report:%s", total),
                       drc_chip_find(&env->snap->chips, def->wording), NULL, thread_ts, &out, err);
    *waits = out.again;
    return rc;
}

int drc_digest_word(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                    const char *channel, const char *thread_ts, struct drc_err *err)
{
    const struct drc_digest_def *def = drc_digest_find(&env->snap->digests, sub->digest_id);
    struct drc_params scope;
    bool waits;
    if (def == NULL || def->wording == NULL)
        return 0; /* it has been changed since */
    if (drc_digest_scope(env->a, env->snap, def, sub->words, &scope, err) < 0)
        return -1;
    return word_run(env, req, def, is_narrow(&scope) ? def->narrow : def->total, channel, thread_ts,
                    &waits, err);
}

/* The replies under the root. A model is waited for by slots alone, which are run again for it. */
static int post_part(struct drc_env *env, const struct drc_request *req, const struct drc_to *to,
                     struct drc_digest *d, size_t part, struct drc_err *err)
{
    struct drc_posted posted;
    struct drc_message *more;
    struct drc_env plain = *env;
    switch (part) {
    case 0:
        more = drc_compose_digest_more(env->a, d);
        return more == NULL ? 0 : drc_deliver(env, req, "more", to, more, &posted, err);
    case 1:
        if (d->def->wording == NULL || to->channel == NULL)
            return 0;
        if (d->preview || d->numbers != DRC_FMT_EN) /* the checker reads English figures */
            plain.llm = NULL;
        return word_run(&plain, req, d->def, d->total->report->id, to->channel, to->thread_ts,
                        &d->wording_waits, err);
    default:
        return post_section(env, req, to, &d->sections[part - 2], err);
    }
}

static int post_all(struct drc_env *env, const struct drc_request *req, const struct drc_to *to,
                    struct drc_digest *d, struct drc_posted *root, struct drc_err *err)
{
    struct drc_message *m = drc_compose_digest(env->a, d);
    if (drc_deliver(env, req, "digest", to, m, root, err) < 0)
        return -1;
    struct drc_to thread = *to;
    thread.thread_ts = root->ts;
    if (root->channel != NULL && root->ts != NULL) {
        thread.where = DRC_TO_CHANNEL;
        thread.channel = root->channel;
    }
    for (size_t i = 0; !d->quiet && i < d->section_count + 2; i++) {
        struct drc_err own = DRC_ERR_INIT;
        if (post_part(env, req, &thread, d, i, &own) == 0)
            continue;
        if (drc_err_passes(own.code)) {
            drc_err_set(err, own.code, "%s", own.msg);
            if (err != NULL)
                err->retry_ms = own.retry_ms;
            return -1;
        }
        drc_log(DRC_LOG_WARN, "digest.part", "key=\"%s\" part=%zu code=%s why=\"%s\"", req->key, i,
                drc_err_name(own.code), own.msg);
    }
    return 0;
}

int drc_digest_post(struct drc_env *env, const struct drc_request *req, const struct drc_to *to,
                    struct drc_digest *d, struct drc_posted *root, struct drc_err *err)
{
    enum drc_fmt_style before = drc_fmt_use(d->numbers);
    int rc = post_all(env, req, to, d, root, err);
    drc_fmt_use(before);
    return rc;
}
