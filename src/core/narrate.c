/* The commentary without a model: the `say` lines of the chip's file. A sentence is said where its
 * condition holds and every slot in it is known; of the sentences with one topic only the first is
 * said. The evidence tags follow the sentence. */
#include <stdio.h>
#include <string.h>

#include "drc/answer.h"

static bool holds(const struct drc_chip_say *r, const struct drc_context *c)
{
    if (r->metric == NULL)
        return true;
    const struct drc_fact *f = drc_context_fact(c, r->metric);
    if (f == NULL || !f->known)
        return false;
    switch (r->cmp) {
    case DRC_SAY_KNOWN:
        return true;
    case DRC_SAY_ABOVE:
        return f->value > r->bound;
    case DRC_SAY_BELOW:
        return f->value < r->bound;
    case DRC_SAY_AT_MOST:
        return f->value <= r->bound;
    }
    return false;
}

/* The tags of one sentence behind it; what it used counts as cited. */
static void add_tags(struct drc_arena *a, const struct drc_context *c, const struct drc_cited *used,
                     struct drc_text *t, struct drc_cited *cited)
{
    for (size_t i = 0; i < c->fact_count; i++)
        if (used->facts[i]) {
            drc_text_printf(a, t, DRC_SPAN_PLAIN, " [%s]", c->facts[i].id);
            cited->facts[i] = true;
        }
    for (size_t i = 0; i < c->edge_count; i++)
        if (used->edges[i]) {
            drc_text_printf(a, t, DRC_SPAN_PLAIN, " [%s]", c->edges[i].id);
            cited->edges[i] = true;
        }
}

static bool say(struct drc_arena *a, const char *sentence, const struct drc_context *c,
                struct drc_text *out, struct drc_cited *cited)
{
    struct drc_text t = {NULL, NULL};
    struct drc_cited used = {{false}, {false}};
    drc_text_add(a, &t, DRC_SPAN_PLAIN, out->first == NULL ? "\u2022 " : "\n\u2022 ");
    if (!drc_slots_fill(a, sentence, c, &t, &used))
        return false;
    add_tags(a, c, &used, &t, cited);
    drc_text_join(out, &t);
    return true;
}

void drc_answer_narrate(struct drc_arena *a, const struct drc_chip *chip,
                        const struct drc_context *c, struct drc_text *out, struct drc_cited *cited)
{
    unsigned said = 0; /* topics, as bits */
    *cited = (struct drc_cited){{false}, {false}};
    for (size_t i = 0; i < chip->say_count; i++) {
        const struct drc_chip_say *r = &chip->says[i];
        if (!(said & (1u << r->topic)) && holds(r, c) && say(a, r->text, c, out, cited) &&
            r->topic > 0)
            said |= 1u << r->topic;
    }
    if (out->first == NULL)
        drc_text_add(a, out, DRC_SPAN_PLAIN, "The facts of this run do not answer this question.");
}
