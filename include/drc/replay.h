/* What a posted message was made of and what it was, so that it can be made anew and compared.
 * Inputs are named with a value: the start of a SHA-256, or a word such as "withheld". Pure; any
 * thread; all memory is the arena's. Stored texts are read as hostile: what is no line of ours is
 * left out. */
#ifndef DRC_REPLAY_H
#define DRC_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/arena.h"
#include "drc/message.h"

#define DRC_INPUTS_MAX 32
#define DRC_MADE_HASH_CHARS 16 /* of a hash as it is kept and shown */

struct drc_input_mark {
    const char *name, *value;
};
struct drc_inputs {
    struct drc_input_mark list[DRC_INPUTS_MAX];
    size_t count;
};

/* Adds an input; those behind DRC_INPUTS_MAX are dropped. Tabs and line ends become blanks. */
void drc_inputs_add(struct drc_arena *a, struct drc_inputs *in, const char *name,
                    const char *value);
/* As above, the value made from a text. */
void drc_inputs_add_text(struct drc_arena *a, struct drc_inputs *in, const char *name,
                         const char *text);
/* "name<tab>value" a line, and back. */
const char *drc_inputs_text(struct drc_arena *a, const struct drc_inputs *in);
void drc_inputs_read(struct drc_arena *a, const char *text, struct drc_inputs *out);
/* First DRC_MADE_HASH_CHARS hexadecimal digits of the SHA-256. */
const char *drc_made_hash(struct drc_arena *a, const void *data, size_t bytes);

/* What was made. Hashes; NULL: there is none (a message without a chart, an answer's PNG). */
struct drc_made {
    const char *message; /* of the notification and all blocks as they are sent */
    const char *blocks;  /* "id:hash id:hash ...", in order */
    const char *svg, *png, *prompt;
};

struct drc_replay_input { /* NULL: not used then, not used now */
    const char *name, *was, *now;
};
/* All inputs, in the order of `was`, then those that are new. */
size_t drc_inputs_compare(struct drc_arena *a, const struct drc_inputs *was,
                          const struct drc_inputs *now,
                          struct drc_replay_input out[2 * DRC_INPUTS_MAX]);
bool drc_replay_input_same(const struct drc_replay_input *in);
/* Number, from 1, of the first block that differs between two lists as in drc_made.blocks, and its
 * id; 0: none does. */
int drc_made_block(struct drc_arena *a, const char *was, const char *now, const char **block_id);

struct drc_replay {
    const char *id, *what;  /* "report job-cost", "answer job.explain on <entity>" */
    const char *made;       /* "2026-11-26 07:31 UTC" */
    bool recorded;          /* false: of a version that kept no hashes */
    const char *not_made;   /* why nothing could be made anew; NULL */
    struct drc_made was, now;
    struct drc_replay_input *inputs;
    size_t input_count;
    const char *rows;       /* what is said of the stored rows */
    bool rows_same;
    const char *notes[4];   /* sentences; what could not be compared, what was not asked again */
    size_t note_count;
};

/* Everything the same: no input changed, rows, message, chart and prompt equal. */
bool drc_replay_same(const struct drc_replay *r);
size_t drc_replay_changed(const struct drc_replay *r); /* inputs */
/* "message: same", ...: one line for each of the outputs, rows first, without line ends; the count,
 * at most 5. */
size_t drc_replay_outputs(struct drc_arena *a, const struct drc_replay *r, const char *out[5]);
/* Lines for a terminal. */
const char *drc_replay_text(struct drc_arena *a, const struct drc_replay *r);
/* The verdict for the person who asked, with a button for the rest; and all of it, for a window.
 * value: of the button. */
struct drc_message *drc_compose_replay(struct drc_arena *a, const struct drc_replay *r,
                                       const char *value);
struct drc_message *drc_compose_replay_all(struct drc_arena *a, const struct drc_replay *r);

#endif
