#include "drc/jsonx.h"

#include <stdlib.h>
#include <string.h>

#include "drc/limits.h"
#include "drc/utf8.h"

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
