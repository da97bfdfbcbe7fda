-- edge: WRITES
-- from: job
-- to: dataset
-- title: writes
-- back: written by
SELECT DISTINCT 'job:' || l.workspace_id || '/' || l.job_id AS src, d.dataset_key AS dst
FROM lineage_edge AS l JOIN dataset AS d ON d.dataset_id = l.dst_dataset_id
WHERE l.entity_type = 'JOB'
