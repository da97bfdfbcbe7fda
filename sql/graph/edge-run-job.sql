-- edge: RUN_OF
-- from: run
-- to: job
-- title: run of
SELECT r.run_key AS src, r.job_key AS dst, NULL AS at_ms, 'Job ' || j.job_name AS label, NULL AS cost_uusd, 0 AS severity
FROM job_runs AS r JOIN jobs AS j ON j.workspace_id = r.workspace_id AND j.job_id = r.job_id
WHERE r.is_final = 1
ORDER BY src, dst
