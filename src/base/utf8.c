#include "drc/utf8.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "drc/arena.h"

int drc_utf8_decode(const char *s, size_t bytes, unsigned *cp)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)bytes, &c);
    if (n <= 0 || c < 0)
        return 0;
    *cp = (unsigned)c;
    return (int)n;
}

bool drc_utf8_valid(const char *s, size_t bytes)
{
    unsigned cp;
    for (size_t i = 0; i < bytes;) {
        uint64_t eight;
        if (bytes - i >= sizeof eight) { /* most text is ASCII */
            memcpy(&eight, s + i, sizeof eight);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof eight;
                continue;
            }
        }
        int n = drc_utf8_decode(s + i, bytes - i, &cp);
        if (n == 0)
            return false;
        i += (size_t)n;
    }
    return true;
}

size_t drc_utf8_count(const char *s)
{
    size_t n = 0;
    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

/* Code points that a reader cannot see and that change what the reader sees: controls, bidi, zero
 * width, tags. */
static bool is_hidden(unsigned cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || (cp >= 0x200b && cp <= 0x200f) ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
           (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f);
}

char *drc_utf8_clean(struct drc_arena *a, const char *s, size_t bytes, size_t max_chars,
                     bool keep_lines)
{
    char *out = drc_arena_alloc(a, bytes * 3 + 4); /* every bad byte may become U+FFFD */
    size_t o = 0, chars = 0, last = 0;
    for (size_t i = 0; i < bytes && s[i] != '\0';) {
        unsigned cp = 0;
        int n = drc_utf8_decode(s + i, bytes - i, &cp);
        bool line = n > 0 && (cp == '\n' || cp == '\t');
        bool blank = line && !keep_lines; /* words stay apart */
        if (n > 0 && is_hidden(cp) && (!line || (blank && (o == 0 || out[o - 1] == ' ')))) {
            i += (size_t)n;
            continue;
        }
        if (chars == max_chars) { /* replace the last one kept by an ellipsis */
            o = max_chars == 0 ? 0 : last;
            memcpy(out + o, "\u2026", 3);
            o += 3;
            break;
        }
        last = o;
        if (n == 0) {
            memcpy(out + o, "\ufffd", 3);
            o += 3;
            i++;
        } else {
            memcpy(out + o, blank ? " " : s + i, (size_t)n);
            o += (size_t)n;
            i += (size_t)n;
        }
        chars++;
    }
    out[o] = '\0';
    return out;
}

bool drc_utf8_digit(unsigned codepoint)
{
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)codepoint);
    return c == UTF8PROC_CATEGORY_ND || c == UTF8PROC_CATEGORY_NL || c == UTF8PROC_CATEGORY_NO;
}

static bool is_blank(unsigned cp)
{
    return cp == ' ' || (cp >= 0x09 && cp <= 0x0d) || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
           cp == 0x205f || cp == 0x3000;
}

enum drc_utf8_kind drc_utf8_kind(unsigned codepoint)
{
    static const char symbols[] = "$+<=>^`|~"; /* ASCII, not of category P */
    if (codepoint < 0x80 && codepoint != 0 && strchr(symbols, (int)codepoint) != NULL)
        return DRC_UTF8_PUNCTUATION;
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)codepoint);
    if (c >= UTF8PROC_CATEGORY_CC && c <= UTF8PROC_CATEGORY_CO)
        return DRC_UTF8_CONTROL;
    if (c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO)
        return DRC_UTF8_PUNCTUATION;
    if (c == UTF8PROC_CATEGORY_MN)
        return DRC_UTF8_MARK;
    return is_blank(codepoint) ? DRC_UTF8_BLANK : DRC_UTF8_OTHER;
}

int drc_utf8_decompose(unsigned codepoint, unsigned out[4])
{
    utf8proc_int32_t d[4];
    int last_boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)codepoint, d, 4,
                                                 UTF8PROC_DECOMPOSE, &last_boundary);
    if (n < 1 || n > 4) {
        out[0] = codepoint;
        return 1;
    }
    for (int i = 0; i < (int)n; i++)
        out[i] = (unsigned)d[i];
    return (int)n;
}

unsigned drc_utf8_lower(unsigned codepoint)
{
    return (unsigned)utf8proc_tolower((utf8proc_int32_t)codepoint);
}

int drc_utf8_encode(unsigned codepoint, char out[4])
{
    return (int)utf8proc_encode_char((utf8proc_int32_t)codepoint, (utf8proc_uint8_t *)out);
}

int drc_utf8_width(const char *s)
{
    int width = 0;
    unsigned cp;
    for (int n; (n = drc_utf8_next(s, &cp)) > 0; s += n)
        width += utf8proc_charwidth((utf8proc_int32_t)cp);
    return width;
}

int drc_utf8_next(const char *s, unsigned *codepoint)
{
    if (*s == '\0')
        return 0;
    int n = drc_utf8_decode(s, strnlen(s, 4), codepoint);
    if (n == 0) {
        *codepoint = 0xfffd;
        return 1;
    }
    return n;
}

static size_t fold(const char *s, unsigned *out, size_t max)
{
    size_t n = 0;
    unsigned cp;
    for (int len; n < max && (len = drc_utf8_next(s, &cp)) > 0; s += len)
        out[n++] = cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    return n;
}

int drc_utf8_distance(const char *a, const char *b)
{
    enum { MAX = 64 };
    unsigned x[MAX], y[MAX];
    size_t nx = fold(a, x, MAX), ny = fold(b, y, MAX);
    unsigned char d[MAX + 1][MAX + 1];
    for (size_t i = 0; i <= nx; i++)
        d[i][0] = (unsigned char)i;
    for (size_t j = 0; j <= ny; j++)
        d[0][j] = (unsigned char)j;
    for (size_t i = 1; i <= nx; i++) {
        for (size_t j = 1; j <= ny; j++) {
            int best = d[i - 1][j - 1] + (x[i - 1] != y[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = (unsigned char)best;
        }
    }
    return d[nx][ny] > 32 ? 32 : d[nx][ny];
}
