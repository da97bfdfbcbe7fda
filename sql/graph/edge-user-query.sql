-- edge: SUBMITTED
-- from: user
-- to: query
-- title: submitted
-- back: submitted by
SELECT DISTINCT u.user_key AS src, 'query:' || q.workspace_id || '/' || q.fingerprint AS dst
FROM sql_query_history AS q JOIN users_lookup AS u ON u.user_id = q.user_id
WHERE q.fingerprint IS NOT NULL
