/* What a model writes, on its way to the person: placeholders, the form, the figures typed out, and
 * who a prompt may not name. The ledger is written by hand; expectations are literal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "drc/llm.h"
#include "drc/placeholder.h"
#include "drc/proof.h"

static struct drc_arena *a;
static struct drc_err err;

static const struct drc_ground_fact facts[] = {
    {.id = "F1",
     .entity = "job:1/10",
     .metric = "total_cost",
     .title = "Cost",
     .period = "26 Oct\u201322 Nov 2026",
     .value = 4120.12,
     .unit = "USD",
     .display = "$4,120"},
    {.id = "F2",
     .entity = "job:1/10",
     .metric = "change_ratio",
     .title = "Change, relative",
     .period = "26 Oct\u201322 Nov 2026",
     .value = 0.12,
     .unit = "change",
     .display = "+12 %"},
    {.id = "F3",
     .entity = "job:1/10",
     .metric = "runs",
     .title = "Logical runs",
     .period = "26 Oct\u201322 Nov 2026",
     .value = 28,
     .unit = "count",
     .display = "28"},
    {.id = "F4",
     .entity = "job:1/10",
     .metric = "p50_ms",
     .title = "Median duration",
     .period = "26 Oct\u201322 Nov 2026",
     .value = 7500000,
     .unit = "ms",
     .display = "2 h 05 min"},
    {.id = "F5",
     .entity = "job:1/10",
     .metric = "success_rate",
     .title = "Run success",
     .period = "26 Oct\u201322 Nov 2026",
     .value = NAN,
     .unit = "ratio",
     .display = "n/a"},
    {.id = "F6",
     .entity = "x y",
     .metric = "total_cost",
     .title = NULL,
     .period = "26 Oct\u201322 Nov 2026",
     .value = 90,
     .unit = "USD",
     .display = "$90"},
};
static const char *const alias_j1[] = {"J1"}, *const alias_j2[] = {"J2"},
                         *const alias_u1[] = {"U1"};
static const struct drc_ground_entity entities[] = {
    {"job:1/10", "nightly_orders_etl", alias_j1, 1},
    {"job:1/11", "x y", alias_j2, 1},
    {"job:1/12", "{F1}", NULL, 0}, /* a name that looks like a placeholder */
    {"U1", "Ana Ruiz", alias_u1, 1},
};
static const struct drc_ground_source sources[] = {
    {"G1", "change chg-4103 of 2026-11-03 by Ana Ruiz: 3 workers more", NULL, NULL},
    {"D1", "Pools", "https://docs.example/pools", "Idle instances wait."},
};
static const struct drc_ledger ledger = {facts, 6, entities, 4, sources, 2, "job:1/10"};

static int set_up(void **state)
{
    (void)state;
    a = drc_arena_new();
    err = (struct drc_err)DRC_ERR_INIT;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

/* ---- placeholders ------------------------------------------------------------------------- */

static const char *why; /* the first fault; NULL */

static const char *filled(const char *text)
{
    struct drc_placed out;
    drc_placeholder_fill(a, &ledger, text, &out);
    why = out.fault_count == 0 ? NULL : out.faults[0].why;
    return out.text;
}

static void test_fill(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"{J1} cost {F1}, {F2} more.", "nightly_orders_etl cost $4,120, +12 % more."},
        {"No placeholder: 12.", "No placeholder: 12."},
        {"", ""},
        {"({F3})", "(28)"},
        {"{job:1/11} and {nightly_orders_etl}", "\"x y\" and nightly_orders_etl"},
        {"\"{J2}\"", "\"x y\""},            /* already in quotes */
        {"{job:1/12} cost.", "{F1} cost."}, /* a name is not read again */
        {"{F1}\u2014{F2}", "$4,120\u2014+12 %"},
        {"\u201c{F1}\u201d", "\u201c$4,120\u201d"},
        {"{J1}'s cost", "nightly_orders_etl's cost"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_string_equal(filled(pairs[i][0]), pairs[i][1]);
        assert_null(why);
    }
}

/* A unit that the display has is printed once. */
static void test_doubled_units(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"{F2} %", "+12 %"},
        {"{F2}% more", "+12 % more"},
        {"{F2}\u00a0% more", "+12 % more"},
        {"{F2} percent more", "+12 % more"},
        {"+{F2}", "+12 %"},
        {"${F1}.", "$4,120."},
        {"{F1} USD", "$4,120"},
        {"{F1} dollars in all", "$4,120 in all"},
        {"between {F1} ${F6}", "between $4,120 $90"},
        {"{F4} hours", "2 h 05 min"},
        {"{F3} days", "28 days"}, /* a count may be one of days */
        {"{F3} runs", "28 runs"},
        {"{F1} Made", "$4,120 Made"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_string_equal(filled(pairs[i][0]), pairs[i][1]);
        assert_null(why);
    }
}

/* What means nothing stays in its braces, with a reason. */
static void test_faults(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"{F99}", "there is no {F99}"},
        {"{f1}", "there is no {f1}"},
        {"{F1 }", "there is no {F1 }"},
        {"{F5}", "{F5} is not known"},
        {"{{F1}}", "a brace stands inside a brace"},
        {"{F1", "a brace is not closed"},
        {"{F1\n}", "a brace is not closed"},
        {"{}", "a brace is not closed, or holds nothing"},
        {"F1}", "a brace is not open"},
        {"{F1}{F3}", "{F1} touches other characters"},
        {"{F3}0", "{F3} touches other characters"},
        {"1{F3}", "{F3} touches other characters"},
        {"-{F1}", "{F1} touches other characters"},
        {"\u2212{F1}", "{F1} touches other characters"}, /* a minus sign */
        {"{F3}\u2013{F1}", "{F3} touches other characters"},
        {"${F3}", "{F3} touches other characters"}, /* no dollars in it */
        {"{F3}.5", "{F3} touches other characters"},
        {"{F3},000", "{F3} touches other characters"},
        {"{J1}_old", "{J1} touches other characters"},
        {"{F3} %", "{F3} (28) is given another unit"},
        {"{F1} %", "{F1} ($4,120) is given another unit"},
        {"{F3} million", "{F3} (28) is given another unit"},
        {"{F1} k", "{F1} ($4,120) is given another unit"},
        {"{F3} hours", "{F3} (28) is given another unit"},
        {"{F4} days", ""}, /* time is time */
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *text = filled(pairs[i][0]);
        if (*pairs[i][1] == '\0') {
            assert_null(why);
            continue;
        }
        assert_non_null(why);
        if (strncmp(why, pairs[i][1], strlen(pairs[i][1])) != 0)
            fail_msg("%s: %s", pairs[i][0], why);
        assert_true(strpbrk(text, "{}") != NULL);
    }
}

static void test_long_text(void **state)
{
    (void)state;
    char *text = drc_arena_alloc(a, DRC_GROUND_TEXT_MAX_BYTES + 2);
    memset(text, 'a', DRC_GROUND_TEXT_MAX_BYTES + 1);
    assert_ptr_equal(filled(text), text);
    assert_string_equal(why, "the text is too long to be read");
    for (size_t i = 0; i + 5 <= DRC_GROUND_TEXT_MAX_BYTES; i += 5) /* short, long once filled */
        memcpy(text + i, "{F4} ", 5);
    text[DRC_GROUND_TEXT_MAX_BYTES - 4] = '\0';
    assert_ptr_equal(filled(text), text);
    assert_string_equal(why, "the text is too long once it is filled");
}

/* ---- the check ---------------------------------------------------------------------------- */

static struct drc_grounding checked(const char *text, bool in_form)
{
    struct drc_grounding g;
    drc_proof_check(a, &ledger, text, in_form, &g);
    return g;
}

static void test_check(void **state)
{
    (void)state;
    struct drc_grounding g = checked("{J1} cost {F1} in this window.", false);
    assert_true(g.ok);
    assert_string_equal(g.text, "nightly_orders_etl cost $4,120 in this window. [F1]");
    assert_int_equal(g.traced, 1);
    g = checked("J1 cost {F1}. [F1]", false); /* without its braces */
    assert_string_equal(g.text, "nightly_orders_etl cost $4,120. [F1]");
    g = checked("U1 changed it [G1].", false); /* back from the alias */
    assert_true(g.ok);
    assert_string_equal(g.text, "\"Ana Ruiz\" changed it [G1].");
    g = checked("The job cost {F1}.\nIt ran {F3} times.", false);
    assert_string_equal(g.text, "The job cost $4,120. [F1]\nIt ran 28 times. [F3]");
}

static void test_lies(void **state)
{
    (void)state;
    struct drc_grounding g = checked("The job cost {F1}.\nIt wasted {F77} and {F78}.", true);
    assert_false(g.ok);
    assert_true(g.sentences[0].ok);
    assert_int_equal(g.figures, 3);
    assert_int_equal(g.traced, 1);
    assert_string_equal(g.sentences[1].reasons[0], "there is no {F78}");
    assert_non_null(strstr(drc_ground_complaint(a, &g), "2 of 3 figures could not be traced"));
    g = checked("It cost $9,999.", false);
    assert_false(g.ok);
    g = checked("The job cost {F6}.", true); /* the figure of another one */
    assert_false(g.ok);
    g = checked("{J7} cost {F1}.", true);
    assert_false(g.ok);
    assert_string_equal(g.sentences[0].reasons[0], "there is no {J7}");
}

/* In the form figures stand in placeholders; names, dates and words of sources are no figures. */
static void test_typed_figures(void **state)
{
    (void)state;
    struct drc_grounding g = checked("The job cost $4,120.\nIt ran {F3} times.", true);
    assert_false(g.ok);
    assert_false(g.sentences[0].ok);
    assert_true(g.sentences[1].ok);
    assert_string_equal(g.sentences[0].reasons[0],
                        "4,120: figures are written as placeholders only");
    assert_true(checked("The job cost $4,120.", false).ok); /* prose is checked as it is */
    assert_true(checked("{J1} cost {F1} from 26 Oct to 22 Nov 2026.", true).ok);
    assert_true(checked("The change of 2026-11-03 added 3 workers [G1].", true).ok);
    g = checked("About 4 % of it.", true);
    assert_string_equal(g.sentences[0].reasons[0], "4: figures are written as placeholders only");
}

/* ---- the form ----------------------------------------------------------------------------- */

static void test_form(void **state)
{
    (void)state;
    struct drc_written w;
    static const char good[] =
        "```json\n{\"sentences\": [{\"text\": \" - {J1} cost\\n{F1}. \", \"fact_ids\": [\"F1\", "
        "\"F3\"], \"source_ids\": [\"G1\"]}], \"next_steps\": [{\"text\": \"Read on pools.\", "
        "\"source_ids\": [\"D1\"]}], \"not_covered\": true}\n```";
    assert_int_equal(drc_llm_read_answer(a, good, &w, &err), 1);
    assert_string_equal(drc_proof_text(a, &ledger, &w),
                        "\u2022 {J1} cost {F1}. [G1]\n"
                        "\u2022 Next step: Read on pools. [D1]\n"
                        "\u2022 The facts do not answer this question in full.");
    struct drc_grounding g = checked(drc_proof_text(a, &ledger, &w), true);
    for (size_t i = 0; i < g.sentence_count; i++)
        if (!g.sentences[i].ok)
            fail_msg("%s: %s", g.sentences[i].text, g.sentences[i].reasons[0]);
    assert_int_equal(drc_llm_read_answer(a, "The job cost {F1}.", &w, &err), 0);
    assert_int_equal(drc_llm_read_answer(a, "{F1} is what it cost.", &w, &err), 0);
}

static void test_bad_form(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"sentences\": [{\"text\": \"It cost",
        "{\"sentences\": \"none\"}",
        "{\"sentences\": []}",
        "{\"sentences\": [], \"not_covered\": true}", /* the commentary by rule says more */
        "{\"sentences\": [1]}",
        "{\"sentences\": [{\"text\": 4}]}",
        "{\"sentences\": [{\"text\": \"a\", \"fact_ids\": \"F1\"}]}",
        "{\"sentences\": [{\"text\": \"a\", \"fact_ids\": [\"F1] <http://evil.example|x>\"]}]}",
        "{\"sentences\": [{\"text\": \"a\", \"fact_ids\": [\"F1\\u0000\"]}]}",
        "{\"sentences\": [{\"text\": \"a\"}], \"next_steps\": 3}",
        "{\"answer\": \"It cost $1.\"}",
        "{ \"sentences\" : [{\"text\": \"a\"}], \"sentences\": []}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct drc_written w;
        struct drc_err own = DRC_ERR_INIT;
        if (drc_llm_read_answer(a, bad[i], &w, &own) != -1)
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(own.code, DRC_ERR_PARSE);
        assert_non_null(strstr(own.msg, "not in its form"));
    }
}

/* ---- people ------------------------------------------------------------------------------- */

static void test_people(void **state)
{
    (void)state;
    static const char *const names[] = {"Ana Ruiz", "Ana", "Fran\u00e7oise Dubois", "sp-etl-prod",
                                        "O'Neil Ann"};
    struct drc_people *p = drc_people_new(a, names, 5);
    struct drc_alias list[DRC_PEOPLE_MAX];
    size_t n = 0;
    assert_string_equal(
        drc_people_alias(a, p,
                         "F1 | Ana Ruiz\nG1 | \"by ana ruiz, Ana's; Fran\u00e7oise Dubois\"\n"
                         "G2 | \"sp-etl-prod, mail ana.ruiz+x@corp.example.com. Banana, Anas\"",
                         true, list, &n),
        "F1 | Ana Ruiz\nG1 | \"by U1, U2's; U3\"\nG2 | \"U4, mail U5. Banana, Anas\"");
    assert_int_equal(n, 5);
    assert_string_equal(list[0].name, "ana ruiz");
    assert_string_equal(list[4].name, "ana.ruiz+x@corp.example.com");
    assert_string_equal(drc_people_alias(a, p, "Ana Ruiz and O'Neil Ann", false, list, &n),
                        "U1 and U6");
    assert_string_equal(drc_people_alias(a, p, "\"cost@3 per node\"", true, list, &n),
                        "\"cost@3 per node\"");
    for (int i = 0; i < 100; i++)
        drc_people_alias(a, p, drc_arena_printf(a, "u%d@x.example", i), false, list, &n);
    assert_int_equal(n, DRC_PEOPLE_MAX);
    assert_string_equal(drc_people_alias(a, p, "u99@x.example", false, list, &n), "U65");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fill, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_doubled_units, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_faults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_check, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_typed_figures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_people, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
