-- edge: USES_POOL
-- from: compute
-- to: pool
-- title: takes nodes from
-- back: gives nodes to
SELECT c.config_key AS src, 'pool:' || p.workspace_id || '/' || p.instance_pool_id AS dst
FROM cluster_config AS c JOIN instance_pools AS p ON p.instance_pool_id = c.instance_pool_id
