/* Which drc this is. Any thread. */
#ifndef DRC_VERSION_H
#define DRC_VERSION_H

/* First 12 hexadecimal digits of a SHA-256 over the names and texts of all sources that it was made
 * from: two programs with the same value are of the same code, wherever they were built. */
const char *drc_version(void);

#endif
