-- id: rollup-job-month
-- title: job_month holds the days of job_day
-- reads: all rows
WITH span AS MATERIALIZED (
    SELECT DISTINCT substr(usage_date, 1, 7) AS month, substr(usage_date, 1, 7) || '-01' AS first_day,
           date(substr(usage_date, 1, 7) || '-01', '+1 month', '-1 day') AS last_day
    FROM job_day
), kept AS MATERIALIZED (
    SELECT m.workspace_id, m.job_id, m.month,
           day_series(m.cost_uusd, f.first_day, f.last_day) AS cost_uusd, sum_days(m.cost_uusd, f.first_day, f.last_day) AS cost_uusd_sum,
           day_series(m.cost_contract_uusd, f.first_day, f.last_day) AS cost_contract_uusd, sum_days(m.cost_contract_uusd, f.first_day, f.last_day) AS cost_contract_uusd_sum,
           day_series(m.dbu_uusd, f.first_day, f.last_day) AS dbu_uusd, sum_days(m.dbu_uusd, f.first_day, f.last_day) AS dbu_uusd_sum,
           day_series(m.dbu_contract_uusd, f.first_day, f.last_day) AS dbu_contract_uusd, sum_days(m.dbu_contract_uusd, f.first_day, f.last_day) AS dbu_contract_uusd_sum,
           day_series(m.ondemand_uusd, f.first_day, f.last_day) AS ondemand_uusd, sum_days(m.ondemand_uusd, f.first_day, f.last_day) AS ondemand_uusd_sum,
           day_series(m.spot_uusd, f.first_day, f.last_day) AS spot_uusd, sum_days(m.spot_uusd, f.first_day, f.last_day) AS spot_uusd_sum,
           day_series(m.waste_dbu_uusd, f.first_day, f.last_day) AS waste_dbu_uusd, sum_days(m.waste_dbu_uusd, f.first_day, f.last_day) AS waste_dbu_uusd_sum,
           day_series(m.waste_dbu_contract_uusd, f.first_day, f.last_day) AS waste_dbu_contract_uusd, sum_days(m.waste_dbu_contract_uusd, f.first_day, f.last_day) AS waste_dbu_contract_uusd_sum,
           day_series(m.waste_ondemand_uusd, f.first_day, f.last_day) AS waste_ondemand_uusd, sum_days(m.waste_ondemand_uusd, f.first_day, f.last_day) AS waste_ondemand_uusd_sum,
           day_series(m.waste_spot_uusd, f.first_day, f.last_day) AS waste_spot_uusd, sum_days(m.waste_spot_uusd, f.first_day, f.last_day) AS waste_spot_uusd_sum,
           day_series(m.node_ms, f.first_day, f.last_day) AS node_ms, sum_days(m.node_ms, f.first_day, f.last_day) AS node_ms_sum,
           day_series(m.spot_node_ms, f.first_day, f.last_day) AS spot_node_ms, sum_days(m.spot_node_ms, f.first_day, f.last_day) AS spot_node_ms_sum
    FROM job_month AS m LEFT JOIN span AS f ON f.month = m.month
    GROUP BY m.workspace_id, m.job_id, m.month
), raw AS MATERIALIZED (
    SELECT d.workspace_id, d.job_id, f.month,
           day_series(d.usage_date, coalesce(d.dbu_uusd + d.ondemand_uusd + d.spot_uusd, 0), f.first_day, f.last_day), sum(d.dbu_uusd + d.ondemand_uusd + d.spot_uusd),
           day_series(d.usage_date, coalesce(d.dbu_contract_uusd + d.ondemand_uusd + d.spot_uusd, 0), f.first_day, f.last_day), sum(d.dbu_contract_uusd + d.ondemand_uusd + d.spot_uusd),
           day_series(d.usage_date, coalesce(d.dbu_uusd, 0), f.first_day, f.last_day), sum(d.dbu_uusd),
           day_series(d.usage_date, coalesce(d.dbu_contract_uusd, 0), f.first_day, f.last_day), sum(d.dbu_contract_uusd),
           day_series(d.usage_date, coalesce(d.ondemand_uusd, 0), f.first_day, f.last_day), sum(d.ondemand_uusd),
           day_series(d.usage_date, coalesce(d.spot_uusd, 0), f.first_day, f.last_day), sum(d.spot_uusd),
           day_series(d.usage_date, coalesce(d.waste_dbu_uusd, 0), f.first_day, f.last_day), sum(d.waste_dbu_uusd),
           day_series(d.usage_date, coalesce(d.waste_dbu_contract_uusd, 0), f.first_day, f.last_day), sum(d.waste_dbu_contract_uusd),
           day_series(d.usage_date, coalesce(d.waste_ondemand_uusd, 0), f.first_day, f.last_day), sum(d.waste_ondemand_uusd),
           day_series(d.usage_date, coalesce(d.waste_spot_uusd, 0), f.first_day, f.last_day), sum(d.waste_spot_uusd),
           day_series(d.usage_date, coalesce(d.node_ms, 0), f.first_day, f.last_day), sum(d.node_ms),
           day_series(d.usage_date, coalesce(d.spot_node_ms, 0), f.first_day, f.last_day), sum(d.spot_node_ms)
    FROM job_day AS d JOIN span AS f ON f.month = substr(d.usage_date, 1, 7)
    GROUP BY d.workspace_id, d.job_id, f.month
)
SELECT 'month' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'days', * FROM (SELECT * FROM raw EXCEPT SELECT * FROM kept)
ORDER BY workspace_id, job_id, month, side
