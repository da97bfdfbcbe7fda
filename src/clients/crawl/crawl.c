/* The order of a crawl: robots.txt, sitemaps, then page by page. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "drc/limits.h"
#include "inner.h"

#define TEXT_MIN_CHARS 200  /* a page with less says nothing that could be quoted */
#define FAILURES_IN_A_ROW 5 /* then the network or the site is down */

void crawl_note(struct crawl *c, const char *url, const char *fmt, ...)
{
    char note[600];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(note, sizeof note, fmt, ap);
    va_end(ap);
    struct drc_crawl_progress p = {c->done, c->count, url, note};
    if (c->o->progress != NULL)
        c->o->progress(&p, c->o->user);
}

int drc_crawl_sources(struct drc_arena *a, const char *path, const char *text,
                      struct drc_crawl_source **sources, size_t *count, struct drc_err *err)
{
    size_t lines = 1, n = 0;
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    struct drc_crawl_source *list = drc_arena_array(a, lines, sizeof *list);
    int number = 0;
    for (const char *p = text; *p != '\0';) {
        size_t bytes = strcspn(p, "\n"), at = 0, words = 0;
        const char *word[3];
        number++;
        while (words < 3 && (at += strspn(p + at, " \t\r")) < bytes && p[at] != '#') {
            size_t w = strcspn(p + at, " \t\r\n");
            word[words++] = drc_arena_strndup(a, p + at, w);
            at += w;
        }
        p += bytes + (p[bytes] == '\n');
        if (words == 0)
            continue;
        struct drc_crawl_source *s = &list[n++];
        struct drc_err e = DRC_ERR_INIT;
        if (words != 2)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s:%d: expected 'address-of-sitemap prefix-of-pages'", path,
                               number);
        if (drc_url_parse(a, word[0], &s->sitemap, &e) < 0 ||
            drc_url_parse(a, word[1], &s->prefix, &e) < 0)
            return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: %s", path, number, e.msg);
        if (strcmp(s->sitemap.host, s->prefix.host) != 0)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s:%d: sitemap and prefix are of different hosts", path, number);
    }
    *sources = list;
    *count = n;
    return n > 0 ? 0 : drc_err_set(err, DRC_ERR_CONFIG, "%s: there is no source in it", path);
}

/* ---- the list of pages -------------------------------------------------------------------- */

static bool has_prefix(const struct drc_url *url, const struct drc_crawl_source *s)
{
    return strncmp(url->text, s->prefix.text, strlen(s->prefix.text)) == 0;
}

/* Whether some source with this sitemap wants the page. */
static bool is_wanted(const struct crawl *c, const struct drc_url *url, const char *sitemap)
{
    for (size_t i = 0; i < c->o->source_count; i++)
        if (strcmp(c->o->sources[i].sitemap.text, sitemap) == 0 &&
            has_prefix(url, &c->o->sources[i]))
            return true;
    return false;
}

static const char *page_rule(struct crawl *c, const struct drc_url *url)
{
    for (size_t i = 0; i < c->o->source_count; i++)
        if (has_prefix(url, &c->o->sources[i]))
            return crawl_robots_rule(c, url);
    return "outside of the prefixes";
}

static void add_page(struct crawl *c, const char *url)
{
    if (drc_map_get(c->seen, url) != NULL)
        return;
    drc_map_set(c->seen, url, c);
    if (c->count == c->cap) {
        const char **more = drc_arena_array(c->a, c->cap * 2 + 256, sizeof *more);
        if (c->count > 0)
            memcpy(more, c->urls, c->count * sizeof *more);
        c->urls = more;
        c->cap = c->cap * 2 + 256;
    }
    c->urls[c->count++] = drc_arena_strdup(c->a, url);
}

/* 0 read, -1 error with the sitemap's address in it. */
static int get_sitemap(struct crawl *c, struct drc_arena *a, struct drc_url url,
                       struct drc_sitemap *map, struct drc_err *err)
{
    struct drc_http_response resp;
    const char *why = crawl_robots_rule(c, &url), *text = url.text;
    int rc = why != NULL ? 1
                         : crawl_get(c, a, &url, crawl_robots_rule, false, DRC_SITEMAP_MAX_BYTES,
                                     &resp, &why, err);
    if (rc == 0 && resp.status != 200)
        rc = drc_err_set(err, DRC_ERR_NET, "answers %ld", resp.status);
    else if (rc == 0)
        rc = drc_sitemap_parse(a, resp.body, resp.body_bytes, map, err);
    else if (rc > 0)
        rc = drc_err_set(err, DRC_ERR_NET, "%s", why);
    return rc < 0 ? drc_err_context(err, "%s", text) : 0;
}

static void add_pages(struct crawl *c, const struct drc_crawl_source *s,
                      const struct drc_sitemap *map, const char *from)
{
    size_t bad = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct drc_arena *a = drc_arena_new();
        struct drc_url url;
        if (drc_url_parse(a, map->urls[i], &url, NULL) < 0)
            bad++;
        else if (is_wanted(c, &url, s->sitemap.text))
            add_page(c, url.text);
        drc_arena_free(a);
    }
    if (bad > 0)
        crawl_note(c, from, "%zu of its addresses cannot be used", bad);
    if (map->cut)
        crawl_note(c, from, "only its first %u addresses are taken", DRC_SITEMAP_URLS_MAX);
}

static int read_index(struct crawl *c, const struct drc_crawl_source *s,
                      const struct drc_sitemap *index, struct drc_err *err)
{
    size_t n = index->count < DRC_SITEMAPS_MAX ? index->count : DRC_SITEMAPS_MAX;
    if (n < index->count)
        crawl_note(c, s->sitemap.text, "only its first %zu sitemaps are read", n);
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct drc_arena *a = drc_arena_new();
        struct drc_sitemap map;
        struct drc_url url;
        if (drc_url_parse(a, index->urls[i], &url, err) < 0)
            rc = -1;
        else if (strcmp(url.host, s->sitemap.host) != 0)
            crawl_note(c, url.text, "this sitemap is of another site, it is not read");
        else if ((rc = get_sitemap(c, a, url, &map, err)) == 0 && map.is_index)
            crawl_note(c, url.text, "an index within an index, it is not read");
        else if (rc == 0)
            add_pages(c, s, &map, url.text);
        drc_arena_free(a);
    }
    return rc;
}

/* A source that cannot be read is a failure, the others are read all the same. Pages that its
 * sitemap no longer names are asked for once more: where they are gone they are deleted. */
static int read_source(struct crawl *c, const struct drc_crawl_source *s, struct drc_err *err)
{
    for (const struct drc_crawl_source *t = c->o->sources; t < s; t++)
        if (strcmp(t->sitemap.text, s->sitemap.text) == 0)
            return crawl_keep_each(c, s->prefix.text, add_page, err); /* read already, for both */
    struct drc_arena *a = drc_arena_new();
    struct drc_err e = DRC_ERR_INIT;
    struct drc_sitemap map;
    int rc = get_sitemap(c, a, s->sitemap, &map, &e);
    if (rc == 0 && map.is_index)
        rc = read_index(c, s, &map, &e);
    else if (rc == 0)
        add_pages(c, s, &map, s->sitemap.text);
    if (rc < 0) {
        c->sum->failed++;
        crawl_note(c, s->sitemap.text, "%s", e.msg);
    } else if (c->count == 0) {
        crawl_note(c, s->sitemap.text, "names no page that is wanted");
    }
    drc_arena_free(a);
    return crawl_keep_each(c, s->prefix.text, add_page, err);
}

/* ---- page by page ------------------------------------------------------------------------- */

static bool is_html(const char *type)
{
    return type != NULL && (strncasecmp(type, "text/html", 9) == 0 ||
                            strncasecmp(type, "application/xhtml+xml", 21) == 0);
}

static int take_page(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                     const struct drc_http_response *resp, struct drc_err *err)
{
    struct drc_html_page page;
    struct drc_err e = DRC_ERR_INIT;
    const char *why = NULL;
    if (!is_html(resp->content_type))
        why = drc_arena_printf(a, "no page but %.80s",
                               resp->content_type == NULL ? "data" : resp->content_type);
    else if (drc_html_read(a, resp->body, resp->body_bytes, &page, &e) < 0)
        why = e.msg;
    else if (page.noindex) {
        c->sum->disallowed++;
        return 0;
    } else if (page.text_chars < TEXT_MIN_CHARS)
        why = "it has hardly any text";
    if (why != NULL) {
        c->sum->skipped++;
        crawl_note(c, url->text, "%s", why);
        return 0;
    }
    if (page.repaired)
        crawl_note(c, url->text, "some of its bytes are not UTF-8, they were replaced");
    int rc = crawl_keep_page(c, a, url, &page, resp, err);
    c->sum->fetched += rc == 1;
    c->sum->unchanged += rc == 0;
    return rc < 0 ? -1 : 0;
}

static int take_gone(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                     const char *what, struct drc_err *err)
{
    int rc = crawl_keep_remove(c, a, url, err);
    if (rc == 1)
        crawl_note(c, url->text, "%s, it is deleted here", what);
    else if (rc == 0)
        crawl_note(c, url->text, "%s", what);
    c->sum->removed += rc == 1;
    c->sum->skipped += rc == 0;
    return rc < 0 ? -1 : 0;
}

/* The answer to `asked`, which came from `url`. */
static int take_answer(struct crawl *c, struct drc_arena *a, const struct drc_url *asked,
                       const struct drc_url *url, const struct drc_http_response *resp,
                       struct drc_err *err)
{
    bool moved = strcmp(asked->text, url->text) != 0;
    c->failures = 0;
    if (resp->status == 404 || resp->status == 410)
        return take_gone(c, a, asked, "not there any more", err);
    if (resp->status != 200 && resp->status != 304) {
        c->sum->failed++;
        crawl_note(c, url->text, "answers %ld", resp->status);
        return 0;
    }
    if (moved) {
        int rc = crawl_keep_remove(c, a, asked, err);
        if (rc < 0)
            return -1;
        c->sum->removed += (size_t)rc;
        if (drc_map_get(c->seen, url->text) != NULL)
            return 0; /* has its own turn */
        drc_map_set(c->seen, url->text, c);
    }
    if (resp->status == 200)
        return take_page(c, a, url, resp, err);
    c->sum->unchanged++;
    return crawl_keep_asked(c, url->text, err);
}

/* 0 go on, -1 stop here. */
static int ask(struct crawl *c, struct drc_arena *a, const struct drc_url *asked,
               struct drc_err *err)
{
    struct drc_url url = *asked;
    struct drc_http_response resp;
    struct drc_err e = DRC_ERR_INIT;
    const char *why = NULL;
    size_t failed = c->sum->failed;
    c->asked++;
    int rc = crawl_get(c, a, &url, page_rule, true, DRC_HTML_MAX_BYTES, &resp, &why, &e);
    if (rc > 0 || e.code == DRC_ERR_LIMIT) {
        c->sum->skipped++;
        crawl_note(c, asked->text, "%s", rc > 0 ? why : e.msg);
    } else if (e.code == DRC_ERR_NET || e.code == DRC_ERR_TIMEOUT) {
        c->sum->failed++;
        crawl_note(c, asked->text, "%s", e.msg);
        if (++c->failures == FAILURES_IN_A_ROW)
            return drc_err_set(err, DRC_ERR_NET, "%d pages in a row did not answer, the last: %s",
                               c->failures, e.msg);
    } else if (rc < 0) {
        return drc_err_set(err, e.code, "%s", e.msg);
    } else if (take_answer(c, a, asked, &url, &resp, err) < 0) {
        return -1;
    }
    return c->sum->failed > failed ? 0 : crawl_keep_asked(c, asked->text, err);
}

static int visit(struct crawl *c, struct drc_arena *a, const char *text, struct drc_err *err)
{
    struct drc_url url;
    struct crawl_kept kept;
    if (drc_url_parse(a, text, &url, err) < 0)
        return -1;
    int known = crawl_keep_get(c, a, &url, &kept, err);
    if (known < 0)
        return -1;
    if (known == 1 && kept.asked_ms >= c->started_ms) {
        c->sum->before++;
        return 0;
    }
    if (c->o->limit > 0 && c->asked == c->o->limit) {
        c->sum->left++;
        return 0;
    }
    if (crawl_robots_rule(c, &url) != NULL) {
        c->sum->disallowed++;
        return 0;
    }
    if (c->bytes > DRC_CRAWL_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_LIMIT, "the pages of one crawl are over %u MB",
                           DRC_CRAWL_MAX_BYTES >> 20);
    return ask(c, a, &url, err);
}

static int visit_all(struct crawl *c, struct drc_err *err)
{
    for (; c->done < c->count; c->done++) {
        struct drc_arena *a = drc_arena_new();
        struct drc_crawl_progress p = {c->done, c->count, c->urls[c->done], NULL};
        if (c->o->progress != NULL)
            c->o->progress(&p, c->o->user);
        int rc = visit(c, a, c->urls[c->done], err);
        drc_arena_free(a);
        if (rc < 0) {
            /* the last one of too many failures is counted as such */
            c->sum->left += c->count - c->done - (c->failures == FAILURES_IN_A_ROW);
            return -1;
        }
    }
    return 0;
}

int drc_crawl_run(const struct drc_crawl_options *o, struct drc_crawl_summary *sum,
                  struct drc_err *err)
{
    struct crawl c = {.o = o, .sum = sum, .a = drc_arena_new()};
    memset(sum, 0, sizeof *sum);
    c.hosts = drc_map_new();
    c.seen = drc_map_new();
    int rc = drc_http_global_init(err);
    if (rc == 0)
        rc = crawl_keep_open(&c, err);
    c.http = rc == 0 ? drc_http_new(o->ca_file) : NULL;
    for (size_t i = 0; i < o->source_count && rc == 0; i++)
        rc = read_source(&c, &o->sources[i], err);
    if (rc == 0)
        rc = visit_all(&c, err);
    if (rc == 0 && sum->left == 0)
        rc = crawl_keep_end(&c, err);
    if (rc == 0 && sum->failed > 0)
        rc = drc_err_set(err, DRC_ERR_NET,
                         "%zu could not be fetched; the next crawl asks for them again",
                         sum->failed);
    crawl_keep_close(&c);
    drc_http_free(c.http);
    drc_map_free(c.seen, NULL);
    drc_map_free(c.hosts, NULL);
    drc_arena_free(c.a);
    return rc;
}
