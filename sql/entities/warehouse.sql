-- id: warehouse
-- version: 1
-- title: SQL warehouse
-- pillar: cost
-- question: What does this SQL warehouse cost, and how much of the time that was paid is used?
-- entity: warehouse
-- noun: SQL warehouse
-- nouns: SQL warehouses
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
-- column: warehouse_size | text | Size
-- column: total_uusd | usd | Total
-- column: share_of_all | ratio | Share of all cost
-- column: baseline_uusd | usd | Window before
-- column: dbu_cost_uusd | usd | DBU cost
-- column: vm_cost_uusd | usd | VM cost, estimate
-- column: paid_ms | ms | Time up
-- column: base_paid_ms | ms | Time up in the window before
-- column: used_ms | ms | Time with a query running
-- column: idle_share | ratio | Idle share of the time up
-- column: idle_uusd | usd | Cost of idle time
-- column: auto_stop_mins | count | Minutes without use until it stops (0 is never)
-- column: queries | count | Queries
-- column: failed_queries | count | Queries that failed or were cancelled
-- column: failed_share | ratio | Share of queries that failed or were cancelled
-- column: people | count | People who ran queries
-- column: query_p50_ms | ms | Median query
-- column: query_p95_ms | ms | 95th percentile query
-- column: queued_ms | ms | Time that queries waited
-- column: spilled_mb | count | Megabytes spilled to disk
-- column: changes | count | Recorded changes
-- column: stops | text | Stops by itself
-- column: daily | json | Daily total
-- param: days | 28 | 1..365
-- param: as_of | | date
-- order: one row
-- method: DBU as billed at list price; machines as node-hours times their price (an estimate; serverless has them in its DBU price). Idle: time up without a query; its cost is that share of the total. Queries: those that began in the window.
-- card: Cost | {total_uusd}, {share_of_all} of all cost
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Idle | {idle_share} of {paid_ms} up, {idle_uusd} | not known: no hours of use are recorded
-- card: Queries | {queries}, {failed_queries} failed or cancelled, by {people person/people}
-- card: Duration of a query | median {query_p50_ms}, p95 {query_p95_ms} | no query ran
-- card: Stops by itself | {row.stops} | not known

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
    WHERE n.compute_type = 'SQL_WAREHOUSE' AND entity_id('warehouse', n.workspace_id, n.compute_id) = :entity
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
asked AS MATERIALIZED (
    SELECT count(*) AS queries, sum(q.status <> 'FINISHED') AS failed_queries, count(DISTINCT q.user_id) AS people,
           pctl(q.duration_ms, 0.5) AS p50_ms, pctl(q.duration_ms, 0.95) AS p95_ms, sum(q.queued_ms) AS queued_ms,
           sum(q.spilled_bytes) / 1000000 AS spilled_mb
    FROM span AS p CROSS JOIN chosen AS c
    CROSS JOIN sql_query_history AS q ON q.workspace_id = c.workspace_id AND q.parent_id = c.compute_id
        AND q.start_ms >= p.from_ms AND q.start_ms < p.to_ms
)
SELECT entity_id('warehouse', c.workspace_id, c.compute_id) AS entity_key,
       c.compute_name AS entity_name,
       c.compute_key AS graph_key,
       c.workspace_id,
       w.workspace_name,
       w.workspace_url,
       'sql/warehouses/' || c.compute_id AS object_path,
       o.name AS owner,
       c.warehouse_size,
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
       c.auto_stop_mins,
       iif(c.auto_stop_mins = 0, 'never', 'after ' || c.auto_stop_mins || iif(c.auto_stop_mins = 1, ' minute', ' minutes') || ' without use') AS stops,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'queries'), q.queries, NULL) AS queries,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'queries'), coalesce(q.failed_queries, 0), NULL) AS failed_queries,
       1.0 * q.failed_queries / nullif(q.queries, 0) AS failed_share,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'queries'), q.people, NULL) AS people,
       CAST(q.p50_ms + 0.5 AS INTEGER) AS query_p50_ms,
       CAST(q.p95_ms + 0.5 AS INTEGER) AS query_p95_ms,
       q.queued_ms,
       q.spilled_mb,
       (SELECT count(*) FROM change_event AS e WHERE e.workspace_id = c.workspace_id AND e.compute_id = c.compute_id
        AND e.at_ms >= p.from_ms AND e.at_ms < p.to_ms) AS changes,
       l.daily
FROM span AS p
CROSS JOIN chosen AS c
CROSS JOIN cost AS x
CROSS JOIN line AS l
CROSS JOIN whole AS a
CROSS JOIN asked AS q
JOIN workspace AS w ON w.workspace_id = c.workspace_id
LEFT JOIN users_lookup AS o ON o.user_id = c.owner_user_id
ORDER BY entity_key
