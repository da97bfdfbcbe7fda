-- Digests: who gets which, when it is due, what came of each slot.
CREATE TABLE subscription (
    sub_id        TEXT PRIMARY KEY,
    owner_id      TEXT NOT NULL,
    channel       TEXT NOT NULL,          -- '': the owner's direct messages
    digest_id     TEXT NOT NULL,
    schedule      TEXT NOT NULL,          -- canonical words
    zone          TEXT NOT NULL,          -- IANA name
    words         TEXT NOT NULL,          -- filters, as of a report
    status        TEXT NOT NULL CHECK (status IN ('active', 'paused', 'ended')),
    why           TEXT NOT NULL DEFAULT '',
    next_day      INTEGER NOT NULL,       -- nominal local day of the next slot, and its instant
    next_ms       INTEGER NOT NULL,
    created_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX subscription_due ON subscription (next_ms) WHERE status = 'active';
CREATE INDEX subscription_owner ON subscription (owner_id);

-- One digest of one subscription. due -> claimed -> posted; or skipped, failed: said to the owner.
CREATE TABLE slot (
    sub_id        TEXT NOT NULL REFERENCES subscription (sub_id),
    slot_day      INTEGER NOT NULL,
    due_ms        INTEGER NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('due', 'claimed', 'posted', 'skipped', 'failed')),
    tries         INTEGER NOT NULL DEFAULT 0,
    next_ms       INTEGER NOT NULL,       -- due: not before; claimed: the lease ends
    why           TEXT NOT NULL DEFAULT '',
    channel       TEXT,
    ts            TEXT,
    ended_ms      INTEGER,
    told          INTEGER NOT NULL DEFAULT 0, -- skipped or failed: 1 once the owner or the next digest said so
    first_day     INTEGER,
    last_day      INTEGER,
    total_uusd    INTEGER,                -- as it was stated
    PRIMARY KEY (sub_id, slot_day)
) STRICT;
CREATE INDEX slot_open ON slot (next_ms) WHERE status IN ('due', 'claimed');

-- What a digest named as needing a decision.
CREATE TABLE digest_item (
    item_id       INTEGER PRIMARY KEY,
    sub_id        TEXT NOT NULL,
    slot_day      INTEGER NOT NULL,
    item_key      TEXT NOT NULL,
    name          TEXT NOT NULL,
    stake_uusd    INTEGER NOT NULL,
    created_ms    INTEGER NOT NULL,
    UNIQUE (sub_id, slot_day, item_key)
) STRICT;
CREATE INDEX digest_item_key ON digest_item (sub_id, item_key, slot_day);

-- What people decided: the newest row of an item's key counts.
CREATE TABLE digest_mark (
    mark_id       INTEGER PRIMARY KEY,
    sub_id        TEXT NOT NULL,
    item_key      TEXT NOT NULL,
    verdict       TEXT NOT NULL,          -- 'take', or why it is not an issue
    user_id       TEXT NOT NULL,
    request_key   TEXT NOT NULL UNIQUE,
    at_ms         INTEGER NOT NULL
) STRICT;
CREATE INDEX digest_mark_key ON digest_mark (sub_id, item_key);
