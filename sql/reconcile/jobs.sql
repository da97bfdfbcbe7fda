-- id: jobs
-- title: How much of the billed amount the job rows explain
--
-- One row, dollars of the window :days days up to :as_of at the chosen price. billed: job products, that is usage billed to jobs
-- and to all-purpose clusters on days on which a job ran on them (the most that those jobs can have cost). explained: the part
-- that is billed to a job that the filters let through. bill: every product in scope.
-- corrections: usage rows that were corrected later; price_days: days on which a price changed.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day,
           date(:as_of, '-' || (:days - 1) || ' days') AS first_day
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
place AS MATERIALIZED (
    SELECT w.workspace_id FROM workspace AS w
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
),
sku AS MATERIALIZED (
    SELECT coalesce(sum(s.uusd), 0) AS bill_uusd, coalesce(sum(s.uusd) FILTER (WHERE s.product = 'JOBS'), 0) AS jobs_uusd
    FROM (SELECT s.product, iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd) AS uusd
          FROM span AS p CROSS JOIN sku_day AS s
          WHERE s.usage_date BETWEEN p.first_day AND p.last_day AND s.workspace_id IN (SELECT workspace_id FROM place)) AS s
),
shared AS MATERIALIZED ( -- cluster days with a job on them
    SELECT coalesce(sum_days(iif(:price = 'contract', r.shared_dbu_contract_uusd, r.shared_dbu_uusd), p.first_day, p.last_day), 0) AS uusd
    FROM span AS p CROSS JOIN non_job_compute AS n
    CROSS JOIN resource_month AS r ON r.workspace_id = n.workspace_id AND r.compute_id = n.compute_id
        AND r.month BETWEEN substr(p.first_day, 1, 7) AND substr(p.last_day, 1, 7)
    WHERE n.workspace_id IN (SELECT workspace_id FROM place)
)
SELECT sku.jobs_uusd + shared.uusd AS billed_uusd,
       (SELECT coalesce(sum_days(iif(:price = 'contract', m.dbu_contract_uusd, m.dbu_uusd), p.first_day, p.last_day), 0)
        FROM span AS p CROSS JOIN chosen AS c
        CROSS JOIN job_month AS m ON m.workspace_id = c.workspace_id AND m.job_id = c.job_id
            AND m.month BETWEEN substr(p.first_day, 1, 7) AND substr(p.last_day, 1, 7)) AS explained_uusd,
       sku.bill_uusd,
       (SELECT count(DISTINCT u.compute_usage_id) FROM span AS q CROSS JOIN compute_usage AS u INDEXED BY compute_usage_corrected
        WHERE u.record_type <> 'ORIGINAL' AND u.usage_date BETWEEN q.first_day AND q.last_day
          AND u.workspace_id IN (SELECT workspace_id FROM place)) AS corrections,
       (SELECT group_concat(z.day, ', ') FROM ( -- on which a price or, at contract price, a discount takes the place of another
            SELECT DISTINCT date(c.at_ms / 1000, 'unixepoch') AS day
            FROM span AS q CROSS JOIN (
                SELECT s.valid_from_ms AS at_ms FROM sku_price AS s
                WHERE EXISTS (SELECT 1 FROM sku_price AS o WHERE o.sku = s.sku AND o.valid_to_ms = s.valid_from_ms)
                UNION ALL
                SELECT d.valid_from_ms FROM discount AS d
                WHERE :price = 'contract' AND EXISTS (SELECT 1 FROM discount AS o WHERE o.sku_pattern = d.sku_pattern
                                                      AND o.valid_to_ms = d.valid_from_ms)) AS c
            WHERE date(c.at_ms / 1000, 'unixepoch') > q.first_day AND date(c.at_ms / 1000, 'unixepoch') <= q.last_day
            ORDER BY 1) AS z) AS price_days
FROM sku, shared
