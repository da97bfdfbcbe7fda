/* robots.txt after RFC 9309: groups, longest match, '*' and '$'; and Crawl-delay. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/crawl.h"
#include "drc/limits.h"

#define DELAY_MAX_S 600

struct group {
    bool ours, any; /* a line of it names us; names everybody */
    bool has_rules; /* the next User-agent line starts another group */
};

/* Pointers grow by doubling: a robots.txt of 500 KiB has at most some 60,000 rules. */
struct rules {
    struct drc_robots_rule *rule;
    size_t count, cap;
    int delay_ms;
};

static int hex(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

/* RFC 9309, 2.2.2: bytes above ASCII are compared percent-encoded, encoded unreserved characters
 * decoded, so that one path has one form. */
static char *normalise(struct drc_arena *a, const char *s, size_t bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = drc_arena_alloc(a, 3 * bytes + 1);
    size_t o = 0;
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)s[i];
        bool encoded = c == '%' && i + 2 < bytes && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0;
        if (encoded) {
            c = (unsigned char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
            i += 2;
        }
        bool plain = isalnum(c) || (c != '\0' && strchr("-._~", c) != NULL);
        if (encoded ? !plain : c >= 0x80) {
            out[o++] = '%';
            out[o++] = digits[c >> 4];
            out[o++] = digits[c & 15];
        } else {
            out[o++] = (char)c;
        }
    }
    out[o] = '\0';
    return out;
}

/* ---- reading ------------------------------------------------------------------------------ */

static void trim(const char **s, size_t *n)
{
    while (*n > 0 && isspace((unsigned char)**s)) {
        (*s)++;
        (*n)--;
    }
    while (*n > 0 && isspace((unsigned char)(*s)[*n - 1]))
        (*n)--;
}

static bool is_word(const char *s, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

static void add_rule(struct drc_arena *a, struct rules *r, const char *pattern, size_t bytes,
                     bool allow)
{
    if (bytes == 0)
        return; /* "Disallow:" alone forbids nothing */
    if (r->count == r->cap) {
        struct drc_robots_rule *more = drc_arena_array(a, r->cap * 2 + 16, sizeof *more);
        if (r->count > 0)
            memcpy(more, r->rule, r->count * sizeof *more);
        r->rule = more;
        r->cap = r->cap * 2 + 16;
    }
    r->rule[r->count++] = (struct drc_robots_rule){normalise(a, pattern, bytes), allow};
}

static int delay_ms(const char *s, size_t n)
{
    char text[16] = "";
    if (n >= sizeof text || n == 0)
        return 0;
    memcpy(text, s, n);
    if (strspn(text, "0123456789.") < n)
        return 0;
    double seconds = strtod(text, NULL);
    return (int)(1000 * (seconds > DELAY_MAX_S ? DELAY_MAX_S : seconds));
}

static void take_line(struct drc_arena *a, const char *line, size_t bytes, const char *agent,
                      struct group *g, struct rules *ours, struct rules *any, bool *named)
{
    const char *hash = memchr(line, '#', bytes);
    if (hash != NULL)
        bytes = (size_t)(hash - line);
    const char *colon = memchr(line, ':', bytes);
    if (colon == NULL)
        return;
    const char *key = line, *value = colon + 1;
    size_t k = (size_t)(colon - line), v = bytes - k - 1;
    trim(&key, &k);
    trim(&value, &v);
    if (is_word(key, k, "user-agent")) {
        if (g->has_rules)
            *g = (struct group){0};
        /* A token ends where the first character stands that cannot be of one: "drc/1.0". */
        size_t t = 0;
        while (t < v && (isalpha((unsigned char)value[t]) || strchr("-_", value[t]) != NULL))
            t++;
        g->ours = g->ours || is_word(value, t, agent);
        g->any = g->any || (v == 1 && *value == '*');
        *named = *named || g->ours;
        return;
    }
    bool allow = is_word(key, k, "allow"), disallow = is_word(key, k, "disallow"),
         delay = is_word(key, k, "crawl-delay");
    if (!allow && !disallow && !delay)
        return;
    g->has_rules = true;
    struct rules *to[] = {g->ours ? ours : NULL, g->any ? any : NULL};
    for (int i = 0; i < 2; i++) {
        if (to[i] != NULL && delay)
            to[i]->delay_ms = delay_ms(value, v);
        else if (to[i] != NULL)
            add_rule(a, to[i], value, v, allow);
    }
}

void drc_robots_parse(struct drc_arena *a, const char *text, size_t bytes, const char *agent,
                      struct drc_robots *out)
{
    struct group g = {0};
    struct rules ours = {0}, any = {0};
    bool named = false;
    if (bytes > DRC_ROBOTS_MAX_BYTES)
        bytes = DRC_ROBOTS_MAX_BYTES;
    const char *p = text, *end = text + bytes;
    if (bytes >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    while (p < end) {
        const char *eol = p;
        while (eol < end && *eol != '\n' && *eol != '\r')
            eol++;
        take_line(a, p, (size_t)(eol - p), agent, &g, &ours, &any, &named);
        p = eol + 1;
    }
    const struct rules *r = named ? &ours : &any;
    *out = (struct drc_robots){r->rule, r->count, r->delay_ms};
}

/* ---- matching ----------------------------------------------------------------------------- */

/* Whether the pattern matches a beginning of the path ('$': all of it). Goes back to the last '*'
 * only, which is enough. */
static bool matches(const char *pattern, const char *path)
{
    const char *star = NULL, *resume = NULL;
    for (;;) {
        if (*pattern == '*') {
            star = ++pattern;
            resume = path;
        } else if (*pattern == '\0' || (pattern[0] == '$' && pattern[1] == '\0' && *path == '\0')) {
            return true;
        } else if (*path != '\0' && *pattern == *path && !(*pattern == '$' && pattern[1] == '\0')) {
            pattern++;
            path++;
        } else if (star != NULL && *resume != '\0') {
            pattern = star;
            path = ++resume;
        } else {
            return false;
        }
    }
}

bool drc_robots_allow(struct drc_arena *a, const struct drc_robots *r, const char *path)
{
    const char *normal = normalise(a, path, strlen(path));
    size_t longest = 0;
    bool allowed = true;
    if (strcmp(normal, "/robots.txt") == 0)
        return true;
    for (size_t i = 0; i < r->count; i++) {
        size_t n = strlen(r->rules[i].pattern);
        if (n < longest || (n == longest && !r->rules[i].allow))
            continue;
        if (!matches(r->rules[i].pattern, normal))
            continue;
        longest = n;
        allowed = r->rules[i].allow;
    }
    return allowed;
}
