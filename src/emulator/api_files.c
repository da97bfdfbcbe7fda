/* Files: announced, uploaded, completed, processed. As with Slack the third step returns before the
 * file is usable:
 *
 *   ANNOUNCED --bytes--> UPLOADED --complete--> PROCESSING --delay--> READY (then shared where that
 * was asked) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/jsonx.h"
#include "drc/utf8.h"
#include "emulator/emulator.h"

#define ALT_MAX_CHARS 1000
#define FILES_PER_CALL 20

static void touch(struct emu *e, const struct emu_file *f)
{
    char key[24];
    snprintf(key, sizeof key, "f/%s", f->id);
    emu_store_touch(e, key);
}

/* ---- step 1 ------------------------------------------------------------------------------- */

static json_t *file_object(struct emu *e, const char *id, const char *name, size_t size,
                           const char *alt)
{
    json_int_t now = (json_int_t)(drc_clock_wall_ms() / 1000);
    return json_pack(
        "{s:s, s:I, s:I, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:b, s:b, s:o, s:o, s:o, "
        "s:[], s:[], "
        "s:[], s:{}, s:o}",
        "id", id, "created", now, "timestamp", now, "name", drc_json_text(name), "title",
        drc_json_text(name), "mimetype", "", "filetype", "", "pretty_type", "", "user",
        EMU_BOT_USER, "user_team", EMU_TEAM, "size", (json_int_t)size, "mode", "hosted",
        "is_external", 0, "is_public", 0, "url_private",
        json_sprintf("http://localhost:%d/files-pri/%s-%s/file", e->port, EMU_TEAM, id),
        "url_private_download",
        json_sprintf("http://localhost:%d/files-pri/%s-%s/download/file", e->port, EMU_TEAM, id),
        "permalink",
        json_sprintf("http://localhost:%d/files/%s/%s/file", e->port, EMU_BOT_USER, id), "channels",
        "groups", "ims", "shares", "alt_txt", drc_json_text(alt));
}

static json_t *get_upload_url(struct emu_call *c)
{
    const char *name = emu_arg(c->args, "filename"), *alt = emu_arg(c->args, "alt_txt");
    int64_t length = emu_arg_int(c->args, "length", 0);
    if (alt[0] == '\0')
        alt = emu_arg(c->args, "alt_text"); /* the Node SDK's name of it */
    if (strncmp(c->in->content_type, "application/json", 16) == 0)
        return emu_error("invalid_arguments"); /* this method takes no JSON */
    if (name[0] == '\0' || length <= 0)
        return emu_error("missing_argument");
    if (length > (int64_t)EMU_BODY_MAX_BYTES)
        return emu_error("file_upload_size_restricted");
    if (drc_utf8_count(alt) > ALT_MAX_CHARS)
        return emu_error("alt_txt_too_large");
    struct emu_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        abort();
    emu_new_id(c->e, 'F', f->id);
    f->length = (size_t)length;
    f->j = file_object(c->e, f->id, name, f->length, alt);
    emu_file_add(c->e, f);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "upload_url",
                        json_sprintf("http://%s/upload/v1/%s", c->in->host, f->id));
    json_object_set_new(reply, "file_id", json_string(f->id));
    return reply;
}

/* ---- step 2 ------------------------------------------------------------------------------- */

void emu_upload_request(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in,
                        const char *id)
{
    struct emu_file *f = emu_file(e, id);
    size_t bytes = 0;
    const char *data = emu_upload_body(in, &bytes);
    char out[80];
    int status = 200;
    if (f == NULL || f->state != EMU_FILE_ANNOUNCED) {
        status = 404;
        snprintf(out, sizeof out, "no such upload\n");
    } else if (bytes != f->length) {
        status = 400;
        snprintf(out, sizeof out, "%zu bytes came, %zu were announced\n", bytes, f->length);
    } else {
        f->bytes = malloc(bytes);
        if (f->bytes == NULL)
            abort();
        memcpy(f->bytes, data, bytes);
        f->have = bytes;
        f->state = EMU_FILE_UPLOADED;
        touch(e, f);
        snprintf(out, sizeof out, "OK - %zu", bytes);
    }
    emu_wire(e, "in", "http", "upload", 0, -1, NULL, bytes);
    emu_wire(e, "out", "http", "upload", status, -1, out, strlen(out));
    drc_http_reply(p, status, "text/plain", NULL, out, strlen(out));
}

/* ---- processing --------------------------------------------------------------------------- */

static unsigned be32(const unsigned char *p)
{
    return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

/* Kind by content, size of the picture where its head tells it (PNG 1.2: IHDR; GIF89a: logical
 * screen). */
static void recognise(struct emu_file *f, const unsigned char *b, size_t n)
{
    static const struct {
        const char *magic;
        size_t bytes;
        const char *mime, *type, *pretty;
    } kinds[] = {
        {"\x89PNG\r\n\x1a\n", 8, "image/png", "png", "PNG"},
        {"GIF8", 4, "image/gif", "gif", "GIF"},
        {"\xff\xd8\xff", 3, "image/jpeg", "jpg", "JPEG"},
    };
    const char *mime = "text/plain", *type = "text", *pretty = "Plain Text";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (n >= kinds[i].bytes && memcmp(b, kinds[i].magic, kinds[i].bytes) == 0) {
            mime = kinds[i].mime;
            type = kinds[i].type;
            pretty = kinds[i].pretty;
        }
    json_object_set_new(f->j, "mimetype", json_string(mime));
    json_object_set_new(f->j, "filetype", json_string(type));
    json_object_set_new(f->j, "pretty_type", json_string(pretty));
    if (strncmp(mime, "image/", 6) != 0)
        return;
    unsigned w = 0, h = 0;
    if (strcmp(type, "png") == 0 && n >= 24) {
        w = be32(b + 16);
        h = be32(b + 20);
    } else if (strcmp(type, "gif") == 0 && n >= 10) {
        w = (unsigned)(b[6] | b[7] << 8);
        h = (unsigned)(b[8] | b[9] << 8);
    }
    json_object_set_new(f->j, "original_w", json_integer(w));
    json_object_set_new(f->j, "original_h", json_integer(h));
    json_object_set(f->j, "thumb_360", json_object_get(f->j, "url_private"));
    json_object_set(f->j, "thumb_1024", json_object_get(f->j, "url_private"));
}

static void share_in(struct emu *e, struct emu_file *f, struct emu_channel *c, const json_t *wish)
{
    static const char *const lists[] = {"channels", "groups", "ims"};
    json_t *j = emu_bot_message(drc_json_str(wish, "text", ""));
    const char *thread_ts = drc_json_str(wish, "thread_ts", "");
    if (thread_ts[0] != '\0')
        json_object_set_new(j, "thread_ts", json_string(thread_ts));
    if (json_is_array(json_object_get(wish, "blocks")))
        json_object_set_new(j, "blocks", json_deep_copy(json_object_get(wish, "blocks")));
    json_object_set_new(j, "upload", json_true());
    json_object_set_new(j, "files", json_pack("[o]", json_deep_copy(f->j)));
    struct emu_msg *m = emu_msg_add(e, c, j, EMU_NOBODY);
    json_t *shares = json_object_get(f->j, "shares");
    const char *kind = c->kind == EMU_PUBLIC ? "public" : "private";
    if (json_object_get(shares, kind) == NULL)
        json_object_set_new(shares, kind, json_object());
    json_object_set_new(json_object_get(shares, kind), c->id,
                        json_pack("[{s:s, s:s}]", "ts", m->ts, "channel_name", c->name));
    json_array_append_new(json_object_get(f->j, lists[c->kind]), json_string(c->id));
}

/* What completeUploadExternal asked to be posted waits in the file's "_share" until the file is
 * processed. */
static void share(struct emu *e, struct emu_file *f)
{
    json_t *wish = json_incref(json_object_get(f->j, "_share"));
    json_object_del(f->j, "_share");
    const json_t *ids = json_object_get(wish, "channels");
    bool lost = emu_fault(e, "complete_not_shared", NULL) != NULL;
    for (size_t i = 0; i < json_array_size(ids) && !lost; i++)
        share_in(e, f, emu_channel(e, json_string_value(json_array_get(ids, i))), wish);
    json_decref(wish);
}

static void process(void *user)
{
    struct emu_file *f = user;
    struct emu *e = f->e;
    if (emu_fault(e, "file_never_ready", NULL) != NULL)
        return; /* until the fault is cleared */
    size_t n = 0;
    unsigned char *bytes = emu_store_file_read(e, f, &n);
    recognise(f, bytes == NULL ? (const unsigned char *)"" : bytes, n);
    free(bytes);
    f->state = EMU_FILE_READY;
    if (json_object_get(f->j, "_share") != NULL)
        share(e, f);
    touch(e, f);
    emu_ui_all(e, json_pack("{s:s, s:s}", "type", "file_ready", "file", f->id));
}

static void start_processing(struct emu *e, struct emu_file *f)
{
    f->state = EMU_FILE_PROCESSING;
    touch(e, f);
    if (e->opt.file_delay_ms <= 0) {
        process(f);
        return;
    }
    if (f->timer == NULL)
        f->timer = drc_timer_new(e->loop, process, f);
    drc_timer_set(f->timer, e->opt.file_delay_ms);
}

void emu_file_resume(struct emu *e)
{
    size_t pos = 0;
    const char *id;
    for (void *p; drc_map_next(e->files, &pos, &id, &p);) {
        struct emu_file *f = p;
        if (f->state == EMU_FILE_PROCESSING)
            start_processing(e, f);
    }
}

/* ---- step 3 ------------------------------------------------------------------------------- */

/* The ids of a comma list of channels, all of them the bot's; else NULL and *error. */
static json_t *channel_ids(struct emu *e, const char *list, json_t **error)
{
    json_t *ids = json_array();
    for (const char *p = list; *p != '\0' && *error == NULL;) {
        char name[40];
        size_t n = strcspn(p, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : 0), p);
        struct emu_channel *ch = emu_channel_named(e, name);
        if (ch == NULL || (ch->kind == EMU_PRIVATE && !ch->bot_member))
            *error = emu_error("channel_not_found");
        else if (!ch->bot_member)
            *error = emu_error("not_in_channel");
        else
            json_array_append_new(ids, json_string(ch->id));
        p += n + (p[n] == ',');
    }
    if (*error == NULL)
        return ids;
    json_decref(ids);
    return NULL;
}

/* The wish to share, with its errors. NULL and no error = stays private. */
static json_t *share_wish(struct emu_call *c, json_t **error)
{
    const char *list = emu_arg(c->args, "channel_id");
    if (list[0] == '\0')
        list = emu_arg(c->args, "channels");
    json_t *ids = list[0] == '\0' ? NULL : channel_ids(c->e, list, error);
    if (ids == NULL)
        return NULL;
    const char *thread_ts = emu_arg(c->args, "thread_ts"),
               *comment = emu_arg(c->args, "initial_comment");
    bool bad;
    json_t *blocks = emu_arg_json(c->args, "blocks", &bad);
    struct emu_channel *first = emu_channel(c->e, json_string_value(json_array_get(ids, 0)));
    if (thread_ts[0] != '\0' && (json_array_size(ids) != 1 || emu_msg(first, thread_ts) == NULL))
        *error = emu_error("invalid_thread_ts");
    else if (bad || (blocks != NULL && !json_is_array(blocks)))
        *error = emu_error("invalid_blocks");
    else if (blocks != NULL && comment[0] == '\0')
        *error = emu_blocks_prepare(c->e, blocks);
    json_t *wish = NULL;
    if (*error == NULL)
        wish = json_pack("{s:O, s:s, s:o, s:o}", "channels", ids, "thread_ts", thread_ts, "text",
                         drc_json_text(comment), "blocks",
                         blocks == NULL || comment[0] != '\0' ? json_null() : json_incref(blocks));
    json_decref(blocks);
    json_decref(ids);
    return wish;
}

static json_t *check_files(struct emu *e, const json_t *files)
{
    if (!json_is_array(files) || json_array_size(files) == 0 ||
        json_array_size(files) > FILES_PER_CALL)
        return emu_error("invalid_arguments");
    for (size_t i = 0; i < json_array_size(files); i++) {
        struct emu_file *f = emu_file(e, drc_json_str(json_array_get(files, i), "id", ""));
        if (f == NULL || f->state != EMU_FILE_UPLOADED)
            return emu_error("file_not_found");
    }
    return NULL;
}

static json_t *public_file(const struct emu_file *f)
{
    json_t *copy = json_copy(f->j);
    json_object_del(copy, "_share");
    return copy;
}

static json_t *complete_upload(struct emu_call *c)
{
    bool bad;
    json_t *files = emu_arg_json(c->args, "files", &bad), *error = check_files(c->e, files);
    json_t *wish = error == NULL ? share_wish(c, &error) : NULL;
    if (error != NULL) {
        json_decref(files);
        return error;
    }
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *one = json_array_get(files, i);
        struct emu_file *f = emu_file(c->e, drc_json_str(one, "id", ""));
        const char *title = drc_json_str(one, "title", "");
        if (title[0] != '\0')
            json_object_set_new(f->j, "title", drc_json_text(title));
        if (wish != NULL)
            json_object_set_new(f->j, "_share", json_deep_copy(wish));
        json_array_append_new(out, public_file(f)); /* as it is now: not processed yet */
        start_processing(c->e, f);
    }
    json_decref(wish);
    json_decref(files);
    json_t *reply = emu_ok();
    json_object_set_new(reply, "files", out);
    return reply;
}

static json_t *info(struct emu_call *c)
{
    struct emu_file *f = emu_file(c->e, emu_arg(c->args, "file"));
    if (f == NULL || f->state == EMU_FILE_ANNOUNCED || f->state == EMU_FILE_UPLOADED)
        return emu_error("file_not_found");
    json_t *reply = emu_ok();
    json_object_set_new(reply, "file", public_file(f));
    json_object_set_new(reply, "comments", json_array());
    return reply;
}

static json_t *delete (struct emu_call *c)
{
    char key[24];
    struct emu_file *f = emu_file(c->e, emu_arg(c->args, "file"));
    if (f == NULL)
        return emu_error("file_not_found");
    snprintf(key, sizeof key, "f/%s", f->id);
    emu_state_put(c->e, key, NULL);
    emu_store_touch(c->e, key);
    return emu_ok();
}

const struct emu_method emu_methods_files[] = {
    {"files.getUploadURLExternal", "files:write", 100, EMU_TOKEN_BOT, get_upload_url},
    {"files.completeUploadExternal", "files:write", 100, EMU_TOKEN_BOT, complete_upload},
    {"files.info", "files:read", 100, EMU_TOKEN_BOT, info},
    {"files.delete", "files:write", 50, EMU_TOKEN_BOT, delete},
    {NULL, NULL, 0, EMU_TOKEN_BOT, NULL},
};
