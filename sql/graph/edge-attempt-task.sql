-- edge: FAILED_IN
-- from: attempt
-- to: task
-- title: failed in task
-- back: failed
-- part: yes
SELECT 'attempt:' || t.workspace_id || '/' || t.job_run_id AS src, 'task:' || r.workspace_id || '/' || r.job_id || '/' || t.task_key AS dst
FROM job_runs AS r INDEXED BY job_runs_failed
JOIN task_runs AS t ON t.workspace_id = r.workspace_id AND t.job_run_id = r.job_run_id AND t.run_status = 'FAILED'
WHERE r.run_status = 'FAILED'
