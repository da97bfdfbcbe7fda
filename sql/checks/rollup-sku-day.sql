-- id: rollup-sku-day
-- title: sku_day holds what all usage rows of each product, SKU and day add up to
-- reads: all rows
WITH price AS (
    SELECT s.sku, d.permille, d.valid_from_ms, d.valid_to_ms
    FROM (SELECT DISTINCT sku FROM sku_price) AS s JOIN discount AS d ON s.sku LIKE d.sku_pattern
), line AS (
    SELECT u.workspace_id, u.product, u.compute_sku, u.usage_date, u.cost_uusd, u.udbu, iif(u.cost_uusd < 0, -1, 1) AS sign,
           1000 - coalesce((SELECT p.permille FROM price AS p WHERE p.sku = u.compute_sku AND p.valid_from_ms <= u.start_ms
                            AND (p.valid_to_ms IS NULL OR u.start_ms < p.valid_to_ms)), 0) AS left_permille
    FROM compute_usage AS u
), raw AS MATERIALIZED (
    SELECT workspace_id, product, compute_sku, usage_date, sum(cost_uusd) AS dbu, sum(udbu) AS udbu,
           sum(sign * ((abs(cost_uusd) * left_permille + 500) / 1000)) AS contract
    FROM line
    GROUP BY workspace_id, product, compute_sku, usage_date
)
SELECT 'rollup' AS side, * FROM (SELECT workspace_id, product, compute_sku, usage_date, dbu_uusd, udbu, dbu_contract_uusd
                              FROM sku_day EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'rows', * FROM (SELECT * FROM raw EXCEPT SELECT workspace_id, product, compute_sku, usage_date, dbu_uusd, udbu, dbu_contract_uusd
                       FROM sku_day)
ORDER BY workspace_id, product, compute_sku, usage_date, side
