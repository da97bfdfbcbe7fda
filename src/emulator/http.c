/* Every HTTP request: is it from this machine, and where does it go? Also the page and its files.
 *
 * The server can drive the bot, so a web page of another origin must not reach it: the Host must be
 * ours (no DNS rebinding), a foreign Origin is refused, nothing is shared by CORS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/digest.h"
#include "drc/jsonx.h"
#include "emulator/emulator.h"
#include "emulator/page_assets.h"

#define POLICY                                                                                     \
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "   \
    "'self' data:; "                                                                               \
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "   \
    "'none'\r\n"                                                                                   \
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"

static bool our_host(const struct emu *e, const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    char want[40];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(want, sizeof want, "%s:%d", names[i], e->port);
        if (strcasecmp(host, want) == 0)
            return true;
    }
    return false;
}

static bool allowed(const struct emu *e, const struct drc_http_in *in)
{
    if (!our_host(e, in->host))
        return false;
    if (in->origin[0] == '\0')
        return true;
    return strncmp(in->origin, "http://", 7) == 0 && our_host(e, in->origin + 7);
}

static bool has_cookie(const struct emu *e, const struct drc_http_in *in)
{
    char want[100];
    snprintf(want, sizeof want, "drc_ui=%s", e->cookie);
    return strstr(in->cookie, want) != NULL;
}

static bool has_prefix(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static void plain(struct drc_http_peer *p, int status, const char *sentence)
{
    drc_http_reply(p, status, "text/plain; charset=utf-8", POLICY, sentence, strlen(sentence));
}

/* ---- the page ----------------------------------------------------------------------------- */

static const char *content_type(const char *name)
{
    static const struct {
        const char *suffix, *type;
    } table[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".woff2", "font/woff2"},
        {".json", "application/json; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
    };
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t s = strlen(table[i].suffix);
        if (n > s && strcmp(name + n - s, table[i].suffix) == 0)
            return table[i].type;
    }
    return "application/octet-stream";
}

static void serve_asset(struct emu *e, struct drc_http_peer *p, const struct drc_http_in *in,
                        const char *name)
{
    const struct drc_page_asset *a = drc_page_assets;
    while (a->name != NULL && strcmp(a->name, name) != 0)
        a++;
    if (a->name == NULL) {
        plain(p, 404,
              strcmp(name, "index.html") == 0 ? "This build has no page; the APIs work.\n"
                                              : "No such file.\n");
        return;
    }
    char id[25], headers[1200];
    drc_sha256_id(a->data, a->bytes, 24, id);
    int n =
        snprintf(headers, sizeof headers, POLICY "ETag: \"%s\"\r\nCache-Control: no-cache\r\n", id);
    if (strcmp(name, "index.html") == 0)
        snprintf(headers + n, sizeof headers - (size_t)n,
                 "Set-Cookie: drc_ui=%s; Path=/; HttpOnly; SameSite=Strict\r\n", e->cookie);
    if (strstr(in->if_none_match, id) != NULL)
        drc_http_reply(p, 304, NULL, headers, "", 0);
    else
        drc_http_reply(p, 200, content_type(name), headers, a->data, a->bytes);
}

static void serve_file(struct emu *e, struct drc_http_peer *p, const char *id)
{
    struct emu_file *f = emu_file(e, id);
    size_t bytes = 0;
    unsigned char *data =
        f == NULL || f->state != EMU_FILE_READY ? NULL : emu_store_file_read(e, f, &bytes);
    if (data == NULL) {
        plain(p, 404, "There is no such file, or it is still being processed.\n");
        return;
    }
    const char *type = drc_json_str(f->j, "mimetype", "application/octet-stream");
    bool image = has_prefix(type, "image/") && strcmp(type, "image/svg+xml") != 0;
    drc_http_reply(p, 200, image ? type : "application/octet-stream",
                   POLICY "Cache-Control: private, max-age=86400, immutable\r\n", data, bytes);
    free(data);
}

/* ---- routes ------------------------------------------------------------------------------- */

static void on_request(struct drc_http_peer *p, const struct drc_http_in *in, void *user)
{
    struct emu *e = user;
    const char *path = in->path;
    bool get = strcmp(in->method, "GET") == 0 || strcmp(in->method, "HEAD") == 0;
    bool post = strcmp(in->method, "POST") == 0;
    if (!allowed(e, in))
        plain(p, 403, "Only this machine may talk to the local Slack, under its own host name.\n");
    else if (has_prefix(path, "/api/") && (get || post))
        emu_api_request(e, p, in, path + 5);
    else if (has_prefix(path, "/upload/v1/") && post)
        emu_upload_request(e, p, in, path + 11);
    else if (has_prefix(path, "/commands/") || has_prefix(path, "/actions/"))
        emu_hook_request(e, p, in);
    else if (has_prefix(path, "/admin/"))
        emu_admin_request(e, p, in);
    else if (!get)
        plain(p, 405, "This address takes GET only.\n");
    else if (has_prefix(path, "/assets/"))
        serve_asset(e, p, in, path + 8);
    else if (has_prefix(path, "/ui/file/") || has_prefix(path, "/files-pri/")) {
        const char *id = has_prefix(path, "/ui/file/") ? path + 9 : path + 11;
        char only_id[16];
        const char *dash =
            has_prefix(path, "/files-pri/") ? strchr(id, '-') : NULL; /* "<team>-<file>/<name>" */
        snprintf(only_id, sizeof only_id, "%.*s", (int)strcspn(dash == NULL ? id : dash + 1, "/"),
                 dash == NULL ? id : dash + 1);
        if (has_cookie(e, in) || strcmp(in->authorization, "Bearer " EMU_BOT_TOKEN) == 0)
            serve_file(e, p, only_id);
        else
            plain(p, 403, "Open the page first.\n");
    } else if (strcmp(path, "/") == 0 || has_prefix(path, "/archives/"))
        serve_asset(e, p, in, "index.html");
    else
        plain(p, 404, "Nothing here.\n");
}

static void on_gone(struct drc_http_peer *p, void *user)
{
    (void)user;
    struct emu_pending *waiting = drc_http_user(p);
    if (waiting != NULL)
        waiting->gone(waiting);
}

static const struct drc_ws_events *on_upgrade(const struct drc_http_in *in, void *user,
                                              void **ws_user)
{
    struct emu *e = user;
    if (!allowed(e, in))
        return NULL;
    if (strcmp(in->path, "/link/") == 0 || strcmp(in->path, "/link") == 0)
        return emu_sm_upgrade(e, in, ws_user);
    /* a browser always sends its Origin with an upgrade */
    if (strcmp(in->path, "/ui/socket") == 0 && has_cookie(e, in) && in->origin[0] != '\0')
        return emu_ui_upgrade(e, in, ws_user);
    return NULL;
}

const struct drc_server_events emu_server_events = {on_request, on_gone, on_upgrade};
