-- id: runs-follow-configuration
-- title: an attempt ran on the configuration that was valid when it was scheduled, with its machines and its SKU
-- reads: all rows
SELECT r.workspace_id, r.job_run_id, r.config_id, r.worker_nodes
FROM job_runs AS r
LEFT JOIN cluster_config AS c ON c.workspace_id = r.workspace_id AND c.config_id = r.config_id AND c.job_id = r.job_id
LEFT JOIN compute_usage AS u ON u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id
WHERE r.config_id IS NOT NULL
  AND (c.config_id IS NULL OR r.scheduled_ms < c.valid_from_ms OR r.scheduled_ms >= coalesce(c.valid_to_ms, r.scheduled_ms + 1)
       OR r.driver_instance_type IS NOT c.driver_instance_type OR r.worker_instance_type IS NOT c.worker_instance_type
       OR r.spot_permille IS NOT c.spot_permille OR r.fixed_nodes IS NOT c.fixed_nodes OR r.compute_id IS NOT c.compute_id
       OR r.worker_nodes < coalesce(c.min_nodes, c.fixed_nodes) OR r.worker_nodes > coalesce(c.max_nodes, c.fixed_nodes)
       OR u.compute_sku <> c.sku)
ORDER BY r.workspace_id, r.job_run_id
