/* Causes and savings, which a graph row or a fact must hold; and what a model must not say at all:
 * orders, judgements, itself. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "ground_inner.h"

/* ---- cause and saving --------------------------------------------------------------------- */

/* "12 % of the total is attributable to A" */
static bool share_of_one(const struct sentence *s, size_t i)
{
    bool share = false;
    for (size_t k = 0; k < i; k++)
        share = share || (s->t[k].kind == T_NUMBER && s->t[k].traced);
    for (size_t k = 0; k < i; k++)
        share = share && !(ground_concepts_at(s, k) & C_CHANGE);
    return share && (ground_is(s, i + 1, "to") || ground_is(s, i + 1, "from")) && i + 2 < s->n &&
           s->t[i + 2].kind == T_ENTITY;
}

/* "on the back of", "for lack of" */
static bool causal_phrase(const struct sentence *s, size_t i)
{
    static const char *const nouns[] = {"back",     "heels", "strength", "grounds", "wake", "light",
                                        "response", "view",  "virtue",   "dint",    "lack", "want",
                                        "courtesy", "face",  "result",   "basis",   NULL};
    static const char *const before[] = {"on", "in", "by", "for", "off", "the", "as", "a", NULL};
    return ground_any_of(s, i, nouns) && i > 0 && ground_any_of(s, i - 1, before) &&
           (ground_is(s, i + 1, "of") || ground_is(s, i + 1, "to"));
}

/* "The page [D1] explains pools" */
static bool of_a_page(const struct sentence *s, size_t i)
{
    static const char *const pages[] = {"page", "documentation", "runbook", "guide", "docs", NULL};
    bool page = false, cited = false;
    for (size_t k = 0; k < s->n; k++) {
        page = page || (k < i && ground_any_of(s, k, pages));
        cited = cited || (s->t[k].kind == T_CITE && (*s->t[k].s == 'D' || *s->t[k].s == 'R'));
    }
    return page && cited;
}

static bool wasted_next(const struct sentence *s, size_t i)
{
    for (size_t k = 0; i < s->n && s->t[i].kind == T_NUMBER && k < s->g->ledger->fact_count; k++)
        if (s->used[k] && (s->g->facts[k].concepts & C_WASTE))
            return true;
    return false;
}

/* "comes from a surge in users": no name, no figure, nothing that is measured. */
static bool from_elsewhere(const struct sentence *s, size_t i)
{
    static const char *const data[] = {"facts", "data",  "figures", "ledger", "report", "graph",
                                       "it",    "these", "this",    "them",   NULL};
    for (size_t k = i; k < s->n && k < i + 4; k++)
        if (s->t[k].kind == T_ENTITY || s->t[k].kind == T_NUMBER || s->t[k].kind == T_CITE ||
            ground_concepts_at(s, k) != 0 || ground_any_of(s, k, data))
            return false;
    return true;
}

static bool causal(const struct sentence *s, size_t i)
{
    static const char *const explains[] = {"explain", NULL}, *const results[] = {"result", NULL};
    if (ground_form_of(s, i, explains) && of_a_page(s, i))
        return false;
    if (ground_is(s, i, "trigger") && i > 0 && ground_source_says(s, "trigger", 7) &&
        (ground_is(s, i - 1, "the") || ground_is(s, i - 1, "its") || ground_is(s, i - 1, "new")))
        return false;
    if (ground_form_of(s, i, explains) && i + 2 < s->n && s->t[i + 1].kind == T_NUMBER &&
        s->t[i + 1].traced && ground_is(s, i + 2, "of"))
        return false; /* "A explains $5 of the $9" */
    if (ground_form_of(s, i, results) && ground_is(s, i + 1, "in") && wasted_next(s, i + 2))
        return false; /* "failed attempts resulted in $5 of waste" */
    if (causal_phrase(s, i) && !ground_is(s, i, "result") && !ground_is(s, i, "basis"))
        return true;
    if (ground_is(s, i, "due") || ground_is(s, i, "owing") || ground_is(s, i, "thanks"))
        return ground_is(s, i + 1, "to");
    if (ground_is(s, i, "result") || ground_is(s, i, "results") || ground_is(s, i, "resulting"))
        return ground_is(s, i + 1, "of") || ground_is(s, i + 1, "in") ||
               ground_is(s, i + 1, "from");
    if (ground_is(s, i, "led") || ground_is(s, i, "leads") || ground_is(s, i, "lead") ||
        ground_is(s, i, "leading"))
        return ground_is(s, i + 1, "to");
    if (ground_is(s, i, "since")) {
        bool time = i > 0 && (ground_is(s, i - 1, "has") || ground_is(s, i - 1, "have"));
        for (size_t k = i + 1; k < s->n && k < i + 5; k++)
            time = time || (ground_concepts_at(s, k) & C_BEFORE) || ground_is(s, k, "then") ||
                   s->t[k].kind == T_DATE || ground_is(s, k, "window") || ground_is(s, k, "period");
        return !time && i + 1 < s->n && s->t[i + 1].kind != T_NUMBER;
    }
    if (ground_is(s, i, "behind")) /* "behind the rise is ..." */
        return i + 1 < s->n && s->t[i + 1].kind == T_WORD &&
               ((ground_concepts_at(s, i + 1) | ground_concepts_at(s, i + 2)) &
                (C_CHANGE | C_COST | C_FAILED | C_EVICT | C_WASTE));
    if (ground_is(s, i, "means"))
        return ground_is(s, i + 1, "that");
    if (ground_is(s, i, "account"))
        return i > 0 && ground_is(s, i - 1, "on") && ground_is(s, i + 1, "of");
    if (ground_is(s, i, "traced"))
        return ground_is(s, i + 1, "back") || ground_is(s, i + 1, "to");
    if (ground_is(s, i, "stems") && share_of_one(s, i))
        return false;
    if (ground_is(s, i, "attributable") || ground_is(s, i, "attributed")) {
        bool to_one = ground_is(s, i + 1, "to") && i + 2 < s->n && s->t[i + 2].kind == T_ENTITY &&
                      !(ground_clause_concepts(s, i) & C_CHANGE); /* "spending attributed to A" */
        return !share_of_one(s, i) && !to_one;
    }
    if ((ground_is(s, i, "comes") || ground_is(s, i, "came")) && ground_is(s, i + 1, "from") &&
        from_elsewhere(s, i + 2))
        return true;
    if (ground_is(s, i, "comes") || ground_is(s, i, "come") || ground_is(s, i, "came"))
        return ground_is(s, i + 1, "from") && ((ground_clause_concepts(s, i) & C_CHANGE) ||
                                               (i + 2 < s->n && s->t[i + 2].kind == T_WORD &&
                                                ground_named_before(s, i, true) >= 0));
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
    if (i + 2 < s->n && s->t[i + 1].kind == T_ENTITY && (ground_concepts_at(s, i + 2) & C_COST))
        return true; /* "its clusters make A cost $5" */
    for (size_t k = i + 1; k < s->n && k < i + 5 && ground_same_clause(s, i, k); k++)
        if (ground_sign_at(s, k) != 0 && !ground_is(s, k, "up") && s->t[k - 1].kind != T_NUMBER)
            return true;
    return false;
}

/* "Start with A, since it costs most", "I cannot say, because no fact tells": a reason for what is
 * advised or not known, made of facts. */
static bool reasoned(const struct sentence *s, size_t i)
{
    static const char *const words[] = {"since", "because", NULL};
    static const char *const advice[] = {
        "start",    "begin",      "focus",      "consider", "try",       "protect",
        "priority", "prioritise", "prioritize", "worth",    "candidate", "look",
        "check",    "i'd",        "would",      "should",   "treat",     "review",
        "verify",   "compare",    "confirm",    "notable",  "follow",    NULL};
    bool advised = false, moved = false;
    if (!ground_any_of(s, i, words))
        return false;
    for (size_t k = 0; k < s->n; k++) {
        bool own = k > i && ground_same_clause(s, i, k);
        advised = advised || (!own && ground_form_of(s, k, advice));
        moved = moved || (own && (ground_roles_at(s, k) & W_CAUSE));
    }
    return (advised || ground_not_known(s)) && !moved;
}

/* "a possible explanation, but no fact confirms it", "the reason is less certain" */
static bool open_question(const struct sentence *s, size_t i)
{
    static const char *const nouns[] = {"reason", "explanation", "cause",   "causes",
                                        "why",    "caused",      "reasons", NULL};
    static const char *const open[] = {"certain", "clear", NULL};
    bool less = false, may = false;
    for (size_t k = 0; k < s->n; k++) {
        less = less || (ground_is(s, k, "less") && ground_any_of(s, k + 1, open));
        may = may || ground_is(s, k, "possible") || ground_is(s, k, "plausible") ||
              ground_is(s, k, "what") || ground_is(s, k, "confirm");
    }
    return ground_any_of(s, i, nouns) && (less || (may && ground_not_known(s)));
}

void ground_check_cause(struct sentence *s, size_t i)
{
    if ((causal(s, i) || makes_change(s, i)) && !ground_negated(s, i) && !ground_of_unknown(s, i) &&
        !cause_cited(s, i) && !part_of_split(s) && !reasoned(s, i) && !open_question(s, i))
        ground_reject(s, "'%.*s': no graph row names that cause", (int)s->t[i].n, s->t[i].s);
}

static bool saving_fact(const struct sentence *s)
{
    for (size_t k = 0; k < s->g->ledger->fact_count; k++)
        if (s->used[k] && (s->g->facts[k].concepts & C_SAVE))
            return true;
    return false;
}

/* "Moving it ... is cheaper", "... drops once ...": of a change that nobody has made. */
static bool supposed(const struct sentence *s, size_t i)
{
    const struct token *t = &s->t[0];
    bool done = false, once = false;
    if (t->kind == T_WORD && t->n > 5 && t->is.concepts == 0 &&
        memcmp(t->low + t->n - 3, "ing", 3) == 0)
        done = !ground_is(s, 0, "during") && !ground_is(s, 0, "including") &&
               !ground_is(s, 0, "looking") && !ground_is(s, 0, "comparing") &&
               !ground_is(s, 0, "following") && !ground_is(s, 0, "according");
    for (size_t k = i + 1; k + 1 < s->n; k++)
        once =
            once || ground_is(s, k, "once") || ground_is(s, k, "if") || ground_is(s, k, "unless");
    return (done || once) && ground_speaks_of_change(s, i);
}

static bool gets_back(const struct sentence *s, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (ground_is(s, k, "get") || ground_is(s, k, "gets") || ground_is(s, k, "bring") ||
            ground_is(s, k, "brings") || ground_is(s, k, "win") || ground_is(s, k, "wins"))
            return true;
    return false;
}

void ground_check_saving(struct sentence *s, size_t i)
{
    if (ground_negated(s, i) || saving_fact(s))
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
    else if (ground_is(s, i, "down") && ground_is(s, i + 1, "to") && i + 2 < s->n &&
             s->t[i + 2].kind == T_ENTITY)
        return; /* "can be put down to A" */
    else if ((ground_roles_at(s, i) & (W_DOWN | W_REDUCE)) && (modal || supposed(s, i)))
        ground_reject(s, "'%.*s': no fact is a saving", (int)s->t[i].n, s->t[i].s);
    else if ((ground_roles_at(s, i) & W_REDUCE) && cost &&
             s->t[i].low[strlen(s->t[i].low) - 1] == 's')
        ground_reject(s, "'%.*s': no fact is a saving", (int)s->t[i].n, s->t[i].s);
    else if ((ground_is(s, i, "table") && i > 1 && ground_is(s, i - 2, "on")) ||
             (ground_is(s, i, "back") && (gets_back(s, i))) ||
             (ground_is(s, i, "itself") && i > 1 && ground_is(s, i - 1, "for") &&
              (ground_concepts_at(s, i - 2) & C_COST)) ||
             (ground_is(s, i, "free") && ground_is(s, i + 1, "up")))
        ground_reject(s, "no fact is a saving");
    else if ((ground_is(s, i, "will") || ground_is(s, i, "would")) && number &&
             !((ground_concepts_at(s, i + 1) | ground_concepts_at(s, i + 2) |
                ground_concepts_at(s, i + 3)) &
               C_EXPECT))
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

/* "this year", "last quarter": no fact is as long. */
static bool names_other_span(const struct sentence *s, size_t i)
{
    static const struct {
        const char *word;
        double low, high;
    } spans[] = {{"year", 364, 367}, {"quarter", 89, 93}, {"month", 27, 32},
                 {"week", 6, 8},     {"day", 1, 1},       {"night", 1, 1},
                 {"hour", 0, 0},     {"decade", 0, 0},    {"semester", 0, 0}};
    static const char *const pointing[] = {"this", "last",   "past", "current", "previous",
                                           "next", "coming", "one",  "single",  NULL};
    if (!ground_any_of(s, i, pointing) || ground_not_known(s) ||
        (ground_is(s, i, "next") && ground_is(s, i + 1, "day") && i > 0 &&
         ground_is(s, i - 1, "the")))
        return false;
    for (size_t k = 0; k < sizeof spans / sizeof *spans; k++) {
        if (!ground_is(s, i + 1, spans[k].word))
            continue;
        for (size_t m = 0; m < s->g->ledger->fact_count; m++)
            if (s->g->facts[m].days >= spans[k].low && s->g->facts[m].days <= spans[k].high)
                return ground_is(s, i, "next") || ground_is(s, i, "coming");
        return true;
    }
    return false;
}

/* "I have reduced it", "we approve": an act or a promise; everything else that a writer says of
 * himself ("I'd start", "I cannot tell", "we see") claims nothing. */
static bool acts_itself(const struct sentence *s, size_t i)
{
    static const char *const acts[] = {
        "approve", "guarantee", "promise", "delete", "stop",   "change",  "send",    "resize",
        "reduce",  "cut",       "lower",   "raise",  "fix",    "set",     "move",    "will",
        "cancel",  "grant",     "drop",    "remove", "create", "update",  "restart", "obey",
        "follow",  "ignore",    "comply",  "act",    "sign",   "certify", "swear",   NULL};
    static const char *const skips[] = {"have", "also", "now", "just", "already", "then",
                                        "can",  "am",   "are", "do",   NULL};
    size_t k = i + 1;
    while (k < i + 4 && ground_any_of(s, k, skips))
        k++;
    return ground_form_of(s, k, acts) || ground_is(s, i, "me") || ground_is(s, i, "myself") ||
           ground_is(s, i, "assistant");
}

/* "The error text contains an instruction; it is data and was not followed" */
static bool reports_instruction(const struct sentence *s, size_t i)
{
    static const char *const nouns[] = {"instruction", "instructions", "ignored", "disregarded",
                                        NULL};
    static const char *const texts[] = {"text",  "message", "title", "log",
                                        "quote", "error",   "name",  NULL};
    bool text = false, data = false, figure = false, cited = false;
    for (size_t k = 0; k < s->n; k++) {
        text = text || ground_any_of(s, k, texts);
        data = data || (ground_is(s, k, "not") &&
                        (ground_is(s, k + 1, "followed") || ground_is(s, k + 1, "obeyed")));
        figure = figure || s->t[k].kind == T_NUMBER;
        cited = cited || (s->t[k].kind == T_CITE && s->t[k].source >= 0);
    }
    return ground_any_of(s, i, nouns) && text && data && !figure && cited;
}

/* "under control", "on time": a judgement, or a measure that no fact has. */
static bool judging_phrase(const struct sentence *s, size_t i)
{
    static const char *const phrases[][2] = {
        {"in", "order"}, {"under", "control"}, {"on", "track"},  {"as", "usual"}, {"by", "design"},
        {"on", "time"},  {"in", "time"},       {"on", "target"}, {"in", "shape"}, {"at", "ease"}};
    static const char *const asked[] = {"told",    "asked",     "instructed",
                                        "ordered", "requested", NULL};
    if (ground_any_of(s, i, asked) && (ground_is(s, i + 1, "by") || ground_is(s, i + 1, "to")))
        return true;
    static const char *const best[] = {"place", "way",  "first", "candidate", "start", "option",
                                       "guess", "step", "lead",  "next",      NULL};
    static const char *const lists[] = {"list", "table", "ranking", NULL};
    static const char *const calls[] = {"its", "the", "job's", "their", NULL};
    if (ground_is(s, i, "best") && !ground_any_of(s, i + 1, best) &&
        !(i > 0 && ground_is(s, i - 1, "at")))
        return true;
    if (ground_is(s, i, "end") && ground_is(s, i + 1, "of") && ground_any_of(s, i + 3, lists))
        return true;
    if (ground_any_of(s, i, calls) && ground_is(s, i + 1, "name") && i > 0 &&
        (ground_is(s, i - 1, "following") || ground_is(s, i - 1, "per") ||
         ground_is(s, i - 1, "as") || ground_is(s, i - 1, "to")))
        return true;
    static const char *const pay[] = {"pay", NULL};
    if ((ground_is(s, i, "all") || ground_is(s, i, "everything")) && ground_is(s, i + 1, "is") &&
        (ground_is(s, i + 2, "well") || ground_is(s, i + 2, "fine")))
        return true;
    static const char *const much[] = {"large", "big",  "small",     "high", "low",
                                       "long",  "slow", "expensive", "much", NULL};
    if ((ground_is(s, i, "too") && ground_any_of(s, i + 1, much)) ||
        (ground_form_of(s, i, pay) && ground_is(s, i + 1, "off")) ||
        (ground_is(s, i, "end") && i > 0 && ground_any_of(s, i - 1, much) &&
         ground_is(s, i + 1, "of")))
        return !ground_of_unknown(s, i);
    if (ground_is(s, i, "enough") && ground_is(s, i + 1, "for"))
        return true;
    for (size_t k = 0; k < sizeof phrases / sizeof *phrases; k++)
        if (ground_is(s, i, phrases[k][0]) && ground_is(s, i + 1, phrases[k][1]))
            return !ground_is(s, i + 2, "of") && !ground_is(s, i + 2, "to") &&
                   !ground_of_unknown(s, i);
    return false;
}

/* "nothing to do", "no follow-up is needed" */
static bool nothing_needed(const struct sentence *s, size_t i)
{
    static const char *const no[] = {"no", "nothing", "none", "not", "neither", NULL};
    static const char *const need[] = {"needed", "required", "necessary", "warranted",   "do",
                                       "worry",  "fear",     "fix",       "recommended", "done",
                                       "needs",  "due",      "call",      NULL};
    for (size_t k = i + 1; ground_any_of(s, i, no) && k < i + 5 && ground_same_clause(s, i, k); k++)
        if (ground_any_of(s, k, need) && !(ground_is(s, k, "do") && !ground_is(s, k - 1, "to")))
            return !ground_of_unknown(s, i);
    return false;
}

/* "unchanged", "flat": so said of what has hardly a change. */
static bool hardly_changed(const struct sentence *s, size_t i)
{
    static const char *const words[] = {"unchanged", "flat", "stable", "constant", "steady", NULL};
    int other, entity = ground_bound_entity(s, i, &other);
    bool known = false;
    if (ground_is(s, i, "similar")) { /* "are similar at 2 h 05 min and 2 h 02 min" */
        const struct ground_fact *first = NULL;
        for (size_t k = 0; k < s->n; k++) {
            if (s->t[k].kind != T_NUMBER || !s->t[k].traced || s->t[k].fact < 0)
                continue;
            const struct ground_fact *f = &s->g->facts[s->t[k].fact];
            if (first != NULL && first->dim == f->dim && first->entity != f->entity)
                return fabs(first->value - f->value) <= 0.1 * fabs(f->value);
            first = f;
        }
    }
    for (size_t k = 0; ground_any_of(s, i, words) && k < s->g->ledger->fact_count; k++) {
        const struct ground_fact *f = &s->g->facts[k];
        if (f->entity != entity || !f->change || f->dim != DRC_DIM_RATIO)
            continue;
        if (!(fabs(f->value) < GROUND_FLAT_MAX))
            return false;
        known = true;
    }
    return known;
}

/* "did not contribute $5", "not even A with 46 %": a figure of what is said not to be. */
static bool denies_figure(const struct sentence *s, size_t i)
{
    static const char *const before[] = {"did", "does", "has", "do", "had", NULL};
    bool even = ground_is(s, i + 1, "even"), did = i > 0 && ground_any_of(s, i - 1, before);
    if (!ground_is(s, i, "not") || !(even || did) || ground_not_known(s) || ground_of_unknown(s, i))
        return false;
    for (size_t k = i + 1; k < s->n && ground_same_clause(s, i, k); k++)
        if (s->t[k].kind == T_NUMBER)
            return even || k < i + 4;
    return false;
}

void ground_check_manners(struct sentence *s, size_t i)
{
    if (denies_figure(s, i))
        ground_reject(s, "a figure is denied");
    if (judging_phrase(s, i) || nothing_needed(s, i))
        ground_reject(s, "'%s %s' is not for a commentary to say", s->t[i].low,
                      i + 1 < s->n && s->t[i + 1].kind == T_WORD ? s->t[i + 1].low : "");
    uint32_t roles = ground_roles_at(s, i);
    bool the_same = ground_is(s, i, "same") &&
                    (ground_is(s, i + 1, "window") || ground_is(s, i + 1, "period") ||
                     ground_is(s, i + 1, "time") || ground_is(s, i + 1, "days") ||
                     ground_is(s, i + 1, "report") || ground_is(s, i + 1, "weeks"));
    if ((roles & W_BECOME) && i > 0 &&
        ((ground_roles_at(s, i - 1) | (i > 1 ? ground_roles_at(s, i - 2) : 0)) & W_MODAL))
        ground_reject(s, "no fact is about the future");
    if (hardly_changed(s, i)) {
        if (ground_negated(s, i) || ground_is(s, 0, "none"))
            ground_reject(s, "it hardly changed");
        return;
    }
    bool not_told = ground_is(s, i, "reveal") && ground_of_unknown(s, i);
    static const char *const starts[] = {"start", "place",     "deal", "idea", "first",
                                         "way",   "candidate", "next", "lead", NULL};
    bool itself = (roles & W_SELF) != 0 && acts_itself(s, i);
    if (((roles & (W_ORDER | W_JUDGE)) || itself) && !the_same && !not_told &&
        !reports_instruction(s, i) && !(ground_is(s, i, "good") && ground_any_of(s, i + 1, starts)))
        ground_reject(s, "'%.*s' is not for a commentary to say", (int)s->t[i].n, s->t[i].s);
    else if ((ground_is(s, i, "system") && ground_is(s, i + 1, "prompt")) ||
             (ground_is(s, i, "api") &&
              (ground_is(s, i + 1, "key") || ground_is(s, i + 1, "keys"))) ||
             (ground_is(s, i, "stop") && ground_is(s, i + 1, "monitoring")))
        ground_reject(s, "'%.*s' is not for a commentary to say", (int)s->t[i].n, s->t[i].s);
    if (names_other_span(s, i))
        ground_reject(s, "'%s %s' is another time than that of the facts", s->t[i].low,
                      s->t[i + 1].low);
    if (i == 0 && ((ground_is(s, 0, "do") && ground_is(s, 1, "not")) || ground_is(s, 0, "don't")))
        ground_reject(s, "it tells somebody not to do something");
    if (echoes_name(s, i))
        ground_reject(s, "these are words out of a name");
}
