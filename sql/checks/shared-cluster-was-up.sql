-- id: shared-cluster-was-up
-- title: an attempt on an all-purpose cluster lies inside a time in which the cluster was up
SELECT r.workspace_id, r.job_run_id, r.compute_id, r.start_time, r.end_time
FROM job_runs AS r
WHERE r.compute_id IS NOT NULL AND r.run_date <= (SELECT m.complete_until FROM data_mark AS m WHERE m.source = 'usage')
  AND NOT EXISTS (SELECT 1 FROM compute_usage AS u WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.compute_id
                  AND u.parent_type = 'APC_CLUSTER' AND u.start_ms <= r.start_ms AND u.end_ms >= r.end_ms)
ORDER BY r.workspace_id, r.job_run_id
