#include "drc/search.h"

#include <stdlib.h>
#include <string.h>

#include "drc/buf.h"
#include "drc/corpus.h"
#include "drc/utf8.h"

#define HITS_MAX 200 /* passages of one channel */
#define PARTS_MAX 200
#define QUERY_MAX_BYTES 32768u
#define LONG_LETTERS 4
#define MARGIN_WEIGHT 0.5 /* of a score beside the best one, against that of the first rank */

enum channel { LEXICAL, TRIGRAM, SEMANTIC, CHANNELS };

struct hit {
    int64_t passage, page;
    double score;
    bool asked;
};

struct hits {
    struct hit list[HITS_MAX]; /* best first */
    size_t count;
};

struct place { /* a page among the candidates */
    int64_t page;
    struct drc_channel channel[CHANNELS];
    double score;
    int64_t passage; /* the best one */
    double passage_score;
    bool passage_asked;
};

struct candidates {
    struct place list[CHANNELS * HITS_MAX];
    size_t count;
};

/* ---- by words ----------------------------------------------------------------------------- */

static size_t letters(const char *word)
{
    return drc_utf8_valid(word, strlen(word)) ? drc_utf8_count(word) : strlen(word);
}

static void add_term(struct drc_buf *b, const char *join, const char *text, size_t bytes)
{
    if (b->len > 0)
        drc_buf_addstr(b, join);
    drc_buf_addch(b, '"');
    drc_buf_add(b, text, bytes); /* letters, digits, '_' and '.' alone: nothing to escape */
    drc_buf_addch(b, '"');
}

static char *taken(struct drc_arena *a, struct drc_buf *b)
{
    char *text = b->len == 0 || b->overflow ? NULL : drc_arena_strdup(a, b->data);
    drc_buf_fini(b);
    return text;
}

/* Words joined by `join`; those of at least `least` letters. NULL: none. */
static char *word_query(struct drc_arena *a, const struct drc_asked *asked, const char *join,
                        size_t least)
{
    struct drc_buf b;
    drc_buf_init(&b, QUERY_MAX_BYTES);
    for (size_t i = 0; i < asked->word_count; i++)
        if (letters(asked->words[i]) >= least)
            add_term(&b, join, asked->words[i], strlen(asked->words[i]));
    return taken(a, &b);
}

/* Every three letters in a row of each word. */
static char *part_query(struct drc_arena *a, const struct drc_asked *asked)
{
    struct drc_buf b;
    size_t parts = 0;
    drc_buf_init(&b, QUERY_MAX_BYTES);
    for (size_t i = 0; i < asked->word_count; i++) {
        const char *p = asked->words[i];
        if (letters(p) < LONG_LETTERS || strpbrk(p, "_.") != NULL)
            continue;
        unsigned cp;
        for (int n; (n = drc_utf8_next(p, &cp)) > 0; p += n) {
            int second = drc_utf8_next(p + n, &cp);
            int third = second > 0 ? drc_utf8_next(p + n + second, &cp) : 0;
            if (third > 0 && parts++ < PARTS_MAX)
                add_term(&b, " OR ", p, (size_t)(n + second + third));
        }
    }
    return taken(a, &b);
}

static const char word_sql[] =
    "SELECT f.rowid, p.page, -bm25(words, 2.0, 1.0) AS score, p.asked FROM words AS f"
    " JOIN passage AS p ON p.id = f.rowid JOIN page AS g ON g.id = p.page"
    " WHERE words MATCH ? AND (? IS NULL OR g.corpus = ?) ORDER BY score DESC, f.rowid LIMIT ?";
static const char part_sql[] =
    "SELECT f.rowid, p.page, -bm25(parts) AS score, p.asked FROM parts AS f"
    " JOIN passage AS p ON p.id = f.rowid JOIN page AS g ON g.id = p.page"
    " WHERE parts MATCH ? AND (? IS NULL OR g.corpus = ?) ORDER BY score DESC, f.rowid LIMIT ?";

static int match(struct drc_db *db, const char *sql, const char *query, const char *corpus,
                 int64_t max, struct hits *out, struct drc_err *err)
{
    out->count = 0;
    if (query == NULL)
        return 0;
    struct drc_stmt *st = drc_db_query(db, err, sql, "sssi", query, corpus, corpus, max);
    int rc = st == NULL ? -1 : 0;
    while (rc == 0 && out->count < HITS_MAX && (rc = drc_db_next(st, err)) == 1) {
        out->list[out->count++] = (struct hit){drc_db_int(st, 0), drc_db_int(st, 1),
                                               drc_db_real(st, 2), drc_db_int(st, 3) != 0};
        rc = 0;
    }
    drc_db_done(st);
    return rc < 0 ? -1 : 0;
}

/* ---- by meaning --------------------------------------------------------------------------- */

/* The passage of a vector. 1: it is of the corpus, 0: of another. */
static int find_passage(struct drc_db *db, const struct drc_vec_hit *v, const char *corpus,
                        struct hit *out, struct drc_err *err)
{
    static const char sql[] = "SELECT p.page, p.asked, ? IS NULL OR g.corpus = ? FROM passage AS p"
                              " JOIN page AS g ON g.id = p.page WHERE p.id = ?";
    int64_t id = (int64_t)v->id + 1;
    struct drc_stmt *st = drc_db_query(db, err, sql, "ssi", corpus, corpus, id);
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    if (rc == 0)
        rc = drc_err_set(err, DRC_ERR_DB, "the index has a vector without a passage");
    if (rc == 1) {
        *out = (struct hit){id, drc_db_int(st, 0), v->score, drc_db_int(st, 1) != 0};
        rc = drc_db_int(st, 2) != 0;
    }
    drc_db_done(st);
    return rc;
}

static int take_vectors(const struct drc_search *s, const struct drc_vec_hit *found, size_t n,
                        const char *corpus, struct hits *out, struct drc_err *err)
{
    out->count = 0;
    for (size_t i = 0; i < n && out->count < HITS_MAX; i++) {
        int rc = find_passage(s->db, &found[i], corpus, &out->list[out->count], err);
        if (rc < 0)
            return -1;
        out->count += rc == 1;
    }
    return 0;
}

/* Asks for more until enough of them are of the corpus. */
static int nearest(struct drc_arena *a, const struct drc_search *s, const float *vector,
                   const char *corpus, struct hits *out, struct drc_err *err)
{
    size_t total = drc_vec_count(s->vec), n;
    for (size_t ask = HITS_MAX;; ask *= 8) {
        ask = ask < total ? ask : total;
        struct drc_vec_hit *found = drc_arena_array(a, ask + 1, sizeof *found);
        if (drc_vec_search(s->vec, vector, ask, found, &n, err) < 0 ||
            take_vectors(s, found, n, corpus, out, err) < 0)
            return -1;
        if (out->count == HITS_MAX || ask == total)
            return 0;
    }
}

/* ---- fusion ------------------------------------------------------------------------------- */

static double share(size_t rank)
{
    return 1.0 / (double)(DRC_SEARCH_RRF_K + rank);
}

static struct place *place_of(struct candidates *c, int64_t page)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].page == page)
            return &c->list[i];
    c->list[c->count] = (struct place){.page = page};
    return &c->list[c->count++];
}

/* A rank does not say how clearly a page is ahead; its score as a share of the best one does. */
static double margin(double score, double best)
{
    return best > 0 && score > 0 ? MARGIN_WEIGHT * score / best / DRC_SEARCH_RRF_K : 0;
}

/* A page stands where its best passage stands, counted in pages. */
static void rank_pages(struct candidates *c, const struct hits *h, enum channel channel)
{
    size_t rank = 0;
    for (size_t i = 0; i < h->count; i++) {
        struct place *p = place_of(c, h->list[i].page);
        if (p->channel[channel].rank > 0)
            continue;
        p->channel[channel] = (struct drc_channel){(int)++rank, h->list[i].score};
        p->score += share(rank) + margin(h->list[i].score, h->list[0].score);
    }
}

static double passage_score(const struct hits *all, int64_t passage)
{
    double sum = 0;
    for (int ch = 0; ch < CHANNELS; ch++)
        for (size_t i = 0; i < all[ch].count; i++)
            if (all[ch].list[i].passage == passage)
                sum += share(i + 1);
    return sum;
}

/* The page's own words before the ways to ask; then the better one; then the earlier one. */
static void offer_passage(struct place *p, const struct hit *h, double score)
{
    bool better =
        p->passage == 0 || (p->passage_asked && !h->asked) ||
        (p->passage_asked == h->asked &&
         (score > p->passage_score || (score == p->passage_score && h->passage < p->passage)));
    if (!better)
        return;
    p->passage = h->passage;
    p->passage_score = score;
    p->passage_asked = h->asked;
}

static int by_score(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return (a->page > b->page) - (a->page < b->page);
}

static void fuse(const struct hits *all, struct candidates *c)
{
    c->count = 0;
    for (int ch = 0; ch < CHANNELS; ch++)
        rank_pages(c, &all[ch], (enum channel)ch);
    qsort(c->list, c->count, sizeof *c->list, by_score);
}

/* ---- result ------------------------------------------------------------------------------- */

static const char *text_at(struct drc_arena *a, struct drc_stmt *st, int column)
{
    const char *text = drc_db_text(st, column);
    return text == NULL ? "" : drc_utf8_clean(a, text, strlen(text), strlen(text) + 1, true);
}

/* The section's own link. */
static void point_to_section(struct drc_arena *a, struct drc_found *f)
{
    const char *anchor;
    size_t words = drc_heading_split(a, f->heading, &anchor);
    if (*anchor == '\0')
        return;
    f->heading = drc_arena_strndup(a, f->heading, words);
    if (*f->url != '\0')
        f->url = drc_arena_printf(a, "%s#%s", f->url, anchor);
}

static int fill(struct drc_arena *a, struct drc_db *db, const struct place *p,
                struct drc_found *out, struct drc_err *err)
{
    static const char sql[] =
        "SELECT g.corpus, g.page_id, g.title, g.url, g.section, g.date, p.heading, p.text"
        " FROM passage AS p JOIN page AS g ON g.id = p.page WHERE p.id = ?";
    struct drc_stmt *st = drc_db_query(db, err, sql, "i", p->passage);
    int rc = st == NULL ? -1 : drc_db_next(st, err);
    if (rc == 0)
        rc = drc_err_set(err, DRC_ERR_DB, "the index lacks passage %lld", (long long)p->passage);
    if (rc == 1)
        *out = (struct drc_found){.corpus = text_at(a, st, 0),
                                  .id = text_at(a, st, 1),
                                  .title = text_at(a, st, 2),
                                  .url = text_at(a, st, 3),
                                  .section = text_at(a, st, 4),
                                  .date = text_at(a, st, 5),
                                  .heading = text_at(a, st, 6),
                                  .text = text_at(a, st, 7),
                                  .passage = p->passage,
                                  .score = p->score,
                                  .lexical = p->channel[LEXICAL],
                                  .trigram = p->channel[TRIGRAM],
                                  .semantic = p->channel[SEMANTIC]};
    if (rc == 1)
        point_to_section(a, out);
    drc_db_done(st);
    return rc < 0 ? -1 : 0;
}

static const char *page_id(struct drc_arena *a, struct drc_db *db, int64_t page,
                           struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(db, err, "SELECT page_id FROM page WHERE id = ?", "i", page);
    const char *id = st != NULL && drc_db_next(st, err) == 1 ? text_at(a, st, 0) : NULL;
    drc_db_done(st);
    return id;
}

/* The pages of one channel in its own order. */
static int list_channel(struct drc_arena *a, struct drc_db *db, const struct candidates *c,
                        enum channel channel, const char ***out, size_t *count, struct drc_err *err)
{
    *out = drc_arena_array(a, DRC_SEARCH_PAGES_MAX, sizeof **out);
    *count = 0;
    for (size_t i = 0; i < c->count; i++) {
        int rank = c->list[i].channel[channel].rank;
        if (rank == 0 || rank > DRC_SEARCH_PAGES_MAX)
            continue;
        const char *id = page_id(a, db, c->list[i].page, err);
        if (id == NULL)
            return drc_err_set(err, DRC_ERR_DB, "the index lacks a page");
        (*out)[rank - 1] = id;
        *count = (size_t)rank > *count ? (size_t)rank : *count;
    }
    return 0;
}

/* Without a passage close in meaning, one must hold all longer words of the question; without
 * vectors, half of them must be words of the corpus. */
static int judge(struct drc_arena *a, const struct drc_search *s, const struct drc_asked *asked,
                 const char *corpus, bool with_vectors, struct drc_search_result *out,
                 struct drc_err *err)
{
    struct hits h;
    size_t of_length = 0, known = 0;
    if (out->count == 0 || (with_vectors && out->best_cosine >= DRC_SEARCH_COSINE_FLOOR)) {
        out->found = out->count > 0;
        return 0;
    }
    if (!with_vectors) {
        for (size_t i = 0; i < asked->word_count; i++)
            if (letters(asked->words[i]) >= LONG_LETTERS) {
                of_length++;
                known += s->words != NULL && drc_words_passages(s->words, asked->words[i]) > 0;
            }
        out->found = of_length > 0 && known * 2 >= of_length;
        return 0;
    }
    const char *all = word_query(a, asked, " AND ", LONG_LETTERS);
    int rc = match(s->db, word_sql, all, corpus, 1, &h, err);
    out->found = rc == 0 && h.count > 0;
    return rc;
}

static int run_channels(struct drc_arena *a, const struct drc_search *s,
                        const struct drc_asked *asked, const float *vector, const char *corpus,
                        struct hits *all, struct drc_err *err)
{
    bool with_vectors = vector != NULL && s->vec != NULL;
    if (match(s->db, word_sql, word_query(a, asked, " OR ", 1), corpus, HITS_MAX, &all[LEXICAL],
              err) < 0)
        return -1;
    if (with_vectors)
        return nearest(a, s, vector, corpus, &all[SEMANTIC], err);
    return match(s->db, part_sql, part_query(a, asked), corpus, HITS_MAX, &all[TRIGRAM], err);
}

int drc_search_pages(struct drc_arena *a, const struct drc_search *s, const struct drc_asked *asked,
                     const float *vector, const char *corpus, size_t k,
                     struct drc_search_result *out, struct drc_err *err)
{
    struct hits *all = drc_arena_array(a, CHANNELS, sizeof *all);
    struct candidates *c = drc_arena_alloc(a, sizeof *c);
    memset(out, 0, sizeof *out);
    if (run_channels(a, s, asked, vector, corpus, all, err) < 0)
        return -1;
    fuse(all, c);
    k = k < DRC_SEARCH_PAGES_MAX ? k : DRC_SEARCH_PAGES_MAX;
    k = k < c->count ? k : c->count;
    for (int ch = 0; ch < CHANNELS; ch++)
        for (size_t i = 0; i < all[ch].count; i++)
            offer_passage(place_of(c, all[ch].list[i].page), &all[ch].list[i],
                          passage_score(all, all[ch].list[i].passage));
    out->pages = drc_arena_array(a, k + 1, sizeof *out->pages);
    for (size_t i = 0; i < k; i++)
        if (fill(a, s->db, &c->list[i], &out->pages[out->count++], err) < 0)
            return -1;
    out->best_cosine = all[SEMANTIC].count > 0 ? all[SEMANTIC].list[0].score : 0;
    if (list_channel(a, s->db, c, LEXICAL, &out->lexical, &out->lexical_count, err) < 0 ||
        list_channel(a, s->db, c, SEMANTIC, &out->semantic, &out->semantic_count, err) < 0)
        return -1;
    return judge(a, s, asked, corpus, vector != NULL && s->vec != NULL, out, err);
}
