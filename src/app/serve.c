/* The composition of the running bot, and its loop thread. */
#include "drc/serve.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"
#include "drc/file.h"
#include "drc/http.h"
#include "drc/log.h"
#include "drc/run.h"
#include "drc/subscription.h"
#include "local_slack.h"
#include "serve_inner.h"

#define PUTS_PER_CHECKPOINT 500
#define QUIET_MS 1000
#define PRUNE_EVERY_MS (60 * 60 * 1000)
#define KEEP_DONE_MS INT64_C(172800000) /* two days of dedupe memory */
#define MALLOC_KEEP_BYTES (256 * 1024)
#define WORKER_STACK_BYTES (2u * 1024u * 1024u) /* librsvg recurses */

/* ---- editions ----------------------------------------------------------------------------- */

/* A new one with one reference. */
static struct edition *edition_load(struct server *s, struct drc_err *err)
{
    struct drc_snapshot *snap = drc_snapshot_load(s->home, s->facts_path, err);
    if (snap == NULL)
        return NULL;
    struct edition *e = calloc(1, sizeof *e);
    if (e == NULL)
        abort();
    e->refs = 1;
    e->snap = snap;
    e->library = drc_library_new(s->index_dir, s->ca_file);
    return e;
}

struct edition *server_edition_get(struct server *s, struct drc_err *err)
{
    pthread_mutex_lock(&s->lock);
    if (s->edition == NULL && (s->edition = edition_load(s, err)) != NULL)
        s->edition->serial = ++s->editions;
    struct edition *e = s->edition;
    if (e != NULL)
        e->refs++;
    pthread_mutex_unlock(&s->lock);
    return e;
}

struct edition *server_edition_try(struct server *s)
{
    if (pthread_mutex_trylock(&s->lock) != 0)
        return NULL;
    struct edition *e = s->edition;
    if (e != NULL)
        e->refs++;
    pthread_mutex_unlock(&s->lock);
    return e;
}

void server_edition_put(struct server *s, struct edition *e)
{
    pthread_mutex_lock(&s->lock);
    bool last = --e->refs == 0;
    pthread_mutex_unlock(&s->lock);
    if (!last)
        return;
    drc_snapshot_free(e->snap);
    drc_library_free(e->library);
    free(e);
}

int server_edition_reload(struct server *s, struct drc_err *err)
{
    struct edition *fresh = edition_load(s, err);
    if (fresh == NULL)
        return -1;
    drc_library_open(fresh->library);
    server_warm_graph(s, fresh);
    pthread_mutex_lock(&s->lock);
    struct edition *old = s->edition;
    fresh->serial = ++s->editions;
    s->edition = fresh;
    pthread_mutex_unlock(&s->lock);
    if (old != NULL)
        server_edition_put(s, old);
    return 0;
}

void server_home_opened(struct server *s, const char *user)
{
    pthread_mutex_lock(&s->lock);
    drc_map_set(s->homes, user, s);
    pthread_mutex_unlock(&s->lock);
}

bool server_home_is_open(struct server *s, const char *user)
{
    pthread_mutex_lock(&s->lock);
    bool open = drc_map_get(s->homes, user) != NULL;
    pthread_mutex_unlock(&s->lock);
    return open;
}

struct drc_db *server_facts_open(const struct server *s, struct drc_err *err)
{
    struct drc_db *facts = drc_db_open(s->facts_path, DRC_DB_READ, err);
    if (facts != NULL && drc_db_sandbox(facts, err) < 0) {
        drc_db_close(facts);
        facts = NULL;
    }
    return facts;
}

void server_warm_graph(const struct server *s, const struct edition *e)
{
    struct drc_err err = DRC_ERR_INIT;
    int64_t begun = drc_clock_mono_us();
    struct drc_db *facts = server_facts_open(s, &err);
    if (facts == NULL || drc_snapshot_graph(e->snap, facts, &err) == NULL)
        drc_log(DRC_LOG_WARN, "warm_up", "graph why=\"%s\"", err.msg);
    else
        drc_log(DRC_LOG_INFO, "graph.ready", "ms=%.1f",
                (double)(drc_clock_mono_us() - begun) / 1000);
    drc_db_close(facts);
}

/* ---- worker to loop ----------------------------------------------------------------------- */

void server_finish(struct server *s, int64_t inbox_id, const char *outcome)
{
    struct finished *f = malloc(sizeof *f);
    if (f == NULL)
        abort();
    *f = (struct finished){inbox_id, outcome, NULL};
    pthread_mutex_lock(&s->lock);
    f->next = s->done;
    s->done = f;
    pthread_mutex_unlock(&s->lock);
    drc_loop_wake(s->loop);
}

bool server_wait_self(struct server *s, struct drc_slack_self *out)
{
    pthread_mutex_lock(&s->lock);
    while (!s->have_self && !atomic_load(&s->stop_asked))
        pthread_cond_wait(&s->self_known, &s->lock);
    bool known = s->have_self;
    *out = s->self;
    pthread_mutex_unlock(&s->lock);
    return known;
}

/* ---- loop thread -------------------------------------------------------------------------- */

static void drain_done(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    struct finished *list = s->done;
    s->done = NULL;
    pthread_mutex_unlock(&s->lock);
    if (list != NULL && s->tidy != NULL)
        drc_timer_set(s->tidy, QUIET_MS);
    while (list != NULL) {
        struct finished *f = list;
        struct drc_err err = DRC_ERR_INIT;
        if (drc_inbox_done(s->inbox, f->inbox_id, f->outcome, &err) < 0)
            drc_log(DRC_LOG_ERROR, "inbox.done", "inbox=%lld why=\"%s\"", (long long)f->inbox_id,
                    err.msg);
        list = f->next;
        free(f);
    }
}

static void on_stopped(void *user)
{
    struct server *s = user;
    drc_loop_stop(s->loop);
}

static void on_wake(void *user)
{
    struct server *s = user;
    drain_done(s);
    drc_slack_socket_on_wake(s->socket);
    if (atomic_load(&s->stop_asked) && !s->stopping) {
        s->stopping = true;
        drc_log(DRC_LOG_INFO, "stop", "waiting=%d", drc_queue_length(s->queue));
        drc_queue_close(s->queue);
        pthread_mutex_lock(&s->lock);
        pthread_cond_broadcast(&s->self_known);
        pthread_mutex_unlock(&s->lock);
        drc_slack_socket_stop(s->socket, on_stopped, s);
    }
}

/* Without our own ids yet: the class and the thread are the same either way; the worker parses
 * again with them. */
static void push(struct server *s, const struct drc_inbox_row *row, bool suspect)
{
    static const struct drc_slack_self nobody;
    struct drc_arena *a = drc_arena_new();
    struct drc_request req;
    struct drc_item *item = calloc(1, sizeof *item);
    if (item == NULL)
        abort();
    item->inbox_id = row->id;
    item->suspect = suspect;
    item->received_ms = row->received_ms;
    item->bytes = row->bytes;
    item->envelope = malloc(row->bytes + 1);
    if (item->envelope == NULL)
        abort();
    memcpy(item->envelope, row->envelope, row->bytes);
    item->envelope[row->bytes] = '\0';
    if (drc_slack_request_parse(a, row->envelope, row->bytes, &nobody, &req, NULL) == 0) {
        snprintf(item->thread_key, sizeof item->thread_key, "%s",
                 req.thread_key == NULL ? "" : req.thread_key);
        item->class = drc_run_class(&req);
    }
    drc_arena_free(a);
    drc_queue_push(s->queue, item);
}

/* The answer of a submitted form, as the payload of its ack; NULL for none. *refused: something at
 * its fields is wrong, so there is nothing to run. Without a snapshot a worker judges it. */
static const char *judge_form(struct server *s, struct drc_arena *a, const char *text, size_t bytes,
                              bool *refused)
{
    static const struct drc_slack_self nobody;
    struct drc_request req;
    struct drc_form_answer answer;
    struct edition *e = NULL;
    const char *payload = NULL;
    if (drc_slack_request_parse(a, text, bytes, &nobody, &req, NULL) < 0 ||
        req.kind != DRC_REQ_SUBMIT || (e = server_edition_try(s)) == NULL)
        return NULL;
    drc_form_judge(a, e->snap, drc_clock_wall_ms(), &req, &answer);
    if (answer.error_count > 0)
        payload = drc_slack_form_errors(a, answer.errors, answer.error_count);
    else if (answer.meanwhile != NULL)
        payload = drc_slack_form_update(a, &answer.window, answer.meanwhile, NULL);
    *refused = answer.error_count > 0;
    server_edition_put(s, e);
    return payload;
}

static void acknowledge(struct server *s, unsigned conn, const struct drc_slack_frame *frame,
                        const char *payload, const char *type)
{
    struct drc_err err = DRC_ERR_INIT;
    size_t bytes;
    char *ack = drc_slack_ack(frame->envelope_id, payload, &bytes, &err);
    if (ack == NULL || drc_slack_socket_ack(s->socket, conn, ack, bytes, &err) < 0)
        drc_log(DRC_LOG_WARN, "slack.ack", "type=%s why=\"%s\"", type, err.msg);
    free(ack);
}

static void on_envelope(unsigned conn, const struct drc_slack_frame *frame, const char *text,
                        size_t bytes, int64_t received_us, void *user)
{
    struct server *s = user;
    struct drc_err err = DRC_ERR_INIT;
    const char *key = frame->dedupe_key == NULL ? frame->envelope_id : frame->dedupe_key;
    const char *type = frame->type == NULL ? "unknown" : frame->type;
    struct drc_inbox_row row = {.dedupe_key = key,
                                .type = type,
                                .envelope = text,
                                .bytes = bytes,
                                .received_ms = drc_clock_wall_ms()};
    bool duplicate = false, refused = false;
    struct drc_arena *a = drc_arena_new();
    const char *payload = strcmp(type, "interactive") == 0 && frame->accepts_payload
                              ? judge_form(s, a, text, bytes, &refused)
                              : NULL;
    if (!refused && drc_inbox_put(s->inbox, key, type, text, bytes, row.received_ms, &row.id,
                                  &duplicate, &err) < 0) {
        drc_log(DRC_LOG_ERROR, "inbox.put", "type=%s code=%s why=\"%s\" acked=no", type,
                drc_err_name(err.code), err.msg);
        drc_arena_free(a);
        return; /* not stored, so not acked: the person sees that it did not arrive */
    }
    acknowledge(s, conn, frame, payload, type);
    drc_arena_free(a);
    if (refused)
        return;
    if (!duplicate)
        push(s, &row, false);
    drc_log(DRC_LOG_DEBUG, "slack.envelope", "type=%s duplicate=%d handled_us=%lld", type,
            duplicate, (long long)(drc_clock_mono_us() - received_us));
    if (++s->puts % PUTS_PER_CHECKPOINT == 0)
        atomic_store(&s->checkpoint_due, true);
}

static void on_state(bool connected, void *user)
{
    (void)user;
    drc_log(DRC_LOG_INFO, connected ? "slack.connected" : "slack.disconnected", "at_us=%lld",
            (long long)drc_clock_mono_us());
}

static void on_fatal(const struct drc_err *why, void *user)
{
    struct server *s = user;
    drc_log(DRC_LOG_ERROR, "slack.fatal", "code=%s why=\"%s\"", drc_err_name(why->code), why->msg);
    pthread_mutex_lock(&s->lock);
    s->fatal = *why;
    pthread_mutex_unlock(&s->lock);
    atomic_store(&s->stop_asked, true);
    drc_loop_wake(s->loop);
}

static void push_kind(struct server *s, enum drc_item_kind kind)
{
    struct drc_item *item = calloc(1, sizeof *item);
    if (item == NULL)
        abort();
    item->kind = kind;
    drc_queue_push(s->queue, item);
}

/* No request has ended for a while: a worker gives memory back. */
static void on_tidy(void *user)
{
    struct server *s = user;
    push_kind(s, DRC_ITEM_TIDY);
}

/* One tick at a time: a slow one is not followed by a heap of others. */
static void on_schedule(void *user)
{
    struct server *s = user;
    if (!atomic_exchange(&s->tick_waits, true))
        push_kind(s, DRC_ITEM_TICK);
    drc_timer_set(s->schedule, drc_conf_int("DIGEST_TICK_MS"));
}

static void on_prune(void *user)
{
    struct server *s = user;
    struct drc_err err = DRC_ERR_INIT;
    if (drc_inbox_prune(s->inbox, drc_clock_wall_ms() - KEEP_DONE_MS, &err) < 0)
        drc_log(DRC_LOG_WARN, "inbox.prune", "why=\"%s\"", err.msg);
    if (drc_clock_wall_ms() - s->purged_ms >= DRC_DAY_MS) { /* at the start, then once a day */
        s->purged_ms = drc_clock_wall_ms();
        atomic_store(&s->purge_due, true);
        push_kind(s, DRC_ITEM_TIDY);
    }
    drc_timer_set(s->prune, PRUNE_EVERY_MS);
}

/* What was running when the program ended runs again one at a time: the one that ends it is then
 * found at its second start, and what merely ran beside it is never given up in its place. */
static int resume_rows(struct server *s, const struct drc_inbox_row *rows, size_t n,
                       struct drc_err *err)
{
    int suspects = 0;
    struct drc_db *state = drc_store_open(s->state_path, s->home, err);
    if (state == NULL)
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool suspect = drc_store_starts(state, rows[i].dedupe_key, NULL) > 0;
        suspects += suspect;
        push(s, &rows[i], suspect);
    }
    drc_db_close(state);
    drc_log(DRC_LOG_INFO, "inbox.resume", "open=%zu begun=%d", n, suspects);
    return 0;
}

static int resume(struct server *s, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_inbox_row *rows;
    size_t n = 0;
    int rc = drc_inbox_pending(s->inbox, a, &rows, &n, err);
    if (rc == 0 && n > 0)
        rc = resume_rows(s, rows, n, err);
    drc_arena_free(a);
    return rc;
}

/* ---- signals ------------------------------------------------------------------------------ */

static void *watch_signals(void *user)
{
    struct server *s = user;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1); /* from ourselves: the end */
    for (int sig; sigwait(&set, &sig) == 0 && sig != SIGUSR1;) {
        if (sig == SIGHUP) {
            struct drc_err err = DRC_ERR_INIT;
            if (server_edition_reload(s, &err) == 0)
                drc_log(DRC_LOG_INFO, "snapshot.loaded", "by=SIGHUP");
            else
                drc_log(DRC_LOG_ERROR, "snapshot.refused", "why=\"%s\" kept=old", err.msg);
            continue;
        }
        drc_log(DRC_LOG_INFO, "signal", "name=%s", sig == SIGTERM ? "SIGTERM" : "SIGINT");
        atomic_store(&s->stop_asked, true);
        drc_loop_wake(s->loop);
    }
    return NULL;
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* ---- start and stop ----------------------------------------------------------------------- */

static int read_settings(struct server *s, struct drc_err *err)
{
    s->home = drc_conf_home(err);
    s->facts_path = drc_conf_str("DRC_FACTS_DB");
    s->index_dir = drc_conf_str("DRC_INDEX_DIR");
    s->state_path = drc_conf_str("DRC_STATE_DB");
    s->inbox_path = drc_conf_str("DRC_INBOX_DB");
    s->api_url = drc_conf_str("SLACK_API_URL");
    s->bot_token = drc_conf_str("SLACK_BOT_TOKEN");
    s->app_token = drc_conf_str("SLACK_APP_TOKEN");
    s->ca_file = drc_conf_str("DRC_CA_FILE");
    s->worker_count = drc_conf_int("WORKERS") < 2 ? 2 : drc_conf_int("WORKERS");
    if (s->home == NULL)
        return -1;
    if (s->bot_token == NULL || s->app_token == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s is not set: put it into .env or the environment, or start with "
                           "--local to try drc without Slack",
                           s->bot_token == NULL ? "SLACK_BOT_TOKEN" : "SLACK_APP_TOKEN");
    int llm = drc_llm_configured(&s->llm_conf, err);
    s->llm = llm == 0 ? &s->llm_conf : NULL;
    return llm < 0 ? -1 : 0;
}

static int open_stores(struct server *s, struct drc_err *err)
{
    char lock[PATH_MAX];
    snprintf(lock, sizeof lock, "%s.lock", s->state_path);
    if (drc_file_mkparent(s->state_path, err) < 0 || drc_file_mkparent(s->inbox_path, err) < 0 ||
        drc_file_lock(lock, err) < 0)
        return -1;
    struct drc_db *state = drc_store_open(s->state_path, s->home,
                                          err); /* migrated once, before the workers race for it */
    int rc = state == NULL ? -1 : drc_slot_release_all(state, err);
    drc_db_close(state);
    if (rc < 0)
        return -1;
    s->inbox = drc_inbox_open(s->inbox_path, err);
    return s->inbox == NULL ? -1 : 0;
}

static int connect_first(struct server *s, struct drc_err *err)
{
    static const struct drc_slack_socket_events events = {on_envelope, on_state, on_fatal};
    struct drc_slack_socket_conf conf = {s->api_url, s->app_token, s->ca_file};
    s->loop = drc_loop_new(s->ca_file, err);
    if (s->loop == NULL)
        return -1;
    drc_loop_on_wake(s->loop, on_wake, s);
    s->socket = drc_slack_socket_start(s->loop, &conf, &events, s, err);
    return s->socket == NULL ? -1 : 0;
}

static int start_thread(pthread_t *t, void *(*fn)(void *), struct server *s, struct drc_err *err)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, WORKER_STACK_BYTES);
    int rc = pthread_create(t, &attr, fn, s);
    pthread_attr_destroy(&attr);
    return rc == 0
               ? 0
               : drc_err_set(err, DRC_ERR_CONFIG, "a thread cannot be started: %s", strerror(rc));
}

/* Runs the loop with its threads around it; returns when all have ended. */
static int run_threads(struct server *s, struct drc_err *err)
{
    pthread_t workers[DRC_WORKERS_MAX], signals;
    int n = 0, rc = start_thread(&signals, watch_signals, s, err);
    if (rc < 0)
        return -1;
    while (n < s->worker_count && n < DRC_WORKERS_MAX &&
           start_thread(&workers[n], n == 0 ? server_first_worker : server_worker, s, err) == 0)
        n++;
    if (n > 0 && resume(s, err) == 0) {
        s->prune = drc_timer_new(s->loop, on_prune, s);
        drc_timer_set(s->prune, 1000);
        s->tidy = drc_timer_new(s->loop, on_tidy, s);
        s->schedule = drc_timer_new(s->loop, on_schedule, s);
        drc_timer_set(s->schedule, drc_conf_int("DIGEST_TICK_MS"));
        rc = drc_loop_run(s->loop);
    } else {
        rc = -1;
    }
    atomic_store(&s->stop_asked, true);
    drc_queue_close(s->queue);
    pthread_mutex_lock(&s->lock);
    pthread_cond_broadcast(&s->self_known);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < n; i++)
        pthread_join(workers[i], NULL);
    pthread_kill(signals, SIGUSR1);
    pthread_join(signals, NULL);
    drain_done(s);
    return rc;
}

static void tear_down(struct server *s)
{
    if (s->prune != NULL)
        drc_timer_free(s->prune);
    if (s->tidy != NULL)
        drc_timer_free(s->tidy);
    if (s->schedule != NULL)
        drc_timer_free(s->schedule);
    if (s->socket != NULL)
        drc_slack_socket_free(s->socket);
    if (s->loop != NULL)
        drc_loop_free(s->loop);
    drc_inbox_close(s->inbox);
    drc_queue_free(s->queue);
    drc_slack_budget_free(s->budget);
    drc_ask_budget_free(s->ask_budget);
    drc_map_free(s->homes, NULL);
    if (s->edition != NULL)
        server_edition_put(s, s->edition);
}

int drc_serve(const struct drc_serve_options *opt, struct drc_err *err)
{
    struct server s = {.lock = PTHREAD_MUTEX_INITIALIZER, .self_known = PTHREAD_COND_INITIALIZER};
    struct local_slack local = {-1};
    mallopt(M_ARENA_MAX, 2);
    /* Fixed: else one freed chart makes the heap keep blocks of its size for good. */
    mallopt(M_MMAP_THRESHOLD, MALLOC_KEEP_BYTES);
    mallopt(M_TRIM_THRESHOLD, MALLOC_KEEP_BYTES);
    block_signals();
    if (drc_http_global_init(err) < 0)
        return -1;
    int rc = opt->local ? local_slack_start(opt->self_path, &local, err) : 0;
    if (rc == 0)
        rc = read_settings(&s, err);
    if (rc == 0)
        rc = open_stores(&s, err);
    if (rc == 0) {
        int reports = s.worker_count > 4 ? s.worker_count - 2 : s.worker_count - 1;
        s.budget = drc_slack_budget_new();
        s.ask_budget = drc_ask_budget_new();
        s.homes = drc_map_new();
        s.queue = drc_queue_new(s.worker_count, reports, drc_conf_int("LLM_CONCURRENCY"));
        rc = connect_first(&s, err);
    }
    if (rc == 0)
        rc = run_threads(&s, err);
    if (s.fatal.code != DRC_OK)
        rc = drc_err_set(err, s.fatal.code, "%s", s.fatal.msg);
    tear_down(&s);
    local_slack_stop(&local);
    return rc;
}
