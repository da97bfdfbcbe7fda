/* One Web API call: the table of methods, budgets, retries, errors. Inside clients/slack only. */
#ifndef DRC_SLACK_CALL_H
#define DRC_SLACK_CALL_H

#include "drc/jsonx.h"

#include "drc/slack.h"

struct slack_method {
    const char *name;
    const char *scope; /* bot scope; "" = none */
    int per_minute;    /* of its tier; chat.postMessage: one a second in a channel */
    bool json;         /* takes JSON bodies; else form */
    bool repeatable;   /* doing it twice is harmless */
};

extern const struct slack_method slack_methods[]; /* ended by a NULL name */

struct slack_reply {
    json_t *root;     /* owned; NULL where there is no JSON answer */
    char error[64];   /* Slack's code; "" on success */
    char detail[200]; /* first message with its json-pointer; "" if none */
    bool unclear;     /* failed, but it may have been carried out */
};

/* args: stolen; a JSON object. Members that are objects or arrays go as JSON text in form bodies.
 * channel: for the budget, may be NULL. 0: ok:true. -1: err filled; reply->error where Slack
 * answered. The caller always calls slack_reply_fini. */
int slack_call(struct drc_slack_api *api, struct drc_arena *a, const char *method,
               const char *channel, json_t *args, struct slack_reply *reply, struct drc_err *err);
void slack_reply_fini(struct slack_reply *reply);

/* Waits at most 2 s for the budget; RATE with retry_ms where it would be longer. */
int slack_budget_wait(struct drc_slack_budget *b, const char *method, const char *channel,
                      struct drc_err *err);
/* Slack said 429: nothing for so long, then spaced by the tier for a minute. */
void slack_budget_hold(struct drc_slack_budget *b, const char *method, const char *channel,
                       int per_minute, int wait_ms);

#endif
