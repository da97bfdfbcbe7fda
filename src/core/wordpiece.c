#include "drc/wordpiece.h"

#include <string.h>

#include "drc/utf8.h"

/* The block: count, slot_count, starts[count + 1], slots[slot_count], then the pieces' bytes one
 * after the other. A slot is an id + 1 or 0; collisions go to the next slot. */

enum { HEAD = 2, WORD_CHARS_MAX = 100, WORD_BYTES_MAX = WORD_CHARS_MAX * 4 };

#define FNV_START 2166136261u
#define INSIDE "##"

static uint32_t fnv(uint32_t h, const char *s, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h;
}

/* ---- the vocabulary ------------------------------------------------------------------------ */

static size_t slots_for(size_t count)
{
    size_t n = 8;
    while (n < count * 2)
        n *= 2;
    return n;
}

/* The id of the piece `prefix` + s, UINT32_MAX if it is none. */
static uint32_t find(const struct drc_wordpiece *w, uint32_t hash, const char *prefix,
                     const char *s, size_t bytes)
{
    size_t p = strlen(prefix);
    for (uint32_t i = hash & (w->slot_count - 1);; i = (i + 1) & (w->slot_count - 1)) {
        if (w->slots[i] == 0)
            return UINT32_MAX;
        uint32_t id = w->slots[i] - 1;
        const char *piece = w->bytes + w->starts[id];
        if (w->starts[id + 1] - w->starts[id] == p + bytes && memcmp(piece, prefix, p) == 0 &&
            memcmp(piece + p, s, bytes) == 0)
            return id;
    }
}

uint32_t drc_wordpiece_id(const struct drc_wordpiece *w, const char *piece)
{
    size_t n = strlen(piece);
    return find(w, fnv(FNV_START, piece, n), "", piece, n);
}

static int fill_slots(uint32_t *slots, struct drc_wordpiece *w, struct drc_err *err)
{
    for (uint32_t id = 0; id < w->count; id++) {
        const char *s = w->bytes + w->starts[id];
        size_t n = w->starts[id + 1] - w->starts[id];
        uint32_t h = fnv(FNV_START, s, n), i = h & (w->slot_count - 1);
        if (n == 0 || find(w, h, "", s, n) != UINT32_MAX)
            return drc_err_set(err, DRC_ERR_INPUT, "piece %u of the vocabulary is %s", id,
                               n == 0 ? "empty" : "there twice");
        while (slots[i] != 0)
            i = (i + 1) & (w->slot_count - 1);
        slots[i] = id + 1;
    }
    return 0;
}

const void *drc_wordpiece_pack(struct drc_arena *a, const char *const *pieces, size_t count,
                               size_t *bytes, struct drc_err *err)
{
    if (count == 0 || count > DRC_WORDPIECE_VOCABULARY_MAX) {
        drc_err_set(err, DRC_ERR_INPUT, "a vocabulary of %zu pieces; 1 to %u are possible", count,
                    DRC_WORDPIECE_VOCABULARY_MAX);
        return NULL;
    }
    size_t slot_count = slots_for(count), text = 0;
    for (size_t i = 0; i < count; i++)
        text += strlen(pieces[i]);
    size_t numbers = HEAD + count + 1 + slot_count;
    *bytes = (numbers * sizeof(uint32_t) + text + 7) / 8 * 8;
    uint32_t *block = drc_arena_alloc(a, *bytes), *starts = block + HEAD;
    uint32_t *slots = starts + count + 1;
    char *out = (char *)(block + numbers);
    block[0] = (uint32_t)count;
    block[1] = (uint32_t)slot_count;
    for (size_t i = 0, at = 0; i < count; i++) {
        size_t n = strlen(pieces[i]);
        memcpy(out + at, pieces[i], n);
        at += n;
        starts[i + 1] = (uint32_t)at;
    }
    struct drc_wordpiece w = {.starts = starts,
                              .slots = slots,
                              .bytes = out,
                              .count = (uint32_t)count,
                              .slot_count = (uint32_t)slot_count};
    if (fill_slots(slots, &w, err) < 0 || drc_wordpiece_view(&w, block, *bytes, err) < 0)
        return NULL;
    return block;
}

static int bad(struct drc_err *err, const char *what)
{
    return drc_err_set(err, DRC_ERR_PARSE, "the vocabulary is damaged: %s", what);
}

int drc_wordpiece_view(struct drc_wordpiece *w, const void *block, size_t bytes,
                       struct drc_err *err)
{
    const uint32_t *head = block;
    if (bytes < HEAD * sizeof *head)
        return bad(err, "it is cut short");
    size_t count = head[0], slot_count = head[1];
    if (count == 0 || count > DRC_WORDPIECE_VOCABULARY_MAX || slot_count != slots_for(count))
        return bad(err, "its sizes are impossible");
    size_t numbers = HEAD + count + 1 + slot_count;
    if (bytes < numbers * sizeof *head)
        return bad(err, "it is cut short");
    size_t text = bytes - numbers * sizeof *head, used = 0;
    *w = (struct drc_wordpiece){.starts = head + HEAD,
                                .slots = head + HEAD + count + 1,
                                .bytes = (const char *)(head + numbers),
                                .count = (uint32_t)count,
                                .slot_count = (uint32_t)slot_count};
    for (size_t i = 0; i < count; i++) {
        uint32_t from = w->starts[i], to = w->starts[i + 1];
        if (from > to || to > text || (i == 0 && from != 0))
            return bad(err, "a piece lies outside");
        if (to - from > w->longest)
            w->longest = to - from;
    }
    for (size_t i = 0; i < slot_count; i++) {
        if (w->slots[i] > count)
            return bad(err, "its table names a piece that is not there");
        used += w->slots[i] != 0;
    }
    if (used > count) /* a full table would be searched for ever */
        return bad(err, "its table is too full");
    w->unknown = drc_wordpiece_id(w, "[UNK]");
    return w->unknown == UINT32_MAX ? bad(err, "it has no [UNK]") : 0;
}

/* ---- words to pieces ----------------------------------------------------------------------- */

struct encoder {
    const struct drc_wordpiece *w;
    uint32_t *ids;
    size_t n, max;
    size_t chars, bytes; /* of the word that is being read; bytes stop at WORD_BYTES_MAX */
    char word[WORD_BYTES_MAX];
};

static void put(struct encoder *e, uint32_t id)
{
    if (e->n == e->max)
        return;
    if (e->ids != NULL)
        e->ids[e->n] = id;
    e->n++;
}

/* The longest piece at `from`: its id, its end in *end; UINT32_MAX if none starts here. */
static uint32_t longest_piece(const struct encoder *e, size_t from, size_t *end)
{
    const char *prefix = from == 0 ? "" : INSIDE;
    uint32_t h = fnv(FNV_START, prefix, strlen(prefix)), best = UINT32_MAX;
    for (size_t i = from; i < e->bytes && i - from < e->w->longest; i++) {
        h = fnv(h, e->word + i, 1);
        if (i + 1 < e->bytes && ((unsigned char)e->word[i + 1] & 0xc0) == 0x80)
            continue; /* inside a character */
        uint32_t id = find(e->w, h, prefix, e->word + from, i + 1 - from);
        if (id != UINT32_MAX) {
            best = id;
            *end = i + 1;
        }
    }
    return best;
}

static void end_word(struct encoder *e)
{
    uint32_t ids[WORD_CHARS_MAX];
    size_t n = 0;
    if (e->chars == 0)
        return;
    bool whole = e->chars <= WORD_CHARS_MAX;
    for (size_t at = 0; whole && at < e->bytes;) {
        ids[n] = longest_piece(e, at, &at);
        whole = ids[n++] != UINT32_MAX;
    }
    if (whole)
        for (size_t i = 0; i < n; i++)
            put(e, ids[i]);
    else
        put(e, e->w->unknown);
    e->chars = e->bytes = 0;
}

static void add_char(struct encoder *e, unsigned cp)
{
    if (e->chars < WORD_CHARS_MAX)
        e->bytes += (size_t)drc_utf8_encode(cp, e->word + e->bytes);
    e->chars++;
}

static void add_alone(struct encoder *e, unsigned cp)
{
    end_word(e);
    add_char(e, cp);
    end_word(e);
}

/* ---- text to words ------------------------------------------------------------------------- */

/* The blocks of CJK ideographs; kana and Hangul are letters like others. */
static bool is_ideograph(unsigned cp)
{
    return (cp >= 0x4e00 && cp <= 0x9fff) || (cp >= 0x3400 && cp <= 0x4dbf) ||
           (cp >= 0x20000 && cp <= 0x2a6df) || (cp >= 0x2a700 && cp <= 0x2b73f) ||
           (cp >= 0x2b740 && cp <= 0x2b81f) || (cp >= 0x2b820 && cp <= 0x2ceaf) ||
           (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0x2f800 && cp <= 0x2fa1f);
}

static void take(struct encoder *e, unsigned cp)
{
    if (cp == '\t' || cp == '\n' || cp == '\r') {
        end_word(e);
        return;
    }
    enum drc_utf8_kind kind = drc_utf8_kind(cp);
    if (kind == DRC_UTF8_CONTROL || cp == 0xfffd)
        return;
    bool alone = is_ideograph(cp); /* the character as it was written decides */
    if (kind == DRC_UTF8_BLANK || alone)
        end_word(e);
    unsigned parts[4];
    int n = kind == DRC_UTF8_BLANK ? 0 : drc_utf8_decompose(cp, parts);
    for (int i = 0; i < n; i++) {
        kind = drc_utf8_kind(parts[i]);
        if (kind == DRC_UTF8_MARK)
            continue;
        if (kind == DRC_UTF8_PUNCTUATION)
            add_alone(e, parts[i]);
        else
            add_char(e, drc_utf8_lower(parts[i]));
    }
    if (alone)
        end_word(e);
}

size_t drc_wordpiece_encode(const struct drc_wordpiece *w, const char *text, size_t bytes,
                            uint32_t *ids, size_t max)
{
    struct encoder e = {.w = w, .ids = ids, .max = max};
    for (size_t i = 0; i < bytes && e.n < max;) {
        unsigned cp;
        int n = drc_utf8_decode(text + i, bytes - i, &cp);
        if (n > 0)
            take(&e, cp);
        i += n > 0 ? (size_t)n : 1;
    }
    end_word(&e);
    return e.n;
}
