-- id: workspace
-- version: 1
-- title: Workspace
-- pillar: cost
-- question: What does this workspace cost, and what of it is lost?
-- entity: workspace
-- noun: workspace
-- nouns: workspaces
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
-- column: total_uusd | usd | Total
-- column: share_of_all | ratio | Share of all workspaces
-- column: baseline_uusd | usd | Window before
-- column: jobs_uusd | usd | Cost of jobs
-- column: warehouses_uusd | usd | Cost of SQL warehouses
-- column: clusters_uusd | usd | Cost of all-purpose clusters
-- column: other_uusd | usd | Cost of other products
-- column: wasted_uusd | usd | Wasted
-- column: idle_uusd | usd | Cost of idle warehouses and clusters
-- column: jobs_with_cost | count | Jobs that cost something
-- column: top_job_uusd | usd | Cost of its dearest job
-- column: top_job | text | Its dearest job
-- column: runs | count | Runs
-- column: runs_ok | count | Runs that succeeded
-- column: failed_attempts | count | Failed attempts
-- column: evictions | count | Spot evictions
-- column: changes | count | Recorded changes
-- column: daily | json | Daily total
-- param: days | 28 | 1..365
-- param: as_of | | date
-- order: one row
-- method: DBU of all products as billed at list price; machines as node-hours times their price (an estimate). Runs belong to the UTC day on which they began. Idle: time up without use, at that share of the resource's cost on that day.
-- card: Cost | {total_uusd}, {share_of_all} of all workspaces
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Made of | jobs {jobs_uusd}, warehouses {warehouses_uusd}, clusters {clusters_uusd}
-- card: Dearest job | {row.top_job} {top_job_uusd} | none
-- card: Lost | {wasted_uusd} in failed attempts, {idle_uusd} in idle compute | {wasted_uusd} in failed attempts
-- card: Run success | {success_rate} of {runs run/runs}

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
chosen AS MATERIALIZED (SELECT w.* FROM workspace AS w WHERE w.workspace_key = :entity),
part AS MATERIALIZED ( -- all cost of all workspaces in B and W
    SELECT s.workspace_id, s.usage_date, s.product AS kind, s.dbu_uusd AS uusd, NULL AS idle_uusd
    FROM span AS p CROSS JOIN sku_day AS s ON s.usage_date BETWEEN p.base_first_day AND p.last_day
    UNION ALL
    SELECT d.workspace_id, d.usage_date, 'JOBS', d.job_vm_uusd, NULL
    FROM span AS p CROSS JOIN workspace_day AS d ON d.usage_date BETWEEN p.base_first_day AND p.last_day
    UNION ALL -- machines of resources; what of their whole cost is idle
    SELECT r.workspace_id, r.usage_date, r.product, coalesce(r.vm_uusd, 0),
           (r.dbu_uusd + coalesce(r.vm_uusd, 0)) * (1.0 * (r.paid_ms - r.used_ms) / nullif(r.paid_ms, 0))
    FROM span AS p CROSS JOIN resource_day AS r ON r.usage_date BETWEEN p.base_first_day AND p.last_day
),
cost AS MATERIALIZED (
    SELECT sum(iif(x.usage_date >= p.first_day, x.uusd, 0)) AS total_uusd, sum(iif(x.usage_date < p.first_day, x.uusd, 0)) AS base_uusd,
           sum(iif(x.usage_date >= p.first_day AND x.kind = 'JOBS', x.uusd, 0)) AS jobs_uusd,
           sum(iif(x.usage_date >= p.first_day AND x.kind = 'SQL', x.uusd, 0)) AS warehouses_uusd,
           sum(iif(x.usage_date >= p.first_day AND x.kind = 'ALL_PURPOSE', x.uusd, 0)) AS clusters_uusd,
           sum(iif(x.usage_date >= p.first_day AND x.kind NOT IN ('JOBS', 'SQL', 'ALL_PURPOSE'), x.uusd, 0)) AS other_uusd,
           CAST(round(sum(iif(x.usage_date >= p.first_day, x.idle_uusd, NULL))) AS INTEGER) AS idle_uusd
    FROM span AS p CROSS JOIN chosen AS c CROSS JOIN part AS x ON x.workspace_id = c.workspace_id
),
line AS MATERIALIZED (
    SELECT day_series(x.usage_date, x.uusd, (SELECT series_day FROM span), :as_of) AS daily
    FROM span AS p CROSS JOIN chosen AS c CROSS JOIN part AS x ON x.workspace_id = c.workspace_id AND x.usage_date >= p.series_day
),
whole AS MATERIALIZED (SELECT sum(x.uusd) AS uusd FROM span AS p CROSS JOIN part AS x ON x.usage_date >= p.first_day),
job AS MATERIALIZED (
    SELECT d.job_id, sum(d.dbu_uusd + d.ondemand_uusd + d.spot_uusd) AS uusd,
           sum(d.waste_dbu_uusd + d.waste_ondemand_uusd + d.waste_spot_uusd) AS wasted_uusd
    FROM span AS p CROSS JOIN chosen AS c CROSS JOIN jobs AS j ON j.workspace_id = c.workspace_id
    CROSS JOIN job_day AS d ON d.workspace_id = j.workspace_id AND d.job_id = j.job_id AND d.usage_date BETWEEN p.first_day AND p.last_day
    GROUP BY d.job_id
),
dear AS MATERIALIZED (SELECT j.job_id, j.uusd FROM job AS j ORDER BY j.uusd DESC, j.job_id LIMIT 1),
run AS MATERIALIZED (
    SELECT sum(r.runs) AS runs, sum(r.runs_ok) AS runs_ok, sum(r.failed_attempts) AS failed_attempts, sum(r.evictions) AS evictions
    FROM span AS p CROSS JOIN chosen AS c CROSS JOIN jobs AS j ON j.workspace_id = c.workspace_id
    CROSS JOIN job_run_day AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id AND r.run_date BETWEEN p.first_day AND p.last_day
)
SELECT c.workspace_key AS entity_key,
       c.workspace_name AS entity_name,
       c.workspace_key AS graph_key,
       c.workspace_id,
       c.workspace_name,
       c.workspace_url,
       'compute' AS object_path,
       coalesce(x.total_uusd, 0) AS total_uusd,
       1.0 * x.total_uusd / nullif(a.uusd, 0) AS share_of_all,
       iif(p.data_first_day > p.base_first_day, NULL, coalesce(x.base_uusd, 0)) AS baseline_uusd,
       x.jobs_uusd,
       x.warehouses_uusd,
       x.clusters_uusd,
       x.other_uusd,
       coalesce((SELECT sum(j.wasted_uusd) FROM job AS j), 0) AS wasted_uusd,
       x.idle_uusd,
       (SELECT count(*) FROM job AS j WHERE j.uusd > 0) AS jobs_with_cost,
       d.uusd AS top_job_uusd,
       n.job_name AS top_job,
       coalesce(r.runs, 0) AS runs,
       coalesce(r.runs_ok, 0) AS runs_ok,
       coalesce(r.failed_attempts, 0) AS failed_attempts,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'events'), coalesce(r.evictions, 0), NULL) AS evictions,
       (SELECT count(*) FROM change_event AS e WHERE e.workspace_id = c.workspace_id AND e.at_ms >= p.from_ms AND e.at_ms < p.to_ms) AS changes,
       l.daily
FROM span AS p
CROSS JOIN chosen AS c
CROSS JOIN cost AS x
CROSS JOIN line AS l
CROSS JOIN whole AS a
CROSS JOIN run AS r
LEFT JOIN dear AS d
LEFT JOIN jobs AS n ON n.workspace_id = c.workspace_id AND n.job_id = d.job_id
ORDER BY entity_key
