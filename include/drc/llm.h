/* Language model over HTTP: OpenAI-compatible chat completions (POST {base}/chat/completions; the
 * wire shape that OpenAI, Azure v1, Databricks serving, Ollama, llama.cpp and vLLM share). No
 * sampling parameters are sent. Worker threads. */
#ifndef DRC_LLM_H
#define DRC_LLM_H

#include "drc/arena.h"
#include "drc/err.h"
#include "drc/http.h"

struct drc_llm {
    const char *base_url; /* up to /v1, without a slash at the end */
    const char *model;
    const char *api_key; /* NULL: none is sent */
    int timeout_ms;
};

/* From the configuration: 0 and *out, 1 where no provider is configured, -1 CONFIG where it is half
 * configured. */
int drc_llm_configured(struct drc_llm *out, struct drc_err *err);

/* One answer. *text: the model's words (joined text parts), never empty. Errors: AUTH (401, 403),
 * RATE (429, 529), NET, TIMEOUT, PARSE, LIMIT (the answer was cut or filtered). */
int drc_llm_complete(const struct drc_llm *llm, struct drc_http *http, struct drc_arena *a,
                     const char *system, const char *user, const char **text, struct drc_err *err);

#endif
