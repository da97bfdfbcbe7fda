/* Texts with slots: what they print, and that a count and its noun agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "drc/answer.h"
#include "drc/arena.h"

static struct drc_arena *a;

static int fresh(void **state)
{
    (void)state;
    a = drc_arena_new();
    return 0;
}

static int done(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

/* The text with n evictions and as many jobs; "unsaid" where a slot is not known. */
static const char *said(const char *text, const char *n)
{
    struct drc_report report = {.noun = "job", .nouns = "jobs"};
    struct drc_result res = {.report = &report};
    struct drc_fact facts[] = {{.metric = "evictions", .known = true, .display = n},
                               {.metric = "entity_count", .known = true, .display = n},
                               {.metric = "runs", .known = false, .display = "n/a"}};
    struct drc_context c = {.result = &res, .facts = facts, .fact_count = 3};
    struct drc_text out = {NULL, NULL};
    struct drc_cited used;
    memset(&used, 0, sizeof used);
    if (!drc_slots_fill(a, text, &c, &out, &used))
        return out.first == NULL ? "unsaid" : "half said";
    assert_true(used.facts[0] || used.facts[1] || strchr(text, '{') == NULL);
    return drc_text_plain(a, &out);
}

static void a_noun_follows_its_count(void **state)
{
    (void)state;
    const char *text = "{evictions spot eviction is/spot evictions are} recorded";
    assert_string_equal(said(text, "1"), "1 spot eviction is recorded");
    assert_string_equal(said(text, "0"), "0 spot evictions are recorded");
    assert_string_equal(said(text, "2"), "2 spot evictions are recorded");
    assert_string_equal(said(text, "1,001"), "1,001 spot evictions are recorded");
    assert_string_equal(said("{evictions} of them {=evictions makes/make} it", "1"),
                        "1 of them makes it");
    assert_string_equal(said("{evictions} of them {=evictions makes/make} it", "3"),
                        "3 of them make it");
    assert_string_equal(said("The {entities} cost", "1"), "The 1 job cost");
    assert_string_equal(said("The {entities} cost", "29"), "The 29 jobs cost");
    assert_string_equal(said("x {runs run/runs}", "1"), "unsaid");
    assert_string_equal(said("plain", "1"), "plain");
}

static void forms_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"", "{a}", "{a one/more of them}", "{=a is/are} {b}"};
    static const char *const bad[] = {"{",        "{}",        "{a",   "{a one}",   "{a/b}",
                                      "{a one/}", "{a /many}", "{=a}", "{a 1/2/3}", "{a {b}}"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(0, drc_slots_lint("f", 3, good[i], NULL));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct drc_err err = DRC_ERR_INIT;
        assert_int_equal(-1, drc_slots_lint("f", 3, bad[i], &err));
        assert_memory_equal(err.msg, "f:3: ", 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_noun_follows_its_count, fresh, done),
        cmocka_unit_test_setup_teardown(forms_are_checked, fresh, done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
