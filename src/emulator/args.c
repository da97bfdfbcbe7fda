/* What callers send: query, form, JSON or multipart, made into one flat object. The official SDKs
 * differ in all of it (form with JSON strings inside, JSON with native arrays, multipart uploads),
 * and Slack takes each. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drc/buf.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"

#define NAME_MAX_BYTES 128
#define PARTS_MAX 64

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *decode(const char *s, size_t bytes)
{
    char *out = malloc(bytes + 1), *at = out;
    if (out == NULL)
        abort();
    for (size_t i = 0; i < bytes; i++) {
        if (s[i] == '%' && i + 2 < bytes && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
            *at++ = (char)(hex(s[i + 1]) << 4 | hex(s[i + 2]));
            i += 2;
        } else {
            *at++ = s[i] == '+' ? ' ' : s[i];
        }
    }
    *at = '\0';
    return out;
}

static void add_form(json_t *args, const char *s, size_t bytes)
{
    for (const char *end = s + bytes; s < end;) {
        const char *amp = memchr(s, '&', (size_t)(end - s));
        size_t n = amp == NULL ? (size_t)(end - s) : (size_t)(amp - s);
        const char *eq = memchr(s, '=', n);
        size_t name_bytes = eq == NULL ? n : (size_t)(eq - s);
        if (name_bytes > 0 && name_bytes < NAME_MAX_BYTES) {
            char *name = decode(s, name_bytes);
            char *value = eq == NULL ? decode("", 0) : decode(eq + 1, n - name_bytes - 1);
            json_object_set_new(args, name,
                                drc_json_text(value)); /* a name that is not UTF-8 is left out */
            free(name);
            free(value);
        }
        s += n + 1;
    }
}

/* ---- multipart ---------------------------------------------------------------------------- */

struct part {
    const char *data, *name, *filename; /* name and filename: not terminated */
    size_t bytes, name_bytes;
};

static const char *attribute(const char *line, const char *end, const char *key, size_t *bytes)
{
    size_t n = strlen(key);
    for (const char *p = line; p + n + 2 < end; p++)
        if (strncasecmp(p, key, n) == 0 && p[n] == '=' && p[n + 1] == '"' &&
            (p == line || p[-1] == ' ' || p[-1] == ';')) {
            const char *from = p + n + 2, *to = memchr(from, '"', (size_t)(end - from));
            *bytes = to == NULL ? 0 : (size_t)(to - from);
            return to == NULL ? NULL : from;
        }
    return NULL;
}

static bool boundary_of(const char *content_type, char *out, size_t size)
{
    const char *p = strcasestr(content_type, "boundary=");
    if (p == NULL)
        return false;
    p += 9;
    size_t n = *p == '"' ? strcspn(++p, "\"") : strcspn(p, "; \t");
    if (n == 0 || n + 3 > size)
        return false;
    out[0] = out[1] = '-';
    memcpy(out + 2, p, n);
    out[n + 2] = '\0';
    return true;
}

/* Splits a multipart body; returns how many parts there are (at most PARTS_MAX). */
static size_t split(const struct drc_http_in *in, struct part *parts)
{
    char mark[140];
    if (!boundary_of(in->content_type, mark, sizeof mark))
        return 0;
    size_t mark_bytes = strlen(mark), count = 0;
    const char *end = in->body + in->body_bytes;
    const char *at = memmem(in->body, in->body_bytes, mark, mark_bytes);
    while (at != NULL && count < PARTS_MAX) {
        at += mark_bytes;
        if (end - at < 4 || at[0] != '\r')
            break;
        const char *head = at + 2, *body = memmem(head, (size_t)(end - head), "\r\n\r\n", 4);
        if (body == NULL)
            break;
        const char *next = memmem(body + 2, (size_t)(end - body - 2), mark, mark_bytes);
        if (next == NULL || next - (body + 4) < 2)
            break;
        struct part *p = &parts[count++];
        size_t unused;
        p->data = body + 4;
        p->bytes = (size_t)(next - p->data) - 2;
        p->name = attribute(head, body, "name", &p->name_bytes);
        p->filename = attribute(head, body, "filename", &unused);
        at = next;
    }
    return count;
}

static void add_multipart(json_t *args, const struct drc_http_in *in)
{
    struct part parts[PARTS_MAX];
    size_t n = split(in, parts);
    for (size_t i = 0; i < n; i++) {
        if (parts[i].name == NULL || parts[i].filename != NULL ||
            parts[i].name_bytes >= NAME_MAX_BYTES)
            continue;
        char *name = strndup(parts[i].name, parts[i].name_bytes);
        char *value = strndup(parts[i].data, parts[i].bytes);
        if (name != NULL && value != NULL)
            json_object_set_new(args, name, drc_json_text(value));
        free(name);
        free(value);
    }
}

const char *emu_upload_body(const struct drc_http_in *in, size_t *bytes)
{
    if (strncasecmp(in->content_type, "multipart/form-data", 19) == 0) {
        struct part parts[PARTS_MAX];
        size_t n = split(in, parts);
        for (size_t i = 0; i < n; i++)
            if (parts[i].filename != NULL || n == 1) {
                *bytes = parts[i].bytes;
                return parts[i].data;
            }
    }
    *bytes = in->body_bytes;
    return in->body;
}

/* ---- the object --------------------------------------------------------------------------- */

json_t *emu_args(const struct drc_http_in *in, const char **error)
{
    json_t *args = json_object();
    add_form(args, in->query, strlen(in->query));
    if (in->body_bytes == 0)
        return args;
    if (strncasecmp(in->content_type, "application/json", 16) == 0) {
        json_error_t why;
        json_t *body =
            json_loadb(in->body, in->body_bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
        if (json_is_object(body))
            json_object_update(args, body);
        else if (!json_is_null(body))
            *error = body == NULL ? "invalid_json" : "json_not_object";
        json_decref(body);
    } else if (strncasecmp(in->content_type, "multipart/form-data", 19) == 0) {
        add_multipart(args, in);
    } else if (in->content_type[0] == '\0' ||
               strncasecmp(in->content_type, "application/x-www-form-urlencoded", 33) == 0) {
        add_form(args, in->body, in->body_bytes);
    } else {
        *error = "invalid_post_type";
    }
    return args;
}

const char *emu_arg(const json_t *args, const char *name)
{
    const char *s = json_string_value(json_object_get(args, name));
    return s == NULL ? "" : s;
}

bool emu_arg_bool(const json_t *args, const char *name, bool dflt)
{
    const json_t *v = json_object_get(args, name);
    if (json_is_boolean(v))
        return json_is_true(v);
    if (json_is_integer(v))
        return json_integer_value(v) != 0;
    const char *s = json_string_value(v);
    if (s == NULL || s[0] == '\0')
        return dflt;
    return strcasecmp(s, "true") == 0 || strcmp(s, "1") == 0;
}

int64_t emu_arg_int(const json_t *args, const char *name, int64_t dflt)
{
    const json_t *v = json_object_get(args, name);
    if (json_is_integer(v))
        return (int64_t)json_integer_value(v);
    const char *s = json_string_value(v);
    char *end;
    long long n = s == NULL ? 0 : strtoll(s, &end, 10);
    return s == NULL || end == s || *end != '\0' ? dflt : (int64_t)n;
}

json_t *emu_arg_json(const json_t *args, const char *name, bool *bad)
{
    json_t *v = json_object_get(args, name);
    *bad = false;
    if (v == NULL || json_is_null(v))
        return NULL;
    if (json_is_object(v) || json_is_array(v))
        return json_deep_copy(v); /* it is completed in place later */
    const char *s = json_string_value(v);
    if (s != NULL && s[0] == '\0')
        return NULL;
    json_t *parsed = s == NULL ? NULL : drc_json_parse(s, strlen(s), NULL);
    *bad = parsed == NULL;
    return parsed;
}

char *emu_query_get(const char *query, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = query; *p != '\0';) {
        size_t len = strcspn(p, "&");
        if (len > n && strncmp(p, name, n) == 0 && p[n] == '=')
            return decode(p + n + 1, len - n - 1);
        p += len + (p[len] == '&');
    }
    return NULL;
}
