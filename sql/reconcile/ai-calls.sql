-- id: ai-calls
-- title: What all calls of models in the window cost, and those that the rows of ai-usage are made of
--
-- One row. A call without a question or a model would be in no row.
WITH span AS MATERIALIZED (
    SELECT strftime('%s', date(:as_of, '-' || (:days - 1) || ' days')) * 1000 AS from_ms, (strftime('%s', :as_of) + 86400) * 1000 AS to_ms
)
SELECT coalesce(sum(c.cost_uusd), 0) AS billed_uusd,
       coalesce(sum(iif(c.chip IS NOT NULL AND c.model IS NOT NULL, c.cost_uusd, NULL)), 0) AS explained_uusd,
       coalesce(sum(c.cost_uusd), 0) AS bill_uusd
FROM span AS p CROSS JOIN ai_call AS c ON c.ts_ms >= p.from_ms AND c.ts_ms < p.to_ms
