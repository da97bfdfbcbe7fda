-- id: query
-- version: 1
-- title: Kind of query
-- pillar: cost
-- question: What does this kind of query cost, how long does it take, and does it fail?
-- entity: query
-- noun: kind of query
-- nouns: kinds of query
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
-- column: total_uusd | usd | Allocated cost
-- column: share_of_all | ratio | Share of what its warehouses cost
-- column: baseline_uusd | usd | Window before
-- column: executions | count | Executions
-- column: base_executions | count | Executions in the window before
-- column: usd_per_execution | usd | Allocated cost of an execution
-- column: failed_queries | count | Executions that failed or were cancelled
-- column: failed_share | ratio | Share that failed or was cancelled
-- column: failed_uusd | usd | Allocated cost of those
-- column: people | count | People who ran it
-- column: warehouses | count | Warehouses it ran on
-- column: query_p50_ms | ms | Median execution
-- column: query_p95_ms | ms | 95th percentile execution
-- column: base_p50_ms | ms | Median execution in the window before
-- column: queued_ms | ms | Time waited
-- column: read_mb | count | Megabytes read
-- column: spilled_mb | count | Megabytes spilled to disk
-- column: last_error | text | Last error
-- column: daily | json | Daily allocated cost
-- param: days | 28 | 1..365
-- param: as_of | | date
-- order: one row
-- method: statements that differ in literals only are one kind. Allocated: each warehouse's cost of a day, idle time included, is split over the statements that began on it that day by their execution time; it is not a bill.
-- card: Allocated cost | {total_uusd}, {share_of_all} of what its warehouses cost
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Executions | {executions} by {people person/people} on {warehouses warehouse/warehouses}
-- card: Duration | median {query_p50_ms}, p95 {query_p95_ms} | it did not run in this window
-- card: Failed or cancelled | {failed_queries} ({failed_share}), {failed_uusd} allocated | none
-- card: Spilled to disk | {spilled_mb} MB | not measured

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
kind AS MATERIALIZED (
    SELECT substr(:entity, 7, instr(:entity, '/') - 7) AS workspace_id, substr(:entity, instr(:entity, '/') + 1) AS fingerprint
),
asked AS MATERIALIZED ( -- all statements on the warehouses of its workspace in B and W
    SELECT q.parent_id AS compute_id, date(q.start_ms / 1000, 'unixepoch') AS day, q.duration_ms, q.status, q.user_id, q.queued_ms, q.read_bytes,
           q.spilled_bytes, q.fingerprint IS k.fingerprint AS mine, q.error_message, q.start_ms
    FROM span AS p CROSS JOIN kind AS k
    CROSS JOIN non_job_compute AS c ON c.workspace_id = k.workspace_id AND c.compute_type = 'SQL_WAREHOUSE'
    CROSS JOIN sql_query_history AS q ON q.workspace_id = c.workspace_id AND q.parent_id = c.compute_id
        AND q.start_ms >= p.from_ms - :days * 86400000 AND q.start_ms < p.to_ms
),
share AS MATERIALIZED ( -- of a warehouse and day
    SELECT x.compute_id, x.day, sum(iif(x.mine, x.duration_ms, 0)) AS my_ms, sum(iif(x.mine AND x.status <> 'FINISHED', x.duration_ms, 0)) AS bad_ms,
           sum(x.duration_ms) AS all_ms
    FROM asked AS x GROUP BY x.compute_id, x.day HAVING sum(x.mine) > 0
),
cost AS MATERIALIZED (
    SELECT s.day, CAST(round((d.dbu_uusd + coalesce(d.vm_uusd, 0)) * (1.0 * s.my_ms / nullif(s.all_ms, 0))) AS INTEGER) AS uusd,
           CAST(round((d.dbu_uusd + coalesce(d.vm_uusd, 0)) * (1.0 * s.bad_ms / nullif(s.all_ms, 0))) AS INTEGER) AS bad_uusd
    FROM kind AS k CROSS JOIN share AS s
    CROSS JOIN resource_day AS d ON d.workspace_id = k.workspace_id AND d.compute_id = s.compute_id AND d.usage_date = s.day
),
paid AS MATERIALIZED (
    SELECT sum(iif(x.day >= p.first_day, x.uusd, 0)) AS total_uusd, sum(iif(x.day < p.first_day, x.uusd, 0)) AS base_uusd,
           sum(iif(x.day >= p.first_day, x.bad_uusd, 0)) AS bad_uusd
    FROM span AS p CROSS JOIN cost AS x
),
line AS MATERIALIZED (
    SELECT day_series(x.day, x.uusd, (SELECT series_day FROM span), :as_of) AS daily
    FROM span AS p CROSS JOIN cost AS x ON x.day >= p.series_day
),
whole AS MATERIALIZED ( -- what the warehouses that it ran on cost in W
    SELECT sum(d.dbu_uusd + coalesce(d.vm_uusd, 0)) AS uusd
    FROM span AS p CROSS JOIN kind AS k
    CROSS JOIN (SELECT DISTINCT s.compute_id FROM span AS v CROSS JOIN share AS s ON s.day >= v.first_day) AS c
    CROSS JOIN resource_day AS d ON d.workspace_id = k.workspace_id AND d.compute_id = c.compute_id AND d.usage_date BETWEEN p.first_day AND p.last_day
),
now AS MATERIALIZED (
    SELECT count(*) AS executions, sum(x.status <> 'FINISHED') AS failed, count(DISTINCT x.user_id) AS people, count(DISTINCT x.compute_id) AS warehouses,
           pctl(x.duration_ms, 0.5) AS p50_ms, pctl(x.duration_ms, 0.95) AS p95_ms, sum(x.queued_ms) AS queued_ms, sum(x.read_bytes) AS read_bytes,
           sum(x.spilled_bytes) AS spilled_bytes
    FROM span AS p CROSS JOIN asked AS x ON x.mine AND x.day >= p.first_day
),
before AS MATERIALIZED (SELECT count(*) AS executions, pctl(x.duration_ms, 0.5) AS p50_ms FROM span AS p CROSS JOIN asked AS x ON x.mine AND x.day < p.first_day)
SELECT :entity AS entity_key,
       coalesce((SELECT substr(min(q.sql_text), 1, 120) FROM sql_query_history AS q WHERE q.workspace_id = k.workspace_id AND q.fingerprint = k.fingerprint),
                'query ' || k.fingerprint) AS entity_name,
       :entity AS graph_key,
       k.workspace_id,
       w.workspace_name,
       w.workspace_url,
       'sql/history' AS object_path,
       coalesce(x.total_uusd, 0) AS total_uusd,
       1.0 * x.total_uusd / nullif(a.uusd, 0) AS share_of_all,
       iif(p.data_first_day > p.base_first_day, NULL, coalesce(x.base_uusd, 0)) AS baseline_uusd,
       n.executions,
       iif(p.data_first_day > p.base_first_day, NULL, b.executions) AS base_executions,
       CAST(1.0 * x.total_uusd / nullif(n.executions, 0) + 0.5 AS INTEGER) AS usd_per_execution,
       coalesce(n.failed, 0) AS failed_queries,
       1.0 * n.failed / nullif(n.executions, 0) AS failed_share,
       x.bad_uusd AS failed_uusd,
       n.people,
       n.warehouses,
       CAST(n.p50_ms + 0.5 AS INTEGER) AS query_p50_ms,
       CAST(n.p95_ms + 0.5 AS INTEGER) AS query_p95_ms,
       CAST(b.p50_ms + 0.5 AS INTEGER) AS base_p50_ms,
       n.queued_ms,
       n.read_bytes / 1000000 AS read_mb,
       n.spilled_bytes / 1000000 AS spilled_mb,
       (SELECT substr(e.error_message, 1, 200) FROM span AS v CROSS JOIN asked AS e ON e.mine AND e.day >= v.first_day AND e.error_message IS NOT NULL
        ORDER BY e.start_ms DESC, e.error_message LIMIT 1) AS last_error,
       l.daily
FROM span AS p
CROSS JOIN kind AS k
CROSS JOIN paid AS x
CROSS JOIN line AS l
CROSS JOIN whole AS a
CROSS JOIN now AS n
CROSS JOIN before AS b
JOIN workspace AS w ON w.workspace_id = k.workspace_id
WHERE EXISTS (SELECT 1 FROM sql_query_history AS q WHERE q.workspace_id = k.workspace_id AND q.fingerprint = k.fingerprint)
ORDER BY entity_key
