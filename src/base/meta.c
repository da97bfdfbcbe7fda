#include "drc/meta.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const char *trimmed(struct drc_arena *a, const char *s, size_t bytes)
{
    while (bytes > 0 && isspace((unsigned char)*s)) {
        s++;
        bytes--;
    }
    while (bytes > 0 && isspace((unsigned char)s[bytes - 1]))
        bytes--;
    return drc_arena_strndup(a, s, bytes);
}

static bool is_key(const char *s, size_t n)
{
    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!(s[i] >= 'a' && s[i] <= 'z') && !(s[i] >= '0' && s[i] <= '9') && s[i] != '-' &&
            s[i] != '_')
            return false;
    return true;
}

static bool is_known(const char *key, const char *const *known)
{
    for (; *known != NULL; known++)
        if (strcmp(*known, key) == 0)
            return true;
    return false;
}

/* Adds the entry of one line "key: value". */
static int add_line(struct drc_arena *a, struct drc_meta *out, const char *line, size_t bytes,
                    int number, const char *const *known, struct drc_err *err)
{
    const char *colon = memchr(line, ':', bytes);
    if (colon == NULL || !is_key(line, (size_t)(colon - line)))
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: expected 'key: value'", out->path, number);
    struct drc_meta_entry *e = &out->entries[out->count];
    e->key = drc_arena_strndup(a, line, (size_t)(colon - line));
    e->value = trimmed(a, colon + 1, bytes - (size_t)(colon - line) - 1);
    e->line = number;
    if (!is_known(e->key, known))
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: unknown key '%s'", out->path, number,
                           e->key);
    out->count++;
    return 0;
}

static size_t count_lines(const char *text)
{
    size_t n = 1;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static int parse_sql(struct drc_arena *a, const char *text, const char *const *known,
                     struct drc_meta *out, struct drc_err *err)
{
    int number = 0;
    out->body = text;
    for (const char *p = text; strncmp(p, "--", 2) == 0;) {
        number++;
        size_t n = strcspn(p, "\n");
        const char *line = p + 2;
        size_t bytes = n - 2;
        while (bytes > 0 && *line == ' ') {
            line++;
            bytes--;
        }
        const char *colon = memchr(line, ':', bytes);
        if (colon == NULL || !is_key(line, (size_t)(colon - line))) {
            if (bytes > 0 && out->count == 0)
                return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: expected '-- key: value'",
                                   out->path, number);
            break; /* ordinary comments start after the front matter */
        }
        if (add_line(a, out, line, bytes, number, known, err) < 0)
            return -1;
        p += n + (p[n] == '\n');
    }
    return 0;
}

static int parse_md(struct drc_arena *a, const char *text, const char *const *known,
                    struct drc_meta *out, struct drc_err *err)
{
    if (strncmp(text, "---\n", 4) != 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "%s:1: expected a line '---'", out->path);
    int number = 1;
    for (const char *p = text + 4; *p != '\0';) {
        number++;
        size_t n = strcspn(p, "\n");
        if (n == 3 && strncmp(p, "---", 3) == 0) {
            p += 3;
            out->body = p + (*p == '\n');
            return 0;
        }
        bool blank = strspn(p, " \t\r") >= n;
        if (!blank && add_line(a, out, p, n, number, known, err) < 0)
            return -1;
        p += n + (p[n] == '\n');
    }
    return drc_err_set(err, DRC_ERR_CONFIG, "%s: the front matter is not closed by '---'",
                       out->path);
}

int drc_meta_parse(struct drc_arena *a, enum drc_meta_kind kind, const char *path, const char *text,
                   const char *const *known, struct drc_meta *out, struct drc_err *err)
{
    memset(out, 0, sizeof *out);
    out->path = path;
    out->entries = drc_arena_array(a, count_lines(text), sizeof *out->entries);
    return kind == DRC_META_SQL ? parse_sql(a, text, known, out, err)
                                : parse_md(a, text, known, out, err);
}

const char *drc_meta_get(const struct drc_meta *m, const char *key)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->entries[i].key, key) == 0)
            return m->entries[i].value;
    return NULL;
}

const char *drc_meta_need(const struct drc_meta *m, const char *key, struct drc_err *err)
{
    const char *value = drc_meta_get(m, key);
    if (value == NULL || *value == '\0') {
        drc_err_set(err, DRC_ERR_CONFIG, "%s: the key '%s' is missing", m->path, key);
        return NULL;
    }
    return value;
}

size_t drc_meta_split(struct drc_arena *a, const char *value, char sep, const char **parts,
                      size_t max)
{
    size_t n = 0;
    while (n < max) {
        const char *end = strchr(value, sep);
        size_t bytes = end == NULL ? strlen(value) : (size_t)(end - value);
        parts[n++] = trimmed(a, value, bytes);
        if (end == NULL)
            break;
        value = end + 1;
    }
    return n;
}
