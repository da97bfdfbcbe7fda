/* Replies of the three providers, streamed or whole: an answer that is whole and clean, or an
 * error; the cut of the bytes changes nothing. */
#include "clients/llm/provider.h"
#include "drc/limits.h"
#include "drc/utf8.h"
#include "fuzz.h"

struct outcome {
    const char *text;
    struct drc_err err;
    struct llm_usage_seen usage;
    enum drc_llm_finish finish;
};

static void read_all(struct drc_arena *a, const struct drc_llm_provider *p, const uint8_t *data,
                     size_t bytes, size_t step, struct outcome *out)
{
    struct llm_intake in;
    int rc = 0;
    *out = (struct outcome){.text = NULL, .err = DRC_ERR_INIT};
    llm_intake_init(&in, p, &out->err);
    for (size_t at = 0, n; rc == 0 && at < bytes; at += n) {
        n = step < bytes - at ? step : bytes - at;
        rc = llm_intake_feed((const char *)data + at, n, &in);
    }
    if (rc >= 0)
        rc = llm_intake_end(&in, a, &out->text);
    must_agree(rc, &out->err);
    out->usage = in.reading.usage;
    out->finish = in.reading.finish;
    MUST(strlen(in.reading.reason) < sizeof in.reading.reason);
    MUST(strspn(in.reading.complaint.name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789_") == strlen(in.reading.complaint.name));
    llm_intake_fini(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const struct drc_llm_provider *const providers[] = {&llm_openai, &llm_anthropic,
                                                               &llm_gemini};
    struct outcome whole, pieces;
    if (bytes < 2)
        return 0;
    struct drc_arena *a = drc_arena_new();
    const struct drc_llm_provider *p = providers[data[0] % 3];
    read_all(a, p, data + 2, bytes - 2, bytes, &whole);
    read_all(a, p, data + 2, bytes - 2, 1 + data[1] % 9, &pieces);
    MUST((whole.text == NULL) == (pieces.text == NULL) && whole.err.code == pieces.err.code);
    MUST(whole.usage.in == pieces.usage.in && whole.usage.out == pieces.usage.out);
    MUST(whole.usage.cached == pieces.usage.cached && whole.finish == pieces.finish);
    if (whole.text != NULL) {
        MUST(strcmp(whole.text, pieces.text) == 0 && whole.finish == DRC_LLM_STOP);
        MUST(whole.text[strspn(whole.text, " \n\t")] != '\0');
        MUST(drc_utf8_valid(whole.text, strlen(whole.text)));
        MUST(drc_utf8_count(whole.text) <= DRC_LLM_TEXT_MAX_CHARS);
    }
    MUST(whole.usage.in >= 0 && whole.usage.out >= 0 && whole.usage.cached >= 0);
    drc_arena_free(a);
    return 0;
}
