/* Prompt templates: `{{name}}` is replaced by the value of that name, nothing else is interpreted
 * and values are not scanned again. An unknown or unclosed name is an error. Any thread. */
#ifndef DRC_TMPL_H
#define DRC_TMPL_H

#include <stddef.h>

#include "drc/buf.h"
#include "drc/err.h"

struct drc_tmpl_var {
    const char *name, *value;
};

int drc_tmpl_render(const char *path, const char *text, const struct drc_tmpl_var *vars,
                    size_t count, struct drc_buf *out, struct drc_err *err);

/* Fails unless every {{name}} in text is one of `names`; called at load so that a typo never
 * reaches a user. */
int drc_tmpl_lint(const char *path, const char *text, const char *const *names, size_t count,
                  struct drc_err *err);

#endif
