-- edge: IN_WORKSPACE
-- from: dataset
-- to: workspace
-- title: made in workspace
-- back: makes dataset
SELECT d.dataset_key AS src, w.workspace_key AS dst FROM dataset AS d JOIN workspace AS w ON w.workspace_id = d.workspace_id
