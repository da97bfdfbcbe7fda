/* SQL of the state that concerns models: calls, sums, cache. */
#include <string.h>

#include "drc/store.h"

int drc_store_ai_call_put(struct drc_db *state, const struct drc_ai_call *c, int64_t *call_id,
                          struct drc_err *err)
{
    int rc = drc_db_run(
        state, err,
        "INSERT INTO ai_call (ts_ms, user_id, chip, model, prompt_hash, tokens_in, tokens_out,"
        " tokens_cached, estimated, cost_uusd, ms, tries, cache_hit, verdict)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, -1), ?, ?, ?, ?)",
        "issssiiiiiiiis", c->ts_ms, c->user, c->chip, c->model, c->prompt_hash, c->tokens_in,
        c->tokens_out, c->tokens_cached, (int64_t)c->estimated, c->cost_uusd, c->ms, c->tries,
        (int64_t)c->cache_hit, c->verdict);
    *call_id = rc == 0 ? drc_db_last_id(state) : 0;
    return rc;
}

int drc_store_ai_call_of(struct drc_db *state, int64_t call_id, const char *answer_id,
                         struct drc_err *err)
{
    return call_id == 0
               ? 0
               : drc_db_run(state, err, "UPDATE ai_call SET answer_id = ? WHERE call_id = ?", "si",
                            answer_id, call_id);
}

int drc_store_ai_calls(struct drc_db *state, struct drc_arena *a, const char *answer_id,
                       struct drc_ai_call *out, int max, struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err,
        "SELECT user_id, chip, model, prompt_hash, verdict, ts_ms, tokens_in, tokens_out,"
        " tokens_cached, ms, tries, coalesce(cost_uusd, -1), estimated, cache_hit FROM"
        " (SELECT * FROM ai_call WHERE answer_id = ? ORDER BY call_id DESC LIMIT ?)"
        " ORDER BY call_id",
        "si", answer_id, (int64_t)max);
    int n = 0, rc = -1;
    while (st != NULL && n < max && (rc = drc_db_next(st, err)) == 1) {
        const char *t[5];
        for (int i = 0; i < 5; i++)
            t[i] = drc_arena_strdup(a, drc_db_text(st, i));
        out[n++] = (struct drc_ai_call){.user = t[0],
                                        .chip = t[1],
                                        .model = t[2],
                                        .prompt_hash = t[3],
                                        .verdict = t[4],
                                        .ts_ms = drc_db_int(st, 5),
                                        .tokens_in = drc_db_int(st, 6),
                                        .tokens_out = drc_db_int(st, 7),
                                        .tokens_cached = drc_db_int(st, 8),
                                        .ms = drc_db_int(st, 9),
                                        .tries = drc_db_int(st, 10),
                                        .cost_uusd = drc_db_int(st, 11),
                                        .estimated = drc_db_int(st, 12) != 0,
                                        .cache_hit = drc_db_int(st, 13) != 0};
    }
    drc_db_done(st);
    return rc < 0 ? -1 : n;
}

int drc_store_ai_verdict(struct drc_db *state, int64_t call_id, const char *verdict,
                         struct drc_err *err)
{
    return drc_db_run(state, err, "UPDATE ai_call SET verdict = ? WHERE call_id = ?", "si", verdict,
                      call_id);
}

/* One whole number of a statement that always has a row. */
static int sum_of(struct drc_stmt *st, int64_t *out, struct drc_err *err)
{
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    if (rc == 1)
        *out = drc_db_int(st, 0);
    drc_db_done(st);
    return rc == 1 ? 0 : -1;
}

int drc_store_ai_spent(struct drc_db *state, const char *user, int64_t day_ms, int64_t month_ms,
                       int64_t *tokens, int64_t *uusd, struct drc_err *err)
{
    if (sum_of(drc_db_query(state, err,
                            "SELECT coalesce(sum(tokens_in + tokens_out), 0) FROM ai_call"
                            " WHERE user_id = ? AND ts_ms >= ?",
                            "si", user, day_ms),
               tokens, err) < 0)
        return -1;
    return sum_of(drc_db_query(state, err,
                               "SELECT coalesce(sum(cost_uusd), 0) FROM ai_call WHERE ts_ms >= ?",
                               "i", month_ms),
                  uusd, err);
}

static int count_feedback(struct drc_db *state, int64_t from_ms, struct drc_usage_window *out,
                          struct drc_err *err)
{
    if (sum_of(drc_db_query(state, err,
                            "SELECT count(*) FROM feedback WHERE at_ms >= ? AND helpful = 1", "i",
                            from_ms),
               &out->helpful, err) < 0)
        return -1;
    return sum_of(drc_db_query(state, err,
                               "SELECT count(*) FROM feedback WHERE at_ms >= ? AND helpful = 0",
                               "i", from_ms),
                  &out->unhelpful, err);
}

/* A call went out where it was tried; one that a budget or the cache stopped was not. */
int drc_store_ai_window(struct drc_db *state, int64_t from_ms, struct drc_usage_window *out,
                        struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err,
        "SELECT count(*), coalesce(sum(cache_hit), 0),"
        " count(*) FILTER (WHERE verdict NOT IN ('pending', 'posted', 'withheld')),"
        " count(*) FILTER (WHERE verdict = 'withheld'),"
        " coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), coalesce(sum(cost_uusd), 0),"
        " count(*) FILTER (WHERE cost_uusd IS NULL), coalesce(sum(estimated), 0),"
        " coalesce(pctl(ms, 0.5) FILTER (WHERE tries > 0 AND verdict IN ('pending', 'posted',"
        " 'withheld')), -1),"
        " coalesce(pctl(ms, 0.95) FILTER (WHERE tries > 0 AND verdict IN ('pending', 'posted',"
        " 'withheld')), -1)"
        " FROM ai_call WHERE ts_ms >= ?",
        "i", from_ms);
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    if (rc == 1) {
        int64_t *const to[] = {&out->calls,     &out->cache_hits, &out->failed,    &out->withheld,
                               &out->tokens_in, &out->tokens_out, &out->cost_uusd, &out->unpriced,
                               &out->estimated, &out->p50_ms,     &out->p95_ms};
        for (int i = 0; i < (int)(sizeof to / sizeof *to); i++)
            *to[i] = drc_db_int(st, i);
    }
    drc_db_done(st);
    return rc == 1 ? count_feedback(state, from_ms, out, err) : -1;
}

/* ---- cache ---------------------------------------------------------------------------------- */

int drc_store_ai_cached(struct drc_db *state, struct drc_arena *a, const char *key,
                        int64_t not_before_ms, const char **text, bool *structured,
                        struct drc_err *err)
{
    struct drc_stmt *st = drc_db_query(
        state, err, "SELECT text, structured FROM ai_cache WHERE cache_key = ? AND created_ms >= ?",
        "si", key, not_before_ms);
    if (st == NULL)
        return -1;
    int rc = drc_db_next(st, err);
    if (rc == 1) {
        *text = drc_arena_strdup(a, drc_db_text(st, 0));
        *structured = drc_db_int(st, 1) != 0;
    }
    drc_db_done(st);
    return rc;
}

int drc_store_ai_cache_put(struct drc_db *state, const char *key, const char *text, bool structured,
                           int64_t now_ms, int64_t not_before_ms, struct drc_err *err)
{
    if (drc_db_run(state, err, "DELETE FROM ai_cache WHERE created_ms < ?", "i", not_before_ms) < 0)
        return -1;
    return drc_db_run(
        state, err,
        "INSERT INTO ai_cache (cache_key, text, structured, created_ms) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (cache_key) DO UPDATE SET text = excluded.text,"
        " structured = excluded.structured, created_ms = excluded.created_ms",
        "ssii", key, text, (int64_t)structured, now_ms);
}

int drc_store_ai_cache_drop(struct drc_db *state, const char *key, struct drc_err *err)
{
    return drc_db_run(state, err, "DELETE FROM ai_cache WHERE cache_key = ?", "s", key);
}
