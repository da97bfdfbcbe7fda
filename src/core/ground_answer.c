/* The groundedness checker on an answer: the ledger of a context, and what follows from a verdict.
 */
#include <math.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/clock.h"
#include "drc/ground.h"

/* ---- ledger ------------------------------------------------------------------------------- */

static const char *unit_name(enum drc_unit unit)
{
    switch (unit) {
    case DRC_UNIT_USD:
        return "micro-usd";
    case DRC_UNIT_COUNT:
        return "count";
    case DRC_UNIT_RATIO:
        return "ratio";
    case DRC_UNIT_CHANGE:
        return "change";
    case DRC_UNIT_DELTA:
        return "delta";
    case DRC_UNIT_FACTOR:
        return "factor";
    case DRC_UNIT_MS:
        return "ms";
    default:
        return NULL;
    }
}

/* Figures of the whole report among the facts of one row. */
static bool of_report(const struct drc_fact *f)
{
    return strcmp(f->metric, "report_total_uusd") == 0 || strcmp(f->metric, "entity_count") == 0;
}

static struct drc_ground_fact fact_of(const struct drc_context *c, const struct drc_fact *f)
{
    bool beside = f->entity != NULL; /* another row: what the report ranks by */
    const char *unit = unit_name(f->unit);
    return (struct drc_ground_fact){
        .id = f->id,
        .entity = beside                                   ? f->entity
                  : c->selection.row >= 0 && !of_report(f) ? c->selection.entity_id
                                                           : NULL,
        .metric = beside ? c->result->report->amount : f->metric,
        .title = beside ? NULL : f->title,
        .period = f->period,
        .value = f->known && unit != NULL ? f->value : (double)NAN,
        .unit = unit,
        .display = f->display,
    };
}

static void add_sources(struct drc_arena *a, const struct drc_context *c, struct drc_ledger *out)
{
    struct drc_ground_source *list =
        drc_arena_array(a, c->edge_count + c->passage_count + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct drc_edge *e = &c->edges[i];
        char stamp[25] = "";
        if (e->at_ms != 0)
            drc_time_iso(e->at_ms, stamp);
        list[n++] = (struct drc_ground_source){
            e->id, drc_arena_printf(a, "%s %s %.10s", e->title, e->label, stamp), NULL,
            stamp[0] == '\0' ? NULL : drc_arena_strdup(a, stamp)};
    }
    for (size_t i = 0; i < c->passage_count; i++) {
        const struct drc_passage *p = &c->passages[i];
        list[n++] = (struct drc_ground_source){p->id, p->title, p->url,
                                               drc_arena_printf(a, "%s\n%s", p->section, p->text)};
    }
    out->sources = list;
    out->source_count = n;
}

void drc_ground_ledger(struct drc_arena *a, const struct drc_context *c, struct drc_ledger *out)
{
    struct drc_ground_fact *facts = drc_arena_array(a, c->fact_count + 1, sizeof *facts);
    struct drc_ground_entity *entities = drc_arena_array(a, c->fact_count + 1, sizeof *entities);
    bool row = c->selection.row >= 0;
    memset(out, 0, sizeof *out);
    if (row) {
        /* An anomaly is called "wh-bi, 2026-11-06 to 2026-11-15", and may be called wh-bi. */
        bool event = strcmp(c->selection.kind, "anomaly") == 0;
        const char **alias = drc_arena_array(a, 1, sizeof *alias);
        *alias = drc_arena_strndup(a, c->selection.label, strcspn(c->selection.label, ","));
        entities[out->entity_count++] = (struct drc_ground_entity){
            c->selection.entity_id, c->selection.label, alias, event ? 1 : 0};
    }
    for (size_t i = 0; i < c->fact_count; i++) {
        facts[i] = fact_of(c, &c->facts[i]);
        bool known = c->facts[i].entity == NULL;
        for (size_t k = 0; k < out->entity_count && !known; k++)
            known = strcmp(entities[k].id, c->facts[i].entity) == 0;
        if (!known)
            entities[out->entity_count++] =
                (struct drc_ground_entity){c->facts[i].entity, c->facts[i].entity, NULL, 0};
    }
    out->facts = facts;
    out->fact_count = c->fact_count;
    out->entities = entities;
    out->subject = row ? c->selection.entity_id : NULL;
    add_sources(a, c, out);
}

/* ---- verdict ------------------------------------------------------------------------------ */

const char *drc_ground_rest(struct drc_arena *a, const struct drc_ledger *ledger,
                            const struct drc_grounding *g, struct drc_grounding *rest)
{
    const char *text = NULL;
    size_t good = 0;
    for (size_t i = 0; i < g->sentence_count; i++) {
        if (!g->sentences[i].ok)
            continue;
        text = text == NULL ? g->sentences[i].text
                            : drc_arena_printf(a, "%s\n%s", text, g->sentences[i].text);
        good++;
    }
    if (good < 2 || 2 * good <= g->sentence_count)
        return NULL;
    drc_ground_check(a, ledger, text, rest); /* "it" may mean another one now */
    return rest->ok ? text : NULL;
}

static const char *first_reason(const struct drc_grounding *g)
{
    for (size_t i = 0; i < g->sentence_count; i++)
        if (g->sentences[i].reason_count > 0)
            return g->sentences[i].reasons[0];
    return "it is empty";
}

const char *drc_ground_complaint(struct drc_arena *a, const struct drc_grounding *g)
{
    const char *why = first_reason(g);
    size_t lost = g->figures - g->traced;
    if (lost == 0)
        return why;
    return drc_arena_printf(a, "%zu of %zu figure%s could not be traced (%s)", lost, g->figures,
                            g->figures == 1 ? "" : "s", why);
}

const char *drc_ground_repair(struct drc_arena *a, const char *user, const struct drc_grounding *g)
{
    const char *text = drc_arena_printf(
        a, "%s\n\nAn answer was refused. What the facts do not hold in it, as data:\n", user);
    for (size_t i = 0; i < g->sentence_count; i++)
        for (size_t k = 0; k < g->sentences[i].reason_count; k++)
            text = drc_arena_printf(a, "%s- %s: %s\n", text, drc_quoted(a, g->sentences[i].text),
                                    g->sentences[i].reasons[k]);
    return drc_arena_printf(a, "%sAnswer the question again, without these faults.\n", text);
}
