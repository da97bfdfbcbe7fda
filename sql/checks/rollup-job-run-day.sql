-- id: rollup-job-run-day
-- title: job_run_day holds what the attempts and evictions of each job and day add up to
-- reads: all rows
WITH lost AS (
    SELECT workspace_id, job_run_id, count(*) AS n FROM eviction_details GROUP BY workspace_id, job_run_id
), logical AS (
    SELECT r.workspace_id, r.job_id, r.run_date, r.logical_run_id, count(*) AS attempts, coalesce(sum(l.n), 0) AS evictions,
           count(*) FILTER (WHERE r.run_status = 'FAILED') AS failed,
           max(r.end_ms - r.start_ms) FILTER (WHERE r.run_status = 'SUCCESS') AS ok_ms,
           max(r.run_status) FILTER (WHERE r.is_final = 1) AS result
    FROM job_runs AS r LEFT JOIN lost AS l ON l.workspace_id = r.workspace_id AND l.job_run_id = r.job_run_id
    GROUP BY r.workspace_id, r.logical_run_id
), raw AS MATERIALIZED (
    SELECT workspace_id, job_id, run_date, count(*) AS runs, count(*) FILTER (WHERE result = 'SUCCESS') AS ok,
           count(*) FILTER (WHERE result IN ('CANCELLED', 'SKIPPED')) AS excluded, count(*) FILTER (WHERE result = 'RUNNING') AS open,
           sum(attempts) AS attempts, sum(failed) AS failed, sum(evictions) AS evictions,
           count(*) FILTER (WHERE evictions > 0) AS evicted, count(*) FILTER (WHERE evictions > 0 AND failed > 0) AS evicted_failed,
           count(*) FILTER (WHERE evictions = 0 AND failed > 0) AS failed_runs,
           count(ok_ms) AS ok_n, pctl(ok_ms, 0.5) AS p50, pctl(ok_ms, 0.95) AS p95
    FROM logical
    GROUP BY workspace_id, job_id, run_date
), kept AS MATERIALIZED (
    SELECT workspace_id, job_id, run_date, runs, runs_ok, runs_excluded, runs_open, attempts, failed_attempts, evictions, evicted_runs,
           evicted_runs_failed, failed_runs, count_packed(ok_ms), pctl_packed(ok_ms, 0.5), pctl_packed(ok_ms, 0.95)
    FROM job_run_day
    GROUP BY workspace_id, job_id, run_date
)
SELECT 'rollup' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'rows', * FROM (SELECT * FROM raw EXCEPT SELECT * FROM kept)
ORDER BY workspace_id, job_id, run_date, side
