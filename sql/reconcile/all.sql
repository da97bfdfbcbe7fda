-- id: all
-- title: How much of the billed amount the rows over all compute explain
--
-- One row, dollars of the window :days days up to :as_of at the chosen price. explained: usage of jobs, warehouses and
-- all-purpose clusters; bill: every product in scope.
WITH span AS MATERIALIZED (
    SELECT :as_of AS last_day, date(:as_of, '-' || (:days - 1) || ' days') AS first_day
),
place AS MATERIALIZED (
    SELECT w.workspace_id FROM workspace AS w
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
)
SELECT coalesce(sum(iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd)), 0) AS billed_uusd,
       (SELECT coalesce(sum(iif(:price = 'contract', r.dbu_contract_uusd, r.dbu_uusd)), 0) FROM resource_day AS r, span AS q
        WHERE r.usage_date BETWEEN q.first_day AND q.last_day AND r.workspace_id IN (SELECT workspace_id FROM place))
       + coalesce(sum(iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd)) FILTER (WHERE s.product = 'JOBS'), 0) AS explained_uusd,
       coalesce(sum(iif(:price = 'contract', s.dbu_contract_uusd, s.dbu_uusd)), 0) AS bill_uusd
FROM span AS p CROSS JOIN sku_day AS s
WHERE s.usage_date BETWEEN p.first_day AND p.last_day AND s.workspace_id IN (SELECT workspace_id FROM place)
