/* librsvg fills every glyph as a path, without a cache: 12 us each, two thirds of a chart's time.
 * Lines in the one form that core/chart writes are therefore cut out of the SVG and drawn over it
 * with cairo's cached glyphs; any other text stays with librsvg. Both get the same fonts from the
 * same font map. */
#include "io/raster_inner.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Reads one line `<text x=".." y=".." font-size=".." font-weight=".." fill="#RRGGBB"
 * text-anchor="..">..</text>`. */
static bool text_read(const char *line, size_t bytes, struct text *t)
{
    char head[160], anchor[8];
    int used = 0;
    const char *gt = memchr(line, '>', bytes);
    size_t n = gt == NULL ? 0 : (size_t)(gt - line) + 1;
    if (n == 0 || n >= sizeof head || bytes < n + 7 || memcmp(line + bytes - 7, "</text>", 7) != 0)
        return false;
    memcpy(head, line, n);
    head[n] = '\0';
    if (sscanf(head,
               "<text x=\"%lf\" y=\"%lf\" font-size=\"%lf\" font-weight=\"%d\" fill=\"#%6x\" "
               "text-anchor=\"%7[a-z]\">%n",
               &t->x, &t->y, &t->px, &t->weight, &t->rgb, anchor, &used) != 6 ||
        (size_t)used != n)
        return false;
    t->anchor = anchor[0];
    t->at = line + n;
    t->bytes = bytes - n - 7;
    return isfinite(t->x) && isfinite(t->y) && t->px >= 1 && t->px <= 200 && t->weight >= 100 &&
           t->weight <= 900 && memchr(t->at, '<', t->bytes) == NULL;
}

/* The five entities that core/chart writes; false for anything else. */
static bool unescape(const char *s, size_t bytes, struct drc_buf *out)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    static const char marks[] = "&<>\"'";
    drc_buf_reset(out);
    for (size_t i = 0; i < bytes;) {
        size_t k = 0, n = 1;
        while (s[i] == '&' && k < 5 && strncmp(s + i, names[k], (n = strlen(names[k]))) != 0)
            k++;
        if (k == 5)
            return false;
        drc_buf_addch(out, s[i] == '&' ? marks[k] : s[i]);
        i += s[i] == '&' ? n : 1;
    }
    return g_utf8_validate(drc_buf_str(out), (gssize)out->len, NULL);
}

static PangoLayout *text_layout(PangoFontMap *fonts, cairo_t *cr)
{
    PangoContext *context = pango_font_map_create_context(fonts);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_cairo_update_context(cr, context);
    PangoLayout *layout = pango_layout_new(context);
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    g_object_unref(context);
    return layout;
}

static void text_draw(cairo_t *cr, PangoLayout *layout, PangoFontDescription *font,
                      const struct text *t, const struct drc_buf *utf8)
{
    int width;
    pango_font_description_set_weight(font, (PangoWeight)t->weight);
    pango_font_description_set_absolute_size(font, t->px * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, drc_buf_str(utf8), (int)utf8->len);
    pango_layout_get_size(layout, &width, NULL);
    double share = t->anchor == 'e' ? 1 : t->anchor == 'm' ? 0.5 : 0;
    cairo_set_source_rgb(cr, (t->rgb >> 16 & 255) / 255.0, (t->rgb >> 8 & 255) / 255.0,
                         (t->rgb & 255) / 255.0);
    cairo_move_to(cr, t->x - share * width / PANGO_SCALE, t->y);
    pango_cairo_show_layout_line(cr, pango_layout_get_line_readonly(layout, 0));
}

static void texts_family(struct texts *t, const char *svg, size_t bytes)
{
    static const char name[] = " font-family=\"";
    const char *end = memchr(svg, '>', bytes),
               *at = end == NULL ? NULL : memmem(svg, (size_t)(end - svg), name, 14);
    const char *quote = at == NULL ? NULL : memchr(at + 14, '"', (size_t)(end - at - 14));
    if (quote == NULL || quote - at - 14 >= (ptrdiff_t)sizeof t->family)
        return;
    memcpy(t->family, at + 14, (size_t)(quote - at - 14));
}

static void texts_add(struct texts *t, const struct text *one)
{
    if (t->count == t->cap) {
        t->cap = t->cap == 0 ? 128 : t->cap * 2;
        t->list = g_realloc(t->list, t->cap * sizeof *t->list);
    }
    t->list[t->count++] = *one;
}

void drc_raster_texts_cut(struct texts *t, const char *svg, size_t bytes, struct drc_buf *rest)
{
    struct drc_buf utf8;
    drc_buf_init(&utf8, 65536);
    texts_family(t, svg, bytes);
    for (size_t i = 0; i < bytes;) {
        const char *nl = memchr(svg + i, '\n', bytes - i);
        size_t n = nl == NULL ? bytes - i : (size_t)(nl - svg) - i;
        struct text one;
        if (t->family[0] != '\0' && n > 6 && memcmp(svg + i, "<text ", 6) == 0 &&
            text_read(svg + i, n, &one) && unescape(one.at, one.bytes, &utf8))
            texts_add(t, &one);
        else
            drc_buf_add(rest, svg + i, nl == NULL ? n : n + 1);
        i += n + 1;
    }
    drc_buf_fini(&utf8);
}

void drc_raster_texts_draw(const struct texts *t, PangoFontMap *fonts, cairo_t *cr)
{
    struct drc_buf utf8;
    drc_buf_init(&utf8, 65536);
    PangoLayout *layout = text_layout(fonts, cr);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, t->family);
    for (size_t i = 0; i < t->count; i++) {
        unescape(t->list[i].at, t->list[i].bytes, &utf8);
        text_draw(cr, layout, font, &t->list[i], &utf8);
    }
    pango_font_description_free(font);
    g_object_unref(layout);
    drc_buf_fini(&utf8);
}
