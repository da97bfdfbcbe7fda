/* The local Slack as a child process of `drc serve --local`. */
#ifndef DRC_APP_LOCAL_SLACK_H
#define DRC_APP_LOCAL_SLACK_H

#include <sys/types.h>

#include "drc/err.h"

struct local_slack {
    pid_t pid; /* -1 = none */
};

/* Starts `self emulator`, waits until it listens, and sets SLACK_API_URL and both tokens. CONFIG
 * where the port is in use. */
int local_slack_start(const char *self_path, struct local_slack *out, struct drc_err *err);
void local_slack_stop(struct local_slack *l);

#endif
