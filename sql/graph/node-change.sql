-- node: change
-- title: Change
SELECT c.change_key AS id, c.summary AS label, lower(c.kind) AS detail FROM change_event AS c
ORDER BY id
