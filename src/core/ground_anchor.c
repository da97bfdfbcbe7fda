/* What a sentence rests on. The words of a model are open, the rules know some hundred: so a
 * sentence without a figure must be found true, cite a source that has its words, say that
 * something is not known, or advise a look; or it has no word that is not known. */
#include <string.h>

#include "ground_inner.h"

/* ---- not known ---------------------------------------------------------------------------- */

bool ground_any_of(const struct sentence *s, size_t i, const char *const *words)
{
    for (; *words != NULL; words++)
        if (ground_is(s, i, *words))
            return true;
    return false;
}

static bool evidence_word(const struct sentence *s, size_t i)
{
    static const char *const words[] = {
        "facts",      "fact",      "data",        "ledger",    "known",       "stated",
        "given",      "recorded",  "shown",       "show",      "shows",       "part",
        "available",  "covered",   "established", "listed",    "included",    "reported",
        "named",      "possible",  "measured",    "provided",  "documented",  "told",
        "say",        "says",      "tell",        "explain",   "explains",    "evidence",
        "figures",    "report",    "graph",       "answer",    "determined",  "identified",
        "confirmed",  "contain",   "contains",    "include",   "names",       "state",
        "states",     "covers",    "record",      "records",   "hold",        "holds",
        "quantified", "mentioned", "present",     "estimated", "information", "explanation",
        "know",       "open",      "clear",       NULL};
    return ground_any_of(s, i, words);
}

static bool says_not(const struct sentence *s, size_t i)
{
    static const char *const open[] = {"left", "stays", "remains", "stay", "remain", "is", NULL};
    if (ground_any_of(s, i, open) && ground_is(s, i + 1, "open"))
        return true;
    return (ground_roles_at(s, i) & W_NOT) && !ground_is(s, i + 1, "only");
}

bool ground_negated(const struct sentence *s, size_t i)
{
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k); k++)
        for (size_t m = k + 1; says_not(s, k) && m < k + 6 && m < s->n; m++)
            if (evidence_word(s, m))
                return true;
    for (size_t k = 0; k < i; k++)
        if (ground_same_clause(s, i, k) && says_not(s, k))
            return true;
    return false;
}

bool ground_not_known(const struct sentence *s)
{
    bool no = false, evidence = false;
    for (size_t i = 0; i < s->n; i++) {
        no = no || says_not(s, i);
        evidence = evidence || evidence_word(s, i);
    }
    return no && evidence;
}

/* ---- words -------------------------------------------------------------------------------- */

/* A word of the checker's lists, as it stands or without its ending. */
static bool listed(const struct sentence *s, const struct token *t)
{
    static const char *const ends[] = {"", "s", "es", "d", "ed", "ing", "ly", "'s"};
    size_t n = strlen(t->low);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (n < end + 2 || strcmp(t->low + n - end, ends[i]) != 0)
            continue;
        struct word_class is = ground_word(s->g, t->low, n - end);
        if ((is.concepts | is.roles) != 0)
            return true;
    }
    return n < 3;
}

/* Words in [from, to) that no list, source or metric has; `first`: the first of them. */
static size_t unknown_words(const struct sentence *s, size_t from, size_t to, size_t *first)
{
    size_t count = 0;
    for (size_t i = from; i < to && i < s->n; i++) {
        const struct token *t = &s->t[i];
        if (t->kind != T_WORD || listed(s, t) || memchr(t->s, '-', t->n) != NULL ||
            ground_known_word(s, t->s, strlen(t->low)))
            continue;
        if (count++ == 0)
            *first = i;
    }
    return count;
}

/* "... as its input grew", "... after the move": what is told there must be in a cited source. */
static void check_circumstance(struct sentence *s)
{
    static const char *const words[] = {"as",   "after", "once", "following", "given",
                                        "amid", "when",  "with", NULL};
    for (size_t i = 0; i < s->n; i++) {
        size_t first, end = i + 1;
        bool such = ground_any_of(s, i, words) && !(i > 0 && ground_is(s, i - 1, "as")) &&
                    !(ground_is(s, i, "as") && ground_is(s, i + 1, "a")) &&
                    !ground_is(s, i + 1, "much") && !ground_is(s, i + 1, "well");
        while (end < s->n && ground_same_clause(s, i, end))
            end++;
        bool figure = false; /* "with 28 runs" */
        for (size_t k = i + 1; k < end; k++)
            figure = figure || s->t[k].kind == T_NUMBER;
        if (ground_is(s, i, "with") && (figure || i == 0 || ground_not_known(s)))
            such = false;
        if (such && unknown_words(s, i + 1, end, &first) > 0)
            ground_reject(s, "'%.*s': no source that is cited here says so", (int)s->t[first].n,
                          s->t[first].s);
    }
}

/* ---- advice ------------------------------------------------------------------------------- */

/* Verbs that make nobody change anything. */
static bool advises_a_look(const struct sentence *s)
{
    static const char *const verbs[] = {
        "review",    "check",   "read",    "see",     "look", "compare",     "consider",  "ask",
        "start",     "verify",  "confirm", "inspect", "open", "examine",     "checking",  "reading",
        "comparing", "looking", "begin",   "watch",   "note", "investigate", "reviewing", NULL};
    for (size_t i = 0; i < s->n; i++) {
        if (!ground_any_of(s, i, verbs))
            continue;
        bool opens = true; /* "As a next step, ...", "It is worth ..." */
        for (size_t k = 0; k < i; k++)
            opens = opens && (s->t[k].kind != T_WORD || listed(s, &s->t[k])) && !says_not(s, k);
        return opens;
    }
    return false;
}

/* ---- the anchor --------------------------------------------------------------------------- */

static bool cites_source(const struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->t[i].kind == T_CITE && (s->t[i].source >= 0 || s->t[i].fact >= 0))
            return true;
    return false;
}

static bool shares_words(const struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->t[i].kind == T_WORD && s->t[i].n > 3 && !listed(s, &s->t[i]) &&
            ground_sentence_cites(s, s->t[i].s, strlen(s->t[i].low)))
            return true;
    return false;
}

/* "dollars" and "percent" have a figure before them. */
static void check_units(struct sentence *s)
{
    static const char *const units[] = {"dollars", "percent", "dbus", "euros", NULL};
    for (size_t i = 0; i < s->n; i++)
        if (ground_any_of(s, i, units) && i > 0 && s->t[i - 1].kind == T_WORD &&
            !listed(s, &s->t[i - 1]))
            ground_reject(s, "'%.*s' before '%s' is no figure", (int)s->t[i - 1].n, s->t[i - 1].s,
                          s->t[i].low);
}

void ground_check_anchor(struct sentence *s)
{
    size_t first = 0;
    bool figure = false;
    for (size_t i = 0; i < s->n; i++)
        figure = figure || s->t[i].kind == T_NUMBER;
    check_units(s);
    check_circumstance(s);
    if (figure || ground_not_known(s) || advises_a_look(s))
        return;
    size_t unknown = unknown_words(s, 0, s->n, &first);
    if (unknown == 0 || (unknown == 1 && (s->verified || cites_source(s))) ||
        (cites_source(s) && shares_words(s)))
        return;
    ground_reject(s, "'%.*s': nothing in the facts says so", (int)s->t[first].n, s->t[first].s);
}
