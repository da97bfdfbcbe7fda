/* Running one request: straight-line code on a worker, the same for Slack and for the command line.
 * What differs is the poster. A run may end with AGAIN: its state is saved, and the request is
 * queued again. */
#ifndef DRC_RUN_H
#define DRC_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "drc/answer.h"
#include "drc/compose.h"
#include "drc/library.h"
#include "drc/llm.h"
#include "drc/message.h"
#include "drc/poster.h"
#include "drc/request.h"
#include "drc/routing.h"
#include "drc/snapshot.h"
#include "drc/store.h"

/* ---- the surroundings of one request ------------------------------------------------------ */

struct drc_env {
    struct drc_arena *a;
    struct drc_snapshot *snap;
    struct drc_db *facts; /* sandboxed */
    struct drc_db *state;
    struct drc_reader *reader; /* of documentation, runbooks and telemetry cards; NULL: none */
    struct drc_http *http;
    const struct drc_llm *llm;     /* NULL: template commentary only */
    struct drc_ask_budget *budget; /* of the model, see drc/ask.h; NULL without one */
    struct drc_poster *poster;
    int64_t now_ms;    /* when this run began */
    bool model_off;    /* the program ended each time this request asked the model: not again */
    bool again_queued; /* this run continues one that ended with AGAIN */
};

struct drc_outcome {
    bool again;                   /* queue it again */
    enum drc_request_class class; /* of the next run */
    int64_t delay_ms;
};

/* Runs the request. 0: done, or AGAIN. -1: the caller tells the person with drc_run_trouble. */
int drc_run(struct drc_env *env, const struct drc_request *req, struct drc_outcome *out,
            struct drc_err *err);

/* Says a failure to the person: what, why, what to do, an id. One sentence per code, in one place.
 */
int drc_run_trouble(struct drc_env *env, const struct drc_request *req, const struct drc_err *why,
                    struct drc_err *err);
/* The sentence alone. */
char *drc_trouble_sentence(struct drc_arena *a, const struct drc_request *req,
                           const struct drc_err *why);

/* Class of the queue for a request. */
enum drc_request_class drc_run_class(const struct drc_request *req);

/* ---- steps, shared by the files app/run_*.c ----------------------------------------------- */

/* Posts exactly once for (request, part), across crashes: begin row, post, done row; after an
 * unclear end the message is looked for by its metadata id first. out gets channel and ts. */
int drc_deliver(struct drc_env *env, const struct drc_request *req, const char *part,
                const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                struct drc_err *err);
/* What is said after a message stands and could not be kept in the state (kept < 0): logged, not
 * told, because the person has the answer already. Leaves *why empty. */
void drc_unkept(const struct drc_request *req, int kept, struct drc_err *why);
/* To the asking person alone: where they asked, or in their direct messages where that is no place
 * (a window, the home tab). */
int drc_whisper(struct drc_env *env, const struct drc_request *req, struct drc_message *m,
                struct drc_err *err);
int drc_whisper_text(struct drc_env *env, const struct drc_request *req, const char *sentence,
                     struct drc_err *err);

/* The chart PNG; a failure becomes pic->trouble, not an error. */
void drc_picture_report(struct drc_env *env, const struct drc_context *whole,
                        struct drc_picture *pic);
void drc_picture_entity(struct drc_env *env, const struct drc_context *c, struct drc_picture *pic);
int drc_env_context(struct drc_env *env, const struct drc_result *res, const char *entity_id,
                    struct drc_context *out, struct drc_err *err);
/* A typed question and what it is answered from. */
struct drc_typed {
    const char *text; /* cleaned */
    struct drc_routing route;
    struct drc_search_result pages; /* of the documentation, as it was searched for the route */
    const char *searched;           /* how; NULL: there is nothing to search in */
    const char *off;                /* why by words alone, or not at all; NULL */
    const char *const *earlier;     /* questions of the thread before, oldest first */
    size_t earlier_count;
    const char *other; /* entity id that the selected one is compared with; NULL */
};
/* Searches the documentation for the text and decides the route. `kind`: of the entity in scope, or
 * NULL; `named`: the text names it. */
int drc_env_route(struct drc_env *env, const char *text, const char *kind, bool named,
                  struct drc_typed *out, struct drc_err *err);
/* Rows of a report whose entity a text may mean, by the cards of the telemetry index, best first;
 * at most `max`. 0 also where there is no such index. */
size_t drc_env_meant(struct drc_env *env, const struct drc_result *res, const char *text, int *rows,
                     size_t max);
/* What the settings LLM_SEND_* keep from the endpoint of the model; without a model, what they
 * would keep from a hosted one. */
struct drc_withhold drc_env_withhold(const struct drc_env *env);
/* The rest of a context: runbooks and documentation as the chip, or the typed question (may be
 * NULL), wants them, then its text. What cannot be searched is said in the context. */
int drc_env_assemble(struct drc_env *env, const struct drc_chip *chip,
                     const struct drc_typed *typed, struct drc_context *c, struct drc_err *err);

/* drc_report_run on the database that the report reads. */
int drc_env_report_run(struct drc_env *env, const struct drc_report *r, const struct drc_params *p,
                       struct drc_result *out, struct drc_err *err);
int drc_run_report(struct drc_env *env, const struct drc_request *req, const char *words,
                   struct drc_err *err);
/* The card of the entity of a kind ("job", "run", "warehouse", ...) that the words name: an id, a
 * name or a part of one. Several: a picker for the asking person. INPUT, NOTFOUND with the nearest
 * name. */
int drc_run_entity(struct drc_env *env, const struct drc_request *req, const char *kind,
                   const char *words, struct drc_err *err);
/* As above, but only the stored run and the entity's id; several that fit are INPUT. */
int drc_find_entity(struct drc_env *env, const struct drc_request *req, const char *kind,
                    const char *words, struct drc_run *run, const char **entity,
                    struct drc_err *err);
/* Kind and id of the entity that an address of Databricks shows; NULL where it shows none. */
const char *drc_url_entity(struct drc_arena *a, const char *text, const char **id);
/* The card of an entity of a stored run. */
int drc_run_card(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                 const char *entity_id, struct drc_err *err);
int drc_run_pick(struct drc_env *env, const struct drc_request *req, struct drc_err *err);
int drc_run_chip(struct drc_env *env, const struct drc_request *req, const char *value,
                 const char *chip_id, struct drc_outcome *out, struct drc_err *err);
int drc_run_question(struct drc_env *env, const struct drc_request *req, struct drc_outcome *out,
                     struct drc_err *err);
int drc_run_tool(struct drc_env *env, const struct drc_request *req, struct drc_err *err);
/* The home tab of req->user, under a note (may be NULL). */
int drc_run_home(struct drc_env *env, const struct drc_request *req, const struct drc_text *note,
                 struct drc_err *err);
/* For one who may look at it just now; where this fails the next look mends it. */
void drc_refresh_home(struct drc_env *env, const char *user);

/* What came of asking the model. */
struct drc_said {
    const char *raw;     /* what it wrote, also when it is withheld; NULL: nothing */
    const char *verdict; /* "posted: ...", "withheld: ...", "no answer: ..." */
    const char *checks;  /* its sentences, as drc_debug_checks writes them */
    const char *repair;  /* all that was sent the second time; NULL: there was none */
};
/* Asks the configured model with ans->prompt, twice where the first answer does not hold. true:
 * ans->model_text may be posted; false: ans->withheld says why not. */
bool drc_ask_model(struct drc_env *env, const struct drc_context *c, struct drc_answer *ans,
                   struct drc_said *said);
/* Checks again what a model wrote: ans->model_text and ans->checked, or ans->withheld, as when it
 * came. second: it was the answer to the second try. Asks nobody. */
void drc_answer_recheck(struct drc_env *env, const struct drc_context *c, struct drc_answer *ans,
                        const char *raw, bool second);

/* Context, prompt and, by template, the answer to a chip or a typed question (typed != NULL) on an
 * entity of a run. out must stay where it is: ans points into it. */
struct drc_answer_parts {
    struct drc_context c;
    struct drc_prompt prompt;
    struct drc_answer ans;
};
int drc_answer_make(struct drc_env *env, const struct drc_run *run, const char *entity_id,
                    const struct drc_chip *chip, const struct drc_typed *typed,
                    const char *answer_id, const char *asked_by, struct drc_answer_parts *out,
                    struct drc_err *err);

/* The message of a run: of its report, or the card of one of its entities. *pic gets its chart. */
struct drc_message *drc_report_message(struct drc_env *env, const struct drc_run *run,
                                       const char *asked_by, struct drc_picture *pic,
                                       struct drc_err *err);
struct drc_message *drc_card_message(struct drc_env *env, const struct drc_run *run,
                                     const char *entity_id, const char *asked_by,
                                     const char *bot_user, struct drc_picture *pic,
                                     struct drc_err *err);

/* ---- replay ------------------------------------------------------------------------------- */

/* What a message of a run (entity_id: of a card, else NULL) or an answer is made of, as loaded now.
 * Names of inputs are those of files and settings. */
int drc_inputs_run(struct drc_env *env, const struct drc_run *run, const char *entity_id,
                   struct drc_inputs *out, struct drc_err *err);
int drc_inputs_answer(struct drc_env *env, const struct drc_answer_parts *parts,
                      struct drc_inputs *out, struct drc_err *err);
/* Hashes of a message as Slack is sent it: of the notification, a line end and the blocks as JSON
 * with sorted keys, and of each block. pic may be NULL. */
struct drc_made drc_made_of(struct drc_arena *a, const struct drc_message *m,
                            const struct drc_picture *pic, const char *prompt_hash);
/* Keeps what a message that was just posted was made of. What cannot be kept is logged: the person
 * has the message. */
void drc_made_keep_run(struct drc_env *env, const struct drc_request *req,
                       const struct drc_run *run, const char *entity_id,
                       const struct drc_message *m, const struct drc_picture *pic);
void drc_made_keep_answer(struct drc_env *env, const struct drc_request *req,
                          const struct drc_answer_parts *parts, const struct drc_typed *typed,
                          const struct drc_message *m);
/* Makes the message of a run or of an answer anew from what is stored and compares it with what was
 * posted. 0 also where it differs; INPUT: neither a run nor an answer has this id (any more). Asks
 * no model and posts nothing. */
int drc_replay_run(struct drc_env *env, const char *id, struct drc_replay *out,
                   struct drc_err *err);

/* Answers a chip, or a typed question (typed != NULL), on an entity of a run, into a thread. */
int drc_run_answer(struct drc_env *env, const struct drc_request *req, const struct drc_run *run,
                   const char *entity_id, const struct drc_chip *chip,
                   const struct drc_typed *typed, const char *thread_ts, struct drc_outcome *out,
                   struct drc_err *err);

#endif
