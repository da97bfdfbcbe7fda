/* Cuts pages into passages. A passage is a piece of the page's own text: it ends after a word,
 * where possible after a sentence, an item or a paragraph. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "drc/corpus.h"

#define PREFIX_PIECES_MAX 60 /* what a long title may take of a passage */
#define BYTES_PER_PIECE 16   /* at most: a word that the model does not know is one piece */
#define WORD_BYTES_MAX 1024  /* longer runs without a blank are cut anywhere */

struct cutter {
    struct drc_arena *a;
    const struct drc_page *page;
    const struct drc_minilm *m;
    struct drc_chunks *out;
    const char *heading;
    int ordinal;
};

static size_t pieces(const struct cutter *k, const char *text, size_t bytes)
{
    size_t n = k->m == NULL ? (bytes + 3) / 4 : drc_minilm_pieces(k->m, text, bytes);
    return n > bytes / BYTES_PER_PIECE ? n : bytes / BYTES_PER_PIECE;
}

size_t drc_heading_split(struct drc_arena *a, const char *heading, const char **anchor)
{
    size_t bytes = strlen(heading);
    const char *open = NULL;
    for (const char *p = heading; (p = strstr(p, " {#")) != NULL; p += 3)
        open = p;
    *anchor = "";
    if (open == NULL || heading[bytes - 1] != '}' || open + 4 >= heading + bytes)
        return bytes;
    const char *name = drc_arena_strndup(a, open + 3, (size_t)(heading + bytes - open) - 4);
    for (const char *p = name; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && strchr("-._~!$&'()*+,;=:@/?%", *p) == NULL)
            return bytes;
    *anchor = name;
    return (size_t)(open - heading);
}

static const char *prefix(const struct cutter *k)
{
    if (*k->heading == '\0')
        return drc_arena_printf(k->a, "%s\n", k->page->title);
    const char *anchor;
    int words = (int)drc_heading_split(k->a, k->heading, &anchor);
    return drc_arena_printf(k->a, "%s\n%.*s\n", k->page->title, words, k->heading);
}

static void emit(struct cutter *k, const char *text, const char *indexed, bool asked)
{
    struct drc_chunks *out = k->out;
    if (out->count == out->cap) {
        size_t cap = out->cap == 0 ? 256 : out->cap * 2;
        struct drc_chunk *bigger = drc_arena_array(k->a, cap, sizeof *bigger);
        if (out->count > 0)
            memcpy(bigger, out->chunks, out->count * sizeof *bigger);
        out->chunks = bigger;
        out->cap = cap;
    }
    out->chunks[out->count++] = (struct drc_chunk){
        .page = k->page,
        .ordinal = k->ordinal++,
        .heading = asked ? "" : k->heading,
        .text = text,
        .indexed = drc_arena_printf(k->a, "%s%s", prefix(k), indexed),
        .asked = asked,
    };
}

static void emit_text(struct cutter *k, const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    if (from < to) {
        const char *text = drc_arena_strndup(k->a, from, (size_t)(to - from));
        emit(k, text, text, false);
    }
}

/* Past the next word; a run without blanks ends after WORD_BYTES_MAX, never inside a character. */
static const char *word_end(const char *p, const char *end)
{
    while (p < end && isspace((unsigned char)*p))
        p++;
    const char *start = p;
    while (p < end && !isspace((unsigned char)*p) && p - start < WORD_BYTES_MAX)
        p++;
    while (p < end && ((unsigned char)*p & 0xc0) == 0x80)
        p++;
    return p;
}

/* How good it is to cut here: 2 a paragraph or an item ends, 1 a sentence, 0 a word. */
static int break_after(const char *p, const char *end)
{
    size_t blank = 0, lines = 0;
    while (p + blank < end && isspace((unsigned char)p[blank]))
        lines += p[blank++] == '\n';
    const char *next = p + blank;
    if (lines >= 2 || next == end)
        return 2;
    size_t digits = 0;
    while (next + digits < end && isdigit((unsigned char)next[digits]))
        digits++;
    bool item = next + 1 < end && strchr("-*+", *next) != NULL && next[1] == ' ';
    bool numbered = digits > 0 && next + digits < end && next[digits] == '.';
    if (lines == 1 && (item || numbered))
        return 2;
    return strchr(".!?:", p[-1]) != NULL ? 1 : 0;
}

/* Where the passage that begins at `from` ends: the last good place within the budget, unless that
 * leaves more than half of it unused. */
static const char *passage_end(const struct cutter *k, const char *from, const char *end,
                               size_t budget)
{
    const char *at[3] = {NULL, NULL, NULL};
    size_t used_at[3] = {0, 0, 0}, used = 0;
    for (const char *p = from; p < end;) {
        const char *next = word_end(p, end);
        used += pieces(k, p, (size_t)(next - p));
        if (used > budget && p > from)
            break;
        int quality = break_after(next, end);
        at[quality] = next;
        used_at[quality] = used;
        if (next == end || next + strspn(next, " \t\r\n") >= end)
            return end;
        p = next;
    }
    for (int quality = 2; quality > 0; quality--)
        if (used_at[quality] * 2 >= budget)
            return at[quality];
    const char *last = NULL;
    for (int quality = 0; quality < 3; quality++)
        last = at[quality] > last ? at[quality] : last;
    return last;
}

static size_t budget_of(const struct cutter *k)
{
    const char *before = prefix(k);
    size_t taken = pieces(k, before, strlen(before));
    return DRC_CHUNK_PIECES - (taken < PREFIX_PIECES_MAX ? taken : PREFIX_PIECES_MAX);
}

static void cut_section(struct cutter *k, const char *from, const char *end)
{
    size_t budget = budget_of(k);
    while (from < end) {
        const char *to = passage_end(k, from, end, budget);
        emit_text(k, from, to);
        from = to;
    }
}

/* "## Text" gives the text, with its bytes; NULL for any other line. */
static const char *heading_of(const char *line, size_t bytes, size_t *out_bytes)
{
    size_t marks = 0;
    while (marks < bytes && marks < 7 && line[marks] == '#')
        marks++;
    if (marks == 0 || marks == 7 || marks == bytes || line[marks] != ' ')
        return NULL;
    const char *text = line + marks, *end = line + bytes;
    while (text < end && isspace((unsigned char)*text))
        text++;
    while (end > text && (isspace((unsigned char)end[-1]) || end[-1] == '#'))
        end--;
    *out_bytes = (size_t)(end - text);
    return text;
}

static bool is_fence(const char *line, size_t bytes)
{
    return bytes >= 3 && (strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0);
}

/* What people ask, and the words of errors, as passages of their own: close to a question, and they
 * do not make the page's own text look like something else. What is shown is the page's first. */
static void cut_asked(struct cutter *k, const char *shown)
{
    k->heading = "";
    size_t budget = budget_of(k), used = 0;
    const char *text = "";
    for (size_t i = 0; i < k->page->asked_count + k->page->signal_count; i++) {
        const struct drc_signal *s =
            i < k->page->asked_count ? NULL : &k->page->signals[i - k->page->asked_count];
        if (s != NULL && s->kind != DRC_SIGNAL_ERROR)
            continue;
        const char *line = s == NULL ? k->page->asked[i] : s->text;
        size_t n = pieces(k, line, strlen(line));
        if (used > 0 && used + n > budget) {
            emit(k, shown, text, true);
            text = "";
            used = 0;
        }
        text = drc_arena_printf(k->a, "%s%s\n", text, line);
        used += n;
    }
    if (used > 0)
        emit(k, shown, text, true);
}

void drc_chunk_page(struct drc_arena *a, const struct drc_page *page, const struct drc_minilm *m,
                    struct drc_chunks *out)
{
    struct cutter k = {.a = a, .page = page, .m = m, .out = out, .heading = ""};
    size_t first = out->count;
    bool fenced = false;
    const char *from = page->body;
    for (const char *line = page->body; *line != '\0';) {
        size_t n = strcspn(line, "\n"), bytes = 0;
        const char *text = fenced ? NULL : heading_of(line, n, &bytes);
        fenced ^= is_fence(line, n);
        if (text != NULL) {
            cut_section(&k, from, line);
            k.heading = drc_arena_strndup(a, text, bytes);
        }
        line += n + (line[n] == '\n');
        from = text != NULL ? line : from;
    }
    cut_section(&k, from, from + strlen(from));
    if (out->count > first)
        cut_asked(&k, out->chunks[first].text);
}
