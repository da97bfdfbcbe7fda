#include "drc/library.h"

#include <pthread.h>

#include "drc/guard.h"
#include "drc/log.h"

struct shelf { /* one index, or why there is none */
    struct drc_index *index;
    const char *off;
};

struct drc_library {
    struct drc_arena *a;
    const char *dir, *ca_file;
    pthread_mutex_t lock; /* guards what follows until `opened` */
    bool opened;
    struct drc_embedder *embedder;
    struct drc_http *http; /* of the probes at the opening */
    struct shelf docs, telemetry;
};

static void open_shelf(struct drc_library *l, const char *name, const char *why, struct shelf *out)
{
    struct drc_err err = DRC_ERR_INIT;
    out->index = drc_index_open(l->dir, name, l->embedder, why, l->http, &err);
    out->off =
        out->index == NULL ? drc_arena_strdup(l->a, err.msg) : drc_index_semantic_off(out->index);
    if (out->off != NULL)
        drc_log(DRC_LOG_WARN, "library", "index=%s why=\"%s\"", name, out->off);
}

struct drc_library *drc_library_new(const char *dir, const char *ca_file)
{
    struct drc_arena *a = drc_arena_new();
    struct drc_library *l = drc_arena_alloc(a, sizeof *l);
    l->a = a;
    l->dir = drc_arena_strdup(a, dir);
    l->ca_file = ca_file;
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void drc_library_open(struct drc_library *l)
{
    struct drc_err err = DRC_ERR_INIT;
    pthread_mutex_lock(&l->lock);
    if (!l->opened) {
        l->http = drc_http_new(l->ca_file);
        l->embedder = drc_embedder_open(l->a, &err);
        if (l->embedder != NULL && drc_embedder_guard(l->a, l->embedder, &err) < 0)
            l->embedder = NULL;
        const char *why = l->embedder == NULL ? drc_arena_strdup(l->a, err.msg) : NULL;
        open_shelf(l, "docs", why, &l->docs);
        open_shelf(l, "graph", why, &l->telemetry);
        l->opened = true;
    }
    pthread_mutex_unlock(&l->lock);
}

void drc_library_free(struct drc_library *l)
{
    if (l == NULL)
        return;
    drc_index_free(l->docs.index);
    drc_index_free(l->telemetry.index);
    if (l->http != NULL)
        drc_http_free(l->http);
    pthread_mutex_destroy(&l->lock);
    drc_arena_free(l->a);
}

static const struct drc_index *on(struct drc_library *l, const struct shelf *s, const char **off)
{
    drc_library_open(l);
    if (off != NULL)
        *off = s->off;
    return s->index;
}

const struct drc_index *drc_library_docs(struct drc_library *l, const char **off)
{
    return on(l, &l->docs, off);
}

const struct drc_index *drc_library_telemetry(struct drc_library *l, const char **off)
{
    return on(l, &l->telemetry, off);
}

void drc_reader_close(struct drc_reader *r)
{
    drc_db_close(r->docs);
    drc_db_close(r->telemetry);
    r->docs = NULL;
    r->telemetry = NULL;
}

static struct drc_db *connect(const struct drc_index *ix, struct drc_db **db, const char **off)
{
    struct drc_err err = DRC_ERR_INIT;
    if (*db == NULL && ix != NULL && (*db = drc_index_connect(ix, &err)) == NULL) {
        drc_log(DRC_LOG_WARN, "library", "why=\"%s\"", err.msg);
        *off = "the index was built anew; it is read after the next reload";
    }
    return *db;
}

struct drc_db *drc_reader_docs(struct drc_reader *r, const char **off)
{
    return connect(drc_library_docs(r->library, off), &r->docs, off);
}

struct drc_db *drc_reader_telemetry(struct drc_reader *r, const char **off)
{
    return connect(drc_library_telemetry(r->library, off), &r->telemetry, off);
}
