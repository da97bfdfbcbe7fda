/* Where messages go: one of the three function tables of the house. Slack has one (clients/slack),
 * the terminal has one (cli). Nothing above a poster knows which it is. A poster belongs to one
 * worker. */
#ifndef DRC_POSTER_H
#define DRC_POSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"
#include "drc/message.h"
#include "drc/request.h"

enum drc_where {
    DRC_TO_CHANNEL,   /* a new message; thread_ts set: in that thread */
    DRC_TO_EDIT,      /* replaces the message `ts`; NOTFOUND where it cannot be edited (any more) */
    DRC_TO_EPHEMERAL, /* only the asking person sees it */
    DRC_TO_DM,        /* the asking person's direct messages */
    DRC_TO_MODAL,     /* a window over the chat; needs the request's trigger */
    DRC_TO_HOME       /* the person's home tab */
};

struct drc_to {
    enum drc_where where;
    const char *channel, *thread_ts, *ts;
    bool replaces;     /* EPHEMERAL: the clicked message, which only that person sees, becomes it */
    const char *title; /* MODAL, at most 24 characters */
    /* MODAL: NULL opens a window with the request's trigger; else that one's content is replaced,
     * NOTFOUND where it was closed. */
    const char *view_id;
    /* MODAL with inputs: what the button says; which form it is and what it is about, as the
     * request of its submission has them again (callback_id, private_metadata). */
    const char *submit, *form, *about;
};

struct drc_posted {
    const char *channel, *ts; /* in the arena; NULL where there is none (ephemeral, modal) */
    bool unclear;             /* failed, but it may have arrived */
};

struct drc_file_out {
    const char *name, *comment;
    const void *data;
    size_t bytes;
};

struct drc_poster {
    int (*post)(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                const struct drc_to *to, struct drc_message *m, struct drc_posted *out,
                struct drc_err *err);
    /* ts of a message with this metadata id, or NULL (err tells which). */
    const char *(*find)(struct drc_poster *p, struct drc_arena *a, const struct drc_request *req,
                        const struct drc_to *to, const char *metadata_id, int64_t not_before_ms,
                        struct drc_err *err);
    const char *(*permalink)(struct drc_poster *p, struct drc_arena *a, const char *channel,
                             const char *ts);
    void (*status)(struct drc_poster *p, struct drc_arena *a, const char *channel,
                   const char *thread_ts, const char *text);
    /* A file of its own in to->channel, in the thread to->thread_ts, with a line of text. */
    int (*share)(struct drc_poster *p, struct drc_arena *a, const struct drc_to *to,
                 const struct drc_file_out *file, struct drc_err *err);
    /* Deletes a message of ours; 0 also where it is gone already. */
    int (*take_away)(struct drc_poster *p, struct drc_arena *a, const char *channel, const char *ts,
                     struct drc_err *err);
    /* 0 where drc may post in the channel; -1 says why not and what to do. NULL: anywhere. */
    int (*reachable)(struct drc_poster *p, struct drc_arena *a, const char *channel,
                     struct drc_err *err);
    /* 1: the person is in the channel, 0: not, -1: it cannot be asked. NULL: everybody is. */
    int (*is_member)(struct drc_poster *p, struct drc_arena *a, const char *channel,
                     const char *user, struct drc_err *err);
    /* IANA zone of a person; NULL where it is not known. The function may be NULL. */
    const char *(*zone)(struct drc_poster *p, struct drc_arena *a, const char *user);
    const char *bot_user; /* NULL where there is none */
    const char *sigil;    /* what people type before a command: "/drc " or "drc " */
};

#endif
