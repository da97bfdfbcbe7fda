/* Each number against the facts: value and unit first, then entity, window, metric, direction and
 * citation. The order of the complaints is the order of the checks. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ground_inner.h"

/* ---- neighbourhood ------------------------------------------------------------------------ */

/* Tokens of the clause around number i, up to the numbers beside it: [*lo, *hi). */
void ground_region(const struct sentence *s, size_t i, size_t *lo, size_t *hi)
{
    *lo = i;
    *hi = i + 1;
    while (*lo > 0 && ground_same_clause(s, i, *lo - 1) && s->t[*lo - 1].kind != T_NUMBER)
        --*lo;
    while (*hi < s->n && ground_same_clause(s, i, *hi) && s->t[*hi].kind != T_NUMBER)
        ++*hi;
}

/* ---- entity ------------------------------------------------------------------------------- */

/* "between A and C": neither is what the sentence is about. */
static bool between_names(const struct sentence *s, size_t k)
{
    return (k > 0 && ground_is(s, k - 1, "between")) ||
           (k > 2 && ground_is(s, k - 1, "and") && s->t[k - 2].kind == T_ENTITY &&
            ground_is(s, k - 3, "between") && k > 3);
}

/* "ahead of B", "unlike B": beside what the clause is about. */
static bool beside_subject(const struct sentence *s, size_t k)
{
    static const char *const unlike[] = {"unlike", "like", "alongside", "beside", "besides", NULL};
    if (k > 0 && (ground_any_of(s, k - 1, unlike) || ground_is(s, k - 1, "than")))
        return true;
    return between_names(s, k) || (k > 0 && ground_is(s, k - 1, "behind")) ||
           (k > 1 && ground_is(s, k - 1, "of") && ground_is(s, k - 2, "ahead"));
}

int ground_named_before(const struct sentence *s, size_t i, bool clause)
{
    if (i > 1 && s->t[i].kind == T_NUMBER && s->t[i - 1].kind == T_MARK && *s->t[i - 1].s == '(' &&
        s->t[i - 2].kind == T_ENTITY && !clause)
        return s->t[i - 2].entity; /* "A ($5)" */
    if (i > 2 && s->t[i].kind == T_NUMBER && ground_is(s, i - 1, "at") &&
        s->t[i - 2].kind == T_MARK && *s->t[i - 2].s == ',' && s->t[i - 3].kind == T_ENTITY &&
        !clause)
        return s->t[i - 3].entity; /* "A, at $5" */
    for (size_t k = i; k-- > 0;)
        if (s->t[k].kind == T_ENTITY && ground_same_clause(s, i, k) && !beside_subject(s, k))
            return s->t[k].entity;
    int first = -1;
    for (size_t k = 0; k < i && first < 0; k++)
        first = s->t[k].kind == T_ENTITY ? s->t[k].entity : -1;
    for (size_t k = i; k-- > 0;) {
        if (s->t[k].kind != T_ENTITY || (clause && !ground_same_clause(s, i, k)))
            continue;
        if (!clause && beside_subject(s, k) && first != s->t[k].entity && first >= 0)
            return first;
        return between_names(s, k) ? first : s->t[k].entity;
    }
    return -1;
}

static int nearest_after(const struct sentence *s, size_t i, bool clause, bool *tied)
{
    *tied = false;
    for (size_t k = i + 1; k < s->n; k++) {
        if (clause && !ground_same_clause(s, i, k))
            return -1;
        if (s->t[k].kind == T_ENTITY) {
            bool apart = k > 1 && (ground_is(s, k - 2, "ahead") || ground_is(s, k - 2, "instead") ||
                                   ground_is(s, k - 2, "front"));
            *tied =
                !apart && k - i <= 6 && (ground_is(s, k - 1, "of") || ground_is(s, k - 1, "by"));
            return s->t[k].entity;
        }
        if (s->t[k].kind == T_NUMBER && clause)
            return -1;
        *tied = false;
    }
    return -1;
}

/* "A and B cost $5 and $3": as many figures of one unit as names before them. One that is named
 * again comes first: "of A and B, B costs more ($5 against $3)". */
static int listed_entity(const struct sentence *s, size_t i)
{
    size_t names = 0, numbers = 0, own = 0;
    int first_name = -1, last_name = -1, first_number = -1, last_number = -1, named[8];
    for (size_t k = 0; k < s->n; k++) {
        if (s->t[k].kind == T_ENTITY) {
            size_t m = 0;
            while (m < names && named[m] != s->t[k].entity)
                m++;
            if (m == 8)
                return -1;
            if (m < names) {
                if (names != 2)
                    return -1;
                named[1] = named[1 - m];
                named[0] = s->t[k].entity;
            } else {
                named[names++] = s->t[k].entity;
            }
            first_name = first_name < 0 ? (int)k : first_name;
            last_name = (int)k;
        } else if (s->t[k].kind == T_NUMBER && k != i && s->t[k].num.spelled &&
                   s->t[k].num.dim == DRC_DIM_COUNT) {
            continue; /* "the three items" */
        } else if (s->t[k].kind == T_NUMBER && s->t[k].num.dim == s->t[i].num.dim) {
            if (k == i)
                own = numbers;
            numbers++;
            first_number = first_number < 0 ? (int)k : first_number;
            last_number = (int)k;
        } else if (s->t[k].kind == T_NUMBER) {
            return -1;
        }
    }
    bool theirs = false; /* "Their durations are 2 h and 1 h" */
    for (size_t k = 0; k < s->n; k++)
        theirs = theirs || ground_is(s, k, "their") || ground_is(s, k, "respectively");
    if (names == 0 && numbers == 2 && theirs && s->pair[0] >= 0)
        return s->pair[own];
    bool ordered = false; /* "$5 and $3, in that order: A and B" */
    for (size_t k = 0; k < s->n; k++)
        ordered = ordered || (ground_is(s, k, "that") && ground_is(s, k + 1, "order"));
    bool turned =
        (ground_is(s, 0, "at") || ordered) && last_number < first_name; /* "At $5 and $3, A ..." */
    if (names < 2 || names != numbers || (last_name > first_number && !turned))
        return -1;
    return named[own];
}

/* "$5 (A)", "$5 [F1] (A)": the name in brackets; -1: none. */
static int bracketed_entity(const struct sentence *s, size_t i)
{
    size_t k = i + 1;
    while (k < s->n && s->t[k].kind == T_CITE)
        k++;
    if (k + 2 >= s->n || *s->t[k].s != '(' || s->t[k].kind != T_MARK ||
        s->t[k + 1].kind != T_ENTITY || s->t[k + 2].kind != T_MARK || *s->t[k + 2].s != ')')
        return -1;
    return s->t[k + 1].entity;
}

/* "A, which ...": the name that the clause of token i is about; -1: no such clause. */
static int antecedent(const struct sentence *s, size_t i)
{
    static const char *const words[] = {"which", "whose", "where", "who"};
    size_t k = i;
    while (k > 0 && ground_same_clause(s, i, k - 1))
        k--;
    while (k < i && s->t[k].kind == T_MARK)
        k++;
    bool relative = false;
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        relative = relative || ground_is(s, k, words[w]);
    while (relative && k > 0 && s->t[k - 1].kind == T_MARK)
        k--;
    return relative && k > 0 && s->t[k - 1].kind == T_ENTITY ? s->t[k - 1].entity : -1;
}

/* "A has more than B (23 vs. 16)", "$5 compared with $3": the first figure is of the first of the
 * two names before them; -1: no such pair. */
static int paired_entity(const struct sentence *s, size_t i)
{
    for (int side = 0; side < 2; side++) {
        size_t k = i, steps = 0;
        bool against = false;
        do {
            if ((side == 0 && k + 1 >= s->n) || (side == 1 && k == 0))
                break;
            k = side == 0 ? k + 1 : k - 1;
            against = against || (ground_roles_at(s, k) & W_AGAINST);
        } while (s->t[k].kind != T_NUMBER && s->t[k].kind != T_ENTITY && ++steps < 5);
        if (!against || k == i || s->t[k].kind != T_NUMBER || s->t[k].num.dim != s->t[i].num.dim)
            continue;
        int first = -1, second = -1;
        bool figure = false; /* between the names: each has its own figures */
        for (size_t m = 0; m < i && m < k; m++) {
            figure = figure || (first >= 0 && second < 0 && s->t[m].kind == T_NUMBER);
            if (s->t[m].kind != T_ENTITY)
                continue;
            if (second >= 0 && s->t[m].entity != first && s->t[m].entity != second)
                return -1;
            second = first >= 0 && s->t[m].entity != first ? s->t[m].entity : second;
            first = first < 0 ? s->t[m].entity : first;
        }
        if (second < 0 || figure)
            return -1;
        return side == 0 ? first : second;
    }
    return -1;
}

int ground_bound_entity(const struct sentence *s, size_t i, int *other)
{
    bool tied, unused;
    *other = -1;
    int listed = s->t[i].kind == T_NUMBER ? listed_entity(s, i) : -1;
    if (listed < 0 && s->t[i].kind == T_NUMBER)
        listed = paired_entity(s, i);
    if (listed < 0 && s->t[i].kind == T_NUMBER)
        listed = bracketed_entity(s, i);
    if (listed >= 0)
        return listed;
    int before = ground_named_before(s, i, true), after = nearest_after(s, i, true, &tied);
    if (before < 0)
        before = antecedent(s, i);
    if (after >= 0 && (before < 0 || tied))
        return after;
    if (before >= 0)
        return before;
    before = ground_named_before(s, i, false);
    if (before >= 0) {
        for (size_t k = 0; k < i && *other < 0; k++) /* the subject of the sentence */
            if (s->t[k].kind == T_ENTITY)
                *other = s->t[k].entity;
        return before;
    }
    after = nearest_after(s, i, false, &unused);
    if (after >= 0)
        return after;
    return s->carried;
}

static bool names_entity(const struct sentence *s, int entity)
{
    for (size_t k = 0; k < s->n; k++)
        if (s->t[k].kind == T_ENTITY && s->t[k].entity == entity)
            return true;
    return false;
}

static bool has_entities(const struct sentence *s)
{
    for (size_t k = 0; k < s->n; k++)
        if (s->t[k].kind == T_ENTITY)
            return true;
    return false;
}

/* "of the $5", "out of $5" and no "of A" behind: a whole. */
static bool out_of(const struct sentence *s, size_t i)
{
    size_t k = i;
    while (k > 0 && s->t[k - 1].kind == T_WORD &&
           (ground_is(s, k - 1, "the") || ground_is(s, k - 1, "all")))
        k--;
    bool of = k > 0 && ground_is(s, k - 1, "of");
    size_t whole = k > 1 && ground_is(s, k - 2, "out") ? k - 1 : k;
    bool part =
        of && whole > 1 && s->t[whole - 2].kind == T_NUMBER; /* "15 of the 129 evictions hit A" */
    bool tied;
    int after = nearest_after(s, i, true, &tied);
    static const char *const verbs[] = {"were", "are", "was", "is", "come", "came", NULL};
    for (size_t m = i + 1; m < s->n && s->t[m].kind != T_ENTITY; m++)
        tied = tied && !ground_any_of(s, m, verbs);
    return of && (after < 0 || (part && !tied));
}

bool ground_cited(const struct sentence *s, const struct ground_fact *f)
{
    for (size_t k = 0; k < s->n; k++)
        if (s->t[k].kind == T_CITE && s->t[k].fact >= 0 && &s->g->facts[s->t[k].fact] == f)
            return true;
    return false;
}

/* "All 40 runs belong to A". */
static bool belongs_to_one(const struct sentence *s, size_t i)
{
    for (size_t k = i + 1; k + 2 < s->n && s->t[k].kind != T_NUMBER; k++)
        if ((ground_is(s, k, "belong") || ground_is(s, k, "belongs") || ground_is(s, k, "are")) &&
            (ground_is(s, k + 1, "to") || ground_is(s, k + 1, "of")) &&
            s->t[k + 2].kind == T_ENTITY)
            return true;
    return false;
}

/* "A consists of 9 jobs": a count of the report is no part of an entity. */
static bool has_as_parts(const struct sentence *s, size_t i)
{
    static const char *const verbs[] = {"has",      "have",  "had",   "consists", "contains",
                                        "includes", "uses",  "runs",  "ran",      "owns",
                                        "spans",    "needs", "feeds", "serves",   NULL};
    if (i > 1 && (ground_is(s, i - 1, "all") || ground_is(s, i - 1, "the")) &&
        ground_is(s, i - 2, "of"))
        return false; /* "has the largest bill of all 42 jobs" */
    for (size_t k = i; k-- > 0 && s->t[k].kind != T_NUMBER && ground_same_clause(s, i, k);) {
        if (s->t[k].kind != T_ENTITY)
            continue;
        for (size_t m = k + 1; m < i; m++)
            if (ground_any_of(s, m, verbs))
                return true;
        return false;
    }
    return false;
}

/* "All told, ...", "In total, 129 evictions hit them", and not "everything in A". */
static bool of_the_whole(const struct sentence *s, size_t i)
{
    static const char *const in[] = {"in", "of", "for", "on", "at", NULL};
    bool whole = (ground_clause_concepts(s, i) & C_TOTAL) != 0;
    for (size_t k = 0; k < i && !has_entities(s); k++) /* "The 42 jobs cost $5" */
        whole = whole || (s->t[k].kind == T_NUMBER && s->t[k].num.dim == DRC_DIM_COUNT &&
                          (ground_concepts_at(s, k + 1) & C_ROWS));
    for (size_t k = i + 1; k < s->n && !whole; k++) /* "the $5 by which all of them grew" */
        if (ground_is(s, k, "which") && s->t[k].clause == s->t[i].clause + 1)
            whole = (ground_clause_concepts(s, k) & C_TOTAL) != 0;
    for (size_t k = 0; k < s->n; k++)
        if (ground_is(s, k, "everything") && ground_any_of(s, k + 1, in) && k + 2 < s->n &&
            s->t[k + 2].kind == T_ENTITY)
            return false;
    for (size_t k = 0; k < i && s->t[i].clause == 1 && s->t[k].clause == 0; k++) {
        if (s->t[k].kind == T_ENTITY || s->t[k].kind == T_NUMBER)
            break;
        whole = whole || (ground_concepts_at(s, k) & C_TOTAL) != 0;
    }
    return whole;
}

static bool has_pronoun(const struct sentence *s)
{
    static const char *const things[] = {"job",     "warehouse", "cluster", "pipeline", "query",
                                         "anomaly", "item",      "entity",  NULL};
    for (size_t k = 0; k < s->n; k++)
        if ((ground_is(s, k, "the") && ground_any_of(s, k + 1, things)) || ground_is(s, k, "it") ||
            ground_is(s, k, "its") || ground_is(s, k, "this") || ground_is(s, k, "that"))
            return true;
    return false;
}

/* The fact is cited right behind the figure, and its clause names nobody. */
static bool cited_alone(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    bool cited = false;
    for (size_t k = i + 1; k < s->n && s->t[k].kind == T_CITE; k++)
        cited = cited || (s->t[k].fact >= 0 && &s->g->facts[s->t[k].fact] == f);
    for (size_t k = 0; k < s->n && cited; k++)
        cited = !(s->t[k].kind == T_ENTITY && (k < i || ground_same_clause(s, i, k)) &&
                  s->t[k].entity != f->entity);
    bool other =
        f->entity >= 0 && ((s->said >= 0 && s->said != f->entity) ||
                           (has_pronoun(s) && s->carried >= 0 && s->carried != f->entity) ||
                           (ground_clause_concepts(s, i) & C_TOTAL));
    return f->two[0] < 0 && !other && (f->entity >= 0 || !has_pronoun(s)) &&
           (cited || (!has_entities(s) && ground_cited(s, f)));
}

/* "Only $21 separates them": the two of the sentence before. */
static bool of_them(const struct sentence *s, const struct ground_fact *f)
{
    static const char *const them[] = {"them", "two", "both", "they", NULL};
    bool said = false, pair = (s->pair[0] == f->two[0] && s->pair[1] == f->two[1]) ||
                              (s->pair[0] == f->two[1] && s->pair[1] == f->two[0]);
    for (size_t k = 0; k < s->n; k++)
        said = said || ground_any_of(s, k, them) ||
               (s->t[k].kind == T_NUMBER && s->t[k].num.spelled && s->t[k].num.value == 2);
    return pair && said && !has_entities(s);
}

static bool says_it(const struct sentence *s)
{
    for (size_t k = 0; k < s->n; k++)
        if (ground_is(s, k, "it") || ground_is(s, k, "its") ||
            (ground_is(s, k, "the") && ground_is(s, k + 1, "job")))
            return true;
    return false;
}

/* The text has named nobody so far, and nobody said what the ledger is about. */
static bool nothing_named(const struct sentence *s)
{
    return s->said < 0 && s->g->ledger->subject == NULL;
}

static bool entity_fits(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    int other, bound = ground_bound_entity(s, i, &other);
    size_t lo, hi;
    ground_region(s, i, &lo, &hi);
    if (cited_alone(s, i, f))
        return true;
    if (f->two[0] >= 0)
        return (names_entity(s, f->two[0]) && names_entity(s, f->two[1])) || of_them(s, f);
    bool whole = of_the_whole(s, i);
    if (f->entity < 0) {
        static const char *const all[] = {"whole", "entire", "full", NULL};
        if (belongs_to_one(s, i) || has_as_parts(s, i) ||
            (i > 0 && ground_any_of(s, i - 1, all) && ground_named_before(s, i, true) >= 0))
            return false;
        /* "11 jobs": a job has no jobs. */
        bool rows = f->dim == DRC_DIM_COUNT &&
                    ((f->concepts & C_ROWS) || (i + 1 < s->n && s->t[i + 1].kind == T_WORD &&
                                                (s->t[i + 1].is.concepts & C_ROWS)));
        bool free =
            !has_entities(s) && (s->carried < 0 || (!has_pronoun(s) && ground_cited(s, f)) ||
                                 (nothing_named(s) && !says_it(s)));
        bool from = false; /* "The increase of $9 [F1] comes mainly from A" */
        for (size_t k = i + 1; k + 1 < s->n && s->said < 0; k++)
            if (s->t[k + 1].kind == T_ENTITY) {
                from = ground_is(s, k, "from") && ground_named_before(s, i, false) < 0 &&
                       ground_cited(s, f);
                break;
            }
        return whole || rows || free || from || out_of(s, i);
    }
    bool tied;
    bool all_of_it = i > 0 && ground_is(s, i - 1, "all") && /* "all 28 runs of A" */
                     nearest_after(s, i, true, &tied) == f->entity && tied;
    if (all_of_it)
        return true;
    for (size_t k = lo; k < i; k++)
        if (ground_is(s, k, "report") && ground_is(s, k + 1, "itself"))
            return false;
    /* "The total is ..." speaks of the whole. */
    for (size_t k = lo; k < i; k++)
        if ((ground_concepts_at(s, k) & C_TOTAL) &&
            !(k + 1 == i && (ground_concepts_at(s, i + 1) & C_RUNS)) &&
            s->t[i].num.dim != DRC_DIM_RATIO && ground_named_before(s, i, true) < 0 &&
            !ground_is(s, k + 1, "it") && !ground_is(s, k + 1, "its") &&
            !ground_is(s, k, "report") && !ground_is(s, k, "reports") &&
            !(k > 0 && ground_is(s, k - 1, "of")))
            return false;
    return f->entity == bound || (other >= 0 && f->entity == other) ||
           (bound < 0 && f->entity == s->described);
}

/* ---- citation ----------------------------------------------------------------------------- */

static bool derived_from(const struct ground_fact *x, const struct ground_fact *y)
{
    for (size_t i = 0; i < x->f->operand_count; i++)
        if (strcmp(x->f->operands[i], y->f->id) == 0)
            return true;
    return false;
}

static bool related(const struct ground_fact *x, const struct ground_fact *y)
{
    return x == y || derived_from(x, y) || derived_from(y, x);
}

/* Facts cited right behind the number: one of them is the fact, or belongs to it. */
static bool citation_fits(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    bool any = false;
    for (size_t k = i + 1; k < s->n && s->t[k].kind == T_CITE; k++) {
        if (s->t[k].fact < 0)
            continue;
        any = true;
        if (related(&s->g->facts[s->t[k].fact], f))
            return true;
    }
    return !any;
}

/* ---- all of it ---------------------------------------------------------------------------- */

static const char *const complaints[] = {
    "no fact holds it",
    "it belongs to something else",
    "it is of another time",
    "it is another figure than said",
    "it goes the other way, or is no change",
    "it is not the fact cited",
};

/* "the two", "the three jobs", "Two jobs stand out": as many things as the facts name, or fewer; no
 * count of anything that happened. */
static bool names_a_group(const struct sentence *s, size_t i)
{
    static const char *const pointing[] = {"the",   "these", "those", "both",
                                           "other", "all",   "first", "top"};
    static const char *const stand[] = {"stand",   "stood",  "deserve", "need", "warrant",
                                        "account", "matter", "were",    "are",  NULL};
    static const char *const things_that[] = {"things", "points", "changes", "events", NULL};
    const struct token *t = &s->t[i];
    bool points = false, seen[8] = {false};
    for (size_t k = 0; i > 0 && k < sizeof pointing / sizeof *pointing; k++)
        points = points || ground_is(s, i - 1, pointing[k]);
    static const char *const listed[] = {"listed", "shown", "named", "described", NULL};
    points = points || (ground_is(s, i + 1, "of") && ground_is(s, i + 2, "which")) ||
             (ground_is(s, i + 1, "are") && ground_any_of(s, i + 2, listed));
    points = points || (i == 0 && (ground_any_of(s, 2, stand) || ground_any_of(s, 1, things_that)));
    if (!points || !t->num.spelled || t->num.dim != DRC_DIM_COUNT || t->num.value > 5)
        return false;
    const struct token *next = i + 1 < s->n ? t + 1 : NULL;
    bool things = next == NULL || next->kind != T_WORD || (next->is.concepts & C_ROWS) ||
                  ((next->is.roles & (W_PLAIN | W_MOST | W_MODAL)) && next->is.concepts == 0);
    for (size_t k = i + 1; k < s->n && k < i + 3; k++)
        things = things && !(ground_concepts_at(s, k) &
                             (C_RUNS | C_FAILED | C_ATTEMPT | C_EVICT | C_SUCCESS | C_DAYS));
    size_t known = 0;
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        int entity = s->g->facts[k].entity;
        if (entity >= 0 && entity < 8 && !seen[entity]) {
            seen[entity] = true;
            known++;
        }
    }
    return things && t->num.value <= (double)known;
}

/* Numbers that are no figures: the length of the window, the number in a metric's own name. */
static bool no_figure(const struct sentence *s, size_t i)
{
    const struct token *t = &s->t[i];
    if (names_a_group(s, i))
        return true;
    if (t->num.dim == DRC_DIM_RATIO && !t->num.spelled && ground_is(s, i + 1, "of"))
        for (size_t k = i + 2; k < i + 5; k++) /* "80 % of the failures" is none of the cost */
            if (ground_concepts_at(s, k) & (C_FAILED | C_EVICT | C_RUNS | C_WASTE | C_IDLE))
                return false;
    static const char *const windows[] = {"windows", "periods", NULL};
    if (t->num.value == 2 && t->num.spelled && ground_any_of(s, i + 1, windows))
        return true;
    bool any_used = false;
    int other, bound = ground_bound_entity(s, i, &other);
    for (size_t k = 0; k < s->g->ledger->fact_count; k++)
        any_used = any_used || s->used[k];
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        bool own = bound < 0 || f->entity < 0 || f->entity == bound;
        if (t->num.dim == DRC_DIM_SECONDS && f->days > 0 && own && (s->used[k] || !any_used) &&
            fabs(t->num.value - 86400 * f->days) < 1 && (s->used[k] || !f->before))
            return true;
        double whole = t->num.value * (t->num.dim == DRC_DIM_RATIO ? 100 : 1);
        if (!s->used[k] || (t->num.dim != DRC_DIM_RATIO && t->num.dim != DRC_DIM_COUNT) ||
            f->f->metric == NULL)
            continue;
        for (const char *p = f->f->metric; *p != '\0'; p++)
            if (isdigit((unsigned char)*p) &&
                (p == f->f->metric || !isdigit((unsigned char)p[-1])) &&
                fabs(ground_digits_value(p) - whole) < 1e-6)
                return true;
    }
    return false;
}

/* "2 workers were lost [G1]": the number and a word beside it stand in the source. */
static bool said_by_source(const struct sentence *s, size_t i)
{
    const struct token *t = &s->t[i];
    const struct token *next = t + 1, *last = t - 1;
    if (t->num.spelled && i + 1 < s->n && next->kind == T_WORD) { /* "two workers" */
        const char *digits = drc_arena_printf(s->g->a, "%.0f %s", t->num.value, next->low);
        if (ground_source_says(s, digits, strlen(digits)))
            return true;
    }
    if (i + 1 < s->n && next->kind == T_WORD &&
        ground_source_says(s, t->s, (size_t)(next->s - t->s) + next->n))
        return true;
    return i > 0 && last->kind == T_WORD &&
           ground_source_says(s, last->s, (size_t)(t->s - last->s) + t->n);
}

static bool trace(struct sentence *s, size_t i, size_t *best)
{
    size_t from;
    enum ground_hedge h = ground_hedge_of(s, i, &from);
    bool found = false;
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        size_t level = 0;
        if (ground_number_fits(&s->t[i].num, f, h) && ++level && entity_fits(s, i, f) && ++level &&
            ground_window_fits(s, i, f) && ++level && ground_metric_fits(s, i, f) && ++level &&
            ground_direction_fits(s, i, f) && ++level && citation_fits(s, i, f)) {
            s->used[k] = true;
            s->t[i].fact = found ? s->t[i].fact : (int)k;
            found = true;
        }
        *best = level > *best ? level : *best;
    }
    if (!found && s->t[i].num.dim == DRC_DIM_COUNT && ground_is(s, i + 1, "times"))
        return ground_value_fits(&s->t[i].num, ground_multiple_at(s, i), (double)NAN, h);
    return found;
}

/* "the other two", "all three": what is cited for it is of several. */
static bool names_several(const struct sentence *s)
{
    static const char *const words[] = {"other", "others", "rest", "both", "each", NULL};
    for (size_t k = 0; k < s->n; k++)
        if (ground_any_of(s, k, words))
            return true;
    return false;
}

static void check_cited_facts(struct sentence *s, bool figures)
{
    for (size_t k = 0; k < s->n; k++) {
        if (s->t[k].kind != T_CITE || s->t[k].fact < 0)
            continue;
        const struct ground_fact *f = &s->g->facts[s->t[k].fact];
        bool fits = (!figures || s->all_traced) &&
                    (f->entity < 0 || names_entity(s, f->entity) || names_several(s) ||
                     (!has_entities(s) && s->carried == f->entity));
        for (size_t i = 0; i < s->g->ledger->fact_count && !fits; i++)
            fits = s->used[i] && related(f, &s->g->facts[i]);
        if (!fits)
            ground_reject(s, "[%s] is cited, but nothing of it is said", f->f->id);
    }
}

void ground_trace_numbers(struct sentence *s)
{
    size_t levels[64] = {0}, figures = 0;
    s->used = drc_arena_array(s->g->a, s->g->ledger->fact_count + 1, sizeof *s->used);
    for (size_t i = 0; i < s->n; i++) {
        if (s->t[i].kind != T_NUMBER)
            continue;
        s->t[i].fact = -1;
        s->t[i].traced = trace(s, i, &levels[figures % 64]);
        figures++;
    }
    size_t at = 0, real = 0;
    s->all_traced = true;
    for (size_t i = 0; i < s->n; i++) {
        struct token *t = &s->t[i];
        if (t->kind != T_NUMBER)
            continue;
        real += !names_a_group(s, i);
        t->traced = t->traced || no_figure(s, i) || said_by_source(s, i);
        if (!t->traced) {
            size_t level = levels[at % 64];
            ground_reject(s, "%.*s: %s", (int)t->n, t->s, complaints[level < 6 ? level : 5]);
            s->all_traced = false;
        }
        at++;
    }
    check_cited_facts(s, real > 0);
}
