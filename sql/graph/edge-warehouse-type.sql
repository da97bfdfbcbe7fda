-- edge: OF_TYPE
-- from: warehouse
-- to: compute_type
-- title: of type
-- back: includes
SELECT n.compute_key AS src, 'compute_type:' || n.workspace_id || '/' || n.compute_id AS dst
FROM non_job_compute AS n WHERE n.compute_type = 'SQL_WAREHOUSE'
