-- edge: RUNS_ON
-- from: compute
-- to: cluster
-- title: runs on
-- back: shared by
SELECT c.config_key AS src, 'resource:' || c.workspace_id || '/' || c.compute_id AS dst FROM cluster_config AS c WHERE c.compute_id IS NOT NULL
