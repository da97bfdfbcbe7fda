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

/* What a code point is to somebody who cuts text into words, by its Unicode category: BLANK has the
 * property White_Space, PUNCTUATION is any category P and the ASCII symbols, MARK a combining mark
 * without width (Mn), CONTROL any of C but unassigned ones (also tab and newline). */
enum drc_utf8_kind {
    DRC_UTF8_OTHER,
    DRC_UTF8_BLANK,
    DRC_UTF8_PUNCTUATION,
    DRC_UTF8_MARK,
    DRC_UTF8_CONTROL
};
enum drc_utf8_kind drc_utf8_kind(unsigned codepoint);

/* Canonical decomposition (NFD) of one code point, at most 4 of them; returns how many. */
int drc_utf8_decompose(unsigned codepoint, unsigned out[4]);
unsigned drc_utf8_lower(unsigned codepoint);

/* One code point of at most `bytes` bytes, its length; 0 where they do not start with valid UTF-8.
 * The way back: bytes written, 1 to 4. */
int drc_utf8_decode(const char *s, size_t bytes, unsigned *codepoint);
int drc_utf8_encode(unsigned codepoint, char out[4]);

/* Columns in a terminal (East Asian wide = 2, combining = 0). */
int drc_utf8_width(const char *s);

/* Decodes one code point of a valid string, returns its byte length (0 at the end). */
int drc_utf8_next(const char *s, unsigned *codepoint);

/* Optimal string alignment distance in code points, capped at 32; for nearest-match help.
 * Case-insensitive ASCII. */
int drc_utf8_distance(const char *a, const char *b);

#endif
