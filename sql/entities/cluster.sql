-- id: cluster
-- version: 1
-- title: All-purpose cluster
-- pillar: cost
-- question: What does this all-purpose cluster cost, who uses it, and how much of it is idle?
-- entity: cluster
-- noun: all-purpose cluster
-- nouns: all-purpose clusters
-- key: entity_key
-- label: entity_name
-- graph: graph_key
-- mark: days
-- column: entity_key | id | Entity id
-- column: entity_name | text | Name
-- column: graph_key | id | Node of the usage graph
-- column: workspace_id | id | Workspace id
-- column: workspace_name | text | Workspace
-- column: workspace_url | text | Workspace address
-- column: object_path | text | Path in the workspace
-- column: owner | text | Owner
-- column: total_uusd | usd | Total
-- column: share_of_all | ratio | Share of all cost
-- column: baseline_uusd | usd | Window before
-- column: dbu_cost_uusd | usd | DBU cost
-- column: vm_cost_uusd | usd | VM cost, estimate
-- column: paid_ms | ms | Time up
-- column: base_paid_ms | ms | Time up in the window before
-- column: used_ms | ms | Time with a command or task running
-- column: idle_share | ratio | Idle share of the time up
-- column: idle_uusd | usd | Cost of idle time
-- column: auto_termination_mins | count | Minutes without use until it ends (0 is never)
-- column: jobs_on_it | count | Jobs that ran on it
-- column: attempts_on_it | count | Attempts of jobs on it
-- column: failed_on_it | count | Attempts that failed on it
-- column: cpu_p95 | ratio | CPU of its busiest day, 95th percentile
-- column: mem_p95 | ratio | Memory of its busiest day, 95th percentile
-- column: changes | count | Recorded changes
-- column: stops | text | Ends by itself
-- column: daily | json | Daily total
-- param: days | 28 | 1..365
-- param: as_of | | date
-- order: one row
-- method: DBU as billed at list price; machines as node-hours times their price (an estimate). Idle: time up without a command or task; its cost is that share of the total. Jobs on it: runs that began in the window; they are billed to the cluster and have no cost of their own.
-- card: Cost | {total_uusd}, {share_of_all} of all cost
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Idle | {idle_share} of {paid_ms} up, {idle_uusd} | not known: no hours of use are recorded
-- card: Jobs on it | {jobs_on_it}, {attempts_on_it attempt/attempts}, {failed_on_it} failed
-- card: Busiest day | CPU {cpu_p95}, memory {mem_p95} (95th percentile) | not measured
-- card: Ends by itself | {row.stops} | not known

-- Cost belongs to the UTC day on which it was used. W is the :days days up to :as_of, B the :days days before. NULL is "not known" or
-- "does not apply", never zero. One row: the entity that :entity names.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || :days || ' days') AS base_last_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day,
           (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS data_first_day,
           max(date(:as_of, '-' || (:days - 1) || ' days'), (SELECT m.value FROM meta AS m WHERE m.key = 'first_day')) AS series_day,
           strftime('%s', date(:as_of, '-' || (:days - 1) || ' days')) * 1000 AS from_ms,
           (strftime('%s', :as_of) + 86400) * 1000 AS to_ms
),
chosen AS MATERIALIZED (
    SELECT n.* FROM non_job_compute AS n
    WHERE n.compute_type = 'APC_CLUSTER' AND entity_id('cluster', n.workspace_id, n.compute_id) = :entity
),
day AS MATERIALIZED (
    SELECT d.usage_date, d.dbu_uusd, d.vm_uusd, d.dbu_uusd + coalesce(d.vm_uusd, 0) AS uusd, d.used_ms, d.paid_ms
    FROM span AS p CROSS JOIN chosen AS c
    CROSS JOIN resource_day AS d ON d.workspace_id = c.workspace_id AND d.compute_id = c.compute_id
        AND d.usage_date BETWEEN p.base_first_day AND p.last_day
),
cost AS MATERIALIZED (
    SELECT sum(iif(d.usage_date >= p.first_day, d.uusd, 0)) AS total_uusd, sum(iif(d.usage_date < p.first_day, d.uusd, 0)) AS base_uusd,
           sum(iif(d.usage_date >= p.first_day, d.dbu_uusd, 0)) AS dbu_uusd, sum(iif(d.usage_date >= p.first_day, d.vm_uusd, NULL)) AS vm_uusd,
           sum(iif(d.usage_date >= p.first_day, d.paid_ms, NULL)) AS paid_ms, sum(iif(d.usage_date >= p.first_day, d.used_ms, NULL)) AS used_ms,
           sum(iif(d.usage_date < p.first_day, d.paid_ms, NULL)) AS base_paid_ms
    FROM span AS p CROSS JOIN day AS d
),
line AS MATERIALIZED (
    SELECT day_series(d.usage_date, d.uusd, (SELECT series_day FROM span), :as_of) AS daily
    FROM span AS p CROSS JOIN day AS d ON d.usage_date >= p.series_day
),
whole AS MATERIALIZED ( -- all cost of all workspaces in W
    SELECT (SELECT sum(s.dbu_uusd) FROM span AS p CROSS JOIN sku_day AS s ON s.usage_date BETWEEN p.first_day AND p.last_day)
           + (SELECT coalesce(sum(d.job_vm_uusd), 0) FROM span AS p CROSS JOIN workspace_day AS d ON d.usage_date BETWEEN p.first_day AND p.last_day)
           + (SELECT coalesce(sum(r.vm_uusd), 0) FROM span AS p CROSS JOIN resource_day AS r ON r.usage_date BETWEEN p.first_day AND p.last_day) AS uusd
),
ran AS MATERIALIZED (
    SELECT count(DISTINCT r.job_id) AS jobs, count(*) AS attempts, sum(r.run_status = 'FAILED') AS failed
    FROM span AS p CROSS JOIN chosen AS c
    CROSS JOIN jobs AS j ON j.workspace_id = c.workspace_id AND j.compute_kind = 'ALL_PURPOSE'
    CROSS JOIN job_runs AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id AND r.compute_id = c.compute_id
        AND r.run_date BETWEEN p.first_day AND p.last_day
),
load AS MATERIALIZED (
    SELECT max(u.cpu_p95_permille) / 1000.0 AS cpu_p95, max(u.mem_p95_permille) / 1000.0 AS mem_p95
    FROM span AS p CROSS JOIN chosen AS c
    CROSS JOIN node_usage AS u ON u.workspace_id = c.workspace_id AND u.parent_id = c.compute_id AND u.usage_date BETWEEN p.first_day AND p.last_day
)
SELECT entity_id('cluster', c.workspace_id, c.compute_id) AS entity_key,
       c.compute_name AS entity_name,
       c.compute_key AS graph_key,
       c.workspace_id,
       w.workspace_name,
       w.workspace_url,
       'compute/clusters/' || c.compute_id AS object_path,
       o.name AS owner,
       coalesce(x.total_uusd, 0) AS total_uusd,
       1.0 * x.total_uusd / nullif(a.uusd, 0) AS share_of_all,
       iif(p.data_first_day > p.base_first_day OR date(c.created_ms / 1000, 'unixepoch') > p.base_first_day, NULL,
           coalesce(x.base_uusd, 0)) AS baseline_uusd,
       x.dbu_uusd AS dbu_cost_uusd,
       x.vm_uusd AS vm_cost_uusd,
       x.paid_ms,
       x.base_paid_ms,
       x.used_ms,
       1.0 * (x.paid_ms - x.used_ms) / nullif(x.paid_ms, 0) AS idle_share,
       CAST(x.total_uusd * (1.0 * (x.paid_ms - x.used_ms) / nullif(x.paid_ms, 0)) + 0.5 AS INTEGER) AS idle_uusd,
       c.auto_termination_mins,
       iif(c.auto_termination_mins = 0, 'never', 'after ' || c.auto_termination_mins || iif(c.auto_termination_mins = 1, ' minute', ' minutes') || ' without use') AS stops,
       r.jobs AS jobs_on_it,
       r.attempts AS attempts_on_it,
       coalesce(r.failed, 0) AS failed_on_it,
       u.cpu_p95,
       u.mem_p95,
       (SELECT count(*) FROM change_event AS e WHERE e.workspace_id = c.workspace_id AND e.compute_id = c.compute_id
        AND e.at_ms >= p.from_ms AND e.at_ms < p.to_ms) AS changes,
       l.daily
FROM span AS p
CROSS JOIN chosen AS c
CROSS JOIN cost AS x
CROSS JOIN line AS l
CROSS JOIN whole AS a
CROSS JOIN ran AS r
CROSS JOIN load AS u
JOIN workspace AS w ON w.workspace_id = c.workspace_id
LEFT JOIN users_lookup AS o ON o.user_id = c.owner_user_id
ORDER BY entity_key
