/* Placeholders to figures and names. */
#include "drc/placeholder.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/utf8.h"

#define KEY_MAX_BYTES 120u

struct meaning {
    const char *text; /* NULL: there is none */
    bool figure;      /* of a fact */
    bool known;
};

static bool is_key(const char *name, const char *key, size_t n)
{
    return name != NULL && strlen(name) == n && strncmp(name, key, n) == 0;
}

/* An alias was given by us, an id or a name may look like anything: aliases go first. */
static const char *name_of(const struct drc_ledger *l, const char *key, size_t n)
{
    for (size_t i = 0; i < l->entity_count; i++)
        for (size_t k = 0; k < l->entities[i].alias_count; k++)
            if (is_key(l->entities[i].aliases[k], key, n))
                return l->entities[i].name;
    for (size_t i = 0; i < l->entity_count; i++)
        if (is_key(l->entities[i].id, key, n) || is_key(l->entities[i].name, key, n))
            return l->entities[i].name;
    return NULL;
}

/* A name with blanks in it is printed in quotes, so that nobody reads it as a part of the
 * sentence. */
static struct meaning meaning_of(struct drc_arena *a, const struct drc_ledger *l, const char *key,
                                 size_t n, bool quoted)
{
    for (size_t i = 0; i < l->fact_count; i++)
        if (is_key(l->facts[i].id, key, n))
            return (struct meaning){l->facts[i].display, true, !isnan(l->facts[i].value)};
    const char *name = name_of(l, key, n);
    if (name != NULL && !quoted && strchr(name, ' ') != NULL)
        name = drc_arena_printf(a, "\"%s\"", name);
    return (struct meaning){name, false, true};
}

/* ---- what stands beside it ---------------------------------------------------------------- */

struct unit_word {
    const char *word;
    enum drc_ground_dim dim;
    bool multiplies; /* of no unit: it changes the value */
    bool day;        /* a count may be one of days */
};
/* Longer ones first where one begins with another. */
static const struct unit_word unit_words[] = {
    {"percentage points", DRC_DIM_POINTS, false, false},
    {"percentage point", DRC_DIM_POINTS, false, false},
    {"percent", DRC_DIM_RATIO, false, false},
    {"per cent", DRC_DIM_RATIO, false, false},
    {"%", DRC_DIM_RATIO, false, false},
    {"pp", DRC_DIM_POINTS, false, false},
    {"US dollars", DRC_DIM_USD, false, false},
    {"dollars", DRC_DIM_USD, false, false},
    {"USD", DRC_DIM_USD, false, false},
    {"$", DRC_DIM_USD, false, false},
    {"hours", DRC_DIM_SECONDS, false, false},
    {"hour", DRC_DIM_SECONDS, false, false},
    {"minutes", DRC_DIM_SECONDS, false, false},
    {"minute", DRC_DIM_SECONDS, false, false},
    {"min", DRC_DIM_SECONDS, false, false},
    {"seconds", DRC_DIM_SECONDS, false, false},
    {"second", DRC_DIM_SECONDS, false, false},
    {"days", DRC_DIM_SECONDS, false, true},
    {"day", DRC_DIM_SECONDS, false, true},
    {"DBUs", DRC_DIM_DBU, false, false},
    {"DBU", DRC_DIM_DBU, false, false},
    {"hundred", DRC_DIM_COUNT, true, false},
    {"thousand", DRC_DIM_COUNT, true, false},
    {"million", DRC_DIM_COUNT, true, false},
    {"billion", DRC_DIM_COUNT, true, false},
    {"bn", DRC_DIM_COUNT, true, false},
    {"k", DRC_DIM_COUNT, true, false},
    {"M", DRC_DIM_COUNT, true, false},
};

/* Blanks of one line, those without a break too. */
static size_t blanks_at(const char *s)
{
    size_t i = 0;
    for (;;) {
        if (s[i] == ' ')
            i++;
        else if (strncmp(s + i, "\u00a0", 2) == 0)
            i += 2;
        else if (strncmp(s + i, "\u202f", 3) == 0 || strncmp(s + i, "\u2009", 3) == 0)
            i += 3;
        else
            return i;
    }
}

static const struct unit_word *unit_at(const char *s)
{
    for (size_t i = 0; i < sizeof unit_words / sizeof *unit_words; i++) {
        const struct unit_word *w = &unit_words[i];
        size_t n = strlen(w->word);
        /* letters of one case are a word of one case: "m" is none of ours */
        bool same = n > 2 ? strncasecmp(s, w->word, n) == 0 : strncmp(s, w->word, n) == 0;
        if (!same)
            continue;
        bool ends = isalpha((unsigned char)*w->word) ? !isalnum((unsigned char)s[n])
                                                     : s[n] != '{' && !isdigit((unsigned char)s[n]);
        if (ends)
            return w;
    }
    return NULL;
}

/* Bytes behind a printed figure that say its unit once more; -1: they say another one. */
static int doubled_behind(const char *display, const char *behind)
{
    struct drc_ground_number shown;
    size_t gap = blanks_at(behind);
    const struct unit_word *w = unit_at(behind + gap);
    if (w == NULL)
        return 0;
    if (w->multiplies)
        return -1;
    /* a minus sign of typography is not read here: it has no part in the unit */
    while (*display != '\0' && !isdigit((unsigned char)*display) && *display != '$')
        display++;
    bool written = drc_ground_number(display, &shown) > 0 && shown.written;
    if (written && shown.dim == w->dim)
        return (int)(gap + strlen(w->word));
    return written || !w->day ? -1 : 0;
}

/* A sign before the brace that the display begins with. */
static size_t doubled_before(const char *display, const char *text, const char *open)
{
    if (open == text || (open[-1] != '$' && open[-1] != '+') || open[-1] != *display)
        return 0;
    return 1;
}

/* Marks of typography that may touch a figure; dashes that read as a minus may not. */
static bool mark_before(const char *text, const char *at)
{
    static const char *const marks[] = {"\u2014", "\u201c", "\u2018", "\u2022",
                                        "\u202f", "\u2009", "\u2248", "\u00a0"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        if ((size_t)(at - text) >= n && strncmp(at - n, marks[i], n) == 0)
            return true;
    }
    return false;
}

static bool mark_behind(const char *at)
{
    static const char *const marks[] = {"\u2014", "\u201d", "\u2019", "\u2026",
                                        "\u202f", "\u2009", "\u00a0"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(at, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

/* What stands beside a placeholder must not become part of the figure or of the name. */
static bool stands_alone(const char *text, const char *from, const char *behind)
{
    unsigned char before = from == text ? ' ' : (unsigned char)from[-1];
    unsigned char after = (unsigned char)*behind;
    if (isalnum(before) || strchr("$_.+-{}%", before) != NULL)
        return false;
    if (before >= 0x80 && !mark_before(text, from))
        return false;
    if (isalnum(after) || after == '_' || after == '%' || after == '{' || after == '}')
        return false;
    if (after >= 0x80 && !mark_behind(behind))
        return false;
    return after == '\0' || strchr(".,:-/", after) == NULL || !isalnum((unsigned char)behind[1]);
}

/* ---- filling ------------------------------------------------------------------------------ */

static void fault(struct drc_placed *out, const char *key, const char *why)
{
    if (out->fault_count < DRC_PLACEHOLDER_FAULTS_MAX)
        out->faults[out->fault_count++] = (struct drc_placed_fault){key, why};
}

/* One placeholder at `p`; its end with what repeats its unit, or NULL where it stays. `b` ends with
 * what stands before it. */
static const char *fill_one(struct drc_arena *a, const struct drc_ledger *l, const char *text,
                            const char *p, struct drc_buf *b, struct drc_placed *out)
{
    size_t n = strcspn(p + 1, "{}\n");
    if (p[1 + n] == '{') {
        fault(out, "{", "a brace stands inside a brace");
        return NULL;
    }
    if (p[1 + n] != '}' || n == 0 || n > KEY_MAX_BYTES) {
        fault(out, "{", "a brace is not closed, or holds nothing that is an id");
        return NULL;
    }
    const char *key = drc_arena_strndup(a, p, n + 2), *end = p + n + 2;
    struct meaning m = meaning_of(a, l, p + 1, n, p > text && (p[-1] == '"' || p[-1] == '`'));
    if (m.text == NULL || !m.known) {
        fault(out, key,
              drc_arena_printf(a, m.text == NULL ? "there is no %s" : "%s is not known", key));
        return NULL;
    }
    size_t before = m.figure ? doubled_before(m.text, text, p) : 0;
    int behind = m.figure ? doubled_behind(m.text, end) : 0;
    if (behind < 0) {
        fault(out, key, drc_arena_printf(a, "%s (%s) is given another unit", key, m.text));
        return NULL;
    }
    if (!stands_alone(text, p - before, end + behind)) {
        fault(out, key, drc_arena_printf(a, "%s touches other characters", key));
        return NULL;
    }
    b->len -= before;
    drc_buf_addstr(b, m.text);
    out->filled++;
    return end + behind;
}

void drc_placeholder_fill(struct drc_arena *a, const struct drc_ledger *l, const char *text,
                          struct drc_placed *out)
{
    struct drc_buf b;
    *out = (struct drc_placed){.text = text};
    if (strlen(text) > DRC_GROUND_TEXT_MAX_BYTES) {
        fault(out, "", "the text is too long to be read");
        return;
    }
    drc_buf_init(&b, DRC_GROUND_TEXT_MAX_BYTES);
    for (const char *p = text; *p != '\0';) {
        const char *end = *p == '{' ? fill_one(a, l, text, p, &b, out) : NULL;
        if (end != NULL) {
            p = end;
            continue;
        }
        size_t stays = *p == '{' ? strcspn(p + 1, "{}\n") : 0; /* its own end is no fault */
        if (*p == '{' && p[1 + stays] == '}') {
            drc_buf_add(&b, p, stays + 2);
            p += stays + 2;
            continue;
        }
        if (*p == '}')
            fault(out, "}", "a brace is not open");
        drc_buf_addch(&b, *p++);
    }
    if (b.overflow)
        fault(out, "", "the text is too long once it is filled");
    else
        out->text = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
}
