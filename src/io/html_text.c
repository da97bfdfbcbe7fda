#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "drc/limits.h"
#include "drc/utf8.h"
#include "html_inner.h"

void html_text_init(struct html_text *t, struct drc_arena *a)
{
    memset(t, 0, sizeof *t);
    t->a = a;
    t->cap = 16;
    t->sections = drc_arena_array(a, t->cap, sizeof *t->sections);
    t->sections[0] = (struct drc_html_section){"", 0, "", ""};
    t->count = 1;
    drc_buf_init(&t->line, DRC_HTML_TEXT_MAX_BYTES);
    drc_buf_init(&t->text, DRC_HTML_TEXT_MAX_BYTES);
}

void html_text_fini(struct html_text *t)
{
    drc_buf_fini(&t->line);
    drc_buf_fini(&t->text);
}

void html_text_restart(struct html_text *t)
{
    struct drc_arena *a = t->a;
    html_text_fini(t);
    html_text_init(t, a);
}

void html_text_add(struct html_text *t, const char *s, size_t bytes)
{
    if (t->in_pre) {
        drc_buf_add(&t->line, s, bytes);
        return;
    }
    for (size_t i = 0; i < bytes; i++) {
        bool nbsp = (unsigned char)s[i] == 0xc2 && i + 1 < bytes && (unsigned char)s[i + 1] == 0xa0;
        if (isspace((unsigned char)s[i]) || nbsp) {
            t->blank = true;
            i += nbsp;
            continue;
        }
        if (t->blank && t->line.len > 0)
            drc_buf_addch(&t->line, ' ');
        t->blank = false;
        drc_buf_addch(&t->line, s[i]);
    }
}

static void indent(struct html_text *t)
{
    for (int i = 1; i < t->depth; i++)
        drc_buf_addstr(&t->text, "  ");
}

static void mark_item(struct html_text *t)
{
    indent(t);
    int *number = t->depth > 0 ? &t->numbers[t->depth - 1] : NULL;
    if (number != NULL && *number > 0)
        drc_buf_printf(&t->text, "%d. ", (*number)++);
    else
        drc_buf_addstr(&t->text, "- ");
}

/* Blocks are apart by an empty line; items and rows that follow each other are not. */
static void begin_block(struct html_text *t, bool tight)
{
    if (t->text.len > 0)
        drc_buf_addstr(&t->text, tight && t->tight ? "\n" : "\n\n");
    t->tight = tight;
}

/* The block as a reader sees it: what cannot be seen is dropped first, so that it cannot hide how
 * the line begins. Empties the buffer. */
static const char *take_line(struct html_text *t)
{
    const char *s = drc_utf8_clean(t->a, drc_buf_str(&t->line), t->line.len,
                                   DRC_HTML_TEXT_MAX_BYTES, t->in_pre);
    t->full = t->full || t->line.overflow || t->text.overflow;
    drc_buf_reset(&t->line);
    t->blank = false;
    return t->in_pre ? s : s + strspn(s, " ");
}

static void put_code(struct html_text *t)
{
    const char *p = take_line(t);
    while (*p != '\0' && strspn(p, " \t") == strcspn(p, "\n"))
        p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');
    size_t n = strlen(p);
    while (n > 0 && isspace((unsigned char)p[n - 1]))
        n--;
    if (n == 0)
        return;
    begin_block(t, false);
    for (const char *end = p + n; p < end;) {
        size_t line = strcspn(p, "\n");
        if (line > (size_t)(end - p))
            line = (size_t)(end - p);
        if (strspn(p, " \t") < line) {
            drc_buf_addstr(&t->text, "    ");
            drc_buf_add(&t->text, p, line);
        }
        p += line;
        if (p < end) {
            drc_buf_addch(&t->text, '\n');
            p++;
        }
    }
}

void html_text_break(struct html_text *t)
{
    if (t->in_pre)
        return;
    t->blank = true; /* inside of a row a block's end is a blank */
    if (t->in_row)
        return;
    const char *line = take_line(t);
    if (*line == '\0')
        return;
    begin_block(t, t->depth > 0);
    if (t->item)
        mark_item(t);
    else if (t->depth > 0)
        drc_buf_printf(&t->text, "%*s", 2 * t->depth, "");
    if (*line == '#' || strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0)
        drc_buf_addch(&t->text, '\\');
    drc_buf_addstr(&t->text, line);
    t->item = false;
}

void html_text_pre(struct html_text *t, bool begins)
{
    if (t->in_row || begins == t->in_pre) {
        t->blank = true;
        return;
    }
    if (begins) {
        html_text_break(t);
        t->in_pre = true;
        return;
    }
    put_code(t);
    t->in_pre = false;
}

void html_text_row(struct html_text *t, bool begins)
{
    if (begins) {
        html_text_row(t, false); /* a row inside of a row ends the outer one */
        html_text_pre(t, false);
        html_text_break(t);
        t->in_row = true;
        return;
    }
    if (!t->in_row)
        return;
    t->in_row = false;
    const char *line = take_line(t);
    if (strspn(line, "| ") == strlen(line))
        return; /* no cell holds anything */
    begin_block(t, true);
    drc_buf_printf(&t->text, "%s%s |", *line == '|' ? "" : "| ", line); /* text outside of a cell */
}

void html_text_cell(struct html_text *t)
{
    if (!t->in_row)
        return;
    drc_buf_addstr(&t->line, t->line.len == 0 ? "|" : " |");
    t->blank = true;
}

void html_text_list(struct html_text *t, bool begins, bool numbered)
{
    html_text_break(t);
    if (begins && t->depth < HTML_LISTS_MAX)
        t->numbers[t->depth] = numbered;
    t->depth += begins ? 1 : t->depth > 0 ? -1 : 0;
    if (t->depth > HTML_LISTS_MAX)
        t->depth = HTML_LISTS_MAX;
    t->item = false;
}

void html_text_item(struct html_text *t)
{
    html_text_break(t);
    t->item = !t->in_row;
}

static void close_section(struct html_text *t)
{
    html_text_row(t, false);
    html_text_pre(t, false);
    html_text_break(t);
    t->bytes += t->text.len;
    t->full = t->full || t->bytes > DRC_HTML_TEXT_MAX_BYTES;
    t->sections[t->count - 1].text = drc_arena_strdup(t->a, drc_buf_str(&t->text));
    drc_buf_reset(&t->text);
    t->tight = t->item = false;
}

void html_text_heading(struct html_text *t, const char *heading, int level, const char *anchor)
{
    close_section(t);
    t->bytes += strlen(heading) + strlen(anchor);
    if (t->full || t->count == DRC_HTML_SECTIONS_MAX) {
        t->full = true;
        return;
    }
    if (t->count == t->cap) {
        struct drc_html_section *more = drc_arena_array(t->a, t->cap * 2, sizeof *more);
        memcpy(more, t->sections, t->count * sizeof *more);
        t->sections = more;
        t->cap *= 2;
    }
    t->sections[t->count++] = (struct drc_html_section){heading, level, anchor, ""};
}

void html_text_end(struct html_text *t, struct drc_html_page *out)
{
    close_section(t);
    out->sections = t->sections;
    out->section_count = t->count;
    for (size_t i = 0; i < t->count; i++)
        out->text_chars += drc_utf8_count(t->sections[i].text);
}
