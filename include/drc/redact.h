/* What a text may not hold when it leaves this machine: names of people and e-mail addresses, error
 * texts, SQL. People and error texts are those of the facts; e-mail addresses, exceptions
 * ("...Error: ...") and statements ("SELECT ... FROM ...") are found by their form too, since
 * people paste them. Immutable once loaded; any thread. */
#ifndef DRC_REDACT_H
#define DRC_REDACT_H

#include "drc/answer.h"

struct drc_redactor;

/* Reads sql/people.sql and sql/errors.sql of `home` for the classes that are withheld; `facts`, a
 * sandboxed handle, may be NULL where neither people nor errors are. LIMIT where they are more than
 * can be kept: nobody is forgotten. */
struct drc_redactor *drc_redactor_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                                       struct drc_withhold w, struct drc_err *err);
/* From lists, for what has no database. Borrowed. */
struct drc_redactor *drc_redactor_new(struct drc_arena *a, struct drc_withhold w,
                                      const char *const *people, size_t people_count,
                                      const char *const *errors, size_t error_count);
/* The text as it may leave, in the arena: U1, U2, ... for people, "[error text withheld]",
 * "[SQL text withheld]". `<...>` in an error text of the facts stands for anything. */
const char *drc_redact(struct drc_arena *a, const struct drc_redactor *r, const char *text);

#endif
