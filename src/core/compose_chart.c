/* Chart specs from results. */
#include "core/compose_parts.h"

#include <math.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/limits.h"
#include "drc/utf8.h"

/* Attention: a rise that is large both ways, a success rate that enough runs speak for. */
#define RISE_RATIO 0.25
#define RISE_UUSD (100 * DRC_UUSD_PER_USD)
#define SUCCESS_TARGET 0.95
#define SUCCESS_RUNS 10

static enum drc_chart_role role_of(const char *column)
{
    if (strncmp(column, "dbu", 3) == 0 || strncmp(column, "posted", 6) == 0)
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

/* "+12 %" against the window before; a rise that matters is an alert. */
static void change_note(struct drc_arena *a, const struct drc_result *res, size_t row, size_t note,
                        struct drc_chart_row *out)
{
    char text[DRC_FMT_BYTES];
    double total = drc_result_real(res, row, "total_uusd"),
           before = drc_result_real(res, row, "baseline_uusd");
    double change = before > 0 ? (total - before) / before : (double)NAN;
    out->notes[note] = isnan(before) || isnan(total) ? "n/a"
                       : before <= 0                 ? "new"
                                     : drc_arena_strdup(a, drc_fmt_pct_signed(change, text));
    out->note_alert[note] = change >= RISE_RATIO && total - before >= (double)RISE_UUSD;
}

static const char *pct(struct drc_arena *a, double ratio)
{
    char text[DRC_FMT_BYTES];
    return drc_arena_strdup(a, drc_fmt_pct(ratio, text));
}

static void notes_job_cost(struct drc_arena *a, const struct drc_result *res, size_t row,
                           struct drc_chart_row *out)
{
    double runs = drc_result_real(res, row, "runs"), ok = drc_result_real(res, row, "runs_ok");
    change_note(a, res, row, 0, out);
    out->notes[1] = pct(a, runs > 0 ? ok / runs : (double)NAN);
    out->note_alert[1] = runs >= SUCCESS_RUNS && ok / runs < SUCCESS_TARGET;
}

static void notes_calls(struct drc_arena *a, const struct drc_result *res, size_t row,
                        struct drc_chart_row *out)
{
    change_note(a, res, row, 0, out);
    out->notes[1] = pct(a, drc_result_real(res, row, "posted_share"));
}

static void notes_compute(struct drc_arena *a, const struct drc_result *res, size_t row,
                          struct drc_chart_row *out)
{
    double idle = drc_result_real(res, row, "idle_share");
    change_note(a, res, row, 0, out);
    out->notes[1] = isnan(idle) ? "\u2013" : pct(a, idle); /* does not apply to job compute */
    out->notes[2] = pct(a, drc_result_real(res, row, "robust_cv"));
}

static void notes_pareto(struct drc_arena *a, const struct drc_result *res, size_t row,
                         struct drc_chart_row *out)
{
    out->notes[0] = drc_result_amount(a, res, (int)row);
    out->notes[1] = pct(a, drc_result_real(res, row, "cum_after"));
    out->notes[2] = drc_result_text(res, row, "class");
}

static void notes_spot(struct drc_arena *a, const struct drc_result *res, size_t row,
                       struct drc_chart_row *out)
{
    char text[DRC_FMT_BYTES];
    out->notes[0] = drc_cell_show(a, drc_result_cell(res, row, "evictions"), DRC_UNIT_COUNT);
    out->notes[1] =
        drc_arena_strdup(a, drc_fmt_ratio(drc_result_real(res, row, "evictions_per_100h"), text));
    out->notes[2] = pct(a, drc_result_real(res, row, "evicted_share"));
}

typedef void take_notes(struct drc_arena *a, const struct drc_result *res, size_t row,
                        struct drc_chart_row *out);

static void take_row(struct drc_arena *a, const struct drc_result *res, size_t row,
                     take_notes notes, struct drc_chart_row *out)
{
    const char *label = drc_result_text(res, row, res->report->label);
    out->label = drc_utf8_clean(a, label, strlen(label), 200, false);
    out->unknown = drc_result_cell(res, row, res->report->amount)->type == DRC_CELL_NULL;
    for (size_t s = 0; s < res->report->series_count && s < DRC_CHART_SERIES_MAX; s++)
        out->values[s] = drc_result_int(res, row, res->report->series[s], 0);
    notes(a, res, row, out);
    int64_t *days = drc_arena_array(a, CHART_SERIES_DAYS, sizeof *days);
    out->spark_count =
        drc_result_series(drc_result_cell(res, row, "daily"), days, CHART_SERIES_DAYS);
    out->spark = out->spark_count > 1 ? days : NULL;
}

static void fold_other(struct drc_arena *a, const struct drc_result *res, size_t from, size_t live,
                       struct drc_chart_row *out)
{
    out->is_other = true;
    out->label = drc_arena_printf(
        a, "Other (%zu %s)", live - from,
        drc_fmt_noun((int64_t)(live - from), res->report->noun, res->report->nouns));
    for (size_t s = 0; s < res->report->series_count && s < DRC_CHART_SERIES_MAX; s++)
        out->values[s] = drc_result_sum(res, from, res->report->series[s]);
    out->unknown = !drc_result_knows(res, from, res->report->amount);
}

/* The finding: what the report's header says, else the shares of the first rows. */
static char *subtitle(struct drc_arena *a, const struct drc_context *whole, size_t live)
{
    const struct drc_result *res = whole->result;
    char share[DRC_FMT_BYTES];
    struct drc_text own = {NULL, NULL};
    if (live > 0 && res->report->finding != NULL &&
        drc_slots_fill(a, res->report->finding, whole, &own, NULL))
        return drc_text_plain(a, &own);
    if (live > 0 && !drc_result_knows(res, 0, res->report->amount))
        return drc_arena_printf(a, "%zu %s; %s is not known", live,
                                drc_fmt_noun((int64_t)live, res->report->noun, res->report->nouns),
                                drc_report_title(res->report, res->report->amount));
    const char *total = drc_result_amount(a, res, -1);
    int64_t sum = drc_result_sum(res, 0, res->report->amount), lead = 0;
    size_t few = live < 3 ? live : 3;
    for (size_t i = 0; i < few; i++)
        lead += drc_result_int(res, i, res->report->amount, 0);
    if (live == 0 || sum <= 0)
        return drc_arena_printf(a, "%s in the window", total);
    return drc_arena_printf(a, "%zu %s, %s in all; the top %zu %s %s", live,
                            drc_fmt_noun((int64_t)live, res->report->noun, res->report->nouns),
                            total, few, drc_fmt_noun((int64_t)few, "makes", "make"),
                            drc_fmt_pct((double)lead / (double)sum, share));
}

const char *drc_chart_weekends(size_t days, double px)
{
    return drc_chart_has_weekends(days, px) ? "Grey marks: weekends. " : "";
}

char *drc_chart_footer(struct drc_arena *a, const struct drc_result *res)
{
    if (res->report->reads_state)
        return drc_arena_strdup(a, "Prices of prompts/models.conf, USD. UTC days.");
    return drc_arena_printf(a, "%s, USD; VM cost is an estimate. UTC days.%s",
                            res->params.contract ? "Contract price" : "List price before discounts",
                            res->sample ? " Sample data." : "");
}

struct chart_texts drc_chart_texts(struct drc_arena *a, const struct drc_context *whole)
{
    const struct drc_result *res = whole->result;
    struct chart_texts t = {0};
    t.title = drc_arena_printf(a, "%s, %s", res->report->title, drc_result_window(a, res));
    t.subtitle = subtitle(a, whole, drc_result_live(res));
    t.footer = drc_chart_footer(a, res);
    return t;
}

/* What every chart of a report has: texts, and the rows that are drawn with the rest folded. */
struct sheet {
    const struct drc_result *res;
    struct chart_texts texts;
    size_t live, drawn; /* rows that count, rows drawn on their own */
    struct drc_chart_row *rows;
    size_t row_count;
};

static struct sheet make_sheet(struct drc_arena *a, const struct drc_context *whole,
                               take_notes notes)
{
    const struct drc_result *res = whole->result;
    struct sheet s = {.res = res, .live = drc_result_live(res)};
    s.texts = drc_chart_texts(a, whole);
    size_t top =
        res->params.top < DRC_CHART_ROWS_MAX ? (size_t)res->params.top : DRC_CHART_ROWS_MAX - 1;
    s.drawn = s.live < top ? s.live : top;
    s.rows = drc_arena_array(a, s.drawn + 1, sizeof *s.rows);
    for (size_t i = 0; i < s.drawn; i++)
        take_row(a, res, i, notes, &s.rows[i]);
    if (s.live > s.drawn)
        fold_other(a, res, s.drawn, s.live, &s.rows[s.drawn]);
    s.row_count = s.drawn + (s.live > s.drawn);
    return s;
}

static int draw_bars(struct drc_arena *a, const struct drc_theme *t,
                     const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err)
{
    bool calls = whole->result->report->reads_state;
    struct sheet s = make_sheet(a, whole, calls ? notes_calls : notes_job_cost);
    struct drc_chart_series *series;
    size_t n = make_series(a, s.res->report, &series);
    struct drc_chart_hbar spec = {.title = s.texts.title,
                                  .subtitle = s.texts.subtitle,
                                  .footer = s.texts.footer,
                                  .series = series,
                                  .series_count = n,
                                  .rows = s.rows,
                                  .row_count = s.row_count,
                                  .note_titles = {"vs before", calls ? "Posted" : "Success", NULL},
                                  .sparkline = true,
                                  .spark_title = "By day"};
    return drc_chart_stacked_hbar(t, &spec, svg, err);
}

/* Days of the longest series of a column; it ends with the window. */
static size_t longest_series(const struct sheet *s, const char *column)
{
    int64_t days[CHART_SERIES_DAYS];
    size_t most = 0;
    for (size_t i = 0; i < s->live; i++) {
        size_t n = drc_result_series(drc_result_cell(s->res, i, column), days, CHART_SERIES_DAYS);
        most = n > most ? n : most;
    }
    return most;
}

/* The last `count` days of a row; days without a value are 0. */
static int64_t *last_days(struct drc_arena *a, const struct drc_result *res, size_t row,
                          const char *column, size_t count)
{
    int64_t days[CHART_SERIES_DAYS], *out = drc_arena_array(a, count + 1, sizeof *out);
    size_t n = drc_result_series(drc_result_cell(res, row, column), days, CHART_SERIES_DAYS);
    for (size_t d = 0; d < n && d < count; d++) {
        int64_t v = days[n - 1 - d];
        out[count - 1 - d] = v == DRC_SERIES_UNKNOWN ? 0 : v;
    }
    return out;
}

/* The sum of the last days over the rows from `from` on. */
static int64_t *rest_days(struct drc_arena *a, const struct sheet *s, size_t from,
                          const char *column, size_t count)
{
    int64_t *sum = drc_arena_array(a, count + 1, sizeof *sum);
    for (size_t i = from; i < s->live; i++) {
        const int64_t *days = last_days(a, s->res, i, column, count);
        for (size_t d = 0; d < count; d++)
            sum[d] += days[d];
    }
    return sum;
}

/* The first rows, and the sum of all others as the last layer. */
static void make_area(struct drc_arena *a, const struct sheet *s, struct drc_chart_area *area)
{
    const struct drc_result *res = s->res;
    size_t own = s->live <= DRC_CHART_LAYERS_MAX ? s->live : DRC_CHART_LAYERS_MAX - 1;
    own = own < s->drawn ? own : s->drawn;
    struct drc_chart_layer *layers = drc_arena_array(a, own + 1, sizeof *layers);
    area->title = drc_arena_printf(a, "Cost by day and %s", res->report->noun);
    area->day_count = longest_series(s, "daily");
    area->first_day = res->params.as_of_day + 1 - (int64_t)area->day_count;
    for (size_t i = 0; i < own; i++)
        layers[i] = (struct drc_chart_layer){s->rows[i].label,
                                             last_days(a, res, i, "daily", area->day_count)};
    if (s->live > own)
        layers[own] = (struct drc_chart_layer){drc_arena_printf(a, "Other (%zu)", s->live - own),
                                               rest_days(a, s, own, "daily", area->day_count)};
    area->layers = layers;
    area->layer_count = own + (s->live > own);
}

static int draw_bars_area(struct drc_arena *a, const struct drc_theme *t,
                          const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err)
{
    struct sheet s = make_sheet(a, whole, notes_compute);
    struct drc_chart_area area = {0};
    make_area(a, &s, &area);
    struct drc_chart_series series[] = {
        {drc_report_title(s.res->report, "dbu_uusd"), DRC_ROLE_FULL},
        {drc_report_title(s.res->report, "vm_uusd"), DRC_ROLE_LIGHT}};
    struct drc_chart_hbar spec = {.title = s.texts.title,
                                  .subtitle = s.texts.subtitle,
                                  .footer = s.texts.footer,
                                  .series = series,
                                  .series_count = 2,
                                  .rows = s.rows,
                                  .row_count = s.row_count,
                                  .note_titles = {"vs before", "Idle", "Daily var."},
                                  .area = &area};
    return drc_chart_stacked_hbar(t, &spec, svg, err);
}

static int draw_pareto(struct drc_arena *a, const struct drc_theme *t,
                       const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err)
{
    struct sheet s = make_sheet(a, whole, notes_pareto);
    int64_t n80 = s.live > 0 ? drc_result_int(s.res, 0, "n80", 0) : 0;
    char *classes = drc_arena_alloc(a, s.row_count + 1);
    for (size_t i = 0; i < s.row_count; i++) {
        const char *class = drc_result_text(s.res, i, "class");
        classes[i] = s.rows[i].is_other || *class == '\0' ? ' ' : *class;
    }
    if (s.row_count > s.drawn) {
        s.rows[s.drawn].notes[0] =
            drc_arena_strdup(a, drc_fmt_usd(s.rows[s.drawn].values[0], (char[DRC_FMT_BYTES]){0}));
        s.rows[s.drawn].notes[1] = pct(a, 1);
    }
    struct drc_chart_pareto spec = {
        .title = s.texts.title,
        .subtitle = s.texts.subtitle,
        .footer = drc_arena_printf(a,
                                   "Class A: less than 50 %% of the cost lies before it; B: less "
                                   "than 80 %%; C: the rest. %s",
                                   s.texts.footer),
        .rows = s.rows,
        .row_count = s.row_count,
        .classes = classes,
        .rule_rows = n80 <= (int64_t)s.drawn ? (size_t)n80 : s.row_count,
        .rule_text = drc_arena_printf(
            a, "%lld of %zu %s %s 80 %%", (long long)n80, s.live,
            drc_fmt_noun((int64_t)s.live, s.res->report->noun, s.res->report->nouns),
            drc_fmt_noun(n80, "makes", "make")),
        .note_titles = {"Cost", "So far", "Class"}};
    return drc_chart_pareto(t, &spec, svg, err);
}

static int draw_dots(struct drc_arena *a, const struct drc_theme *t,
                     const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err)
{
    char text[DRC_FMT_BYTES];
    struct sheet s = make_sheet(a, whole, notes_spot);
    size_t days = longest_series(&s, "evictions_daily");
    for (size_t i = 0; i < s.row_count; i++) {
        struct drc_chart_row *r = &s.rows[i];
        r->spark = r->is_other ? rest_days(a, &s, i, "evictions_daily", days)
                               : last_days(a, s.res, i, "evictions_daily", days);
        r->spark_count = days;
        if (r->is_other) /* rates are not a sum and stay out */
            r->notes[0] = !drc_result_knows(s.res, i, "evictions")
                              ? "n/a"
                              : drc_arena_strdup(
                                    a, drc_fmt_count(drc_result_sum(s.res, i, "evictions"), text));
    }
    struct drc_chart_dots spec = {
        .title = s.texts.title,
        .subtitle = s.texts.subtitle,
        .footer = drc_arena_printf(a, "%s%s", drc_chart_weekends(days, DRC_CHART_STRIP_PX),
                                   s.texts.footer),
        .rows = s.rows,
        .row_count = s.row_count,
        .value_title = "Expected loss",
        .note_titles = {"Evictions", "/100 h spot", "Runs hit"},
        .first_day = s.res->params.as_of_day + 1 - (int64_t)days,
        .day_count = days};
    return drc_chart_dots(t, &spec, svg, err);
}

int drc_compose_chart(struct drc_arena *a, const struct drc_theme *t,
                      const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err)
{
    static const struct {
        const char *mark;
        int (*draw)(struct drc_arena *a, const struct drc_theme *t, const struct drc_context *whole,
                    struct drc_buf *svg, struct drc_err *err);
    } kinds[] = {{"stacked-hbar", draw_bars},
                 {"bars-area", draw_bars_area},
                 {"pareto", draw_pareto},
                 {"dot-strip", draw_dots},
                 {"band", drc_compose_band}};
    const struct drc_report *r = whole->result->report;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].mark, r->mark) == 0)
            return kinds[i].draw(a, t, whole, svg, err);
    return drc_err_set(err, DRC_ERR_CONFIG, "%s: there is no chart of the kind '%s'", r->path,
                       r->mark);
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
                             const struct drc_context *c, const struct drc_chart_path *path,
                             struct drc_buf *svg, struct drc_err *err)
{
    static const struct drc_chart_series series[] = {{"Cost by day", DRC_ROLE_DBU}};
    const struct drc_result *res = c->result;
    size_t row = (size_t)c->selection.row;
    if (path != NULL && path->box_count == 0)
        path = NULL;
    if (drc_result_cell(res, row, "expected_daily")->type != DRC_CELL_NULL)
        return drc_compose_band_entity(a, t, c, path, svg, err);
    int64_t days[CHART_SERIES_DAYS], before = drc_result_int(res, row, "baseline_uusd", INT64_MIN),
                                     *marks;
    const char **labels;
    char text[DRC_FMT_BYTES];
    struct drc_chart_days spec = {
        .title = c->selection.label,
        .subtitle =
            drc_arena_printf(a, "%s in %d %s, all cost layers",
                             drc_fmt_usd(drc_result_int(res, row, "total_uusd", 0), text),
                             res->params.days, drc_fmt_noun(res->params.days, "day", "days")),
        .footer = drc_chart_footer(a, res),
        .series = series,
        .series_count = 1,
        .day_count = drc_result_series(drc_result_cell(res, row, "daily"), days, CHART_SERIES_DAYS),
        .values = days,
        .reference_uusd = before == INT64_MIN ? INT64_MIN : before / res->params.days,
        .reference_label = "mean of the window before",
        .path = path,
    };
    spec.first_day = res->params.as_of_day + 1 - (int64_t)spec.day_count;
    spec.mark_count = take_marks(a, c, &marks, &labels);
    spec.marks = marks;
    spec.mark_labels = labels;
    return drc_chart_days(t, &spec, svg, err);
}
