-- id: usage-covers-attempts
-- title: usage rows of a finished attempt lie inside it, in one UTC hour, and on each of its clusters cover its whole time, once
-- reads: all rows
SELECT r.workspace_id, r.job_run_id, r.run_status, r.duration_ms, u.cluster_id,
       sum((u.end_ms - u.start_ms) * iif(u.record_type = 'RETRACTION', -1, 1)) AS used_ms
FROM job_runs AS r LEFT JOIN compute_usage AS u ON u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id
WHERE r.compute_id IS NULL
GROUP BY r.workspace_id, r.job_run_id, u.cluster_id
HAVING coalesce(sum((u.end_ms - u.start_ms) * iif(u.record_type = 'RETRACTION', -1, 1)), 0) <> coalesce(r.end_ms - r.start_ms, 0)
    OR min(u.start_ms) <> r.start_ms OR max(u.end_ms) <> r.end_ms
    OR max(u.usage_date <> date(u.start_ms / 1000, 'unixepoch')) = 1
    OR max(u.start_ms / 3600000 <> (u.end_ms - 1) / 3600000) = 1
    OR max(u.job_id <> r.job_id) = 1
ORDER BY r.workspace_id, r.job_run_id, u.cluster_id
