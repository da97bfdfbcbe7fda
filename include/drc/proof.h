/* Answers that carry their proof: what a model writes in the form of prompts/answer.schema.json, or
 * in prose, becomes a text in which the program has printed every placeholder, with the evidence
 * behind each sentence; and the check of exactly that text. Pure; any thread. */
#ifndef DRC_PROOF_H
#define DRC_PROOF_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/answer.h"
#include "drc/ground.h"

#define DRC_PROOF_LINES_MAX 16u
#define DRC_PROOF_IDS_MAX 16u

struct drc_written_line {
    const char *text;                   /* one line, with placeholders */
    const char *ids[DRC_PROOF_IDS_MAX]; /* of facts and sources: a capital letter and digits */
    size_t id_count;
    bool next_step;
};

/* An answer in the form. */
struct drc_written {
    struct drc_written_line lines[DRC_PROOF_LINES_MAX];
    size_t line_count;
    bool not_covered; /* the facts do not answer the question in full */
};

/* The ledger of a context with the aliases of its prompt. */
void drc_proof_ledger(struct drc_arena *a, const struct drc_context *c,
                      const struct drc_prompt *prompt, struct drc_ledger *out);

/* One bullet a line: the sentences, the next steps, and what is not covered. */
const char *drc_proof_text(struct drc_arena *a, const struct drc_ledger *ledger,
                           const struct drc_written *w);

/* Placeholders filled, then the check of what came out; a sentence with one that means nothing is
 * withheld, and counts it as a figure without a trace. */
void drc_proof_fill_check(struct drc_arena *a, const struct drc_ledger *ledger, const char *text,
                          struct drc_grounding *out);
/* The same for an answer: aliases without braces are read too, and each line gets the tags of the
 * facts that it prints. in_form: figures stand only in placeholders; one that is typed out is
 * withheld, unless a name, a date or a source of the ledger holds it. */
void drc_proof_check(struct drc_arena *a, const struct drc_ledger *ledger, const char *text,
                     bool in_form, struct drc_grounding *out);
/* The verdict on a text that is no answer at all. */
void drc_proof_refuse(struct drc_arena *a, const char *why, struct drc_grounding *out);

#endif
