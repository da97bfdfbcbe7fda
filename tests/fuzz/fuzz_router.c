/* Any HTTP request to the local Slack: method, path, headers and body, as the server hands them on,
 * with and without the secrets that a caller may know. Every request is answered once, or waits;
 * none from another origin gets past the door.
 *
 * Lines of the input: method, path, query, flags, content type, authorization, cookie; the rest is
 * the body. This program has replies of its own: it never listens. */
#include "fuzz.h"

#include "drc/log.h"
#include "emulator/emulator.h"

#define PORT 8501

static struct {
    int count, status;
    void *waiting;
} reply;

/* The server's replies, counted here instead of sent: the linker's --wrap puts them there. */
void __wrap_drc_http_reply(struct drc_http_peer *p, int status, const char *content_type,
                           const char *headers, const void *body, size_t bytes);
void __wrap_drc_http_reply_cut(struct drc_http_peer *p, size_t announced_bytes, const void *body,
                               size_t bytes);
void __wrap_drc_http_set_user(struct drc_http_peer *p, void *user);
void *__wrap_drc_http_user(struct drc_http_peer *p);

void __wrap_drc_http_reply(struct drc_http_peer *p, int status, const char *content_type,
                           const char *headers, const void *body, size_t bytes)
{
    (void)p;
    (void)content_type;
    MUST(status >= 200 && status < 600 && (bytes == 0 || body != NULL));
    MUST(headers == NULL || strstr(headers, "\r\n\r\n") == NULL);
    reply.count++;
    reply.status = status;
}

void __wrap_drc_http_reply_cut(struct drc_http_peer *p, size_t announced_bytes, const void *body,
                               size_t bytes)
{
    (void)p;
    (void)body;
    MUST(bytes <= announced_bytes);
    reply.count++;
}

void __wrap_drc_http_set_user(struct drc_http_peer *p, void *user)
{
    (void)p;
    reply.waiting = user;
}

void *__wrap_drc_http_user(struct drc_http_peer *p)
{
    (void)p;
    return reply.waiting;
}

static struct drc_loop *loop; /* one for all inputs: its library takes long to start */

static struct emu *start(void)
{
    struct drc_err err = DRC_ERR_INIT;
    struct emu *e = calloc(1, sizeof *e);
    drc_log_level_set(DRC_LOG_ERROR + 1);
    e->log_fd = -1;
    e->port = PORT;
    memset(e->admin_token, 'a', 48);
    memset(e->cookie, 'c', 48);
    emu_state_init(e);
    e->envs = drc_map_new();
    e->method_counts = drc_map_new();
    e->buckets = drc_map_new();
    e->statuses = drc_map_new();
    snprintf(e->host, sizeof e->host, "127.0.0.1:%d", PORT);
    if (loop == NULL)
        loop = drc_loop_new(NULL, &err);
    e->loop = loop;
    MUST(loop != NULL && emu_store_open(e, &err) == 0);
    return e;
}

static void finish(struct emu *e)
{
    emu_store_close(e);
    emu_envelopes_free(e);
    emu_statuses_free(e);
    emu_state_free(e);
    drc_map_free(e->method_counts, NULL);
    drc_map_free(e->buckets, free);
    for (size_t i = 0; i < EMU_WIRE_MAX; i++)
        free(e->wire[i].text);
    free(e);
}

/* One line of the input; moves on. */
static const char *line(char **text)
{
    char *s = *text, *end = s + strcspn(s, "\n");
    *text = end + (*end == '\n');
    *end = '\0';
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct drc_arena *a = drc_arena_new();
    char *text = text_of(a, data, bytes), secret[200];
    struct emu *e = start();
    struct drc_http_in in = {.method = line(&text), .path = line(&text), .query = line(&text)};
    const char *flags = line(&text);
    bool foreign = strchr(flags, 'f') != NULL;
    in.content_type = line(&text);
    in.authorization = line(&text);
    in.cookie = line(&text);
    if (strchr(flags, 'a') != NULL) {
        snprintf(secret, sizeof secret, "Bearer %s", e->admin_token);
        in.authorization = secret;
    } else if (strchr(flags, 'b') != NULL) {
        in.authorization = "Bearer " EMU_BOT_TOKEN;
    }
    if (strchr(flags, 'c') != NULL)
        in.cookie = drc_arena_printf(a, "drc_ui=%s", e->cookie);
    in.host = strchr(flags, 'h') != NULL ? "example.com:8501" : "LOCALHOST:8501";
    in.origin = foreign ? "http://example.com:8501" : "";
    in.user_agent = in.if_none_match = "";
    in.body = text;
    in.body_bytes = strlen(text);
    memset(&reply, 0, sizeof reply);
    struct drc_http_peer *peer = (struct drc_http_peer *)a; /* somewhere; never looked into */
    emu_server_events.request(peer, &in, e);
    MUST(reply.count == 1 || (reply.count == 0 && reply.waiting != NULL));
    MUST(!(foreign || strchr(flags, 'h') != NULL) || reply.status == 403);
    if (reply.count == 0)
        emu_server_events.gone(peer, e);
    finish(e);
    drc_arena_free(a);
    return 0;
}
