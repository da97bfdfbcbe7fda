/* What is claimed without a figure: direction, order, rank, none and all, vague counts. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ground_inner.h"

/* ---- facts to compare --------------------------------------------------------------------- */

#define COUNTED (C_EVICT | C_FAILED | C_SUCCESS | C_RUNS | C_ATTEMPT | C_DURATION)

/* What the clause compares: the count that it names, else cost. */
static uint32_t compared_concept(const struct sentence *s, size_t i)
{
    static const uint32_t order[] = {C_FAILED, C_EVICT, C_SUCCESS, C_WASTE,
                                     C_SPOT,   C_IDLE,  C_ATTEMPT};
    uint32_t said = ground_clause_concepts(s, i);
    if (ground_concepts_at(s, i + 1) & C_RUNS)
        return C_RUNS;
    if (ground_is(s, i, "faster") || ground_is(s, i, "slower") || ground_is(s, i, "quicker"))
        return C_DURATION;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        if (said & order[k])
            return order[k];
    return said & C_DURATION && !(said & C_COST) ? C_DURATION : C_COST;
}

static bool holds(const struct ground_fact *f, uint32_t concept)
{
    static const uint32_t other = C_FAILED | C_EVICT | C_SUCCESS | C_WASTE | C_SPOT | C_ONDEMAND |
                                  C_IDLE | C_EXPECT | C_PER | C_PEAK | C_SAVE | C_DBU | C_TAIL |
                                  C_BOUND;
    if (concept == C_COST)
        return (f->dim == DRC_DIM_USD || f->change) &&
               !(f->concepts & (other & ~(uint32_t)C_EXPECT)) &&
               (f->change || !(f->concepts & C_EXPECT));
    return (f->concepts & concept) != 0 && !(concept == C_DURATION && f->dim != DRC_DIM_SECONDS);
}

static double value_of(const struct sentence *s, int entity, uint32_t concept, bool before)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct ground_fact *f = &s->g->facts[i];
        if (f->entity == entity && f->two[0] < 0 && !f->change && f->before == before &&
            holds(f, concept) && !(concept == C_COST && f->dim != DRC_DIM_USD))
            return f->value;
    }
    return (double)NAN;
}

/* The sign of the change of an entity (-1: the whole): 0 unknown. */
static int change_of(const struct sentence *s, int entity, uint32_t concept)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct ground_fact *f = &s->g->facts[i];
        if (f->entity == entity && f->change && f->two[0] < 0 && holds(f, concept) &&
            f->value != 0 && !isnan(f->value))
            return f->value > 0 ? 1 : -1;
    }
    double now = value_of(s, entity, concept, false), before = value_of(s, entity, concept, true);
    return now > before ? 1 : now < before ? -1 : 0;
}

/* Place of an entity among those that have the figure, 1 = most; 0: unknown. */
static int place_of(const struct sentence *s, int entity, uint32_t concept, bool least)
{
    double own = value_of(s, entity, concept, false);
    int place = 1, others = 0;
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct ground_fact *f = &s->g->facts[i];
        if (f->entity == entity && (f->concepts & C_RANK) && f->dim == DRC_DIM_COUNT &&
            concept == C_COST && !least)
            return (int)f->value;
        if (f->entity < 0 || f->entity == entity || isnan(own))
            continue;
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen = seen || s->g->facts[k].entity == f->entity;
        double x = value_of(s, f->entity, concept, false);
        if (seen || isnan(x))
            continue;
        others++;
        place += least ? x < own : x > own;
    }
    return others > 0 ? place : 0;
}

int ground_dearest(const struct sentence *s)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++)
        if (s->g->facts[i].entity >= 0 && place_of(s, s->g->facts[i].entity, C_COST, false) == 1)
            return s->g->facts[i].entity;
    return -1;
}

static int first_entity(const struct sentence *s, size_t from, size_t to, bool last)
{
    int found = -1;
    for (size_t k = from; k < to && k < s->n; k++)
        if (s->t[k].kind == T_ENTITY && (found < 0 || last))
            found = s->t[k].entity;
    return found;
}

/* ---- direction ---------------------------------------------------------------------------- */

int ground_sign_at(const struct sentence *s, size_t i)
{
    bool up = (ground_roles_at(s, i) & W_UP) != 0, down = (ground_roles_at(s, i) & W_DOWN) != 0;
    return up == down ? 0 : up ? 1 : -1;
}

/* The object behind "than", "against", "below"; -1: none. */
static int compared_entity(const struct sentence *s, size_t i)
{
    for (size_t k = i + 1; k + 1 < s->n && k < i + 8 && ground_same_clause(s, i, k); k++)
        if ((ground_is(s, k, "than") || (k == i + 1 && s->t[k].kind == T_ENTITY)) &&
            (s->t[k + 1].kind == T_ENTITY || s->t[k].kind == T_ENTITY))
            return s->t[k].kind == T_ENTITY ? s->t[k].entity : s->t[k + 1].entity;
    return -1;
}

static void check_pair(struct sentence *s, size_t i, int object, int sign)
{
    uint32_t concept = compared_concept(s, i);
    int subject = first_entity(s, 0, i, true);
    if (subject < 0)
        subject = s->carried;
    bool nobody =
        subject < 0 || (s->n > 0 && first_entity(s, 0, i, true) < 0 && ground_negated(s, i));
    if (nobody) { /* "no job costs more than A" */
        if (!ground_negated(s, i) || place_of(s, object, concept, sign < 0) != 1)
            ground_reject(s, "the facts do not show that order");
        else
            s->verified = true;
        return;
    }
    double x = value_of(s, subject, concept, false), y = value_of(s, object, concept, false);
    if (!(sign > 0 ? x > y : x < y) || ground_negated(s, i))
        ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
    else
        s->verified = true;
}

/* "came in under its expectation" */
static bool missed_expectation(const struct sentence *s, size_t i)
{
    for (size_t k = i + 1; k < s->n && k < i + 5 && s->t[k].kind == T_WORD; k++)
        if (s->t[k].is.concepts & C_EXPECT)
            return true;
    return false;
}

/* "of the two, A costs more", "A is the cheaper of the two": the one that A is not; -1: unknown,
 * -2: nothing of the kind is said. */
static int other_of_two(const struct sentence *s, size_t i, int subject)
{
    bool two = false;
    int other = -1;
    for (size_t k = 1; k < s->n; k++) {
        bool number = s->t[k].kind == T_NUMBER && s->t[k].num.spelled && s->t[k].num.value == 2;
        two = two || (number && ground_is(s, k - 1, "the"));
    }
    bool ends = i + 1 >= s->n || s->t[i + 1].kind == T_CITE || s->t[i + 1].kind == T_MARK;
    bool compares = ends && (ground_is(s, i, "more") || ground_is(s, i, "less"));
    /* "A has the higher cost, B the lower" */
    bool the = i > 0 && ground_is(s, i - 1, "the") && ground_named_before(s, i, true) == subject &&
               !(i + 1 < s->n && s->t[i + 1].kind == T_NUMBER);
    compares = compares || the;
    for (size_t k = 0; k < s->n; k++)
        if (s->t[k].kind == T_ENTITY && s->t[k].entity != subject)
            other = s->t[k].entity;
    if (!two && !(compares && other >= 0))
        return -2;
    for (int k = 0; k < 2 && other < 0; k++)
        other = s->pair[k] != subject ? s->pair[k] : -1;
    return other;
}

/* A word of direction that stands by itself: not "more than $5", not the preposition. */
bool ground_speaks_of_change(const struct sentence *s, size_t i)
{
    if (ground_falls_on(s, i))
        return false;
    static const char *const light[] = {"up",    "down",  "over",    "above",
                                        "below", "under", "beneath", NULL};
    static const char *const moved[] = {"went", "came",  "is",       "are",    "was", "were",
                                        "go",   "goes",  "comes",    "has",    "be",  "been",
                                        "gone", "going", "trending", "trends", NULL};
    static const char *const amount[] = {"more",  "less",  "extra",  "additional", "added",
                                         "short", "fewer", "longer", NULL};
    bool number_next = i + 1 < s->n && s->t[i + 1].kind == T_NUMBER;
    static const char *const lists[] = {"list", "ranking", "report", "table", "chart", NULL};
    if (ground_roles_at(s, i) & W_OUTDO)
        return !number_next && !ground_any_of(s, i + 1, lists) && !ground_any_of(s, i + 2, lists) &&
               !(i + 2 < s->n && s->t[i + 2].kind == T_NUMBER);
    if (ground_any_of(s, i, light) && missed_expectation(s, i))
        return true;
    if (ground_any_of(s, i, light)) {
        bool the_number =
            ground_is(s, i + 1, "the") && i + 2 < s->n && s->t[i + 2].kind == T_NUMBER;
        return (i > 0 && ground_any_of(s, i - 1, moved) && !number_next &&
                (ground_is(s, i, "up") || ground_is(s, i, "down"))) ||
               the_number;
    }
    if (ground_any_of(s, i, amount) && i + 3 < s->n && ground_is(s, i + 2, "than") &&
        s->t[i + 3].kind == T_ENTITY)
        return true; /* "more runs than B" */
    if (ground_any_of(s, i, amount))
        return ground_is(s, i + 1, "expensive") || ground_is(s, i + 1, "costly") ||
               (i > 0 && (ground_roles_at(s, i - 1) & (W_BECOME | W_UP | W_DOWN))) ||
               (ground_is(s, i + 1, "than") && !(i + 2 < s->n && s->t[i + 2].kind == T_NUMBER));
    if (ground_is(s, i, "expensive"))
        return i > 0 && (ground_roles_at(s, i - 1) & W_BECOME);
    return !ground_is(s, i, "cut") && !ground_is(s, i, "cuts") && !ground_is(s, i, "raised") &&
           !(ground_roles_at(s, i) & W_REDUCE && i > 0 && (ground_is(s, i - 1, "to")));
}

/* "A exceeds all others": no entity behind it. */
static void check_outdone(struct sentence *s, size_t i, int sign)
{
    static const char *const all[] = {"other", "others", "any", "every", "each", NULL};
    static const char *const sums[] = {"combined", "together", "total", "sum", NULL};
    bool others = false, sum = false;
    int unused;
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k); k++) {
        others = others || ground_any_of(s, k, all);
        sum = sum || ground_any_of(s, k, sums);
    }
    int entity = ground_bound_entity(s, i, &unused);
    bool expected = (ground_clause_concepts(s, i) & (C_EXPECT | C_BEFORE)) != 0;
    if (expected && !others ? change_of(s, entity, C_COST) == sign
                            : others && !sum && place_of(s, entity, C_COST, sign < 0) == 1)
        s->verified = true;
    else
        ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
}

static void check_two(struct sentence *s, size_t i, int subject, int second, int sign)
{
    uint32_t concept = compared_concept(s, i);
    double x = value_of(s, subject, concept, false), y = value_of(s, second, concept, false);
    if (second < 0 || !(sign > 0 ? x > y : x < y) || ground_negated(s, i))
        ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
    else
        s->verified = true;
}

/* "did not rise", "has never been up" */
static bool right_after_not(const struct sentence *s, size_t i)
{
    static const char *const between[] = {"been", "yet", "have", "has", "really", NULL};
    size_t k = i;
    while (k > 0 && ground_any_of(s, k - 1, between))
        k--;
    return k > 0 && (ground_roles_at(s, k - 1) & W_NOT);
}

/* "was cheaper in the window before": it is dearer now. */
static bool was_before(const struct sentence *s, size_t i)
{
    if (i == 0 || !ground_is(s, i - 1, "was"))
        return false;
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k); k++) {
        if (ground_is(s, k, "than"))
            return false;
        if ((ground_concepts_at(s, k) & C_BEFORE) && !ground_is(s, k, "last"))
            return true;
    }
    return false;
}

/* "of the time that it was up", beside the fact "Time up": a state. */
static bool up_as_titled(const struct sentence *s, size_t i)
{
    if (!ground_is(s, i, "up"))
        return false;
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const char *title = s->g->ledger->facts[k].title;
        const char *at = s->used[k] && title != NULL ? strstr(title, " up") : NULL;
        if (at != NULL && (at[3] == '\0' || at[3] == ' '))
            return true;
    }
    return false;
}

static void check_direction(struct sentence *s, size_t i)
{
    int sign = ground_sign_at(s, i), other;
    if (sign == 0 || up_as_titled(s, i))
        return;
    int subject = ground_bound_entity(s, i, &other), second = other_of_two(s, i, subject);
    if (second >= -1 && !ground_is(s, i, "up") && !ground_is(s, i, "down")) {
        check_two(s, i, subject, second, sign);
        return;
    }
    if (!ground_speaks_of_change(s, i))
        return;
    int object = compared_entity(s, i);
    bool outdo = (ground_roles_at(s, i) & W_OUTDO) != 0;
    if (outdo && ground_is(s, i + 1, "by") && i + 2 < s->n && s->t[i + 2].kind == T_ENTITY) {
        check_pair(s, i, s->t[i + 2].entity, -sign); /* "is outranked by B" */
        return;
    }
    if (outdo && object < 0) {
        check_outdone(s, i, sign);
        return;
    }
    if (object >= 0) {
        check_pair(s, i, object, sign);
        return;
    }
    for (size_t k = 0; k < s->n; k++) /* of a figure that is traced with its direction */
        if (s->t[k].kind == T_NUMBER && s->t[k].traced && ground_governed_by(s, k) == (int)i)
            return;
    int a = first_entity(s, 0, s->n, false), b = first_entity(s, 0, s->n, true);
    bool rank = ground_is(s, i, "larger") || ground_is(s, i, "higher") ||
                ground_is(s, i, "smaller") || ground_is(s, i, "bigger") ||
                ground_is(s, i, "greater");
    if (rank && a >= 0 && b != a) { /* "A before B: it has the larger bill" */
        double x = value_of(s, a, C_COST, false), y = value_of(s, b, C_COST, false);
        if (!(sign > 0 ? x > y : x < y))
            ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
        else
            s->verified = true;
        return;
    }
    int entity = ground_bound_entity(s, i, &other);
    if (ground_clause_concepts(s, i) & C_TOTAL && first_entity(s, 0, s->n, false) < 0)
        entity = -1;
    if (was_before(s, i))
        sign = -sign;
    int fact = change_of(s, entity, compared_concept(s, i));
    bool not_so = right_after_not(s, i);
    if (not_so ? fact != -sign : fact != sign && !ground_negated(s, i))
        ground_reject(s, "the facts do not show that direction ('%.*s')", (int)s->t[i].n,
                      s->t[i].s);
    else
        s->verified = true;
}

static void check_multiple(struct sentence *s, size_t i)
{
    static const struct {
        const char *begin;
        double low, high;
    } list[] = {
        {"doubl", 0.9, 1.1}, {"tripl", 1.85, 2.15}, {"quadrupl", 2.8, 3.2}, {"halv", -0.55, -0.45}};
    int other, entity = ground_bound_entity(s, i, &other);
    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        for (size_t m = 0; m < s->g->ledger->fact_count; m++) {
            const struct ground_fact *f = &s->g->facts[m];
            if (strncmp(s->t[i].low, list[k].begin, strlen(list[k].begin)) == 0 &&
                f->entity == entity && f->change && f->dim == DRC_DIM_RATIO &&
                f->value >= list[k].low && f->value <= list[k].high)
                return;
        }
    ground_reject(s, "no fact holds '%.*s'", (int)s->t[i].n, s->t[i].s);
}

/* ---- rank --------------------------------------------------------------------------------- */

static const char *const placing[] = {"ranks",  "rank",  "ranked", "stands", "comes", "came", "is",
                                      "placed", "place", "are",    "was",    "takes", NULL};

static bool speaks_of_rank(const struct sentence *s, size_t i)
{
    static const char *const plain[] = {"main", "worst", "best", "maximum", "minimum", NULL};
    bool at = i > 0 && ground_is(s, i - 1, "at");
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
        return !ground_is(s, i + 1, "to");
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
        int place = place_of(s, named[k], concept, false);
        if (place == 0 || place > count)
            return false;
    }
    return joined && count > 1;
}

static void check_rank(struct sentence *s, size_t i)
{
    static const char *const ordinals[] = {"first", "second",  "third",  "fourth", "fifth",
                                           "sixth", "seventh", "eighth", "ninth",  "tenth"};
    int other, want = 1, entity;
    bool least = (ground_roles_at(s, i) & W_LEAST) != 0 && !(ground_roles_at(s, i) & W_MOST);
    if (!speaks_of_rank(s, i) || ground_negated(s, i))
        return;
    for (int k = 0; k < 10; k++)
        if (strncmp(s->t[i].low, ordinals[k], strlen(ordinals[k])) == 0)
            want = k + 1;
    if (i > 0 && (ground_roles_at(s, i - 1) & W_ORDINAL))
        return; /* "second most" is checked at "second" */
    entity = i + 1 < s->n && s->t[i + 1].kind == T_ENTITY ? s->t[i + 1].entity
                                                          : ground_bound_entity(s, i, &other);
    uint32_t concept = compared_concept(s, i);
    bool they = want == 1 && !least && lead_together(s, i, concept);
    if (!they && place_of(s, entity, concept, least) != want)
        ground_reject(s, "the facts do not show that rank ('%.*s')", (int)s->t[i].n, s->t[i].s);
    else
        s->verified = true;
}

/* "no item costs as much as A"; "A costs as much as B" is said by no fact. */
static void check_as_much(struct sentence *s, size_t i)
{
    static const char *const much[] = {"much", "expensive", "costly", "dear",
                                       "high", "large",     NULL};
    if (!ground_is(s, i, "as") || !ground_any_of(s, i + 1, much) || !ground_is(s, i + 2, "as") ||
        i + 3 >= s->n || s->t[i + 3].kind != T_ENTITY)
        return;
    bool nobody = ground_negated(s, i) && first_entity(s, 0, i, true) < 0;
    if (nobody && place_of(s, s->t[i + 3].entity, C_COST, false) == 1)
        s->verified = true;
    else
        ground_reject(s, "the facts do not show that order");
}

static void check_majority(struct sentence *s, size_t i)
{
    int other, entity = ground_bound_entity(s, i, &other);
    bool runs = (ground_concepts_at(s, i + 1) & (C_RUNS | C_ATTEMPT)) != 0;
    uint32_t outcome = ground_clause_concepts(s, i) & (C_FAILED | C_SUCCESS | C_SPOT | C_ONDEMAND);
    bool adverb = !ground_is(s, i, "most") && !ground_is(s, i, "bulk");
    if (ground_is(s, i, "most"))
        outcome &= C_FAILED | C_SUCCESS;
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
            !f->change && holds(f, C_SHARE) && f->value > 0.5 &&
            !(f->concepts & (C_SPOT | C_EVICT | C_SUCCESS | C_IDLE)))
            return;
    }
    ground_reject(s, "no fact holds '%.*s of'", (int)s->t[i].n, s->t[i].s);
}

/* "behind B", "ahead of B", "followed by B". */
static void check_order(struct sentence *s, size_t i)
{
    int sign = ground_is(s, i, "behind")                                 ? -1
               : ground_is(s, i, "ahead") || ground_is(s, i, "followed") ? 1
                                                                         : 0;
    size_t k = i + 1 + (sign > 0);
    if (ground_is(s, i, "leads")) { /* "A leads B" */
        sign = 1;
        k = i + 1;
    }
    bool placed = i > 0 && ground_any_of(s, i - 1, placing);
    if (placed && (ground_is(s, i, "after") || ground_is(s, i, "before"))) {
        sign = ground_is(s, i, "after") ? -1 : 1;
        k = i + 1;
    }
    if (sign != 0 && k < s->n && s->t[k].kind == T_ENTITY)
        check_pair(s, i, s->t[k].entity, sign);
}

/* ---- none and all ------------------------------------------------------------------------- */

static bool zero_fact(const struct sentence *s, int entity, uint32_t concept)
{
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity == entity && (f->concepts & concept) && !f->change &&
            ((f->value == 0 && f->dim == DRC_DIM_COUNT)))
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
    if ((!ground_any_of(s, i, none) && !not_one) ||
        (ground_is(s, i, "any") && !ground_negated(s, i)))
        return;
    if (ground_is(s, i, "nothing") && i > 0 && (ground_concepts_at(s, i - 1) & C_COST))
        ground_reject(s, "no fact says that it costs nothing");
    static const char *const calm[] = {
        "action", "actions", "problem",  "problems", "issue",  "issues",   "need", "risk",
        "risks",  "concern", "concerns", "waste",    "reason", "surprise", "harm", NULL};
    size_t what =
        i + 1 + (i + 2 < s->n && !ground_any_of(s, i + 1, calm)); /* "no further action" */
    if (ground_is(s, i, "no") && ground_any_of(s, what, calm) && !ground_not_known(s))
        ground_reject(s, "'no %s' is a judgement that no fact holds", s->t[what].low);
    uint32_t said = 0;
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k) && k < i + 9; k++)
        said |= ground_concepts_at(s, k);
    uint32_t concept = said & C_FAILED    ? C_FAILED
                       : said & C_EVICT   ? C_EVICT
                       : said & C_SUCCESS ? C_SUCCESS
                                          : said & (C_ATTEMPT | C_RUNS | C_IDLE | C_WASTE);
    bool compares = false;
    for (size_t k = i; k < s->n; k++)
        compares = compares || ground_is(s, k, "than");
    if (concept != 0 && zero_fact(s, entity, concept))
        s->verified = true;
    else if (concept != 0 && !compares && !(said & C_SAVE) && !ground_not_known(s))
        ground_reject(s, "no fact says that there were none");
    if (ground_is(s, i, "no") && ground_is(s, i + 1, "change") && change_of(s, entity, C_COST) != 0)
        ground_reject(s, "there was a change");
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
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity == entity && (said & C_SUCCESS) && (f->concepts & C_SUCCESS) &&
            f->dim == DRC_DIM_RATIO && f->value >= 1) {
            s->verified = true;
            return;
        }
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
    if (said & ~(uint32_t)C_RUNS)
        said &= ~(uint32_t)C_RUNS;
    if (said & C_RUNS)
        said |= ground_clause_concepts(s, i) & (C_FAILED | C_SUCCESS | C_EVICT);
    if ((said == 0 && !times) || ground_not_known(s))
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
            check_direction(s, i);
        if (roles & W_MULTIPLE)
            check_multiple(s, i);
        if ((roles & (W_MOST | W_LEAST | W_ORDINAL)) ||
            (ground_is(s, i, "number") && ground_is(s, i + 1, "one")))
            check_rank(s, i);
        if (roles & W_MAJORITY)
            check_majority(s, i);
        check_order(s, i);
        check_as_much(s, i);
        if (roles & W_VAGUE)
            check_vague(s, i);
        check_none(s, i);
        if (roles & W_ALL)
            check_all(s, i);
    }
}
