/* String map, open addressing, insertion order kept for iteration. Keys are copied. One thread at a
 * time. */
#ifndef DRC_MAP_H
#define DRC_MAP_H

#include <stddef.h>

struct drc_map;

struct drc_map *drc_map_new(void);
void drc_map_free(struct drc_map *m, void (*free_value)(void *)); /* free_value may be NULL */
void *drc_map_get(const struct drc_map *m, const char *key);      /* NULL if absent */
void *drc_map_set(struct drc_map *m, const char *key,
                  void *value); /* returns the value it replaced */
void *drc_map_remove(struct drc_map *m,
                     const char *key); /* returns the value, keeps the order of the rest */
size_t drc_map_count(const struct drc_map *m);
/* Walks in insertion order: start with *pos = 0; returns 0 at the end. */
int drc_map_next(const struct drc_map *m, size_t *pos, const char **key, void **value);

#endif
