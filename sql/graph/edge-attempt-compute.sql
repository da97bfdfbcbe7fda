-- edge: CONFIGURED_WITH
-- from: attempt
-- to: compute
-- title: ran with
-- back: configuration of
-- part: yes
SELECT 'attempt:' || r.workspace_id || '/' || r.job_run_id AS src, 'compute:' || r.workspace_id || '/' || r.config_id AS dst
FROM job_runs AS r WHERE r.config_id IS NOT NULL
