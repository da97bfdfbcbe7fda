-- What stands in the calendar of the scope between :as_of and the end of its month: a forecast out of past days does not know it.
SELECT e.name, max(e.first_date, date(:as_of, '+1 day')) AS first_date,
       min(e.last_date, date(:as_of, 'start of month', '+1 month', '-1 day')) AS last_date
FROM calendar_event AS e
WHERE e.last_date > :as_of AND e.first_date <= date(:as_of, 'start of month', '+1 month', '-1 day')
  AND (e.workspace_id IS NULL OR :workspace IS NULL
       OR e.workspace_id IN (SELECT w.workspace_id FROM workspace AS w
                             WHERE w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE))
ORDER BY first_date, e.name, e.event_id
LIMIT 5
