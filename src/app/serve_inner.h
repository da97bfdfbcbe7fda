/* What the files of the running bot share. */
#ifndef DRC_APP_SERVE_INNER_H
#define DRC_APP_SERVE_INNER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "drc/ask.h"
#include "drc/inbox.h"
#include "drc/library.h"
#include "drc/limits.h"
#include "drc/llm.h"
#include "drc/map.h"
#include "drc/queue.h"
#include "drc/slack.h"
#include "drc/snapshot.h"

struct finished { /* worker to loop: this inbox row is over */
    int64_t inbox_id;
    const char *outcome; /* a literal */
    struct finished *next;
};

/* What requests read, replaced whole. A request pins one. */
struct edition {
    int refs;        /* guarded by the server's lock */
    uint64_t serial; /* of this process, from 1: what a worker has open belongs to one */
    struct drc_snapshot *snap;
    struct drc_library *library;
};

struct server {
    /* set before the threads start, then read only */
    const char *home, *facts_path, *index_dir, *state_path, *inbox_path, *api_url, *bot_token,
        *app_token, *ca_file;
    struct drc_llm llm_conf;
    const struct drc_llm *llm; /* NULL: none */
    int worker_count;

    /* loop thread only */
    struct drc_loop *loop;
    struct drc_slack_socket *socket;
    struct drc_inbox *inbox;
    struct drc_timer *prune, *tidy, *schedule;
    int64_t purged_ms;        /* when a worker was last asked for it; 0: not yet */
    struct drc_arena *frames; /* reset by renewal, see on_envelope */
    unsigned puts;
    bool stopping;

    /* shared */
    struct drc_queue *queue;
    struct drc_slack_budget *budget;
    struct drc_ask_budget *ask_budget;
    atomic_bool stop_asked, checkpoint_due, purge_due, tick_waits;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t self_known;
    bool have_self;
    struct drc_slack_self self;
    struct edition *edition; /* NULL until it loads */
    uint64_t editions;
    struct finished *done;
    struct drc_map *homes; /* people who have opened the home tab since the start */
    struct drc_err fatal;  /* why the bot must end; code OK = it need not */
};

/* Pins the present edition (loads it where there is none yet); release with server_edition_put. */
struct edition *server_edition_get(struct server *s, struct drc_err *err);
/* The same on the loop, which never waits: NULL where it is not loaded, or being replaced. */
struct edition *server_edition_try(struct server *s);
void server_edition_put(struct server *s, struct edition *e);
/* Loads anew; the old one stays where that fails. */
int server_edition_reload(struct server *s, struct drc_err *err);
/* A sandboxed handle, the caller's. */
struct drc_db *server_facts_open(const struct server *s, struct drc_err *err);
/* Builds the usage graph of an edition, so that no request waits for it. Without it reports still
 * work: trouble is only logged. Any thread. */
void server_warm_graph(const struct server *s, const struct edition *e);
/* Worker: ends the row on the loop. */
void server_finish(struct server *s, int64_t inbox_id, const char *outcome);
/* A person has opened the home tab; has this person, since the start? */
void server_home_opened(struct server *s, const char *user);
bool server_home_is_open(struct server *s, const char *user);
/* Blocks until auth.test has answered (or the bot stops: false). */
bool server_wait_self(struct server *s, struct drc_slack_self *out);

/* Thread functions; they free nothing of the server. The first worker begins with what all need:
 * who we are, the snapshot, fonts; then it is the warmest and so the first to be called. */
void *server_worker(void *server);
void *server_first_worker(void *server);

#endif
