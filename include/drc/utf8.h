/* UTF-8 from outside: made valid where it enters, counted and cut by code points. Any thread. */
#ifndef DRC_UTF8_H
#define DRC_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct drc_arena;

bool drc_utf8_valid(const char *s, size_t bytes);
size_t drc_utf8_count(const char *s); /* code points of a valid string */

/* Copies at most max_chars code points; invalid bytes become U+FFFD; C0/C1 controls (but \n and \t
 * where keep_lines), bidi controls, zero-width and tag characters are dropped. What is cut ends in
 * U+2026. */
char *drc_utf8_clean(struct drc_arena *a, const char *s, size_t bytes, size_t max_chars,
                     bool keep_lines);

/* Whether it stands for a number in some script: digits, letter numbers, fractions, powers. */
bool drc_utf8_digit(unsigned codepoint);

/* Columns in a terminal (East Asian wide = 2, combining = 0). */
int drc_utf8_width(const char *s);

/* Decodes one code point of a valid string, returns its byte length (0 at the end). */
int drc_utf8_next(const char *s, unsigned *codepoint);

/* Optimal string alignment distance in code points, capped at 32; for nearest-match help.
 * Case-insensitive ASCII. */
int drc_utf8_distance(const char *a, const char *b);

#endif
