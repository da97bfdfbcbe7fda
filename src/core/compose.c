/* The two large messages: a report and an entity card. */
#include "core/compose_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/limits.h"
#include "drc/utf8.h"

char *drc_value_make(struct drc_arena *a, const char *run_id, const char *entity_id)
{
    return drc_arena_printf(a, "%s %s", run_id, entity_id);
}

int drc_value_split(struct drc_arena *a, const char *value, const char **run_id,
                    const char **entity_id)
{
    const char *space = value == NULL ? NULL : strchr(value, ' ');
    if (space == NULL || space == value || space[1] == '\0' || strlen(value) > 400)
        return -1;
    *run_id = drc_arena_strndup(a, value, (size_t)(space - value));
    *entity_id = drc_arena_strdup(a, space + 1);
    return 0;
}

static const char *shown(const struct drc_context *c, const char *metric)
{
    const struct drc_fact *f = drc_context_fact(c, metric);
    return f == NULL ? "n/a" : f->display;
}

/* As the report's header writes it. */
void drc_compose_figure(struct drc_arena *a, const struct drc_figure *f,
                        const struct drc_context *c, struct drc_text pair[2])
{
    drc_slots_fill(a, f->label, c, &pair[0], NULL);
    if (!drc_slots_fill(a, f->text, c, &pair[1], NULL) &&
        (f->otherwise == NULL || !drc_slots_fill(a, f->otherwise, c, &pair[1], NULL)))
        drc_text_add(a, &pair[1], DRC_SPAN_PLAIN, "n/a");
}

static void add_figures(struct drc_arena *a, struct drc_message *m, const struct drc_figure *list,
                        size_t count, const struct drc_context *c)
{
    struct drc_text *pairs = drc_arena_array(a, 2 * count + 1, sizeof *pairs);
    for (size_t i = 0; i < count; i++)
        drc_compose_figure(a, &list[i], c, &pairs[2 * i]);
    if (count == 0)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_FIGURES, "figures");
    b->figures = pairs;
    b->figure_count = count;
}

static void add_header(struct drc_arena *a, struct drc_message *m, const char *title)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_HEADER, "title");
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, title);
}

static void add_asker(struct drc_arena *a, struct drc_text *t, const char *asked_by)
{
    if (asked_by == NULL || *asked_by == '\0')
        return;
    drc_text_add(a, t, DRC_SPAN_PLAIN, " \u00b7 asked by ");
    drc_text_add(a, t, DRC_SPAN_USER, asked_by);
}

static void add_filter(struct drc_arena *a, struct drc_text *t, const char *name, const char *value)
{
    if (value == NULL)
        return;
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "%s%s ", t->first == NULL ? "" : " \u00b7 ", name);
    drc_text_add(a, t, DRC_SPAN_CODE, value);
}

/* What the figures are of, and to which day. */
static void add_basis(struct drc_arena *a, struct drc_text *t, const struct drc_result *res)
{
    char day[16];
    drc_date_long(res->data_last_day, day);
    if (res->report->reads_state) {
        drc_text_printf(a, t, DRC_SPAN_PLAIN,
                        "calls of models by drc, USD \u00b7 newest call on %s, UTC days", day);
        return;
    }
    if (t->first == NULL)
        drc_text_add(a, t, DRC_SPAN_PLAIN, "all workspaces");
    drc_text_printf(a, t, DRC_SPAN_PLAIN,
                    " \u00b7 %s price, USD \u00b7 data complete to %s, UTC days",
                    res->params.contract ? "contract" : "list", day);
}

struct drc_block *drc_compose_scope(struct drc_arena *a, struct drc_message *m,
                                    const struct drc_result *res)
{
    const struct drc_params *p = &res->params;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "scope");
    add_filter(a, &b->text, "workspace", p->workspace);
    add_filter(a, &b->text, "owner", p->owner);
    add_filter(a, &b->text, "department", p->department);
    if (p->tag_key != NULL)
        add_filter(a, &b->text, "tag", drc_arena_printf(a, "%s=%s", p->tag_key, p->tag_value));
    add_basis(a, &b->text, res);
    if (res->sample)
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 sample data");
    return b;
}

static void add_scope(struct drc_arena *a, struct drc_message *m, const struct drc_result *res,
                      const char *asked_by)
{
    char day[16];
    struct drc_block *b = drc_compose_scope(a, m, res);
    if (res->first_day < res->data_first_day)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        " \u00b7 the data starts on %s: nothing is known of the first %lld %s",
                        drc_date_long(res->data_first_day, day),
                        (long long)(res->data_first_day - res->first_day),
                        drc_fmt_noun(res->data_first_day - res->first_day, "day", "days"));
    add_asker(a, &b->text, asked_by);
}

void drc_compose_picture(struct drc_arena *a, struct drc_message *m, const struct drc_picture *pic,
                         const char *file, const char *alt)
{
    if (pic->png == NULL && pic->trouble == NULL)
        return; /* nothing to draw */
    if (pic->png == NULL) {
        struct drc_block *note = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "chart");
        drc_text_printf(a, &note->text, DRC_SPAN_PLAIN, "The chart could not be drawn: %s.",
                        pic->trouble);
        return;
    }
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_IMAGE, "chart");
    b->image.png = pic->png;
    b->image.png_bytes = pic->png_bytes;
    b->image.file_name = drc_arena_printf(a, "%s.png", file);
    b->image.alt = alt;
}

static void add_footer(struct drc_arena *a, struct drc_message *m, const struct drc_result *res,
                       const char *run_id, const char *more)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "footer");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                    "run %s \u00b7 %s v%d \u00b7 sql %.8s \u00b7 rows %.8s \u00b7 %s", run_id,
                    res->report->id, res->report->version, res->report->sql_hash, res->rows_hash,
                    more);
}

/* ---- the report --------------------------------------------------------------------------- */

/* What the amount is that ranks the rows: "Total", "Exp. loss", "Impact". */
static const char *amount_title(const struct drc_report *r)
{
    return drc_report_title(r, r->amount);
}

static char *report_summary(struct drc_arena *a, const struct drc_result *res,
                            const struct drc_context *whole)
{
    struct drc_text own = {NULL, NULL};
    const char *window = drc_result_window(a, res);
    if (drc_result_live(res) == 0)
        return drc_arena_printf(a, "%s %s: nothing in this window", res->report->title, window);
    if (res->report->summary != NULL && drc_slots_fill(a, res->report->summary, whole, &own, NULL))
        return drc_arena_printf(a, "%s %s: %s", res->report->title, window,
                                drc_text_plain(a, &own));
    if (!drc_result_knows(res, 0, res->report->amount))
        return drc_arena_printf(a, "%s %s: %s is not known", res->report->title, window,
                                amount_title(res->report));
    const struct drc_fact *change = drc_context_fact(whole, "change_ratio");
    return drc_arena_printf(
        a, "%s %s: %s%s, top: %s %s", res->report->title, window, drc_result_amount(a, res, -1),
        change == NULL || !change->known ? "" : drc_arena_printf(a, " (%s)", change->display),
        drc_result_label(a, res, 0), drc_result_amount(a, res, 0));
}

static char *report_alt(struct drc_arena *a, const struct drc_result *res)
{
    const char *text =
        drc_arena_printf(a, "%s in USD, %s. %s %s.", res->report->title, drc_result_window(a, res),
                         amount_title(res->report), drc_result_amount(a, res, -1));
    size_t named = drc_result_knows(res, 0, res->report->amount) ? drc_result_live(res) : 0;
    for (size_t i = 0; i < 3 && i < named; i++)
        text = drc_arena_printf(a, "%s%s %s %s", text, i == 0 ? " Top:" : ",",
                                drc_result_label(a, res, i), drc_result_amount(a, res, (int)i));
    return drc_arena_printf(a, "%s.", text);
}

/* How much of the bill the rows explain, and at which prices. */
static void add_bill(struct drc_arena *a, struct drc_text *t, const struct drc_result *res)
{
    char share[DRC_FMT_BYTES], whole[DRC_FMT_BYTES];
    if (res->billed_uusd > 0)
        drc_text_printf(a, t, DRC_SPAN_PLAIN,
                        " \u00b7 explains %s of the %s $ billed for its products, which are %s "
                        "of the whole bill",
                        drc_fmt_pct((double)res->explained_uusd / (double)res->billed_uusd, share),
                        res->params.contract ? "contract" : "list",
                        drc_fmt_pct(res->bill_uusd > 0
                                        ? (double)res->billed_uusd / (double)res->bill_uusd
                                        : (double)NAN,
                                    whole));
    drc_text_add(a, t, DRC_SPAN_PLAIN,
                 res->params.contract
                     ? " \u00b7 list price less the configured discounts, VM cost is an estimate"
                     : " \u00b7 list price before discounts, VM cost is an estimate");
}

/* The same of calls of models. */
static void add_ai_bill(struct drc_arena *a, struct drc_text *t, const struct drc_result *res)
{
    char share[DRC_FMT_BYTES], n[DRC_FMT_BYTES];
    int64_t unpriced = drc_result_sum(res, 0, "unpriced"),
            estimated = drc_result_sum(res, 0, "estimated");
    if (res->billed_uusd > 0)
        drc_text_printf(a, t, DRC_SPAN_PLAIN,
                        " \u00b7 explains %s of the $ that the calls of the window cost",
                        drc_fmt_pct((double)res->explained_uusd / (double)res->billed_uusd, share));
    drc_text_add(a, t, DRC_SPAN_PLAIN, " \u00b7 prices of prompts/models.conf");
    if (unpriced > 0)
        drc_text_printf(a, t, DRC_SPAN_PLAIN, " \u00b7 the price of %s %s is not known",
                        drc_fmt_count(unpriced, n), drc_fmt_noun(unpriced, "call", "calls"));
    if (estimated > 0)
        drc_text_printf(a, t, DRC_SPAN_PLAIN,
                        " \u00b7 the tokens of %s %s are estimated, on the high side",
                        drc_fmt_count(estimated, n), drc_fmt_noun(estimated, "call", "calls"));
}

static void add_honesty(struct drc_arena *a, struct drc_message *m, const struct drc_result *res)
{
    bool band = strcmp(res->report->mark, "band") == 0; /* draws totals, numbers the worst rows */
    size_t live = drc_result_live(res),
           most = band ? DRC_CHART_EVENTS_MAX : (size_t)res->params.top,
           drawn = live < most ? live : most;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "honesty");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "%zu of %zu %s %s%s", drawn, live,
                    drc_fmt_noun((int64_t)live, res->report->noun, res->report->nouns),
                    band ? "numbered" : "drawn",
                    live > drawn && !band ? ", the rest in Other" : "");
    if (res->report->reads_state)
        add_ai_bill(a, &b->text, res);
    else
        add_bill(a, &b->text, res);
    if (res->price_days != NULL)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        " \u00b7 DBU prices changed on %s: each hour at the price of its time",
                        res->price_days);
    if (res->corrections > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        " \u00b7 %lld billed %s corrected later: counted on the days of use",
                        (long long)res->corrections,
                        drc_fmt_noun(res->corrections, "hour was", "hours were"));
    if (res->rows.truncated)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 only the first %d rows were read",
                        DRC_REPORT_ROWS_MAX);
}

static void add_picker(struct drc_arena *a, struct drc_message *m, const struct drc_result *res,
                       const char *run_id)
{
    size_t live = drc_result_live(res), n = live < DRC_PICKER_ROWS_MAX ? live : DRC_PICKER_ROWS_MAX,
           count = 0;
    struct drc_option *options = drc_arena_array(a, n + 1, sizeof *options);
    options[count++] = (struct drc_option){
        "Whole report",
        drc_value_make(a, run_id, drc_arena_printf(a, "report:%s", res->report->id)), NULL, NULL};
    for (size_t i = 0; i < n; i++) {
        const char *value = drc_value_make(a, run_id, drc_result_text(res, i, res->report->key));
        if (strlen(value) > DRC_OPTION_VALUE_MAX)
            continue; /* an id that long does not fit Slack's option; the card is reached by /drc
                         job */
        options[count++] = (struct drc_option){drc_result_label(a, res, i), value,
                                               drc_result_amount(a, res, (int)i), NULL};
    }
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_PICKER, "picker");
    b->select = (struct drc_select){
        "pick:entity", drc_arena_printf(a, "Choose a %s", res->report->noun), options, count, 0};
}

static struct drc_button chip_button(struct drc_arena *a, const struct drc_chip *c,
                                     const char *value)
{
    return (struct drc_button){
        .label = c->label,
        .action_id = drc_arena_printf(a, "chip:%s", c->id),
        .value = value,
        .accessibility = drc_arena_printf(a, "%s: %.55s", drc_lane_title(c->lane), c->question)};
}

/* The primary chip of each lane, and all chips behind "More questions". They act on the person's
 * own selection. */
static void add_report_chips(struct drc_arena *a, struct drc_message *m,
                             const struct drc_snapshot *s, const struct drc_result *res,
                             const char *run_id)
{
    const char *value = drc_value_make(a, run_id, "@");
    struct drc_button *buttons = drc_arena_array(a, DRC_LANES, sizeof *buttons);
    struct drc_option *options = drc_arena_array(a, s->chips.count + 1, sizeof *options);
    size_t n = 0, more = 0;
    for (int lane = 0; lane < DRC_LANES; lane++) {
        const struct drc_chip *c = drc_chip_primary(&s->chips, "report", (enum drc_lane)lane);
        if (c != NULL)
            buttons[n++] = chip_button(a, c, value);
    }
    for (size_t i = 0; i < s->chips.count && more < 100; i++) {
        const struct drc_chip *c = &s->chips.chips[i];
        if (drc_chip_offered(c, res->report->id, "report"))
            options[more++] =
                (struct drc_option){c->label, drc_arena_printf(a, "%s %s", value, c->id), NULL,
                                    drc_lane_title(c->lane)};
    }
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_BUTTONS, "chips");
    b->buttons = buttons;
    b->button_count = n;
    b->select = (struct drc_select){"more:chips", "More questions", options, more, -1};
}

static void add_report_tools(struct drc_arena *a, struct drc_message *m, const char *run_id)
{
    const char *value = drc_value_make(a, run_id, "@");
    struct drc_button *tools = drc_arena_array(a, 4, sizeof *tools);
    tools[0] = (struct drc_button){.label = "Details", .action_id = "tool:details", .value = value};
    tools[1] = (struct drc_button){.label = "SQL", .action_id = "tool:sql", .value = value};
    tools[2] = (struct drc_button){.label = "CSV", .action_id = "tool:csv", .value = value};
    tools[3] = (struct drc_button){.label = "Replay", .action_id = "tool:replay", .value = value};
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_BUTTONS, "tools");
    b->buttons = tools;
    b->button_count = 4;
}

static void add_empty(struct drc_arena *a, struct drc_message *m, const struct drc_result *res)
{
    char first[16], last[16];
    const struct drc_params *p = &res->params;
    bool filtered =
        p->workspace != NULL || p->owner != NULL || p->department != NULL || p->tag_key != NULL;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "empty");
    if (res->report->empty != NULL)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "%s ", res->report->empty);
    else
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "No %s had any cost in this window. ",
                        res->report->noun);
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                    "%sThe data goes from %s to %s; try another window, for example 60d%s.",
                    filtered ? "Is the filter spelt as the name in the workspace? " : "",
                    drc_date_long(res->data_first_day, first),
                    drc_date_long(res->data_last_day, last), filtered ? ", or fewer filters" : "");
}

struct drc_message *drc_compose_report(struct drc_arena *a, const struct drc_snapshot *s,
                                       const struct drc_result *res,
                                       const struct drc_context *whole, const char *run_id,
                                       const char *asked_by, const struct drc_picture *pic)
{
    struct drc_message *m = drc_message_new(a, report_summary(a, res, whole));
    add_header(a, m, drc_arena_printf(a, "%s, %s", res->report->title, drc_result_window(a, res)));
    add_scope(a, m, res, asked_by);
    if (drc_result_live(res) == 0) {
        add_empty(a, m, res);
        add_report_tools(a, m, run_id);
        add_footer(a, m, res, run_id, "no AI in this message");
        return m;
    }
    add_figures(a, m, res->report->figures, res->report->figure_count, whole);
    drc_compose_picture(a, m, pic, res->report->id, report_alt(a, res));
    add_honesty(a, m, res);
    add_picker(a, m, res, run_id);
    add_report_chips(a, m, s, res, run_id);
    add_report_tools(a, m, run_id);
    add_footer(a, m, res, run_id, "no AI in this message");
    return m;
}

/* ---- the entity card ---------------------------------------------------------------------- */

static void add_lanes(struct drc_arena *a, struct drc_message *m, const struct drc_snapshot *s,
                      const struct drc_context *c, const char *run_id)
{
    const char *value = drc_value_make(a, run_id, c->selection.entity_id);
    for (int lane = 0; lane < DRC_LANES; lane++) {
        struct drc_button *buttons = drc_arena_array(a, 5, sizeof *buttons);
        size_t n = 0;
        for (size_t i = 0; i < s->chips.count && n < 5; i++) {
            const struct drc_chip *chip = &s->chips.chips[i];
            if ((int)chip->lane == lane &&
                drc_chip_offered(chip, c->result->report->id, c->selection.kind))
                buttons[n++] = chip_button(a, chip, value);
        }
        if (n == 0)
            continue;
        struct drc_block *b =
            drc_message_add(a, m, DRC_BLOCK_BUTTONS,
                            drc_arena_printf(a, "lane-%s", drc_lane_title((enum drc_lane)lane)));
        b->buttons = buttons;
        b->button_count = n;
    }
}

/* https only, made here from the workspace's address and the report's path ("jobs/123"), which may
 * hold nothing that would change its meaning; NULL where a part is not known. */
static const char *object_url(struct drc_arena *a, const struct drc_context *c)
{
    const struct drc_result *res = c->result;
    size_t row = (size_t)c->selection.row;
    const char *base = drc_result_text(res, row, "workspace_url");
    const char *path = drc_result_text(res, row, "object_path");
    const char *workspace = drc_result_text(res, row, "workspace_id");
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/";
    if (strncmp(base, "https://", 8) != 0 || strpbrk(base, " <>|\"\\") != NULL || *path == '\0' ||
        path[strspn(path, safe)] != '\0' || workspace[strspn(workspace, safe)] != '\0')
        return NULL;
    return drc_arena_printf(a, "%s/%s?o=%s", base, path, workspace);
}

static void add_card_end(struct drc_arena *a, struct drc_message *m, const struct drc_context *c,
                         const char *run_id, const char *bot_user)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "footer");
    const char *url = object_url(a, c);
    if (url != NULL) {
        drc_text_link(a, &b->text, "Open in Databricks", url);
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 ");
    }
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "To ask in your own words, reply here with ");
    if (bot_user != NULL && *bot_user != '\0')
        drc_text_add(a, &b->text, DRC_SPAN_USER, bot_user);
    else
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, "@drc");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 run %s \u00b7 no AI in this message",
                    run_id);
}

static void add_card_scope(struct drc_arena *a, struct drc_message *m, const struct drc_context *c,
                           const char *window, const char *asked_by)
{
    static const struct {
        const char *column, *word;
    } shown_columns[] = {{"workspace_name", "workspace"}, {"owner", "owner"}};
    const struct drc_result *res = c->result;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "scope");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "%s \u00b7 %s", res->report->noun, window);
    for (size_t i = 0; i < sizeof shown_columns / sizeof *shown_columns; i++) {
        if (drc_report_title(res->report, shown_columns[i].column) == shown_columns[i].column)
            continue; /* the report does not have it */
        const char *value = drc_result_text(res, (size_t)c->selection.row, shown_columns[i].column);
        if (strcmp(value, c->selection.label) == 0)
            continue; /* the workspace itself: it is the title */
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 %s ", shown_columns[i].word);
        drc_text_add(a, &b->text, DRC_SPAN_CODE, *value == '\0' ? "unknown" : value);
    }
    add_asker(a, &b->text, asked_by);
}

static void add_card_lines(struct drc_arena *a, struct drc_message *m,
                           const struct drc_card_line *lines, size_t count)
{
    if (count == 0)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "state");
    for (size_t i = 0; i < count; i++) {
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, i == 0 ? "" : "\n");
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, lines[i].title);
        if (lines[i].text != NULL && *lines[i].text != '\0')
            drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "  %s", lines[i].text);
        if (lines[i].name == NULL)
            continue;
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "  ");
        drc_text_add(a, &b->text, DRC_SPAN_CODE, lines[i].name);
    }
}

struct drc_message *drc_compose_card(struct drc_arena *a, const struct drc_snapshot *s,
                                     const struct drc_context *c, const struct drc_card *card,
                                     const char *run_id, const char *asked_by, const char *bot_user,
                                     const struct drc_picture *pic)
{
    const struct drc_result *res = c->result;
    const char *window = drc_result_window(a, res);
    const char *amount = drc_result_amount(a, res, c->selection.row);
    struct drc_message *m =
        drc_message_new(a, drc_arena_printf(a, "%s, %s: %s%s%s%s", c->selection.label, window,
                                            amount, res->report->single ? "" : ", ",
                                            res->report->single ? "" : shown(c, "share"),
                                            res->report->single ? "" : " of the total"));
    add_header(a, m, c->selection.label);
    add_card_scope(a, m, c, window, asked_by);
    add_card_lines(a, m, card->lines, card->line_count);
    add_figures(a, m, res->report->cards, res->report->card_count, c);
    drc_compose_picture(a, m, pic, "days",
                        drc_arena_printf(a, "Cost by day of %s, %s. %s %s, dearest day %s.",
                                         c->selection.label, window, amount_title(res->report),
                                         amount, shown(c, "peak_day_uusd")));
    add_lanes(a, m, s, c, run_id);
    if (card->follow_count > 0) {
        struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_PICKER, "follow");
        b->select = (struct drc_select){"pick:entity", "Go on to a run, a job, compute, a person",
                                        card->follow, card->follow_count, -1};
    }
    add_card_end(a, m, c, run_id, bot_user);
    return m;
}
