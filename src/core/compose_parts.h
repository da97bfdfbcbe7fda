/* What the files that make chart specs share; private to src/core/compose_*.c. */
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

/* compose_band.c: the chart of a report of anomalies, and of one of them. */
int drc_compose_band(struct drc_arena *a, const struct drc_theme *t,
                     const struct drc_context *whole, struct drc_buf *svg, struct drc_err *err);
int drc_compose_band_entity(struct drc_arena *a, const struct drc_theme *t,
                            const struct drc_context *c, const struct drc_chart_path *path,
                            struct drc_buf *svg, struct drc_err *err);

#endif
