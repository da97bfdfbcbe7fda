/* The local Slack reads all forms of a request that the official SDKs send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"
#include "emulator/emulator.h"

static struct drc_http_in request(const char *type, const char *body)
{
    return (struct drc_http_in){.method = "POST",
                                .path = "/api/x",
                                .query = "",
                                .content_type = type,
                                .body = body,
                                .body_bytes = strlen(body),
                                .host = "",
                                .origin = "",
                                .authorization = "",
                                .cookie = "",
                                .user_agent = "",
                                .if_none_match = ""};
}

static void test_form(void **state)
{
    (void)state;
    const char *error = NULL;
    struct drc_http_in in =
        request("application/x-www-form-urlencoded; charset=utf-8",
                "channel=C1&text=a+b%26c%3d%e2%82%ac&empty=&flag=true&n=12&=x&bad=%zz");
    in.query = "pretty=1&team_id=T1";
    json_t *args = emu_args(&in, &error);
    assert_null(error);
    assert_string_equal(emu_arg(args, "channel"), "C1");
    assert_string_equal(emu_arg(args, "text"), "a b&c=\xe2\x82\xac");
    assert_string_equal(emu_arg(args, "empty"), "");
    assert_string_equal(emu_arg(args, "bad"), "%zz");
    assert_string_equal(emu_arg(args, "team_id"), "T1");
    assert_true(emu_arg_bool(args, "flag", false));
    assert_true(emu_arg_bool(args, "absent", true));
    assert_int_equal(emu_arg_int(args, "n", 0), 12);
    assert_int_equal(emu_arg_int(args, "text", 7), 7);
    json_decref(args);
}

static void test_json(void **state)
{
    (void)state;
    const char *error = NULL;
    struct drc_http_in in = request("application/json;charset=utf-8",
                                    "{\"a\":[1],\"s\":\"[2]\",\"b\":false,\"n\":3,\"x\":\"[\"}");
    json_t *args = emu_args(&in, &error);
    assert_null(error);
    bool bad;
    json_t *v = emu_arg_json(args, "a", &bad);
    assert_int_equal(json_integer_value(json_array_get(v, 0)), 1);
    json_decref(v);
    v = emu_arg_json(args, "s", &bad);
    assert_int_equal(json_integer_value(json_array_get(v, 0)), 2);
    json_decref(v);
    assert_null(emu_arg_json(args, "x", &bad));
    assert_true(bad);
    assert_null(emu_arg_json(args, "none", &bad));
    assert_false(bad);
    assert_false(emu_arg_bool(args, "b", true));
    assert_int_equal(emu_arg_int(args, "n", 0), 3);
    json_decref(args);
}

/* The Python SDK posts the JSON value null where it has nothing to say. */
static void test_odd_json(void **state)
{
    (void)state;
    static const struct {
        const char *body, *error;
    } cases[] = {
        {"null", NULL},
        {"{", "invalid_json"},
        {"[1]", "json_not_object"},
        {"{\"a\":1,\"a\":2}", "invalid_json"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *error = NULL;
        struct drc_http_in in = request("application/json", cases[i].body);
        json_decref(emu_args(&in, &error));
        if (cases[i].error == NULL)
            assert_null(error);
        else
            assert_string_equal(error, cases[i].error);
    }
    const char *error = NULL;
    struct drc_http_in in = request("text/xml", "<a/>");
    json_decref(emu_args(&in, &error));
    assert_string_equal(error, "invalid_post_type");
}

static const char multipart[] =
    "--XYZ\r\nContent-Disposition: form-data; name=\"channel\"\r\n\r\nC1\r\n"
    "--XYZ\r\nContent-Disposition: form-data; name=\"body\"; filename=\"Untitled\"\r\n"
    "Content-Type: application/octet-stream\r\n\r\n\x01\x02\r\n--XY\r\n--XYZ--\r\n";

static void test_multipart(void **state)
{
    (void)state;
    const char *error = NULL;
    struct drc_http_in in = request("multipart/form-data; boundary=\"XYZ\"", multipart);
    json_t *args = emu_args(&in, &error);
    assert_string_equal(emu_arg(args, "channel"), "C1");
    assert_int_equal(json_object_size(args), 1);
    json_decref(args);
    size_t n = 0;
    const char *data = emu_upload_body(&in, &n);
    assert_int_equal(n, 8);
    assert_memory_equal(data, "\x01\x02\r\n--XY", 8);
    in = request("application/octet-stream", "raw");
    data = emu_upload_body(&in, &n);
    assert_int_equal(n, 3);
    assert_string_equal(data, "raw");
}

/* Every truncation of a good body is survived. */
static void test_multipart_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof multipart; i++) {
        char *copy = malloc(i + 1); /* exact size: a sanitizer sees any read beyond it */
        memcpy(copy, multipart, i);
        copy[i] = '\0';
        struct drc_http_in in = request("multipart/form-data; boundary=XYZ", copy);
        const char *error = NULL;
        json_decref(emu_args(&in, &error));
        size_t n = 0;
        emu_upload_body(&in, &n);
        assert_true(n <= i);
        free(copy);
    }
}

static void test_query(void **state)
{
    (void)state;
    char *v = emu_query_get("a=1&ticket=x%20y&b=2", "ticket");
    assert_string_equal(v, "x y");
    free(v);
    assert_null(emu_query_get("tick=1", "ticket"));
    assert_null(emu_query_get("", "ticket"));
}

static void check_mask(const char *in, const char *out)
{
    char *masked = emu_wire_mask(in, strlen(in));
    assert_string_equal(masked, out);
    free(masked);
}

static void test_wire_mask(void **state)
{
    (void)state;
    check_mask("{\"token\":\"xoxb-local-drc\",\"a\":1}", "{\"token\":\"xoxb-***\",\"a\":1}");
    check_mask("ws://h/link/?ticket=abc123&app_id=A", "ws://h/link/?ticket=***&app_id=A");
    check_mask("http://h/actions/" EMU_TEAM "/12/deadbeef\"",
               "http://h/actions/" EMU_TEAM "/***\"");
    check_mask("", "");
    char *big = malloc(10001);
    memset(big, 'a', 10000);
    memcpy(big + 3999, "\xe2\x82\xac", 3); /* the cut may not fall into a character */
    big[10000] = '\0';
    char *masked = emu_wire_mask(big, 10000);
    assert_int_equal(strlen(masked), 3999);
    free(masked);
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),          cmocka_unit_test(test_json),
        cmocka_unit_test(test_odd_json),      cmocka_unit_test(test_multipart),
        cmocka_unit_test(test_query),         cmocka_unit_test(test_wire_mask),
        cmocka_unit_test(test_multipart_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
