-- edge: IN_WORKSPACE
-- from: cluster
-- to: workspace
-- title: in workspace
-- back: has cluster
SELECT n.compute_key AS src, w.workspace_key AS dst
FROM non_job_compute AS n JOIN workspace AS w ON w.workspace_id = n.workspace_id
WHERE n.compute_type = 'APC_CLUSTER'
