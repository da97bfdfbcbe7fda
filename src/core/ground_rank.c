/* Places in a ranking, orders, majorities. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ground_inner.h"

static const char *const placing[] = {
    "ranks", "rank", "ranked", "stands",  "comes",  "came",     "is",       "placed",
    "place", "are",  "was",    "takes",   "in",     "took",     "holds",    "holding",
    "out",   "sits", "taking", "ranking", "coming", "finishes", "finished", NULL};

static bool speaks_of_rank(const struct sentence *s, size_t i)
{
    static const char *const plain[] = {"main", "worst", "best", "maximum", "minimum", NULL};
    static const char *const mains[] = {"driver",   "contributor", "spender", "item",
                                        "consumer", "source",      NULL};
    bool at = i > 0 && ground_is(s, i - 1, "at");
    if (ground_is(s, i, "main") &&
        (ground_any_of(s, i + 1, mains) || ground_any_of(s, i + 2, mains)))
        return true;
    if (ground_is(s, i, "first") && ground_is(s, i + 1, "to"))
        return false; /* "the first to look at" */
    static const char *const things[] = {"thing", "things", "step", "steps",    "lever", "look",
                                         "check", "day",    "days", "question", NULL};
    if (ground_any_of(s, i + 1, things))
        return false;
    bool runs =
        ground_is(s, i, "slowest") || ground_is(s, i, "longest") || ground_is(s, i, "fastest");
    if (at || ground_any_of(s, i, plain) || (runs && (ground_concepts_at(s, i + 1) & C_RUNS)))
        return false;
    if (ground_is(s, i, "bottom") && ground_is(s, i + 1, "line"))
        return false;
    if (ground_is(s, i, "first") || (ground_roles_at(s, i) & (W_ORDINAL | W_MOST)) == W_ORDINAL) {
        bool before =
            i > 0 && (ground_any_of(s, i - 1, placing) ||
                      (ground_is(s, i - 1, "the") && i > 1 && ground_any_of(s, i - 2, placing)));
        bool after =
            ground_any_of(s, i + 1, placing) || (i + 1 < s->n && s->t[i + 1].kind == T_ENTITY) ||
            (ground_roles_at(s, i + 1) & (W_MOST | W_LEAST)) || strchr(s->t[i].low, '-') != NULL;
        return before || after;
    }
    if (ground_is(s, i, "lead") || ground_is(s, i, "leading") || ground_is(s, i, "leads"))
        return !ground_is(s, i + 1, "to") && !(i + 1 < s->n && s->t[i + 1].kind == T_ENTITY) &&
               !(ground_is(s, i, "lead") && i > 0 &&
                 (ground_is(s, i - 1, "one") || ground_is(s, i - 1, "a") ||
                  ground_is(s, i - 1, "only"))); /* "the facts point to one lead" */
    if (ground_is(s, i, "top") && i + 1 < s->n && s->t[i + 1].kind == T_NUMBER)
        return false; /* "the top 11 jobs" */
    if (ground_is(s, i, "top") && i > 0 && ground_is(s, i - 1, "on") && ground_is(s, i + 1, "of"))
        return false;
    if (ground_is(s, i, "most") || ground_is(s, i, "least"))
        return !ground_is(s, i + 1, "of") && !ground_is(s, i + 1, "recent") &&
               !ground_is(s, i + 1, "recently");
    return true;
}

/* "A and B lead the list": each is among the first two. */
static bool lead_together(const struct sentence *s, size_t i, uint32_t concept)
{
    int named[8], count = 0;
    bool joined = false;
    for (size_t k = 0; k < i && count < 8; k++) {
        joined = joined || ground_is(s, k, "and");
        if (s->t[k].kind == T_ENTITY)
            named[count++] = s->t[k].entity;
    }
    for (int k = 0; k < count; k++) {
        int place = ground_place_of(s, named[k], concept, false);
        if (place == 0 || place > count)
            return false;
    }
    return joined && count > 1;
}

/* "third", "3rd": 3; 1 of a word that is no ordinal. */
static int ordinal_of(const char *low)
{
    static const char *const ordinals[] = {"first", "second",  "third",  "fourth", "fifth",
                                           "sixth", "seventh", "eighth", "ninth",  "tenth"};
    for (int k = 0; k < 10; k++)
        if (strncmp(low, ordinals[k], strlen(ordinals[k])) == 0)
            return k + 1;
    return isdigit((unsigned char)*low) ? (int)ground_digits_value(low) : 1;
}

/* "the strongest rise", "grew the most": the direction that is ranked; 0: no change is. */
static int ranked_change(const struct sentence *s, size_t i)
{
    if (ground_is(s, i, "most") || ground_is(s, i, "least")) {
        size_t k = i;
        while (k > 0 && (ground_is(s, k - 1, "the") || ground_is(s, k - 1, "by")))
            k--;
        bool ends = i + 1 >= s->n || s->t[i + 1].kind != T_WORD || ground_is(s, i + 1, "in") ||
                    ground_is(s, i + 1, "by") || ground_is(s, i + 1, "of");
        return k > 0 && ends && (k < i || ends) ? ground_sign_at(s, k - 1) : 0;
    }
    if (ground_is(s, i, "fastest") || ground_is(s, i, "slowest"))
        for (size_t k = 0; k < i; k++) /* "it grew by 46 %, the fastest of them" */
            if (s->t[k].kind == T_NUMBER && s->t[k].traced && s->t[k].fact >= 0 &&
                s->g->facts[s->t[k].fact].change)
                return s->g->facts[s->t[k].fact].value < 0 ? -1 : 1;
    for (size_t k = i + 1; k < s->n && k < i + 4 && s->t[k].kind == T_WORD; k++) {
        if (ground_is(s, k, "change") || ground_is(s, k, "mover") || ground_is(s, k, "movement"))
            return 2;
        if (ground_sign_at(s, k) != 0 && (ground_concepts_at(s, k) & C_COST) == 0)
            return ground_sign_at(s, k);
    }
    return 0;
}

/* "from most to least expensive: A, B, C": the entities come in that order. */
static bool check_sorted(struct sentence *s, size_t i)
{
    size_t k = i + 1;
    while (k < i + 3 && (ground_concepts_at(s, k) & C_COST))
        k++;
    uint32_t ends = ground_roles_at(s, k + 1) & (W_MOST | W_LEAST);
    if (!ground_is(s, k, "to") || ends == 0)
        return false;
    bool falls = (ends & W_LEAST) != 0;
    double last = falls ? INFINITY : -INFINITY;
    size_t named = 0;
    for (size_t m = k + 2; m < s->n; m++) {
        if (s->t[m].kind != T_ENTITY)
            continue;
        double x = ground_value_of(s, s->t[m].entity, C_COST, false);
        if (isnan(x) || (falls ? x > last : x < last))
            ground_reject(s, "the facts do not show that order");
        last = x;
        named++;
    }
    if (named < 2)
        ground_reject(s, "the facts do not show that order");
    s->verified = true;
    return true;
}

/* "comes last", "the last one in the list" */
bool ground_last_place(const struct sentence *s, size_t i)
{
    static const char *const ones[] = {"one", "item", "place", "position", "entry", "rank", NULL};
    return ground_is(s, i, "last") && i > 0 &&
           ((ground_any_of(s, i + 1, ones) &&
             !(ground_is(s, i + 1, "one") && ground_is(s, i + 2, "listed"))) ||
            (ground_any_of(s, i - 1, placing) && !ground_is(s, i + 1, "window")));
}

/* "has lasted the longest: 21 days": a place by the metric of the figure that stands beside it. */
static bool placed_by_figure(const struct sentence *s, size_t i, int entity, int want, bool least)
{
    static const char *const known[] = {
        "most",   "largest",  "highest", "biggest", "greatest", "longest",   "least",    "lowest",
        "fewest", "smallest", "fastest", "slowest", "shortest", "strongest", "steepest", NULL};
    const struct ground_fact *own = NULL;
    if (!ground_any_of(s, i, known))
        return false; /* "the safest": which way it points is not known */
    for (size_t k = 0; k < s->n && own == NULL; k++)
        if (s->t[k].kind == T_NUMBER && s->t[k].traced && s->t[k].fact >= 0 &&
            ground_same_clause(s, i, k))
            own = &s->g->facts[s->t[k].fact];
    for (size_t k = i; k-- > 0 && own == NULL;) /* "97 %, the highest of the three" */
        if (s->t[k].kind == T_NUMBER && s->t[k].traced && s->t[k].fact >= 0 &&
            s->t[k].clause == s->t[i].clause - 1 && ground_first_entity(s, k, i, false) < 0)
            own = &s->g->facts[s->t[k].fact];
    for (size_t k = i; k < s->n && own == NULL; k++)
        if (s->t[k].kind == T_NUMBER && s->t[k].traced && s->t[k].fact >= 0 &&
            s->t[k].clause == s->t[i].clause + 1)
            own = &s->g->facts[s->t[k].fact];
    if (own == NULL || own->entity < 0 || own->entity != entity || own->f->metric == NULL ||
        own->before || (ground_clause_concepts(s, i) & C_COST))
        return false;
    int place = 1, others = 0;
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity < 0 || f->entity == entity || f->before || f->f->metric == NULL ||
            strcmp(f->f->metric, own->f->metric) != 0)
            continue;
        others++;
        place += least ? f->value < own->value : f->value > own->value;
    }
    return others > 0 && place == want;
}

/* "was in 2nd place before [F4]": the fact of a place that is cited behind it. */
static bool place_cited(const struct sentence *s, size_t i, int want)
{
    int other, entity = ground_bound_entity(s, i, &other);
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k); k++) {
        const struct ground_fact *f =
            s->t[k].kind == T_CITE && s->t[k].fact >= 0 ? &s->g->facts[s->t[k].fact] : NULL;
        if (f != NULL && (f->concepts & C_RANK) && f->dim == DRC_DIM_COUNT && f->entity == entity &&
            f->value == want)
            return true;
    }
    return false;
}

void ground_check_rank(struct sentence *s, size_t i)
{
    int other, want = ordinal_of(s->t[i].low), entity;
    bool last = ground_last_place(s, i);
    bool least =
        last || ((ground_roles_at(s, i) & W_LEAST) != 0 && !(ground_roles_at(s, i) & W_MOST));
    bool digits = isdigit((unsigned char)s->t[i].low[0]) != 0;
    if (ground_is(s, i, "second") && ground_is(s, i + 1, "to") && ground_is(s, i + 2, "none"))
        want = 1;
    else if ((!digits && !last && !speaks_of_rank(s, i)) || ground_negated(s, i))
        return;
    if (digits && ground_of_metric(s, &s->t[i]))
        return; /* "95th percentile" */
    if (i > 0 && (ground_roles_at(s, i - 1) & W_ORDINAL))
        return; /* "second most" is checked at "second" */
    if (check_sorted(s, i))
        return;
    if (i > 2 && ground_is(s, i - 1, "to") &&
        ((ground_roles_at(s, i - 2) | ground_roles_at(s, i - 3)) & (W_MOST | W_LEAST)))
        return; /* the end of what is checked at its beginning */
    int change = ranked_change(s, i);
    if (change != 0 && ground_is(s, i, "fastest"))
        least = false;
    if (change == 2)
        change = ground_change_of(s, ground_bound_entity(s, i, &other), C_COST);
    entity = i + 1 < s->n && s->t[i + 1].kind == T_ENTITY ? s->t[i + 1].entity
                                                          : ground_bound_entity(s, i, &other);
    uint32_t concept = ground_compared_concept(s, i);
    bool they = want == 1 && !least && lead_together(s, i, concept);
    bool wrong = change != 0 ? least || ground_place_by_change(s, entity, change) != want
                             : !they && ground_place_of(s, entity, concept, least) != want;
    if (wrong && !placed_by_figure(s, i, entity, want, least) && !place_cited(s, i, want))
        ground_reject(s, "the facts do not show that rank ('%.*s')", (int)s->t[i].n, s->t[i].s);
    else
        s->verified = true;
}

/* "A, then B: the order by cost" */
void ground_check_listed_order(struct sentence *s, size_t i)
{
    bool by_cost = (ground_is(s, i, "order") || ground_is(s, i, "sequence")) &&
                   (ground_clause_concepts(s, i) & (C_COST | C_RANK)) != 0;
    if (!by_cost || ground_is(s, i + 1, "to"))
        return;
    double last = INFINITY;
    for (size_t k = 0; k < s->n; k++) {
        if (s->t[k].kind != T_ENTITY)
            continue;
        double x = ground_value_of(s, s->t[k].entity, C_COST, false);
        if (isnan(x) || x > last)
            ground_reject(s, "the facts do not show that order");
        last = x;
    }
}

/* "no item costs as much as A"; "A costs as much as B" is said by no fact. */
void ground_check_as_much(struct sentence *s, size_t i)
{
    static const char *const much[] = {"much", "expensive", "costly", "dear",
                                       "high", "large",     NULL};
    if (!ground_is(s, i, "as") || !ground_any_of(s, i + 1, much) || !ground_is(s, i + 2, "as") ||
        i + 3 >= s->n || s->t[i + 3].kind != T_ENTITY)
        return;
    bool nobody = ground_negated(s, i) && ground_first_entity(s, 0, i, true) < 0;
    if (nobody && ground_place_of(s, s->t[i + 3].entity, C_COST, false) == 1)
        s->verified = true;
    else
        ground_reject(s, "the facts do not show that order");
}

void ground_check_majority(struct sentence *s, size_t i)
{
    int other, entity = ground_bound_entity(s, i, &other);
    bool runs = (ground_concepts_at(s, i + 1) & (C_RUNS | C_ATTEMPT)) != 0;
    uint32_t outcome = ground_clause_concepts(s, i) & (C_FAILED | C_SUCCESS | C_SPOT | C_ONDEMAND);
    bool adverb = !ground_is(s, i, "most") && !ground_is(s, i, "bulk");
    if (ground_is(s, i, "most"))
        outcome &= C_FAILED | C_SUCCESS;
    if (ground_is(s, i, "most") && i > 0 && ground_is(s, i - 1, "the"))
        return; /* "costs the most of the three" */
    if (!ground_is(s, i + 1, "of") && !adverb && !(runs && outcome))
        return;
    if (outcome != 0) {
        for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
            const struct ground_fact *f = &s->g->facts[k];
            if (f->entity == entity && f->dim == DRC_DIM_RATIO && (f->concepts & outcome) &&
                !f->change && f->value > 0.5) {
                s->verified = true;
                return;
            }
        }
        ground_reject(s, "no fact holds '%.*s'", (int)s->t[i].n, s->t[i].s);
        return;
    }
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity == entity && f->dim == DRC_DIM_RATIO && (f->concepts & C_SHARE) &&
            !f->change && ground_holds(f, C_SHARE) && f->value > 0.5 &&
            !(f->concepts & (C_SPOT | C_EVICT | C_SUCCESS | C_IDLE)))
            return;
    }
    ground_reject(s, "no fact holds '%.*s of'", (int)s->t[i].n, s->t[i].s);
}

/* "behind B", "ahead of B", "followed by B". */
void ground_check_order(struct sentence *s, size_t i)
{
    bool of_compute = i > 0 && (ground_concepts_at(s, i - 1) & (C_ROWS | C_COST)) &&
                      !ground_any_of(s, i - 1, placing); /* "the compute behind A" */
    int sign = ground_is(s, i, "behind") && !of_compute                  ? -1
               : ground_is(s, i, "ahead") || ground_is(s, i, "followed") ? 1
                                                                         : 0;
    size_t k = i + 1 + (sign > 0);
    if (ground_is(s, i, "leads")) { /* "A leads B" */
        sign = 1;
        k = i + 1;
    }
    bool placed = i > 0 && ground_any_of(s, i - 1, placing);
    for (size_t m = 0; m < i; m++) /* "the second most expensive after B" */
        placed = placed || ((ground_roles_at(s, m) & W_ORDINAL) && ground_same_clause(s, i, m) &&
                            !ground_is(s, i, "over") && !ground_is(s, i, "above"));
    static const char *const under[] = {"after", "below", "under", "beneath", NULL};
    static const char *const over[] = {"before", "above", "over", NULL};
    if (placed && (ground_any_of(s, i, under) || ground_any_of(s, i, over))) {
        sign = ground_any_of(s, i, under) ? -1 : 1;
        k = i + 1;
    }
    if (sign != 0 && k < s->n && s->t[k].kind == T_ENTITY)
        ground_check_pair(s, i, s->t[k].entity, sign);
}
