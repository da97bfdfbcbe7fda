-- id: evictions-fit-attempts
-- title: an eviction lies inside an attempt with spot workers; a fatal one in a failed attempt, retried if another followed
SELECT e.eviction_id, e.eviction_ms, r.run_status, r.termination_code, e.was_retried
FROM eviction_details AS e
LEFT JOIN job_runs AS r ON r.workspace_id = e.workspace_id AND r.job_run_id = e.job_run_id
WHERE r.job_run_id IS NULL OR e.eviction_ms < r.start_ms OR e.eviction_ms > r.end_ms OR r.spot_permille = 0
   OR e.caused_failure <> (r.run_status = 'FAILED') OR e.was_retried <> (r.is_final = 0)
   OR NOT EXISTS (SELECT 1 FROM node_usage AS n WHERE n.workspace_id = e.workspace_id AND n.parent_id = e.job_run_id
                  AND n.market = 'SPOT')
   OR NOT EXISTS (SELECT 1 FROM events AS v WHERE v.workspace_id = e.workspace_id AND v.job_run_id = e.job_run_id
                  AND v.eviction_id = e.eviction_id AND v.event_ms = e.eviction_ms)
ORDER BY e.eviction_id
