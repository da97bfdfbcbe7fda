-- edge: RAN_ON
-- from: attempt
-- to: cluster
-- title: ran on
-- back: ran
-- part: yes
SELECT 'attempt:' || r.workspace_id || '/' || r.job_run_id AS src, 'resource:' || r.workspace_id || '/' || r.compute_id AS dst
FROM job_runs AS r WHERE r.compute_id IS NOT NULL
