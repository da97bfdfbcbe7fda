-- node: compute_type
-- label: ComputeType
-- title: compute type
-- hub: yes
-- As the report of that name has them: job compute by kind, each warehouse and all-purpose cluster on its own.
SELECT DISTINCT 'compute_type:all/' || CASE WHEN u.product <> 'JOBS' THEN 'other'
           WHEN u.compute_sku LIKE '%SERVERLESS%' THEN 'jobs-serverless' ELSE 'jobs-classic' END AS id,
       NULL AS at_ms, NULL AS cost_uusd, 0 AS severity
FROM sku_day AS u
WHERE u.product NOT IN ('SQL', 'ALL_PURPOSE')
UNION
SELECT 'compute_type:' || n.workspace_id || '/' || n.compute_id, NULL, NULL, 0 FROM non_job_compute AS n
