/* Block Kit's rules as data, and a judge. Facts: docs.slack.dev, Block Kit reference; lengths in
 * code points. Pure; any thread; safe on hostile JSON (depth, counts and sizes are bounded). */
#ifndef EMU_BLOCKKIT_H
#define EMU_BLOCKKIT_H

#include "drc/jsonx.h"

enum emu_surface { EMU_MESSAGE = 1, EMU_MODAL = 2, EMU_HOME = 4 };

/* The code of the error about a second table: Slack answers it with an error of its own. */
#define EMU_ONE_TABLE "only_one_table_allowed"

/* New array of {"code","message","pointer","field"} and, where a number was passed,
 * "constraint":{"type","expected"}; empty = valid. pointer_prefix: "/blocks",
 * "/view/blocks". At most 20 errors. */
json_t *emu_blockkit_check(const json_t *blocks, enum emu_surface surface,
                           const char *pointer_prefix);

/* A whole view (modal or home); pointers start with "/view". */
json_t *emu_blockkit_check_view(const json_t *view);

#endif
