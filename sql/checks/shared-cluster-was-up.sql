-- id: shared-cluster-was-up
-- title: an attempt on an all-purpose cluster lies inside a time in which the cluster was up
-- reads: all rows
SELECT r.workspace_id, r.job_run_id, r.compute_id, r.start_time, r.end_time
FROM job_runs AS r
LEFT JOIN compute_usage AS u ON u.workspace_id = r.workspace_id AND u.parent_id = r.compute_id AND u.record_type = 'ORIGINAL'
    AND u.end_ms > r.start_ms AND u.start_ms < r.end_ms
WHERE r.compute_id IS NOT NULL AND r.run_date <= (SELECT m.complete_until FROM data_mark AS m WHERE m.source = 'usage')
GROUP BY r.workspace_id, r.job_run_id
HAVING coalesce(sum(min(u.end_ms, r.end_ms) - max(u.start_ms, r.start_ms)), 0) <> r.end_ms - r.start_ms
ORDER BY r.workspace_id, r.job_run_id
