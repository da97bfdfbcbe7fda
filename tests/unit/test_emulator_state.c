/* The local Slack's state: threads, history, items on disk, what it hands out with an interaction.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drc/jsonx.h"
#include "drc/log.h"
#include "emulator/emulator.h"

static char dir[] = "/tmp/drc-emulator-XXXXXX";
static char state_path[64];

static struct emu *make(const char *path)
{
    struct emu *e = calloc(1, sizeof *e);
    struct drc_err err = DRC_ERR_INIT;
    e->log_fd = -1;
    e->opt.state_path = path;
    emu_state_init(e);
    e->envs = drc_map_new();
    e->statuses = drc_map_new();
    snprintf(e->host, sizeof e->host, "127.0.0.1:1");
    e->loop = drc_loop_new(NULL, &err);
    assert_non_null(e->loop);
    if (emu_store_open(e, &err) < 0)
        fail_msg("%s", err.msg);
    return e;
}

/* crash: nothing is written any more. */
static void end(struct emu *e, bool crash)
{
    if (crash) {
        close(e->log_fd);
        e->log_fd = -1;
    }
    emu_store_close(e);
    emu_envelopes_free(e);
    emu_statuses_free(e);
    emu_state_free(e);
    drc_loop_free(e->loop);
    for (size_t i = 0; i < EMU_WIRE_MAX; i++)
        free(e->wire[i].text);
    free(e);
    char
        lock[80]; /* this process holds the lock until it ends: a second start needs another file */
    snprintf(lock, sizeof lock, "%s.lock", state_path);
    unlink(lock);
}

static struct emu_msg *post(struct emu *e, const char *channel, const char *text,
                            const char *thread_ts, int only_for)
{
    json_t *j = emu_bot_message(text);
    if (thread_ts != NULL)
        json_object_set_new(j, "thread_ts", json_string(thread_ts));
    return emu_msg_add(e, emu_channel(e, channel), j, only_for);
}

static void test_ids(void **state)
{
    (void)state;
    struct emu *e = make(NULL);
    char id[16], ts[24], last[24] = "";
    for (int i = 0; i < 1000; i++) {
        emu_new_id(e, 'F', id);
        assert_int_equal(strlen(id), 11); /* Slack: ^F[A-Z0-9]{8,}$ */
        assert_int_equal(strspn(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 11);
        emu_new_ts(e, ts);
        assert_int_equal(strcspn(ts, "."), 10);
        assert_int_equal(strlen(ts), 17);
        assert_true(strcmp(ts, last) > 0);
        memcpy(last, ts, sizeof last);
    }
    end(e, false);
}

static void test_thread(void **state)
{
    (void)state;
    struct emu *e = make(NULL);
    struct emu_msg *root = post(e, "C0FINOPS1", "root", NULL, EMU_NOBODY);
    struct emu_msg *a = post(e, "C0FINOPS1", "a", root->ts, EMU_NOBODY);
    struct emu_msg *b = post(e, "C0FINOPS1", "b", a->ts, EMU_NOBODY); /* a reply to a reply */
    post(e, "C0FINOPS1", "only bob", root->ts, 1);
    assert_string_equal(drc_json_str(b->j, "thread_ts", ""), root->ts);
    assert_int_equal(drc_json_int(root->j, "reply_count", 0), 2);
    assert_string_equal(drc_json_str(root->j, "latest_reply", ""), b->ts);
    assert_string_equal(drc_json_str(root->j, "thread_ts", ""), root->ts);
    json_t *list = emu_ui_thread(e, 0, root->channel, root->ts);
    assert_int_equal(json_array_size(list), 3);
    json_decref(list);
    list = emu_ui_thread(e, 1, root->channel, b->ts);
    assert_int_equal(json_array_size(list), 4);
    json_decref(list);
    emu_msg_delete(e, b);
    assert_int_equal(drc_json_int(root->j, "reply_count", 0), 1);
    assert_string_equal(drc_json_str(root->j, "latest_reply", ""), a->ts);
    emu_msg_delete(e, root); /* has replies: a tombstone stays */
    assert_string_equal(drc_json_str(root->j, "subtype", ""), "tombstone");
    assert_non_null(emu_msg(root->channel, a->ts));
    end(e, false);
}

static void test_history(void **state)
{
    (void)state;
    struct emu *e = make(NULL);
    struct emu_channel *c = emu_channel(e, "C0DATAPL2");
    char text[16], middle[24] = "";
    for (int i = 0; i < 10; i++) {
        snprintf(text, sizeof text, "m%d", i);
        struct emu_msg *m = post(e, c->id, text, NULL, i == 3 ? 2 : EMU_NOBODY);
        if (i == 5)
            memcpy(middle, m->ts, sizeof middle);
        post(e, c->id, "reply", m->ts, EMU_NOBODY);
    }
    bool more;
    json_t *list = emu_ui_history(e, 0, c, "", 4, &more);
    assert_true(more);
    assert_int_equal(json_array_size(list), 4);
    assert_string_equal(drc_json_str(list, "0.text", ""), "m6");
    assert_string_equal(drc_json_str(list, "3.text", ""), "m9");
    json_decref(list);
    list = emu_ui_history(e, 0, c, middle, 10, &more);
    assert_false(more);
    assert_int_equal(json_array_size(list), 4); /* m0 m1 m2 m4: m3 is for Carol only */
    json_decref(list);
    list = emu_ui_history(e, 2, c, middle, 10, &more);
    assert_int_equal(json_array_size(list), 5);
    json_decref(list);
    end(e, false);
}

static void fill(struct emu *e, char root_ts[24])
{
    struct emu_msg *root = post(e, "C0FINOPS1", "root", NULL, EMU_NOBODY);
    memcpy(root_ts, root->ts, 24);
    struct emu_msg *gone = post(e, "C0FINOPS1", "gone", root->ts, EMU_NOBODY);
    post(e, "C0FINOPS1", "kept", root->ts, EMU_NOBODY);
    post(e, "C0FINOPS1", "eph", NULL, 1);
    emu_msg_delete(e, gone);
    json_object_set_new(root->j, "text", json_string("changed"));
    emu_msg_changed(e, root);
    emu_channel(e, "C0RANDOM3")->bot_member = true;
    emu_store_touch(e, "c/C0RANDOM3");
}

static void check_filled(struct emu *e, const char *root_ts)
{
    struct emu_channel *c = emu_channel(e, "C0FINOPS1");
    assert_int_equal(c->count, 3);
    struct emu_msg *root = emu_msg(c, root_ts);
    assert_non_null(root);
    assert_string_equal(drc_json_str(root->j, "text", ""), "changed");
    assert_int_equal(root->reply_count, 1);
    assert_int_equal(drc_json_int(root->j, "reply_count", 0), 1);
    assert_string_equal(drc_json_str(c->msgs[2]->j, "text", ""), "eph");
    assert_int_equal(c->msgs[2]->only_for, 1);
    assert_null(json_object_get(c->msgs[2]->j, "_for"));
    assert_true(emu_channel(e, "C0RANDOM3")->bot_member);
}

static void test_crash_and_clean_stop(void **state)
{
    (void)state;
    char ts[24], next[24];
    struct emu *e = make(state_path);
    fill(e, ts);
    emu_store_flush(e);
    uint64_t seq = e->seq;
    end(e, true); /* only the change log knows */
    e = make(state_path);
    check_filled(e, ts);
    emu_new_ts(e, next);
    assert_true(strcmp(next, ts) > 0);
    end(e, false);
    e = make(state_path); /* now the snapshot knows */
    check_filled(e, ts);
    assert_true(e->seq > seq); /* ids are not given out twice */
    emu_state_clear(e);
    emu_store_compact(e);
    end(e, true);
    e = make(state_path);
    assert_int_equal(emu_channel(e, "C0FINOPS1")->count, 0);
    end(e, false);
}

static void append(const char *suffix, const char *text)
{
    char path[96];
    snprintf(path, sizeof path, "%s%s", state_path, suffix);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_torn_log(void **state)
{
    (void)state;
    char ts[24];
    struct emu *e = make(state_path);
    emu_state_clear(e);
    emu_store_compact(e);
    fill(e, ts);
    emu_store_flush(e);
    end(e, true);
    append(".log", "{\"k\":\"m/C0FINOPS1/1.2\",\"v\":{\"ts\":\"9.9\"}}\n{\"k\":\"m/NOPE/"
                   "1.2\",\"v\":{}}\n7\n{\"k\":\"x\"}\n"
                   "{\"k\":\"m/C0FINOPS1/17");
    e = make(state_path);
    check_filled(e, ts);
    end(e, false);
}

static void test_corrupt_snapshot(void **state)
{
    (void)state;
    struct emu *e = make(state_path);
    end(e, false);
    append("", "garbage");
    e = make(state_path);
    assert_int_equal(emu_channel(e, "C0FINOPS1")->count, 0);
    post(e, "C0FINOPS1", "fresh", NULL, EMU_NOBODY);
    end(e, false);
    struct stat st;
    char bad[80];
    snprintf(bad, sizeof bad, "%s.bad", state_path);
    assert_int_equal(stat(bad, &st), 0);
}

/* A log of another generation is older than the snapshot: it must not undo it. */
static void test_old_log(void **state)
{
    (void)state;
    struct emu *e = make(state_path);
    emu_state_clear(e);
    struct emu_msg *m = post(e, "C0FINOPS1", "new", NULL, EMU_NOBODY);
    char ts[24], line[300], path[96];
    memcpy(ts, m->ts, sizeof ts);
    end(e, false);
    snprintf(path, sizeof path, "%s.log", state_path);
    unlink(path);
    snprintf(line, sizeof line, "{\"generation\":1}\n{\"k\":\"m/C0FINOPS1/%s\"}\n", ts);
    append(".log", line);
    e = make(state_path);
    assert_non_null(emu_msg(emu_channel(e, "C0FINOPS1"), ts));
    end(e, false);
}

static void test_triggers(void **state)
{
    (void)state;
    struct emu *e = make(NULL);
    char id[64];
    int user = EMU_NOBODY;
    snprintf(id, sizeof id, "%s", emu_new_trigger(e, 2));
    assert_null(emu_use_trigger(e, id, &user));
    assert_int_equal(user, 2);
    assert_string_equal(emu_use_trigger(e, id, &user), "exchanged_trigger_id");
    assert_string_equal(emu_use_trigger(e, "1.2.3", &user), "invalid_trigger_id");
    assert_string_equal(emu_use_trigger(e, "", &user), "invalid_trigger_id");
    snprintf(id, sizeof id, "%s", emu_new_trigger(e, 1));
    e->triggers[e->seq % EMU_SLOTS].expires_us -= EMU_TRIGGER_MS * 1000 + 1;
    assert_string_equal(emu_use_trigger(e, id, &user), "expired_trigger_id");
    end(e, false);
}

static void test_block_state(void **state)
{
    (void)state;
    const char *text =
        "[{\"type\":\"actions\",\"block_id\":\"a\",\"elements\":[{\"type\":\"button\",\"action_"
        "id\":\"b\"},"
        "{\"type\":\"static_select\",\"action_id\":\"s\",\"initial_option\":{\"value\":\"1\"}}]},"
        "{\"type\":\"input\",\"block_id\":\"i\",\"element\":{\"type\":\"plain_text_input\","
        "\"action_id\":\"t\"}}]";
    json_t *blocks = drc_json_parse(text, strlen(text), NULL), *block = NULL;
    json_t *s = emu_blocks_state(blocks, NULL);
    assert_string_equal(drc_json_str(s, "a.s.selected_option.value", ""), "1");
    assert_null(drc_json_at(s, "a.b"));
    assert_true(json_is_null(drc_json_at(s, "i.t.value")));
    json_decref(s);
    json_t *given = json_pack("{s:{s:{s:s, s:s}}}", "i", "t", "type", "evil", "value", "x");
    s = emu_blocks_state(blocks, given);
    assert_string_equal(drc_json_str(s, "i.t.value", ""), "x");
    assert_string_equal(drc_json_str(s, "i.t.type", ""), "plain_text_input");
    json_decref(s);
    json_decref(given);
    assert_non_null(emu_blocks_element(blocks, "", "t", &block));
    assert_string_equal(drc_json_str(block, "block_id", ""), "i");
    assert_null(emu_blocks_element(blocks, "a", "t", NULL));
    json_decref(blocks);
}

static int start(void **state)
{
    (void)state;
    drc_log_level_set(DRC_LOG_ERROR + 1);
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(state_path, sizeof state_path, "%s/state.json", dir);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", ".log", ".lock", ".bad", ".log.bad"};
    char path[96];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(path, sizeof path, "%s%s", state_path, suffixes[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s.files", state_path);
    rmdir(path);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),         cmocka_unit_test(test_thread),
        cmocka_unit_test(test_history),     cmocka_unit_test(test_crash_and_clean_stop),
        cmocka_unit_test(test_old_log),     cmocka_unit_test(test_corrupt_snapshot),
        cmocka_unit_test(test_torn_log),    cmocka_unit_test(test_triggers),
        cmocka_unit_test(test_block_state),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
