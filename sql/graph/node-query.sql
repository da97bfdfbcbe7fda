-- node: query
-- label: QueryFingerprint
-- title: kind of query
-- Statements that differ in literals only are one kind.
SELECT DISTINCT 'query:' || q.workspace_id || '/' || q.fingerprint AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity
FROM sql_query_history AS q WHERE q.fingerprint IS NOT NULL
