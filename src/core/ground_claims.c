/* What is claimed without a figure: direction, order, rank, none and all, cause, saving; and what a
 * model must not say at all: orders, judgements, itself. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ground_inner.h"

static bool any_of(const struct sentence *s, size_t i, const char *const *words)
{
    for (; *words != NULL; words++)
        if (ground_is(s, i, *words))
            return true;
    return false;
}

static bool negated(const struct sentence *s, size_t i)
{
    for (size_t k = i + 1; k + 3 < s->n && ground_same_clause(s, i, k);
         k++) /* "... is not in the facts" */
        if (ground_is(s, k, "not") && (ground_is(s, k + 1, "in") || ground_is(s, k + 1, "known") ||
                                       ground_is(s, k + 1, "stated")))
            return true;
    for (size_t k = 0; k < i; k++)
        if (ground_same_clause(s, i, k) && (ground_roles_at(s, k) & W_NOT))
            return true;
    return false;
}

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

static int sign_at(const struct sentence *s, size_t i)
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
    bool nobody = subject < 0 || (s->n > 0 && first_entity(s, 0, i, true) < 0 && negated(s, i));
    if (nobody) { /* "no job costs more than A" */
        if (!negated(s, i) || place_of(s, object, concept, sign < 0) != 1)
            ground_reject(s, "the facts do not show that order");
        return;
    }
    double x = value_of(s, subject, concept, false), y = value_of(s, object, concept, false);
    if (!(sign > 0 ? x > y : x < y) || negated(s, i))
        ground_reject(s, "the facts do not show that '%.*s'", (int)s->t[i].n, s->t[i].s);
}

/* A word of direction that stands by itself: not "more than $5", not the preposition. */
static bool speaks_of_change(const struct sentence *s, size_t i)
{
    static const char *const light[] = {"up",    "down",  "over",    "above",
                                        "below", "under", "beneath", NULL};
    static const char *const moved[] = {"went", "came",  "is",       "are",    "was", "were",
                                        "go",   "goes",  "comes",    "has",    "be",  "been",
                                        "gone", "going", "trending", "trends", NULL};
    static const char *const amount[] = {"more",  "less",  "extra",  "additional", "added",
                                         "short", "fewer", "longer", NULL};
    bool number_next = i + 1 < s->n && s->t[i + 1].kind == T_NUMBER;
    if (any_of(s, i, light)) {
        bool the_number =
            ground_is(s, i + 1, "the") && i + 2 < s->n && s->t[i + 2].kind == T_NUMBER;
        return (i > 0 && any_of(s, i - 1, moved) && !number_next &&
                (ground_is(s, i, "up") || ground_is(s, i, "down"))) ||
               the_number;
    }
    if (any_of(s, i, amount) && i + 3 < s->n && ground_is(s, i + 2, "than") &&
        s->t[i + 3].kind == T_ENTITY)
        return true; /* "more runs than B" */
    if (any_of(s, i, amount))
        return ground_is(s, i + 1, "expensive") || ground_is(s, i + 1, "costly") ||
               (i > 0 && (ground_roles_at(s, i - 1) & (W_BECOME | W_UP | W_DOWN))) ||
               (ground_is(s, i + 1, "than") && !(i + 2 < s->n && s->t[i + 2].kind == T_NUMBER));
    if (ground_is(s, i, "expensive"))
        return i > 0 && (ground_roles_at(s, i - 1) & W_BECOME);
    return !ground_is(s, i, "cut") && !ground_is(s, i, "cuts") && !ground_is(s, i, "raised") &&
           !(ground_roles_at(s, i) & W_REDUCE && i > 0 && (ground_is(s, i - 1, "to")));
}

static void check_direction(struct sentence *s, size_t i)
{
    int sign = sign_at(s, i), other;
    if (sign == 0 || !speaks_of_change(s, i))
        return;
    int object = compared_entity(s, i);
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
        return;
    }
    int entity = ground_bound_entity(s, i, &other);
    if (ground_clause_concepts(s, i) & C_TOTAL && first_entity(s, 0, s->n, false) < 0)
        entity = -1;
    int fact = change_of(s, entity, compared_concept(s, i));
    if (fact != sign && !(negated(s, i)))
        ground_reject(s, "the facts do not show that direction ('%.*s')", (int)s->t[i].n,
                      s->t[i].s);
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
    if (any_of(s, i + 1, things))
        return false;
    bool runs =
        ground_is(s, i, "slowest") || ground_is(s, i, "longest") || ground_is(s, i, "fastest");
    if (at || any_of(s, i, plain) || (runs && (ground_concepts_at(s, i + 1) & C_RUNS)))
        return false;
    if (ground_is(s, i, "first") || (ground_roles_at(s, i) & (W_ORDINAL | W_MOST)) == W_ORDINAL) {
        bool before = i > 0 && (any_of(s, i - 1, placing) ||
                                (ground_is(s, i - 1, "the") && i > 1 && any_of(s, i - 2, placing)));
        bool after = any_of(s, i + 1, placing) || (i + 1 < s->n && s->t[i + 1].kind == T_ENTITY) ||
                     (ground_roles_at(s, i + 1) & (W_MOST | W_LEAST)) ||
                     strchr(s->t[i].low, '-') != NULL;
        return before || after;
    }
    if (ground_is(s, i, "lead") || ground_is(s, i, "leading") || ground_is(s, i, "leads"))
        return !ground_is(s, i + 1, "to");
    if (ground_is(s, i, "most") || ground_is(s, i, "least"))
        return !ground_is(s, i + 1, "of") && !ground_is(s, i + 1, "recent") &&
               !ground_is(s, i + 1, "recently");
    return true;
}

static void check_rank(struct sentence *s, size_t i)
{
    static const char *const ordinals[] = {"first", "second",  "third",  "fourth", "fifth",
                                           "sixth", "seventh", "eighth", "ninth",  "tenth"};
    int other, want = 1, entity;
    bool least = (ground_roles_at(s, i) & W_LEAST) != 0 && !(ground_roles_at(s, i) & W_MOST);
    if (!speaks_of_rank(s, i) || negated(s, i))
        return;
    for (int k = 0; k < 10; k++)
        if (strncmp(s->t[i].low, ordinals[k], strlen(ordinals[k])) == 0)
            want = k + 1;
    if (i > 0 && (ground_roles_at(s, i - 1) & W_ORDINAL))
        return; /* "second most" is checked at "second" */
    entity = i + 1 < s->n && s->t[i + 1].kind == T_ENTITY ? s->t[i + 1].entity
                                                          : ground_bound_entity(s, i, &other);
    bool second = false;
    for (size_t k = 0; k < i; k++)
        second = second || (ground_is(s, k, "after") || ground_is(s, k, "behind"));
    (void)second;
    if (place_of(s, entity, compared_concept(s, i), least) != want)
        ground_reject(s, "the facts do not show that rank ('%.*s')", (int)s->t[i].n, s->t[i].s);
}

static void check_majority(struct sentence *s, size_t i)
{
    int other, entity = ground_bound_entity(s, i, &other);
    bool runs = (ground_concepts_at(s, i + 1) & (C_RUNS | C_ATTEMPT)) != 0;
    uint32_t outcome = ground_clause_concepts(s, i) & (C_FAILED | C_SUCCESS);
    if (!ground_is(s, i + 1, "of") && !ground_is(s, i, "majority") && !(runs && outcome))
        return;
    if (outcome != 0) {
        for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
            const struct ground_fact *f = &s->g->facts[k];
            if (f->entity == entity && f->dim == DRC_DIM_RATIO && (f->concepts & outcome) &&
                !f->change && f->value > 0.5)
                return;
        }
        ground_reject(s, "no fact holds 'most'");
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

static void check_none(struct sentence *s, size_t i)
{
    static const char *const none[] = {"no",  "none",    "zero",  "without",
                                       "any", "nothing", "never", NULL};
    int other, entity = ground_bound_entity(s, i, &other);
    if (!any_of(s, i, none) || (ground_is(s, i, "any") && !negated(s, i)))
        return;
    if (ground_is(s, i, "nothing") && i > 0 && (ground_concepts_at(s, i - 1) & C_COST))
        ground_reject(s, "no fact says that it costs nothing");
    if (ground_is(s, i, "no") && (ground_is(s, i + 1, "action") || ground_is(s, i + 1, "problem") ||
                                  ground_is(s, i + 1, "problems") || ground_is(s, i + 1, "issue") ||
                                  ground_is(s, i + 1, "issues") || ground_is(s, i + 1, "need")))
        ground_reject(s, "'no %s' is a judgement that no fact holds", s->t[i + 1].low);
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
    if (concept != 0 && !compares && !zero_fact(s, entity, concept) && !(said & C_SAVE))
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
            f->dim == DRC_DIM_RATIO && f->value >= 1)
            return;
    }
    if (!((said & C_SUCCESS) && zero_fact(s, entity, C_FAILED)))
        ground_reject(s, "no fact holds '%s'", s->t[i].low);
}

/* ---- cause and saving --------------------------------------------------------------------- */

static bool causal(const struct sentence *s, size_t i)
{
    if (ground_is(s, i, "due") || ground_is(s, i, "owing") || ground_is(s, i, "thanks"))
        return ground_is(s, i + 1, "to");
    if (ground_is(s, i, "result") || ground_is(s, i, "results") || ground_is(s, i, "resulting"))
        return ground_is(s, i + 1, "of") || ground_is(s, i + 1, "in") ||
               ground_is(s, i + 1, "from");
    if (ground_is(s, i, "led") || ground_is(s, i, "leads") || ground_is(s, i, "lead") ||
        ground_is(s, i, "leading"))
        return ground_is(s, i + 1, "to");
    if (ground_is(s, i, "since"))
        return i + 1 < s->n && s->t[i + 1].kind != T_DATE && s->t[i + 1].kind != T_NUMBER &&
               !ground_is(s, i + 1, "then");
    if (ground_is(s, i, "comes") || ground_is(s, i, "come") || ground_is(s, i, "came"))
        return ground_is(s, i + 1, "from") && (ground_clause_concepts(s, i) & C_CHANGE);
    return (ground_roles_at(s, i) & W_CAUSE) != 0;
}

static bool content_word(const struct token *t)
{
    static const char *const empty[] = {"that",     "were",  "been",  "have",  "with",  "into",
                                        "this",     "also",  "then",  "there", "after", "when",
                                        "recorded", "graph", "shows", "names"};
    if (t->kind != T_WORD || t->n < 4 ||
        ((t->is.concepts | t->is.roles) & ~(uint32_t)W_PROPER & ~(uint32_t)W_JOINER) != 0)
        return false;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        if (strcmp(t->low, empty[i]) == 0)
            return false;
    return true;
}

/* A graph row is cited, and it has the words of the cause. */
static bool cause_cited(const struct sentence *s, size_t i)
{
    size_t words = 0;
    bool graph = false;
    for (size_t k = 0; k < s->n; k++)
        graph = graph || (s->t[k].kind == T_CITE && s->t[k].source >= 0 && *s->t[k].s == 'G');
    for (size_t k = i + 1; k < s->n && graph; k++) {
        if (!content_word(&s->t[k]))
            continue;
        if (!ground_sentence_cites(s, s->t[k].s, s->t[k].n))
            return false;
        words++;
    }
    return graph && words > 0;
}

/* A part of an exact split: its metric says what it is by. */
static bool part_of_split(const struct sentence *s)
{
    for (size_t k = 0; k < s->g->ledger->fact_count; k++)
        if (s->used[k] && s->g->ledger->facts[k].metric != NULL &&
            strncmp(s->g->ledger->facts[k].metric, "by_", 3) == 0)
            return true;
    return false;
}

/* "made A dearer" */
static bool makes_change(const struct sentence *s, size_t i)
{
    if (!ground_is(s, i, "made") && !ground_is(s, i, "makes") && !ground_is(s, i, "make"))
        return false;
    for (size_t k = i + 1; k < s->n && k < i + 5 && ground_same_clause(s, i, k); k++)
        if (sign_at(s, k) != 0 && !ground_is(s, k, "up") && s->t[k - 1].kind != T_NUMBER)
            return true;
    return false;
}

static void check_cause(struct sentence *s, size_t i)
{
    if ((causal(s, i) || makes_change(s, i)) && !negated(s, i) && !cause_cited(s, i) &&
        !part_of_split(s))
        ground_reject(s, "'%.*s': no graph row names that cause", (int)s->t[i].n, s->t[i].s);
}

static bool saving_fact(const struct sentence *s)
{
    for (size_t k = 0; k < s->g->ledger->fact_count; k++)
        if (s->used[k] && (s->g->facts[k].concepts & C_SAVE))
            return true;
    return false;
}

static void check_saving(struct sentence *s, size_t i)
{
    if (negated(s, i) || saving_fact(s))
        return;
    bool modal = false, cost = (ground_clause_concepts(s, i) & C_COST) != 0, number = false;
    for (size_t k = 0; k < s->n; k++) {
        modal =
            modal || (k < i && ground_same_clause(s, i, k) && (ground_roles_at(s, k) & W_MODAL));
        number = number || (ground_same_clause(s, i, k) && s->t[k].kind == T_NUMBER);
    }
    if (ground_concepts_at(s, i) & C_SAVE)
        ground_reject(s, "'%.*s': no fact is a saving", (int)s->t[i].n, s->t[i].s);
    else if ((ground_roles_at(s, i) & W_REDUCE) && modal && (cost || number))
        ground_reject(s, "'%.*s': no fact is a saving", (int)s->t[i].n, s->t[i].s);
    else if ((ground_is(s, i, "will") || ground_is(s, i, "would")) && number)
        ground_reject(s, "no fact is about the future");
}

/* ---- what must not be said ---------------------------------------------------------------- */

/* Three words in a row out of a name that is a sentence: it may be obeyed here. */
static bool echoes_name(const struct sentence *s, size_t i)
{
    if (i + 2 >= s->n || s->t[i].kind != T_WORD || s->t[i + 1].kind != T_WORD ||
        s->t[i + 2].kind != T_WORD)
        return false;
    const struct token *last = &s->t[i + 2];
    size_t n = (size_t)(last->s - s->t[i].s) + last->n;
    if (n < 12)
        return false;
    for (size_t k = 0; k < s->g->name_count; k++)
        for (const char *p = s->g->names[k].text; strlen(p) >= n; p++)
            if (strncasecmp(p, s->t[i].s, n) == 0)
                return true;
    return false;
}

static void check_manners(struct sentence *s, size_t i)
{
    uint32_t roles = ground_roles_at(s, i);
    bool the_same = ground_is(s, i, "same") &&
                    (ground_is(s, i + 1, "window") || ground_is(s, i + 1, "period") ||
                     ground_is(s, i + 1, "time") || ground_is(s, i + 1, "days") ||
                     ground_is(s, i + 1, "report") || ground_is(s, i + 1, "weeks"));
    if ((roles & W_BECOME) && i > 0 &&
        ((ground_roles_at(s, i - 1) | (i > 1 ? ground_roles_at(s, i - 2) : 0)) & W_MODAL))
        ground_reject(s, "no fact is about the future");
    if ((roles & (W_ORDER | W_JUDGE | W_SELF)) && !the_same)
        ground_reject(s, "'%.*s' is not for a commentary to say", (int)s->t[i].n, s->t[i].s);
    else if ((ground_is(s, i, "system") && ground_is(s, i + 1, "prompt")) ||
             (ground_is(s, i, "api") &&
              (ground_is(s, i + 1, "key") || ground_is(s, i + 1, "keys"))) ||
             (ground_is(s, i, "stop") && ground_is(s, i + 1, "monitoring")))
        ground_reject(s, "'%.*s' is not for a commentary to say", (int)s->t[i].n, s->t[i].s);
    if (echoes_name(s, i))
        ground_reject(s, "these are words out of a name");
}

void ground_check_claims(struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++) {
        uint32_t roles = ground_roles_at(s, i);
        if (s->t[i].kind != T_WORD)
            continue;
        check_manners(s, i);
        check_cause(s, i);
        check_saving(s, i);
        if (roles & (W_UP | W_DOWN))
            check_direction(s, i);
        if (roles & W_MULTIPLE)
            check_multiple(s, i);
        if (roles & (W_MOST | W_LEAST | W_ORDINAL))
            check_rank(s, i);
        if (roles & W_MAJORITY)
            check_majority(s, i);
        check_order(s, i);
        check_none(s, i);
        if (roles & W_ALL)
            check_all(s, i);
    }
}
