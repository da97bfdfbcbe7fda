-- node: pool
-- label: InstancePool
-- title: instance pool
SELECT 'pool:' || p.workspace_id || '/' || p.instance_pool_id AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM instance_pools AS p
