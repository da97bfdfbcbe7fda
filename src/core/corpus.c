#include "drc/corpus.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/file.h"
#include "drc/map.h"
#include "drc/meta.h"
#include "drc/utf8.h"

#define TITLE_MAX_CHARS 200
#define URL_MAX_CHARS 1000
#define ASKED_MAX 40 /* of one page */
#define SIGNALS_MAX 40
#define NOTES_MAX 1000

static const char *const keys[] = {"title",      "url",    "section", "date", "asked",
                                   "applies_to", "signal", "lane",    NULL};

void drc_corpus_init(struct drc_corpus *c, struct drc_arena *a)
{
    memset(c, 0, sizeof *c);
    c->a = a;
    c->seen = drc_map_new();
}

void drc_corpus_fini(struct drc_corpus *c)
{
    drc_map_free(c->seen, NULL);
    c->seen = NULL;
}

/* Room for one more at list[count]. */
static void *grown(struct drc_arena *a, void *list, size_t count, size_t *cap, size_t bytes_each)
{
    if (count < *cap)
        return list;
    *cap = *cap == 0 ? 64 : *cap * 2;
    void *bigger = drc_arena_array(a, *cap, bytes_each);
    if (count > 0)
        memcpy(bigger, list, count * bytes_each);
    return bigger;
}

void drc_corpus_note(struct drc_corpus *c, const char *fmt, ...)
{
    va_list ap;
    if (c->note_count == NOTES_MAX)
        return;
    c->notes = grown(c->a, c->notes, c->note_count, &c->note_cap, sizeof *c->notes);
    va_start(ap, fmt);
    c->notes[c->note_count++] = drc_arena_vprintf(c->a, fmt, ap);
    va_end(ap);
}

/* ---- one page ----------------------------------------------------------------------------- */

static const char *cleaned(struct drc_corpus *c, const char *text, size_t max_chars)
{
    return text == NULL ? "" : drc_utf8_clean(c->a, text, strlen(text), max_chars, false);
}

static bool is_web_address(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

/* Whether the page may be taken as it is; else a note says why not. */
static bool is_wanted(struct drc_corpus *c, const struct drc_page *p, int line)
{
    const char *key = drc_arena_printf(c->a, "%s/%s", p->corpus, p->id);
    const char *first = drc_map_get(c->seen, key);
    if (*p->title == '\0')
        drc_corpus_note(c, "%s:%d: left out: it has no title", p->path, line);
    else if (p->body[strspn(p->body, " \t\r\n")] == '\0')
        drc_corpus_note(c, "%s:%d: left out: it has no text", p->path, line);
    else if (first != NULL)
        drc_corpus_note(c, "%s:%d: left out: %s has the id '%s' too", p->path, line, first, p->id);
    else
        return true;
    return false;
}

int drc_corpus_add_page(struct drc_corpus *c, const struct drc_page *page, int line,
                        struct drc_err *err)
{
    struct drc_page p = *page;
    p.title = cleaned(c, p.title, TITLE_MAX_CHARS);
    p.section = cleaned(c, p.section, TITLE_MAX_CHARS);
    p.url = cleaned(c, p.url, URL_MAX_CHARS);
    p.date = cleaned(c, p.date, 10);
    p.applies_to = cleaned(c, p.applies_to, TITLE_MAX_CHARS);
    p.lane = cleaned(c, p.lane, TITLE_MAX_CHARS);
    p.id = cleaned(c, p.id, TITLE_MAX_CHARS);
    p.path = drc_arena_strdup(c->a, p.path);
    if (*p.url != '\0' && !is_web_address(p.url)) {
        drc_corpus_note(c, "%s:%d: its url is left out: it is not a web address", p.path, line);
        p.url = "";
    }
    if (!is_wanted(c, &p, line))
        return 0;
    size_t bytes = strlen(p.body);
    if (c->bytes + bytes > DRC_CORPUS_MAX_BYTES || c->count == DRC_PAGES_MAX)
        return drc_err_set(err, DRC_ERR_LIMIT,
                           "%s: the corpus is too large; it may have %d pages and %u bytes", p.path,
                           DRC_PAGES_MAX, DRC_CORPUS_MAX_BYTES);
    c->bytes += bytes;
    p.body = drc_utf8_clean(c->a, p.body, bytes, bytes, true);
    c->pages = grown(c->a, c->pages, c->count, &c->cap, sizeof *c->pages);
    c->pages[c->count++] = p;
    drc_map_set(c->seen, drc_arena_printf(c->a, "%s/%s", p.corpus, p.id), (void *)p.path);
    return 0;
}

/* ---- front matter ------------------------------------------------------------------------- */

static bool starts_with(const char **text, const char *word)
{
    size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0 || (*text)[n] != ' ')
        return false;
    *text += n + strspn(*text + n, " ");
    return **text != '\0';
}

static int parse_signal(struct drc_corpus *c, const char *path, const struct drc_meta_entry *e,
                        struct drc_signal *out, struct drc_err *err)
{
    const char *text = e->value;
    out->source = cleaned(c, e->value, TITLE_MAX_CHARS);
    if (starts_with(&text, "edge") || starts_with(&text, "error")) {
        out->kind = strncmp(e->value, "edge", 4) == 0 ? DRC_SIGNAL_EDGE : DRC_SIGNAL_ERROR;
        out->text = cleaned(c, text, TITLE_MAX_CHARS);
        return 0;
    }
    out->kind = DRC_SIGNAL_FACT;
    return drc_condition_parse(c->a, path, e->line, text, &out->when, err);
}

static int take_lists(struct drc_corpus *c, const struct drc_meta *m, struct drc_page *p,
                      struct drc_err *err)
{
    p->asked = drc_arena_array(c->a, ASKED_MAX, sizeof *p->asked);
    p->signals = drc_arena_array(c->a, SIGNALS_MAX, sizeof *p->signals);
    for (size_t i = 0; i < m->count; i++) {
        const struct drc_meta_entry *e = &m->entries[i];
        if (strcmp(e->key, "asked") == 0 && p->asked_count < ASKED_MAX && *e->value != '\0')
            p->asked[p->asked_count++] = cleaned(c, e->value, TITLE_MAX_CHARS);
        if (strcmp(e->key, "signal") == 0 && p->signal_count < SIGNALS_MAX &&
            parse_signal(c, p->path, e, &p->signals[p->signal_count++], err) < 0)
            return -1;
    }
    return 0;
}

/* The first line that holds bad bytes; 0 if none does. */
static int bad_line(const char *text, size_t bytes)
{
    int line = 1;
    for (const char *p = text, *end = text + bytes; p < end; line++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t n = newline == NULL ? (size_t)(end - p) : (size_t)(newline - p);
        if (memchr(p, '\0', n) != NULL || !drc_utf8_valid(p, n))
            return line;
        p += n + 1;
    }
    return 0;
}

/* NUL ends a string in C; here it is one more bad byte. */
static char *without_nul(struct drc_arena *a, const char *text, size_t bytes)
{
    char *copy = drc_arena_alloc(a, bytes + 1);
    memcpy(copy, text, bytes);
    for (size_t i = 0; i < bytes; i++)
        if (copy[i] == '\0')
            copy[i] = '\x1a';
    return copy;
}

static int take_text(struct drc_corpus *c, struct drc_arena *temp, struct drc_page *p,
                     const char *text, size_t bytes, struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    struct drc_meta m;
    int bad = bad_line(text, bytes);
    if (bad > 0)
        drc_corpus_note(c, "%s:%d: bytes that are not UTF-8 text were replaced", p->path, bad);
    const char *clean =
        drc_utf8_clean(temp, without_nul(temp, text, bytes), bytes, bytes + 1, true);
    if (drc_meta_parse(temp, DRC_META_MD, p->path, clean, keys, &m, &own) < 0 ||
        take_lists(c, &m, p, &own) < 0) {
        drc_corpus_note(c, "%s (left out)", own.msg);
        return 0;
    }
    p->title = drc_meta_get(&m, "title");
    p->url = drc_meta_get(&m, "url");
    p->section = drc_meta_get(&m, "section");
    p->date = drc_meta_get(&m, "date");
    p->applies_to = drc_meta_get(&m, "applies_to");
    p->lane = drc_meta_get(&m, "lane");
    p->body = m.body;
    return drc_corpus_add_page(c, p, 1, err);
}

int drc_corpus_add_text(struct drc_corpus *c, const char *corpus, const char *id, const char *path,
                        const char *text, size_t bytes, struct drc_err *err)
{
    struct drc_page p = {.corpus = corpus, .id = id, .path = path};
    if (bytes > DRC_PAGE_MAX_BYTES) {
        drc_corpus_note(c, "%s: left out: it has %zu bytes, a page may have %u", path, bytes,
                        DRC_PAGE_MAX_BYTES);
        return 0;
    }
    struct drc_arena *temp = drc_arena_new();
    int rc = take_text(c, temp, &p, text, bytes, err);
    drc_arena_free(temp);
    return rc;
}

/* ---- folders ------------------------------------------------------------------------------ */

static int add_file(struct drc_corpus *c, const char *corpus, const char *dir, const char *name,
                    struct drc_err *err)
{
    struct drc_err own = DRC_ERR_INIT;
    size_t bytes = 0;
    const char *path = drc_arena_printf(c->a, "%s/%s", dir, name);
    struct drc_arena *temp = drc_arena_new();
    int rc = 0;
    const char *text = drc_file_read(temp, path, DRC_PAGE_MAX_BYTES, &bytes, &own);
    if (text == NULL)
        drc_corpus_note(c, "%s (left out)", own.msg);
    else
        rc = drc_corpus_add_text(c, corpus,
                                 drc_arena_strndup(c->a, name, strlen(name) - strlen(".md")), path,
                                 text, bytes, err);
    drc_arena_free(temp);
    return rc;
}

static int add_files(struct drc_corpus *c, const char *corpus, const char *dir, struct drc_err *err)
{
    const char **names;
    size_t n;
    if (drc_file_list(c->a, dir, ".md", &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(names[i], "README.md") != 0 && add_file(c, corpus, dir, names[i], err) < 0)
            return -1;
    return 0;
}

static const char *corpus_of(const char *folder)
{
    return strcmp(folder, "runbooks") == 0 ? "runbooks" : "docs";
}

int drc_corpus_add_folder(struct drc_corpus *c, const char *dir, struct drc_err *err)
{
    const char **names;
    size_t n;
    const char *slash = strrchr(dir, '/');
    if (drc_file_list(c->a, dir, "", &names, &n, err) < 0 ||
        add_files(c, corpus_of(slash == NULL ? dir : slash + 1), dir, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const char *path = drc_arena_printf(c->a, "%s/%s", dir, names[i]);
        if (drc_file_is_folder(path) && add_files(c, corpus_of(names[i]), path, err) < 0)
            return -1;
    }
    return 0;
}
