/* What the files of subscriptions share: words, form, list. */
#ifndef DRC_APP_SUBSCRIBE_INNER_H
#define DRC_APP_SUBSCRIBE_INNER_H

#include "drc/digest_run.h"

#define SUB_DEFAULT_DIGEST "weekly"
#define SUB_DEFAULT_SCHEDULE "weekly mon 08:00"
#define SUB_WORDS_MAX_BYTES 400

/* ---- what a subscription says (subscription.c) -------------------------------------------- */

/* A part of a subscription that can be wrong. */
enum sub_part { SUB_DIGEST, SUB_SCHEDULE, SUB_ZONE, SUB_WORDS, SUB_NUMBERS, SUB_PARTS };

/* The one check of words and form: a sentence for each part that is wrong, NULL where it is right;
 * the count. Where nothing is wrong, *sub has its schedule in canonical words and its next slot
 * after now_ms. Reads zone files; any thread. */
int sub_judge(struct drc_arena *a, const struct drc_snapshot *s, int64_t now_ms,
              struct drc_sub *sub, const char *wrong[SUB_PARTS]);
/* The same with the first of them as INPUT. */
int sub_check(struct drc_env *env, struct drc_sub *sub, struct drc_err *err);
/* 0: drc may post there, and the person may have it there: is in the channel, or one of DRC_ADMINS.
 * Channel "": direct messages. */
int sub_check_place(struct drc_env *env, const struct drc_request *req, const char *channel,
                    struct drc_err *err);
/* As a person begins: the default digest and time in the person's own zone, to where the request
 * comes from. Owner is who asks. */
struct drc_sub sub_new(struct drc_env *env, const struct drc_request *req);
/* One that the person may change: its owner, who asks in the channel that it is sent to, who is in
 * that channel and submits a form, one of DRC_ADMINS. NOTFOUND for all others. */
int sub_find(struct drc_env *env, const struct drc_request *req, const char *id,
             struct drc_sub *out, struct drc_err *err);
bool sub_is_mine(const struct drc_request *req, const struct drc_sub *sub);
/* "Mondays at 08:00"; and an instant in a zone: "Mon 30 Nov 2026, 08:00". */
const char *sub_spoken(struct drc_arena *a, const struct drc_sub *sub);
const char *sub_local(struct drc_arena *a, const char *zone, int64_t ms);
/* "weekly, Mondays at 08:00, Europe/Berlin, to <channel>, filtered by ..."; the channel `here` is
 * "this channel" (NULL: none is). */
void sub_describe(struct drc_arena *a, const struct drc_sub *sub, const char *here,
                  struct drc_text *t);

/* ---- form (subscribe_form.c) -------------------------------------------------------------- */

/* Opens the window with `sub` filled in; sub_id NULL: a new one. */
int sub_form_open(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                  struct drc_err *err);

/* ---- lists (subscribe_list.c) ------------------------------------------------------------- */

/* A line and a row of buttons for each; the next slots in `zone` (NULL: each in its own). */
void sub_add_rows(struct drc_env *env, struct drc_message *m, const struct drc_sub *subs, int n,
                  const char *zone);
/* The list for the asking person, under a note (may be NULL); it takes the place of the list that
 * was clicked. */
int sub_list(struct drc_env *env, const struct drc_request *req, const struct drc_text *note,
             struct drc_err *err);
int sub_history(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
                struct drc_err *err);
/* Says what was done with a subscription where the person did it: in the list, on the home tab, or
 * as a word to the person; the owner's home tab follows. */
int sub_done(struct drc_env *env, const struct drc_request *req, const struct drc_sub *sub,
             const struct drc_text *note, struct drc_err *err);

#endif
