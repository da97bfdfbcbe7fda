-- id: rollup-job-day
-- title: job_day holds what the usage and node rows of each job and day add up to
-- reads: all rows
WITH price AS (
    SELECT s.sku, d.permille, d.valid_from_ms, d.valid_to_ms
    FROM (SELECT DISTINCT sku FROM sku_price) AS s JOIN discount AS d ON s.sku LIKE d.sku_pattern
), line AS (
    SELECT u.workspace_id, u.parent_id, u.job_id, u.usage_date, u.udbu, u.cost_uusd, iif(u.cost_uusd < 0, -1, 1) AS sign,
           1000 - coalesce((SELECT p.permille FROM price AS p WHERE p.sku = u.compute_sku AND p.valid_from_ms <= u.start_ms
                            AND (p.valid_to_ms IS NULL OR u.start_ms < p.valid_to_ms)), 0) AS left_permille
    FROM compute_usage AS u WHERE u.job_id IS NOT NULL
), bill AS (
    SELECT workspace_id, parent_id, job_id, usage_date, sum(udbu) AS udbu, sum(cost_uusd) AS dbu,
           sum(sign * ((abs(cost_uusd) * left_permille + 500) / 1000)) AS contract
    FROM line
    GROUP BY workspace_id, parent_id, usage_date
), machine AS (
    SELECT workspace_id, parent_id, usage_date, sum(vm_uusd) FILTER (WHERE market = 'ON_DEMAND') AS ondemand,
           sum(vm_uusd) FILTER (WHERE market = 'SPOT') AS spot, sum(node_ms) AS node_ms,
           coalesce(sum(node_ms) FILTER (WHERE market = 'SPOT'), 0) AS spot_node_ms, sum(udbu) AS udbu,
           coalesce(sum(udbu) FILTER (WHERE market = 'SPOT'), 0) AS spot_udbu
    FROM node_usage WHERE job_id IS NOT NULL
    GROUP BY workspace_id, parent_id, usage_date
), raw AS MATERIALIZED (
    SELECT b.workspace_id, b.job_id, b.usage_date, sum(b.dbu) AS dbu, sum(b.contract) AS contract, sum(b.udbu) AS udbu,
           coalesce(sum(m.ondemand), 0) AS ondemand, coalesce(sum(m.spot), 0) AS spot,
           coalesce(sum(b.dbu) FILTER (WHERE r.run_status = 'FAILED'), 0) AS waste_dbu,
           coalesce(sum(b.contract) FILTER (WHERE r.run_status = 'FAILED'), 0) AS waste_contract,
           coalesce(sum(m.ondemand) FILTER (WHERE r.run_status = 'FAILED'), 0) AS waste_ondemand,
           coalesce(sum(m.spot) FILTER (WHERE r.run_status = 'FAILED'), 0) AS waste_spot,
           sum(m.node_ms) AS node_ms, sum(m.spot_node_ms) AS spot_node_ms,
           coalesce(sum((b.dbu * ((m.spot_udbu * 1000000 + m.udbu / 2) / m.udbu) + 500000) / 1000000), 0) AS dbu_spot
    FROM bill AS b
    JOIN job_runs AS r ON r.workspace_id = b.workspace_id AND r.job_run_id = b.parent_id
    LEFT JOIN machine AS m ON m.workspace_id = b.workspace_id AND m.parent_id = b.parent_id AND m.usage_date = b.usage_date
    GROUP BY b.workspace_id, b.job_id, b.usage_date
)
SELECT 'rollup' AS side, * FROM (SELECT workspace_id, job_id, usage_date, dbu_uusd, dbu_contract_uusd, udbu, ondemand_uusd, spot_uusd,
                              waste_dbu_uusd, waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd, node_ms, spot_node_ms,
                              dbu_spot_uusd
                              FROM job_day EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'rows', * FROM (SELECT * FROM raw EXCEPT SELECT workspace_id, job_id, usage_date, dbu_uusd, dbu_contract_uusd, udbu, ondemand_uusd, spot_uusd,
                              waste_dbu_uusd, waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd, node_ms, spot_node_ms,
                              dbu_spot_uusd
                       FROM job_day)
ORDER BY workspace_id, job_id, usage_date, side
