/* Between the files of this folder. */
#ifndef DRC_CRAWL_INNER_H
#define DRC_CRAWL_INNER_H

#include "drc/buf.h"
#include "drc/crawl.h"
#include "drc/db.h"
#include "drc/html.h"
#include "drc/http.h"
#include "drc/map.h"

struct crawl_host {
    struct drc_robots robots;
    bool closed;     /* its robots.txt could not be read: nothing may be fetched */
    int64_t next_ms; /* monotonic: not before then */
};

struct crawl {
    const struct drc_crawl_options *o;
    struct drc_crawl_summary *sum;
    struct drc_arena *a; /* lives as long as the crawl */
    struct drc_http *http;
    struct drc_db *db;
    int64_t started_ms; /* wall clock; pages asked for since then are done */
    struct drc_map *hosts, *seen;
    const char **urls; /* the list of pages */
    size_t count, cap, done;
    size_t bytes, asked;
    int failures; /* in a row */
};

void crawl_note(struct crawl *c, const char *url, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- fetch.c ------------------------------------------------------------------------------ */

/* Why an address may not be fetched; NULL: it may. */
typedef const char *crawl_rule(struct crawl *c, const struct drc_url *url);

crawl_rule crawl_robots_rule; /* robots.txt of the host; asks for it at the first use */

/* GET with pauses, retries and redirects; *url becomes the address that answered. `rule` judges
 * each redirect within the host. With `known`, what the manifest knows of the address makes the
 * request conditional. 1: a redirect that is not followed, *why says it. Errors: those of
 * drc_http_do, RATE where the site wants us away for longer than we wait. */
int crawl_get(struct crawl *c, struct drc_arena *a, struct drc_url *url, crawl_rule *rule,
              bool known, size_t max_bytes, struct drc_http_response *resp, const char **why,
              struct drc_err *err);

/* ---- keep.c ------------------------------------------------------------------------------- */

struct crawl_kept {
    const char *etag, *modified; /* "" where there is none */
    const char *sha256;          /* of the page as kept, without its date */
    int64_t asked_ms;
    bool has_file;
};

int crawl_keep_open(struct crawl *c, struct drc_err *err);
void crawl_keep_close(struct crawl *c);
int crawl_keep_end(struct crawl *c, struct drc_err *err); /* the next run begins anew */

/* 1 found, 0 not, -1 error. */
int crawl_keep_get(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                   struct crawl_kept *out, struct drc_err *err);
/* Dealt with in this crawl, whether or not there is something to keep. */
int crawl_keep_asked(struct crawl *c, const char *url, struct drc_err *err);
/* Writes the page unless the same text is there. 1 written, 0 the same, -1 error. */
int crawl_keep_page(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                    const struct drc_html_page *page, const struct drc_http_response *resp,
                    struct drc_err *err);
/* 1 removed, 0 it was not there, -1 error. */
int crawl_keep_remove(struct crawl *c, struct drc_arena *a, const struct drc_url *url,
                      struct drc_err *err);
/* Calls add for every page kept under the prefix. */
int crawl_keep_each(struct crawl *c, const char *prefix, void (*add)(struct crawl *, const char *),
                    struct drc_err *err);

#endif
