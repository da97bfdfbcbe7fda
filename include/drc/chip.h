/* Chips: buttons that stand for one fixed question each. A chip is a file
 * prompts/chips/<entity>.<verb>.md; its identity and order never depend on data. Immutable once
 * loaded; any thread. */
#ifndef DRC_CHIP_H
#define DRC_CHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/arena.h"
#include "drc/err.h"

enum drc_lane {
    DRC_LANE_UNDERSTAND,
    DRC_LANE_DIAGNOSE,
    DRC_LANE_OPTIMIZE,
    DRC_LANE_MONITOR,
    DRC_LANES
};

/* "always", "metric" (its fact is known), "metric unknown" (the report has it, without a value),
 * "metric > x", "metric < x" or "metric <= x", x in the metric's unit. */
enum drc_compare {
    DRC_COMPARE_KNOWN,
    DRC_COMPARE_UNKNOWN,
    DRC_COMPARE_ABOVE,
    DRC_COMPARE_BELOW,
    DRC_COMPARE_AT_MOST
};
struct drc_condition {
    const char *metric; /* NULL: always */
    enum drc_compare compare;
    double bound;
};
/* CONFIG with path and line. */
int drc_condition_parse(struct drc_arena *a, const char *path, int line, const char *text,
                        struct drc_condition *out, struct drc_err *err);

/* A sentence of the commentary without a model: `say: text` or `say: topic | condition | text`. */
struct drc_chip_say {
    int topic; /* 1..31: of one topic only the first sentence that fits is said; 0: none */
    struct drc_condition when;
    const char *text; /* with {slots}, see drc_slots_fill */
};

/* What the documentation is searched for: `search: text` or `search: condition | text`. */
struct drc_chip_search {
    struct drc_condition when;
    const char *text;
};

/* How a kind of cause is said: a file of prompts/causes, named by its code. */
struct drc_cause_words {
    const char *path, *id, *label; /* "spot-loss", "spot evictions" */
    const char *search;            /* what the documentation of its next step is searched by */
    const char *runbook;           /* id of the one that is for it; NULL: none is */
    bool failure;                  /* it is why attempts fail, not only why cost grew */
    struct drc_chip_say *says;
    size_t say_count;
};

struct drc_chip {
    const char *path, *id; /* "job.explain" */
    const char *entity;    /* "job", "report" */
    const char *verb;      /* "explain" */
    enum drc_lane lane;
    int order;
    int causes;           /* likely causes that it names first, at most; 0: none */
    bool failures;        /* of those, only why attempts fail */
    int version;          /* of the text that a model is sent; grows with each change of it */
    bool primary;         /* the chip of its lane that stands on the report message */
    const char *label;    /* on the button */
    const char *question; /* the whole question, shown above the answer */
    const char *asks;   /* words that a typed question may hold, separated by commas; "" if none */
    const char **needs; /* metrics of facts that must be there: its data contract */
    const char **or_needs; /* of each: the metric that does as well ("a or b"); NULL: none does */
    size_t need_count;
    const char *reports; /* ids of the only reports that offer it, separated by commas; NULL: all */
    bool runbooks, docs; /* `corpora`: what is read besides the telemetry */
    struct drc_chip_search *searches; /* the first whose condition holds is used */
    size_t search_count;
    struct drc_chip_say *says;
    size_t say_count;
    const char *prompt; /* template: {{name}} of drc_prompt_names */
    char hash[65];      /* SHA-256 of the file */
};

/* What a chip says where a fact that it needs is not there: a line of prompts/missing.list. */
struct drc_missing {
    const char *of; /* report id or kind of chip that it is for; NULL: all without such a line */
    const char *metric; /* of the fact */
    const char *title;  /* "CPU, 95th percentile" */
    const char *text;   /* how to get it, with {slots} that are always known */
};

struct drc_chips {
    struct drc_chip *chips; /* in (entity, lane, order, id) order */
    size_t count;
    struct drc_cause_words *causes; /* by id */
    size_t cause_count;
    struct drc_missing *missing;
    size_t missing_count;
    const char *system;      /* prompts/system.md with form-prose.md */
    const char *system_form; /* with form-json.md */
    const char *schema;      /* prompts/answer.schema.json */
};

/* Loads and lints the files of prompts/, prompts/chips/ *.md and prompts/causes/ *.md, and
 * prompts/missing.list. CONFIG with path and line. */
int drc_chips_load(struct drc_arena *a, const char *home, struct drc_chips *out,
                   struct drc_err *err);

/* The last of these alone; no lines where the file is not there. */
int drc_missing_load(struct drc_arena *a, const char *home, struct drc_chips *out,
                     struct drc_err *err);

const struct drc_chip *drc_chip_find(const struct drc_chips *all, const char *id);
const struct drc_chip *drc_chip_for(const struct drc_chips *all, const char *entity_kind,
                                    const char *verb);
/* Whether a report offers the chip for entities of this kind. */
bool drc_chip_offered(const struct drc_chip *c, const char *report_id, const char *entity_kind);
/* The primary chip of a lane for an entity kind; NULL if there is none. */
const struct drc_chip *drc_chip_primary(const struct drc_chips *all, const char *entity_kind,
                                        enum drc_lane lane);
/* The chip whose `asks` words a typed question holds most of; NULL if none fits. */
const struct drc_chip *drc_chip_match(const struct drc_chips *all, const char *entity_kind,
                                      const char *question);

const char *drc_lane_title(enum drc_lane lane); /* "Understand", ... */

#endif
