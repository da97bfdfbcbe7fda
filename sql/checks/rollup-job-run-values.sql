-- id: rollup-job-run-values
-- title: job_run_values holds the durations and costs of job_run_day
-- reads: all rows
WITH day AS (
    SELECT workspace_id, job_id, 'ok_ms' AS measure, run_date, ok_ms AS packed FROM job_run_day
    UNION ALL
    SELECT workspace_id, job_id, 'ok_uusd', run_date, ok_uusd FROM job_run_day
), span AS MATERIALIZED (
    SELECT DISTINCT run_date FROM job_run_day
), kept AS MATERIALIZED ( -- also days of which there is nothing
    SELECT v.workspace_id, v.job_id, v.measure, s.run_date, length(day_values(v.packed, s.run_date, s.run_date)) AS bytes,
           pctl_of(day_values(v.packed, s.run_date, s.run_date), 0) AS least, pctl_of(day_values(v.packed, s.run_date, s.run_date), 0.3) AS some,
           pctl_of(day_values(v.packed, s.run_date, s.run_date), 1) AS most
    FROM job_run_values AS v JOIN span AS s ON substr(s.run_date, 1, 7) = v.month
    GROUP BY v.workspace_id, v.job_id, v.measure, s.run_date
    HAVING length(day_values(v.packed, s.run_date, s.run_date)) > 0
), raw AS MATERIALIZED (
    SELECT d.workspace_id, d.job_id, d.measure, d.run_date, length(unpack_values(d.packed)), pctl_of(unpack_values(d.packed), 0),
           pctl_of(unpack_values(d.packed), 0.3), pctl_of(unpack_values(d.packed), 1)
    FROM day AS d
    GROUP BY d.workspace_id, d.job_id, d.measure, d.run_date
    HAVING count_packed(d.packed) > 0
)
SELECT 'month' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'days', * FROM (SELECT * FROM raw EXCEPT SELECT * FROM kept)
ORDER BY workspace_id, job_id, measure, run_date, side
