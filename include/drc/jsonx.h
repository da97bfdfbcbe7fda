/* JSON at the border (jansson). Untrusted text is parsed with a size cap and without duplicate
 * keys; getters never fail: a missing member or one of another type gives the default. Any thread,
 * one tree per thread. */
#ifndef DRC_JSONX_H
#define DRC_JSONX_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

/* Caller owns the result (json_decref). Escapes of NUL and of half a surrogate pair are read as
 * U+FFFD. Errors: LIMIT, PARSE with line and column. */
json_t *drc_json_parse(const char *text, size_t bytes, struct drc_err *err);

/* Compact dump. Sorted keys: the canonical form that hashes and goldens use. malloc'd, caller
 * frees. */
char *drc_json_dump(const json_t *value);
char *drc_json_dump_sorted(const json_t *value);

/* `path` is "payload.user.id"; array members by number: "actions.0.value". Borrowed results. */
json_t *drc_json_at(const json_t *root, const char *path);
const char *drc_json_str(const json_t *root, const char *path, const char *dflt);
int64_t drc_json_int(const json_t *root, const char *path, int64_t dflt);
bool drc_json_bool(const json_t *root, const char *path, bool dflt);

/* A JSON string of text that may hold bad UTF-8 (made valid first). New reference, never NULL. */
json_t *drc_json_text(const char *s);

#endif
