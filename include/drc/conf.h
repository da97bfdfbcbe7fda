/* Configuration: one table of options (name, type, default, secret, help), values from the
 * environment first, then from a `.env` file. A secret may also come as NAME_FILE. The table also
 * makes `.env.example` and the check list of `drc doctor`. Loaded once in main before any thread;
 * read-only afterwards. */
#ifndef DRC_CONF_H
#define DRC_CONF_H

#include <stdbool.h>
#include <stdio.h>

#include "drc/err.h"

enum drc_conf_type { DRC_CONF_STRING, DRC_CONF_INT, DRC_CONF_BOOL };

struct drc_conf_option {
    const char *name;
    enum drc_conf_type type;
    const char *dflt; /* NULL: unset */
    bool secret;
    int min, max; /* INT only */
    const char *help;
};

/* The table, ended by an entry without a name. */
extern const struct drc_conf_option drc_conf_options[];

/* env_path: NULL or missing file = environment only. `DRC_NO_DOTENV=1` in the environment skips the
 * file. Errors: CONFIG with file and line for a malformed or unknown setting, a number out of
 * range, an unreadable NAME_FILE. Secrets are registered with the logger. */
int drc_conf_load(const char *env_path, struct drc_err *err);

const char *drc_conf_str(
    const char *name); /* NULL if unset; an unknown name aborts: it is a typo in our code */
int drc_conf_int(const char *name);
bool drc_conf_bool(const char *name);
/* Whether a setting that is a list parted by commas holds the word; blanks around words do not
 * count. */
bool drc_conf_lists(const char *name, const char *word);
const char *drc_conf_source(
    const char *name); /* "environment", ".env", "file", "default", "unset" */
void drc_conf_set(const char *name, const char *value); /* command line and tests; before threads */

/* Folder that holds sql/, prompts/, charts/, corpus/: DRC_HOME, else the current folder, else the
 * nearest parent of the executable that has sql/reports. NULL with CONFIG error if there is none.
 */
const char *drc_conf_home(struct drc_err *err);

void drc_conf_write_example(FILE *out); /* the text of .env.example */

#endif
