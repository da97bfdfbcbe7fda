-- edge: IN_WORKSPACE
-- from: job
-- to: workspace
-- title: in workspace
-- back: has job
SELECT j.job_key AS src, w.workspace_key AS dst FROM jobs AS j JOIN workspace AS w ON w.workspace_id = j.workspace_id
