-- id: rollup-resource-day
-- title: resource_day holds what the usage, node and hour rows of each warehouse and cluster add up to
-- reads: all rows
WITH price AS (
    SELECT s.sku, d.permille, d.valid_from_ms, d.valid_to_ms
    FROM (SELECT DISTINCT sku FROM sku_price) AS s JOIN discount AS d ON s.sku LIKE d.sku_pattern
), line AS (
    SELECT u.*, iif(u.cost_uusd < 0, -1, 1) AS sign,
           1000 - coalesce((SELECT p.permille FROM price AS p WHERE p.sku = u.compute_sku AND p.valid_from_ms <= u.start_ms
                            AND (p.valid_to_ms IS NULL OR u.start_ms < p.valid_to_ms)), 0) AS left_permille
    FROM compute_usage AS u WHERE u.parent_type <> 'JOB_RUN'
), bill AS (
    SELECT workspace_id, parent_id, usage_date, min(product) AS product, sum(cost_uusd) AS dbu, sum(udbu) AS udbu,
           sum(sign * ((abs(cost_uusd) * left_permille + 500) / 1000)) AS contract
    FROM line
    GROUP BY workspace_id, parent_id, usage_date
), raw AS MATERIALIZED (
    SELECT b.workspace_id, b.parent_id, b.usage_date, b.product, b.dbu, b.contract, b.udbu, n.vm_uusd, n.node_ms, h.used_ms, h.paid_ms
    FROM bill AS b
    LEFT JOIN (SELECT workspace_id, parent_id, usage_date, sum(vm_uusd) AS vm_uusd, sum(node_ms) AS node_ms FROM node_usage
               WHERE job_id IS NULL GROUP BY workspace_id, parent_id, usage_date) AS n
        ON n.workspace_id = b.workspace_id AND n.parent_id = b.parent_id AND n.usage_date = b.usage_date
    LEFT JOIN (SELECT workspace_id, compute_id, usage_date, sum(used_ms) AS used_ms, sum(paid_ms) AS paid_ms FROM resource_hour
               GROUP BY workspace_id, compute_id, usage_date) AS h
        ON h.workspace_id = b.workspace_id AND h.compute_id = b.parent_id AND h.usage_date = b.usage_date
)
SELECT 'rollup' AS side, * FROM (SELECT workspace_id, compute_id, usage_date, product, dbu_uusd, dbu_contract_uusd, udbu, vm_uusd, node_ms,
                              used_ms, paid_ms
                              FROM resource_day EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'rows', * FROM (SELECT * FROM raw EXCEPT SELECT workspace_id, compute_id, usage_date, product, dbu_uusd, dbu_contract_uusd, udbu, vm_uusd, node_ms,
                              used_ms, paid_ms
                       FROM resource_day)
ORDER BY workspace_id, compute_id, usage_date, side
