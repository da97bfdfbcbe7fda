#include "drc/map.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *key; /* NULL: removed */
    void *value;
    uint64_t hash;
};

struct drc_map {
    struct entry *entries; /* in insertion order */
    size_t used, live, cap;
    uint32_t *slots;   /* entry index + 1; 0 = free */
    size_t slot_count; /* a power of two, at most half full */
};

static void *must(void *p)
{
    if (p == NULL) {
        fputs("drc: out of memory\n", stderr);
        abort();
    }
    return p;
}

static uint64_t hash_of(const char *key) /* FNV-1a 64 */
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * UINT64_C(1099511628211);
    return h ^ (h >> 29);
}

struct drc_map *drc_map_new(void)
{
    return must(calloc(1, sizeof(struct drc_map)));
}

void drc_map_free(struct drc_map *m, void (*free_value)(void *))
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->used; i++) {
        if (m->entries[i].key != NULL && free_value != NULL)
            free_value(m->entries[i].value);
        free(m->entries[i].key);
    }
    free(m->entries);
    free(m->slots);
    free(m);
}

static void insert_slot(struct drc_map *m, size_t index)
{
    size_t s = m->entries[index].hash & (m->slot_count - 1);
    while (m->slots[s] != 0)
        s = (s + 1) & (m->slot_count - 1);
    m->slots[s] = (uint32_t)(index + 1);
}

/* Drops removed entries and rebuilds the slots for `want` live ones. */
static void rebuild(struct drc_map *m, size_t want)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->used; i++)
        if (m->entries[i].key != NULL)
            m->entries[kept++] = m->entries[i];
    m->used = kept;
    m->cap = want * 2 < 16 ? 16 : want * 2;
    m->entries = must(realloc(m->entries, m->cap * sizeof *m->entries));
    m->slot_count = 32;
    while (m->slot_count < m->cap * 2)
        m->slot_count *= 2;
    free(m->slots);
    m->slots = must(calloc(m->slot_count, sizeof *m->slots));
    for (size_t i = 0; i < m->used; i++)
        insert_slot(m, i);
}

static struct entry *find(const struct drc_map *m, const char *key, uint64_t hash)
{
    if (m->slot_count == 0)
        return NULL;
    for (size_t s = hash & (m->slot_count - 1); m->slots[s] != 0;
         s = (s + 1) & (m->slot_count - 1)) {
        struct entry *e = &m->entries[m->slots[s] - 1];
        if (e->key != NULL && e->hash == hash && strcmp(e->key, key) == 0)
            return e;
    }
    return NULL;
}

void *drc_map_get(const struct drc_map *m, const char *key)
{
    struct entry *e = find(m, key, hash_of(key));
    return e == NULL ? NULL : e->value;
}

void *drc_map_set(struct drc_map *m, const char *key, void *value)
{
    uint64_t hash = hash_of(key);
    struct entry *e = find(m, key, hash);
    if (e != NULL) {
        void *old = e->value;
        e->value = value;
        return old;
    }
    if (m->used == m->cap)
        rebuild(m, m->live + 1);
    m->entries[m->used] = (struct entry){must(strdup(key)), value, hash};
    insert_slot(m, m->used++);
    m->live++;
    return NULL;
}

void *drc_map_remove(struct drc_map *m, const char *key)
{
    struct entry *e = find(m, key, hash_of(key));
    if (e == NULL)
        return NULL;
    free(e->key);
    e->key = NULL; /* its slot stays as a tombstone until the next rebuild */
    m->live--;
    return e->value;
}

size_t drc_map_count(const struct drc_map *m)
{
    return m->live;
}

int drc_map_next(const struct drc_map *m, size_t *pos, const char **key, void **value)
{
    while (*pos < m->used) {
        const struct entry *e = &m->entries[(*pos)++];
        if (e->key == NULL)
            continue;
        *key = e->key;
        *value = e->value;
        return 1;
    }
    return 0;
}
