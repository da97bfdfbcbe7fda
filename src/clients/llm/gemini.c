/* Gemini's generateContent: POST {base}/models/{model}:generateContent, or :streamGenerateContent
 * with alt=sse. The key goes into a header, never into the address, which ends in logs. */
#include <string.h>

#include "clients/llm/provider.h"

static const char *url(struct drc_arena *a, const struct drc_llm *llm)
{
    const char *model = strncmp(llm->model, "models/", 7) == 0 ? llm->model + 7 : llm->model;
    const char *path = drc_arena_printf(
        a, "/models/%s:%s", model, llm->caps.stream ? "streamGenerateContent" : "generateContent");
    const char *whole = llm_join_url(a, llm->base_url, path);
    if (!llm->caps.stream)
        return whole;
    return drc_arena_printf(a, "%s%calt=sse", whole, strchr(whole, '?') == NULL ? '?' : '&');
}

static json_t *parts(const char *text)
{
    return json_pack("{s:[{s:o}]}", "parts", "text", drc_json_text(text));
}

static json_t *body(const struct drc_llm *llm, const struct drc_llm_ask *ask, unsigned refused)
{
    json_t *root = json_object(), *config = json_object(), *user = parts(ask->user);
    (void)refused;
    json_object_set_new(user, "role", json_string("user"));
    json_object_set_new(root, "contents", json_pack("[o]", user));
    json_object_set_new(root, "systemInstruction", parts(ask->system));
    json_object_set_new(config, llm->caps.tokens_field, json_integer(llm->answer_tokens));
    if (ask->schema != NULL) {
        json_object_set_new(config, "responseMimeType", json_string("application/json"));
        json_object_set_new(config, "responseJsonSchema",
                            drc_json_parse(ask->schema, strlen(ask->schema), NULL));
    }
    json_object_set_new(root, "generationConfig", config);
    return root;
}

static void take_finish(struct llm_reading *r, const char *reason)
{
    static const char *const filters[] = {"SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST",
                                          "SPII",   "LANGUAGE",   "IMAGE_SAFETY"};
    enum drc_llm_finish finish = DRC_LLM_OTHER;
    if (*reason == '\0')
        return;
    if (strcmp(reason, "STOP") == 0)
        finish = DRC_LLM_STOP;
    else if (strcmp(reason, "MAX_TOKENS") == 0)
        finish = DRC_LLM_LENGTH;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (strcmp(filters[i], reason) == 0)
            finish = DRC_LLM_FILTERED;
    llm_set_finish(r, reason, finish);
}

/* A stream is a row of whole responses, each with a further piece of the text and the counts so
 * far. */
static void read_event(const json_t *event, struct llm_reading *r)
{
    const json_t *candidate = drc_json_at(event, "candidates.0");
    const json_t *said = drc_json_at(candidate, "content.parts");
    for (size_t i = 0; i < json_array_size(said); i++) {
        const json_t *part = json_array_get(said, i);
        if (!drc_json_bool(part, "thought", false))
            llm_add_text(r, json_object_get(part, "text"));
    }
    take_finish(r, drc_json_str(candidate, "finishReason", ""));
    const char *blocked = drc_json_str(event, "promptFeedback.blockReason", "");
    if (*blocked != '\0')
        llm_set_finish(r, blocked, DRC_LLM_FILTERED);
    const json_t *usage = json_object_get(event, "usageMetadata");
    if (!json_is_object(usage))
        return;
    bool ignored;
    r->usage.in = llm_count(usage, "promptTokenCount", &r->usage.in_seen);
    r->usage.cached = llm_count(usage, "cachedContentTokenCount", &ignored);
    r->usage.out = llm_count(usage, "candidatesTokenCount", &r->usage.out_seen) +
                   llm_count(usage, "thoughtsTokenCount", &ignored);
}

const struct drc_llm_provider llm_gemini = {
    .name = "gemini",
    .base_url = "https://generativelanguage.googleapis.com/v1",
    .key_setting = "GEMINI_API_KEY",
    .caps = {"maxOutputTokens", "x-goog-api-key", DRC_LLM_SCHEMA_JSON, true},
    .url = url,
    .body = body,
    .read = read_event,
};
