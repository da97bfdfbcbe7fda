-- What the answer was made of, for the debug view: route, search, sizes, and each item of the context with its score.
ALTER TABLE answer ADD COLUMN debug TEXT NOT NULL DEFAULT '';
