/* Between html.c (what libxml2 finds) and html_text.c (what becomes of it). */
#ifndef DRC_HTML_INNER_H
#define DRC_HTML_INNER_H

#include "drc/buf.h"
#include "drc/html.h"

#define HTML_LISTS_MAX 8 /* deeper lists are written at this depth */

/* Collects sections. Inline text goes to `line` with its white space folded; a block's end moves it
 * to `text`. */
struct html_text {
    struct drc_arena *a;
    struct drc_html_section *sections;
    size_t count, cap;
    size_t bytes;                /* of all sections closed so far */
    struct drc_buf line;         /* the block being read */
    struct drc_buf text;         /* the section being read */
    bool blank;                  /* white space waits for the next word */
    bool in_pre, in_row;         /* white space counts; blocks do not end the line */
    bool item;                   /* the next block starts a list item */
    int depth;                   /* of lists */
    int numbers[HTML_LISTS_MAX]; /* next number, 0 = bullets */
    bool tight; /* the last block was an item, a row: no empty line before the next one */
    bool full;  /* more text or sections than the caps allow */
};

void html_text_init(struct html_text *t, struct drc_arena *a);
void html_text_fini(struct html_text *t);
void html_text_restart(struct html_text *t); /* forgets everything: a better root was found */

void html_text_add(struct html_text *t, const char *s, size_t bytes);
void html_text_break(struct html_text *t); /* a block begins or ends */
void html_text_pre(struct html_text *t, bool begins);
void html_text_row(struct html_text *t, bool begins);
void html_text_cell(struct html_text *t); /* a cell begins */
void html_text_list(struct html_text *t, bool begins, bool numbered);
void html_text_item(struct html_text *t);
/* Closes the section and opens the next one. */
void html_text_heading(struct html_text *t, const char *heading, int level, const char *anchor);
void html_text_end(struct html_text *t, struct drc_html_page *out);

#endif
