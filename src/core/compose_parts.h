/* What the files that make messages and chart specs share; private to src/core/compose_*.c. */
#ifndef CORE_COMPOSE_PARTS_H
#define CORE_COMPOSE_PARTS_H

#include "drc/compose.h"

#define CHART_SERIES_DAYS 366

struct chart_texts {
    const char *title, *subtitle, *footer;
};

/* Price basis and other small print. */
char *drc_chart_footer(struct drc_arena *a, const struct drc_result *res);
/* What the grey marks under a day axis of `px` mean; "" where there are none. */
const char *drc_chart_weekends(size_t days, double px);
/* Title with the window, the finding, the footer. */
struct chart_texts drc_chart_texts(struct drc_arena *a, const struct drc_context *whole);

/* compose.c: what a report and a digest say in the same words. Small print with the filters, the
 * price, how far the data goes; more may be appended to the block. */
struct drc_block *drc_compose_scope(struct drc_arena *a, struct drc_message *m,
                                    const struct drc_result *res);
/* The image with its alt text, or why there is none; nothing where nothing was drawn. */
void drc_compose_picture(struct drc_arena *a, struct drc_message *m, const struct drc_picture *pic,
                         const char *file, const char *alt);
/* Fills one pair, label and value, of a figures block. */
void drc_compose_figure(struct drc_arena *a, const struct drc_figure *f,
                        const struct drc_context *c, struct drc_text pair[2]);

/* compose_band.c: the chart of a report of anomalies, and of one of them. */
int drc_compose_band(struct drc_arena *a, const struct drc_theme *t,
                     const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err);
int drc_compose_band_entity(struct drc_arena *a, const struct drc_theme *t,
                            const struct drc_context *c, const struct drc_chart_path *path,
                            struct drc_buf *svg, struct drc_err *err);

#endif
