/* When a figure is of, and which way it goes: the window before or this one, more or less. */
#include <math.h>
#include <string.h>

#include "ground_inner.h"

/* ---- window ------------------------------------------------------------------------------- */

/* Where the number stands: of the window before, compared with, or plain. */
enum window { PLAIN, COMPARED, EARLIER };

static bool before_word(const struct sentence *s, size_t i)
{
    const struct token *t = &s->t[i];
    if (ground_is(s, i, "before") && (ground_is(s, i + 1, "it") || ground_is(s, i + 1, "they")))
        return false; /* "before it got through" */
    return t->kind == T_WORD && (t->is.concepts & C_BEFORE) && strcmp(t->low, "last") != 0 &&
           strcmp(t->low, "past") != 0;
}

/* "The $5 of the window before has grown to $7": the second one is of now. */
static bool arrived_at(const struct sentence *s, size_t hedge)
{
    bool number = false, moved = false;
    if (hedge == 0 || !ground_is(s, hedge - 1, "to"))
        return false;
    for (size_t k = 0; k + 1 < hedge; k++) {
        number = number || s->t[k].kind == T_NUMBER;
        moved = moved || (number && (ground_roles_at(s, k) & (W_UP | W_DOWN)));
    }
    return moved;
}

/* "Previously, ...": a clause of its own. */
static bool only_before(const struct sentence *s)
{
    bool before = false;
    for (size_t k = 0; k < s->n && s->t[k].clause == 0; k++) {
        if (s->t[k].kind != T_WORD && s->t[k].kind != T_MARK)
            return false;
        before = before || before_word(s, k);
    }
    return before;
}

static enum window window_of(const struct sentence *s, size_t i)
{
    size_t lo, hi, hedge;
    ground_region(s, i, &lo, &hi);
    ground_hedge_of(s, i, &hedge);
    if (arrived_at(s, hedge))
        return PLAIN;
    if (hedge > 1 && ground_is(s, hedge - 1, "after") && s->t[hedge - 2].kind == T_NUMBER)
        return COMPARED; /* "$5 after $3" */
    if (i > 2 && s->t[i - 1].kind == T_MARK && *s->t[i - 1].s == '(' &&
        (before_word(s, i - 2) || before_word(s, i - 3)))
        return EARLIER; /* "than in the window before ($5)" */
    for (size_t k = lo; k + 1 < hedge; k++)
        if (ground_is(s, k, "used") && ground_is(s, k + 1, "to"))
            return EARLIER;
    if (i > 0 && ground_is(s, i - 1, "from"))
        for (size_t k = i + 1; k + 1 < s->n; k++)
            if (ground_is(s, k, "to") && s->t[k + 1].kind == T_NUMBER)
                return EARLIER;
    if (i > 0 && ground_is(s, i - 1, "from") && i > 1 && !ground_is(s, i - 2, "band") &&
        !ground_is(s, i - 2, "range"))
        return EARLIER;
    for (size_t k = hedge; k-- > 0 && s->t[k].kind != T_NUMBER && hedge - k < 8;)
        if (s->t[k].kind == T_WORD && (s->t[k].is.roles & W_AGAINST))
            return COMPARED;
    bool against = false;
    for (size_t k = 0; k < s->n; k++) {
        if (!ground_same_clause(s, i, k))
            continue;
        against =
            against ||
            (k > i && (s->t[k].kind == T_NUMBER ||
                       (s->t[k].kind == T_WORD && (s->t[k].is.roles & (W_AGAINST | W_FROM)))));
        if (before_word(s, k) && !against)
            return EARLIER;
    }
    /* "In the window before, ...", "..., when it cost $5" */
    int clause = s->t[i].clause;
    bool leading = false, follows = false;
    for (size_t k = 0; k < i; k++) {
        bool first = s->t[k].clause == 0 || s->t[k].clause == clause - 1;
        if (first && s->t[k].kind == T_WORD && (s->t[k].is.roles & W_AGAINST))
            leading = false;
        else if (first && before_word(s, k))
            leading = s->t[k].clause == 0 && (ground_is(s, 0, "in") || ground_is(s, 0, "during") ||
                                              ground_is(s, 0, "for") || only_before(s));
        follows = follows || (s->t[k].clause == clause && (ground_is(s, k, "when")));
    }
    for (size_t k = 0; follows && k < i; k++)
        if (before_word(s, k))
            return EARLIER;
    return leading ? EARLIER : PLAIN;
}

/* "on 22 November": of that day alone. */
static bool single_day(const struct sentence *s, size_t k)
{
    return k > 0 && s->t[k].date_count == 1 &&
           (ground_is(s, k - 1, "on") || ground_is(s, k - 1, "in") || ground_is(s, k - 1, "at"));
}

static bool dates_fit(const struct sentence *s, const struct ground_fact *f)
{
    bool any = false;
    for (size_t k = 0; k < s->n; k++)
        for (size_t d = 0; s->t[k].kind == T_DATE && d < s->t[k].date_count; d++) {
            const struct ground_date *x = &s->t[k].dates[d];
            any = true;
            for (size_t m = 0; m < f->date_count; m++)
                if ((!single_day(s, k) || f->date_count == 1 || f->days == 1) &&
                    x->month == f->dates[m].month && (x->day == 0 || x->day == f->dates[m].day))
                    return true;
        }
    return !any || f->date_count == 0 ||
           ground_sentence_cites(s, NULL, 0); /* the day of a graph row */
}

bool ground_window_fits(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    enum window w = window_of(s, i);
    if (!dates_fit(s, f))
        return false;
    if (f->change)
        return w != EARLIER || !f->before;
    return w == COMPARED || (w == EARLIER) == f->before;
}

/* ---- direction ---------------------------------------------------------------------------- */

static bool filler(const struct sentence *s, size_t i)
{
    static const char *const words[] = {
        "by",     "of",      "about",   "some",   "only",   "just",   "another",       "a",
        "an",     "roughly", "further", "nearly", "almost", "around", "approximately", "slightly",
        "is",     "was",     "the",     "which",  "that",   "i.e",    "makes",         "means",
        "equals", "or"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (ground_is(s, i, words[k]))
            return true;
    return s->t[i].kind == T_MARK && strchr(",*(~", *s->t[i].s) != NULL;
}

/* "makes up", "used up": no direction. */
bool ground_particle(const struct sentence *s, size_t i)
{
    static const char *const moved[] = {
        "is",    "are", "was",   "were",  "went",  "go",    "goes", "gone", "cost",   "came",
        "comes", "up",  "costs", "moved", "crept", "edged", "and",  "has",  "trends", "trended"};
    if (!ground_is(s, i, "up") && !ground_is(s, i, "down"))
        return false;
    bool verb = i > 0 && s->t[i - 1].kind == T_WORD;
    for (size_t k = 0; k < sizeof moved / sizeof *moved; k++)
        verb = verb && !ground_is(s, i - 1, moved[k]);
    return verb;
}

/* "$5 over what was expected", "$5 (12 %) above ...": the word behind the figure; s->n: none. */
static size_t word_behind(const struct sentence *s, size_t i)
{
    size_t k = i + 1;
    while (k < s->n && s->t[k].kind == T_CITE)
        k++;
    if (k + 2 < s->n && *s->t[k].s == '(' && s->t[k + 1].kind == T_NUMBER && *s->t[k + 2].s == ')')
        k += 3;
    else if (k < s->n && *s->t[k].s == ')')
        k++;
    return k;
}

static bool over_expected(const struct sentence *s, size_t k)
{
    bool expected = false;
    for (size_t m = k + 1; m < s->n && m < k + 5 && s->t[m].kind == T_WORD; m++)
        expected = expected || (s->t[m].is.concepts & C_EXPECT) || before_word(s, m);
    return expected && (ground_is(s, k, "over") || ground_is(s, k, "beyond"));
}

bool ground_falls_on(const struct sentence *s, size_t i)
{
    return ground_is(s, i, "falls") && (ground_is(s, i + 1, "on") || ground_is(s, i + 1, "to")) &&
           i + 2 < s->n && s->t[i + 2].kind == T_ENTITY;
}

/* The word that makes a change of the figure: "rose by", "an increase of", "... more". -1: none. */
int ground_governed_by(const struct sentence *s, size_t i)
{
    size_t hedge;
    enum ground_hedge h = ground_hedge_of(s, i, &hedge);
    size_t behind = word_behind(s, i);
    if (ground_falls_on(s, behind))
        return -1;
    if (over_expected(s, behind) || (ground_roles_at(s, behind) & (W_UP | W_DOWN)))
        return (int)behind;
    if (h == H_OVER || h == H_UNDER)
        return -1;
    size_t k = i;
    while (k > 0 && filler(s, k - 1))
        k--;
    if (k == 0)
        return -1;
    const struct token *t = &s->t[k - 1];
    if (ground_particle(s, k - 1))
        return -1;
    bool beside_it = k < i && ground_is(s, i - 1, "the") && /* "below the $5 of before" */
                     (t->kind == T_WORD && (t->is.roles & (W_OVER | W_UNDER)));
    if (beside_it)
        return -1;
    if (t->kind == T_WORD && ((t->is.roles & (W_UP | W_DOWN)) || (t->is.concepts & C_CHANGE)))
        return (int)k - 1;
    if (ground_is(s, i - 1, "by"))
        for (size_t m = k; m-- > 0;) /* "rose from $3 to $5, that is by 67 %" */
            if (ground_roles_at(s, m) & (W_UP | W_DOWN))
                return (int)m;
    bool beside = k < i || ground_is(s, k - 1, "or") || ground_is(s, k - 1, "and");
    if (ground_is(s, k - 1, "or") && k > 1)
        t = &s->t[--k - 1];
    return beside && t->kind == T_NUMBER && t->num.dim != s->t[i].num.dim
               ? ground_governed_by(s, k - 1)
               : -1;
}

static int sign_of_word(const struct token *t)
{
    bool up = (t->is.roles & W_UP) != 0, down = (t->is.roles & W_DOWN) != 0;
    up = up || strcmp(t->low, "over") == 0 || strcmp(t->low, "beyond") == 0;
    return up == down ? 0 : up ? 1 : -1;
}

int ground_direction(const struct sentence *s, size_t i)
{
    int by = ground_governed_by(s, i);
    if (by >= 0)
        return sign_of_word(&s->t[by]);
    int sign = 0;
    for (size_t k = 0; k < s->n; k++)
        if (ground_same_clause(s, i, k) && s->t[k].kind == T_WORD && sign_of_word(&s->t[k]) != 0 &&
            !ground_falls_on(s, k))
            sign = sign_of_word(&s->t[k]);
    return sign;
}

static double operand_of(const struct sentence *s, const struct ground_fact *f, int entity)
{
    for (size_t i = 0; i < f->f->operand_count; i++)
        for (size_t k = 0; k < s->g->ledger->fact_count; k++)
            if (s->g->facts[k].entity == entity &&
                strcmp(s->g->facts[k].f->id, f->f->operands[i]) == 0)
                return s->g->facts[k].value;
    return (double)NAN;
}

static bool comparison_fits(const struct sentence *s, size_t i, const struct ground_fact *f,
                            int dir)
{
    int subject = ground_named_before(s, i, false);
    if (subject != f->two[0] && subject != f->two[1])
        return dir == 0;
    int object = subject == f->two[0] ? f->two[1] : f->two[0];
    double x = operand_of(s, f, subject), y = operand_of(s, f, object);
    return dir == 0 || (dir > 0 ? x > y : x < y);
}

/* "... more than B": a comparison of two. */
static bool compares_entities(const struct sentence *s, size_t i)
{
    for (size_t k = i + 1; k + 1 < s->n && k < i + 4; k++)
        if ((ground_is(s, k, "than") || ground_is(s, k, "below") || ground_is(s, k, "above")) &&
            s->t[k + 1].kind == T_ENTITY)
            return true;
    return false;
}

bool ground_direction_fits(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    int by = ground_governed_by(s, i), dir = ground_direction(s, i), sign = s->t[i].num.sign;
    if (compares_entities(s, i) != (f->two[0] >= 0) && (compares_entities(s, i) || by < 0))
        if (compares_entities(s, i))
            return false;
    bool beside = false; /* "costs more ($5)": what it costs */
    for (size_t k = by < 0 ? i : (size_t)by + 1; k < i; k++)
        beside = beside || (s->t[k].kind == T_MARK && *s->t[k].s == '(');
    if (!f->change)
        return (by < 0 || beside) && sign == 0;
    if (s->t[i].num.value == 0)
        return true; /* neither more nor less */
    if (f->two[0] >= 0)
        return comparison_fits(s, i, f, by >= 0 ? dir : 0);
    if (dir == 0 && by < 0 && sign == 0 && ground_is(s, 0, "of")) /* "of the rise of $9, $5 is A" */
        for (size_t k = 0; k < i && s->t[k].clause == 0; k++)
            dir = s->t[k].kind == T_WORD && sign_of_word(&s->t[k]) != 0 ? sign_of_word(&s->t[k])
                                                                        : dir;
    bool spoken = by >= 0 || sign != 0 || dir != 0 || (ground_clause_concepts(s, i) & C_CHANGE);
    int fact = f->value < 0 ? -1 : f->value > 0 ? 1 : 0;
    if (!spoken)
        return false;
    if (sign != 0 && dir != 0 && sign != dir && by >= 0)
        return false;
    int said = by >= 0 && dir != 0 ? dir : sign != 0 ? sign : dir;
    return said == 0 ? fact >= 0 : said == fact;
}
