-- edge: HAS_TASK
-- from: job
-- to: task
-- title: has task
-- back: task of
-- part: yes
WITH newest AS MATERIALIZED ( -- as in node-task.sql
    SELECT j.workspace_id, j.job_id, j.job_key, (
        SELECT r.job_run_id FROM job_runs AS r INDEXED BY job_runs_by_job
        WHERE r.workspace_id = j.workspace_id AND r.job_id = j.job_id
          AND EXISTS (SELECT 1 FROM task_runs AS t WHERE t.workspace_id = r.workspace_id AND t.job_run_id = r.job_run_id)
        ORDER BY r.run_date DESC, r.start_ms DESC LIMIT 1) AS job_run_id
    FROM jobs AS j
)
SELECT n.job_key AS src, 'task:' || n.workspace_id || '/' || n.job_id || '/' || t.task_key AS dst
FROM newest AS n JOIN task_runs AS t ON t.workspace_id = n.workspace_id AND t.job_run_id = n.job_run_id
