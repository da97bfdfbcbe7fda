/* Inputs and hashes of posted messages: kept, read back whatever the bytes are, compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "drc/replay.h"

static struct drc_arena *a;

static int start(void **state)
{
    (void)state;
    a = drc_arena_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    drc_arena_free(a);
    return 0;
}

static struct drc_inputs some(void)
{
    struct drc_inputs in = {.count = 0};
    drc_inputs_add_text(a, &in, "sql/reports/x.sql", "SELECT 1");
    drc_inputs_add(a, &in, "LLM_SEND_SQL", "withheld");
    drc_inputs_add(a, &in, "page a, b", "00ff");
    return in;
}

static void round_trip(void **state)
{
    (void)state;
    struct drc_inputs in = some(), back;
    /* sha256sum of "SELECT 1" */
    assert_string_equal(in.list[0].value, "e004ebd5b5532a4b");
    const char *text = drc_inputs_text(a, &in);
    assert_string_equal(text, "sql/reports/x.sql\te004ebd5b5532a4b\nLLM_SEND_SQL\twithheld\n"
                              "page a, b\t00ff\n");
    drc_inputs_read(a, text, &back);
    assert_int_equal(back.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(back.list[i].name, in.list[i].name);
        assert_string_equal(back.list[i].value, in.list[i].value);
    }
}

static void hostile(void **state)
{
    (void)state;
    struct drc_inputs in = {.count = 0}, back;
    drc_inputs_add(a, &in, "a\tb\nc", "d\te\nf");
    drc_inputs_read(a, drc_inputs_text(a, &in), &back);
    assert_int_equal(back.count, 1);
    assert_string_equal(back.list[0].name, "a b c");
    assert_string_equal(back.list[0].value, "d e f");
    drc_inputs_read(a, "\tno name\nno tab\n\n\n\xff\xfe\t\x01\nlast\t", &back);
    assert_int_equal(back.count, 2);
    assert_string_equal(back.list[1].name, "last");
    assert_string_equal(back.list[1].value, "");
    drc_inputs_read(a, "", &back);
    assert_int_equal(back.count, 0);
    const char *many = "";
    for (int i = 0; i < 3 * DRC_INPUTS_MAX; i++)
        many = drc_arena_printf(a, "%s%0500d\t%0500d\n", many, i, i);
    drc_inputs_read(a, many, &back);
    assert_int_equal(back.count, DRC_INPUTS_MAX);
    assert_true(strlen(back.list[0].name) < 500 && strlen(back.list[0].value) < 500);
}

static void compared(void **state)
{
    (void)state;
    struct drc_inputs was = some(), now = some();
    struct drc_replay_input out[2 * DRC_INPUTS_MAX];
    now.list[1].value = "sent";
    now.list[2].name = "page c";
    assert_int_equal(drc_inputs_compare(a, &was, &now, out), 4);
    assert_true(drc_replay_input_same(&out[0]));
    assert_false(drc_replay_input_same(&out[1]));
    assert_string_equal(out[1].now, "sent");
    assert_true(out[2].now == NULL && !drc_replay_input_same(&out[2]));
    assert_true(out[3].was == NULL && strcmp(out[3].name, "page c") == 0);
}

static void blocks(void **state)
{
    (void)state;
    static const struct {
        const char *was, *now, *id;
        int number;
    } cases[] = {
        {"", "", NULL, 0},
        {"title:1 chart:2", "title:1 chart:2", NULL, 0},
        {"title:1 chart:2", "title:1 chart:3", "chart", 2},
        {"title:1 chart:2", "title:1", "chart", 2},
        {"title:1", "title:1 chart:2", "chart", 2},
        {"title:1", "", "title", 1},
        {"title:1 chart:2", "title:12 chart:2", "title", 1},
        {"a:1", "b:1", "a", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *id = NULL;
        assert_int_equal(drc_made_block(a, cases[i].was, cases[i].now, &id), cases[i].number);
        if (cases[i].id != NULL)
            assert_string_equal(id, cases[i].id);
    }
}

static struct drc_replay whole(struct drc_replay_input *inputs)
{
    return (struct drc_replay){.id = "r1",
                               .what = "report x, run",
                               .made = "today",
                               .recorded = true,
                               .was = {"m", "t:1", "s", "p", "q"},
                               .now = {"m", "t:1", "s", "p", "q"},
                               .inputs = inputs,
                               .input_count = 1,
                               .rows = "same",
                               .rows_same = true};
}

/* Each part alone makes it differ, and is named. */
static void verdicts(void **state)
{
    (void)state;
    struct drc_replay_input in = {"theme", "1", "1"};
    struct drc_replay r = whole(&in);
    assert_true(drc_replay_same(&r));
    assert_string_equal(drc_replay_text(a, &r),
                        "report x, run r1, made today\n  theme: same (1)\nrows: same\n"
                        "message: same\nchart: same\nprompt: same\n");
    r.now.message = "n";
    r.now.blocks = "t:2";
    assert_false(drc_replay_same(&r));
    assert_non_null(strstr(drc_replay_text(a, &r), "message: differs at block 1 (t)\n"));
    r = whole(&in);
    r.now.message = "n";
    assert_non_null(strstr(drc_replay_text(a, &r), "message: differs in the notification\n"));
    r = whole(&in);
    r.now.png = "z";
    assert_false(drc_replay_same(&r));
    assert_non_null(strstr(drc_replay_text(a, &r), "chart: the SVG is the same, the PNG differs"));
    r = whole(&in);
    r.now.svg = NULL;
    assert_false(drc_replay_same(&r));
    assert_non_null(strstr(drc_replay_text(a, &r), "chart: differs, was s now none\n"));
    r = whole(&in);
    r.now.prompt = "z";
    assert_false(drc_replay_same(&r));
    r = whole(&in);
    r.rows_same = false;
    assert_false(drc_replay_same(&r));
    r = whole(&in);
    r.recorded = false;
    assert_false(drc_replay_same(&r));
    r = whole(&in);
    r.not_made = "gone";
    assert_false(drc_replay_same(&r));
    assert_non_null(strstr(drc_replay_text(a, &r), "message: not made anew: gone\n"));
    in.now = "2";
    r = whole(&in);
    assert_false(drc_replay_same(&r));
    assert_int_equal(drc_replay_changed(&r), 1);
    assert_non_null(strstr(drc_replay_text(a, &r), "  theme: changed: was 1 now 2\n"));
    in.now = NULL;
    assert_non_null(strstr(drc_replay_text(a, &r), "  theme: changed: was 1 now not used\n"));
    assert_string_equal(drc_compose_replay(a, &r, "r1 @")->summary,
                        "Replayed: 1 of 1 inputs changed since");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip), cmocka_unit_test(hostile),  cmocka_unit_test(compared),
        cmocka_unit_test(blocks),     cmocka_unit_test(verdicts),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
