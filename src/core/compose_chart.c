/* Chart specs from results. */
#include <math.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/compose.h"
#include "drc/fmt.h"
#include "drc/limits.h"
#include "drc/utf8.h"

#define DAYS_MAX 366
/* Attention: a rise that is large both ways, a success rate that enough runs speak for. */
#define RISE_RATIO 0.25
#define RISE_UUSD (100 * DRC_UUSD_PER_USD)
#define SUCCESS_TARGET 0.95
#define SUCCESS_RUNS 10

static enum drc_chart_role role_of(const char *column)
{
    if (strncmp(column, "dbu", 3) == 0)
        return DRC_ROLE_DBU;
    if (strncmp(column, "ondemand", 8) == 0)
        return DRC_ROLE_ONDEMAND;
    if (strncmp(column, "spot", 4) == 0)
        return DRC_ROLE_SPOT;
    return strncmp(column, "wasted", 6) == 0 ? DRC_ROLE_WASTED : DRC_ROLE_OTHER;
}

static size_t make_series(struct drc_arena *a, const struct drc_report *r,
                          struct drc_chart_series **out)
{
    size_t n = r->series_count < DRC_CHART_SERIES_MAX ? r->series_count : DRC_CHART_SERIES_MAX;
    *out = drc_arena_array(a, n + 1, sizeof **out);
    for (size_t i = 0; i < n; i++)
        (*out)[i] =
            (struct drc_chart_series){drc_report_title(r, r->series[i]), role_of(r->series[i])};
    return n;
}

static void take_notes(struct drc_arena *a, const struct drc_result *res, size_t row,
                       struct drc_chart_row *out)
{
    char text[DRC_FMT_BYTES];
    double total = drc_result_real(res, row, "total_uusd"),
           before = drc_result_real(res, row, "baseline_uusd");
    double change = before > 0 ? (total - before) / before : (double)NAN;
    out->notes[0] = drc_arena_strdup(
        a, isnan(before) || before <= 0 ? "new" : drc_fmt_pct_signed(change, text));
    if (isnan(before))
        out->notes[0] = "n/a";
    out->note_alert[0] = change >= RISE_RATIO && total - before >= (double)RISE_UUSD;
    double runs = drc_result_real(res, row, "runs"), ok = drc_result_real(res, row, "runs_ok");
    out->notes[1] = drc_arena_strdup(a, drc_fmt_pct(runs > 0 ? ok / runs : (double)NAN, text));
    out->note_alert[1] = runs >= SUCCESS_RUNS && ok / runs < SUCCESS_TARGET;
}

static void take_row(struct drc_arena *a, const struct drc_result *res, size_t row,
                     struct drc_chart_row *out)
{
    const char *label = drc_result_text(res, row, res->report->label);
    out->label = drc_utf8_clean(a, label, strlen(label), 200, false);
    for (size_t s = 0; s < res->report->series_count && s < DRC_CHART_SERIES_MAX; s++)
        out->values[s] = drc_result_int(res, row, res->report->series[s], 0);
    take_notes(a, res, row, out);
    int64_t *days = drc_arena_array(a, DAYS_MAX, sizeof *days);
    out->spark_count = drc_result_series(drc_result_cell(res, row, "daily"), days, DAYS_MAX);
    out->spark = out->spark_count > 1 ? days : NULL;
}

static void fold_other(struct drc_arena *a, const struct drc_result *res, size_t from, size_t live,
                       struct drc_chart_row *out)
{
    out->is_other = true;
    out->label = drc_arena_printf(a, "Other (%zu %s)", live - from, res->report->nouns);
    for (size_t s = 0; s < res->report->series_count && s < DRC_CHART_SERIES_MAX; s++)
        out->values[s] = drc_result_sum(res, from, res->report->series[s], NULL);
}

static char *subtitle(struct drc_arena *a, const struct drc_result *res, size_t live)
{
    char total[DRC_FMT_BYTES], share[DRC_FMT_BYTES];
    int64_t sum = drc_result_sum(res, 0, "total_uusd", NULL), lead = 0;
    size_t few = live < 3 ? live : 3;
    for (size_t i = 0; i < few; i++)
        lead += drc_result_int(res, i, "total_uusd", 0);
    drc_fmt_usd(sum, total);
    if (live == 0 || sum <= 0)
        return drc_arena_printf(a, "%s in the window", total);
    return drc_arena_printf(a, "%zu %s, %s in all; the top %zu make %s", live, res->report->nouns,
                            total, few, drc_fmt_pct((double)lead / (double)sum, share));
}

int drc_compose_chart(struct drc_arena *a, const struct drc_theme *t, const struct drc_result *res,
                      struct drc_buf *svg, struct drc_err *err)
{
    char window[40];
    const struct drc_report *r = res->report;
    if (strcmp(r->mark, "stacked-hbar") != 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s: there is no chart of the kind '%s'", r->path,
                           r->mark);
    size_t live = drc_result_live(res), top = (size_t)res->params.top,
           drawn = live < top ? live : top;
    struct drc_chart_row *rows = drc_arena_array(a, drawn + 1, sizeof *rows);
    for (size_t i = 0; i < drawn; i++)
        take_row(a, res, i, &rows[i]);
    if (live > drawn)
        fold_other(a, res, drawn, live, &rows[drawn]);
    struct drc_chart_series *series;
    struct drc_chart_hbar spec = {
        .title = drc_arena_printf(a, "%s, %s", r->title,
                                  drc_date_range(res->first_day, res->params.as_of_day, window)),
        .subtitle = subtitle(a, res, live),
        .footer = drc_arena_printf(
            a, "List price, USD, before discounts; VM cost is an estimate. UTC days.%s",
            res->sample ? " Sample data." : ""),
        .rows = rows,
        .row_count = drawn + (live > drawn),
        .note_titles = {"vs before", "Success", NULL},
        .sparkline = true,
        .spark_title = "By day",
    };
    spec.series_count = make_series(a, r, &series);
    spec.series = series;
    return drc_chart_stacked_hbar(t, &spec, svg, err);
}

/* Days with failures or changes of the entity, from its graph rows. */
static size_t take_marks(struct drc_arena *a, const struct drc_context *c, int64_t **days,
                         const char ***labels)
{
    size_t n = 0;
    *days = drc_arena_array(a, c->edge_count + 1, sizeof **days);
    *labels = drc_arena_array(a, c->edge_count + 1, sizeof **labels);
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct drc_edge *e = &c->edges[i];
        const char *word = strcmp(e->edge, "CHANGED_BY") == 0     ? "change"
                           : strcmp(e->edge, "FAILED_WITH") == 0  ? "failure"
                           : strcmp(e->edge, "HAD_EVICTION") == 0 ? "eviction"
                                                                  : NULL;
        if (word == NULL || e->at_ms == 0)
            continue;
        (*days)[n] = e->at_ms / DRC_DAY_MS;
        (*labels)[n++] = word;
    }
    return n;
}

int drc_compose_entity_chart(struct drc_arena *a, const struct drc_theme *t,
                             const struct drc_context *c, struct drc_buf *svg, struct drc_err *err)
{
    static const struct drc_chart_series series[] = {{"Cost by day", DRC_ROLE_DBU}};
    const struct drc_result *res = c->result;
    size_t row = (size_t)c->selection.row;
    int64_t days[DAYS_MAX], before = drc_result_int(res, row, "baseline_uusd", INT64_MIN), *marks;
    const char **labels;
    char text[DRC_FMT_BYTES];
    struct drc_chart_days spec = {
        .title = c->selection.label,
        .subtitle = drc_arena_printf(a, "%s in %d days, all cost layers",
                                     drc_fmt_usd(drc_result_int(res, row, "total_uusd", 0), text),
                                     res->params.days),
        .footer = NULL,
        .series = series,
        .series_count = 1,
        .first_day = res->first_day,
        .day_count = drc_result_series(drc_result_cell(res, row, "daily"), days, DAYS_MAX),
        .values = days,
        .reference_uusd = before == INT64_MIN ? INT64_MIN : before / res->params.days,
        .reference_label = "mean of the window before",
    };
    spec.mark_count = take_marks(a, c, &marks, &labels);
    spec.marks = marks;
    spec.mark_labels = labels;
    return drc_chart_days(t, &spec, svg, err);
}
