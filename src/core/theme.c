#include "core/chart_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_PX_MIN 12.5 /* a phone shows the picture at about 0.6 of its size */

enum kind { COLOUR, TEXT_PX, LENGTH_PX, SHARE, FAMILY, SHA256 };

static const struct key {
    const char *name;
    enum kind kind;
    size_t offset; /* of the field in struct drc_theme */
} keys[] = {
    {"font_family", FAMILY, offsetof(struct drc_theme, font_family)},
    {"regular_sha256", SHA256, offsetof(struct drc_theme, regular_sha256)},
    {"semibold_sha256", SHA256, offsetof(struct drc_theme, semibold_sha256)},
    {"width", LENGTH_PX, offsetof(struct drc_theme, width)},
    {"padding", LENGTH_PX, offsetof(struct drc_theme, padding)},
    {"title_px", TEXT_PX, offsetof(struct drc_theme, title_px)},
    {"text_px", TEXT_PX, offsetof(struct drc_theme, text_px)},
    {"small_px", TEXT_PX, offsetof(struct drc_theme, small_px)},
    {"bar_px", LENGTH_PX, offsetof(struct drc_theme, bar_px)},
    {"row_px", LENGTH_PX, offsetof(struct drc_theme, row_px)},
    {"background", COLOUR, offsetof(struct drc_theme, background)},
    {"ink", COLOUR, offsetof(struct drc_theme, ink)},
    {"muted", COLOUR, offsetof(struct drc_theme, muted)},
    {"faint", COLOUR, offsetof(struct drc_theme, faint)},
    {"grid", COLOUR, offsetof(struct drc_theme, grid)},
    {"zero_line", COLOUR, offsetof(struct drc_theme, zero_line)},
    {"panel", COLOUR, offsetof(struct drc_theme, panel)},
    {"band", COLOUR, offsetof(struct drc_theme, band)},
    {"alert", COLOUR, offsetof(struct drc_theme, alert)},
    {"layer1", COLOUR, offsetof(struct drc_theme, layer[0])},
    {"layer2", COLOUR, offsetof(struct drc_theme, layer[1])},
    {"layer3", COLOUR, offsetof(struct drc_theme, layer[2])},
    {"layer4", COLOUR, offsetof(struct drc_theme, layer[3])},
    {"layer5", COLOUR, offsetof(struct drc_theme, layer[4])},
    {"dbu", COLOUR, offsetof(struct drc_theme, dbu)},
    {"ondemand", COLOUR, offsetof(struct drc_theme, ondemand)},
    {"spot", COLOUR, offsetof(struct drc_theme, spot)},
    {"wasted", COLOUR, offsetof(struct drc_theme, wasted)},
    {"wasted_ground", COLOUR, offsetof(struct drc_theme, wasted_ground)},
    {"other", COLOUR, offsetof(struct drc_theme, other)},
    {"spark", COLOUR, offsetof(struct drc_theme, spark)},
    {"spark_area", COLOUR, offsetof(struct drc_theme, spark_area)},
    {"muted_strength", SHARE, offsetof(struct drc_theme, muted_strength)},
};

#define KEYS (sizeof keys / sizeof *keys)

static bool is_colour(const char *s)
{
    return strlen(s) == 7 && s[0] == '#' && strspn(s + 1, "0123456789abcdefABCDEF") == 6;
}

/* Goes into an SVG attribute as it stands. */
static bool is_family(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p) && strchr(" ,-", *p) == NULL)
            return false;
    return *s != '\0' && strlen(s) <= 200;
}

static bool is_sha256(const char *s)
{
    return *s == '\0' || (strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64);
}

/* Digits with an optional decimal point: strtod alone would take "nan", "1e9" and hexadecimal. */
static bool number_in(const char *s, double low, double high, double *out)
{
    if (*s == '\0' || strspn(s, "0123456789.") != strlen(s) || strchr(s, '.') != strrchr(s, '.'))
        return false;
    *out = strtod(s, NULL);
    return *out >= low && *out <= high;
}

static bool number_fits(enum kind kind, const char *s, double *out)
{
    switch (kind) {
    case TEXT_PX:
        return number_in(s, TEXT_PX_MIN, 40, out);
    case LENGTH_PX:
        return number_in(s, 4, 2000, out);
    default:
        return number_in(s, 0, 1, out);
    }
}

static const char *expected(enum kind kind)
{
    static const char *const names[] = {
        "a colour like #1D2433",    "a text size of 12.5 to 40 px",
        "a length of 4 to 2000 px", "a number of 0 to 1",
        "font family names",        "a SHA-256 in lower case, or nothing"};
    return names[kind];
}

static int set_value(struct drc_theme *t, const struct key *k, const char *value, int line,
                     struct drc_err *err)
{
    char *field = (char *)t + k->offset;
    bool ok = false;
    switch (k->kind) {
    case COLOUR:
        ok = is_colour(value);
        break;
    case FAMILY:
        ok = is_family(value);
        break;
    case SHA256:
        ok = is_sha256(value);
        break;
    case TEXT_PX:
    case LENGTH_PX:
    case SHARE:
        if (!number_fits(k->kind, value, (double *)(void *)field))
            break;
        return 0;
    }
    if (!ok)
        return drc_err_set(err, DRC_ERR_CONFIG, "theme.conf:%d: %s needs %s", line, k->name,
                           expected(k->kind));
    memcpy(field, &value, sizeof value);
    return 0;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

static int parse_line(struct drc_theme *t, char *text, int line, bool seen[KEYS],
                      struct drc_err *err)
{
    text = trim(text);
    if (*text == '\0' || *text == '#')
        return 0;
    char *eq = strchr(text, '=');
    if (eq == NULL)
        return drc_err_set(err, DRC_ERR_CONFIG, "theme.conf:%d: expected key = value", line);
    *eq = '\0';
    const char *name = trim(text), *value = trim(eq + 1);
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].name, name) != 0)
            continue;
        if (seen[i])
            return drc_err_set(err, DRC_ERR_CONFIG, "theme.conf:%d: %s is set twice", line,
                               keys[i].name);
        seen[i] = true;
        return set_value(t, &keys[i], value, line, err);
    }
    return drc_err_set(err, DRC_ERR_CONFIG, "theme.conf:%d: unknown key '%.40s'", line, name);
}

struct drc_theme *drc_theme_parse(struct drc_arena *a, const char *text,
                                  const struct drc_font *regular, const struct drc_font *semibold,
                                  struct drc_err *err)
{
    struct drc_theme *t = drc_arena_alloc(a, sizeof *t);
    bool seen[KEYS] = {false};
    int line = 1;
    t->regular = regular;
    t->semibold = semibold;
    for (char *p = drc_arena_strdup(a, text), *next; p != NULL; p = next, line++) {
        next = strchr(p, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (parse_line(t, p, line, seen, err) != 0)
            return NULL;
    }
    for (size_t i = 0; i < KEYS; i++) {
        if (seen[i])
            continue;
        drc_err_set(err, DRC_ERR_CONFIG, "theme.conf:%d: %s is missing", line, keys[i].name);
        return NULL;
    }
    if (t->width < 400 || t->padding * 8 > t->width || t->row_px < t->bar_px) {
        drc_err_set(err, DRC_ERR_CONFIG,
                    "theme.conf:%d: width, padding, bar_px and row_px do not fit together", line);
        return NULL;
    }
    return t;
}

const char *drc_theme_font_family(const struct drc_theme *t)
{
    return t->font_family;
}

const char *drc_theme_font_sha256(const struct drc_theme *t, int weight)
{
    return weight >= 600 ? t->semibold_sha256 : t->regular_sha256;
}
