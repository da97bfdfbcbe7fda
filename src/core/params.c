/* The words after a report's name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/limits.h"
#include "drc/report.h"
#include "drc/utf8.h"

static const char *const words_known[] = {
    "28d",    "mtd",  "last-week",   "last-month", "top:10",           "workspace:",
    "owner:", "tag:", "department:", "price:",     "as-of:2026-11-01", "private"};

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

/* ---- windows ------------------------------------------------------------------------------ */

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
    out->window = DRC_WINDOW_DAYS;
    return 0;
}

static int take_span(const struct drc_report *r, const char *word, int64_t first, int64_t last,
                     struct drc_params *out, struct drc_err *err)
{
    long lo = 1, hi = DRC_DAYS_MAX, dflt = 28;
    range_of(r, "days", &lo, &hi, &dflt);
    if (last < first)
        return drc_err_set(err, DRC_ERR_INPUT, "'%.40s' ends before it begins", word);
    if (last - first + 1 < lo || last - first + 1 > hi)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "'%.40s' is a window of %lld days: %ld to %ld can be", word,
                           (long long)(last - first + 1), lo, hi);
    out->window = DRC_WINDOW_DAYS;
    out->days = (int)(last - first + 1);
    out->as_of_day = last;
    return 0;
}

/* "2026-10-01..2026-10-15" or "2026-10". 1: it is not one of them. */
static int take_dates(struct drc_arena *a, const struct drc_report *r, const char *word,
                      struct drc_params *out, struct drc_err *err)
{
    int64_t first, last;
    const char *dots = strstr(word, "..");
    if (dots != NULL) {
        if (drc_date_parse(drc_arena_strndup(a, word, (size_t)(dots - word)), &first) < 0 ||
            drc_date_parse(dots + 2, &last) < 0)
            return drc_err_set(err, DRC_ERR_INPUT,
                               "'%.40s' is not a range of days: write 2026-10-01..2026-10-15",
                               word);
        return take_span(r, word, first, last, out, err);
    }
    if (strlen(word) != 7 || word[4] != '-' ||
        drc_date_parse(drc_arena_printf(a, "%s-01", word), &first) < 0)
        return 1;
    int year, month, mday;
    drc_date_civil(first, &year, &month, &mday);
    last = drc_date_day(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - 1;
    return take_span(r, word, first, last, out, err);
}

static bool take_named_window(const char *word, struct drc_params *out)
{
    static const struct {
        const char *word;
        enum drc_window window;
    } named[] = {{"mtd", DRC_WINDOW_MTD},
                 {"last-week", DRC_WINDOW_LAST_WEEK},
                 {"last-month", DRC_WINDOW_LAST_MONTH}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strcmp(word, named[i].word) == 0) {
            out->window = named[i].window;
            return true;
        }
    return false;
}

void drc_params_resolve(struct drc_params *p, int64_t newest_day)
{
    int year, month, mday;
    if (p->as_of_day == 0)
        p->as_of_day = newest_day;
    drc_date_civil(p->as_of_day, &year, &month, &mday);
    switch (p->window) {
    case DRC_WINDOW_DAYS:
        break;
    case DRC_WINDOW_MTD:
        p->days = mday;
        break;
    case DRC_WINDOW_LAST_WEEK: /* Sunday is weekday 6 */
        p->as_of_day -= (drc_date_weekday(p->as_of_day) + 1) % 7;
        p->days = 7;
        break;
    case DRC_WINDOW_LAST_MONTH:
        p->as_of_day -= mday;
        drc_date_civil(p->as_of_day, &year, &month, &mday);
        p->days = mday;
        break;
    }
    p->window = DRC_WINDOW_DAYS;
}

/* ---- values ------------------------------------------------------------------------------- */

static int take_top(const char *value, struct drc_params *out, struct drc_err *err)
{
    long n;
    if (!whole(value, strlen(value), &n) || n < 1 || n > DRC_CHART_BARS_MAX)
        return drc_err_set(err, DRC_ERR_INPUT, "'top:%.40s': give top:1 to top:%d", value,
                           DRC_CHART_BARS_MAX);
    out->top = (int)n;
    return 0;
}

static int take_as_of(const char *value, struct drc_params *out, struct drc_err *err)
{
    if (drc_date_parse(value, &out->as_of_day) < 0)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "'as-of:%.40s' is not a date: write it as as-of:2026-11-01", value);
    return 0;
}

static int take_price(const char *value, struct drc_params *out, struct drc_err *err)
{
    if (strcmp(value, "list") != 0 && strcmp(value, "contract") != 0)
        return drc_err_set(err, DRC_ERR_INPUT,
                           "'price:%.40s': give price:list or price:contract (list price less your "
                           "discounts)",
                           value);
    out->contract = *value == 'c';
    return 0;
}

static int take_tag(struct drc_arena *a, const char *value, struct drc_params *out,
                    struct drc_err *err)
{
    const char *eq = strchr(value, '=');
    if (eq == NULL || eq == value || eq[1] == '\0')
        return drc_err_set(err, DRC_ERR_INPUT, "tag:%.40s: write a tag as tag:team=finance", value);
    out->tag_key = drc_utf8_clean(a, value, (size_t)(eq - value), DRC_NAME_MAX_CHARS, false);
    out->tag_value = drc_utf8_clean(a, eq + 1, strlen(eq + 1), DRC_NAME_MAX_CHARS, false);
    return 0;
}

static int take_value(struct drc_arena *a, const char *name, const char *value,
                      struct drc_params *out, struct drc_err *err)
{
    const char *clean = drc_utf8_clean(a, value, strlen(value), DRC_NAME_MAX_CHARS, false);
    if (*clean == '\0')
        return drc_err_set(err, DRC_ERR_INPUT, "%s: needs a name behind the colon", name);
    if (strcmp(name, "top") == 0)
        return take_top(value, out, err);
    if (strcmp(name, "as-of") == 0)
        return take_as_of(value, out, err);
    if (strcmp(name, "price") == 0)
        return take_price(value, out, err);
    if (strcmp(name, "tag") == 0)
        return take_tag(a, value, out, err);
    if (strcmp(name, "workspace") == 0)
        out->workspace = clean;
    else if (strcmp(name, "owner") == 0)
        out->owner = clean;
    else
        out->department = clean;
    return 0;
}

/* ---- words -------------------------------------------------------------------------------- */

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
        if (d < distance && d * 2 <= (int)n) { /* half of a short word is no likeness */
            distance = d;
            best = words_known[i];
        }
    }
    if (distance <= 3)
        return drc_err_set(err, DRC_ERR_INPUT, "I do not know the word '%.60s'. Did you mean '%s'?",
                           word, best);
    return drc_err_set(err, DRC_ERR_INPUT,
                       "I do not know the word '%.60s'. A report takes 30d, mtd, last-week, "
                       "last-month, 2026-10, top:10, workspace:name, owner:name, tag:key=value, "
                       "department:name, price:contract, as-of:2026-11-01 and private",
                       word);
}

static int take_filter(struct drc_arena *a, const struct drc_report *r, const char *word,
                       struct drc_params *out, struct drc_err *err)
{
    static const char *const names[] = {"workspace", "owner", "tag",  "department",
                                        "price",     "top",   "as-of"};
    size_t n = strcspn(word, ":");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) != n || strncmp(word, names[i], n) != 0 || word[n + 1] == '\0')
            continue;
        bool always = strcmp(names[i], "top") == 0 || strcmp(names[i], "as-of") == 0;
        if (!always && find_def(r, names[i]) == NULL)
            return drc_err_set(err, DRC_ERR_INPUT, "the report %s cannot be filtered by %s", r->id,
                               names[i]);
        return take_value(a, names[i], word + n + 1, out, err);
    }
    return unknown(word, err);
}

static int take_word(struct drc_arena *a, const struct drc_report *r, const char *word,
                     struct drc_params *out, struct drc_err *err)
{
    size_t n = strlen(word);
    if (n > 1 && word[n - 1] == 'd' && strspn(word, "0123456789") == n - 1)
        return take_days(r, word, n - 1, out, err);
    if (strcmp(word, "private") == 0) {
        out->is_private = true;
        return 0;
    }
    if (take_named_window(word, out))
        return 0;
    if (strchr(word, ':') != NULL)
        return take_filter(a, r, word, out, err);
    int rc = take_dates(a, r, word, out, err);
    return rc == 1 ? unknown(word, err) : rc;
}

/* Length of the quotation mark at p, 0 if there is none: Slack's clients make typographic ones. */
static size_t quote_at(const char *p)
{
    static const char *const marks[] = {"\"", "\u201c", "\u201d", "\u201e"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(p, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

/* The next word: blanks inside quotation marks belong to it, the marks do not. */
static const char *next_word(struct drc_arena *a, const char **text)
{
    const char *p = *text + strspn(*text, " \t\n\r");
    char *word = drc_arena_alloc(a, strlen(p) + 1);
    size_t n = 0;
    bool inside = false;
    for (size_t q; *p != '\0' && (inside || strchr(" \t\n\r", *p) == NULL);) {
        if ((q = quote_at(p)) > 0) {
            inside = !inside;
            p += q;
        } else {
            word[n++] = *p++;
        }
    }
    *text = p;
    return n == 0 ? NULL : word;
}

/* ---- each kind of word once --------------------------------------------------------------- */

#define KINDS_MAX 16 /* there are fewer */

struct words_taken {
    const char *words[KINDS_MAX]; /* the first of each kind */
    size_t count;
};

static bool is_window(const char *word)
{
    return strchr(word, ':') == NULL && strcmp(word, "private") != 0;
}

/* "2026-10", "2026-10-01..2026-10-15": their last day is in them. */
static bool has_last_day(const char *word)
{
    return is_window(word) && *word >= '0' && *word <= '9' && strchr(word, '-') != NULL;
}

static bool same_kind(const char *x, const char *y)
{
    size_t n = strcspn(x, ":");
    return is_window(x) ? is_window(y) : n == strcspn(y, ":") && strncmp(x, y, n) == 0;
}

static bool is_as_of(const char *word)
{
    return strncmp(word, "as-of:", 6) == 0;
}

/* Of two words of one kind neither may win in silence. */
static int take_once(struct words_taken *t, const char *word, struct drc_err *err)
{
    for (size_t i = 0; i < t->count; i++) {
        const char *before = t->words[i];
        if (strcmp(before, word) == 0)
            return 0;
        if (same_kind(before, word) && is_window(word))
            return drc_err_set(err, DRC_ERR_INPUT,
                               "'%.40s' and '%.40s' are two windows: give one of them", before,
                               word);
        if (same_kind(before, word))
            return drc_err_set(err, DRC_ERR_INPUT,
                               "'%.60s' and '%.60s' are both given: a report takes one %.*s",
                               before, word, (int)strcspn(word, ":"), word);
        if ((has_last_day(before) && is_as_of(word)) || (is_as_of(before) && has_last_day(word)))
            return drc_err_set(err, DRC_ERR_INPUT,
                               "'%.40s' and '%.40s' both say which day is the last: give one of "
                               "them",
                               before, word);
    }
    if (t->count < KINDS_MAX)
        t->words[t->count++] = word;
    return 0;
}

int drc_params_parse(struct drc_arena *a, const struct drc_report *r, const char *words,
                     struct drc_params *out, struct drc_err *err)
{
    long lo = 1, hi = DRC_DAYS_MAX, days = 28;
    range_of(r, "days", &lo, &hi, &days);
    struct words_taken taken = {.count = 0};
    *out = (struct drc_params){.days = (int)days, .top = r->top};
    for (const char *word; (word = next_word(a, &words)) != NULL;)
        if (take_word(a, r, word, out, err) < 0 || take_once(&taken, word, err) < 0)
            return -1;
    return 0;
}

static const char *filter_text(struct drc_arena *a, const char *name, const char *value)
{
    if (value == NULL)
        return "";
    const char *mark = strpbrk(value, " \t") == NULL ? "" : "\"";
    return drc_arena_printf(a, " %s:%s%s%s", name, mark, value, mark);
}

static const char *window_text(struct drc_arena *a, const struct drc_params *p)
{
    static const char *const names[] = {NULL, "mtd", "last-week", "last-month"};
    return p->window == DRC_WINDOW_DAYS ? drc_arena_printf(a, "%dd", p->days) : names[p->window];
}

char *drc_params_text(struct drc_arena *a, const struct drc_report *r, const struct drc_params *p)
{
    char day[11];
    const char *tag =
        p->tag_key == NULL ? NULL : drc_arena_printf(a, "%s=%s", p->tag_key, p->tag_value);
    return drc_arena_printf(
        a, "%s %s%s%s%s%s%s%s%s", r->id, window_text(a, p),
        p->top == r->top ? "" : drc_arena_printf(a, " top:%d", p->top),
        filter_text(a, "workspace", p->workspace), filter_text(a, "owner", p->owner),
        filter_text(a, "tag", tag), filter_text(a, "department", p->department),
        p->contract ? " price:contract" : "",
        p->as_of_day == 0 ? "" : drc_arena_printf(a, " as-of:%s", drc_date_iso(p->as_of_day, day)));
}
