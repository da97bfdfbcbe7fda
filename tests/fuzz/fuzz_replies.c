/* What Slack's Web API and a model's endpoint may answer: any bytes, over a real connection. Each
 * call gives a result or an error, never half of each. */
#include "fuzz.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/llm/provider.h"
#include "drc/http.h"
#include "drc/limits.h"
#include "drc/slack.h"
#include "drc/utf8.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint8_t reply[1 << 20]; /* a copy: the peer may still write when the call has ended */
static size_t reply_bytes;
static int status, listener;

static bool read_request(int fd)
{
    static char buf[1 << 20];
    size_t n = 0;
    for (;;) {
        ssize_t got = read(fd, buf + n, sizeof buf - 1 - n);
        if (got <= 0)
            return false;
        n += (size_t)got;
        buf[n] = '\0';
        const char *end = strstr(buf, "\r\n\r\n"), *length = strcasestr(buf, "content-length:");
        size_t body = length == NULL ? 0 : strtoul(length + 15, NULL, 10);
        if (end != NULL && n >= (size_t)(end + 4 - buf) + body)
            return true;
    }
}

static void answer(int fd)
{
    char head[120];
    pthread_mutex_lock(&lock);
    int n = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n", status,
                     reply_bytes);
    bool open = write(fd, head, (size_t)n) == n;
    for (size_t done = 0; open && done < reply_bytes;) {
        ssize_t sent = write(fd, reply + done, reply_bytes - done);
        if (sent <= 0)
            break; /* the caller has seen enough */
        done += (size_t)sent;
    }
    pthread_mutex_unlock(&lock);
}

static void *serve(void *unused)
{
    (void)unused;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0; close(fd))
        while (read_request(fd))
            answer(fd);
    return NULL;
}

static char url[60];
static struct drc_http *http;
static struct drc_slack_budget *budget;

static void prepare(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    pthread_t thread;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    MUST(bind(listener, (struct sockaddr *)&at, size) == 0 && listen(listener, 8) == 0);
    MUST(getsockname(listener, (struct sockaddr *)&at, &size) == 0);
    MUST(pthread_create(&thread, NULL, serve, NULL) == 0);
    signal(SIGPIPE, SIG_IGN);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/api/", ntohs(at.sin_port));
    MUST(drc_http_global_init(NULL) == 0);
    http = drc_http_new(NULL);
    budget = drc_slack_budget_new();
}

static void call_slack(struct drc_arena *a, unsigned which)
{
    struct drc_slack_api api = {http, budget, url, "xoxb-test-token", 0};
    struct drc_err err = DRC_ERR_INIT;
    struct drc_slack_self self;
    struct drc_message *m = drc_message_new(a, "hello");
    const char *ts = NULL, *text;
    bool degraded, unclear = false;
    drc_text_add(a, &drc_message_add(a, m, DRC_BLOCK_TEXT, "t")->text, DRC_SPAN_PLAIN, "hello");
    switch (which) {
    case 0:
        must_agree(drc_slack_auth_test(&api, a, &self, &err), &err);
        MUST(err.code != DRC_OK || self.user_id[0] != '\0');
        break;
    case 1:
        must_agree(drc_slack_post(
                       &api, a, &(struct drc_slack_dest){.kind = DRC_DEST_CHANNEL, .channel = "C"},
                       m, &ts, &degraded, &unclear, &err),
                   &err);
        MUST(err.code != DRC_OK || ts != NULL);
        break;
    case 2:
        text = drc_slack_find(&api, a, "C", NULL, "key", 0, &err);
        MUST(text == NULL || (err.code == DRC_OK && *text != '\0'));
        break;
    case 3:
        text = drc_slack_permalink(&api, a, "C", "1.2", &err);
        must_agree(text == NULL ? -1 : 0, &err);
        break;
    case 4:
        must_agree(drc_slack_modal(&api, a, "trigger", &(struct drc_to){.title = "Title"}, m, &err),
                   &err);
        break;
    default:
        text = drc_slack_dm(&api, a, "U1", &err);
        must_agree(text == NULL ? -1 : 0, &err);
    }
}

/* Over the wire, what fuzz_llm does in memory; tries again would only wait. */
static void call_model(struct drc_arena *a)
{
    static const struct drc_llm_provider *const providers[] = {&llm_openai, &llm_anthropic,
                                                               &llm_gemini};
    static atomic_uint refused;
    struct drc_err err = DRC_ERR_INIT;
    const struct drc_llm_provider *p = providers[reply_bytes % 3];
    const struct drc_llm llm = {.provider = p,
                                .base_url = url,
                                .model = "m",
                                .caps = p->caps,
                                .answer_tokens = 100,
                                .idle_ms = 5000,
                                .timeout_ms = 5000,
                                .refused = &refused};
    const struct drc_llm_ask ask = {.system = "s", .user = "u"};
    struct drc_llm_reply out;
    must_agree(drc_llm_complete(&llm, http, a, &ask, &out, &err), &err);
    MUST((out.text != NULL) == (err.code == DRC_OK));
    MUST(out.text == NULL || out.text[strspn(out.text, " \n\t")] != '\0');
    MUST(out.text == NULL || drc_utf8_valid(out.text, strlen(out.text)));
    MUST(out.text == NULL || drc_utf8_count(out.text) <= DRC_LLM_TEXT_MAX_CHARS);
    MUST(out.usage.in >= 0 && out.usage.out >= 0 && out.usage.cached >= 0 && out.tries >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const int statuses[] = {200, 200, 200, 200, 400, 401, 404, 204};
    if (bytes < 2 || bytes > sizeof reply || memmem(data, bytes, "ratelimited", 11) != NULL)
        return 0; /* that one waits a second, as it should */
    if (http == NULL)
        prepare();
    struct drc_arena *a = drc_arena_new();
    pthread_mutex_lock(&lock);
    status = statuses[data[0] % 8];
    reply_bytes = status == 204 ? 0 : bytes - 2;
    memcpy(reply, data + 2, reply_bytes);
    pthread_mutex_unlock(&lock);
    if (data[1] % 8 >= 6)
        call_model(a);
    else
        call_slack(a, data[1] % 8);
    drc_arena_free(a);
    return 0;
}
