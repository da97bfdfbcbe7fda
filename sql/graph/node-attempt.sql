-- node: attempt
-- label: Attempt
-- title: attempt
-- Its cost is what it was billed as. Severity: 2 failed and ended the run, 1 failed and was tried again.
SELECT 'attempt:' || r.workspace_id || '/' || r.job_run_id AS id, r.start_ms AS at_ms, NULL AS cost_uusd,
       iif(r.run_status = 'FAILED', 1 + r.is_final, 0) AS severity
FROM job_runs AS r
