/* The local Slack's methods and people's verbs, without a network: arguments in, Slack's answer
 * out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/jsonx.h"
#include "drc/log.h"
#include "emulator/emulator.h"

static struct emu *e;
static json_t *reply; /* of the last call */

static int setup(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    drc_log_level_set(DRC_LOG_ERROR + 1);
    e = calloc(1, sizeof *e);
    e->log_fd = -1;
    emu_state_init(e);
    e->envs = drc_map_new();
    e->statuses = drc_map_new();
    snprintf(e->host, sizeof e->host, "127.0.0.1:1");
    e->redeliver_ms[0] = e->redeliver_ms[1] = e->redeliver_ms[2] = 1000;
    e->loop = drc_loop_new(NULL, &err);
    reply = NULL;
    return e->loop == NULL ? -1 : emu_store_open(e, &err);
}

static int teardown(void **state)
{
    (void)state;
    json_decref(reply);
    emu_store_close(e);
    emu_envelopes_free(e);
    emu_statuses_free(e);
    emu_state_free(e);
    drc_loop_free(e->loop);
    for (size_t i = 0; i < EMU_WIRE_MAX; i++)
        free(e->wire[i].text);
    free(e);
    return 0;
}

static const struct emu_method *method(const char *name)
{
    static const struct emu_method *const tables[] = {
        emu_methods_chat, emu_methods_conv, emu_methods_files, emu_methods_views, emu_methods_misc};
    for (size_t t = 0; t < 5; t++)
        for (const struct emu_method *m = tables[t]; m->name != NULL; m++)
            if (strcmp(m->name, name) == 0)
                return m;
    fail_msg("no method %s", name);
    return NULL;
}

/* args: JSON text with single quotes. The error code, or "ok". */
static const char *call(const char *name, const char *args)
{
    struct drc_http_in in = {.method = "POST",
                             .host = "127.0.0.1:1",
                             .content_type = "application/x-www-form-urlencoded"};
    char *text = strdup(args);
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '\'' ? '"' : *p;
    struct emu_call c = {
        .e = e, .in = &in, .method = name, .args = drc_json_parse(text, strlen(text), NULL)};
    assert_non_null(c.args);
    json_decref(reply);
    reply = method(name)->fn(&c);
    json_decref(c.args);
    free(text);
    return drc_json_bool(reply, "ok", false) ? "ok" : drc_json_str(reply, "error", "?");
}

static const char *act(int user, const char *msg)
{
    char *text = strdup(msg);
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '\'' ? '"' : *p;
    json_t *j = drc_json_parse(text, strlen(text), NULL);
    assert_non_null(j);
    json_decref(reply);
    reply = emu_do(e, user, j, NULL);
    json_decref(j);
    free(text);
    return drc_json_bool(reply, "ok", false) ? "ok" : drc_json_str(reply, "error", "?");
}

static const char *str(const char *path)
{
    return drc_json_str(reply, path, "");
}

#define POST(args) call("chat.postMessage", args)

static void test_post_errors(void **state)
{
    (void)state;
    static const struct {
        const char *args, *want;
    } cases[] = {
        {"{'channel':'C0FINOPS1','text':'x'}", "ok"},
        {"{'channel':'#finops','text':'x'}", "ok"},
        {"{'channel':'U0BOB0002','text':'x'}", "ok"},
        {"{'channel':'C0RANDOM3','text':'x'}", "not_in_channel"},
        {"{'channel':'C9','text':'x'}", "channel_not_found"},
        {"{'text':'x'}", "channel_not_found"},
        {"{'channel':'C0FINOPS1'}", "no_text"},
        {"{'channel':'C0FINOPS1','text':'x','markdown_text':'y'}", "markdown_text_conflict"},
        {"{'channel':'C0FINOPS1','text':'x','blocks':'{'}", "invalid_blocks_format"},
        {"{'channel':'C0FINOPS1','text':'x','blocks':{}}", "invalid_blocks_format"},
        {"{'channel':'C0FINOPS1','text':'x','blocks':[{'type':'nope'}]}", "invalid_blocks"},
        {"{'channel':'C0FINOPS1','text':'x','blocks':[{'type':'image','alt_text':'a','slack_file':{"
         "'id':'F0ABCDEF123'}}]}",
         "invalid_blocks"},
        {"{'channel':'C0FINOPS1','text':'x','metadata':{'event_type':'a'}}",
         "invalid_metadata_format"},
        {"{'channel':'C0FINOPS1','text':'x','metadata':'{'}", "invalid_metadata_format"},
        {"{'channel':'C0FINOPS1','text':'x','thread_ts':'1.2'}", "thread_not_found"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(POST(cases[i].args), cases[i].want);
    assert_string_equal(POST("{'channel':'C0FINOPS1','text':'x','blocks':[{'type':'divider'},{'"
                             "type':'image','alt_text':'a',"
                             "'slack_file':{'id':'F0ABCDEF123'}}]}"),
                        "invalid_blocks");
    assert_string_equal(str("errors.0"), "invalid slack file [json-pointer:/blocks/1/slack_file]");
    assert_string_equal(str("response_metadata.messages.0"),
                        "[ERROR] invalid slack file [json-pointer:/blocks/1/slack_file]");
}

static void test_size_limits(void **state)
{
    (void)state;
    struct {
        size_t chars;
        int blocks;
        const char *want;
    } cases[] = {{2600, 5, "ok"}, {2700, 5, "msg_blocks_too_long"}};
    for (size_t i = 0; i < 2; i++) {
        char *x = malloc(cases[i].chars + 1);
        memset(x, 'x', cases[i].chars);
        x[cases[i].chars] = '\0';
        json_t *args = json_pack("{s:s, s:s, s:[]}", "channel", "C0FINOPS1", "text", "t", "blocks");
        for (int b = 0; b < cases[i].blocks; b++)
            json_array_append_new(json_object_get(args, "blocks"),
                                  json_pack("{s:s, s:{s:s, s:s}}", "type", "section", "text",
                                            "type", "mrkdwn", "text", x));
        char *text = drc_json_dump(args);
        assert_string_equal(POST(text), cases[i].want);
        free(text);
        json_decref(args);
        free(x);
    }
}

static void test_update_delete(void **state)
{
    (void)state;
    POST("{'channel':'C0FINOPS1','text':'a','blocks':[{'type':'divider'}]}");
    assert_true(strlen(str("message.blocks.0.block_id")) > 0);
    char args[200], ts[24];
    snprintf(ts, sizeof ts, "%s", str("ts"));
    snprintf(args, sizeof args, "{'channel':'C0FINOPS1','ts':'%s','text':'b'}", ts);
    assert_string_equal(call("chat.update", args), "ok");
    assert_string_equal(str("message.text"), "b");
    assert_string_equal(str("message.blocks.0.type"), "divider"); /* kept where none are given */
    assert_string_equal(str("message.edited.user"), EMU_BOT_USER);
    snprintf(args, sizeof args, "{'channel':'C0FINOPS1','ts':'%s','text':'b','blocks':[]}", ts);
    assert_string_equal(call("chat.update", args), "ok");
    assert_null(drc_json_at(reply, "message.blocks"));
    assert_string_equal(call("chat.update", "{'channel':'C0FINOPS1','ts':'1.2','text':'b'}"),
                        "message_not_found");
    assert_string_equal(act(0, "{'type':'send','channel':'C0FINOPS1','text':'mine'}"), "ok");
    snprintf(args, sizeof args, "{'channel':'C0FINOPS1','ts':'%s','text':'b'}", str("ts"));
    assert_string_equal(call("chat.update", args), "cant_update_message");
    snprintf(args, sizeof args, "{'channel':'C0FINOPS1','ts':'%s'}", ts);
    assert_string_equal(call("chat.delete", args), "ok");
    assert_string_equal(call("chat.delete", args), "message_not_found");
}

static void test_ephemeral_is_out_of_reach(void **state)
{
    (void)state;
    assert_string_equal(
        call("chat.postEphemeral", "{'channel':'C0FINOPS1','user':'U0BOB0002','text':'psst'}"),
        "ok");
    char args[200];
    snprintf(args, sizeof args, "{'channel':'C0FINOPS1','ts':'%s','text':'b'}", str("message_ts"));
    assert_string_equal(call("chat.update", args), "message_not_found");
    assert_string_equal(call("conversations.history", "{'channel':'C0FINOPS1'}"), "ok");
    assert_int_equal(json_array_size(drc_json_at(reply, "messages")), 0);
    assert_string_equal(
        call("chat.postEphemeral", "{'channel':'D0ALICE01','user':'U0BOB0002','text':'x'}"),
        "user_not_in_channel");
}

static void test_history_pages(void **state)
{
    (void)state;
    char args[200], seen[16] = "";
    for (int i = 0; i < 5; i++) {
        snprintf(args, sizeof args,
                 "{'channel':'C0FINOPS1','text':'%d','metadata':{'event_type':'t','event_payload':{"
                 "'i':%d}}}",
                 i, i);
        POST(args);
    }
    char cursor[40] = "";
    do {
        snprintf(args, sizeof args,
                 "{'channel':'C0FINOPS1','limit':2,'include_all_metadata':true,'cursor':'%s'}",
                 cursor);
        assert_string_equal(call("conversations.history", args), "ok");
        json_t *list = drc_json_at(reply, "messages");
        for (size_t k = 0; k < json_array_size(list); k++) {
            strncat(seen, drc_json_str(json_array_get(list, k), "text", ""), 2);
            assert_string_equal(drc_json_str(json_array_get(list, k), "metadata.event_type", ""),
                                "t");
        }
        snprintf(cursor, sizeof cursor, "%s", str("response_metadata.next_cursor"));
    } while (cursor[0] != '\0');
    assert_string_equal(seen, "43210");
    assert_string_equal(
        call("conversations.history", "{'channel':'C0FINOPS1','oldest':'4000000000'}"), "ok");
    assert_int_equal(json_array_size(drc_json_at(reply, "messages")), 0);
    assert_string_equal(
        call("conversations.history", "{'channel':'C0FINOPS1','oldest':'0','latest':'4000000000'}"),
        "ok");
    assert_int_equal(json_array_size(drc_json_at(reply, "messages")), 5);
    assert_null(drc_json_at(reply, "messages.0.metadata"));
    assert_string_equal(call("conversations.history", "{'channel':'C0RANDOM3'}"), "not_in_channel");
    snprintf(e->scopes, sizeof e->scopes, "im:history");
    assert_string_equal(call("conversations.history", "{'channel':'C0FINOPS1'}"), "missing_scope");
    assert_string_equal(str("needed"), "channels:history");
    assert_string_equal(call("conversations.history", "{'channel':'D0ALICE01'}"), "ok");
}

static void test_upload(void **state)
{
    (void)state;
    assert_string_equal(call("files.getUploadURLExternal", "{'filename':'a.png','length':'0'}"),
                        "missing_argument");
    assert_string_equal(
        call("files.getUploadURLExternal", "{'filename':'a.png','length':'4','alt_txt':'x'}"),
        "ok");
    char args[300], id[24];
    snprintf(id, sizeof id, "%s", str("file_id"));
    snprintf(args, sizeof args, "{'files':[{'id':'%s'}]}", id);
    assert_string_equal(call("files.completeUploadExternal", args),
                        "file_not_found"); /* no bytes yet */
    struct emu_file *f = emu_file(e, id);
    f->bytes = malloc(4);
    memcpy(f->bytes, "GIF8", 4);
    f->have = 4;
    f->state = EMU_FILE_UPLOADED;
    e->opt.file_delay_ms = 1000;
    snprintf(args, sizeof args, "{'files':'[{\\'id\\':\\'%s\\'}]'}",
             id); /* as the Node SDK: JSON text inside */
    assert_string_equal(call("files.completeUploadExternal", args), "ok");
    snprintf(args, sizeof args, "{'file':'%s'}", id);
    assert_string_equal(call("files.info", args), "ok");
    assert_string_equal(str("file.mimetype"), "");
    char post[300];
    snprintf(post, sizeof post,
             "{'channel':'C0FINOPS1','text':'x','blocks':[{'type':'image','alt_text':'a','slack_"
             "file':{'id':'%s'}}]}",
             id);
    assert_string_equal(POST(post), "invalid_blocks");
    e->opt.file_delay_ms = 0;
    emu_file_resume(e); /* the delay is over */
    assert_string_equal(POST(post), "ok");
    assert_string_equal(call("files.info", args), "ok");
    assert_string_equal(str("file.mimetype"), "image/gif");
}

static const char modal[] =
    "{'trigger_id':'%s','view':{'type':'modal','title':{'type':'plain_text','text':'T'},"
    "'blocks':[{'type':'divider'}]}}";

static void open_view(const char *name, const char *want)
{
    char args[300];
    snprintf(args, sizeof args, modal, emu_new_trigger(e, 0));
    assert_string_equal(call(name, args), want);
}

static void test_view_stack(void **state)
{
    (void)state;
    open_view("views.push", "no_view_to_push_onto");
    open_view("views.open", "ok");
    char root[24], hash[40], args[300];
    snprintf(root, sizeof root, "%s", str("view.id"));
    snprintf(hash, sizeof hash, "%s", str("view.hash"));
    open_view("views.push", "ok");
    assert_string_equal(str("view.previous_view_id"), root);
    assert_string_equal(str("view.root_view_id"), root);
    open_view("views.push", "ok");
    open_view("views.push", "push_limit_reached");
    static const char update[] = "{'view_id':'%s','hash':'%s','view':{'type':'modal','title':{'"
                                 "type':'plain_text','text':'U'},"
                                 "'blocks':[{'type':'divider'}]}}";
    snprintf(args, sizeof args, update, root, "wrong");
    assert_string_equal(call("views.update", args), "hash_conflict");
    snprintf(args, sizeof args, update, root, hash);
    assert_string_equal(call("views.update", args), "ok");
    assert_string_equal(str("view.title.text"), "U");
    assert_string_not_equal(str("view.hash"), hash);
    snprintf(args, sizeof args, update, "V0NONE", "");
    assert_string_equal(call("views.update", args), "not_found");
    assert_string_equal(
        call("views.open", "{'trigger_id':'x','view':{'type':'modal','title':{'type':'plain_text',"
                           "'text':'T'},'blocks':[{'type':'nope'}]}}"),
        "invalid_arguments");
    emu_view_close(e, 0, true);
    assert_int_equal(e->view_depth[0], 0);
}

static void test_people(void **state)
{
    (void)state;
    assert_string_equal(act(0, "{'type':'send','channel':'D0BOB0002','text':'x'}"),
                        "channel_not_found");
    assert_string_equal(act(0, "{'type':'send','channel':'C0FINOPS1','text':'  '}"), "no_text");
    assert_string_equal(
        act(0, "{'type':'send','channel':'C0FINOPS1','text':'hey @drc & @bob <b> mail@drc'}"),
        "ok");
    struct emu_channel *c = emu_channel(e, "C0FINOPS1");
    assert_string_equal(drc_json_str(c->msgs[0]->j, "text", ""),
                        "hey <@" EMU_BOT_USER "> &amp; <@U0BOB0002> &lt;b&gt; mail@drc");
    char msg[200];
    snprintf(msg, sizeof msg,
             "{'type':'send','channel':'C0FINOPS1','text':'/drc x','thread_ts':'%s'}",
             c->msgs[0]->ts);
    assert_string_equal(act(0, msg), "not_supported_in_threads");
    assert_string_equal(act(0, "{'type':'send','channel':'C0FINOPS1','text':'/nope'}"),
                        "not_a_command");
    assert_string_equal(act(0, "{'type':'send','channel':'C0FINOPS1','text':'/drc report'}"), "ok");
    assert_int_equal(e->counts.dispatch_failed,
                     2); /* the mention and the command: nobody is connected */
    assert_string_equal(drc_json_str(c->msgs[c->count - 1]->j, "text", ""),
                        "/drc failed with the error \"dispatch_failed\"");
    assert_int_equal(c->msgs[c->count - 1]->only_for, 0);
    assert_string_equal(act(0, "{'type':'send','channel':'C0RANDOM3','text':'/invite @drc'}"),
                        "ok");
    assert_true(emu_channel(e, "C0RANDOM3")->bot_member);
    assert_string_equal(act(0, "{'type':'levitate'}"), "unknown_type");
}

static void test_reactions(void **state)
{
    (void)state;
    POST("{'channel':'C0FINOPS1','text':'a'}");
    char args[200];
    snprintf(args, sizeof args, "{'channel':'C0FINOPS1','timestamp':'%s','name':'eyes'}",
             str("ts"));
    assert_string_equal(call("reactions.remove", args), "no_reaction");
    assert_string_equal(call("reactions.add", args), "ok");
    assert_string_equal(call("reactions.add", args), "already_reacted");
    assert_string_equal(call("reactions.get", args), "ok");
    assert_int_equal(drc_json_int(reply, "message.reactions.0.count", 0), 1);
    assert_string_equal(call("reactions.remove", args), "ok");
    assert_string_equal(call("reactions.get", args), "ok");
    assert_null(drc_json_at(reply, "message.reactions"));
}

static void test_faults(void **state)
{
    (void)state;
    json_t *args =
        json_pack("{s:s, s:s, s:i}", "fault", "slow", "method", "chat.update", "times", 2);
    json_decref(emu_fault_set(e, args, NULL));
    json_decref(args);
    assert_null(emu_fault(e, "slow", "chat.postMessage"));
    assert_null(emu_fault(e, "body_cut", "chat.update"));
    assert_non_null(emu_fault(e, "slow", "chat.update"));
    assert_non_null(emu_fault(e, "slow", "chat.update"));
    assert_null(emu_fault(e, "slow", "chat.update")); /* used up */
    args = json_pack("{s:s}", "fault", "no_such");
    json_t *answer = emu_fault_set(e, args, NULL);
    assert_string_equal(drc_json_str(answer, "error", ""), "unknown_fault");
    json_decref(answer);
    json_decref(args);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_post_errors),   T(test_size_limits),
        T(test_update_delete), T(test_ephemeral_is_out_of_reach),
        T(test_history_pages), T(test_upload),
        T(test_view_stack),    T(test_people),
        T(test_reactions),     T(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
