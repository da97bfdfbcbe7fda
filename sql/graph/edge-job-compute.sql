-- edge: CONFIGURED_WITH
-- from: job
-- to: compute
-- title: configured with
-- back: configuration of
SELECT j.job_key AS src, c.config_key AS dst
FROM jobs AS j JOIN cluster_config AS c ON c.workspace_id = j.workspace_id AND c.job_id = j.job_id
