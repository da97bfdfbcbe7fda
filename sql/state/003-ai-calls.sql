-- One row for each answer that a model was asked for, also where it came from the cache or failed.
CREATE TABLE ai_call (
    call_id       INTEGER PRIMARY KEY,
    ts_ms         INTEGER NOT NULL,
    user_id       TEXT NOT NULL,          -- '' on the command line
    chip          TEXT NOT NULL,
    model         TEXT NOT NULL,
    prompt_hash   TEXT NOT NULL,          -- SHA-256 of system text, newline, user text and, with a form, newline, schema
    tokens_in     INTEGER NOT NULL,
    tokens_out    INTEGER NOT NULL,
    tokens_cached INTEGER NOT NULL,       -- of tokens_in, at the endpoint
    estimated     INTEGER NOT NULL,       -- 1: the endpoint did not count
    cost_uusd     INTEGER,                -- NULL: the price of the model is not known
    ms            INTEGER NOT NULL,
    tries         INTEGER NOT NULL,
    cache_hit     INTEGER NOT NULL,       -- 1: answered by ai_cache, nothing was sent
    verdict       TEXT NOT NULL           -- pending, posted, withheld; or the error's name where there was no answer
) STRICT;
CREATE INDEX ai_call_ts ON ai_call (ts_ms);
CREATE INDEX ai_call_user ON ai_call (user_id, ts_ms);

-- Whole answers by prompt and model.
CREATE TABLE ai_cache (
    cache_key     TEXT PRIMARY KEY,
    text          TEXT NOT NULL,
    structured    INTEGER NOT NULL,       -- 1: the endpoint held it to the schema
    created_ms    INTEGER NOT NULL
) STRICT;
