#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "drc/arena.h"

static char taken[] = "";

const char *cli_option(int argc, char **argv, const char *name)
{
    size_t n = strlen(name);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], name, n) != 0)
            continue;
        char *word = argv[i];
        if (word[n] == '=') {
            argv[i] = taken;
            return word + n + 1;
        }
        if (word[n] == '\0' && i + 1 < argc) {
            const char *value = argv[i + 1];
            argv[i] = argv[i + 1] = taken;
            return value;
        }
    }
    return NULL;
}

bool cli_flag(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0) {
            argv[i] = taken;
            return true;
        }
    return false;
}

int cli_no_more_options(int argc, char **argv, struct drc_err *err)
{
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0)
            return drc_err_set(
                err, DRC_ERR_INPUT,
                "I do not know the option '%.60s', or it lacks its value; try --help", argv[i]);
    return 0;
}

int cli_number(int argc, char **argv, const char *name, int64_t lo, int64_t hi, int64_t fallback,
               int64_t *out, struct drc_err *err)
{
    const char *text = cli_option(argc, argv, name);
    char *end = NULL;
    *out = text == NULL ? fallback : strtoll(text, &end, 10);
    if (text != NULL && (*text == '\0' || *end != '\0' || *out < lo || *out > hi))
        return drc_err_set(err, DRC_ERR_INPUT,
                           "%s takes a whole number from %" PRId64 " to %" PRId64 ", not '%.40s'",
                           name, lo, hi, text);
    return 0;
}

char *cli_words(struct drc_arena *a, int argc, char **argv, int from)
{
    char *text = drc_arena_strdup(a, "");
    for (int i = from; i < argc; i++)
        if (*argv[i] != '\0')
            text = drc_arena_printf(a, "%s%s%s", text, *text == '\0' ? "" : " ", argv[i]);
    return text;
}
