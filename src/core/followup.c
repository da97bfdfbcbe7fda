/* What is asked after something else was. */
#include "drc/followup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "drc/utf8.h"

#define QUESTION_CHARS 160
#define NAME_MIN_BYTES 3 /* a shorter name stands in too many words */
#define PAIRS_MAX 8      /* of figures: three facts each */
#define EDGES_EACH 8
#define BETWEEN " \t\n,.;:!?"

/* ---- words ---------------------------------------------------------------------------------- */

void drc_followup_add(struct drc_arena *a, struct drc_context *c, const char *const *earlier,
                      size_t count)
{
    const char *text = c->text;
    if (count == 0)
        return;
    text = drc_arena_printf(
        a, "%sAsked before in this thread, oldest first (answered already, not asked now):\n",
        text);
    for (size_t i = 0; i < count; i++)
        text = drc_arena_printf(a, "%s- %s\n", text,
                                drc_quoted(a, drc_utf8_clean(a, earlier[i], strlen(earlier[i]),
                                                             QUESTION_CHARS, false)));
    c->text = text;
}

static bool is_part(const char *text, const char *where, size_t bytes)
{
    bool before = where > text && (isalnum((unsigned char)where[-1]) || where[-1] == '_');
    bool after = isalnum((unsigned char)where[bytes]) || where[bytes] == '_';
    return before || after;
}

/* The place of a name as a whole word, or NULL. */
static const char *find_name(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = text; n >= NAME_MIN_BYTES && (p = strcasestr(p, name)) != NULL; p++)
        if (!is_part(text, p, n))
            return p;
    return NULL;
}

size_t drc_followup_named(const struct drc_result *res, const char *text, int *rows, size_t max)
{
    const char *from[8];
    size_t bytes[8], found = 0;
    if (max > sizeof from / sizeof *from)
        max = sizeof from / sizeof *from;
    while (found < max) {
        int best = -1;
        size_t longest = 0;
        const char *at = NULL;
        for (size_t i = 0; i < res->rows.row_count; i++) {
            const char *label = drc_result_text(res, i, res->report->label);
            const char *p = find_name(text, label);
            size_t n = strlen(label);
            bool taken = p == NULL || n <= longest;
            for (size_t k = 0; k < found && !taken; k++)
                taken = rows[k] == (int)i || (p < from[k] + bytes[k] && from[k] < p + n);
            if (taken)
                continue;
            best = (int)i;
            longest = n;
            at = p;
        }
        if (best < 0)
            break;
        rows[found] = best;
        from[found] = at;
        bytes[found++] = longest;
    }
    return found;
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

const char *drc_followup_stranger(struct drc_arena *a, const struct drc_result *res,
                                  const char *text)
{
    for (const char *p = text; *p != '\0';) {
        size_t n = 0;
        while (in_name(p[n]))
            n++;
        const char *word = drc_arena_strndup(a, p, n), *bar = strchr(word, '_');
        bool known = bar == NULL || bar == word || bar[1] == '\0';
        for (size_t i = 0; i < res->rows.row_count && !known; i++)
            known = strcasestr(drc_result_text(res, i, res->report->label), word) != NULL;
        for (size_t i = 0; i < res->rows.column_count && !known; i++)
            known = strcasecmp(res->rows.columns[i], word) == 0;
        if (!known)
            return word;
        p += n > 0 ? n : 1;
    }
    return NULL;
}

bool drc_followup_goes_on(const char *text)
{
    static const char *const words[] = {"a",    "about", "again", "and",  "bit",  "details", "do",
                                        "else", "go",    "how",   "i",    "is",   "it",      "me",
                                        "more", "now",   "ok",    "okay", "on",   "please",  "so",
                                        "tell", "that",  "the",   "then", "this", "what",    "why"};
    size_t count = 0;
    const char *p = text + strspn(text, BETWEEN);
    while (*p != '\0') {
        size_t n = strcspn(p, BETWEEN), i = 0;
        while (i < sizeof words / sizeof *words &&
               (strlen(words[i]) != n || strncasecmp(words[i], p, n) != 0))
            i++;
        if (i == sizeof words / sizeof *words)
            return false;
        count++;
        p += n;
        p += strspn(p, BETWEEN);
    }
    return count > 0;
}

bool drc_followup_compares(const char *text)
{
    static const char *const words[] = {"compare", "compared", "comparison", "vs", "versus"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *p = text; (p = strcasestr(p, words[i])) != NULL; p++)
            if (!is_part(text, p, strlen(words[i])))
                return true;
    return false;
}

/* ---- two entities --------------------------------------------------------------------------- */

static const char *const compared[] = {
    "total_uusd",   "share",          "change_uusd", "change_ratio", "wasted_uusd", "wasted_share",
    "success_rate", "usd_per_ok_run", "evictions",   "p95_ms",       "runs"};

static struct drc_fact *add(struct drc_context *c, const struct drc_fact *f)
{
    struct drc_fact *to = &c->facts[c->fact_count++];
    *to = *f;
    snprintf(to->id, sizeof to->id, "F%zu", c->fact_count);
    return to;
}

static void add_difference(struct drc_arena *a, struct drc_context *c, const struct drc_fact *x,
                           const struct drc_fact *y)
{
    struct drc_fact d = *x;
    struct drc_cell cell = {DRC_CELL_INT, (int64_t)(x->value - y->value), x->value - y->value,
                            NULL};
    d.metric = drc_arena_printf(a, "%s_difference", x->metric);
    d.title = drc_arena_printf(a, "%s, difference of the two", x->title);
    d.unit = DRC_UNIT_DELTA;
    d.value = x->value - y->value;
    d.display = drc_cell_show(a, &cell, DRC_UNIT_DELTA);
    d.source = drc_arena_printf(a, "%s less %s", x->source, y->source);
    add(c, &d);
}

/* Each graph row then says whose it is. */
static void join_edges(struct drc_arena *a, struct drc_context *c, const struct drc_context *other)
{
    struct drc_edge *all = drc_arena_array(a, DRC_EDGES_MAX, sizeof *all);
    size_t n = 0;
    for (int side = 0; side < 2; side++) {
        const struct drc_context *from = side == 0 ? c : other;
        for (size_t i = 0; i < from->edge_count && i < EDGES_EACH; i++) {
            all[n] = from->edges[i];
            const char *name = from->selection.label, *without = from->edges[i].without;
            all[n].label = drc_arena_printf(a, "%s: %s", name, from->edges[i].label);
            if (without != NULL)
                all[n].without = drc_arena_printf(a, "%s: %s", name, without);
            all[n].must = false;
            snprintf(all[n].id, sizeof all[n].id, "G%zu", n + 1);
            n++;
        }
    }
    c->edges = all;
    c->edge_count = n;
    c->edge_total += other->edge_total;
    c->graph_hash = drc_arena_printf(a, "%s+%s", c->graph_hash, other->graph_hash);
}

void drc_compare_contexts(struct drc_arena *a, struct drc_context *c,
                          const struct drc_context *other)
{
    struct drc_context own = *c;
    size_t pairs = 0;
    c->facts = drc_arena_array(a, DRC_FACTS_MAX, sizeof *c->facts);
    c->fact_count = 0;
    c->other = other->selection.label;
    for (size_t i = 0; i < sizeof compared / sizeof *compared && pairs < PAIRS_MAX; i++) {
        const struct drc_fact *x = drc_context_fact(&own, compared[i]),
                              *y = drc_context_fact(other, compared[i]);
        if (x == NULL || y == NULL || !x->known || !y->known)
            continue;
        pairs++;
        add(c, x);
        struct drc_fact *theirs = add(c, y);
        theirs->entity = other->selection.label;
        theirs->metric = drc_arena_printf(a, "other_%s", y->metric);
        if (x->unit == DRC_UNIT_USD)
            add_difference(a, c, x, y);
    }
    memset(&c->parts[DRC_PART_FACTS], 0, sizeof c->parts[DRC_PART_FACTS]);
    join_edges(a, c, other);
}

static const struct drc_chip_say says[] = {
    {.text = "{label} cost {total_uusd} in {window}, {other} {other_total_uusd}: "
             "{total_uusd_difference} between them."},
    {.text = "Against the window before, {label} moved by {change_uusd} ({change_ratio}), {other} "
             "by {other_change_uusd} ({other_change_ratio})."},
    {.text = "Failed attempts took {wasted_share} of the cost of {label} and {other_wasted_share} "
             "of that of {other}."},
    {.text = "Of the runs of {label} {success_rate} succeeded, of those of {other} "
             "{other_success_rate}; a successful run cost {usd_per_ok_run} and "
             "{other_usd_per_ok_run}."},
    {.text = "Spot evictions: {evictions} and {other_evictions}."},
};

const struct drc_chip *drc_compare_chip(struct drc_arena *a, const struct drc_chip *like)
{
    struct drc_chip *chip = drc_arena_alloc(a, sizeof *chip);
    *chip = *like;
    chip->id = drc_arena_printf(a, "%s.compare", like->entity);
    chip->verb = "compare";
    chip->label = "Compare";
    chip->question = "How do these two differ?";
    chip->needs = NULL;
    chip->need_count = 0;
    chip->docs = false;
    chip->says = (struct drc_chip_say *)says;
    chip->say_count = sizeof says / sizeof *says;
    chip->prompt = "Question: {{question}}\n\n{{context}}\n"
                   "Say in which figures the two differ most and what that means for their cost. "
                   "Name both in each sentence that compares them.\n";
    return chip;
}
