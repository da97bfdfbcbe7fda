-- edge: BILLED_AS
-- from: warehouse
-- to: usage
-- title: billed as
-- back: bill of
SELECT DISTINCT n.compute_key AS src, 'usage:' || r.workspace_id || '/' || r.compute_id || '/' || substr(r.usage_date, 1, 7) AS dst
FROM resource_day AS r
JOIN non_job_compute AS n ON n.workspace_id = r.workspace_id AND n.compute_id = r.compute_id AND n.compute_type = 'SQL_WAREHOUSE'
