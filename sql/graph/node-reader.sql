-- node: reader
-- label: Reader
-- title: dashboard or query
-- What reads datasets and writes none: people see it.
SELECT DISTINCT 'reader:' || l.workspace_id || '/' || l.entity_name AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity
FROM lineage_edge AS l WHERE l.entity_type <> 'JOB'
