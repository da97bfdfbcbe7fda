#include "drc/runbook.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/meta.h"

static bool lists_kind(struct drc_arena *a, const char *kinds, const char *kind)
{
    const char *part[16];
    if (*kinds == '\0')
        return true;
    size_t n = drc_meta_split(a, kinds, ',', part, 16);
    for (size_t i = 0; i < n; i++) {
        size_t bytes = strlen(kind); /* "job" is listed as "job" or "jobs" */
        if (strncasecmp(part[i], kind, bytes) == 0 &&
            (part[i][bytes] == '\0' || strcasecmp(part[i] + bytes, "s") == 0))
            return true;
    }
    return false;
}

/* Words inside what the platform wrote: the label of a row of the graph. */
static bool says(const struct drc_context *c, const char *words)
{
    for (size_t i = 0; i < c->edge_count; i++)
        if (strcasestr(c->edges[i].label, words) != NULL)
            return true;
    return false;
}

static bool holds(const struct drc_signal *s, const struct drc_context *c)
{
    if (s->kind == DRC_SIGNAL_FACT)
        return drc_condition_holds(&s->when, c);
    if (s->kind == DRC_SIGNAL_ERROR)
        return says(c, s->text);
    for (size_t i = 0; i < c->edge_count; i++)
        if (strcmp(c->edges[i].edge, s->text) == 0)
            return true;
    return false;
}

static void judge(struct drc_arena *a, const struct drc_page *p, const struct drc_context *c,
                  struct drc_runbook_match *out)
{
    *out = (struct drc_runbook_match){.page = p, .why = ""};
    for (size_t i = 0; i < p->signal_count; i++)
        if (holds(&p->signals[i], c)) {
            out->why = drc_arena_printf(a, "%s%s%s", out->why, out->signals == 0 ? "" : ", ",
                                        p->signals[i].source);
            out->signals++;
        }
}

static int by_signals(const void *x, const void *y)
{
    const struct drc_runbook_match *a = x, *b = y;
    return a->signals != b->signals ? b->signals - a->signals : strcmp(a->page->id, b->page->id);
}

static const struct drc_page *runbook_of(const struct drc_corpus *corpus, const char *id)
{
    for (size_t i = 0; i < corpus->count; i++)
        if (strcmp(corpus->pages[i].corpus, "runbooks") == 0 &&
            strcmp(corpus->pages[i].id, id) == 0)
            return &corpus->pages[i];
    return NULL;
}

static bool is_among(const struct drc_runbook_match *list, size_t n, const struct drc_page *p)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].page == p)
            return true;
    return false;
}

/* The runbooks that are for the causes that the answer tells, dearest first. */
static size_t of_causes(struct drc_arena *a, const struct drc_corpus *corpus,
                        const struct drc_context *c, struct drc_runbook_match *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < c->cause_count && n < max; i++) {
        const struct drc_cause_words *words = c->causes[i].words;
        const struct drc_page *p =
            words->runbook == NULL ? NULL : runbook_of(corpus, words->runbook);
        if (p == NULL || is_among(out, n, p))
            continue;
        out[n++] = (struct drc_runbook_match){.page = p,
                                              .why = drc_arena_printf(a, "cause %s", words->id)};
    }
    return n;
}

size_t drc_runbooks_match(struct drc_arena *a, const struct drc_corpus *corpus,
                          const struct drc_context *c, const struct drc_search_result *found,
                          struct drc_runbook_match *out, size_t max)
{
    size_t n = 0;
    struct drc_runbook_match *all = drc_arena_array(a, corpus->count + 1, sizeof *all);
    for (size_t i = 0; i < corpus->count; i++) {
        const struct drc_page *p = &corpus->pages[i];
        if (strcmp(p->corpus, "runbooks") != 0 || !lists_kind(a, p->applies_to, c->selection.kind))
            continue;
        judge(a, p, c, &all[n]);
        n += all[n].signals > 0;
    }
    qsort(all, n, sizeof *all, by_signals);
    size_t signalled = n;
    n = of_causes(a, corpus, c, out, max);
    for (size_t i = 0; i < signalled && n < max; i++)
        if (!is_among(out, n, all[i].page))
            out[n++] = all[i];
    for (size_t i = 0; found != NULL && found->found && i < found->count && n < max; i++) {
        const struct drc_page *p = strcmp(found->pages[i].corpus, "runbooks") == 0
                                       ? runbook_of(corpus, found->pages[i].id)
                                       : NULL;
        if (p != NULL && !is_among(out, n, p))
            out[n++] = (struct drc_runbook_match){.page = p, .why = "search"};
    }
    return n;
}
