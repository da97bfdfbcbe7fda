/* Numbers, units and dates as people write them. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "ground_inner.h"

/* ---- units -------------------------------------------------------------------------------- */

static const struct unit {
    const char *word;
    enum drc_ground_dim dim;
    double scale;
    bool sign; /* no letter: nothing need follow */
} units[] = {
    {"percentage points", DRC_DIM_POINTS, 0.01, false},
    {"percentage point", DRC_DIM_POINTS, 0.01, false},
    {"percentage-points", DRC_DIM_POINTS, 0.01, false},
    {"percent points", DRC_DIM_POINTS, 0.01, false},
    {"points", DRC_DIM_POINTS, 0.01, false},
    {"pps", DRC_DIM_POINTS, 0.01, false},
    {"pp", DRC_DIM_POINTS, 0.01, false},
    {"percent", DRC_DIM_RATIO, 0.01, false},
    {"per cent", DRC_DIM_RATIO, 0.01, false},
    {"pct", DRC_DIM_RATIO, 0.01, false},
    {"%", DRC_DIM_RATIO, 0.01, true},
    {"us dollars", DRC_DIM_USD, 1, false},
    {"dollars", DRC_DIM_USD, 1, false},
    {"dollar", DRC_DIM_USD, 1, false},
    {"usd", DRC_DIM_USD, 1, false},
    {"cents", DRC_DIM_USD, 0.01, false},
    {"cent", DRC_DIM_USD, 0.01, false},
    {"euros", DRC_DIM_OTHER, 1, false},
    {"euro", DRC_DIM_OTHER, 1, false},
    {"eur", DRC_DIM_OTHER, 1, false},
    {"pounds", DRC_DIM_OTHER, 1, false},
    {"gbp", DRC_DIM_OTHER, 1, false},
    {"yen", DRC_DIM_OTHER, 1, false},
    {"chf", DRC_DIM_OTHER, 1, false},
    {GROUND_FOREIGN_CURRENCY, DRC_DIM_OTHER, 1, true},
    {"milliseconds", DRC_DIM_SECONDS, 0.001, false},
    {"millisecond", DRC_DIM_SECONDS, 0.001, false},
    {"ms", DRC_DIM_SECONDS, 0.001, false},
    {"seconds", DRC_DIM_SECONDS, 1, false},
    {"second", DRC_DIM_SECONDS, 1, false},
    {"secs", DRC_DIM_SECONDS, 1, false},
    {"sec", DRC_DIM_SECONDS, 1, false},
    {"s", DRC_DIM_SECONDS, 1, false},
    {"minutes", DRC_DIM_SECONDS, 60, false},
    {"minute", DRC_DIM_SECONDS, 60, false},
    {"mins", DRC_DIM_SECONDS, 60, false},
    {"min", DRC_DIM_SECONDS, 60, false},
    {"hours", DRC_DIM_SECONDS, 3600, false},
    {"hour", DRC_DIM_SECONDS, 3600, false},
    {"hrs", DRC_DIM_SECONDS, 3600, false},
    {"hr", DRC_DIM_SECONDS, 3600, false},
    {"h", DRC_DIM_SECONDS, 3600, false},
    {"days", DRC_DIM_SECONDS, 86400, false},
    {"day", DRC_DIM_SECONDS, 86400, false},
    {"weeks", DRC_DIM_SECONDS, 604800, false},
    {"week", DRC_DIM_SECONDS, 604800, false},
    {"bytes", DRC_DIM_BYTES, 1, false},
    {"kb", DRC_DIM_BYTES, 1e3, false},
    {"mb", DRC_DIM_BYTES, 1e6, false},
    {"gb", DRC_DIM_BYTES, 1e9, false},
    {"tb", DRC_DIM_BYTES, 1e12, false},
    {"pb", DRC_DIM_BYTES, 1e15, false},
    {"kib", DRC_DIM_BYTES, 1024, false},
    {"mib", DRC_DIM_BYTES, 1048576, false},
    {"gib", DRC_DIM_BYTES, 1073741824, false},
    {"tib", DRC_DIM_BYTES, 1099511627776, false},
    {"dbus", DRC_DIM_DBU, 1, false},
    {"dbu", DRC_DIM_DBU, 1, false},
    {"times as", DRC_DIM_FACTOR, 1, false},
    {"times more", DRC_DIM_FACTOR, 1, false},
    {"times higher", DRC_DIM_FACTOR, 1, false},
    {"times the", DRC_DIM_FACTOR, 1, false},
    {"-fold", DRC_DIM_FACTOR, 1, false},
    {"fold", DRC_DIM_FACTOR, 1, false},
    {"x", DRC_DIM_FACTOR, 1, false},
};

static bool ends_word(const char *s)
{
    return !isalnum((unsigned char)*s) && *s != '_' && !(*s & 0x80);
}

static const struct unit *unit_at(const char *s, size_t *bytes)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].word);
        if (strncasecmp(s, units[i].word, n) == 0 && (units[i].sign || ends_word(s + n))) {
            *bytes = n;
            return &units[i];
        }
    }
    return NULL;
}

bool ground_unit(const char *word, enum drc_ground_dim *dim, double *scale)
{
    static const struct unit named[] = {
        {"$", DRC_DIM_USD, 1, true},
        {"uusd", DRC_DIM_USD, 1e-6, true},
        {"micro-usd", DRC_DIM_USD, 1e-6, true},
        {"micro_usd", DRC_DIM_USD, 1e-6, true},
        {"microusd", DRC_DIM_USD, 1e-6, true},
        {"micro-dollars", DRC_DIM_USD, 1e-6, true},
        {"delta", DRC_DIM_USD, 1e-6, true},
        {"ratio", DRC_DIM_RATIO, 1, true},
        {"share", DRC_DIM_RATIO, 1, true},
        {"fraction", DRC_DIM_RATIO, 1, true},
        {"change", DRC_DIM_RATIO, 1, true},
        {"percentage", DRC_DIM_RATIO, 0.01, true},
        {"percentage_points", DRC_DIM_POINTS, 0.01, true},
        {"factor", DRC_DIM_FACTOR, 1, true},
        {"times", DRC_DIM_FACTOR, 1, true},
        {"b", DRC_DIM_BYTES, 1, true},
        {"us", DRC_DIM_SECONDS, 1e-6, true},
    };
    size_t n;
    const struct unit *u = unit_at(word, &n);
    if (u == NULL || word[n] != '\0') {
        u = NULL;
        for (size_t i = 0; i < sizeof named / sizeof *named && u == NULL; i++)
            if (strcasecmp(word, named[i].word) == 0)
                u = &named[i];
    }
    if (u == NULL)
        return false;
    *dim = u->dim;
    *scale = u->scale;
    return true;
}

/* ---- digits ------------------------------------------------------------------------------- */

struct digits {
    double value;
    int places; /* behind the point */
    int zeros;  /* at the end of a number without a point */
    int significant;
    bool ambiguous;
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "1,234.56": groups of three, one point. */
static size_t digits_at(const char *s, struct digits *d)
{
    size_t i = 0, group = 0;
    bool grouped = false;
    memset(d, 0, sizeof *d);
    if (!digit(*s))
        return 0;
    for (;; i++) {
        if (digit(s[i])) {
            d->value = d->value * 10 + (s[i] - '0');
            d->zeros = s[i] == '0' ? d->zeros + 1 : 0;
            d->significant += d->significant > 0 || s[i] != '0';
            group++;
        } else if (s[i] == ',' && digit(s[i + 1]) && digit(s[i + 2]) && digit(s[i + 3])) {
            d->ambiguous = d->ambiguous || group > 3 || (grouped && group != 3);
            grouped = true;
            group = 0;
        } else {
            break;
        }
    }
    d->ambiguous = d->ambiguous || (grouped && group != 3) ||
                   ((s[i] == ',' || s[i] == '\'') && digit(s[i + 1]));
    if (s[i] == '.' && digit(s[i + 1])) {
        double place = 0.1;
        for (i++; digit(s[i]); i++, place /= 10) {
            d->value += place * (s[i] - '0');
            d->places++;
            d->significant += d->significant > 0 || s[i] != '0';
        }
        d->ambiguous = d->ambiguous || (s[i] == ',' && digit(s[i + 1])) ||
                       (s[i] == '.' && digit(s[i + 1])) || d->places > 12;
        d->zeros = 0;
    }
    return i;
}

/* "k", " million": the power of ten. `m` is a million only behind a currency. */
static size_t suffix_at(const char *s, bool money, double *scale)
{
    static const struct {
        const char *word;
        double scale;
    } list[] = {{"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12},
                {"bn", 1e9},       {"mn", 1e6},      {"k", 1e3},       {"b", 1e9}};
    size_t space = *s == ' ' || *s == '-';
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t n = strlen(list[i].word);
        bool word = n > 3;
        if (strncasecmp(s + (word ? space : 0), list[i].word, n) == 0 &&
            ends_word(s + (word ? space : 0) + n)) {
            *scale = list[i].scale;
            return n + (word ? space : 0);
        }
    }
    if ((*s == 'M' || (money && *s == 'm')) && ends_word(s + 1)) {
        *scale = 1e6;
        return 1;
    }
    return 0;
}

static size_t currency_at(const char *s, enum drc_ground_dim *dim)
{
    static const struct {
        const char *word;
        enum drc_ground_dim dim;
    } list[] = {
        {"US$", DRC_DIM_USD},    {"USD ", DRC_DIM_USD},   {"USD", DRC_DIM_USD},
        {"$", DRC_DIM_USD},      {"EUR ", DRC_DIM_OTHER}, {"GBP ", DRC_DIM_OTHER},
        {"CHF ", DRC_DIM_OTHER}, {"JPY ", DRC_DIM_OTHER}, {GROUND_FOREIGN_CURRENCY, DRC_DIM_OTHER}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t n = strlen(list[i].word);
        if (strncmp(s, list[i].word, n) == 0) {
            *dim = list[i].dim;
            return n + (s[n] == ' ');
        }
    }
    return 0;
}

/* "05 min" behind "2 h": adds up. */
static size_t more_time(const char *s, struct drc_ground_number *out, double scale)
{
    size_t total = 0;
    for (;;) {
        struct digits d;
        size_t unit, space = s[total] == ' ';
        space = strncmp(s + total, " and ", 5) == 0 ? 5
                : strncmp(s + total, ", ", 2) == 0  ? 2
                                                    : space;
        size_t n = digits_at(s + total + space, &d);
        size_t at = total + space + n;
        at += n > 0 && s[at] == ' ';
        const struct unit *u = n == 0 ? NULL : unit_at(s + at, &unit);
        if (n > 0 && u == NULL && scale == 3600 && s[at] == 'm' && ends_word(s + at + 1))
            u = unit_at("min", &unit), unit = 1; /* "2h 05m" */
        if (u == NULL || u->dim != DRC_DIM_SECONDS || u->scale >= scale || d.places > 0)
            return total;
        out->value += d.value * u->scale;
        out->half = out->exact = u->scale / 2;
        scale = u->scale;
        total = at + unit;
    }
}

static void set_precision(struct drc_ground_number *out, const struct digits *d, double scale,
                          bool suffixed)
{
    out->half = out->exact = 0.5 * pow(10, -d->places) * scale;
    /* "$7,400" is rounded; a single nought may be a wrong digit, so it counts as written. */
    if (!suffixed && d->places == 0 && d->value >= 1000 && d->zeros > 1)
        out->half *= pow(10, d->zeros);
    out->digits = d->significant - (d->places == 0 ? d->zeros : 0);
}

size_t drc_ground_number(const char *s, struct drc_ground_number *out)
{
    struct digits d;
    enum drc_ground_dim dim = DRC_DIM_COUNT;
    double scale = 1, power = 1;
    size_t i = 0, unit = 0;
    memset(out, 0, sizeof *out);
    if (*s == '+' || *s == '-')
        out->sign = s[i++] == '+' ? 1 : -1;
    size_t money = currency_at(s + i, &dim);
    i += money;
    if (out->sign == 0 && money > 0 && (s[i] == '+' || s[i] == '-'))
        out->sign = s[i++] == '+' ? 1 : -1;
    size_t n = digits_at(s + i, &d);
    if (n == 0)
        return 0;
    i += n;
    size_t suffix = suffix_at(s + i, money > 0, &power);
    i += suffix;
    size_t space = s[i] == ' ' || s[i] == '-';
    const struct unit *u = unit_at(s + i, &unit);
    if (u == NULL && (u = unit_at(s + i + space, &unit)) != NULL)
        i += space;
    if (u != NULL && money > 0 && u->dim != dim)
        u = NULL; /* "$5 s" is no time */
    if (u != NULL) {
        scale = u->scale;
        dim = u->dim;
        i += unit;
    } else if (suffix == 0 && !ends_word(s + i)) {
        return 0; /* a part of an id: "24xlarge" */
    }
    out->dim = dim;
    out->written = u != NULL || money > 0;
    out->in_days = u != NULL && u->scale == 86400;
    set_precision(out, &d, scale * power, suffix > 0);
    out->value = d.value * scale * power;
    if (dim == DRC_DIM_SECONDS)
        i += more_time(s + i, out, scale);
    if (d.ambiguous)
        out->value = (double)NAN;
    return i;
}

/* ---- dates -------------------------------------------------------------------------------- */

static size_t month_at(const char *s, int *month)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    for (int m = 0; m < 12; m++) {
        size_t full = strlen(names[m]);
        size_t n = strncasecmp(s, names[m], full) == 0        ? full
                   : m == 8 && strncasecmp(s, "sept", 4) == 0 ? 4
                   : strncasecmp(s, names[m], 3) == 0         ? 3
                                                              : 0;
        if (n > 0 && s[n] == '.' && n < full)
            n += isalpha((unsigned char)s[n + 1]) ? 0 : 1;
        if (n > 0 && (s[n - 1] == '.' || ends_word(s + n))) {
            *month = m + 1;
            return n;
        }
    }
    return 0;
}

static size_t small_at(const char *s, int most, int *out)
{
    size_t n = strspn(s, "0123456789");
    if (n == 0 || n > 2 || (n == 2 && (s[0] - '0') * 10 + s[1] - '0' > most))
        return 0;
    *out = n == 1 ? s[0] - '0' : (s[0] - '0') * 10 + s[1] - '0';
    return *out == 0 ? 0 : n;
}

static size_t year_at(const char *s, int *year)
{
    if ((strncmp(s, "19", 2) != 0 && strncmp(s, "20", 2) != 0) || strspn(s, "0123456789") != 4)
        return 0;
    *year = (s[0] - '0') * 1000 + (s[1] - '0') * 100 + (s[2] - '0') * 10 + s[3] - '0';
    return 4;
}

static size_t iso_at(const char *s, struct ground_date *d)
{
    int year, month = 0, day = 0;
    if (year_at(s, &year) == 0 || s[4] != '-' || !digit(s[5]) || !digit(s[6]) ||
        small_at(s + 5, 12, &month) != 2)
        return 0;
    bool whole = s[7] == '-' && digit(s[8]) && digit(s[9]);
    if (whole && small_at(s + 8, 31, &day) != 2)
        return 0;
    if (!whole && !ends_word(s + 7))
        return 0;
    *d = (struct ground_date){year, month, day};
    return whole ? 10 : 7;
}

static size_t ordinal_end(const char *s)
{
    return (strncmp(s, "st", 2) == 0 || strncmp(s, "nd", 2) == 0 || strncmp(s, "rd", 2) == 0 ||
            strncmp(s, "th", 2) == 0) &&
                   ends_word(s + 2)
               ? 2
               : 0;
}

/* "14 March 2025", "March 14, 2025", "March 2025", "14th of March". */
static size_t written_at(const char *s, struct ground_date *d)
{
    size_t i = small_at(s, 31, &d->day), n;
    memset(&d->year, 0, sizeof d->year);
    if (i > 0) {
        i += ordinal_end(s + i);
        i += strspn(s + i, " ");
        i += strncmp(s + i, "of ", 3) == 0 ? 3 : 0;
        if ((n = month_at(s + i, &d->month)) == 0)
            return 0;
        i += n;
    } else if ((n = month_at(s, &d->month)) > 0) {
        i = n;
        size_t day = s[i] == ' ' ? small_at(s + i + 1, 31, &d->day) : 0;
        i += day > 0 ? 1 + day + ordinal_end(s + i + 1 + day) : 0;
    } else {
        return 0;
    }
    size_t gap = strspn(s + i, ", ");
    if (gap > 0 && gap < 3 && (n = year_at(s + i + gap, &d->year)) > 0)
        i += gap + n;
    return i;
}

/* One date. A month alone is a date only with a year or a capital letter. */
static size_t one_at(const char *s, struct ground_date *d)
{
    *d = (struct ground_date){0, 0, 0};
    size_t n = iso_at(s, d);
    if (n > 0)
        return n;
    *d = (struct ground_date){0, 0, 0};
    n = written_at(s, d);
    bool modal = d->month == 5 && d->day == 0 && d->year == 0;
    bool verb = d->month == 3 && d->day == 0 && d->year == 0;
    return n > 0 && (d->day > 0 || d->year > 0 || (isupper((unsigned char)*s) && !modal && !verb))
               ? n
               : 0;
}

size_t ground_date_at(const char *s, struct ground_date out[2], size_t *count)
{
    int first;
    size_t day = small_at(s, 31, &first);
    *count = 0;
    bool both = day > 0 && strncmp(s + day, " and ", 5) == 0; /* "between 14 and 22 November" */
    if (day > 0 && (s[day] == '-' || strncmp(s + day, " - ", 3) == 0 || both)) { /* "14-22 Nov" */
        size_t dash = both ? 5 : s[day] == '-' ? 1 : 3, n = written_at(s + day + dash, &out[1]);
        if (n > 0 && out[1].day > 0) {
            out[0] = (struct ground_date){out[1].year, out[1].month, first};
            *count = 2;
            return day + dash + n;
        }
    }
    size_t i = one_at(s, &out[0]);
    if (i == 0)
        return 0;
    *count = 1;
    size_t dash = strncmp(s + i, "..", 2) == 0    ? 2
                  : s[i] == '-' || s[i] == '/'    ? 1
                  : strncmp(s + i, " - ", 3) == 0 ? 3
                                                  : 0;
    size_t n = dash == 0 ? 0 : one_at(s + i + dash, &out[1]);
    if (n > 0) {
        if (out[0].year == 0)
            out[0].year = out[1].year;
        *count = 2;
        i += dash + n;
    }
    return i;
}
