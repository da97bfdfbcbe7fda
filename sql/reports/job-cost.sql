-- id: job-cost
-- version: 1
-- title: Job cost
-- pillar: cost
-- question: Which jobs cost the most, and how much of it runs on spot?
-- entity: job
-- key: job_key
-- label: job_name
-- mark: stacked-hbar
-- series: dbu_uusd, ondemand_vm_uusd, spot_vm_uusd, wasted_uusd
-- column: job_key | id | Job id
-- column: job_name | text | Job
-- column: workspace_id | id | Workspace id
-- column: workspace_name | text | Workspace
-- column: owner | text | Owner
-- column: dbu_uusd | usd | DBU, productive
-- column: ondemand_vm_uusd | usd | On-demand VM, productive
-- column: spot_vm_uusd | usd | Spot VM, productive
-- column: wasted_uusd | usd | Wasted
-- column: total_uusd | usd | Total
-- column: baseline_uusd | usd | Window before
-- column: dbu_list_uusd | usd | DBU at list price
-- column: vm_est_uusd | usd | VM estimate
-- column: runs | count | Runs
-- column: runs_ok | count | Runs that succeeded
-- column: runs_excluded | count | Cancelled or skipped
-- column: attempts | count | Attempts
-- column: failed_attempts | count | Failed attempts
-- column: evictions | count | Spot evictions
-- column: spot_node_ms | ms | Spot node time
-- column: node_ms | ms | Node time
-- column: p50_ms | ms | Median duration
-- column: p95_ms | ms | p95 duration
-- column: success_lo | ratio | Success, lower bound
-- column: success_hi | ratio | Success, upper bound
-- column: last_failure_ms | time | Last failure
-- column: last_error | text | Last error
-- column: daily | json | Daily total
-- param: days | 28 | 1..365
-- param: as_of | | date
-- param: workspace | | text
-- top: 15
-- order: total cost, highest first; equal ones and those without a cost of their own by job id
-- reconcile: sql/reconcile/jobs.sql
-- method: DBU at the list price valid when it was used, virtual machines as node-hours times their price (an estimate); all layers of failed attempts are wasted; jobs on shared all-purpose clusters are billed to the cluster and have no cost of their own.
-- chip: job.explain
-- chip: job.what-changed
-- chip: job.cut-cost
-- chip: job.what-to-watch

-- Cost belongs to the UTC day on which it was used, a run with all its attempts to the UTC day on which it began. W is the :days
-- days up to :as_of, B the :days days before. NULL is "not known" or "does not apply", never zero.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day,
           CAST(strftime('%s', date(:as_of, '-' || (:days - 1) || ' days')) AS INTEGER) * 1000 AS first_ms,
           (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS data_first_day
),
scope AS MATERIALIZED (
    SELECT j.workspace_id, j.job_id, j.job_name, j.compute_kind, j.created_ms, w.workspace_name, u.name AS owner
    FROM workspace AS w
    CROSS JOIN jobs AS j ON j.workspace_id = w.workspace_id
    LEFT JOIN users_lookup AS u ON u.user_id = j.owner_user_id
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
),
cost_day AS MATERIALIZED ( -- one row per job and day with usage, W and B
    SELECT workspace_id, job_id, usage_date, sum(dbu_uusd) AS dbu_uusd, sum(ondemand_uusd) AS ondemand_uusd,
           sum(spot_uusd) AS spot_uusd, sum(node_ms) AS node_ms, sum(spot_node_ms) AS spot_node_ms
    FROM (
        SELECT s.workspace_id, s.job_id, u.usage_date, sum(u.cost_uusd) AS dbu_uusd, 0 AS ondemand_uusd, 0 AS spot_uusd,
               NULL AS node_ms, NULL AS spot_node_ms
        FROM span AS p CROSS JOIN scope AS s
        CROSS JOIN compute_usage AS u ON u.workspace_id = s.workspace_id AND u.job_id = s.job_id
            AND u.usage_date BETWEEN p.base_first_day AND p.last_day
        GROUP BY s.workspace_id, s.job_id, u.usage_date
        UNION ALL
        SELECT s.workspace_id, s.job_id, n.usage_date, 0, sum(iif(n.market = 'SPOT', 0, n.vm_uusd)),
               sum(iif(n.market = 'SPOT', n.vm_uusd, 0)), sum(n.node_ms), sum(iif(n.market = 'SPOT', n.node_ms, 0))
        FROM span AS p CROSS JOIN scope AS s
        CROSS JOIN node_usage AS n ON n.workspace_id = s.workspace_id AND n.job_id = s.job_id
            AND n.usage_date BETWEEN p.base_first_day AND p.last_day
        GROUP BY s.workspace_id, s.job_id, n.usage_date
    )
    GROUP BY workspace_id, job_id, usage_date
),
cost AS MATERIALIZED (
    SELECT c.workspace_id, c.job_id,
           sum(c.dbu_uusd) FILTER (WHERE c.usage_date >= p.first_day) AS dbu_uusd,
           sum(c.ondemand_uusd) FILTER (WHERE c.usage_date >= p.first_day) AS ondemand_uusd,
           sum(c.spot_uusd) FILTER (WHERE c.usage_date >= p.first_day) AS spot_uusd,
           sum(c.node_ms) FILTER (WHERE c.usage_date >= p.first_day) AS node_ms,
           sum(c.spot_node_ms) FILTER (WHERE c.usage_date >= p.first_day) AS spot_node_ms,
           sum(c.dbu_uusd + c.ondemand_uusd + c.spot_uusd) FILTER (WHERE c.usage_date < p.first_day) AS base_uusd
    FROM span AS p CROSS JOIN cost_day AS c
    GROUP BY c.workspace_id, c.job_id
),
failed AS MATERIALIZED ( -- attempts that failed and may have used something in W
    SELECT r.workspace_id, r.job_id, r.job_run_id
    FROM span AS p CROSS JOIN scope AS s
    CROSS JOIN job_runs AS r ON r.workspace_id = s.workspace_id AND r.job_id = s.job_id
    WHERE r.run_status = 'FAILED' AND r.end_ms >= p.first_ms
),
waste AS MATERIALIZED (
    SELECT workspace_id, job_id, sum(dbu_uusd) AS dbu_uusd, sum(ondemand_uusd) AS ondemand_uusd, sum(spot_uusd) AS spot_uusd
    FROM (
        SELECT f.workspace_id, f.job_id, u.cost_uusd AS dbu_uusd, 0 AS ondemand_uusd, 0 AS spot_uusd
        FROM span AS p CROSS JOIN failed AS f
        CROSS JOIN compute_usage AS u ON u.workspace_id = f.workspace_id AND u.job_run_id = f.job_run_id
            AND u.usage_date BETWEEN p.first_day AND p.last_day
        UNION ALL
        SELECT f.workspace_id, f.job_id, 0, iif(n.market = 'SPOT', 0, n.vm_uusd), iif(n.market = 'SPOT', n.vm_uusd, 0)
        FROM span AS p CROSS JOIN failed AS f
        CROSS JOIN node_usage AS n ON n.workspace_id = f.workspace_id AND n.parent_id = f.job_run_id
            AND n.usage_date BETWEEN p.first_day AND p.last_day
    )
    GROUP BY workspace_id, job_id
),
run AS MATERIALIZED ( -- logical runs that began in W
    SELECT r.workspace_id, r.job_id, r.logical_run_id, count(*) AS attempts,
           sum(r.run_status = 'FAILED') AS failed_attempts,
           max(r.run_status = 'SUCCESS') AS is_ok,
           max(r.run_status IN ('CANCELLED', 'SKIPPED')) AS is_stopped,
           max(r.run_status = 'RUNNING') AS is_running
    FROM span AS p CROSS JOIN scope AS s
    CROSS JOIN job_runs AS r ON r.workspace_id = s.workspace_id AND r.job_id = s.job_id
        AND r.run_date BETWEEN p.first_day AND p.last_day
    GROUP BY r.workspace_id, r.job_id, r.run_date, r.logical_run_id
),
runs AS MATERIALIZED (
    SELECT workspace_id, job_id, count(*) AS runs, sum(is_ok) AS runs_ok, sum(is_stopped AND NOT is_ok) AS runs_excluded,
           sum(is_running AND NOT is_ok) AS runs_open, sum(attempts) AS attempts, sum(failed_attempts) AS failed_attempts
    FROM run
    GROUP BY workspace_id, job_id
),
duration AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, pctl(r.end_ms - r.start_ms, 0.50) AS p50_ms, pctl(r.end_ms - r.start_ms, 0.95) AS p95_ms
    FROM span AS p CROSS JOIN scope AS s
    CROSS JOIN job_runs AS r ON r.workspace_id = s.workspace_id AND r.job_id = s.job_id
        AND r.run_date BETWEEN p.first_day AND p.last_day AND r.run_status = 'SUCCESS'
    GROUP BY r.workspace_id, r.job_id
),
eviction AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, count(*) AS evictions
    FROM span AS p CROSS JOIN eviction_details AS e
    CROSS JOIN job_runs AS r ON r.workspace_id = e.workspace_id AND r.job_run_id = e.job_run_id
    WHERE r.run_date BETWEEN p.first_day AND p.last_day
    GROUP BY r.workspace_id, r.job_id
),
failure AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, r.end_ms, r.error_summary,
           row_number() OVER (PARTITION BY r.workspace_id, r.job_id ORDER BY r.end_ms DESC, r.job_run_id DESC) AS place
    FROM span AS p CROSS JOIN failed AS f
    CROSS JOIN job_runs AS r ON r.workspace_id = f.workspace_id AND r.job_run_id = f.job_run_id
    WHERE r.run_date BETWEEN p.first_day AND p.last_day
),
series AS MATERIALIZED ( -- W, one value per day, days without usage are zero
    SELECT s.workspace_id, s.job_id, d.date,
           json_group_array(coalesce(c.dbu_uusd + c.ondemand_uusd + c.spot_uusd, 0)) OVER (
               PARTITION BY s.workspace_id, s.job_id ORDER BY d.date ROWS UNBOUNDED PRECEDING) AS daily
    FROM span AS p CROSS JOIN scope AS s
    CROSS JOIN date_series AS d ON d.date BETWEEN p.first_day AND p.last_day
    LEFT JOIN cost_day AS c ON c.workspace_id = s.workspace_id AND c.job_id = s.job_id AND c.usage_date = d.date
),
known AS MATERIALIZED ( -- false: billed to a shared cluster
    SELECT s.*, s.compute_kind <> 'ALL_PURPOSE' OR c.dbu_uusd IS NOT NULL AS has_cost
    FROM scope AS s LEFT JOIN cost AS c ON c.workspace_id = s.workspace_id AND c.job_id = s.job_id
)
SELECT entity_id('job', s.workspace_id, s.job_id) AS job_key,
       s.job_name,
       s.workspace_id,
       s.workspace_name,
       s.owner,
       iif(s.has_cost, coalesce(c.dbu_uusd, 0) - coalesce(x.dbu_uusd, 0), NULL) AS dbu_uusd,
       iif(s.has_cost, coalesce(c.ondemand_uusd, 0) - coalesce(x.ondemand_uusd, 0), NULL) AS ondemand_vm_uusd,
       iif(s.has_cost, coalesce(c.spot_uusd, 0) - coalesce(x.spot_uusd, 0), NULL) AS spot_vm_uusd,
       iif(s.has_cost, coalesce(x.dbu_uusd + x.ondemand_uusd + x.spot_uusd, 0), NULL) AS wasted_uusd,
       iif(s.has_cost, coalesce(c.dbu_uusd + c.ondemand_uusd + c.spot_uusd, 0), NULL) AS total_uusd,
       CASE WHEN NOT s.has_cost OR p.data_first_day > p.base_first_day THEN NULL
            WHEN coalesce(date(s.created_ms / 1000, 'unixepoch'),
                          (SELECT min(r.run_date) FROM job_runs AS r WHERE r.workspace_id = s.workspace_id AND r.job_id = s.job_id))
                 <= p.base_first_day THEN coalesce(c.base_uusd, 0)
       END AS baseline_uusd,
       iif(s.has_cost, coalesce(c.dbu_uusd, 0), NULL) AS dbu_list_uusd,
       iif(s.has_cost, coalesce(c.ondemand_uusd + c.spot_uusd, 0), NULL) AS vm_est_uusd,
       coalesce(r.runs, 0) AS runs,
       coalesce(r.runs_ok, 0) AS runs_ok,
       coalesce(r.runs_excluded, 0) AS runs_excluded,
       coalesce(r.attempts, 0) AS attempts,
       coalesce(r.failed_attempts, 0) AS failed_attempts,
       coalesce(e.evictions, 0) AS evictions,
       c.spot_node_ms,
       c.node_ms,
       CAST(t.p50_ms + 0.5 AS INTEGER) AS p50_ms,
       CAST(t.p95_ms + 0.5 AS INTEGER) AS p95_ms,
       wilson_lo(r.runs_ok, r.runs - r.runs_excluded - r.runs_open) AS success_lo,
       wilson_hi(r.runs_ok, r.runs - r.runs_excluded - r.runs_open) AS success_hi,
       f.end_ms AS last_failure_ms,
       substr(trim(substr(f.error_summary, 1, instr(f.error_summary || char(10), char(10)) - 1)), 1, 200) AS last_error,
       iif(s.has_cost, d.daily, NULL) AS daily
FROM span AS p
CROSS JOIN known AS s
LEFT JOIN cost AS c ON c.workspace_id = s.workspace_id AND c.job_id = s.job_id
LEFT JOIN waste AS x ON x.workspace_id = s.workspace_id AND x.job_id = s.job_id
LEFT JOIN runs AS r ON r.workspace_id = s.workspace_id AND r.job_id = s.job_id
LEFT JOIN duration AS t ON t.workspace_id = s.workspace_id AND t.job_id = s.job_id
LEFT JOIN eviction AS e ON e.workspace_id = s.workspace_id AND e.job_id = s.job_id
LEFT JOIN failure AS f ON f.workspace_id = s.workspace_id AND f.job_id = s.job_id AND f.place = 1
LEFT JOIN series AS d ON d.workspace_id = s.workspace_id AND d.job_id = s.job_id AND d.date = p.last_day
WHERE r.runs IS NOT NULL OR c.workspace_id IS NOT NULL
ORDER BY total_uusd DESC, job_key
