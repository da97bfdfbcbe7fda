/* Files: three steps; for a picture in a message then patience until Slack has looked at it. Facts:
 * docs.slack.dev, files.getUploadURLExternal. */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "drc/clock.h"
#include "drc/jsonx.h"
#include "drc/log.h"
#include "drc/utf8.h"

#define ALT_CHARS 1000

static const char *copied(struct drc_arena *a, const json_t *root, const char *path)
{
    return drc_arena_strdup(a, drc_json_str(root, path, NULL));
}

struct upload {
    const char *name, *alt; /* alt NULL: not a picture */
    const void *data;
    size_t bytes;
};

static int get_url(struct drc_slack_api *api, struct drc_arena *a, const struct upload *f,
                   const char **url, const char **file_id, struct drc_err *err)
{
    char length[24];
    struct slack_reply r;
    snprintf(length, sizeof length, "%zu", f->bytes);
    json_t *args = json_pack("{s:s, s:s}", "filename", f->name, "length", length);
    if (f->alt != NULL)
        json_object_set_new(
            args, "alt_txt",
            drc_json_text(drc_utf8_clean(a, f->alt, strlen(f->alt), ALT_CHARS, false)));
    int rc = slack_call(api, a, "files.getUploadURLExternal", NULL, args, &r, err);
    *url = rc == 0 ? copied(a, r.root, "upload_url") : NULL;
    *file_id = rc == 0 ? copied(a, r.root, "file_id") : NULL;
    slack_reply_fini(&r);
    if (rc == 0 && (*url == NULL || *file_id == NULL))
        return drc_err_set(err, DRC_ERR_PARSE, "files.getUploadURLExternal gave no address");
    return rc;
}

/* No token goes to the upload host: the address itself is the right to upload. */
static int send_bytes(struct drc_slack_api *api, struct drc_arena *a, const char *url,
                      const struct upload *f, struct drc_err *err)
{
    struct drc_http_request req = {.method = "POST",
                                   .url = url,
                                   .content_type = "application/octet-stream",
                                   .body = f->data,
                                   .body_bytes = f->bytes,
                                   .timeout_ms = 30000};
    struct drc_http_response resp;
    api->calls++;
    if (drc_http_do(api->http, a, &req, &resp, err) < 0)
        return drc_err_context(err, "the upload");
    if (resp.status != 200)
        return drc_err_set(err, DRC_ERR_NET, "the upload was answered with HTTP %ld", resp.status);
    return 0;
}

/* `to` NULL: the file is shared with nobody yet, a message will show it. */
static int complete(struct drc_slack_api *api, struct drc_arena *a, const struct upload *f,
                    const char *file_id, const struct drc_to *to, const char *comment,
                    struct drc_err *err)
{
    struct slack_reply r;
    json_t *args =
        json_pack("{s:[{s:s, s:o}]}", "files", "id", file_id, "title", drc_json_text(f->name));
    if (to != NULL) {
        json_object_set_new(args, "channel_id", json_string(to->channel));
        json_object_set_new(args, "initial_comment", drc_json_text(comment));
        if (to->thread_ts != NULL)
            json_object_set_new(args, "thread_ts", json_string(to->thread_ts));
    }
    int rc = slack_call(api, a, "files.completeUploadExternal", NULL, args, &r, err);
    slack_reply_fini(&r);
    return rc;
}

static bool is_ready(const json_t *root)
{
    return *drc_json_str(root, "file.mimetype", "") != '\0' &&
           (drc_json_int(root, "file.original_w", 0) > 0 ||
            drc_json_str(root, "file.thumb_360", NULL) != NULL);
}

static void wait_ready(struct drc_slack_api *api, struct drc_arena *a, const char *file_id)
{
    static const int delays_ms[] = {0, 100, 250, 500, 1000, 2000, 2000, 2000, 2000};
    for (size_t i = 0; i < sizeof delays_ms / sizeof *delays_ms; i++) {
        struct slack_reply r;
        if (delays_ms[i] > 0)
            drc_clock_sleep_ms(delays_ms[i]);
        bool ready = slack_call(api, a, "files.info", NULL, json_pack("{s:s}", "file", file_id), &r,
                                NULL) == 0 &&
                     is_ready(r.root);
        slack_reply_fini(&r);
        if (ready)
            return;
    }
    drc_log(DRC_LOG_WARN, "slack.file", "file=%s state=not-ready: the post will tell", file_id);
}

static int upload(struct drc_slack_api *api, struct drc_arena *a, struct drc_block *b, bool wait,
                  struct drc_err *err)
{
    const char *url, *file_id;
    struct upload f = {b->image.file_name, b->image.alt == NULL ? "chart" : b->image.alt,
                       b->image.png, b->image.png_bytes};
    if (get_url(api, a, &f, &url, &file_id, err) < 0 || send_bytes(api, a, url, &f, err) < 0 ||
        complete(api, a, &f, file_id, NULL, NULL, err) < 0)
        return -1;
    if (wait)
        wait_ready(api, a, file_id);
    b->image.file_ref = file_id;
    return 0;
}

int drc_slack_upload(struct drc_slack_api *api, struct drc_arena *a, struct drc_message *m,
                     bool wait, struct drc_err *err)
{
    for (struct drc_block *b = m->first; b != NULL; b = b->next)
        if (b->kind == DRC_BLOCK_IMAGE && b->image.file_ref == NULL && b->image.png != NULL &&
            upload(api, a, b, wait, err) < 0)
            return -1;
    return 0;
}

int drc_slack_share(struct drc_slack_api *api, struct drc_arena *a, const struct drc_to *to,
                    const struct drc_file_out *file, struct drc_err *err)
{
    const char *url, *file_id;
    struct upload f = {file->name, NULL, file->data, file->bytes};
    if (get_url(api, a, &f, &url, &file_id, err) < 0 || send_bytes(api, a, url, &f, err) < 0)
        return -1;
    return complete(api, a, &f, file_id, to, file->comment, err);
}
