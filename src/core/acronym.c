/* Short forms of a question: "DFP" is looked up as the run of words of the corpus whose first
 * letters spell it. */
#include <ctype.h>
#include <string.h>

#include "drc/map.h"
#include "drc/search.h"

#define TEXTS_MAX 5000 /* titles and passages that are read */
#define TITLE_WEIGHT 4 /* a title counts as much as four mentions */
#define LEAST_WEIGHT 4
#define PHRASE_MAX_BYTES 100

struct spelled { /* a run of words so far */
    const char *letters;
    size_t n, count;
    const char *word[DRC_ACRONYM_MAX_LETTERS]; /* the last words of the sentence */
    size_t bytes[DRC_ACRONYM_MAX_LETTERS];
    struct drc_map *weights; /* phrase -> int in the arena */
    struct drc_arena *a;
};

static void count_phrase(struct spelled *s, int weight)
{
    char phrase[PHRASE_MAX_BYTES + 2];
    size_t len = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (tolower((unsigned char)s->word[i][0]) != s->letters[i] ||
            len + s->bytes[i] + 1 > PHRASE_MAX_BYTES)
            return;
        if (len > 0)
            phrase[len++] = ' ';
        for (size_t k = 0; k < s->bytes[i]; k++)
            phrase[len++] = (char)tolower((unsigned char)s->word[i][k]);
    }
    phrase[len] = '\0';
    int *sum = drc_map_get(s->weights, phrase);
    if (sum == NULL) {
        sum = drc_arena_alloc(s->a, sizeof *sum);
        *sum = 0;
        drc_map_set(s->weights, phrase, sum);
    }
    *sum += weight;
}

/* Words are one blank or hyphen apart; anything else ends the run. Words of one letter do too. */
static void read_text(struct spelled *s, const char *text, int weight)
{
    s->count = 0;
    for (const char *p = text; *p != '\0';) {
        size_t n = 0;
        while (isalnum((unsigned char)p[n]))
            n++;
        if (n < 2) {
            s->count = 0;
            p += n > 0 ? n : 1;
            continue;
        }
        if (s->count == s->n) {
            memmove(s->word, s->word + 1, (s->n - 1) * sizeof *s->word);
            memmove(s->bytes, s->bytes + 1, (s->n - 1) * sizeof *s->bytes);
            s->count--;
        }
        s->word[s->count] = p;
        s->bytes[s->count++] = n;
        if (s->count == s->n)
            count_phrase(s, weight);
        p += n;
        if ((*p == ' ' || *p == '-') && isalnum((unsigned char)p[1]))
            p++;
    }
}

/* The heaviest, of equals the first by bytes. */
static const char *heaviest(const struct spelled *s)
{
    const char *best = NULL, *key;
    int most = LEAST_WEIGHT;
    void *value;
    for (size_t pos = 0; drc_map_next(s->weights, &pos, &key, &value) != 0;) {
        int weight = *(int *)value;
        if (weight > most || (weight == most && (best == NULL || strcmp(key, best) < 0))) {
            most = weight;
            best = key;
        }
    }
    return best == NULL ? NULL : drc_arena_strdup(s->a, best);
}

const char *drc_acronym_phrase(struct drc_arena *a, struct drc_db *db, const char *letters)
{
    static const char sql[] =
        "SELECT title, 1 FROM page UNION ALL"
        " SELECT heading || '. ' || text, 0 FROM passage WHERE NOT asked LIMIT ?";
    struct drc_err own = DRC_ERR_INIT; /* the search that follows reports a damaged index */
    struct spelled s = {.letters = letters, .n = strlen(letters), .a = a};
    if (s.n < 2 || s.n > DRC_ACRONYM_MAX_LETTERS)
        return NULL;
    struct drc_stmt *st = drc_db_query(db, &own, sql, "i", (int64_t)TEXTS_MAX);
    if (st == NULL)
        return NULL;
    s.weights = drc_map_new();
    while (drc_db_next(st, &own) == 1) {
        bool title = drc_db_int(st, 1) != 0;
        const char *text = drc_db_text(st, 0);
        if (text != NULL && (title || s.n > 2)) /* two letters begin many pairs of words */
            read_text(&s, text, title ? TITLE_WEIGHT : 1);
    }
    drc_db_done(st);
    const char *phrase = heaviest(&s);
    drc_map_free(s.weights, NULL);
    return phrase;
}
