-- edge: CONFIGURED_WITH
-- from: job
-- to: compute
-- title: configured with
SELECT j.job_key AS src, c.config_key AS dst, NULL AS at_ms,
       c.label || ', from ' || date(c.valid_from_ms / 1000, 'unixepoch')
           || coalesce(' to ' || date(c.valid_to_ms / 1000, 'unixepoch'), '') AS label,
       NULL AS cost_uusd, 0 AS severity
FROM jobs AS j JOIN cluster_config AS c ON c.workspace_id = j.workspace_id AND c.job_id = j.job_id
ORDER BY src, dst
