/* Time zones of the IANA database, as TZif files hold them (RFC 8536, version 2 and later with its
 * footer). Pure: bytes in, offsets out; drc/zoneinfo.h reads the system's files. Instants are
 * seconds since 1970-01-01 UTC, local times the same count as if the wall clock showed UTC. A zone
 * is immutable and lives in its arena; any thread. */
#ifndef DRC_ZONE_H
#define DRC_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

#define DRC_ZONE_FILE_MAX_BYTES 65536u
#define DRC_ZONE_NAME_MAX_BYTES 64u

struct drc_zone {
    const char *name;
    int32_t first_offset; /* before the first transition, seconds east of UTC */
    size_t count;
    const int64_t *at;     /* instants of the transitions, rising; the footer's up to 2199 */
    const int32_t *offset; /* from that instant on */
};

/* Reads a TZif file. PARSE where it is no such file, is cut short, or contradicts itself. */
int drc_zone_parse(struct drc_arena *a, const char *name, const void *data, size_t bytes,
                   struct drc_zone *out, struct drc_err *err);

/* Seconds east of UTC at an instant. */
int32_t drc_zone_offset(const struct drc_zone *z, int64_t utc_s);

/* The instant of a local time, as RFC 5545 3.3.5 has it: a time that comes twice is the first of
 * the two; a time that does not come is read with the offset before the gap (02:30 in a gap of an
 * hour is 03:30). */
int64_t drc_zone_instant(const struct drc_zone *z, int64_t local_s);

#endif
