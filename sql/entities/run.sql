-- id: run
-- version: 1
-- title: Run
-- pillar: cost
-- question: What did this run cost, how does it compare, and what happened to it?
-- entity: run
-- noun: run
-- nouns: runs
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
-- column: job_name | text | Job
-- column: owner | text | Owner
-- column: status | text | Result
-- column: started_ms | time | Began
-- column: graph_from_ms | time | A day before it began
-- column: total_uusd | usd | Total
-- column: usual_uusd | usd | Usual cost of a successful run
-- column: over_usual_uusd | delta | Against the usual cost
-- column: over_usual_ratio | change | Against the usual cost, relative
-- column: share_of_job | ratio | Share of the cost of its job
-- column: dbu_cost_uusd | usd | DBU cost
-- column: vm_cost_uusd | usd | VM cost, estimate
-- column: wasted_uusd | usd | Wasted
-- column: attempt_count | count | Attempts
-- column: failed_attempts | count | Failed attempts
-- column: evictions | count | Spot evictions
-- column: queue_ms | ms | Time waited before it began
-- column: took_ms | ms | From its beginning to its end
-- column: ok_ms | ms | Duration of the attempt that succeeded
-- column: usual_ms | ms | Usual duration of a successful attempt
-- column: input_mb | count | Megabytes read
-- column: usual_input_mb | count | Megabytes usually read
-- column: spilled_mb | count | Megabytes spilled to disk
-- column: last_error | text | Last error
-- column: failed_task | text | Task that failed
-- param: days | 28 | 1..365
-- param: as_of | | date
-- order: one row
-- method: all attempts of one scheduled run; DBU as billed at list price, machines as node-hours times their price (an estimate). Usual: the median of the job's other successful runs that began in the window, which ends on the day of the run.
-- card: Result | {row.status}, {attempt_count attempt/attempts}, {failed_attempts} failed
-- card: Cost | {total_uusd}, {over_usual_uusd} ({over_usual_ratio}) against the usual {usual_uusd} | not known, or nothing to compare with
-- card: Lost to failed attempts | {wasted_uusd} | not known
-- card: Duration | {took_ms} in all; the attempt that succeeded {ok_ms}, usually {usual_ms} | no attempt of it succeeded
-- card: Spot evictions | {evictions}
-- card: Last error | {row.last_error} | none

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
    SELECT f.workspace_id, f.logical_run_id, f.job_id, f.run_date, f.start_ms, f.run_key
    FROM workspace AS w
    CROSS JOIN job_runs AS f ON f.workspace_id = w.workspace_id AND f.attempt = 1
        AND f.logical_run_id = substr(:entity, length(w.workspace_id) + 6) AND :entity = 'run:' || w.workspace_id || '/' || f.logical_run_id
),
attempt AS MATERIALIZED ( -- of the runs of the job in W, and of the run itself
    SELECT r.workspace_id, r.job_run_id, r.logical_run_id, r.attempt, r.is_final, r.run_status, r.start_ms, r.end_ms, r.queue_ms, r.error_summary,
           r.logical_run_id = c.logical_run_id AS mine,
           EXISTS (SELECT 1 FROM job_runs AS l WHERE l.workspace_id = r.workspace_id AND l.logical_run_id = r.logical_run_id AND l.is_final = 1
                   AND l.run_status = 'SUCCESS') AS ok
    FROM span AS p CROSS JOIN chosen AS c
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = c.workspace_id AND r.job_id = c.job_id
        AND r.run_date BETWEEN p.first_day AND max(p.last_day, c.run_date)
),
priced AS MATERIALIZED (
    SELECT t.*, (SELECT sum(u.cost_uusd) FROM compute_usage AS u WHERE u.workspace_id = t.workspace_id AND u.parent_id = t.job_run_id) AS dbu_uusd,
           (SELECT sum(n.vm_uusd) FROM node_usage AS n WHERE n.workspace_id = t.workspace_id AND n.parent_id = t.job_run_id) AS vm_uusd,
           m.input_bytes, m.spill_disk_bytes AS spilled_bytes
    FROM attempt AS t LEFT JOIN run_metrics AS m ON m.workspace_id = t.workspace_id AND m.job_run_id = t.job_run_id
    WHERE t.mine OR t.ok
),
usual AS MATERIALIZED (
    SELECT CAST(median(z.uusd) + 0.5 AS INTEGER) AS uusd, CAST(median(z.ok_ms) + 0.5 AS INTEGER) AS ms, median(z.input_bytes) AS input_bytes
    FROM (
        SELECT sum(coalesce(x.dbu_uusd, 0) + coalesce(x.vm_uusd, 0)) AS uusd, max(iif(x.run_status = 'SUCCESS', x.end_ms - x.start_ms, NULL)) AS ok_ms,
               max(x.input_bytes) AS input_bytes, count(x.dbu_uusd) AS billed
        FROM priced AS x WHERE NOT x.mine AND x.ok GROUP BY x.logical_run_id
    ) AS z WHERE z.billed > 0
),
own AS MATERIALIZED (
    SELECT count(*) AS attempts, sum(x.run_status = 'FAILED') AS failed, sum(x.dbu_uusd) AS dbu_uusd, sum(x.vm_uusd) AS vm_uusd,
           iif(count(x.dbu_uusd) = 0, NULL, sum(coalesce(x.dbu_uusd, 0) + coalesce(x.vm_uusd, 0))) AS uusd,
           sum(iif(x.run_status = 'FAILED', coalesce(x.dbu_uusd, 0) + coalesce(x.vm_uusd, 0), 0)) AS wasted_uusd,
           min(x.queue_ms) AS queue_ms, iif(count(*) = count(x.end_ms), max(x.end_ms) - min(x.start_ms), NULL) AS took_ms,
           max(iif(x.run_status = 'SUCCESS', x.end_ms - x.start_ms, NULL)) AS ok_ms, max(x.input_bytes) AS input_bytes, sum(x.spilled_bytes) AS spilled_bytes,
           max(iif(x.is_final = 1, x.run_status, NULL)) AS run_status
    FROM priced AS x WHERE x.mine
),
last_bad AS MATERIALIZED (
    SELECT x.workspace_id, x.job_run_id, substr(x.error_summary, 1, instr(x.error_summary || char(10), char(10)) - 1) AS error
    FROM priced AS x WHERE x.mine AND x.error_summary IS NOT NULL ORDER BY x.attempt DESC LIMIT 1
)
SELECT c.run_key AS entity_key,
       j.job_name || ', run ' || c.logical_run_id AS entity_name,
       c.run_key AS graph_key,
       c.workspace_id,
       w.workspace_name,
       w.workspace_url,
       'jobs/' || c.job_id || '/runs/' || c.logical_run_id AS object_path,
       j.job_name,
       o.name AS owner,
       CASE y.run_status WHEN 'SUCCESS' THEN 'succeeded' WHEN 'FAILED' THEN 'failed' WHEN 'SKIPPED' THEN 'skipped' WHEN 'CANCELLED' THEN 'cancelled'
                         ELSE 'still running' END AS status,
       c.start_ms AS started_ms,
       c.start_ms - 86400000 AS graph_from_ms,
       y.uusd AS total_uusd,
       s.uusd AS usual_uusd,
       y.uusd - s.uusd AS over_usual_uusd,
       1.0 * (y.uusd - s.uusd) / nullif(s.uusd, 0) AS over_usual_ratio,
       1.0 * y.uusd / nullif((SELECT sum(d.dbu_uusd + d.ondemand_uusd + d.spot_uusd) FROM job_day AS d WHERE d.workspace_id = c.workspace_id
                              AND d.job_id = c.job_id AND d.usage_date BETWEEN p.first_day AND p.last_day), 0) AS share_of_job,
       y.dbu_uusd AS dbu_cost_uusd,
       y.vm_uusd AS vm_cost_uusd,
       iif(y.uusd IS NULL, NULL, y.wasted_uusd) AS wasted_uusd,
       y.attempts AS attempt_count,
       y.failed AS failed_attempts,
       iif(EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'events'),
           (SELECT count(*) FROM priced AS x JOIN eviction_details AS e ON e.workspace_id = x.workspace_id AND e.job_run_id = x.job_run_id WHERE x.mine),
           NULL) AS evictions,
       y.queue_ms,
       y.took_ms,
       y.ok_ms,
       s.ms AS usual_ms,
       y.input_bytes / 1000000 AS input_mb,
       CAST(s.input_bytes / 1000000 AS INTEGER) AS usual_input_mb,
       y.spilled_bytes / 1000000 AS spilled_mb,
       b.error AS last_error,
       (SELECT t.task_key FROM last_bad AS v JOIN task_runs AS t ON t.workspace_id = v.workspace_id AND t.job_run_id = v.job_run_id AND t.run_status = 'FAILED'
        ORDER BY t.start_ms, t.task_key LIMIT 1) AS failed_task
FROM span AS p
CROSS JOIN chosen AS c
CROSS JOIN own AS y
CROSS JOIN usual AS s
JOIN jobs AS j ON j.workspace_id = c.workspace_id AND j.job_id = c.job_id
JOIN workspace AS w ON w.workspace_id = c.workspace_id
LEFT JOIN users_lookup AS o ON o.user_id = j.owner_user_id
LEFT JOIN last_bad AS b
ORDER BY entity_key
