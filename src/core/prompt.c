/* The exact text that a model is sent. Everything from the platform enters as quoted, cleaned data.
 */
#include <string.h>

#include "drc/answer.h"
#include "drc/buf.h"
#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/tmpl.h"

#define PROMPT_MAX_BYTES (64u * 1024u)

const char *const drc_prompt_names[] = {"question", "entity",   "label",     "report",
                                        "window",   "baseline", "workspace", "facts",
                                        "graph",    "left_out", NULL};

/* Inside double quotes; the quote sign itself becomes a single one, so that data cannot end its
 * quotes. */
static const char *quoted(struct drc_arena *a, const char *s)
{
    char *copy = drc_arena_printf(a, "\"%s\"", s);
    for (char *p = copy + 1; *p != '\0' && p[1] != '\0'; p++)
        if (*p == '"')
            *p = '\'';
    return copy;
}

static const char *facts_text(struct drc_arena *a, const struct drc_context *c)
{
    struct drc_buf b;
    drc_buf_init(&b, PROMPT_MAX_BYTES);
    for (size_t i = 0; i < c->fact_count; i++) {
        const struct drc_fact *f = &c->facts[i];
        drc_buf_printf(&b, "%s | %s | %s | %s\n", f->id, f->title,
                       f->known ? f->display : "not known", f->period);
    }
    const char *text = drc_arena_strdup(a, b.len == 0 ? "none\n" : drc_buf_str(&b));
    drc_buf_fini(&b);
    return text;
}

static const char *graph_text(struct drc_arena *a, const struct drc_context *c)
{
    struct drc_buf b;
    drc_buf_init(&b, PROMPT_MAX_BYTES);
    for (size_t i = 0; i < c->edge_count; i++) {
        const struct drc_edge *e = &c->edges[i];
        char stamp[25] = "no time";
        if (e->at_ms != 0)
            drc_time_iso(e->at_ms, stamp);
        drc_buf_printf(&b, "%s | %s | %s | %s\n", e->id, e->title, stamp, quoted(a, e->label));
    }
    const char *text = drc_arena_strdup(a, b.len == 0 ? "none\n" : drc_buf_str(&b));
    drc_buf_fini(&b);
    return text;
}

int drc_prompt_make(struct drc_arena *a, const struct drc_chips *chips, const struct drc_chip *chip,
                    const struct drc_context *c, const char *question, struct drc_prompt *out,
                    struct drc_err *err)
{
    const struct drc_result *res = c->result;
    char window[40], before[40];
    int64_t first = res->first_day, last = res->params.as_of_day;
    drc_date_range(first, last, window);
    drc_date_range(first - res->params.days, first - 1, before);
    size_t hidden = c->edge_total - c->edge_count;
    const struct drc_tmpl_var vars[] = {
        {"question", question == NULL ? chip->question : quoted(a, question)},
        {"entity", c->selection.entity_id},
        {"label", quoted(a, c->selection.label)},
        {"report", res->report->title},
        {"window", window},
        {"baseline", before},
        {"workspace",
         res->params.workspace == NULL ? "all workspaces" : quoted(a, res->params.workspace)},
        {"facts", facts_text(a, c)},
        {"graph", graph_text(a, c)},
        {"left_out",
         hidden == 0 ? "nothing" : drc_arena_printf(a, "%zu further graph rows", hidden)},
    };
    struct drc_buf b;
    drc_buf_init(&b, PROMPT_MAX_BYTES);
    int rc = drc_tmpl_render(chip->path, chip->prompt, vars, sizeof vars / sizeof *vars, &b, err);
    if (rc == 0) {
        out->system = chips->system;
        out->user = drc_arena_strdup(a, drc_buf_str(&b));
        const char *whole = drc_arena_printf(a, "%s\n%s", out->system, out->user);
        drc_sha256_hex(whole, strlen(whole), out->hash);
    }
    drc_buf_fini(&b);
    return rc;
}

const char *drc_answer_missing(struct drc_arena *a, const struct drc_chip *chip,
                               const struct drc_context *c)
{
    const char *list = NULL;
    for (size_t i = 0; i < chip->need_count; i++) {
        const struct drc_fact *f = drc_context_fact(c, chip->needs[i]);
        if (f != NULL && f->known)
            continue;
        const char *name = f == NULL ? chip->needs[i] : f->title;
        list = list == NULL ? name : drc_arena_printf(a, "%s, %s", list, name);
    }
    return list;
}
