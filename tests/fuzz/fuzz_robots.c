/* What a site says before its pages: robots.txt, sitemap, addresses. The first byte chooses. */
#include "fuzz.h"

#include "drc/crawl.h"
#include "drc/limits.h"

/* RFC 9309 once more, the slow way: does the pattern match a beginning of the path? */
static bool slow_match(const char *pattern, const char *path, int *steps)
{
    if (--*steps < 0)
        return false;
    if (*pattern == '\0' || (strcmp(pattern, "$") == 0 && *path == '\0'))
        return true;
    if (*pattern == '*')
        return slow_match(pattern + 1, path, steps) ||
               (*path != '\0' && slow_match(pattern, path + 1, steps));
    return *path != '\0' && *path == *pattern && strcmp(pattern, "$") != 0 &&
           slow_match(pattern + 1, path + 1, steps);
}

static void check_robots(struct drc_arena *a, const char *text, size_t bytes)
{
    struct drc_robots r;
    size_t n = strnlen(text, bytes < 64 ? bytes : 64); /* the beginning is the path as well */
    char *path = drc_arena_printf(a, "/%.*s", (int)n, text);
    path[strcspn(path, "%\n")] = '\0';
    for (char *p = path; *p != '\0'; p++)
        if ((unsigned char)*p >= 0x80)
            *p = 'x';
    drc_robots_parse(a, text, bytes, "drc", &r);
    MUST(r.delay_ms >= 0 && r.delay_ms <= 600000);
    size_t longest = 0;
    bool allowed = true;
    int steps = 200000;
    for (size_t i = 0; i < r.count; i++) {
        size_t length = strlen(r.rules[i].pattern);
        if (!slow_match(r.rules[i].pattern, path, &steps))
            continue;
        if (length > longest || (length == longest && r.rules[i].allow))
            allowed = r.rules[i].allow;
        longest = length > longest ? length : longest;
    }
    if (steps >= 0)
        MUST(drc_robots_allow(a, &r, path) == (allowed || strcmp(path, "/robots.txt") == 0));
}

static void check_url(struct drc_arena *a, const char *text)
{
    struct drc_url u, again;
    struct drc_err err = DRC_ERR_INIT;
    int rc = drc_url_parse(a, text, &u, &err);
    must_agree(rc, &err);
    if (rc < 0)
        return;
    const char *folders = drc_arena_strndup(a, u.path, strcspn(u.path, "?"));
    MUST(*u.path == '/' && strstr(folders, "/../") == NULL && strchr(u.text, '#') == NULL);
    MUST(strncmp(u.text, "https://", 8) == 0 || strncmp(u.text, "http://", 7) == 0);
    MUST(drc_url_parse(a, u.text, &again, NULL) == 0 && strcmp(u.text, again.text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes == 0)
        return 0;
    struct drc_arena *a = drc_arena_new();
    const char *text = (const char *)data + 1;
    struct drc_sitemap map;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_crawl_source *sources;
    size_t n;
    switch (data[0] % 4) {
    case 0:
        check_robots(a, text, bytes - 1);
        break;
    case 1:
        must_agree(drc_sitemap_parse(a, text, bytes - 1, &map, &err), &err);
        for (size_t i = 0; i < map.count; i++)
            MUST(*map.urls[i] != '\0' && strlen(map.urls[i]) <= DRC_URL_MAX_BYTES);
        break;
    case 2:
        check_url(a, text_of(a, data + 1, bytes - 1));
        break;
    default:
        must_agree(drc_crawl_sources(a, "s", text_of(a, data + 1, bytes - 1), &sources, &n, &err),
                   &err);
    }
    drc_arena_free(a);
    return 0;
}
