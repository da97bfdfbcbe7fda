/* From the bytes of a reply to one answer, the same for every provider. */
#include <ctype.h>
#include <string.h>

#include "clients/llm/provider.h"
#include "drc/limits.h"
#include "drc/utf8.h"

#define TOKENS_MAX INT64_C(1000000000)

/* ---- what the providers share ---------------------------------------------------------------- */

const char *llm_join_url(struct drc_arena *a, const char *base_url, const char *path)
{
    size_t base = strcspn(base_url, "?");
    const char *query = base_url + base;
    while (base > 0 && base_url[base - 1] == '/')
        base--;
    return drc_arena_printf(a, "%.*s%s%s", (int)base, base_url, path, query);
}

void llm_add_text(struct llm_reading *r, const json_t *text)
{
    if (json_is_string(text))
        drc_buf_add(&r->text, json_string_value(text), json_string_length(text));
}

/* The worst end that was named stands. */
void llm_set_finish(struct llm_reading *r, const char *reason, enum drc_llm_finish finish)
{
    if (finish <= r->finish)
        return;
    r->finish = finish;
    size_t n = 0;
    for (; *reason != '\0' && n < sizeof r->reason - 1; reason++)
        if (isalnum((unsigned char)*reason) || *reason == '_')
            r->reason[n++] = *reason;
    r->reason[n] = '\0';
}

int64_t llm_count(const json_t *object, const char *path, bool *seen)
{
    const json_t *v = drc_json_at(object, path);
    int64_t n = json_is_integer(v) ? (int64_t)json_integer_value(v) : -1;
    if (n < 0 || n > TOKENS_MAX)
        return 0;
    *seen = true;
    return n;
}

bool llm_read_complaint(const json_t *root, struct llm_complaint *out)
{
    static const char *const names[] = {"error.details.error_code",
                                        "error.code",
                                        "error.type",
                                        "error.status",
                                        "error_code",
                                        "type"};
    const json_t *error = json_object_get(root, "error");
    const char *kind = drc_json_str(root, "object", "");
    if (!json_is_object(error) && !json_is_string(error) && strcmp(kind, "error") != 0 &&
        *drc_json_str(root, "error_code", "") == '\0')
        return false;
    out->set = true;
    for (size_t i = 0; i < sizeof names / sizeof *names && out->name[0] == '\0'; i++) {
        const char *name = drc_json_str(root, names[i], "");
        for (size_t n = 0; *name != '\0' && n < sizeof out->name - 1; name++)
            if (isalnum((unsigned char)*name) || *name == '_')
                out->name[n++] = *name;
    }
    const char *words = drc_json_str(root, "error.message", json_string_value(error));
    if (words == NULL)
        words = drc_json_str(root, "message", "");
    snprintf(out->message, sizeof out->message, "%s", words);
    return true;
}

/* ---- the intake ------------------------------------------------------------------------------ */

void llm_intake_init(struct llm_intake *in, const struct drc_llm_provider *p, struct drc_err *err)
{
    memset(in, 0, sizeof *in);
    in->reading.provider = p;
    in->err = err;
    drc_buf_init(&in->reading.text, DRC_LLM_TEXT_MAX_BYTES);
    drc_buf_init(&in->whole, DRC_HTTP_RESPONSE_MAX_BYTES);
    sse_init(&in->sse);
}

void llm_intake_fini(struct llm_intake *in)
{
    drc_buf_fini(&in->reading.text);
    drc_buf_fini(&in->whole);
    sse_fini(&in->sse);
}

static int read_json(struct llm_intake *in, const char *text, size_t bytes)
{
    struct llm_reading *r = &in->reading;
    json_t *root = drc_json_parse(text, bytes, in->err);
    if (root == NULL)
        return -1;
    if (llm_read_complaint(root, &r->complaint))
        r->ended = true;
    else
        r->provider->read(root, r);
    json_decref(root);
    if (r->text.overflow)
        return drc_err_set(in->err, DRC_ERR_LIMIT, "the text of the model is over %u bytes",
                           DRC_LLM_TEXT_MAX_BYTES);
    return r->ended;
}

static int on_event(const char *data, size_t bytes, void *intake)
{
    struct llm_intake *in = intake;
    if (bytes == 0)
        return 0;
    if (strcmp(data, "[DONE]") == 0) {
        in->reading.ended = true;
        llm_set_finish(&in->reading, "done", DRC_LLM_STOP);
        return 1;
    }
    return read_json(in, data, bytes);
}

int llm_intake_feed(const char *bytes, size_t count, void *intake)
{
    struct llm_intake *in = intake;
    in->bytes += count;
    while (in->shape == LLM_BODY_UNKNOWN && count > 0) {
        if (strchr(" \t\r\n", *bytes) == NULL || *bytes == '\0') {
            in->shape = *bytes == '{' ? LLM_BODY_JSON : LLM_BODY_EVENTS;
            break;
        }
        bytes++;
        count--;
    }
    if (in->shape == LLM_BODY_EVENTS)
        return sse_feed(&in->sse, bytes, count, on_event, in, in->err);
    drc_buf_add(&in->whole, bytes, count);
    if (in->whole.overflow)
        return drc_err_set(in->err, DRC_ERR_LIMIT, "the answer is over %u bytes",
                           DRC_HTTP_RESPONSE_MAX_BYTES);
    return 0;
}

/* A document that came whole is at its end though it may not name one. */
static int read_whole(struct llm_intake *in)
{
    struct llm_reading *r = &in->reading;
    if (read_json(in, drc_buf_str(&in->whole), in->whole.len) < 0)
        return -1;
    if (!r->complaint.set && r->text.len > 0)
        llm_set_finish(r, "", DRC_LLM_STOP);
    return 0;
}

static int judge_end(const struct llm_intake *in)
{
    const struct llm_reading *r = &in->reading;
    if (r->complaint.set)
        return drc_err_set(in->err, DRC_ERR_NET, "it broke off with an error%s%.63s%s",
                           r->complaint.name[0] == '\0' ? "" : " (", r->complaint.name,
                           r->complaint.name[0] == '\0' ? "" : ")");
    switch (r->finish) {
    case DRC_LLM_STOP:
        return 0;
    case DRC_LLM_LENGTH:
        return drc_err_set(in->err, DRC_ERR_LIMIT,
                           r->text.len == 0 ? "the model spent all its tokens before it wrote (%s)"
                                            : "the model's answer was cut (%s)",
                           r->reason);
    case DRC_LLM_FILTERED:
        return drc_err_set(in->err, DRC_ERR_LIMIT, "the model or a filter refused to answer (%s)",
                           r->reason);
    case DRC_LLM_OTHER:
        return drc_err_set(in->err, DRC_ERR_PARSE, "the answer ended for another reason (%s)",
                           r->reason);
    case DRC_LLM_UNFINISHED:
        break;
    }
    if (in->shape == LLM_BODY_EVENTS && in->sse.events > 0)
        return drc_err_set(in->err, DRC_ERR_NET, "the answer broke off before its end");
    return drc_err_set(in->err, DRC_ERR_PARSE, "what it sent is no answer of a model");
}

int llm_intake_end(struct llm_intake *in, struct drc_arena *a, const char **text)
{
    const struct drc_buf *wrote = &in->reading.text;
    int rc = in->shape == LLM_BODY_JSON ? read_whole(in)
             : in->reading.ended        ? 0
                                        : sse_end(&in->sse, on_event, in, in->err);
    if (rc < 0 || judge_end(in) < 0)
        return -1;
    const char *clean =
        drc_utf8_clean(a, drc_buf_str(wrote), wrote->len, DRC_LLM_TEXT_MAX_CHARS + 1, true);
    if (drc_utf8_count(clean) > DRC_LLM_TEXT_MAX_CHARS)
        return drc_err_set(in->err, DRC_ERR_LIMIT, "the text of the model is over %d characters",
                           DRC_LLM_TEXT_MAX_CHARS);
    if (strspn(clean, " \n\t") == strlen(clean))
        return drc_err_set(in->err, DRC_ERR_PARSE, "the model's answer was empty");
    *text = clean;
    return 0;
}
