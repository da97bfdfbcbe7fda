/* The bot's own database: what it has said and what people chose. SQL of the state lives here and
 * nowhere else. Each worker has its own handle; writes are single statements or one transaction
 * each. */
#ifndef DRC_STORE_H
#define DRC_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/db.h"
#include "drc/err.h"
#include "drc/evidence.h"
#include "drc/replay.h"
#include "drc/snapshot.h"
#include "drc/usage.h"

/* Opens, migrates from home/sql/state. */
struct drc_db *drc_store_open(const char *path, const char *home, struct drc_err *err);
/* A second handle of the same file for the SQL of reports: a sandbox that sees drc_report_state
 * alone. Close it with drc_db_close. */
struct drc_db *drc_store_open_reports(const struct drc_db *state, struct drc_err *err);

/* Counts and commits a start of a request; the number of starts including this one, or -1. */
int drc_store_start(struct drc_db *state, const char *request_key, int64_t now_ms,
                    struct drc_err *err);

/* Starts so far, 0 for one that never ran, or -1. */
int drc_store_starts(struct drc_db *state, const char *request_key, struct drc_err *err);

struct drc_run {                               /* one stored report */
    const char *run_id, *channel, *message_ts; /* message_ts NULL until posted */
    const char *report_id, *user, *rows_hash;  /* as they were kept */
    int64_t created_ms;
    struct drc_result result;
};

/* Stores a result under a new run id (six characters, from inputs and a counter); a request key
 * that has a run already gives that run (*out then holds the stored rows). */
int drc_store_run_put(struct drc_db *state, struct drc_arena *a, const struct drc_snapshot *s,
                      const char *request_key, const char *user, const char *channel,
                      const struct drc_result *res, int64_t now_ms, struct drc_run *out,
                      struct drc_err *err);
/* NOTFOUND for an unknown run, or one whose report is no longer there or has another version of its
 * columns; of the latter all but the result is filled, an unknown one has run_id NULL. */
int drc_store_run_get(struct drc_db *state, struct drc_arena *a, const struct drc_snapshot *s,
                      const char *run_id, struct drc_run *out, struct drc_err *err);
int drc_store_run_posted(struct drc_db *state, const char *run_id, const char *channel,
                         const char *ts, struct drc_err *err);
/* Run whose message, or whose card, is the root of this thread: its id, or NULL. *entity: of a
 * card, else NULL. */
const char *drc_store_run_of_thread(struct drc_db *state, struct drc_arena *a, const char *channel,
                                    const char *thread_ts, const char **entity,
                                    struct drc_err *err);
/* Run of a request that was interrupted: its id, or NULL. */
const char *drc_store_run_of_request(struct drc_db *state, struct drc_arena *a,
                                     const char *request_key, struct drc_err *err);

/* Cards: ts of the card of a run and entity, or NULL. */
const char *drc_store_card(struct drc_db *state, struct drc_arena *a, const char *run_id,
                           const char *entity_id, const char **channel, struct drc_err *err);
int drc_store_card_put(struct drc_db *state, const char *run_id, const char *entity_id,
                       const char *channel, const char *thread_ts, const char *ts,
                       struct drc_err *err);

/* A person's own selection in a thread. get: entity id or NULL; *run_id with it. thread_ts NULL:
 * the newest in the channel. */
int drc_store_select(struct drc_db *state, const char *user, const char *channel,
                     const char *thread_ts, const char *run_id, const char *entity_id,
                     int64_t now_ms, struct drc_err *err);
const char *drc_store_selected(struct drc_db *state, struct drc_arena *a, const char *user,
                               const char *channel, const char *thread_ts, const char **run_id,
                               struct drc_err *err);

struct drc_stored_answer {
    const char *answer_id, *run_id, *entity_id, *chip_key, *request_key, *channel, *thread_ts;
    const char *ts; /* NULL until posted */
    const char *prompt, *prompt_hash, *model, *model_text, *verdict, *debug;
    const char *checks;   /* of drc_debug_checks; "" where nothing was checked */
    const char *user_id;  /* who asked; "" on the command line */
    const char *question; /* in words; "" in rows of an older version */
    const char *repair;   /* what was sent when it had to be mended; NULL: nothing was */
    int64_t created_ms;   /* filled by find and get */
};
/* 1 found, 0 not there, -1 error. */
int drc_store_answer_find(struct drc_db *state, struct drc_arena *a, const char *run_id,
                          const char *entity_id, const char *chip_key,
                          struct drc_stored_answer *out, struct drc_err *err);
int drc_store_answer_get(struct drc_db *state, struct drc_arena *a, const char *answer_id,
                         struct drc_stored_answer *out, struct drc_err *err);
/* Inserts, or replaces what the same answer id had. */
int drc_store_answer_put(struct drc_db *state, const struct drc_stored_answer *ans, int64_t now_ms,
                         struct drc_err *err);

/* The last questions about an entity that were answered in a thread before this request's own,
 * oldest first, at most max; the count or -1. */
int drc_store_earlier(struct drc_db *state, struct drc_arena *a, const char *channel,
                      const char *thread_ts, const char *entity_id, const char *request_key,
                      const char **out, int max, struct drc_err *err);
/* Answers of a request that stand and say that they wait for the model; -1 error. */
int drc_store_answer_open(struct drc_db *state, const char *request_key, struct drc_err *err);
/* Marks an answer as deleted; the row stays, its question can be asked again. */
int drc_store_answer_delete(struct drc_db *state, const char *answer_id, int64_t now_ms,
                            struct drc_err *err);
/* How many answers to a question were deleted, and whether one of them was of this request; -1
 * error. */
int drc_store_answers_deleted(struct drc_db *state, const char *run_id, const char *entity_id,
                              const char *chip_key, const char *request_key, bool *mine,
                              struct drc_err *err);
/* What a person says of an answer; the last word counts. */
int drc_store_feedback_put(struct drc_db *state, const char *answer_id, const char *user,
                           bool helpful, int64_t now_ms, struct drc_err *err);

/* The evidence of an answer: put replaces what was there; get fills at most DRC_EVIDENCE_MAX, none
 * for an answer of an older version. */
int drc_store_evidence_put(struct drc_db *state, const char *answer_id,
                           const struct drc_evidence *items, size_t count, struct drc_err *err);
int drc_store_evidence_get(struct drc_db *state, struct drc_arena *a, const char *answer_id,
                           struct drc_evidence *out, size_t *count, struct drc_err *err);

/* What a posted message was made of and what it was. `subject`: id of the run or of the answer. */
struct drc_stored_made {
    const char *subject;
    struct drc_inputs inputs;
    struct drc_made made;
    const char *file_ref;      /* of the picture; NULL: it was not uploaded */
    const char *no_picture;    /* what stands in its place; NULL */
    bool degraded;             /* the chat service took only a part of the message */
    const char *bot_user;      /* "" */
    const char *entity;        /* of a run that is a card; NULL */
    const char *chip;          /* of an answer; "" */
    unsigned corpora;          /* of a question in words */
    const char *other;         /* that it was compared with; NULL */
    const char *earlier;       /* questions that went along, a line each; "" */
};
/* put replaces what was there. get: 1 found, 0 not there, -1 error. */
int drc_store_made_put(struct drc_db *state, struct drc_arena *a, const struct drc_stored_made *m,
                       int64_t now_ms, struct drc_err *err);
int drc_store_made_get(struct drc_db *state, struct drc_arena *a, const char *subject,
                       struct drc_stored_made *out, struct drc_err *err);

/* Posts: begin (committed before the call), done (with ts). find: 1 with *ts (NULL = begun, end not
 * known) and *begun_ms; 0 never begun; -1 error. */
int drc_store_post_find(struct drc_db *state, struct drc_arena *a, const char *request_key,
                        const char *part, const char **channel, const char **ts, int64_t *begun_ms,
                        struct drc_err *err);
int drc_store_post_begin(struct drc_db *state, const char *request_key, const char *part,
                         const char *channel, const char *thread_ts, int64_t now_ms,
                         struct drc_err *err);
int drc_store_post_done(struct drc_db *state, const char *request_key, const char *part,
                        const char *channel, const char *ts, struct drc_err *err);
/* Messages of the request that are known to stand; -1 error. */
int drc_store_post_count(struct drc_db *state, const char *request_key, struct drc_err *err);
/* The call surely did not reach the peer: as if it had never begun. */
int drc_store_post_undo(struct drc_db *state, const char *request_key, const char *part,
                        struct drc_err *err);

/* Last posted runs of a person, newest first, at most max; returns the count or -1. */
struct drc_run_line {
    const char *run_id, *report_id, *parameters, *channel, *ts;
    int64_t created_ms;
};
int drc_store_recent(struct drc_db *state, struct drc_arena *a, const char *user,
                     struct drc_run_line *out, int max, struct drc_err *err);

int drc_store_ai_call_put(struct drc_db *state, const struct drc_ai_call *c, int64_t *call_id,
                          struct drc_err *err);
/* Says for which answer a call was made; 0 as call_id is none. */
int drc_store_ai_call_of(struct drc_db *state, int64_t call_id, const char *answer_id,
                         struct drc_err *err);
/* The newest calls of an answer, oldest first, at most max; the count or -1. */
int drc_store_ai_calls(struct drc_db *state, struct drc_arena *a, const char *answer_id,
                       struct drc_ai_call *out, int max, struct drc_err *err);
int drc_store_ai_verdict(struct drc_db *state, int64_t call_id, const char *verdict,
                         struct drc_err *err);
/* Tokens of a person since day_ms, known cost of all calls since month_ms. */
int drc_store_ai_spent(struct drc_db *state, const char *user, int64_t day_ms, int64_t month_ms,
                       int64_t *tokens, int64_t *uusd, struct drc_err *err);
/* Counts since from_ms (ms since 1970); the title stays. */
int drc_store_ai_window(struct drc_db *state, int64_t from_ms, struct drc_usage_window *out,
                        struct drc_err *err);

/* Answers of models by key. cached: 1 found, 0 not there or older, -1 error. put drops what is
 * older than not_before_ms. */
int drc_store_ai_cached(struct drc_db *state, struct drc_arena *a, const char *key,
                        int64_t not_before_ms, const char **text, bool *structured,
                        struct drc_err *err);
int drc_store_ai_cache_put(struct drc_db *state, const char *key, const char *text, bool structured,
                           int64_t now_ms, int64_t not_before_ms, struct drc_err *err);
int drc_store_ai_cache_drop(struct drc_db *state, const char *key, struct drc_err *err);

/* Deletes what is older than `days`: answers with all that is kept beside them, runs without an
 * answer, cached texts of models, traces of requests. Rows of calls (no text in them) stay at least
 * 62 days: the budgets of a month are counted by them. In batches, so that others can write. */
struct drc_purged {
    int64_t answers, runs, texts, calls;
};
int drc_store_purge(struct drc_db *state, int64_t now_ms, int days, struct drc_purged *out,
                    struct drc_err *err);

/* A result as JSON text and back (also what `drc report --json` prints). */
char *drc_result_to_json(struct drc_arena *a, const struct drc_result *res);
int drc_result_from_json(struct drc_arena *a, const struct drc_snapshot *s, const char *json,
                         struct drc_result *out, struct drc_err *err);

#endif
