/* SHA-256 (libcrypto) and random bytes. Any thread. */
#ifndef DRC_DIGEST_H
#define DRC_DIGEST_H

#include <stddef.h>
#include <stdio.h>

void drc_sha256_hex(const void *data, size_t bytes, char out[65]);
/* Of a file from where it stands to its end; -1 where it cannot be read. */
int drc_sha256_stream(FILE *f, char out[65]);
/* First `chars` (at most 24) characters of the SHA-256 in lower-case base 32 (RFC 4648 letters):
 * short ids. */
void drc_sha256_id(const void *data, size_t bytes, size_t chars, char *out);
void drc_random_hex(size_t bytes, char *out); /* 2 * bytes + 1 characters; aborts without entropy */

#endif
