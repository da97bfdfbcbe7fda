/* Text from outside: UTF-8, JSON, front matter, templates, settings, the masking log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/conf.h"
#include "drc/jsonx.h"
#include "drc/limits.h"
#include "drc/log.h"
#include "drc/meta.h"
#include "drc/tmpl.h"
#include "drc/utf8.h"

static struct drc_arena *a;

static int set_up(void **state)
{
    (void)state;
    a = drc_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

/* ---- utf8 --------------------------------------------------------------------------------- */

static const char *clean(const char *s, size_t max, bool keep_lines)
{
    return drc_utf8_clean(a, s, strlen(s), max, keep_lines);
}

static void test_clean(void **state)
{
    (void)state;
    assert_string_equal(clean("plain", 10, false), "plain");
    assert_string_equal(clean("abcdef", 6, false), "abcdef");
    assert_string_equal(clean("abcdefg", 6, false), "abcde\u2026");
    assert_string_equal(clean("\u00e9\u00e9\u00e9", 2, false), "\u00e9\u2026");
    assert_string_equal(clean("bad \xff\xc3 end", 40, false), "bad \ufffd\ufffd end");
    assert_string_equal(clean("\xed\xa0\x80", 40, false), "\ufffd\ufffd\ufffd"); /* a surrogate */
    assert_string_equal(clean("a\x1b[31mb\x07\xc2\x9b", 40, false), "a[31mb");
    assert_string_equal(clean("\u202eevil\u202c\u200b\ufeff\U000e0041", 40, false), "evil");
    assert_string_equal(clean("two\nlines\t.", 40, true), "two\nlines\t.");
    assert_string_equal(clean("\n two\n\r\n lines", 40, false), " two  lines");
    assert_string_equal(clean("", 0, false), "");
    assert_string_equal(clean("x", 0, false), "\u2026");
    assert_string_equal(drc_utf8_clean(a, "ab\0cd", 5, 9, false), "ab");
}

/* A line break at the very place where the text is cut must not open the cap. */
static void test_clean_cap(void **state)
{
    (void)state;
    char text[300];
    for (size_t at = 0; at < 20; at++) {
        memset(text, 'x', sizeof text);
        text[at] = '\n';
        text[sizeof text - 1] = '\0';
        assert_true(drc_utf8_count(clean(text, 10, false)) <= 10);
        assert_true(drc_utf8_count(clean(text, 10, true)) <= 10);
    }
}

static void test_utf8_measures(void **state)
{
    (void)state;
    assert_true(drc_utf8_valid("\u00e9\U0001f680", 6));
    assert_false(drc_utf8_valid("\xc0\x80", 2));
    assert_false(drc_utf8_valid("\xf4\x90\x80\x80", 4));
    assert_false(drc_utf8_valid("\xe2\x82", 2));
    assert_int_equal(drc_utf8_count("\u00e9a\U0001f680"), 3);
    assert_int_equal(drc_utf8_width("a\u8ba2"), 3);
    assert_int_equal(drc_utf8_width("e\u0301"), 1);
    assert_int_equal(drc_utf8_distance("report", "report"), 0);
    assert_int_equal(drc_utf8_distance("REPORT", "report"), 0);
    assert_int_equal(drc_utf8_distance("reprot", "report"), 1); /* neighbours swapped */
    assert_int_equal(drc_utf8_distance("", "abc"), 3);
    char far[300];
    memset(far, 'z', sizeof far);
    far[sizeof far - 1] = '\0';
    assert_int_equal(drc_utf8_distance(far, "a"), 32);
    assert_true(drc_utf8_digit(0xff12) && drc_utf8_digit(0xbd) && drc_utf8_digit('7'));
    assert_false(drc_utf8_digit('a') || drc_utf8_digit(0x8ba2));
}

/* ---- jsonx -------------------------------------------------------------------------------- */

static void test_json(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    const char *text = "{\"b\":{\"list\":[1,{\"x\":\"y\"},true]},\"a\":1.5,\"\":{\"\":7}}";
    json_t *root = drc_json_parse(text, strlen(text), &err);
    assert_non_null(root);
    assert_string_equal(drc_json_str(root, "b.list.1.x", "no"), "y");
    assert_int_equal(drc_json_int(root, "b.list.0", -1), 1);
    assert_true(drc_json_bool(root, "b.list.2", false));
    assert_string_equal(drc_json_str(root, "b.list.7.x", "no"), "no");
    assert_string_equal(drc_json_str(root, "b.list.x", "no"), "no");
    assert_string_equal(drc_json_str(root, "a.b.c", "no"), "no");
    assert_int_equal(drc_json_int(root, "a", -1), -1); /* a real is no integer */
    assert_string_equal(drc_json_str(NULL, "a", "no"), "no");
    char *sorted = drc_json_dump_sorted(root);
    assert_string_equal(sorted,
                        "{\"\":{\"\":7},\"a\":1.5,\"b\":{\"list\":[1,{\"x\":\"y\"},true]}}");
    free(sorted);
    json_decref(root);
    static const char *const bad[] = {
        "",         "{",     "{\"a\":1,\"a\":2}", "nul",        "[1,]",
        "\"\xff\"", "[1] x", "{\"a\":1e999}",     "\"\\u0000\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct drc_err)DRC_ERR_INIT;
        assert_null(drc_json_parse(bad[i], strlen(bad[i]), &err));
        assert_int_equal(err.code, DRC_ERR_PARSE);
    }
    char *deep = drc_arena_alloc(a, 100001);
    memset(deep, '[', 100000);
    assert_null(drc_json_parse(deep, 100000, NULL)); /* no stack overflow */
    err = (struct drc_err)DRC_ERR_INIT;
    assert_null(drc_json_parse(text, (size_t)DRC_JSON_MAX_BYTES + 1, &err));
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    json_t *s = drc_json_text("bad \xff byte");
    assert_string_equal(json_string_value(s), "bad \ufffd byte");
    json_decref(s);
    s = drc_json_text(NULL);
    assert_string_equal(json_string_value(s), "");
    json_decref(s);
}

/* ---- meta --------------------------------------------------------------------------------- */

static const char *const known[] = {"id", "chip", "text", NULL};

static void test_meta(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_meta m;
    const char *sql = "-- id:  job-cost \r\n-- chip: a\n-- chip: b\n-- text:\n"
                      "-- An ordinary comment: with a colon\nSELECT 1";
    assert_int_equal(drc_meta_parse(a, DRC_META_SQL, "x.sql", sql, known, &m, &err), 0);
    assert_int_equal(m.count, 4);
    assert_string_equal(drc_meta_get(&m, "id"), "job-cost");
    assert_string_equal(drc_meta_get(&m, "chip"), "a");
    assert_string_equal(m.entries[2].value, "b");
    assert_int_equal(m.entries[2].line, 3);
    assert_ptr_equal(m.body, sql); /* a report file is SQL as it stands */
    assert_null(drc_meta_need(&m, "text", &err));
    assert_non_null(strstr(err.msg, "x.sql"));

    err = (struct drc_err)DRC_ERR_INIT;
    const char *md = "---\nid: a.b\n\ntext: x: y\n---\nBody\n---\nmore";
    assert_int_equal(drc_meta_parse(a, DRC_META_MD, "x.md", md, known, &m, &err), 0);
    assert_string_equal(drc_meta_get(&m, "text"), "x: y");
    assert_string_equal(m.body, "Body\n---\nmore");

    static const struct {
        enum drc_meta_kind kind;
        const char *text, *words;
    } bad[] = {
        {DRC_META_SQL, "-- id: x\n-- colour: red\nSELECT 1", "f:2: unknown key 'colour'"},
        {DRC_META_SQL, "-- Id: x\nSELECT 1", "f:1:"},
        {DRC_META_MD, "id: x\n", "f:1:"},
        {DRC_META_MD, "---\nid: x\n", "not closed"},
        {DRC_META_MD, "---\nno colon\n---\n", "f:2:"},
        {DRC_META_MD, "", "f:1:"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct drc_err)DRC_ERR_INIT;
        assert_int_equal(drc_meta_parse(a, bad[i].kind, "f", bad[i].text, known, &m, &err), -1);
        assert_int_equal(err.code, DRC_ERR_CONFIG);
        assert_non_null(strstr(err.msg, bad[i].words));
    }
    const char *part[3];
    assert_int_equal(drc_meta_split(a, " a | b c|| d", '|', part, 3), 3);
    assert_string_equal(part[0], "a");
    assert_string_equal(part[1], "b c");
    assert_string_equal(part[2], "");
    assert_int_equal(drc_meta_split(a, "", ',', part, 3), 1);
}

/* ---- tmpl --------------------------------------------------------------------------------- */

static void test_tmpl(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    struct drc_buf b;
    drc_buf_init(&b, 64);
    const struct drc_tmpl_var vars[] = {{"name", "{{other}}"}, {"n2", "<&>"}};
    assert_int_equal(drc_tmpl_render("p", "a {{name}} } {{n2}}{", vars, 2, &b, &err), 0);
    assert_string_equal(drc_buf_str(&b), "a {{other}} } <&>{"); /* values are not read again */
    static const char *const bad[] = {"{{none}}",   "{{name",   "{{}}",
                                      "{{ name }}", "{{NAME}}", "{{{name}}}"};
    const char *const names[] = {"name", "n2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct drc_err)DRC_ERR_INIT;
        assert_int_equal(drc_tmpl_render("p", bad[i], vars, 2, &b, &err), -1);
        assert_int_equal(err.code, DRC_ERR_CONFIG);
        assert_int_equal(drc_tmpl_lint("p", bad[i], names, 2, NULL), -1);
    }
    assert_int_equal(drc_tmpl_lint("p", "{{n2}} and {{name}}", names, 2, NULL), 0);
    drc_buf_reset(&b);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_int_equal(drc_tmpl_render("p",
                                     "0123456789012345678901234567890123456789"
                                     "0123456789012345678901234567890123456789",
                                     vars, 2, &b, &err),
                     -1);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    drc_buf_fini(&b);
}

/* ---- conf --------------------------------------------------------------------------------- */

static char dir[] = "/tmp/drc-conf-XXXXXX";

static const char *put(const char *name, const char *text)
{
    const char *path = drc_arena_printf(a, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static int load(const char *text, struct drc_err *err)
{
    *err = (struct drc_err)DRC_ERR_INIT;
    unsetenv("DRC_NO_DOTENV");
    return drc_conf_load(put("env", text), err);
}

static void test_conf(void **state)
{
    (void)state;
    struct drc_err err;
    assert_non_null(mkdtemp(dir));
    unsetenv("WORKERS");
    unsetenv("LLM_MODEL");
    setenv("DRC_PORT", "1234", 1);
    const char *key = put("key", "sk-from-a-file\n");
    setenv("LLM_API_KEY_FILE", key, 1);
    assert_int_equal(load("# a comment\n\n export LLM_MODEL = \"a b\" \r\nDRC_PORT=77\nWORKERS=3\n"
                          "LLM_BASE_URL='http://x/?a=b'\nLLM_PROVIDER=\n",
                          &err),
                     0);
    assert_string_equal(drc_conf_str("LLM_MODEL"), "a b");
    assert_int_equal(drc_conf_int("DRC_PORT"), 1234); /* the environment goes first */
    assert_string_equal(drc_conf_source("DRC_PORT"), "environment");
    assert_int_equal(drc_conf_int("WORKERS"), 3);
    assert_string_equal(drc_conf_source("WORKERS"), ".env");
    assert_string_equal(drc_conf_str("LLM_BASE_URL"), "http://x/?a=b");
    assert_string_equal(drc_conf_str("LLM_API_KEY"), "sk-from-a-file");
    assert_string_equal(drc_conf_source("LLM_API_KEY"), "file");
    assert_string_equal(drc_conf_str("LLM_PROVIDER"), "none"); /* empty is not set */
    static const struct {
        const char *text, *words;
    } bad[] = {{"WORKERS\n", "env:1:"},
               {"\nWORKER=1\n", "env:2: unknown setting 'WORKER'"},
               {"WORKERS=1x\n", "WORKERS is '1x'"},
               {"WORKERS=65\n", "from 0 to 64"},
               {"WORKERS=99999999999999999999\n", "WORKERS"},
               {"=x\n", "env:1:"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(load(bad[i].text, &err), -1);
        assert_int_equal(err.code, DRC_ERR_CONFIG);
        assert_non_null(strstr(err.msg, bad[i].words));
    }
    setenv("LLM_API_KEY_FILE", "/nowhere/at/all", 1);
    assert_int_equal(load("", &err), -1);
    assert_non_null(strstr(err.msg, "LLM_API_KEY_FILE"));
    unsetenv("LLM_API_KEY_FILE");
    setenv("DRC_NO_DOTENV", "1", 1);
    assert_int_equal(drc_conf_load(put("env", "nonsense"), &err), 0);
    assert_int_equal(drc_conf_int("WORKERS"), 12);
    assert_int_equal(drc_conf_load("/nowhere/.env", &err), 0);
    drc_conf_set("WORKERS", "5");
    assert_int_equal(drc_conf_int("WORKERS"), 5);
    unlink(drc_arena_printf(a, "%s/env", dir));
    unlink(key);
    rmdir(dir);
    unsetenv("DRC_PORT");
    drc_conf_load(NULL, NULL);
}

/* ---- log ---------------------------------------------------------------------------------- */

/* What one call writes to standard error. */
static char *logged(const char *text)
{
    int ends[2], old = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[0], F_SETPIPE_SZ, 1 << 16);
    dup2(ends[1], STDERR_FILENO);
    drc_log(DRC_LOG_WARN, "test.event", "text=\"%s\"", text);
    dup2(old, STDERR_FILENO);
    close(old);
    close(ends[1]);
    char *out = drc_arena_alloc(a, 1 << 16);
    size_t n = 0;
    for (ssize_t got; (got = read(ends[0], out + n, (1 << 16) - 1 - n)) > 0;)
        n += (size_t)got;
    close(ends[0]);
    return out;
}

static void test_log(void **state)
{
    (void)state;
    drc_log_secret("xoxb-123");
    drc_log_secret("xoxb-123-and-the-rest");
    drc_log_secret("short"); /* too short to mask: it would hide words */
    drc_log_secret(NULL);
    char *line = logged("a xoxb-123 b xoxb-123-and-the-rest c short\nxoxb-123");
    assert_null(strstr(line, "xoxb"));
    assert_null(strstr(line, "and-the-rest"));
    assert_non_null(strstr(line, "a *** b *** c short ***"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1); /* one event, one line */
    assert_non_null(strstr(line, " warn test.event "));
    char *masked = drc_log_masked("{\"token\":\"xoxb-123\"}");
    assert_string_equal(masked, "{\"token\":\"***\"}");
    free(masked);
    masked = drc_log_masked(NULL);
    assert_string_equal(masked, "");
    free(masked);
}

/* A secret at the place where a long line is cut must not show its first half. */
static void test_log_cut(void **state)
{
    (void)state;
    drc_log_secret("sekret-0123456789");
    for (size_t n = 3900; n < 4150; n += 3) {
        char *text = drc_arena_alloc(a, n + 40);
        memset(text, 'x', n);
        strcpy(text + n, "sekret-0123456789 and more");
        char *line = logged(text);
        assert_null(strstr(line, "sekret"));
        assert_true(strlen(line) <= 4096);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_clean, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clean_cap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_utf8_measures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_meta, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tmpl, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_conf, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_log_cut, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
