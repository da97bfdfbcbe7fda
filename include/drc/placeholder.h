/* Placeholders in what a model wrote: {F12} stands for the display of a fact, {J3} for the name of
 * an entity (its id, name or alias). The program prints both, so that neither can be mistyped.
 * Pure; any thread; any bytes may come in. */
#ifndef DRC_PLACEHOLDER_H
#define DRC_PLACEHOLDER_H

#include <stddef.h>

#include "drc/ground.h"

#define DRC_PLACEHOLDER_FAULTS_MAX 16u /* what is wrong beyond these is not named */

struct drc_placed_fault {
    const char *key; /* as it still stands in the text: "{F99}", "{", "}" */
    const char *why; /* "there is no {F99}" */
};

struct drc_placed {
    const char *text; /* what can be filled is; the rest keeps its braces */
    struct drc_placed_fault faults[DRC_PLACEHOLDER_FAULTS_MAX];
    size_t fault_count;
    size_t filled; /* placeholders that were printed */
};

/* A unit that repeats that of the display ("{F3} %", "${F1}") is printed once; another unit, a
 * multiplier ("{F1} million") or a letter that touches the placeholder is a fault, and so are a
 * fact that is not known, an id that nobody has, and braces inside braces. A text of more than
 * DRC_GROUND_TEXT_MAX_BYTES, before or after, is not filled at all. What is filled is never read
 * again: a name that looks like a placeholder stays a name. */
void drc_placeholder_fill(struct drc_arena *a, const struct drc_ledger *l, const char *text,
                          struct drc_placed *out);

#endif
