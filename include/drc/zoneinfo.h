/* The zones of this system. */
#ifndef DRC_ZONEINFO_H
#define DRC_ZONEINFO_H

#include "drc/zone.h"

/* Reads a zone by its IANA name ("Europe/Berlin", "UTC"). INPUT with the nearest name for one that
 * does not exist, CONFIG where the system has no zone database. Any thread. */
int drc_zone_load(struct drc_arena *a, const char *name, struct drc_zone *out, struct drc_err *err);

#endif
