/* The state on disk: a snapshot (`<state>`, JSON, replaced by rename) and a log of changes since
 * (`<state>.log`, one JSON object a line, appended at most every 80 ms). So a change costs its own
 * size, not the size of the state. Uploaded bytes are files in `<state>.files/`.
 *
 * Snapshot and log carry a generation; a log of another generation is older than the snapshot and
 * ignored. A torn last line (kill -9) is dropped. A corrupt snapshot is renamed to .bad and the
 * state starts fresh. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drc/arena.h"
#include "drc/buf.h"
#include "drc/file.h"
#include "drc/jsonx.h"
#include "drc/log.h"
#include "emulator/emulator.h"

#define SAVE_MS 80
#define STATE_MAX_BYTES (512u * 1024u * 1024u)
#define LOG_CHUNK_BYTES (64u * 1024u * 1024u)
#define SEQ_MARGIN 100000 /* ids given out since the last save are never given out again */

static char *path_of(const struct emu *e, const char *suffix)
{
    size_t n = strlen(e->opt.state_path) + strlen(suffix) + 1;
    char *path = malloc(n);
    if (path == NULL)
        abort();
    snprintf(path, n, "%s%s", e->opt.state_path, suffix);
    return path;
}

char *emu_store_file_path(const struct emu *e, const char *id)
{
    if (strlen(id) < 9 || strspn(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(id))
        return NULL;
    char suffix[40];
    snprintf(suffix, sizeof suffix, ".files/%.20s", id);
    return path_of(e, suffix);
}

/* ---- saving ------------------------------------------------------------------------------- */

void emu_store_touch(struct emu *e, const char *key)
{
    if (e->loading || e->opt.state_path == NULL)
        return;
    if (drc_map_count(e->dirty) == 0)
        drc_timer_set(e->save_timer, SAVE_MS);
    drc_map_set(e->dirty, key, e);
}

void emu_store_touch_msg(struct emu *e, const struct emu_msg *m)
{
    char key[64];
    snprintf(key, sizeof key, "m/%s/%s", m->channel->id, m->ts);
    emu_store_touch(e, key);
}

static void save_bytes(struct emu *e, const char *id)
{
    struct emu_file *f = emu_file(e, id);
    char *path = f == NULL || f->saved || f->bytes == NULL ? NULL : emu_store_file_path(e, id);
    if (path == NULL)
        return;
    struct drc_err err = DRC_ERR_INIT;
    if (drc_file_write(path, f->bytes, f->have, &err) == 0) {
        f->saved = true;
        free(f->bytes);
        f->bytes = NULL;
    } else {
        drc_log(DRC_LOG_ERROR, "emulator.store", "error=\"%s\"",
                err.msg); /* kept in memory, tried again */
    }
    free(path);
}

/* {"k":key,"v":item} without building a tree around the item. */
static void add_line(struct emu *e, struct drc_buf *b, const char *key)
{
    json_t *v = emu_state_get(e, key);
    char *text = v == NULL ? NULL : drc_json_dump(v);
    drc_buf_printf(b, "{\"k\":\"%s\"", key);
    if (text != NULL) {
        drc_buf_addstr(b, ",\"v\":");
        drc_buf_addstr(b, text);
    }
    drc_buf_addstr(b, "}\n");
    free(text);
    json_decref(v);
}

static bool append(struct emu *e, const struct drc_buf *b)
{
    size_t done = 0;
    while (done < b->len) {
        ssize_t n = write(e->log_fd, b->data + done, b->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            drc_log(DRC_LOG_ERROR, "emulator.store",
                    "error=\"the change log cannot be written: %s\"", strerror(errno));
            return false;
        }
        done += (size_t)n;
    }
    return true;
}

void emu_store_flush(struct emu *e)
{
    if (e->log_fd < 0 || drc_map_count(e->dirty) == 0)
        return;
    struct drc_buf b;
    drc_buf_init(&b, LOG_CHUNK_BYTES);
    size_t pos = 0;
    const char *key;
    for (void *unused; drc_map_next(e->dirty, &pos, &key, &unused);) {
        if (key[0] == 'f')
            save_bytes(e, key + 2);
        add_line(e, &b, key);
    }
    if (append(e, &b)) {
        drc_map_free(e->dirty, NULL);
        e->dirty = drc_map_new();
    } else {
        drc_timer_set(e->save_timer, 1000);
    }
    drc_buf_fini(&b);
}

static void save_due(void *user)
{
    emu_store_flush(user);
}

/* ---- the snapshot ------------------------------------------------------------------------- */

struct snapshot {
    struct drc_buf b;
    bool first;
};

static void add_item(struct emu *e, const char *key, void *user)
{
    struct snapshot *s = user;
    json_t *v = emu_state_get(e, key);
    if (v == NULL)
        return;
    char *text = drc_json_dump(v);
    drc_buf_printf(&s->b, "%s\"%s\":", s->first ? "" : ",\n", key);
    drc_buf_addstr(&s->b, text);
    s->first = false;
    free(text);
    json_decref(v);
}

static int start_log(struct emu *e, struct drc_err *err)
{
    char *path = path_of(e, ".log");
    if (e->log_fd >= 0)
        close(e->log_fd);
    e->log_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    int failed = e->log_fd < 0 ? drc_err_set(err, DRC_ERR_CONFIG, "%s cannot be written: %s", path,
                                             strerror(errno))
                               : 0;
    free(path);
    if (failed)
        return -1;
    struct drc_buf b;
    drc_buf_init(&b, 200);
    drc_buf_printf(&b, "{\"generation\":%llu}\n", (unsigned long long)e->generation);
    bool ok = append(e, &b);
    drc_buf_fini(&b);
    return ok ? 0 : drc_err_set(err, DRC_ERR_CONFIG, "the state log cannot be written");
}

static int write_snapshot(struct emu *e, struct drc_err *err)
{
    struct snapshot s = {.first = true};
    size_t pos = 0;
    const char *id;
    for (void *f; drc_map_next(e->files, &pos, &id, &f);)
        save_bytes(e, id);
    drc_buf_init(&s.b, STATE_MAX_BYTES);
    drc_buf_printf(&s.b, "{\"version\":1,\"generation\":%llu,\"seq\":%llu,\"items\":{\n",
                   (unsigned long long)(e->generation + 1), (unsigned long long)e->seq);
    emu_state_keys(e, add_item, &s);
    drc_buf_addstr(&s.b, "\n}}\n");
    int failed = s.b.overflow ? drc_err_set(err, DRC_ERR_LIMIT, "the state is too big to be saved")
                              : drc_file_write(e->opt.state_path, drc_buf_str(&s.b), s.b.len, err);
    drc_buf_fini(&s.b);
    if (failed)
        return -1;
    e->generation++;
    return start_log(e, err);
}

void emu_store_compact(struct emu *e)
{
    if (e->opt.state_path == NULL)
        return;
    struct drc_err err = DRC_ERR_INIT;
    drc_map_free(e->dirty, NULL);
    e->dirty = drc_map_new();
    if (write_snapshot(e, &err) < 0)
        drc_log(DRC_LOG_ERROR, "emulator.store", "error=\"%s\"", err.msg);
}

/* ---- loading ------------------------------------------------------------------------------ */

static void set_aside(struct emu *e, const char *why)
{
    char *bad = path_of(e, ".bad"), *log = path_of(e, ".log"), *bad_log = path_of(e, ".log.bad");
    int failed = rename(e->opt.state_path, bad);
    (void)rename(log, bad_log); /* there may be none */
    free(bad_log);
    drc_log(DRC_LOG_ERROR, "emulator.store", "state=corrupt reason=\"%s\" kept_as=%s renamed=%d",
            why, bad, failed == 0);
    free(bad);
    free(log);
}

static void load_snapshot(struct emu *e)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_arena *a = drc_arena_new();
    size_t bytes = 0;
    char *text = drc_file_exists(e->opt.state_path)
                     ? drc_file_read(a, e->opt.state_path, STATE_MAX_BYTES, &bytes, &err)
                     : NULL;
    json_error_t why = {0};
    json_t *root = text == NULL ? NULL : json_loadb(text, bytes, 0, &why);
    drc_arena_free(a);
    json_t *items = json_object_get(root, "items");
    if (err.code != DRC_OK ||
        (text != NULL && (!json_is_object(items) || drc_json_int(root, "version", 0) != 1))) {
        set_aside(e, err.code != DRC_OK ? err.msg : why.text);
        json_decref(root);
        return;
    }
    e->generation = (uint64_t)drc_json_int(root, "generation", 0);
    e->seq = (uint64_t)drc_json_int(root, "seq", 0);
    const char *key;
    json_t *v;
    size_t bad = 0;
    json_object_foreach(items, key, v) bad += !emu_state_put(e, key, json_incref(v));
    if (bad > 0)
        drc_log(DRC_LOG_WARN, "emulator.store", "ignored_items=%zu", bad);
    json_decref(root);
}

static void load_line(struct emu *e, const char *line, size_t bytes, bool *current, size_t *bad)
{
    json_t *j = json_loadb(line, bytes, 0, NULL);
    const char *key = drc_json_str(j, "k", NULL);
    if (json_object_get(j, "generation") != NULL)
        *current = (uint64_t)drc_json_int(j, "generation", 0) == e->generation;
    else if (key == NULL)
        (*bad)++;
    else if (*current)
        *bad += !emu_state_put(e, key, json_incref(json_object_get(j, "v")));
    json_decref(j);
}

static void load_log(struct emu *e)
{
    char *path = path_of(e, ".log"), *line = NULL;
    FILE *f = fopen(path, "re");
    size_t cap = 0, bad = 0;
    bool current = false;
    for (ssize_t n; f != NULL && (n = getline(&line, &cap, f)) > 0;)
        load_line(e, line, (size_t)n, &current, &bad);
    if (bad > 0)
        drc_log(DRC_LOG_WARN, "emulator.store", "ignored_lines=%zu", bad);
    if (f != NULL)
        fclose(f);
    free(line);
    free(path);
}

int emu_store_open(struct emu *e, struct drc_err *err)
{
    e->dirty = drc_map_new();
    e->log_fd = -1;
    if (e->opt.state_path == NULL)
        return 0;
    char *dir = path_of(e, ".files");
    int failed = drc_file_mkdirs(dir, err);
    free(dir);
    if (failed)
        return -1;
    char *lock = path_of(e, ".lock");
    failed = drc_file_lock(lock, err);
    free(lock);
    if (failed)
        return -1;
    e->save_timer = drc_timer_new(e->loop, save_due, e);
    e->loading = true;
    load_snapshot(e);
    load_log(e);
    e->loading = false;
    e->seq += SEQ_MARGIN;
    return write_snapshot(e, err); /* also proves that the state can be written */
}

void emu_store_close(struct emu *e)
{
    if (e->log_fd >= 0) {
        emu_store_flush(e);
        emu_store_compact(e);
        close(e->log_fd);
        e->log_fd = -1;
    }
    drc_timer_free(e->save_timer);
    drc_map_free(e->dirty, NULL);
}

unsigned char *emu_store_file_read(struct emu *e, struct emu_file *f, size_t *bytes)
{
    unsigned char *copy = malloc(f->have + 1);
    if (copy == NULL)
        abort();
    if (f->bytes != NULL) {
        memcpy(copy, f->bytes, f->have);
        *bytes = f->have;
        return copy;
    }
    char *path = emu_store_file_path(e, f->id);
    FILE *in = path == NULL ? NULL : fopen(path, "re");
    free(path);
    size_t got = in == NULL ? 0 : fread(copy, 1, f->have, in);
    if (in != NULL)
        fclose(in);
    if (got == f->have && in != NULL) {
        *bytes = got;
        return copy;
    }
    free(copy);
    return NULL;
}
