/* The gate for model text: what it lets through holds no run of digits that the facts lack. */
#include "fuzz.h"

#include <ctype.h>

#include "drc/answer.h"

static struct drc_fact facts[] = {
    {.id = "F1",
     .title = "Cost",
     .period = "26 Oct-22 Nov 2026",
     .known = true,
     .display = "$18,240"},
    {.id = "F2",
     .title = "Change",
     .period = "26 Oct-22 Nov 2026",
     .known = true,
     .display = "+12 %"},
    {.id = "F3", .title = "Runs", .period = "26 Oct-22 Nov 2026", .known = false, .display = "n/a"},
};
static struct drc_edge edges[] = {{.id = "G1",
                                   .title = "has change",
                                   .label = "cluster i3.xlarge of \u00bd",
                                   .at_ms = 1795132800000}};
static const char evidence[] =
    "F1 $18,240 Cost 26 Oct-22 Nov 2026 F2 +12 % Change F3 Runs G1 has change cluster i3.xlarge of "
    "\u00bd 2026-11-20T00:00:00.000Z job:1/10 nightly_orders_etl Job cost 26 Oct 22 Nov 2026 "
    "2026-10-26 2026-11-22";

/* Independent of the gate: each run of ASCII digits stands in the evidence as a whole run. */
static bool stands(const char *digits, size_t n)
{
    for (const char *p = evidence; *p != '\0'; p++)
        if (strncmp(p, digits, n) == 0 && !isdigit((unsigned char)p[n]) &&
            (p == evidence || !isdigit((unsigned char)p[-1])))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct drc_report report = {.id = "job-cost", .title = "Job cost"};
    const struct drc_result res = {
        .report = &report, .params = {.days = 28, .as_of_day = 20779}, .first_day = 20752};
    const struct drc_context c = {.result = &res,
                                  .selection = {"job:1/10", "job", "nightly_orders_etl", 0},
                                  .facts = facts,
                                  .fact_count = 3,
                                  .edges = edges,
                                  .edge_count = 1};
    struct drc_arena *a = drc_arena_new();
    const char *why = NULL, *text = text_of(a, data, bytes);
    bool fine = drc_answer_literal(a, &c, text, &why);
    MUST(fine == (why == NULL) && (fine || *why != '\0'));
    MUST(fine || strstr(text, why) != NULL || strcasestr(text, why) != NULL);
    for (const char *p = text; fine && *p != '\0';) {
        size_t n = strspn(p, "0123456789");
        MUST(n == 0 || stands(p, n));
        p += n > 0 ? n : 1;
    }
    drc_arena_free(a);
    return 0;
}
