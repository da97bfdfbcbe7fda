-- text: event
-- words: errors
SELECT p.value AS ids, lower(replace(e.event_type, '_', ' ')) || coalesce(': ' || e.details, '') || coalesce(', by ' || u.name, '') AS label,
       e.event_ms AS at_ms,
       lower(replace(e.event_type, '_', ' ')) || iif(e.details IS NULL, '', ': [event text withheld]') || coalesce(', by ' || u.name, '') AS without
FROM json_each(:ids) AS p
JOIN events AS e ON e.event_id = substr(p.value, instr(p.value, '/') + 1)
LEFT JOIN users_lookup AS u ON u.user_id = e.user_id
ORDER BY e.event_ms DESC, ids
