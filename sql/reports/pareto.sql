-- id: pareto
-- version: 2
-- title: Cost concentration
-- pillar: cost
-- place: 3
-- question: How few jobs make most of the cost?
-- entity: job
-- key: job_key
-- label: job_name
-- mark: pareto
-- series: total_uusd
-- column: job_key | id | Job id
-- column: job_name | text | Job
-- column: workspace_id | id | Workspace id
-- column: workspace_name | text | Workspace
-- column: workspace_url | text | Workspace address
-- column: object_path | text | Path in the workspace
-- column: owner | text | Owner
-- column: total_uusd | usd | Total
-- column: cost_rank | count | Place | each
-- column: cum_before | ratio | Share before it
-- column: cum_after | ratio | Share up to it
-- column: class | text | Class
-- column: baseline_uusd | usd | Window before | each
-- column: before_rank | count | Place before | each
-- column: runs | count | Runs
-- column: daily | json | Daily total
-- column: n50 | count | Jobs that make 50 % | whole
-- column: n80 | count | Jobs that make 80 % | whole
-- column: gini | factor | Gini coefficient | whole
-- column: class_a | count | Class A jobs | whole
-- column: class_c | count | Class C jobs | whole
-- column: class_c_share | ratio | Share of class C | whole
-- param: days | 28 | 1..365
-- param: as_of | | date
-- param: workspace | | text
-- param: owner | | text
-- param: department | | text
-- param: tag | | text
-- param: price | list | text
-- top: 15
-- order: cost, highest first; equal ones by job id
-- reconcile: sql/reconcile/jobs.sql
-- method: jobs ranked by their whole cost (DBU, and virtual machines as an estimate). Class A: less than 50 % lies before the job; B: less than 80 %; C: the rest. n80 is the first place at which the running share reaches 80 %. Gini: 0 if all jobs cost the same, near 1 if one makes all. Jobs without a positive cost are left out.
-- details: total_uusd, cum_after, class, baseline_uusd, before_rank, runs
-- summary: {n80} of {entity_count job/jobs} {=n80 makes/make} 80 % of {total_uusd}, top: {top} {top.total_uusd}
-- finding: {n80} of {entity_count job/jobs} {=n80 makes/make} 80 % of {total_uusd}; {n50} {=n50 makes/make} half
-- figure: Total | {total_uusd} over {entity_count job/jobs}
-- figure: 80 % of it | {n80 job/jobs}; {n50} {=n50 makes/make} half
-- figure: Top job | {top}  {top.total_uusd}, {top_share} of the total
-- figure: Long tail | {class_c class C job/class C jobs}, {class_c_share} of the total; Gini {gini}
-- card: Cost | {total_uusd}, {share} of the total, place {rank} of {entity_count}
-- card: Up to here | {cum_after} of the total; {cum_before} lies before it
-- card: Cost {before} | {baseline_uusd}, place {before_rank} | n/a: no complete window before
-- card: Runs | {runs}
-- chip: job.explain
-- chip: job.what-changed
-- chip: job.cut-cost
-- chip: job.what-to-watch

-- Cost belongs to the UTC day on which it was used. W is the :days days up to :as_of, B the :days days before.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           date(:as_of, '-' || :days || ' days') AS base_last_day,
           date(:as_of, '-' || (2 * :days - 1) || ' days') AS base_first_day,
           (SELECT m.value FROM meta AS m WHERE m.key = 'first_day') AS data_first_day,
           max(date(:as_of, '-' || (:days - 1) || ' days'), (SELECT m.value FROM meta AS m WHERE m.key = 'first_day')) AS series_day
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
cost AS MATERIALIZED ( -- jobs lead, in the order of their key, so that no row goes through a sorter
    SELECT m.workspace_id, m.job_id,
           coalesce(sum_days(iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd), (SELECT first_day FROM span), :as_of), 0) AS uusd,
           coalesce(sum_days(iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd), (SELECT base_first_day FROM span),
                             (SELECT base_last_day FROM span)), 0) AS base_uusd,
           day_series(iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd), (SELECT series_day FROM span), :as_of) AS daily
    FROM jobs AS j CROSS JOIN job_month AS m ON m.workspace_id = j.workspace_id AND m.job_id = j.job_id
        AND m.month BETWEEN substr((SELECT base_first_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
    GROUP BY j.workspace_id, j.job_id
),
ranked AS MATERIALIZED (
    SELECT c.*, row_number() OVER by_cost AS cost_rank, sum(c.uusd) OVER (by_cost ROWS UNBOUNDED PRECEDING) AS running_uusd,
           sum(c.uusd) OVER () AS all_uusd
    FROM cost AS c
    WHERE c.uusd > 0
    WINDOW by_cost AS (ORDER BY c.uusd DESC, c.workspace_id, c.job_id)
),
classed AS MATERIALIZED (
    SELECT r.*, CASE WHEN 2 * (r.running_uusd - r.uusd) < r.all_uusd THEN 'A'
                     WHEN 10 * (r.running_uusd - r.uusd) < 8 * r.all_uusd THEN 'B' ELSE 'C' END AS class
    FROM ranked AS r
),
shape AS MATERIALIZED (
    SELECT min(iif(2 * c.running_uusd >= c.all_uusd, c.cost_rank, NULL)) AS n50,
           min(iif(10 * c.running_uusd >= 8 * c.all_uusd, c.cost_rank, NULL)) AS n80,
           gini(c.uusd) AS gini, sum(c.class = 'A') AS class_a, sum(c.class = 'C') AS class_c,
           CAST(sum(iif(c.class = 'C', c.uusd, 0)) AS REAL) / max(c.all_uusd) AS class_c_share
    FROM classed AS c
),
before AS MATERIALIZED (
    SELECT c.workspace_id, c.job_id, row_number() OVER (ORDER BY c.base_uusd DESC, c.workspace_id, c.job_id) AS place
    FROM cost AS c WHERE c.base_uusd > 0
)
SELECT j.job_key,
       j.job_name,
       j.workspace_id,
       w.workspace_name,
       w.workspace_url,
       'jobs/' || j.job_id AS object_path,
       o.name AS owner,
       c.uusd AS total_uusd,
       c.cost_rank,
       CAST(c.running_uusd - c.uusd AS REAL) / c.all_uusd AS cum_before,
       CAST(c.running_uusd AS REAL) / c.all_uusd AS cum_after,
       c.class,
       CASE WHEN FALSE OR p.data_first_day > p.base_first_day THEN NULL
            WHEN coalesce(date(j.created_ms / 1000, 'unixepoch'),
                          (SELECT min(m.run_date) FROM job_runs AS m WHERE m.workspace_id = j.workspace_id AND m.job_id = j.job_id))
                 <= p.base_first_day THEN c.base_uusd
       END AS baseline_uusd,
       iif(p.data_first_day > p.base_first_day, NULL, b.place) AS before_rank,
       coalesce((SELECT sum_days(r.runs, p.first_day, p.last_day) FROM job_run_month AS r
                 WHERE r.workspace_id = c.workspace_id AND r.job_id = c.job_id
                   AND r.month BETWEEN substr(p.first_day, 1, 7) AND substr(p.last_day, 1, 7)), 0) AS runs,
       c.daily,
       s.n50, s.n80, s.gini, s.class_a, s.class_c, s.class_c_share
FROM span AS p
CROSS JOIN shape AS s
CROSS JOIN classed AS c
CROSS JOIN jobs AS j ON j.workspace_id = c.workspace_id AND j.job_id = c.job_id
JOIN workspace AS w ON w.workspace_id = c.workspace_id
LEFT JOIN users_lookup AS o ON o.user_id = j.owner_user_id
LEFT JOIN before AS b ON b.workspace_id = c.workspace_id AND b.job_id = c.job_id
ORDER BY c.cost_rank
