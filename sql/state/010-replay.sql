-- What a posted message was made of and what it was: replay makes it anew and compares.
CREATE TABLE made (
    subject       TEXT PRIMARY KEY,       -- run id or answer id
    inputs        TEXT NOT NULL,          -- a line each: name, tab, start of its SHA-256 or a word
    message       TEXT,                   -- hashes; NULL: there was none. Of notification and blocks as they were sent
    blocks        TEXT NOT NULL,          -- id:hash, parted by blanks, in order
    svg           TEXT,
    png           TEXT,
    prompt        TEXT,
    file_ref      TEXT,                   -- the chat service's name for the picture
    no_picture    TEXT,                   -- what stands in the picture's place
    degraded      INTEGER NOT NULL,       -- 1: the chat service took only a part of the message
    bot_user      TEXT NOT NULL,          -- as the message names the bot; ''
    entity        TEXT,                   -- of a run that is the card of one entity
    chip          TEXT NOT NULL,          -- of an answer: the fixed question that it is; ''
    corpora       INTEGER NOT NULL,       -- of a question in words: what it was answered from (bits)
    other         TEXT,                   -- entity that it was compared with
    earlier       TEXT NOT NULL,          -- questions that went along, a line each, oldest first
    at_ms         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was sent when an answer had to be mended: system text, newline, user text and, with a form, newline, schema.
ALTER TABLE answer ADD COLUMN repair TEXT;                      -- NULL: nothing was sent a second time
