-- id: job
-- title: Jobs by id or name
-- rows: job-cost
--
-- match_rank: 0 the id, 1 the exact name, 2 the name but for upper and lower case, 3 a name that begins so, 4 a name that
-- contains it. An empty :q lists all (for the nearest name). as_of: the day on which the window of its card ends, NULL for the
-- newest complete one.
SELECT m.entity_key, m.entity_name, m.workspace_name, NULL AS as_of, m.match_rank
FROM (
    SELECT entity_id('job', j.workspace_id, j.job_id) AS entity_key, j.job_name AS entity_name, w.workspace_name,
           CASE WHEN j.job_id = :q OR j.job_key = :q THEN 0
                WHEN j.job_name = :q THEN 1
                WHEN j.job_name = :q COLLATE NOCASE THEN 2
                WHEN instr(lower(j.job_name), lower(:q)) = 1 THEN 3
                WHEN instr(lower(j.job_name), lower(:q)) > 1 THEN 4 END AS match_rank
    FROM jobs AS j JOIN workspace AS w ON w.workspace_id = j.workspace_id
    WHERE (:workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE)
) AS m
WHERE m.match_rank IS NOT NULL
ORDER BY m.match_rank, m.entity_name, m.entity_key
LIMIT iif(:q = '', 5000, 20)
