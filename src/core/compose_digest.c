/* The root message of a digest and its chart. */
#include "drc/compose_digest.h"

#include <math.h>
#include <string.h>

#include "core/compose_parts.h"
#include "drc/clock.h"
#include "drc/fmt.h"

/* Reasons for "Not an issue": value, label. The person's choice is kept and said. */
static const struct drc_option reasons[] = {{"Expected growth", "growth", NULL, NULL},
                                            {"One-off, already over", "one-off", NULL, NULL},
                                            {"Known and accepted", "accepted", NULL, NULL},
                                            {"The data is wrong", "data", NULL, NULL}};
enum { REASONS = sizeof reasons / sizeof *reasons };

int64_t drc_digest_landing(const struct drc_digest *d)
{
    return d->month_uusd + llround(d->forecast.sum);
}

int64_t drc_digest_crossing(const struct drc_digest *d)
{
    double sum = (double)d->month_uusd;
    if (d->budget_uusd < 0 || sum > (double)d->budget_uusd)
        return 0; /* none, or behind us: the share says it */
    for (size_t i = 0; i < d->ahead; i++) {
        sum += d->days[i].value;
        if (sum > (double)d->budget_uusd)
            return d->last_day + 1 + (int64_t)i;
    }
    return 0;
}

/* ---- chart -------------------------------------------------------------------------------- */

static const char *chart_subtitle(struct drc_arena *a, const struct drc_digest *d)
{
    char landing[DRC_FMT_BYTES], lo[DRC_FMT_BYTES], hi[DRC_FMT_BYTES], so_far[DRC_FMT_BYTES];
    if (!d->has_forecast)
        return "Too few days for a forecast";
    return drc_arena_printf(a, "Month so far %s, at its end %s (80 %%: %s to %s)",
                            drc_fmt_usd(d->month_uusd, so_far),
                            drc_fmt_usd(drc_digest_landing(d), landing),
                            drc_fmt_usd(d->month_uusd + llround(d->forecast.lo), lo),
                            drc_fmt_usd(d->month_uusd + llround(d->forecast.hi), hi));
}

int drc_compose_digest_chart(struct drc_arena *a, const struct drc_theme *t,
                             const struct drc_digest *d, struct drc_buf *svg, struct drc_err *err)
{
    size_t shown = d->daily_count < (size_t)d->def->trend_days ? d->daily_count
                                                               : (size_t)d->def->trend_days,
           ahead = d->has_forecast ? d->ahead : 0, n = shown + ahead;
    int64_t *line[4];
    char date[16];
    for (int k = 0; k < 4; k++) {
        line[k] = drc_arena_array(a, n + 1, sizeof **line);
        for (size_t i = 0; i < n; i++)
            line[k][i] = DRC_CHART_UNKNOWN;
    }
    memcpy(line[0], d->daily + d->daily_count - shown, shown * sizeof **line);
    for (size_t i = 0; i < ahead; i++) {
        line[1][shown + i] = llround(d->days[i].value);
        line[2][shown + i] = llround(d->days[i].lo);
        line[3][shown + i] = llround(d->days[i].hi);
    }
    struct drc_chart_band spec = {
        .title = "Cost by day, and forecast to the end of the month",
        .subtitle = chart_subtitle(a, d),
        .footer = drc_arena_printf(a, "%s price, USD; data complete to %s, UTC days%s",
                                   d->total->params.contract ? "Contract" : "List",
                                   drc_date_long(d->total->data_last_day, date),
                                   d->total->sample ? "; sample data" : ""),
        .plot_title = "Total cost by day",
        .first_day = d->last_day - (int64_t)shown + 1,
        .day_count = n,
        .actual = line[0],
        .expected = line[1],
        .low = line[2],
        .high = line[3]};
    return drc_chart_band(t, &spec, svg, err);
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void add_header(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d,
                       const char *window)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_HEADER, "title");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "%s, %s%s", d->def->title, window,
                    d->preview ? " (preview)" : "");
}

static void add_scope(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d)
{
    struct drc_block *b = drc_compose_scope(a, m, d->total);
    if (d->every != NULL)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 %s, %s", d->every, d->zone);
}

/* What a reader must know before the figures: that it is late, what was left out, what changed. */
static void add_notes(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d)
{
    const char *left =
        d->left_out == NULL
            ? NULL
            : drc_arena_printf(a, "Left out, cannot be narrowed like this: %s.", d->left_out);
    const char *const notes[] = {d->late, d->skipped, d->correction, left};
    struct drc_block *b = NULL;
    for (size_t i = 0; i < 4; i++) {
        if (notes[i] == NULL)
            continue;
        if (b == NULL)
            b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "notes");
        else
            drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "\n");
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, notes[i]);
    }
}

static const char *forecast_text(struct drc_arena *a, const struct drc_digest *d)
{
    char landing[DRC_FMT_BYTES], lo[DRC_FMT_BYTES], hi[DRC_FMT_BYTES], error[DRC_FMT_BYTES];
    return drc_arena_printf(a, "%s (80 %%: %s to %s)%s",
                            drc_fmt_usd(drc_digest_landing(d), landing),
                            drc_fmt_usd(d->month_uusd + llround(d->forecast.lo), lo),
                            drc_fmt_usd(d->month_uusd + llround(d->forecast.hi), hi),
                            isnan(d->error) ? ""
                                            : drc_arena_printf(a, "; earlier ones were %s off",
                                                               drc_fmt_pct(d->error, error)));
}

static const char *budget_text(struct drc_arena *a, const struct drc_digest *d)
{
    char used[DRC_FMT_BYTES], whole[DRC_FMT_BYTES], ends[DRC_FMT_BYTES], day[16];
    double budget = (double)d->budget_uusd;
    const char *text =
        drc_arena_printf(a, "%s of %s used", drc_fmt_pct((double)d->month_uusd / budget, used),
                         drc_fmt_usd(d->budget_uusd, whole));
    if (!d->has_forecast)
        return text;
    int64_t crossing = drc_digest_crossing(d);
    text = drc_arena_printf(a, "%s, forecast %s", text,
                            drc_fmt_pct((double)drc_digest_landing(d) / budget, ends));
    return crossing == 0
               ? text
               : drc_arena_printf(a, "%s; used up on %s", text, drc_date_short(crossing, day));
}

static void pair(struct drc_arena *a, struct drc_text *pairs, size_t *n, const char *label,
                 const char *text)
{
    drc_text_add(a, &pairs[2 * *n], DRC_SPAN_PLAIN, label);
    drc_text_add(a, &pairs[2 * (*n)++ + 1], DRC_SPAN_PLAIN, text);
}

static void add_figures(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d)
{
    size_t n = 0;
    struct drc_text *pairs = drc_arena_array(a, 2 * (d->def->figure_count + 3), sizeof *pairs);
    for (; n < d->def->figure_count; n++)
        drc_compose_figure(a, &d->def->figures[n], d->whole, &pairs[2 * n]);
    if (d->has_forecast)
        pair(a, pairs, &n, "Month at its end, forecast", forecast_text(a, d));
    if (d->budget_uusd > 0)
        pair(a, pairs, &n, "Budget of the month", budget_text(a, d));
    if (d->taggable_uusd > 0) {
        char share[DRC_FMT_BYTES], amount[DRC_FMT_BYTES];
        pair(a, pairs, &n, drc_arena_printf(a, "Without the tag %s", d->def->tag),
             drc_arena_printf(
                 a, "%s (%s of what can be tagged)", drc_fmt_usd(d->untagged_uusd, amount),
                 drc_fmt_pct((double)d->untagged_uusd / (double)d->taggable_uusd, share)));
    }
    if (n == 0)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_FIGURES, "figures");
    b->figures = pairs;
    b->figure_count = n;
}

static void add_item_text(struct drc_arena *a, struct drc_message *m,
                          const struct drc_digest_item *item, size_t number)
{
    char amount[DRC_FMT_BYTES];
    struct drc_block *b =
        drc_message_add(a, m, DRC_BLOCK_TEXT, drc_arena_printf(a, "item-%zu", number));
    drc_text_printf(a, &b->text, DRC_SPAN_BOLD, "%zu. %s at stake", number,
                    drc_fmt_usd(item->stake_uusd, amount));
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "  ");
    drc_text_join(&b->text, &item->text);
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, ".\n");
    if (item->owner != NULL) {
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "Owner ");
        drc_text_add(a, &b->text, DRC_SPAN_CODE, item->owner);
    } else {
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "No owner is known");
    }
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 open %lld %s \u00b7 %s",
                    (long long)item->open_days, drc_fmt_noun(item->open_days, "day", "days"),
                    item->before ? "was in the digest before" : "new in this digest");
    if (item->taken_by == NULL)
        return;
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 taken by ");
    drc_text_add(a, &b->text, DRC_SPAN_USER, item->taken_by);
}

static void add_item_buttons(struct drc_arena *a, struct drc_message *m,
                             const struct drc_digest_item *item, size_t number)
{
    struct drc_block *b =
        drc_message_add(a, m, DRC_BLOCK_BUTTONS, drc_arena_printf(a, "do-%zu", number));
    struct drc_button *buttons = drc_arena_array(a, 2, sizeof *buttons);
    buttons[b->button_count++] =
        (struct drc_button){.label = "Diagnose",
                            .action_id = drc_arena_printf(a, "chip:%s", item->chip->id),
                            .value = drc_value_make(a, item->run_id, item->entity_id),
                            .accessibility = drc_arena_printf(a, "%.70s", item->chip->question)};
    b->buttons = buttons;
    if (item->id == 0)
        return;
    buttons[b->button_count++] = (struct drc_button){
        .label = "Take it",
        .action_id = "digest:take",
        .value = drc_arena_printf(a, "%lld take", (long long)item->id),
        .accessibility = drc_arena_printf(a, "Take item %zu, %.50s", number, item->name)};
    struct drc_option *options = drc_arena_array(a, REASONS, sizeof *options);
    for (size_t i = 0; i < REASONS; i++)
        options[i] = (struct drc_option){
            reasons[i].label, drc_arena_printf(a, "%lld %s", (long long)item->id, reasons[i].value),
            NULL, NULL};
    b->select = (struct drc_select){"digest:dismiss", "Not an issue: why?", options, REASONS, -1};
}

static void add_items(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "decide");
    if (d->item_count == 0) {
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "Nothing needs a decision.");
    } else {
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, "Needs a decision");
        if (d->more > 0)
            drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                            "  the dearest %zu; %zu more in the thread", d->item_count, d->more);
    }
    if (d->dismissed > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 %zu left out as not an issue",
                        d->dismissed);
    for (size_t i = 0; i < d->item_count; i++) {
        add_item_text(a, m, &d->items[i], i + 1);
        add_item_buttons(a, m, &d->items[i], i + 1);
    }
}

static void add_reports(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d)
{
    struct drc_button *buttons = drc_arena_array(a, d->section_count + 1, sizeof *buttons);
    for (size_t i = 0; i < d->section_count; i++)
        buttons[i] = (struct drc_button){
            .label = d->sections[i].report->title,
            .action_id = drc_arena_printf(a, "start:%s", d->sections[i].report->id),
            .value = d->sections[i].report->id};
    if (d->section_count == 0)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_BUTTONS, "reports");
    b->buttons = buttons;
    b->button_count = d->section_count;
}

static void add_footer(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "footer");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "%s v%d \u00b7 total of %s v%d \u00b7 rows %.8s",
                    d->def->id, d->def->version, d->total->report->id, d->total->report->version,
                    d->total->rows_hash);
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 no AI in this message");
}

static const char *summary(struct drc_arena *a, const struct drc_digest *d, const char *window)
{
    const struct drc_fact *total = drc_context_fact(d->whole, "total_uusd"),
                          *change = drc_context_fact(d->whole, "change_ratio");
    if (drc_result_live(d->total) == 0)
        return drc_arena_printf(a, "%s %s: nothing in this scope had any cost", d->def->title,
                                window);
    return drc_arena_printf(
        a, "%s %s: %s%s, %s", d->def->title, window, total == NULL ? "n/a" : total->display,
        change == NULL || !change->known ? "" : drc_arena_printf(a, " (%s)", change->display),
        d->item_count == 0 ? "nothing needs a decision"
                           : drc_arena_printf(a, "%zu to decide, top: %s", d->item_count + d->more,
                                              d->items[0].name));
}

/* Two lines: what it came to, and where it is going. */
static void add_quiet(struct drc_arena *a, struct drc_message *m, const struct drc_digest *d)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "quiet");
    if (drc_result_live(d->total) == 0) {
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN,
                     "Nothing in this scope had any cost in this window. If that is not so, check "
                     "the filters of the subscription.");
        return;
    }
    if (!drc_slots_fill(a, d->def->quiet, d->whole, &b->text, NULL))
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "Nothing needs a decision: %s.",
                        drc_result_amount(a, d->total, -1));
    if (d->has_forecast)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "\nMonth at its end, forecast: %s",
                        forecast_text(a, d));
    if (d->has_forecast && d->budget_uusd > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "; budget: %s", budget_text(a, d));
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, ".");
}

struct drc_message *drc_compose_digest(struct drc_arena *a, const struct drc_digest *d)
{
    char window[40];
    drc_date_range(d->total->first_day, d->total->params.as_of_day, window);
    struct drc_message *m = drc_message_new(a, summary(a, d, window));
    add_header(a, m, d, window);
    add_scope(a, m, d);
    add_notes(a, m, d);
    if (d->quiet) {
        add_quiet(a, m, d);
    } else {
        add_figures(a, m, d);
        drc_compose_picture(
            a, m, &d->picture, "digest",
            drc_arena_printf(a, "Total cost by day in USD. %s.", chart_subtitle(a, d)));
        add_items(a, m, d);
    }
    add_reports(a, m, d);
    add_footer(a, m, d);
    return m;
}
