/* What an answer was made of, line by line: for the person who does not believe it. */
#include <inttypes.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"

#define DEBUG_MAX_BYTES (64u * 1024u)

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
