/* What is claimed without a figure: none and all, no change, vague counts, expectations. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ground_inner.h"

/* ---- none and all ------------------------------------------------------------------------- */

static bool zero_fact(const struct sentence *s, int entity, uint32_t concept)
{
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        bool fits = concept == C_SPOT ? f->dim == DRC_DIM_RATIO && !(f->concepts & C_EVICT)
                                      : f->dim == DRC_DIM_COUNT || f->dim == DRC_DIM_USD;
        if (f->entity == entity && (f->concepts & concept) && !f->change && f->value == 0 && fits)
            return true;
    }
    return false;
}

static bool all_succeeded(const struct sentence *s, int entity)
{
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity == entity && (f->concepts & C_SUCCESS) && !(f->concepts & C_BOUND) &&
            f->dim == DRC_DIM_RATIO && f->value >= 1)
            return true;
    }
    return false;
}

static bool happens(const struct sentence *s, size_t i)
{
    return i < s->n && s->t[i].kind == T_WORD &&
           (s->t[i].is.concepts & (C_EVICT | C_FAILED | C_WASTE | C_IDLE));
}

static void check_none(struct sentence *s, size_t i)
{
    static const char *const none[] = {"no",  "none",    "zero",  "without",
                                       "any", "nothing", "never", NULL};
    int other, entity = ground_bound_entity(s, i, &other);
    bool not_one =
        ground_is(s, i, "not") && (ground_is(s, i + 1, "one") ||
                                   (ground_is(s, i + 1, "a") && ground_is(s, i + 2, "single")) ||
                                   happens(s, i + 1) || happens(s, i + 2));
    bool not_a = ground_is(s, i, "not") && (ground_is(s, i + 1, "a") || ground_is(s, i + 1, "an"));
    if ((!ground_any_of(s, i, none) && !not_one && !not_a) ||
        (ground_is(s, i, "any") && !ground_negated(s, i)))
        return;
    if (ground_is(s, i, "nothing") && i > 0 && (ground_concepts_at(s, i - 1) & C_COST))
        ground_reject(s, "no fact says that it costs nothing");
    static const char *const calm[] = {
        "action",       "actions",  "problem", "problems",  "issue",    "issues",
        "need",         "risk",     "risks",   "concern",   "concerns", "waste",
        "reason",       "surprise", "harm",    "attention", "review",   "follow-up",
        "intervention", "worry",    "alarm",   NULL};
    size_t what =
        i + 1 + (i + 2 < s->n && !ground_any_of(s, i + 1, calm)); /* "no further action" */
    if (ground_is(s, i, "no") && ground_any_of(s, what, calm) && !ground_not_known(s))
        ground_reject(s, "'no %s' is a judgement that no fact holds", s->t[what].low);
    if (ground_is(s, i, "not") && (ground_is(s, i + 1, "a") || ground_is(s, i + 1, "an")) &&
        ground_any_of(s, i + 2, calm) && !ground_not_known(s))
        ground_reject(s, "'not %s %s' is a judgement that no fact holds", s->t[i + 1].low,
                      s->t[i + 2].low);
    uint32_t said = 0;
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k) && k < i + 9; k++)
        said |= ground_concepts_at(s, k);
    for (size_t k = 0; ground_is(s, i, "none") && said == 0 && k < i; k++) /* "evictions: none" */
        said |= ground_concepts_at(s, k) & (C_FAILED | C_EVICT);
    uint32_t concept = said & C_FAILED    ? C_FAILED
                       : said & C_EVICT   ? C_EVICT
                       : said & C_SUCCESS ? C_SUCCESS
                                          : said & (C_ATTEMPT | C_RUNS | C_IDLE | C_WASTE | C_SPOT);
    bool compares = false;
    for (size_t k = i; k < s->n; k++)
        compares = compares || ground_is(s, k, "than");
    bool of_runs = concept == C_FAILED && (said & C_RUNS) && !(said & C_ATTEMPT);
    if (concept != 0 && (zero_fact(s, entity, concept) || (of_runs && all_succeeded(s, entity))))
        s->verified = true;
    else if (concept != 0 && !compares && !(said & C_SAVE) && !ground_not_known(s))
        ground_reject(s, "no fact says that there were none");
}

/* ---- no change ---------------------------------------------------------------------------- */

/* "hardly any movement", "barely changed", "remained at": so said of what has a change. */
static void check_unchanged(struct sentence *s, size_t i)
{
    static const char *const little[] = {"no",      "hardly",  "barely",    "scarcely",
                                         "little",  "without", "virtually", "not",
                                         "neither", "nothing", NULL};
    static const char *const change[] = {"change", "movement", "variation", "difference",
                                         "shift",  "move",     "change",    "budge",
                                         "moved",  "vary",     NULL};
    static const char *const stay[] = {"stay", "remain", "keep",  "kept",
                                       "hold", "held",   "hover", NULL};
    bool none = false;
    for (size_t k = i + 1; ground_any_of(s, i, little) && k < i + 4; k++)
        none = none || ground_form_of(s, k, change);
    none = none || (ground_form_of(s, i, stay) && ground_is(s, i + 1, "at"));
    if (!none || ground_of_unknown(s, i))
        return;
    int other, entity = ground_bound_entity(s, i, &other);
    bool others = false;
    for (size_t k = 0; k < i; k++)
        others = others || ground_is(s, k, "other") || ground_is(s, k, "others");
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        bool own = others ? f->entity >= 0 && f->entity != s->carried : f->entity == entity;
        if (own && f->change && f->dim == DRC_DIM_RATIO && !isnan(f->value) &&
            fabs(f->value) >= GROUND_UNCHANGED_MAX)
            ground_reject(s, "there was a change");
    }
}

/* "costs the same as B", "the same as before"; "the same goes for B" is said by no fact. */
static void check_same(struct sentence *s, size_t i)
{
    static const char *const goes[] = {"goes", "applies", "holds", "is", "was", "happened", NULL};
    static const char *const things[] = {"window", "period", "time", "days", "weeks",
                                         "report", "zone",   "day",  NULL};
    if (!ground_is(s, i, "same") || ground_any_of(s, i + 1, things) || ground_of_unknown(s, i))
        return;
    int a = ground_first_entity(s, 0, s->n, false), b = ground_first_entity(s, 0, s->n, true);
    bool before = false;
    for (size_t k = i + 1; k < s->n && k < i + 4; k++)
        before = before || (ground_concepts_at(s, k) & C_BEFORE);
    a = a < 0 ? s->carried : a;
    double x = ground_value_of(s, a, C_COST, false), y = ground_value_of(s, b, C_COST, before);
    bool equal = (a != b || before) && fabs(x - y) <= 0.05 * fabs(y);
    bool cost = false;
    for (size_t k = 0; k < s->n; k++)
        cost = cost || (ground_concepts_at(s, k) & C_COST);
    if (ground_any_of(s, i + 1, goes) || (before && !equal) || (cost && !equal))
        ground_reject(s, "no fact holds that it is the same");
}

/* "moved a lot" of what hardly moved; "had failed attempts" of what had none. */
static void check_much(struct sentence *s, size_t i)
{
    static const char *const much[] = {"lot",      "considerably", "significantly", "sharply",
                                       "strongly", "markedly",     "much",          NULL};
    static const char *const moves[] = {"move", "change", "shift", NULL};
    static const char *const had[] = {"had", "has", "saw", "shows", "suffered", NULL};
    int other, entity = ground_bound_entity(s, i, &other);
    bool lot = ground_any_of(s, i + 1, much) || ground_any_of(s, i + 2, much);
    for (size_t k = 0; ground_form_of(s, i, moves) && lot && k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity == entity && f->change && f->dim == DRC_DIM_RATIO && !ground_negated(s, i) &&
            fabs(f->value) < GROUND_UNCHANGED_MAX)
            ground_reject(s, "the facts do not show that much of a change");
    }
    uint32_t said =
        (ground_concepts_at(s, i + 1) | ground_concepts_at(s, i + 2)) & (C_FAILED | C_EVICT);
    bool counted = false;
    for (size_t k = i; k < s->n && ground_same_clause(s, i, k); k++)
        counted = counted || s->t[k].kind == T_NUMBER || (ground_roles_at(s, k) & W_NOT);
    if (ground_any_of(s, i, had) && said != 0 && !counted && zero_fact(s, entity, said))
        ground_reject(s, "there were none");
    uint32_t none = (ground_concepts_at(s, i + 1) | ground_concepts_at(s, i + 2)) &
                    (C_FAILED | C_EVICT | C_WASTE | C_IDLE);
    if (ground_is(s, i, "never") && none == 0 && !ground_of_unknown(s, i) && !ground_not_known(s))
        ground_reject(s, "no fact holds 'never'");
}

static void check_all(struct sentence *s, size_t i)
{
    uint32_t said = ground_clause_concepts(s, i);
    int other, entity = ground_bound_entity(s, i, &other);
    if (ground_is(s, i, "all") && ground_is(s, i + 1, "of") &&
        !(i > 0 && ground_is(s, i - 1, "of")))
        ground_reject(s, "no fact holds 'all of'");
    bool things = (ground_concepts_at(s, i + 1) | ground_concepts_at(s, i + 2)) &
                  (C_RUNS | C_ATTEMPT | C_ROWS);
    if (!things || !(said & (C_SUCCESS | C_FAILED)) || (ground_is(s, i, "each")))
        return;
    if ((said & C_SUCCESS) && all_succeeded(s, entity)) {
        s->verified = true;
        return;
    }
    if (!((said & C_SUCCESS) && zero_fact(s, entity, C_FAILED)))
        ground_reject(s, "no fact holds '%s'", s->t[i].low);
}

/* ---- vague counts ------------------------------------------------------------------------- */

/* "several evictions", "few runs succeeded", "many times as expensive" */
static void check_vague(struct sentence *s, size_t i)
{
    static const uint32_t counted = C_FAILED | C_EVICT | C_ATTEMPT | C_SUCCESS | C_RUNS;
    int other, entity = ground_bound_entity(s, i, &other);
    bool two = ground_is(s, i, "few") || ground_is(s, i, "couple") || ground_is(s, i, "handful");
    bool times = ground_is(s, i + 1, "times") &&
                 (ground_is(s, i + 2, "as") || (ground_roles_at(s, i + 2) & (W_UP | W_DOWN)));
    uint32_t said = 0;
    for (size_t k = i + 1; k < s->n && k < i + 4 && ground_same_clause(s, i, k); k++)
        said |= ground_concepts_at(s, k) & counted;
    if (ground_is(s, i + 1, "times") && !times)
        said |= ground_clause_concepts(s, i) & counted;
    if (said & ~(uint32_t)C_RUNS)
        said &= ~(uint32_t)C_RUNS;
    if (said & C_RUNS)
        said |= ground_clause_concepts(s, i) & (C_FAILED | C_SUCCESS | C_EVICT);
    bool advice = two && said == C_RUNS && i > 1 && ground_is(s, i - 1, "a") &&
                  ground_is(s, i - 2, "for"); /* "switch it on for a few runs" */
    if ((said == 0 && !times) || ground_not_known(s) || advice)
        return;
    for (size_t k = 0; k < s->g->ledger->fact_count && !times; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity == entity && f->dim == DRC_DIM_COUNT && !f->change &&
            (said & ~(f->concepts | C_RUNS | C_ATTEMPT)) == 0 &&
            (two ? f->value >= 2 && f->value <= 5 : f->value >= 3)) {
            s->verified = true;
            return;
        }
    }
    ground_reject(s, "no fact holds '%.*s'", (int)s->t[i].n, s->t[i].s);
}

/* ---- expectation -------------------------------------------------------------------------- */

/* "as planned", "within budget": no fact says that something went as it should. */
static void check_as_expected(struct sentence *s, size_t i)
{
    static const char *const within[] = {"as",        "within", "inside",  "on",      "met",
                                         "meets",     "match",  "matches", "matched", "line",
                                         "according", "per",    NULL};
    if (!(ground_concepts_at(s, i) & C_EXPECT) || ground_of_unknown(s, i) ||
        (i + 1 < s->n && s->t[i + 1].kind == T_NUMBER))
        return;
    for (size_t k = i; k-- > 0 && k + 5 > i && s->t[k].kind == T_WORD;)
        if (ground_any_of(s, k, within) &&
            !(ground_is(s, k, "as") && ground_is(s, k + 1, "against"))) {
            ground_reject(s, "no fact holds that it is as %s", s->t[i].low);
            return;
        }
}

/* "past its peak", "in line with the forecast": of a measure that no fact is of. */
static void check_unmeasured(struct sentence *s, size_t i)
{
    uint32_t said = ground_concepts_at(s, i) & (C_PEAK | C_FORECAST);
    for (size_t k = 0; k < s->g->ledger->fact_count; k++)
        said &= ~s->g->facts[k].concepts;
    if (said != 0 && !ground_of_unknown(s, i) && !(ground_roles_at(s, i) & W_MOST))
        ground_reject(s, "no fact is of '%s'", s->t[i].low);
}

/* "While A comes to $5, B only comes to $3": less, in fact. */
static void check_only(struct sentence *s, size_t i)
{
    static const char *const only[] = {"only", "just", "merely", NULL};
    static const char *const against[] = {"while", "whereas", "but", "against", "compared", NULL};
    bool contrast = false;
    size_t own = s->n, other = s->n;
    for (size_t k = 0; k < s->n; k++) {
        contrast = contrast || ground_any_of(s, k, against);
        if (s->t[k].kind == T_NUMBER && k > i && ground_same_clause(s, i, k) && own == s->n)
            own = k;
        else if (s->t[k].kind == T_NUMBER && k < i)
            other = k;
    }
    if (ground_any_of(s, i, only) && contrast && own < s->n && other < s->n &&
        s->t[own].num.dim == s->t[other].num.dim && s->t[own].num.value > s->t[other].num.value)
        ground_reject(s, "the facts do not show that it is %s that", s->t[i].low);
}

void ground_check_claims(struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++) {
        uint32_t roles = ground_roles_at(s, i);
        if (s->t[i].kind != T_WORD)
            continue;
        ground_check_manners(s, i);
        ground_check_cause(s, i);
        ground_check_saving(s, i);
        if (roles & (W_UP | W_DOWN))
            ground_check_direction(s, i);
        if (roles & W_MULTIPLE)
            ground_check_multiple(s, i);
        if ((roles & (W_MOST | W_LEAST | W_ORDINAL)) || ground_last_place(s, i) ||
            (ground_is(s, i, "number") && ground_is(s, i + 1, "one")))
            ground_check_rank(s, i);
        if (roles & W_MAJORITY)
            ground_check_majority(s, i);
        check_as_expected(s, i);
        check_unchanged(s, i);
        check_much(s, i);
        check_same(s, i);
        check_only(s, i);
        check_unmeasured(s, i);
        ground_check_order(s, i);
        ground_check_listed_order(s, i);
        ground_check_as_much(s, i);
        if (roles & W_VAGUE)
            check_vague(s, i);
        check_none(s, i);
        if (roles & W_ALL)
            check_all(s, i);
    }
}
