/* An answer in the thread: entity and question, facts, commentary, sources, check line, tools. */
#include <ctype.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/compose.h"
#include "drc/fmt.h"
#include "drc/utf8.h"

#define EDGES_SHOWN 2
#define MODEL_TEXT_MAX_CHARS 2500

static bool any_cited(const struct drc_context *c, const struct drc_cited *cited)
{
    for (size_t i = 0; i < c->fact_count; i++)
        if (cited->facts[i])
            return true;
    for (size_t i = 0; i < c->edge_count; i++)
        if (cited->edges[i])
            return true;
    return false;
}

/* Facts that the commentary cites, in ledger order; its graph rows with those that weigh most. */
static void add_facts(struct drc_arena *a, struct drc_message *m, const struct drc_context *c,
                      const struct drc_cited *cited)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "facts");
    drc_text_add(a, &b->text, DRC_SPAN_BOLD, any_cited(c, cited) ? "Facts" : "Facts: none");
    for (size_t i = 0; i < c->fact_count; i++) {
        const struct drc_fact *f = &c->facts[i];
        if (!cited->facts[i])
            continue;
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "\n%s: ", f->title);
        if (f->entity != NULL) {
            drc_text_add(a, &b->text, DRC_SPAN_CODE, f->entity);
            drc_text_add(a, &b->text, DRC_SPAN_PLAIN, " ");
        }
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, f->display);
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " [%s]", f->id);
    }
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct drc_edge *e = &c->edges[i];
        if (!cited->edges[i])
            continue;
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "\n%c%s: ", toupper((unsigned char)e->title[0]), e->title + 1);
        if (e->entity != NULL) {
            drc_text_add(a, &b->text, DRC_SPAN_CODE, e->entity);
            drc_text_add(a, &b->text, DRC_SPAN_PLAIN, ", ");
        }
        drc_text_add(a, &b->text, DRC_SPAN_CODE, e->label);
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " [%s]", e->id);
    }
}

static void add_commentary(struct drc_arena *a, struct drc_message *m, const struct drc_answer *ans,
                           bool docs_only, const struct drc_text *by_template)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "commentary");
    if (ans->model_text != NULL) {
        drc_text_add(a, &b->text, DRC_SPAN_BOLD, "AI commentary");
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "\n%s",
                        drc_utf8_clean(a, ans->model_text, strlen(ans->model_text),
                                       MODEL_TEXT_MAX_CHARS, true));
        return;
    }
    drc_text_add(a, &b->text, DRC_SPAN_BOLD, docs_only ? "From the documentation" : "Commentary");
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "\n");
    drc_text_join(&b->text, by_template);
}

/* "R1 Spot evictions end attempts", "D1 Losing spot instances - <link>". */
static void add_pages(struct drc_arena *a, struct drc_block *b, const struct drc_context *c,
                      const struct drc_cited *cited)
{
    for (size_t i = 0; i < c->passage_count; i++) {
        const struct drc_passage *p = &c->passages[i];
        if (!cited->passages[i])
            continue;
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "\n[%s] %s%s", p->id,
                        *p->id == 'R' ? "runbook " : "", p->title);
        if (p->url == NULL)
            continue;
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, " - ");
        drc_text_link(a, &b->text, p->url, p->url);
    }
    bool any = c->parts[DRC_PART_DOCS].shown > 0;
    if (c->docs_wanted && !any)
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "\nno documentation found");
    if (c->docs_wanted && c->docs_off != NULL)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "%s%s", any ? "\n" : ": ", c->docs_off);
}

static void add_sources(struct drc_arena *a, struct drc_message *m, const struct drc_context *c,
                        const struct drc_answer *ans, const struct drc_cited *cited)
{
    const struct drc_result *res = c->result;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "sources");
    drc_text_add(a, &b->text, DRC_SPAN_BOLD, "Sources");
    if (c->docs_only) {
        add_pages(a, b, c, cited);
        return;
    }
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "  report %s v%d, run %s, sql %.8s, ",
                    res->report->id, res->report->version, ans->run_id, res->report->sql_hash);
    if (c->selection.row < 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "all %zu %s", res->rows.row_count,
                        drc_fmt_noun((int64_t)res->rows.row_count, "row", "rows"));
    else
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "row %d of %zu", c->selection.row + 1,
                        res->rows.row_count);
    if (c->edge_total > 0)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 usage graph %s, %zu of %zu %s",
                        c->graph_hash, c->edge_count, c->edge_total,
                        drc_fmt_noun((int64_t)c->edge_total, "neighbour", "neighbours"));
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 data %.12s%s", res->generation,
                    res->sample ? " (sample data)" : "");
    add_pages(a, b, c, cited);
}

static void add_check(struct drc_arena *a, struct drc_message *m, const struct drc_answer *ans,
                      bool docs_only)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "check");
    if (ans->waiting)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "Commentary by template, waiting for %s",
                        ans->model);
    else if (ans->model_text != NULL)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, "Written by AI (%s), %s", ans->model,
                        ans->checked);
    else if (ans->withheld != NULL)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "Commentary by template, AI commentary withheld: %s", ans->withheld);
    else if (ans->missing != NULL)
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN,
                     "By template: AI is not asked where a fact is missing");
    else
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN,
                     docs_only ? "Quoted from the documentation, no AI in this answer"
                               : "Commentary by template from the facts, no AI in this answer");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 prompt %.8s", ans->prompt->hash);
}

static void add_tools(struct drc_arena *a, struct drc_message *m, const struct drc_answer *ans)
{
    static const struct {
        const char *label, *action_id;
    } all[] = {{"Evidence", "tool:evidence"},
               {"Prompt", "tool:prompt"},
               {"SQL", "tool:sql"},
               {"Debug", "tool:debug"},
               {"Replay", "tool:replay"}};
    size_t n = sizeof all / sizeof *all;
    struct drc_button *tools = drc_arena_array(a, n, sizeof *tools);
    for (size_t i = 0; i < n; i++)
        tools[i] = (struct drc_button){.label = all[i].label,
                                       .action_id = all[i].action_id,
                                       .value = drc_value_make(a, ans->run_id, ans->answer_id)};
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_BUTTONS, "tools");
    b->buttons = tools;
    b->button_count = n;
}

static void add_feedback(struct drc_arena *a, struct drc_message *m, const struct drc_answer *ans)
{
    struct drc_button *x = drc_arena_array(a, 3, sizeof *x);
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_FEEDBACK, "feedback");
    const char *value = drc_value_make(a, ans->run_id, ans->answer_id);
    x[0] = (struct drc_button){.label = "Helpful",
                               .action_id = "tool:feedback",
                               .value = drc_arena_printf(a, "%s +", value)};
    x[1] = (struct drc_button){.label = "Not helpful",
                               .action_id = "tool:feedback",
                               .value = drc_arena_printf(a, "%s -", value)};
    x[2] = (struct drc_button){.label = "Delete this answer",
                               .action_id = "tool:delete",
                               .value = value,
                               .style = DRC_BUTTON_DANGER,
                               .confirm = "It goes away for everybody. The question can be asked "
                                          "again."};
    b->buttons = x;
    b->button_count = 3;
}

void drc_answer_cited(struct drc_arena *a, const struct drc_context *c,
                      const struct drc_answer *ans, struct drc_text *by_template,
                      struct drc_cited *cited)
{
    drc_answer_narrate(a, ans->chip, c, ans->missing, by_template, cited);
    if (ans->model_text != NULL)
        drc_cited_scan(c, ans->model_text, cited);
    for (size_t i = 0; i < c->edge_count && i < EDGES_SHOWN; i++)
        cited->edges[i] = true; /* shown beside the facts, whatever is said of them */
}

struct drc_message *drc_compose_answer(struct drc_arena *a, const struct drc_context *c,
                                       const struct drc_answer *ans)
{
    const char *question = ans->question == NULL ? ans->chip->question : ans->question;
    struct drc_message *m =
        drc_message_new(a, drc_arena_printf(a, "%s: %s", c->selection.label, ans->chip->label));
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "title");
    drc_text_add(a, &b->text, DRC_SPAN_CODE, c->selection.label);
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, " \u00b7 %s \u00b7 ",
                    drc_lane_title(ans->chip->lane));
    drc_text_add(a, &b->text, DRC_SPAN_BOLD,
                 drc_utf8_clean(a, question, strlen(question), 300, false));
    if (ans->question != NULL && c->docs_only)
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "\nAnswered from the documentation");
    else if (ans->question != NULL)
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "\nAnswered as the fixed question \u201c%s\u201d", ans->chip->question);
    if (ans->asked_by != NULL && *ans->asked_by != '\0') {
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN,
                     ans->question == NULL ? "\nAsked by " : ", asked by ");
        drc_text_add(a, &b->text, DRC_SPAN_USER, ans->asked_by);
    }
    struct drc_cited cited;
    struct drc_text by_template = {NULL, NULL};
    drc_answer_cited(a, c, ans, &by_template, &cited);
    if (!c->docs_only)
        add_facts(a, m, c, &cited);
    add_commentary(a, m, ans, c->docs_only, &by_template);
    add_sources(a, m, c, ans, &cited);
    add_check(a, m, ans, c->docs_only);
    add_tools(a, m, ans);
    add_feedback(a, m, ans);
    return m;
}
