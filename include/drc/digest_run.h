/* Making a digest: the reports of a window, what needs a decision, forecast, budget. Used by slots,
 * by `/drc digest` and by `drc digest`; worker threads. */
#ifndef DRC_DIGEST_RUN_H
#define DRC_DIGEST_RUN_H

#include "drc/compose_digest.h"
#include "drc/fmt.h"
#include "drc/run.h"
#include "drc/subscription.h"

/* What is asked for. */
struct drc_digest_ask {
    const struct drc_digest_def *def;
    const char *words;           /* filters as of a report: workspace:x owner:y tag:k=v ... */
    int64_t first_day, last_day; /* of the window */
    const char *sub_id;          /* whose items it carries on; NULL: a preview */
    int64_t slot_day;
    const char *zone, *every;           /* "Europe/Berlin", "Mondays at 08:00" */
    const char *late, *clock, *skipped; /* sentences of struct drc_digest; NULL */
    enum drc_fmt_style numbers;         /* of all figures of its messages and charts */
};

/* Filters of a digest: those words of a report that are no window. INPUT says which are wrong. */
int drc_digest_scope(struct drc_arena *a, const struct drc_snapshot *s,
                     const struct drc_digest_def *def, const char *words, struct drc_params *out,
                     struct drc_err *err);
/* Runs everything and composes; runs are stored under req->key. INPUT where the window is not whole
 * in the data. */
int drc_digest_make(struct drc_env *env, const struct drc_request *req,
                    const struct drc_digest_ask *ask, struct drc_digest *out, struct drc_err *err);
/* Posts root, items that had no room in it, commentary and sections, each exactly once; root gets
 * where the root stands. A reply that Slack refuses for good is logged and left out. */
int drc_digest_post(struct drc_env *env, const struct drc_request *req, const struct drc_to *to,
                    struct drc_digest *d, struct drc_posted *root, struct drc_err *err);
/* The commentary in the thread of a posted digest: by template at first, and with
 * env->again_queued by the model, in its place. */
int drc_digest_word(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                    const char *channel, const char *thread_ts, struct drc_err *err);
/* The newest day of which all sources are complete, and the first day of the facts; DB where there
 * is none. */
int drc_digest_newest(struct drc_env *env, int64_t *last_day, struct drc_err *err);
int drc_digest_oldest(struct drc_env *env, int64_t *first_day, struct drc_err *err);

/* `digest ...`, the buttons of subscriptions ("sub:..."), those of a digest's items. */
int drc_run_digest(struct drc_env *env, const struct drc_request *req, const char *words,
                   struct drc_err *err);
int drc_run_sub_button(struct drc_env *env, const struct drc_request *req, struct drc_err *err);
int drc_run_digest_item(struct drc_env *env, const struct drc_request *req, struct drc_err *err);
/* Is about subscriptions and makes no digest: a window has to open within the life of its trigger.
 */
bool drc_digest_is_quick(const struct drc_request *req);

/* What is answered to a submitted form within Slack's three seconds. Nothing is set for a form that
 * is not ours. */
struct drc_form_answer {
    const struct drc_field *errors; /* a sentence at each field that is wrong: nothing to run */
    size_t error_count;
    struct drc_message *meanwhile; /* what its window shows until it is saved; NULL */
    struct drc_to window;
};
/* By the fields alone; reads zone files, asks nobody. Any thread. */
void drc_form_judge(struct drc_arena *a, const struct drc_snapshot *s, int64_t now_ms,
                    const struct drc_request *req, struct drc_form_answer *out);
/* Saves what a form says; its window shows the end of it. */
int drc_run_form(struct drc_env *env, const struct drc_request *req, struct drc_err *err);

/* The slot of a subscription that is due first after an instant. */
int drc_sub_next(struct drc_arena *a, const struct drc_sub *sub, int64_t after_ms,
                 struct drc_slot_time *out, struct drc_err *err);
/* Enrols what has come due by env->now_ms (env needs arena, state and that), claims what is to be
 * run, and ended slots that need care; `claimed` has room for DRC_SLOTS_PER_TICK + 1. The count, at
 * most DRC_SLOTS_PER_TICK, or -1. A slot that is more than DIGEST_LATE_HOURS old is skipped. */
int drc_slots_tick(struct drc_env *env, struct drc_slot *claimed, struct drc_err *err);
/* Runs a claimed slot: it is posted, waits for another try, or ends skipped or failed, which its
 * owner hears of; or takes care of an ended one. -1: it stays claimed until its lease ends. */
int drc_run_slot(struct drc_env *env, const char *sub_id, int64_t day, struct drc_err *err);

#endif
