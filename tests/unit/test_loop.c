/* The event loop with its server and client in one thread, over real loopback sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drc/clock.h"
#include "drc/loop.h"

#define GUARD_MS 10000

struct bench {
    struct drc_loop *loop;
    struct drc_timer *guard;
    int port;
    bool timed_out;
    struct drc_ws *client, *server;
    int server_opened, client_opened, client_closed, server_closed, frames;
    int client_code, server_code;
    char client_reason[128], server_reason[128];
    char *got;
    size_t got_bytes;
    int got_count;
    bool server_saw_fragments;
    struct drc_http_peer *held;
    int gone;
    void (*on_client_message)(struct bench *b, const char *text, size_t bytes);
    void (*on_client_open)(struct bench *b);
};

static void guard_due(void *user)
{
    struct bench *b = user;
    b->timed_out = true;
    drc_loop_stop(b->loop);
}

static void server_open(struct drc_ws *ws, void *user)
{
    struct bench *b = user;
    b->server = ws;
    b->server_opened++;
}

static void server_message(struct drc_ws *ws, const char *text, size_t bytes, void *user)
{
    struct bench *b = user;
    b->server_saw_fragments = drc_ws_message_fragmented(ws);
    assert_int_equal(text[bytes], '\0');
    if (strcmp(text, "fragments") == 0) {
        char *big = malloc(200000);
        memset(big, 'f', 200000);
        assert_int_equal(drc_ws_send_fragments(ws, big, 200000, 70000, NULL), 0);
        assert_int_equal(drc_ws_send(ws, "urgent", 6, true, NULL), 0);
        free(big);
    } else if (strcmp(text, "bye") == 0) {
        drc_ws_close(ws, 4001, "as you wish");
    } else if (strcmp(text, "vanish") == 0) {
        drc_ws_abort(ws);
    } else if (strcmp(text, "freeze") == 0) {
        drc_ws_freeze(ws, true);
    } else {
        assert_int_equal(drc_ws_send(ws, text, bytes, false, NULL), 0);
    }
}

static void server_close(struct drc_ws *ws, int code, const char *reason, void *user)
{
    (void)ws;
    struct bench *b = user;
    b->server_closed++;
    b->server_code = code;
    snprintf(b->server_reason, sizeof b->server_reason, "%s", reason);
    b->server = NULL;
    if (b->client_closed > 0)
        drc_loop_stop(b->loop);
}

static void client_open(struct drc_ws *ws, void *user)
{
    struct bench *b = user;
    (void)ws;
    b->client_opened++;
    if (b->on_client_open != NULL)
        b->on_client_open(b);
}

static void client_message(struct drc_ws *ws, const char *text, size_t bytes, void *user)
{
    (void)ws;
    struct bench *b = user;
    free(b->got);
    b->got = malloc(bytes + 1);
    memcpy(b->got, text, bytes + 1);
    b->got_bytes = bytes;
    b->got_count++;
    if (b->on_client_message != NULL)
        b->on_client_message(b, text, bytes);
    else
        drc_loop_stop(b->loop);
}

static void client_frame(struct drc_ws *ws, void *user)
{
    (void)ws;
    ((struct bench *)user)->frames++;
}

static void client_close(struct drc_ws *ws, int code, const char *reason, void *user)
{
    (void)ws;
    struct bench *b = user;
    b->client_closed++;
    b->client_code = code;
    snprintf(b->client_reason, sizeof b->client_reason, "%s", reason);
    b->client = NULL;
    if (b->server == NULL)
        drc_loop_stop(b->loop);
}

static const struct drc_ws_events server_events = {server_open, server_message, NULL, server_close};
static const struct drc_ws_events client_events = {client_open, client_message, client_frame,
                                                   client_close};

static void on_request(struct drc_http_peer *p, const struct drc_http_in *in, void *user)
{
    struct bench *b = user;
    if (strcmp(in->path, "/hold") == 0) {
        b->held = p;
        return;
    }
    if (strcmp(in->path, "/cut") == 0) {
        drc_http_reply_cut(p, 100, "0123456789", 10);
        return;
    }
    char out[600];
    int n = snprintf(out, sizeof out, "%s|%s|%s|%s|%zu|%.40s", in->method, in->path, in->query,
                     in->content_type, in->body_bytes, in->body);
    drc_http_reply(p, 200, "text/plain", "X-Test: 1\r\n", out, (size_t)n);
}

static void on_gone(struct drc_http_peer *p, void *user)
{
    struct bench *b = user;
    assert_ptr_equal(p, b->held);
    b->held = NULL;
    b->gone++;
    drc_loop_stop(b->loop);
}

static const struct drc_ws_events *on_upgrade(const struct drc_http_in *in, void *user,
                                              void **ws_user)
{
    *ws_user = user;
    return strcmp(in->path, "/ws") == 0 && strcmp(in->query, "ticket=a%26b") == 0 ? &server_events
                                                                                  : NULL;
}

static const struct drc_server_events server_table = {on_request, on_gone, on_upgrade};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct drc_err err = DRC_ERR_INIT;
    b->loop = drc_loop_new(NULL, &err);
    if (b->loop == NULL)
        return -1;
    b->guard = drc_timer_new(b->loop, guard_due, b);
    drc_timer_set(b->guard, GUARD_MS);
    if (drc_server_listen(b->loop, 0, 1 << 20, &server_table, b, &b->port, &err) < 0) {
        print_error("%s\n", err.msg);
        return -1;
    }
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    drc_timer_free(b->guard);
    drc_loop_free(b->loop);
    free(b->got);
    free(b);
    return 0;
}

static struct drc_ws *dial(struct bench *b, const char *address, const char *path, int timeout_ms)
{
    struct drc_err err = DRC_ERR_INIT;
    struct drc_ws_target t = {address, "localhost", path, b->port, false, timeout_ms};
    b->client = drc_ws_connect(b->loop, &t, &client_events, b, &err);
    assert_non_null(b->client);
    return b->client;
}

static void run(struct bench *b)
{
    assert_int_equal(drc_loop_run(b->loop), 0);
    assert_false(b->timed_out);
}

static void test_echo_and_ping(void **state)
{
    struct bench *b = *state;
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    drc_ws_send(b->client, "hello", 5, false, NULL); /* queued before the connection is open */
    run(b);
    assert_string_equal(b->got, "hello");
    assert_false(b->server_saw_fragments);
    assert_int_equal(b->frames, 1);
    drc_ws_ping(b->client, "are you there");
    drc_ws_send(b->client, "again", 5, true, NULL);
    run(b);
    assert_string_equal(b->got, "again");
    assert_true(b->frames >= 2);
}

static void test_ipv6(void **state)
{
    struct bench *b = *state;
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    bool have = fd >= 0 && bind(fd, (struct sockaddr *)&any, sizeof any) == 0;
    if (fd >= 0)
        close(fd);
    if (!have)
        skip();
    dial(b, "::1", "/ws?ticket=a%26b", 0);
    drc_ws_send(b->client, "six", 3, false, NULL);
    run(b);
    assert_string_equal(b->got, "six");
}

static void test_200k_one_frame(void **state)
{
    struct bench *b = *state;
    char *big = malloc(200000);
    for (int i = 0; i < 200000; i++)
        big[i] = (char)('a' + i % 23);
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    drc_ws_send(b->client, big, 200000, false, NULL);
    run(b);
    assert_int_equal(b->got_bytes, 200000);
    assert_memory_equal(b->got, big, 200000);
    assert_false(b->server_saw_fragments);
    free(big);
}

static void only_urgent_first(struct bench *b, const char *text, size_t bytes)
{
    (void)bytes;
    if (b->got_count == 1)
        assert_string_equal(text, "urgent");
    else
        drc_loop_stop(b->loop);
}

static void test_fragments(void **state)
{
    struct bench *b = *state;
    b->on_client_message = only_urgent_first;
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    drc_ws_send(b->client, "fragments", 9, false, NULL);
    run(b);
    assert_int_equal(b->got_bytes, 200000);
    char *big = malloc(100000);
    memset(big, 'x', 100000);
    drc_ws_send_fragments(b->client, big, 100000, 30000, NULL);
    b->on_client_message = NULL;
    run(b);
    assert_int_equal(b->got_bytes, 100000);
    assert_true(b->server_saw_fragments);
    free(big);
}

static void test_too_big(void **state)
{
    struct bench *b = *state;
    size_t bytes = 4u * 1024u * 1024u;
    char *big = malloc(bytes + 1);
    memset(big, 'x', bytes + 1);
    struct drc_err err = DRC_ERR_INIT;
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    assert_int_equal(drc_ws_send(b->client, big, bytes + 1, false, &err), -1);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    drc_ws_send_fragments(b->client, big, bytes, 1024 * 1024, NULL);
    run(b);
    assert_int_equal(b->got_bytes, bytes);
    free(big);
}

static void say_bye(struct bench *b)
{
    drc_ws_send(b->client, "bye", 3, false, NULL);
}

static void test_close_by_server(void **state)
{
    struct bench *b = *state;
    b->on_client_open = say_bye;
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    run(b);
    assert_int_equal(b->client_code, 4001);
    assert_string_equal(b->client_reason, "as you wish");
    assert_int_equal(b->server_code, 4001);
    assert_int_equal(b->client_closed, 1);
    assert_int_equal(b->server_closed, 1);
}

static void close_now(struct bench *b)
{
    drc_ws_send(b->client, "last words", 10, false, NULL);
    drc_ws_close(b->client, 1000, "done");
}

static void ignore_message(struct bench *b, const char *text, size_t bytes)
{
    (void)b, (void)text, (void)bytes;
}

static void test_close_by_client(void **state)
{
    struct bench *b = *state;
    b->on_client_open = close_now;
    b->on_client_message = ignore_message;
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    run(b);
    assert_int_equal(b->server_code, 1000);
    assert_string_equal(b->server_reason, "done");
    assert_int_equal(b->client_code, 1000);
}

static void vanish(struct bench *b)
{
    drc_ws_send(b->client, "vanish", 6, false, NULL);
}

static void test_abort(void **state)
{
    struct bench *b = *state;
    b->on_client_open = vanish;
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    run(b);
    assert_int_equal(b->client_code, 1006);
    assert_int_equal(b->server_code, 1006);
}

static void freeze(struct bench *b)
{
    drc_ws_send(b->client, "freeze", 6, false, NULL);
}

static void close_late(void *user)
{
    struct bench *b = user;
    b->server = NULL; /* the client's close is then the end of the run */
    drc_ws_close(b->client, 1000, "");
}

/* The peer never answers the close frame: TCP is dropped after a second. */
static void test_close_without_answer(void **state)
{
    struct bench *b = *state;
    b->on_client_open = freeze;
    dial(b, "127.0.0.1", "/ws?ticket=a%26b", 0);
    struct drc_timer *t = drc_timer_new(b->loop, close_late, b);
    drc_timer_set(t, 100);
    int64_t start = drc_clock_mono_us();
    run(b);
    assert_in_range((drc_clock_mono_us() - start) / 1000, 1050, 2500);
    assert_int_equal(b->client_code, 1000);
    drc_timer_free(t);
}

static void test_refused(void **state)
{
    struct bench *b = *state;
    dial(b, "127.0.0.1", "/other", 0);
    run(b);
    assert_int_equal(b->client_opened, 0);
    assert_int_equal(b->client_closed, 1);
    assert_int_equal(b->client_code, 1006);
    assert_true(strlen(b->client_reason) > 0);
    b->port = 1; /* nobody listens there */
    dial(b, "127.0.0.1", "/ws", 0);
    run(b);
    assert_int_equal(b->client_closed, 2);
}

static void test_dial_timeout(void **state)
{
    struct bench *b = *state;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof any;
    assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(listen(fd, 5), 0); /* accepts, never answers */
    getsockname(fd, (struct sockaddr *)&any, &len);
    b->port = ntohs(any.sin_port);
    int64_t start = drc_clock_mono_us();
    dial(b, "127.0.0.1", "/ws", 300);
    run(b);
    assert_in_range((drc_clock_mono_us() - start) / 1000, 250, 2000);
    assert_int_equal(b->client_closed, 1);
    assert_int_equal(b->client_opened, 0);
    close(fd);
}

/* ---- timers and wake ---------------------------------------------------------------------- */

static int order[8], order_count;
static struct drc_loop *order_loop;

static void note(void *user)
{
    order[order_count++] = (int)(intptr_t)user;
    if (order_count == 3)
        drc_loop_stop(order_loop);
}

static void test_timers(void **state)
{
    struct bench *b = *state;
    order_loop = b->loop;
    order_count = 0;
    struct drc_timer *t[5];
    for (int i = 0; i < 5; i++)
        t[i] = drc_timer_new(b->loop, note, (void *)(intptr_t)i);
    int64_t start = drc_clock_mono_us();
    drc_timer_set(t[0], 60);
    drc_timer_set(t[1], 0);
    drc_timer_set(t[2], 500);
    drc_timer_set(t[2], 30); /* moved */
    drc_timer_set(t[3], 10);
    drc_timer_cancel(t[3]);
    drc_timer_set(t[4], 10);
    drc_timer_free(t[4]);
    run(b);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 2);
    assert_int_equal(order[2], 0);
    assert_in_range((drc_clock_mono_us() - start) / 1000, 59, 400);
    for (int i = 0; i < 4; i++)
        drc_timer_free(t[i]);
}

static atomic_int wakes;

static void on_wake(void *user)
{
    struct bench *b = user;
    if (++wakes >= 50)
        drc_loop_stop(b->loop);
}

static void *wake_often(void *user)
{
    struct bench *b = user;
    for (int i = 0; i < 50; i++) {
        drc_loop_wake(b->loop);
        while (wakes <= i)
            usleep(50);
    }
    return NULL;
}

static void test_wake(void **state)
{
    struct bench *b = *state;
    pthread_t thread;
    wakes = 0;
    drc_loop_on_wake(b->loop, on_wake, b);
    pthread_create(&thread, NULL, wake_often, b);
    run(b);
    pthread_join(thread, NULL);
    assert_int_equal(wakes, 50);
}

/* ---- HTTP --------------------------------------------------------------------------------- */

struct exchange {
    struct bench *b;
    const char *request;
    size_t request_bytes;
    char answer[8192];
    bool leave;
};

static void *exchange_thread(void *user)
{
    struct exchange *x = user;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)x->b->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval tv = {.tv_usec = 400000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    size_t have = 0;
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
        for (size_t at = 0; at < x->request_bytes;) {
            ssize_t n = send(fd, x->request + at, x->request_bytes - at, MSG_NOSIGNAL);
            if (n <= 0)
                break;
            at += (size_t)n;
        }
        for (ssize_t n;
             !x->leave && (n = recv(fd, x->answer + have, sizeof x->answer - 1 - have, 0)) > 0;)
            have += (size_t)n;
        if (x->leave)
            usleep(100000); /* then the server finds the connection closed */
    }
    close(fd);
    x->answer[have] = '\0';
    if (!x->leave)
        drc_loop_stop(x->b->loop);
    return NULL;
}

static void exchange(struct bench *b, struct exchange *x, const char *request, size_t bytes,
                     bool leave)
{
    pthread_t thread;
    *x = (struct exchange){.b = b, .request = request, .request_bytes = bytes, .leave = leave};
    pthread_create(&thread, NULL, exchange_thread, x);
    run(b);
    pthread_join(thread, NULL);
}

static void ask(struct bench *b, struct exchange *x, const char *request)
{
    exchange(b, x, request, strlen(request), false);
}

static void test_http(void **state)
{
    struct bench *b = *state;
    struct exchange x;
    ask(b, &x,
        "GET /a%20b/c?x=1&y=a%26b%3Dc+d HTTP/1.1\r\nHost: localhost\r\n\r\n"
        "GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_non_null(strstr(x.answer, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(x.answer, "X-Test: 1\r\n"));
    assert_non_null(strstr(x.answer, "GET|/a b/c|x=1&y=a%26b%3Dc%20d||0|"));
    assert_non_null(strstr(x.answer, "GET|/second|||0|")); /* kept alive, pipelined */
    ask(b, &x,
        "POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Type: a/b\r\nContent-Length: "
        "5\r\n\r\n12345");
    assert_non_null(strstr(x.answer, "POST|/p||a/b|5|12345"));
    ask(b, &x, "POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
    assert_non_null(strstr(x.answer, "POST|/p|||0|"));
    ask(b, &x,
        "POST /p HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
    assert_non_null(strstr(x.answer, " 411 "));
    ask(b, &x, "POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n");
    assert_non_null(strstr(x.answer, " 413 "));
    ask(b, &x, "GET /cut HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_non_null(strstr(x.answer, "Content-Length: 100\r\n\r\n0123456789"));
    ask(b, &x, "HEAD /h HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_null(strstr(x.answer, "HEAD|"));
}

static void test_http_big_body(void **state)
{
    struct bench *b = *state;
    struct exchange x;
    size_t bytes = 700000;
    char *request = malloc(bytes + 200);
    int head =
        snprintf(request, 200,
                 "POST /big HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n", bytes);
    memset(request + head, 'z', bytes);
    exchange(b, &x, request, (size_t)head + bytes, false);
    assert_non_null(strstr(x.answer, "|700000|zzzz"));
    free(request);
}

static void test_http_gone(void **state)
{
    struct bench *b = *state;
    struct exchange x;
    const char *request = "GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n";
    exchange(b, &x, request, strlen(request), true);
    assert_int_equal(b->gone, 1);
}

static void test_http_malformed(void **state)
{
    struct bench *b = *state;
    struct exchange x;
    ask(b, &x, "NONSENSE\r\n\r\n");
    ask(b, &x, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    ask(b, &x, "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
    ask(b, &x, "GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_non_null(strstr(x.answer, "GET|/ok|"));
}

static void test_port_in_use(void **state)
{
    struct bench *b = *state;
    struct drc_err err = DRC_ERR_INIT;
    int port = 0;
    assert_int_equal(drc_server_listen(b->loop, b->port, 1000, &server_table, b, &port, &err), -1);
    assert_int_equal(err.code, DRC_ERR_CONFIG);
    char want[40];
    snprintf(want, sizeof want, "port %d is in use", b->port);
    assert_string_equal(err.msg, want);
}

static void test_bad_ca_file(void **state)
{
    (void)state;
    struct drc_err err = DRC_ERR_INIT;
    assert_null(drc_loop_new("/nonexistent/ca.pem", &err));
    assert_int_equal(err.code, DRC_ERR_CONFIG);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_echo_and_ping),
        T(test_ipv6),
        T(test_200k_one_frame),
        T(test_fragments),
        T(test_too_big),
        T(test_close_by_server),
        T(test_close_by_client),
        T(test_abort),
        T(test_close_without_answer),
        T(test_refused),
        T(test_dial_timeout),
        T(test_timers),
        T(test_wake),
        T(test_http),
        T(test_http_big_body),
        T(test_http_gone),
        T(test_http_malformed),
        T(test_port_in_use),
        T(test_bad_ca_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
