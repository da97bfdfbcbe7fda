/* Anthropic's messages: POST {base}/messages. This version takes no sampling parameters at all. */
#include <string.h>

#include "clients/llm/provider.h"

static const char *url(struct drc_arena *a, const struct drc_llm *llm)
{
    return llm_join_url(a, llm->base_url, "/messages");
}

static json_t *body(const struct drc_llm *llm, const struct drc_llm_ask *ask, unsigned refused)
{
    json_t *root = json_object(), *message = json_object();
    (void)refused; /* the schema is the only part that may be; it is then not in `ask` */
    json_object_set_new(message, "role", json_string("user"));
    json_object_set_new(message, "content", drc_json_text(ask->user));
    json_object_set_new(root, "model", drc_json_text(llm->model));
    json_object_set_new(root, "system", drc_json_text(ask->system));
    json_object_set_new(root, "messages", json_pack("[o]", message));
    json_object_set_new(root, llm->caps.tokens_field, json_integer(llm->answer_tokens));
    if (llm->caps.stream)
        json_object_set_new(root, "stream", json_true());
    if (ask->schema != NULL)
        json_object_set_new(root, "output_config",
                            json_pack("{s:{s:s, s:o}}", "format", "type", "json_schema", "schema",
                                      drc_json_parse(ask->schema, strlen(ask->schema), NULL)));
    return root;
}

static void take_finish(struct llm_reading *r, const char *reason)
{
    static const struct {
        const char *reason;
        enum drc_llm_finish finish;
    } known[] = {{"end_turn", DRC_LLM_STOP},
                 {"stop_sequence", DRC_LLM_STOP},
                 {"max_tokens", DRC_LLM_LENGTH},
                 {"model_context_window_exceeded", DRC_LLM_LENGTH},
                 {"refusal", DRC_LLM_FILTERED}};
    enum drc_llm_finish finish = DRC_LLM_OTHER;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].reason, reason) == 0)
            finish = known[i].finish;
    if (*reason != '\0')
        llm_set_finish(r, reason, finish);
}

/* What was written to or read from the cache is not in input_tokens. */
static void take_usage_in(struct llm_reading *r, const json_t *usage)
{
    bool ignored;
    if (!json_is_integer(json_object_get(usage, "input_tokens")))
        return;
    r->usage.cached = llm_count(usage, "cache_read_input_tokens", &ignored);
    r->usage.in = llm_count(usage, "input_tokens", &r->usage.in_seen) + r->usage.cached +
                  llm_count(usage, "cache_creation_input_tokens", &ignored);
}

/* A total so far: the last one stands. The one of message_start is a first token and no count. */
static void take_usage(struct llm_reading *r, const json_t *usage)
{
    take_usage_in(r, usage);
    if (json_is_integer(json_object_get(usage, "output_tokens")))
        r->usage.out = llm_count(usage, "output_tokens", &r->usage.out_seen);
}

static void add_block(struct llm_reading *r, const json_t *block)
{
    if (strcmp(drc_json_str(block, "type", ""), "text") == 0)
        llm_add_text(r, json_object_get(block, "text"));
}

static void read_whole(const json_t *message, struct llm_reading *r)
{
    const json_t *content = json_object_get(message, "content");
    for (size_t i = 0; i < json_array_size(content); i++)
        add_block(r, json_array_get(content, i));
    take_finish(r, drc_json_str(message, "stop_reason", ""));
    take_usage(r, json_object_get(message, "usage"));
}

static void read_event(const json_t *event, struct llm_reading *r)
{
    const char *type = drc_json_str(event, "type", "");
    if (strcmp(type, "message") == 0) {
        read_whole(event, r);
    } else if (strcmp(type, "message_start") == 0) {
        take_usage_in(r, drc_json_at(event, "message.usage"));
    } else if (strcmp(type, "content_block_start") == 0) {
        add_block(r, json_object_get(event, "content_block"));
    } else if (strcmp(type, "content_block_delta") == 0) {
        if (strcmp(drc_json_str(event, "delta.type", ""), "text_delta") == 0)
            llm_add_text(r, drc_json_at(event, "delta.text"));
    } else if (strcmp(type, "message_delta") == 0) {
        take_finish(r, drc_json_str(event, "delta.stop_reason", ""));
        take_usage(r, json_object_get(event, "usage"));
    } else if (strcmp(type, "message_stop") == 0) {
        r->ended = true;
    }
}

static const char *const headers[] = {"anthropic-version: 2026-10-21", NULL};

const struct drc_llm_provider llm_anthropic = {
    .name = "anthropic",
    .base_url = "https://api.anthropic.com/v1",
    .key_setting = "ANTHROPIC_API_KEY",
    .caps = {"max_tokens", "x-api-key", DRC_LLM_SCHEMA_JSON, true},
    .headers = headers,
    .url = url,
    .body = body,
    .read = read_event,
};
