/* Work queue between the loop and the workers. Items move in and out by ownership; three classes
 * with slots of their own, so that nothing waits inside a worker; items with the same thread key
 * never run together and keep their order. Any thread; one mutex. */
#ifndef DRC_QUEUE_H
#define DRC_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/err.h"
#include "drc/request.h"

struct drc_queue;

enum drc_item_kind {
    DRC_ITEM_ENVELOPE,
    DRC_ITEM_TIDY, /* give memory back, see app/worker.c */
    DRC_ITEM_TICK, /* look which digests are due */
    DRC_ITEM_SLOT  /* run a claimed slot of a digest */
};

struct drc_item {
    enum drc_item_kind kind;
    int64_t inbox_id;
    char *envelope;  /* ENVELOPE: malloc'd, owned by the item */
    char sub_id[16]; /* SLOT */
    int64_t slot_day;
    size_t bytes;
    char thread_key[160];
    enum drc_request_class class;
    int tries;
    bool suspect; /* was running when the program ended: never together with another suspect */
    int64_t received_ms, due_us; /* monotonic; 0 = now */
    struct drc_item *next;       /* used by the queue */
};

/* workers: threads; report_slots and model_slots: at most so many of that class at once (one worker
 * is always left for quick ones when workers > 1). */
struct drc_queue *drc_queue_new(int workers, int report_slots, int model_slots);
void drc_queue_free(struct drc_queue *q);                        /* frees what is left in it */
void drc_queue_push(struct drc_queue *q, struct drc_item *item); /* takes it; keeps due order */
/* Blocks until an item may run; NULL once closed and nothing is left to start. The caller runs it
 * and gives it back. */
struct drc_item *drc_queue_take(struct drc_queue *q);
/* After the run: frees the slot and the thread key that the item was taken with, whatever its owner
 * has set in it since. The caller still owns the item (frees it, or pushes it again). */
void drc_queue_release(struct drc_queue *q, struct drc_item *item);
void drc_queue_close(
    struct drc_queue *q); /* takes return NULL after running items end; nothing new is started */
int drc_queue_length(struct drc_queue *q);
void drc_item_free(struct drc_item *item);

#endif
