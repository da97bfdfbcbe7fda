/* Subscriptions to digests, their slots, and what became of what a digest named: SQL of the state.
 * A slot goes due -> claimed -> posted, or ends skipped or failed; nothing leaves an end. An ended
 * slot may need care: its owner hears that nothing was sent, a model's wording is awaited. Times
 * are ms since 1970 UTC, days local to the subscription. Each worker has its own handle. */
#ifndef DRC_SUBSCRIPTION_H
#define DRC_SUBSCRIPTION_H

#include <stdint.h>

#include "drc/arena.h"
#include "drc/compose_digest.h"
#include "drc/db.h"
#include "drc/err.h"
#include "drc/schedule.h"

#define DRC_SUBS_PER_OWNER_MAX 50
#define DRC_SLOTS_PER_TICK 200

struct drc_sub {
    const char *sub_id, *owner, *channel; /* channel "": the owner's direct messages */
    const char *digest_id, *schedule, *zone, *words;
    const char *numbers;      /* word of a drc_fmt_style; NULL when it is put: "en" */
    const char *request_key;  /* which request made it; NULL: none */
    const char *status, *why; /* active, paused, ended; why: one sentence or "" */
    int64_t next_day, next_ms, created_ms;
};

/* Inserts under a new id (sub->sub_id is filled); a request that has made one already gets that one
 * in *sub. INPUT where the owner has too many. */
int drc_sub_put(struct drc_db *state, struct drc_arena *a, struct drc_sub *sub,
                struct drc_err *err);
/* How its figures are written; DRC_FMT_EN where it says nothing that is known. */
enum drc_fmt_style drc_sub_numbers(const struct drc_sub *sub);
/* 1 found, 0 not there, -1 error. */
int drc_sub_get(struct drc_db *state, struct drc_arena *a, const char *sub_id, struct drc_sub *out,
                struct drc_err *err);
/* Of an owner or sent to a channel (may be NULL); owner NULL: all. Without those that have ended;
 * the count or -1. */
int drc_sub_list(struct drc_db *state, struct drc_arena *a, const char *owner, const char *channel,
                 struct drc_sub *out, int max, struct drc_err *err);
/* Active ones with a slot due by now_ms, oldest first. */
int drc_sub_due(struct drc_db *state, struct drc_arena *a, int64_t now_ms, struct drc_sub *out,
                int max, struct drc_err *err);
int drc_sub_status(struct drc_db *state, const char *sub_id, const char *status, const char *why,
                   struct drc_err *err);
/* Schedule, zone, words, channel and next slot as they stand in *sub. */
int drc_sub_edit(struct drc_db *state, const struct drc_sub *sub, struct drc_err *err);

enum drc_slot_end { DRC_SLOT_POSTED, DRC_SLOT_SKIPPED, DRC_SLOT_FAILED };

struct drc_slot {
    const char *sub_id, *status, *why, *channel, *ts;
    const char *care; /* "tell", "word" or "" */
    int64_t day, due_ms, next_ms, ended_ms, total_uusd;
    int tries; /* claims that have not come back, this one included */
};

/* One transaction: the slot's row, unless it is there, and the subscription's next slot. `skip`:
 * why it is not sent at all, NULL: it is due. */
int drc_slot_enrol(struct drc_db *state, const struct drc_sub *sub, struct drc_slot_time next,
                   const char *skip, int64_t now_ms, struct drc_err *err);
/* Claims what is due, or whose lease has ended, for lease_ms; the count or -1. */
int drc_slot_claim(struct drc_db *state, struct drc_arena *a, int64_t now_ms, int64_t lease_ms,
                   struct drc_slot *out, int max, struct drc_err *err);
int drc_slot_get(struct drc_db *state, struct drc_arena *a, const char *sub_id, int64_t day,
                 struct drc_slot *out, struct drc_err *err);
/* Back to due, not before next_ms. */
int drc_slot_wait(struct drc_db *state, const char *sub_id, int64_t day, int64_t next_ms,
                  const char *why, struct drc_err *err);
/* care: what is to be done next, from now_ms on. */
int drc_slot_end(struct drc_db *state, const struct drc_slot *slot, enum drc_slot_end end,
                 const char *why, const char *care, int64_t now_ms, struct drc_err *err);
/* Ended slots whose care is due, for lease_ms nobody else's; the count or -1. */
int drc_slot_claim_care(struct drc_db *state, struct drc_arena *a, int64_t now_ms, int64_t lease_ms,
                        struct drc_slot *out, int max, struct drc_err *err);
/* Not before next_ms. */
int drc_slot_care_later(struct drc_db *state, const char *sub_id, int64_t day, int64_t next_ms,
                        struct drc_err *err);
int drc_slot_care_done(struct drc_db *state, const char *sub_id, int64_t day, struct drc_err *err);
/* Slots of a subscription whose owner is still to hear of them, oldest first; the count or -1. */
int drc_slot_unheard(struct drc_db *state, struct drc_arena *a, const char *sub_id,
                     struct drc_slot *out, int max, struct drc_err *err);
/* After a start no process holds a claim: all leases end. */
int drc_slot_release_all(struct drc_db *state, struct drc_err *err);
/* Slots of a subscription, newest first; the count or -1. */
int drc_slot_history(struct drc_db *state, struct drc_arena *a, const char *sub_id,
                     struct drc_slot *out, int max, struct drc_err *err);
/* Days of slots that were skipped or failed and that no digest has spoken of yet, before `day`;
 * told marks them as said. */
int drc_slot_untold(struct drc_db *state, const char *sub_id, int64_t day, int64_t *days, int max,
                    struct drc_err *err);
int drc_slot_told(struct drc_db *state, const char *sub_id, int64_t before_day,
                  struct drc_err *err);

/* Keeps what a digest stated, or states anew. */
int drc_sub_stated_put(struct drc_db *state, const char *sub_id, const struct drc_digest_stated *f,
                       struct drc_err *err);
/* What the digests before a slot stated last, of the same scope, newest first; the count or -1. */
int drc_sub_stated(struct drc_db *state, struct drc_arena *a, const char *sub_id, int64_t slot_day,
                   const char *scope, struct drc_digest_stated *out, int max, struct drc_err *err);

/* Fills seen, seen_day, taken_by and open_days (never fewer than they were) from the digests
 * before. 2: it was called not an issue, 0 or 1 else (1: known). sub_id NULL: nothing is known, 0.
 */
int drc_sub_item_before(struct drc_db *state, struct drc_arena *a, const char *sub_id,
                        int64_t slot_day, struct drc_digest_item *item, struct drc_err *err);
/* Stores it and fills its id; the same slot and key keep their id. */
int drc_sub_item_put(struct drc_db *state, const char *sub_id, int64_t slot_day,
                     struct drc_digest_item *item, int64_t now_ms, struct drc_err *err);
/* A person's decision, once per request; *name and *stake_uusd of the item. 1 done, 0 no such item,
 * -1 error. */
int drc_sub_mark(struct drc_db *state, struct drc_arena *a, int64_t item_id, const char *verdict,
                 const char *user, const char *request_key, int64_t now_ms, const char **name,
                 struct drc_err *err);

#endif
