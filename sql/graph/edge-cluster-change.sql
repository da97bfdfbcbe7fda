-- edge: CHANGED_BY
-- from: cluster
-- to: change
-- title: change
-- back: changed
SELECT n.compute_key AS src, c.change_key AS dst
FROM change_event AS c
JOIN non_job_compute AS n ON n.workspace_id = c.workspace_id AND n.compute_id = c.compute_id AND n.compute_type = 'APC_CLUSTER'
