/* Subscriptions in the state: a request makes one, whatever becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "drc/store.h"
#include "drc/subscription.h"

#define FILE_NAME "build/test-subscription.db"

static struct drc_arena *a;
static struct drc_db *state;
static struct drc_err err;

static int set_up(void **unused)
{
    (void)unused;
    err = (struct drc_err)DRC_ERR_INIT;
    unlink(FILE_NAME);
    a = drc_arena_new();
    state = drc_store_open(FILE_NAME, ".", &err);
    if (state == NULL)
        print_message("%s\n", err.msg);
    return state == NULL ? -1 : 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    drc_db_close(state);
    drc_arena_free(a);
    unlink(FILE_NAME);
    unlink(FILE_NAME "-wal");
    unlink(FILE_NAME "-shm");
    return 0;
}

static struct drc_sub sub_of(const char *request_key)
{
    return (struct drc_sub){.owner = "U1",
                            .channel = "C1",
                            .digest_id = "weekly",
                            .schedule = "weekly mon 08:00",
                            .zone = "UTC",
                            .words = "",
                            .request_key = request_key,
                            .status = "active",
                            .why = "",
                            .created_ms = 1};
}

/* A run that comes again after a kill gets the subscription that it has made. */
static void test_once(void **unused)
{
    (void)unused;
    struct drc_sub first = sub_of("slash:1"), again = sub_of("slash:1"), other = sub_of("slash:2"),
                   none = sub_of(NULL), none_either = sub_of(NULL), all[8];
    again.zone = "Europe/Berlin";
    assert_int_equal(drc_sub_put(state, a, &first, &err), 0);
    assert_int_equal(drc_sub_put(state, a, &again, &err), 0);
    assert_string_equal(again.sub_id, first.sub_id);
    assert_string_equal(again.zone, "UTC");
    assert_int_equal(drc_sub_put(state, a, &other, &err), 0);
    assert_string_not_equal(other.sub_id, first.sub_id);
    assert_int_equal(drc_sub_put(state, a, &none, &err), 0);
    assert_int_equal(drc_sub_put(state, a, &none_either, &err), 0);
    assert_int_equal(drc_sub_list(state, a, "U1", NULL, all, 8, &err), 4);
}

static void test_numbers(void **unused)
{
    (void)unused;
    struct drc_sub sub = sub_of("slash:1"), got;
    assert_int_equal(drc_sub_put(state, a, &sub, &err), 0);
    assert_int_equal(drc_sub_get(state, a, sub.sub_id, &got, &err), 1);
    assert_string_equal(got.numbers, "en");
    got.numbers = "de";
    assert_int_equal(drc_sub_edit(state, &got, &err), 0);
    assert_int_equal(drc_sub_get(state, a, sub.sub_id, &got, &err), 1);
    assert_int_equal(drc_sub_numbers(&got), DRC_FMT_DE);
    got.numbers = "klingon";
    assert_int_equal(drc_sub_numbers(&got), DRC_FMT_EN);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(test_once), TEST(test_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
