/* What the files of the local Slack share: its state and one declaration per verb. One thread (the
 * loop's) owns all. JSON in here is Slack's own form: this whole folder is a border. `json_t *`
 * results are new references unless a comment says "borrowed"; arguments called `take` are stolen.
 */
#ifndef DRC_EMULATOR_INNER_H
#define DRC_EMULATOR_INNER_H

#include "drc/jsonx.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/err.h"
#include "drc/loop.h"
#include "drc/map.h"

#define EMU_TEAM "T0DRCLOCAL"
#define EMU_DOMAIN "acme"
#define EMU_APP "A0DRC00001"
#define EMU_BOT_USER "U0DRCBOT"
#define EMU_BOT_ID "B0DRCBOT01"
#define EMU_BOT_TOKEN "xoxb-local-drc"
#define EMU_APP_TOKEN "xapp-local-drc"
#define EMU_SLACKBOT "USLACKBOT"

#define EMU_USERS 3
#define EMU_CHANNELS 7
#define EMU_NOBODY (-1) /* "no user": a message for everybody, a channel of nobody */
#define EMU_SOCKETS_MAX 10
#define EMU_VIEW_DEPTH 3
#define EMU_ACK_MS 3000
#define EMU_TRIGGER_MS 3000
#define EMU_BODY_MAX_BYTES (16u * 1024u * 1024u)
#define EMU_TEXT_MAX_CHARS 40000
#define EMU_SLOTS 4096 /* triggers and response URLs alive at once */

struct emu;
struct emu_page;

/* ---- state -------------------------------------------------------------------------------- */

struct emu_user {
    const char *id, *name, *real_name, *title, *tz, *dm;
};
extern const struct emu_user emu_users[EMU_USERS];
int emu_user_index(const char *id); /* EMU_NOBODY if unknown */

enum emu_kind { EMU_PUBLIC, EMU_PRIVATE, EMU_DM };

struct emu_msg {
    char ts[24];
    struct emu_channel *channel;
    struct emu_msg *root; /* set for replies */
    struct emu_msg **replies;
    size_t reply_count, reply_cap;
    int only_for; /* an ephemeral message: this user's; else EMU_NOBODY */
    json_t *j;    /* Slack's message object */
    char *text;   /* dump of j; NULL = not made or stale */
    size_t text_bytes;
};

struct emu_channel {
    const char *id, *name, *topic;
    enum emu_kind kind;
    int owner; /* DM: whose */
    bool bot_member, archived;
    bool outside[EMU_USERS]; /* who is not in it, though it is public */
    struct emu_msg **msgs; /* by ts; replies and ephemerals too */
    size_t count, cap;
    struct drc_map *by_ts;
    char last_read[EMU_USERS][24];
};

enum emu_file_state { EMU_FILE_ANNOUNCED, EMU_FILE_UPLOADED, EMU_FILE_PROCESSING, EMU_FILE_READY };

struct emu_file {
    char id[16];
    enum emu_file_state state;
    json_t *j; /* Slack's file object */
    size_t length;
    unsigned char *bytes; /* NULL once they are on disk */
    size_t have;
    bool saved;
    struct drc_timer *timer;
    struct emu *e;
};

struct emu_trigger {
    uint64_t seq;
    char id[64];
    int user;
    int64_t expires_us;
    bool used;
};

/* Where an interaction came from, for its response URL. */
struct emu_hook {
    uint64_t seq;
    char secret[33];
    bool command;
    int user, uses;
    int64_t expires_us;
    char channel[16], ts[24], thread_ts[24]; /* ts "" = a command */
    bool ephemeral;
};

/* ---- Socket Mode -------------------------------------------------------------------------- */

/* An admin call that waits for the outcome of what it did. */
struct emu_waiter {
    struct drc_http_peer *peer; /* NULL: left */
    json_t *reply;              /* set when the verb has returned */
    const char *outcome;        /* set when the envelope is acked or given up; NULL = pending */
    json_t *ack;                /* payload of the ack, or NULL */
    int64_t ack_us;
    bool taken; /* an envelope will settle it */
};

struct emu_env {
    struct emu *e;
    char id[40];
    char type[40];
    char *text; /* payload */
    bool accepts, event, waiting;
    int attempt;   /* 0 first; events are delivered up to three times more */
    bool resolved; /* the people's outcome was told */
    int64_t sent_us;
    struct drc_timer *timer;
    struct emu_waiter *waiter;
    void (*done)(struct emu *e, struct emu_env *env, const char *outcome,
                 json_t *ack_payload); /* may be NULL */
    /* context of done */
    int user;
    char channel[16], thread_ts[24], key[560], view_id[24];
    char *command; /* text of a slash command as typed */
    uint64_t echo_id;
};

struct emu_conn {
    struct emu *e;
    struct drc_ws *ws;
    struct emu_conn *next;
    uint64_t seq;
    bool ready;   /* hello sent */
    bool leaving; /* told to disconnect */
    bool frozen;
    struct drc_timer *ping, *hello, *leave;
};

/* Starts with all zero; returns an envelope for emu_sm_send. */
struct emu_env *emu_env_new(struct emu *e, const char *type, json_t *take_payload, bool accepts);
void emu_sm_send(
    struct emu *e,
    struct emu_env *env); /* outcome by env->done and env->waiter, maybe before returning */
const struct drc_ws_events *emu_sm_upgrade(struct emu *e, const struct drc_http_in *in,
                                           void **ws_user);
json_t *emu_sm_open(struct emu *e, const char *host); /* apps.connections.open */
bool emu_sm_online(const struct emu *e);
size_t emu_sm_count(const struct emu *e);
void emu_sm_disconnect(struct emu *e, const char *reason, int64_t close_after_ms, bool all);
void emu_sm_drop(struct emu *e, bool all);
void emu_sm_freeze(struct emu *e, bool frozen);
void emu_sm_raw(struct emu *e, const char *text,
                size_t fragment_bytes); /* as it stands, to the newest socket */
void emu_sm_close_all(struct emu *e);
struct emu_conn *emu_sm_pick(struct emu *e); /* the socket whose turn it is; NULL = none */
void emu_ack(struct emu *e, const char *text, size_t bytes, bool fragmented);
void emu_envelopes_free(struct emu *e);

/* ---- the whole ---------------------------------------------------------------------------- */

struct emu_options {
    int port, file_delay_ms;
    const char *state_path, *token_file, *port_file;
    const char *scopes; /* comma list; NULL = all that any method here needs */
    bool rate_limits, sample, with_parent;
};

struct emu_fault {
    char name[32], method[64], text[64];
    int64_t ms, bytes;
    int times;  /* -1 = until cleared */
    int number; /* retry_after_s, status */
    bool flag;
};
#define EMU_FAULTS_MAX 16

struct emu_counts {
    uint64_t envelopes, acked, timeouts, dispatch_failed, redelivered, late_acks, unknown_acks,
        dropped_acks;
    uint64_t sockets_opened, sockets_closed, pongs, requests;
};

struct emu_wire_entry {
    uint64_t n;
    int64_t at_ms, us; /* us: duration; -1 = none */
    const char *dir, *kind;
    char name[64];
    int status;
    size_t bytes;
    char *text;
};
#define EMU_WIRE_MAX 1000

struct emu {
    struct drc_loop *loop;
    struct emu_options opt;
    int port;
    char host[64]; /* as the bot last called us: base of the URLs that we hand out */
    char admin_token[65], cookie[65];
    int64_t started_ms;
    /* state */
    struct emu_channel channels[EMU_CHANNELS];
    struct drc_map *files; /* id -> emu_file */
    json_t *views[EMU_USERS][EMU_VIEW_DEPTH];
    int view_depth[EMU_USERS];
    json_t *homes[EMU_USERS];
    bool deactivated[EMU_USERS];
    int64_t last_ts_us;
    uint64_t seq; /* of every id; saved with a margin */
    struct emu_trigger triggers[EMU_SLOTS];
    struct emu_hook hooks[EMU_SLOTS];
    /* store */
    struct drc_map *dirty;
    struct drc_timer *save_timer;
    int log_fd;
    uint64_t generation;
    bool loading;
    /* Socket Mode */
    struct emu_conn *conns;
    struct drc_map *envs; /* id -> emu_env, not acked yet */
    char tickets[64][40];
    int64_t ticket_us[64];
    uint64_t turn;
    /* page */
    struct emu_page *pages;
    uint64_t ui_seq;
    struct emu_wire_entry wire[EMU_WIRE_MAX];
    uint64_t wire_n;
    /* misc */
    struct emu_fault faults[EMU_FAULTS_MAX];
    size_t fault_count;
    int64_t redeliver_ms[3];
    int64_t jumped_us; /* how far the clock of expiries was moved */
    char scopes[512];
    struct emu_counts counts;
    struct drc_map *method_counts; /* name -> uint64_t */
    struct drc_map *buckets;
    struct drc_map *statuses; /* "<channel>/<thread>" -> struct status of api_misc.c */
};

/* identity.c */
void emu_identity_init(struct emu *e);
bool emu_identity_member(const char *channel_id); /* is the bot in it from the start? */

/* state.c */
void emu_state_init(struct emu *e);
void emu_state_free(struct emu *e);
void emu_state_clear(struct emu *e); /* messages, files, views, homes */
uint64_t emu_next(struct emu *e);
void emu_new_ts(struct emu *e, char out[24]);
void emu_new_id(struct emu *e, char prefix, char out[16]);      /* "F0" + 9 of [0-9A-Z] */
struct emu_channel *emu_channel(struct emu *e, const char *id); /* by id only */
struct emu_channel *emu_channel_named(struct emu *e,
                                      const char *arg); /* id, "#name", or a user's id: their DM */
bool emu_can_see(const struct emu_channel *c, int user);
struct emu_msg *emu_msg(struct emu_channel *c, const char *ts);
/* take_j gets ts (new unless it has one) and is linked into its thread; tells pages and the store.
 */
struct emu_msg *emu_msg_add(struct emu *e, struct emu_channel *c, json_t *take_j, int only_for);
void emu_msg_changed(struct emu *e, struct emu_msg *m); /* after a change of m->j */
void emu_msg_delete(struct emu *e, struct emu_msg *m);
const char *emu_msg_text(struct emu_msg *m); /* dump of j, cached */
json_t *emu_bot_message(const char *text);   /* new message object of the bot, without ts */
void emu_slackbot(struct emu *e, struct emu_channel *c, int user, const char *thread_ts,
                  const char *text);
struct emu_file *emu_file(struct emu *e, const char *id);
void emu_file_add(struct emu *e, struct emu_file *take);
json_t *emu_view_find(struct emu *e, const char *id, const char *external_id,
                      int *user); /* borrowed */
bool emu_state_put(struct emu *e, const char *key,
                   json_t *take_value);                /* loading; NULL value = remove */
json_t *emu_state_get(struct emu *e, const char *key); /* NULL if it is gone */
void emu_state_keys(struct emu *e, void (*fn)(struct emu *e, const char *key, void *user),
                    void *user);

/* store.c */
int emu_store_open(struct emu *e, struct drc_err *err);
void emu_store_touch(struct emu *e, const char *key);
void emu_store_touch_msg(struct emu *e, const struct emu_msg *m);
void emu_store_flush(struct emu *e);
void emu_store_close(struct emu *e); /* flush and compact */
void emu_store_compact(struct emu *e);
char *emu_store_file_path(const struct emu *e,
                          const char *id); /* malloc'd; NULL if the id is not one */
unsigned char *emu_store_file_read(struct emu *e, struct emu_file *f,
                                   size_t *bytes); /* malloc'd; NULL = gone */

/* args.c: bodies and queries to one flat object */
json_t *emu_args(const struct drc_http_in *in, const char **error);
const char *emu_arg(const json_t *args,
                    const char *name); /* "" if absent; numbers and booleans as given text only */
bool emu_arg_bool(const json_t *args, const char *name, bool dflt);
int64_t emu_arg_int(const json_t *args, const char *name, int64_t dflt);
/* A structured argument, native or as JSON text: new reference, NULL if absent; *bad is set where
 * it is not JSON. */
json_t *emu_arg_json(const json_t *args, const char *name, bool *bad);
/* The bytes of the first file part of a multipart body, or the body itself. Borrowed. */
const char *emu_upload_body(const struct drc_http_in *in, size_t *bytes);
char *emu_query_get(const char *query, const char *name); /* decoded, malloc'd; NULL if absent */

/* blocks.c */
/* Checks and completes (block_id) the blocks of a message. NULL = fine; else the whole error reply.
 */
json_t *emu_blocks_prepare(struct emu *e, json_t *blocks);
json_t *emu_view_prepare(struct emu *e, json_t *view);
json_t *emu_issues_reply(const char *error,
                         const json_t *issues); /* of emu_blockkit_check's array */
/* The element with this action_id (block_id "" = any block). Borrowed; *block_out may be NULL. */
json_t *emu_blocks_element(const json_t *blocks, const char *block_id, const char *action_id,
                           json_t **block_out);
/* values with the initial values of all stateful elements that are missing in it. */
json_t *emu_blocks_state(const json_t *blocks, const json_t *values);

/* api.c */
struct emu_call {
    struct emu *e;
    const struct drc_http_in *in;
    const char *method;
    json_t *args;
    int retry_after_s; /* set with a "ratelimited" reply */
};
struct emu_method {
    const char *name, *scope; /* scope: NULL = none needed; several: "a,b" = any of them */
    int tier;                 /* calls per minute; 0 = special */
    enum { EMU_TOKEN_BOT, EMU_TOKEN_APP, EMU_TOKEN_NONE, EMU_TOKEN_ANY } token;
    json_t *(*fn)(struct emu_call *c);
};
extern const struct emu_method emu_methods_chat[], emu_methods_conv[], emu_methods_files[],
    emu_methods_views[], emu_methods_misc[];
void emu_api_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in,
                     const char *method);
json_t *emu_ok(void);
json_t *emu_error(const char *code);
void emu_reply_json(struct drc_http_peer *p, int status, json_t *take);
bool emu_has_scope(const struct emu *e, const char *any_of);
json_t *emu_missing_scope(const struct emu *e, const char *needed);
struct emu_channel *emu_call_channel(struct emu_call *c, const char *name, json_t **error);

/* api_chat.c */
json_t *emu_message_public(const struct emu_msg *m,
                           bool with_metadata); /* as the Web API shows it */
/* Posts what a person's interaction answered with (ack payload, response URL). NULL = posted; else
 * an error reply. */
json_t *emu_post_answer(struct emu *e, const json_t *answer, struct emu_channel *c, int user,
                        const char *thread_ts, bool in_channel);
/* text, blocks, metadata of args into the message object; NULL = fine, else the error reply. */
json_t *emu_fill_message(struct emu *e, json_t *j, const json_t *args, bool update);

/* api_misc.c */
void emu_status_clear(struct emu *e, const char *channel,
                      const char *thread_ts); /* "drc is thinking..." ends */
void emu_statuses_free(struct emu *e);
/* Adds or removes a reaction; NULL = fine, else Slack's error code. */
const char *emu_react(struct emu *e, struct emu_msg *m, const char *user_id, const char *name,
                      bool add);

/* api_files.c */
void emu_upload_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in,
                        const char *id);
void emu_file_resume(struct emu *e); /* after loading: files that were being processed */

/* api_views.c */
json_t *emu_view_new(struct emu *e, json_t *take_view, const char *type);
void emu_view_set(struct emu *e, int user, int depth); /* store and page */
void emu_view_close(struct emu *e, int user, bool all);
/* Applies response_action of an ack; NULL = fine, else why the person sees an error. */
const char *emu_view_respond(struct emu *e, int user, const char *view_id,
                             const json_t *ack_payload);

/* people.c and interact.c: what a person does. Each returns the reply ({"ok":...}). */
json_t *emu_do(struct emu *e, int user, const json_t *msg, struct emu_waiter *w);
json_t *emu_people_send(struct emu *e, int user, const json_t *msg, struct emu_waiter *w);
json_t *emu_interact_action(struct emu *e, int user, const json_t *msg, struct emu_waiter *w);
json_t *emu_interact_submit(struct emu *e, int user, const json_t *msg, struct emu_waiter *w);
json_t *emu_interact_close(struct emu *e, int user, const json_t *msg, struct emu_waiter *w);
json_t *emu_interact_home(struct emu *e, int user, const char *tab, struct emu_waiter *w);
void emu_waiter_attach(struct emu_env *env, struct emu_waiter *w);
struct emu_env *emu_event_env(struct emu *e,
                              json_t *take_event); /* wraps an event in its outer object */
json_t *emu_user_object(int user);                 /* {"id","username","name","team_id"} */
json_t *emu_interaction(struct emu *e, int user,
                        const char *type); /* what all interaction payloads share */

/* hooks.c: trigger ids, response URLs */
const char *emu_new_trigger(struct emu *e, int user); /* borrowed */
/* NULL = fine (and used up); else the error code. */
const char *emu_use_trigger(struct emu *e, const char *id, int *user);
void emu_hook_url(struct emu *e, const struct emu_hook *proto, char *out, size_t size);
void emu_hook_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in);

/* ui.c */
const struct drc_ws_events *emu_ui_upgrade(struct emu *e, const struct drc_http_in *in,
                                           void **ws_user);
void emu_ui_message(struct emu *e, const char *type, struct emu_msg *m);
void emu_ui_deleted(struct emu *e, const struct emu_msg *m);
void emu_ui_reaction(struct emu *e, struct emu_msg *m);
void emu_ui_user(struct emu *e, int user, json_t *take); /* to one person's pages */
void emu_ui_channel(struct emu *e, const struct emu_channel *c,
                    json_t *take); /* to all who see it */
void emu_ui_all(struct emu *e, json_t *take);
void emu_ui_bot(struct emu *e);
void emu_ui_wire(struct emu *e, const struct emu_wire_entry *w);
void emu_ui_close_all(struct emu *e);
json_t *emu_ui_history(struct emu *e, int user, struct emu_channel *c, const char *before,
                       size_t max, bool *more);
json_t *emu_ui_hello(struct emu *e, int user);
json_t *emu_ui_thread(struct emu *e, int user, struct emu_channel *c, const char *ts);

/* wire.c: text NULL = only its size is logged */
void emu_wire(struct emu *e, const char *dir, const char *kind, const char *name, int status,
              int64_t us, const char *text, size_t bytes);
json_t *emu_wire_json(const struct emu_wire_entry *w);
json_t *emu_wire_since(struct emu *e, uint64_t after, size_t max);
char *emu_wire_mask(const char *text,
                    size_t bytes); /* secrets masked, at most 4,000 characters; malloc'd */

/* fault.c */
struct emu_fault *emu_fault(struct emu *e, const char *name,
                            const char *method); /* counts one use; NULL = off */
int64_t emu_now_us(const struct emu *e); /* for expiries: the clock, and what tests add to it */
json_t *emu_fault_set(struct emu *e, const json_t *args, struct emu_waiter *w);

/* admin.c */
void emu_admin_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in);
void emu_waiter_settle(struct emu *e,
                       struct emu_waiter *w); /* replies when both halves are there */

/* http.c: routing, security, page */
extern const struct drc_server_events emu_server_events;
/* What a peer's user pointer points at, so that it can be forgotten when the peer leaves. */
struct emu_pending {
    void (*gone)(void *self);
};

#endif
