/* Arena: memory that lives as long as one request (or one snapshot), freed in one call.
 *
 * Allocation never returns NULL (out of memory or over DRC_ARENA_MAX_BYTES aborts: the inbox
 * resumes the request after the restart). One thread at a time. Memory is zeroed. */
#ifndef DRC_ARENA_H
#define DRC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct drc_arena;

struct drc_arena *drc_arena_new(void);
void drc_arena_free(
    struct drc_arena *a); /* runs the deferred clean-ups, last first; NULL is fine */

void *drc_arena_alloc(struct drc_arena *a, size_t bytes);
void *drc_arena_array(struct drc_arena *a, size_t count, size_t bytes_each); /* overflow-checked */
char *drc_arena_strdup(struct drc_arena *a, const char *s);                  /* NULL gives NULL */
char *drc_arena_strndup(struct drc_arena *a, const char *s, size_t bytes);
char *drc_arena_printf(struct drc_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
char *drc_arena_vprintf(struct drc_arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Calls fn(data) when the arena is freed, in reverse order of registration. */
void drc_arena_defer(struct drc_arena *a, void (*fn)(void *), void *data);

#endif
