/* Help, lists, modals and notes. */
#include <ctype.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/compose.h"
#include "drc/digest.h"
#include "drc/fmt.h"
#include "drc/utf8.h"

#define DETAIL_ROWS 60
#define NAME_WIDTH 28
#define CELL_WIDTH 6          /* at least */
#define SHOWN_CHARS_MAX 65536 /* a view takes 250 kB; the longest report file fits whole */

struct drc_message *drc_compose_note(struct drc_arena *a, const char *sentence, const char *id)
{
    struct drc_message *m = drc_message_new(a, sentence);
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "note");
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, sentence);
    if (id != NULL) {
        struct drc_block *small = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "note-id");
        drc_text_printf(a, &small->text, DRC_SPAN_PLAIN, "id %s", id);
    }
    return m;
}

static void help_line(struct drc_arena *a, struct drc_text *t, const char *command,
                      const char *what)
{
    drc_text_add(a, t, DRC_SPAN_CODE, command);
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "  %s\n", what);
}

struct drc_message *drc_compose_help(struct drc_arena *a, const struct drc_snapshot *s)
{
    struct drc_message *m = drc_message_new(a, "How to use drc");
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "help");
    drc_text_add(a, &b->text, DRC_SPAN_BOLD,
                 "drc answers fixed questions about Databricks cost and reliability.");
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "\n");
    for (size_t i = 0; i < s->report_count; i++)
        help_line(a, &b->text, drc_arena_printf(a, "/drc report %s", s->reports[i].id),
                  s->reports[i].question);
    for (size_t i = 0; i < s->finder_count; i++)
        help_line(a, &b->text, drc_arena_printf(a, "/drc %s <id or name>", s->finders[i].kind),
                  drc_arena_printf(a, "the card of one %s", s->finders[i].noun));
    help_line(a, &b->text, "/drc reports [word]", "all reports");
    help_line(a, &b->text, "/drc digest subscribe", "a digest on a day and a time of yours");
    help_line(a, &b->text, "/drc digest list", "your subscriptions and those of the channel");
    help_line(a, &b->text, "/drc usage", "what AI commentary used: tokens, cost, times");
    help_line(a, &b->text, "/drc help", "this text");
    struct drc_block *words = drc_message_add(a, m, DRC_BLOCK_TEXT, "words");
    drc_text_add(a, &words->text, DRC_SPAN_PLAIN, "Words after a report: ");
    static const char *const examples[] = {"30d",
                                           "mtd",
                                           "last-month",
                                           "2026-10",
                                           "top:10",
                                           "workspace:name",
                                           "tag:team=x",
                                           "owner:name",
                                           "price:contract",
                                           "as-of:2026-11-01",
                                           "private"};
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        drc_text_add(a, &words->text, DRC_SPAN_CODE, examples[i]);
        drc_text_add(a, &words->text, DRC_SPAN_PLAIN, " ");
    }
    struct drc_block *c = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "hint");
    drc_text_add(a, &c->text, DRC_SPAN_PLAIN,
                 "Then pick a job under the chart and press a question. The same words work after "
                 "@drc, also in a thread "
                 "and in a direct message. Replay, under a report or an answer, makes it anew and "
                 "says whether it is the same, or what changed since.");
    return m;
}

static bool mentions(const char *const *texts, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (word == NULL || strcasestr(texts[i], word) != NULL)
            return true;
    return false;
}

static const char *const pillars[] = {"cost",         "reliability", "performance",
                                      "data quality", "resilience",  "operations"};

/* One pillar: what works with its command, what does not yet without one. */
static void add_pillar(struct drc_arena *a, struct drc_message *m, const struct drc_snapshot *s,
                       const char *pillar, const char *word)
{
    struct drc_text t = {NULL, NULL};
    for (size_t i = 0; i < s->report_count; i++) {
        const struct drc_report *r = &s->reports[i];
        const char *texts[] = {r->id, r->title, r->pillar, r->question};
        if (strcmp(r->pillar, pillar) != 0 || !mentions(texts, 4, word))
            continue;
        drc_text_add(a, &t, DRC_SPAN_PLAIN, "\n");
        drc_text_add(a, &t, DRC_SPAN_CODE, drc_arena_printf(a, "/drc report %s", r->id));
        drc_text_printf(a, &t, DRC_SPAN_PLAIN, "  %s", r->question);
    }
    for (size_t i = 0; i < s->planned_count; i++) {
        const struct drc_planned *r = &s->planned[i];
        const char *texts[] = {r->id, r->title, r->pillar, r->question};
        if (strcmp(r->pillar, pillar) != 0 || !mentions(texts, 4, word))
            continue;
        drc_text_printf(a, &t, DRC_SPAN_PLAIN, "\n%s, not available yet: ", r->title);
        drc_text_add(a, &t, DRC_SPAN_ITALIC, r->question);
    }
    if (t.first == NULL)
        return;
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, pillar);
    drc_text_printf(a, &b->text, DRC_SPAN_BOLD, "%c%s", toupper((unsigned char)*pillar),
                    pillar + 1);
    drc_text_join(&b->text, &t);
}

struct drc_message *drc_compose_reports(struct drc_arena *a, const struct drc_snapshot *s,
                                        const char *word)
{
    struct drc_message *m = drc_message_new(a, "Reports");
    for (size_t i = 0; i < sizeof pillars / sizeof *pillars; i++)
        add_pillar(a, m, s, pillars[i], word == NULL || *word == '\0' ? NULL : word);
    if (m->block_count == 0) {
        struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "none");
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, "No report speaks of ");
        drc_text_add(a, &b->text, DRC_SPAN_CODE, word);
        drc_text_add(a, &b->text, DRC_SPAN_PLAIN, ". All of them: ");
        drc_text_add(a, &b->text, DRC_SPAN_CODE, "/drc reports");
    }
    return m;
}

static void add_pre(struct drc_arena *a, struct drc_message *m, const char *id, const char *text,
                    size_t max_chars)
{
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_PRE, id);
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN,
                 drc_utf8_clean(a, text, strlen(text), max_chars, true));
}

void drc_compose_parameters(struct drc_arena *a, struct drc_text *t, const struct drc_result *res,
                            const char *run_id)
{
    char day[11];
    const struct drc_report *r = res->report;
    const struct drc_params *p = &res->params;
    drc_text_add(a, t, DRC_SPAN_CODE, r->path);
    drc_text_printf(a, t, DRC_SPAN_PLAIN,
                    "  run %s, SHA-256 %.16s\n:as_of = '%s', :days = %d, :price = '%s'", run_id,
                    r->sql_hash, drc_date_iso(p->as_of_day, day), p->days,
                    p->contract ? "contract" : "list");
    const struct {
        const char *name, *value;
    } filters[] = {{"workspace", p->workspace},
                   {"owner", p->owner},
                   {"department", p->department},
                   {"tag_key", p->tag_key},
                   {"tag_value", p->tag_value}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        drc_text_printf(a, t, DRC_SPAN_PLAIN, ", :%s = %s", filters[i].name,
                        filters[i].value == NULL ? "NULL" : "");
        if (filters[i].value != NULL)
            drc_text_add(a, t, DRC_SPAN_CODE, filters[i].value);
    }
    drc_text_printf(a, t, DRC_SPAN_PLAIN, "\n%zu %s, SHA-256 %.16s, data %s", res->rows.row_count,
                    drc_fmt_noun((int64_t)res->rows.row_count, "row", "rows"), res->rows_hash,
                    res->generation);
}

struct drc_message *drc_compose_sql(struct drc_arena *a, const struct drc_result *res,
                                    const char *run_id)
{
    struct drc_message *m = drc_message_new(a, "SQL of this report");
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "parameters");
    drc_compose_parameters(a, &b->text, res, run_id);
    add_pre(a, m, "sql", res->report->sql, SHOWN_CHARS_MAX);
    return m;
}

/* Bytes of the line of a title that begins here, wrapped to a column; a word is never cut. */
static size_t line_bytes(const char *text, int width)
{
    size_t n = strcspn(text, " ");
    while (text[n] != '\0' && (int)(n + 1 + strcspn(text + n + 1, " ")) <= width)
        n += 1 + strcspn(text + n + 1, " ");
    return n;
}

/* The nth line of a title in its column; NULL where it has fewer. */
static const char *title_line(struct drc_arena *a, const char *title, int width, size_t nth)
{
    for (size_t i = 0; *title != '\0'; i++) {
        size_t n = line_bytes(title, width);
        if (i == nth)
            return drc_arena_strndup(a, title, n);
        title += n + (title[n] == ' ');
    }
    return NULL;
}

static char *pad(struct drc_arena *a, const char *text, int width, bool right)
{
    int have = drc_utf8_width(text);
    int fill = have < width ? width - have : 0;
    return right ? drc_arena_printf(a, "%*s%s", fill, "", text)
                 : drc_arena_printf(a, "%s%*s", text, fill, "");
}

static const char *detail(struct drc_arena *a, const struct drc_result *res, size_t row, size_t c)
{
    const char *column = res->report->details[c];
    return drc_cell_show(a, drc_result_cell(res, row, column),
                         drc_report_unit(res->report, column));
}

/* As wide as its cells and the words of its title: long lines would be broken in the window. */
static int column_width(struct drc_arena *a, const struct drc_result *res, size_t rows, size_t c)
{
    int width = CELL_WIDTH;
    for (const char *p = drc_report_title(res->report, res->report->details[c]); *p != '\0';) {
        size_t n = strcspn(p, " ");
        width = (int)n > width ? (int)n : width;
        p += n + (p[n] == ' ');
    }
    for (size_t i = 0; i < rows; i++) {
        int have = drc_utf8_width(detail(a, res, i, c));
        width = have > width ? have : width;
    }
    return width;
}

/* Titles above the columns, their last lines on one line. */
static const char *detail_head(struct drc_arena *a, const struct drc_report *r, const int *widths)
{
    size_t lines = 1;
    const char *text = "";
    for (size_t c = 0; c < r->detail_count; c++)
        while (title_line(a, drc_report_title(r, r->details[c]), widths[c], lines) != NULL)
            lines++;
    for (size_t k = lines; k-- > 0;) {
        text = drc_arena_printf(a, "%s%s", text, pad(a, k == 0 ? "Name" : "", NAME_WIDTH, false));
        for (size_t c = 0; c < r->detail_count; c++) {
            const char *title = drc_report_title(r, r->details[c]);
            size_t own = 0;
            while (title_line(a, title, widths[c], own) != NULL)
                own++;
            text =
                drc_arena_printf(a, "%s %s", text,
                                 pad(a, k < own ? title_line(a, title, widths[c], own - 1 - k) : "",
                                     widths[c], true));
        }
        text = drc_arena_printf(a, "%s%s", text, k == 0 ? "" : "\n");
    }
    return text;
}

struct drc_message *drc_compose_details(struct drc_arena *a, const struct drc_result *res,
                                        const char *run_id)
{
    const struct drc_report *r = res->report;
    struct drc_message *m = drc_message_new(a, "Rows of this report");
    size_t n = res->rows.row_count < DETAIL_ROWS ? res->rows.row_count : DETAIL_ROWS;
    int *widths = drc_arena_array(a, r->detail_count + 1, sizeof *widths);
    for (size_t c = 0; c < r->detail_count; c++)
        widths[c] = column_width(a, res, n, c);
    const char *text = detail_head(a, r, widths);
    for (size_t i = 0; i < n; i++) {
        const char *label = drc_result_text(res, i, r->label);
        label = drc_utf8_clean(a, label, strlen(label), NAME_WIDTH, false);
        text = drc_arena_printf(a, "%s\n%s", text, pad(a, label, NAME_WIDTH, false));
        for (size_t c = 0; c < r->detail_count; c++)
            text =
                drc_arena_printf(a, "%s %s", text, pad(a, detail(a, res, i, c), widths[c], true));
    }
    add_pre(a, m, "rows", text, SHOWN_CHARS_MAX);
    if (r->method != NULL) {
        struct drc_block *how = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "method");
        drc_text_printf(a, &how->text, DRC_SPAN_PLAIN, "How it is computed: %s", r->method);
    }
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_CONTEXT, "note");
    drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                    "%zu of %zu %s \u00b7 run %s \u00b7 all of them: ", n, res->rows.row_count,
                    drc_fmt_noun((int64_t)res->rows.row_count, "row", "rows"), run_id);
    drc_text_add(a, &b->text, DRC_SPAN_CODE,
                 drc_arena_printf(a, "drc report %s --csv", drc_params_text(a, r, &res->params)));
    return m;
}

/* A part that quotes what the model wrote. */
static void add_for_admins(struct drc_arena *a, struct drc_message *m, const char *id,
                           const char *title, const char *text, bool admin)
{
    struct drc_block *t =
        drc_message_add(a, m, DRC_BLOCK_TEXT, drc_arena_printf(a, "%s-title", id));
    drc_text_add(a, &t->text, DRC_SPAN_BOLD, title);
    if (admin)
        add_pre(a, m, id, text, SHOWN_CHARS_MAX);
    else
        drc_text_add(a, &t->text, DRC_SPAN_PLAIN,
                     "\nIt is kept as it came and shown to admins (DRC_ADMINS); what could be "
                     "traced stands in the answer.");
}

struct drc_message *drc_compose_prompt(struct drc_arena *a, const struct drc_prompt_view *v)
{
    struct drc_message *m = drc_message_new(a, "Prompt of this answer");
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "about");
    if (strcmp(v->model, "template") == 0) {
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "No model is configured. This is the text that one would be sent: SHA-256 "
                        "%.16s, %zu bytes.",
                        v->hash, strlen(v->prompt));
    } else {
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN,
                        "Exactly this text was sent (SHA-256 %.16s, %zu bytes) to ", v->hash,
                        strlen(v->prompt));
        drc_text_add(a, &b->text, DRC_SPAN_CODE, v->model);
        drc_text_printf(a, &b->text, DRC_SPAN_PLAIN, ". Verdict: %s.", v->verdict);
    }
    add_pre(a, m, "prompt", v->prompt, SHOWN_CHARS_MAX);
    if (v->repair != NULL) {
        char hex[65];
        drc_sha256_hex(v->repair, strlen(v->repair), hex);
        add_for_admins(a, m, "repair",
                       drc_arena_printf(a,
                                        "Its answer did not hold: exactly this was sent the second "
                                        "time (SHA-256 %.16s, %zu bytes)",
                                        hex, strlen(v->repair)),
                       v->repair, v->admin);
    }
    if (v->raw != NULL && *v->raw != '\0')
        add_for_admins(a, m, "raw", "What the model wrote", v->raw, v->admin);
    return m;
}

struct drc_message *drc_compose_choice(struct drc_arena *a, const char *question,
                                       const struct drc_option *options, size_t count)
{
    struct drc_message *m = drc_message_new(a, question);
    struct drc_block *b = drc_message_add(a, m, DRC_BLOCK_TEXT, "question");
    drc_text_add(a, &b->text, DRC_SPAN_PLAIN, question);
    struct drc_block *p = drc_message_add(a, m, DRC_BLOCK_PICKER, "picker");
    p->select = (struct drc_select){"pick:entity", "Choose", options, count, -1};
    return m;
}
