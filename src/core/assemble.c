/* The context as text: sections in fixed order, each under its budget of tokens. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/utf8.h"

#define CONTEXT_MAX_BYTES (64u * 1024u)
#define PASSAGE_MIN_BYTES 160u /* a shorter rest of a passage is not worth its line */

size_t drc_tokens_estimate(size_t bytes)
{
    return (bytes * 2 + 6) / 7;
}

const char *drc_quoted(struct drc_arena *a, const char *s)
{
    char *copy = drc_arena_printf(a, "\"%s\"", s);
    for (char *p = copy + 1; *p != '\0' && p[1] != '\0'; p++)
        if (*p == '"')
            *p = '\'';
    return copy;
}

static const char *window_text(struct drc_arena *a, const struct drc_result *res)
{
    char range[40];
    return drc_arena_strdup(a, drc_date_range(res->first_day, res->params.as_of_day, range));
}

/* ---- names by aliases --------------------------------------------------------------------- */

const char *drc_context_alias(const struct drc_context *c, const char *name)
{
    for (size_t i = 0; i < c->alias_count; i++)
        if (strcmp(c->aliases[i].name, name) == 0)
            return c->aliases[i].alias;
    return NULL;
}

/* `J1 = "nightly_orders_etl"`. */
static const char *called(struct drc_arena *a, struct drc_context *c, const char *name)
{
    const char *alias = drc_context_alias(c, name), *kind = c->result->report->entity;
    if (alias == NULL) {
        alias =
            drc_arena_printf(a, "%c%zu", strcmp(kind, "job") == 0 ? 'J' : 'E', c->alias_count + 1);
        c->aliases[c->alias_count++] = (struct drc_alias){alias, name};
    }
    bool hidden = c->withhold.sql && strcmp(kind, "query") == 0; /* its name is its text */
    return drc_arena_printf(a, "%s = %s", alias,
                            hidden ? "[SQL text withheld]" : drc_quoted(a, name));
}

/* ---- sections ----------------------------------------------------------------------------- */

static const char *fact_line(struct drc_arena *a, struct drc_context *c, const struct drc_fact *f,
                             const char *window)
{
    bool other_period = strcmp(f->period, window) != 0;
    return drc_arena_printf(
        a, "%s | %s%s%s | %s%s%s\n", f->id, f->title, f->entity == NULL ? "" : ": ",
        f->entity == NULL ? "" : called(a, c, f->entity), f->known ? f->display : "not known",
        other_period ? " | " : "", other_period ? f->period : "");
}

static const char *edge_line(struct drc_arena *a, struct drc_context *c, const struct drc_edge *e)
{
    char stamp[25] = "no time";
    if (e->at_ms != 0)
        drc_time_iso(e->at_ms, stamp);
    bool hidden = (e->words == DRC_WORDING_SQL && c->withhold.sql) ||
                  (e->words == DRC_WORDING_ERRORS && c->withhold.errors);
    return drc_arena_printf(a, "%s | %s%s%s | %.16s | %s\n", e->id, e->title,
                            e->entity == NULL ? "" : ": ",
                            e->entity == NULL ? "" : called(a, c, e->entity), stamp,
                            drc_quoted(a, hidden ? e->without : e->label));
}

/* On one line: a passage cannot look like the next section. */
static const char *passage_line(struct drc_arena *a, const struct drc_passage *p)
{
    char *text = drc_arena_strdup(a, p->text), *out = text;
    for (const char *in = text; *in != '\0'; in++)
        if (!isspace((unsigned char)*in))
            *out++ = *in;
        else if (out > text && out[-1] != ' ')
            *out++ = ' ';
    *out = '\0';
    return drc_arena_printf(
        a, "%s | %s%s%s | %s\n", p->id, drc_quoted(a, p->title), *p->section == '\0' ? "" : ", ",
        *p->section == '\0' ? "" : drc_quoted(a, p->section), drc_quoted(a, text));
}

/* true, and the line is counted, where it fits. */
static bool fits(struct drc_part_size *part, const char *line, size_t budget_tokens)
{
    size_t tokens = drc_tokens_estimate(strlen(line));
    if (part->tokens + tokens > budget_tokens)
        return false;
    part->tokens += tokens;
    part->shown++;
    return true;
}

static void add_facts(struct drc_arena *a, struct drc_context *c, struct drc_buf *b)
{
    struct drc_part_size *part = &c->parts[DRC_PART_FACTS];
    const char *window = window_text(a, c->result);
    drc_buf_printf(b, "Facts (id | what | value | period where it is not %s):\n", window);
    for (size_t i = 0; i < c->fact_count; i++) {
        const char *line = fact_line(a, c, &c->facts[i], window);
        if (!fits(part, line, DRC_TOKENS_FACTS))
            break;
        drc_buf_addstr(b, line);
    }
    part->left_out += c->fact_count - part->shown;
    c->fact_count = part->shown;
    if (part->shown == 0)
        drc_buf_addstr(b, "none\n");
}

static void add_graph(struct drc_arena *a, struct drc_context *c, struct drc_buf *b)
{
    struct drc_part_size *part = &c->parts[DRC_PART_GRAPH];
    drc_buf_addstr(b, "Graph rows around it (id | relation | time | text):\n");
    for (size_t i = 0; i < c->edge_count; i++) {
        const char *line = edge_line(a, c, &c->edges[i]);
        /* what must be there stands first, and stays */
        if (!fits(part, line, c->edges[i].must ? SIZE_MAX : DRC_TOKENS_GRAPH))
            break;
        drc_buf_addstr(b, line);
    }
    c->edge_count = part->shown;
    part->left_out = c->edge_total - part->shown;
    if (part->shown == 0)
        drc_buf_addstr(b, "none\n");
}

/* The full stop of a sentence, not that of "1." */
static bool ends_sentence(const char *text, size_t i)
{
    return text[i] == '.' && isspace((unsigned char)text[i + 1]) &&
           !(i > 0 && isdigit((unsigned char)text[i - 1]));
}

const char *drc_shorten(struct drc_arena *a, const char *text, size_t bytes)
{
    size_t end = 0;
    if (strlen(text) <= bytes)
        return text;
    for (size_t i = 0; i < bytes && text[i] != '\0'; i++)
        if (text[i] == '\n' || ends_sentence(text, i))
            end = i + (text[i] == '.');
    char *cut = drc_arena_strndup(a, text, end), *last = strrchr(cut, '\n');
    if (last != NULL && last[1] == '#') /* a heading with nothing below it */
        *last = '\0';
    return cut;
}

/* The passages of one kind; the last one that fits only in part is shortened. */
static void add_passages(struct drc_arena *a, struct drc_context *c, struct drc_buf *b,
                         const struct drc_passage *found, size_t found_count, enum drc_part which)
{
    char letter = which == DRC_PART_RUNBOOKS ? 'R' : 'D';
    size_t budget = which == DRC_PART_RUNBOOKS ? DRC_TOKENS_RUNBOOKS : DRC_TOKENS_DOCS;
    struct drc_part_size *part = &c->parts[which];
    for (size_t i = 0; i < found_count; i++) {
        if (found[i].id[0] != letter)
            continue;
        struct drc_passage p = found[i];
        if (part->left_out > 0 || c->passage_count == DRC_PASSAGES_MAX) {
            part->left_out++;
            continue;
        }
        snprintf(p.id, sizeof p.id, "%c%zu", letter, part->shown + 1);
        const char *line = passage_line(a, &p);
        size_t head = strlen(line) - strlen(p.text), used = part->tokens * 7 / 2;
        if (!fits(part, line, budget)) {
            size_t room = budget * 7 / 2 > used + head ? budget * 7 / 2 - used - head : 0;
            p.text = drc_shorten(a, p.text, room);
            line = passage_line(a, &p);
            if (strlen(p.text) < PASSAGE_MIN_BYTES || !fits(part, line, budget)) {
                part->left_out++;
                continue;
            }
            part->shortened = true;
        }
        if (part->shown == 1)
            drc_buf_addstr(b, which == DRC_PART_RUNBOOKS
                                  ? "Runbooks of the team (id | page, section | text):\n"
                                  : "Documentation (id | page, section | text):\n");
        drc_buf_addstr(b, line);
        c->passages[c->passage_count++] = p;
    }
}

static const char *left_out_text(struct drc_arena *a, const struct drc_context *c)
{
    static const char *const one[DRC_PARTS] = {"further fact", "further graph row",
                                               "passage of a runbook", "passage of documentation"};
    static const char *const many[DRC_PARTS] = {
        "further facts", "further graph rows", "passages of runbooks", "passages of documentation"};
    static const char *const tail[DRC_PARTS] = {NULL, NULL, "the end of a runbook",
                                                "the end of a page of documentation"};
    const char *text = NULL;
    for (int i = 0; i < DRC_PARTS; i++) {
        const struct drc_part_size *p = &c->parts[i];
        if (p->left_out > 0)
            text = drc_arena_printf(a, "%s%s%zu %s", text == NULL ? "" : text,
                                    text == NULL ? "" : ", ", p->left_out,
                                    drc_fmt_noun((int64_t)p->left_out, one[i], many[i]));
        if (p->shortened)
            text = drc_arena_printf(a, "%s%s%s", text == NULL ? "" : text, text == NULL ? "" : ", ",
                                    tail[i]);
    }
    return text == NULL ? "nothing" : text;
}

void drc_context_assemble(struct drc_arena *a, struct drc_context *c,
                          const struct drc_passage *found, size_t found_count)
{
    const struct drc_result *res = c->result;
    char before[40];
    struct drc_buf b;
    drc_buf_init(&b, CONTEXT_MAX_BYTES);
    drc_date_range(res->first_day - res->params.days, res->first_day - 1, before);
    c->aliases = drc_arena_array(a, c->fact_count + c->edge_count + 2, sizeof *c->aliases);
    c->alias_count = 0;
    drc_buf_printf(&b, "About: %s\n",
                   c->selection.row < 0 ? "the whole report"
                                        : drc_arena_printf(a, "the %s %s", res->report->noun,
                                                           called(a, c, c->selection.label)));
    drc_buf_printf(&b, "Report: %s, %s, %s. The window before is %s.\n\n", res->report->title,
                   res->params.workspace == NULL ? "all workspaces"
                                                 : drc_quoted(a, res->params.workspace),
                   drc_result_window(a, res), before);
    c->passages = drc_arena_array(a, DRC_PASSAGES_MAX, sizeof *c->passages);
    add_facts(a, c, &b);
    add_graph(a, c, &b);
    add_passages(a, c, &b, found, found_count, DRC_PART_RUNBOOKS);
    add_passages(a, c, &b, found, found_count, DRC_PART_DOCS);
    c->left_out = left_out_text(a, c);
    drc_buf_printf(&b, "Left out: %s.\n", c->left_out);
    c->text = drc_arena_strdup(a, drc_buf_str(&b));
    drc_buf_fini(&b);
}
