/* A request: what a person, a clock or the command line asks for. A slash command, a chip click and
 * a digest differ only in the request that they produce. All strings live in the arena of the
 * request. */
#ifndef DRC_REQUEST_H
#define DRC_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum drc_request_kind {
    DRC_REQ_COMMAND, /* text after /drc, or after a mention, or in a DM */
    DRC_REQ_ACTION,  /* a button or a select */
    DRC_REQ_SUBMIT,  /* a modal was submitted */
    DRC_REQ_HOME,    /* a person opened the home tab */
    DRC_REQ_IGNORE   /* acked and logged, nothing to do (own messages, unknown types) */
};

enum drc_request_class { DRC_CLASS_QUICK, DRC_CLASS_REPORT, DRC_CLASS_MODEL };

/* What a person filled in: the block_id of an input, and its value, "" for nothing. */
struct drc_field {
    const char *id, *value;
};

struct drc_request {
    enum drc_request_kind kind;
    const char *
        key; /* dedupe key: unique per thing that the person did; also the metadata id of answers */
    const char *thread_key; /* requests with the same key never run together: "<channel>:<thread or
                               user>" */
    const char *team, *channel, *user;
    const char *thread_ts;  /* NULL outside threads */
    const char *message_ts; /* message that was clicked or that mentions us; NULL for commands */
    const char *text;       /* COMMAND: words without the command or mention */
    bool is_slash;          /* response_url and ephemeral answers exist; no thread */
    bool is_dm;
    bool is_ephemeral;        /* the clicked message was ephemeral */
    const char *action_id;    /* ACTION: "chip:job.explain" */
    const char *value;        /* ACTION: button value or selected option's value */
    const char *trigger_id;   /* 3 s, one use; NULL if none */
    const char *response_url; /* secret; NULL if none */
    const char *view_id, *view_hash, *callback_id,
        *private_metadata;          /* SUBMIT and clicks in views */
    const struct drc_field *fields; /* SUBMIT */
    size_t field_count;
    int64_t received_ms;
    int tries; /* 1 on the first run */
};

#endif
