/* The words of a corpus, and misspelt words of a question. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "drc/search.h"
#include "drc/utf8.h"

#define SHORT_LETTERS 7 /* below, one mistake is all that is put right */
#define LEAST_LETTERS 4 /* shorter words are left alone */
#define WORD_MAX_BYTES 60
#define RARE_PASSAGES 2 /* a short form that stands in more passages is found as it is */

struct word {
    const char *text;
    int64_t passages;
    size_t letters;
};

struct drc_words {
    struct drc_arena *a;
    struct word *words; /* by bytes */
    size_t count;
};

static int64_t count_rows(struct drc_db *db, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, "SELECT count(*) FROM word", "");
    int64_t n = st != NULL && drc_db_next(st, err) == 1 ? drc_db_int(st, 0) : -1;
    drc_db_done(st);
    return n;
}

static int read_words(struct drc_words *w, struct drc_db *db, size_t max, struct drc_err *err)
{
    struct drc_stmt *st =
        drc_db_query(db, err, "SELECT word, passages FROM word ORDER BY word", "");
    int rc = st == NULL ? -1 : 0;
    while (rc == 0 && w->count < max && (rc = drc_db_next(st, err)) == 1) {
        const char *text = drc_db_text(st, 0);
        rc = 0;
        if (text == NULL || !drc_utf8_valid(text, strlen(text)))
            continue;
        w->words[w->count++] =
            (struct word){drc_arena_strdup(w->a, text), drc_db_int(st, 1), drc_utf8_count(text)};
    }
    drc_db_done(st);
    return rc;
}

struct drc_words *drc_words_load(struct drc_db *db, struct drc_err *err)
{
    int64_t n = count_rows(db, err);
    if (n < 0 || n > DRC_WORDS_MAX) {
        if (n > 0)
            drc_err_set(err, DRC_ERR_LIMIT, "the index has %lld words; at most %d", (long long)n,
                        DRC_WORDS_MAX);
        return NULL;
    }
    struct drc_arena *a = drc_arena_new();
    struct drc_words *w = drc_arena_alloc(a, sizeof *w);
    w->a = a;
    w->words = drc_arena_array(a, (size_t)n + 1, sizeof *w->words);
    if (read_words(w, db, (size_t)n, err) == 0)
        return w;
    drc_arena_free(a);
    return NULL;
}

void drc_words_free(struct drc_words *w)
{
    if (w != NULL)
        drc_arena_free(w->a);
}

size_t drc_words_count(const struct drc_words *w)
{
    return w->count;
}

static int by_text(const void *key, const void *entry)
{
    return strcmp(key, ((const struct word *)entry)->text);
}

int64_t drc_words_passages(const struct drc_words *w, const char *word)
{
    const struct word *found = bsearch(word, w->words, w->count, sizeof *w->words, by_text);
    return found == NULL ? 0 : found->passages;
}

const char *drc_words_nearest(const struct drc_words *w, const char *word)
{
    size_t letters = drc_utf8_count(word);
    int least = letters < SHORT_LETTERS ? 1 : 2;
    const struct word *best = NULL;
    for (size_t i = 0; i < w->count; i++) {
        const struct word *x = &w->words[i];
        if (x->letters + 2 < letters || x->letters > letters + 2)
            continue;
        int d = drc_utf8_distance(word, x->text);
        if (d < least || (d == least && (best == NULL || x->passages > best->passages))) {
            least = d;
            best = x;
        }
    }
    return best == NULL ? NULL : best->text;
}

/* ---- the question ------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

struct reader {
    struct drc_arena *a;
    const struct drc_search *s;
    struct drc_asked *out;
    const char **originals; /* of corrected words: they come last */
    size_t original_count;
};

static void add_word(struct reader *r, const char *word)
{
    struct drc_asked *out = r->out;
    for (size_t i = 0; i < out->word_count; i++)
        if (strcmp(out->words[i], word) == 0)
            return;
    if (out->word_count < DRC_SEARCH_WORDS_MAX)
        out->words[out->word_count++] = word;
}

/* NULL: the word is fine, or nothing is near. */
static const char *correction(const struct reader *r, const char *word)
{
    if (drc_utf8_count(word) < LEAST_LETTERS || word[strcspn(word, "0123456789")] != '\0' ||
        r->s->words == NULL || drc_words_passages(r->s->words, word) > 0 ||
        (r->s->minilm != NULL && drc_minilm_is_word(r->s->minilm, word)))
        return NULL;
    return drc_words_nearest(r->s->words, word);
}

/* A short form that the corpus hardly holds: in capitals, or no word at all. NULL: it is none. */
static const char *spelled_out(const struct reader *r, const char *from, const char *word)
{
    size_t n = strlen(word), capitals = 0;
    if (n > DRC_ACRONYM_MAX_LETTERS || r->s->words == NULL || r->s->db == NULL)
        return NULL;
    while (capitals < n && isupper((unsigned char)from[capitals]))
        capitals++;
    int64_t passages = drc_words_passages(r->s->words, word);
    bool unknown = n > 2 && passages == 0 && word[strcspn(word, "0123456789")] == '\0' &&
                   r->s->minilm != NULL && !drc_minilm_is_word(r->s->minilm, word);
    return (capitals == n && passages <= RARE_PASSAGES) || unknown
               ? drc_acronym_phrase(r->a, r->s->db, word)
               : NULL;
}

static void note(struct reader *r, const char *better, const char *word)
{
    struct drc_asked *out = r->out;
    out->note =
        out->note == NULL
            ? drc_arena_printf(r->a, "searched for \"%s\" instead of \"%s\"", better, word)
            : drc_arena_printf(r->a, "%s, \"%s\" instead of \"%s\"", out->note, better, word);
}

/* The short form stays, with its words behind it. */
static void take_spelled_out(struct reader *r, const char *word, const char *phrase)
{
    note(r, phrase, word);
    r->out->text = drc_arena_printf(r->a, "%s (%s)", r->out->text, phrase);
    for (const char *p = phrase; *p != '\0';) {
        size_t n = strcspn(p, " ");
        add_word(r, drc_arena_strndup(r->a, p, n));
        p += n + (p[n] == ' ');
    }
}

static void take_word(struct reader *r, const char *from, size_t bytes)
{
    struct drc_asked *out = r->out;
    char *word = drc_arena_strndup(r->a, from, bytes);
    for (char *p = word; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    const char *phrase = bytes > WORD_MAX_BYTES ? NULL : spelled_out(r, from, word);
    const char *better = bytes > WORD_MAX_BYTES || phrase != NULL ? NULL : correction(r, word);
    if (better == NULL) {
        out->text = drc_arena_printf(r->a, "%s%.*s", out->text, (int)bytes, from);
        add_word(r, word);
        if (phrase != NULL)
            take_spelled_out(r, word, phrase);
        return;
    }
    out->text = drc_arena_printf(r->a, "%s%s", out->text, better);
    note(r, better, word);
    add_word(r, better);
    r->originals[r->original_count++] = word;
}

/* "spark.sql.shuffle", "job_run_id": also found as they stand. */
static void take_names(struct reader *r, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        size_t n = 0, parts = 1;
        while (is_letter(p[n]) || ((p[n] == '_' || p[n] == '.') && n > 0 && is_letter(p[n + 1])))
            parts += !is_letter(p[n++]);
        if (parts > 1 && n <= WORD_MAX_BYTES) {
            char *name = drc_arena_strndup(r->a, p, n);
            for (char *q = name; *q != '\0'; q++)
                *q = (char)tolower((unsigned char)*q);
            add_word(r, name);
        }
        p += n > 0 ? n : 1;
    }
}

void drc_search_correct(struct drc_arena *a, const struct drc_search *s, const char *question,
                        struct drc_asked *out)
{
    const char *text =
        drc_utf8_clean(a, question, strlen(question), DRC_SEARCH_QUESTION_MAX_CHARS, false);
    struct reader r = {.a = a, .s = s, .out = out};
    r.originals = drc_arena_array(a, strlen(text) + 1, sizeof *r.originals);
    *out = (struct drc_asked){.text = drc_arena_strdup(a, "")};
    out->words = drc_arena_array(a, DRC_SEARCH_WORDS_MAX, sizeof *out->words);
    for (const char *p = text; *p != '\0';) {
        size_t n = 0, other = 0;
        while (is_letter(p[n]))
            n++;
        if (n > 0)
            take_word(&r, p, n);
        p += n;
        while (p[other] != '\0' && !is_letter(p[other]))
            other++;
        out->text = drc_arena_printf(a, "%s%.*s", out->text, (int)other, p);
        p += other;
    }
    take_names(&r, text);
    for (size_t i = 0; i < r.original_count; i++)
        add_word(&r, r.originals[i]);
}
