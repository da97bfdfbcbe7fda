-- id: rollup-resource-month
-- title: resource_month holds the days of resource_day
-- reads: all rows
WITH span AS MATERIALIZED (
    SELECT DISTINCT substr(usage_date, 1, 7) AS month, substr(usage_date, 1, 7) || '-01' AS first_day,
           date(substr(usage_date, 1, 7) || '-01', '+1 month', '-1 day') AS last_day
    FROM resource_day
), kept AS MATERIALIZED (
    SELECT m.workspace_id, m.compute_id, m.month,
           day_series(m.cost_uusd, f.first_day, f.last_day) AS cost_uusd, sum_days(m.cost_uusd, f.first_day, f.last_day) AS cost_uusd_sum,
           day_series(m.cost_contract_uusd, f.first_day, f.last_day) AS cost_contract_uusd, sum_days(m.cost_contract_uusd, f.first_day, f.last_day) AS cost_contract_uusd_sum,
           day_series(m.dbu_uusd, f.first_day, f.last_day) AS dbu_uusd, sum_days(m.dbu_uusd, f.first_day, f.last_day) AS dbu_uusd_sum,
           day_series(m.dbu_contract_uusd, f.first_day, f.last_day) AS dbu_contract_uusd, sum_days(m.dbu_contract_uusd, f.first_day, f.last_day) AS dbu_contract_uusd_sum,
           day_series(m.udbu, f.first_day, f.last_day) AS udbu, sum_days(m.udbu, f.first_day, f.last_day) AS udbu_sum,
           day_series(m.vm_uusd, f.first_day, f.last_day) AS vm_uusd, sum_days(m.vm_uusd, f.first_day, f.last_day) AS vm_uusd_sum,
           day_series(m.used_ms, f.first_day, f.last_day) AS used_ms, sum_days(m.used_ms, f.first_day, f.last_day) AS used_ms_sum,
           day_series(m.paid_ms, f.first_day, f.last_day) AS paid_ms, sum_days(m.paid_ms, f.first_day, f.last_day) AS paid_ms_sum,
           day_series(m.shared_dbu_uusd, f.first_day, f.last_day) AS shared_dbu_uusd, sum_days(m.shared_dbu_uusd, f.first_day, f.last_day) AS shared_dbu_uusd_sum,
           day_series(m.shared_dbu_contract_uusd, f.first_day, f.last_day) AS shared_dbu_contract_uusd, sum_days(m.shared_dbu_contract_uusd, f.first_day, f.last_day) AS shared_dbu_contract_uusd_sum
    FROM resource_month AS m LEFT JOIN span AS f ON f.month = m.month
    GROUP BY m.workspace_id, m.compute_id, m.month
), raw AS MATERIALIZED (
    SELECT d.workspace_id, d.compute_id, f.month,
           day_series(d.usage_date, coalesce(d.dbu_uusd + coalesce(d.vm_uusd, 0), 0), f.first_day, f.last_day), sum(d.dbu_uusd + coalesce(d.vm_uusd, 0)),
           day_series(d.usage_date, coalesce(d.dbu_contract_uusd + coalesce(d.vm_uusd, 0), 0), f.first_day, f.last_day), sum(d.dbu_contract_uusd + coalesce(d.vm_uusd, 0)),
           day_series(d.usage_date, coalesce(d.dbu_uusd, 0), f.first_day, f.last_day), sum(d.dbu_uusd),
           day_series(d.usage_date, coalesce(d.dbu_contract_uusd, 0), f.first_day, f.last_day), sum(d.dbu_contract_uusd),
           day_series(d.usage_date, coalesce(d.udbu, 0), f.first_day, f.last_day), sum(d.udbu),
           day_series(d.usage_date, coalesce(d.vm_uusd, 0), f.first_day, f.last_day), sum(d.vm_uusd),
           day_series(d.usage_date, coalesce(d.used_ms, 0), f.first_day, f.last_day), sum(d.used_ms),
           day_series(d.usage_date, coalesce(d.paid_ms, 0), f.first_day, f.last_day), sum(d.paid_ms),
           day_series(d.usage_date, coalesce(d.shared, 0), f.first_day, f.last_day), sum(d.shared),
           day_series(d.usage_date, coalesce(d.shared_contract, 0), f.first_day, f.last_day), sum(d.shared_contract)
    FROM (
        SELECT r.*, iif(s.n > 0, r.dbu_uusd, NULL) AS shared, iif(s.n > 0, r.dbu_contract_uusd, NULL) AS shared_contract
        FROM resource_day AS r LEFT JOIN (
            SELECT workspace_id, compute_id, run_date, count(*) AS n FROM job_runs GROUP BY workspace_id, compute_id, run_date
        ) AS s ON r.product = 'ALL_PURPOSE' AND s.workspace_id = r.workspace_id AND s.compute_id = r.compute_id AND s.run_date = r.usage_date
    ) AS d JOIN span AS f ON f.month = substr(d.usage_date, 1, 7)
    GROUP BY d.workspace_id, d.compute_id, f.month
)
SELECT 'month' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'days', * FROM (SELECT * FROM raw EXCEPT SELECT * FROM kept)
ORDER BY workspace_id, compute_id, month, side
