/* Conditions over the facts of a context, as chips and runbooks write them. */
#include <stdlib.h>
#include <string.h>

#include "drc/answer.h"

int drc_condition_parse(struct drc_arena *a, const char *path, int line, const char *text,
                        struct drc_condition *out, struct drc_err *err)
{
    static const struct {
        const char *sign;
        enum drc_compare compare;
    } signs[] = {{"<=", DRC_COMPARE_AT_MOST}, {"<", DRC_COMPARE_BELOW}, {">", DRC_COMPARE_ABOVE}};
    memset(out, 0, sizeof *out);
    if (strcmp(text, "always") == 0)
        return 0;
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    const char *rest = text + n + strspn(text + n, " ");
    out->metric = drc_arena_strndup(a, text, n);
    if (n > 0 && *rest == '\0')
        return 0;
    if (n > 0 && strcmp(rest, "unknown") == 0) {
        out->compare = DRC_COMPARE_UNKNOWN;
        return 0;
    }
    for (size_t i = 0; n > 0 && i < sizeof signs / sizeof *signs; i++) {
        size_t width = strlen(signs[i].sign);
        if (strncmp(rest, signs[i].sign, width) != 0)
            continue;
        char *end;
        out->compare = signs[i].compare;
        out->bound = strtod(rest + width, &end);
        if (end != rest + width && *end == '\0')
            return 0;
        break;
    }
    return drc_err_set(
        err, DRC_ERR_CONFIG,
        "%s:%d: a condition is 'always', 'metric', 'metric unknown' or 'metric > 0.1' "
        "(also < and <=)",
        path, line);
}

bool drc_condition_holds(const struct drc_condition *k, const struct drc_context *c)
{
    if (k->metric == NULL)
        return true;
    const struct drc_fact *f = drc_context_fact(c, k->metric);
    if (f == NULL || f->known == (k->compare == DRC_COMPARE_UNKNOWN))
        return false;
    switch (k->compare) {
    case DRC_COMPARE_KNOWN:
    case DRC_COMPARE_UNKNOWN:
        return true;
    case DRC_COMPARE_ABOVE:
        return f->value > k->bound;
    case DRC_COMPARE_BELOW:
        return f->value < k->bound;
    case DRC_COMPARE_AT_MOST:
        return f->value <= k->bound;
    }
    return false;
}

const char *drc_chip_search_text(const struct drc_chip *chip, const struct drc_context *c)
{
    if (chip->docs && chip->causes > 0 && c->cause_count > 0)
        return c->causes[0].words->search;
    for (size_t i = 0; chip->docs && i < chip->search_count; i++)
        if (drc_condition_holds(&chip->searches[i].when, c))
            return chip->searches[i].text;
    return NULL;
}
