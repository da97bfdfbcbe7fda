/* From results to messages: the anatomy of what drc says. Pure; the same input gives the same
 * message. */
#ifndef DRC_COMPOSE_H
#define DRC_COMPOSE_H

#include "drc/answer.h"
#include "drc/chart.h"
#include "drc/graph.h"
#include "drc/ground.h"
#include "drc/message.h"
#include "drc/snapshot.h"
#include "drc/usage.h"

struct drc_picture {
    const unsigned char *png; /* NULL = no chart: the message says why */
    size_t png_bytes;
    const char *svg;
    const char *trouble; /* why there is no chart; NULL if there is one */
};

/* SVG of a report's chart, or of an entity's days with a path below them (NULL or without boxes:
 * none). whole: context of the whole report, for the
 * finding. CONFIG for a `mark` that nobody draws. */
int drc_compose_chart(struct drc_arena *a, const struct drc_theme *t,
                      const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err);
int drc_compose_entity_chart(struct drc_arena *a, const struct drc_theme *t,
                             const struct drc_context *c, const struct drc_chart_path *path,
                             struct drc_buf *svg, struct drc_err *err);
/* The dearest failed attempt of an entity in the window: run, attempt, what ended it, cost. No
 * boxes where nothing failed or the graph does not know the entity. */
int drc_compose_path(struct drc_arena *a, const struct drc_graph *graph, struct drc_db *facts,
                     const char *entity_id, struct drc_graph_window w, struct drc_chart_path *out,
                     struct drc_err *err);
/* An entity, a change of it that came before, and by how much its cost then missed the expected, in
 * micro-dollars. That the one came before the other is all that it says. No boxes where the graph
 * does not know both. */
int drc_compose_path_change(struct drc_arena *a, const struct drc_graph *graph,
                            struct drc_db *facts, const char *entity_id, const char *change_id,
                            const char *summary, int64_t impact_uusd, struct drc_chart_path *out,
                            struct drc_err *err);

/* Values of buttons: "<run id> <entity id>"; "@" as entity = the clicking person's own selection.
 */
char *drc_value_make(struct drc_arena *a, const char *run_id, const char *entity_id);
/* 0 and both parts, or -1 where the value is not ours. */
int drc_value_split(struct drc_arena *a, const char *value, const char **run_id,
                    const char **entity_id);

/* The message of a report run, and the card of one of its entities: blocks in the order of the
 * message anatomy. asked_by, bot_user: ids for mentions; pic->png NULL: the message says why. */
struct drc_message *drc_compose_report(struct drc_arena *a, const struct drc_snapshot *s,
                                       const struct drc_result *res,
                                       const struct drc_context *whole, const char *run_id,
                                       const char *asked_by, const struct drc_picture *pic);
struct drc_card { /* what a card shows besides the figures of its context */
    const struct drc_card_line *lines;
    size_t line_count;
    struct drc_option *follow; /* entities to go on to */
    size_t follow_count;
};
struct drc_message *drc_compose_card(struct drc_arena *a, const struct drc_snapshot *s,
                                     const struct drc_context *c, const struct drc_card *card,
                                     const char *run_id, const char *asked_by, const char *bot_user,
                                     const struct drc_picture *pic);

struct drc_answer {
    const struct drc_chip *chip;
    const char *answer_id, *run_id, *asked_by;
    const char *question;           /* NULL: the chip's own */
    const struct drc_text *missing; /* said where the data contract is not met; else NULL */
    struct drc_prompt *prompt;
    const char *model_text; /* NULL: the template commentary stands */
    const char *checked;    /* "12 of 12 figures traced" where there is model_text */
    const char *model;      /* name of the model that was asked; NULL if none is configured */
    const char *withheld;   /* why the model's text is not shown; NULL */
    bool waiting;           /* the model has not answered yet */
};
struct drc_message *drc_compose_answer(struct drc_arena *a, const struct drc_context *c,
                                       const struct drc_answer *ans);
/* The commentary by template, and what the answer as it is shown stands on. */
void drc_answer_cited(struct drc_arena *a, const struct drc_context *c,
                      const struct drc_answer *ans, struct drc_text *by_template,
                      struct drc_cited *cited);

struct drc_message *drc_compose_help(struct drc_arena *a, const struct drc_snapshot *s);
struct drc_message *drc_compose_reports(struct drc_arena *a, const struct drc_snapshot *s,
                                        const char *word);
/* File, hash and bound parameters of the SQL behind a run, and what it returned. */
void drc_compose_parameters(struct drc_arena *a, struct drc_text *t, const struct drc_result *res,
                            const char *run_id);
struct drc_message *drc_compose_sql(struct drc_arena *a, const struct drc_result *res,
                                    const char *run_id);
struct drc_message *drc_compose_details(struct drc_arena *a, const struct drc_result *res,
                                        const char *run_id);
/* The texts that were sent for an answer, with their hashes. Only an admin sees what quotes the
 * model before it was checked: its text, and what was sent to mend it. */
struct drc_prompt_view {
    const char *prompt, *hash; /* hash: hexadecimal SHA-256 */
    const char *model;         /* "template": none is configured */
    const char *verdict;
    const char *raw;    /* what the model wrote; NULL: nothing */
    const char *repair; /* what was sent the second time; NULL: nothing was */
    bool admin;
};
struct drc_message *drc_compose_prompt(struct drc_arena *a, const struct drc_prompt_view *v);
/* The debug view of an answer: calls of the model, verdict per sentence, what it was made of.
 * `checks` as drc_debug_checks made them; what was withheld is shown to admins alone. */
struct drc_debug {
    const char *text, *model, *verdict, *checks;
    const struct drc_ai_call *calls;
    size_t call_count;
    bool admin;
};
struct drc_message *drc_compose_debug(struct drc_arena *a, const struct drc_debug *d);
/* Appends the sentences of one try to `checks` ("" at first), a line each: try, verdict, text,
 * reasons, parted by tabs. */
const char *drc_debug_checks(struct drc_arena *a, const char *checks, int number,
                             const struct drc_grounding *g);
/* A sentence, in one text block, with an id in small print. */
struct drc_message *drc_compose_note(struct drc_arena *a, const char *sentence, const char *id);
/* "Which one?": a picker of entities. */
struct drc_message *drc_compose_choice(struct drc_arena *a, const char *question,
                                       const struct drc_option *options, size_t count);

#endif
