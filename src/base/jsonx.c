#include "drc/jsonx.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "drc/limits.h"
#include "drc/utf8.h"

/* The code unit of an escape "\uXXXX" at s; -1 if there is none. */
static int escape_at(const char *s, const char *end)
{
    int unit = 0;
    if (end - s < 6 || s[0] != '\\' || s[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        if (!isxdigit((unsigned char)s[i]))
            return -1;
        unit = unit << 4 | (s[i] <= '9' ? s[i] - '0' : (s[i] | 0x20) - 'a' + 10);
    }
    return unit;
}

/* NUL and halves of a surrogate pair are JSON (RFC 8259, 8.2), but no text for us, and jansson
 * refuses the whole for them. They become U+FFFD, in place. True if there were any. */
static bool mend_escapes(char *s, const char *end)
{
    bool mended = false;
    while (s < end) {
        int unit = escape_at(s, end);
        if (unit < 0) {
            s += *s == '\\' ? 2 : 1;
            continue;
        }
        bool high = unit >= 0xd800 && unit < 0xdc00, low = unit >= 0xdc00 && unit < 0xe000;
        int next = high ? escape_at(s + 6, end) : -1;
        if (next >= 0xdc00 && next < 0xe000) {
            s += 12;
            continue;
        }
        if (unit == 0 || high || low) {
            memcpy(s + 2, "fffd", 4);
            mended = true;
        }
        s += 6;
    }
    return mended;
}

static json_t *parse_mended(const char *text, size_t bytes, json_error_t *e)
{
    char *copy = malloc(bytes + 1);
    if (copy == NULL)
        abort();
    memcpy(copy, text, bytes);
    json_t *root = mend_escapes(copy, copy + bytes)
                       ? json_loadb(copy, bytes, JSON_REJECT_DUPLICATES, e)
                       : NULL;
    free(copy);
    return root;
}

json_t *drc_json_parse(const char *text, size_t bytes, struct drc_err *err)
{
    if (bytes > DRC_JSON_MAX_BYTES) {
        drc_err_set(err, DRC_ERR_LIMIT, "JSON of %zu bytes is over the cap of %u", bytes,
                    DRC_JSON_MAX_BYTES);
        return NULL;
    }
    json_error_t e;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &e);
    if (root == NULL)
        root = parse_mended(text, bytes, &e);
    if (root == NULL)
        drc_err_set(err, DRC_ERR_PARSE, "not JSON (line %d, column %d): %.100s", e.line, e.column,
                    e.text);
    return root;
}

static char *dump(const json_t *value, size_t flags)
{
    char *text =
        json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) | flags);
    if (text == NULL)
        abort();
    return text;
}

char *drc_json_dump(const json_t *value)
{
    return dump(value, 0);
}

char *drc_json_dump_sorted(const json_t *value)
{
    return dump(value, JSON_SORT_KEYS);
}

json_t *drc_json_at(const json_t *root, const char *path)
{
    json_t *at = (json_t *)root;
    while (at != NULL && *path != '\0') {
        size_t n = strcspn(path, ".");
        if (json_is_array(at)) {
            char *end;
            unsigned long i = strtoul(path, &end, 10);
            at = end == path + n ? json_array_get(at, i) : NULL;
        } else {
            char key[128];
            if (n >= sizeof key)
                return NULL;
            memcpy(key, path, n);
            key[n] = '\0';
            at = json_object_get(at, key);
        }
        path += n + (path[n] == '.');
    }
    return at;
}

const char *drc_json_str(const json_t *root, const char *path, const char *dflt)
{
    const char *s = json_string_value(drc_json_at(root, path));
    return s == NULL ? dflt : s;
}

int64_t drc_json_int(const json_t *root, const char *path, int64_t dflt)
{
    json_t *v = drc_json_at(root, path);
    return json_is_integer(v) ? (int64_t)json_integer_value(v) : dflt;
}

bool drc_json_bool(const json_t *root, const char *path, bool dflt)
{
    json_t *v = drc_json_at(root, path);
    return json_is_boolean(v) ? json_is_true(v) : dflt;
}

json_t *drc_json_text(const char *s)
{
    json_t *v = json_string(s == NULL ? "" : s);
    if (v != NULL)
        return v;
    struct drc_arena *a = drc_arena_new();
    v = json_string(drc_utf8_clean(a, s, strlen(s), strlen(s), true));
    drc_arena_free(a);
    return v;
}
