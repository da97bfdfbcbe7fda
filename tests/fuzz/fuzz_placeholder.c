/* What a model writes on its way to the checker: placeholders, aliases, tags, the form in JSON, and
 * the number parser on its own. What is filled holds no digit that neither the text nor the ledger
 * has. */
#include "fuzz.h"

#include <ctype.h>
#include <math.h>

#include "drc/llm.h"
#include "drc/placeholder.h"
#include "drc/proof.h"

static const struct drc_ground_fact facts[] = {
    {.id = "F1",
     .entity = "job:1/10",
     .metric = "total_cost",
     .value = 4120,
     .unit = "USD",
     .display = "$4,120"},
    {.id = "F2",
     .entity = "job:1/10",
     .metric = "change_ratio",
     .value = 0.12,
     .unit = "change",
     .display = "+12 %"},
    {.id = "F3", .metric = "runs", .value = 28, .unit = "count", .display = "28"},
    {.id = "F4", .metric = "p50_ms", .value = NAN, .unit = "ms", .display = "n/a"},
};
static const char *const aliases[] = {"J1"};
static const struct drc_ground_entity entities[] = {
    {"job:1/10", "nightly etl", aliases, 1},
    {"job:1/11", "{F3}", NULL, 0},
};
static const struct drc_ledger ledger = {facts, 4, entities, 2, NULL, 0, NULL};

static void check_fill(struct drc_arena *a, const char *text)
{
    struct drc_placed out;
    drc_placeholder_fill(a, &ledger, text, &out);
    MUST(out.fault_count <= DRC_PLACEHOLDER_FAULTS_MAX);
    for (size_t i = 0; i < out.fault_count; i++) {
        MUST(*out.faults[i].why != '\0');
        MUST(strstr(out.text, out.faults[i].key) != NULL);
    }
    if (strpbrk(text, "{}") == NULL && strlen(text) <= DRC_GROUND_TEXT_MAX_BYTES)
        MUST(out.fault_count == 0 && out.filled == 0 && strcmp(out.text, text) == 0);
    if (out.filled == 0)
        MUST(strlen(out.text) <= strlen(text));
    bool typed = strstr(text, "4,120") != NULL; /* the text has it of its own */
    for (const char *p = out.text; !typed && (p = strstr(p, "4,120")) != NULL; p++)
        MUST(p > out.text && p[-1] == '$' && !isdigit((unsigned char)p[5]));
}

static void check_answer(struct drc_arena *a, const char *text)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_written w;
    struct drc_grounding g;
    int form = drc_llm_read_answer(a, text, &w, &err);
    must_agree(form < 0 ? -1 : 0, &err);
    if (form < 0)
        return;
    MUST(w.line_count <= DRC_PROOF_LINES_MAX);
    drc_proof_check(a, &ledger, form == 1 ? drc_proof_text(a, &ledger, &w) : text, form == 1, &g);
    for (size_t i = 0; i < g.sentence_count; i++)
        MUST(g.sentences[i].ok == (g.sentences[i].reason_count == 0));
    MUST(!g.ok || strstr(g.text, "{F1}") == NULL);
}

static void check_number(const char *text)
{
    struct drc_ground_number n;
    size_t bytes = drc_ground_number(text, &n);
    MUST(bytes <= strlen(text));
    MUST(bytes == 0 || (n.half >= 0 && n.exact >= 0 && (isnan(n.value) || n.value >= 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    const char *text = text_of(a, data, bytes);
    check_number(text);
    check_fill(a, text);
    check_answer(a, text);
    drc_arena_free(a);
    return 0;
}
