-- edge: HAS_ATTEMPT
-- from: run
-- to: attempt
-- title: attempt
-- back: attempt of
-- part: yes
SELECT r.run_key AS src, 'attempt:' || r.workspace_id || '/' || r.job_run_id AS dst FROM job_runs AS r
