/* The one door to librsvg, cairo, pango, fontconfig and libpng: SVG text to PNG bytes. At most two
 * renders run at once (a permit inside); others wait. Any thread; each call uses its own handle. */
#ifndef DRC_RASTER_H
#define DRC_RASTER_H

#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

/* Text lines directly under the root in the exact form that core/chart writes (x, y, font-size,
 * font-weight, fill, text-anchor) are drawn last, with cached glyphs in the root's font-family; all
 * else is librsvg's. scale: device pixels per CSS pixel (2.0 for Slack). RGB PNG, level 1, no
 * filter. Errors: LIMIT (SVG over DRC_SVG_MAX_BYTES or over 4096 px), PARSE (not SVG), TIMEOUT (no
 * permit in 10 s). */
int drc_raster_png(struct drc_arena *a, const char *svg, size_t bytes, double scale,
                   const unsigned char **png, size_t *png_bytes, struct drc_err *err);

/* File of the font that fontconfig picks for a family and weight (400, 600); in the arena. CONFIG
 * where the family is not installed (fontconfig's substitute does not count). */
const char *drc_raster_font_file(struct drc_arena *a, const char *family, int weight,
                                 struct drc_err *err);

/* Lays out a probe string: CONFIG error naming the package to install when glyphs are missing. The
 * fonts are loaded then (about 60 ms, else the first chart pays for it). */
int drc_raster_check_fonts(const char *family_list, struct drc_err *err);

/* Names and versions of the libraries that the bytes of a PNG depend on. */
const char *drc_raster_libraries(struct drc_arena *a);

/* Gives back the pixels that are kept for charts drawn at the same time; those of the next chart
 * stay: new pages would cost it up to a third of its time. */
void drc_raster_trim(void);

#endif
