-- node: job
-- label: Job
-- title: job
SELECT j.job_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM jobs AS j
