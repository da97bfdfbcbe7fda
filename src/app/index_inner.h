/* What the files of the search index share. */
#ifndef DRC_APP_INDEX_INNER_H
#define DRC_APP_INDEX_INNER_H

#include "drc/index.h"
#include "drc/jsonx.h"
#include "drc/vec.h"

#define INDEX_PROBES 3
extern const char *const index_probes[INDEX_PROBES];

/* NAME.meta.json: what an index is. */
struct index_meta {
    char content[65];     /* of all passages and of what they were embedded with */
    char fingerprint[65]; /* of the embedder; "" without one */
    char db_sha256[65];
    const char *provider, *model; /* "" without an embedder */
    const char *no_embedder;      /* why there is none; "" */
    size_t pages, passages;
    struct drc_vec_identity vec; /* dim 0: no vectors */
    float *probe;                /* INDEX_PROBES x dim */
};

struct index_paths {
    const char *db, *vec, *meta;
};
struct index_paths index_paths_of(struct drc_arena *a, const char *dir, const char *name);

/* SHA-256 over the fields that make vectors comparable; "" for NULL. */
void index_fingerprint(const struct drc_embedder *e, char out[65]);
/* As people read it: "embedded all-MiniLM-L6-v2". */
const char *index_embedder_name(struct drc_arena *a, const char *provider, const char *model);

int index_meta_write(const char *path, const struct index_meta *m, const struct drc_embedder *e,
                     struct drc_err *err);
/* CONFIG (missing: what to run), PARSE (not a sidecar of ours). */
int index_meta_read(struct drc_arena *a, const char *path, struct index_meta *out,
                    struct drc_err *err);

int index_file_sha256(const char *path, char out[65], struct drc_err *err);

#endif
