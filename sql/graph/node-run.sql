-- node: run
-- label: JobRun
-- title: run
-- A logical run with all its attempts; its cost is what its attempts cost. at_ms: when the first attempt began.
SELECT f.run_key AS id, f.start_ms AS at_ms, NULL AS cost_uusd,
       CASE WHEN f.is_final = 0 THEN (
                SELECT iif(l.run_status = 'FAILED', 2, 1) FROM job_runs AS l
                WHERE l.workspace_id = f.workspace_id AND l.logical_run_id = f.logical_run_id AND l.is_final = 1)
            WHEN f.run_status = 'FAILED' THEN 2
            WHEN f.run_status IN ('SKIPPED', 'CANCELLED') THEN 1
            ELSE EXISTS (SELECT 1 FROM eviction_details AS e WHERE e.workspace_id = f.workspace_id AND e.job_run_id = f.job_run_id)
       END AS severity
FROM job_runs AS f
WHERE f.attempt = 1
