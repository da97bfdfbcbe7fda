/* Text and figures: cleaning, JSON, the number formatter. */
#include "fuzz.h"

#include <ctype.h>
#include <math.h>

#include "drc/clock.h"
#include "drc/fmt.h"
#include "drc/jsonx.h"
#include "drc/log.h"
#include "drc/utf8.h"

static void check_clean(struct drc_arena *a, const char *s, size_t bytes, size_t max, bool lines)
{
    char *out = drc_utf8_clean(a, s, bytes, max, lines);
    size_t n = strlen(out);
    MUST(drc_utf8_valid(out, n));
    MUST(drc_utf8_count(out) <= (max == 0 ? 1 : max));
    unsigned cp;
    for (const char *p = out; *p != '\0'; p += drc_utf8_next(p, &cp)) {
        drc_utf8_next(p, &cp);
        MUST(cp >= 0x20 || (lines && (cp == '\n' || cp == '\t')));
        MUST(cp != 0x7f && !(cp >= 0x80 && cp < 0xa0) && !(cp >= 0x202a && cp <= 0x202e));
    }
    MUST(strcmp(drc_utf8_clean(a, out, n, max == 0 ? 1 : max, lines), out) ==
         0); /* once is enough */
    MUST(drc_utf8_width(out) >= 0 && drc_utf8_distance(out, "report") <= 32);
    MUST(drc_utf8_distance(out, out) == 0);
}

static void check_json(const char *s, size_t bytes)
{
    struct drc_err err = DRC_ERR_INIT;
    json_t *root = drc_json_parse(s, bytes, &err);
    must_agree(root == NULL ? -1 : 0, &err);
    json_t *text = drc_json_text(s);
    MUST(json_is_string(text));
    json_decref(text);
    if (root == NULL)
        return;
    drc_json_at(root, "a.0.b");
    MUST(strcmp(drc_json_str(root, "no.such.path.99", "dflt"), "dflt") == 0);
    char *once = drc_json_dump_sorted(root), *twice;
    json_t *back = drc_json_parse(once, strlen(once), NULL);
    MUST(back != NULL);
    twice = drc_json_dump_sorted(back);
    MUST(strcmp(once, twice) == 0); /* the canonical form is stable */
    free(once);
    free(twice);
    json_decref(back);
    json_decref(root);
}

/* Whole, in one unit, and 0 only where it is 0. */
static void check_figure(const char *s, bool zero)
{
    MUST(strlen(s) > 0 && strlen(s) < DRC_FMT_BYTES);
    bool digit = strcmp(s, "n/a") == 0;
    for (const char *p = s; *p != '\0'; p++) {
        MUST(isprint((unsigned char)*p));
        digit = digit || isdigit((unsigned char)*p);
    }
    MUST(digit);
    MUST(!zero || strchr(s, '-') == NULL);
}

static void check_figures(int64_t n, double d)
{
    char out[DRC_FMT_BYTES];
    check_figure(drc_fmt_usd(n, out), n == 0);
    MUST((strcmp(out, "$0") == 0) == (n == 0)); /* a small amount is never shown as none */
    check_figure(drc_fmt_usd_signed(n, out), n == 0);
    check_figure(drc_fmt_usd_short(n, out), n == 0);
    MUST(strstr(out, "1000") == NULL || n > 900000000000000000 || n < -900000000000000000 ||
         (n > -2000000000000000 && n < 2000000000000000));
    check_figure(drc_fmt_usd_exact(n, out), n == 0);
    check_figure(drc_fmt_count(n, out), n == 0);
    check_figure(drc_fmt_duration(n, out), n == 0);
    check_figure(drc_fmt_pct(d, out), d == 0);
    MUST(isfinite(d) || strcmp(out, "n/a") == 0);
    MUST(!(d > 0.99 && d < 1) || strncmp(out, "100", 3) != 0);
    check_figure(drc_fmt_pct_signed(d, out), d == 0);
    check_figure(drc_fmt_ratio(d, out), d == 0 && !signbit(d));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    int64_t n = 0, day = 0;
    double d = 0;
    memcpy(&n, data, bytes < 8 ? bytes : 8);
    memcpy(&d, data, bytes < 8 ? bytes : 8);
    check_figures(n, d);
    char *text = text_of(a, data, bytes), iso[11];
    for (size_t max = 0; max < 40; max += 13) {
        check_clean(a, text, bytes, max, true);
        check_clean(a, text, bytes, max, false);
    }
    check_json(text, bytes);
    if (drc_date_parse(text, &day) == 0)
        MUST(strcmp(drc_date_iso(day, iso), text) == 0);
    char *masked = drc_log_masked(text);
    MUST(strlen(masked) <= strlen(text));
    free(masked);
    drc_arena_free(a);
    return 0;
}
