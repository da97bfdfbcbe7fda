/* Slack, as drc speaks it: Socket Mode, Web API, Block Kit. The only header that app/ sees of
 * Slack; formats stay inside. Facts: docs.slack.dev (Socket Mode, Web API, Block Kit) as of late
 * 2026. */
#ifndef DRC_SLACK_H
#define DRC_SLACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"
#include "drc/http.h"
#include "drc/loop.h"
#include "drc/message.h"
#include "drc/poster.h"
#include "drc/request.h"

/* ---- who we are (auth.test) --------------------------------------------------------------- */

struct drc_slack_self {
    char team_id[32], team[80], user_id[32], bot_id[32], app_id[32], url[128];
};

/* ---- envelopes: bytes to request (pure, fuzzed) ------------------------------------------- */

enum drc_slack_frame_kind {
    DRC_FRAME_HELLO,
    DRC_FRAME_DISCONNECT,
    DRC_FRAME_ENVELOPE, /* has an envelope_id: must be acked, whatever its type */
    DRC_FRAME_OTHER     /* not JSON or nothing we know: logged */
};

struct drc_slack_frame {
    enum drc_slack_frame_kind kind;
    const char *envelope_id;
    const char *type;       /* "slash_commands", "interactive", "events_api", ... */
    const char *reason;     /* DISCONNECT */
    int num_connections;    /* HELLO; -1 if not said */
    int connection_seconds; /* HELLO: approximate_connection_time; 0 if not said */
    bool accepts_payload;
    const char *dedupe_key; /* section 2.7 of Slack's facts: event id, trigger id, action ts + id +
                               user, view id + hash */
};

/* Never fails: what cannot be read is OTHER. Strings in the arena. */
void drc_slack_frame_parse(struct drc_arena *a, const char *text, size_t bytes,
                           struct drc_slack_frame *out);

/* The whole envelope text (as stored in the inbox) to a request. self: loop guard (own and other
 * bots' messages are IGNORE). PARSE where a field that the kind needs is missing; the request then
 * says so to the person if it can. */
int drc_slack_request_parse(struct drc_arena *a, const char *envelope, size_t bytes,
                            const struct drc_slack_self *self, struct drc_request *out,
                            struct drc_err *err);

/* {"envelope_id":"..."} or with a payload object text; LIMIT from DRC_WS_ACK_MAX_BYTES up.
 * malloc'd. */
char *drc_slack_ack(const char *envelope_id, const char *payload_json, size_t *bytes,
                    struct drc_err *err);

/* Payloads of the ack of a submitted form, as JSON text: sentences at its fields; or another
 * content of its window (LIMIT where its blocks cannot stand). */
char *drc_slack_form_errors(struct drc_arena *a, const struct drc_field *errors, size_t count);
char *drc_slack_form_update(struct drc_arena *a, const struct drc_to *to,
                            const struct drc_message *m, struct drc_err *err);

/* ---- Socket Mode client (loop thread) ----------------------------------------------------- */

struct drc_slack_socket;

struct drc_slack_socket_conf {
    const char *api_url;   /* ends in "/"; "http://" only for loopback */
    const char *app_token; /* xapp- */
    const char *ca_file;   /* NULL = system */
};

struct drc_slack_socket_events {
    /* One envelope. Return after the durable insert; then ack with drc_slack_socket_ack. conn:
     * where it came from. */
    void (*envelope)(unsigned conn, const struct drc_slack_frame *frame, const char *text,
                     size_t bytes, int64_t received_us, void *user);
    void (*state)(bool connected, void *user); /* hello received / no live socket */
    void (*fatal)(const struct drc_err *err,
                  void *user); /* AUTH or CONFIG: stop and tell the operator */
};

struct drc_slack_socket_stats {
    uint64_t connects, envelopes, acks;
    int num_connections;
    bool connected;
    int64_t last_frame_ms;
};

/* One owner of the connection state: dials at once (apps.connections.open and name resolution on
 * its own dialer thread), hands over with overlap on `disconnect`, watches liveness (ping 5 s,
 * suspicion 10 s, drop 30 s), backs off with jitter. */
struct drc_slack_socket *drc_slack_socket_start(struct drc_loop *l,
                                                const struct drc_slack_socket_conf *conf,
                                                const struct drc_slack_socket_events *ev,
                                                void *user, struct drc_err *err);
/* The loop has one wake callback, and its owner has it: call this from there. Takes what the dialer
 * thread brought. */
void drc_slack_socket_on_wake(struct drc_slack_socket *s);
/* Acks on the connection it came from, else on the current one. Ahead of all other traffic. */
int drc_slack_socket_ack(struct drc_slack_socket *s, unsigned conn, const char *ack, size_t bytes,
                         struct drc_err *err);
void drc_slack_socket_stats(const struct drc_slack_socket *s, struct drc_slack_socket_stats *out);
/* Close 1000 on every socket, wait at most 1 s, then done() on the loop. */
void drc_slack_socket_stop(struct drc_slack_socket *s, void (*done)(void *), void *user);
void drc_slack_socket_free(struct drc_slack_socket *s);

/* ---- Web API (workers) -------------------------------------------------------------------- */

struct drc_slack_budget; /* per method and channel: shared by all workers, one mutex */
struct drc_slack_budget *drc_slack_budget_new(void);
void drc_slack_budget_free(struct drc_slack_budget *b);

struct drc_slack_api { /* one per worker */
    struct drc_http *http;
    struct drc_slack_budget *budget;
    const char *api_url, *bot_token;
    unsigned calls; /* counted, for the bench and the log */
};

/* Who we are; AUTH where the token is refused. */
int drc_slack_auth_test(struct drc_slack_api *api, struct drc_arena *a, struct drc_slack_self *self,
                        struct drc_err *err);

/* Where a message goes. */
enum drc_slack_dest_kind {
    DRC_DEST_CHANNEL,
    DRC_DEST_EPHEMERAL,
    DRC_DEST_RESPONSE_URL,
    DRC_DEST_UPDATE
};
struct drc_slack_dest {
    enum drc_slack_dest_kind kind;
    const char *channel, *thread_ts, *user, *ts; /* ts: UPDATE */
    const char *response_url; /* RESPONSE_URL (ephemeral, replace_original per flag) */
    bool replace_original;
};

/* Posts or edits. Images of the message must be uploaded (file_ref set). Validates against the
 * Block Kit limits first and degrades stepwise (fewer blocks, then plain text) rather than staying
 * silent; *degraded (may be NULL) says so. ts_out gets the ts (CHANNEL, UPDATE). Retries by the
 * rules: 429 after Retry-After (up to 2 s inside, else RATE with retry_ms), 5xx and unsent; an
 * unclear failure of a POST gives NET with *unclear true: look for metadata_id. */
int drc_slack_post(struct drc_slack_api *api, struct drc_arena *a,
                   const struct drc_slack_dest *dest, struct drc_message *m, const char **ts_out,
                   bool *degraded, bool *unclear, struct drc_err *err);

/* Uploads every image of m that has no file_ref (three steps), without sharing it. `wait`: poll
 * files.info until usable (else the post retries on "invalid slack file" only). */
int drc_slack_upload(struct drc_slack_api *api, struct drc_arena *a, struct drc_message *m,
                     bool wait, struct drc_err *err);

/* A file of its own, shared into a channel or thread. It bears no metadata: after an unclear end
 * nobody can tell whether it arrived. */
int drc_slack_share(struct drc_slack_api *api, struct drc_arena *a, const struct drc_to *to,
                    const struct drc_file_out *file, struct drc_err *err);

/* A message of ours with this metadata id in the channel (thread_ts NULL: top level, newest 100):
 * its ts, or NULL. */
const char *drc_slack_find(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                           const char *thread_ts, const char *metadata_id, int64_t not_before_ms,
                           struct drc_err *err);

/* Takes a message of ours away; one that is not there any more is as good as deleted. */
int drc_slack_delete(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                     const char *ts, struct drc_err *err);

/* Link to a message; NULL with err where Slack has none. */
const char *drc_slack_permalink(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                                const char *ts, struct drc_err *err);

/* Modal whose body is m's blocks, as `to` says: views.open with the trigger, or views.update of
 * to->view_id. */
int drc_slack_modal(struct drc_slack_api *api, struct drc_arena *a, const char *trigger_id,
                    const struct drc_to *to, const struct drc_message *m, struct drc_err *err);
int drc_slack_home(struct drc_slack_api *api, struct drc_arena *a, const char *user,
                   struct drc_message *m, struct drc_err *err);
int drc_slack_status(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                     const char *thread_ts, const char *status,
                     struct drc_err *err); /* "" clears; failures are not worth an error */
/* 0 where the bot is in the channel and it is not archived; else NOTFOUND with what to do. */
int drc_slack_reachable(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                        struct drc_err *err);
/* 1: the person is in the channel; 0: is not, or is none of its first 20,000; -1: it cannot be
 * asked. */
int drc_slack_is_member(struct drc_slack_api *api, struct drc_arena *a, const char *channel,
                        const char *user, struct drc_err *err);
/* IANA zone that a person has set; NULL where it cannot be asked. */
const char *drc_slack_zone(struct drc_slack_api *api, struct drc_arena *a, const char *user);
/* DM with a user: channel id (conversations.open). */
const char *drc_slack_dm(struct drc_slack_api *api, struct drc_arena *a, const char *user,
                         struct drc_err *err);

/* The house's poster over the Web API. Set `api` first; bot_user as in drc_slack_self. */
struct drc_slack_poster {
    struct drc_poster poster; /* first: a drc_poster pointer is this one's */
    struct drc_slack_api api;
};
void drc_slack_poster_init(struct drc_slack_poster *sp, const char *bot_user);

/* ---- Block Kit (pure) --------------------------------------------------------------------- */

/* JSON text of the blocks array; LIMIT with the rule that is broken. modal: PRE and TEXT limits of
 * views. */
char *drc_slack_blocks(struct drc_arena *a, const struct drc_message *m, bool modal,
                       struct drc_err *err);
/* mrkdwn with Slack's three escapes; names in code spans. */
char *drc_slack_mrkdwn(struct drc_arena *a, const struct drc_text *t);

/* App manifest (JSON, schema 2) with every scope, event and command that the bot uses. */
char *drc_slack_manifest(struct drc_arena *a);

#endif
