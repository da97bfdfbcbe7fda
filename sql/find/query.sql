-- id: query
-- title: Kinds of query by fingerprint or by words of their text
--
-- match_rank: 0 the fingerprint, 1 the whole text, 3 a text that begins so, 4 a text that contains the words. An empty :q
-- lists all. as_of: the day on which the window of its card ends, NULL for the newest complete one.
SELECT m.entity_key, m.entity_name, w.workspace_name, NULL AS as_of, m.match_rank
FROM (
    SELECT q.workspace_id, 'query:' || q.workspace_id || '/' || q.fingerprint AS entity_key,
           coalesce(substr(min(q.sql_text), 1, 120), 'query ' || q.fingerprint) AS entity_name,
           CASE WHEN q.fingerprint = :q OR 'query:' || q.workspace_id || '/' || q.fingerprint = :q THEN 0
                WHEN max(q.sql_text = :q COLLATE NOCASE) THEN 1
                WHEN max(instr(lower(q.sql_text), lower(:q)) = 1) THEN 3
                WHEN max(instr(lower(q.sql_text), lower(:q)) > 1) THEN 4 END AS match_rank
    FROM sql_query_history AS q
    WHERE q.fingerprint IS NOT NULL
    GROUP BY q.workspace_id, q.fingerprint
) AS m
JOIN workspace AS w ON w.workspace_id = m.workspace_id
WHERE m.match_rank IS NOT NULL
  AND (:workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE)
ORDER BY m.match_rank, m.entity_name, m.entity_key
LIMIT iif(:q = '', 5000, 20)
