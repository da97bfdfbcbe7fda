-- node: error
-- title: Kind of failure
SELECT DISTINCT 'error:' || r.workspace_id || '/' || s.signature_id AS id, s.template AS label, s.bucket AS detail
FROM job_runs AS r JOIN error_signature AS s ON s.signature_id = r.error_signature_id
ORDER BY id
