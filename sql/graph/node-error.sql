-- node: error
-- label: ErrorSignature
-- title: kind of failure
SELECT DISTINCT 'error:' || r.workspace_id || '/' || r.error_signature_id AS id, NULL AS at_ms, NULL AS cost_uusd, 1 AS severity
FROM job_runs AS r INDEXED BY job_runs_failed
WHERE r.run_status = 'FAILED' AND r.error_signature_id IS NOT NULL
