/* Slack's formats: frames, requests, mrkdwn, blocks and their limits, budgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "clients/slack/call.h"
#include "drc/clock.h"
#include "drc/limits.h"
#include "drc/run.h"
#include "drc/slack.h"
#include "drc/utf8.h"

static struct drc_arena *a;
static const struct drc_slack_self self = {.user_id = "U0BOT", .bot_id = "B1"};

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

static struct drc_slack_frame frame(const char *text)
{
    struct drc_slack_frame f;
    drc_slack_frame_parse(a, text, strlen(text), &f);
    return f;
}

#define ENVELOPE(type, payload)                                                                    \
    "{\"envelope_id\":\"e1\",\"type\":\"" type                                                     \
    "\",\"accepts_response_payload\":true,\"payload\":" payload "}"

/* ---- frames ------------------------------------------------------------------------------- */

static void test_frames(void **state)
{
    (void)state;
    struct drc_slack_frame f = frame("{\"type\":\"hello\",\"num_connections\":2,\"debug_info\":"
                                     "{\"approximate_connection_time\":18060}}");
    assert_int_equal(f.kind, DRC_FRAME_HELLO);
    assert_int_equal(f.num_connections, 2);
    assert_int_equal(f.connection_seconds, 18060);
    f = frame("{\"type\":\"hello\",\"num_connections\":\"2\",\"debug_info\":[]}");
    assert_int_equal(f.kind, DRC_FRAME_HELLO);
    assert_int_equal(f.num_connections, -1);
    f = frame("{\"type\":\"disconnect\"}");
    assert_int_equal(f.kind, DRC_FRAME_DISCONNECT);
    assert_string_equal(f.reason, "unknown");
    f = frame("{\"envelope_id\":\"e1\",\"type\":\"some_new_type\"}"); /* acked all the same */
    assert_int_equal(f.kind, DRC_FRAME_ENVELOPE);
    assert_string_equal(f.envelope_id, "e1");
    assert_false(f.accepts_payload);
    static const char *const other[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{}",
                                        "\xff\xfe",
                                        "\"x\"",
                                        "{\"envelope_id\":7}",
                                        "{\"envelope_id\":\"\"}"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_int_equal(frame(other[i]).kind, DRC_FRAME_OTHER);
}

/* The same deed has the same key, however it arrives. */
static void test_dedupe_keys(void **state)
{
    (void)state;
    const char *mention = frame(ENVELOPE("events_api", "{\"event_id\":\"Ev1\",\"event\":{\"type\":"
                                                       "\"app_mention\",\"channel\":\"D1\","
                                                       "\"ts\":\"1.2\"}}"))
                              .dedupe_key;
    const char *message = frame(ENVELOPE("events_api", "{\"event_id\":\"Ev2\",\"event\":{\"type\":"
                                                       "\"message\",\"channel\":\"D1\","
                                                       "\"ts\":\"1.2\"}}"))
                              .dedupe_key;
    assert_string_equal(mention, message);
    const char *click =
        frame(ENVELOPE("interactive", "{\"type\":\"block_actions\",\"user\":{\"id\":"
                                      "\"U1\"},\"actions\":[{\"action_id\":\"a\","
                                      "\"action_ts\":\"1.3\"}]}"))
            .dedupe_key;
    assert_string_equal(click, "act:1.3:a:U1");
    assert_string_equal(frame(ENVELOPE("slash_commands", "{\"trigger_id\":\"9.9\"}")).dedupe_key,
                        "slash:9.9");
    assert_null(frame(ENVELOPE("slash_commands", "{}")).dedupe_key);
    char long_id[600], *text;
    memset(long_id, 'x', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    text = drc_arena_printf(a, ENVELOPE("slash_commands", "{\"trigger_id\":\"%s\"}"), long_id);
    assert_true(strlen(frame(text).dedupe_key) <= 200);
}

static void test_ack(void **state)
{
    (void)state;
    size_t n;
    struct drc_err err = DRC_ERR_INIT;
    char *ack = drc_slack_ack("e\"1", NULL, &n, &err);
    assert_string_equal(ack, "{\"envelope_id\":\"e\\\"1\"}");
    assert_int_equal(n, strlen(ack));
    free(ack);
    ack = drc_slack_ack("e1", "{\"text\":\"hi\"}", &n, &err);
    assert_string_equal(ack, "{\"envelope_id\":\"e1\",\"payload\":{\"text\":\"hi\"}}");
    free(ack);
    assert_null(drc_slack_ack("e1", "not json", &n, &err));
    assert_int_equal(err.code, DRC_ERR_PARSE);
    char *big = drc_arena_alloc(a, DRC_WS_ACK_MAX_BYTES + 10);
    memset(big, 'x', DRC_WS_ACK_MAX_BYTES);
    memcpy(big, "[\"", 2);
    memcpy(big + DRC_WS_ACK_MAX_BYTES - 2, "\"]", 3);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_null(drc_slack_ack("e1", big, &n, &err));
    assert_int_equal(err.code, DRC_ERR_LIMIT);
}

/* ---- requests ----------------------------------------------------------------------------- */

static struct drc_request request(const char *text, enum drc_err_code code)
{
    struct drc_request r;
    struct drc_err err = DRC_ERR_INIT;
    int rc = drc_slack_request_parse(a, text, strlen(text), &self, &r, &err);
    assert_int_equal(err.code, code);
    assert_int_equal(rc, code == DRC_OK ? 0 : -1);
    return r;
}

static void test_slash(void **state)
{
    (void)state;
    struct drc_request r = request(
        ENVELOPE(
            "slash_commands",
            "{\"team_id\":\"T1\",\"channel_id\":\"C1\",\"channel_name\":\"finops\",\"user_id\":"
            "\"U1\",\"trigger_id\":\"9.9\",\"response_url\":\"https://x\",\"text\":\"job "
            "&lt;a&gt; &amp;amp; <https://h/jobs/1|h/jobs/1> <@U2|ana> <#C2|data> <b\"}"),
        DRC_OK);
    assert_int_equal(r.kind, DRC_REQ_COMMAND);
    assert_true(r.is_slash);
    assert_false(r.is_dm);
    assert_string_equal(r.text, "job <a> &amp; https://h/jobs/1 @ana #data <b");
    assert_string_equal(r.key, "slash:9.9");
    assert_string_equal(r.thread_key, "C1:U1");
    assert_null(r.thread_ts);
    assert_int_equal(drc_run_class(&r), DRC_CLASS_REPORT);
    request(ENVELOPE("slash_commands", "{\"channel_id\":\"C1\"}"), DRC_ERR_PARSE);
    request(ENVELOPE("slash_commands", "{\"user_id\":\"U1\",\"channel_id\":7}"), DRC_ERR_PARSE);
    request(ENVELOPE("slash_commands", "[]"), DRC_ERR_PARSE);
    request("not json", DRC_ERR_PARSE);
}

static void test_long_text(void **state)
{
    (void)state;
    char *words = drc_arena_alloc(a, 2000001);
    memset(words, 'x', 2000000);
    struct drc_request r = request(
        drc_arena_printf(a,
                         ENVELOPE("slash_commands", "{\"channel_id\":\"C1\",\"user_id\":\"U1\","
                                                    "\"text\":\"%s\"}"),
                         words),
        DRC_OK);
    assert_int_equal(strlen(r.text), DRC_COMMAND_TEXT_MAX_BYTES + 1); /* the router refuses it */
}

#define EVENT(members) ENVELOPE("events_api", "{\"team_id\":\"T1\",\"event\":{" members "}}")

static void test_events(void **state)
{
    (void)state;
    struct drc_request r =
        request(EVENT("\"type\":\"app_mention\",\"user\":\"U1\",\"channel\":\"C1\",\"ts\":\"2.0\","
                      "\"thread_ts\":\"1.0\",\"text\":\" <@U0BOT|drc>: why &gt; 3?\""),
                DRC_OK);
    assert_int_equal(r.kind, DRC_REQ_COMMAND);
    assert_string_equal(r.text, "why > 3?");
    assert_string_equal(r.thread_key, "C1:1.0");
    assert_false(r.is_slash);
    r = request(EVENT("\"type\":\"message\",\"channel_type\":\"im\",\"user\":\"U1\",\"channel\":"
                      "\"D1\",\"ts\":\"2.0\",\"text\":\"help\""),
                DRC_OK);
    assert_int_equal(r.kind, DRC_REQ_COMMAND);
    assert_true(r.is_dm);
    r = request(EVENT("\"type\":\"app_home_opened\",\"tab\":\"home\",\"user\":\"U1\""), DRC_OK);
    assert_int_equal(r.kind, DRC_REQ_HOME);
    static const char *const ignored[] = {
        /* our own words, another bot, an edit, talk between people, the messages tab */
        EVENT("\"type\":\"message\",\"channel_type\":\"im\",\"user\":\"U0BOT\",\"channel\":\"D1\","
              "\"ts\":\"2.0\""),
        EVENT("\"type\":\"app_mention\",\"user\":\"U2\",\"bot_id\":\"B9\",\"channel\":\"C1\","
              "\"ts\":\"2.0\""),
        EVENT("\"type\":\"message\",\"subtype\":\"message_changed\",\"channel_type\":\"im\","
              "\"user\":\"U1\",\"channel\":\"D1\",\"ts\":\"2.0\""),
        EVENT("\"type\":\"message\",\"channel_type\":\"channel\",\"user\":\"U1\",\"channel\":"
              "\"C1\",\"ts\":\"2.0\""),
        EVENT("\"type\":\"app_home_opened\",\"tab\":\"messages\",\"user\":\"U1\""),
        ENVELOPE("some_new_type", "{}"),
        ENVELOPE("interactive", "{\"type\":\"shortcut\"}"),
    };
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        assert_int_equal(request(ignored[i], DRC_OK).kind, DRC_REQ_IGNORE);
}

static void test_clicks(void **state)
{
    (void)state;
    struct drc_request r = request(
        ENVELOPE("interactive",
                 "{\"type\":\"block_actions\",\"user\":{\"id\":\"U1\"},\"channel\":{\"id\":\"C1\"},"
                 "\"message\":{\"ts\":\"5.0\"},\"actions\":[{\"action_id\":\"chip:job.explain\","
                 "\"action_ts\":\"6.0\",\"value\":\"abc123 @\"}]}"),
        DRC_OK);
    assert_int_equal(r.kind, DRC_REQ_ACTION);
    assert_string_equal(r.action_id, "chip:job.explain");
    assert_string_equal(r.value, "abc123 @");
    assert_string_equal(r.thread_key, "C1:5.0"); /* the clicked message is the root of the thread */
    r = request(ENVELOPE("interactive",
                         "{\"type\":\"block_actions\",\"user\":{\"id\":\"U1\"},\"container\":{"
                         "\"channel_id\":\"C1\",\"message_ts\":\"5.0\",\"is_ephemeral\":true},"
                         "\"actions\":[{\"action_id\":\"pick:entity\",\"action_ts\":\"6.0\","
                         "\"selected_option\":{\"value\":\"abc123 job:1/2\"}}]}"),
                DRC_OK);
    assert_string_equal(r.value, "abc123 job:1/2");
    assert_true(r.is_ephemeral);
    assert_null(r.message_ts); /* nothing can be replied to it */
    request(ENVELOPE("interactive", "{\"type\":\"block_actions\",\"user\":{\"id\":\"U1\"}}"),
            DRC_ERR_PARSE);
    request(ENVELOPE("interactive", "{\"type\":\"block_actions\",\"user\":\"U1\",\"actions\":["
                                    "{\"action_id\":\"x\"}]}"),
            DRC_ERR_PARSE);
    r = request(ENVELOPE("interactive",
                         "{\"type\":\"view_submission\",\"user\":{\"id\":\"U1\"},\"view\":{\"id\":"
                         "\"V1\",\"hash\":\"h\",\"state\":{\"values\":{\"b\":1}}}}"),
                DRC_OK);
    assert_int_equal(r.kind, DRC_REQ_SUBMIT);
    assert_int_equal(r.field_count, 0); /* that is no field */
    r = request(
        ENVELOPE("interactive",
                 "{\"type\":\"view_submission\",\"user\":{\"id\":\"U1\"},\"view\":{\"id\":"
                 "\"V1\",\"callback_id\":\"f\",\"private_metadata\":\"m\",\"state\":{\"values\":{"
                 "\"zone\":{\"value\":{\"type\":\"plain_text_input\",\"value\":\"UTC\"}},"
                 "\"day\":{\"value\":{\"selected_option\":{\"value\":\"daily\"}}},"
                 "\"time\":{\"value\":{\"selected_time\":\"08:00\"}},"
                 "\"channel\":{\"value\":{\"selected_conversation\":\"C1\"}},"
                 "\"owner\":{\"value\":{\"value\":null}}}}}}"),
        DRC_OK);
    static const struct drc_field fields[] = {
        {"zone", "UTC"}, {"day", "daily"}, {"time", "08:00"}, {"channel", "C1"}, {"owner", ""}};
    assert_int_equal(r.field_count, sizeof fields / sizeof *fields);
    for (size_t i = 0; i < r.field_count; i++) {
        assert_string_equal(r.fields[i].id, fields[i].id);
        assert_string_equal(r.fields[i].value, fields[i].value);
    }
    assert_string_equal(r.callback_id, "f");
    assert_string_equal(r.private_metadata, "m");
    request(ENVELOPE("interactive", "{\"type\":\"view_submission\",\"user\":{\"id\":\"U1\"}}"),
            DRC_ERR_PARSE);
}

/* ---- mrkdwn ------------------------------------------------------------------------------- */

static const char *shown(enum drc_span_style style, const char *text, const char *url)
{
    struct drc_text t = {NULL, NULL};
    if (url == NULL)
        drc_text_add(a, &t, style, text);
    else
        drc_text_link(a, &t, text, url);
    return drc_slack_mrkdwn(a, &t);
}

static void test_mrkdwn(void **state)
{
    (void)state;
    assert_string_equal(shown(DRC_SPAN_PLAIN, "a < b & c > d", NULL), "a &lt; b &amp; c &gt; d");
    assert_string_equal(shown(DRC_SPAN_PLAIN, "<!channel> <@U1>", NULL),
                        "&lt;!channel&gt; &lt;@U1&gt;");
    assert_string_equal(shown(DRC_SPAN_BOLD, " x ", NULL), " *x* ");
    assert_string_equal(shown(DRC_SPAN_BOLD, "  ", NULL), "  ");
    assert_string_equal(shown(DRC_SPAN_CODE, "a`b\nc*d*", NULL), "`a'b c*d*`");
    assert_string_equal(shown(DRC_SPAN_USER, "U0123", NULL), "<@U0123>");
    assert_string_equal(shown(DRC_SPAN_CHANNEL, "C0123", NULL), "<#C0123>");
    assert_string_equal(shown(DRC_SPAN_CHANNEL, "C1> <!here", NULL), "C1&gt; &lt;!here");
    assert_string_equal(shown(DRC_SPAN_USER, "U1> <!here", NULL), "U1&gt; &lt;!here");
    assert_string_equal(shown(DRC_SPAN_LINK, "a|b>c & d", "https://x/?a=1&b=|>"),
                        "<https://x/?a=1&amp;b=%7C%3E|abc &amp; d>");
    assert_string_equal(shown(DRC_SPAN_LINK, "x", "javascript:alert(1)"), "x");
}

/* ---- blocks ------------------------------------------------------------------------------- */

static struct drc_block *block(struct drc_message *m, enum drc_block_kind kind, const char *text)
{
    struct drc_block *b = drc_message_add(a, m, kind, "b");
    if (text != NULL)
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, text);
    return b;
}

static json_t *blocks(const struct drc_message *m, bool modal)
{
    struct drc_err err = DRC_ERR_INIT;
    char *text = drc_slack_blocks(a, m, modal, &err);
    if (text == NULL)
        print_message("%s\n", err.msg);
    assert_non_null(text);
    json_t *j = drc_json_parse(text, strlen(text), &err);
    assert_non_null(j);
    return j;
}

static const char *repeat(const char *s, size_t times)
{
    size_t n = strlen(s);
    char *out = drc_arena_alloc(a, n * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(out + i * n, s, n);
    return out;
}

/* A long text becomes several sections; nothing is lost and no escape is torn. */
static void test_long_section(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 6; lead++) {
        struct drc_message *m = drc_message_new(a, "s");
        block(m, DRC_BLOCK_TEXT,
              drc_arena_printf(a, "%.*s%s", (int)lead, "xxxxxx", repeat("&", 2000)));
        json_t *j = blocks(m, false);
        size_t escapes = 0;
        assert_true(json_array_size(j) >= 4);
        for (size_t i = 0; i < json_array_size(j); i++) {
            const char *text = drc_json_str(json_array_get(j, i), "text.text", "");
            assert_true(drc_utf8_count(text) <= 3000);
            for (const char *p = text; (p = strchr(p, '&')) != NULL; p++, escapes++)
                assert_int_equal(strncmp(p, "&amp;", 5), 0);
        }
        assert_int_equal(escapes, 2000);
        json_decref(j);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct drc_message *m = drc_message_new(a, "s");
    block(m, DRC_BLOCK_HEADER, repeat("\u00e9", 400));
    block(m, DRC_BLOCK_HEADER, "");
    block(m, DRC_BLOCK_CONTEXT, repeat("word ", 1000));
    block(m, DRC_BLOCK_FIGURES, NULL); /* none: not sent at all */
    block(m, DRC_BLOCK_IMAGE, NULL);   /* not uploaded: not sent */
    json_t *j = blocks(m, false);
    assert_int_equal(json_array_size(j), 3);
    assert_int_equal(drc_utf8_count(drc_json_str(j, "0.text.text", "")), 150);
    assert_string_equal(drc_json_str(j, "1.text.text", ""), " ");
    assert_true(drc_utf8_count(drc_json_str(j, "2.elements.0.text", "")) <= 2000);
    json_decref(j);
    m = drc_message_new(a, "s");
    for (int i = 0; i < 51; i++)
        drc_message_add(a, m, DRC_BLOCK_DIVIDER, NULL);
    struct drc_err err = DRC_ERR_INIT;
    assert_null(drc_slack_blocks(a, m, false, &err));
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    assert_non_null(drc_slack_blocks(a, m, true, NULL)); /* a view takes 100 */
    err = (struct drc_err)DRC_ERR_INIT;
    assert_null(drc_slack_blocks(a, drc_message_new(a, "s"), false, &err));
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    m = drc_message_new(a, "s");
    block(m, DRC_BLOCK_TEXT, repeat("x", 12000)); /* each section fits, the message does not */
    assert_null(drc_slack_blocks(a, m, false, NULL));
}

static void test_picker(void **state)
{
    (void)state;
    struct drc_option o[101];
    for (int i = 0; i < 101; i++)
        o[i] = (struct drc_option){repeat("long ", 30), "v", NULL, i < 50 ? "One" : "Two"};
    struct drc_message *m = drc_message_new(a, "s");
    struct drc_block *b = block(m, DRC_BLOCK_PICKER, NULL);
    b->select = (struct drc_select){"pick:entity", "", o, 100, 3};
    json_t *j = blocks(m, false);
    assert_int_equal(json_array_size(drc_json_at(j, "0.elements.0.option_groups.1.options")), 50);
    assert_int_equal(drc_utf8_count(drc_json_str(j, "0.elements.0.initial_option.text.text", "")),
                     75);
    json_decref(j);
    b->select.option_count = 101;
    assert_null(drc_slack_blocks(a, m, false, NULL));
    b->select.option_count = 100;
    o[7].value = "";
    assert_null(drc_slack_blocks(a, m, false, NULL));
    o[7].value = repeat("x", 151);
    assert_null(drc_slack_blocks(a, m, false, NULL));
}

static void test_table(void **state)
{
    (void)state;
    const char *heads[] = {"Job", "Cost"}, *cells[400];
    const bool right[] = {false, true};
    for (int i = 0; i < 400; i++)
        cells[i] = i % 2 == 0 ? "j" : "";
    struct drc_message *m = drc_message_new(a, "s");
    struct drc_block *b = block(m, DRC_BLOCK_TABLE, NULL);
    b->table = (struct drc_table_view){heads, right, 2, cells, 200};
    json_t *j = blocks(m, false);
    assert_int_equal(json_array_size(drc_json_at(j, "0.rows")), 100);
    assert_string_equal(drc_json_str(j, "0.column_settings.1.align", ""), "right");
    assert_string_equal(drc_json_str(j, "1.elements.0.text", ""), "101 more rows are not shown.");
    json_decref(j);
}

/* ---- budgets ------------------------------------------------------------------------------ */

static void test_budget(void **state)
{
    (void)state;
    struct drc_slack_budget *b = drc_slack_budget_new();
    struct drc_err err = DRC_ERR_INIT;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(slack_budget_wait(b, "chat.postMessage", "C1", &err), 0);
    slack_budget_hold(b, "chat.postMessage", "C1", 60, 30000);
    assert_int_equal(slack_budget_wait(b, "chat.postMessage", "C1", &err), -1);
    assert_int_equal(err.code, DRC_ERR_RATE);
    assert_true(err.retry_ms > 28000 && err.retry_ms <= 30001);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_int_equal(slack_budget_wait(b, "chat.postMessage", "C2", &err), 0); /* others go on */
    assert_int_equal(slack_budget_wait(b, "chat.update", "C1", &err), 0);
    slack_budget_hold(b, "views.open", NULL, 60, 50);
    int64_t begun = drc_clock_mono_us();
    assert_int_equal(slack_budget_wait(b, "views.open", NULL, &err),
                     0); /* a short wait is waited */
    assert_true(drc_clock_mono_us() - begun >= 50000);
    drc_slack_budget_free(b);
    drc_slack_budget_free(NULL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_frames), TEST(test_dedupe_keys),  TEST(test_ack),    TEST(test_slash),
        TEST(test_events), TEST(test_long_text),    TEST(test_clicks), TEST(test_mrkdwn),
        TEST(test_limits), TEST(test_long_section), TEST(test_picker), TEST(test_table),
        TEST(test_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
