/* Data contracts: which facts a chip needs, and what it says instead of an answer where one of them
 * is not there. */
#include <string.h>

#include "drc/answer.h"
#include "drc/file.h"
#include "drc/meta.h"
#include "drc/snapshot.h"

#define MISSING_PATH "prompts/missing.list"
#define MISSING_MAX 128
#define MISSING_MAX_BYTES 65536u

/* Slots that have a text whatever the facts: a sentence about what is missing is always said. */
static bool is_known_slot(const char *name, size_t bytes)
{
    static const char *const known[] = {"label", "kind", "noun", "window", "before"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == bytes && strncmp(known[i], name, bytes) == 0)
            return true;
    return false;
}

static int check_slots(int line, const char *text, struct drc_err *err)
{
    if (drc_slots_lint(MISSING_PATH, line, text, err) < 0)
        return -1;
    for (const char *p = text; (p = strchr(p, '{')) != NULL; p++) {
        size_t n = strcspn(p + 1, "}");
        if (!is_known_slot(p + 1, n))
            return drc_err_set(
                err, DRC_ERR_CONFIG,
                "%s:%d: {%.*s} may be unknown too; a text about what is missing uses "
                "label, kind, noun, window and before",
                MISSING_PATH, line, (int)n, p + 1);
    }
    return 0;
}

/* "metric", "kind.metric" or "report.metric". */
static void take_name(struct drc_arena *a, const char *name, struct drc_missing *out)
{
    const char *dot = strchr(name, '.');
    out->of = dot == NULL ? NULL : drc_arena_strndup(a, name, (size_t)(dot - name));
    out->metric = dot == NULL ? name : dot + 1;
}

static int take_line(struct drc_arena *a, int number, const char *line, struct drc_chips *out,
                     struct drc_err *err)
{
    const char *part[3];
    if (out->missing_count == MISSING_MAX || drc_meta_split(a, line, '|', part, 3) != 3)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s:%d: a line is 'metric | what it is | how to get it', at most %d of "
                           "them",
                           MISSING_PATH, number, MISSING_MAX);
    struct drc_missing *m = &out->missing[out->missing_count++];
    *m = (struct drc_missing){.title = part[1], .text = part[2]};
    take_name(a, part[0], m);
    return check_slots(number, m->text, err);
}

int drc_missing_load(struct drc_arena *a, const char *home, struct drc_chips *out,
                     struct drc_err *err)
{
    const char *path = drc_arena_printf(a, "%s/%s", home, MISSING_PATH);
    out->missing = drc_arena_array(a, MISSING_MAX, sizeof *out->missing);
    if (!drc_file_exists(path)) /* then no chip may need anything, see drc_contracts_check */
        return 0;
    const char *text = drc_file_read(a, path, MISSING_MAX_BYTES, NULL, err);
    if (text == NULL)
        return -1;
    int number = 1;
    for (const char *p = text; *p != '\0'; number++) {
        size_t n = strcspn(p, "\n");
        const char *line = drc_arena_strndup(a, p, n);
        p += n + (p[n] == '\n');
        if (*line != '#' && *line != '\0' && take_line(a, number, line, out, err) < 0)
            return -1;
    }
    return 0;
}

static const struct drc_missing *missing_of(const struct drc_chips *all, const char *of,
                                            const char *metric)
{
    for (size_t i = 0; i < all->missing_count; i++) {
        const struct drc_missing *m = &all->missing[i];
        bool same = of == NULL || m->of == NULL ? of == m->of : strcmp(of, m->of) == 0;
        if (same && strcmp(m->metric, metric) == 0)
            return m;
    }
    return NULL;
}

/* The line of a metric: of the report (may be NULL), of the kind of chip, of all. NULL: there is
 * none. */
static const struct drc_missing *find_missing(const struct drc_chips *all, const char *report,
                                              const char *kind, const char *metric)
{
    const struct drc_missing *m = report == NULL ? NULL : missing_of(all, report, metric);
    m = m != NULL ? m : missing_of(all, kind, metric);
    return m != NULL ? m : missing_of(all, NULL, metric);
}

/* Whether the chip can be clicked on rows of the report, or on the report as a whole. */
static bool is_asked_of(const struct drc_chip *c, const struct drc_report *r)
{
    return strcmp(c->entity, "report") == 0 ? !r->single && drc_chip_offered(c, r->id, "report")
                                            : drc_chip_offered(c, r->id, r->entity);
}

/* How many of these reports have the chip; *holds: the first that has the metric for it. */
static size_t look(const struct drc_chip *c, const char *metric, const struct drc_report *reports,
                   size_t count, const struct drc_report **holds)
{
    bool whole = strcmp(c->entity, "report") == 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_asked_of(c, &reports[i]))
            continue;
        n++;
        if (*holds == NULL && drc_context_may_hold(&reports[i], whole, metric))
            *holds = &reports[i];
    }
    return n;
}

int drc_contracts_check(const struct drc_chips *all, const struct drc_report *reports,
                        size_t report_count, const struct drc_report *entities, size_t entity_count,
                        struct drc_err *err)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct drc_chip *c = &all->chips[i];
        for (size_t k = 0; k < 2 * c->need_count; k++) {
            const char *metric = k % 2 == 0 ? c->needs[k / 2] : c->or_needs[k / 2];
            if (metric == NULL)
                continue;
            const struct drc_report *holds = NULL;
            size_t n = look(c, metric, reports, report_count, &holds);
            n += look(c, metric, entities, entity_count, &holds);
            if (n > 0 && holds == NULL)
                return drc_err_set(err, DRC_ERR_CONFIG,
                                   "%s: it needs '%s', which no report that has the chip can give",
                                   c->path, metric);
            if (find_missing(all, NULL, c->entity, metric) == NULL)
                return drc_err_set(err, DRC_ERR_CONFIG,
                                   "%s: it needs '%s', and no line of " MISSING_PATH
                                   " says how to get that",
                                   c->path, metric);
        }
    }
    return 0;
}

/* A report that has the chip and the fact, of the same entities where there is one; NULL. */
static const struct drc_report *who_holds(const struct drc_snapshot *s, const struct drc_chip *c,
                                          const char *metric, const char *entity)
{
    const struct drc_report *any = NULL;
    for (size_t i = 0; i < s->report_count; i++) {
        const struct drc_report *r = &s->reports[i], *holds = NULL;
        look(c, metric, r, 1, &holds);
        if (holds != NULL && strcmp(r->entity, entity) == 0)
            return r;
        any = any == NULL ? holds : any;
    }
    return any;
}

static void say_missing(struct drc_arena *a, const struct drc_snapshot *s,
                        const struct drc_chip *chip, const char *metric,
                        const struct drc_context *c, struct drc_text *out)
{
    const struct drc_report *own = c->result->report, *holds = NULL;
    const struct drc_missing *m = find_missing(&s->chips, own->id, chip->entity, metric);
    if (drc_context_fact(c, metric) == NULL)
        holds = who_holds(s, chip, metric, own->entity);
    drc_text_add(a, out, DRC_SPAN_PLAIN, "\n\u2022 ");
    drc_text_add(a, out, DRC_SPAN_BOLD, m->title);
    drc_text_add(a, out, DRC_SPAN_PLAIN, ": ");
    if (holds == NULL)
        drc_slots_fill(a, m->text, c, out, NULL);
    else if (strcmp(holds->id, own->id) == 0)
        drc_text_add(a, out, DRC_SPAN_PLAIN,
                     "It did not fit among the facts of one answer; it stands behind Details.");
    else
        drc_text_printf(a, out, DRC_SPAN_PLAIN,
                        "The report %s does not hold it; the report %s does.", own->id, holds->id);
}

static bool is_known(const struct drc_context *c, const char *metric)
{
    const struct drc_fact *f = drc_context_fact(c, metric);
    return f != NULL && f->known;
}

const struct drc_text *drc_answer_missing(struct drc_arena *a, const struct drc_snapshot *s,
                                          const struct drc_chip *chip, const struct drc_context *c)
{
    struct drc_text *out = NULL;
    for (size_t i = 0; i < chip->need_count; i++) {
        if (is_known(c, chip->needs[i]) ||
            (chip->or_needs[i] != NULL && is_known(c, chip->or_needs[i])))
            continue;
        if (out == NULL)
            out = drc_arena_alloc(a, sizeof *out);
        say_missing(a, s, chip, chip->needs[i], c, out);
    }
    return out;
}
