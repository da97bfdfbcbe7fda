/* Pages of documentation as sections: what is read, what is not, and pages that mean harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/arena.h"
#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/html.h"
#include "drc/limits.h"
#include "drc/utf8.h"

static struct drc_arena *a;
static struct drc_err err;
static struct drc_html_page page;

static int fresh(void **state)
{
    (void)state;
    a = drc_arena_new();
    memset(&err, 0, sizeof err);
    return 0;
}

static int done(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

/* "title / [level heading #anchor] text / ..." */
static const char *read_bytes(const char *data, size_t bytes)
{
    if (drc_html_read(a, data, bytes, &page, &err) < 0)
        return err.msg;
    char *s = drc_arena_strdup(a, page.title);
    for (size_t i = 0; i < page.section_count; i++) {
        struct drc_html_section *x = &page.sections[i];
        if (x->level == 0 && *x->text == '\0')
            continue;
        s = x->level == 0 ? drc_arena_printf(a, "%s / %s", s, x->text)
                          : drc_arena_printf(a, "%s / [%d %s #%s] %s", s, x->level, x->heading,
                                             x->anchor, x->text);
    }
    return s;
}

static const char *read_page(const char *html)
{
    return read_bytes(html, strlen(html));
}

static void a_page_becomes_sections(void **state)
{
    (void)state;
    assert_string_equal(
        read_page(
            "<!doctype html><html><head><title>Compute | Site</title><style>p{}</style></head>"
            "<body><nav>Menu</nav><main><header>Crumbs<h1>Compute <b>types</b></h1></header>"
            "<p>One\n  two&nbsp;three &amp; <a href=x>four</a>.</p><p>Second</p>"
            "<h2 id=pools>Pools<a class=hash-link href=#pools>#</a></h2>Loose <i>text</i>"
            "<div hidden>no</div><div aria-hidden=true>no</div><p style='display: none'>no</p>"
            "<script>var x = '<p>no</p>';</script><h3>Deep</h3><aside>no</aside><p>End"
            "<footer>no</footer></main><p>After</p></body></html>"),
        "Compute types / One two three & four.\n\nSecond / [2 Pools #pools] Loose text / "
        "[3 Deep #] End");
}

static void lists_code_and_tables(void **state)
{
    (void)state;
    assert_string_equal(
        read_page("<article><ol><li>one<ul><li>in<p>more</p></li></ul></li><li><p>two</p></ol>"
                  "<pre><code>if x:\n  # y &lt; 1\n\n## z</code></pre><p># not a heading</p>"
                  "<table><thead><tr><th>A<th>B</tr></thead><tr><td><p>1</p><p>2</p></td><td></td>"
                  "<td>3</table>tail<br>line</article>"),
        " / 1. one\n  - in\n    more\n2. two\n\n    if x:\n      # y < 1\n\n    ## z\n\n"
        "\\# not a heading\n\n| A | B |\n| 1 2 | | 3 |\n\ntail\n\nline");
}

static void the_best_root_is_taken(void **state)
{
    (void)state;
    assert_string_equal(read_page("<title>T</title>x<article>a</article><div role=main>m"
                                  "</div>y<article>b</article>"),
                        "T / m");
    assert_string_equal(read_page("<article>a</article>y<article>b</article>"), " / a\n\nb");
    assert_string_equal(read_page("<body>a<aside><article>b</article></aside>c"), " / a c");
    assert_string_equal(read_page("only text"), " / only text");
    assert_string_equal(read_page(""), "");
}

static void anchors_come_from_sections_too(void **state)
{
    (void)state;
    assert_string_equal(read_page("<main><section id=one><h2>A</h2>x<section id='t wo'><h2>B</h2>"
                                  "</section><h2><a id=three></a>C</h2><h2 id='a}b'>D</h2>"),
                        " / [2 A #one] x / [2 B #]  / [2 C #three]  / [2 D #] ");
}

static void titles_lose_the_site(void **state)
{
    (void)state;
    assert_string_equal(read_page("<title>A - B | Databricks on AWS</title>"), "A - B");
    assert_string_equal(read_page("<title> Plain\n title </title>"), "Plain title");
    read_page("<meta name=robots content='noindex, follow'>x");
    assert_true(page.noindex);
    read_page("<meta name=robots content='follow'>x");
    assert_false(page.noindex);
}

static void what_cannot_be_seen_hides_nothing(void **state)
{
    (void)state;
    assert_string_equal(read_page("<p>```<p>~~~<p>~"), " / \\```\n\n\\~~~\n\n~");
    assert_string_equal(read_page("<p>&#8203;# x</p><p>a&#x202e;b&#1;c\x01"), " / \\# x\n\nabc");
    assert_string_equal(read_bytes("<p>a\0b\xff\xc3", 9), " / a b\ufffd\ufffd");
    assert_true(page.repaired);
    read_page("<p>\u00e9</p>");
    assert_false(page.repaired);
}

static char *repeat(const char *what, size_t times, const char *tail, size_t *bytes)
{
    size_t n = strlen(what), t = strlen(tail);
    char *s = malloc(n * times + t + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(s + i * n, what, n);
    memcpy(s + n * times, tail, t + 1);
    *bytes = n * times + t;
    return s;
}

/* Every bomb ends in time, in a sentence or in a page. */
static const char *bomb(const char *what, size_t times, const char *tail)
{
    size_t bytes;
    char *s = repeat(what, times, tail, &bytes);
    int64_t start = drc_clock_mono_us();
    memset(&err, 0, sizeof err);
    const char *r = read_bytes(s, bytes);
    assert_true(drc_clock_mono_us() - start < 10000000);
    free(s);
    return r;
}

static void bombs_are_refused(void **state)
{
    (void)state;
    const char *deep = "the page is refused: its elements are nested too deeply";
    assert_string_equal(bomb("<div>", 300000, ""), deep);
    assert_string_equal(bomb("<b><i>", 150000, "x"), deep);
    assert_string_equal(bomb("<div>", 1000000, ""),
                        "the page is refused: it has too many elements");
    assert_string_equal(bomb("<br>", 1000000, ""), "the page is refused: it has too many elements");
    assert_string_equal(bomb("</b>", 1000000, ""), "the page is refused: it has too many elements");
    assert_string_equal(bomb("word ", 900000, ""), "the page is refused: it has too much text");
    assert_string_equal(bomb("<h2>x</h2>", 3000, ""), "the page is refused: it has too much text");
    assert_string_equal(bomb("x", DRC_HTML_MAX_BYTES + 1, ""),
                        "the page is refused: it has 5242881 bytes, over 5242880");
}

static void bombs_are_defused(void **state)
{
    (void)state;
    assert_string_equal(bomb("<!--", 1200000, ""), "");
    assert_string_equal(bomb("<![>", 300000, ""), "");
    assert_string_equal(bomb("<a b=\">", 300000, ""), "");
    assert_string_equal(bomb("<a b=\"", 800000, ""), "");
    assert_string_equal(bomb("</b>", 100000, "x"), " / x");
    assert_string_equal(bomb("&amp;", 1000, ""), bomb("&", 1000, ""));
    char *tag = drc_arena_alloc(a, 4200000);
    memcpy(tag, "<p ", 3);
    for (size_t i = 3; i < 4000000; i += 8)
        snprintf(tag + i, 9, "a%06zu ", i / 8);
    strcat(tag, "x=1>text");
    assert_string_equal(bomb(tag, 1, ""), " / text");
    memset(tag + 3, 'x', 4000000);
    tag[4000003] = '\0';
    memcpy(tag + 3, "id=\"", 4);
    assert_string_equal(bomb(tag, 1, "\">text"), " / text");
    assert_string_equal(
        read_page("<!DOCTYPE html [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;\">"
                  "<!ENTITY f SYSTEM \"file:///etc/passwd\">]><p>[&b;&f;]"),
        " / [&b;&f;]");
}

static void cut_anywhere_it_is_still_a_page(void **state)
{
    (void)state;
    const char *s = "<!doctype html><title>T | S</title><main><h1>H</h1><ul><li>a<pre> b\n</pre>"
                    "<table><tr><td>c<ul><li>d<h2 id=x>e</h2><!-- f --><script>g</script>\u00e9";
    for (size_t n = 0; n <= strlen(s); n++) {
        assert_int_equal(0, drc_html_read(a, s, n, &page, &err));
        for (size_t i = 0; i < page.section_count; i++)
            assert_true(drc_utf8_valid(page.sections[i].text, strlen(page.sections[i].text)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_page_becomes_sections, fresh, done),
        cmocka_unit_test_setup_teardown(lists_code_and_tables, fresh, done),
        cmocka_unit_test_setup_teardown(the_best_root_is_taken, fresh, done),
        cmocka_unit_test_setup_teardown(anchors_come_from_sections_too, fresh, done),
        cmocka_unit_test_setup_teardown(titles_lose_the_site, fresh, done),
        cmocka_unit_test_setup_teardown(what_cannot_be_seen_hides_nothing, fresh, done),
        cmocka_unit_test_setup_teardown(bombs_are_refused, fresh, done),
        cmocka_unit_test_setup_teardown(bombs_are_defused, fresh, done),
        cmocka_unit_test_setup_teardown(cut_anywhere_it_is_still_a_page, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
