/* Which model the configuration names, and how its endpoint is spoken to. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "clients/llm/provider.h"
#include "drc/conf.h"
#include "drc/file.h"

#define PRICES "prompts/models.conf"
#define PRICES_MAX_BYTES 65536

static const struct drc_llm_provider *const providers[] = {&llm_openai, &llm_anthropic,
                                                           &llm_gemini};
enum { PROVIDERS = sizeof providers / sizeof *providers };

static atomic_uint refused; /* one configuration per process */

/* Host of an address, in lower case. */
static const char *host_of(const char *url, char out[256])
{
    const char *from = strstr(url, "://");
    from = from == NULL ? url : from + 3;
    size_t n = strcspn(from, ":/?#");
    n = n < 255 ? n : 255;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)tolower((unsigned char)from[i]);
    out[n] = '\0';
    return out;
}

/* The name of a model goes into an address and into tables. */
static bool is_model_name(const char *s)
{
    size_t n = strlen(s);
    for (; *s != '\0'; s++)
        if (!isalnum((unsigned char)*s) && strchr("._-:/@", *s) == NULL)
            return false;
    return n > 0 && n <= 200;
}

static bool is_header_name(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && *p != '-')
            return false;
    return *s != '\0';
}

static int take_caps(struct drc_llm *out, struct drc_err *err)
{
    static const char *const modes[] = {"none", "json_object", "json_schema"};
    const char *mode = drc_conf_str("LLM_SCHEMA"), *header = drc_conf_str("LLM_KEY_HEADER");
    char host[256];
    out->caps = out->provider->caps;
    if (out->provider->adapt != NULL)
        out->provider->adapt(&out->caps, host_of(out->base_url, host));
    out->caps.stream = drc_conf_bool("LLM_STREAM");
    if (header != NULL) {
        if (!is_header_name(header))
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "LLM_KEY_HEADER is '%.40s': it is the name "
                               "of a header, such as api-key",
                               header);
        out->caps.key_header = strcasecmp(header, "authorization") == 0 ? NULL : header;
    }
    if (mode == NULL)
        return 0;
    for (int i = 0; i < 3; i++)
        if (strcmp(mode, modes[i]) == 0) {
            out->caps.schema = (enum drc_llm_schema)i;
            return 0;
        }
    return drc_err_set(err, DRC_ERR_CONFIG,
                       "LLM_SCHEMA is '%.40s': it is json_schema, json_object or none", mode);
}

static int take_price(struct drc_llm *out, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    const char *home = drc_conf_home(err);
    const char *path = drc_arena_printf(a, "%s/" PRICES, home == NULL ? "." : home);
    const char *text = home == NULL ? NULL : drc_file_read(a, path, PRICES_MAX_BYTES, NULL, err);
    int rc = text == NULL ? -1 : drc_llm_price_find(PRICES, text, out->model, &out->price, err);
    out->priced = rc == 1;
    drc_arena_free(a);
    if (rc == 0 && drc_conf_int("LLM_USD_PER_MONTH") > 0)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "LLM_USD_PER_MONTH is set, and " PRICES " has no price of '%.80s': add "
                           "a line for it",
                           out->model);
    return rc < 0 ? -1 : 0;
}

static int take_address(struct drc_llm *out, struct drc_err *err)
{
    const char *set = drc_conf_str("LLM_BASE_URL");
    out->base_url = set == NULL ? out->provider->base_url : set;
    if (strcspn(out->base_url, "@") < strcspn(out->base_url, "?"))
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "LLM_BASE_URL holds an @: the key belongs into LLM_API_KEY");
    if (drc_http_check_url(out->base_url, err) < 0)
        return drc_err_context(err, "LLM_BASE_URL");
    return 0;
}

int drc_llm_configured(struct drc_llm *out, struct drc_err *err)
{
    const char *name = drc_conf_str("LLM_PROVIDER"), *key = drc_conf_str("LLM_API_KEY");
    memset(out, 0, sizeof *out);
    if (name == NULL || strcmp(name, "none") == 0)
        return 1;
    for (int i = 0; i < PROVIDERS; i++)
        if (strcmp(providers[i]->name, name) == 0)
            out->provider = providers[i];
    if (out->provider == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "LLM_PROVIDER is '%.40s': it is none, openai, anthropic or gemini",
                           name);
    out->model = drc_conf_str("LLM_MODEL");
    if (out->model == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "LLM_PROVIDER is set but LLM_MODEL is not");
    if (!is_model_name(out->model))
        return drc_err_set(err, DRC_ERR_CONFIG, "LLM_MODEL is '%.80s', which is no model's name",
                           out->model);
    out->api_key = key == NULL ? drc_conf_str(out->provider->key_setting) : key;
    out->proxy = drc_conf_str("LLM_PROXY");
    out->answer_tokens = drc_conf_int("LLM_ANSWER_TOKENS");
    out->idle_ms = drc_conf_int("LLM_SILENCE_S") * 1000;
    out->timeout_ms = drc_conf_int("LLM_TIMEOUT_S") * 1000;
    out->retries = drc_conf_int("LLM_RETRIES");
    out->refused = &refused;
    if (take_address(out, err) < 0 || take_caps(out, err) < 0)
        return -1;
    return take_price(out, err);
}

/* Dollars per million tokens, without needless zeros. */
static const char *usd(struct drc_arena *a, int64_t nano)
{
    return nano % 1000 == 0 ? drc_arena_printf(a, "$%" PRId64, nano / 1000)
                            : drc_arena_printf(a, "$%.15g", (double)nano / 1000);
}

const char *drc_llm_describe(struct drc_arena *a, const struct drc_llm *llm)
{
    char host[256];
    const char *own = llm->provider->key_setting;
    const char *from = drc_conf_str("LLM_API_KEY") != NULL ? "LLM_API_KEY" : own;
    const char *key = llm->api_key == NULL
                          ? "no key"
                          : drc_arena_printf(a, "%s from %s", from, drc_conf_source(from));
    const char *price = llm->priced ? drc_arena_printf(a, "%s in, %s out per million tokens (%s)",
                                                       usd(a, llm->price.in),
                                                       usd(a, llm->price.out), llm->price.date)
                                    : "price unknown: no line of " PRICES " fits";
    return drc_arena_printf(a, "%s %s at %s, %s, %s", llm->provider->name, llm->model,
                            host_of(llm->base_url, host), key, price);
}
