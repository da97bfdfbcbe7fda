#include "core/chart_parts.h"

#include <stdint.h>
#include <string.h>

#include "drc/utf8.h"

/* OpenType 1.9: "Organization of an OpenType Font", tables head, hhea, maxp, hmtx and cmap (formats
 * 4 and 12). The file is hostile: every table is checked against the file once, every later read
 * against its table. */

struct span {
    const uint8_t *data;
    size_t bytes;
};

#define CACHED 0x250 /* Basic Latin to Latin Extended-B: nearly every label */
#define NO_GLYPH 0xffff

struct drc_font {
    struct span hmtx, cmap; /* cmap: the chosen subtable to the end of the cmap table */
    unsigned units_per_em, metric_count, glyph_count;
    unsigned format;
    uint16_t cached[CACHED]; /* advance in font units, NO_GLYPH = not in the font */
    const struct drc_font *fallback;
};

static unsigned be16(struct span s, size_t at)
{
    if (s.bytes < 2 || at > s.bytes - 2)
        return 0;
    return (unsigned)s.data[at] << 8 | s.data[at + 1];
}

static uint32_t be32(struct span s, size_t at)
{
    return (uint32_t)be16(s, at) << 16 | be16(s, at + 2);
}

static bool slice(struct span s, size_t at, size_t bytes, struct span *out)
{
    if (at > s.bytes || bytes > s.bytes - at)
        return false;
    *out = (struct span){s.data + at, bytes};
    return true;
}

/* The table directory starts at `base`: a collection (.ttc) has one per face. */
static int find_table(struct span file, size_t base, const char *tag, size_t min_bytes,
                      struct span *out, struct drc_err *err)
{
    unsigned count = be16(file, base + 4);
    for (unsigned i = 0; i < count; i++) {
        struct span record;
        if (!slice(file, base + 12 + (size_t)i * 16, 16, &record))
            break;
        if (memcmp(record.data, tag, 4) != 0)
            continue;
        if (!slice(file, be32(record, 8), be32(record, 12), out) || out->bytes < min_bytes)
            return drc_err_set(err, DRC_ERR_PARSE, "font table '%s' is out of range", tag);
        return 0;
    }
    return drc_err_set(err, DRC_ERR_PARSE, "font has no table '%s'", tag);
}

static bool format_fits(struct span sub, unsigned format)
{
    if (format == 4)
        return sub.bytes >= 16 && (size_t)be16(sub, 6) * 4 + 16 <= sub.bytes;
    if (format == 12)
        return sub.bytes >= 16 && be32(sub, 12) <= (sub.bytes - 16) / 12;
    return false;
}

/* Unicode subtables only (platform 0, or 3 with encoding 1 or 10); format 12 covers more, so it
 * wins. */
static int choose_cmap(struct drc_font *f, struct span cmap, struct drc_err *err)
{
    unsigned count = be16(cmap, 2);
    for (unsigned i = 0; i < count && i < 64; i++) {
        size_t record = 4 + (size_t)i * 8;
        unsigned platform = be16(cmap, record), encoding = be16(cmap, record + 2);
        size_t at = be32(cmap, record + 4);
        if (platform != 0 && !(platform == 3 && (encoding == 1 || encoding == 10)))
            continue;
        struct span sub;
        if (at >= cmap.bytes || !slice(cmap, at, cmap.bytes - at, &sub))
            return drc_err_set(err, DRC_ERR_PARSE, "font table 'cmap' points outside itself");
        unsigned format = be16(sub, 0);
        if (format != 4 && format != 12)
            continue;
        if (!format_fits(sub, format))
            return drc_err_set(err, DRC_ERR_PARSE, "font table 'cmap' is cut off");
        if (format > f->format) {
            f->format = format;
            f->cmap = sub;
        }
    }
    if (f->format == 0)
        return drc_err_set(err, DRC_ERR_PARSE, "font has no Unicode character map");
    return 0;
}

static unsigned glyph_format4(struct span s, unsigned cp)
{
    if (cp > 0xffff)
        return 0;
    size_t segments = be16(s, 6) / 2, low = 0, high = segments;
    while (low < high) { /* first segment whose endCode >= cp */
        size_t mid = (low + high) / 2;
        if (be16(s, 14 + mid * 2) < cp)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == segments)
        return 0;
    size_t starts = 16 + segments * 2, deltas = starts + segments * 2,
           offsets = deltas + segments * 2;
    unsigned start = be16(s, starts + low * 2), delta = be16(s, deltas + low * 2);
    size_t range_at = offsets + low * 2;
    unsigned range = be16(s, range_at);
    if (cp < start)
        return 0;
    if (range == 0)
        return (cp + delta) & 0xffff;
    unsigned glyph = be16(s, range_at + range + (size_t)(cp - start) * 2);
    return glyph == 0 ? 0 : (glyph + delta) & 0xffff;
}

static unsigned glyph_format12(struct span s, unsigned cp)
{
    size_t low = 0, high = be32(s, 12);
    while (low < high) {
        size_t mid = (low + high) / 2, group = 16 + mid * 12;
        if (cp < be32(s, group))
            high = mid;
        else if (cp > be32(s, group + 4))
            low = mid + 1;
        else
            return be32(s, group + 8) + (cp - be32(s, group));
    }
    return 0;
}

/* Advance in font units, -1 where the font has no glyph. */
static int lookup(const struct drc_font *f, unsigned cp)
{
    unsigned glyph = f->format == 12 ? glyph_format12(f->cmap, cp) : glyph_format4(f->cmap, cp);
    if (glyph == 0 || glyph >= f->glyph_count)
        return -1;
    unsigned metric = glyph < f->metric_count ? glyph : f->metric_count - 1;
    return (int)be16(f->hmtx, (size_t)metric * 4);
}

static int advance_units(const struct drc_font *f, unsigned cp)
{
    if (cp < CACHED)
        return f->cached[cp] == NO_GLYPH ? -1 : f->cached[cp];
    return lookup(f, cp);
}

static int parse_metrics(struct drc_font *f, struct span file, size_t base, struct drc_err *err)
{
    struct span head, hhea, maxp;
    if (find_table(file, base, "head", 54, &head, err) != 0 ||
        find_table(file, base, "hhea", 36, &hhea, err) != 0 ||
        find_table(file, base, "maxp", 6, &maxp, err) != 0 ||
        find_table(file, base, "hmtx", 4, &f->hmtx, err) != 0)
        return -1;
    f->units_per_em = be16(head, 18);
    f->metric_count = be16(hhea, 34);
    f->glyph_count = be16(maxp, 4);
    if (f->units_per_em < 16 || f->units_per_em > 16384)
        return drc_err_set(err, DRC_ERR_PARSE, "font has %u units per em", f->units_per_em);
    if (f->metric_count == 0 || (size_t)f->metric_count * 4 > f->hmtx.bytes)
        return drc_err_set(err, DRC_ERR_PARSE, "font table 'hmtx' is cut off");
    return 0;
}

static const uint8_t *copy(struct drc_arena *a, struct span s)
{
    return memcpy(drc_arena_alloc(a, s.bytes), s.data, s.bytes);
}

struct drc_font *drc_font_parse(struct drc_arena *a, const void *data, size_t bytes,
                                struct drc_err *err)
{
    struct span file = {data, bytes}, cmap;
    uint32_t kind = be32(file, 0);
    size_t base = 0;
    if (kind == 0x74746366) { /* 'ttcf' */
        base = be32(file, 12);
        kind = base < bytes ? be32(file, base) : 0;
    }
    if (kind != 0x00010000 && kind != 0x4f54544f &&
        kind != 0x74727565) { /* TrueType, 'OTTO', 'true' */
        drc_err_set(err, DRC_ERR_PARSE, "not an OpenType font");
        return NULL;
    }
    struct drc_font *f = drc_arena_alloc(a, sizeof *f);
    if (parse_metrics(f, file, base, err) != 0 ||
        find_table(file, base, "cmap", 4, &cmap, err) != 0 || choose_cmap(f, cmap, err) != 0)
        return NULL;
    f->hmtx.data = copy(a, f->hmtx);
    f->cmap.data = copy(a, f->cmap);
    for (unsigned cp = 0; cp < CACHED; cp++) {
        int units = lookup(f, cp);
        f->cached[cp] = units < 0 || units >= NO_GLYPH ? NO_GLYPH : (uint16_t)units;
    }
    return f;
}

void drc_font_chain(struct drc_font *f, const struct drc_font *fallback)
{
    f->fallback = fallback;
}

/* Two fonts deep: a chain that somebody closed into a ring must not hang a worker. */
double drc_font_advance(const struct drc_font *f, unsigned codepoint, double px)
{
    const struct drc_font *next = f;
    for (int depth = 0; next != NULL && depth < 3; depth++, next = next->fallback) {
        int units = advance_units(next, codepoint);
        if (units >= 0)
            return (double)units * px / next->units_per_em;
    }
    return px; /* what a renderer draws for a missing glyph is at most one em wide */
}

double drc_font_width(const struct drc_font *f, const char *utf8, double px)
{
    double width = 0;
    unsigned cp;
    for (int n; (n = drc_utf8_next(utf8, &cp)) > 0; utf8 += n)
        width += drc_font_advance(f, cp, px);
    return width;
}

bool drc_font_has(const struct drc_font *f, unsigned codepoint)
{
    for (int depth = 0; f != NULL && depth < 3; depth++, f = f->fallback)
        if (advance_units(f, codepoint) >= 0)
            return true;
    return false;
}
