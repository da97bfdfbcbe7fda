/* The page's files, compiled in by page_assets.sh. */
#ifndef DRC_PAGE_ASSETS_H
#define DRC_PAGE_ASSETS_H

#include <stddef.h>

struct drc_page_asset {
    const char *name; /* path below page/; NULL ends the table */
    const unsigned char *data;
    size_t bytes;
};

extern const struct drc_page_asset drc_page_assets[];

#endif
