/* The words after a report's name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/limits.h"
#include "drc/report.h"
#include "drc/utf8.h"

static const char *const words_known[] = {"28d", "top:10", "workspace:", "as-of:", "private"};

static const struct drc_param_def *find_def(const struct drc_report *r, const char *name)
{
    for (size_t i = 0; i < r->param_count; i++)
        if (strcmp(r->params[i].name, name) == 0)
            return &r->params[i];
    return NULL;
}

/* A whole number with nothing behind it. */
static bool whole(const char *s, size_t bytes, long *out)
{
    if (bytes == 0 || bytes > 9)
        return false;
    long n = 0;
    for (size_t i = 0; i < bytes; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        n = n * 10 + (s[i] - '0');
    }
    *out = n;
    return true;
}

static void range_of(const struct drc_report *r, const char *name, long *lo, long *hi, long *dflt)
{
    const struct drc_param_def *d = find_def(r, name);
    if (d == NULL)
        return;
    const char *dots = strstr(d->kind, "..");
    if (dots != NULL) {
        *lo = strtol(d->kind, NULL, 10);
        *hi = strtol(dots + 2, NULL, 10);
    }
    if (*d->dflt != '\0')
        *dflt = strtol(d->dflt, NULL, 10);
}

static int take_days(const struct drc_report *r, const char *word, size_t digits,
                     struct drc_params *out, struct drc_err *err)
{
    long lo = 1, hi = DRC_DAYS_MAX, dflt = 28, n;
    range_of(r, "days", &lo, &hi, &dflt);
    if (!whole(word, digits, &n) || n < lo || n > hi)
        return drc_err_set(
            err, DRC_ERR_INPUT,
            "'%.40s' is not a window that I can use: give %ldd to %ldd, for example 30d", word, lo,
            hi);
    out->days = (int)n;
    return 0;
}

static int take_top(const char *value, struct drc_params *out, struct drc_err *err)
{
    long n;
    if (!whole(value, strlen(value), &n) || n < 1 || n > DRC_CHART_BARS_MAX)
        return drc_err_set(err, DRC_ERR_INPUT, "top:%.40s: give top:1 to top:%d", value,
                           DRC_CHART_BARS_MAX);
    out->top = (int)n;
    return 0;
}

static int take_as_of(const char *value, struct drc_params *out, struct drc_err *err)
{
    if (drc_date_parse(value, &out->as_of_day) < 0)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "as-of:%.40s is not a date: write it as as-of:2026-11-01", value);
    out->as_of_given = true;
    return 0;
}

static int unknown(const char *word, struct drc_err *err)
{
    const char *best = NULL;
    int distance = 99;
    for (size_t i = 0; i < sizeof words_known / sizeof *words_known; i++) {
        char head[32]; /* compare up to the colon: "worksapce:prod" */
        size_t n = strcspn(words_known[i], ":"), w = strcspn(word, ":");
        if (w >= sizeof head)
            w = sizeof head - 1;
        memcpy(head, word, w);
        head[w] = '\0';
        char known[32];
        memcpy(known, words_known[i], n);
        known[n] = '\0';
        int d = drc_utf8_distance(head, known);
        if (d < distance) {
            distance = d;
            best = words_known[i];
        }
    }
    if (distance <= 3)
        return drc_err_set(err, DRC_ERR_INPUT, "I do not know the word '%.60s'. Did you mean '%s'?",
                           word, best);
    return drc_err_set(err, DRC_ERR_INPUT,
                       "I do not know the word '%.60s'. A report takes 30d, top:10, "
                       "workspace:name, as-of:2026-11-01 "
                       "and private",
                       word);
}

static int take_word(struct drc_arena *a, const struct drc_report *r, const char *word,
                     struct drc_params *out, struct drc_err *err)
{
    size_t n = strlen(word);
    if (n > 1 && word[n - 1] == 'd' && strspn(word, "0123456789") == n - 1)
        return take_days(r, word, n - 1, out, err);
    if (strncmp(word, "top:", 4) == 0)
        return take_top(word + 4, out, err);
    if (strncmp(word, "as-of:", 6) == 0)
        return take_as_of(word + 6, out, err);
    if (strncmp(word, "workspace:", 10) == 0 && word[10] != '\0') {
        out->workspace = drc_utf8_clean(a, word + 10, n - 10, DRC_NAME_MAX_CHARS, false);
        if (*out->workspace == '\0')
            return drc_err_set(err, DRC_ERR_INPUT, "workspace: needs a name behind the colon");
        return 0;
    }
    if (strcmp(word, "private") == 0) {
        out->is_private = true;
        return 0;
    }
    return unknown(word, err);
}

int drc_params_parse(struct drc_arena *a, const struct drc_report *r, const char *words,
                     struct drc_params *out, struct drc_err *err)
{
    long lo = 1, hi = DRC_DAYS_MAX, days = 28;
    range_of(r, "days", &lo, &hi, &days);
    *out = (struct drc_params){.days = (int)days, .top = r->top};
    for (const char *p = words; *p != '\0';) {
        p += strspn(p, " \t\n\r");
        size_t n = strcspn(p, " \t\n\r");
        if (n == 0)
            break;
        if (take_word(a, r, drc_arena_strndup(a, p, n), out, err) < 0)
            return -1;
        p += n;
    }
    return 0;
}

char *drc_params_text(struct drc_arena *a, const struct drc_report *r, const struct drc_params *p)
{
    char day[11], as_of[32] = "", top[32] = "";
    if (p->as_of_day != 0)
        snprintf(as_of, sizeof as_of, " as-of:%s", drc_date_iso(p->as_of_day, day));
    if (p->top != r->top)
        snprintf(top, sizeof top, " top:%d", p->top);
    return drc_arena_printf(
        a, "%s %dd%s%s%s%s", r->id, p->days, top,
        p->workspace == NULL ? "" : " workspace:", p->workspace == NULL ? "" : p->workspace, as_of);
}
