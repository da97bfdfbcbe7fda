-- What people say of answers: one word each, the last one counts.
CREATE TABLE feedback (
    answer_id     TEXT NOT NULL REFERENCES answer (answer_id),
    user_id       TEXT NOT NULL,
    helpful       INTEGER NOT NULL,       -- 1 or 0
    at_ms         INTEGER NOT NULL,
    PRIMARY KEY (answer_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX feedback_at ON feedback (at_ms);

-- A deleted answer keeps its row. Its chip_key is changed, so that the same click makes a new answer.
ALTER TABLE answer ADD COLUMN deleted_ms INTEGER;
CREATE INDEX answer_thread ON answer (channel, thread_ts);
CREATE INDEX answer_request ON answer (request_key);
