/* Pages out of folders, and passages out of pages; what is bad is named and left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/buf.h"
#include "drc/corpus.h"
#include "drc/file.h"
#include "drc/index.h"

static struct drc_arena *a;
static struct drc_corpus c;
static struct drc_err err;

static int set_up(void **state)
{
    (void)state;
    a = drc_arena_new();
    err = (struct drc_err)DRC_ERR_INIT;
    drc_corpus_init(&c, a);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drc_corpus_fini(&c);
    drc_arena_free(a);
    return 0;
}

static void add(const char *corpus, const char *id, const char *text, size_t bytes)
{
    assert_int_equal(
        drc_corpus_add_text(&c, corpus, id, drc_arena_printf(a, "x/%s.md", id), text, bytes, &err),
        0);
}

static void noted(size_t i, const char *what)
{
    assert_true(i < c.note_count);
    if (strstr(c.notes[i], what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", c.notes[i], what);
}

static const char page[] = "---\r\n"
                           "title: Shuffle  partitions\r\n"
                           "url: https://docs.databricks.com/a\r\n"
                           "section: performance\n"
                           "date: 2026-11-26\n"
                           "asked: why is the join so slow\n"
                           "asked: too many small tasks\n"
                           "---\n"
                           "What it is about.\n\n"
                           "## Setting it\n"
                           "- First fact.\n- Second fact.\n\n"
                           "```\n## not a heading\n```\n"
                           "## Empty\n\n"
                           "### Deeper ##\nLast words.";

static void test_page(void **state)
{
    (void)state;
    struct drc_chunks k = {0};
    add("docs", "shuffle", page, strlen(page));
    assert_int_equal(c.count, 1);
    assert_int_equal(c.note_count, 0);
    assert_string_equal(c.pages[0].title, "Shuffle  partitions");
    assert_string_equal(c.pages[0].url, "https://docs.databricks.com/a");
    assert_string_equal(c.pages[0].date, "2026-11-26");
    assert_int_equal(c.pages[0].asked_count, 2);
    drc_chunk_page(a, &c.pages[0], NULL, &k);
    assert_int_equal(k.count, 4);
    assert_string_equal(k.chunks[0].text, "What it is about.");
    assert_string_equal(k.chunks[0].heading, "");
    assert_string_equal(k.chunks[1].heading, "Setting it");
    assert_string_equal(k.chunks[1].text,
                        "- First fact.\n- Second fact.\n\n```\n## not a heading\n```");
    assert_string_equal(k.chunks[1].indexed, "Shuffle  partitions\nSetting it\n- First fact.\n- "
                                             "Second fact.\n\n```\n## not a heading\n```");
    assert_string_equal(k.chunks[2].heading, "Deeper");
    assert_true(k.chunks[3].asked); /* found by the ways to ask, shown as the first words */
    assert_string_equal(k.chunks[3].text, "What it is about.");
    assert_non_null(strstr(k.chunks[3].indexed, "too many small tasks"));
}

static void test_signals(void **state)
{
    (void)state;
    static const char text[] = "---\ntitle: Spot\napplies_to: job, run\nlane: Diagnose\n"
                               "signal: evictions > 0\nsignal: edge HAD_EVICTION\n"
                               "signal: error lost worker\n---\nDo this.\n";
    struct drc_chunks k = {0};
    add("runbooks", "spot", text, strlen(text));
    const struct drc_page *p = &c.pages[0];
    assert_int_equal(p->signal_count, 3);
    assert_int_equal(p->signals[0].kind, DRC_SIGNAL_FACT);
    assert_string_equal(p->signals[0].when.metric, "evictions");
    assert_int_equal(p->signals[1].kind, DRC_SIGNAL_EDGE);
    assert_string_equal(p->signals[1].text, "HAD_EVICTION");
    assert_string_equal(p->signals[2].text, "lost worker");
    drc_chunk_page(a, p, NULL, &k);
    assert_non_null(strstr(k.chunks[1].indexed, "lost worker"));
    static const char bad[] = "---\ntitle: Bad\nsignal: evictions >> 0\n---\nText\n";
    add("runbooks", "bad", bad, strlen(bad));
    assert_int_equal(c.count, 1);
    noted(0, "x/bad.md:3: a condition is");
}

static void test_bad_pages(void **state)
{
    (void)state;
    static const char bytes[] = "---\ntitle: Bytes\n---\nfine\nnot \xff\xfe fine\n";
    static const char nul[] = "---\ntitle: Nul\n---\nbe\0fore\n";
    static const char *const cases[][3] = {
        {"bare", "# Just Markdown\n", "x/bare.md:1: expected a line '---'"},
        {"open", "---\ntitle: Never closed\n", "x/open.md: the front matter is not closed"},
        {"untitled", "---\nsection: s\n---\ntext\n", "x/untitled.md:1: left out: it has no title"},
        {"empty", "---\ntitle: T\n---\n \n", "x/empty.md:1: left out: it has no text"},
        {"key", "---\ntitle: T\nfoo: 1\n---\ntext\n", "x/key.md:3: unknown key 'foo'"},
        {"", "", "x/.md:1: expected a line"},
    };
    size_t n = sizeof cases / sizeof *cases;
    for (size_t i = 0; i < n; i++) {
        add("docs", cases[i][0], cases[i][1], strlen(cases[i][1]));
        noted(i, cases[i][2]);
    }
    assert_int_equal(c.count, 0);
    add("docs", "bytes", bytes, sizeof bytes - 1);
    noted(n, "x/bytes.md:5: bytes that are not UTF-8");
    add("docs", "nul", nul, sizeof nul - 1);
    noted(n + 1, "x/nul.md:4: bytes that are not UTF-8");
    assert_int_equal(c.count, 2);
    assert_non_null(strstr(c.pages[0].body, "\xef\xbf\xbd"));
    assert_non_null(strstr(c.pages[1].body, "fore")); /* what follows is not lost */
    add("docs", "bytes", "---\ntitle: Twice\n---\ntext\n", 26);
    noted(n + 2, "x/bytes.md has the id 'bytes' too");
    add("docs", "url", "---\ntitle: T\nurl: javascript:alert(1)\n---\ntext\n", 47);
    noted(n + 3, "not a web address");
    assert_string_equal(c.pages[2].url, "");
    char *large = drc_arena_alloc(a, DRC_PAGE_MAX_BYTES + 2);
    memset(large, 'x', DRC_PAGE_MAX_BYTES + 1);
    add("docs", "large", large, DRC_PAGE_MAX_BYTES + 1);
    noted(n + 4, "x/large.md: left out: it has 2097153 bytes");
}

/* Nothing is lost and nothing is too long, whatever the text is made of. */
static void test_long_text(void **state)
{
    (void)state;
    struct drc_buf b;
    struct drc_chunks k = {0};
    drc_buf_init(&b, 1 << 20);
    drc_buf_addstr(&b, "---\ntitle: Long\n---\n");
    for (int i = 0; i < 900; i++)
        drc_buf_printf(&b, "word%d%s", i, i % 11 == 10 ? ". " : i % 61 == 60 ? "\n- " : " ");
    for (int i = 0; i < 9000; i++)
        drc_buf_addstr(&b, "\xc3\xa9"); /* one word without an end */
    add("docs", "long", b.data, b.len);
    drc_buf_fini(&b);
    drc_chunk_page(a, &c.pages[0], NULL, &k);
    assert_true(k.count > 20);
    const char *at = c.pages[0].body;
    for (size_t i = 0; i < k.count; i++) {
        assert_true(strlen(k.chunks[i].indexed) / 4 <= DRC_CHUNK_PIECES + 260);
        at += strspn(at, " \n");
        assert_memory_equal(k.chunks[i].text, at, strlen(k.chunks[i].text)); /* in order, whole */
        assert_true(((unsigned char)*k.chunks[i].text & 0xc0) != 0x80);
        at += strlen(k.chunks[i].text);
    }
    assert_string_equal(at + strspn(at, " \n"), "");
}

static void test_folder(void **state)
{
    (void)state;
    char dir[] = "/tmp/drc-corpus-XXXXXX";
    const char *const files[][2] = {
        {"README.md", "# Not a page\n"},
        {"own.md", "---\ntitle: Own\n---\ntext\n"},
        {"databricks/a.md", "---\ntitle: A\n---\ntext\n"},
        {"runbooks/b.md", "---\ntitle: B\n---\ntext\n"},
        {"corpus.jsonl",
         "{\"id\":\"j\",\"title\":\"J\",\"url\":\"https://x.example/\",\"text\":\"t\"}\n"
         "{\"id\":\n\n{\"id\":\"k\",\"title\":\"\",\"text\":\"t\"}\n[]\n"},
    };
    assert_non_null(mkdtemp(dir));
    drc_file_mkdirs(drc_arena_printf(a, "%s/databricks", dir), &err);
    drc_file_mkdirs(drc_arena_printf(a, "%s/runbooks", dir), &err);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        drc_file_write(drc_arena_printf(a, "%s/%s", dir, files[i][0]), files[i][1],
                       strlen(files[i][1]), &err);
    assert_int_equal(drc_corpus_add_folder(&c, dir, &err), 0);
    assert_int_equal(drc_corpus_add_jsonl(&c, dir, &err), 0);
    const char *want[] = {"docs/own", "docs/a", "runbooks/b", "docs/j"};
    assert_int_equal(c.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(drc_arena_printf(a, "%s/%s", c.pages[i].corpus, c.pages[i].id),
                            want[i]);
    assert_int_equal(c.note_count, 3);
    noted(0, "corpus.jsonl:2: left out");
    noted(1, "corpus.jsonl:4: left out: it has no title");
    noted(2, "corpus.jsonl:5: left out: it is not an object");
    assert_int_equal(drc_corpus_add_folder(&c, "/nowhere/at/all", &err), -1);
    assert_int_equal(err.code, DRC_ERR_CONFIG);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        unlink(drc_arena_printf(a, "%s/%s", dir, files[i][0]));
    rmdir(drc_arena_printf(a, "%s/databricks", dir));
    rmdir(drc_arena_printf(a, "%s/runbooks", dir));
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_pages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_folder, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
