/* What a crawl keeps: one file a page in the form of the corpus, and crawl.db beside them. */
#include <ctype.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/file.h"
#include "drc/limits.h"
#include "inner.h"

#define NAME_MAX_CHARS 80
#define RESUME_MAX_MS DRC_DAY_MS /* an interrupted crawl that is older begins anew */

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS page (url TEXT PRIMARY KEY, etag TEXT NOT NULL, modified TEXT NOT "
    "NULL, sha256 TEXT NOT NULL, asked_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS crawl (started_ms INTEGER NOT NULL);";

/* ---- begin and end ------------------------------------------------------------------------ */

static int resume(struct crawl *c, struct drc_err *err)
{
    int64_t now = drc_clock_wall_ms();
    struct drc_stmt *st = drc_db_query(c->db, err, "SELECT started_ms FROM crawl", "");
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    if (rc == 1)
        c->started_ms = drc_db_int(st, 0);
    if (st != NULL)
        drc_db_done(st);
    if (rc < 0)
        return -1;
    if (rc == 1 && c->started_ms <= now && now - c->started_ms < RESUME_MAX_MS)
        return 0;
    c->started_ms = now;
    if (crawl_keep_end(c, err) < 0)
        return -1;
    return drc_db_run(c->db, err, "INSERT INTO crawl VALUES (?)", "i", now);
}

int crawl_keep_open(struct crawl *c, struct drc_err *err)
{
    if (drc_file_mkdirs(c->o->out, err) < 0)
        return -1;
    const char *lock = drc_arena_printf(c->a, "%s/crawl.lock", c->o->out);
    if (drc_file_lock(lock, NULL) < 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "another crawl writes to %.200s", c->o->out);
    const char *path = drc_arena_printf(c->a, "%s/crawl.db", c->o->out);
    c->db = drc_db_open(path, DRC_DB_CREATE, err);
    if (c->db == NULL || drc_db_exec(c->db, schema, err) < 0)
        return -1;
    return resume(c, err);
}

void crawl_keep_close(struct crawl *c)
{
    drc_db_close(c->db);
}

int crawl_keep_end(struct crawl *c, struct drc_err *err)
{
    return drc_db_exec(c->db, "DELETE FROM crawl", err);
}

/* "aws-en-compute-pools-k3x9qa": the index takes a file's name for the page's id, so it is unique
 * over all hosts. */
static const char *file_of(struct crawl *c, struct drc_arena *a, const struct drc_url *url)
{
    char name[NAME_MAX_CHARS + 1], id[8], *host = drc_arena_strdup(a, url->host);
    size_t n = 0;
    for (const char *p = url->path; *p != '\0' && n < NAME_MAX_CHARS; p++) {
        bool word = isalnum((unsigned char)*p);
        if (word || (n > 0 && name[n - 1] != '-'))
            name[n++] = word ? (char)tolower((unsigned char)*p) : '-';
    }
    while (n > 0 && name[n - 1] == '-')
        n--;
    name[n] = '\0';
    for (char *p = host; *p != '\0'; p++)
        if (strchr(":[]", *p) != NULL)
            *p = '-';
    drc_sha256_id(url->text, strlen(url->text), 6, id);
    return drc_arena_printf(a, "%s/%s/%s-%s.md", c->o->out, host, n == 0 ? "page" : name, id);
}

/* ---- the manifest ------------------------------------------------------------------------- */

int crawl_keep_get(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                   struct crawl_kept *out, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(c->db, err, "SELECT etag, modified, sha256, asked_ms FROM page WHERE url = ?",
                     "s", url->text);
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    if (rc == 1) {
        out->etag = drc_arena_strdup(a, drc_db_text(st, 0));
        out->modified = drc_arena_strdup(a, drc_db_text(st, 1));
        out->sha256 = drc_arena_strdup(a, drc_db_text(st, 2));
        out->asked_ms = drc_db_int(st, 3);
        out->has_file = drc_file_exists(file_of(c, a, url));
    }
    if (st != NULL)
        drc_db_done(st);
    return rc;
}

int crawl_keep_asked(struct crawl *c, const char *url, struct drc_err *err)
{
    return drc_db_run(c->db, err,
                      "INSERT INTO page VALUES (?, '', '', '', ?) ON CONFLICT (url) DO UPDATE SET "
                      "asked_ms = excluded.asked_ms",
                      "si", url, drc_clock_wall_ms());
}

int crawl_keep_each(struct crawl *c, const char *prefix, void (*add)(struct crawl *, const char *),
                    struct drc_err *err)
{
    int rc;
    struct drc_stmt *st = drc_db_query(
        c->db, err,
        "SELECT url FROM page WHERE sha256 <> '' AND substr(url, 1, length(?1)) = ?1 ORDER BY url",
        "s", prefix);
    if (st == NULL)
        return -1;
    while ((rc = drc_db_next(st, err)) == 1)
        add(c, drc_db_text(st, 0));
    drc_db_done(st);
    return rc;
}

/* ---- pages -------------------------------------------------------------------------------- */

/* ".../compute/serverless/limits" -> "serverless"; ".../compute/" -> "compute" */
static const char *section_of(struct drc_arena *a, const struct drc_url *url)
{
    size_t end = strcspn(url->path, "?");
    while (end > 0 && url->path[end - 1] != '/')
        end--;
    while (end > 0 && url->path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && url->path[start - 1] != '/')
        start--;
    char *s = drc_arena_strndup(a, url->path + start, end - start);
    for (char *p = s; *p != '\0'; p++)
        if (*p == '-' || *p == '_')
            *p = ' ';
    return *s == '\0' ? "documentation" : s;
}

static void put_body(struct drc_buf *b, const struct drc_html_page *page)
{
    for (size_t i = 0; i < page->section_count; i++) {
        const struct drc_html_section *s = &page->sections[i];
        if (s->level > 0) {
            drc_buf_printf(b, "\n%.*s %s", s->level, "######", s->heading);
            if (*s->anchor != '\0')
                drc_buf_printf(b, " {#%s}", s->anchor);
            drc_buf_addch(b, '\n');
        }
        if (*s->text != '\0')
            drc_buf_printf(b, "\n%s\n", s->text);
    }
}

static int write_page(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                      const char *head, const struct drc_buf *body, struct drc_err *err)
{
    char date[11];
    const char *path = file_of(c, a, url);
    char *folder = drc_arena_strndup(a, path, (size_t)(strrchr(path, '/') - path));
    const char *text =
        drc_arena_printf(a, "---\n%sdate: %s\n---\n%s", head,
                         drc_date_iso(drc_clock_wall_ms() / DRC_DAY_MS, date), drc_buf_str(body));
    return drc_file_mkdirs(folder, err) < 0 ? -1 : drc_file_write(path, text, strlen(text), err);
}

int crawl_keep_page(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                    const struct drc_html_page *page, const struct drc_http_response *resp,
                    struct drc_err *err)
{
    struct crawl_kept kept;
    struct drc_buf body;
    char sha256[65];
    const char *title = *page->title == '\0' ? url->path : page->title;
    const char *head = drc_arena_printf(a, "title: %s\nurl: %s\nsection: %s\n", title, url->text,
                                        section_of(a, url));
    drc_buf_init(&body, DRC_BUF_MAX_BYTES);
    put_body(&body, page);
    const char *whole = drc_arena_printf(a, "%s%s", head, drc_buf_str(&body));
    drc_sha256_hex(whole, strlen(whole), sha256);
    int known = crawl_keep_get(c, a, url, &kept, err);
    bool same =
        known == 1 && strcmp(kept.sha256, sha256) == 0 && drc_file_exists(file_of(c, a, url));
    int rc = known < 0 || (!same && write_page(c, a, url, head, &body, err) < 0) ? -1 : 0;
    drc_buf_fini(&body);
    if (rc < 0 || drc_db_run(c->db, err, "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?)",
                             "ssssi", url->text, resp->etag == NULL ? "" : resp->etag,
                             resp->last_modified == NULL ? "" : resp->last_modified, sha256,
                             drc_clock_wall_ms()) < 0)
        return -1;
    return !same;
}

int crawl_keep_remove(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                      struct drc_err *err)
{
    struct crawl_kept kept;
    int known = crawl_keep_get(c, a, url, &kept, err);
    if (known <= 0 || *kept.sha256 == '\0')
        return known < 0 ? -1 : 0;
    if (drc_file_remove(file_of(c, a, url), err) < 0 ||
        drc_db_run(c->db, err, "DELETE FROM page WHERE url = ?", "s", url->text) < 0)
        return -1;
    return 1;
}
