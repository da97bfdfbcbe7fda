/* Which way something went, and which of two has more. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ground_inner.h"

int ground_sign_at(const struct sentence *s, size_t i)
{
    bool up = (ground_roles_at(s, i) & W_UP) != 0, down = (ground_roles_at(s, i) & W_DOWN) != 0;
    return up == down ? 0 : up ? 1 : -1;
}

/* The object behind "than", "against", "below"; -1: none. */
static int compared_entity(const struct sentence *s, size_t i)
{
    static const char *const those[] = {"that", "those", "the",  "one",  "ones", "of", "on", "for",
                                        "in",   "at",    "runs", "cost", "bill", "is", NULL};
    size_t end = i + 12;
    if (i + 1 < s->n && s->t[i + 1].kind == T_ENTITY)
        return s->t[i + 1].entity;
    for (size_t k = i + 1; k + 1 < s->n && k < end; k++) {
        if (s->t[k].kind == T_MARK && *s->t[k].s == '(') { /* "more runs ($5) than B" */
            while (k + 1 < s->n && !(s->t[k].kind == T_MARK && *s->t[k].s == ')'))
                k++;
            continue;
        }
        if (s->t[k].kind == T_MARK)
            return -1;
        if (!ground_is(s, k, "than"))
            continue;
        size_t m = k + 1;
        while (m + 1 < s->n && ground_any_of(s, m, those))
            m++;
        return s->t[m].kind == T_ENTITY ? s->t[m].entity : -1;
    }
    return -1;
}

/* "A grew faster than B": the greater change, in percent. */
static bool changed_more(const struct sentence *s, int subject, int object, int sign)
{
    double x = (double)NAN, y = (double)NAN;
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct ground_fact *f = &s->g->facts[i];
        if (!f->change || f->dim != DRC_DIM_RATIO || f->two[0] >= 0)
            continue;
        x = f->entity == subject ? f->value * sign : x;
        y = f->entity == object ? f->value * sign : y;
    }
    return x > 0 && x > y;
}

void ground_check_pair(struct sentence *s, size_t i, int object, int sign)
{
    uint32_t concept = ground_compared_concept(s, i);
    int verb = ground_qualifies_verb(s, i) ? ground_sign_at(s, i - 1) : 0;
    bool less = ground_is(s, i, "less") || ground_is(s, i, "slower");
    if (verb != 0) { /* "grew faster than B" */
        int a = ground_first_entity(s, 0, i, true);
        bool so =
            a >= 0 && (less ? changed_more(s, object, a, verb) : changed_more(s, a, object, verb));
        if (!so || ground_negated(s, i))
            ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
        else
            s->verified = true;
        return;
    }
    int subject = ground_first_entity(s, 0, i, true);
    if (subject < 0 &&
        ground_first_entity(s, i, s->n, false) != object) /* "higher for A than for B" */
        subject = ground_first_entity(s, i, s->n, false);
    else if (subject < 0)
        subject = s->carried;
    bool nobody =
        subject < 0 || (s->n > 0 && ground_first_entity(s, 0, i, true) < 0 && ground_negated(s, i));
    if (nobody) { /* "no job costs more than A" */
        if (!ground_negated(s, i) || ground_place_of(s, object, concept, sign < 0) != 1)
            ground_reject(s, "the facts do not show that order");
        else
            s->verified = true;
        return;
    }
    double x = ground_value_of(s, subject, concept, false),
           y = ground_value_of(s, object, concept, false);
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
        bool windows = ground_is(s, k + 1, "windows") || ground_is(s, k + 1, "periods") ||
                       ground_is(s, k + 1, "weeks");
        two = two || (number && ground_is(s, k - 1, "the") && !windows);
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
    if ((!two && !(compares && other >= 0)) ||
        (other < 0 && s->pair[0] < 0 && ground_first_entity(s, 0, s->n, false) < 0))
        return -2;
    for (int k = 0; k < 2 && other < 0; k++)
        other = s->pair[k] != subject ? s->pair[k] : -1;
    return other;
}

/* A word of direction that stands by itself: not "more than $5", not the preposition. */
bool ground_speaks_of_change(const struct sentence *s, size_t i)
{
    if (ground_falls_on(s, i) || (ground_is(s, i, "upwards") && ground_is(s, i + 1, "of")))
        return false;
    static const char *const light[] = {"up",    "down",  "over",    "above",
                                        "below", "under", "beneath", NULL};
    static const char *const amount[] = {"more",  "less",  "extra",  "additional", "added",
                                         "short", "fewer", "longer", NULL};
    bool number_next = i + 1 < s->n && s->t[i + 1].kind == T_NUMBER;
    static const char *const lists[] = {"list", "ranking", "report", "table", "chart", NULL};
    if (ground_roles_at(s, i) & W_OUTDO)
        return !number_next && !ground_any_of(s, i + 1, lists) && !ground_any_of(s, i + 2, lists) &&
               !(i + 2 < s->n && s->t[i + 2].kind == T_NUMBER);
    if (ground_any_of(s, i, light) && missed_expectation(s, i))
        return true;
    if (ground_is(s, i, "down") && ground_is(s, i + 1, "to") && i + 2 < s->n &&
        s->t[i + 2].kind == T_ENTITY)
        return false; /* "$5 is down to A" */
    if (ground_any_of(s, i, light)) {
        bool the_number =
            ground_is(s, i + 1, "the") && i + 2 < s->n && s->t[i + 2].kind == T_NUMBER;
        bool up_or_down = ground_is(s, i, "up") || ground_is(s, i, "down");
        static const char *const moves[] = {"creep", "crept", "inch",  "edge", "nudge",
                                            "tick",  "move",  "go",    "went", "gone",
                                            "come",  "came",  "drift", NULL};
        bool to_somewhere = ground_is(s, i, "up") && /* "up to and including" */
                            (ground_is(s, i + 1, "to") || ground_is(s, i + 1, "until")) &&
                            !(i > 0 && ground_form_of(s, i - 1, moves));
        return (i > 0 && !number_next && up_or_down && !ground_particle(s, i) && !to_somewhere) ||
               the_number;
    }
    if (ground_any_of(s, i, amount) && compared_entity(s, i) >= 0)
        return true; /* "more runs than B", "less of the money than B" */
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
    if (expected && !others ? ground_change_of(s, entity, C_COST) == sign
                            : others && !sum && ground_place_of(s, entity, C_COST, sign < 0) == 1)
        s->verified = true;
    else
        ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
}

static void check_two(struct sentence *s, size_t i, int subject, int second, int sign)
{
    uint32_t concept = ground_compared_concept(s, i);
    double x = ground_value_of(s, subject, concept, false),
           y = ground_value_of(s, second, concept, false);
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
/* "a shorter timeout", "the larger jobs": of a thing that no figure is of. */
static bool of_other_thing(const struct sentence *s, size_t i)
{
    static const char *const degrees[] = {"larger",  "smaller", "bigger", "shorter", "longer",
                                          "lower",   "higher",  "more",   "fewer",   "less",
                                          "greater", "slower",  "faster", "heavier", "lighter",
                                          "quicker", "longer",  NULL};
    static const char *const relations[] = {
        "than", "in",    "by",    "and",     "now",     "for",  "at",          "on",       "to",
        "of",   "from",  "with",  "but",     "or",      "a",    "the",         "this",     "as",
        "so",   "while", "again", "too",     "over",    "when", "side",        "end",      "per",
        "also", "one",   "not",   "is",      "was",     "if",   "it",          "that",     "its",
        "here", "then",  "often", "far",     "spender", "item", "contributor", "consumer", "driver",
        "part", "slice", "chunk", "portion", "share",   NULL};
    return ground_any_of(s, i, degrees) && i + 1 < s->n && s->t[i + 1].kind == T_WORD &&
           !ground_any_of(s, i + 1, relations) && ground_concepts_at(s, i + 1) == 0 &&
           ground_concepts_at(s, i + 2) == 0 &&
           !(ground_roles_at(s, i + 1) & ~(uint32_t)(W_PLAIN | W_TOPIC | W_PROPER | W_JOINER)) &&
           !(i > 0 && (ground_roles_at(s, i - 1) & (W_BECOME | W_UP | W_DOWN)));
}

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

/* "a lower spot share (50 % vs. 73 %)": the two figures show it; 0: there are none, -1: not so. */
static int shown_by_pair(const struct sentence *s, size_t i, int sign)
{
    const struct ground_fact *pair[2] = {NULL, NULL};
    size_t k = i + 1;
    while (k < s->n && k < i + 10 && !(s->t[k].kind == T_MARK && *s->t[k].s == '('))
        k++;
    if (k >= s->n || k == i + 10)
        return 0;
    bool against = false;
    for (size_t m = k + 1; m < s->n && *s->t[m].s != ')'; m++) {
        against = against || (ground_roles_at(s, m) & W_AGAINST);
        if (s->t[m].kind == T_NUMBER && s->t[m].traced && s->t[m].fact >= 0)
            pair[pair[0] != NULL] = &s->g->facts[s->t[m].fact];
    }
    if (!against || pair[1] == NULL || pair[0]->dim != pair[1]->dim ||
        pair[0]->entity == pair[1]->entity)
        return 0;
    return (pair[0]->value - pair[1]->value) * sign > 0 ? 1 : -1;
}

/* "no sign that it rose" */
static bool no_sign_of(const struct sentence *s, size_t i)
{
    static const char *const signs[] = {"sign", "signs", "evidence", "indication", "hint", NULL};
    for (size_t k = 0; k + 1 < i; k++)
        if (ground_is(s, k, "no") && ground_any_of(s, k + 1, signs))
            return true;
    return false;
}

/* "All three jobs became more expensive" */
static bool of_all(const struct sentence *s, size_t i)
{
    bool all = false;
    for (size_t k = 0; k < i; k++)
        all = all || (ground_is(s, k, "all") && s->t[k + 1].kind == T_NUMBER) ||
              (ground_is(s, k, "every") && (ground_concepts_at(s, k + 1) & C_ROWS));
    return all && ground_first_entity(s, 0, s->n, false) < 0 && !ground_negated(s, i);
}

static bool all_changed(const struct sentence *s, int sign)
{
    size_t count = 0;
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity < 0 || f->two[0] >= 0 || !f->change || !ground_holds(f, C_COST))
            continue;
        if (!(f->value * sign > 0))
            return false;
        count++;
    }
    return count > 1;
}

void ground_check_direction(struct sentence *s, size_t i)
{
    int sign = ground_sign_at(s, i), other;
    if (sign == 0 || up_as_titled(s, i) || of_other_thing(s, i) || ground_is(s, i, "shortly"))
        return;
    int pair = ground_negated(s, i) ? 0 : shown_by_pair(s, i, sign);
    if (pair != 0) {
        if (pair < 0)
            ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
        else
            s->verified = true;
        return;
    }
    int subject = ground_bound_entity(s, i, &other), second = other_of_two(s, i, subject);
    if (second >= -1 && !ground_is(s, i, "up") && !ground_is(s, i, "down")) {
        check_two(s, i, subject, second, sign);
        return;
    }
    if (!ground_speaks_of_change(s, i))
        return;
    if (ground_qualifies_verb(s, i + 1) && compared_entity(s, i + 1) >= 0)
        return; /* "grew faster than B" is checked at "faster" */
    int object = compared_entity(s, i);
    bool outdo = (ground_roles_at(s, i) & W_OUTDO) != 0;
    if (outdo && ground_is(s, i + 1, "by") && i + 2 < s->n && s->t[i + 2].kind == T_ENTITY) {
        ground_check_pair(s, i, s->t[i + 2].entity, -sign); /* "is outranked by B" */
        return;
    }
    if (outdo && object < 0) {
        check_outdone(s, i, sign);
        return;
    }
    if (object >= 0) {
        ground_check_pair(s, i, object, sign);
        return;
    }
    for (size_t k = 0; k < s->n; k++) { /* of a figure that is traced with its direction */
        bool beside = false;
        for (size_t m = i; m < k; m++)
            beside = beside || (s->t[m].kind == T_MARK && *s->t[m].s == '(');
        if (s->t[k].kind == T_NUMBER && s->t[k].traced && !beside &&
            ground_governed_by(s, k) == (int)i)
            return;
    }
    int a = ground_first_entity(s, 0, s->n, false), b = ground_first_entity(s, 0, s->n, true);
    bool rank = ground_is(s, i, "larger") || ground_is(s, i, "higher") ||
                ground_is(s, i, "smaller") || ground_is(s, i, "bigger") ||
                ground_is(s, i, "greater");
    if (rank && a >= 0 && b != a) { /* "A before B: it has the larger bill" */
        double x = ground_value_of(s, a, C_COST, false), y = ground_value_of(s, b, C_COST, false);
        if (!(sign > 0 ? x > y : x < y))
            ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
        else
            s->verified = true;
        return;
    }
    int entity = ground_bound_entity(s, i, &other);
    if (ground_clause_concepts(s, i) & C_TOTAL && ground_first_entity(s, 0, s->n, false) < 0)
        entity = -1;
    if (was_before(s, i))
        sign = -sign;
    static const char *const nouns[] = {"rise", "increase", "growth",   "drop",
                                        "fall", "decline",  "decrease", NULL};
    bool noun = i > 0 && ground_is(s, i - 1, "the") && ground_any_of(s, i, nouns);
    int fact = ground_change_of(s, entity, noun ? C_COST : ground_compared_concept(s, i));
    if (of_all(s, i) && all_changed(s, sign)) {
        s->verified = true;
        return;
    }
    bool not_so = right_after_not(s, i);
    bool denied = ground_negated(s, i) && !not_so && fact == sign &&
                  (no_sign_of(s, i) || (!ground_of_unknown(s, i) && !ground_not_known(s)));
    if (denied || (not_so ? fact != -sign : fact != sign && !ground_negated(s, i)))
        ground_reject(s, "the facts do not show that direction ('%.*s')", (int)s->t[i].n,
                      s->t[i].s);
    else
        s->verified = true;
}

/* What it cost as a multiple of what the clause compares with: the window before, what was
 * expected, another entity. NaN: nothing of the kind. */
double ground_multiple_at(const struct sentence *s, size_t i)
{
    int other, entity = ground_bound_entity(s, i, &other), object = -1;
    double now, base = (double)NAN;
    bool expected = false;
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k); k++) {
        expected = expected || (ground_concepts_at(s, k) & C_EXPECT) != 0;
        if (s->t[k].kind == T_ENTITY && object < 0 &&
            (ground_is(s, k - 1, "of") || ground_is(s, k - 1, "as") || ground_is(s, k - 1, "than")))
            object = s->t[k].entity;
    }
    if (object >= 0) {
        entity = ground_first_entity(s, 0, i, true);
        now = ground_value_of(s, entity < 0 ? s->carried : entity, C_COST, false);
        base = ground_value_of(s, object, C_COST, false);
        return now / base;
    }
    now = ground_value_of(s, entity, C_COST, false);
    for (size_t k = i + 1; k < s->n && k < i + 4; k++) /* "double the $5 that was expected" */
        for (size_t m = 0; s->t[k].kind == T_NUMBER && s->t[k].num.dim == DRC_DIM_USD &&
                           m < s->g->ledger->fact_count;
             m++)
            if (s->g->facts[m].entity == entity && s->g->facts[m].dim == DRC_DIM_USD &&
                !s->g->facts[m].change &&
                ground_number_fits(&s->t[k].num, &s->g->facts[m], H_EXACT))
                return now / s->g->facts[m].value;
    for (size_t k = 0; k < s->g->ledger->fact_count && expected; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity == entity && f->dim == DRC_DIM_USD && !f->change &&
            (f->concepts & C_EXPECT) && !(f->concepts & C_WASTE))
            base = f->value;
    }
    return now / (expected ? base : ground_value_of(s, entity, C_COST, true));
}

/* "doubled", "more than twice what was expected" */
void ground_check_multiple(struct sentence *s, size_t i)
{
    static const struct {
        const char *begin;
        double times;
    } list[] = {{"doubl", 2},  {"twice", 2},     {"twofold", 2},  {"tripl", 3},
                {"thrice", 3}, {"threefold", 3}, {"quadrupl", 4}, {"halv", 0.5}};
    size_t from;
    enum ground_hedge h = ground_hedge_of(s, i, &from);
    double x = ground_multiple_at(s, i);
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        double v = list[k].times, low = 0.95 * v, high = 1.05 * v;
        if (strncmp(s->t[i].low, list[k].begin, strlen(list[k].begin)) != 0)
            continue;
        low = h == H_OVER ? v : h == H_NEARLY || h == H_ABOUT ? 0.9 * v : low;
        high = h == H_OVER ? 1.25 * v : h == H_NEARLY ? v : h == H_ABOUT ? 1.1 * v : high;
        if (x >= low && x <= high && !ground_negated(s, i)) {
            s->verified = true;
            return;
        }
    }
    ground_reject(s, "no fact holds '%.*s'", (int)s->t[i].n, s->t[i].s);
}
