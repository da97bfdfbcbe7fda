/* Asking the model: cache, budgets, the call, its row. */
#include "drc/ask.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "drc/clock.h"
#include "drc/conf.h"
#include "drc/digest.h"
#include "drc/fmt.h"
#include "drc/log.h"
#include "drc/map.h"

#define HOUR_MS INT64_C(3600000)

/* ---- budgets --------------------------------------------------------------------------------- */

struct drc_ask_budget {
    pthread_mutex_t lock;
    struct drc_map *tokens; /* person -> int64_t, of calls in flight */
    int64_t uusd;           /* of all calls in flight */
};

/* What one call holds of the budgets until its row stands. */
struct hold {
    const char *user;
    int64_t tokens, uusd;
};

struct drc_ask_budget *drc_ask_budget_new(void)
{
    struct drc_ask_budget *b = calloc(1, sizeof *b);
    if (b == NULL)
        abort();
    pthread_mutex_init(&b->lock, NULL);
    b->tokens = drc_map_new();
    return b;
}

void drc_ask_budget_free(struct drc_ask_budget *b)
{
    if (b == NULL)
        return;
    drc_map_free(b->tokens, free);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

static int64_t day_start_ms(int64_t now_ms)
{
    return now_ms / DRC_DAY_MS * DRC_DAY_MS;
}

static int64_t month_start_ms(int64_t now_ms, int months_later)
{
    int year, month, mday;
    drc_date_civil(now_ms / DRC_DAY_MS, &year, &month, &mday);
    month += months_later;
    return drc_date_day(year + (month - 1) / 12, (month - 1) % 12 + 1, 1) * DRC_DAY_MS;
}

static int check_person(const struct hold *h, int64_t used, struct drc_err *err)
{
    char max[DRC_FMT_BYTES], have[DRC_FMT_BYTES], need[DRC_FMT_BYTES];
    int64_t cap = drc_conf_int("LLM_USER_TOKENS_PER_DAY");
    if (cap == 0 || used + h->tokens <= cap)
        return 0;
    return drc_err_set(err, DRC_ERR_LIMIT,
                       "your %s tokens of today are used up (%s used, this question may take %s); "
                       "more at 00:00 UTC",
                       drc_fmt_count(cap, max), drc_fmt_count(used, have),
                       drc_fmt_count(h->tokens, need));
}

static int check_month(const struct hold *h, int64_t used, int64_t now_ms, struct drc_err *err)
{
    char max[DRC_FMT_BYTES], day[16];
    int64_t cap = drc_conf_int("LLM_USD_PER_MONTH") * DRC_UUSD_PER_USD;
    if (cap == 0 || used + h->uusd <= cap)
        return 0;
    return drc_err_set(
        err, DRC_ERR_LIMIT, "the %s that AI commentary may cost this month are used up; more on %s",
        drc_fmt_usd(cap, max), drc_date_short(month_start_ms(now_ms, 1) / DRC_DAY_MS, day));
}

static void add_held(struct drc_ask_budget *b, const struct hold *h, int sign)
{
    int64_t *tokens = drc_map_get(b->tokens, h->user);
    if (tokens == NULL) {
        tokens = calloc(1, sizeof *tokens);
        if (tokens == NULL)
            abort();
        drc_map_set(b->tokens, h->user, tokens);
    }
    *tokens += sign * h->tokens;
    b->uusd += sign * h->uusd;
    if (*tokens <= 0)
        free(drc_map_remove(b->tokens, h->user));
}

/* Holds what the call may use at most, or says which budget has no room for it. */
static int take_hold(struct drc_env *env, const struct drc_llm_ask *ask, struct hold *h,
                     struct drc_err *err)
{
    struct drc_llm_usage most = {.in = drc_llm_tokens_at_most(env->llm, ask) -
                                       env->llm->answer_tokens,
                                 .out = env->llm->answer_tokens};
    int64_t tokens = 0, uusd = 0, cost = drc_llm_cost_uusd(env->llm, &most);
    struct drc_ask_budget *b = env->budget;
    h->tokens = most.in + most.out;
    h->uusd = cost < 0 ? 0 : cost;
    pthread_mutex_lock(&b->lock);
    const int64_t *held = drc_map_get(b->tokens, h->user);
    int rc = drc_store_ai_spent(env->state, h->user, day_start_ms(env->now_ms),
                                month_start_ms(env->now_ms, 0), &tokens, &uusd, err);
    if (rc == 0)
        rc = check_person(h, tokens + (held == NULL ? 0 : *held), err);
    if (rc == 0)
        rc = check_month(h, uusd + b->uusd, env->now_ms, err);
    if (rc == 0)
        add_held(b, h, 1);
    pthread_mutex_unlock(&b->lock);
    return rc;
}

static void end_hold(struct drc_env *env, const struct hold *h)
{
    pthread_mutex_lock(&env->budget->lock);
    add_held(env->budget, h, -1);
    pthread_mutex_unlock(&env->budget->lock);
}

/* ---- cache ---------------------------------------------------------------------------------- */

static int64_t cache_from_ms(int64_t now_ms)
{
    return now_ms - drc_conf_int("LLM_CACHE_HOURS") * HOUR_MS;
}

static const char *hash_of(struct drc_arena *a, const char *text)
{
    char hex[65];
    drc_sha256_hex(text, strlen(text), hex);
    return drc_arena_strdup(a, hex);
}

/* Everything that an answer depends on. */
static const char *cache_key(struct drc_env *env, const char *prompt_hash)
{
    const struct drc_llm *llm = env->llm;
    return hash_of(env->a, drc_arena_printf(env->a, "%s\n%s\n%s\n%d", llm->base_url, llm->model,
                                            prompt_hash, llm->answer_tokens));
}

static bool from_cache(struct drc_env *env, struct drc_ask_result *out)
{
    struct drc_err err = DRC_ERR_INIT;
    if (drc_conf_int("LLM_CACHE_HOURS") == 0)
        return false;
    int rc = drc_store_ai_cached(env->state, env->a, out->cache_key, cache_from_ms(env->now_ms),
                                 &out->reply.text, &out->reply.structured, &err);
    if (rc < 0)
        drc_log(DRC_LOG_WARN, "model.cache", "why=\"%s\"", err.msg);
    if (rc != 1)
        return false;
    out->from_cache = true;
    out->reply.finish = DRC_LLM_STOP;
    return true;
}

static void into_cache(struct drc_env *env, const struct drc_ask_result *asked)
{
    struct drc_err err = DRC_ERR_INIT;
    if (drc_conf_int("LLM_CACHE_HOURS") > 0 &&
        drc_store_ai_cache_put(env->state, asked->cache_key, asked->reply.text,
                               asked->reply.structured, env->now_ms, cache_from_ms(env->now_ms),
                               &err) < 0)
        drc_log(DRC_LOG_WARN, "model.cache", "why=\"%s\"", err.msg);
}

/* ---- the call -------------------------------------------------------------------------------- */

/* What used nothing costs nothing, whatever the price. */
static int64_t cost_of(const struct drc_llm *llm, const struct drc_llm_usage *usage)
{
    return usage->in + usage->out == 0 ? 0 : drc_llm_cost_uusd(llm, usage);
}

static int keep(struct drc_env *env, const char *user, const char *chip, const char *prompt_hash,
                const char *verdict, struct drc_ask_result *out)
{
    struct drc_err err = DRC_ERR_INIT;
    const struct drc_llm_reply *r = &out->reply;
    struct drc_ai_call call = {.ts_ms = env->now_ms,
                               .user = user,
                               .chip = chip,
                               .model = env->llm->model,
                               .prompt_hash = prompt_hash,
                               .verdict = verdict,
                               .tokens_in = r->usage.in,
                               .tokens_out = r->usage.out,
                               .tokens_cached = r->usage.cached,
                               .estimated = r->usage.estimated,
                               .cost_uusd = cost_of(env->llm, &r->usage),
                               .ms = r->latency_ms,
                               .tries = r->tries,
                               .cache_hit = out->from_cache};
    drc_log(DRC_LOG_INFO, "model.call",
            "model=%s chip=%s in=%" PRId64 " out=%" PRId64 " ms=%" PRId64
            " tries=%d cache=%d verdict=%s request=\"%.80s\"",
            call.model, chip, call.tokens_in, call.tokens_out, call.ms, r->tries, call.cache_hit,
            verdict, r->request_id == NULL ? "" : r->request_id);
    if (drc_store_ai_call_put(env->state, &call, &out->call_id, &err) == 0)
        return 0;
    drc_log(DRC_LOG_ERROR, "model.unkept", "why=\"%s\"", err.msg);
    return -1;
}

int drc_ask(struct drc_env *env, const struct drc_llm_ask *ask, const char *user, const char *chip,
            struct drc_ask_result *out, struct drc_err *err)
{
    struct hold h = {.user = user == NULL ? "" : user};
    struct drc_err own = DRC_ERR_INIT;
    const char *prompt = drc_arena_printf(env->a, "%s\n%s", ask->system, ask->user);
    if (ask->schema != NULL)
        prompt = drc_arena_printf(env->a, "%s\n%s", prompt, ask->schema);
    const char *hash = hash_of(env->a, prompt);
    memset(out, 0, sizeof *out);
    out->cache_key = cache_key(env, hash);
    if (from_cache(env, out)) {
        keep(env, h.user, chip, hash, "pending", out);
        return 0;
    }
    if (take_hold(env, ask, &h, err) < 0) {
        keep(env, h.user, chip, hash, "BUDGET", out);
        return -1;
    }
    int rc = drc_llm_complete(env->llm, env->http, env->a, ask, &out->reply, &own);
    if (rc == 0)
        into_cache(env, out);
    /* A call without a row still counts: its hold then stays until the program ends. */
    if (keep(env, h.user, chip, hash, rc == 0 ? "pending" : drc_err_name(own.code), out) == 0)
        end_hold(env, &h);
    if (rc < 0)
        drc_err_set(err, own.code, "%s", own.msg);
    return rc;
}

void drc_ask_judged(struct drc_env *env, const struct drc_ask_result *asked, bool posted)
{
    struct drc_err err = DRC_ERR_INIT;
    if (asked->call_id != 0)
        drc_store_ai_verdict(env->state, asked->call_id, posted ? "posted" : "withheld", &err);
    if (!posted)
        drc_store_ai_cache_drop(env->state, asked->cache_key, &err);
    if (err.code != DRC_OK)
        drc_log(DRC_LOG_WARN, "model.verdict", "why=\"%s\"", err.msg);
}

/* ---- /drc usage ------------------------------------------------------------------------------ */

int drc_run_usage(struct drc_env *env, const struct drc_request *req, struct drc_err *err)
{
    int64_t day = day_start_ms(env->now_ms), month = month_start_ms(env->now_ms, 0), uusd;
    const int64_t from[DRC_USAGE_WINDOWS] = {day, month, env->now_ms - 30 * DRC_DAY_MS};
    struct drc_usage u = {
        .windows = {{.title = "Today"}, {.title = "This month"}, {.title = "30 days"}},
        .model = env->llm == NULL ? NULL : env->llm->model,
        .user_tokens_max = drc_conf_int("LLM_USER_TOKENS_PER_DAY"),
        .month_uusd_max = drc_conf_int("LLM_USD_PER_MONTH") * DRC_UUSD_PER_USD};
    for (int i = 0; i < DRC_USAGE_WINDOWS; i++)
        if (drc_store_ai_window(env->state, from[i], &u.windows[i], err) < 0)
            return -1;
    if (drc_store_ai_spent(env->state, req->user == NULL ? "" : req->user, day, month,
                           &u.user_tokens, &uusd, err) < 0)
        return -1;
    return drc_whisper(env, req, drc_compose_usage(env->a, &u), err);
}
