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
        "facts",      "fact",       "data",       "ledger",      "known",
        "stated",     "given",      "recorded",   "shown",       "show",
        "shows",      "part",       "available",  "covered",     "established",
        "listed",     "included",   "reported",   "named",       "possible",
        "measured",   "provided",   "documented", "told",        "say",
        "says",       "tell",       "tells",      "explain",     "explains",
        "evidence",   "figures",    "report",     "graph",       "answer",
        "determined", "identified", "confirmed",  "contain",     "contains",
        "include",    "names",      "state",      "states",      "covers",
        "record",     "records",    "hold",       "holds",       "quantified",
        "mentioned",  "present",    "estimated",  "information", "explanation",
        "know",       "open",       "clear",      "supplied",    "stored",
        "details",    "detail",     "statement",  "conclusion",  "recommendation",
        "comparison", "judged",     "promised",   "claimed",     "implied",
        "derived",    "drawn",      "inferred",   "deduced",     "specified",
        "disclosed",  "break",      "breaks",     "list",        "lists",
        "describe",   "describes",  "see",        "seen",        "find",
        "found",      "indicate",   "indicates",  "indicated",   "indication",
        "reveal",     "describing", "answered",   "addressed",   "described",
        "explained",  "attributed", "captured",   "tracked",     "presented",
        "give",       "gives",      "provide",    "provides",    "specify",
        "specifies",  "cover",      "mention",    "mentions",    "insight",
        "insights",   "metric",     "metrics",    "record",      "determine",
        "assess",     "assessed",   "confirm",    "identify",    "verify",
        "verified",   "quantify",   "estimate",   "hint",        "clue",
        "clues",      "pointed",    "documents",  "document",    "reported",
        "visible",    "figure",     "field",      "fields",      "column",
        "columns",    "supports",   "support",    "supported",   "substantiated",
        "account",    NULL};
    return ground_any_of(s, i, words);
}

/* "unknown", "unexplained": nothing is claimed. */
static bool says_unknown(const struct sentence *s, size_t i)
{
    static const char *const words[] = {"unknown",      "unclear",    "unspecified", "undocumented",
                                        "unexplained",  "unrecorded", "unstated",    "undisclosed",
                                        "undetermined", "unreported", "unanswered",  "insufficient",
                                        "inconclusive", NULL};
    return ground_any_of(s, i, words);
}

/* "the facts lack ...", "... is missing from the data" */
static bool lacks(const struct sentence *s, size_t i)
{
    static const char *const words[] = {"missing", "lack",   "lacks",  "lacking", "absent",  "omit",
                                        "omits",   "silent", "beyond", "outside", "absence", NULL};
    return ground_any_of(s, i, words);
}

static bool says_not(const struct sentence *s, size_t i)
{
    static const char *const open[] = {"leave", "leaves", "left", "stays", "remains",
                                       "stay",  "remain", "is",   NULL};
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

/* The clause of token i says that something is not known. */
static bool ignorant(const struct sentence *s, size_t i)
{
    static const char *const causes[] = {"reason",  "cause",   "explanation", "driver",
                                         "drivers", "trigger", NULL};
    static const char *const nothing[] = {"nothing", "no", "none", "little", NULL};
    bool evidence = false, lack = false;
    size_t last = s->n;
    for (size_t k = 0; k < s->n; k++) {
        if (!ground_same_clause(s, i, k) || s->t[k].kind == T_CITE)
            continue;
        bool of_data = false; /* "the facts hold nothing about", "there is no word on" */
        for (size_t m = k > 3 ? k - 3 : 0; m < k; m++)
            of_data = of_data || evidence_word(s, m);
        bool thing = (ground_concepts_at(s, k + 1) | ground_concepts_at(s, k + 2)) != 0;
        if (says_unknown(s, k) || (of_data && ground_any_of(s, k, nothing) && !thing))
            return true;
        for (size_t m = k + 1; says_not(s, k) && m < s->n && m < k + 12; m++)
            if (ground_same_clause(s, i, m) && evidence_word(s, m))
                return true;
        evidence = evidence || evidence_word(s, k);
        lack = lack || lacks(s, k) || (says_not(s, k) && ground_any_of(s, k + 1, causes));
        last = s->t[k].kind == T_WORD ? k : last;
    }
    bool ends =
        last < s->n && (says_not(s, last) || ground_is(s, last, "none")); /* "its cause is not" */
    for (size_t k = 0; k < s->n && ends; k++)
        evidence = evidence || evidence_word(s, k);
    return evidence && (lack || ends);
}

bool ground_not_known(const struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++)
        if ((i == 0 || !ground_same_clause(s, i, i - 1)) && ignorant(s, i))
            return true;
    return false;
}

/* "CPU and memory are not covered", "Not covered: its owner": a list beside what is not known. */
static bool verbless(const struct sentence *s, size_t from, size_t to)
{
    static const char *const verbs[] = {"is",  "was",   "were", "are", "has",  "had",
                                        "did", "does",  "have", "can", "must", "been",
                                        "do",  "needs", "runs", NULL};
    for (size_t k = from; k <= to; k++)
        if (s->t[k].kind == T_NUMBER || ground_any_of(s, k, verbs) || ground_sign_at(s, k) != 0 ||
            (ground_roles_at(s, k) & (W_CAUSE | W_JUDGE | W_ORDER)))
            return false;
    return true;
}

bool ground_of_unknown(const struct sentence *s, size_t i)
{
    static const char *const opens[] = {"whether", "why",   "how", "what",  "which",
                                        "who",     "whose", "if",  "where", "because",
                                        "since",   "when",  "as",  NULL};
    size_t from = i, to = i;
    if (ignorant(s, i))
        return true;
    while (from > 0 && ground_same_clause(s, i, from - 1))
        from--;
    while (to + 1 < s->n && ground_same_clause(s, i, to + 1))
        to++;
    size_t first = from;
    while (first < to &&
           (s->t[first].kind == T_MARK || ground_is(s, first, "and") || ground_is(s, first, "or")))
        first++;
    bool question = ground_any_of(s, first, opens) && !ground_is(s, first, "because") &&
                    !ground_is(s, first, "since") && !ground_is(s, first, "as");
    return (question || verbless(s, from, to)) &&
           ((from > 0 && ignorant(s, from - 1)) || (to + 1 < s->n && ignorant(s, to + 1)));
}

/* ---- words -------------------------------------------------------------------------------- */

/* Workers and nodes are what spot, evictions and idle time are about, and pages of ours. */
static bool of_capacity(const struct sentence *s)
{
    static const uint32_t about =
        C_SPOT | C_ONDEMAND | C_EVICT | C_VM | C_IDLE | C_FAILED | C_UTIL | C_PEAK;
    for (size_t i = 0; i < s->n; i++)
        if ((ground_concepts_at(s, i) & about) ||
            (s->t[i].kind == T_CITE && (*s->t[i].s == 'D' || *s->t[i].s == 'R')))
            return true;
    return false;
}

/* "A larger node type is worth a test": no figure, and said of what may be done. */
static bool suggests(const struct sentence *s)
{
    static const char *const words[] = {"worth", "consider", "remedy", "option", "step", "could",
                                        "might", "would",    "review", "check",  "look", "try",
                                        "start", "begin",    "i'd",    "usual",  NULL};
    bool found = false;
    for (size_t k = 0; k < s->n; k++) {
        if (s->t[k].kind == T_NUMBER)
            return false;
        found = found || ground_any_of(s, k, words);
    }
    return found;
}

/* A word that the checker knows, and not only as part of a hyphenated word or for its capital. */
static bool listed(const struct sentence *s, const struct token *t)
{
    static const uint32_t shapes = W_JOINER | W_PREFIX | W_SUFFIX | W_PROPER | W_TOPIC;
    struct word_class is = ground_lemma(s->g, t->low, strlen(t->low));
    bool topic = (is.roles & W_TOPIC) && is.concepts == 0;
    return (is.concepts != 0 && !topic) || ((is.roles | t->is.roles) & ~shapes) != 0 ||
           strlen(t->low) < 3 || (topic && (of_capacity(s) || suggests(s)));
}

/* "window-over-window": each part is a word of the lists, of whatever kind. */
static bool parts_listed(const struct sentence *s, const struct token *t)
{
    const char *p = t->low;
    if (strchr(p, '-') == NULL)
        return false;
    for (;;) {
        size_t n = strcspn(p, "-");
        struct word_class is = ground_lemma(s->g, p, n);
        if ((is.concepts | is.roles) == 0 && n > 2)
            return false;
        if (p[n] == '\0')
            return true;
        p += n + 1;
    }
}

/* "spilled", where a metric is called shuffle_spill. */
static bool of_a_metric(const struct sentence *s, const struct token *t)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++)
        for (size_t k = 0; k < s->g->facts[i].specific_count; k++) {
            const char *word = s->g->facts[i].specific[k];
            size_t n = strlen(word);
            if (n > 3 && strncmp(t->low, word, n < 5 ? n : 5) == 0)
                return true;
        }
    return false;
}

/* Words in [from, to) that no list, source or metric has; `first`: the first of them. */
static size_t unknown_words(const struct sentence *s, size_t from, size_t to, size_t *first)
{
    size_t count = 0;
    for (size_t i = from; i < to && i < s->n; i++) {
        const struct token *t = &s->t[i];
        if (t->kind != T_WORD || listed(s, t) || parts_listed(s, t) || of_a_metric(s, t) ||
            ground_known_word(s, t->s, strlen(t->low)) || ground_of_metric(s, t))
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
    static const char *const verbs[] = {"is",  "was",  "were", "are", "has",  "had",
                                        "did", "does", "have", "got", "been", NULL};
    for (size_t i = 0; i < s->n; i++) {
        size_t first, end = i + 1;
        bool such = ground_any_of(s, i, words) && !(i > 0 && ground_is(s, i - 1, "as")) &&
                    !(ground_is(s, i, "as") && ground_is(s, i + 1, "a")) &&
                    !ground_is(s, i + 1, "much") && !ground_is(s, i + 1, "well");
        while (end < s->n && ground_same_clause(s, i, end))
            end++;
        bool figure = false, told = false; /* "with 28 runs", "as its cluster was full" */
        for (size_t k = i + 1; k < end; k++) {
            figure = figure || s->t[k].kind == T_NUMBER;
            told = told || (k > i + 2 && ground_any_of(s, k, verbs));
        }
        bool more = false; /* "With more runs, A rose" */
        for (size_t k = i + 1; k < end; k++)
            more = more || ground_sign_at(s, k) != 0;
        if (i == 0 && more && !figure && (ground_is(s, 0, "with") || ground_is(s, 0, "given")) &&
            !ground_of_unknown(s, i))
            ground_reject(s, "'%s': no graph row names that cause", s->t[0].low);
        bool begins = i > 0 && (s->t[i - 1].kind == T_MARK || s->t[i - 1].kind == T_CITE);
        if (ground_is(s, i, "as") && begins && told && !figure && !ground_of_unknown(s, i))
            ground_reject(s, "'as': no graph row names that cause");
        if (ground_is(s, i, "with") && (figure || i == 0 || ground_not_known(s)))
            such = false;
        if (such && unknown_words(s, i + 1, end, &first) > 0)
            ground_reject(s, "'%.*s': no source that is cited here says so", (int)s->t[first].n,
                          s->t[first].s);
    }
}

/* ---- advice ------------------------------------------------------------------------------- */

/* Verbs that make nobody change anything. */
static const char *const looks[] = {
    "review",    "check",   "read",    "see",     "look", "compare",     "consider",  "ask",
    "start",     "verify",  "confirm", "inspect", "open", "examine",     "checking",  "reading",
    "comparing", "looking", "begin",   "watch",   "note", "investigate", "reviewing", "follow",
    "consult",   "discuss", "decide",  "find",    "keep", "monitor",     "track",     NULL};

/* "Check A and then drop its tables": what follows is a look too, or a thing that is looked at. */
static void check_advice(struct sentence *s)
{
    static const char *const things[] = {
        "the",     "its", "their", "a",   "an",  "this", "that",  "these", "those", "it",  "they",
        "whether", "if",  "what",  "how", "why", "when", "where", "which", "who",   "to",  "with",
        "in",      "on",  "of",    "for", "any", "each", "all",   "other", "as",    "not", NULL};
    for (size_t i = 0; i < s->n; i++) {
        size_t k = i + 1;
        if ((!ground_is(s, i, "and") && !ground_is(s, i, "then")) ||
            (ground_is(s, i + 1, "after") && i > 0 && ground_is(s, i - 1, "before")))
            continue;
        while (ground_is(s, k, "then") || ground_is(s, k, "also"))
            k++;
        bool fine = k >= s->n || s->t[k].kind != T_WORD || ground_any_of(s, k, things) ||
                    ground_any_of(s, k, looks) || s->t[k].is.concepts != 0 ||
                    (s->t[k].is.roles & (W_TOPIC | W_PROPER)) ||
                    ground_known_word(s, s->t[k].s, strlen(s->t[k].low));
        if (!fine || (ground_roles_at(s, k) & (W_REDUCE | W_DOWN | W_UP)))
            ground_reject(s, "'%.*s' asks for more than a look", (int)s->t[k].n, s->t[k].s);
    }
}

static bool advises_a_look(const struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!ground_any_of(s, i, looks) || ground_is(s, i + 1, "that"))
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

/* A figure may be true and what is told of it not: the words around it are known ones too. */
static void check_vocabulary(struct sentence *s)
{
    size_t first;
    for (size_t i = 0; i < s->n; i++)
        if (unknown_words(s, i, i + 1, &first) > 0 && !ground_of_unknown(s, i))
            ground_reject(s, "'%.*s': nothing in the facts says so", (int)s->t[i].n, s->t[i].s);
}

/* "Stop A", "Next step: leave it as it is", "consider stopping A": more than a look. */
static void check_orders(struct sentence *s)
{
    static const char *const acts[] = {
        "stop",   "leave",    "set",    "use",  "run",   "cut",  "drop",  "raise", "lower",
        "reduce", "increase", "change", "add",  "close", "turn", "move",  "put",   "scale",
        "let",    "make",     "start",  "give", "keep",  "get",  "bring", NULL};
    static const char *const advise[] = {"consider", "recommend", "suggest", "try", NULL};
    static const char *const opens[] = {"so",   "please", "then", "just",
                                        "step", "steps",  "now",  NULL};
    static const char *const what[] = {"it",    "its", "this", "the", "them",
                                       "these", "off", "down", NULL};
    for (size_t i = 0; i < s->n; i++) {
        bool mark = i > 0 && s->t[i - 1].kind == T_MARK;
        bool told = i > 1 && (ground_is(s, i - 1, "should") || ground_is(s, i - 1, "must") ||
                              (ground_is(s, i - 1, "to") && !ground_not_known(s)));
        bool first = i == 0 || told || ground_any_of(s, i - 1, opens) ||
                     (mark && i > 1 && ground_any_of(s, i - 2, opens));
        bool thing = i + 1 < s->n &&
                     (s->t[i + 1].kind == T_ENTITY || ground_any_of(s, i + 1, what) ||
                      (s->t[i + 1].kind == T_MARK && strchr("\"`*", *s->t[i + 1].s) != NULL));
        size_t n = s->t[i].kind == T_WORD ? strlen(s->t[i].low) : 0;
        bool doing = n > 5 && strcmp(s->t[i].low + n - 3, "ing") == 0 && i > 0 &&
                     ground_form_of(s, i - 1, advise) && !ground_form_of(s, i, looks);
        if ((first && thing && ground_any_of(s, i, acts)) || doing)
            ground_reject(s, "'%.*s' asks for more than a look", (int)s->t[i].n, s->t[i].s);
    }
}

void ground_check_anchor(struct sentence *s)
{
    size_t first = 0;
    bool figure = false;
    for (size_t i = 0; i < s->n; i++)
        figure = figure || s->t[i].kind == T_NUMBER;
    check_units(s);
    check_circumstance(s);
    check_orders(s);
    if (figure || ground_not_known(s))
        check_vocabulary(s);
    if (figure || ground_not_known(s))
        return;
    if (advises_a_look(s)) {
        check_advice(s);
        return;
    }
    size_t unknown = unknown_words(s, 0, s->n, &first);
    if (unknown == 0 || (unknown == 1 && cites_source(s)) || (cites_source(s) && shares_words(s)))
        return;
    ground_reject(s, "'%.*s': nothing in the facts says so", (int)s->t[first].n, s->t[first].s);
}
