/* The dialer: a thread that asks Slack for a socket address and resolves its name, one at a time,
 * so that the loop never waits for either. Inside clients/slack only. */
#ifndef DRC_SLACK_DIALER_H
#define DRC_SLACK_DIALER_H

#include <stdbool.h>

#include "drc/err.h"
#include "drc/loop.h"

struct dialer;

struct dial_result {
    struct drc_err err; /* code OK: the rest is filled */
    char address[64], host[256], path[2048];
    int port;
    bool tls;
};

/* api_url ends in "/"; wakes the loop when a result is there. */
struct dialer *dialer_new(struct drc_loop *loop, const char *api_url, const char *app_token,
                          const char *ca_file, struct drc_err *err);
void dialer_free(struct dialer *d); /* waits for a dial that is under way */
void dialer_ask(struct dialer *d);  /* loop thread; one at a time */
bool dialer_take(struct dialer *d, struct dial_result *out); /* loop thread; true once per ask */

#endif
