/* Files. Whole reads with a cap; writes go to a temporary name in the same folder and are renamed.
 * Any thread. */
#ifndef DRC_FILE_H
#define DRC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drc/arena.h"
#include "drc/err.h"

char *drc_file_read(struct drc_arena *a, const char *path, size_t max_bytes, size_t *bytes,
                    struct drc_err *err);
int drc_file_write(const char *path, const void *data, size_t bytes, struct drc_err *err);
/* As write, and the bytes are on the disk before the new name is. */
int drc_file_write_durable(const char *path, const void *data, size_t bytes, struct drc_err *err);
/* The same for a file that stands already under another name in the same folder. */
int drc_file_publish(const char *temp, const char *path, struct drc_err *err);
bool drc_file_exists(const char *path);
/* Another text for each file and each state of it: size, time of change, inode. false where there
 * is none. */
#define DRC_FILE_STAMP_BYTES 80
bool drc_file_stamp(const char *path, char out[DRC_FILE_STAMP_BYTES]);
int drc_file_remove(const char *path, struct drc_err *err); /* 0 where it is not there */
bool drc_file_is_folder(const char *path);
int drc_file_mkdirs(const char *path, struct drc_err *err);
int drc_file_mkparent(const char *path, struct drc_err *err); /* the folder that a file is for */

/* A whole file mapped read-only and shared: pages are read when they are touched. An empty file is
 * refused. Errors: NOTFOUND (no such file), CONFIG, LIMIT. `drop` gives the memory of its pages
 * back until they are touched again. */
const void *drc_file_map(const char *path, size_t max_bytes, size_t *bytes, struct drc_err *err);
void drc_file_map_drop(const void *data, size_t bytes);
void drc_file_unmap(const void *data, size_t bytes);

/* Names in a folder that end in `suffix`, sorted by bytes, without the folder. */
int drc_file_list(struct drc_arena *a, const char *dir, const char *suffix, const char ***names,
                  size_t *count, struct drc_err *err);

/* Advisory lock for "one process per database": 0, or -1 with CONFIG ("another drc uses ..."). Held
 * until exit. */
int drc_file_lock(const char *path, struct drc_err *err);

#endif
