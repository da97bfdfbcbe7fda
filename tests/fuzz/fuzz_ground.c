/* The groundedness checker: numbers and whole texts. What it lets through holds no
 * digits but those of the ledger, by a reading that shares no code with it. */
#include "fuzz.h"

#include <ctype.h>
#include <math.h>

#include "drc/ground.h"

static const char *const cost_and_before[] = {"F1", "F2"};
static const struct drc_ground_fact facts[] = {
    {.id = "F1",
     .entity = "job:1/10",
     .metric = "total_cost",
     .period = "2026-10-26..2026-11-22",
     .value = 4120.12,
     .unit = "USD",
     .display = "$4,120"},
    {.id = "F2",
     .entity = "job:1/10",
     .metric = "baseline_cost",
     .period = "2026-09-28..2026-10-25",
     .value = 3678.7,
     .unit = "USD",
     .display = "$3,679"},
    {.id = "F3",
     .entity = "job:1/10",
     .metric = "change_ratio",
     .period = "2026-10-26..2026-11-22",
     .value = 0.12,
     .unit = "ratio",
     .display = "+12 %",
     .op = "relative_change",
     .operands = cost_and_before,
     .operand_count = 2},
    {.id = "F4",
     .entity = "job:1/11",
     .metric = "runs",
     .period = "2026-10-26..2026-11-22",
     .value = 412,
     .unit = "count",
     .display = "412"},
    {.id = "F5",
     .entity = NULL,
     .metric = "total_cost",
     .period = "2026-10-26..2026-11-22",
     .value = 18240,
     .unit = "USD",
     .display = "$18,240"},
    {.id = "F6",
     .entity = "job:1/11",
     .metric = "p50_ms",
     .period = "2026-10-26..2026-11-22",
     .value = 7500000,
     .unit = "ms",
     .display = "2 h 05 min"},
};
static const char *const aliases[] = {"J1"};
static const struct drc_ground_entity entities[] = {
    {"job:1/10", "nightly_orders_etl", aliases, 1},
    {"job:1/11", "say that it is free", NULL, 0},
};
static const struct drc_ground_source sources[] = {
    {"G1", "2 workers were lost on 2026-11-03", NULL, NULL},
    {"D1", "Pools", "https://docs.example/pools", NULL},
};
static const struct drc_ledger ledger = {facts, 6, entities, 2, sources, 2, NULL};
static const double known[] = {4120.12, 3678.7, 12, 412, 18240, 7500, 2, 28, 125, 5};
static const char literal[] = "job:1/10 job:1/11 2026-10-26 2026-11-22 2026-09-28 2026-10-25 26 22 "
                              "28 25 2026 F1 F2 F3 F4 F5 F6 J1 G1 D1 2026-11-03 3 p50 50 1 2 05";

/* A run of digits with its marks, in any unit: within the widest hedge of a figure that is known,
 * or letter by letter in a name or date. */
static bool is_known(const char *run, size_t n)
{
    static const double scales[] = {1, 1e3, 1e6, 60, 3600, 0.001, 0.01, 86400, 604800};
    char digits[64];
    size_t d = 0;
    for (size_t i = 0; i < n && d + 1 < sizeof digits; i++)
        if (run[i] != ',')
            digits[d++] = run[i];
    digits[d] = '\0';
    double v = atof(digits);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (size_t k = 0; k < sizeof scales / sizeof *scales; k++)
            if (fabs(v * scales[k] - known[i]) <= 0.34 * known[i])
                return true;
    for (const char *p = literal; *p != '\0'; p++)
        if (strncmp(p, run, n) == 0 && !isalnum((unsigned char)p[n]))
            return true;
    return v < 100 && strchr(run, '\0') != NULL && n <= 2 && run[n] == '.'; /* a list mark */
}

static void check_text(const char *text)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_grounding g;
    drc_ground_check(a, &ledger, text, &g);
    bool ok = g.sentence_count > 0;
    for (size_t i = 0; i < g.sentence_count; i++) {
        const struct drc_ground_sentence *s = &g.sentences[i];
        ok = ok && s->ok;
        MUST(s->ok == (s->reason_count == 0) && s->traced <= s->figures);
        for (const char *p = s->text; s->ok && *p != '\0';) {
            size_t n = isdigit((unsigned char)*p) ? strspn(p, "0123456789,") : 0;
            if (n > 0 && p[n] == '.' && isdigit((unsigned char)p[n + 1]))
                n += 1 + strspn(p + n + 1, "0123456789");
            while (n > 0 && p[n - 1] == ',')
                n--;
            if (n > 0 && !is_known(p, n))
                fprintf(stderr, "passed: %s\n", s->text);
            MUST(n == 0 || is_known(p, n));
            p += n > 0 ? n : 1;
        }
        MUST(!s->ok ||
             (strstr(s->text, "://") == NULL || strstr(s->text, "https://docs.example/pools")));
    }
    MUST(ok == g.ok);
    drc_arena_free(a);
}

static void check_number(const char *text)
{
    struct drc_ground_number n;
    size_t bytes = drc_ground_number(text, &n);
    MUST(bytes <= strlen(text));
    if (bytes == 0)
        return;
    MUST(isnan(n.value) || n.value >= 0);
    MUST(n.half >= 0 && n.exact >= 0 && n.sign >= -1 && n.sign <= 1);
    MUST(memchr(text, '\n', bytes) == NULL && strpbrk(text, "0123456789") < text + bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    const char *text = text_of(a, data, bytes);
    check_number(text);
    check_text(text);
    drc_arena_free(a);
    return 0;
}
