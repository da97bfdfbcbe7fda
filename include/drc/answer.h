/* What an answer stands on and how it reads: numbered facts from the stored rows of a report run,
 * rows of the usage graph, passages of runbooks and documentation, the prompt made from them, and a
 * commentary by template. Pure; the same run, entity and passages give the same bytes. */
#ifndef DRC_ANSWER_H
#define DRC_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/chip.h"
#include "drc/db.h"
#include "drc/err.h"
#include "drc/limits.h"
#include "drc/message.h"
#include "drc/report.h"

struct drc_fact {
    char id[8];         /* "F1" */
    const char *metric; /* stable name: "total_cost", "change_usd" */
    const char *title;  /* "Cost", as a person reads it */
    const char
        *entity; /* name of another row that it is about; NULL: the selection or the report */
    const char *period; /* "26 Oct–22 Nov 2026" */
    enum drc_unit unit;
    bool known;          /* false: NULL in the data, display "n/a" */
    double value;        /* in the unit: micro-dollars, count, ratio, ms */
    const char *display; /* by drc_fmt_* */
    const char *source;  /* "job-cost row 3, total_usd" */
    int row;             /* of the result, that it was read from; -1: all of them */
};

/* Whose words a text from the platform is: a hosted model gets the other two only where a setting
 * allows it. */
enum drc_wording { DRC_WORDING_OURS, DRC_WORDING_SQL, DRC_WORDING_ERRORS };

struct drc_edge {       /* a graph row: one node around the entity, or several of a kind */
    char id[8];         /* "G1" */
    const char *edge;   /* type of the edge to it: "HAD_EVICTION" */
    const char *title;  /* of that edge, as a person reads it */
    const char *label;  /* text shown, cleaned */
    const char *entity; /* name of whose row it is; NULL: of the selected entity */
    enum drc_wording words;
    const char *without; /* the label without those words; NULL where they are ours */
    const char **nodes;  /* entity ids of all that the row speaks of */
    size_t node_count;
    int64_t at_ms;     /* 0 = none */
    int64_t cost_uusd; /* of them all; INT64_MIN = none */
    int severity;      /* 0 info, 1 warn, 2 crit */
    int hop;           /* edges from the entity */
    double score;      /* rank of the best of them */
    bool must;         /* belongs into the context whatever the cut */
};

/* A piece of a runbook or of the documentation. */
struct drc_passage {
    char id[8];              /* "R1" of a runbook, "D1" of the documentation */
    const char *title;       /* of the page */
    const char *section;     /* heading above the text; "" at the top of the page */
    const char *url;         /* NULL: a runbook without an address */
    const char *text;        /* Markdown, cleaned; cut to the budget of its section */
    const char *why;         /* "signal evictions > 0", "search" */
    const char *page, *date; /* id of the page; day of its facts, "" if unknown */
    double score;            /* fused score of the search; 0 where a signal brought it */
    const char *scores;      /* of each channel, for the debug view */
};

#define DRC_CAUSES_MAX 3
/* A likely cause of what an entity cost, from sql/causes.sql. */
struct drc_cause {
    const struct drc_cause_words *words;
    const char *change, *error; /* of the platform, cleaned; NULL */
    const char *detail, *days;  /* ours; detail NULL where there is none */
    const char *entity;         /* whose it is, of a whole report; NULL: the selected one's */
    int effect, times, ratio;   /* places of its facts; -1 where they are not known */
};

/* Which entity a click is about, and where it stands in the result. */
struct drc_selection {
    const char *entity_id; /* "job:<workspace>/<id>" or "report:<report id>" */
    const char *kind;      /* "job", "report" */
    const char *label;     /* shown name, cleaned */
    int row;               /* -1 for the whole report */
};

#define DRC_EDGES_MAX 25

#define DRC_PASSAGES_MAX 4
#define DRC_PEOPLE_MAX 64 /* that one prompt calls by an alias; further ones are all "U65" */

/* What must not reach the endpoint of a model. */
struct drc_withhold {
    bool sql, errors, people;
};
struct drc_people;

/* What a prompt says instead of a name: "J1" of a job, "E1" of another entity, "U1" of a person. */
struct drc_alias {
    const char *alias, *name;
};

/* What one section of the context holds, in estimated tokens. */
enum drc_part { DRC_PART_FACTS, DRC_PART_GRAPH, DRC_PART_RUNBOOKS, DRC_PART_DOCS, DRC_PARTS };
struct drc_part_size {
    size_t shown, left_out; /* items */
    size_t tokens;
    bool shortened; /* its last text was cut */
};

struct drc_context {
    const struct drc_result *result;
    struct drc_selection selection;
    struct drc_fact *facts;
    size_t fact_count;
    struct drc_edge *edges;
    struct drc_cause *causes; /* dearest first */
    size_t cause_count;
    const struct drc_cause *told;  /* the one that {cause.*} speaks of; NULL */
    size_t edge_count, edge_total; /* shown and found */
    const char *graph_hash;        /* short hash over the edges shown */
    struct drc_passage *passages;  /* runbooks, then documentation */
    size_t passage_count;
    struct drc_part_size parts[DRC_PARTS];
    const char *route;    /* which corpora are read and why, for the debug view */
    const char *searched; /* what the documentation was searched for and how; NULL: it was not */
    const char *docs_off; /* why it was searched by words alone, or not at all; NULL */
    const char *other;    /* name of the second entity where two are compared; NULL */
    bool docs_wanted;     /* by the chip or the route */
    bool docs_only;       /* a question about the product: facts and graph are not in here */
    const char *left_out; /* "3 further graph rows, 1 passage of documentation" or "nothing" */
    const char *text;     /* all of it as a model reads it */
    /* Set by whoever knows the endpoint, before the text is made: */
    struct drc_withhold withhold;
    const struct drc_people *people; /* whose names are withheld; NULL: nobody's */
    bool in_form;              /* the model is held to the form of prompts/answer.schema.json */
    struct drc_alias *aliases; /* of entities, in the order of the text */
    size_t alias_count;
};

/* NOTFOUND where the entity is not among the rows of the run. entity_id "report:..." or NULL: the
 * whole report. */
int drc_selection_make(struct drc_arena *a, const struct drc_result *res, const char *entity_id,
                       struct drc_selection *out, struct drc_err *err);

struct drc_graph;
/* Facts from the rows; then the graph is asked (NULL: no edges) and the facts database for its
 * texts. The window of the run bounds the edges. */
int drc_context_build(struct drc_arena *a, const struct drc_result *res,
                      const struct drc_selection *sel, const struct drc_graph *graph,
                      struct drc_db *facts_db, struct drc_context *out, struct drc_err *err);
/* Sets graph_hash from the graph rows; again where rows were added. */
void drc_context_graph_hash(struct drc_arena *a, struct drc_context *c);
/* "F<n>" */
void drc_fact_number(struct drc_fact *f, size_t n);
/* Adds the likely causes of the entity's cost on the days of the run, or of the anomaly, as many as
 * the chip tells, and their figures as facts: facts that the chip does not speak of give way to
 * them. Of the whole report: the dearest cause of each of its first DRC_CAUSE_ENTITIES rows, each
 * with the graph row that shows it. Call between build and assemble. graph may be NULL: no graph
 * rows. */
#define DRC_CAUSE_ENTITIES 3
int drc_context_causes(struct drc_arena *a, const struct drc_chips *chips, const char *sql,
                       const struct drc_graph *graph, struct drc_db *facts,
                       const struct drc_chip *chip, struct drc_context *c, struct drc_err *err);
/* CONFIG where sql/causes.sql has not the columns that drc reads. */
int drc_causes_check(struct drc_arena *a, struct drc_db *facts, const char *sql,
                     struct drc_err *err);
const struct drc_fact *drc_context_fact(const struct drc_context *c,
                                        const char *metric); /* NULL if absent */
bool drc_condition_holds(const struct drc_condition *k, const struct drc_context *c);
/* What the chip wants the documentation searched for; NULL where it wants none. */
const char *drc_chip_search_text(const struct drc_chip *chip, const struct drc_context *c);
/* Makes the text of the context within the token budgets of limits.h, sections in fixed order. What
 * does not fit is dropped from the arrays too (an answer can only stand on what was sent), counted
 * in parts and named in left_out. `found` (may be NULL): runbooks, then documentation, best first;
 * their ids are given here. Names, errors and other words of the platform enter in double quotes,
 * capped. Call once, after drc_context_build. */
void drc_context_assemble(struct drc_arena *a, struct drc_context *c,
                          const struct drc_passage *found, size_t found_count);
/* The alias of an entity by its name; NULL: it has none. */
const char *drc_context_alias(const struct drc_context *c, const char *name);
/* Names of the platform's people, for a prompt that may not hold them. The strings are borrowed. */
struct drc_people *drc_people_new(struct drc_arena *a, const char *const *names, size_t count);
/* The text with "U1", "U2", ... for these people and for e-mail addresses; *list (of *count, at most
 * DRC_PEOPLE_MAX) says who is who, and grows. only_quoted: inside double quotes, where the platform
 * speaks; our own words stay. */
const char *drc_people_alias(struct drc_arena *a, const struct drc_people *p, const char *text,
                             bool only_quoted, struct drc_alias *list, size_t *count);
/* Words of the platform inside double quotes; the quote sign in them becomes a single one, so that
 * data cannot end its quotes. */
const char *drc_quoted(struct drc_arena *a, const char *s);
/* At most `bytes` of a text, cut behind the last whole line or sentence; "" where none fits. */
const char *drc_shorten(struct drc_arena *a, const char *text, size_t bytes);
/* Tokens of a text, on the high side: one per 3.5 bytes. */
size_t drc_tokens_estimate(size_t bytes);

struct drc_card_sql { /* one file of sql/cards */
    const char *path, *kind, *sql;
};

/* A line of an entity's card. */
#define DRC_CARD_LINES_MAX 14
struct drc_card_line {
    const char *title, *text; /* our words; NULL where there are none */
    const char *name;         /* the platform's words, shown as code; NULL */
};

/* Loads sql/cards/ *.sql; CONFIG with the path. Then the lines of one entity, in the file's order:
 * none where its kind has no file. */
int drc_cards_load(struct drc_arena *a, const char *home, struct drc_db *facts,
                   struct drc_card_sql **out, size_t *count, struct drc_err *err);
int drc_card_lines(struct drc_arena *a, struct drc_db *facts, const struct drc_card_sql *cards,
                   size_t count, const char *entity_id, struct drc_card_line *out, size_t max,
                   size_t *lines, struct drc_err *err);

struct drc_prompt {
    const char *system, *user; /* exactly what a model is sent */
    const char *schema;        /* of the answer, where it is held to a form; else NULL */
    char hash[65];             /* SHA-256 of system, newline, user and, where there is one,
                                  newline, schema */
    struct drc_alias *people;  /* who is called U1, U2, ... in it */
    size_t people_count;
};
extern const char
    *const drc_prompt_names[]; /* names that a prompt template may use; NULL at the end */
int drc_prompt_make(struct drc_arena *a, const struct drc_chips *chips, const struct drc_chip *chip,
                    const struct drc_context *c, const char *question, struct drc_prompt *out,
                    struct drc_err *err);

/* What its hash is over: all that a model is sent. */
const char *drc_prompt_whole(struct drc_arena *a, const struct drc_prompt *p);
struct drc_grounding;
/* The user's part of the second try: what is wrong with the answer, without the names that the
 * prompt withholds. */
const char *drc_prompt_repair(struct drc_arena *a, const struct drc_context *c,
                              struct drc_prompt *p, const struct drc_grounding *g);

/* What the answer is made of, with scores and sources of each item: the debug view. */
const char *drc_debug_text(struct drc_arena *a, const struct drc_context *c,
                           const struct drc_prompt *prompt);

/* Whether a context of the report, of one of its rows or of the whole, can hold a fact of this
 * metric: an unknown value is one too. */
bool drc_context_may_hold(const struct drc_report *r, bool whole, const char *metric);
/* CONFIG with the path of a chip that needs a fact which no report that has the chip can give, or
 * for which prompts/missing.list has no line. */
int drc_contracts_check(const struct drc_chips *all, const struct drc_report *reports,
                        size_t report_count, const struct drc_report *entities, size_t entity_count,
                        struct drc_err *err);
struct drc_snapshot;
/* The facts that the chip needs and the context lacks, each with how to get it, a line each. NULL
 * where all are there. */
const struct drc_text *drc_answer_missing(struct drc_arena *a, const struct drc_snapshot *s,
                                          const struct drc_chip *chip, const struct drc_context *c);

/* What a commentary stands on, by index. */
struct drc_cited {
    bool facts[DRC_FACTS_MAX], edges[DRC_EDGES_MAX], passages[DRC_PASSAGES_MAX];
};
/* Marks the ids in square brackets that a text holds: "[F3]", "[D1]". */
void drc_cited_scan(const struct drc_context *c, const char *text, struct drc_cited *out);

/* Appends `text` with its {slots} filled: {label}, {kind} ("job"), {noun} ("jobs"), {window},
 * {before}, {amount} (of the row, or the sum), {top} (name of the first row), {top.column} and
 * {row.column} (a cell), {other} (name of the second entity), {edge:NAME} (first graph row of that
 * kind), {linked} (the change that the row names), {entities} ("29 jobs"), {leaders} and {movers}
 * (the first rows of the report and those that moved most, each with its figure); of the cause that
 * is told {cause.effect}, .times, .ratio, .days, .change, .error, .changed and .failed (the graph
 * rows of these), .detail; or a metric of the facts. Words behind a name follow its number:
 * {evictions eviction/evictions} prints "1 eviction" or "3 evictions", {=evictions is/are} the word
 * alone.
 * false, and nothing is appended, where a slot is not known. `used` (may be NULL) gets what was
 * printed. */
bool drc_slots_fill(struct drc_arena *a, const char *text, const struct drc_context *c,
                    struct drc_text *out, struct drc_cited *used);
/* CONFIG with path and line where a brace is not closed or words are not two. */
int drc_slots_lint(const char *path, int line, const char *text, struct drc_err *err);

/* The commentary without a model: sentences from the facts alone, each followed by its evidence
 * tags. Where the contract is not met (missing != NULL): the likely causes, and what is missing. */
void drc_answer_narrate(struct drc_arena *a, const struct drc_chip *chip,
                        const struct drc_context *c, const struct drc_text *missing,
                        struct drc_text *out, struct drc_cited *cited);

#endif
