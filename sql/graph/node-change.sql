-- node: change
-- label: Change
-- title: change
SELECT c.change_key AS id, c.at_ms AS at_ms, NULL AS cost_uusd, c.kind IN ('COMPUTE', 'CODE', 'SCHEDULE', 'SCHEMA') AS severity
FROM change_event AS c
