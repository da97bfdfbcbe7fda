/* Whether a text says only what a ledger of facts holds: each figure with its entity, metric and
 * period, each name, id, link and citation, each direction and rank, each cause and saving. Rules
 * alone, no model. Strict: what cannot be traced is withheld, true or not. Nothing is derived here:
 * a difference, share or rate is sayable only where it is a fact itself. Pure; any thread; the
 * ledger is only read. What is returned lives in the arena. */
#ifndef DRC_GROUND_H
#define DRC_GROUND_H

#include <stdbool.h>
#include <stddef.h>

#include "drc/arena.h"

#define DRC_GROUND_TEXT_MAX_BYTES 16384u /* a longer text is withheld whole */
#define DRC_GROUND_FACTS_MAX 400u        /* of one ledger; likewise entities and sources */

struct drc_ground_fact {
    const char *id;      /* "F3" */
    const char *entity;  /* id or name of an entity; NULL: of the whole */
    const char *metric;  /* "wasted_uusd": its words say what the figure is */
    const char *title;   /* the same for people; NULL: none */
    const char *period;  /* "26 Oct-22 Nov 2026", "2026-10-26..2026-11-22"; NULL: unknown */
    double value;        /* in `unit`; NaN: unknown, nothing may be said of it */
    const char *unit;    /* "USD", "micro-usd", "ratio", "%", "pp", "count", "ms", "min", ... */
    const char *display; /* as people read it; decides where unit and value leave doubt */
    const char *op;      /* "difference", "share_of_total", ...; NULL: not derived */
    const char *const *operands; /* ids of facts */
    size_t operand_count;
};

struct drc_ground_entity {
    const char *id, *name;
    const char *const *aliases;
    size_t alias_count;
};

struct drc_ground_source {
    const char *id;    /* "G1" of a graph row, "R1" of a runbook, "D1" of the documentation */
    const char *title; /* its words may be said where it is cited */
    const char *url;   /* NULL: none */
    const char *text;  /* likewise; NULL: none */
};

struct drc_ledger {
    const struct drc_ground_fact *facts;
    size_t fact_count;
    const struct drc_ground_entity *entities;
    size_t entity_count;
    const struct drc_ground_source *sources;
    size_t source_count;
    const char *subject; /* entity that "it" means in the first sentence; NULL: none */
};

struct drc_ground_sentence {
    const char *text; /* as it stands in the whole */
    bool ok;          /* false: withheld */
    const char **reasons;
    size_t reason_count;
    size_t figures, traced; /* numbers in it, and how many have a fact */
};

struct drc_grounding {
    bool ok;          /* no sentence is withheld, and there is one */
    const char *text; /* as it was checked, cleaned */
    struct drc_ground_sentence *sentences;
    size_t sentence_count;
    size_t figures, traced;
};

/* Placeholders are filled before (drc/placeholder.h): a brace is withheld. */
void drc_ground_check(struct drc_arena *a, const struct drc_ledger *ledger, const char *text,
                      struct drc_grounding *out);

struct drc_context;
/* The ledger of an answer: its facts, the entities that they name, graph rows and passages as
 * sources. */
void drc_ground_ledger(struct drc_arena *a, const struct drc_context *c, struct drc_ledger *out);
/* The sentences that are not withheld as one text, where they are at least two and more than the
 * others and stand without these; NULL otherwise. *rest: their own check. */
const char *drc_ground_rest(struct drc_arena *a, const struct drc_ledger *ledger,
                            const struct drc_grounding *g, struct drc_grounding *rest);
/* "2 of 5 figures could not be traced ($9: no fact holds it)". */
const char *drc_ground_complaint(struct drc_arena *a, const struct drc_grounding *g);
/* What a model is asked the second time: `user`, then what is wrong with its answer. */
const char *drc_ground_repair(struct drc_arena *a, const char *user, const struct drc_grounding *g);

enum drc_ground_dim {
    DRC_DIM_COUNT, /* plain numbers too */
    DRC_DIM_USD,
    DRC_DIM_RATIO, /* "12 %" is 0.12 */
    DRC_DIM_POINTS,
    DRC_DIM_SECONDS,
    DRC_DIM_BYTES,
    DRC_DIM_DBU,
    DRC_DIM_FACTOR, /* "1.3x" */
    DRC_DIM_OTHER   /* another currency: no fact has it */
};

struct drc_ground_number {
    double value; /* without sign; NaN where its form is ambiguous ("1.234,56") */
    double half;  /* half a unit of the last place that counts: "$7,400" is rounded */
    double exact; /* half a unit of the last written place */
    int sign;     /* as written: 1, -1, 0 none */
    bool spelled; /* "three", "a quarter" */
    bool written; /* its unit was written */
    bool in_days; /* "10 days": may be a count of days */
    int digits;   /* significant ones */
    enum drc_ground_dim dim;
};

/* The number at the start of `s` with sign, currency, suffix and unit ("-$1,234.5k", "12.3 %",
 * "2 h 05 min"); its bytes, 0 where none starts here. `s` is normalised ASCII. */
size_t drc_ground_number(const char *s, struct drc_ground_number *out);

#endif
