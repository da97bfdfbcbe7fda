-- edge: RAN_ON
-- from: run
-- to: compute
-- title: ran on
SELECT r.run_key AS src, c.config_key AS dst, min(r.start_ms) AS at_ms,
       c.label || ' (' || c.config_id || ')' AS label,
       NULL AS cost_uusd, 0 AS severity
FROM job_runs AS r JOIN cluster_config AS c ON c.workspace_id = r.workspace_id AND c.config_id = r.config_id
GROUP BY r.run_key, c.config_key
ORDER BY src, dst
