/* Names, ids, dates, citations and addresses: only those of the ledger and of the sources that the
 * sentence cites. */
#include <ctype.h>
#include <string.h>

#include "drc/utf8.h"
#include "ground_inner.h"

/* ---- evidence ----------------------------------------------------------------------------- */

static bool inner_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* Whole words, without regard to case. */
static bool stands_in(const char *text, const char *needle, size_t n)
{
    for (size_t i = 0; text != NULL && text[i] != '\0'; i++)
        if (tolower((unsigned char)text[i]) == tolower((unsigned char)*needle) &&
            strncasecmp(text + i, needle, n) == 0 && (i == 0 || !inner_char(text[i - 1])) &&
            !inner_char(text[i + n]))
            return true;
    return false;
}

bool ground_sentence_cites(const struct sentence *s, const char *needle, size_t n)
{
    for (size_t k = 0; k < s->n; k++) {
        if (s->t[k].kind != T_CITE || s->t[k].source < 0)
            continue;
        const struct drc_ground_source *x = &s->g->ledger->sources[s->t[k].source];
        if (needle != NULL && s->g->tainted[s->t[k].source])
            continue;
        if (needle == NULL || stands_in(x->title, needle, n) || stands_in(x->text, needle, n))
            return true;
    }
    return false;
}

bool ground_source_says(const struct sentence *s, const char *needle, size_t n)
{
    for (size_t i = 0; i < s->g->ledger->source_count; i++) {
        const struct drc_ground_source *x = &s->g->ledger->sources[i];
        if (s->g->cited[i] && !s->g->tainted[i] &&
            (stands_in(x->title, needle, n) || stands_in(x->text, needle, n)))
            return true;
    }
    return false;
}

bool ground_known_word(const struct sentence *s, const char *word, size_t n)
{
    if (ground_source_says(s, word, n) ||
        (n > 3 && word[n - 1] == 's' && ground_source_says(s, word, n - 1)))
        return true;
    const char *plural = drc_arena_printf(s->g->a, "%.*ss", (int)n, word);
    if (n > 3 && ground_source_says(s, plural, n + 1))
        return true; /* "a pool", where the page is of pools */
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const struct drc_ground_fact *f = &s->g->ledger->facts[i];
        if (stands_in(f->metric, word, n) || stands_in(f->title, word, n))
            return true;
    }
    return false;
}

/* ---- the shape of a word ------------------------------------------------------------------ */

static bool has_digit(const struct token *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (isdigit((unsigned char)t->s[i]))
            return true;
    return false;
}

/* Greek, Cyrillic and what comes after: not letters of the names and words that we know. */
static bool foreign_letters(const struct token *t)
{
    unsigned cp;
    for (size_t i = 0; i < t->n;) {
        int step = drc_utf8_next(t->s + i, &cp);
        if (cp >= 0x370)
            return true;
        i += step > 0 ? (size_t)step : 1;
    }
    return false;
}

static bool ends_like_a_verb(const char *s, size_t n)
{
    static const char *const ends[] = {"ed", "ing", "ion", "able", "ment"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t len = strlen(ends[i]);
        if (n > len && strncmp(s + n - len, ends[i], len) == 0)
            return true;
    }
    return false;
}

/* "on-demand", "week-over-week", "memory-bound", "right-sizing": words of our own, no names. */
static bool hyphenated_word(const struct sentence *s, const struct token *t)
{
    bool joiner = false, known = true, prefix = false;
    size_t begin = 0;
    for (size_t i = 0; i <= t->n; i++) {
        if (i < t->n && t->s[i] != '-')
            continue;
        size_t n = i - begin;
        struct word_class w = ground_word(s->g, t->low + begin, n);
        bool last = i >= t->n;
        bool thing =
            last && (w.concepts & (C_ROWS | C_RUNS)) != 0 && strcmp(t->low + begin, "rate") != 0;
        joiner = joiner || ((w.roles & W_JOINER) && !thing);
        known = known && (w.concepts | w.roles) != 0 && !thing;
        prefix = begin == 0 ? (w.roles & W_PREFIX) != 0 : prefix;
        if (last && (w.roles & W_SUFFIX))
            return true;
        if (last && prefix && ends_like_a_verb(t->low + begin, n))
            return true;
        begin = i + 1;
    }
    return joiner && known;
}

static bool joined(const struct token *t)
{
    static const char *const fine[] = {"and/or", "n/a", "i/o", "e.g", "i.e", "24/7"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        if (strcmp(t->low, fine[i]) == 0)
            return false;
    for (size_t i = 0; i < t->n; i++)
        if (strchr("_./:@\\", t->s[i]) != NULL)
            return true;
    return false;
}

static bool begins_text(const struct sentence *s, size_t i)
{
    while (i > 0 && s->t[i - 1].kind == T_MARK && strchr("*\"'(", *s->t[i - 1].s) != NULL)
        i--;
    return i == 0 || (s->t[i - 1].kind == T_MARK && strchr(":|", *s->t[i - 1].s) != NULL);
}

/* Capital letters of a name: not at the beginning, and not of a word that is no name. */
static bool capital_name(const struct sentence *s, size_t i)
{
    const struct token *t = &s->t[i];
    bool first = isupper((unsigned char)t->s[0]) != 0, inner = false;
    for (size_t k = 1; k < t->n; k++)
        inner = inner || (isupper((unsigned char)t->s[k]) && t->s[k - 1] != '-');
    if ((!first && !inner) || t->n == 1)
        return false;
    if (t->is.roles & W_PROPER)
        return false;
    return inner || (!begins_text(s, i) && (t->is.concepts | t->is.roles) == 0);
}

/* One or two letters away from a name of the ledger. */
static const char *nearly_a_name(const struct sentence *s, const struct token *t)
{
    for (size_t i = 0; i < s->g->name_count; i++) { /* several words: as long a text from here */
        const struct ground_name *n = &s->g->names[i];
        size_t first = strcspn(n->text, " ");
        if (first < n->bytes && first == t->n && strncasecmp(n->text, t->s, first) == 0 &&
            strnlen(t->s, n->bytes + 1) >= n->bytes) {
            const char *same = drc_arena_strndup(s->g->a, t->s, n->bytes);
            if (drc_utf8_distance(n->text, same) <= 2)
                return n->text;
        }
    }
    if (t->n < 5 || (t->is.concepts | t->is.roles) != 0)
        return NULL;
    for (size_t i = 0; i < s->g->name_count; i++) {
        const struct ground_name *n = &s->g->names[i];
        size_t more = n->bytes > t->n ? n->bytes - t->n : t->n - n->bytes;
        bool ends = tolower((unsigned char)n->text[0]) == t->low[0] ||
                    tolower((unsigned char)n->text[n->bytes - 1]) == t->low[strlen(t->low) - 1];
        if (n->bytes >= 5 && more <= 2 && ends &&
            drc_utf8_distance(n->text, t->low) <= (n->bytes < 8 ? 1 : 2))
            return n->text;
    }
    return NULL;
}

bool ground_of_metric(const struct sentence *s, const struct token *t)
{
    size_t n = strspn(t->low, "0123456789");
    bool rank = n > 0 && strcmp(t->low + n, "th") == 0;
    n = rank ? n : strlen(t->low);
    for (size_t i = 0; i < s->g->ledger->fact_count; i++) {
        const char *metric = s->g->ledger->facts[i].metric;
        for (const char *p = metric; p != NULL && (p = strstr(p, rank ? "p" : t->low)) != NULL; p++)
            if (strncmp(p + rank, t->low, n) == 0 && !isalnum((unsigned char)p[rank + n]) &&
                (p == metric || !isalnum((unsigned char)p[-1])))
                return true;
    }
    return false;
}

/* Whether a word needs to be known: most words of a sentence do not. */
static bool looks_like_a_name(const struct sentence *s, size_t i)
{
    const struct token *t = &s->t[i];
    return (has_digit(t) && !(t->is.roles & W_ORDINAL)) || joined(t) ||
           (memchr(t->low, '-', strlen(t->low)) != NULL && !hyphenated_word(s, t)) ||
           capital_name(s, i) || (t->is.roles & W_WEEKDAY);
}

static void check_word(struct sentence *s, size_t i)
{
    const struct token *t = &s->t[i];
    const char *near;
    if (memchr(t->s, GROUND_FOREIGN_DIGIT[0], t->n) != NULL)
        ground_reject(s, "a digit is not written as 0 to 9");
    else if (foreign_letters(t))
        ground_reject(s, "'%.*s' has letters of another script", (int)t->n, t->s);
    else if ((near = nearly_a_name(s, t)) != NULL && !ground_known_word(s, t->s, strlen(t->low)))
        ground_reject(s, "'%.*s' is no name in the facts; is '%s' meant?", (int)t->n, t->s, near);
    else if (near == NULL && looks_like_a_name(s, i) &&
             !ground_known_word(s, t->s, strlen(t->low)) && !ground_of_metric(s, t))
        ground_reject(s, "'%.*s' is no name in the facts", (int)t->n, t->s);
}

/* ---- dates -------------------------------------------------------------------------------- */

static bool same_date(const struct ground_date *said, const struct ground_date *known)
{
    return said->month == known->month && said->day == known->day &&
           (said->year == 0 || known->year == 0 || said->year == known->year);
}

static bool date_known(const struct sentence *s, const struct ground_date *d)
{
    for (size_t i = 0; i < s->g->ledger->fact_count; i++)
        for (size_t k = 0; k < s->g->facts[i].date_count; k++)
            if (same_date(d, &s->g->facts[i].dates[k]))
                return true;
    for (size_t i = 0; i < s->g->ledger->source_count; i++) {
        struct ground_date dates[GROUND_DATES_MAX];
        const struct drc_ground_source *x = &s->g->ledger->sources[i];
        size_t n = ground_dates_of(s->g->a, x->title, dates);
        for (size_t k = 0; k < n; k++)
            if (same_date(d, &dates[k]))
                return true;
    }
    return false;
}

/* ---- quotes ------------------------------------------------------------------------------- */

/* What stands in quotes or backticks is a name: of the ledger, or words of a cited source. */
static size_t check_quoted(struct sentence *s, size_t i)
{
    char quote = *s->t[i].s;
    size_t end = i + 1;
    while (end < s->n && !(s->t[end].kind == T_MARK && *s->t[end].s == quote))
        end++;
    if (end >= s->n || end == i + 1)
        return i;
    const char *from = s->t[i].s + 1;
    size_t n = (size_t)(s->t[end].s - from);
    bool names = true;
    for (size_t k = i + 1; k < end; k++)
        names = names &&
                (s->t[k].kind == T_ENTITY || s->t[k].kind == T_NUMBER || s->t[k].kind == T_MARK);
    if (!names && !ground_known_word(s, from, n))
        ground_reject(s, "'%.*s' in quotes is no name in the facts", (int)n, from);
    return end;
}

/* A row of the graph that names an entity is not cited for another one, nor for what did not
 * happen. */
static void check_row(struct sentence *s, const struct token *t)
{
    const struct drc_ground_source *x = &s->g->ledger->sources[t->source];
    static const char *const general[] = {"change", "changed", "event", "recorded", "with", NULL};
    bool names = false, own = false, any = false, figure = false, no = false;
    size_t shared = 0;
    if (*x->id != 'G')
        return;
    for (size_t i = 0; i < s->g->name_count; i++) {
        const struct ground_name *n = &s->g->names[i];
        if (!stands_in(x->title, n->text, n->bytes) && !stands_in(x->text, n->text, n->bytes))
            continue;
        names = true;
        for (size_t k = 0; k < s->n; k++)
            own = own || (s->t[k].kind == T_ENTITY && s->t[k].entity == n->entity);
    }
    for (size_t k = 0; k < s->n; k++) {
        any = any || s->t[k].kind == T_ENTITY;
        shared += s->t[k].kind == T_WORD && s->t[k].n > 3 && !ground_any_of(s, k, general) &&
                  (stands_in(x->title, s->t[k].s, strlen(s->t[k].low)) ||
                   stands_in(x->text, s->t[k].s, strlen(s->t[k].low)));
        figure = figure || s->t[k].kind == T_NUMBER;
        no = no || ground_is(s, k, "not") || ground_is(s, k, "never") ||
             (s->t[k].kind == T_WORD && strlen(s->t[k].low) > 4 &&
              strcmp(s->t[k].low + strlen(s->t[k].low) - 3, "n't") == 0);
    }
    if (names && any && !own && shared > 1)
        ground_reject(s, "[%s] is about something else", x->id);
    if (no && !figure && !ground_not_known(s) && !stands_in(x->title, "not", 3) &&
        !stands_in(x->text, "not", 3) && !s->g->tainted[t->source])
        ground_reject(s, "[%s] does not say that it was not so", x->id);
}

void ground_check_names(struct sentence *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct token *t = &s->t[i];
        if (t->kind == T_LINK && !t->known)
            ground_reject(s, "the link or path '%.*s' is not one of the sources", (int)t->n, t->s);
        if (t->kind == T_CITE && t->fact < 0 && t->source < 0)
            ground_reject(s, "[%.*s] is no fact and no source", (int)t->n, t->s);
        if (t->kind == T_CITE && t->source >= 0)
            check_row(s, t);
        if (t->kind == T_WORD)
            check_word(s, i);
        for (size_t k = 0; t->kind == T_DATE && k < t->date_count; k++)
            if (!date_known(s, &t->dates[k]))
                ground_reject(s, "the date '%.*s' is in no fact", (int)t->n, t->s);
        if (t->kind != T_MARK)
            continue;
        if (*t->s == '{' || *t->s == '}')
            ground_reject(s, "a placeholder cannot be filled");
        if (strchr(GROUND_FOREIGN_CURRENCY "<>@#\\^=", *t->s) != NULL)
            ground_reject(s, "'%.*s' is not of the plain text that is allowed", 1,
                          *t->s > ' ' ? t->s : "?");
        if (*t->s == '"' || *t->s == '`')
            i = check_quoted(s, i);
    }
}
