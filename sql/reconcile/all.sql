-- id: all
-- title: How much of the billed amount the rows over all compute explain
--
-- One row, dollars of the window :days days up to :as_of at the chosen price. explained: usage of jobs, warehouses and
-- all-purpose clusters; bill: every product in scope.
-- corrections: usage rows that were corrected later; price_days: days on which a price changed.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day, date(:as_of, '-' || (:days - 1) || ' days') AS first_day
),
place AS MATERIALIZED (
    SELECT w.workspace_id FROM workspace AS w
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
)
SELECT coalesce(sum(iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd)), 0) AS billed_uusd,
       (SELECT coalesce(sum_days(iif(:price = 'contract', r.dbu_contract_uusd, r.dbu_uusd), q.first_day, q.last_day), 0) FROM span AS q
        CROSS JOIN non_job_compute AS n CROSS JOIN resource_month AS r ON r.workspace_id = n.workspace_id AND r.compute_id = n.compute_id
            AND r.month BETWEEN substr(q.first_day, 1, 7) AND substr(q.last_day, 1, 7)
        WHERE n.workspace_id IN (SELECT workspace_id FROM place))
       + coalesce(sum(iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd)) FILTER (WHERE s.product = 'JOBS'), 0) AS explained_uusd,
       coalesce(sum(iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd)), 0) AS bill_uusd,
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
FROM span AS p CROSS JOIN sku_day AS s
WHERE s.usage_date BETWEEN p.first_day AND p.last_day AND s.workspace_id IN (SELECT workspace_id FROM place)
