-- node: cluster
-- label: Cluster
-- title: all-purpose cluster
-- prefix: resource
SELECT n.compute_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM non_job_compute AS n WHERE n.compute_type = 'APC_CLUSTER'
