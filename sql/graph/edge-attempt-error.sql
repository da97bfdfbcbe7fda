-- edge: FAILED_WITH
-- from: attempt
-- to: error
-- title: failed with
-- back: failure of
-- part: yes
SELECT 'attempt:' || r.workspace_id || '/' || r.job_run_id AS src, 'error:' || r.workspace_id || '/' || r.error_signature_id AS dst
FROM job_runs AS r INDEXED BY job_runs_failed
WHERE r.run_status = 'FAILED' AND r.error_signature_id IS NOT NULL
