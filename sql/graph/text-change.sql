-- text: change
-- :by 0 each, 1 by day, 2 all.
WITH picked AS MATERIALIZED (SELECT value AS key FROM json_each(:ids)),
change AS MATERIALIZED (
    SELECT p.key, c.change_id, c.at_ms, date(c.at_ms / 1000, 'unixepoch') AS day, lower(c.kind) AS kind, u.name, c.summary, c.ref
    FROM picked AS p
    JOIN change_event AS c ON c.workspace_id = substr(p.key, 8, instr(p.key, '/') - 8) AND c.change_id = substr(p.key, instr(p.key, '/') + 1)
    LEFT JOIN users_lookup AS u ON u.user_id = c.by_user_id
    ORDER BY c.at_ms DESC, p.key
)
SELECT group_concat(key, char(10)) AS ids,
       iif(count(*) = 1,
           change_id || ' of ' || day || ' (' || kind || ')' || coalesce(' by ' || name, '') || ': ' || summary || coalesce(' [' || ref || ']', ''),
           count(*) || ' changes of ' || min(day) || iif(min(day) < max(day), ' to ' || max(day), '') || ': '
               || group_concat(change_id || ' (' || kind || ') ' || summary, '; ')) AS label,
       max(at_ms) AS at_ms
FROM change
GROUP BY CASE :by WHEN 0 THEN key WHEN 1 THEN day ELSE '' END
ORDER BY at_ms DESC, ids
