-- id: rollup-job-run-month
-- title: job_run_month holds the days of job_run_day
-- reads: all rows
WITH span AS MATERIALIZED (
    SELECT DISTINCT substr(run_date, 1, 7) AS month, substr(run_date, 1, 7) || '-01' AS first_day,
           date(substr(run_date, 1, 7) || '-01', '+1 month', '-1 day') AS last_day
    FROM job_run_day
), kept AS MATERIALIZED (
    SELECT m.workspace_id, m.job_id, m.month,
           day_series(m.runs, f.first_day, f.last_day) AS runs, sum_days(m.runs, f.first_day, f.last_day) AS runs_sum,
           day_series(m.runs_ok, f.first_day, f.last_day) AS runs_ok, sum_days(m.runs_ok, f.first_day, f.last_day) AS runs_ok_sum,
           day_series(m.runs_excluded, f.first_day, f.last_day) AS runs_excluded, sum_days(m.runs_excluded, f.first_day, f.last_day) AS runs_excluded_sum,
           day_series(m.runs_open, f.first_day, f.last_day) AS runs_open, sum_days(m.runs_open, f.first_day, f.last_day) AS runs_open_sum,
           day_series(m.attempts, f.first_day, f.last_day) AS attempts, sum_days(m.attempts, f.first_day, f.last_day) AS attempts_sum,
           day_series(m.failed_attempts, f.first_day, f.last_day) AS failed_attempts, sum_days(m.failed_attempts, f.first_day, f.last_day) AS failed_attempts_sum,
           day_series(m.evictions, f.first_day, f.last_day) AS evictions, sum_days(m.evictions, f.first_day, f.last_day) AS evictions_sum,
           day_series(m.evicted_runs, f.first_day, f.last_day) AS evicted_runs, sum_days(m.evicted_runs, f.first_day, f.last_day) AS evicted_runs_sum,
           day_series(m.evicted_runs_failed, f.first_day, f.last_day) AS evicted_runs_failed, sum_days(m.evicted_runs_failed, f.first_day, f.last_day) AS evicted_runs_failed_sum,
           day_series(m.failed_runs, f.first_day, f.last_day) AS failed_runs, sum_days(m.failed_runs, f.first_day, f.last_day) AS failed_runs_sum
    FROM job_run_month AS m
    LEFT JOIN span AS f ON f.month = m.month
    GROUP BY m.workspace_id, m.job_id, m.month
), raw AS MATERIALIZED (
    SELECT d.workspace_id, d.job_id, f.month,
           day_series(d.run_date, coalesce(d.runs, 0), f.first_day, f.last_day), sum(d.runs),
           day_series(d.run_date, coalesce(d.runs_ok, 0), f.first_day, f.last_day), sum(d.runs_ok),
           day_series(d.run_date, coalesce(d.runs_excluded, 0), f.first_day, f.last_day), sum(d.runs_excluded),
           day_series(d.run_date, coalesce(d.runs_open, 0), f.first_day, f.last_day), sum(d.runs_open),
           day_series(d.run_date, coalesce(d.attempts, 0), f.first_day, f.last_day), sum(d.attempts),
           day_series(d.run_date, coalesce(d.failed_attempts, 0), f.first_day, f.last_day), sum(d.failed_attempts),
           day_series(d.run_date, coalesce(d.evictions, 0), f.first_day, f.last_day), sum(d.evictions),
           day_series(d.run_date, coalesce(d.evicted_runs, 0), f.first_day, f.last_day), sum(d.evicted_runs),
           day_series(d.run_date, coalesce(d.evicted_runs_failed, 0), f.first_day, f.last_day), sum(d.evicted_runs_failed),
           day_series(d.run_date, coalesce(d.failed_runs, 0), f.first_day, f.last_day), sum(d.failed_runs)
    FROM job_run_day AS d JOIN span AS f ON f.month = substr(d.run_date, 1, 7)
    GROUP BY d.workspace_id, d.job_id, f.month
)
SELECT 'month' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'days', * FROM (SELECT * FROM raw EXCEPT SELECT * FROM kept)
ORDER BY workspace_id, job_id, month, side
