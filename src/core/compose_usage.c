/* What the model was used for, as a table of three windows. */
#include <inttypes.h>
#include <string.h>

#include "drc/fmt.h"
#include "drc/usage.h"
#include "drc/utf8.h"

#define NAME_WIDTH 22
#define CELL_WIDTH 12

typedef const char *cell_of(struct drc_arena *a, const struct drc_usage_window *w);

static const char *count(struct drc_arena *a, int64_t n)
{
    char out[DRC_FMT_BYTES];
    return drc_arena_strdup(a, drc_fmt_count(n, out));
}

static const char *calls(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->calls);
}

static const char *cache_hits(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->cache_hits);
}

static const char *withheld(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->withheld);
}

static const char *failed(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->failed);
}

static const char *helpful(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->helpful);
}

static const char *unhelpful(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->unhelpful);
}

static const char *tokens_in(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->tokens_in);
}

static const char *tokens_out(struct drc_arena *a, const struct drc_usage_window *w)
{
    return count(a, w->tokens_out);
}

/* Where the price of every call is unknown there is no sum to show. */
static const char *cost(struct drc_arena *a, const struct drc_usage_window *w)
{
    char out[DRC_FMT_BYTES];
    if (w->unpriced > 0 && w->cost_uusd == 0)
        return "unknown";
    return drc_arena_printf(a, "%s%s", w->unpriced > 0 ? "over " : "",
                            drc_fmt_usd(w->cost_uusd, out));
}

static const char *duration(struct drc_arena *a, int64_t ms)
{
    char out[DRC_FMT_BYTES];
    return ms < 0 ? "n/a" : drc_arena_strdup(a, drc_fmt_duration(ms, out));
}

static const char *half(struct drc_arena *a, const struct drc_usage_window *w)
{
    return duration(a, w->p50_ms);
}

static const char *slow(struct drc_arena *a, const struct drc_usage_window *w)
{
    return duration(a, w->p95_ms);
}

static const struct {
    const char *title;
    cell_of *cell;
} lines[] = {
    {"Answers asked for", calls},
    {"from the cache", cache_hits},
    {"withheld", withheld},
    {"failed", failed},
    {"Tokens in", tokens_in},
    {"Tokens out", tokens_out},
    {"Cost", cost},
    {"Wait, half below", half},
    {"Wait, 95 % below", slow},
    {"Called helpful", helpful},
    {"Called not helpful", unhelpful},
};

static const char *table(struct drc_arena *a, const struct drc_usage *u)
{
    const char *text = drc_arena_printf(a, "%*s", NAME_WIDTH, "");
    for (int w = 0; w < DRC_USAGE_WINDOWS; w++)
        text = drc_arena_printf(a, "%s%*s", text, CELL_WIDTH, u->windows[w].title);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        text = drc_arena_printf(a, "%s\n%-*s", text, NAME_WIDTH, lines[i].title);
        for (int w = 0; w < DRC_USAGE_WINDOWS; w++)
            text = drc_arena_printf(a, "%s%*s", text, CELL_WIDTH, lines[i].cell(a, &u->windows[w]));
    }
    return text;
}

static void add_caps(struct drc_arena *a, struct drc_message *m, const struct drc_usage *u)
{
    char used[DRC_FMT_BYTES], max[DRC_FMT_BYTES];
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "caps");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "You used %s",
                    drc_fmt_count(u->user_tokens, used));
    if (u->user_tokens_max > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " of %s",
                        drc_fmt_count(u->user_tokens_max, max));
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, " tokens today. ");
    if (u->month_uusd_max > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "All together may cost %s a month. ",
                        drc_fmt_usd(u->month_uusd_max, max));
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "Days and months are UTC.");
}

static void add_doubts(struct drc_arena *a, struct drc_message *m, const struct drc_usage_window *w)
{
    char n[DRC_FMT_BYTES];
    if (w->unpriced == 0 && w->estimated == 0)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "doubts");
    if (w->unpriced > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "The price of %s %s of the last 30 days is not known: prompts/models.conf "
                        "has no line for %s model. ",
                        drc_fmt_count(w->unpriced, n), drc_fmt_noun(w->unpriced, "call", "calls"),
                        drc_fmt_noun(w->unpriced, "its", "their"));
    if (w->estimated > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "The tokens of %s %s are estimated, on the high side: the endpoint did "
                        "not count them or broke off.",
                        drc_fmt_count(w->estimated, n),
                        drc_fmt_noun(w->estimated, "call", "calls"));
}

struct drc_message *drc_compose_usage(struct drc_arena *a, const struct drc_usage *u)
{
    struct drc_message *m = drc_message_new(a, "AI usage");
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "about");
    drc_text_add(a, &b->text, DRC_SPAN_BOLD, "AI usage");
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "\n");
    if (u->model == NULL)
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN,
                     "No model is configured: commentary comes from templates and costs nothing.");
    else
        drc_text_add(a, &b->text, DRC_SPAN_CODE, u->model);
    struct drc_block *t = drc_message_add(a, m, DRC_BLOCK_PRE, "table");
    drc_text_add(a, &t->text, DRC_SPAN_PLAIN, table(a, u));
    add_doubts(a, m, &u->windows[DRC_USAGE_WINDOWS - 1]);
    add_caps(a, m, u);
    return m;
}
