/* Words in a thread that go on from what was asked before: earlier questions in the context, two
 * entities compared, and what is said where a question is outside of what the thread is about.
 * Pure; equal input gives equal text. */
#ifndef DRC_FOLLOWUP_H
#define DRC_FOLLOWUP_H

#include <stddef.h>

#include "drc/answer.h"

#define DRC_EARLIER_MAX 3 /* questions; each is cut to 160 characters */

/* Adds the thread's earlier questions, oldest first, to the text of an assembled context. */
void drc_followup_add(struct drc_arena *a, struct drc_context *c, const char *const *earlier,
                      size_t count);

/* Rows of the run whose names a text holds, longest names first, none inside another; at most
 * `max`. */
size_t drc_followup_named(const struct drc_result *res, const char *text, int *rows, size_t max);
/* A word of the text that looks like the name of a thing ("a_b_c") and is none of the run's rows or
 * columns; NULL. */
const char *drc_followup_stranger(struct drc_arena *a, const struct drc_result *res,
                                  const char *text);
/* Whether the text only asks to go on with what was asked before: "why?", "tell me more". */
bool drc_followup_goes_on(const char *text);
/* Whether the text asks for a comparison. */
bool drc_followup_compares(const char *text);

/* Puts a second entity of the run into a context that is not assembled yet: the figures that both
 * have, their differences, graph rows of both. */
void drc_compare_contexts(struct drc_arena *a, struct drc_context *c,
                          const struct drc_context *other);
/* The question that is then asked, made from a chip of the same entity kind. */
const struct drc_chip *drc_compare_chip(struct drc_arena *a, const struct drc_chip *like);

#endif
