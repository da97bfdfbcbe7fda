/* Chat completions: POST {base}/chat/completions. OpenAI, Azure (v1 and by deployment), Databricks
 * serving, Ollama, llama.cpp and vLLM speak it, with small differences of names. */
#include <string.h>

#include "clients/llm/provider.h"

static bool ends_with(const char *host, const char *tail)
{
    size_t n = strlen(host), m = strlen(tail);
    return n >= m && strcmp(host + n - m, tail) == 0;
}

static void adapt(struct drc_llm_caps *caps, const char *host)
{
    if (strcmp(host, "api.openai.com") == 0) {
        caps->tokens_field = "max_completion_tokens";
    } else if (ends_with(host, ".openai.azure.com")) {
        caps->tokens_field = "max_completion_tokens";
        caps->key_header = "api-key";
    }
}

static const char *url(struct drc_arena *a, const struct drc_llm *llm)
{
    return llm_join_url(a, llm->base_url, "/chat/completions");
}

static void add_message(json_t *messages, const char *role, const char *text)
{
    json_t *m = json_object();
    json_object_set_new(m, "role", json_string(role));
    json_object_set_new(m, "content", drc_json_text(text));
    json_array_append_new(messages, m);
}

static json_t *messages_of(const struct drc_llm_ask *ask, unsigned refused)
{
    json_t *messages = json_array();
    if (refused & LLM_REFUSED_SYSTEM) {
        struct drc_arena *a = drc_arena_new();
        add_message(messages, "user", drc_arena_printf(a, "%s\n\n%s", ask->system, ask->user));
        drc_arena_free(a);
        return messages;
    }
    add_message(messages, "system", ask->system);
    add_message(messages, "user", ask->user);
    return messages;
}

static json_t *response_format(const struct drc_llm *llm, const struct drc_llm_ask *ask)
{
    if (llm->caps.schema == DRC_LLM_SCHEMA_OBJECT)
        return json_pack("{s:s}", "type", "json_object");
    return json_pack("{s:s, s:{s:s, s:b, s:o}}", "type", "json_schema", "json_schema", "name",
                     ask->schema_name, "strict", 1, "schema",
                     drc_json_parse(ask->schema, strlen(ask->schema), NULL));
}

/* The other name of the limit: OpenAI's own models know only one of the two. */
static const char *tokens_field(const struct drc_llm *llm, unsigned refused)
{
    const char *name = llm->caps.tokens_field;
    if (!(refused & LLM_REFUSED_TOKENS))
        return name;
    return strcmp(name, "max_tokens") == 0 ? "max_completion_tokens" : "max_tokens";
}

static json_t *body(const struct drc_llm *llm, const struct drc_llm_ask *ask, unsigned refused)
{
    json_t *root = json_object();
    json_object_set_new(root, "model", drc_json_text(llm->model));
    json_object_set_new(root, "messages", messages_of(ask, refused));
    json_object_set_new(root, tokens_field(llm, refused), json_integer(llm->answer_tokens));
    if (llm->caps.stream) {
        json_object_set_new(root, "stream", json_true());
        if (!(refused & LLM_REFUSED_USAGE))
            json_object_set_new(root, "stream_options", json_pack("{s:b}", "include_usage", 1));
    }
    if (ask->schema != NULL)
        json_object_set_new(root, "response_format", response_format(llm, ask));
    return root;
}

static const json_t *first_choice(const json_t *event)
{
    const json_t *choices = json_object_get(event, "choices");
    for (size_t i = 0; i < json_array_size(choices); i++)
        if (drc_json_int(json_array_get(choices, i), "index", 0) == 0)
            return json_array_get(choices, i);
    return NULL; /* the event with the usage has no choice */
}

/* `content` is a string, or a list of parts of which the ones of type text count. */
static void add_content(struct llm_reading *r, const json_t *content)
{
    llm_add_text(r, content);
    for (size_t i = 0; i < json_array_size(content); i++) {
        const json_t *part = json_array_get(content, i);
        if (strcmp(drc_json_str(part, "type", ""), "text") == 0)
            llm_add_text(r, json_object_get(part, "text"));
    }
}

static void take_finish(struct llm_reading *r, const char *reason)
{
    if (strcmp(reason, "stop") == 0)
        llm_set_finish(r, reason, DRC_LLM_STOP);
    else if (strcmp(reason, "length") == 0)
        llm_set_finish(r, reason, DRC_LLM_LENGTH);
    else if (strcmp(reason, "content_filter") == 0)
        llm_set_finish(r, reason, DRC_LLM_FILTERED);
    else if (*reason != '\0')
        llm_set_finish(r, reason, DRC_LLM_OTHER);
}

static void read_event(const json_t *event, struct llm_reading *r)
{
    const json_t *choice = first_choice(event);
    const json_t *said = json_object_get(choice, "delta");
    if (!json_is_object(said))
        said = json_object_get(choice, "message");
    add_content(r, json_object_get(said, "content"));
    if (*drc_json_str(said, "refusal", "") != '\0')
        llm_set_finish(r, "refusal", DRC_LLM_FILTERED);
    take_finish(r, drc_json_str(choice, "finish_reason", ""));
    const json_t *usage = json_object_get(event, "usage");
    if (!json_is_object(usage))
        return;
    bool ignored;
    r->usage.in = llm_count(usage, "prompt_tokens", &r->usage.in_seen);
    r->usage.out = llm_count(usage, "completion_tokens", &r->usage.out_seen);
    r->usage.cached = llm_count(usage, "prompt_tokens_details.cached_tokens", &ignored);
}

const struct drc_llm_provider llm_openai = {
    .name = "openai",
    .base_url = "https://api.openai.com/v1",
    .key_setting = "OPENAI_API_KEY",
    .caps = {"max_tokens", NULL, DRC_LLM_SCHEMA_JSON, true},
    .adapt = adapt,
    .url = url,
    .body = body,
    .read = read_event,
};
