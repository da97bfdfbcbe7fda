/* What the configured model was used for: counts of the state over three windows, as a message. */
#ifndef DRC_USAGE_H
#define DRC_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/message.h"

enum { DRC_USAGE_WINDOWS = 3 };

struct drc_usage_window {
    const char *title; /* "Today", "This month", "30 days" */
    int64_t calls, cache_hits, failed, withheld;
    int64_t tokens_in, tokens_out; /* sent to and written by endpoints: nothing for cache hits */
    int64_t cost_uusd;             /* of the calls whose price is known */
    int64_t unpriced;              /* calls whose price is not */
    int64_t estimated;             /* calls whose tokens the endpoint did not count */
    int64_t helpful, unhelpful;    /* what people said of answers in this time */
    int64_t p50_ms, p95_ms;        /* of answered calls that went out; -1: there is none */
};

/* A call of a model, as it is kept; ts_ms since 1970. */
struct drc_ai_call {
    const char *user, *chip, *model, *prompt_hash, *verdict;
    int64_t ts_ms, tokens_in, tokens_out, tokens_cached, ms, tries;
    int64_t cost_uusd; /* -1: not known */
    bool estimated, cache_hit;
};
struct drc_usage {
    struct drc_usage_window windows[DRC_USAGE_WINDOWS];
    const char *model;                    /* NULL: none is configured */
    int64_t user_tokens, user_tokens_max; /* of the asking person today; 0 max: no limit */
    int64_t month_uusd_max;               /* 0: no limit */
};

/* Facts only; the same usage gives the same message. */
struct drc_message *drc_compose_usage(struct drc_arena *a, const struct drc_usage *u);

#endif
