/* What the settings LLM_SEND_* keep from an endpoint: of a model, or of vectors. */
#ifndef DRC_GUARD_H
#define DRC_GUARD_H

#include "drc/answer.h"
#include "drc/embed.h"

/* What may not be sent to this address: where a setting is absent, everything to a host that is not
 * this machine and nothing to this machine. NULL: as a hosted one. */
struct drc_withhold drc_withhold_for(const char *base_url);

/* Gives an embedder over HTTP what it needs to keep that back, from the facts and the files of the
 * settings; the built-in model needs nothing. Without it such an embedder refuses every text. Call
 * after drc_embedder_open, before it is shared. Errors: CONFIG and DB where what may not be named
 * is not known, LIMIT. */
int drc_embedder_guard(struct drc_arena *a, struct drc_embedder *e, struct drc_err *err);

#endif
