/* Texts that leave: without people, error texts and SQL; what is none of these stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "drc/redact.h"

static const char *const people[] = {"Ana Ruiz", "Bo"};
static const char *const errors[] = {"The driver did not become healthy",
                                     "Cluster lost <n> spot workers (SPOT)",
                                     "AccessDenied reading <path>", "<text>", "x <anything>"};

static void check(struct drc_withhold w, const char *text, const char *want)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_redactor *r = drc_redactor_new(a, w, people, 2, errors, 5);
    assert_string_equal(drc_redact(a, r, text), want);
    drc_arena_free(a);
}

static const struct drc_withhold all = {true, true, true}, none = {false, false, false},
                                 only_people = {.people = true};

static void withheld(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"why is ana ruiz's job late", "why is U1's job late"},
        {"ask ana.ruiz@acme.io or Bo, then Ana Ruiz", "ask U1 or U2, then U3"},
        {"it says the Driver did not become healthy today", "it says [error text withheld] today"},
        {"Cluster lost 12 spot workers (SPOT). Then?", "[error text withheld]. Then?"},
        {"Lately failed with Cluster lost <n> spot workers (SPOT); AccessDenied reading <path>.",
         "Lately failed with [error text withheld]; [error text withheld]"},
        {"what is java.lang.OutOfMemoryError: Java heap space at X.y\nand why",
         "what is [error text withheld]\nand why"},
        {"ValueError: bad <text>", "[error text withheld]"},
        {"slow: SELECT a, b FROM t WHERE c = 'x'; why", "slow: [SQL text withheld]; why"},
        {"WITH q AS (SELECT 1) SELECT * FROM q", "[SQL text withheld]"},
        {"update costs set x = 1", "[SQL text withheld]"},
        {"merge into t using s", "[SQL text withheld]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(all, cases[i].text, cases[i].want);
}

static void stays(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "what is adaptive query execution?",
        "how do I create a table with a selection of columns",
        "why do errors and failures come from one cluster",
        "Errors, an Exception, an error",
        "nightly_orders_etl writes main.sales.orders",
        "with more memory it works",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        check(all, texts[i], texts[i]);
}

static void by_class(void **state)
{
    (void)state;
    const char *text = "Bo saw ValueError: x\nSELECT a FROM b";
    check(none, text, text);
    check(only_people, text, "U1 saw ValueError: x\nSELECT a FROM b");
    check((struct drc_withhold){.errors = true}, text, "Bo saw [error text withheld]\nSELECT a FROM b");
    check((struct drc_withhold){.sql = true}, text, "Bo saw ValueError: x\n[SQL text withheld]");
}

/* Bytes that are no text, and a wildcard at the end of what there is. */
static void hostile(void **state)
{
    (void)state;
    struct drc_arena *a = drc_arena_new();
    struct drc_redactor *r = drc_redactor_new(a, all, people, 2, errors, 5);
    static const char *const texts[] = {"AccessDenied reading ", "Cluster lost ", "\xff\xfe select",
                                        "select select from", "...Error", "Error:", "<", "<text>"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_non_null(drc_redact(a, r, texts[i]));
    assert_string_equal(drc_redact(a, r, "AccessDenied reading "), "AccessDenied reading ");
    assert_string_equal(drc_redact(a, r, "<text> and x y"), "<text> and x y");
    drc_arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(withheld),
        cmocka_unit_test(stays),
        cmocka_unit_test(by_class),
        cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
