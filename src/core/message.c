#include "drc/message.h"

#include <stdarg.h>
#include <string.h>

#include "drc/utf8.h"

#define SUMMARY_MAX_CHARS 300
#define SPAN_MAX_CHARS 40000

struct drc_message *drc_message_new(struct drc_arena *a, const char *summary)
{
    struct drc_message *m = drc_arena_alloc(a, sizeof *m);
    m->summary = drc_utf8_clean(a, summary, strlen(summary), SUMMARY_MAX_CHARS, false);
    if (*m->summary == '\0')
        m->summary = "drc";
    return m;
}

struct drc_block *drc_message_add(struct drc_arena *a, struct drc_message *m,
                                  enum drc_block_kind kind, const char *block_id)
{
    struct drc_block *b = drc_arena_alloc(a, sizeof *b);
    b->kind = kind;
    b->block_id = drc_arena_strdup(a, block_id);
    b->select.selected = -1;
    if (m->last == NULL)
        m->first = b;
    else
        m->last->next = b;
    m->last = b;
    m->block_count++;
    return b;
}

static struct drc_span *add_span(struct drc_arena *a, struct drc_text *t, enum drc_span_style style,
                                 const char *text)
{
    struct drc_span *s = drc_arena_alloc(a, sizeof *s);
    s->style = style;
    s->text = drc_utf8_clean(a, text, strlen(text), SPAN_MAX_CHARS, true);
    if (t->last == NULL)
        t->first = s;
    else
        t->last->next = s;
    t->last = s;
    return s;
}

void drc_text_add(struct drc_arena *a, struct drc_text *t, enum drc_span_style style,
                  const char *text)
{
    add_span(a, t, style, text);
}

void drc_text_printf(struct drc_arena *a, struct drc_text *t, enum drc_span_style style,
                     const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = drc_arena_vprintf(a, fmt, ap);
    va_end(ap);
    add_span(a, t, style, text);
}

void drc_text_link(struct drc_arena *a, struct drc_text *t, const char *text, const char *url)
{
    bool web = strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
    struct drc_span *s = add_span(a, t, web ? DRC_SPAN_LINK : DRC_SPAN_PLAIN, text);
    s->url = web ? drc_arena_strdup(a, url) : NULL;
}

void drc_text_join(struct drc_text *t, const struct drc_text *more)
{
    if (more->first == NULL)
        return;
    if (t->last == NULL)
        t->first = more->first;
    else
        t->last->next = more->first;
    t->last = more->last;
}

char *drc_text_plain(struct drc_arena *a, const struct drc_text *t)
{
    char *text = drc_arena_strdup(a, "");
    for (const struct drc_span *s = t->first; s != NULL; s = s->next)
        text = drc_arena_printf(a, "%s%s", text, s->text);
    return text;
}
