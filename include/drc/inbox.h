/* The durable inbox: commit, then ack. One SQLite file that only the loop thread writes (WAL,
 * synchronous=NORMAL: it survives kill -9; a power cut may cost the last seconds). Loop thread
 * only, except drc_inbox_checkpoint. */
#ifndef DRC_INBOX_H
#define DRC_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

struct drc_inbox;

struct drc_inbox_row {
    int64_t id;
    const char *dedupe_key, *type;
    const char *envelope; /* whole text as received */
    size_t bytes;
    int64_t received_ms;
};

struct drc_inbox *drc_inbox_open(const char *path, struct drc_err *err);
void drc_inbox_close(struct drc_inbox *in);

/* Inserts; *id is the row's id, *duplicate true where the key is already there (then nothing is
 * inserted: ack it, run nothing). An error means: do not ack. */
int drc_inbox_put(struct drc_inbox *in, const char *dedupe_key, const char *type,
                  const char *envelope, size_t bytes, int64_t received_ms, int64_t *id,
                  bool *duplicate, struct drc_err *err);

/* Ends a row ("ok", "dead", ...): its key stays for dedupe, its text goes. */
int drc_inbox_done(struct drc_inbox *in, int64_t id, const char *outcome, struct drc_err *err);

/* Open rows in order of arrival, copied to the arena: what a restart runs again. */
int drc_inbox_pending(struct drc_inbox *in, struct drc_arena *a, struct drc_inbox_row **rows,
                      size_t *count, struct drc_err *err);

/* Forgets done rows older than keep_ms (dedupe memory: at least 24 h). */
int drc_inbox_prune(struct drc_inbox *in, int64_t before_ms, struct drc_err *err);

/* WAL checkpoint through a connection of its own; called by a worker, never by the loop. */
int drc_inbox_checkpoint(const char *path, struct drc_err *err);

#endif
