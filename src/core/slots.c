/* Texts with {slots}: sentences of chips, key figures of reports and cards. A slot prints what the
 * context knows; a text whose slot is not known is not said at all. */
#include <string.h>

#include "drc/answer.h"
#include "drc/clock.h"
#include "drc/fmt.h"

/* A row is of the entity that is spoken of: the selected one, or of a whole report the one whose
 * cause is told. */
static bool is_spoken_of(const struct drc_context *c, const struct drc_edge *e)
{
    const char *entity = c->told == NULL ? NULL : c->told->entity;
    return entity == NULL || e->entity == NULL ? entity == e->entity
                                               : strcmp(entity, e->entity) == 0;
}

/* Runs come from the walk as well: of other jobs on the same data. */
static const struct drc_edge *find_edge(const struct drc_context *c, const char *name)
{
    bool own = strcmp(name, "HAS_RUN") == 0;
    for (size_t i = 0; i < c->edge_count; i++)
        if (strcmp(c->edges[i].edge, name) == 0 && is_spoken_of(c, &c->edges[i]) &&
            (!own || c->edges[i].must))
            return &c->edges[i];
    return NULL;
}

static void add_edge(struct drc_arena *a, const struct drc_edge *e, struct drc_text *t)
{
    char stamp[25];
    drc_text_add(a, t, DRC_SPAN_CODE, e->label);
    if (e->at_ms == 0)
        return;
    drc_time_iso(e->at_ms, stamp);
    stamp[10] = '\0';
    if (strstr(e->label, stamp) == NULL)
        drc_text_printf(a, t, DRC_SPAN_PLAIN, " on %s", stamp);
}

/* A cell; text in it may come from the platform and is shown as code. */
static bool add_cell(struct drc_arena *a, const struct drc_result *res, int row, const char *column,
                     struct drc_text *t)
{
    const struct drc_cell *cell = drc_result_cell(res, row < 0 ? SIZE_MAX : (size_t)row, column);
    enum drc_unit unit = drc_report_unit(res->report, column);
    if (cell->type == DRC_CELL_NULL)
        return false;
    bool code = unit == DRC_UNIT_TEXT || unit == DRC_UNIT_ID || unit == DRC_UNIT_JSON;
    drc_text_add(a, t, code ? DRC_SPAN_CODE : DRC_SPAN_PLAIN, drc_cell_show(a, cell, unit));
    return true;
}

/* "top": the first row's name; "top.total_uusd": a cell of the first row. */
static bool add_top(struct drc_arena *a, const char *name, const struct drc_context *c,
                    struct drc_text *t)
{
    const struct drc_result *res = c->result;
    if (res->rows.row_count == 0)
        return false;
    if (*name == '\0') {
        drc_text_add(a, t, DRC_SPAN_CODE, drc_result_label(a, res, 0));
        return true;
    }
    return add_cell(a, res, 0, name + 1, t);
}

static bool add_fact(struct drc_arena *a, const char *name, const struct drc_context *c,
                     struct drc_text *t, struct drc_cited *used)
{
    const struct drc_fact *f = drc_context_fact(c, name);
    if (f == NULL || !f->known)
        return false;
    drc_text_add(a, t, DRC_SPAN_PLAIN, f->display);
    if (used != NULL)
        used->facts[f - c->facts] = true;
    return true;
}

/* "name value; name value": the facts of other rows whose metrics begin like this. */
static bool add_rows_of(struct drc_arena *a, const char *prefix, const struct drc_context *c,
                        struct drc_text *t, struct drc_cited *used)
{
    size_t n = 0;
    for (size_t i = 0; i < c->fact_count; i++) {
        const struct drc_fact *f = &c->facts[i];
        if (f->entity == NULL || !f->known || strncmp(f->metric, prefix, strlen(prefix)) != 0)
            continue;
        drc_text_add(a, t, DRC_SPAN_PLAIN, n++ == 0 ? "" : "; ");
        drc_text_add(a, t, DRC_SPAN_CODE, f->entity);
        drc_text_printf(a, t, DRC_SPAN_PLAIN, " %s", f->display);
        if (used != NULL)
            used->facts[i] = true;
    }
    return n > 0;
}

/* Of "one/many", the word that goes with the number that was printed. */
static const char *fitting(struct drc_arena *a, const struct drc_text *number, const char *words)
{
    size_t one = strcspn(words, "/");
    bool single = strcmp(drc_text_plain(a, number), "1") == 0;
    return drc_fmt_noun(single ? 1 : 2, drc_arena_strndup(a, words, one),
                        words + one + (words[one] == '/'));
}

static bool add_words(struct drc_arena *a, struct drc_text *t, enum drc_span_style style,
                      const char *text)
{
    if (text != NULL)
        drc_text_add(a, t, style, text);
    return text != NULL;
}

/* The graph row of a kind that says `what`: another one of that kind proves nothing. */
static bool add_row_of(struct drc_arena *a, const struct drc_context *c, const char *edge,
                       const char *what, struct drc_text *t, struct drc_cited *used)
{
    for (size_t i = 0; i < c->edge_count && what != NULL; i++)
        if (strcmp(c->edges[i].edge, edge) == 0 && is_spoken_of(c, &c->edges[i]) &&
            strstr(c->edges[i].label, what) != NULL) {
            add_edge(a, &c->edges[i], t);
            if (used != NULL)
                used->edges[i] = true;
            return true;
        }
    return false;
}

static const char *linked_change(const struct drc_context *c)
{
    const char *text = c->selection.row < 0
                           ? ""
                           : drc_result_text(c->result, (size_t)c->selection.row, "linked_change");
    return *text == '\0' ? NULL : text;
}

/* Of the cause that is told. */
static bool add_cause(struct drc_arena *a, const char *name, const struct drc_context *c,
                      struct drc_text *t, struct drc_cited *used)
{
    const struct drc_cause *k = c->told;
    if (k == NULL)
        return false;
    const struct {
        const char *name;
        int fact;
    } figures[] = {{"effect", k->effect}, {"times", k->times}, {"ratio", k->ratio}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (strcmp(figures[i].name, name) == 0)
            return figures[i].fact >= 0 && (size_t)figures[i].fact < c->fact_count &&
                   add_fact(a, c->facts[figures[i].fact].metric, c, t, used);
    if (strcmp(name, "changed") == 0)
        return add_row_of(a, c, "CHANGED_BY", k->change, t, used);
    if (strcmp(name, "failed") == 0)
        return add_row_of(a, c, "FAILED_WITH", k->error, t, used);
    if (strcmp(name, "change") == 0)
        return add_words(a, t, DRC_SPAN_CODE, k->change);
    if (strcmp(name, "error") == 0)
        return add_words(a, t, DRC_SPAN_CODE, k->error);
    if (strcmp(name, "detail") == 0)
        return add_words(a, t, DRC_SPAN_PLAIN, k->detail);
    return strcmp(name, "days") == 0 && add_words(a, t, DRC_SPAN_PLAIN, k->days);
}

static bool add_slot(struct drc_arena *a, const char *name, const struct drc_context *c,
                     struct drc_text *t, struct drc_cited *used)
{
    const struct drc_result *res = c->result;
    char range[40];
    if (strcmp(name, "label") == 0) {
        drc_text_add(a, t, DRC_SPAN_CODE, c->selection.label);
        return true;
    }
    if (strcmp(name, "other") == 0 && c->other != NULL) {
        drc_text_add(a, t, DRC_SPAN_CODE, c->other);
        return true;
    }
    if (strcmp(name, "kind") == 0) {
        drc_text_add(a, t, DRC_SPAN_PLAIN, res->report->noun);
        return true;
    }
    if (strcmp(name, "amount") == 0) {
        drc_text_add(a, t, DRC_SPAN_PLAIN, drc_result_amount(a, res, c->selection.row));
        return true;
    }
    if (strcmp(name, "noun") == 0) { /* "jobs" */
        drc_text_add(a, t, DRC_SPAN_PLAIN, res->report->nouns);
        return true;
    }
    if (strcmp(name, "window") == 0 || strcmp(name, "before") == 0) {
        int64_t first = res->first_day - (*name == 'b' ? res->params.days : 0);
        drc_text_add(a, t, DRC_SPAN_PLAIN,
                     drc_date_range(first, first + res->params.days - 1, range));
        return true;
    }
    if (strcmp(name, "entities") == 0) { /* "29 jobs" */
        struct drc_text n = {NULL, NULL};
        if (!add_fact(a, "entity_count", c, &n, used))
            return false;
        const char *words = drc_arena_printf(a, "%s/%s", res->report->noun, res->report->nouns);
        drc_text_printf(a, t, DRC_SPAN_PLAIN, "%s %s", drc_text_plain(a, &n),
                        fitting(a, &n, words));
        return true;
    }
    if (strncmp(name, "top", 3) == 0 && (name[3] == '\0' || name[3] == '.'))
        return add_top(a, name + 3, c, t);
    if (strcmp(name, "leaders") == 0)
        return add_rows_of(a, "rank_", c, t, used);
    if (strcmp(name, "movers") == 0)
        return add_rows_of(a, "mover_", c, t, used);
    if (strncmp(name, "cause.", 6) == 0)
        return add_cause(a, name + 6, c, t, used);
    if (strncmp(name, "row.", 4) == 0)
        return add_cell(a, res, c->selection.row, name + 4, t);
    if (strcmp(name, "linked") == 0) /* the recorded change that the row of the report names */
        return add_row_of(a, c, "CHANGED_BY", linked_change(c), t, used);
    if (strncmp(name, "edge:", 5) == 0) {
        const struct drc_edge *e = find_edge(c, name + 5);
        if (e == NULL)
            return false;
        add_edge(a, e, t);
        if (used != NULL)
            used->edges[e - c->edges] = true;
        return true;
    }
    return add_fact(a, name, c, t, used);
}

/* "name", "name one/many" or "=name one/many". */
static bool add_counted(struct drc_arena *a, char *slot, const struct drc_context *c,
                        struct drc_text *t, struct drc_cited *used)
{
    struct drc_text number = {NULL, NULL};
    char *words = strchr(slot, ' ');
    bool alone = *slot == '=';
    if (words != NULL)
        *words++ = '\0';
    if (!add_slot(a, slot + alone, c, &number, used))
        return false;
    const char *noun = words == NULL ? NULL : fitting(a, &number, words);
    if (!alone)
        drc_text_join(t, &number);
    if (noun != NULL)
        drc_text_printf(a, t, DRC_SPAN_PLAIN, "%s%s", alone ? "" : " ", noun);
    return true;
}

bool drc_slots_fill(struct drc_arena *a, const char *text, const struct drc_context *c,
                    struct drc_text *out, struct drc_cited *used)
{
    struct drc_text t = {NULL, NULL};
    for (const char *p = text; *p != '\0';) {
        size_t plain = strcspn(p, "{");
        if (plain > 0)
            drc_text_add(a, &t, DRC_SPAN_PLAIN, drc_arena_strndup(a, p, plain));
        p += plain;
        if (*p == '\0')
            break;
        size_t name = strcspn(p, "}");
        if (!add_counted(a, drc_arena_strndup(a, p + 1, name - 1), c, &t, used))
            return false;
        p += name + (p[name] == '}');
    }
    drc_text_join(out, &t);
    return true;
}

int drc_slots_lint(const char *path, int line, const char *text, struct drc_err *err)
{
    for (const char *p = text; (p = strchr(p, '{')) != NULL;) {
        size_t n = strcspn(p + 1, "{}");
        if (n == 0 || p[1 + n] != '}')
            return drc_err_set(err, DRC_ERR_CONFIG, "%s:%d: a slot is written {name}", path, line);
        const char *words = memchr(p + 1, ' ', n), *slash = memchr(p + 1, '/', n);
        bool two = words != NULL && slash != NULL && words + 1 < slash && slash < p + n &&
                   memchr(slash + 1, '/', (size_t)(p + n - slash)) == NULL;
        if ((words != NULL || slash != NULL || p[1] == '=') && !two)
            return drc_err_set(err, DRC_ERR_CONFIG,
                               "%s:%d: words of a slot are written {name one/many}", path, line);
        p += n + 2;
    }
    return 0;
}
