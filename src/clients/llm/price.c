/* The table of prices, and what a call costs. */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/llm/provider.h"
#include "drc/clock.h"
#include "drc/meta.h"

#define USD_MAX 100000.0 /* per million tokens */

static bool take_usd(const char *s, int64_t *nano)
{
    char *end;
    if (*s == '\0' || strspn(s, "0123456789.") != strlen(s))
        return false;
    double usd = strtod(s, &end);
    if (*end != '\0' || usd > USD_MAX)
        return false;
    *nano = (int64_t)(usd * 1000 + 0.5);
    return true;
}

/* "pattern | in | cached | out | date | source" */
static int take_line(struct drc_arena *a, const char *path, int number, const char *line,
                     const char *model, size_t *longest, struct drc_llm_price *out,
                     struct drc_err *err)
{
    const char *part[6];
    struct drc_llm_price p;
    int64_t day;
    if (drc_meta_split(a, line, '|', part, 6) != 6 || *part[0] == '\0' ||
        !take_usd(part[1], &p.in) || !take_usd(part[2], &p.cached) || !take_usd(part[3], &p.out) ||
        drc_date_parse(part[4], &day) < 0)
        return drc_err_set(err, DRC_ERR_CONFIG,
                           "%s:%d: expected `model | in | cached in | out | YYYY-MM-DD | source`, "
                           "prices in USD per million tokens",
                           path, number);
    if (strlen(part[0]) < *longest || fnmatch(part[0], model, FNM_NOESCAPE) != 0)
        return 0;
    *longest = strlen(part[0]);
    drc_date_iso(day, p.date);
    *out = p;
    return 1;
}

int drc_llm_price_find(const char *path, const char *text, const char *model,
                       struct drc_llm_price *out, struct drc_err *err)
{
    struct drc_arena *a = drc_arena_new();
    size_t longest = 0;
    int found = 0, number = 0, rc = 0;
    while (*text != '\0' && rc >= 0) {
        size_t n = strcspn(text, "\n");
        const char *line = drc_arena_strndup(a, text, n);
        text += n + (text[n] == '\n');
        number++;
        line += strspn(line, " \t\r");
        if (*line == '\0' || *line == '#')
            continue;
        rc = take_line(a, path, number, line, model, &longest, out, err);
        if (rc == 1)
            found = 1;
    }
    drc_arena_free(a);
    return rc < 0 ? -1 : found;
}

int64_t drc_llm_cost_uusd(const struct drc_llm *llm, const struct drc_llm_usage *usage)
{
    const struct drc_llm_price *p = &llm->price;
    if (!llm->priced)
        return -1;
    int64_t cached = usage->cached < usage->in ? usage->cached : usage->in;
    int64_t nano = (usage->in - cached) * p->in + cached * p->cached + usage->out * p->out;
    return (nano + 999) / 1000;
}
