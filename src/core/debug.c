/* What an answer was made of, line by line, and the window that shows it: for the person who does
 * not believe it. */
#include <inttypes.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"
#include "drc/compose.h"
#include "drc/fmt.h"
#include "drc/utf8.h"

#define DEBUG_MAX_BYTES (64u * 1024u)
#define SHOWN_CHARS 48000 /* a window takes 100 blocks of 2,900 characters */
#define SENTENCE_CHARS 400

static void add_sizes(struct drc_buf *b, const struct drc_context *c)
{
    static const char *const names[DRC_PARTS] = {"facts", "graph rows", "runbooks",
                                                 "documentation"};
    drc_buf_printf(b, "Context, tokens estimated\n");
    for (int i = 0; i < DRC_PARTS; i++) {
        const struct drc_part_size *p = &c->parts[i];
        drc_buf_printf(b, "  %s: %zu shown, %zu left out, %zu tokens%s\n", names[i], p->shown,
                       p->left_out, p->tokens, p->shortened ? ", the last one shortened" : "");
    }
}

static void add_facts(struct drc_buf *b, const struct drc_context *c)
{
    drc_buf_printf(b, "Facts (id, metric, value in its unit, cell)\n");
    for (size_t i = 0; i < c->fact_count; i++) {
        const struct drc_fact *f = &c->facts[i];
        drc_buf_printf(b, "  %s %s ", f->id, f->metric);
        if (f->known)
            drc_buf_printf(b, "%.17g", f->value);
        else
            drc_buf_printf(b, "unknown");
        drc_buf_printf(b, " | %s\n", f->source);
    }
}

static void add_edges(struct drc_buf *b, const struct drc_context *c)
{
    drc_buf_printf(b, "Graph rows, hash %s (id, relation, hops, score, first node, text)\n",
                   c->graph_hash);
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct drc_edge *e = &c->edges[i];
        drc_buf_printf(b, "  %s %s %d %.4f%s %s", e->id, e->edge, e->hop, e->score,
                       e->must ? " must" : "", e->node_count == 0 ? "" : e->nodes[0]);
        if (e->node_count > 1)
            drc_buf_printf(b, " and %zu more", e->node_count - 1);
        drc_buf_printf(b, " | %s\n", e->label);
    }
}

static void add_passages(struct drc_buf *b, const struct drc_context *c)
{
    if (c->passage_count > 0)
        drc_buf_printf(b, "Passages (id, page, section, how it was found)\n");
    for (size_t i = 0; i < c->passage_count; i++) {
        const struct drc_passage *p = &c->passages[i];
        drc_buf_printf(b, "  %s %s | %s | %s", p->id, p->page, p->section, p->why);
        if (p->scores != NULL)
            drc_buf_printf(b, " | %s", p->scores);
        drc_buf_addch(b, '\n');
    }
}

const char *drc_debug_text(struct drc_arena *a, const struct drc_context *c,
                           const struct drc_prompt *prompt)
{
    struct drc_buf b;
    drc_buf_init(&b, DEBUG_MAX_BYTES);
    drc_buf_printf(&b, "Entity %s\n", c->selection.entity_id);
    drc_buf_printf(&b, "Route: %s\n", c->route == NULL ? "none" : c->route);
    if (c->searched != NULL)
        drc_buf_printf(&b, "Search: %s\n", c->searched);
    drc_buf_printf(&b, "Prompt %s, about %zu tokens\n", prompt->hash,
                   drc_tokens_estimate(strlen(prompt->system) + strlen(prompt->user)));
    add_sizes(&b, c);
    add_facts(&b, c);
    add_edges(&b, c);
    add_passages(&b, c);
    const char *text = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return text;
}

/* ---- the window ----------------------------------------------------------------------------- */

const char *drc_debug_checks(struct drc_arena *a, const char *checks, int number,
                             const struct drc_grounding *g)
{
    struct drc_buf b;
    drc_buf_init(&b, DEBUG_MAX_BYTES);
    drc_buf_addstr(&b, checks);
    for (size_t i = 0; i < g->sentence_count; i++) {
        const struct drc_ground_sentence *s = &g->sentences[i];
        drc_buf_printf(&b, "%d\t%s\t%s\t", number, s->ok ? "ok" : "withheld",
                       drc_utf8_clean(a, s->text, strlen(s->text), SENTENCE_CHARS, false));
        for (size_t k = 0; k < s->reason_count; k++)
            drc_buf_printf(
                &b, "%s%s", k == 0 ? "" : "; ",
                drc_utf8_clean(a, s->reasons[k], strlen(s->reasons[k]), SENTENCE_CHARS, false));
        drc_buf_addch(&b, '\n');
    }
    const char *text = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
    return text;
}

static const char *cost_of(const struct drc_ai_call *c, char *out)
{
    return c->cost_uusd < 0 ? "unknown" : drc_fmt_usd(c->cost_uusd, out);
}

static void add_calls(struct drc_arena *a, struct drc_message *m, const struct drc_debug *d)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "calls");
    char in[DRC_FMT_BYTES], cached[DRC_FMT_BYTES], out[DRC_FMT_BYTES], usd[DRC_FMT_BYTES],
        ms[DRC_FMT_BYTES];
    drc_text_add(a, &b->text, DRC_SPAN_BOLD, "Calls of the model");
    if (d->call_count == 0)
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "\nNone for this answer.");
    for (size_t i = 0; i < d->call_count; i++) {
        const struct drc_ai_call *c = &d->calls[i];
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "\n%zu. ", i + 1);
        drc_text_add(a, &b->text, DRC_SPAN_CODE, c->model);
        if (c->cache_hit) {
            drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                            ": answered from drc's cache, nothing was sent; %s", c->verdict);
            continue;
        }
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        ": tokens in %s (cached there %s), out %s%s; cost %s; latency %s; "
                        "%" PRId64 " %s; %s",
                        drc_fmt_count(c->tokens_in, in), drc_fmt_count(c->tokens_cached, cached),
                        drc_fmt_count(c->tokens_out, out), c->estimated ? ", estimated" : "",
                        cost_of(c, usd), drc_fmt_duration(c->ms, ms), c->tries,
                        drc_fmt_noun(c->tries, "try", "tries"), c->verdict);
    }
}

/* "Try 1, ok: the sentence", below it the reasons. */
static void add_check(struct drc_buf *b, char *line, bool admin)
{
    char *field[4];
    for (int i = 0; i < 4; i++) {
        char *tab = strchr(line, '\t');
        field[i] = line;
        line += strlen(line);
        if (tab != NULL) {
            *tab = '\0';
            line = tab + 1;
        }
    }
    bool ok = strcmp(field[1], "ok") == 0;
    drc_buf_printf(b, "Try %s, %s: %s\n", field[0], field[1],
                   ok || admin ? field[2] : "(its words are shown to admins)");
    if (*field[3] != '\0')
        drc_buf_printf(b, "  %s\n", field[3]);
}

static void add_sentences(struct drc_arena *a, struct drc_message *m, const struct drc_debug *d)
{
    struct drc_buf b;
    char *rest = drc_arena_strdup(a, d->checks);
    drc_buf_init(&b, 2 * DEBUG_MAX_BYTES);
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0')
            add_check(&b, line, d->admin);
    struct drc_block *t = drc_message_add(a, m, DRC_BLOCK_TEXT, "sentences-title");
    drc_text_add(a, &t->text, DRC_SPAN_BOLD, "Verdict per sentence");
    struct drc_block *pre = drc_message_add(a, m, DRC_BLOCK_PRE, "sentences");
    drc_text_add(a, &pre->text, DRC_SPAN_PLAIN,
                 drc_utf8_clean(a, drc_buf_str(&b), strlen(drc_buf_str(&b)), SHOWN_CHARS, true));
    drc_buf_fini(&b);
}

struct drc_message *drc_compose_debug(struct drc_arena *a, const struct drc_debug *d)
{
    struct drc_message *m = drc_message_new(a, "What this answer was made of");
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "about");
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "Model: ");
    drc_text_add(a, &b->text, DRC_SPAN_CODE, d->model);
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                    ". Verdict: %s. The report's SQL and parameters stand behind the button SQL, "
                    "the text for the model behind Prompt.",
                    d->verdict);
    add_calls(a, m, d);
    if (*d->checks != '\0')
        add_sentences(a, m, d);
    struct drc_block *t = drc_message_add(a, m, DRC_BLOCK_TEXT, "made-of");
    drc_text_add(a, &t->text, DRC_SPAN_BOLD, "Context");
    struct drc_block *pre = drc_message_add(a, m, DRC_BLOCK_PRE, "debug");
    drc_text_add(a, &pre->text, DRC_SPAN_PLAIN,
                 *d->text == '\0' ? "An answer of an older version: nothing was kept."
                                  : drc_utf8_clean(a, d->text, strlen(d->text), SHOWN_CHARS, true));
    return m;
}
