-- edge: BILLED_AS
-- from: attempt
-- to: usage
-- title: billed as
-- back: bill of
-- part: yes
SELECT 'attempt:' || u.workspace_id || '/' || u.parent_id AS src, 'usage:' || u.workspace_id || '/' || u.parent_id || '/' || u.compute_sku AS dst
FROM (SELECT DISTINCT workspace_id, parent_id, compute_sku FROM compute_usage WHERE parent_type = 'JOB_RUN') AS u
UNION ALL
SELECT 'attempt:' || n.workspace_id || '/' || n.parent_id, 'usage:' || n.workspace_id || '/' || n.parent_id || '/VM_' || n.market
FROM node_usage AS n
WHERE n.parent_type = 'JOB_RUN'
GROUP BY n.workspace_id, n.parent_id, n.market
