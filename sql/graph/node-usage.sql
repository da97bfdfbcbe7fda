-- node: usage
-- label: Usage
-- title: usage
-- What an attempt was billed as, one node per SKU, and what its machines cost, one per market; resources by month.
SELECT 'usage:' || u.workspace_id || '/' || u.parent_id || '/' || u.compute_sku AS id, NULL AS at_ms, sum(u.cost_uusd) AS cost_uusd, 0 AS severity
FROM compute_usage AS u
WHERE u.parent_type = 'JOB_RUN'
GROUP BY u.workspace_id, u.parent_id, u.compute_sku
UNION ALL
SELECT 'usage:' || n.workspace_id || '/' || n.parent_id || '/VM_' || n.market, NULL, sum(n.vm_uusd), 0
FROM node_usage AS n
WHERE n.parent_type = 'JOB_RUN'
GROUP BY n.workspace_id, n.parent_id, n.market
UNION ALL
SELECT 'usage:' || r.workspace_id || '/' || r.compute_id || '/' || substr(r.usage_date, 1, 7),
       unixepoch(min(r.usage_date)) * 1000, sum(r.dbu_uusd + coalesce(r.vm_uusd, 0)), 0
FROM resource_day AS r
GROUP BY r.workspace_id, r.compute_id, substr(r.usage_date, 1, 7)
