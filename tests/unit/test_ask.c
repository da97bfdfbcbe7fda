/* Asking a model: what is in the cache is not asked again, budgets stop a call before it is made,
 * each way leaves its row; nobody listens where these calls go, but for one proxy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/llm/provider.h"
#include "drc/ask.h"
#include "drc/conf.h"
#include "drc/log.h"

#define NOW INT64_C(1795651200000) /* 2026-11-26 00:00 UTC */
#define DAY INT64_C(86400000)

static struct drc_arena *a;
static struct drc_err err;
static struct drc_env env;
static struct drc_llm llm;
static atomic_uint refused;

static const struct drc_llm_ask question = {.system = "rules", .user = "question"};

static int set_up(void **state)
{
    (void)state;
    a = drc_arena_new();
    err = (struct drc_err)DRC_ERR_INIT;
    unsetenv("LLM_PROVIDER");
    assert_int_equal(drc_conf_load(NULL, &err), 0);
    assert_int_equal(drc_http_global_init(&err), 0);
    drc_log_level_set(DRC_LOG_ERROR);
    llm = (struct drc_llm){.provider = &llm_openai,
                           .base_url = "http://127.0.0.1:1/v1", /* nobody listens */
                           .model = "m",
                           .caps = llm_openai.caps,
                           .answer_tokens = 1000,
                           .idle_ms = 1000,
                           .timeout_ms = 2000,
                           .refused = &refused};
    env = (struct drc_env){.a = a,
                           .state = drc_store_open(":memory:", ".", &err),
                           .http = drc_http_new(NULL),
                           .llm = &llm,
                           .budget = drc_ask_budget_new(),
                           .now_ms = NOW};
    assert_non_null(env.state);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drc_ask_budget_free(env.budget);
    drc_http_free(env.http);
    drc_db_close(env.state);
    drc_arena_free(a);
    return 0;
}

static const char *row(const char *sql)
{
    struct drc_stmt *st = drc_db_query(env.state, &err, sql, "");
    assert_non_null(st);
    const char *text = drc_db_next(st, &err) == 1 ? drc_arena_strdup(a, drc_db_text(st, 0)) : NULL;
    drc_db_done(st);
    return text;
}

#define LAST_ROW                                                                                   \
    "SELECT verdict || ' ' || tokens_in || '/' || tokens_out || ' ' ||"                            \
    " coalesce(cost_uusd, 'NULL') || ' ' || cache_hit || ' ' || tries FROM ai_call"                \
    " ORDER BY call_id DESC LIMIT 1"

static void spend(const char *user, int64_t ts_ms, int64_t tokens, int64_t uusd)
{
    int64_t id;
    const struct drc_ai_call call = {.user = user,
                                     .chip = "c",
                                     .model = "m",
                                     .prompt_hash = "h",
                                     .verdict = "posted",
                                     .ts_ms = ts_ms,
                                     .tokens_in = tokens,
                                     .ms = 2000,
                                     .tries = 1,
                                     .cost_uusd = uusd};
    assert_int_equal(drc_store_ai_call_put(env.state, &call, &id, &err), 0);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct drc_ask_result out;
    llm.retries = 1;
    assert_int_equal(drc_ask(&env, &question, "U1", "job.explain", &out, &err), -1);
    assert_int_equal(err.code, DRC_ERR_NET);
    assert_non_null(strstr(err.msg, "asked 2 times"));
    assert_string_equal(row(LAST_ROW), "NET 0/0 0 0 2");
    assert_null(out.reply.text);
}

static void test_cache(void **state)
{
    (void)state;
    struct drc_ask_result out, again;
    drc_ask(&env, &question, "U1", "job.explain", &out, NULL);
    assert_int_equal(
        drc_store_ai_cache_put(env.state, out.cache_key, "kept", false, NOW, NOW - DAY, &err), 0);
    assert_int_equal(drc_ask(&env, &question, "U2", "job.explain", &again, &err), 0);
    assert_true(again.from_cache);
    assert_string_equal(again.reply.text, "kept");
    assert_string_equal(row(LAST_ROW), "pending 0/0 0 1 0");
    drc_ask_judged(&env, &again, true);
    assert_string_equal(row(LAST_ROW), "posted 0/0 0 1 0");

    struct drc_llm_ask other = question;
    other.schema = "{}"; /* another form, another model, a week later: another answer */
    assert_int_equal(drc_ask(&env, &other, "U1", "c", &out, NULL), -1);
    llm.model = "n";
    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, NULL), -1);
    llm.model = "m";
    env.now_ms = NOW + 7 * DAY;
    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, &err), 0);
    env.now_ms++;
    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, NULL), -1);
    env.now_ms = NOW;

    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, &err), 0);
    drc_ask_judged(&env, &out, false); /* what was withheld is asked anew */
    assert_string_equal(row(LAST_ROW), "withheld 0/0 0 1 0");
    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, NULL), -1);
    drc_conf_set("LLM_CACHE_HOURS", "0");
    drc_store_ai_cache_put(env.state, out.cache_key, "kept", false, NOW, NOW - DAY, &err);
    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, NULL), -1);
}

static void test_day_of_a_person(void **state)
{
    (void)state;
    struct drc_ask_result out;
    int64_t most = drc_llm_tokens_at_most(&llm, &question);
    assert_int_equal(most, 1000 + 5); /* 13 bytes, a third each, rounded up */
    drc_conf_set("LLM_USER_TOKENS_PER_DAY", "5000");
    spend("U1", NOW, 5000 - most, -1);
    spend("U1", NOW - 1, 100000, -1); /* yesterday */
    spend("U2", NOW, 100000, -1);
    drc_ask(&env, &question, "U1", "c", &out, &err);
    assert_int_equal(err.code, DRC_ERR_NET); /* there was room, and it is free again */
    err = (struct drc_err)DRC_ERR_INIT;
    drc_ask(&env, &question, "U1", "c", &out, &err);
    assert_int_equal(err.code, DRC_ERR_NET);
    spend("U1", NOW, 1, -1);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, &err), -1);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    assert_string_equal(err.msg,
                        "your 5,000 tokens of today are used up (3,996 used, this question "
                        "may take 1,005); more at 00:00 UTC");
    assert_string_equal(row(LAST_ROW), "BUDGET 0/0 0 0 0");
    env.now_ms = NOW + DAY;
    err = (struct drc_err)DRC_ERR_INIT;
    drc_ask(&env, &question, "U1", "c", &out, &err);
    assert_int_equal(err.code, DRC_ERR_NET);
}

static void test_month(void **state)
{
    (void)state;
    struct drc_ask_result out;
    llm.priced = true;
    llm.price = (struct drc_llm_price){.in = 1000000, .cached = 0, .out = 1000000}; /* $1,000 / M */
    drc_conf_set("LLM_USD_PER_MONTH", "50");
    spend("U1", NOW, 1, INT64_C(50000000) - 1005000);  /* 1,005 tokens at 1,000 micro-dollars */
    spend("U1", NOW - 26 * DAY, 1, INT64_C(90000000)); /* October */
    drc_ask(&env, &question, "U2", "c", &out, &err);
    assert_int_equal(err.code, DRC_ERR_NET);
    spend("U3", NOW, 1, 1);
    err = (struct drc_err)DRC_ERR_INIT;
    assert_int_equal(drc_ask(&env, &question, "U2", "c", &out, &err), -1);
    assert_int_equal(err.code, DRC_ERR_LIMIT);
    assert_string_equal(err.msg,
                        "the $50.00 that AI commentary may cost this month are used up; more on 1 "
                        "Dec");
}

static void test_usage_window(void **state)
{
    (void)state;
    struct drc_usage_window w = {.title = "t"};
    for (int i = 0; i < 20; i++)
        spend("U1", NOW - i, 100, i == 0 ? -1 : 7);
    drc_store_ai_verdict(env.state, 3, "withheld", &err);
    drc_store_ai_verdict(env.state, 4, "RATE", &err);
    assert_int_equal(drc_store_ai_window(env.state, NOW - 9, &w, &err), 0);
    assert_int_equal(w.calls, 10);
    assert_int_equal(w.withheld, 1);
    assert_int_equal(w.failed, 1);
    assert_int_equal(w.tokens_in, 1000);
    assert_int_equal(w.cost_uusd, 63);
    assert_int_equal(w.unpriced, 1);
    assert_int_equal(w.p50_ms, 2000);
    assert_int_equal(drc_store_ai_window(env.state, NOW + 1, &w, &err), 0);
    assert_int_equal(w.calls + w.tokens_in + w.cost_uusd, 0);
    assert_int_equal(w.p95_ms, -1);
}

/* ---- proxy ---------------------------------------------------------------------------------- */

static int listener;
static char heard[200];

static void *proxy(void *unused)
{
    (void)unused;
    int fd = accept(listener, NULL, NULL);
    ssize_t n = read(fd, heard, sizeof heard - 1);
    heard[n > 0 ? n : 0] = '\0';
    close(fd);
    return NULL;
}

static void test_proxy(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    pthread_t thread;
    struct drc_ask_result out;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    assert_int_equal(pthread_create(&thread, NULL, proxy, NULL), 0);
    llm.base_url = "https://models.example/v1";
    llm.api_key = "sk-secret";
    llm.proxy = drc_arena_printf(a, "http://127.0.0.1:%d", ntohs(at.sin_port));
    assert_int_equal(drc_ask(&env, &question, "U1", "c", &out, &err), -1);
    pthread_join(thread, NULL);
    close(listener);
    assert_non_null(strstr(heard, "CONNECT models.example:443 "));
    assert_null(strstr(heard, "sk-secret")); /* only what is inside the tunnel bears the key */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody_listens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cache, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_day_of_a_person, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_month, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_usage_window, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_proxy, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
