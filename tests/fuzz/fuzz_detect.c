/* libFuzzer target of `drc detect`: the reader of CSV files and the detector behind it. The first
 * byte chooses day or hour. Any bytes give a series or an error; a verdict is finite or unknown;
 * the events do not depend on whether bands are asked for. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drc/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void look_at(struct drc_arena *a, const struct drc_series *s, int per_day)
{
    struct drc_detect_options o = {.per_day = per_day, .first = s->first, .unit = 1};
    struct drc_detection quick, found;
    drc_detect(a, s->values, s->n, &o, &quick);
    o.bands = true;
    drc_detect(a, s->values, s->n, &o, &found);
    if (quick.event_count != found.event_count ||
        memcmp(quick.events, found.events, found.event_count * sizeof *found.events) != 0)
        abort();
    for (size_t i = 0; i < s->n; i++) {
        const struct drc_detect_point *p = &found.points[i];
        bool judged = !isnan(p->expected);
        if (judged && !(p->low <= p->expected && p->expected <= p->high && fabs(p->m) <= 9999))
            abort();
        if (p->flagged && (!judged || (s->values[i] >= p->low && s->values[i] <= p->high)))
            abort();
    }
    size_t before = 0;
    for (size_t i = 0; i < found.event_count; i++) {
        const struct drc_detect_event *e = &found.events[i];
        if (e->from < before || e->to < e->from || e->to >= s->n || !isfinite(e->impact))
            abort();
        before = e->from;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_series s;
    int per_day = bytes > 0 && data[0] % 2 == 1 ? 24 : 1;
    if (bytes > 0 &&
        drc_series_parse(a, (const char *)data + 1, bytes - 1, per_day, &s, &err) == 0 &&
        s.n <= 3000) /* longer ones only cost time */
        look_at(a, &s, per_day);
    drc_arena_free(a);
    return 0;
}
