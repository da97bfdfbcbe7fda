-- id: nodes-have-usage
-- title: node time of a day has a usage row of the same day, and usage on machines has node time
-- reads: all rows
SELECT n.workspace_id AS workspace_id, n.parent_id AS parent_id, n.usage_date AS usage_date
FROM node_usage AS n
WHERE NOT EXISTS (SELECT 1 FROM compute_usage AS u WHERE u.parent_id = n.parent_id AND u.parent_type = n.parent_type
                  AND u.workspace_id = n.workspace_id AND u.usage_date = n.usage_date AND u.job_id IS n.job_id)
UNION ALL
SELECT u.workspace_id, u.parent_id, u.usage_date
FROM compute_usage AS u
WHERE u.cluster_instance_type IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM node_usage AS n WHERE n.workspace_id = u.workspace_id AND n.parent_id = u.parent_id
                  AND n.usage_date = u.usage_date)
ORDER BY workspace_id, parent_id, usage_date
