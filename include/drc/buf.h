/* A growing byte buffer with a hard maximum. Past the maximum it keeps what fits, sets `overflow`
 * and ignores the rest, so that a writer checks once at the end. `data` is always NUL-terminated
 * after the first append. One thread at a time. */
#ifndef DRC_BUF_H
#define DRC_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct drc_buf {
    char *data; /* NULL until the first append */
    size_t len, cap, max;
    bool overflow;
};

void drc_buf_init(struct drc_buf *b, size_t max_bytes);
void drc_buf_fini(struct drc_buf *b);
void drc_buf_reset(struct drc_buf *b); /* empties, keeps the memory, clears overflow */
void drc_buf_add(struct drc_buf *b, const void *data, size_t bytes);
void drc_buf_addstr(struct drc_buf *b, const char *s);
void drc_buf_addch(struct drc_buf *b, char c);
void drc_buf_printf(struct drc_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void drc_buf_vprintf(struct drc_buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
const char *drc_buf_str(const struct drc_buf *b); /* never NULL */
char *drc_buf_take(struct drc_buf *b,
                   size_t *bytes); /* moves the malloc'd data out; bytes may be NULL */

#endif
