-- Why a job's cost moved: the exact split of the change between the window of :days days up to :as_of and the one before, and
-- its largest part in the direction of the change. DBU at list price (:price = 'contract': less the discounts), machines as
-- estimated; both by the day of use, runs and their minutes by the day on which the run began.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day, date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day
),
total AS MATERIALIZED (
    SELECT z.workspace_id, z.job_id, z.after, sum(z.runs) AS runs, sum(z.attempts) AS attempts, sum(z.ms) AS ms, sum(z.udbu) AS udbu,
           sum(z.dbu_uusd) AS dbu_uusd, sum(z.vm_uusd) AS vm_uusd
    FROM (
        SELECT d.workspace_id, d.job_id, d.usage_date >= p.first_day AS after, 0 AS runs, 0 AS attempts, 0 AS ms, d.udbu,
               iif(:price = 'contract', d.dbu_contract_uusd, d.dbu_uusd) AS dbu_uusd, d.ondemand_uusd + d.spot_uusd AS vm_uusd
        FROM span AS p CROSS JOIN job_day AS d ON d.usage_date BETWEEN p.base_first_day AND p.last_day
        UNION ALL
        SELECT r.workspace_id, r.job_id, r.run_date >= p.first_day, r.runs, r.attempts, 0, 0, 0, 0
        FROM span AS p CROSS JOIN job_run_day AS r ON r.run_date BETWEEN p.base_first_day AND p.last_day
        UNION ALL
        SELECT x.workspace_id, x.job_id, x.run_date >= p.first_day, 0, 0, coalesce(x.end_ms - x.start_ms, 0), 0, 0, 0
        FROM span AS p CROSS JOIN jobs AS j
        CROSS JOIN job_runs AS x INDEXED BY job_runs_by_job ON x.workspace_id = j.workspace_id AND x.job_id = j.job_id
            AND x.run_date BETWEEN p.base_first_day AND p.last_day
    ) AS z
    GROUP BY z.workspace_id, z.job_id, z.after
),
split AS MATERIALIZED (
    SELECT a.workspace_id, a.job_id,
           shapley_cost(coalesce(b.runs, 0), coalesce(b.attempts, 0), coalesce(b.ms, 0), coalesce(b.udbu, 0), coalesce(b.dbu_uusd, 0),
                        coalesce(b.vm_uusd, 0), a.runs, a.attempts, a.ms, a.udbu, a.dbu_uusd, a.vm_uusd, 10000) AS parts
    FROM total AS a LEFT JOIN total AS b ON b.workspace_id = a.workspace_id AND b.job_id = a.job_id AND b.after = 0
    WHERE a.after = 1
),
part AS MATERIALIZED (
    SELECT s.workspace_id, s.job_id, n.place, n.name, (s.parts ->> n.field) AS uusd, iif((s.parts ->> 'delta') < 0, -1, 1) AS sign
    FROM split AS s CROSS JOIN (
        SELECT 1 AS place, 'runs' AS field, 'number of runs' AS name UNION ALL SELECT 2, 'attempts_per_run', 'attempts per run'
        UNION ALL SELECT 3, 'ms_per_attempt', 'minutes per attempt' UNION ALL SELECT 4, 'dbu_per_ms', 'DBU per minute'
        UNION ALL SELECT 5, 'price_per_dbu', 'price per DBU' UNION ALL SELECT 6, 'vm_per_ms', 'VM cost per minute'
        UNION ALL SELECT 7, 'other', 'not attributable') AS n
)
SELECT 'job:' || z.workspace_id || '/' || z.job_id AS entity_key, z.name AS factor, z.uusd AS factor_uusd
FROM (SELECT p.*, row_number() OVER (PARTITION BY p.workspace_id, p.job_id ORDER BY p.uusd * p.sign DESC, p.place) AS nth FROM part AS p) AS z
WHERE z.nth = 1 AND z.uusd * z.sign > 0
ORDER BY entity_key
