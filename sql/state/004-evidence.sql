-- What an answer stands on, item by item, in the words of its day: the window behind the button Evidence.
CREATE TABLE answer_evidence (
    answer_id     TEXT NOT NULL REFERENCES answer (answer_id),
    seq           INTEGER NOT NULL,
    id            TEXT NOT NULL,          -- F1, G1, R1, D1
    used          INTEGER NOT NULL,       -- 1: the answer says it; 0: it was only given to it
    title         TEXT NOT NULL,
    entity        TEXT,                   -- NULL: the whole report
    name          TEXT,                   -- metric, type of the edge, heading
    value         TEXT NOT NULL,
    period        TEXT,
    source        TEXT NOT NULL,
    url           TEXT,
    report_row    INTEGER NOT NULL,       -- from 0; -1: none, or all of them
    PRIMARY KEY (answer_id, seq)
) STRICT, WITHOUT ROWID;
