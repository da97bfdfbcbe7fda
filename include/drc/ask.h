/* The model as requests use it: the same prompt is not paid twice, nobody spends more than is
 * allowed, every call leaves a row in the state. Workers share the budget; all else belongs to the
 * request. */
#ifndef DRC_ASK_H
#define DRC_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "drc/llm.h"
#include "drc/run.h"

/* What calls in flight may still use. What was used is in the state; together they must stay below
 * LLM_USER_TOKENS_PER_DAY and LLM_USD_PER_MONTH. One mutex; any thread. */
struct drc_ask_budget *drc_ask_budget_new(void);
void drc_ask_budget_free(struct drc_ask_budget *b); /* NULL is fine */

struct drc_ask_result {
    struct drc_llm_reply reply; /* usage 0 where it came from the cache */
    bool from_cache;
    int64_t call_id; /* row of ai_call; 0 where none could be written */
    const char *cache_key;
};

/* One answer of the configured model, from the cache or from its endpoint. user: who asks ("" on
 * the command line); chip: what is asked, for the record. Errors: those of drc_llm_complete, LIMIT
 * where a budget is used up, DB. *out is filled either way. */
int drc_ask(struct drc_env *env, const struct drc_llm_ask *ask, const char *user, const char *chip,
            struct drc_ask_result *out, struct drc_err *err);
/* What became of the text: posted, or withheld (it is then not used again). */
void drc_ask_judged(struct drc_env *env, const struct drc_ask_result *asked, bool posted);

/* /drc usage: calls, tokens, cost, times, with what is left of the caps. user: whose share is
 * shown; "" on the command line. */
int drc_run_usage(struct drc_env *env, const struct drc_request *req, struct drc_err *err);

#endif
