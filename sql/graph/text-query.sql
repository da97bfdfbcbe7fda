-- text: query
-- words: sql
SELECT p.value AS ids, coalesce((
           SELECT substr(q.sql_text, 1, 140) FROM sql_query_history AS q
           WHERE q.workspace_id = substr(p.value, 7, instr(p.value, '/') - 7) AND q.fingerprint = substr(p.value, instr(p.value, '/') + 1)
             AND q.sql_text IS NOT NULL
           ORDER BY q.query_id LIMIT 1), 'text not known') AS label, NULL AS at_ms, '[SQL text withheld]' AS without
FROM json_each(:ids) AS p
ORDER BY ids
