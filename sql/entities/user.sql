-- id: user
-- version: 1
-- title: Person
-- pillar: cost
-- question: What does the work of this person cost, and what of it fails?
-- entity: user
-- noun: person
-- nouns: people
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
-- column: department | text | Department
-- column: total_uusd | usd | Cost of what they own
-- column: share_of_all | ratio | Share of all cost
-- column: baseline_uusd | usd | Window before
-- column: jobs_uusd | usd | Cost of their jobs
-- column: compute_uusd | usd | Cost of their warehouses and clusters
-- column: wasted_uusd | usd | Wasted
-- column: jobs_owned | count | Jobs they own
-- column: compute_owned | count | Warehouses and clusters they own
-- column: top_job_uusd | usd | Cost of their dearest job
-- column: top_job | text | Their dearest job
-- column: runs | count | Runs of their jobs
-- column: runs_ok | count | Runs of their jobs that succeeded
-- column: failed_attempts | count | Failed attempts of their jobs
-- column: evictions | count | Spot evictions of their jobs
-- column: queries | count | Queries they ran
-- column: failed_queries | count | Queries of theirs that failed or were cancelled
-- column: query_ms | ms | Execution time of their queries
-- column: changes | count | Changes they made
-- column: daily | json | Daily total
-- param: days | 28 | 1..365
-- param: as_of | | date
-- order: one row
-- method: what the person owns now: DBU as billed at list price, machines as node-hours times their price (an estimate). Queries: those that the person submitted in the window, whoever owns the warehouse; what they cost is in the warehouse and is not counted here.
-- card: Cost of what they own | {total_uusd}, {share_of_all} of all cost
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Made of | {jobs_uusd} in {jobs_owned job/jobs}, {compute_uusd} in {compute_owned warehouse or cluster/warehouses and clusters}
-- card: Lost to failed attempts | {wasted_uusd}, {failed_attempts attempt/attempts}
-- card: Queries | {queries}, {failed_queries} failed or cancelled, {query_ms} of execution | {queries}
-- card: Changes made | {changes}

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
chosen AS MATERIALIZED (SELECT u.* FROM users_lookup AS u WHERE u.user_key = :entity),
job AS MATERIALIZED (
    SELECT j.workspace_id, j.job_id, d.usage_date, d.dbu_uusd + d.ondemand_uusd + d.spot_uusd AS uusd,
           d.waste_dbu_uusd + d.waste_ondemand_uusd + d.waste_spot_uusd AS wasted_uusd
    FROM span AS p CROSS JOIN chosen AS c CROSS JOIN jobs AS j ON j.owner_user_id = c.user_id
    CROSS JOIN job_day AS d ON d.workspace_id = j.workspace_id AND d.job_id = j.job_id AND d.usage_date BETWEEN p.base_first_day AND p.last_day
),
compute AS MATERIALIZED (
    SELECT d.usage_date, d.dbu_uusd + coalesce(d.vm_uusd, 0) AS uusd
    FROM span AS p CROSS JOIN chosen AS c CROSS JOIN non_job_compute AS n ON n.owner_user_id = c.user_id
    CROSS JOIN resource_day AS d ON d.workspace_id = n.workspace_id AND d.compute_id = n.compute_id
        AND d.usage_date BETWEEN p.base_first_day AND p.last_day
),
part AS MATERIALIZED (SELECT usage_date, uusd FROM job UNION ALL SELECT usage_date, uusd FROM compute),
cost AS MATERIALIZED (
    SELECT sum(iif(x.usage_date >= p.first_day, x.uusd, 0)) AS total_uusd, sum(iif(x.usage_date < p.first_day, x.uusd, 0)) AS base_uusd
    FROM span AS p CROSS JOIN part AS x
),
line AS MATERIALIZED (
    SELECT day_series(x.usage_date, x.uusd, (SELECT series_day FROM span), :as_of) AS daily
    FROM span AS p CROSS JOIN part AS x ON x.usage_date >= p.series_day
),
whole AS MATERIALIZED ( -- all cost of all workspaces in W
    SELECT (SELECT sum(s.dbu_uusd) FROM span AS p CROSS JOIN sku_day AS s ON s.usage_date BETWEEN p.first_day AND p.last_day)
           + (SELECT coalesce(sum(d.job_vm_uusd), 0) FROM span AS p CROSS JOIN workspace_day AS d ON d.usage_date BETWEEN p.first_day AND p.last_day)
           + (SELECT coalesce(sum(r.vm_uusd), 0) FROM span AS p CROSS JOIN resource_day AS r ON r.usage_date BETWEEN p.first_day AND p.last_day) AS uusd
),
dear AS MATERIALIZED (
    SELECT x.workspace_id, x.job_id, sum(x.uusd) AS uusd FROM span AS p CROSS JOIN job AS x ON x.usage_date >= p.first_day
    GROUP BY x.workspace_id, x.job_id ORDER BY sum(x.uusd) DESC, x.workspace_id, x.job_id LIMIT 1
),
run AS MATERIALIZED (
    SELECT sum(r.runs) AS runs, sum(r.runs_ok) AS runs_ok, sum(r.failed_attempts) AS failed_attempts, sum(r.evictions) AS evictions
    FROM span AS p CROSS JOIN chosen AS c CROSS JOIN jobs AS j ON j.owner_user_id = c.user_id
    CROSS JOIN job_run_day AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id AND r.run_date BETWEEN p.first_day AND p.last_day
),
asked AS MATERIALIZED (
    SELECT count(*) AS queries, sum(q.status <> 'FINISHED') AS failed_queries, sum(q.duration_ms) AS query_ms
    FROM span AS p CROSS JOIN chosen AS c
    CROSS JOIN sql_query_history AS q ON q.start_ms >= p.from_ms AND q.start_ms < p.to_ms AND q.user_id = c.user_id
)
SELECT c.user_key AS entity_key,
       c.name AS entity_name,
       c.user_key AS graph_key,
       c.workspace_id,
       w.workspace_name,
       w.workspace_url,
       NULL AS object_path,
       c.department,
       coalesce(x.total_uusd, 0) AS total_uusd,
       1.0 * coalesce(x.total_uusd, 0) / nullif(a.uusd, 0) AS share_of_all,
       iif(p.data_first_day > p.base_first_day, NULL, coalesce(x.base_uusd, 0)) AS baseline_uusd,
       coalesce((SELECT sum(j.uusd) FROM job AS j WHERE j.usage_date >= p.first_day), 0) AS jobs_uusd,
       coalesce((SELECT sum(k.uusd) FROM compute AS k WHERE k.usage_date >= p.first_day), 0) AS compute_uusd,
       coalesce((SELECT sum(j.wasted_uusd) FROM job AS j WHERE j.usage_date >= p.first_day), 0) AS wasted_uusd,
       (SELECT count(*) FROM jobs AS j WHERE j.owner_user_id = c.user_id) AS jobs_owned,
       (SELECT count(*) FROM non_job_compute AS n WHERE n.owner_user_id = c.user_id) AS compute_owned,
       d.uusd AS top_job_uusd,
       n.job_name AS top_job,
       coalesce(r.runs, 0) AS runs,
       coalesce(r.runs_ok, 0) AS runs_ok,
       coalesce(r.failed_attempts, 0) AS failed_attempts,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'events'), coalesce(r.evictions, 0), NULL) AS evictions,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'queries'), q.queries, NULL) AS queries,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'queries'), coalesce(q.failed_queries, 0), NULL) AS failed_queries,
       q.query_ms,
       (SELECT count(*) FROM change_event AS e WHERE e.by_user_id = c.user_id AND e.at_ms >= p.from_ms AND e.at_ms < p.to_ms) AS changes,
       l.daily
FROM span AS p
CROSS JOIN chosen AS c
CROSS JOIN cost AS x
CROSS JOIN line AS l
CROSS JOIN whole AS a
CROSS JOIN run AS r
CROSS JOIN asked AS q
JOIN workspace AS w ON w.workspace_id = c.workspace_id
LEFT JOIN dear AS d
LEFT JOIN jobs AS n ON n.workspace_id = d.workspace_id AND n.job_id = d.job_id
ORDER BY entity_key
