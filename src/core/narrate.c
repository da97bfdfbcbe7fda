/* The commentary without a model: the `say` lines of the chip's file. A sentence is said where its
 * condition holds and every slot in it is known; of the sentences with one topic only the first is
 * said. The evidence tags follow the sentence. */
#include <stdio.h>
#include <string.h>

#include "drc/answer.h"

#define QUOTE_MAX_BYTES 500u /* of a passage, where it is the answer */

/* "[F3]", also in a list like "[F3, G1]". */
static bool has_tag(const char *text, const char *id)
{
    size_t n = strlen(id);
    for (const char *p = text; (p = strchr(p, '[')) != NULL; p++)
        for (const char *q = p; *q == '[' || *q == ',';) {
            q += 1 + strspn(q + 1, " ");
            size_t word = strspn(q, "FGRD0123456789");
            if (word == n && strncmp(q, id, n) == 0)
                return true;
            q += word;
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
    struct drc_cited used;
    memset(&used, 0, sizeof used);
    drc_text_add(a, &t, DRC_SPAN_PLAIN, out->first == NULL ? "\u2022 " : "\n\u2022 ");
    if (!drc_slots_fill(a, sentence, c, &t, &used))
        return false;
    add_tags(a, c, &used, &t, cited);
    drc_text_join(out, &t);
    return true;
}

/* The first step of a list in Markdown: the text behind its first "- ", or NULL. */
static const char *first_step(struct drc_arena *a, const char *text)
{
    const char *p = strncmp(text, "- ", 2) == 0 ? text : strstr(text, "\n- ");
    if (p == NULL)
        return NULL;
    p += *p == '\n' ? 3 : 2;
    return drc_arena_strndup(a, p, strcspn(p, "\n"));
}

/* The runbook that fits and where it starts; the page of documentation to read. One of each. */
static void point_to(struct drc_arena *a, const struct drc_context *c, struct drc_text *out,
                     struct drc_cited *cited)
{
    char done = '\0';
    for (size_t i = 0; i < c->passage_count; i++) {
        const struct drc_passage *p = &c->passages[i];
        const char *step = *p->id == 'R' ? first_step(a, p->text) : NULL;
        if (*p->id == done)
            continue;
        done = *p->id;
        drc_text_printf(a, out, DRC_SPAN_PLAIN, "%s\u2022 %s", out->first == NULL ? "" : "\n",
                        *p->id == 'R' ? "Runbook \u201c" : "Read \u201c");
        drc_text_printf(a, out, DRC_SPAN_PLAIN, "%s\u201d", p->title);
        if (step != NULL)
            drc_text_printf(a, out, DRC_SPAN_PLAIN, ". Start here: %s", step);
        else if (*p->section != '\0')
            drc_text_printf(a, out, DRC_SPAN_PLAIN, ", %s.", p->section);
        drc_text_printf(a, out, DRC_SPAN_PLAIN, " [%s]", p->id);
        cited->passages[i] = true;
    }
}

/* The lines of a passage, items of a list with a dash. */
static void quote(struct drc_arena *a, const char *text, struct drc_text *out)
{
    for (const char *p = text; *p != '\0';) {
        size_t n = strcspn(p, "\n");
        bool item = strncmp(p, "- ", 2) == 0;
        if (n > 0)
            drc_text_printf(a, out, DRC_SPAN_PLAIN, "\n%s%.*s", item ? "\u2013 " : "",
                            (int)n - (item ? 2 : 0), p + (item ? 2 : 0));
        p += n + (p[n] == '\n');
    }
}

/* What the documentation says, where that is the whole question. */
static void quote_pages(struct drc_arena *a, const struct drc_context *c, struct drc_text *out,
                        struct drc_cited *cited)
{
    for (size_t i = 0; i < c->passage_count; i++) {
        const struct drc_passage *p = &c->passages[i];
        drc_text_add(a, out, DRC_SPAN_PLAIN, out->first == NULL ? "\u2022 " : "\n\u2022 ");
        drc_text_add(a, out, DRC_SPAN_BOLD, p->title);
        drc_text_printf(a, out, DRC_SPAN_PLAIN, "%s%s [%s]", *p->section == '\0' ? "" : ", ",
                        p->section, p->id);
        quote(a, drc_shorten(a, p->text, QUOTE_MAX_BYTES), out);
        cited->passages[i] = true;
    }
    if (c->passage_count == 0)
        drc_text_add(a, out, DRC_SPAN_PLAIN, "No page of the documentation answers this.");
}

void drc_cited_scan(const struct drc_context *c, const char *text, struct drc_cited *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < c->fact_count; i++)
        out->facts[i] = has_tag(text, c->facts[i].id);
    for (size_t i = 0; i < c->edge_count; i++)
        out->edges[i] = has_tag(text, c->edges[i].id);
    for (size_t i = 0; i < c->passage_count; i++)
        out->passages[i] = has_tag(text, c->passages[i].id);
}

/* Of the sentences with one topic the first that holds and is known. */
static void say_all(struct drc_arena *a, const struct drc_chip_say *says, size_t count,
                    const struct drc_context *c, struct drc_text *out, struct drc_cited *cited)
{
    unsigned said = 0; /* topics, as bits */
    for (size_t i = 0; i < count; i++)
        if (!(said & (1u << says[i].topic)) && drc_condition_holds(&says[i].when, c) &&
            say(a, says[i].text, c, out, cited) && says[i].topic > 0)
            said |= 1u << says[i].topic;
}

/* Likely causes stand on facts of their own. */
static void tell_causes(struct drc_arena *a, const struct drc_chip *chip,
                        const struct drc_context *c, struct drc_text *out, struct drc_cited *cited)
{
    for (size_t i = 0; i < c->cause_count && (int)i < chip->causes; i++) {
        struct drc_context telling = *c;
        telling.told = &c->causes[i];
        if (telling.told->effect >= (int)c->fact_count)
            break; /* its figures did not fit the context */
        if (telling.told->entity != NULL) { /* one of several: whose it is */
            drc_text_add(a, out, DRC_SPAN_PLAIN, out->first == NULL ? "" : "\n");
            drc_text_add(a, out, DRC_SPAN_CODE, telling.told->entity);
        }
        say_all(a, telling.told->words->says, telling.told->words->say_count, &telling, out, cited);
    }
}

/* What is missing in the place of the chip's sentences. Those that could be said are not, but what
 * they stand on is shown beside it. */
static void tell_missing(struct drc_arena *a, const struct drc_chip *chip,
                         const struct drc_context *c, const struct drc_text *missing,
                         struct drc_text *out, struct drc_cited *cited)
{
    struct drc_text unsaid = {NULL, NULL};
    say_all(a, chip->says, chip->say_count, c, &unsaid, cited);
    drc_text_add(a, out, DRC_SPAN_PLAIN,
                 out->first == NULL ? "This run cannot answer the question. It lacks:"
                                    : "\nFor a whole answer this run lacks:");
    drc_text_join(out, missing);
}

void drc_answer_narrate(struct drc_arena *a, const struct drc_chip *chip,
                        const struct drc_context *c, const struct drc_text *missing,
                        struct drc_text *out, struct drc_cited *cited)
{
    memset(cited, 0, sizeof *cited);
    if (c->docs_only) {
        quote_pages(a, c, out, cited);
        return;
    }
    bool last = c->selection.row < 0 && missing == NULL; /* of single rows: the report goes first */
    if (!last)
        tell_causes(a, chip, c, out, cited);
    if (missing != NULL) {
        tell_missing(a, chip, c, missing, out, cited);
        return;
    }
    say_all(a, chip->says, chip->say_count, c, out, cited);
    if (last)
        tell_causes(a, chip, c, out, cited);
    if (out->first == NULL)
        drc_text_add(a, out, DRC_SPAN_PLAIN, "The facts of this run do not answer this question.");
    point_to(a, c, out, cited);
}
