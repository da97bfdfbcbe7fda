-- edge: EXECUTED_ON
-- from: query
-- to: warehouse
-- title: executed on
-- back: executed
SELECT DISTINCT 'query:' || q.workspace_id || '/' || q.fingerprint AS src, 'resource:' || q.workspace_id || '/' || q.parent_id AS dst
FROM sql_query_history AS q
JOIN non_job_compute AS n ON n.workspace_id = q.workspace_id AND n.compute_id = q.parent_id AND n.compute_type = 'SQL_WAREHOUSE'
WHERE q.fingerprint IS NOT NULL
