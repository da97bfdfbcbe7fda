/* Between raster.c and raster_text.c: the text lines of a chart. */
#ifndef IO_RASTER_INNER_H
#define IO_RASTER_INNER_H

#include <pango/pangocairo.h>

#include "drc/buf.h"

struct text {
    double x, y, px;
    int weight;
    unsigned rgb;
    char anchor; /* s, m, e */
    const char *at;
    size_t bytes; /* escaped */
};

struct texts {
    struct text *list;
    size_t count, cap;
    char family[256]; /* of the root element; "" = all text is left to librsvg */
};

/* Copies the SVG to `rest` without the lines that are drawn here; `list` is freed with g_free and
 * points into `svg`. */
void drc_raster_texts_cut(struct texts *t, const char *svg, size_t bytes, struct drc_buf *rest);
void drc_raster_texts_draw(const struct texts *t, PangoFontMap *fonts, cairo_t *cr);

#endif
