-- id: rollup-job-run-day
-- title: job_run_day holds what the attempts, their cost and the evictions of each job and day add up to
-- reads: all rows
WITH hit AS (
    SELECT workspace_id, job_run_id, count(*) AS n, min(evidence) AS evidence FROM eviction_details GROUP BY workspace_id, job_run_id
), bill AS (
    SELECT workspace_id, parent_id, sum(cost_uusd) AS uusd FROM compute_usage WHERE job_id IS NOT NULL GROUP BY workspace_id, parent_id
), machine AS (
    SELECT workspace_id, parent_id, sum(vm_uusd) AS uusd FROM node_usage WHERE job_id IS NOT NULL GROUP BY workspace_id, parent_id
), attempt AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, r.run_date, r.logical_run_id, r.run_status, r.is_final, r.end_ms - r.start_ms AS ms,
           coalesce(h.n, 0) AS evictions, h.evidence, coalesce(b.uusd, 0) + coalesce(m.uusd, 0) AS uusd
    FROM job_runs AS r
    LEFT JOIN hit AS h ON h.workspace_id = r.workspace_id AND h.job_run_id = r.job_run_id
    LEFT JOIN bill AS b ON b.workspace_id = r.workspace_id AND b.parent_id = r.job_run_id
    LEFT JOIN machine AS m ON m.workspace_id = r.workspace_id AND m.parent_id = r.job_run_id
), logical AS (
    SELECT workspace_id, job_id, run_date, logical_run_id, count(*) AS attempts, sum(evictions) AS evictions,
           count(*) FILTER (WHERE run_status = 'FAILED') AS failed, max(ms) FILTER (WHERE run_status = 'SUCCESS') AS ok_ms,
           max(uusd) FILTER (WHERE run_status = 'SUCCESS') AS ok_uusd, min(evidence) AS evidence,
           coalesce(sum(uusd) FILTER (WHERE run_status = 'FAILED' AND evictions > 0), 0) AS lost,
           max(run_status) FILTER (WHERE is_final = 1) AS result
    FROM attempt
    GROUP BY workspace_id, logical_run_id
), raw AS MATERIALIZED (
    SELECT workspace_id, job_id, run_date, count(*) AS runs, count(*) FILTER (WHERE result = 'SUCCESS') AS ok,
           count(*) FILTER (WHERE result IN ('CANCELLED', 'SKIPPED')) AS excluded, count(*) FILTER (WHERE result = 'RUNNING') AS open,
           sum(attempts) AS attempts, sum(failed) AS failed, sum(evictions) AS evictions,
           count(*) FILTER (WHERE evictions > 0) AS evicted, count(*) FILTER (WHERE evictions > 0 AND failed > 0) AS evicted_failed,
           count(*) FILTER (WHERE evictions = 0 AND failed > 0) AS failed_runs,
           count(ok_ms) AS ok_n, pctl(ok_ms, 0.5) AS p50, pctl(ok_ms, 0.95) AS p95, count(ok_uusd) AS cost_n, pctl(ok_uusd, 0) AS cost_least,
           pctl(ok_uusd, 0.5) AS cost_mid, pctl(ok_uusd, 1) AS cost_most, sum(lost) AS lost, min(evidence) AS evidence
    FROM logical
    GROUP BY workspace_id, job_id, run_date
), kept AS MATERIALIZED (
    SELECT workspace_id, job_id, run_date, runs, runs_ok, runs_excluded, runs_open, attempts, failed_attempts, evictions, evicted_runs,
           evicted_runs_failed, failed_runs, count_packed(ok_ms), pctl_of(unpack_values(ok_ms), 0.5), pctl_of(unpack_values(ok_ms), 0.95),
           count_packed(ok_uusd), pctl_of(unpack_values(ok_uusd), 0), pctl_of(unpack_values(ok_uusd), 0.5),
           pctl_of(unpack_values(ok_uusd), 1), lost_uusd, evidence
    FROM job_run_day
    GROUP BY workspace_id, job_id, run_date
)
SELECT 'rollup' AS side, * FROM (SELECT * FROM kept EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'rows', * FROM (SELECT * FROM raw EXCEPT SELECT * FROM kept)
ORDER BY workspace_id, job_id, run_date, side
