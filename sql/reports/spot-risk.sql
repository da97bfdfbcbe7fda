-- id: spot-risk
-- version: 2
-- title: Spot risk
-- pillar: cost
-- place: 4
-- question: Which jobs lose money to spot evictions, and which may?
-- entity: job
-- key: job_key
-- label: job_name
-- amount: expected_loss_uusd
-- live: spot_node_ms
-- mark: dot-strip
-- series: expected_loss_uusd
-- column: job_key | id | Job id
-- column: job_name | text | Job
-- column: workspace_id | id | Workspace id
-- column: workspace_name | text | Workspace
-- column: workspace_url | text | Workspace address
-- column: object_path | text | Path in the workspace
-- column: owner | text | Owner
-- column: expected_loss_uusd | usd | Expected loss
-- column: total_uusd | usd | Total
-- column: spot_vm_uusd | usd | Spot VM
-- column: spot_node_ms | ms | Spot node time
-- column: node_ms | ms | Node time
-- column: runs | count | Runs
-- column: evictions | count | Evictions
-- column: evictions_per_100h | factor | Per 100 spot hours
-- column: evicted_runs | count | Runs evicted
-- column: evicted_share | ratio | Runs hit
-- column: evicted_runs_failed | count | Evicted runs with a failed attempt
-- column: fail_if_evicted | ratio | Fails if evicted
-- column: fail_if_not | ratio | Fails if not evicted
-- column: fail_gap | change | Fails more by
-- column: lost_attempt_uusd | usd | Lost attempts
-- column: rerun_uusd | usd | A run's usual cost | each
-- column: availability | text | Availability
-- column: evidence | text | Evidence
-- column: evictions_daily | json | Evictions by day
-- column: daily | json | Daily total
-- param: days | 28 | 1..365
-- param: as_of | | date
-- param: workspace | | text
-- param: owner | | text
-- param: department | | text
-- param: tag | | text
-- top: 15
-- order: expected loss, highest first; then spot cost; then job id
-- reconcile: sql/reconcile/jobs.sql
-- method: expected loss of the window = cost of attempts that an eviction ended + (evicted runs with a failed attempt x the usual cost of a run, for the repetition). It is 0 where no eviction cost anything, and not known where the data has no events of clusters. A run's usual cost: median cost of the successful runs' attempts that began in the window. Spot lowers the virtual machine's price only; a DBU costs the same on spot. Evidence: api_event from the cluster's events, inferred from terminations, config_only where only the configuration says spot.
-- chip: job.eviction-pattern
-- details: expected_loss_uusd, spot_vm_uusd, evictions, evictions_per_100h, evicted_share, fail_gap, evidence
-- summary: {expected_loss_uusd} expected loss, {evictions eviction/evictions}, top: {top} {top.expected_loss_uusd}
-- finding: {evictions eviction/evictions} hit {evicted_runs run/runs}; expected loss {expected_loss_uusd}, {top.expected_loss_uusd} of it from {top}
-- empty: No job ran on spot nodes in this window.
-- figure: Expected loss | {expected_loss_uusd} | not known: the data has no events of clusters
-- figure: Evictions | {evictions}, in {evicted_runs run/runs} | not known: the data has no events of clusters
-- figure: Most at risk | {top}  {top.expected_loss_uusd} | not known
-- figure: Node time on spot | {spot_share}, {spot_vm_uusd} of VM cost
-- card: Expected loss | {expected_loss_uusd}, rank {rank} of {entity_count} | not known: the data has no events of clusters
-- card: Evictions | {evictions}, {evictions_per_100h} per 100 spot node-hours | not known: the data has no events of clusters
-- card: Runs evicted | {evicted_share} of {runs} | not known, of {runs}
-- card: Fails if evicted | {fail_if_evicted}; if not {fail_if_not} | n/a: no run was evicted
-- card: Lost attempts | {lost_attempt_uusd}; a run usually costs {rerun_uusd} | {lost_attempt_uusd}
-- card: Spot | {spot_share} of node time, {spot_vm_uusd} of VM cost
-- chip: job.explain

-- Evictions belong to the run that they hit, a run to the UTC day on which it began, cost to the day on which it was used.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || :days || ' days') AS base_last_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day,
           (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS data_first_day,
           max(date(:as_of, '-' || (:days - 1) || ' days'), (SELECT m.value FROM meta AS m WHERE m.key = 'first_day')) AS series_day,
           EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'events') AS has_events -- else nothing is known of evictions: NULL, not none
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
spot AS MATERIALIZED ( -- jobs with node time on spot in W; jobs lead, in the order of their key: no row goes through a sorter
    SELECT m.workspace_id, m.job_id, sum_days(m.spot_uusd, (SELECT first_day FROM span), :as_of) AS spot_uusd,
           sum_days(m.spot_node_ms, (SELECT first_day FROM span), :as_of) AS spot_node_ms,
           sum_days(m.node_ms, (SELECT first_day FROM span), :as_of) AS node_ms
    FROM jobs AS j CROSS JOIN job_vm_month AS m ON m.workspace_id = j.workspace_id AND m.job_id = j.job_id
        AND m.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
    GROUP BY j.workspace_id, j.job_id
    HAVING sum_days(m.spot_node_ms, (SELECT first_day FROM span), :as_of) > 0
),
used AS MATERIALIZED ( -- all layers of those jobs
    SELECT m.workspace_id, m.job_id, sum_days(m.cost_uusd, (SELECT first_day FROM span), :as_of) AS uusd,
           day_series(m.cost_uusd, (SELECT series_day FROM span), :as_of) AS daily
    FROM jobs AS j CROSS JOIN job_month AS m ON m.workspace_id = j.workspace_id AND m.job_id = j.job_id
        AND m.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM spot)
    GROUP BY j.workspace_id, j.job_id
),
run AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, sum_days(r.runs, (SELECT first_day FROM span), :as_of) AS runs,
           sum_days(r.evictions, (SELECT first_day FROM span), :as_of) AS evictions,
           sum_days(r.evicted_runs, (SELECT first_day FROM span), :as_of) AS evicted_runs,
           sum_days(r.evicted_runs_failed, (SELECT first_day FROM span), :as_of) AS evicted_runs_failed,
           sum_days(r.failed_runs, (SELECT first_day FROM span), :as_of) AS failed_runs,
           day_series(r.evictions, (SELECT series_day FROM span), :as_of) AS evictions_daily
    FROM jobs AS j CROSS JOIN job_run_month AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
        AND r.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM used)
    GROUP BY j.workspace_id, j.job_id
),
lost AS MATERIALIZED ( -- all layers of the attempts that ended by it, of runs that began in W
    SELECT d.workspace_id, d.job_id, min(d.evidence) AS evidence, sum(d.lost_uusd) AS uusd
    FROM run AS r CROSS JOIN job_run_day AS d INDEXED BY job_run_day_evicted ON d.workspace_id = r.workspace_id AND d.job_id = r.job_id
        AND d.run_date BETWEEN (SELECT first_day FROM span) AND :as_of
    WHERE r.evictions > 0 AND d.evictions > 0
    GROUP BY r.workspace_id, r.job_id
),
usual AS MATERIALIZED ( -- only where it is needed: jobs of which an eviction ended an attempt
    SELECT m.workspace_id, m.job_id, pctl_of(day_values(m.packed, (SELECT first_day FROM span), :as_of), 0.5) AS uusd
    FROM run AS r CROSS JOIN job_run_values AS m ON m.workspace_id = r.workspace_id AND m.job_id = r.job_id AND m.measure = 'ok_uusd'
        AND m.month BETWEEN substr((SELECT first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE r.evicted_runs_failed > 0
    GROUP BY r.workspace_id, r.job_id
)
SELECT j.job_key,
       j.job_name,
       j.workspace_id,
       w.workspace_name,
       w.workspace_url,
       'jobs/' || j.job_id AS object_path,
       o.name AS owner,
       iif(p.has_events, coalesce(l.uusd, 0) + coalesce(CAST(r.evicted_runs_failed * s.uusd + 0.5 AS INTEGER), 0), NULL) AS expected_loss_uusd,
       u.uusd AS total_uusd,
       m.spot_uusd AS spot_vm_uusd,
       m.spot_node_ms,
       m.node_ms,
       coalesce(r.runs, 0) AS runs,
       iif(p.has_events, coalesce(r.evictions, 0), NULL) AS evictions,
       iif(p.has_events, coalesce(r.evictions, 0) * 360000000.0 / m.spot_node_ms, NULL) AS evictions_per_100h,
       iif(p.has_events, coalesce(r.evicted_runs, 0), NULL) AS evicted_runs,
       iif(p.has_events, CAST(r.evicted_runs AS REAL) / nullif(r.runs, 0), NULL) AS evicted_share,
       iif(p.has_events, coalesce(r.evicted_runs_failed, 0), NULL) AS evicted_runs_failed,
       iif(p.has_events, CAST(r.evicted_runs_failed AS REAL) / nullif(r.evicted_runs, 0), NULL) AS fail_if_evicted,
       iif(p.has_events, CAST(r.failed_runs AS REAL) / nullif(r.runs - r.evicted_runs, 0), NULL) AS fail_if_not,
       iif(p.has_events, CAST(r.evicted_runs_failed AS REAL) / nullif(r.evicted_runs, 0)
                             - CAST(r.failed_runs AS REAL) / nullif(r.runs - r.evicted_runs, 0), NULL) AS fail_gap,
       iif(p.has_events, coalesce(l.uusd, 0), NULL) AS lost_attempt_uusd,
       iif(p.has_events, CAST(s.uusd + 0.5 AS INTEGER), NULL) AS rerun_uusd,
       j.availability,
       iif(p.has_events, coalesce(l.evidence, 'config_only'), 'config_only') AS evidence,
       iif(p.has_events, coalesce(r.evictions_daily, (SELECT day_series(NULL, q.series_day, q.last_day) FROM span AS q)), NULL) AS evictions_daily,
       u.daily
FROM span AS p
CROSS JOIN used AS u
CROSS JOIN spot AS m ON m.workspace_id = u.workspace_id AND m.job_id = u.job_id
CROSS JOIN jobs AS j ON j.workspace_id = u.workspace_id AND j.job_id = u.job_id
JOIN workspace AS w ON w.workspace_id = u.workspace_id
LEFT JOIN users_lookup AS o ON o.user_id = j.owner_user_id
LEFT JOIN run AS r ON r.workspace_id = u.workspace_id AND r.job_id = u.job_id
LEFT JOIN lost AS l ON l.workspace_id = u.workspace_id AND l.job_id = u.job_id
LEFT JOIN usual AS s ON s.workspace_id = u.workspace_id AND s.job_id = u.job_id
ORDER BY expected_loss_uusd DESC, m.spot_uusd DESC, j.job_key
