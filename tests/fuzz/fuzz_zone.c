/* libFuzzer target of the time zone reader. Any bytes give a zone or an error; a zone gives offsets
 * and instants that agree, and a schedule in it goes on. */
#include "drc/schedule.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_zone z;
    int rc = drc_zone_parse(a, "Fuzz/Zone", data, bytes, &z, &err);
    must_agree(rc, &err);
    if (rc == 0) {
        const struct drc_schedule s = {.every = DRC_EVERY_DAY, .minute = 150};
        int64_t at_ms = INT64_C(1600000000000);
        for (int i = 0; i < 400; i++) {
            struct drc_slot_time slot = drc_schedule_next(&s, &z, at_ms);
            MUST(slot.due_ms > at_ms && slot.due_ms - at_ms < INT64_C(5) * 86400000);
            at_ms = slot.due_ms;
        }
        for (size_t i = 1; i < z.count; i++)
            MUST(z.at[i] > z.at[i - 1]);
        MUST(drc_zone_offset(&z, INT64_MIN / 4) == z.first_offset);
    }
    drc_arena_free(a);
    return 0;
}
