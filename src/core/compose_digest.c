/* The root message of a digest and its chart. */
#include "drc/compose_digest.h"

#include <math.h>
#include <string.h>

#include "core/compose_parts.h"
#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/limits.h"
#include "drc/utf8.h"

/* Reasons for "Not an issue": value, label. The person's choice is kept and said. */
static const struct drc_option reasons[] = {{"Expected growth", "growth", NULL, NULL},
                                            {"One-off, already over", "one-off", NULL, NULL},
                                            {"Known and accepted", "accepted", NULL, NULL},
                                            {"The data is wrong", "data", NULL, NULL}};
enum {
    REASONS = sizeof reasons / sizeof *reasons,
    NAME_CHARS = 80, /* of a name of the platform */
    LIST_CHARS = 8000
};

int64_t drc_digest_landing(const struct drc_digest *d)
{
    return d->month_uusd + llround(d->forecast.sum);
}

int64_t drc_digest_crossing(const struct drc_digest *d)
{
    double sum = 0, budget = (double)d->budget_uusd;
    int year, month, mday;
    if (d->budget_uusd < 0)
        return 0;
    drc_date_civil(d->last_day, &year, &month, &mday);
    size_t past = d->daily_count < (size_t)mday ? d->daily_count : (size_t)mday;
    for (size_t i = 0; i < past; i++)
        if ((sum += (double)d->daily[d->daily_count - past + i]) > budget)
            return d->last_day + 1 - (int64_t)past + (int64_t)i;
    for (size_t i = 0; i < d->ahead; i++)
        if ((sum += d->days[i].value) > budget)
            return d->last_day + 1 + (int64_t)i;
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
    int year, month, mday;
    drc_date_civil(d->last_day, &year, &month, &mday);
    int64_t month_first = d->last_day - mday + 1, month_days = mday + (int64_t)d->ahead;
    bool budget = d->budget_uusd > 0;
    struct drc_chart_band spec = {
        .title = "Cost by day, and forecast to the end of the month",
        .subtitle = chart_subtitle(a, d),
        .footer = drc_arena_printf(a, "%s%s%s price, USD. UTC days.%s",
                                   drc_chart_weekends(n, DRC_CHART_BAND_PX),
                                   budget ? "Budget: its part of a day. " : "",
                                   d->total->params.contract ? "Contract" : "List",
                                   d->total->sample ? " Sample data." : ""),
        .forecast_name = "forecast",
        .forecast_note = ahead == 0 ? "" : "solid: actual, dashed: forecast, shaded: 80 % of it",
        .level_uusd = budget ? d->budget_uusd / month_days : 0,
        .level_from_day = month_first,
        .level_name = "budget",
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
    const char *const notes[] = {d->late, d->clock, d->skipped, d->correction, left};
    struct drc_block *b = NULL;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
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
    const char *text =
        drc_arena_printf(a, "%s (80 %%: %s to %s)", drc_fmt_usd(drc_digest_landing(d), landing),
                         drc_fmt_usd(d->month_uusd + llround(d->forecast.lo), lo),
                         drc_fmt_usd(d->month_uusd + llround(d->forecast.hi), hi));
    if (!isnan(d->error))
        text =
            drc_arena_printf(a, "%s; earlier ones were %s off", text, drc_fmt_pct(d->error, error));
    return d->events == NULL ? text
                             : drc_arena_printf(a, "%s; events not in it: %s", text, d->events);
}

static const char *budget_text(struct drc_arena *a, const struct drc_digest *d)
{
    char used[DRC_FMT_BYTES], whole[DRC_FMT_BYTES], ends[DRC_FMT_BYTES], day[16];
    double budget = (double)d->budget_uusd;
    int year, month, mday;
    drc_date_civil(d->last_day, &year, &month, &mday);
    const char *text = drc_arena_printf(
        a, "%s of %s used after %d of %d days", drc_fmt_pct((double)d->month_uusd / budget, used),
        drc_fmt_usd(d->budget_uusd, whole), mday, mday + (int)d->ahead);
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
    for (size_t i = 0; i < d->def->figure_count; i++) {
        const struct drc_figure *f = &d->def->figures[i];
        struct drc_text probe = {NULL, NULL};
        if (f->otherwise == NULL && !drc_slots_fill(a, f->text, d->whole, &probe, NULL))
            continue; /* the other of the two totals knows it */
        drc_compose_figure(a, f, d->whole, &pairs[2 * n++]);
    }
    if (d->has_forecast)
        pair(a, pairs, &n, "Month-end forecast", forecast_text(a, d));
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

static const char *shortened(struct drc_arena *a, const char *name)
{
    return drc_utf8_clean(a, name, strlen(name), NAME_CHARS, false);
}

/* How long it gets where every mark is escaped. */
static size_t length_of(struct drc_arena *a, const struct drc_text *t)
{
    const char *text = drc_text_plain(a, t);
    size_t n = drc_utf8_count(text);
    for (; *(text += strcspn(text, "&<>")) != '\0'; text++)
        n += 4;
    return n;
}

/* "1. `name`  $1,883 at stake: +73 % above ...", then who and since when. */
static void put_item(struct drc_arena *a, struct drc_text *t, const struct drc_digest_item *item,
                     size_t number)
{
    char amount[DRC_FMT_BYTES], day[16];
    drc_text_printf(a, t, DRC_SPAN_BOLD, "%zu. ", number);
    drc_text_add(a, t, DRC_SPAN_CODE, shortened(a, item->name));
    drc_text_printf(a, t, DRC_SPAN_BOLD, "  %s at stake: ", drc_fmt_usd(item->stake_uusd, amount));
    drc_text_join(t, &item->text);
    drc_text_add(a, t, DRC_SPAN_PLAIN, ".\n");
    if (item->owner != NULL) {
        drc_text_add(a, t, DRC_SPAN_PLAIN, "Owner ");
        drc_text_add(a, t, DRC_SPAN_CODE, shortened(a, item->owner));
    } else {
        drc_text_add(a, t, DRC_SPAN_PLAIN, "No owner is known");
    }
    drc_text_printf(a, t, DRC_SPAN_PLAIN, " \u00b7 open %lld %s \u00b7 ",
                    (long long)item->open_days, drc_fmt_noun(item->open_days, "day", "days"));
    switch (item->seen) {
    case DRC_ITEM_NEW:
        drc_text_add(a, t, DRC_SPAN_PLAIN, "new in this digest");
        break;
    case DRC_ITEM_LAST_TIME:
        drc_text_add(a, t, DRC_SPAN_PLAIN, "was in the digest before");
        break;
    case DRC_ITEM_EARLIER:
        drc_text_printf(a, t, DRC_SPAN_PLAIN, "back again, last in the digest of %s",
                        drc_date_short(item->seen_day, day));
        break;
    }
    if (item->taken_by == NULL)
        return;
    drc_text_add(a, t, DRC_SPAN_PLAIN, " \u00b7 taken by ");
    drc_text_add(a, t, DRC_SPAN_USER, item->taken_by);
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
    size_t shown = d->item_count < DRC_DIGEST_ITEMS_MAX ? d->item_count : DRC_DIGEST_ITEMS_MAX,
           more = d->item_count - shown + d->more;
    if (shown == 0) {
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "Nothing needs a decision.");
    } else {
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, "Needs a decision");
        if (more > 0)
            drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                            "  the dearest %zu; %zu more in the thread", shown, more);
    }
    if (d->dismissed > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 %zu left out as not an issue",
                        d->dismissed);
    for (size_t i = 0; i < shown; i++) {
        b = drc_message_add(a, m, DRC_BLOCK_TEXT, drc_arena_printf(a, "item-%zu", i + 1));
        put_item(a, &b->text, &d->items[i], i + 1);
        add_item_buttons(a, m, &d->items[i], i + 1);
    }
}

/* One menu for a deed of many items; those without an id are of a preview. */
static void add_menu(struct drc_arena *a, struct drc_message *m, const char *block_id,
                     struct drc_select menu)
{
    if (menu.option_count == 0)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_PICKER, block_id);
    menu.selected = -1;
    b->select = menu;
}

static void add_menus(struct drc_arena *a, struct drc_message *m,
                      const struct drc_digest_item *items, size_t n)
{
    struct drc_option *ask = drc_arena_array(a, n, sizeof *ask),
                      *take = drc_arena_array(a, n, sizeof *take),
                      *dismiss = drc_arena_array(a, n * REASONS, sizeof *dismiss);
    size_t asks = 0, takes = 0;
    for (size_t i = 0; i < n; i++) {
        const struct drc_digest_item *item = &items[i];
        const char *name = drc_arena_printf(a, "%zu. %s", i + DRC_DIGEST_ITEMS_MAX + 1, item->name);
        const char *value = drc_arena_printf(
            a, "%s %s", drc_value_make(a, item->run_id, item->entity_id), item->chip->id);
        if (strlen(value) <= DRC_OPTION_VALUE_MAX)
            ask[asks++] = (struct drc_option){name, value, NULL, NULL};
        if (item->id == 0)
            continue;
        for (size_t k = 0; k < REASONS; k++)
            dismiss[takes * REASONS + k] = (struct drc_option){
                reasons[k].label,
                drc_arena_printf(a, "%lld %s", (long long)item->id, reasons[k].value), NULL, name};
        take[takes++] = (struct drc_option){
            name, drc_arena_printf(a, "%lld take", (long long)item->id), NULL, NULL};
    }
    add_menu(a, m, "do-ask", (struct drc_select){"more:chips", "Diagnose one", ask, asks, -1});
    add_menu(a, m, "do-take", (struct drc_select){"digest:take", "Take one", take, takes, -1});
    add_menu(a, m, "do-dismiss",
             (struct drc_select){"digest:dismiss", "Not an issue: which, why?", dismiss,
                                 takes * REASONS, -1});
}

struct drc_message *drc_compose_digest_more(struct drc_arena *a, const struct drc_digest *d)
{
    const size_t in_root = DRC_DIGEST_ITEMS_MAX;
    size_t n = in_root, chars = 0;
    if (d->item_count <= in_root)
        return NULL;
    struct drc_message *m = drc_message_new(
        a, drc_arena_printf(a, "%zu more that need a decision", d->item_count - in_root + d->more));
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "decide");
    drc_text_add(a, &b->text, DRC_SPAN_BOLD, "Needs a decision, too");
    for (; n < d->item_count; n++) {
        struct drc_text line = {NULL, NULL};
        put_item(a, &line, &d->items[n], n + 1);
        chars += length_of(a, &line);
        if (chars > LIST_CHARS)
            break;
        b = drc_message_add(a, m, DRC_BLOCK_TEXT, drc_arena_printf(a, "item-%zu", n + 1));
        drc_text_join(&b->text, &line);
    }
    size_t left = d->item_count - n + d->more;
    if (left > 0) {
        b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "rest");
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "%zu more are cheaper than these and not listed; the reports below have "
                        "them all.",
                        left);
    }
    add_menus(a, m, &d->items[in_root], n - in_root);
    return m;
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
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "\nMonth-end forecast: %s",
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
