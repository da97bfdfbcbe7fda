-- node: compute
-- label: ComputeConfig
-- title: compute configuration
-- One version of what a job asks for. The cluster that it makes lives for one attempt, which stands for both.
SELECT c.config_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM cluster_config AS c
