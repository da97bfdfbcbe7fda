/* A stored report run, as the state database may hold it after damage: it is read or refused, and
 * what is read can be shown and stored again. */
#include "fuzz.h"

#include "../harness/small_home.h"
#include "drc/compose.h"
#include "drc/ground.h"
#include "drc/limits.h"
#include "drc/slack.h"
#include "drc/store.h"
#include "drc/utf8.h"

static char home[] = "/tmp/drc-fuzz-XXXXXX";
static struct drc_snapshot *snap;

static void prepare(void)
{
    char facts[100];
    struct drc_err err = DRC_ERR_INIT;
    MUST(mkdtemp(home) != NULL);
    small_home(home);
    snprintf(facts, sizeof facts, "%s/facts.db", home);
    snap = drc_snapshot_load(home, facts, &err);
    if (snap == NULL)
        fprintf(stderr, "%s\n", err.msg);
    MUST(snap != NULL);
}

static void check_answer(struct drc_arena *a, const struct drc_result *res, const char *words)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_context c;
    struct drc_selection sel;
    if (drc_selection_make(a, res, NULL, &sel, &err) < 0)
        return;
    MUST(drc_context_build(a, res, &sel, NULL, NULL, &c, &err) == 0);
    MUST(c.fact_count <= DRC_FACTS_MAX);
    struct drc_ledger ledger;
    struct drc_grounding g;
    drc_ground_ledger(a, &c, &ledger);
    drc_ground_check(a, &ledger, words, &g);
    MUST(g.ok || *drc_ground_complaint(a, &g) != '\0');
    struct drc_picture none = {.trouble = "no picture"};
    struct drc_message *m = drc_compose_report(a, snap, res, &c, "abc123", "U1", &none);
    MUST(m->block_count > 0 && *m->summary != '\0');
    drc_slack_blocks(a, m, false, NULL);
}

/* Whatever stands there is read as lines of ours, and what was read is written and read again. */
static void check_inputs(struct drc_arena *a, const char *text)
{
    struct drc_inputs in, back;
    struct drc_replay_input pairs[2 * DRC_INPUTS_MAX];
    const char *id = "";
    drc_inputs_read(a, text, &in);
    drc_inputs_read(a, drc_inputs_text(a, &in), &back);
    MUST(in.count <= DRC_INPUTS_MAX && back.count == in.count);
    MUST(strcmp(drc_inputs_text(a, &in), drc_inputs_text(a, &back)) == 0);
    MUST(drc_inputs_compare(a, &in, &back, pairs) >= in.count);
    MUST(drc_made_block(a, text, text, &id) == 0);
    drc_made_block(a, text, "title:1 chart:2", &id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (snap == NULL)
        prepare();
    struct drc_arena *a = drc_arena_new();
    struct drc_err err = DRC_ERR_INIT;
    struct drc_result res, back;
    const char *text = text_of(a, data, bytes);
    check_inputs(a, text);
    int rc = drc_result_from_json(a, snap, text, &res, &err);
    must_agree(rc, &err);
    if (rc == 0) {
        MUST(res.rows.row_count <= DRC_REPORT_ROWS_MAX);
        MUST(res.params.days >= 1 && res.params.top >= 1);
        const char *once = drc_result_to_json(a, &res);
        MUST(drc_result_from_json(a, snap, once, &back, &err) == 0);
        MUST(strcmp(drc_result_to_json(a, &back), once) == 0);
        MUST(strcmp(res.rows_hash, back.rows_hash) == 0);
        check_answer(a, &res, text);
    }
    drc_arena_free(a);
    return 0;
}
