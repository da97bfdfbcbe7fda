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
-- details: total_uusd, dbu_uusd, ondemand_vm_uusd, spot_vm_uusd, wasted_uusd, runs
-- figure: Total | {total_uusd}  ({dbu_list_uusd} DBU + {vm_est_uusd} VM estimate)
-- figure: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- figure: Top job | {top}  {top.total_uusd}, {top_share} of the total
-- figure: Lost to failed attempts | {wasted_uusd} ({wasted_share})
-- card: Cost | {total_uusd}, {share} of the total, rank {rank} of {entity_count}
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Run success | {success_rate} of {runs} runs (at least {success_lo})
-- card: Lost to failed attempts | {wasted_uusd} ({wasted_share}), {failed_attempts} attempts
-- card: Duration | median {p50_ms}, p95 {p95_ms}
-- card: Spot | {spot_share} of node time, {evictions} evictions
-- chip: job.explain
-- chip: job.what-changed
-- chip: job.cut-cost
-- chip: job.what-to-watch

-- Cost belongs to the UTC day on which it was used, a run with all its attempts to the UTC day on which it began. W is the :days
-- days up to :as_of, B the :days days before. NULL is "not known" or "does not apply", never zero.
-- The large tables are reached from `jobs` in the order of its key, so that no GROUP BY over them has to sort.
WITH RECURSIVE span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day,
           CAST(strftime('%s', date(:as_of, '-' || (:days - 1) || ' days')) AS INTEGER) * 1000 AS first_ms,
           (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS data_first_day
),
next_day(date) AS (
    SELECT first_day FROM span
    UNION ALL
    SELECT date(n.date, '+1 day') FROM next_day AS n WHERE n.date < (SELECT last_day FROM span)
),
day AS MATERIALIZED (SELECT date FROM next_day), -- of W
place AS MATERIALIZED (
    SELECT w.workspace_id FROM workspace AS w
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
),
day_dbu AS MATERIALIZED ( -- W
    SELECT j.workspace_id, j.job_id, u.usage_date, sum(u.cost_uusd) AS uusd
    FROM jobs AS j
    CROSS JOIN compute_usage AS u ON u.workspace_id = j.workspace_id AND u.job_id = j.job_id
        AND u.usage_date BETWEEN (SELECT first_day FROM span) AND (SELECT last_day FROM span)
    WHERE +j.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY j.workspace_id, j.job_id, u.usage_date
),
day_vm AS MATERIALIZED (
    SELECT j.workspace_id, j.job_id, n.usage_date, sum(n.vm_uusd) AS uusd, sum(n.node_ms) AS node_ms,
           sum(iif(n.market = 'SPOT', n.vm_uusd, 0)) AS spot_uusd, sum(iif(n.market = 'SPOT', n.node_ms, 0)) AS spot_node_ms
    FROM jobs AS j
    CROSS JOIN node_usage AS n ON n.workspace_id = j.workspace_id AND n.job_id = j.job_id
        AND n.usage_date BETWEEN (SELECT first_day FROM span) AND (SELECT last_day FROM span)
    WHERE +j.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY j.workspace_id, j.job_id, n.usage_date
),
dbu AS MATERIALIZED (SELECT workspace_id, job_id, sum(uusd) AS uusd FROM day_dbu GROUP BY workspace_id, job_id),
vm AS MATERIALIZED (
    SELECT workspace_id, job_id, sum(uusd) AS uusd, sum(node_ms) AS node_ms, sum(spot_uusd) AS spot_uusd,
           sum(spot_node_ms) AS spot_node_ms
    FROM day_vm
    GROUP BY workspace_id, job_id
),
base_dbu AS MATERIALIZED ( -- B
    SELECT j.workspace_id, j.job_id, sum(u.cost_uusd) AS uusd
    FROM jobs AS j
    CROSS JOIN compute_usage AS u ON u.workspace_id = j.workspace_id AND u.job_id = j.job_id
        AND u.usage_date >= (SELECT base_first_day FROM span) AND u.usage_date < (SELECT first_day FROM span)
    WHERE +j.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY j.workspace_id, j.job_id
),
base_vm AS MATERIALIZED (
    SELECT j.workspace_id, j.job_id, sum(n.vm_uusd) AS uusd
    FROM jobs AS j
    CROSS JOIN node_usage AS n ON n.workspace_id = j.workspace_id AND n.job_id = j.job_id
        AND n.usage_date >= (SELECT base_first_day FROM span) AND n.usage_date < (SELECT first_day FROM span)
    WHERE +j.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY j.workspace_id, j.job_id
),
failed AS MATERIALIZED ( -- attempts that failed and may have used something in W
    SELECT r.workspace_id, r.job_id, r.job_run_id, r.run_date, r.end_ms
    FROM jobs AS j
    CROSS JOIN job_runs AS r INDEXED BY job_runs_failed ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
    WHERE +j.workspace_id IN (SELECT workspace_id FROM place) AND r.run_status = 'FAILED'
        AND r.end_ms >= (SELECT first_ms FROM span)
),
waste AS MATERIALIZED (
    SELECT workspace_id, job_id, sum(dbu_uusd) AS dbu_uusd, sum(ondemand_uusd) AS ondemand_uusd, sum(spot_uusd) AS spot_uusd
    FROM (
        SELECT f.workspace_id, f.job_id, u.cost_uusd AS dbu_uusd, 0 AS ondemand_uusd, 0 AS spot_uusd
        FROM span AS p CROSS JOIN failed AS f
        CROSS JOIN compute_usage AS u ON u.workspace_id = f.workspace_id AND u.parent_id = f.job_run_id
            AND u.usage_date BETWEEN p.first_day AND p.last_day
        UNION ALL
        SELECT f.workspace_id, f.job_id, 0, iif(n.market = 'SPOT', 0, n.vm_uusd), iif(n.market = 'SPOT', n.vm_uusd, 0)
        FROM span AS p CROSS JOIN failed AS f
        CROSS JOIN node_usage AS n ON n.workspace_id = f.workspace_id AND n.parent_id = f.job_run_id
            AND n.usage_date BETWEEN p.first_day AND p.last_day
    )
    GROUP BY workspace_id, job_id
),
runs AS MATERIALIZED ( -- logical runs that began in W; the final attempt is the run's result
    SELECT j.workspace_id, j.job_id, sum(r.is_final) AS runs, count(*) AS attempts,
           sum(r.is_final AND r.run_status = 'SUCCESS') AS runs_ok,
           sum(r.is_final AND r.run_status IN ('CANCELLED', 'SKIPPED')) AS runs_excluded,
           sum(r.run_status = 'RUNNING') AS runs_open,
           sum(r.run_status = 'FAILED') AS failed_attempts,
           pctl(iif(r.run_status = 'SUCCESS', r.end_ms - r.start_ms, NULL), 0.50) AS p50_ms,
           pctl(iif(r.run_status = 'SUCCESS', r.end_ms - r.start_ms, NULL), 0.95) AS p95_ms
    FROM jobs AS j
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
        AND r.run_date BETWEEN (SELECT first_day FROM span) AND (SELECT last_day FROM span)
    WHERE +j.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY j.workspace_id, j.job_id
),
eviction AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, count(*) AS evictions
    FROM span AS p CROSS JOIN eviction_details AS e
    CROSS JOIN job_runs AS r ON r.workspace_id = e.workspace_id AND r.job_run_id = e.job_run_id
    WHERE r.run_date BETWEEN p.first_day AND p.last_day
    GROUP BY r.workspace_id, r.job_id
),
failure AS MATERIALIZED (
    SELECT f.workspace_id, f.job_id, f.job_run_id, f.end_ms,
           row_number() OVER (PARTITION BY f.workspace_id, f.job_id ORDER BY f.end_ms DESC, f.job_run_id DESC) AS place
    FROM span AS p CROSS JOIN failed AS f
    WHERE f.run_date BETWEEN p.first_day AND p.last_day
),
series AS MATERIALIZED ( -- W, one value per day, days without usage are zero
    SELECT j.workspace_id, j.job_id, d.date,
           json_group_array(coalesce(u.uusd, 0) + coalesce(n.uusd, 0)) OVER (
               PARTITION BY j.workspace_id, j.job_id ORDER BY d.date ROWS UNBOUNDED PRECEDING) AS daily
    FROM jobs AS j
    CROSS JOIN day AS d
    LEFT JOIN day_dbu AS u ON u.workspace_id = j.workspace_id AND u.job_id = j.job_id AND u.usage_date = d.date
    LEFT JOIN day_vm AS n ON n.workspace_id = j.workspace_id AND n.job_id = j.job_id AND n.usage_date = d.date
    WHERE +j.workspace_id IN (SELECT workspace_id FROM place)
),
cost AS MATERIALIZED ( -- has_cost false: billed to a shared cluster
    SELECT j.workspace_id, j.job_id, j.compute_kind <> 'ALL_PURPOSE' OR u.uusd IS NOT NULL AS has_cost,
           coalesce(u.uusd, 0) AS dbu_uusd, coalesce(n.uusd - n.spot_uusd, 0) AS ondemand_uusd,
           coalesce(n.spot_uusd, 0) AS spot_uusd, coalesce(d.uusd, 0) + coalesce(b.uusd, 0) AS base_uusd,
           n.node_ms, n.spot_node_ms, u.uusd IS NOT NULL OR d.uusd IS NOT NULL AS has_usage
    FROM jobs AS j
    LEFT JOIN dbu AS u ON u.workspace_id = j.workspace_id AND u.job_id = j.job_id
    LEFT JOIN vm AS n ON n.workspace_id = j.workspace_id AND n.job_id = j.job_id
    LEFT JOIN base_dbu AS d ON d.workspace_id = j.workspace_id AND d.job_id = j.job_id
    LEFT JOIN base_vm AS b ON b.workspace_id = j.workspace_id AND b.job_id = j.job_id
    WHERE j.workspace_id IN (SELECT workspace_id FROM place)
)
SELECT entity_id('job', j.workspace_id, j.job_id) AS job_key,
       j.job_name,
       j.workspace_id,
       w.workspace_name,
       o.name AS owner,
       iif(c.has_cost, c.dbu_uusd - coalesce(x.dbu_uusd, 0), NULL) AS dbu_uusd,
       iif(c.has_cost, c.ondemand_uusd - coalesce(x.ondemand_uusd, 0), NULL) AS ondemand_vm_uusd,
       iif(c.has_cost, c.spot_uusd - coalesce(x.spot_uusd, 0), NULL) AS spot_vm_uusd,
       iif(c.has_cost, coalesce(x.dbu_uusd + x.ondemand_uusd + x.spot_uusd, 0), NULL) AS wasted_uusd,
       iif(c.has_cost, c.dbu_uusd + c.ondemand_uusd + c.spot_uusd, NULL) AS total_uusd,
       CASE WHEN NOT c.has_cost OR p.data_first_day > p.base_first_day THEN NULL
            WHEN coalesce(date(j.created_ms / 1000, 'unixepoch'),
                          (SELECT min(m.run_date) FROM job_runs AS m WHERE m.workspace_id = j.workspace_id AND m.job_id = j.job_id))
                 <= p.base_first_day THEN c.base_uusd
       END AS baseline_uusd,
       iif(c.has_cost, c.dbu_uusd, NULL) AS dbu_list_uusd,
       iif(c.has_cost, c.ondemand_uusd + c.spot_uusd, NULL) AS vm_est_uusd,
       coalesce(r.runs, 0) AS runs,
       coalesce(r.runs_ok, 0) AS runs_ok,
       coalesce(r.runs_excluded, 0) AS runs_excluded,
       coalesce(r.attempts, 0) AS attempts,
       coalesce(r.failed_attempts, 0) AS failed_attempts,
       coalesce(e.evictions, 0) AS evictions,
       c.spot_node_ms,
       c.node_ms,
       CAST(r.p50_ms + 0.5 AS INTEGER) AS p50_ms,
       CAST(r.p95_ms + 0.5 AS INTEGER) AS p95_ms,
       wilson_lo(r.runs_ok, r.runs - r.runs_excluded - r.runs_open) AS success_lo,
       wilson_hi(r.runs_ok, r.runs - r.runs_excluded - r.runs_open) AS success_hi,
       f.end_ms AS last_failure_ms,
       (SELECT substr(trim(substr(m.error_summary, 1, instr(m.error_summary || char(10), char(10)) - 1)), 1, 200)
        FROM job_runs AS m WHERE m.workspace_id = f.workspace_id AND m.job_run_id = f.job_run_id) AS last_error,
       iif(c.has_cost, d.daily, NULL) AS daily
FROM span AS p
CROSS JOIN cost AS c
CROSS JOIN jobs AS j ON j.workspace_id = c.workspace_id AND j.job_id = c.job_id
JOIN workspace AS w ON w.workspace_id = c.workspace_id
LEFT JOIN users_lookup AS o ON o.user_id = j.owner_user_id
LEFT JOIN waste AS x ON x.workspace_id = c.workspace_id AND x.job_id = c.job_id
LEFT JOIN runs AS r ON r.workspace_id = c.workspace_id AND r.job_id = c.job_id
LEFT JOIN eviction AS e ON e.workspace_id = c.workspace_id AND e.job_id = c.job_id
LEFT JOIN failure AS f ON f.workspace_id = c.workspace_id AND f.job_id = c.job_id AND f.place = 1
LEFT JOIN series AS d ON d.workspace_id = c.workspace_id AND d.job_id = c.job_id AND d.date = p.last_day
WHERE r.runs IS NOT NULL OR c.has_usage
ORDER BY total_uusd DESC, job_key
