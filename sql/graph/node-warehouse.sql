-- node: warehouse
-- label: Warehouse
-- title: SQL warehouse
-- prefix: resource
SELECT n.compute_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM non_job_compute AS n WHERE n.compute_type = 'SQL_WAREHOUSE'
