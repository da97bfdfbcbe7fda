/* `drc docs crawl`: real pages of documentation for a user's own index.
 *
 * What is fetched: the pages that the sitemaps of `corpus/sources.list` name under the given
 * prefixes, no page that only a link names. Rules of robots.txt (RFC 9309) hold, requests are a
 * pause apart, what has not changed is not sent again (ETag, Last-Modified), https only but for
 * this machine, redirects only within the host and its prefixes.
 *
 * What is kept: one file a page, <out>/<host>/<words of the path>-<6 letters>.md, in the form of
 * the corpus: front matter title, url, section (last folder of the address), date (day of the
 * fetch), and a body of drc/html.h with headings "## Heading {#anchor}": a section's link is
 * url#anchor. <out>/crawl.db remembers validators and how far a crawl came: an interrupted one goes
 * on where it was. Robots and sitemap functions are pure; the crawl blocks its thread. */
#ifndef DRC_CRAWL_H
#define DRC_CRAWL_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/arena.h"
#include "drc/err.h"

/* ---- robots.txt --------------------------------------------------------------------------- */

struct drc_robots_rule {
    const char *pattern; /* percent-encoding normalised; '*' and a final '$' are special */
    bool allow;
};
struct drc_robots {
    struct drc_robots_rule *rules;
    size_t count;
    int delay_ms; /* Crawl-delay, 0 = none, at most 10 minutes */
};

/* The rules for `agent` (a product token, any case): of all groups that name it, else of all for
 * "*". Bytes past DRC_ROBOTS_MAX_BYTES are not read; any bytes are some robots.txt. */
void drc_robots_parse(struct drc_arena *a, const char *text, size_t bytes, const char *agent,
                      struct drc_robots *out);
/* `path` with its query, from '/'. The longest pattern that matches decides; of two, Allow. */
bool drc_robots_allow(struct drc_arena *a, const struct drc_robots *r, const char *path);

/* ---- sitemap ------------------------------------------------------------------------------ */

struct drc_sitemap {
    bool is_index;     /* the addresses are those of further sitemaps */
    const char **urls; /* as they stand there, entities decoded; not checked */
    size_t count;
    bool cut; /* there are more than DRC_SITEMAP_URLS_MAX */
};

/* sitemaps.org, XML or one address a line. No entity but the five of XML and characters by number.
 * PARSE where it holds no address at all. */
int drc_sitemap_parse(struct drc_arena *a, const char *text, size_t bytes, struct drc_sitemap *out,
                      struct drc_err *err);

/* ---- addresses ---------------------------------------------------------------------------- */

struct drc_url {
    const char
        *text; /* normalised: scheme and host in lower case, default port and fragment gone */
    const char *host; /* with its port where that is not the default one */
    const char *path; /* with its query, from '/'; points into text */
};

/* INPUT with a sentence for what is not https (http on this machine), has a user, control or other
 * characters that do not belong there, dot segments, or over DRC_URL_MAX_BYTES. */
int drc_url_parse(struct drc_arena *a, const char *text, struct drc_url *out, struct drc_err *err);

/* ---- the crawl ---------------------------------------------------------------------------- */

struct drc_crawl_source {
    struct drc_url sitemap, prefix; /* of one host */
};

/* Lines "sitemap prefix", '#' starts a comment. CONFIG with path:line. */
int drc_crawl_sources(struct drc_arena *a, const char *path, const char *text,
                      struct drc_crawl_source **sources, size_t *count, struct drc_err *err);

struct drc_crawl_progress {
    size_t done, total; /* pages; total grows while sitemaps are read */
    const char *url;
    const char *note; /* NULL, or a sentence on what happened to this url */
};

struct drc_crawl_options {
    const char *out; /* folder, made when missing */
    const struct drc_crawl_source *sources;
    size_t source_count;
    int delay_ms, timeout_ms; /* pause between two requests; longest wait for one answer */
    size_t limit;             /* pages asked for in this run, 0 = all; the next run goes on */
    const char *ca_file;      /* NULL = system store */
    void (*progress)(const struct drc_crawl_progress *p, void *user); /* may be NULL */
    void *user;
};

struct drc_crawl_summary {
    size_t fetched;    /* written anew */
    size_t unchanged;  /* not modified, or the same text again */
    size_t disallowed; /* by robots.txt or by the page itself */
    size_t skipped;    /* out of scope, no page, without text, over a cap of limits.h */
    size_t failed;     /* to be tried again */
    size_t removed;    /* gone from the site, deleted here (404, 410, moved) */
    size_t before;     /* dealt with by the run that this one goes on with */
    size_t left;       /* not asked for in this run */
};

/* 0 where every page was dealt with (skipped counts as that); else what was fetched is kept and the
 * error says what is missing: NET (some failed), RATE (the site wants a longer pause), LIMIT;
 * CONFIG and DB before anything is asked. The summary is filled in any case. */
int drc_crawl_run(const struct drc_crawl_options *o, struct drc_crawl_summary *sum,
                  struct drc_err *err);

#endif
