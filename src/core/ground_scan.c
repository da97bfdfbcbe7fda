/* A sentence as tokens: names, citations, dates, numbers, addresses, words. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ground_inner.h"

/* ---- citations ---------------------------------------------------------------------------- */

static bool find_cited(const struct drc_ledger *l, const char *id, size_t n, struct token *t)
{
    t->fact = t->source = -1;
    for (size_t i = 0; i < l->fact_count; i++)
        if (strlen(l->facts[i].id) == n && strncmp(l->facts[i].id, id, n) == 0)
            t->fact = (int)i;
    for (size_t i = 0; i < l->source_count; i++)
        if (strlen(l->sources[i].id) == n && strncmp(l->sources[i].id, id, n) == 0)
            t->source = (int)i;
    return t->fact >= 0 || t->source >= 0;
}

/* "F3", "G12": letters, then digits. */
static bool id_shaped(const char *s, size_t n)
{
    size_t letters = 0;
    while (letters < n && isalpha((unsigned char)s[letters]))
        letters++;
    return letters > 0 && isupper((unsigned char)*s) && letters <= 3 && letters < n &&
           n - letters <= 4 && strspn(s + letters, "0123456789") >= n - letters;
}

/* "[F3]", "[F3, G1]", "(F3)": a token for each id. 0 where the brackets hold anything else. */
static size_t cites_at(const struct ground *g, const char *s, struct sentence *out)
{
    size_t count = out->n, i = 1;
    char close = *s == '[' ? ']' : ')';
    for (;;) {
        i += strspn(s + i, " ,;");
        if (s[i] == close)
            break;
        size_t n = strcspn(s + i, " ,;()[]\n");
        struct token *t = &out->t[out->n];
        *t = (struct token){.kind = T_CITE, .s = s + i, .n = n};
        if (n == 0 || (!find_cited(g->ledger, s + i, n, t) && !id_shaped(s + i, n))) {
            out->n = count;
            return 0;
        }
        out->n++;
        i += n;
    }
    return out->n > count ? i + 1 : 0;
}

/* ---- addresses ---------------------------------------------------------------------------- */

static size_t address_bytes(const char *s)
{
    return strcspn(s, " \t\n<>\"`|{}()[]");
}

static bool host_like(const char *s, size_t n)
{
    for (size_t i = 1; i + 2 < n; i++)
        if (s[i] == '.' && isalpha((unsigned char)s[i + 1]) && isalpha((unsigned char)s[i + 2]) &&
            isalnum((unsigned char)s[i - 1]))
            return true;
    return false;
}

/* Something that a reader could follow: URL, host, mail address, path, mention. */
static size_t link_at(const struct ground *g, const char *s, size_t at, bool *known)
{
    const char *p = s + at;
    size_t n = address_bytes(p);
    *known = false;
    for (size_t i = 0; i < g->ledger->source_count; i++) {
        const char *url = g->ledger->sources[i].url;
        size_t len = url == NULL ? 0 : strlen(url);
        if (len > 0 && strncmp(p, url, len) == 0 &&
            (len >= n || (strspn(p + len, ".,;:!?'*") == n - len))) {
            *known = true;
            return len;
        }
    }
    if (at > 0 && (isalnum((unsigned char)s[at - 1]) || s[at - 1] == '_'))
        return 0;
    if (*p == '<' && (p[1] == '@' || p[1] == '!' || p[1] == '#' || isalpha((unsigned char)p[1])))
        return 1 + strcspn(p + 1, ">\n");
    bool scheme = false, mail = false;
    size_t slashes = 0;
    for (size_t i = 0; i < n; i++) {
        scheme = scheme || strncmp(p + i, "://", 3) == 0;
        mail = mail || (p[i] == '@' && (i + 1 < n));
        slashes += p[i] == '/' || p[i] == '\\';
    }
    if (scheme || mail || strncasecmp(p, "www.", 4) == 0 || strncasecmp(p, "mailto:", 7) == 0)
        return n;
    if ((*p == '/' || *p == '~' || *p == '\\') && n > 1 && isalpha((unsigned char)p[1]))
        return n;
    if (slashes > 0 && host_like(p, n))
        return n;
    return 0;
}

/* ---- words -------------------------------------------------------------------------------- */

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80) || c == GROUND_FOREIGN_DIGIT[0];
}

static size_t word_bytes(const char *s)
{
    size_t n = 0;
    for (;;) {
        if (word_char(s[n]))
            n++;
        else if (n > 0 && s[n] != '\0' && strchr("-.'/:@\\", s[n]) != NULL && word_char(s[n + 1]))
            n++;
        else
            return n;
    }
}

static void take_word(const struct ground *g, struct token *t)
{
    size_t n = t->n;
    if (n > 2 && t->s[n - 2] == '\'' && tolower((unsigned char)t->s[n - 1]) == 's')
        n -= 2; /* "the job's cost" */
    t->low = drc_arena_strndup(g->a, t->s, n);
    for (size_t i = 0; i < n; i++)
        t->low[i] = (char)tolower((unsigned char)t->low[i]);
    t->is = ground_lemma(g, t->low, n);
    size_t head = strcspn(t->low, "-");
    if ((t->is.concepts | t->is.roles) == 0 && head < strlen(t->low)) /* "lowest-cost" */
        t->is.roles |= ground_word(g, t->low, head).roles & (W_MOST | W_LEAST);
    size_t digits = strspn(t->low, "0123456789"), end = strlen(t->low);
    if (digits > 0 && end == digits + 2 && strstr("st nd rd th", t->low + digits) != NULL)
        t->is.roles |= W_ORDINAL;
    static const char *const no[] = {"request", "suggest",  "harvest", "contest", "manifest",
                                     "invest",  "interest", "protest", "arrest"};
    bool degree =
        end > 5 && strcmp(t->low + end - 3, "est") == 0 && (t->is.concepts | t->is.roles) == 0;
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        degree = degree && strcmp(t->low, no[i]) != 0;
    t->is.roles |= degree ? W_MOST : 0; /* "strongest" */
}

/* "three", "twenty-seven", "half", "two thirds": a number in words. */
static const struct spelled {
    const char *word;
    double value;
    enum { SMALL, TENS, POWER, PART } kind;
} spelled[] = {
    {"zero", 0, SMALL},        {"two", 2, SMALL},         {"three", 3, SMALL},
    {"four", 4, SMALL},        {"five", 5, SMALL},        {"six", 6, SMALL},
    {"seven", 7, SMALL},       {"eight", 8, SMALL},       {"nine", 9, SMALL},
    {"ten", 10, SMALL},        {"eleven", 11, SMALL},     {"twelve", 12, SMALL},
    {"thirteen", 13, SMALL},   {"fourteen", 14, SMALL},   {"fifteen", 15, SMALL},
    {"sixteen", 16, SMALL},    {"seventeen", 17, SMALL},  {"eighteen", 18, SMALL},
    {"nineteen", 19, SMALL},   {"twenty", 20, TENS},      {"thirty", 30, TENS},
    {"forty", 40, TENS},       {"fifty", 50, TENS},       {"sixty", 60, TENS},
    {"seventy", 70, TENS},     {"eighty", 80, TENS},      {"ninety", 90, TENS},
    {"dozen", 12, POWER},      {"hundred", 100, POWER},   {"thousand", 1e3, POWER},
    {"million", 1e6, POWER},   {"billion", 1e9, POWER},   {"dozens", 12, POWER},
    {"hundreds", 100, POWER},  {"thousands", 1e3, POWER}, {"millions", 1e6, POWER},
    {"half", 0.5, PART},       {"quarter", 0.25, PART},   {"quarters", 0.25, PART},
    {"thirds", 1.0 / 3, PART}, {"fifths", 0.2, PART},     {"sixths", 1.0 / 6, PART},
    {"tenths", 0.1, PART},     {"eighths", 0.125, PART},  {"sevenths", 1.0 / 7, PART},
    {"ninths", 1.0 / 9, PART}, {"twentieth", 0.05, PART}, {"hundredth", 0.01, PART},
};
/* "one" counts only inside of a number; the others are parts behind "a", "one" or a number, and
 * ranks elsewhere. */
static const struct spelled parts[] = {
    {"one", 1, SMALL},        {"third", 1.0 / 3, PART},   {"fifth", 0.2, PART},
    {"sixth", 1.0 / 6, PART}, {"seventh", 1.0 / 7, PART}, {"eighth", 0.125, PART},
    {"ninth", 1.0 / 9, PART}, {"tenth", 0.1, PART},
};

static const struct spelled *spelled_at(const char *s, bool part_too, size_t *bytes)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (isalnum((unsigned char)s[n]) || s[n] == '_' || (s[n] & 0x80))
        return NULL;
    *bytes = n;
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++)
        if (strlen(spelled[i].word) == n && strncasecmp(s, spelled[i].word, n) == 0)
            return &spelled[i];
    for (size_t i = 0; part_too && i < sizeof parts / sizeof *parts; i++)
        if (strlen(parts[i].word) == n && strncasecmp(s, parts[i].word, n) == 0)
            return &parts[i];
    return NULL;
}

/* A unit behind the words: "five thousand dollars", "two hours". */
static size_t spelled_unit(const char *s, struct drc_ground_number *num)
{
    char text[40];
    struct drc_ground_number unit;
    size_t space = *s == ' ' || *s == '-', n;
    snprintf(text, sizeof text, "1 %.30s", s + space);
    n = drc_ground_number(text, &unit);
    if (n < 3 || !unit.written || unit.value <= 0 || unit.dim == DRC_DIM_FACTOR)
        return 0;
    for (const char *p = "\n.,;"; *p != '\0'; p++)
        if (memchr(text + 2, *p, n - 2) != NULL)
            return 0;
    num->dim = unit.dim;
    num->written = true;
    num->in_days = unit.in_days;
    num->value *= unit.value;
    num->half *= unit.value;
    num->exact = num->half;
    return space + n - 2;
}

/* Whether word w may follow a number so far that ends in `last`. */
static bool continues(const struct spelled *w, double last)
{
    return w->kind == POWER || w->kind == PART || (last >= 20 && w->value < last);
}

static size_t spelled_number(const char *s, bool after_article, struct drc_ground_number *num)
{
    double total = 0, now = 0, last = 0;
    size_t i = 0, n;
    const struct spelled *w = NULL;
    for (bool any = false;; any = true) {
        size_t gap = any && (s[i] == '-' || s[i] == ' ');
        if (any && gap == 0)
            break;
        gap += any && strncmp(s + i + gap, "and ", 4) == 0 ? 4 : 0;
        const struct spelled *next = spelled_at(s + i + gap, any || after_article, &n);
        if (next == NULL || (any && !continues(next, last)))
            break;
        w = next;
        i += gap + n;
        last = w->value;
        if (w->kind == POWER || w->kind == PART)
            now = (any && now > 0 ? now : 1) * w->value;
        else
            now += w->value;
        if (w->kind == POWER && w->value >= 1000) {
            total += now;
            now = 0;
        }
        if (w->kind == PART)
            break;
    }
    if (w == NULL)
        return 0;
    bool part = w->kind == PART;
    *num = (struct drc_ground_number){.value = total + now,
                                      .half = part ? 0.02 * now : 0.5,
                                      .exact = part ? 0.005 * now : 0.5,
                                      .spelled = true,
                                      .written = part,
                                      .digits = part ? 1 : 2,
                                      .dim = part ? DRC_DIM_RATIO : DRC_DIM_COUNT};
    return part ? i : i + spelled_unit(s + i, num);
}

/* ---- tokens ------------------------------------------------------------------------------- */

static bool after_article(const struct sentence *s)
{
    const struct token *t = s->n == 0 ? NULL : &s->t[s->n - 1];
    return t != NULL && t->kind == T_WORD &&
           (strcmp(t->low, "a") == 0 || strcmp(t->low, "one") == 0 || strcmp(t->low, "by") == 0);
}

static bool glued(const char *s, size_t at)
{
    return at > 0 && (word_char(s[at - 1]) ||
                      (strchr("./:@\\'", s[at - 1]) != NULL && at > 1 && word_char(s[at - 2])));
}

static size_t number_at(const struct sentence *sen, const char *s, size_t at,
                        struct drc_ground_number *num)
{
    size_t n = drc_ground_number(s + at, num);
    /* A dash between two figures is a range, not a sign. */
    if (n > 0 && num->sign < 0 && at > 0 && (isalnum((unsigned char)s[at - 1]) || s[at - 1] == '%'))
        return 0;
    if (n == 0)
        n = spelled_number(s + at, after_article(sen), num);
    /* "24xlarge", "10.0.0.1", "2024_11", "1122-334455" go on: no number. */
    if (n > 0 &&
        (word_char(s[at + n]) ||
         (s[at + n] != '\0' && strchr("/:@\\", s[at + n]) != NULL && word_char(s[at + n + 1]))))
        return 0;
    if (n > 0 && s[at + n] == '-' && isalpha((unsigned char)s[at + n + 1])) {
        struct word_class w = ground_word(sen->g, s + at + n + 1,
                                          strspn(s + at + n + 1, "abcdefghijklmnopqrstuvwxyz"));
        if ((w.concepts | w.roles) == 0)
            return 0;
    }
    return n;
}

static size_t token_at(const struct ground *g, const char *s, size_t at, struct sentence *out)
{
    struct token *t = &out->t[out->n];
    const char *p = s + at;
    bool in_quotes = at > 0 && (s[at - 1] == '"' || s[at - 1] == '`' || s[at - 1] == '\'');
    size_t n = *p == '[' || *p == '(' ? cites_at(g, p, out) : 0;
    if (n > 0)
        return n;
    *t = (struct token){.kind = T_MARK,
                        .s = p,
                        .n = 1,
                        .entity = -1,
                        .fact = -1,
                        .source = -1,
                        .quoted = in_quotes};
    if ((n = ground_name_at(g, s, at, in_quotes, &t->entity)) > 0) {
        t->kind = T_ENTITY;
    } else if ((n = link_at(g, s, at, &t->known)) > 0) {
        t->kind = T_LINK;
    } else if (!glued(s, at) && (n = ground_date_at(p, t->dates, &t->date_count)) > 0 &&
               !word_char(p[n])) {
        t->kind = T_DATE;
    } else if (!glued(s, at) && (n = number_at(out, s, at, &t->num)) > 0) {
        t->kind = T_NUMBER;
    } else if ((n = word_bytes(p)) > 0) {
        t->kind = T_WORD;
        t->n = n;
        take_word(g, t);
        if (id_shaped(p, n) && find_cited(g->ledger, p, n, t))
            t->kind = T_CITE;
    } else {
        n = 1;
    }
    t->n = n;
    out->n++;
    return n;
}

/* Clauses: figures speak of what stands in theirs. */
static void set_clauses(struct sentence *s)
{
    int clause = 0;
    bool told = false; /* a name or figure in this clause */
    for (size_t i = 0; i < s->n; i++) {
        struct token *t = &s->t[i];
        bool mark = t->kind == T_MARK && strchr(",;:()|/", *t->s) != NULL;
        bool word = t->kind == T_WORD && (t->is.roles & W_SPLIT) != 0;
        bool label = mark && *t->s == ':' && !told; /* "Total: $5" */
        told = (told && !mark && !word) || t->kind == T_NUMBER || t->kind == T_ENTITY;
        clause += (mark && !label) || word;
        t->clause = clause;
    }
}

/* "the latter", "the second is": the second one of the two entities named last. */
static void name_the_pair(struct sentence *s)
{
    static const char *const verbs[] = {"cost", "costs", "is",    "was",  "has",
                                        "had",  "ran",   "takes", "took", NULL};
    int pair[2] = {s->pair[0], s->pair[1]};
    for (size_t i = 0; i < s->n; i++) {
        struct token *t = &s->t[i];
        bool word = t->kind == T_WORD && i > 0 && s->t[i - 1].kind == T_WORD &&
                    strcmp(s->t[i - 1].low, "the") == 0;
        bool alone =
            word &&
            (ground_any_of(s, i + 1, verbs) ||
             (i + 1 < s->n && (s->t[i + 1].kind == T_MARK || s->t[i + 1].kind == T_NUMBER)));
        bool first =
            word && (strcmp(t->low, "former") == 0 || (alone && strcmp(t->low, "first") == 0));
        if (first ||
            (word && (strcmp(t->low, "latter") == 0 || (alone && strcmp(t->low, "second") == 0)))) {
            if (pair[0] < 0)
                continue;
            t->kind = T_ENTITY;
            t->entity = pair[first ? 0 : 1];
        } else if (t->kind == T_ENTITY && t->entity != pair[1]) {
            pair[0] = pair[1];
            pair[1] = t->entity;
        }
    }
}

void ground_scan(const struct ground *g, const char *s, size_t from, size_t to,
                 struct sentence *out)
{
    out->g = g;
    out->n = 0;
    out->text = s;
    if (out->room < to - from + 1) {
        out->room = to - from + 1;
        out->t = drc_arena_array(g->a, out->room, sizeof *out->t);
    }
    for (size_t at = from; at < to;) {
        if (s[at] == ' ' || s[at] == '\t')
            at++;
        else
            at += token_at(g, s, at, out);
    }
    set_clauses(out);
    name_the_pair(out);
}

/* ---- reading tokens ----------------------------------------------------------------------- */

bool ground_is(const struct sentence *s, size_t i, const char *low)
{
    return i < s->n && s->t[i].kind == T_WORD && *s->t[i].low == *low &&
           strcmp(s->t[i].low, low) == 0;
}

/* One of these bases up to NULL, with any ending: "adds", "adding", "added". */
bool ground_form_of(const struct sentence *s, size_t i, const char *const *bases)
{
    if (i >= s->n || s->t[i].kind != T_WORD)
        return false;
    for (; *bases != NULL; bases++)
        if (ground_is_form(s->t[i].low, *bases))
            return true;
    return false;
}

uint32_t ground_roles_at(const struct sentence *s, size_t i)
{
    return i < s->n && s->t[i].kind == T_WORD ? s->t[i].is.roles : 0;
}

/* "$5 a day": an article that means each. */
static bool means_each(const struct sentence *s, size_t k)
{
    static const char *const times[] = {"day", "week", "month", "year", "hour", "minute"};
    if (k == 0 || s->t[k - 1].kind != T_NUMBER || (!ground_is(s, k, "a") && !ground_is(s, k, "an")))
        return false;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (ground_is(s, k + 1, times[i]))
            return true;
    return false;
}

/* "A total of 15 evictions hit A": of A, not of the report. */
static bool a_total_of(const struct sentence *s, size_t i)
{
    bool named = false;
    static const char *const wholes[] = {"total", "combined", "overall", "aggregate", NULL};
    if (i > 0 && ground_is(s, i - 1, "a") && ground_any_of(s, i, wholes) && i + 2 < s->n &&
        s->t[i + 1].kind == T_WORD && (s->t[i + 1].is.concepts & C_COST) &&
        ground_is(s, i + 2, "of"))
        for (size_t k = 0; k < i; k++)
            if (s->t[k].kind == T_ENTITY)
                return true; /* "28 runs of A, with a combined cost of" */
    static const char *const sums[] = {"sum", "total", NULL};
    static const char *const over[] = {"of", "over", "across", "for", NULL};
    if (ground_any_of(s, i, sums) && ground_any_of(s, i + 1, over)) {
        size_t k = i + 2;
        while (ground_is(s, k, "all") || ground_is(s, k, "its") || ground_is(s, k, "the") ||
               (k < s->n && s->t[k].kind == T_NUMBER))
            k++;
        if (k > i + 2 && k < s->n && s->t[k].kind == T_WORD &&
            (s->t[k].is.concepts & (C_RUNS | C_ATTEMPT)) && s->carried >= 0)
            return true; /* "the sum over its 28 runs" */
    }
    if (i == 0 || !ground_is(s, i - 1, "a") || !ground_is(s, i, "total") ||
        !ground_is(s, i + 1, "of"))
        return false;
    for (size_t k = 0; k < s->n; k++)
        named = named || (s->t[k].kind == T_ENTITY && s->t[k].clause == s->t[i].clause);
    return named;
}

/* "lost a worker", "the lost spot nodes", "workers were lost": no waste. */
static bool loses_worker(const struct sentence *s, size_t i)
{
    static const char *const lose[] = {"lost", "lose", "loses", "losing", "loss", NULL};
    static const char *const what[] = {"worker", "node", "executor", "instance", "machine", NULL};
    for (size_t k = i + 1; ground_any_of(s, i, lose) && k < s->n && k < i + 5; k++)
        if (ground_form_of(s, k, what))
            return true;
    for (size_t k = i > 3 ? i - 3 : 0; ground_any_of(s, i, lose) && k < i; k++)
        if (ground_form_of(s, k, what) && ground_same_clause(s, i, k))
            return true;
    return false;
}

/* "was started 28 times" */
static bool started_often(const struct sentence *s, size_t i)
{
    static const char *const start[] = {"started",   "launched", "scheduled", "invoked",
                                        "triggered", "kicked",   NULL};
    for (size_t k = i + 1; ground_any_of(s, i, start) && k + 1 < s->n && k < i + 5; k++)
        if (s->t[k].kind == T_NUMBER && ground_is(s, k + 1, "times"))
            return true;
    return false;
}

/* The ledger has an expectation and no forecast: "the forecasted level" is that. */
static bool expected_only(const struct sentence *s)
{
    bool expected = false;
    for (size_t k = 0; k < s->g->ledger->fact_count; k++) {
        if (s->g->facts[k].concepts & C_FORECAST)
            return false;
        expected = expected || (s->g->facts[k].concepts & C_EXPECT);
    }
    return expected;
}

uint32_t ground_concepts_at(const struct sentence *s, size_t i)
{
    if (i >= s->n || s->t[i].kind != T_WORD)
        return 0;
    if (loses_worker(s, i))
        return C_EVICT | C_SPOT;
    if (started_often(s, i))
        return C_RUNS;
    if ((ground_is(s, i, "should") && ground_is(s, i + 1, "have")) ||
        (ground_is(s, i, "supposed") && ground_is(s, i + 1, "to")))
        return C_EXPECT;
    if (i + 1 < s->n && s->t[i + 1].kind == T_NUMBER && strcmp(s->t[i].low, "number") == 0)
        return C_RANK; /* "number 2 of 9" */
    if (a_total_of(s, i))
        return 0;
    if (ground_is(s, i, "price") &&
        (ground_is(s, i + 1, "tag") ||
         (ground_is(s, i + 1, "of") && i > 0 && ground_is(s, i - 1, "a"))))
        return C_COST;
    if ((s->t[i].is.concepts & C_FORECAST) && expected_only(s) &&
        !(i > 0 && (ground_is(s, i - 1, "is") || ground_is(s, i - 1, "are"))))
        return (s->t[i].is.concepts & ~(uint32_t)C_FORECAST) | C_EXPECT;
    if (ground_is(s, i, "together") && ground_is(s, i + 1, "with"))
        return 0; /* "goes together with a change" */
    uint32_t outcome = s->t[i].is.concepts & (C_FAILED | C_SUCCESS);
    if (outcome != 0 && i > 0 && ground_is(s, i - 1, "not"))
        return outcome ^ (C_FAILED | C_SUCCESS); /* "did not succeed" */
    uint32_t expect = i == 0 && strcmp(s->t[i].low, "expect") == 0 ? C_EXPECT : 0; /* you may */
    return (s->t[i].is.concepts & ~expect) | (means_each(s, i) ? (uint32_t)C_PER : 0);
}

bool ground_same_clause(const struct sentence *s, size_t i, size_t k)
{
    return k < s->n && s->t[i].clause == s->t[k].clause;
}

uint32_t ground_clause_concepts(const struct sentence *s, size_t i)
{
    uint32_t all = 0;
    for (size_t k = 0; k < s->n; k++)
        all |= ground_same_clause(s, i, k) ? ground_concepts_at(s, k) : 0;
    return all;
}
