-- edge: IN_WORKSPACE
-- from: warehouse
-- to: workspace
-- title: in workspace
-- back: has warehouse
SELECT n.compute_key AS src, w.workspace_key AS dst
FROM non_job_compute AS n JOIN workspace AS w ON w.workspace_id = n.workspace_id
WHERE n.compute_type = 'SQL_WAREHOUSE'
