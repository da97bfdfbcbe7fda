#include "drc/html.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/limits.h"
#include "drc/utf8.h"
#include "html_inner.h"

#define TAG_MAX_BYTES 4096 /* libxml2 compares each attribute of a tag with all before it */
#define TAGS_MAX (2 * DRC_HTML_ELEMENTS_MAX)
#define HEADING_MAX_CHARS 300 /* of titles and headings */
#define ANCHOR_MAX_BYTES 200

static const char too_many[] = "it has too many elements";

enum kind { INLINE, BLOCK, SKIP, HEADER, ROOT, HEADING, TITLE, PRE, ROW, CELL, LIST, ITEM, BREAK };

static const struct {
    const char *name;
    enum kind kind;
} elements[] = {
    {"script", SKIP},      {"style", SKIP},    {"noscript", SKIP},    {"nav", SKIP},
    {"footer", SKIP},      {"aside", SKIP},    {"template", SKIP},    {"svg", SKIP},
    {"iframe", SKIP},      {"button", SKIP},   {"select", SKIP},      {"textarea", SKIP},
    {"object", SKIP},      {"canvas", SKIP},   {"header", HEADER},    {"main", ROOT},
    {"article", ROOT},     {"body", ROOT},     {"h1", HEADING},       {"h2", HEADING},
    {"h3", HEADING},       {"h4", HEADING},    {"h5", HEADING},       {"h6", HEADING},
    {"title", TITLE},      {"pre", PRE},       {"tr", ROW},           {"td", CELL},
    {"th", CELL},          {"ul", LIST},       {"ol", LIST},          {"li", ITEM},
    {"br", BREAK},         {"p", BLOCK},       {"div", BLOCK},        {"section", BLOCK},
    {"table", BLOCK},      {"dl", BLOCK},      {"dt", BLOCK},         {"dd", BLOCK},
    {"blockquote", BLOCK}, {"figure", BLOCK},  {"figcaption", BLOCK}, {"details", BLOCK},
    {"summary", BLOCK},    {"caption", BLOCK}, {"hr", BLOCK},         {"form", BLOCK},
    {"fieldset", BLOCK},   {"address", BLOCK}, {"center", BLOCK},
};

struct open_element {
    const xmlChar *name; /* interned by libxml2 */
    enum kind kind;
};

struct reader {
    struct drc_arena *a;
    xmlParserCtxtPtr ctxt;
    struct html_text text;
    struct drc_html_page *page;
    struct open_element stack[DRC_HTML_DEPTH_MAX];
    size_t depth, elements;
    int rank, root; /* best root so far: 1 body, 2 article, 3 main; its place in the stack + 1 */
    int skip;       /* place in the stack + 1 of the element that hides what is in it, 0 = none */
    int level;      /* of the heading being read, 0 = none */
    struct drc_buf head; /* text of the heading or the title being read */
    bool in_title;
    char anchor[ANCHOR_MAX_BYTES + 1];  /* of the heading being read */
    char pending[ANCHOR_MAX_BYTES + 1]; /* of a <section> that no text has followed yet */
    const char *limit;                  /* the cap that was passed */
    const char *title;
};

/* ---- before the parser -------------------------------------------------------------------- */

/* End of a tag that starts at p ('<'): behind its '>', quotes honoured. NULL where it is too long.
 */
static const char *tag_end(const char *p, const char *end)
{
    char quote = '\0';
    if (end - p > TAG_MAX_BYTES)
        end = p + TAG_MAX_BYTES;
    for (; p < end; p++) {
        if (quote != '\0')
            quote = *p == quote ? '\0' : quote;
        else if (*p == '>')
            return p + 1;
        else if ((*p == '"' || *p == '\'') && p[-1] == '=')
            quote = *p;
    }
    return NULL;
}

static size_t name_bytes(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && n < 16 && isalnum((unsigned char)p[n]))
        n++;
    return n;
}

/* Whether the element's content is no markup: its name, for the search of its end. */
static const char *raw_name(const char *p, size_t n)
{
    if (n == 6 && strncasecmp(p, "script", 6) == 0)
        return "</script";
    return n == 5 && strncasecmp(p, "style", 5) == 0 ? "</style" : NULL;
}

static const char *find_end(const char *p, const char *end, const char *what)
{
    size_t n = strlen(what);
    for (; (p = memchr(p, *what, (size_t)(end - p))) != NULL && (size_t)(end - p) >= n; p++)
        if (strncasecmp(p, what, n) == 0)
            return p;
    return end;
}

/* Behind "<!...>" or "<?...>", with the declarations that a document type may hold. */
static const char *skip_declaration(const char *p, const char *end)
{
    const char *close = memchr(p, '>', (size_t)(end - p));
    const char *open = close == NULL ? NULL : memchr(p, '[', (size_t)(close - p));
    const char *last = end - p > TAG_MAX_BYTES ? p + TAG_MAX_BYTES : end;
    const char *all = open == NULL || open > last ? last : find_end(open, last, "]>");
    return all != last ? all + 2 : close == NULL ? end : close + 1;
}

/* Copies one tag, or of one too long its name only; returns what follows it. */
static const char *copy_tag(struct drc_buf *out, const char *p, const char *end)
{
    bool closing = p + 1 < end && p[1] == '/';
    size_t n = name_bytes(p + 1 + closing, end);
    if (p + 1 < end && (p[1] == '!' || p[1] == '?'))
        return skip_declaration(p, end);
    if (n == 0 && !closing) {
        drc_buf_addstr(out, "&lt;"); /* a lone '<' */
        return p + 1;
    }
    const char *raw = closing ? NULL : raw_name(p + 1, n);
    if (raw != NULL) {
        const char *close = find_end(p, end, raw);
        const char *behind = memchr(close, '>', (size_t)(end - close));
        drc_buf_addch(out, ' ');
        return behind == NULL ? end : behind + 1;
    }
    const char *behind = tag_end(p, end);
    if (behind != NULL) {
        drc_buf_add(out, p, (size_t)(behind - p));
        return behind;
    }
    if (n > 0) {
        drc_buf_add(out, p, 1 + closing + n);
        drc_buf_addch(out, '>');
    }
    behind = memchr(p, '>', (size_t)(end - p));
    return behind == NULL ? end : behind + 1;
}

/* The page without comments, declarations, scripts and styles; tags are short. Returns how many
 * there are: end tags without a start are slow, and no callback sees them. */
static size_t thin(const char *p, size_t bytes, struct drc_buf *out)
{
    size_t tags = 0;
    for (const char *end = p + bytes; p < end && tags <= TAGS_MAX;) {
        const char *tag = memchr(p, '<', (size_t)(end - p));
        if (tag == NULL)
            tag = end;
        drc_buf_add(out, p, (size_t)(tag - p));
        p = tag;
        if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
            p = find_end(p + 4, end, "-->");
            p = end - p >= 3 ? p + 3 : end;
        } else if (p < end) {
            p = copy_tag(out, p, end);
            tags++;
        }
    }
    return tags;
}

/* Valid UTF-8 without NULs; '\r' is white space. */
static const char *make_valid(struct drc_arena *a, const char *data, size_t bytes, bool *repaired)
{
    char *copy = drc_arena_alloc(a, bytes + 1);
    for (size_t i = 0; i < bytes; i++)
        copy[i] = data[i] == '\0' || data[i] == '\r' ? ' ' : data[i];
    *repaired = !drc_utf8_valid(copy, bytes);
    return *repaired ? drc_utf8_clean(a, copy, bytes, bytes, true) : copy;
}

/* ---- elements ----------------------------------------------------------------------------- */

static enum kind kind_of(const xmlChar *name)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp((const char *)name, elements[i].name) == 0)
            return elements[i].kind;
    return INLINE;
}

static const char *attribute(const xmlChar **atts, const char *name)
{
    for (; atts != NULL && *atts != NULL; atts += 2)
        if (strcmp((const char *)atts[0], name) == 0)
            return atts[1] == NULL ? "" : (const char *)atts[1];
    return NULL;
}

static bool is_hidden(const xmlChar **atts)
{
    const char *aria = attribute(atts, "aria-hidden"), *style = attribute(atts, "style");
    const char *none = style == NULL ? NULL : strstr(style, "display");
    return attribute(atts, "hidden") != NULL || (aria != NULL && strcmp(aria, "true") == 0) ||
           (none != NULL && strncmp(none + 7 + strspn(none + 7, ": "), "none", 4) == 0);
}

/* A name that can stand behind '#' in a link as it is. */
static void keep_anchor(char out[ANCHOR_MAX_BYTES + 1], const char *id)
{
    size_t n = id == NULL ? 0 : strlen(id);
    if (n == 0 || n > ANCHOR_MAX_BYTES)
        return;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)id[i]) && strchr("-._~!$&'()*+,;=:@/?%", id[i]) == NULL)
            return;
    memcpy(out, id, n + 1);
}

static void stop(struct reader *r, const char *limit)
{
    if (r->limit == NULL)
        r->limit = limit;
    xmlStopParser(r->ctxt);
}

static bool is_reading(const struct reader *r)
{
    return r->root > 0 && r->skip == 0;
}

static void begin_root(struct reader *r, const xmlChar *name, const char *role)
{
    int rank = *name == 'b' ? 1 : *name == 'a' ? 2 : 3;
    if (role != NULL && strcmp(role, "main") == 0)
        rank = 3;
    if (rank < r->rank || (rank == r->rank && r->root > 0) || (rank == 2 && r->skip > 0))
        return;
    if (rank > r->rank) {
        html_text_restart(&r->text);
        r->level = 0;
        r->title = NULL;
        r->skip = 0;
    }
    r->rank = rank;
    r->root = (int)r->depth;
    *r->pending = '\0';
}

static void begin_heading(struct reader *r, const xmlChar *name, const xmlChar **atts)
{
    bool in_header = r->root > 0 && r->skip > r->root && r->stack[r->skip - 1].kind == HEADER;
    if (r->level > 0 || !(is_reading(r) || (in_header && name[1] == '1' && r->title == NULL)))
        return;
    html_text_row(&r->text, false);
    html_text_pre(&r->text, false);
    html_text_break(&r->text);
    r->level = name[1] - '0';
    *r->anchor = '\0';
    keep_anchor(r->anchor, attribute(atts, "id"));
    if (*r->anchor == '\0')
        memcpy(r->anchor, r->pending, sizeof r->anchor);
    *r->pending = '\0';
    drc_buf_reset(&r->head);
}

static const char *folded(struct reader *r)
{
    const char *s = drc_utf8_clean(r->a, drc_buf_str(&r->head), r->head.len, SIZE_MAX, false);
    char *out = drc_arena_strdup(r->a, s);
    size_t o = 0;
    for (; *s != '\0'; s++)
        if (*s != ' ' || (o > 0 && out[o - 1] != ' '))
            out[o++] = *s;
    while (o > 0 && out[o - 1] == ' ')
        o--;
    return drc_utf8_clean(r->a, out, o, HEADING_MAX_CHARS, false);
}

static void end_heading(struct reader *r)
{
    const char *text = folded(r);
    int level = r->level;
    r->level = 0;
    if (*text == '\0')
        return;
    if (level == 1 && r->title == NULL) {
        r->title = text;
        return;
    }
    const char *anchor = drc_arena_strdup(r->a, r->anchor);
    html_text_heading(&r->text, text, level == 1 ? 2 : level, anchor);
}

static void note_meta(struct reader *r, const xmlChar **atts)
{
    const char *name = attribute(atts, "name"), *content = attribute(atts, "content");
    if (name == NULL || content == NULL ||
        (strcasecmp(name, "robots") != 0 && strcasecmp(name, "drc") != 0))
        return;
    size_t n = strlen(content);
    r->page->noindex = r->page->noindex ||
                       find_end(content, content + n, "noindex") != content + n ||
                       find_end(content, content + n, "none") != content + n;
}

/* The sign behind a heading that links to itself. */
static bool is_heading_link(const struct reader *r, const xmlChar *name, const xmlChar **atts)
{
    const char *class = attribute(atts, "class");
    return r->level > 0 && strcmp((const char *)name, "a") == 0 && class != NULL &&
           (strstr(class, "hash-link") != NULL || strstr(class, "headerlink") != NULL ||
            strstr(class, "anchor") != NULL);
}

static void begin_shown(struct reader *r, enum kind kind, const xmlChar *name, const xmlChar **atts)
{
    struct html_text *t = &r->text;
    switch (kind) {
    case PRE:
        html_text_pre(t, true);
        break;
    case ROW:
        html_text_row(t, true);
        break;
    case CELL:
        html_text_cell(t);
        break;
    case LIST:
        html_text_list(t, true, *name == 'o');
        break;
    case ITEM:
        html_text_item(t);
        break;
    case BREAK:
        if (t->in_pre)
            html_text_add(t, "\n", 1);
        else
            html_text_break(t);
        break;
    case BLOCK:
    case ROOT:
        html_text_break(t);
        keep_anchor(r->pending, attribute(atts, "id"));
        break;
    default:
        break;
    }
}

static void on_start(void *user, const xmlChar *name, const xmlChar **atts)
{
    struct reader *r = user;
    if (r->limit != NULL)
        return;
    if (++r->elements > DRC_HTML_ELEMENTS_MAX || r->depth == DRC_HTML_DEPTH_MAX) {
        stop(r, r->depth == DRC_HTML_DEPTH_MAX ? "its elements are nested too deeply" : too_many);
        return;
    }
    enum kind kind = kind_of(name);
    const char *role = attribute(atts, "role");
    bool is_main = role != NULL && strcmp(role, "main") == 0;
    r->stack[r->depth++] = (struct open_element){name, is_main ? ROOT : kind};
    if (strcmp((const char *)name, "meta") == 0)
        note_meta(r, atts);
    if (kind == TITLE && r->page->title == NULL) {
        r->in_title = true;
        drc_buf_reset(&r->head);
    }
    if (kind == ROOT || is_main)
        begin_root(r, name, role);
    bool heading = kind == HEADING;
    if (r->skip == 0 && (kind == SKIP || kind == HEADER || (is_hidden(atts) && kind != ROOT) ||
                         is_heading_link(r, name, atts))) {
        r->skip = (int)r->depth;
        r->text.blank = true; /* words stay apart */
    } else if (heading)
        begin_heading(r, name, atts);
    else if (r->level > 0 && *r->anchor == '\0')
        keep_anchor(r->anchor, attribute(atts, "id"));
    else if (is_reading(r) && r->level == 0)
        begin_shown(r, is_main ? BLOCK : kind, name, atts);
    if (r->text.full)
        stop(r, "it has too much text");
}

static void end_shown(struct reader *r, enum kind kind)
{
    struct html_text *t = &r->text;
    switch (kind) {
    case PRE:
        html_text_pre(t, false);
        break;
    case ROW:
        html_text_row(t, false);
        break;
    case LIST:
        html_text_list(t, false, false);
        break;
    case BLOCK:
    case ITEM:
    case ROOT:
        html_text_break(t);
        break;
    default:
        break;
    }
}

/* "Compute | Databricks on AWS" -> "Compute" */
static const char *without_site(struct drc_arena *a, const char *title)
{
    static const char *const signs[] = {" | ", " - ", " \u2013 ", " \u2014 ", " \u00b7 "};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const char *last = NULL;
        for (const char *p = title; (p = strstr(p, signs[i])) != NULL; p++)
            last = p;
        if (last != NULL && last > title)
            return drc_arena_strndup(a, title, (size_t)(last - title));
    }
    return title;
}

static void pop(struct reader *r)
{
    enum kind kind = r->stack[r->depth - 1].kind;
    bool heading_ends = kind == HEADING && r->level > 0;
    if (kind == TITLE && r->in_title) {
        r->in_title = false;
        r->page->title = without_site(r->a, folded(r));
    }
    if (r->skip == (int)r->depth)
        r->skip = 0;
    else if (heading_ends)
        end_heading(r);
    else if (is_reading(r) && r->level == 0)
        end_shown(r, kind);
    if (r->root == (int)r->depth)
        r->root = 0;
    r->depth--;
}

static void on_end(void *user, const xmlChar *name)
{
    struct reader *r = user;
    size_t at = r->depth;
    while (at > 0 && strcmp((const char *)r->stack[at - 1].name, (const char *)name) != 0)
        at--;
    while (at > 0 && r->depth >= at && r->limit == NULL)
        pop(r);
}

static void on_text(void *user, const xmlChar *s, int bytes)
{
    struct reader *r = user;
    if (r->limit != NULL || bytes <= 0)
        return;
    bool in_header = r->skip > 0 && r->stack[r->skip - 1].kind == HEADER;
    if (r->in_title || (r->level > 0 && (r->skip == 0 || in_header)))
        drc_buf_add(&r->head, s, (size_t)bytes);
    else if (is_reading(r) && r->level == 0) {
        html_text_add(&r->text, (const char *)s, (size_t)bytes);
        if (r->text.line.len > 0)
            *r->pending = '\0';
    }
    if (r->text.line.overflow || r->text.full)
        stop(r, "it has too much text");
}

/* ---- the whole page ----------------------------------------------------------------------- */

static void parse(struct reader *r, const struct drc_buf *page)
{
    htmlSAXHandler sax;
    memset(&sax, 0, sizeof sax);
    sax.startElement = on_start;
    sax.endElement = on_end;
    sax.characters = sax.ignorableWhitespace = sax.cdataBlock = on_text;
    xmlInitParser();
    r->ctxt = htmlCreateMemoryParserCtxt(page->data, (int)page->len);
    if (r->ctxt == NULL)
        abort(); /* no memory */
    /* The structure is libxml2's to free, its contents are ours for the time of the parse. */
    *r->ctxt->sax = sax;
    r->ctxt->userData = r;
    htmlCtxtUseOptions(r->ctxt, HTML_PARSE_RECOVER | HTML_PARSE_NODEFDTD | HTML_PARSE_NOERROR |
                                    HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                    HTML_PARSE_IGNORE_ENC);
    xmlSwitchEncoding(r->ctxt, XML_CHAR_ENCODING_UTF8);
    htmlParseDocument(r->ctxt);
    while (r->depth > 0 && r->limit == NULL)
        pop(r); /* names live as long as the parser */
    if (r->ctxt->myDoc != NULL)
        xmlFreeDoc(r->ctxt->myDoc);
    htmlFreeParserCtxt(r->ctxt);
}

int drc_html_read(struct drc_arena *a, const char *data, size_t bytes, struct drc_html_page *out,
                  struct drc_err *err)
{
    memset(out, 0, sizeof *out);
    if (bytes > DRC_HTML_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_LIMIT, "the page is refused: it has %zu bytes, over %u",
                           bytes, DRC_HTML_MAX_BYTES);
    struct reader *r = drc_arena_alloc(a, sizeof *r);
    r->a = a;
    r->page = out;
    html_text_init(&r->text, a);
    drc_buf_init(&r->head, DRC_HTML_TEXT_MAX_BYTES);
    struct drc_buf page;
    drc_buf_init(&page, 8 * DRC_HTML_MAX_BYTES); /* U+FFFD and "&lt;" take more than they replace */
    const char *valid = make_valid(a, data, bytes, &out->repaired);
    if (thin(valid, strlen(valid), &page) > TAGS_MAX)
        r->limit = too_many;
    drc_buf_addch(&page, '\n');
    if (r->limit == NULL)
        parse(r, &page);
    html_text_end(&r->text, out);
    if (r->limit == NULL && r->text.full)
        r->limit = "it has too much text";
    if (r->title != NULL || out->title == NULL)
        out->title = r->title == NULL ? "" : r->title;
    drc_buf_fini(&page);
    drc_buf_fini(&r->head);
    html_text_fini(&r->text);
    if (r->limit != NULL)
        return drc_err_set(err, DRC_ERR_LIMIT, "the page is refused: %s", r->limit);
    return 0;
}
