-- What drc has said. Numbered migrations are never edited; the next change is a new file.
CREATE TABLE report_run (
    run_id        TEXT PRIMARY KEY,
    seq           INTEGER NOT NULL UNIQUE,
    request_key   TEXT NOT NULL UNIQUE,   -- a redelivered request finds its run again
    report_id     TEXT NOT NULL,
    version       INTEGER NOT NULL,
    parameters    TEXT NOT NULL,          -- canonical words
    result        TEXT NOT NULL,          -- JSON: rows, totals, marks; what every click on this run explains
    sql_hash      TEXT NOT NULL,
    rows_hash     TEXT NOT NULL,
    created_ms    INTEGER NOT NULL,
    user_id       TEXT NOT NULL,
    channel       TEXT NOT NULL,
    message_ts    TEXT                    -- root of its thread, once posted
) STRICT;

-- Every message that was sent or is being sent: one row per request and part, written before the call.
CREATE TABLE post (
    request_key   TEXT NOT NULL,
    part          TEXT NOT NULL,
    channel       TEXT NOT NULL,
    thread_ts     TEXT,
    ts            TEXT,                   -- NULL: the call was begun and its end is not known
    begun_ms      INTEGER NOT NULL,
    PRIMARY KEY (request_key, part)
) STRICT;

-- Starts of a request, committed before it runs: the third start is the last.
CREATE TABLE request_start (
    request_key   TEXT PRIMARY KEY,
    starts        INTEGER NOT NULL,
    last_ms       INTEGER NOT NULL
) STRICT;

-- One entity card per run and entity.
CREATE TABLE card (
    run_id        TEXT NOT NULL REFERENCES report_run (run_id),
    entity_id     TEXT NOT NULL,
    channel       TEXT NOT NULL,
    thread_ts     TEXT,
    ts            TEXT NOT NULL,
    PRIMARY KEY (run_id, entity_id)
) STRICT;

-- What a person last picked or clicked in a thread.
CREATE TABLE selection (
    user_id       TEXT NOT NULL,
    channel       TEXT NOT NULL,
    thread_ts     TEXT NOT NULL,
    run_id        TEXT NOT NULL,
    entity_id     TEXT NOT NULL,
    at_ms         INTEGER NOT NULL,
    PRIMARY KEY (user_id, channel, thread_ts)
) STRICT;

-- Answers. A chip is answered once per run and entity; a typed question has its request key as chip_key.
CREATE TABLE answer (
    answer_id     TEXT PRIMARY KEY,
    run_id        TEXT NOT NULL REFERENCES report_run (run_id),
    entity_id     TEXT NOT NULL,
    chip_key      TEXT NOT NULL,
    request_key   TEXT NOT NULL,
    channel       TEXT NOT NULL,
    thread_ts     TEXT,
    ts            TEXT,
    prompt        TEXT NOT NULL,          -- exactly what a model is sent: system text, newline, user text
    prompt_hash   TEXT NOT NULL,
    model         TEXT NOT NULL,          -- 'template' or the model's name
    model_text    TEXT,                   -- raw, also when it was withheld
    verdict       TEXT NOT NULL,
    created_ms    INTEGER NOT NULL,
    UNIQUE (run_id, entity_id, chip_key)
) STRICT;
