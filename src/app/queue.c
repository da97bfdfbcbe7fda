#include "drc/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drc/clock.h"

#define CLASSES 3

struct running { /* an item at work, as it was when it was taken: its owner may change it */
    const struct drc_item *item;
    char key[160];
    enum drc_request_class class;
    struct running *next;
};

/* A worker without work. They form a stack: the one that worked last is called first, because its
 * connections, statements and pages are warm, and of a dozen only as many get memory as are needed
 * at once. One is called at a time; who takes an item and leaves others calls the next. */
struct idler {
    pthread_cond_t called_now; /* CLOCK_MONOTONIC */
    bool called;
    struct idler *next;
};

struct drc_queue {
    pthread_mutex_t lock;
    pthread_condattr_t monotonic;
    struct idler *idle;            /* top of the stack */
    struct drc_item *first, *last; /* in order of arrival */
    int length, workers;
    int slots[CLASSES], used[CLASSES];
    struct running *running;
    bool suspect_runs;
    bool closed;
};

struct drc_queue *drc_queue_new(int workers, int report_slots, int model_slots)
{
    struct drc_queue *q = calloc(1, sizeof *q);
    if (q == NULL)
        abort();
    int most = workers > 1 ? workers - 1 : 1; /* one worker is left for the quick ones */
    q->workers = workers;
    q->slots[DRC_CLASS_QUICK] = workers;
    q->slots[DRC_CLASS_REPORT] = report_slots < 1 ? 1 : report_slots < most ? report_slots : most;
    q->slots[DRC_CLASS_MODEL] = model_slots < 1 ? 1 : model_slots < most ? model_slots : most;
    pthread_mutex_init(&q->lock, NULL);
    pthread_condattr_init(&q->monotonic);
    pthread_condattr_setclock(&q->monotonic, CLOCK_MONOTONIC);
    return q;
}

void drc_item_free(struct drc_item *item)
{
    if (item == NULL)
        return;
    free(item->envelope);
    free(item);
}

void drc_queue_free(struct drc_queue *q)
{
    if (q == NULL)
        return;
    for (struct drc_item *i = q->first, *next; i != NULL; i = next) {
        next = i->next;
        drc_item_free(i);
    }
    for (struct running *r = q->running, *next; r != NULL; r = next) {
        next = r->next;
        free(r);
    }
    pthread_condattr_destroy(&q->monotonic);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static void call_one(struct drc_queue *q)
{
    struct idler *i = q->idle;
    if (i == NULL)
        return;
    q->idle = i->next;
    i->called = true;
    pthread_cond_signal(&i->called_now);
}

void drc_queue_push(struct drc_queue *q, struct drc_item *item)
{
    pthread_mutex_lock(&q->lock);
    item->next = NULL;
    if (q->last == NULL)
        q->first = item;
    else
        q->last->next = item;
    q->last = item;
    q->length++;
    call_one(q);
    pthread_mutex_unlock(&q->lock);
}

static bool key_runs(const struct drc_queue *q, const char *key)
{
    for (const struct running *r = q->running; r != NULL; r = r->next)
        if (strcmp(r->key, key) == 0)
            return true;
    return false;
}

/* An earlier item of the same thread waits: order within a thread is kept. */
static bool key_waits_before(const struct drc_queue *q, const struct drc_item *item)
{
    for (const struct drc_item *i = q->first; i != item; i = i->next)
        if (strcmp(i->thread_key, item->thread_key) == 0)
            return true;
    return false;
}

/* Reports and model calls together leave one worker free. */
static bool slot_free(const struct drc_queue *q, enum drc_request_class class)
{
    if (q->used[class] >= q->slots[class])
        return false;
    int slow = q->used[DRC_CLASS_REPORT] + q->used[DRC_CLASS_MODEL];
    return class == DRC_CLASS_QUICK || q->workers == 1 || slow < q->workers - 1;
}

/* The first item that may start now; *next_due_us: when the next one that only waits for its time
 * will. */
static struct drc_item *find(const struct drc_queue *q, int64_t now_us, int64_t *next_due_us)
{
    *next_due_us = 0;
    for (struct drc_item *i = q->first; i != NULL; i = i->next) {
        if (i->due_us > now_us) {
            if (*next_due_us == 0 || i->due_us < *next_due_us)
                *next_due_us = i->due_us;
            continue;
        }
        if (!slot_free(q, i->class) || (i->suspect && q->suspect_runs))
            continue;
        if (i->thread_key[0] != '\0' && (key_runs(q, i->thread_key) || key_waits_before(q, i)))
            continue;
        return i;
    }
    return NULL;
}

static void unlink_item(struct drc_queue *q, struct drc_item *item)
{
    struct drc_item *before = NULL;
    for (struct drc_item *i = q->first; i != item; i = i->next)
        before = i;
    if (before == NULL)
        q->first = item->next;
    else
        before->next = item->next;
    if (q->last == item)
        q->last = before;
    item->next = NULL;
    q->length--;
}

static void mark_running(struct drc_queue *q, const struct drc_item *item)
{
    struct running *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    q->used[item->class]++;
    q->suspect_runs = q->suspect_runs || item->suspect;
    r->item = item;
    r->class = item->class;
    memcpy(r->key, item->thread_key, sizeof r->key);
    r->next = q->running;
    q->running = r;
}

static void leave_stack(struct drc_queue *q, const struct idler *me)
{
    for (struct idler **at = &q->idle; *at != NULL; at = &(*at)->next)
        if (*at == me) {
            *at = me->next;
            return;
        }
}

/* Until called, or until due_us (0: none). */
static void wait_idle(struct drc_queue *q, int64_t due_us)
{
    struct idler me = {.next = q->idle};
    struct timespec ts = {.tv_sec = (time_t)(due_us / 1000000),
                          .tv_nsec = (long)(due_us % 1000000) * 1000};
    int rc = 0;
    pthread_cond_init(&me.called_now, &q->monotonic);
    q->idle = &me;
    while (!me.called && rc != ETIMEDOUT)
        rc = due_us == 0 ? pthread_cond_wait(&me.called_now, &q->lock)
                         : pthread_cond_timedwait(&me.called_now, &q->lock, &ts);
    if (!me.called)
        leave_stack(q, &me);
    pthread_cond_destroy(&me.called_now);
}

struct drc_item *drc_queue_take(struct drc_queue *q)
{
    struct drc_item *item = NULL;
    pthread_mutex_lock(&q->lock);
    while (!q->closed) {
        int64_t due_us;
        item = find(q, drc_clock_mono_us(), &due_us);
        if (item != NULL)
            break;
        wait_idle(q, due_us);
    }
    if (item != NULL) {
        unlink_item(q, item);
        mark_running(q, item);
        if (q->length > 0)
            call_one(q);
    }
    pthread_mutex_unlock(&q->lock);
    return item;
}

void drc_queue_release(struct drc_queue *q, struct drc_item *item)
{
    pthread_mutex_lock(&q->lock);
    for (struct running **at = &q->running; *at != NULL; at = &(*at)->next)
        if ((*at)->item == item) {
            struct running *gone = *at;
            q->used[gone->class]--;
            *at = gone->next;
            free(gone);
            break;
        }
    if (item->suspect)
        q->suspect_runs = false;
    if (q->length > 0)
        call_one(q);
    pthread_mutex_unlock(&q->lock);
}

void drc_queue_close(struct drc_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    while (q->idle != NULL)
        call_one(q);
    pthread_mutex_unlock(&q->lock);
}

int drc_queue_length(struct drc_queue *q)
{
    pthread_mutex_lock(&q->lock);
    int n = q->length;
    pthread_mutex_unlock(&q->lock);
    return n;
}
