/* Sitemaps (sitemaps.org): addresses between <loc> and </loc>, or one a line. One pass, no tree. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/crawl.h"
#include "drc/limits.h"

struct found {
    struct drc_arena *a;
    struct drc_sitemap *map;
    size_t cap;
};

static void add(struct found *f, const char *s, size_t n)
{
    struct drc_sitemap *m = f->map;
    while (n > 0 && isspace((unsigned char)*s)) {
        s++;
        n--;
    }
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        n--;
    if (n == 0 || n > DRC_URL_MAX_BYTES || memchr(s, '\0', n) != NULL)
        return;
    if (m->count == DRC_SITEMAP_URLS_MAX) {
        m->cut = true;
        return;
    }
    if (m->count == f->cap) {
        const char **more = drc_arena_array(f->a, f->cap * 2 + 64, sizeof *more);
        if (m->count > 0)
            memcpy(more, m->urls, m->count * sizeof *more);
        m->urls = more;
        f->cap = f->cap * 2 + 64;
    }
    m->urls[m->count++] = drc_arena_strndup(f->a, s, n);
}

/* One reference at s ("&amp;"): its ASCII character, 0 for any other; *n = its bytes. */
static char reference(const char *s, size_t bytes, size_t *n)
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        *n = strlen(known[i].name);
        if (bytes >= *n && memcmp(s, known[i].name, *n) == 0)
            return known[i].c;
    }
    const char *end = memchr(s, ';', bytes < 12 ? bytes : 12);
    *n = end == NULL ? 1 : (size_t)(end - s) + 1;
    if (end == NULL || s[1] != '#')
        return '\0';
    bool is_hex = s[2] == 'x';
    char digits[12] = "", *stop;
    memcpy(digits, s + 2 + is_hex, *n - 3 - is_hex);
    long v = isxdigit((unsigned char)*digits) ? strtol(digits, &stop, is_hex ? 16 : 10) : 0;
    return v > 0 && v < 128 && *stop == '\0' ? (char)v : '\0';
}

static void add_encoded(struct found *f, const char *s, size_t bytes)
{
    if (bytes > 6 * DRC_URL_MAX_BYTES)
        return;
    if (bytes >= 12 && memcmp(s, "<![CDATA[", 9) == 0 && memcmp(s + bytes - 3, "]]>", 3) == 0) {
        add(f, s + 9, bytes - 12);
        return;
    }
    char *out = drc_arena_alloc(f->a, bytes + 1);
    size_t o = 0;
    for (size_t i = 0, n = 1; i < bytes; i += n) {
        char c = s[i];
        n = 1;
        if (c == '<' || (c == '&' && (c = reference(s + i, bytes - i, &n)) == '\0'))
            return; /* markup, or what we do not expand */
        out[o++] = c;
    }
    add(f, out, o);
}

/* "<loc>" or "<x:loc ...>": the bytes of its start tag, 0 where it is another one. */
static size_t start_tag(const char *s, const char *end, const char *name)
{
    size_t left = (size_t)(end - s), n = strlen(name), at = 1;
    while (at < left && (isalnum((unsigned char)s[at]) || s[at] == ':'))
        at++;
    if (at <= n || memcmp(s + at - n, name, n) != 0 || (at - n != 1 && s[at - n - 1] != ':'))
        return 0;
    const char *close = memchr(s + at, '>', left - at < 1024 ? left - at : 1024);
    return close == NULL || close[-1] == '/' ? 0 : (size_t)(close - s) + 1;
}

static const char *behind(const char *p, const char *end, const char *mark)
{
    const char *at = memmem(p, (size_t)(end - p), mark, strlen(mark));
    return at == NULL ? end : at + strlen(mark);
}

static void read_xml(struct found *f, const char *p, const char *end)
{
    while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        if (end - p >= 4 && memcmp(p, "<!--", 4) == 0) {
            p = behind(p + 4, end, "-->");
            continue;
        }
        if (f->map->count == 0 && start_tag(p, end, "sitemapindex") > 0)
            f->map->is_index = true;
        size_t n = start_tag(p, end, "loc");
        if (n == 0) {
            p++;
            continue;
        }
        const char *text = p + n;
        if (end - text >= 9 && memcmp(text, "<![CDATA[", 9) == 0)
            p = behind(text, end, "]]>");
        else if ((p = memchr(text, '<', (size_t)(end - text))) == NULL)
            return; /* cut off */
        add_encoded(f, text, (size_t)(p - text));
    }
}

static void read_lines(struct found *f, const char *p, const char *end)
{
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        if (eol == NULL)
            eol = end;
        if (eol - p > 8 && strncasecmp(p, "http", 4) == 0)
            add(f, p, (size_t)(eol - p));
        p = eol + 1;
    }
}

int drc_sitemap_parse(struct drc_arena *a, const char *text, size_t bytes, struct drc_sitemap *out,
                      struct drc_err *err)
{
    struct found f = {a, out, 0};
    const char *end = text + bytes;
    memset(out, 0, sizeof *out);
    if (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (text < end && isspace((unsigned char)*text))
        text++;
    if (text < end && *text == '<')
        read_xml(&f, text, end);
    else
        read_lines(&f, text, end);
    if (out->count == 0)
        return drc_err_set(err, DRC_ERR_PARSE, "the sitemap holds no address");
    return 0;
}
