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
    bool clause = (ground_is(s, i + 1, "it") || ground_is(s, i + 1, "they")) && i + 2 < s->n &&
                  s->t[i + 2].kind == T_WORD;
    if (ground_is(s, i, "before") && clause)
        return false; /* "before it got through" */
    if (ground_is(s, i, "base") && ground_is(s, i + 1, "of"))
        return true;
    if (ground_is(s, i, "ago") && i > 0)
        return ground_is(s, i - 1, "window") || ground_is(s, i - 1, "period");
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
    size_t last = hedge > 1 && ground_is(s, hedge - 1, "after") ? hedge - 2 : s->n;
    while (last < s->n && last > 0 && (s->t[last].kind == T_CITE || s->t[last].kind == T_MARK))
        last--;
    if (last < s->n && s->t[last].kind == T_NUMBER)
        return COMPARED; /* "$5 after $3", "$5 [F1], after $3" */
    bool pair = i + 2 < s->n && (ground_roles_at(s, i + 1) & W_AGAINST) != 0 &&
                s->t[i + 2].kind == T_NUMBER;
    if (i > 2 && s->t[i - 1].kind == T_MARK && *s->t[i - 1].s == '(' &&
        (before_word(s, i - 2) || before_word(s, i - 3)))
        return pair ? PLAIN : EARLIER; /* "than in the window before ($5)", "... ($7 against $5)" */
    if (ground_is(s, i + 1, "then"))
        return EARLIER; /* "$7 now, $5 then" */
    size_t to = i + 1;  /* "$5 [F1] to $7": the first one is of before */
    while (to < s->n && s->t[to].kind == T_CITE)
        to++;
    if (ground_is(s, to, "to") && to + 1 < s->n && s->t[to + 1].kind == T_NUMBER &&
        s->t[to + 1].num.dim == s->t[i].num.dim)
        return EARLIER;
    for (size_t k = lo; k + 1 < hedge; k++)
        if (ground_is(s, k, "used") && ground_is(s, k + 1, "to"))
            return EARLIER;
    if (i > 0 && ground_is(s, i - 1, "from"))
        for (size_t k = i + 1; k + 1 < s->n; k++)
            if (ground_is(s, k, "to") && s->t[k + 1].kind == T_NUMBER)
                return EARLIER;
    uint32_t counted = ground_concepts_at(s, i + 1) | ground_concepts_at(s, i + 2);
    bool counts = s->t[i].num.dim == DRC_DIM_COUNT && /* "from 1 failed attempt" */
                  (counted & (C_FAILED | C_ATTEMPT | C_EVICT | C_RUNS)) != 0;
    if (i > 0 && ground_is(s, i - 1, "from") && i > 1 && !counts && !ground_is(s, i - 2, "band") &&
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

/* "on 22 November": of that day alone; "ends on 22 November": of a window. */
static bool single_day(const struct sentence *s, size_t k)
{
    static const char *const edges[] = {
        "ends",   "ended",   "ending", "starts", "started", "begins", "starting", "began", "closes",
        "closed", "closing", "opened", "until",  "opening", "start",  "end",      NULL};
    return k > 0 && s->t[k].date_count == 1 &&
           (ground_is(s, k - 1, "on") || ground_is(s, k - 1, "in") || ground_is(s, k - 1, "at")) &&
           !(k > 1 && ground_any_of(s, k - 2, edges));
}

static bool date_fits(const struct sentence *s, size_t k, const struct ground_fact *f, size_t d)
{
    const struct ground_date *x = &s->t[k].dates[d];
    for (size_t m = 0; m < f->date_count; m++)
        if ((!single_day(s, k) || f->date_count == 1 || f->days == 1) &&
            x->month == f->dates[m].month && (x->day == 0 || x->day == f->dates[m].day))
            return true;
    return false;
}

static bool dates_fit(const struct sentence *s, const struct ground_fact *f)
{
    bool any = false;
    for (size_t k = 0; k < s->n; k++)
        for (size_t d = 0; s->t[k].kind == T_DATE && d < s->t[k].date_count; d++) {
            if (k > 0 && ((ground_roles_at(s, k - 1) & W_AGAINST) ||
                          (k > 1 && (ground_roles_at(s, k - 2) & W_AGAINST))))
                continue; /* "compared to 28 Sep-25 Oct" */
            any = true;
            if (date_fits(s, k, f, d))
                return true;
        }
    return !any || f->date_count == 0 ||
           ground_sentence_cites(s, NULL, 0); /* the day of a graph row */
}

/* The dates that number i is of, where several stand in the sentence: those behind each figure, or
 * those before each where the sentence begins with them. [*from, *to): tokens; false: none. */
static bool dates_of(const struct sentence *s, size_t i, size_t *from, size_t *to)
{
    size_t first_date = s->n, first_number = s->n, dates = 0, k = i;
    for (size_t m = s->n; m-- > 0;) {
        dates += s->t[m].kind == T_DATE;
        first_date = s->t[m].kind == T_DATE ? m : first_date;
        first_number = s->t[m].kind == T_NUMBER ? m : first_number;
    }
    if (dates < 2 || first_date == s->n)
        return false;
    bool leads = first_date < first_number;
    do {
        if (leads && k == 0)
            return false;
        k = leads ? k - 1 : k + 1;
        if (k >= s->n || s->t[k].kind == T_NUMBER)
            return false;
    } while (s->t[k].kind != T_DATE);
    *from = *to = k;
    while (*to < s->n && *to < k + 4 && s->t[*to].kind != T_NUMBER)
        ++*to;
    while (leads && *from > 0 && k - *from < 3 && s->t[*from - 1].kind != T_NUMBER)
        --*from;
    while (*from < k && s->t[*from].kind != T_DATE)
        ++*from;
    return true;
}

/* Whether the dates of number i are those of the fact: 1, 0 not, -1 nothing can be said. */
static int own_dates_fit(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    size_t from, to;
    if (f->change || f->date_count == 0 || !dates_of(s, i, &from, &to))
        return -1;
    for (size_t k = from; k < to; k++)
        for (size_t d = 0; s->t[k].kind == T_DATE && d < s->t[k].date_count; d++)
            if (!date_fits(s, k, f, d))
                return 0;
    return 1;
}

bool ground_window_fits(const struct sentence *s, size_t i, const struct ground_fact *f)
{
    enum window w = window_of(s, i);
    int own = own_dates_fit(s, i, f);
    if (own >= 0)
        return own > 0;
    if (w == PLAIN && !dates_fit(s, f))
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

/* "makes up", "used up": no direction. Of an unknown verb it is one. */
bool ground_particle(const struct sentence *s, size_t i)
{
    static const char *const verbs[] = {
        "add",     "back",  "boil",  "book",  "break", "broke", "broken", "build", "built",
        "chalk",   "clean", "close", "drill", "eat",   "ate",   "eaten",  "end",   "follow",
        "held",    "hold",  "look",  "made",  "make",  "mop",   "narrow", "open",  "rack",
        "ran",     "run",   "set",   "show",  "soak",  "spin",  "split",  "start", "sum",
        "swallow", "take",  "taken", "took",  "tally", "tie",   "tied",   "top",   "turn",
        "use",     "wake",  "warm",  "wind",  "wrap",  "time",  "scale",  NULL};
    if ((!ground_is(s, i, "up") && !ground_is(s, i, "down")) || i == 0 ||
        s->t[i - 1].kind != T_WORD)
        return false;
    return ground_form_of(s, i - 1, verbs);
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
    static const char *const fall[] = {"falls", "fell", "fall", "fallen", "falling", NULL};
    static const char *const onto[] = {"on", "to", "upon", "into", NULL};
    return ground_any_of(s, i, fall) && ground_any_of(s, i + 1, onto) && i + 2 < s->n &&
           s->t[i + 2].kind == T_ENTITY;
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
    if (ground_particle(s, k - 1) || (ground_is(s, k - 1, "expensive") && ground_is(s, k, "of")))
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

bool ground_qualifies_verb(const struct sentence *s, size_t k)
{
    static const char *const degree[] = {"faster", "quicker", "slower", "more", "less", NULL};
    return k > 0 && ground_any_of(s, k, degree) &&
           (ground_roles_at(s, k - 1) & (W_UP | W_DOWN)) != 0;
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
            !ground_particle(s, k) && !ground_falls_on(s, k) && !ground_qualifies_verb(s, k))
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
    for (size_t k = i + 1; k + 1 < s->n && k < i + 4 && ground_same_clause(s, i, k); k++)
        if ((ground_is(s, k, "than") || ground_is(s, k, "below") || ground_is(s, k, "above")) &&
            s->t[k + 1].kind == T_ENTITY)
            return true;
    return false;
}

/* "..., which amounts to $5", "..., that is 12 %", "The rise, $5, ...": what the clause before
 * speaks of; the direction said there, 0: none. */
static bool appositive(const struct sentence *s, size_t i, int *sign)
{
    size_t from = i, to = i + 1;
    while (from > 0 && ground_same_clause(s, i, from - 1))
        from--;
    while (to < s->n && ground_same_clause(s, i, to))
        to++;
    *sign = 0;
    for (size_t k = from; k < to; k++) {
        bool amount = s->t[k].kind == T_WORD && strncmp(s->t[k].low, "amount", 6) == 0;
        if (s->t[k].kind == T_ENTITY ||
            ((ground_concepts_at(s, k) & ~(uint32_t)C_BEFORE) && !amount))
            return false;
    }
    for (size_t k = from; k-- > 0;) {
        bool change = (ground_concepts_at(s, k) & C_CHANGE) != 0;
        if (s->t[k].kind == T_WORD && (change || sign_of_word(&s->t[k]) != 0) &&
            !ground_falls_on(s, k) && !ground_qualifies_verb(s, k)) {
            *sign = sign_of_word(&s->t[k]);
            return true;
        }
    }
    return false;
}

/* "was $5 dearer in the window before": the other way round. */
static bool of_the_window_before(const struct sentence *s, size_t i)
{
    bool was = false;
    for (size_t k = 0; k < i; k++)
        was = was ||
              (ground_same_clause(s, i, k) && (ground_is(s, k, "was") || ground_is(s, k, "were")));
    for (size_t k = i + 1; was && k < s->n && ground_same_clause(s, i, k); k++) {
        if (ground_roles_at(s, k) & (W_AGAINST | W_FROM))
            return false;
        bool in = ground_is(s, k, "in") || ground_is(s, k, "during");
        for (size_t m = k + 1; in && m < k + 5 && m < s->n; m++)
            if (before_word(s, m))
                return true;
    }
    return false;
}

/* "The increase of A is $5": no cost. */
static bool amount_of_change(const struct sentence *s, size_t i)
{
    static const char *const behind[] = {"of",  "for",   "in",   "at",     "on", "is",
                                         "was", "comes", "over", "across", NULL};
    static const char *const before[] = {"the", "an", "a", "its", "this", NULL};
    if (i == 0 || ground_is(s, i - 1, "to") || ground_is(s, i - 1, "from"))
        return false;
    for (size_t k = i; k-- > 0 && ground_same_clause(s, i, k) && s->t[k].kind != T_NUMBER;)
        if ((ground_concepts_at(s, k) & C_CHANGE) && ground_any_of(s, k + 1, behind) &&
            (k == 0 || ground_any_of(s, k - 1, before) || s->t[k - 1].kind == T_MARK))
            return true;
    return false;
}

/* "A grew by 46 %, B by 31 %, C only by 3 %": the figure before has the same unit and is a change;
 * 0: there is none, else its direction. */
static int like_the_one_before(const struct sentence *s, size_t i)
{
    uint32_t own = ground_clause_concepts(s, i) & ~(uint32_t)(C_ROWS | C_CHANGE | C_RUNS);
    for (size_t k = i; k-- > 0 && own == 0;) {
        if (s->t[k].kind != T_NUMBER || s->t[k].num.dim != s->t[i].num.dim)
            continue;
        if (!s->t[k].traced || s->t[k].fact < 0 || !s->g->facts[s->t[k].fact].change)
            return 0;
        return s->g->facts[s->t[k].fact].value < 0 ? -1 : 1;
    }
    return 0;
}

/* "A explains $5 of the $9": of a rise or fall that is spoken of. */
static bool contributes(const struct sentence *s, size_t i)
{
    static const char *const verbs[] = {"explain", "add",         "contribute", "account",
                                        "part",    "responsible", "share",      NULL};
    bool change = (s->topic & C_CHANGE) != 0, part = false;
    for (size_t k = 0; k < s->n; k++) {
        change = change || (ground_concepts_at(s, k) & C_CHANGE) || ground_sign_at(s, k) != 0;
        part = part || (k < i && ground_form_of(s, k, verbs));
    }
    return change && part;
}

/* "moved by $5": a change, whichever way. */
static bool moved_by(const struct sentence *s, size_t i)
{
    static const char *const verbs[] = {"move", "change", "shift", "differ", NULL};
    return i > 1 && ground_is(s, i - 1, "by") && ground_form_of(s, i - 2, verbs);
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
        return (by < 0 || beside) && sign == 0 && !(by < 0 && amount_of_change(s, i));
    if (f->two[0] >= 0)
        return comparison_fits(s, i, f, by >= 0 ? dir : 0);
    if (dir == 0 && by < 0 && sign == 0 && ground_is(s, 0, "of")) /* "of the rise of $9, $5 is A" */
        for (size_t k = 0; k < i && s->t[k].clause == 0; k++)
            dir = s->t[k].kind == T_WORD && sign_of_word(&s->t[k]) != 0 ? sign_of_word(&s->t[k])
                                                                        : dir;
    bool spoken = by >= 0 || sign != 0 || dir != 0 || (ground_clause_concepts(s, i) & C_CHANGE) ||
                  appositive(s, i, &dir) || contributes(s, i) || moved_by(s, i);
    if (!spoken && (dir = like_the_one_before(s, i)) != 0)
        spoken = true;
    bool with = s->t[i].clause == 0 && (ground_is(s, 0, "with") || ground_is(s, 0, "at"));
    for (size_t k = i + 1; k < s->n && !spoken && with; k++) /* "With 34 %, A shows the growth" */
        if (s->t[k].clause == 1 && s->t[k].kind == T_WORD && sign_of_word(&s->t[k]) != 0) {
            dir = sign_of_word(&s->t[k]);
            spoken = true;
        }
    if (s->t[i].num.value == 0) /* neither more nor less */
        return spoken && (dir == 0 || f->value == 0 || (dir > 0) == (f->value > 0));
    if (by >= 0 && of_the_window_before(s, i))
        return false;
    int fact = f->value < 0 ? -1 : f->value > 0 ? 1 : 0;
    if (!spoken)
        return false;
    if (sign != 0 && dir != 0 && sign != dir && by >= 0)
        return false;
    int said = by >= 0 && dir != 0 ? dir : sign != 0 ? sign : dir;
    return said == 0 ? fact >= 0 : said == fact;
}
