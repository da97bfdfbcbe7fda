/* Errors: a code for the program and a sentence for the person.
 *
 * Functions return 0/-1 or pointer/NULL and take `struct drc_err *err` as their last parameter. It
 * is untouched on success. The first failure wins: setting a filled error keeps the first message;
 * callers add what they were doing with drc_err_context(). `err` may be NULL where a caller does
 * not care. Any thread; an error belongs to the caller's stack. */
#ifndef DRC_ERR_H
#define DRC_ERR_H

#include <stdbool.h>

/* A code exists only where somebody acts differently on it. */
enum drc_err_code {
    DRC_OK = 0,
    DRC_ERR_INPUT,    /* the person's words are wrong: say what, offer the nearest match */
    DRC_ERR_NOTFOUND, /* asked for something that is not there */
    DRC_ERR_CONFIG,   /* the operator must change a setting or install something */
    DRC_ERR_AUTH,     /* a token or a right is missing; retrying does not help */
    DRC_ERR_RATE,     /* asked to wait: retry_ms says how long */
    DRC_ERR_NET,      /* peer not reached or broke off */
    DRC_ERR_TIMEOUT,  /* a deadline passed */
    DRC_ERR_LIMIT,    /* a cap of limits.h or of the peer */
    DRC_ERR_PARSE,    /* bytes from outside that do not follow their format */
    DRC_ERR_DB,       /* database file missing, corrupt, of another version, full */
    DRC_ERR_BUG       /* cannot happen; report it */
};

struct drc_err {
    enum drc_err_code code;
    int retry_ms;  /* RATE: wait this long; else 0 */
    char msg[480]; /* one sentence without trailing newline, fit for a person */
};

#define DRC_ERR_INIT                                                                               \
    {                                                                                              \
        DRC_OK, 0, ""                                                                              \
    }

/* Fills an empty `err`; returns -1 always, so that `return drc_err_set(...)` reads well. */
int drc_err_set(struct drc_err *err, enum drc_err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "<text>: " in front of a filled error; returns -1. */
int drc_err_context(struct drc_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Waiting may cure it: RATE, NET, TIMEOUT, DB. */
bool drc_err_passes(enum drc_err_code code);

/* Short upper-case name: "INPUT", "DB", ... */
const char *drc_err_name(enum drc_err_code code);

/* Exit status of the command line: 0 ok, 2 INPUT, 3 NOTFOUND, 4 CONFIG, 5 AUTH, 6 NET/RATE/TIMEOUT,
 * 7 DB, 8 LIMIT/PARSE, 70 BUG. */
int drc_err_exit_status(enum drc_err_code code);

#endif
