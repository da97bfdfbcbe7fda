/* The first gate for model text: literal only. A figure or a name that does not stand in the
 * context letter by letter is not posted. Strict on purpose; it lets through little, and nothing
 * that was made up. */
#include <ctype.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/utf8.h"

#define EVIDENCE_MAX_BYTES (256u * 1024u)

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* A token: letters, digits and the marks that stand inside names and numbers, when something
 * follows them. */
static size_t token_length(const char *p)
{
    size_t n = 0;
    for (;;) {
        if (is_word(p[n])) {
            n++;
        } else if (n > 0 && p[n] != '\0' && strchr(".,-:/@", p[n]) != NULL && is_word(p[n + 1])) {
            n += 1;
        } else {
            return n;
        }
    }
}

/* Digits of any script, fractions and powers count: "½", "²", "１２". */
static bool has_digit(const char *s, size_t n)
{
    unsigned cp;
    for (size_t i = 0; i < n; i += (size_t)drc_utf8_next(s + i, &cp))
        if (isdigit((unsigned char)s[i]) || (drc_utf8_next(s + i, &cp) > 1 && drc_utf8_digit(cp)))
            return true;
    return false;
}

/* Snake, kebab, dotted or otherwise joined: the shape of an id, a host, a table, an instance type.
 */
static bool is_name_shaped(const char *s, size_t n)
{
    size_t joins = 0;
    for (size_t i = 1; i + 1 < n; i++)
        joins += strchr("_-./:@", s[i]) != NULL && s[i] != '\0';
    bool kebab_word = joins > 0 && memchr(s, '_', n) == NULL && memchr(s, '.', n) == NULL &&
                      memchr(s, '/', n) == NULL && memchr(s, ':', n) == NULL &&
                      memchr(s, '@', n) == NULL;
    return joins > 0 && (!kebab_word || joins > 1); /* "on-demand" is a word, "a-b-c" a name */
}

static bool stands_in(const char *evidence, const char *token, size_t n)
{
    for (const char *p = evidence; (p = strchr(p, *token)) != NULL; p++) {
        if (strncmp(p, token, n) != 0)
            continue;
        bool left = p == evidence || !is_word(p[-1]);
        /* "18" must not match inside "18,240" or "0.18". */
        bool right = !is_word(p[n]) && !(strchr(",.", p[n]) != NULL && p[n] != '\0' &&
                                         isdigit((unsigned char)p[n + 1]));
        bool tail =
            p > evidence + 1 && strchr(",.", p[-1]) != NULL && isdigit((unsigned char)p[-2]);
        if (left && right && !tail)
            return true;
    }
    return false;
}

static void add_evidence(struct drc_buf *b, const struct drc_context *c)
{
    char text[40];
    const struct drc_result *res = c->result;
    for (size_t i = 0; i < c->fact_count; i++)
        drc_buf_printf(b, "%s %s %s %s %s\n", c->facts[i].id,
                       c->facts[i].known ? c->facts[i].display : "", c->facts[i].title,
                       c->facts[i].entity == NULL ? "" : c->facts[i].entity, c->facts[i].period);
    for (size_t i = 0; i < c->passage_count; i++)
        drc_buf_printf(b, "%s %s %s %s\n", c->passages[i].id, c->passages[i].title,
                       c->passages[i].section, c->passages[i].text);
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct drc_edge *e = &c->edges[i];
        drc_buf_printf(b, "%s %s %s", e->id, e->title, e->label);
        if (e->at_ms != 0)
            drc_buf_printf(b, " %.10s %s", drc_time_iso(e->at_ms, text), text);
        drc_buf_addch(b, '\n');
    }
    drc_buf_printf(b, "%s %s %s\n", c->selection.entity_id, c->selection.label, res->report->title);
    drc_buf_printf(b, "%s\n", drc_date_range(res->first_day, res->params.as_of_day, text));
    drc_buf_printf(b, "%s ", drc_date_iso(res->first_day, text));
    drc_buf_printf(b, "%s\n", drc_date_iso(res->params.as_of_day, text));
}

/* Number words are not checked letter by letter, so not let through. */
static const char *spelled_number(const char *text)
{
    static const char *const words[] = {
        "half",    "third", "quarter", "double",   "doubled", "twice",   "triple",
        "tripled", "dozen", "hundred", "thousand", "million", "billion", "percent",
        "two",     "three", "four",    "five",     "six",     "seven",   "eight",
        "nine",    "ten",   "eleven",  "twelve",   "twenty",  "thirty",  "forty",
        "fifty",   "sixty", "seventy", "eighty",   "ninety"};
    for (const char *p = text; *p != '\0';) {
        size_t n = token_length(p);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strlen(words[i]) == n && strncasecmp(p, words[i], n) == 0)
                return words[i];
        p += n > 0 ? n : 1;
    }
    return NULL;
}

static const char *first_foreign(struct drc_arena *a, const char *evidence, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        size_t n = token_length(p);
        if (n == 0) {
            p++;
            continue;
        }
        if ((has_digit(p, n) || is_name_shaped(p, n)) && !stands_in(evidence, p, n))
            return drc_arena_strndup(a, p, n);
        p += n;
    }
    return NULL;
}

bool drc_answer_literal(struct drc_arena *a, const struct drc_context *c, const char *text,
                        const char **why)
{
    struct drc_buf b;
    drc_buf_init(&b, EVIDENCE_MAX_BYTES);
    add_evidence(&b, c);
    *why = first_foreign(a, drc_buf_str(&b), text);
    if (*why == NULL)
        *why = spelled_number(text);
    drc_buf_fini(&b);
    return *why == NULL;
}
