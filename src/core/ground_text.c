/* The text before it is read: characters that look alike made the same, cut into sentences. */
#include <ctype.h>
#include <string.h>

#include "drc/utf8.h"
#include "ground_inner.h"

/* ---- characters --------------------------------------------------------------------------- */

static bool between(unsigned cp, unsigned first, unsigned last)
{
    return cp >= first && cp <= last;
}

/* The same in ASCII; NULL: it stays as it is. */
static const char *plain(unsigned cp, char before)
{
    if (cp == 0xa0 || between(cp, 0x2000, 0x200a) || cp == 0x202f || cp == 0x205f || cp == 0x3000)
        return " ";
    if (cp == 0x2013)
        return before == ' ' ? ";" : "-";
    if (cp == 0x2014 || cp == 0x2015 || cp == 0xb7)
        return ";";
    if (between(cp, 0x2010, 0x2012) || cp == 0x2212 || cp == 0xfe58 || cp == 0xfe63)
        return "-";
    if (between(cp, 0x2018, 0x201b) || cp == 0x2032 || cp == 0x2bc)
        return "'";
    if (between(cp, 0x201c, 0x201f) || cp == 0xab || cp == 0xbb || cp == 0x2033)
        return "\"";
    if (cp == 0x2022 || cp == 0x2023 || cp == 0x2043 || cp == 0x25aa || cp == 0x25cf)
        return "*";
    if (cp == 0xa2 || cp == 0xa3 || cp == 0xa5 || between(cp, 0x20a0, 0x20cf))
        return GROUND_FOREIGN_CURRENCY;
    if (cp == 0x2192 || cp == 0x21d2 || cp == 0x27f6)
        return " to ";
    if (cp == 0x2248 || cp == 0x223c)
        return "~";
    if (cp == 0x2264 || cp == 0x2265)
        return cp == 0x2264 ? "under " : "over ";
    if (cp == 0xad || cp == 0x20e3 || between(cp, 0xfe00, 0xfe0f))
        return "";
    if (cp == 0xd7)
        return "x";
    if (cp == 0x2026)
        return ".";
    return cp >= 0x80 && drc_utf8_digit(cp) ? GROUND_FOREIGN_DIGIT : NULL;
}

void ground_normalise(struct drc_arena *a, const char *text, struct ground_text *out)
{
    size_t bytes = strlen(text), n = 0;
    size_t most = 7 * bytes + 1; /* "number " stands for one byte */
    out->s = drc_arena_alloc(a, most);
    out->offset = drc_arena_array(a, most, sizeof *out->offset);
    for (size_t i = 0; i < bytes;) {
        unsigned cp;
        char full[2] = "";
        size_t step = (size_t)drc_utf8_next(text + i, &cp);
        const char *same = plain(cp, n == 0 ? ' ' : out->s[n - 1]);
        size_t len = step;
        if (between(cp, 0xff01, 0xff5e)) {
            full[0] = (char)(cp - 0xfee0);
            same = full;
        }
        if (cp == '#' && isdigit((unsigned char)text[i + 1])) { /* "#1 by cost" */
            same = "number ";
        }
        if (same == NULL)
            same = text + i;
        else
            len = strlen(same);
        for (size_t k = 0; k < len; k++) {
            out->offset[n] = (uint32_t)i;
            out->s[n++] = same[k];
        }
        i += step;
    }
    out->s[n] = '\0';
    out->offset[n] = (uint32_t)bytes;
    out->bytes = n;
}

/* ---- tables ------------------------------------------------------------------------------- */

#define COLUMNS_MAX 12
#define HEAD_MAX_BYTES 40u

/* "|---|--:|" */
static bool is_rule(const char *line, size_t n)
{
    size_t dashes = 0;
    for (size_t i = 0; i < n; i++) {
        if (strchr("|-: \t", line[i]) == NULL)
            return false;
        dashes += line[i] == '-';
    }
    return dashes > 2;
}

static size_t line_bytes(const char *s)
{
    return strcspn(s, "\n");
}

struct head {
    const char *s;
    size_t n;
};

/* The cells of a line that begins with a bar. */
static size_t cells_of(const char *line, size_t n, struct head *out)
{
    size_t count = 0, i = 1;
    while (i < n && count < COLUMNS_MAX) {
        size_t end = i;
        while (end < n && line[end] != '|')
            end++;
        size_t from = i + strspn(line + i, " *"), to = end;
        while (to > from && strchr(" *", line[to - 1]) != NULL)
            to--;
        from = from < to ? from : to;
        out[count++] = (struct head){line + from, to - from > HEAD_MAX_BYTES ? 0 : to - from};
        i = end + 1;
    }
    return count;
}

static void put(struct ground_text *t, const char *s, size_t n, uint32_t from)
{
    for (size_t i = 0; i < n; i++) {
        t->offset[t->bytes] = from;
        t->s[t->bytes++] = s[i];
    }
}

/* Each cell behind the first with its head: "| A | Before: $5 | Now: $7 |". */
static void put_row(struct ground_text *to, const struct ground_text *t, size_t at, size_t n,
                    const struct head *heads, size_t count)
{
    size_t column = 0;
    for (size_t i = at; i < at + n; i++) {
        put(to, t->s + i, 1, t->offset[i]);
        if (t->s[i] != '|' || i + 1 == at + n)
            continue;
        bool digits = false;
        for (size_t k = i + 1; k < at + n && t->s[k] != '|'; k++)
            digits = digits || isdigit((unsigned char)t->s[k]);
        if (column > 0 && column < count && heads[column].n > 0 && digits) {
            put(to, " ", 1, t->offset[i]);
            put(to, heads[column].s, heads[column].n, t->offset[i]);
            put(to, ":", 1, t->offset[i]);
        }
        column++;
    }
}

void ground_name_columns(struct drc_arena *a, struct ground_text *t)
{
    if (strstr(t->s, "|-") == NULL && strstr(t->s, "| -") == NULL && strstr(t->s, "|:") == NULL)
        return;
    struct head heads[COLUMNS_MAX];
    struct ground_text to = {.bytes = 0};
    size_t bars = 0, count = 0;
    for (size_t i = 0; i < t->bytes; i++)
        bars += t->s[i] == '|';
    size_t most = t->bytes + bars * (HEAD_MAX_BYTES + 2) + 1;
    to.s = drc_arena_alloc(a, most);
    to.offset = drc_arena_array(a, most, sizeof *to.offset);
    for (size_t at = 0; at < t->bytes;) {
        size_t n = line_bytes(t->s + at), next = at + n + 1;
        bool bar = t->s[at] == '|';
        bool head = bar && t->s[at + n] == '\n' && t->s[next] == '|' &&
                    is_rule(t->s + next, line_bytes(t->s + next));
        if (head)
            count = cells_of(t->s + at, n, heads);
        else if (!bar)
            count = 0;
        put_row(&to, t, at, n, heads, bar && !head ? count : 0);
        if (t->s[at + n] == '\n')
            put(&to, "\n", 1, t->offset[at + n]);
        at = next;
    }
    to.s[to.bytes] = '\0';
    to.offset[to.bytes] = t->offset[t->bytes];
    *t = to;
}

/* ---- sentences ---------------------------------------------------------------------------- */

/* Bytes of list marks and white space before the first word of a line. */
static size_t marks_at(const char *s)
{
    size_t i = strspn(s, " \t\n");
    for (;;) {
        size_t digits = strspn(s + i, "0123456789");
        if (s[i] != '\0' && strchr("-*>#", s[i]) != NULL && (s[i + 1] == ' ' || s[i + 1] == s[i]))
            i += 1;
        else if (digits > 0 && digits < 3 && (s[i + digits] == '.' || s[i + digits] == ')') &&
                 s[i + digits + 1] == ' ')
            i += digits + 1;
        else
            return i;
        i += strspn(s + i, " \t\n");
    }
}

static bool abbreviated(const char *s, size_t dot)
{
    static const char *const list[] = {"e.g", "i.e", "vs", "approx", "ca", "etc", "no", "incl"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t n = strlen(list[i]);
        if (dot >= n && strncasecmp(s + dot - n, list[i], n) == 0 &&
            (dot == n || !isalpha((unsigned char)s[dot - n - 1])))
            return true;
    }
    return false;
}

/* Behind the full stop: citations in brackets still belong to the sentence. */
static size_t with_citations(const char *s, size_t i)
{
    for (;;) {
        size_t k = i + strspn(s + i, " ");
        size_t n = s[k] == '[' ? strcspn(s + k, "]\n") : 0;
        if (n < 2 || n > 40 || s[k + n] != ']')
            return i;
        i = k + n + 1;
        i += strspn(s + i, ".");
    }
}

size_t ground_sentence_end(const struct ground *g, const char *s, size_t at, size_t *skip)
{
    *skip = at + marks_at(s + at);
    size_t i = *skip;
    while (s[i] != '\0' && s[i] != '\n') {
        int entity;
        size_t name = ground_name_at(g, s, i, false, &entity);
        if (name > 0) {
            i += name;
            continue;
        }
        bool stop = s[i] == '!' || s[i] == '?' || (s[i] == '.' && !abbreviated(s, i));
        i++;
        i += stop ? strspn(s + i, ".!?\"')*") : 0;
        if (stop && (s[i] == ' ' || s[i] == '\0' || s[i] == '\n'))
            return with_citations(s, i);
    }
    return i;
}
