/* The wire log: the last requests, frames and page messages, with secrets masked. A ring; no file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"

#define TEXT_MAX_CHARS 4000

/* A secret starts with one of these and ends at the first byte that cannot be part of it. The mark
 * itself stays. */
static const char *const marks[] = {"xoxb-",
                                    "xapp-",
                                    "xoxp-",
                                    "xoxe.",
                                    "ticket=",
                                    "/commands/" EMU_TEAM "/",
                                    "/actions/" EMU_TEAM "/",
                                    "/upload/v1/"};

static size_t mark_at(const char *p, const char *end)
{
    if (*p != 'x' && *p != 't' && *p != '/')
        return 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        if ((size_t)(end - p) >= n && memcmp(p, marks[i], n) == 0)
            return n;
    }
    return 0;
}

static bool secret_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '/';
}

char *emu_wire_mask(const char *text, size_t bytes)
{
    size_t take = bytes < TEXT_MAX_CHARS ? bytes : TEXT_MAX_CHARS;
    while (take > 0 && take < bytes && ((unsigned char)text[take] & 0xc0) == 0x80)
        take--; /* not inside a character */
    char *out = malloc(take * 2 + 4), *at = out;
    if (out == NULL)
        abort();
    const char *end = text + take;
    for (const char *p = text; p < end;) {
        size_t n = mark_at(p, end);
        if (n == 0) {
            *at++ = *p++;
            continue;
        }
        memcpy(at, p, n);
        at += n;
        for (p += n; p < end && secret_char(*p); p++)
            continue;
        memcpy(at, "***", 3);
        at += 3;
    }
    *at = '\0';
    return out;
}

void emu_wire(struct emu *e, const char *dir, const char *kind, const char *name, int status,
              int64_t us, const char *text, size_t bytes)
{
    struct emu_wire_entry *w = &e->wire[e->wire_n % EMU_WIRE_MAX];
    free(w->text);
    w->n = ++e->wire_n;
    w->at_ms = drc_clock_wall_ms();
    w->us = us;
    w->dir = dir;
    w->kind = kind;
    snprintf(w->name, sizeof w->name, "%s", name);
    w->status = status;
    w->bytes = bytes;
    w->text = emu_wire_mask(text == NULL ? "" : text, text == NULL ? 0 : bytes);
    emu_ui_wire(e, w);
}

json_t *emu_wire_json(const struct emu_wire_entry *w)
{
    json_t *j = json_pack("{s:I, s:I, s:s, s:s, s:o, s:I, s:o}", "n", (json_int_t)w->n, "at_ms",
                          (json_int_t)w->at_ms, "dir", w->dir, "kind", w->kind, "name",
                          drc_json_text(w->name), "bytes", (json_int_t)w->bytes, "text",
                          drc_json_text(w->text));
    if (w->status != 0)
        json_object_set_new(j, "status", json_integer(w->status));
    if (w->us >= 0)
        json_object_set_new(j, "ms", json_real((double)w->us / 1000));
    return j;
}

json_t *emu_wire_since(struct emu *e, uint64_t after, size_t max)
{
    json_t *list = json_array();
    uint64_t first = e->wire_n > EMU_WIRE_MAX ? e->wire_n - EMU_WIRE_MAX : 0;
    if (e->wire_n > max && e->wire_n - max > first)
        first = e->wire_n - max;
    for (uint64_t n = first > after ? first : after; n < e->wire_n; n++)
        json_array_append_new(list, emu_wire_json(&e->wire[n % EMU_WIRE_MAX]));
    return list;
}
