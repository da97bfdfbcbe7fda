#include "core/chart_parts.h"

#include <string.h>

#include "drc/utf8.h"

#define TEXT_CHARS_MAX 400
#define ELLIPSIS "\u2026"

/* Emoji variation selectors, skin tones and joiners change the glyph before them and are none
 * themselves. */
static bool is_modifier(unsigned cp)
{
    return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef) ||
           (cp >= 0x1f3fb && cp <= 0x1f3ff) || cp == 0x20e3;
}

char *drc_chart_clean(struct drc_arena *a, const struct drc_font *f, const char *s)
{
    if (s == NULL)
        return drc_arena_strdup(a, "");
    const char *in = drc_utf8_clean(a, s, strnlen(s, 4096), TEXT_CHARS_MAX, false);
    const char *missing = drc_font_has(f, 0x25af) ? "\u25af" : "?";
    char *out = drc_arena_alloc(a, strlen(in) * 3 + 1);
    size_t o = 0;
    unsigned cp;
    for (int n; (n = drc_utf8_next(in, &cp)) > 0; in += n) {
        if (cp == ' ' || cp == 0xa0 || cp == 0x3000) {
            if (o > 0 && out[o - 1] != ' ') /* SVG joins spaces, so the measure must */
                out[o++] = ' ';
        } else if (drc_font_has(f, cp) && !is_modifier(cp)) {
            memcpy(out + o, in, (size_t)n);
            o += (size_t)n;
        } else if (!is_modifier(cp)) {
            size_t m = strlen(missing);
            memcpy(out + o, missing, m);
            o += m;
        }
    }
    if (o > 0 && out[o - 1] == ' ')
        o--;
    out[o] = '\0';
    return out;
}

/* A text as code points: byte offsets and running width, both with an end entry. */
struct glyphs {
    const char *s;
    size_t count, *at;
    double *x;
};

static struct glyphs measure(struct drc_arena *a, const struct drc_font *f, const char *s,
                             double px)
{
    struct glyphs g = {.s = s};
    size_t max = drc_utf8_count(s);
    g.at = drc_arena_array(a, max + 1, sizeof *g.at);
    g.x = drc_arena_array(a, max + 1, sizeof *g.x);
    unsigned cp;
    for (int n; g.count < max && (n = drc_utf8_next(s + g.at[g.count], &cp)) > 0; g.count++) {
        g.at[g.count + 1] = g.at[g.count] + (size_t)n;
        g.x[g.count + 1] = g.x[g.count] + drc_font_advance(f, cp, px);
    }
    return g;
}

/* Code points [from, to) that fit into `room`, counted from the left. */
static size_t fit_from(const struct glyphs *g, size_t from, double room)
{
    size_t to = from;
    while (to < g->count && g->x[to + 1] - g->x[from] <= room)
        to++;
    return to;
}

/* First code point of the longest tail within `room`; never a combining mark without its base. */
static size_t fit_tail(const struct glyphs *g, size_t not_before, double room)
{
    size_t from = g->count;
    while (from > not_before && g->x[g->count] - g->x[from - 1] <= room)
        from--;
    while (from < g->count && g->x[from + 1] - g->x[from] <= 0)
        from++;
    return from;
}

static char *slice(struct drc_arena *a, const struct glyphs *g, size_t from, size_t to)
{
    return drc_arena_strndup(a, g->s + g->at[from], g->at[to] - g->at[from]);
}

/* head_share: part of the width that the head gets. */
static char *cut_at(struct drc_arena *a, const struct glyphs *g, double room, double dots,
                    double head_share)
{
    if (g->x[g->count] <= room)
        return slice(a, g, 0, g->count);
    double budget = room - dots;
    if (budget <= 0)
        return drc_arena_strdup(a, "");
    size_t head = fit_from(g, 0, budget * head_share);
    size_t tail = fit_tail(g, head, budget - g->x[head]);
    head = fit_from(g, 0, budget - (g->x[g->count] - g->x[tail]));
    return drc_arena_printf(a, "%s" ELLIPSIS "%s", slice(a, g, 0, head),
                            slice(a, g, tail, g->count));
}

/* Head, a window around `focus`, tail: for names that differ only in what the plain cut drops. */
static char *cut_around(struct drc_arena *a, const struct glyphs *g, double room, double dots,
                        size_t focus)
{
    double budget = room - 2 * dots;
    size_t head = fit_from(g, 0, budget * 0.3), from = focus > head + 1 ? focus - 1 : head;
    if (budget <= 0 || from <= head)
        return cut_at(a, g, room, dots, 0.55);
    size_t to = fit_from(g, from, budget * 0.4);
    size_t tail = fit_tail(g, to, budget - g->x[head] - (g->x[to] - g->x[from]));
    return drc_arena_printf(a, "%s" ELLIPSIS "%s" ELLIPSIS "%s", slice(a, g, 0, head),
                            slice(a, g, from, to), slice(a, g, tail, g->count));
}

char *drc_chart_cut_end(struct drc_arena *a, const struct drc_font *f, const char *s, double px,
                        double max_width)
{
    struct glyphs g = measure(a, f, s, px);
    return cut_at(a, &g, max_width, drc_font_width(f, ELLIPSIS, px), 1);
}

/* A name being cut: `other` names must not end up looking like it. */
struct name {
    struct glyphs g;
    const char *clean;
    size_t twin; /* a different name whose plain cut is the same; itself = none */
};

struct names {
    struct drc_arena *a;
    const struct drc_font *f;
    const char *const *raw;
    size_t count;
    double px, room, dots;
    struct name *list;
    char **out;
};

/* True if an earlier, different name already looks like this. */
static bool clash(const struct names *n, size_t i, const char *candidate)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(n->out[j], candidate) == 0 && strcmp(n->raw[j], n->raw[i]) != 0)
            return true;
    return false;
}

static size_t first_difference(const char *a, const char *b)
{
    size_t chars = 0;
    for (; *a != '\0' && *a == *b; a++, b++)
        chars += ((unsigned char)*a & 0xc0) != 0x80;
    return chars;
}

static void measure_names(struct names *n)
{
    for (size_t i = 0; i < n->count; i++) {
        const char *clean = drc_chart_clean(n->a, n->f, n->raw[i]);
        struct name *name = &n->list[i];
        name->clean = *clean == '\0' ? "(no name)" : clean;
        name->g = measure(n->a, n->f, name->clean, n->px);
        name->twin = i;
        n->out[i] = cut_at(n->a, &name->g, n->room, n->dots, 0.55);
    }
    for (size_t i = 0; i < n->count; i++)
        for (size_t j = 0; j < n->count && n->list[i].twin == i; j++)
            if (strcmp(n->out[i], n->out[j]) == 0 && strcmp(n->raw[i], n->raw[j]) != 0)
                n->list[i].twin = j;
}

/* Twins show the place where they differ; what still looks alike is cut elsewhere, and in the end
 * numbered. */
static char *cut_twin(const struct names *n, size_t i)
{
    static const double shares[] = {0.35, 0.75, 0.15, 0.9};
    const struct name *name = &n->list[i];
    char *s = n->out[i];
    if (name->g.x[name->g.count] > n->room) {
        size_t focus = first_difference(name->clean, n->list[name->twin].clean);
        s = cut_around(n->a, &name->g, n->room, n->dots, focus);
        for (size_t k = 0; k < sizeof shares / sizeof *shares && clash(n, i, s); k++)
            s = cut_at(n->a, &name->g, n->room, n->dots, shares[k]);
    }
    for (int number = 2; clash(n, i, s); number++) {
        char *mark = drc_arena_printf(n->a, " (%d)", number);
        s = cut_at(n->a, &name->g, n->room - drc_font_width(n->f, mark, n->px), n->dots, 0.55);
        s = drc_arena_printf(n->a, "%s%s", s, mark);
    }
    return s;
}

void drc_chart_cut_names(struct drc_arena *a, const struct drc_font *f, const char *const *names,
                         size_t n, double px, double max_width, char **out)
{
    struct names all = {
        .a = a, .f = f, .raw = names, .count = n, .px = px, .room = max_width, .out = out};
    all.dots = drc_font_width(f, ELLIPSIS, px);
    all.list = drc_arena_array(a, n + 1, sizeof *all.list);
    measure_names(&all);
    for (size_t i = 0; i < n; i++)
        if (all.list[i].twin != i || clash(&all, i, out[i]))
            out[i] = cut_twin(&all, i);
}

size_t drc_chart_wrap(struct drc_arena *a, const struct drc_font *f, const char *s, double px,
                      double max_width, size_t max_lines, char **lines)
{
    size_t n = 0;
    while (*s != '\0' && n < max_lines) {
        struct glyphs g = measure(a, f, s, px);
        size_t end = fit_from(&g, 0, max_width), brk = end;
        if (end == g.count || n + 1 == max_lines) {
            lines[n++] = cut_at(a, &g, max_width, drc_font_width(f, ELLIPSIS, px), 1);
            break;
        }
        while (brk > 0 && s[g.at[brk]] != ' ')
            brk--;
        if (brk == 0) /* one word wider than the line */
            brk = end > 0 ? end : 1;
        lines[n++] = slice(a, &g, 0, brk);
        s += g.at[brk];
        while (*s == ' ')
            s++;
    }
    return n;
}
