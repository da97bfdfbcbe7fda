/* A worker thread: takes an item, runs its request with everything pinned, says how it ended. */
#include <inttypes.h>
#include <link.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest_run.h"
#include "drc/log.h"
#include "drc/raster.h"
#include "drc/run.h"
#include "drc/subscription.h"
#include "serve_inner.h"

#define WORKER_NICE 10
#define RETRY_MAX_MS 60000

struct worker {
    struct server *s;
    struct drc_db *facts, *state;
    struct drc_reader reader;
    uint64_t serial; /* of the edition that facts and reader belong to */
    struct drc_http *http;
    struct drc_slack_poster poster;
    char bot_user[32];
};

/* The loop and its acks go before all work here. */
static void lower_priority(void)
{
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), WORKER_NICE);
}

static int open_facts(struct worker *w, const struct edition *e, struct drc_err *err)
{
    if (w->serial != e->serial) {
        drc_db_close(w->facts);
        w->facts = NULL;
        drc_reader_close(&w->reader);
        w->reader.library = NULL;
        w->serial = e->serial;
    }
    if (w->facts != NULL)
        return 0;
    w->facts = server_facts_open(w->s, err);
    return w->facts == NULL ? -1 : 0;
}

/* The HTTP side always comes to be; 0 where the state is open too. */
static int open_all(struct worker *w, struct drc_err *err)
{
    if (w->http == NULL) {
        w->http = drc_http_new(w->s->ca_file);
        w->poster.api =
            (struct drc_slack_api){w->http, w->s->budget, w->s->api_url, w->s->bot_token, 0};
        drc_slack_poster_init(&w->poster, w->bot_user);
    }
    if (w->state == NULL)
        w->state = drc_store_open(w->s->state_path, w->s->home, err);
    return w->state == NULL ? -1 : 0;
}

static void close_all(struct worker *w)
{
    drc_db_close(w->facts);
    drc_db_close(w->state);
    drc_reader_close(&w->reader);
    if (w->http != NULL)
        drc_http_free(w->http);
}

/* Runs with a pinned snapshot; the person is told about a failure that waiting does not cure. */
static int run_pinned(struct worker *w, struct drc_env *env, const struct drc_request *req,
                      struct drc_outcome *out, struct drc_err *err)
{
    struct edition *e = server_edition_get(w->s, err);
    if (e == NULL)
        return -1;
    int rc = open_facts(w, e, err);
    if (rc == 0) {
        w->reader.library = e->library;
        env->snap = e->snap;
        env->facts = w->facts;
        env->reader = &w->reader;
        rc = drc_run(env, req, out, err);
    }
    server_edition_put(w->s, e);
    return rc;
}

static bool worth_waiting(const struct drc_err *err, const struct drc_item *item)
{
    return err->code == DRC_ERR_RATE && err->retry_ms > 0 && item->tries < 5;
}

static void tell(struct worker *w, struct drc_env *env, const struct drc_request *req,
                 const struct drc_err *why)
{
    struct drc_err err = DRC_ERR_INIT;
    (void)w;
    drc_log(DRC_LOG_WARN, "request.failed", "key=\"%s\" code=%s why=\"%s\"", req->key,
            drc_err_name(why->code), why->msg);
    if (drc_run_trouble(env, req, why, &err) < 0)
        drc_log(DRC_LOG_ERROR, "request.mute", "key=\"%s\" code=%s why=\"%s\"", req->key,
                drc_err_name(err.code), err.msg);
}

/* Not said where the answer stands already and only the end of the request was lost. */
static void give_up(struct worker *w, struct drc_env *env, const struct drc_request *req, int ends)
{
    struct drc_err err = DRC_ERR_INIT;
    if (drc_store_post_count(w->state, req->key, NULL) > 0)
        return;
    drc_err_set(&err, DRC_ERR_BUG,
                "the program ended %d times while this request ran, so it was given up", ends);
    tell(w, env, req, &err);
}

/* true: the item goes back to the queue as it now stands. */
static bool run_request(struct worker *w, struct drc_env *env, struct drc_request *req,
                        struct drc_item *item, const char **outcome)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_outcome out = {false, DRC_CLASS_QUICK, 0};
    int starts =
        item->tries == 0 ? drc_store_start(w->state, req->key, env->now_ms, &err) : item->tries;
    *outcome = "failed";
    if (starts < 0) {
        tell(w, env, req, &err);
        return false;
    }
    req->tries = starts;
    item->tries = starts;
    if (starts == DRC_REQUEST_TRIES_MAX + 1 && drc_store_answer_open(w->state, req->key, &err) > 0)
        env->model_off = true; /* its answer stands and says that it waits for the model */
    else if (starts > DRC_REQUEST_TRIES_MAX && env->again_queued == false) {
        *outcome = "dead";
        give_up(w, env, req, starts - 1);
        return false;
    }
    int rc = run_pinned(w, env, req, &out, &err);
    if (rc == 0 && !out.again) {
        *outcome = "ok";
        return false;
    }
    if (rc == 0) {
        item->class = out.class;
        item->due_us = out.delay_ms == 0 ? 0 : drc_clock_mono_us() + out.delay_ms * 1000;
        return true;
    }
    if (worth_waiting(&err, item)) {
        int64_t wait = err.retry_ms < RETRY_MAX_MS ? err.retry_ms : RETRY_MAX_MS;
        item->due_us = drc_clock_mono_us() + wait * 1000;
        drc_log(DRC_LOG_INFO, "request.waits", "key=\"%s\" ms=%lld", req->key, (long long)wait);
        return true;
    }
    tell(w, env, req, &err);
    return false;
}

static bool run_item(struct worker *w, struct drc_item *item, const char **outcome)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    struct drc_slack_self self;
    struct drc_request req;
    bool again = false;
    *outcome = "failed";
    if (!server_wait_self(w->s,
                          &self)) { /* stopping: the row stays open and runs after the restart */
        drc_arena_free(a);
        *outcome = NULL;
        return false;
    }
    memcpy(w->bot_user, self.user_id, sizeof w->bot_user);
    if (drc_slack_request_parse(a, item->envelope, item->bytes, &self, &req, &err) < 0) {
        drc_log(DRC_LOG_WARN, "request.unread", "inbox=%lld why=\"%s\"", (long long)item->inbox_id,
                err.msg);
        *outcome = "unread";
    } else if (req.kind == DRC_REQ_IGNORE) {
        *outcome = "ignored";
    } else {
        bool opened = open_all(w, &err) == 0;
        int64_t begun = drc_clock_mono_us();
        struct drc_env env = {.a = a,
                              .state = w->state,
                              .http = w->http,
                              .llm = w->s->llm,
                              .budget = w->s->ask_budget,
                              .poster = &w->poster.poster,
                              .now_ms = drc_clock_wall_ms(),
                              .again_queued = item->class == DRC_CLASS_MODEL};
        unsigned calls = w->poster.api.calls;
        req.received_ms = item->received_ms;
        if (req.kind == DRC_REQ_HOME)
            server_home_opened(w->s, req.user);
        if (opened)
            again = run_request(w, &env, &req, item, outcome);
        else
            tell(w, &env, &req, &err);
        drc_log(DRC_LOG_INFO, "request.done",
                "key=\"%s\" outcome=%s ms=%.1f since_received_ms=%lld calls=%u", req.key,
                again ? "again" : *outcome, (double)(drc_clock_mono_us() - begun) / 1000,
                (long long)(drc_clock_wall_ms() - item->received_ms), w->poster.api.calls - calls);
    }
    drc_arena_free(a);
    return again;
}

/* Memory that only the peak of a chart needed goes back to the system. */
static void give_back(void)
{
    drc_raster_trim();
    malloc_trim(0);
}

/* What is older than DRC_RETENTION_DAYS. */
static void purge(struct worker *w)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_purged gone;
    int days = drc_conf_int("DRC_RETENTION_DAYS");
    if (days == 0)
        drc_log(DRC_LOG_INFO, "retention", "days=0 note=\"everything is kept\"");
    else if (open_all(w, &err) < 0 ||
             drc_store_purge(w->state, drc_clock_wall_ms(), days, &gone, &err) < 0)
        drc_log(DRC_LOG_WARN, "retention", "days=%d why=\"%s\"", days, err.msg);
    else
        drc_log(DRC_LOG_INFO, "retention",
                "days=%d runs=%" PRId64 " answers=%" PRId64 " texts=%" PRId64 " calls=%" PRId64,
                days, gone.runs, gone.answers, gone.texts, gone.calls);
}

/* ---- digests ------------------------------------------------------------------------------ */

static void tick(struct worker *w)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    struct drc_slot *slots = drc_arena_array(a, DRC_SLOTS_PER_TICK + 1, sizeof *slots);
    int n = -1;
    if (open_all(w, &err) == 0) {
        struct drc_env env = {.a = a, .state = w->state, .now_ms = drc_clock_wall_ms()};
        n = drc_slots_tick(&env, slots, &err);
    }
    if (n < 0)
        drc_log(DRC_LOG_ERROR, "digest.tick", "why=\"%s\"", err.msg);
    for (int i = 0; i < n; i++) {
        struct drc_item *item = calloc(1, sizeof *item);
        if (item == NULL)
            abort();
        item->kind = DRC_ITEM_SLOT;
        item->class = strcmp(slots[i].care, "word") == 0 ? DRC_CLASS_MODEL : DRC_CLASS_REPORT;
        item->slot_day = slots[i].day;
        snprintf(item->sub_id, sizeof item->sub_id, "%s", slots[i].sub_id);
        snprintf(item->thread_key, sizeof item->thread_key, "digest:%s", slots[i].sub_id);
        drc_queue_push(w->s->queue, item);
    }
    drc_arena_free(a);
    atomic_store(&w->s->tick_waits, false);
}

/* An open home tab says when the next one is due: no longer true once a slot has ended. */
static void refresh_home(struct worker *w, struct drc_env *env, const struct drc_item *item)
{
    struct drc_slot slot;
    struct drc_sub sub;
    if (drc_slot_get(env->state, env->a, item->sub_id, item->slot_day, &slot, NULL) == 1 &&
        slot.ended_ms != 0 && drc_sub_get(env->state, env->a, item->sub_id, &sub, NULL) == 1 &&
        server_home_is_open(w->s, sub.owner))
        drc_refresh_home(env, sub.owner);
}

static void run_slot(struct worker *w, const struct drc_item *item)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_slack_self self;
    struct edition *e;
    if (!server_wait_self(w->s, &self))
        return; /* stopping: it stays claimed, the next start releases it */
    memcpy(w->bot_user, self.user_id, sizeof w->bot_user);
    struct drc_arena *a = drc_arena_new();
    int rc = open_all(w, &err);
    if (rc == 0 && (e = server_edition_get(w->s, &err)) != NULL) {
        rc = open_facts(w, e, &err);
        w->reader.library = e->library;
        struct drc_env env = {.a = a,
                              .snap = e->snap,
                              .facts = w->facts,
                              .state = w->state,
                              .reader = &w->reader,
                              .http = w->http,
                              .llm = w->s->llm,
                              .budget = w->s->ask_budget,
                              .poster = &w->poster.poster,
                              .now_ms = drc_clock_wall_ms()};
        if (rc == 0)
            rc = drc_run_slot(&env, item->sub_id, item->slot_day, &err);
        if (rc == 0 && item->class != DRC_CLASS_MODEL)
            refresh_home(w, &env, item);
        server_edition_put(w->s, e);
    } else {
        rc = -1;
    }
    if (rc < 0)
        drc_log(DRC_LOG_ERROR, "digest.run", "sub=%s code=%s why=\"%s\"", item->sub_id,
                drc_err_name(err.code), err.msg);
    drc_arena_free(a);
}

static void work(struct worker *w)
{
    for (struct drc_item *item; (item = drc_queue_take(w->s->queue)) != NULL;) {
        const char *outcome = NULL;
        int64_t id = item->inbox_id;
        bool again = false;
        switch (item->kind) {
        case DRC_ITEM_ENVELOPE:
            again = run_item(w, item, &outcome);
            break;
        case DRC_ITEM_TIDY:
            give_back();
            break;
        case DRC_ITEM_TICK:
            tick(w);
            break;
        case DRC_ITEM_SLOT:
            run_slot(w, item);
            break;
        }
        drc_queue_release(w->s->queue, item);
        if (again) {
            drc_queue_push(w->s->queue, item);
        } else {
            drc_item_free(item);
            if (outcome != NULL)
                server_finish(w->s, id, outcome);
        }
        if (atomic_exchange(&w->s->purge_due, false))
            purge(w);
        struct drc_err err = DRC_ERR_INIT;
        if (atomic_exchange(&w->s->checkpoint_due, false) &&
            drc_inbox_checkpoint(w->s->inbox_path, &err) < 0)
            drc_log(DRC_LOG_WARN, "inbox.checkpoint", "why=\"%s\"", err.msg);
    }
    close_all(w);
}

void *server_worker(void *server)
{
    struct worker w = {.s = server};
    lower_priority();
    work(&w);
    return NULL;
}

/* ---- warm-up ------------------------------------------------------------------------------ */

static int learn_self(struct server *s, struct drc_http *http, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_slack_api api = {http, s->budget, s->api_url, s->bot_token, 0};
    struct drc_slack_self self;
    int rc = drc_slack_auth_test(&api, a, &self, err);
    drc_arena_free(a);
    if (rc < 0)
        return -1;
    drc_log(DRC_LOG_INFO, "slack.self", "workspace=\"%s\" team=%s bot=%s url=%s", self.team,
            self.team_id, self.user_id, self.url);
    pthread_mutex_lock(&s->lock);
    s->self = self;
    s->have_self = true;
    pthread_cond_broadcast(&s->self_known);
    pthread_mutex_unlock(&s->lock);
    return 0;
}

static bool is_final(const struct drc_err *err)
{
    return err->code == DRC_ERR_AUTH || err->code == DRC_ERR_CONFIG;
}

/* Without knowing who we are nothing can be answered: tries until it works, or until it never can.
 */
static void keep_learning(struct server *s, struct drc_http *http)
{
    for (int64_t wait_ms = 200; !atomic_load(&s->stop_asked);
         wait_ms = wait_ms < 10000 ? wait_ms * 2 : wait_ms) {
        struct drc_err err = DRC_ERR_INIT;
        if (learn_self(s, http, &err) == 0)
            break;
        drc_log(DRC_LOG_WARN, "slack.auth_test", "code=%s why=\"%s\"", drc_err_name(err.code),
                err.msg);
        if (is_final(&err)) {
            pthread_mutex_lock(&s->lock);
            s->fatal = err;
            pthread_mutex_unlock(&s->lock);
            atomic_store(&s->stop_asked, true);
            drc_loop_wake(s->loop);
            break;
        }
        for (int64_t slept = 0; slept < wait_ms && !atomic_load(&s->stop_asked); slept += 50)
            drc_clock_sleep_ms(50);
    }
}

/* Each report and its chart, thrown away: statements, pages, fonts and librsvg are then warm for
 * the first person. A bot that is to stop leaves off. */
static void rehearse(struct worker *w, const struct edition *e)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_snapshot *snap = e->snap;
    if (open_facts(w, e, &err) < 0)
        return;
    for (size_t i = 0; i < snap->report_count && !atomic_load(&w->s->stop_asked); i++) {
        if (snap->reports[i].reads_state) /* small, and there may be nothing in it yet */
            continue;
        struct drc_arena *a = drc_arena_new();
        struct drc_env env = {.a = a, .facts = w->facts, .snap = snap};
        struct drc_params params;
        struct drc_result res;
        struct drc_context whole;
        struct drc_picture pic;
        if (drc_params_parse(a, &snap->reports[i], "", &params, &err) < 0 ||
            drc_report_run(w->facts, a, &snap->reports[i], &params, &res, &err) < 0 ||
            drc_env_context(&env, &res, NULL, &whole, &err) < 0)
            drc_log(DRC_LOG_WARN, "warm_up", "report=%s why=\"%s\"", snap->reports[i].id, err.msg);
        else if (res.rows.row_count > 0)
            drc_picture_report(&env, &whole, &pic);
        drc_arena_free(a);
    }
}

/* Code pages of one library (or of drc itself) that were mapped so far. They are clean and stay in
 * the page cache: what is needed again comes back without a read, the code of the start is not. */
static int unmap_code(struct dl_phdr_info *lib, size_t bytes, void *page_bytes)
{
    uintptr_t page = *(uintptr_t *)page_bytes;
    (void)bytes;
    for (int i = 0; i < lib->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &lib->dlpi_phdr[i];
        if (p->p_type != PT_LOAD || (p->p_flags & (PF_X | PF_W)) != PF_X)
            continue;
        uintptr_t from = (lib->dlpi_addr + p->p_vaddr) & ~(page - 1);
        madvise((void *)from, lib->dlpi_addr + p->p_vaddr + p->p_memsz - from, MADV_DONTNEED);
    }
    return 0;
}

static void warm_up(struct worker *w)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct drc_err err = DRC_ERR_INIT;
    struct edition *e = server_edition_get(w->s, &err);
    const struct drc_theme *theme = e == NULL ? NULL : drc_snapshot_theme(e->snap, &err);
    if (theme == NULL || drc_raster_check_fonts(drc_theme_font_family(theme), &err) < 0)
        drc_log(DRC_LOG_ERROR, "snapshot", "code=%s why=\"%s\"", drc_err_name(err.code), err.msg);
    if (e != NULL) {
        rehearse(w, e);
        if (!atomic_load(&w->s->stop_asked)) {
            server_warm_graph(w->s, e);
            drc_library_open(e->library);
        }
        server_edition_put(w->s, e);
    }
    give_back();
    dl_iterate_phdr(unmap_code, &page);
}

void *server_first_worker(void *server)
{
    struct worker w = {.s = server};
    struct drc_err err = DRC_ERR_INIT;
    lower_priority();
    if (open_all(&w, &err) < 0)
        drc_log(DRC_LOG_ERROR, "worker.state", "why=\"%s\"", err.msg);
    keep_learning(w.s, w.http);
    warm_up(&w);
    work(&w);
    return NULL;
}
