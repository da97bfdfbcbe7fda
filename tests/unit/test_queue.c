/* The work queue: classes with slots of their own, one thread key at a time, due times. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/queue.h"

static struct drc_item *item(int64_t id, enum drc_request_class class, const char *thread)
{
    struct drc_item *i = calloc(1, sizeof *i);
    assert_non_null(i);
    i->inbox_id = id;
    i->class = class;
    i->envelope = strdup("{}");
    snprintf(i->thread_key, sizeof i->thread_key, "%s", thread);
    return i;
}

static struct drc_item *push(struct drc_queue *q, int64_t id, enum drc_request_class class,
                             const char *thread)
{
    struct drc_item *i = item(id, class, thread);
    drc_queue_push(q, i);
    return i;
}

static struct drc_item *take(struct drc_queue *q, int64_t id)
{
    struct drc_item *i = drc_queue_take(q);
    assert_non_null(i);
    assert_int_equal(i->inbox_id, id);
    return i;
}

static void finish(struct drc_queue *q, struct drc_item *i)
{
    drc_queue_release(q, i);
    drc_item_free(i);
}

static void test_order(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(4, 4, 4);
    for (int64_t id = 1; id <= 3; id++)
        push(q, id, DRC_CLASS_QUICK, "");
    assert_int_equal(drc_queue_length(q), 3);
    for (int64_t id = 1; id <= 3; id++)
        finish(q, take(q, id));
    assert_int_equal(drc_queue_length(q), 0);
    drc_queue_free(q);
}

/* Slow work never takes the last worker: a quick request passes what waits for a slot. */
static void test_one_worker_for_quick(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(3, 3, 3);
    push(q, 1, DRC_CLASS_REPORT, "a");
    push(q, 2, DRC_CLASS_MODEL, "b");
    push(q, 3, DRC_CLASS_REPORT, "c");
    push(q, 4, DRC_CLASS_QUICK, "d");
    struct drc_item *one = take(q, 1), *two = take(q, 2), *four = take(q, 4);
    finish(q, four);
    finish(q, one);
    struct drc_item *three = take(q, 3);
    finish(q, two);
    finish(q, three);
    drc_queue_free(q);
}

static void test_slots_of_a_class(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(8, 6, 1);
    push(q, 1, DRC_CLASS_MODEL, "a");
    push(q, 2, DRC_CLASS_MODEL, "b");
    push(q, 3, DRC_CLASS_REPORT, "c");
    struct drc_item *one = take(q, 1), *three = take(q, 3);
    finish(q, one);
    finish(q, take(q, 2));
    finish(q, three);
    drc_queue_free(q);
}

/* A run that goes on as another class gives back the slot that it had: else every model call would
 * cost a report slot for ever. */
static void test_class_changes_while_running(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(2, 1, 1);
    for (int64_t id = 1; id <= 5; id++) {
        push(q, id, DRC_CLASS_REPORT, "a");
        struct drc_item *i = take(q, id);
        i->class = DRC_CLASS_MODEL;
        drc_queue_release(q, i);
        drc_queue_push(q, i);
        assert_ptr_equal(take(q, id), i);
        finish(q, i);
    }
    push(q, 6, DRC_CLASS_MODEL, "a"); /* and no slot was won either */
    push(q, 7, DRC_CLASS_MODEL, "b");
    push(q, 8, DRC_CLASS_QUICK, "c");
    struct drc_item *six = take(q, 6);
    finish(q, take(q, 8));
    finish(q, six);
    finish(q, take(q, 7));
    drc_queue_free(q);
}

/* Requests of one thread keep their order and never run together, whatever their class. */
static void test_thread_key(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(8, 8, 8);
    push(q, 1, DRC_CLASS_REPORT, "C1:t");
    push(q, 2, DRC_CLASS_QUICK, "C1:t");
    push(q, 3, DRC_CLASS_QUICK, "C1:u");
    push(q, 4, DRC_CLASS_QUICK, "");
    push(q, 5, DRC_CLASS_QUICK, "");
    struct drc_item *one = take(q, 1), *three = take(q, 3);
    struct drc_item *four = take(q, 4), *five = take(q, 5); /* no key: together */
    finish(q, four);
    finish(q, five);
    finish(q, one);
    finish(q, take(q, 2));
    finish(q, three);
    drc_queue_free(q);
}

/* A busy thread does not hold up the others (fairness), and a later item does not pass an earlier
 * one of its thread that waits for a slot. */
static void test_no_overtaking(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(4, 1, 1);
    push(q, 1, DRC_CLASS_REPORT, "x");
    push(q, 2, DRC_CLASS_REPORT, "y"); /* waits for the report slot */
    push(q, 3, DRC_CLASS_QUICK, "y");  /* waits for 2 */
    push(q, 4, DRC_CLASS_QUICK, "z");
    struct drc_item *one = take(q, 1);
    finish(q, take(q, 4));
    finish(q, one);
    finish(q, take(q, 2));
    finish(q, take(q, 3));
    drc_queue_free(q);
}

static void test_due(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(2, 1, 1);
    int64_t begun = drc_clock_mono_us();
    struct drc_item *later = item(1, DRC_CLASS_QUICK, "a");
    later->due_us = begun + 60000;
    drc_queue_push(q, later);
    push(q, 2, DRC_CLASS_QUICK, "b");
    finish(q, take(q, 2));
    finish(q, take(q, 1));
    assert_true(drc_clock_mono_us() - begun >= 60000);
    drc_queue_free(q);
}

static void *take_until_closed(void *queue)
{
    return drc_queue_take(queue);
}

static void test_close(void **state)
{
    (void)state;
    struct drc_queue *q = drc_queue_new(2, 1, 1);
    pthread_t thread;
    void *got = q;
    assert_int_equal(pthread_create(&thread, NULL, take_until_closed, q), 0);
    drc_queue_close(q);
    assert_int_equal(pthread_join(thread, &got), 0);
    assert_null(got);
    push(q, 1, DRC_CLASS_QUICK, "a"); /* stays in the inbox; freed with the queue */
    assert_null(drc_queue_take(q));
    drc_queue_free(q);
    drc_queue_free(NULL);
    drc_item_free(NULL);
}

enum { WORKERS = 4, ITEMS = 400, THREADS = 7 };

struct crowd {
    struct drc_queue *q;
    pthread_mutex_t lock;
    int together[THREADS], last[THREADS], done;
    int slow, slow_most;
    bool broken;
};

static void *work(void *data)
{
    struct crowd *c = data;
    for (struct drc_item *i; (i = drc_queue_take(c->q)) != NULL;) {
        int t = i->thread_key[0] - 'a', slow = i->class != DRC_CLASS_QUICK;
        pthread_mutex_lock(&c->lock);
        c->broken = c->broken || ++c->together[t] > 1 || c->last[t] >= (int)i->inbox_id;
        c->last[t] = (int)i->inbox_id;
        c->slow += slow;
        c->slow_most = c->slow > c->slow_most ? c->slow : c->slow_most;
        pthread_mutex_unlock(&c->lock);
        drc_clock_sleep_ms(0);
        pthread_mutex_lock(&c->lock);
        c->together[t]--;
        c->slow -= slow;
        bool last = ++c->done == ITEMS;
        pthread_mutex_unlock(&c->lock);
        finish(c->q, i);
        if (last)
            drc_queue_close(c->q);
    }
    return NULL;
}

static void test_many_workers(void **state)
{
    (void)state;
    struct crowd c = {.q = drc_queue_new(WORKERS, WORKERS, WORKERS),
                      .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &c), 0);
    for (int i = 1; i <= ITEMS; i++) {
        char key[2] = {(char)('a' + i * 5 % THREADS), '\0'};
        push(c.q, i, (enum drc_request_class)(i % 3), key);
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.done, ITEMS);
    assert_false(c.broken);
    assert_true(c.slow_most <= WORKERS - 1);
    drc_queue_free(c.q);
}

/* ---- the idle form a stack */

struct shift {
    struct drc_queue *q;
    pthread_mutex_t lock;
    pthread_t last;
    int done, changes;
};

static void *work_in_shift(void *data)
{
    struct shift *s = data;
    for (struct drc_item *i; (i = drc_queue_take(s->q)) != NULL;) {
        finish(s->q, i);
        pthread_mutex_lock(&s->lock);
        s->changes += s->done > 0 && pthread_equal(s->last, pthread_self()) == 0;
        s->last = pthread_self();
        s->done++;
        pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

static int done_in(struct shift *s)
{
    pthread_mutex_lock(&s->lock);
    int n = s->done;
    pthread_mutex_unlock(&s->lock);
    return n;
}

/* One item at a time goes to one worker, whose connections and caches are warm. */
static void test_last_worker_first(void **state)
{
    (void)state;
    struct shift s = {.q = drc_queue_new(WORKERS, WORKERS, WORKERS),
                      .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work_in_shift, &s), 0);
    for (int i = 1; i <= 20; i++) {
        drc_clock_sleep_ms(5); /* until the last one is idle again */
        push(s.q, i, DRC_CLASS_QUICK, "");
        for (int k = 0; k < 5000 && done_in(&s) < i; k++)
            drc_clock_sleep_ms(1);
        assert_int_equal(done_in(&s), i);
    }
    assert_true(s.changes <= 4); /* a busy machine may let one be late; in turn it would be 19 */
    drc_queue_close(s.q);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    drc_queue_free(s.q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_one_worker_for_quick),
        cmocka_unit_test(test_slots_of_a_class),
        cmocka_unit_test(test_class_changes_while_running),
        cmocka_unit_test(test_thread_key),
        cmocka_unit_test(test_no_overtaking),
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_many_workers),
        cmocka_unit_test(test_last_worker_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
