#include "core/chart_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/limits.h"

#define NUM 24

char *drc_svg_num(double v, char out[24])
{
    if (!isfinite(v))
        v = 0;
    if (v > 1e5 || v < -1e5)
        v = v > 0 ? 1e5 : -1e5;
    long tenths = lround(v * 10), size = labs(tenths);
    if (size % 10 == 0)
        snprintf(out, NUM, "%s%ld", tenths < 0 ? "-" : "", size / 10);
    else
        snprintf(out, NUM, "%s%ld.%ld", tenths < 0 ? "-" : "", size / 10, size % 10);
    return out;
}

double drc_svg_snap(double v)
{
    return isfinite(v) ? round(v * 2) / 2 : 0;
}

/* Capital letters of Inter are 0.727 em high: their middle sits on `middle`. */
double drc_svg_baseline(double middle, double px)
{
    return drc_svg_snap(middle + 0.364 * px);
}

char *drc_svg_blend(const char *colour, double strength, char out[COLOUR_BYTES])
{
    unsigned long rgb = strtoul(colour + 1, NULL, 16);
    unsigned channel[3];
    for (int i = 0; i < 3; i++) {
        double v = (double)(rgb >> (16 - 8 * i) & 0xff);
        channel[i] = (unsigned)lround(255 - (255 - v) * strength) & 0xff;
    }
    snprintf(out, COLOUR_BYTES, "#%02X%02X%02X", channel[0], channel[1], channel[2]);
    return out;
}

static void escape(struct drc_buf *b, const char *s)
{
    for (; *s != '\0'; s++) {
        switch (*s) {
        case '&':
            drc_buf_addstr(b, "&amp;");
            break;
        case '<':
            drc_buf_addstr(b, "&lt;");
            break;
        case '>':
            drc_buf_addstr(b, "&gt;");
            break;
        case '"':
            drc_buf_addstr(b, "&quot;");
            break;
        case '\'':
            drc_buf_addstr(b, "&#39;");
            break;
        default:
            drc_buf_addch(b, *s);
        }
    }
}

void drc_svg_open(struct drc_buf *b, const struct drc_theme *t, double height, const char *title,
                  const char *desc)
{
    char w[NUM], h[NUM];
    drc_svg_num(t->width, w);
    drc_svg_num(height, h);
    drc_buf_printf(b,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" "
                   "viewBox=\"0 0 %s %s\"",
                   w, h, w, h);
    drc_buf_printf(b, " font-family=\"%s\" role=\"img\">\n<title>", t->font_family);
    escape(b, title);
    drc_buf_addstr(b, "</title>\n<desc>");
    escape(b, desc);
    drc_buf_addstr(b, "</desc>\n");
    drc_svg_rect(b, (struct box){0, 0, t->width, height}, t->background);
}

int drc_svg_close(struct drc_buf *b, struct drc_err *err)
{
    drc_buf_addstr(b, "</svg>\n");
    if (b->overflow || b->len > DRC_SVG_MAX_BYTES)
        return drc_err_set(err, DRC_ERR_LIMIT, "the chart is larger than %u bytes",
                           DRC_SVG_MAX_BYTES);
    return 0;
}

void drc_svg_text(struct drc_buf *b, struct pen pen, double x, double y, const char *s)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    char nx[NUM], ny[NUM], px[NUM];
    if (*s == '\0')
        return;
    drc_buf_printf(b,
                   "<text x=\"%s\" y=\"%s\" font-size=\"%s\" font-weight=\"%d\" fill=\"%s\" "
                   "text-anchor=\"%s\">",
                   drc_svg_num(x, nx), drc_svg_num(y, ny), drc_svg_num(pen.px, px),
                   pen.bold ? 600 : 400, pen.fill, anchors[pen.anchor]);
    escape(b, s);
    drc_buf_addstr(b, "</text>\n");
}

void drc_svg_rect(struct drc_buf *b, struct box r, const char *fill)
{
    char x[NUM], y[NUM], w[NUM], h[NUM];
    drc_buf_printf(b, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n",
                   drc_svg_num(r.x, x), drc_svg_num(r.y, y), drc_svg_num(r.w, w),
                   drc_svg_num(r.h, h), fill);
}

void drc_svg_line(struct drc_buf *b, double x1, double y1, double x2, double y2, double width,
                  const char *stroke, const char *dashes)
{
    char a[NUM], c[NUM], d[NUM], e[NUM], w[NUM];
    drc_buf_printf(b, "<path d=\"M%s %sL%s %s\" stroke=\"%s\" stroke-width=\"%s\"",
                   drc_svg_num(x1, a), drc_svg_num(y1, c), drc_svg_num(x2, d), drc_svg_num(y2, e),
                   stroke, drc_svg_num(width, w));
    if (dashes != NULL)
        drc_buf_printf(b, " stroke-dasharray=\"%s\"", dashes);
    drc_buf_addstr(b, "/>\n");
}

void drc_svg_warning(struct drc_buf *b, double x, double middle, const char *fill)
{
    char a[NUM], c[NUM], d[NUM];
    drc_buf_printf(b, "<path d=\"M%s %sl5 9h-10z\" fill=\"%s\"/>\n", drc_svg_num(x + 5, a),
                   drc_svg_num(middle - 4.5, c), fill);
    drc_buf_printf(b, "<path d=\"M%s %sv3.4m0 1v1.4\" stroke=\"#FFFFFF\" stroke-width=\"1.2\"/>\n",
                   drc_svg_num(x + 5, a), drc_svg_num(middle - 1.6, d));
}

void drc_svg_dot(struct drc_buf *b, double x, double y, double r, const char *fill,
                 const char *stroke)
{
    char nx[NUM], ny[NUM], nr[NUM];
    drc_buf_printf(b, "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" stroke=\"%s\"/>\n",
                   drc_svg_num(x, nx), drc_svg_num(y, ny), drc_svg_num(r, nr), fill, stroke);
}

void drc_svg_level(struct drc_buf *b, const struct drc_theme *t, enum drc_chart_level level,
                   double x, double middle)
{
    char a[NUM], c[NUM];
    if (level == DRC_LEVEL_CRIT)
        drc_svg_warning(b, x, middle, t->alert);
    else if (level == DRC_LEVEL_WARN)
        drc_buf_printf(b, "<path d=\"M%s %sl5 5l-5 5l-5 -5z\" fill=\"%s\" stroke=\"%s\"/>\n",
                       drc_svg_num(x + 5, a), drc_svg_num(middle - 5, c), t->spot, t->ink);
    else
        drc_svg_dot(b, x + 5, middle, 4, t->background, t->ondemand);
}

/* 45 degree lines on a grid common to the whole picture, clipped by arithmetic: a pattern element
 * costs a surface per use and its phase depends on the renderer. */
static void hatch(struct drc_buf *b, struct box r, const char *stroke)
{
    const double pitch = 4;
    bool open = false;
    for (double sum = ceil((r.x + r.y) / pitch) * pitch; sum < r.x + r.y + r.w + r.h;
         sum += pitch) {
        double x1 = fmax(r.x, sum - (r.y + r.h)), x2 = fmin(r.x + r.w, sum - r.y);
        if (x2 - x1 < 0.2)
            continue;
        char p[4][NUM];
        drc_buf_addstr(b, open ? "" : "<path d=\"");
        open = true;
        drc_buf_printf(b, "M%s %sL%s %s", drc_svg_num(x1, p[0]), drc_svg_num(sum - x1, p[1]),
                       drc_svg_num(x2, p[2]), drc_svg_num(sum - x2, p[3]));
    }
    if (open)
        drc_buf_printf(b, "\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", stroke);
}

static const char *role_colour(const struct drc_theme *t, enum drc_chart_role role)
{
    switch (role) {
    case DRC_ROLE_DBU:
        return t->dbu;
    case DRC_ROLE_ONDEMAND:
        return t->ondemand;
    case DRC_ROLE_SPOT:
        return t->spot;
    case DRC_ROLE_WASTED:
        return t->wasted_ground;
    case DRC_ROLE_FULL:
    case DRC_ROLE_LIGHT:
        return t->spark;
    case DRC_ROLE_LINE:
        return t->ondemand;
    case DRC_ROLE_OTHER:
        break;
    }
    return t->other;
}

const char *drc_svg_layer(const struct drc_theme *t, size_t index)
{
    return index < DRC_CHART_LAYERS_MAX - 1 ? t->layer[index] : t->other;
}

void drc_svg_role(struct drc_buf *b, const struct drc_theme *t, enum drc_chart_role role,
                  struct box r, double strength)
{
    char colour[COLOUR_BYTES];
    if (role == DRC_ROLE_LIGHT)
        strength *= t->muted_strength;
    if (role == DRC_ROLE_LINE) {
        double y = r.y + r.h / 2;
        drc_svg_line(b, r.x - 1, y, r.x + r.w + 1, y, 2, t->ondemand, NULL);
        drc_svg_dot(b, r.x + r.w / 2, y, 3, t->ondemand, t->background);
        return;
    }
    if (role != DRC_ROLE_WASTED) {
        drc_svg_rect(b, r, drc_svg_blend(role_colour(t, role), strength, colour));
        return;
    }
    const char *ink = drc_svg_blend(t->wasted, strength, colour);
    if (r.w < 3 || r.h < 3) { /* no room for a pattern: its ink */
        drc_svg_rect(b, r, ink);
        return;
    }
    drc_svg_rect(b, r, ink);
    drc_svg_rect(b, (struct box){r.x + 1, r.y + 1, r.w - 2, r.h - 2}, t->wasted_ground);
    hatch(b, (struct box){r.x + 1, r.y + 1, r.w - 2, r.h - 2}, ink);
}

void drc_svg_spark(struct drc_buf *b, const struct drc_theme *t, const int64_t *values, size_t n,
                   struct box r)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, (double)values[i]);
        high = fmax(high, (double)values[i]);
    }
    double scale = high > low ? r.h / (high - low) : 0, x = r.x, y = r.y + r.h;
    struct drc_buf line;
    char p[2][NUM];
    drc_buf_init(&line, 65536);
    for (size_t i = 0; i < n; i++) {
        x = n > 1 ? r.x + r.w * (double)i / (double)(n - 1) : r.x + r.w;
        y = r.y + r.h - ((double)values[i] - low) * scale;
        drc_buf_printf(&line, "%s%s %s", i == 0 ? "" : "L", drc_svg_num(x, p[0]),
                       drc_svg_num(y, p[1]));
    }
    double base = r.y + r.h + low * scale;
    if (n > 1) {
        char left[NUM], right[NUM], y0[NUM];
        drc_svg_num(r.x, left);
        drc_svg_num(r.x + r.w, right);
        drc_svg_num(base, y0);
        drc_buf_printf(b, "<path d=\"M%s %sL%sL%s %sz\" fill=\"%s\"/>\n", left, y0,
                       drc_buf_str(&line), right, y0, t->spark_area);
        drc_buf_printf(b, "<path d=\"M%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.2\"/>\n",
                       drc_buf_str(&line), t->spark);
    }
    if (n > 0)
        drc_buf_printf(b, "<circle cx=\"%s\" cy=\"%s\" r=\"2\" fill=\"%s\"/>\n",
                       drc_svg_num(x, p[0]), drc_svg_num(y, p[1]), t->ink);
    drc_buf_fini(&line);
}
