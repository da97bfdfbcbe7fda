-- id: job-cost
-- version: 2
-- title: Job cost
-- pillar: cost
-- place: 1
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
-- column: workspace_url | text | Workspace address
-- column: object_path | text | Path in the workspace
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
-- param: owner | | text
-- param: department | | text
-- param: tag | | text
-- param: price | list | text
-- top: 15
-- order: total cost, highest first; equal ones and those without a cost of their own by job id
-- reconcile: sql/reconcile/jobs.sql
-- method: DBU at the list price valid when it was used (price:contract takes the configured discounts off), virtual machines as node-hours times their price (an estimate); all layers of failed attempts are wasted; jobs on shared all-purpose clusters are billed to the cluster and have no cost of their own.
-- details: total_uusd, dbu_uusd, ondemand_vm_uusd, spot_vm_uusd, wasted_uusd, runs
-- figure: Total | {total_uusd}  ({dbu_list_uusd} DBU + {vm_est_uusd} VM estimate)
-- figure: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- figure: Top job | {top}  {top.total_uusd}, {top_share} of the total
-- figure: Lost to failed attempts | {wasted_uusd} ({wasted_share})
-- card: Cost | {total_uusd}, {share} of the total, rank {rank} of {entity_count}
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Run success | {success_rate} of {runs run/runs} (at least {success_lo})
-- card: Lost to failed attempts | {wasted_uusd} ({wasted_share}), {failed_attempts attempt/attempts}
-- card: Duration | median {p50_ms}, p95 {p95_ms}
-- card: Spot | {spot_share} of node time, {evictions eviction/evictions}
-- chip: job.explain
-- chip: job.what-changed
-- chip: job.cut-cost
-- chip: job.what-to-watch

-- Cost belongs to the UTC day on which it was used, a run with all its attempts to the UTC day on which it began. W is the :days
-- days up to :as_of, B the :days days before. NULL is "not known" or "does not apply", never zero.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || :days || ' days') AS base_last_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day,
           (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS data_first_day,
           max(date(:as_of, '-' || (:days - 1) || ' days'), (SELECT m.value FROM meta AS m WHERE m.key = 'first_day')) AS series_day
),
chosen AS MATERIALIZED ( -- jobs that the filters let through
    SELECT j.workspace_id, j.job_id
    FROM jobs AS j LEFT JOIN users_lookup AS u ON u.user_id = j.owner_user_id
    WHERE (:workspace IS NULL OR j.workspace_id = :workspace OR j.workspace_id IN (
               SELECT w.workspace_id FROM workspace AS w WHERE w.workspace_name = :workspace COLLATE NOCASE))
      AND (:owner IS NULL OR u.user_id = :owner OR u.name = :owner COLLATE NOCASE)
      AND (:department IS NULL OR u.department = :department COLLATE NOCASE)
      AND (:tag_key IS NULL OR EXISTS (SELECT 1 FROM job_tag AS t WHERE t.workspace_id = j.workspace_id AND t.job_id = j.job_id
                                       AND t.key = :tag_key AND t.value = :tag_value))
),
used AS MATERIALIZED ( -- W, of B the total; jobs lead, in the order of their key, so that no row goes through a sorter
    SELECT m.workspace_id, m.job_id, sum_days(iif(:price = 'contract', m.dbu_contract_uusd, m.dbu_uusd), (SELECT first_day FROM span), :as_of) AS dbu_uusd,
           sum_days(iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd), (SELECT base_first_day FROM span),
                    (SELECT base_last_day FROM span)) AS base_uusd,
           day_series(iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd), (SELECT series_day FROM span), :as_of) AS daily
    FROM jobs AS j CROSS JOIN job_month AS m ON m.workspace_id = j.workspace_id AND m.job_id = j.job_id
        AND m.month BETWEEN substr((SELECT base_first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
    GROUP BY j.workspace_id, j.job_id
),
machine AS MATERIALIZED ( -- W
    SELECT m.workspace_id, m.job_id, sum_days(m.ondemand_uusd, (SELECT first_day FROM span), :as_of) AS ondemand_uusd,
           sum_days(m.spot_uusd, (SELECT first_day FROM span), :as_of) AS spot_uusd, sum_days(m.node_ms, (SELECT first_day FROM span), :as_of) AS node_ms,
           sum_days(m.spot_node_ms, (SELECT first_day FROM span), :as_of) AS spot_node_ms
    FROM jobs AS j CROSS JOIN job_vm_month AS m ON m.workspace_id = j.workspace_id AND m.job_id = j.job_id
        AND m.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
    GROUP BY j.workspace_id, j.job_id
),
waste AS MATERIALIZED ( -- W, of failed attempts
    SELECT m.workspace_id, m.job_id,
           sum_days(iif(:price = 'contract', m.waste_dbu_contract_uusd, m.waste_dbu_uusd), (SELECT first_day FROM span), :as_of) AS dbu_uusd,
           sum_days(m.waste_ondemand_uusd, (SELECT first_day FROM span), :as_of) AS ondemand_uusd,
           sum_days(m.waste_spot_uusd, (SELECT first_day FROM span), :as_of) AS spot_uusd
    FROM jobs AS j CROSS JOIN job_waste_month AS m ON m.workspace_id = j.workspace_id AND m.job_id = j.job_id
        AND m.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
    GROUP BY j.workspace_id, j.job_id
),
run AS MATERIALIZED ( -- logical runs that began in W
    SELECT r.workspace_id, r.job_id, sum_days(r.runs, (SELECT first_day FROM span), :as_of) AS runs,
           sum_days(r.runs_ok, (SELECT first_day FROM span), :as_of) AS runs_ok,
           sum_days(r.runs_excluded, (SELECT first_day FROM span), :as_of) AS runs_excluded,
           sum_days(r.runs_open, (SELECT first_day FROM span), :as_of) AS runs_open,
           sum_days(r.attempts, (SELECT first_day FROM span), :as_of) AS attempts,
           sum_days(r.failed_attempts, (SELECT first_day FROM span), :as_of) AS failed_attempts,
           sum_days(r.evictions, (SELECT first_day FROM span), :as_of) AS evictions
    FROM jobs AS j CROSS JOIN job_run_month AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
        AND r.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
    GROUP BY j.workspace_id, j.job_id
),
duration AS MATERIALIZED ( -- of their successful attempts
    SELECT z.workspace_id, z.job_id, pctl_of(z.ok_ms, 0.50) AS p50_ms, pctl_of(z.ok_ms, 0.95) AS p95_ms
    FROM (
        SELECT v.workspace_id, v.job_id, day_values(v.packed, (SELECT first_day FROM span), :as_of) AS ok_ms
        FROM jobs AS j CROSS JOIN job_run_values AS v ON v.workspace_id = j.workspace_id AND v.job_id = j.job_id AND v.measure = 'ok_ms'
            AND v.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
        WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
        GROUP BY j.workspace_id, j.job_id
    ) AS z
),
failure AS MATERIALIZED ( -- the newest failed attempt of a run that began in W
    SELECT c.workspace_id, c.job_id,
           (SELECT f.job_run_id FROM job_runs AS f INDEXED BY job_runs_failed
            WHERE f.workspace_id = c.workspace_id AND f.job_id = c.job_id AND f.run_status = 'FAILED'
              AND f.run_date BETWEEN p.first_day AND p.last_day
            ORDER BY f.end_ms DESC, f.job_run_id DESC LIMIT 1) AS job_run_id
    FROM span AS p CROSS JOIN run AS c
    WHERE c.failed_attempts > 0
),
cost AS MATERIALIZED ( -- has_cost false: billed to a shared cluster
    SELECT j.workspace_id, j.job_id, j.compute_kind <> 'ALL_PURPOSE' OR u.dbu_uusd IS NOT NULL AS has_cost,
           coalesce(u.dbu_uusd, 0) AS dbu_uusd, coalesce(m.ondemand_uusd, 0) AS ondemand_uusd, coalesce(m.spot_uusd, 0) AS spot_uusd,
           coalesce(x.dbu_uusd, 0) AS waste_dbu_uusd, coalesce(x.ondemand_uusd, 0) AS waste_ondemand_uusd,
           coalesce(x.spot_uusd, 0) AS waste_spot_uusd, coalesce(u.base_uusd, 0) AS base_uusd, m.node_ms, m.spot_node_ms,
           u.dbu_uusd IS NOT NULL OR u.base_uusd IS NOT NULL AS has_usage,
           coalesce(u.daily, (SELECT day_series(NULL, p.series_day, p.last_day) FROM span AS p)) AS daily
    FROM chosen AS c
    CROSS JOIN jobs AS j ON j.workspace_id = c.workspace_id AND j.job_id = c.job_id
    LEFT JOIN used AS u ON u.workspace_id = c.workspace_id AND u.job_id = c.job_id
    LEFT JOIN machine AS m ON m.workspace_id = c.workspace_id AND m.job_id = c.job_id
    LEFT JOIN waste AS x ON x.workspace_id = c.workspace_id AND x.job_id = c.job_id
)
SELECT j.job_key,
       j.job_name,
       j.workspace_id,
       w.workspace_name,
       w.workspace_url,
       'jobs/' || j.job_id AS object_path,
       o.name AS owner,
       iif(c.has_cost, c.dbu_uusd - c.waste_dbu_uusd, NULL) AS dbu_uusd,
       iif(c.has_cost, c.ondemand_uusd - c.waste_ondemand_uusd, NULL) AS ondemand_vm_uusd,
       iif(c.has_cost, c.spot_uusd - c.waste_spot_uusd, NULL) AS spot_vm_uusd,
       iif(c.has_cost, c.waste_dbu_uusd + c.waste_ondemand_uusd + c.waste_spot_uusd, NULL) AS wasted_uusd,
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
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'events'), coalesce(r.evictions, 0), NULL) AS evictions,
       c.spot_node_ms,
       c.node_ms,
       CAST(t.p50_ms + 0.5 AS INTEGER) AS p50_ms,
       CAST(t.p95_ms + 0.5 AS INTEGER) AS p95_ms,
       wilson_lo(r.runs_ok, r.runs - r.runs_excluded - r.runs_open) AS success_lo,
       wilson_hi(r.runs_ok, r.runs - r.runs_excluded - r.runs_open) AS success_hi,
       x.end_ms AS last_failure_ms,
       substr(trim(substr(x.error_summary, 1, instr(x.error_summary || char(10), char(10)) - 1)), 1, 200) AS last_error,
       iif(c.has_cost, c.daily, NULL) AS daily
FROM span AS p
CROSS JOIN cost AS c
CROSS JOIN jobs AS j ON j.workspace_id = c.workspace_id AND j.job_id = c.job_id
JOIN workspace AS w ON w.workspace_id = c.workspace_id
LEFT JOIN users_lookup AS o ON o.user_id = j.owner_user_id
LEFT JOIN run AS r ON r.workspace_id = c.workspace_id AND r.job_id = c.job_id
LEFT JOIN duration AS t ON t.workspace_id = c.workspace_id AND t.job_id = c.job_id
LEFT JOIN failure AS f ON f.workspace_id = c.workspace_id AND f.job_id = c.job_id
LEFT JOIN job_runs AS x ON x.workspace_id = f.workspace_id AND x.job_run_id = f.job_run_id
WHERE r.runs IS NOT NULL OR c.has_usage
ORDER BY coalesce(total_uusd, 0) <> 0 DESC, total_uusd DESC, j.job_key
