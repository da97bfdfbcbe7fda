#include <stdlib.h>
#include <string.h>

#include "drc/conf.h"
#include "drc/jsonx.h"
#include "drc/llm.h"
#include "drc/utf8.h"

#define ANSWER_MAX_CHARS 8000

int drc_llm_configured(struct drc_llm *out, struct drc_err *err)
{
    const char *provider = drc_conf_str("LLM_PROVIDER");
    if (provider == NULL || strcmp(provider, "none") == 0)
        return 1;
    if (strcmp(provider, "openai") != 0)
        return drc_err_set(err, DRC_ERR_CONFIG, "LLM_PROVIDER is '%.40s': it is 'none' or 'openai'",
                           provider);
    const char *key = drc_conf_str("LLM_API_KEY");
    *out = (struct drc_llm){drc_conf_str("LLM_BASE_URL"), drc_conf_str("LLM_MODEL"),
                            key == NULL ? drc_conf_str("OPENAI_API_KEY") : key,
                            drc_conf_int("LLM_TIMEOUT_S") * 1000};
    if (out->model == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "LLM_PROVIDER is set but LLM_MODEL is not");
    return 0;
}

static char *request_body(const struct drc_llm *llm, const char *system, const char *user)
{
    json_t *messages = json_array();
    json_array_append_new(
        messages, json_pack("{s:s, s:o}", "role", "system", "content", drc_json_text(system)));
    json_array_append_new(messages,
                          json_pack("{s:s, s:o}", "role", "user", "content", drc_json_text(user)));
    json_t *root = json_pack("{s:s, s:o}", "model", llm->model, "messages", messages);
    char *text = drc_json_dump_sorted(root);
    json_decref(root);
    return text;
}

static int status_error(const struct drc_http_response *resp, struct drc_err *err)
{
    if (resp->status == 401 || resp->status == 403)
        return drc_err_set(err, DRC_ERR_AUTH, "the model's endpoint refused the key (HTTP %ld)",
                           resp->status);
    if (resp->status == 429 || resp->status == 529) {
        drc_err_set(err, DRC_ERR_RATE, "the model's endpoint is busy (HTTP %ld)", resp->status);
        if (err != NULL)
            err->retry_ms = resp->retry_after_ms;
        return -1;
    }
    return drc_err_set(err, DRC_ERR_NET, "the model's endpoint answered HTTP %ld", resp->status);
}

/* `content` is a string, or a list of parts of which the ones of type text count. */
static const char *content_text(struct drc_arena *a, const json_t *content)
{
    if (json_is_string(content))
        return json_string_value(content);
    const char *text = "";
    for (size_t i = 0; i < json_array_size(content); i++) {
        const json_t *part = json_array_get(content, i);
        if (strcmp(drc_json_str(part, "type", ""), "text") == 0)
            text = drc_arena_printf(a, "%s%s", text, drc_json_str(part, "text", ""));
    }
    return text;
}

static int take_answer(struct drc_arena *a, const json_t *root, const char **text,
                       struct drc_err *err)
{
    const char *finish = drc_json_str(root, "choices.0.finish_reason", "stop");
    const char *content = content_text(a, drc_json_at(root, "choices.0.message.content"));
    if (strcmp(finish, "length") == 0 || strcmp(finish, "content_filter") == 0)
        return drc_err_set(err, DRC_ERR_LIMIT, "the model's answer was cut (%.20s)", finish);
    content = drc_utf8_clean(a, content, strlen(content), ANSWER_MAX_CHARS, true);
    if (strspn(content, " \n\t") == strlen(content))
        return drc_err_set(err, DRC_ERR_PARSE, "the model's answer was empty");
    *text = content;
    return 0;
}

int drc_llm_complete(const struct drc_llm *llm, struct drc_http *http, struct drc_arena *a,
                     const char *system, const char *user, const char **text, struct drc_err *err)
{
    char *body = request_body(llm, system, user);
    size_t base = strlen(llm->base_url);
    while (base > 0 && llm->base_url[base - 1] == '/')
        base--;
    struct drc_http_request req = {
        .method = "POST",
        .url = drc_arena_printf(a, "%.*s/chat/completions", (int)base, llm->base_url),
        .bearer = llm->api_key,
        .content_type = "application/json",
        .body = body,
        .body_bytes = strlen(body),
        .timeout_ms = llm->timeout_ms,
    };
    struct drc_http_response resp;
    int rc = drc_http_do(http, a, &req, &resp, err);
    free(body);
    if (rc < 0)
        return drc_err_context(err, "the model's endpoint");
    if (resp.status != 200)
        return status_error(&resp, err);
    json_t *root = drc_json_parse(resp.body, resp.body_bytes, err);
    if (root == NULL)
        return drc_err_context(err, "the model's endpoint");
    rc = take_answer(a, root, text, err);
    json_decref(root);
    return rc;
}
