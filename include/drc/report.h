/* Reports: SQL files with a header, checked at load, run in the sandbox. A report needs no C.
 * Pure over structs and a database handle; any thread with its own handle. */
#ifndef DRC_REPORT_H
#define DRC_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/db.h"
#include "drc/err.h"

enum drc_unit {
    DRC_UNIT_USD, /* micro-dollars */
    DRC_UNIT_COUNT,
    DRC_UNIT_RATIO,  /* 0..1, shown as a percentage */
    DRC_UNIT_CHANGE, /* relative change, shown as a signed percentage */
    DRC_UNIT_DELTA,  /* micro-dollars, shown with a sign */
    DRC_UNIT_FACTOR, /* plain number such as attempts per run */
    DRC_UNIT_MS,     /* duration */
    DRC_UNIT_TIME,   /* ms since 1970 UTC */
    DRC_UNIT_TEXT,
    DRC_UNIT_JSON, /* JSON array of integers as text */
    DRC_UNIT_ID
};

struct drc_column {
    const char *name, *title;
    enum drc_unit unit;
    bool whole; /* the same on each row: a figure of the whole report, not of the row */
    bool each;  /* of single rows alone: a rank, a price; their sum means nothing */
};

/* A key figure: `figure: Label | text | otherwise`, texts with {slots} (drc_slots_fill). */
struct drc_figure {
    const char *label, *text;
    const char *otherwise; /* said where a slot of text is not known; NULL, or not known: "n/a" */
};

struct drc_param_def {
    const char *name, *dflt; /* dflt "" = none */
    const char *kind;        /* "1..365", "date", "text" */
};

#define DRC_REPORT_NO_PLACE 1000
struct drc_report {
    const char *path, *id, *title, *pillar, *question, *entity, *method, *mark;
    bool single;              /* of sql/entities: its row is the entity that :entity names */
    bool reads_state;         /* `reads: state`: its SQL reads the state, not the facts */
    const char *noun, *nouns; /* of a row, of rows, as a person says it: "job", "jobs" */
    int version, top;
    int place; /* where reports are listed; DRC_REPORT_NO_PLACE: behind those that have one */
    const char *key, *label; /* column names */
    const char *amount;      /* column by which rows are ranked; money */
    const char *live;        /* column that is not zero in rows that count (default: amount) */
    const char *graph;       /* column with the entity id whose neighbours explain a row */
    const char *summary;     /* the notification, with {slots}; NULL: made from the amount */
    const char *finding;     /* the chart's subtitle, with {slots}; NULL: made from the amount */
    const char *empty;       /* said where no row counts; NULL: a general sentence */
    struct drc_figure *figures, *cards; /* of the report, of the card of a row */
    size_t figure_count, card_count;
    const char **details; /* columns of the Details table after the label */
    size_t detail_count;
    struct drc_column *columns;
    size_t column_count;
    const char **series; /* column names, in drawing order */
    size_t series_count;
    struct drc_param_def *params;
    size_t param_count;
    const char **chips; /* ids that the header names */
    size_t chip_count;
    const char *sql, *reconcile_path, *reconcile_sql; /* reconcile: NULL if none */
    char sql_hash[65]; /* SHA-256 of the SQL and of the reconciliation SQL */
};

/* Reads and checks one file of a folder (DRC_REPORTS_DIR, DRC_ENTITIES_DIR): keys, one read-only
 * statement, total order, no clock and no chance, every named column exists. `facts` is a sandboxed
 * handle. Errors: CONFIG with path and line. */
#define DRC_REPORTS_DIR "sql/reports"
#define DRC_ENTITIES_DIR "sql/entities" /* the figures of one entity, in the format of a report */
int drc_report_load(struct drc_arena *a, const char *home, const char *dir, const char *file_name,
                    struct drc_db *facts, struct drc_report *out, struct drc_err *err);

/* What a report with `reads: state` can read: counts of calls and of feedback, no prompt, no text,
 * no person. */
extern const struct drc_db_column drc_report_state[];
extern const size_t drc_report_state_count;

/* Unit and title of a declared column; TEXT and the name itself for others. */
enum drc_unit drc_report_unit(const struct drc_report *r, const char *column);
const char *drc_report_title(const struct drc_report *r, const char *column);

/* ---- parameters: one grammar for Slack and the command line ------------------------------- */

enum drc_window {
    DRC_WINDOW_DAYS,      /* `days` days up to as_of_day; what drc_report_run makes of the others */
    DRC_WINDOW_MTD,       /* from the first of the month of the last day */
    DRC_WINDOW_LAST_WEEK, /* the last whole week, Monday to Sunday */
    DRC_WINDOW_LAST_MONTH, /* the last whole calendar month */
};

struct drc_params {
    enum drc_window window;
    int days, top;
    int64_t as_of_day; /* last day of the window; 0 = the newest complete day */
    const char *workspace, *owner, *department; /* NULL = all */
    const char *tag_key, *tag_value;            /* both or none */
    const char *entity;                         /* id, for a file of sql/entities; else NULL */
    bool contract;                              /* contract price instead of list price */
    bool is_private;
};

/* "30d top:10 workspace:x owner:\"Ana Ruiz\" tag:team=finance price:contract as-of:2026-11-01
 * private"; windows also mtd, last-week, last-month, 2026-10, 2026-10-01..2026-10-15. INPUT with
 * the nearest match for an unknown word, for a filter that the report does not take, and with both
 * words where there are two of a kind. as_of_day stays 0 where it was not given. */
int drc_params_parse(struct drc_arena *a, const struct drc_report *r, const char *words,
                     struct drc_params *out, struct drc_err *err);
/* Turns a named window into days up to as_of_day, seen from the newest complete day. */
void drc_params_resolve(struct drc_params *p, int64_t newest_day);
/* The same words in canonical order; what a message shows and a hash covers. */
char *drc_params_text(struct drc_arena *a, const struct drc_report *r, const struct drc_params *p);

/* ---- results ------------------------------------------------------------------------------ */

struct drc_result {
    const struct drc_report *report;
    struct drc_params params; /* as_of_day filled */
    int64_t first_day;        /* of the window; the window before it is the baseline */
    struct drc_rows rows;
    int *index;                                     /* column of the report -> column of rows */
    int64_t billed_uusd, explained_uusd, bill_uusd; /* reconciliation; -1 = unknown */
    int64_t corrections;                            /* usage rows that were corrected later */
    const char *price_days;                /* on which a price changed inside the window; NULL */
    int64_t data_first_day, data_last_day; /* complete data */
    const char *generation;                /* of the facts */
    bool sample;                           /* generated sample data */
    char rows_hash[65];
};

/* Runs the report in one read transaction on a sandboxed handle of the facts, or of the state where
 * the report reads that (drc_report_state). An as-of after the newest complete day or a window
 * before the data is INPUT with the days that there are; a state without a call is NOTFOUND. No
 * rows is not an error. */
int drc_report_run(struct drc_db *db, struct drc_arena *a, const struct drc_report *r,
                   const struct drc_params *p, struct drc_result *out, struct drc_err *err);

/* Cells by column name. A column that the report lacks is NULL/0/NaN. */
const struct drc_cell *drc_result_cell(const struct drc_result *res, size_t row,
                                       const char *column);
int64_t drc_result_int(const struct drc_result *res, size_t row, const char *column,
                       int64_t if_null);
double drc_result_real(const struct drc_result *res, size_t row,
                       const char *column); /* NaN for NULL */
const char *drc_result_text(const struct drc_result *res, size_t row,
                            const char *column); /* "" for NULL */
/* Name of a row, cleaned and capped; the arena's. */
const char *drc_result_label(struct drc_arena *a, const struct drc_result *res, size_t row);
/* The amount that ranks rows: of a row or, for row < 0, their sum; as a person reads it, "n/a" where
 * no row knows it. */
char *drc_result_amount(struct drc_arena *a, const struct drc_result *res, int row);
/* Its window, "26 Oct–22 Nov 2026"; behind it " so far" where that ends with the day of the newest
 * call of a model, which no clock is asked about; the arena's. */
const char *drc_result_window(struct drc_arena *a, const struct drc_result *res);
/* Row of an entity id, -1 if it is not among the rows. */
int drc_result_find(const struct drc_result *res, const char *entity_id);
/* Sum over the rows from `first` on; NULLs are skipped. */
int64_t drc_result_sum(const struct drc_result *res, size_t first, const char *column);
/* Whether that sum is known: there is no such row, or one knows the column. */
bool drc_result_knows(const struct drc_result *res, size_t first, const char *column);
/* Rows that count: the report's `live` column is not zero. They stand first. */
size_t drc_result_live(const struct drc_result *res);
#define DRC_SERIES_UNKNOWN INT64_MIN /* null in a series */
/* Parses a JSON array of integers (unit json); returns the count, at most max. The last value is
 * that of as_of; days before the data or the entity begins have none. */
size_t drc_result_series(const struct drc_cell *cell, int64_t *out, size_t max);
/* Fills index, rows_hash: after rows were set by hand (loaded from the state). */
int drc_result_bind(struct drc_arena *a, struct drc_result *res, struct drc_err *err);

/* The rows as CSV (RFC 4180), money in dollars with six decimals, unknown empty; NULL if they are
 * more than DRC_CSV_MAX_BYTES. */
#define DRC_CSV_MAX_BYTES (8u * 1024u * 1024u)
char *drc_result_csv(struct drc_arena *a, const struct drc_result *res);

/* A cell as a person reads it. */
char *drc_cell_show(struct drc_arena *a, const struct drc_cell *cell, enum drc_unit unit);

#endif
