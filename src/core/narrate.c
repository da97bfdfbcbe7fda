/* The commentary without a model. Sentences are data: a rule is said where its condition holds and
 * every figure in it is known; of the rules with one topic only the first is said. {metric} prints
 * the figure, {label} the entity, {noun} its kind, {edge:NAME} the first graph row of that kind;
 * the evidence tags follow the sentence. A chip with sentences of its own (`say:`) says those. */
#include <stdio.h>
#include <string.h>

#include "drc/answer.h"
#include "drc/clock.h"

enum cmp { ALWAYS, ABOVE, BELOW, AT_MOST };

static const struct rule {
    const char *entity, *verb;
    int topic;
    const char *metric; /* condition */
    enum cmp cmp;
    double bound; /* in the unit of the metric */
    const char *text;
} rules[] = {
    /* ---- a job ---- */
    {"job", "explain", 1, NULL, ALWAYS, 0,
     "{label} cost {total_uusd} in the window: {share} of the report's total, rank {rank} of "
     "{entity_count}."},
    {"job", "explain", 2, "change_ratio", ABOVE, 0.1,
     "That is {change_uusd} ({change_ratio}) against the window before."},
    {"job", "explain", 2, "change_ratio", ALWAYS, 0,
     "It is steady: {change_ratio} against the window before."},
    {"job", "explain", 2, NULL, ALWAYS, 0, "There is no complete window before to compare with."},
    {"job", "explain", 3, "wasted_share", ABOVE, 0.1,
     "Failed attempts took {wasted_uusd}, {wasted_share} of its cost: that is the first thing to "
     "look at."},
    {"job", "explain", 3, "wasted_uusd", ABOVE, 0,
     "Failed attempts took {wasted_uusd} ({wasted_share})."},
    {"job", "explain", 4, NULL, ALWAYS, 0,
     "{runs} logical runs, {success_rate} succeeded; a successful run cost {usd_per_ok_run}."},

    {"job", "what-good-looks-like", 1, NULL, ALWAYS, 0,
     "A healthy {label} needs one attempt per run, loses nothing to failed attempts and keeps its "
     "p95 near its median."},
    {"job", "what-good-looks-like", 2, "attempts_per_run", ABOVE, 1.05,
     "It needs {attempts_per_run} attempts per run and loses {wasted_uusd} to failed ones."},
    {"job", "what-good-looks-like", 2, NULL, ALWAYS, 0,
     "It is close to that: {attempts_per_run} attempts per run."},
    {"job", "what-good-looks-like", 3, NULL, ALWAYS, 0,
     "Median duration {p50_ms}, 95th percentile {p95_ms}."},
    {"job", "what-good-looks-like", 4, NULL, ALWAYS, 0,
     "Run success {success_rate}; with this many runs, at least {success_lo} is certain (95 %)."},

    {"job", "drivers", 1, NULL, ALWAYS, 0,
     "Of {total_uusd}, {dbu_uusd} is DBU, {ondemand_vm_uusd} on-demand VM, {spot_vm_uusd} spot VM "
     "and {wasted_uusd} failed attempts."},
    {"job", "drivers", 2, "wasted_share", ABOVE, 0.1,
     "{wasted_share} was lost to {failed_attempts} failed attempts."},
    {"job", "drivers", 3, "evictions", ABOVE, 0,
     "{evictions} spot evictions hit its runs; {spot_share} of node time is spot."},
    {"job", "drivers", 4, NULL, ALWAYS, 0,
     "Its dearest day cost {peak_day_uusd}; a successful run costs {usd_per_ok_run}."},
    {"job", "drivers", 5, NULL, ALWAYS, 0, "The graph row that weighs most: {edge:HAS_RUN}."},

    {"job", "what-changed", 1, "change_ratio", ABOVE, 0.02,
     "{label} moved by {change_uusd} ({change_ratio}), from {baseline_uusd} to {total_uusd}."},
    {"job", "what-changed", 1, "change_ratio", BELOW, -0.02,
     "{label} moved by {change_uusd} ({change_ratio}), from {baseline_uusd} to {total_uusd}."},
    {"job", "what-changed", 1, "change_ratio", ALWAYS, 0,
     "{label} hardly changed: {change_ratio} against {baseline_uusd}."},
    {"job", "what-changed", 1, NULL, ALWAYS, 0,
     "There is no complete window before, so no change can be stated."},
    {"job", "what-changed", 2, NULL, ALWAYS, 0, "Recorded change: {edge:CHANGED_BY}."},
    {"job", "what-changed", 2, NULL, ALWAYS, 0,
     "No configuration change is recorded in the window."},
    {"job", "what-changed", 3, "evictions", ABOVE, 0,
     "{evictions} spot evictions and {failed_attempts} failed attempts are in the window."},
    {"job", "what-changed", 3, "failed_attempts", ABOVE, 0,
     "{failed_attempts} failed attempts are in the window, no eviction."},
    {"job", "what-changed", 4, NULL, ALWAYS, 0,
     "Whether data volume changed is not in these facts."},

    {"job", "why-failing", 1, "failed_attempts", AT_MOST, 0,
     "No attempt of {label} failed in the window."},
    {"job", "why-failing", 1, NULL, ALWAYS, 0,
     "{failed_attempts} attempts of {label} failed; run success is {success_rate} over {runs} "
     "runs."},
    {"job", "why-failing", 2, NULL, ALWAYS, 0, "Failure that weighs most: {edge:FAILED_WITH}."},
    {"job", "why-failing", 3, "evictions", ABOVE, 0,
     "{evictions} spot evictions are recorded: {edge:HAD_EVICTION}."},
    {"job", "why-failing", 3, "evictions", ABOVE, 0,
     "{evictions} spot evictions are recorded on its runs."},
    {"job", "why-failing", 3, "failed_attempts", ABOVE, 0,
     "No spot eviction is recorded, so capacity is not the cause that these facts show."},
    {"job", "why-failing", 4, "wasted_uusd", ABOVE, 0, "The failed attempts cost {wasted_uusd}."},

    {"job", "cut-cost", 1, "wasted_share", ABOVE, 0.05,
     "First lever: the {wasted_uusd} of failed attempts ({wasted_share}). Fix the cause before "
     "resizing anything."},
    {"job", "cut-cost", 1, NULL, ALWAYS, 0,
     "Failed attempts are not the lever here: they took {wasted_uusd} ({wasted_share})."},
    {"job", "cut-cost", 2, "spot_share", BELOW, 0.3,
     "{ondemand_vm_uusd} went to on-demand VMs and only {spot_share} of node time is spot: workers "
     "on spot with fallback are the next lever."},
    {"job", "cut-cost", 2, "evictions", ABOVE, 3,
     "It already runs {spot_share} on spot and met {evictions} evictions: more spot is not free "
     "here."},
    {"job", "cut-cost", 2, NULL, ALWAYS, 0, "{spot_share} of node time is spot already."},
    {"job", "cut-cost", 3, NULL, ALWAYS, 0,
     "DBU is {dbu_uusd}: fewer node hours lower it, spot does not (a DBU costs the same on spot)."},
    {"job", "cut-cost", 4, NULL, ALWAYS, 0,
     "What a change would save is not in these facts, so no saving is stated."},

    {"job", "make-reliable", 1, "success_rate", BELOW, 0.99,
     "{success_rate} of {runs} runs succeeded; {failed_attempts} attempts failed."},
    {"job", "make-reliable", 1, NULL, ALWAYS, 0,
     "{success_rate} of {runs} runs succeeded, after {attempts_per_run} attempts per run."},
    {"job", "make-reliable", 2, "evictions", ABOVE, 0,
     "{evictions} spot evictions: keep the driver on demand and allow fallback to on-demand."},
    {"job", "make-reliable", 2, NULL, ALWAYS, 0,
     "No spot eviction in the window: retries against capacity would not help."},
    {"job", "make-reliable", 3, NULL, ALWAYS, 0, "Failure to fix first: {edge:FAILED_WITH}."},

    {"job", "verify-fix", 1, NULL, ALWAYS, 0,
     "Run this report again with as-of after the fix and compare with today: {total_uusd} over the "
     "window, {usd_per_ok_run} per successful run."},
    {"job", "verify-fix", 2, "failed_attempts", ABOVE, 0,
     "The fix holds when failed attempts fall from {failed_attempts} and their cost from "
     "{wasted_uusd}."},
    {"job", "verify-fix", 2, NULL, ALWAYS, 0,
     "Failed attempts are {failed_attempts} already: watch duration, {p50_ms} median and {p95_ms} "
     "at the 95th percentile."},

    {"job", "what-to-watch", 1, NULL, ALWAYS, 0,
     "Watch the cost per successful run, {usd_per_ok_run} now, rather than the total."},
    {"job", "what-to-watch", 2, "wasted_uusd", ABOVE, 0,
     "Watch failed attempts: {failed_attempts} now, {wasted_uusd}."},
    {"job", "what-to-watch", 3, NULL, ALWAYS, 0,
     "Watch the 95th percentile of duration, {p95_ms} now against a median of {p50_ms}."},
    {"job", "what-to-watch", 4, "evictions", ABOVE, 0,
     "Watch evictions: {evictions} now with {spot_share} of node time on spot."},

    /* ---- the whole report ---- */
    {"report", "explain", 1, NULL, ALWAYS, 0,
     "The {entity_count} {noun} of the report cost {total_uusd} in the window; the three dearest "
     "are {top3_share} of it."},
    {"report", "explain", 2, "change_ratio", ALWAYS, 0,
     "Against the window before: {change_uusd} ({change_ratio}) from {baseline_uusd}."},
    {"report", "explain", 2, NULL, ALWAYS, 0,
     "There is no complete window before to compare with."},
    {"report", "explain", 3, NULL, ALWAYS, 0,
     "Productive DBU is {dbu_uusd}, on-demand VMs {ondemand_vm_uusd}, spot VMs {spot_vm_uusd}."},
    {"report", "explain", 4, "wasted_uusd", ABOVE, 0,
     "Failed attempts took {wasted_uusd} ({wasted_share})."},
    {"report", "what-good-looks-like", 1, NULL, ALWAYS, 0,
     "Good means that failed attempts cost nothing; here they cost {wasted_uusd} "
     "({wasted_share})."},
    {"report", "what-good-looks-like", 2, NULL, ALWAYS, 0,
     "Runs need {attempts_per_run} attempts on average; one is the aim. Run success is "
     "{success_rate}."},
    {"report", "drivers", 1, NULL, ALWAYS, 0,
     "The three dearest {noun} make {top3_share} of {total_uusd}."},
    {"report", "drivers", 2, NULL, ALWAYS, 0,
     "By kind: {dbu_uusd} DBU, {ondemand_vm_uusd} on-demand VM, {spot_vm_uusd} spot VM, "
     "{wasted_uusd} failed attempts."},
    {"report", "what-changed", 1, "change_ratio", ALWAYS, 0,
     "The total moved by {change_uusd} ({change_ratio}), from {baseline_uusd} to {total_uusd}."},
    {"report", "what-changed", 1, NULL, ALWAYS, 0,
     "There is no complete window before, so no change can be stated."},
    {"report", "cut-cost", 1, "wasted_uusd", ABOVE, 0,
     "Start with failed attempts: {wasted_uusd} ({wasted_share}) bought nothing."},
    {"report", "cut-cost", 2, NULL, ALWAYS, 0,
     "Then the head of the list: three {noun} are {top3_share} of the total."},
    {"report", "cut-cost", 3, NULL, ALWAYS, 0,
     "On-demand VMs cost {ondemand_vm_uusd} while {spot_share} of node time is spot."},
    {"report", "make-reliable", 1, NULL, ALWAYS, 0,
     "{failed_attempts} attempts failed; run success is {success_rate} over {runs} runs."},
    {"report", "make-reliable", 2, "evictions", ABOVE, 0,
     "{evictions} spot evictions are among the causes."},
    {"report", "verify-fix", 1, NULL, ALWAYS, 0,
     "Compare a later run of this report with today: {total_uusd} in all, {wasted_uusd} of it in "
     "failed attempts."},
    {"report", "what-to-watch", 1, NULL, ALWAYS, 0,
     "Watch the total, {total_uusd}, and the part lost to failed attempts, {wasted_uusd} "
     "({wasted_share})."},
    {"report", "what-to-watch", 2, NULL, ALWAYS, 0,
     "Watch concentration: three {noun} are {top3_share} of the total."},
};

static bool holds(const struct rule *r, const struct drc_context *c)
{
    if (r->metric == NULL)
        return true;
    const struct drc_fact *f = drc_context_fact(c, r->metric);
    if (f == NULL || !f->known)
        return false;
    switch (r->cmp) {
    case ALWAYS:
        return true;
    case ABOVE:
        return f->value > r->bound;
    case BELOW:
        return f->value < r->bound;
    case AT_MOST:
        return f->value <= r->bound;
    }
    return false;
}

static const struct drc_edge *find_edge(const struct drc_context *c, const char *name, size_t bytes)
{
    for (size_t i = 0; i < c->edge_count; i++)
        if (strlen(c->edges[i].edge) == bytes && strncmp(c->edges[i].edge, name, bytes) == 0)
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

/* One {slot}; false where its fact is not known. */
static bool add_slot(struct drc_arena *a, const char *name, size_t bytes,
                     const struct drc_context *c, struct drc_text *t, struct drc_cited *used)
{
    if (bytes == 5 && strncmp(name, "label", 5) == 0) {
        drc_text_add(a, t, DRC_SPAN_CODE, c->selection.label);
        return true;
    }
    if (bytes == 4 && strncmp(name, "noun", 4) == 0) { /* "jobs" */
        drc_text_printf(a, t, DRC_SPAN_PLAIN, "%ss", c->result->report->entity);
        return true;
    }
    if (bytes > 5 && strncmp(name, "edge:", 5) == 0) {
        const struct drc_edge *e = find_edge(c, name + 5, bytes - 5);
        if (e == NULL)
            return false;
        add_edge(a, e, t);
        used->edges[e - c->edges] = true;
        return true;
    }
    const struct drc_fact *f = drc_context_fact(c, drc_arena_strndup(a, name, bytes));
    if (f == NULL || !f->known)
        return false;
    drc_text_add(a, t, DRC_SPAN_PLAIN, f->display);
    used->facts[f - c->facts] = true;
    return true;
}

/* The tags of one sentence behind it; what it used counts as cited. */
static void add_tags(struct drc_arena *a, const struct drc_context *c, const struct drc_cited *used,
                     struct drc_text *t, struct drc_cited *cited)
{
    for (size_t i = 0; i < c->fact_count; i++)
        if (used->facts[i]) {
            drc_text_printf(a, t, DRC_SPAN_PLAIN, " [%s]", c->facts[i].id);
            cited->facts[i] = true;
        }
    for (size_t i = 0; i < c->edge_count; i++)
        if (used->edges[i]) {
            drc_text_printf(a, t, DRC_SPAN_PLAIN, " [%s]", c->edges[i].id);
            cited->edges[i] = true;
        }
}

static bool say(struct drc_arena *a, const char *sentence, const struct drc_context *c,
                struct drc_text *out, struct drc_cited *cited)
{
    struct drc_text t = {NULL, NULL};
    struct drc_cited used = {{false}, {false}};
    for (const char *p = sentence; *p != '\0';) {
        size_t plain = strcspn(p, "{");
        if (plain > 0)
            drc_text_add(a, &t, DRC_SPAN_PLAIN, drc_arena_strndup(a, p, plain));
        p += plain;
        if (*p == '\0')
            break;
        size_t name = strcspn(p, "}");
        if (!add_slot(a, p + 1, name - 1, c, &t, &used))
            return false;
        p += name + 1;
    }
    add_tags(a, c, &used, &t, cited);
    drc_text_add(a, out, DRC_SPAN_PLAIN, out->first == NULL ? "\u2022 " : "\n\u2022 ");
    out->last->next = t.first;
    out->last = t.last;
    return true;
}

void drc_answer_narrate(struct drc_arena *a, const struct drc_chip *chip,
                        const struct drc_context *c, struct drc_text *out, struct drc_cited *cited)
{
    unsigned said = 0; /* topics, as bits */
    *cited = (struct drc_cited){{false}, {false}};
    for (size_t i = 0; i < chip->say_count; i++)
        say(a, chip->says[i], c, out, cited);
    for (size_t i = 0; chip->say_count == 0 && i < sizeof rules / sizeof *rules; i++) {
        const struct rule *r = &rules[i];
        if (strcmp(r->entity, c->selection.kind) != 0 || strcmp(r->verb, chip->verb) != 0 ||
            (said & (1u << r->topic)) || !holds(r, c))
            continue;
        if (say(a, r->text, c, out, cited))
            said |= 1u << r->topic;
    }
    if (out->first == NULL)
        drc_text_add(a, out, DRC_SPAN_PLAIN, "The facts of this run do not answer this question.");
}
