/* robots.txt, sitemaps, addresses and the list of sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "drc/arena.h"
#include "drc/crawl.h"
#include "drc/limits.h"

static struct drc_arena *a;
static struct drc_err err;

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

static bool allowed(const char *robots, const char *path)
{
    struct drc_robots r;
    drc_robots_parse(a, robots, strlen(robots), "drc", &r);
    return drc_robots_allow(a, &r, path);
}

static void groups_of_robots(void **state)
{
    (void)state;
    const char *two = "User-agent: *\nDisallow: /\n\nuser-agent: other\nUser-Agent: DRC/2.0 # us\n"
                      "Disallow: /a\n\nUser-agent: drc\nDisallow: /b\nCrawl-delay: 1.5\n";
    assert_true(allowed(two, "/c"));
    assert_false(allowed(two, "/a/x"));
    assert_false(allowed(two, "/b"));
    assert_false(allowed("User-agent: *\r\nDisallow: /x\r\n", "/x/y"));
    assert_true(allowed("User-agent: drcx\nDisallow: /\n", "/x"));
    assert_true(allowed("User-agent: drc\n\nUser-agent: *\nDisallow: /\n", "/robots.txt"));
    assert_false(allowed("User-agent: drc\n\nUser-agent: *\nDisallow: /\n", "/x"));
    assert_true(allowed("User-agent: *\nDisallow:\n", "/x"));
    assert_true(allowed("Disallow: /\n", "/x"));
    assert_true(allowed("<html>no robots</html>", "/x"));
    struct drc_robots r;
    drc_robots_parse(a, two, strlen(two), "drc", &r);
    assert_int_equal(r.delay_ms, 1500);
    const char *slow = "User-agent: *\nCrawl-delay: 99999999\nCrawl-delay: x\n";
    drc_robots_parse(a, slow, strlen(slow) - 15, "drc", &r);
    assert_int_equal(r.delay_ms, 600000);
    drc_robots_parse(a, slow, strlen(slow), "drc", &r);
    assert_int_equal(r.delay_ms, 0);
}

/* The examples of RFC 9309, 2.2.2, 2.2.3 and 5.2. */
static void matches_of_robots(void **state)
{
    (void)state;
    const struct {
        const char *rules, *path;
        bool allowed;
    } cases[] = {
        {"Allow: /example/page/\nDisallow: /example/page/disallowed.gif", "/example/page/", true},
        {"Allow: /example/page/\nDisallow: /example/page/disallowed.gif",
         "/example/page/disallowed.gif", false},
        {"Disallow: /a\nAllow: /a", "/a", true},
        {"Allow: /p\nDisallow: /", "/page", true},
        {"Allow: /$\nDisallow: /", "/", true},
        {"Allow: /$\nDisallow: /", "/x", false},
        {"Disallow: /*.php$", "/folder/any.php.file.php", false},
        {"Disallow: /*.php$", "/file.php?x", true},
        {"Disallow: *.gif$", "/a.gif", false},
        {"Disallow: /*a*b*c", "/xxaxxbxxbxc", false},
        {"Disallow: /*a*b*c", "/xxaxxcxxb", true},
        {"Disallow: /fish*", "/fishheads/yummy.html", false},
        {"Disallow: /fish", "/Fish", true},
        {"Disallow: /a$b", "/a$bc", false},
        {"Disallow: /foo/bar?baz=https%3a%2f%2Ffoo", "/foo/bar?baz=https%3A%2F%2Ffoo", false},
        {"Disallow: /foo/bar/\xe3\x83\x84", "/foo/bar/%E3%83%84", false},
        {"Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", false},
        {"Disallow: /a%2fb", "/a/b", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text = drc_arena_printf(a, "User-agent: *\n%s\n", cases[i].rules);
        if (allowed(text, cases[i].path) != cases[i].allowed)
            fail_msg("%s: %s", cases[i].rules, cases[i].path);
    }
}

static const char *urls(const char *text)
{
    struct drc_sitemap m;
    if (drc_sitemap_parse(a, text, strlen(text), &m, &err) < 0)
        return err.msg;
    char *s = drc_arena_strdup(a, m.is_index ? "index" : "");
    for (size_t i = 0; i < m.count; i++)
        s = drc_arena_printf(a, "%s %s", s, m.urls[i]);
    return s;
}

static void sitemaps(void **state)
{
    (void)state;
    assert_string_equal(
        urls("<?xml version='1.0'?><urlset xmlns='x'><!-- <loc>no</loc> --><url><loc>\n "
             "https://a/b?c=1&amp;d=2&#x26;e </loc><lastmod>2026-01-01</lastmod></url>"
             "<url><image:loc>i</image:loc><loc><![CDATA[https://a/c&d]]></loc></url></urlset>"),
        " https://a/b?c=1&d=2&e i https://a/c&d");
    assert_string_equal(urls("<sitemapindex><sitemap><loc>https://a/1.xml</loc></sitemap>"),
                        "index https://a/1.xml");
    assert_string_equal(urls("\xef\xbb\xbfhttps://a/b\r\nhttps://a/c\nnot one\n"),
                        " https://a/b https://a/c");
    assert_string_equal(urls("<!DOCTYPE x [<!ENTITY a 'https://a/'>]><loc>&a;b</loc>"),
                        "the sitemap holds no address");
    assert_string_equal(urls("<loc>a<b</loc><loc/><loc>cut"), " a");
    assert_string_equal(urls(""), "the sitemap holds no address");
    struct drc_sitemap m;
    assert_int_equal(-1, drc_sitemap_parse(a, "<loc>\0x</loc><loc>&#x2q;</loc>", 31, &m, NULL));
}

static void a_sitemap_has_an_end(void **state)
{
    (void)state;
    size_t n = DRC_SITEMAP_URLS_MAX + 10, at = 0;
    char *s = drc_arena_alloc(a, n * 24 + 1);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(s + at, 24, "<loc>https://a/%zu</loc>", i % 10);
    struct drc_sitemap m;
    assert_int_equal(0, drc_sitemap_parse(a, s, at, &m, &err));
    assert_int_equal(m.count, DRC_SITEMAP_URLS_MAX);
    assert_true(m.cut);
}

static const char *normal(const char *text)
{
    struct drc_url u;
    memset(&err, 0, sizeof err);
    return drc_url_parse(a, text, &u, &err) < 0
               ? strrchr(err.msg, ':') + 2
               : drc_arena_printf(a, "%s %s %s", u.text, u.host, u.path);
}

static void addresses(void **state)
{
    (void)state;
    const char *must = "it must be https, or http on this machine";
    const char *dots = "it has dots for a folder", *host = "its host cannot be read",
               *chars = "it has characters that do not belong there";
    assert_string_equal(normal("HTTPS://Docs.A.com:443/X/y?z=1#f"),
                        "https://docs.a.com/X/y?z=1 docs.a.com /X/y?z=1");
    assert_string_equal(normal("http://127.0.0.1:8080"), "http://127.0.0.1:8080/ 127.0.0.1:8080 /");
    assert_string_equal(normal("https://a?q"), "https://a/?q a /?q");
    assert_string_equal(normal("https://a/..x/y..?../"), "https://a/..x/y..?../ a /..x/y..?../");
    assert_string_equal(normal("ftp://a/"), must);
    assert_string_equal(normal("file:///etc/passwd"), must);
    assert_string_equal(normal("https://a/b/../c"), dots);
    assert_string_equal(normal("https://a/b/%2E."), dots);
    assert_string_equal(normal("https://a/./c"), dots);
    assert_string_equal(normal("https://user:x@a/"), host);
    assert_string_equal(normal("https:///x"), host);
    assert_string_equal(normal("https://a/b c"), chars);
    assert_string_equal(normal("https://a/\x01"), chars);
    char *deep = drc_arena_alloc(a, 3000);
    memset(deep, 'x', 2999);
    assert_string_equal(normal(deep), "it is too long");
}

static const char *sources(const char *text)
{
    struct drc_crawl_source *s;
    size_t n;
    memset(&err, 0, sizeof err);
    if (drc_crawl_sources(a, "s.list", text, &s, &n, &err) < 0)
        return err.msg;
    return drc_arena_printf(a, "%zu %s %s", n, s[0].sitemap.text, s[0].prefix.text);
}

static void lists_of_sources(void **state)
{
    (void)state;
    assert_string_equal(sources("# x\n\nhttps://a/s.xml  https://A/docs/ # y\r\n"),
                        "1 https://a/s.xml https://a/docs/");
    assert_string_equal(sources("\nhttps://a/s.xml\n"),
                        "s.list:2: expected 'address-of-sitemap prefix-of-pages'");
    assert_string_equal(sources("https://a/s.xml https://b/\n"),
                        "s.list:1: sitemap and prefix are of different hosts");
    assert_string_equal(sources("https://a/s.xml https://a/ x\n"),
                        "s.list:1: expected 'address-of-sitemap prefix-of-pages'");
    assert_string_equal(sources("# nothing\n"), "s.list: there is no source in it");
    assert_string_equal(sources("http://a/s.xml https://a/\n"),
                        "s.list:1: the address 'http://a/s.xml' is refused: it must be https, or "
                        "http on this machine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups_of_robots, fresh, done),
        cmocka_unit_test_setup_teardown(matches_of_robots, fresh, done),
        cmocka_unit_test_setup_teardown(sitemaps, fresh, done),
        cmocka_unit_test_setup_teardown(a_sitemap_has_an_end, fresh, done),
        cmocka_unit_test_setup_teardown(addresses, fresh, done),
        cmocka_unit_test_setup_teardown(lists_of_sources, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
