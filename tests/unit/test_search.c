/* The search index: built, opened, asked; kept vectors; every file that does not fit; runbooks. The
 * embedder here is a table of words, so that each expected rank can be told by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/file.h"
#include "drc/index.h"
#include "drc/runbook.h"

#define DIM 8

static struct drc_arena *a;
static struct drc_err err;
static char dir[] = "/tmp/drc-search-XXXXXX";
static int embedded; /* texts */
static bool broken, turned;

/* One axis for each thing; what is not in the table points away from all of them. */
static void vector_of(const char *text, float *v)
{
    static const char *const things[][3] = {{"spot", "reclaim", "takes back"},
                                            {"memory", "spill", "ram"},
                                            {"bill", "cost", "money"},
                                            {"warehouse", "sql", "endpoint"}};
    double sum = 0;
    for (int j = 0; j < DIM; j++)
        v[j] = j == DIM - 1 ? 0.1f : 0;
    for (int j = 0; j < 4; j++)
        for (int i = 0; i < 3; i++)
            if (strcasestr(text, things[j][i]) != NULL)
                v[j] = 1;
    if (turned)
        v[4] = v[5] = 1;
    for (int j = 0; j < DIM; j++)
        sum += (double)v[j] * (double)v[j];
    for (int j = 0; j < DIM; j++)
        v[j] = (float)((double)v[j] / sqrt(sum));
}

static int embed(const struct drc_embedder *e, struct drc_http *http, struct drc_arena *arena,
                 const char *const *texts, size_t n, enum drc_embed_kind kind, float *out,
                 struct drc_err *why)
{
    (void)http, (void)arena, (void)kind;
    if (broken)
        return drc_err_set(why, DRC_ERR_NET, "the endpoint does not answer");
    for (size_t i = 0; i < n; i++, embedded++)
        vector_of(texts[i], out + i * (size_t)e->id.dim);
    return 0;
}

static struct drc_embedder embedder(const char *model, int dim)
{
    return (struct drc_embedder){.id = {.provider = "openai",
                                        .model = model,
                                        .weights_sha256 = "",
                                        .tokenizer_sha256 = "",
                                        .quant = "",
                                        .dim = dim,
                                        .normalized = true,
                                        .pooling = "",
                                        .prefix_query = "",
                                        .prefix_passage = ""},
                                 .embed = embed};
}

static const char *const pages[][3] = {
    {"docs", "spot",
     "---\ntitle: Spot machines\nurl: https://x.example/spot\nasked: lost "
     "workers\n---\nThe cloud may reclaim a machine.\n\n## Fallback\nOn-demand "
     "machines are started instead.\n"},
    {"docs", "memory",
     "---\ntitle: Spill\nurl: https://x.example/spill\n---\nA shuffle that does "
     "not fit spills to disk.\n"},
    {"docs", "billing",
     "---\ntitle: Billable usage\nurl: https://x.example/bill\n---\nOne row per "
     "hour in system.billing.usage.\n"},
    {"docs", "warehouse",
     "---\ntitle: Warehouses\nurl: https://x.example/wh\n---\nA warehouse "
     "stops after a time without queries.\n"},
    {"runbooks", "evicted",
     "---\ntitle: Machines were lost\napplies_to: job\nsignal: evictions > "
     "2\nsignal: edge HAD_EVICTION\n---\n1. Repair the run.\n"},
    {"runbooks", "slow",
     "---\ntitle: Slow runs\napplies_to: jobs\nsignal: error "
     "OutOfMemory\n---\n1. Look at the spill.\n"},
};
#define PAGES (sizeof pages / sizeof *pages)

static void load(struct drc_corpus *c, size_t n)
{
    drc_corpus_init(c, a);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(drc_corpus_add_text(c, pages[i][0], pages[i][1], pages[i][1], pages[i][2],
                                             strlen(pages[i][2]), &err),
                         0);
    assert_int_equal(c->count, n);
}

static struct drc_index_stats build(const struct drc_embedder *e, size_t n)
{
    struct drc_corpus c;
    struct drc_index_stats s;
    struct drc_index_build job = {.dir = dir, .name = "docs", .embedder = e, .no_embedder = "none"};
    load(&c, n);
    if (drc_index_build(&job, &c, &s, &err) < 0)
        fail_msg("%s", err.msg);
    drc_corpus_fini(&c);
    return s;
}

static const char *path(const char *name)
{
    return drc_arena_printf(a, "%s/%s", dir, name);
}

static int set_up(void **state)
{
    (void)state;
    a = drc_arena_new();
    err = (struct drc_err)DRC_ERR_INIT;
    broken = turned = false;
    snprintf(dir, sizeof dir, "/tmp/drc-search-XXXXXX");
    assert_non_null(mkdtemp(dir));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    const char **names;
    size_t n;
    drc_file_list(a, dir, "", &names, &n, &err);
    for (size_t i = 0; i < n; i++)
        unlink(path(names[i]));
    int rc = rmdir(dir);
    drc_arena_free(a);
    return rc;
}

/* Ids of the pages found, joined by blanks. */
static const char *ask_index(struct drc_index *ix, const char *question, const char *corpus,
                             struct drc_search_result *r, struct drc_asked *asked,
                             const char **note)
{
    struct drc_db *db = drc_index_connect(ix, &err);
    if (db == NULL || drc_index_search(ix, db, NULL, a, question, corpus, 5, asked, r, note, &err))
        fail_msg("%s", err.msg);
    drc_db_close(db);
    char *ids = drc_arena_strdup(a, "");
    for (size_t i = 0; i < r->count; i++)
        ids = drc_arena_printf(a, "%s%s%s", ids, i == 0 ? "" : " ", r->pages[i].id);
    return ids;
}

static const char *ask(struct drc_index *ix, const char *question, struct drc_search_result *r)
{
    struct drc_asked asked;
    return ask_index(ix, question, "docs", r, &asked, NULL);
}

static struct drc_index *opened(const struct drc_embedder *e)
{
    err = (struct drc_err)DRC_ERR_INIT;
    struct drc_index *ix = drc_index_open(dir, "docs", e, "none", NULL, &err);
    if (ix == NULL)
        fail_msg("%s", err.msg);
    return ix;
}

static void test_channels(void **state)
{
    (void)state;
    struct drc_search_result r;
    struct drc_embedder e = embedder("m", DIM);
    struct drc_index_stats s = build(&e, PAGES);
    assert_int_equal(s.passages, 9); /* spot has three, and the error of a runbook is one */
    struct drc_index *ix = opened(&e);
    assert_null(drc_index_semantic_off(ix));
    assert_int_equal(drc_index_passages(ix), 9);

    /* no word in common with the page: found by meaning alone */
    ask(ix, "AWS takes back my computer", &r);
    assert_string_equal(r.pages[0].id, "spot");
    assert_int_equal(r.pages[0].semantic.rank, 1);
    assert_true(r.pages[0].lexical.rank == 0 && r.found);
    assert_string_equal(r.pages[0].url, "https://x.example/spot");
    assert_string_equal(r.pages[0].text, "The cloud may reclaim a machine.");

    /* first by words and by meaning: 1/61 twice, and twice half of 1/60, as its scores are
     * the best; its other passage is shown where it fits */
    ask(ix, "spot fallback on demand", &r);
    assert_string_equal(r.pages[0].id, "spot");
    assert_true(fabs(r.pages[0].score - 2.0 / 61 - 1.0 / 60) < 1e-12);
    assert_string_equal(r.pages[0].heading, "Fallback");
    for (size_t i = 1; i < r.count; i++)
        assert_true(r.pages[i].score <= r.pages[i - 1].score);

    /* a way to ask finds the page and is not shown */
    ask(ix, "lost workers", &r);
    assert_string_equal(r.pages[0].id, "spot");
    assert_int_equal(r.pages[0].lexical.rank, 1);
    assert_null(strstr(r.pages[0].text, "lost workers"));

    ask(ix, "system.billing.usage", &r); /* a name as it stands */
    assert_string_equal(r.pages[0].id, "billing");

    ask(ix, "knitting patterns for beginners", &r);
    assert_false(r.found);
    drc_index_free(ix);
}

static void test_corpora_and_hostile_words(void **state)
{
    (void)state;
    static const char *const hostile[] = {"",
                                          "\"",
                                          "a\"b OR *",
                                          "NEAR(x y) AND NOT",
                                          "{x} : ^y",
                                          "\xff\xfe",
                                          "' ; DROP TABLE word; --",
                                          "-title:x"};
    struct drc_search_result r;
    struct drc_asked asked;
    struct drc_embedder e = embedder("m", DIM);
    build(&e, PAGES);
    struct drc_index *ix = opened(&e);
    assert_string_equal(ask_index(ix, "machines", "runbooks", &r, &asked, NULL), "evicted slow");
    ask_index(ix, "spill", NULL, &r, &asked, NULL);
    assert_string_equal(r.pages[0].id, "memory");
    assert_string_equal(r.pages[1].corpus, "runbooks");
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        ask(ix, hostile[i], &r);
    char *endless = drc_arena_alloc(a, 100001);
    for (int i = 0; i < 100000; i++)
        endless[i] = i % 9 == 8 ? ' ' : (char)('a' + (i * 7 + i / 9) % 26);
    ask(ix, endless, &r);
    drc_index_free(ix);
}

static void test_spelling(void **state)
{
    (void)state;
    struct drc_search_result r;
    struct drc_asked asked;
    build(NULL, PAGES);
    struct drc_index *ix = opened(NULL);
    ask_index(ix, "Why does a shufle splil to disc 42?", "docs", &r, &asked, NULL);
    assert_string_equal(asked.text, "Why does a shuffle spill to disk 42?");
    assert_string_equal(asked.note, "searched for \"shuffle\" instead of \"shufle\", \"spill\" "
                                    "instead of \"splil\", \"disk\" instead of \"disc\"");
    assert_string_equal(asked.words[asked.word_count - 3], "shufle"); /* the originals stay */
    assert_string_equal(r.pages[0].id, "memory");
    ask_index(ix, "warehouse", "docs", &r, &asked, NULL);
    assert_null(asked.note);
    ask_index(ix, "wxrexouse qqqq", "docs", &r, &asked, NULL); /* two mistakes; nothing near */
    assert_string_equal(asked.text, "warehouse qqqq");
    ask_index(ix, "bxxlxble", "docs", &r, &asked, NULL); /* three are too many */
    assert_string_equal(asked.text, "bxxlxble");
    drc_index_free(ix);
}

/* Short forms are spelled out by titles and texts; of two letters by titles alone. */
static void test_short_forms(void **state)
{
    (void)state;
    struct drc_search_result r;
    struct drc_asked asked;
    build(NULL, PAGES);
    struct drc_index *ix = opened(NULL);
    ask_index(ix, "MWL?", NULL, &r, &asked, NULL);
    assert_string_equal(asked.text, "MWL (machines were lost)?");
    assert_string_equal(asked.note, "searched for \"machines were lost\" instead of \"mwl\"");
    assert_string_equal(r.pages[0].id, "evicted");
    ask_index(ix, "BU", NULL, &r, &asked, NULL);
    assert_string_equal(r.pages[0].id, "billing");
    static const char *const none[] = {"OMC" /* said once */, "bu" /* two small letters */, "A",
                                       "MWLOST" /* six letters */, "4WL"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        ask_index(ix, none[i], NULL, &r, &asked, NULL);
        assert_string_equal(asked.text, none[i]);
    }
    drc_index_free(ix);
}

static void test_kept_vectors(void **state)
{
    (void)state;
    struct drc_embedder e = embedder("m", DIM), other = embedder("n", DIM);
    struct drc_index_stats s = build(&e, 3);
    assert_int_equal(s.embedded, s.passages);
    s = build(&e, 3);
    assert_true(s.unchanged && s.embedded == 0);
    s = build(&e, PAGES); /* three pages more */
    assert_int_equal(s.kept, 5);
    assert_int_equal(s.embedded, 4);
    struct drc_search_result r;
    struct drc_index *ix = opened(&e);
    ask(ix, "my endpoint", &r);
    assert_string_equal(r.pages[0].id, "warehouse"); /* vectors stand at the right passages */
    drc_index_free(ix);
    s = build(&other, PAGES);
    assert_int_equal(s.kept, 0);
}

static void test_falls_back_to_words(void **state)
{
    (void)state;
    const char *note;
    struct drc_search_result r;
    struct drc_asked asked;
    struct drc_embedder e = embedder("m", DIM), renamed = embedder("n", DIM),
                        wide = embedder("m", DIM * 2);
    build(&e, PAGES);
    const struct {
        const struct drc_embedder *e;
        const char *says;
    } cases[] = {{&renamed, "index built with openai m, configured openai n; run `make index`"},
                 {&wide, "semantic search off: index built with openai m"},
                 {NULL, "semantic search off: none"}};
    for (size_t i = 0; i < 3; i++) {
        struct drc_index *ix = opened(cases[i].e);
        assert_non_null(strstr(drc_index_semantic_off(ix), cases[i].says));
        ask(ix, "spills", &r);
        assert_string_equal(r.pages[0].id, "memory");
        assert_true(r.pages[0].semantic.rank == 0 && r.semantic_count == 0);
        drc_index_free(ix);
    }
    turned = true; /* the same name, another model behind it */
    struct drc_index *ix = opened(&e);
    assert_non_null(strstr(drc_index_semantic_off(ix), "whose vectors are others now"));
    drc_index_free(ix);
    turned = false;

    ix = opened(&e);
    broken = true; /* goes away later */
    ask_index(ix, "spills", "docs", &r, &asked, &note);
    assert_string_equal(r.pages[0].id, "memory");
    assert_string_equal(note, "searched by words only: the endpoint does not answer");
    drc_index_free(ix);
    ix = opened(&e);
    assert_string_equal(drc_index_semantic_off(ix),
                        "semantic search off: the endpoint does not answer");
    drc_index_free(ix);
    struct drc_corpus c;
    struct drc_index_stats s;
    struct drc_index_build job = {.dir = dir, .name = "docs", .embedder = &renamed};
    load(&c, PAGES);
    assert_int_equal(drc_index_build(&job, &c, &s, &err), -1);
    assert_int_equal(err.code, DRC_ERR_NET); /* and the index before is still there */
    drc_corpus_fini(&c);
    broken = false;
    ix = opened(&e);
    assert_null(drc_index_semantic_off(ix));
    drc_index_free(ix);
}

static void damage(const char *name, size_t at)
{
    size_t bytes;
    char *data = drc_file_read(a, path(name), 1 << 22, &bytes, &err);
    assert_non_null(data);
    data[at < bytes ? at : bytes / 2] ^= 0x55;
    assert_int_equal(drc_file_write(path(name), data, bytes, &err), 0);
}

static void refused(const struct drc_embedder *e, const char *says)
{
    err = (struct drc_err)DRC_ERR_INIT;
    assert_null(drc_index_open(dir, "docs", e, NULL, NULL, &err));
    if (strstr(err.msg, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.msg, says);
}

static void test_damaged_files(void **state)
{
    (void)state;
    struct drc_embedder e = embedder("m", DIM);
    refused(&e, "there is no search index");
    build(&e, PAGES);
    damage("docs.faiss", SIZE_MAX);
    struct drc_index *ix = opened(&e);
    assert_non_null(strstr(drc_index_semantic_off(ix), "not the file that was built"));
    drc_index_free(ix);
    assert_int_equal(build(&e, PAGES).unchanged, false); /* is mended by a build */
    unlink(path("docs.faiss"));
    ix = opened(&e);
    assert_non_null(strstr(drc_index_semantic_off(ix), "cannot be read"));
    drc_index_free(ix);
    build(&e, PAGES);
    damage("docs.db", SIZE_MAX);
    refused(&e, "docs.db is damaged");
    unlink(path("docs.db"));
    refused(&e, "docs.db cannot be read");
    build(&e, PAGES);
    damage("docs.meta.json", 0);
    refused(&e, "docs.meta.json");
    drc_file_write(path("docs.meta.json"), "{\"schema\":9}", 12, &err);
    refused(&e, "does not describe an index of this drc");
    build(&e, PAGES);
    ix = opened(&e);
    build(&e, PAGES - 1); /* another build behind an open index */
    assert_null(drc_index_connect(ix, &err));
    assert_non_null(strstr(err.msg, "was built anew"));
    drc_index_free(ix);
    struct drc_corpus none;
    struct drc_index_stats s;
    struct drc_index_build job = {.dir = dir, .name = "docs", .embedder = &e};
    drc_corpus_init(&none, a);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_int_equal(drc_index_build(&job, &none, &s, &err), -1);
    assert_string_equal(err.msg, "there is nothing to index: no page was taken");
    drc_corpus_fini(&none);
}

static void test_runbooks(void **state)
{
    (void)state;
    struct drc_corpus c;
    struct drc_fact facts[] = {{.metric = "evictions", .known = true, .value = 3}};
    struct drc_edge edges[] = {{.edge = "HAD_EVICTION", .label = "Instance i-1"},
                               {.edge = "FAILED_WITH", .label = "java.lang.outofmemoryError: x"}};
    struct drc_context x = {.facts = facts, .fact_count = 1, .edges = edges, .edge_count = 2};
    struct drc_found hit = {.corpus = "runbooks", .id = "slow"};
    struct drc_search_result found = {.pages = &hit, .count = 1, .found = true};
    struct drc_runbook_match m[4];
    load(&c, PAGES);
    x.selection.kind = "job";
    assert_int_equal(drc_runbooks_match(a, &c, &x, NULL, m, 4), 2);
    assert_string_equal(m[0].page->id, "evicted");
    assert_int_equal(m[0].signals, 2);
    assert_string_equal(m[0].why, "evictions > 2, edge HAD_EVICTION");
    assert_string_equal(m[1].page->id, "slow");
    assert_string_equal(m[1].why, "error OutOfMemory");
    assert_int_equal(drc_runbooks_match(a, &c, &x, NULL, m, 1), 1);
    x.edge_count = 0;
    facts[0].value = 2;
    assert_int_equal(drc_runbooks_match(a, &c, &x, &found, m, 4), 1);
    assert_string_equal(m[0].why, "search");
    found.found = false;
    assert_int_equal(drc_runbooks_match(a, &c, &x, &found, m, 4), 0);
    x.edge_count = 2;
    x.selection.kind = "warehouse"; /* signals of another kind of thing */
    assert_int_equal(drc_runbooks_match(a, &c, &x, NULL, m, 4), 0);
    drc_corpus_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_channels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_corpora_and_hostile_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_spelling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_short_forms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept_vectors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_falls_back_to_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_runbooks, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
