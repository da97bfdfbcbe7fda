/* drc docs crawl: pages of documentation for a user's own index. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "drc/arena.h"
#include "drc/conf.h"
#include "drc/crawl.h"
#include "drc/file.h"

#define SOURCES_MAX_BYTES 65536
#define TIMEOUT_MS 30000

static void show(const struct drc_crawl_progress *p, void *user)
{
    (void)user;
    bool tty = isatty(STDERR_FILENO);
    if (p->note != NULL)
        fprintf(stderr, "%s%s: %s\n", tty ? "\r\033[K" : "", p->url, p->note);
    else if (tty)
        fprintf(stderr, "\r\033[K%zu/%zu  %.100s", p->done + 1, p->total, p->url);
}

/* "3 fetched, 12 unchanged": what is not zero. */
static void print_summary(const struct drc_crawl_summary *s)
{
    const struct {
        size_t n;
        const char *what;
    } parts[] = {{s->unchanged, "unchanged"},
                 {s->disallowed, "skipped by robots rules"},
                 {s->skipped, "skipped for the reasons above"},
                 {s->removed, "removed"},
                 {s->failed, "failed"},
                 {s->before, "done before"},
                 {s->left, "left for the next run"}};
    printf("%zu fetched", s->fetched);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].n > 0)
            printf(", %zu %s", parts[i].n, parts[i].what);
    putchar('\n');
}

static int crawl(struct drc_arena *a, const char *list, struct drc_crawl_options *o,
                 struct drc_err *err)
{
    struct drc_crawl_source *sources;
    struct drc_crawl_summary sum;
    const char *text = drc_file_read(a, list, SOURCES_MAX_BYTES, NULL, err);
    if (text == NULL || drc_crawl_sources(a, list, text, &sources, &o->source_count, err) < 0)
        return -1;
    o->sources = sources;
    int rc = drc_crawl_run(o, &sum, err);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    print_summary(&sum);
    return rc;
}

int cli_crawl(int argc, char **argv, struct drc_err *err)
{
    int64_t delay_ms, timeout_ms, limit;
    const char *sources = cli_option(argc, argv, "--sources"),
               *out = cli_option(argc, argv, "--out");
    if (cli_number(argc, argv, "--delay-ms", 0, 600000, drc_conf_int("DRC_CRAWL_DELAY_MS"),
                   &delay_ms, err) < 0 ||
        cli_number(argc, argv, "--timeout-ms", 100, 600000, TIMEOUT_MS, &timeout_ms, err) < 0 ||
        cli_number(argc, argv, "--limit", 1, 1000000, 0, &limit, err) < 0 ||
        cli_no_more_options(argc, argv, err) < 0)
        return -1;
    const char *home = sources == NULL ? drc_conf_home(err) : "";
    if (home == NULL)
        return -1;
    struct drc_crawl_options o = {.out = out == NULL ? "data/crawl" : out,
                                  .delay_ms = (int)delay_ms,
                                  .timeout_ms = (int)timeout_ms,
                                  .limit = (size_t)limit,
                                  .ca_file = drc_conf_str("DRC_CA_FILE"),
                                  .progress = show};
    struct drc_arena *a = drc_arena_new();
    if (sources == NULL)
        sources = drc_arena_printf(a, "%s/corpus/sources.list", home);
    int rc = crawl(a, sources, &o, err);
    drc_arena_free(a);
    return rc;
}
