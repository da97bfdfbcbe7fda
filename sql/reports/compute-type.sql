-- id: compute-type
-- version: 2
-- title: Cost by compute type
-- pillar: cost
-- place: 2
-- question: Which kind of compute does the money go to, and how steady is it?
-- entity: compute_type
-- noun: compute type
-- key: compute_key
-- label: compute_name
-- mark: bars-area
-- series: dbu_uusd, vm_uusd
-- column: compute_key | id | Compute id
-- column: compute_name | text | Compute
-- column: compute_kind | text | Kind
-- column: workspace_id | id | Workspace id
-- column: workspace_name | text | Workspace
-- column: workspace_url | text | Workspace address
-- column: object_path | text | Path in the workspace
-- column: dbu_uusd | usd | DBU
-- column: vm_uusd | usd | VM estimate
-- column: total_uusd | usd | Total
-- column: baseline_uusd | usd | Window before
-- column: dbus | count | DBU used
-- column: uusd_per_dbu | usd | Price of a DBU | each
-- column: robust_cv | ratio | Daily variation
-- column: paid_ms | ms | Time paid
-- column: used_ms | ms | Time used
-- column: idle_share | ratio | Idle
-- column: idle_uusd | usd | Idle cost
-- column: daily | json | Daily total
-- param: days | 28 | 1..365
-- param: as_of | | date
-- param: workspace | | text
-- param: price | list | text
-- top: 15
-- order: total cost, highest first; equal ones by compute id
-- reconcile: sql/reconcile/all.sql
-- method: job compute by kind (classic, serverless), each SQL warehouse and each all-purpose cluster on its own. DBU as billed; virtual machines as node-hours times their price (an estimate; serverless has them in its DBU price). Daily variation: 1.4826 x MAD / median of the daily cost, days without use included. Idle: paid time without a query, command or task; its cost is that share of the total.
-- details: total_uusd, dbu_uusd, vm_uusd, robust_cv, idle_share, idle_uusd
-- finding: {top} makes {top_share} of {total_uusd}; {idle_uusd} paid for idle compute
-- figure: Total | {total_uusd}  ({dbu_uusd} DBU + {vm_uusd} VM estimate)
-- figure: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- figure: Top compute | {top}  {top.total_uusd}, {top_share} of the total
-- figure: Idle warehouses and clusters | {idle_uusd} | not known: no hours of use are recorded
-- card: Cost | {total_uusd}, {share} of the total, rank {rank} of {entity_count}
-- card: Change vs {before} | {change_uusd} ({change_ratio}) | n/a: no complete window before
-- card: Layers | {dbu_uusd} DBU, {vm_uusd} VM estimate
-- card: Daily variation | {robust_cv} of the median day
-- card: Idle | {idle_share} of paid time, {idle_uusd} | does not apply: job compute ends with its job
-- card: Price of a DBU | {uusd_per_dbu}, mean of the window
-- chip: compute_type.explain
-- chip: compute_type.what-changed
-- chip: compute_type.cut-cost
-- chip: compute_type.what-to-watch

-- Cost belongs to the UTC day on which it was used. W is the :days days up to :as_of, B the :days days before. NULL is "not
-- known" or "does not apply", never zero.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || :days || ' days') AS base_last_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day,
           (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS data_first_day,
           max(date(:as_of, '-' || (:days - 1) || ' days'), (SELECT m.value FROM meta AS m WHERE m.key = 'first_day')) AS series_day
),
place AS MATERIALIZED (
    SELECT w.workspace_id FROM workspace AS w
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
),
day_cost AS MATERIALIZED ( -- of job compute and other products: one row per kind, layer and day of B and W
    SELECT iif(s.product = 'JOBS', iif(s.compute_sku LIKE '%SERVERLESS%', 'jobs-serverless', 'jobs-classic'), 'other') AS kind,
           s.usage_date, sum(iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd)) AS dbu_uusd, NULL AS vm_uusd, sum(s.udbu) AS udbu
    FROM span AS p CROSS JOIN sku_day AS s
    WHERE s.usage_date BETWEEN p.base_first_day AND p.last_day AND s.product NOT IN ('SQL', 'ALL_PURPOSE')
      AND s.workspace_id IN (SELECT workspace_id FROM place)
    GROUP BY 1, s.usage_date
    UNION ALL -- the machines of classic job compute
    SELECT 'jobs-classic', d.usage_date, 0, d.job_vm_uusd, 0
    FROM span AS p CROSS JOIN place AS w
    CROSS JOIN workspace_day AS d ON d.workspace_id = w.workspace_id AND d.usage_date BETWEEN p.base_first_day AND p.last_day
),
cost AS MATERIALIZED (
    SELECT d.kind, '' AS workspace_id, '' AS compute_id, sum(iif(d.usage_date >= p.first_day, d.dbu_uusd, 0)) AS dbu_uusd,
           sum(iif(d.usage_date >= p.first_day, d.vm_uusd, NULL)) AS vm_uusd,
           sum(iif(d.usage_date < p.first_day, d.dbu_uusd + coalesce(d.vm_uusd, 0), 0)) AS base_uusd,
           sum(iif(d.usage_date >= p.first_day, d.udbu, 0)) AS udbu, NULL AS paid_ms, NULL AS used_ms,
           day_series(d.usage_date, d.dbu_uusd + coalesce(d.vm_uusd, 0), p.series_day, p.last_day) AS daily
    FROM span AS p CROSS JOIN day_cost AS d
    GROUP BY d.kind
    UNION ALL
    SELECT z.kind, z.workspace_id, z.compute_id, coalesce(z.dbu_uusd, 0), z.vm_uusd, coalesce(z.base_uusd, 0), coalesce(z.udbu, 0), z.paid_ms,
           z.used_ms, z.daily
    FROM (
        SELECT 'resource' AS kind, r.workspace_id, r.compute_id,
               sum_days(iif(:price = 'contract', r.dbu_contract_uusd, r.dbu_uusd), (SELECT first_day FROM span), :as_of) AS dbu_uusd,
               sum_days(r.vm_uusd, (SELECT first_day FROM span), :as_of) AS vm_uusd,
               sum_days(iif(:price = 'contract', r.cost_contract_uusd, r.cost_uusd), (SELECT base_first_day FROM span),
                        (SELECT base_last_day FROM span)) AS base_uusd,
               sum_days(r.udbu, (SELECT first_day FROM span), :as_of) AS udbu,
               sum_days(r.paid_ms, (SELECT first_day FROM span), :as_of) AS paid_ms,
               sum_days(r.used_ms, (SELECT first_day FROM span), :as_of) AS used_ms,
               day_series(iif(:price = 'contract', r.cost_contract_uusd, r.cost_uusd), (SELECT series_day FROM span), :as_of) AS daily
        FROM non_job_compute AS n CROSS JOIN resource_month AS r ON r.workspace_id = n.workspace_id AND r.compute_id = n.compute_id
            AND r.month BETWEEN substr((SELECT base_first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
        WHERE n.workspace_id IN (SELECT workspace_id FROM place)
        GROUP BY n.workspace_id, n.compute_id
    ) AS z
    WHERE z.dbu_uusd IS NOT NULL OR z.base_uusd IS NOT NULL
),
spread AS MATERIALIZED ( -- over all days of W that the data has, those without use are zero
    SELECT c.kind, c.workspace_id, c.compute_id, median(x.value) AS median_uusd, mad(x.value) AS mad_uusd
    FROM cost AS c CROSS JOIN json_each(c.daily) AS x
    WHERE x.value IS NOT NULL
    GROUP BY c.kind, c.workspace_id, c.compute_id
)
SELECT CASE c.kind WHEN 'resource' THEN entity_id('compute_type', c.workspace_id, c.compute_id)
                   ELSE entity_id('compute_type', 'all', c.kind) END AS compute_key,
       CASE c.kind WHEN 'jobs-classic' THEN 'Job compute, classic' WHEN 'jobs-serverless' THEN 'Job compute, serverless'
                   WHEN 'other' THEN 'Other products' ELSE n.compute_name END AS compute_name,
       CASE WHEN c.kind <> 'resource' THEN 'job compute' WHEN n.compute_type = 'SQL_WAREHOUSE' THEN 'SQL warehouse'
            ELSE 'all-purpose cluster' END AS compute_kind,
       iif(c.kind = 'resource', c.workspace_id, NULL) AS workspace_id,
       w.workspace_name,
       w.workspace_url,
       iif(n.compute_type = 'SQL_WAREHOUSE', 'sql/warehouses/' || n.compute_id, 'compute/clusters/' || n.compute_id) AS object_path,
       c.dbu_uusd,
       c.vm_uusd,
       c.dbu_uusd + coalesce(c.vm_uusd, 0) AS total_uusd,
       iif(p.data_first_day > p.base_first_day, NULL, c.base_uusd) AS baseline_uusd,
       CAST(round(c.udbu / 1000000.0) AS INTEGER) AS dbus,
       CAST(c.dbu_uusd * 1000000.0 / nullif(c.udbu, 0) + 0.5 AS INTEGER) AS uusd_per_dbu,
       1.4826 * s.mad_uusd / nullif(s.median_uusd, 0) AS robust_cv,
       c.paid_ms,
       c.used_ms,
       CAST(c.paid_ms - c.used_ms AS REAL) / nullif(c.paid_ms, 0) AS idle_share,
       CAST((c.dbu_uusd + coalesce(c.vm_uusd, 0)) * CAST(c.paid_ms - c.used_ms AS REAL) / nullif(c.paid_ms, 0) + 0.5 AS INTEGER) AS idle_uusd,
       c.daily
FROM span AS p
CROSS JOIN cost AS c
LEFT JOIN spread AS s ON s.kind = c.kind AND s.workspace_id = c.workspace_id AND s.compute_id = c.compute_id
LEFT JOIN non_job_compute AS n ON n.workspace_id = c.workspace_id AND n.compute_id = c.compute_id
LEFT JOIN workspace AS w ON w.workspace_id = n.workspace_id
ORDER BY total_uusd <> 0 DESC, total_uusd DESC, compute_key
