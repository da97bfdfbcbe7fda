/* The client for models without a network: events out of bytes, the request and the reply of each
 * provider against its wire format, prices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "clients/llm/provider.h"
#include "drc/limits.h"

static struct drc_arena *a;
static struct drc_err err;

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

/* ---- server-sent events --------------------------------------------------------------------- */

static int note(const char *data, size_t bytes, void *seen)
{
    struct drc_buf *b = seen;
    assert_int_equal(strlen(data), bytes);
    drc_buf_printf(b, "<%s>", data);
    return strcmp(data, "stop") == 0;
}

/* The events of a stream that comes in two pieces, cut at `cut`. */
static const char *events_of(const char *stream, size_t bytes, size_t cut)
{
    struct sse s;
    struct drc_buf seen;
    sse_init(&s);
    drc_buf_init(&seen, 4096);
    int rc = sse_feed(&s, stream, cut, note, &seen, &err);
    if (rc == 0)
        rc = sse_feed(&s, stream + cut, bytes - cut, note, &seen, &err);
    if (rc == 0)
        rc = sse_end(&s, note, &seen, &err);
    const char *text = drc_arena_strdup(a, drc_buf_str(&seen));
    drc_buf_fini(&seen);
    sse_fini(&s);
    return text;
}

static void test_sse(void **state)
{
    static const struct {
        const char *stream, *events;
    } cases[] = {
        {"data: a\n\ndata: b\n\n", "<a><b>"},
        {"data: a\r\n\r\ndata: b\r\n\r\n", "<a><b>"},
        {"data: a\r\rdata: b\r\r", "<a><b>"},
        {"data: a\r\ndata: b\r\n\r\n", "<a\nb>"}, /* CR and LF end one line, not two */
        {"data: a\n\r\ndata: b\r\n\n", "<a><b>"}, /* ends of lines mixed */
        {"\xef\xbb\xbf"
         "data: a\n\n",
         "<a>"},
        {"data:a\n\ndata:  a\n\n", "<a>< a>"}, /* one blank belongs to the field, no second one */
        {"data: a\ndata: b\ndata\ndata: c\n\n", "<a\nb\n\nc>"},
        {"data\n\ndata:\n\n", "<><>"},
        {": keep-alive\n\n\n\n: x\ndata: a\n\n", "<a>"},
        {"event: ping\nid: 7\nretry: 10\ndata: a\n\nevent: b\n\n", "<a>"},
        {"data: gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\n\n", "<gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80>"},
        {"database: a\ndata : b\nDATA: c\n\n", ""},
        {"data: a\n\ndata: b", "<a><b>"}, /* the last line has no end */
        {"data: a\n\ndata: b\n", "<a><b>"},
        {"data: a\n\ndata: stop\n\ndata: b\n\n", "<a><stop>"},
        {"", ""},
        {"{\"error\": 1}\n\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t n = strlen(cases[i].stream), cut = 0; cut <= n; cut++)
            assert_string_equal(events_of(cases[i].stream, n, cut), cases[i].events);
    assert_int_equal(err.code, DRC_OK);
}

static void test_sse_caps(void **state)
{
    (void)state;
    size_t n = DRC_SSE_EVENT_MAX_BYTES;
    char *big = malloc(n + 2);
    memset(big, 'x', n + 1);
    memcpy(big, "data: ", 6);
    big[n + 1] = '\0';
    events_of(big, n, 0);
    assert_int_equal(err.code, DRC_OK);
    events_of(big, n + 1, 5);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    err = (struct drc_err)DRC_ERR_INIT;
    for (size_t i = 99; i < n; i += 100) /* many lines of one event */
        memcpy(big + i - 7, "\ndata: ", 7);
    memcpy(big, "data: ", 6);
    char *twice = malloc(2 * n);
    memcpy(twice, big, n);
    memcpy(twice + n, big, n);
    events_of(twice, 2 * n, n);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    free(twice);
    err = (struct drc_err)DRC_ERR_INIT;
    struct sse s;
    struct drc_buf seen;
    sse_init(&s);
    drc_buf_init(&seen, 10);
    memset(big, ':', n); /* comments without end cost nothing but the total */
    big[n - 1] = '\n';
    int rc = 0;
    size_t fed = 0;
    for (; rc == 0 && fed < 64; fed++)
        rc = sse_feed(&s, big, n, note, &seen, &err);
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    assert_int_equal(fed, DRC_HTTP_RESPONSE_MAX_BYTES / n + 1);
    drc_buf_fini(&seen);
    sse_fini(&s);
    free(big);
}

/* ---- replies -------------------------------------------------------------------------------- */

/* Reads a body in pieces of `piece` bytes; the text or NULL. */
static const char *read_reply(const struct drc_llm_provider *p, const char *body, size_t piece,
                              struct llm_reading *reading)
{
    struct llm_intake in;
    const char *text = NULL;
    size_t n = strlen(body);
    int rc = 0;
    err = (struct drc_err)DRC_ERR_INIT;
    llm_intake_init(&in, p, &err);
    for (size_t at = 0; at < n && rc == 0; at += piece)
        rc = llm_intake_feed(body + at, at + piece < n ? piece : n - at, &in);
    if (rc >= 0)
        rc = llm_intake_end(&in, a, &text);
    assert_int_equal(rc, text == NULL ? -1 : 0);
    assert_int_equal(text == NULL, err.code != DRC_OK);
    *reading = in.reading;
    llm_intake_fini(&in);
    return text;
}

#define CHUNK(delta, finish)                                                                       \
    "data: "                                                                                       \
    "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,"                \
    "\"delta\":" delta ",\"finish_reason\":" finish "}],\"usage\":null}\n\n"
#define OPENAI_USAGE                                                                               \
    "\"usage\":{\"prompt_tokens\":900,\"completion_tokens\":70,\"total_tokens\":970,"              \
    "\"prompt_tokens_details\":{\"cached_tokens\":512},\"completion_tokens_details\":"             \
    "{\"reasoning_tokens\":30}}"
#define OPENAI_LAST                                                                                \
    "data: {\"object\":\"chat.completion.chunk\",\"choices\":[]," OPENAI_USAGE "}\n\n"
#define DONE "data: [DONE]\n\n"
#define CLAUSE(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define MESSAGE_START                                                                              \
    CLAUSE("message_start",                                                                        \
           ",\"message\":{\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{"  \
           "\"input_tokens\":388,\"cache_creation_input_tokens\":0,"                               \
           "\"cache_read_input_tokens\":512,\"output_tokens\":1}}")
#define TEXT_DELTA(text)                                                                           \
    CLAUSE("content_block_delta",                                                                  \
           ",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"" text "\"}")
#define MESSAGE_END(reason)                                                                        \
    CLAUSE("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\",\"stop_sequence\":null},"  \
                            "\"usage\":{\"output_tokens\":70}")                                    \
    CLAUSE("message_stop", "")
#define GEMINI(parts, more)                                                                        \
    "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[" parts "]}" more                \
    "}],\"usageMetadata\":{\"promptTokenCount\":900,\"candidatesTokenCount\":40,"                  \
    "\"thoughtsTokenCount\":30,\"cachedContentTokenCount\":512,\"totalTokenCount\":970}}"
#define SAID "Cost: $5 \u2013 gr\u00fc\u00df \U0001F600."

static const struct reply {
    const struct drc_llm_provider *provider;
    const char *body, *text; /* NULL: no answer */
    enum drc_err_code code;
    bool counted; /* 900 in, 512 of them cached, 70 out */
} replies[] = {
    {&llm_openai,
     CHUNK("{\"role\":\"assistant\",\"content\":\"\"}", "null")
         CHUNK("{\"content\":\"Cost: $5 \xe2\x80\x93\"}", "null") ": ping\n\n" CHUNK(
             "{\"content\":\" gr\xc3\xbc\xc3\x9f \\ud83d\\ude00.\"}", "null")
             CHUNK("{}", "\"stop\"") OPENAI_LAST DONE,
     SAID, DRC_OK, true},
    {&llm_openai, CHUNK("{\"content\":\"a\"}", "\"stop\"") OPENAI_LAST, "a", DRC_OK, true},
    {&llm_openai, CHUNK("{\"content\":\"a\"}", "null") DONE, "a", DRC_OK, false},
    {&llm_openai, CHUNK("{\"content\":\"a\"}", "null") CHUNK("{\"content\":\"b\"}", "null"), NULL,
     DRC_ERR_NET, false},
    {&llm_openai, CHUNK("{\"content\":\"a\"}", "\"length\"") OPENAI_LAST DONE, NULL, DRC_ERR_LIMIT,
     true},
    {&llm_openai, CHUNK("{}", "\"length\"") DONE, NULL, DRC_ERR_LIMIT, false},
    {&llm_openai, CHUNK("{\"content\":\"a\"}", "\"content_filter\"") DONE, NULL, DRC_ERR_LIMIT,
     false},
    {&llm_openai, CHUNK("{\"refusal\":\"I will not\"}", "\"stop\"") DONE, NULL, DRC_ERR_LIMIT,
     false},
    {&llm_openai, CHUNK("{\"content\":\"a\"}", "\"tool_calls\"") DONE, NULL, DRC_ERR_PARSE, false},
    {&llm_openai,
     CHUNK("{\"content\":\"a\"}",
           "null") "data: {\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}\n\n" DONE,
     NULL, DRC_ERR_NET, false},
    {&llm_openai, "data: {\"choices\":[{\"delta\":{\"cont\n\n" DONE, NULL, DRC_ERR_PARSE, false},
    {&llm_openai, "data: {\"choices\":[{\"delta\":{\"content\":\"\xff\"}}]}\n\n" DONE, NULL,
     DRC_ERR_PARSE, false},
    {&llm_openai, DONE, NULL, DRC_ERR_PARSE, false},
    {&llm_openai, "", NULL, DRC_ERR_PARSE, false},
    {&llm_openai, "<html>busy</html>", NULL, DRC_ERR_PARSE, false},
    {&llm_openai,
     "{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"content\":\"a\"}}]"
     "," OPENAI_USAGE "}",
     "a", DRC_OK, true},
    {&llm_openai, /* a list of blocks; thoughts are not the answer */
     "  {\"choices\":[{\"index\":1,\"message\":{\"content\":\"no\"}},{\"index\":0,"
     "\"finish_reason\":\"stop\",\"message\":{\"reasoning_content\":\"hm\",\"content\":["
     "{\"type\":\"reasoning\",\"summary\":[]},{\"type\":\"text\",\"text\":\"a\"},"
     "{\"type\":\"text\",\"text\":\"b\"}]}}]}",
     "ab", DRC_OK, false},
    {&llm_openai, "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}", "a", DRC_OK, false},
    {&llm_openai, "{\"choices\":[{\"message\":{\"content\":\" \\n\"},\"finish_reason\":\"stop\"}]}",
     NULL, DRC_ERR_PARSE, false},
    {&llm_openai, "{\"hello\":1}", NULL, DRC_ERR_PARSE, false},
    {&llm_openai, "{\"error\":\"model not found\"}", NULL, DRC_ERR_NET, false},

    {&llm_anthropic,
     MESSAGE_START CLAUSE("ping", "")
         CLAUSE("content_block_start",
                ",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}")
             CLAUSE("content_block_delta",
                    ",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}")
                 CLAUSE("content_block_stop", ",\"index\":0")
                     CLAUSE("content_block_start",
                            ",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
                         TEXT_DELTA("Cost: $5 \xe2\x80\x93")
                             TEXT_DELTA(" gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80.")
                                 CLAUSE("a_new_event", ",\"x\":1") MESSAGE_END("end_turn"),
     SAID, DRC_OK, true},
    {&llm_anthropic, MESSAGE_START TEXT_DELTA("a"), NULL, DRC_ERR_NET, false},
    {&llm_anthropic, MESSAGE_START TEXT_DELTA("a") MESSAGE_END("max_tokens"), NULL, DRC_ERR_LIMIT,
     true},
    {&llm_anthropic, MESSAGE_START TEXT_DELTA("a") MESSAGE_END("refusal"), NULL, DRC_ERR_LIMIT,
     true},
    {&llm_anthropic, MESSAGE_START MESSAGE_END("pause_turn"), NULL, DRC_ERR_PARSE, true},
    {&llm_anthropic, MESSAGE_START MESSAGE_END("end_turn"), NULL, DRC_ERR_PARSE, true},
    {&llm_anthropic,
     MESSAGE_START TEXT_DELTA("a")
         CLAUSE("error", ",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}"),
     NULL, DRC_ERR_NET, false},
    {&llm_anthropic,
     "{\"type\":\"message\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},"
     "{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}],"
     "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":300,"
     "\"cache_creation_input_tokens\":88,\"cache_read_input_tokens\":512,\"output_tokens\":70}}",
     "ab", DRC_OK, true},

    {&llm_gemini,
     "data: " GEMINI(
         "{\"text\":\"hm\",\"thought\":true},{\"text\":\"Cost: $5 \xe2\x80\x93\"}",
         "") "\r\n\r\ndata: " GEMINI("{\"text\":\" gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80.\"}",
                                     ",\"finishReason\":\"STOP\"") "\r\n\r\n",
     SAID, DRC_OK, true},
    {&llm_gemini, "data: " GEMINI("{\"text\":\"a\"}", "") "\n\n", NULL, DRC_ERR_NET, true},
    {&llm_gemini, "data: " GEMINI("{\"text\":\"a\"}", ",\"finishReason\":\"MAX_TOKENS\"") "\n\n",
     NULL, DRC_ERR_LIMIT, true},
    {&llm_gemini, "data: " GEMINI("{\"text\":\"a\"}", ",\"finishReason\":\"SAFETY\"") "\n\n", NULL,
     DRC_ERR_LIMIT, true},
    {&llm_gemini, "data: {\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}}\n\n", NULL,
     DRC_ERR_LIMIT, false},
    {&llm_gemini,
     "data: {\"error\":{\"code\":503,\"message\":\"m\",\"status\":\"UNAVAILABLE\"}}\n\n", NULL,
     DRC_ERR_NET, false},
    {&llm_gemini, GEMINI("{\"text\":\"a\"}", ",\"finishReason\":\"STOP\""), "a", DRC_OK, true},
};

static void test_replies(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 100000};
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
            const struct reply *r = &replies[i];
            struct llm_reading got;
            const char *text = read_reply(r->provider, r->body, pieces[k], &got);
            if (err.code != r->code)
                print_message("reply %zu in pieces of %zu: %s\n", i, pieces[k], err.msg);
            assert_int_equal(err.code, r->code);
            assert_int_equal(text == NULL, r->text == NULL);
            if (r->text != NULL)
                assert_string_equal(text, r->text);
            assert_int_equal(got.usage.in, r->counted ? 900 : got.usage.in);
            assert_int_equal(got.usage.in_seen && got.usage.out_seen, r->counted);
            assert_int_equal(got.usage.out, r->counted ? 70 : got.usage.out);
            assert_int_equal(got.usage.cached, r->counted ? 512 : got.usage.cached);
        }
}

static const char *said(const char *words)
{
    return drc_arena_printf(
        a, "{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}", words);
}

static void test_reply_caps(void **state)
{
    (void)state;
    struct llm_reading got;
    char *words = malloc(DRC_LLM_TEXT_MAX_BYTES + 2);
    memset(words, 'x', DRC_LLM_TEXT_MAX_BYTES + 1);
    words[DRC_LLM_TEXT_MAX_CHARS] = '\0';
    assert_non_null(read_reply(&llm_openai, said(words), 4096, &got));
    words[DRC_LLM_TEXT_MAX_CHARS] = 'x';
    words[DRC_LLM_TEXT_MAX_CHARS + 1] = '\0';
    assert_null(read_reply(&llm_openai, said(words), 4096, &got));
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    words[DRC_LLM_TEXT_MAX_CHARS + 1] = 'x';
    words[DRC_LLM_TEXT_MAX_BYTES + 1] = '\0';
    assert_null(read_reply(&llm_openai, said(words), 4096, &got));
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    free(words);
    const char *counts = "{\"choices\":[{\"message\":{\"content\":\"a\"}}],\"usage\":"
                         "{\"prompt_tokens\":-5,\"completion_tokens\":99999999999999}}";
    assert_non_null(read_reply(&llm_openai, counts, 10, &got));
    assert_false(got.usage.in_seen || got.usage.out_seen);
    assert_int_equal(got.usage.in + got.usage.out, 0);
}

/* ---- requests ------------------------------------------------------------------------------- */

#define SCHEMA                                                                                     \
    "{\"type\":\"object\",\"properties\":{},\"required\":[],\"additionalProperties\":false}"

static struct drc_llm llm_of(const struct drc_llm_provider *p, const char *base_url)
{
    struct drc_llm llm = {.provider = p,
                          .base_url = base_url == NULL ? p->base_url : base_url,
                          .model = "model-1",
                          .api_key = "k",
                          .caps = p->caps,
                          .answer_tokens = 4000};
    return llm;
}

static void sends(const struct drc_llm *llm, const char *schema, unsigned refused, const char *url,
                  const char *body)
{
    const struct drc_llm_ask ask = {
        .system = "rules", .user = "\"q\"\n", .schema = schema, .schema_name = "answer"};
    char *sent;
    struct drc_http_request req = llm_request(a, llm, &ask, refused, &sent);
    assert_string_equal(req.url, url);
    assert_string_equal(sent, body);
    assert_string_equal(req.method, "POST");
    assert_string_equal(req.bearer, "k");
    free(sent);
}

static void test_request_openai(void **state)
{
    (void)state;
    struct drc_llm llm = llm_of(&llm_openai, "http://127.0.0.1:11434/v1/");
    const char *url = "http://127.0.0.1:11434/v1/chat/completions";
#define MESSAGES                                                                                   \
    "\"messages\":[{\"content\":\"rules\",\"role\":\"system\"},{\"content\":\"\\\"q\\\"\\n\","     \
    "\"role\":\"user\"}],\"model\":\"model-1\""
#define STREAM "\"stream\":true,\"stream_options\":{\"include_usage\":true}"
    sends(&llm, NULL, 0, url, "{\"max_tokens\":4000," MESSAGES "," STREAM "}");
    sends(&llm, NULL, LLM_REFUSED_TOKENS | LLM_REFUSED_USAGE, url,
          "{\"max_completion_tokens\":4000," MESSAGES ",\"stream\":true}");
    sends(&llm, NULL, LLM_REFUSED_SYSTEM, url,
          "{\"max_tokens\":4000,\"messages\":[{\"content\":\"rules\\n\\n\\\"q\\\"\\n\",\"role\":"
          "\"user\"}],\"model\":\"model-1\"," STREAM "}");
    sends(&llm, SCHEMA, 0, url,
          "{\"max_tokens\":4000," MESSAGES ",\"response_format\":{\"json_schema\":{\"name\":"
          "\"answer\",\"schema\":{\"additionalProperties\":false,\"properties\":{},\"required\":[],"
          "\"type\":\"object\"},\"strict\":true},\"type\":\"json_schema\"}," STREAM "}");
    sends(&llm, SCHEMA, LLM_REFUSED_SCHEMA, url, "{\"max_tokens\":4000," MESSAGES "," STREAM "}");
    llm.caps.schema = DRC_LLM_SCHEMA_OBJECT;
    llm.caps.stream = false;
    sends(&llm, SCHEMA, 0, url,
          "{\"max_tokens\":4000," MESSAGES ",\"response_format\":{\"type\":\"json_object\"}}");
    llm = llm_of(&llm_openai, "https://r.openai.azure.com/openai/deployments/d?api-version=v");
    llm.caps.stream = false;
    llm_openai.adapt(&llm.caps, "r.openai.azure.com");
    assert_string_equal(llm.caps.key_header, "api-key");
    sends(&llm, NULL, 0,
          "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=v",
          "{\"max_completion_tokens\":4000," MESSAGES "}");
}

static void test_request_anthropic(void **state)
{
    (void)state;
    struct drc_llm llm = llm_of(&llm_anthropic, NULL);
    const char *url = "https://api.anthropic.com/v1/messages";
#define CLAUDE_BODY                                                                                \
    "\"max_tokens\":4000,\"messages\":[{\"content\":\"\\\"q\\\"\\n\",\"role\":\"user\"}],"         \
    "\"model\":\"model-1\""
    sends(&llm, NULL, 0, url, "{" CLAUDE_BODY ",\"stream\":true,\"system\":\"rules\"}");
    sends(&llm, SCHEMA, 0, url,
          "{" CLAUDE_BODY ",\"output_config\":{\"format\":{\"schema\":{\"additionalProperties\":"
          "false,\"properties\":{},\"required\":[],\"type\":\"object\"},\"type\":\"json_schema\"}},"
          "\"stream\":true,\"system\":\"rules\"}");
    assert_string_equal(llm.caps.key_header, "x-api-key");
    assert_string_equal(llm_anthropic.headers[0], "anthropic-version: 2026-10-21");
}

static void test_request_gemini(void **state)
{
    (void)state;
    struct drc_llm llm = llm_of(&llm_gemini, NULL);
    const char *at = "https://generativelanguage.googleapis.com/v1/models/model-1";
#define GEMINI_BODY(config)                                                                        \
    "{\"contents\":[{\"parts\":[{\"text\":\"\\\"q\\\"\\n\"}],\"role\":\"user\"}],"                 \
    "\"generationConfig\":{\"maxOutputTokens\":4000" config                                        \
    "},\"systemInstruction\":{\"parts\":[{\"text\":\"rules\"}]}}"
    sends(&llm, NULL, 0, drc_arena_printf(a, "%s:streamGenerateContent?alt=sse", at),
          GEMINI_BODY(""));
    llm.caps.stream = false;
    llm.model = "models/model-1";
    sends(&llm, SCHEMA, 0, drc_arena_printf(a, "%s:generateContent", at),
          GEMINI_BODY(",\"responseJsonSchema\":{\"additionalProperties\":false,\"properties\":{},"
                      "\"required\":[],\"type\":\"object\"},\"responseMimeType\":"
                      "\"application/json\""));
    assert_string_equal(llm.caps.key_header, "x-goog-api-key");
}

/* ---- prices --------------------------------------------------------------------------------- */

static void test_prices(void **state)
{
    (void)state;
    const char *table = "# about\n\nmini* | 1 | 0.1 | 4 | 2026-01-02 | x\n"
                        "mini-large* | 2.5 | 0.25 | 10 | 2026-02-03 | x\n* | 9 | 9 | 9 | "
                        "2026-01-01 | x\nfree | 0 | 0 | 0 | 2026-01-01 | own\n";
    struct drc_llm llm = {.priced = true};
    const struct drc_llm_usage usage = {.in = 1000, .cached = 400, .out = 201};
    assert_int_equal(drc_llm_price_find("p", table, "mini-large-2", &llm.price, &err), 1);
    assert_string_equal(llm.price.date, "2026-02-03");
    /* 600 * 2.5 + 400 * 0.25 + 201 * 10 micro-dollars */
    assert_int_equal(drc_llm_cost_uusd(&llm, &usage), 1500 + 100 + 2010);
    assert_int_equal(drc_llm_price_find("p", table, "mini", &llm.price, &err), 1);
    assert_int_equal(drc_llm_cost_uusd(&llm, &usage), 600 + 40 + 804);
    assert_int_equal(drc_llm_price_find("p", table, "free", &llm.price, &err), 1);
    assert_int_equal(drc_llm_cost_uusd(&llm, &usage), 0);
    assert_int_equal(drc_llm_price_find("p", table + 50, "other", &llm.price, &err), 1);
    assert_int_equal(
        drc_llm_price_find("p", "a | 1 | 1 | 1 | 2026-01-01 | x", "b", &llm.price, &err), 0);
    llm.priced = false;
    assert_int_equal(drc_llm_cost_uusd(&llm, &usage), -1);
    static const char *const bad[] = {
        "a | 1 | 1 | 1 | 2026-01-01",       "a | x | 1 | 1 | 2026-01-01 | s",
        "a | 1 | 1 | -1 | 2026-01-01 | s",  "a | 1 | 1 | 1 | 2026 | s",
        "a | 1e9 | 1 | 1 | 2026-01-01 | s", " | 1 | 1 | 1 | 2026-01-01 | s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct drc_err)DRC_ERR_INIT;
        assert_int_equal(drc_llm_price_find("p", bad[i], "a", &llm.price, &err), -1);
        assert_int_equal(err.code, DRC_ERR_CONFIG);
        assert_non_null(strstr(err.msg, "p:1"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sse_caps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reply_caps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_request_openai, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_request_anthropic, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_request_gemini, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_prices, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
