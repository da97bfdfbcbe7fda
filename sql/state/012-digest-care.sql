-- What is still to be done when a slot has ended, by the time in next_ms: 'tell' its owner that nothing was sent, 'word' the
-- commentary in its thread once a model has answered, '' nothing.
ALTER TABLE slot ADD COLUMN care TEXT NOT NULL DEFAULT '' CHECK (care IN ('', 'tell', 'word'));
CREATE INDEX slot_care ON slot (next_ms) WHERE care <> '';
-- What the stated total is a total of: a figure is compared with itself alone. NULL: stated before this was kept.
ALTER TABLE slot ADD COLUMN scope TEXT;
