/* The running bot: loop, workers, inbox, snapshot. */
#ifndef DRC_SERVE_H
#define DRC_SERVE_H

#include <stdbool.h>

#include "drc/err.h"

struct drc_serve_options {
    bool local;            /* start the local Slack as a child and connect to it */
    const char *self_path; /* the program, for the child */
};

/* Runs until SIGTERM or SIGINT; reads its settings from the configuration. SIGHUP loads the
 * snapshot anew. Logs to standard error. 0 after a clean stop; -1 with CONFIG, AUTH or DB where it
 * cannot run. Main thread. */
int drc_serve(const struct drc_serve_options *opt, struct drc_err *err);

#endif
