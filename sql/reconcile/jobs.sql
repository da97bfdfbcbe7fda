-- id: jobs
-- title: How much of the billed amount the job rows explain
--
-- One row, list-price dollars of the window :days days up to :as_of. billed: job products, that is usage billed to jobs and to
-- all-purpose clusters on days on which a job ran on them (the most that those jobs can have cost). explained: the part that
-- is billed to a job. bill: every product in scope.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day, date(:as_of, '-' || (:days - 1) || ' days') AS first_day
),
place AS MATERIALIZED (
    SELECT w.workspace_id FROM workspace AS w
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
),
shared AS MATERIALIZED ( -- cluster days with a job on them
    SELECT DISTINCT r.workspace_id, r.compute_id, r.run_date
    FROM span AS p CROSS JOIN place AS w
    CROSS JOIN job_runs AS r ON r.workspace_id = w.workspace_id AND r.compute_id IS NOT NULL
        AND r.run_date BETWEEN p.first_day AND p.last_day
),
bill AS MATERIALIZED (
    SELECT u.workspace_id, u.product, u.usage_date, u.job_id, u.compute_id, u.cost_uusd
    FROM span AS p CROSS JOIN compute_usage AS u
    WHERE u.usage_date BETWEEN p.first_day AND p.last_day AND u.workspace_id IN (SELECT w.workspace_id FROM place AS w)
)
SELECT coalesce(sum(b.cost_uusd) FILTER (WHERE b.product = 'JOBS' OR EXISTS (
           SELECT 1 FROM shared AS s
           WHERE b.product = 'ALL_PURPOSE' AND s.workspace_id = b.workspace_id AND s.compute_id = b.compute_id
             AND s.run_date = b.usage_date)), 0) AS billed_uusd,
       coalesce(sum(b.cost_uusd) FILTER (WHERE b.product = 'JOBS' AND b.job_id IS NOT NULL), 0) AS explained_uusd,
       coalesce(sum(b.cost_uusd), 0) AS bill_uusd,
       (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS first_day,
       (SELECT min(m.complete_until) FROM data_mark AS m) AS last_complete_day,
       (SELECT m.value FROM meta AS m WHERE m.key = 'generation') AS data_generation
FROM bill AS b
