/* What every chip says without a model, of every row of every report and of every entity of the
 * sample estate, with the messages around it: a count and its noun agree, and a chip has something
 * to say or says what is missing. Runs in the root of the repository. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../harness/sample_home.h"
#include "drc/clock.h"
#include "drc/compose.h"
#include "drc/message.h"
#include "drc/utf8.h"

#ifdef SANITIZED
#define ROWS_MAX 4 /* they run five times slower, and look for something else */
#define RUNS_MAX "8"
#define WHOLE false /* of the entities, too few to hold what is counted over all of them */
#else
#define ROWS_MAX 60
#define RUNS_MAX "60"
#define WHOLE true
#endif
#define DEADLINE_MS 5000
#define DETAILS_WIDTH 96
#define NOTHING "The facts of this run do not answer this question."

static struct drc_arena *kept; /* for the whole program */
static struct drc_snapshot *snap;
static const struct drc_graph *graph;
static struct drc_db *facts;
static const char *path;
static struct drc_err err;
static size_t answers, lacking, wrong, stopping, never_stopping;

static void must(int rc)
{
    if (rc < 0)
        fail_msg("%s: %s", drc_err_name(err.code), err.msg);
}

static int start(void **state)
{
    (void)state;
    kept = drc_arena_new();
    snap = sample_home(kept, &path, &err);
    facts = snap == NULL ? NULL : drc_db_open(path, DRC_DB_READ, &err);
    if (facts == NULL || drc_db_sandbox(facts, &err) < 0)
        return -1;
    graph = drc_snapshot_graph(snap, facts, &err);
    return graph == NULL ? -1 : 0;
}

static int stop(void **state)
{
    (void)state;
    drc_db_close(facts);
    sample_home_free(kept, snap);
    drc_arena_free(kept);
    return 0;
}

static bool is_adjective(const char *word, size_t bytes)
{
    static const char *const all[] = {"spot",     "failed",  "logical", "recorded", "successful",
                                      "open",     "further", "other",   "usage",    "scheduled",
                                      "affected", "evicted", "critical"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strlen(all[i]) == bytes && strncmp(all[i], word, bytes) == 0)
            return true;
    return false;
}

/* The word behind a lone 1 ("1 runs", "1 spot evictions") where it is a plural; NULL: there is
 * none. Words that end in s as one: "is", "was", "has", "success", "this", "its". */
static const char *plural_after_one(const char *text, size_t *bytes)
{
    static const char *const single[] = {"is", "was", "has", "this", "its", "as", "does", "needs"};
    for (const char *p = text; (p = strstr(p, "1 ")) != NULL; p += 2) {
        if (p > text && (isalnum((unsigned char)p[-1]) || strchr(".,-:/$", p[-1]) != NULL))
            continue;
        const char *word = p + 2;
        for (int k = 0; k < 3; k++) { /* "1 spot evictions": a noun may have words before it */
            size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz");
            bool one = n < 3 || word[n - 1] != 's' || word[n - 2] == 's';
            for (size_t i = 0; i < sizeof single / sizeof *single; i++)
                one = one || (strlen(single[i]) == n && strncmp(single[i], word, n) == 0);
            if (!one) {
                *bytes = (size_t)(word + n - p);
                return p;
            }
            if (!is_adjective(word, n) || word[n] != ' ')
                break;
            word += n + 1;
        }
    }
    return NULL;
}

static void check(const char *where, const char *text)
{
    size_t n;
    const char *at = plural_after_one(text, &n);
    if (at == NULL)
        return;
    print_message("%s: \"%.*s\" in: %.*s\n", where, (int)n, at, 160,
                  at > text + 40 ? at - 40 : text);
    wrong++;
}

/* A figure: also no {slot} is left in it, and what never stops is not said in minutes. */
static void check_figure(struct drc_arena *a, const char *where, const struct drc_text pair[2])
{
    const char *text = drc_text_plain(a, &pair[1]);
    bool stops = strstr(drc_text_plain(a, &pair[0]), "by itself") != NULL,
         never = strcmp(text, "never") == 0;
    check(where, text);
    stopping += stops && !never;
    never_stopping += stops && never;
    if (strchr(text, '{') != NULL ||
        (stops && !never && (strncmp(text, "after ", 6) != 0 || strstr(text, " 0 m") != NULL))) {
        print_message("%s: %s is %s\n", where, drc_text_plain(a, &pair[0]), text);
        wrong++;
    }
}

/* All texts of a message, as a person reads them. */
static void check_message(struct drc_arena *a, const char *where, const struct drc_message *m)
{
    check(where, m->summary);
    for (const struct drc_block *b = m->first; b != NULL; b = b->next) {
        check(where, drc_text_plain(a, &b->text));
        for (size_t i = 0; i < b->figure_count; i++)
            check_figure(a, where, &b->figures[2 * i]);
    }
}

static void ask(struct drc_arena *a, const struct drc_chip *chip, const struct drc_context *made)
{
    struct drc_context c = *made;
    struct drc_prompt prompt;
    struct drc_text said = {NULL, NULL};
    struct drc_cited cited;
    c.facts = drc_arena_array(a, DRC_FACTS_MAX, sizeof *c.facts);
    memcpy(c.facts, made->facts, made->fact_count * sizeof *c.facts);
    if (chip->causes > 0)
        must(drc_context_causes(a, &snap->chips, snap->causes_sql,
                                drc_snapshot_graph(snap, facts, &err), facts, chip, &c, &err));
    drc_context_assemble(a, &c, NULL, 0);
    must(drc_prompt_make(a, &snap->chips, chip, &c, NULL, &prompt, &err));
    struct drc_answer ans = {.chip = chip,
                             .answer_id = "-",
                             .run_id = "-",
                             .missing = drc_answer_missing(a, snap, chip, &c),
                             .prompt = &prompt};
    const char *where =
        drc_arena_printf(a, "%s, %s of %s", chip->id, c.selection.label, c.result->report->id);
    drc_answer_narrate(a, chip, &c, ans.missing, &said, &cited);
    const char *text = drc_text_plain(a, &said);
    answers++;
    lacking += ans.missing != NULL;
    if (strstr(text, NOTHING) != NULL || strstr(text, "It did not fit among") != NULL ||
        strchr(text, '{') != NULL) {
        print_message("%s: %s\n", where, text);
        wrong++;
    }
    check_message(a, where, drc_compose_answer(a, &c, &ans));
}

/* All chips of one row, and its card; row < 0: of the whole report. */
static void ask_all(const struct drc_result *res, int row)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_picture none = {NULL, 0, NULL, NULL};
    struct drc_selection sel;
    struct drc_context c;
    const char *entity = row < 0 ? NULL : drc_result_text(res, (size_t)row, res->report->key);
    must(drc_selection_make(a, res, entity, &sel, &err));
    must(drc_context_build(a, res, &sel, graph, facts, &c, &err));
    if (row < 0) {
        check_message(a, res->report->id,
                      drc_compose_report(a, snap, res, &c, "run-0", "U0ALICE01", &none));
    } else {
        struct drc_card_line lines[DRC_CARD_LINES_MAX];
        struct drc_card card = {.lines = lines};
        must(drc_card_lines(a, facts, snap->cards, snap->card_count, entity, lines,
                            DRC_CARD_LINES_MAX, &card.line_count, &err));
        check_message(a, drc_arena_printf(a, "card of %s", sel.label),
                      drc_compose_card(a, snap, &c, &card, "run-0", "U0ALICE01", NULL, &none));
    }
    for (size_t i = 0; i < snap->chips.count; i++)
        if (drc_chip_offered(&snap->chips.chips[i], res->report->id, sel.kind))
            ask(a, &snap->chips.chips[i], &c);
    drc_arena_free(a);
}

/* Lines of the Details window: longer ones are broken in it, and no column stands under its
 * title. */
static void check_details(struct drc_arena *a, const struct drc_result *res)
{
    const struct drc_block *table = drc_compose_details(a, res, "run-0")->first;
    for (const char *p = drc_text_plain(a, &table->text); *p != '\0';) {
        size_t n = strcspn(p, "\n");
        const char *line = drc_arena_strndup(a, p, n);
        if (drc_utf8_width(line) > DETAILS_WIDTH) {
            print_message("details of %s: %s\n", res->report->id, line);
            wrong++;
        }
        p += n + (p[n] == '\n');
    }
}

static void run(const struct drc_report *r, const char *words, const char *entity, const char *day)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_params params;
    struct drc_result res;
    must(drc_params_parse(a, r, words, &params, &err));
    params.entity = entity;
    if (day != NULL)
        must(drc_date_parse(day, &params.as_of_day));
    must(drc_report_run(facts, a, r, &params, &res, &err));
    if (!r->single) {
        check_details(a, &res);
        ask_all(&res, -1);
    }
    for (int i = 0; i < (int)res.rows.row_count && i < ROWS_MAX; i++)
        ask_all(&res, i);
    drc_arena_free(a);
}

/* 28 days, a window that has none before it, and one day, where counts are small. */
static void reports(void **state)
{
    (void)state;
    static const char *const words[] = {"", "85d", "1d"};
    answers = lacking = wrong = 0;
    for (size_t i = 0; i < snap->report_count; i++)
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            if (!snap->reports[i].reads_state) /* the state is of another test */
                run(&snap->reports[i], words[w], NULL, NULL);
    print_message("             %zu answers, %zu of them say what is missing\n", answers, lacking);
    assert_true(answers > 500 && lacking > 0);
    assert_int_equal(wrong, 0);
}

static void entities_of(const char *kind, const char *sql)
{
    struct drc_rows rows;
    struct drc_sql_param params[] = {{"q", {DRC_CELL_TEXT, 0, 0, ""}},
                                     {"workspace", {DRC_CELL_NULL, 0, 0, NULL}}};
    must(drc_db_select(facts, kept, sql, params, 2, 5000, DEADLINE_MS, &rows, &err));
    assert_true(rows.row_count > 0);
    for (size_t i = 0; i < rows.row_count && i < ROWS_MAX; i++) {
        const struct drc_cell *row = &rows.cells[i * rows.column_count];
        run(drc_snapshot_entity(snap, kind), "", row[0].text,
            strcmp(kind, "run") == 0 ? row[3].text : NULL);
    }
}

static void entities(void **state)
{
    (void)state;
    answers = lacking = wrong = 0;
    for (size_t i = 0; i < snap->finder_count; i++)
        if (strcmp(snap->finders[i].kind, "job") != 0 && strcmp(snap->finders[i].kind, "run") != 0)
            entities_of(snap->finders[i].kind, snap->finders[i].sql);
    entities_of("run", "SELECT run_key, NULL, NULL, run_date FROM job_runs WHERE attempt = 1"
                       " AND run_date BETWEEN '2026-10-01' AND '2026-11-22'"
                       " ORDER BY is_final, rnd(logical_run_id, 0, 1000000000) LIMIT " RUNS_MAX);
    print_message("             %zu answers, %zu of them say what is missing\n", answers, lacking);
    assert_true(!WHOLE || (answers > 200 && lacking > 0));
    assert_true(stopping > 0 && never_stopping > 0);
    assert_int_equal(wrong, 0);
}

/* A line that no chip needs is one that nobody keeps true. */
static void each_missing_line_is_needed(void **state)
{
    (void)state;
    size_t needs = 0;
    for (size_t i = 0; i < snap->chips.missing_count; i++) {
        const struct drc_missing *m = &snap->chips.missing[i];
        bool found = false;
        for (size_t k = 0; k < snap->chips.count; k++) {
            const struct drc_chip *c = &snap->chips.chips[k];
            for (size_t n = 0; n < 2 * c->need_count; n++) {
                const char *need = n % 2 == 0 ? c->needs[n / 2] : c->or_needs[n / 2];
                found = found || (need != NULL && strcmp(need, m->metric) == 0 &&
                                  (m->of == NULL || strcmp(m->of, c->entity) == 0 ||
                                   drc_snapshot_report(snap, m->of) != NULL));
            }
        }
        if (!found && strcmp(m->metric, "wasted_uusd") != 0 &&
            strcmp(m->metric, "failed_attempts") != 0) /* these two: the example of the README */
            fail_msg("prompts/missing.list: no chip needs '%s'", m->metric);
        needs += found;
    }
    assert_true(needs > 15);
}

/* What good looks like is not offered where nothing can say how it is. */
static void good_is_offered_where_it_can_be_said(void **state)
{
    (void)state;
    size_t offered = 0;
    for (size_t i = 0; i < snap->chips.count; i++) {
        const struct drc_chip *c = &snap->chips.chips[i];
        if (strcmp(c->verb, "what-good-looks-like") != 0)
            continue;
        bool whole = strcmp(c->entity, "report") == 0;
        for (size_t k = 0; k < snap->report_count; k++) {
            const struct drc_report *r = &snap->reports[k];
            if (!drc_chip_offered(c, r->id, whole ? "report" : r->entity))
                continue;
            offered++;
            for (size_t n = 0; n < c->need_count; n++)
                if (!drc_context_may_hold(r, whole, c->needs[n]))
                    fail_msg("%s is offered on %s, which has no %s", c->id, r->id, c->needs[n]);
        }
    }
    assert_true(offered > 3); /* job and report on job-cost, compute types, anomalies */
}

static void a_plural_behind_one_is_seen(void **state)
{
    (void)state;
    static const char *const bad[] = {"1 runs", "x, 1 spot evictions", "(1 failed attempts)"};
    static const char *const good[] = {"1 run",       "11 runs",      "0.1 runs", "1 success",
                                       "1 of 3 runs", "1 attempt is", "F1 runs",  "-1 days"};
    size_t n;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_non_null(plural_after_one(bad[i], &n));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_null(plural_after_one(good[i], &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plural_behind_one_is_seen),
        cmocka_unit_test(each_missing_line_is_needed),
        cmocka_unit_test(good_is_offered_where_it_can_be_said),
        cmocka_unit_test(reports),
        cmocka_unit_test(entities),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
