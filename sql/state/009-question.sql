-- The question of an answer in words, for what is asked next in its thread.
ALTER TABLE answer ADD COLUMN question TEXT NOT NULL DEFAULT '';
