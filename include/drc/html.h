/* The one door to libxml2: a page of documentation as plain sections. Pages come from outside: what
 * they hold is read once from front to back, nothing is fetched, no entity of a document type is
 * expanded, no tree is built.
 *
 * Read is the first that is there of <main> (or role="main"), all <article>, <body>; without
 * scripts, styles, navigation, headers, footers, asides, forms' controls, drawings and what is
 * hidden. Text is Markdown-like, one line a block: paragraphs apart by an empty line, "- " and
 * "1. " for list items (two blanks a level), code indented by four blanks, a row of a table as
 * "| a | b |". A line that would read as a heading or a fence starts with a backslash. Any thread. */
#ifndef DRC_HTML_H
#define DRC_HTML_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/arena.h"
#include "drc/err.h"

struct drc_html_section {
    const char *heading; /* one line; "" for what stands before the first heading */
    int level;           /* 2..6; 0 for what stands before the first heading */
    const char *anchor; /* fragment without '#', only characters of a URL; "" where there is none */
    const char *text;   /* valid UTF-8, may be "" */
};

struct drc_html_page {
    const char *title; /* the first <h1>, else <title> without the site's name; may be "" */
    struct drc_html_section *sections;
    size_t section_count; /* at least 1 */
    size_t text_chars;    /* code points of all texts */
    bool noindex;         /* <meta name="robots" content="noindex"> */
    bool repaired;        /* some bytes were not UTF-8 and became U+FFFD */
};

/* Errors: LIMIT with the cap that the page passes (DRC_HTML_* in limits.h); never PARSE, since any
 * bytes are some page. */
int drc_html_read(struct drc_arena *a, const char *data, size_t bytes, struct drc_html_page *out,
                  struct drc_err *err);

#endif
