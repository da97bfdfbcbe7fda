#include "drc/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void drc_buf_init(struct drc_buf *b, size_t max_bytes)
{
    memset(b, 0, sizeof *b);
    b->max = max_bytes;
}

void drc_buf_fini(struct drc_buf *b)
{
    free(b->data);
    drc_buf_init(b, b->max);
}

void drc_buf_reset(struct drc_buf *b)
{
    b->len = 0;
    b->overflow = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

/* Room for `bytes` more and the NUL, up to max; returns how many of them fit. */
static size_t make_room(struct drc_buf *b, size_t bytes)
{
    size_t room = b->max - b->len;
    if (bytes > room) {
        b->overflow = true;
        bytes = room;
    }
    size_t need = b->len + bytes + 1;
    if (need > b->cap) {
        size_t cap = b->cap == 0 ? 256 : b->cap;
        while (cap < need)
            cap *= 2;
        char *data = realloc(b->data, cap);
        if (data == NULL) {
            fputs("drc: out of memory\n", stderr);
            abort();
        }
        b->data = data;
        b->cap = cap;
    }
    return bytes;
}

void drc_buf_add(struct drc_buf *b, const void *data, size_t bytes)
{
    bytes = make_room(b, bytes);
    if (bytes > 0)
        memcpy(b->data + b->len, data, bytes);
    b->len += bytes;
    b->data[b->len] = '\0';
}

void drc_buf_addstr(struct drc_buf *b, const char *s)
{
    drc_buf_add(b, s, strlen(s));
}

void drc_buf_addch(struct drc_buf *b, char c)
{
    drc_buf_add(b, &c, 1);
}

void drc_buf_vprintf(struct drc_buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n > 0) {
        size_t fit = make_room(b, (size_t)n);
        if (fit == (size_t)n) {
            vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
            b->len += fit;
        }
    }
    va_end(again);
}

void drc_buf_printf(struct drc_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    drc_buf_vprintf(b, fmt, ap);
    va_end(ap);
}

const char *drc_buf_str(const struct drc_buf *b)
{
    return b->data == NULL ? "" : b->data;
}

char *drc_buf_take(struct drc_buf *b, size_t *bytes)
{
    drc_buf_add(b, "", 0);
    char *data = b->data;
    if (bytes != NULL)
        *bytes = b->len;
    drc_buf_init(b, b->max);
    return data;
}
