-- edge: HAS_RUN
-- from: job
-- to: run
-- title: run
-- The cost is that of all attempts, DBUs and machines; most runs have one attempt, so that case is the short way.
SELECT r.job_key AS src, r.run_key AS dst,
       iif(r.attempt = 1, r.start_ms,
           (SELECT f.start_ms FROM job_runs AS f
            WHERE f.workspace_id = r.workspace_id AND f.logical_run_id = r.logical_run_id AND f.attempt = 1)) AS at_ms,
       r.logical_run_id || ' of ' || r.run_date || ': ' || r.run_status
           || iif(r.attempt > 1, ' after ' || r.attempt || ' attempts', '') AS label,
       iif(r.attempt = 1,
           (SELECT sum(u.cost_uusd) FROM compute_usage AS u WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id)
           + coalesce((SELECT sum(n.vm_uusd) FROM node_usage AS n
                       WHERE n.workspace_id = r.workspace_id AND n.parent_id = r.job_run_id), 0),
           (SELECT sum(u.cost_uusd) FROM job_runs AS a
            JOIN compute_usage AS u ON u.workspace_id = a.workspace_id AND u.parent_id = a.job_run_id
            WHERE a.workspace_id = r.workspace_id AND a.logical_run_id = r.logical_run_id)
           + coalesce((SELECT sum(n.vm_uusd) FROM job_runs AS a
                       JOIN node_usage AS n ON n.workspace_id = a.workspace_id AND n.parent_id = a.job_run_id
                       WHERE a.workspace_id = r.workspace_id AND a.logical_run_id = r.logical_run_id), 0)) AS cost_uusd,
       CASE WHEN r.run_status = 'FAILED' THEN 2 WHEN r.attempt > 1 OR r.run_status IN ('SKIPPED', 'CANCELLED') THEN 1 ELSE 0 END AS severity
FROM job_runs AS r
WHERE r.is_final = 1
ORDER BY src, dst
