-- id: rollup-job-month
-- title: job_month, job_vm_month and job_waste_month hold the days of job_day
-- reads: all rows
WITH span AS MATERIALIZED (
    SELECT DISTINCT substr(usage_date, 1, 7) AS month, substr(usage_date, 1, 7) || '-01' AS first_day,
           date(substr(usage_date, 1, 7) || '-01', '+1 month', '-1 day') AS last_day
    FROM job_day
), kept AS MATERIALIZED (
    SELECT workspace_id, job_id, month,
           day_series(cost_uusd, f.first_day, f.last_day) AS cost_uusd, sum_days(cost_uusd, f.first_day, f.last_day) AS cost_uusd_sum,
           day_series(cost_contract_uusd, f.first_day, f.last_day) AS cost_contract_uusd, sum_days(cost_contract_uusd, f.first_day, f.last_day) AS cost_contract_uusd_sum,
           day_series(dbu_uusd, f.first_day, f.last_day) AS dbu_uusd, sum_days(dbu_uusd, f.first_day, f.last_day) AS dbu_uusd_sum,
           day_series(dbu_contract_uusd, f.first_day, f.last_day) AS dbu_contract_uusd, sum_days(dbu_contract_uusd, f.first_day, f.last_day) AS dbu_contract_uusd_sum,
           day_series(ondemand_uusd, f.first_day, f.last_day) AS ondemand_uusd, sum_days(ondemand_uusd, f.first_day, f.last_day) AS ondemand_uusd_sum,
           day_series(spot_uusd, f.first_day, f.last_day) AS spot_uusd, sum_days(spot_uusd, f.first_day, f.last_day) AS spot_uusd_sum,
           day_series(waste_dbu_uusd, f.first_day, f.last_day) AS waste_dbu_uusd, sum_days(waste_dbu_uusd, f.first_day, f.last_day) AS waste_dbu_uusd_sum,
           day_series(waste_dbu_contract_uusd, f.first_day, f.last_day) AS waste_dbu_contract_uusd, sum_days(waste_dbu_contract_uusd, f.first_day, f.last_day) AS waste_dbu_contract_uusd_sum,
           day_series(waste_ondemand_uusd, f.first_day, f.last_day) AS waste_ondemand_uusd, sum_days(waste_ondemand_uusd, f.first_day, f.last_day) AS waste_ondemand_uusd_sum,
           day_series(waste_spot_uusd, f.first_day, f.last_day) AS waste_spot_uusd, sum_days(waste_spot_uusd, f.first_day, f.last_day) AS waste_spot_uusd_sum,
           day_series(node_ms, f.first_day, f.last_day) AS node_ms, sum_days(node_ms, f.first_day, f.last_day) AS node_ms_sum,
           day_series(spot_node_ms, f.first_day, f.last_day) AS spot_node_ms, sum_days(spot_node_ms, f.first_day, f.last_day) AS spot_node_ms_sum
    FROM job_month AS m
    FULL JOIN job_vm_month USING (workspace_id, job_id, month) FULL JOIN job_waste_month USING (workspace_id, job_id, month)
    LEFT JOIN span AS f USING (month)
    GROUP BY workspace_id, job_id, month
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
