/* Budgets per method and channel. Slack's tiers are floors that it may exceed, so calls go out
 * freely until Slack says 429; then that method (in that channel) is silent for Retry-After and for
 * a minute keeps to its tier's pace. Nothing else waits. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "call.h"
#include "drc/clock.h"
#include "drc/map.h"

#define PACED_US INT64_C(60000000)
#define SLEEP_MAX_US INT64_C(2000000)
#define ENTRIES_MAX 2000

struct pace {
    int64_t free_us;  /* nothing before this */
    int64_t paced_us; /* until then: `gap_us` between calls */
    int64_t gap_us;
};

struct drc_slack_budget {
    pthread_mutex_t lock;
    struct drc_map *paces; /* "method channel" -> struct pace; only those that met a 429 */
};

struct drc_slack_budget *drc_slack_budget_new(void)
{
    struct drc_slack_budget *b = calloc(1, sizeof *b);
    if (b == NULL)
        abort();
    pthread_mutex_init(&b->lock, NULL);
    b->paces = drc_map_new();
    return b;
}

void drc_slack_budget_free(struct drc_slack_budget *b)
{
    if (b == NULL)
        return;
    drc_map_free(b->paces, free);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

static void make_key(char *out, size_t bytes, const char *method, const char *channel)
{
    snprintf(out, bytes, "%.60s %.40s", method, channel == NULL ? "" : channel);
}

/* How long to wait now; 0 takes a turn. */
static int64_t turn(struct drc_slack_budget *b, const char *key)
{
    pthread_mutex_lock(&b->lock);
    struct pace *p = drc_map_get(b->paces, key);
    int64_t now = drc_clock_mono_us(), wait = 0;
    if (p != NULL && p->free_us > now)
        wait = p->free_us - now;
    else if (p != NULL && p->paced_us > now)
        p->free_us = now + p->gap_us;
    pthread_mutex_unlock(&b->lock);
    return wait;
}

int slack_budget_wait(struct drc_slack_budget *b, const char *method, const char *channel,
                      struct drc_err *err)
{
    char key[128];
    make_key(key, sizeof key, method, channel);
    for (int64_t slept = 0;;) {
        int64_t wait = turn(b, key);
        if (wait == 0)
            return 0;
        if (slept + wait > SLEEP_MAX_US) {
            drc_err_set(err, DRC_ERR_RATE, "Slack's limit for %s is reached", method);
            if (err != NULL)
                err->retry_ms = (int)(wait / 1000) + 1;
            return -1;
        }
        drc_clock_sleep_ms(wait / 1000 + 1);
        slept += wait;
    }
}

void slack_budget_hold(struct drc_slack_budget *b, const char *method, const char *channel,
                       int per_minute, int wait_ms)
{
    char key[128];
    make_key(key, sizeof key, method, channel);
    pthread_mutex_lock(&b->lock);
    struct pace *p = drc_map_get(b->paces, key);
    if (p == NULL && drc_map_count(b->paces) < ENTRIES_MAX) {
        p = calloc(1, sizeof *p);
        if (p == NULL)
            abort();
        drc_map_set(b->paces, key, p);
    }
    if (p != NULL) {
        p->free_us = drc_clock_mono_us() + (int64_t)wait_ms * 1000;
        p->paced_us = p->free_us + PACED_US;
        p->gap_us = 60000000 / (per_minute > 0 ? per_minute : 60);
    }
    pthread_mutex_unlock(&b->lock);
}
