#include "drc/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/limits.h"

#define CHUNK_BYTES ((size_t)16384)
#define ALIGN ((size_t)16)

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(16) char data[];
};

struct cleanup {
    void (*fn)(void *);
    void *data;
    struct cleanup *next;
};

struct drc_arena {
    struct chunk *chunks; /* the newest first; only it takes small blocks */
    struct cleanup *cleanups;
    size_t total;
};

static void *must(void *p)
{
    if (p == NULL) {
        fputs("drc: out of memory\n", stderr);
        abort();
    }
    return p;
}

struct drc_arena *drc_arena_new(void)
{
    return must(calloc(1, sizeof(struct drc_arena)));
}

void drc_arena_free(struct drc_arena *a)
{
    if (a == NULL)
        return;
    for (struct cleanup *c = a->cleanups; c != NULL; c = c->next)
        c->fn(c->data);
    for (struct chunk *c = a->chunks, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

static struct chunk *chunk_new(struct drc_arena *a, size_t bytes)
{
    a->total += bytes;
    if (a->total > DRC_ARENA_MAX_BYTES) {
        fprintf(stderr, "drc: one request asked for more than %u bytes\n", DRC_ARENA_MAX_BYTES);
        abort();
    }
    struct chunk *c = must(calloc(1, sizeof *c + bytes));
    c->size = bytes;
    return c;
}

void *drc_arena_alloc(struct drc_arena *a, size_t bytes)
{
    if (bytes > DRC_ARENA_MAX_BYTES) {
        fputs("drc: impossible allocation\n", stderr);
        abort();
    }
    bytes = (bytes + ALIGN - 1) & ~(ALIGN - 1);
    if (bytes == 0)
        bytes = ALIGN;
    struct chunk *c = a->chunks;
    if (c != NULL && c->size - c->used >= bytes) {
        c->used += bytes;
        return c->data + c->used - bytes;
    }
    if (bytes > CHUNK_BYTES / 4 && c != NULL) { /* large: its own chunk, behind the current one */
        struct chunk *big = chunk_new(a, bytes);
        big->used = bytes;
        big->next = c->next;
        c->next = big;
        return big->data;
    }
    struct chunk *fresh = chunk_new(a, bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES);
    fresh->next = a->chunks;
    a->chunks = fresh;
    fresh->used = bytes;
    return fresh->data;
}

void *drc_arena_array(struct drc_arena *a, size_t count, size_t bytes_each)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, bytes_each, &bytes))
        bytes = SIZE_MAX; /* refused by alloc */
    return drc_arena_alloc(a, bytes);
}

char *drc_arena_strndup(struct drc_arena *a, const char *s, size_t bytes)
{
    if (s == NULL)
        return NULL;
    char *copy = drc_arena_alloc(a, bytes + 1);
    memcpy(copy, s, bytes);
    return copy;
}

char *drc_arena_strdup(struct drc_arena *a, const char *s)
{
    return s == NULL ? NULL : drc_arena_strndup(a, s, strlen(s));
}

char *drc_arena_vprintf(struct drc_arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n < 0) {
        va_end(again);
        return drc_arena_strdup(a, "");
    }
    char *s = drc_arena_alloc(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

char *drc_arena_printf(struct drc_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = drc_arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

void drc_arena_defer(struct drc_arena *a, void (*fn)(void *), void *data)
{
    struct cleanup *c = drc_arena_alloc(a, sizeof *c);
    c->fn = fn;
    c->data = data;
    c->next = a->cleanups;
    a->cleanups = c;
}
