/* What the facts say of one entity against another: values, changes, places. */
#include <math.h>
#include <string.h>

#include "ground_inner.h"

/* What the clause compares: the count that it names, else cost. */
uint32_t ground_compared_concept(const struct sentence *s, size_t i)
{
    static const uint32_t order[] = {C_FAILED, C_EVICT, C_SUCCESS, C_WASTE,
                                     C_SPOT,   C_IDLE,  C_ATTEMPT};
    uint32_t said = ground_clause_concepts(s, i);
    for (size_t k = i; k-- > 0 && (said & ~(uint32_t)C_ROWS) == 0;)
        said |= ground_clause_concepts(s, k); /* "A had 23 evictions, more than B" */
    if ((ground_concepts_at(s, i + 1) & C_RUNS) || ground_is(s, i, "busiest"))
        return C_RUNS;
    if (ground_is(s, i, "faster") || ground_is(s, i, "slower") || ground_is(s, i, "quicker") ||
        ground_is(s, i, "sooner"))
        return C_DURATION;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        if (said & order[k]) /* "a larger share of spot time" */
            return order[k] | (order[k] & (C_SPOT | C_IDLE) ? said & C_SHARE : 0);
    return said & C_DURATION && !(said & C_COST) ? C_DURATION : C_COST;
}

bool ground_holds(const struct ground_fact *f, uint32_t concept)
{
    static const uint32_t other = C_FAILED | C_EVICT | C_SUCCESS | C_WASTE | C_SPOT | C_ONDEMAND |
                                  C_IDLE | C_EXPECT | C_PER | C_PEAK | C_SAVE | C_DBU | C_TAIL |
                                  C_BOUND;
    if (concept == C_COST)
        return (f->dim == DRC_DIM_USD || f->change) &&
               !(f->concepts & (other & ~(uint32_t)C_EXPECT)) &&
               (f->change || !(f->concepts & C_EXPECT));
    if ((concept & C_SHARE) && concept != C_SHARE)
        return f->dim == DRC_DIM_RATIO && !(f->concepts & C_EVICT) &&
               (f->concepts & concept & ~(uint32_t)C_SHARE) != 0;
    return (f->concepts & concept) != 0 && !(concept == C_DURATION && f->dim != DRC_DIM_SECONDS);
}

double ground_value_of(const struct sentence *s, int entity, uint32_t concept, bool before)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct ground_fact *f = &s->g->facts[i];
        if (f->entity == entity && f->two[0] < 0 && !f->change && f->before == before &&
            ground_holds(f, concept) && !(concept == C_COST && f->dim != DRC_DIM_USD))
            return f->value;
    }
    return (double)NAN;
}

/* The sign of the change of an entity (-1: the whole): 0 unknown. */
int ground_change_of(const struct sentence *s, int entity, uint32_t concept)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct ground_fact *f = &s->g->facts[i];
        if (f->entity == entity && f->change && f->two[0] < 0 && ground_holds(f, concept) &&
            f->value != 0 && !isnan(f->value))
            return f->value > 0 ? 1 : -1;
    }
    double now = ground_value_of(s, entity, concept, false),
           before = ground_value_of(s, entity, concept, true);
    return now > before ? 1 : now < before ? -1 : 0;
}

/* "of those listed here", "of the three": not of the whole report. */
static bool of_the_listed(const struct sentence *s)
{
    static const char *const words[] = {"listed", "shown", "named", "here", "these", "those", NULL};
    static const char *const lists[] = {"list", "table", "ranking", "group", "set", NULL};
    for (size_t k = 0; k < s->n; k++) {
        bool group = k > 0 && ground_is(s, k - 1, "the") && s->t[k].kind == T_NUMBER &&
                     s->t[k].num.spelled && s->t[k].num.dim == DRC_DIM_COUNT;
        bool list = ground_is(s, k, "this") && ground_any_of(s, k + 1, lists);
        if (ground_any_of(s, k, words) || group || list)
            return true;
    }
    return false;
}

/* Place of an entity among those that have a change: 1 = it rose (fell) most; 0: unknown. Amount
 * and percentage agree, where nothing says which one is meant. */
int ground_place_by_change(const struct sentence *s, int entity, int sign)
{
    bool relative = false, amount = false;
    int place = 0;
    for (size_t k = 0; k < s->n; k++) {
        relative = relative || ground_is(s, k, "relative") || ground_is(s, k, "percentage") ||
                   (s->t[k].kind == T_NUMBER && s->t[k].num.dim == DRC_DIM_RATIO);
        amount = amount || ground_is(s, k, "absolute") ||
                 (s->t[k].kind == T_NUMBER && s->t[k].num.dim == DRC_DIM_USD);
    }
    for (int pass = 0; pass < 2; pass++) {
        enum drc_ground_dim dim = pass == 0 ? DRC_DIM_RATIO : DRC_DIM_USD;
        double own = (double)NAN;
        int better = 0, others = 0;
        if ((pass == 0 && amount && !relative) || (pass == 1 && relative))
            continue;
        for (size_t i = 0; i < s->g->ledger->fact_count; i++)
            if (s->g->facts[i].change && s->g->facts[i].dim == dim &&
                s->g->facts[i].entity == entity)
                own = sign * s->g->facts[i].value;
        for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
            const struct ground_fact *f = &s->g->facts[i];
            if (!f->change || f->dim != dim || f->entity < 0 || f->entity == entity ||
                f->two[0] >= 0)
                continue;
            others++;
            better += sign * f->value > own;
        }
        if (isnan(own) || own <= 0 || others == 0 || (place != 0 && place != better + 1))
            return 0;
        place = better + 1;
    }
    return place;
}

/* Place of an entity among those that have the figure, 1 = most; 0: unknown. */
int ground_place_of(const struct sentence *s, int entity, uint32_t concept, bool least)
{
    double own = ground_value_of(s, entity, concept, false);
    int place = 1, others = 0;
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct ground_fact *f = &s->g->facts[i];
        if (f->entity == entity && (f->concepts & C_RANK) && f->dim == DRC_DIM_COUNT &&
            !f->before && concept == C_COST && !least && !of_the_listed(s))
            return (int)f->value;
        if (f->entity < 0 || f->entity == entity || isnan(own))
            continue;
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen = seen || s->g->facts[k].entity == f->entity;
        double x = ground_value_of(s, f->entity, concept, false);
        if (seen || isnan(x))
            continue;
        others++;
        place += least ? x < own : x > own;
        place += x == own && concept != C_COST; /* shared */
    }
    return others > 0 ? place : 0;
}

int ground_dearest(const struct sentence *s)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++)
        if (s->g->facts[i].entity >= 0 &&
            ground_place_of(s, s->g->facts[i].entity, C_COST, false) == 1)
            return s->g->facts[i].entity;
    return -1;
}

int ground_first_entity(const struct sentence *s, size_t from, size_t to, bool last)
{
    int found = -1;
    for (size_t k = from; k < to && k < s->n; k++)
        if (s->t[k].kind == T_ENTITY && (found < 0 || last))
            found = s->t[k].entity;
    return found;
}
