-- id: events-match-usage
-- title: an event of an attempt lies inside it, and its usage row is of the same attempt
-- reads: all rows
SELECT v.event_id, v.event_ms, r.start_ms, r.end_ms, v.compute_usage_id
FROM events AS v
JOIN job_runs AS r ON r.workspace_id = v.workspace_id AND r.job_run_id = v.job_run_id
LEFT JOIN compute_usage AS u ON u.compute_usage_id = v.compute_usage_id AND u.record_type = 'ORIGINAL'
WHERE (v.compute_usage_id IS NOT NULL AND u.compute_usage_id IS NULL) OR v.event_ms < r.start_ms OR v.event_ms > r.end_ms OR u.job_run_id <> v.job_run_id OR v.event_ms < u.start_ms
   OR v.event_ms > u.end_ms
ORDER BY v.event_id
