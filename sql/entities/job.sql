-- id: job
-- title: Jobs by id or name
--
-- match_rank: 0 the id, 1 the exact name, 2 the name but for upper and lower case, 3 a name that begins so, 4 a name that
-- contains it. An empty :q lists all jobs (for the nearest name).
SELECT entity_id('job', m.workspace_id, m.job_id) AS job_key, m.job_name, m.workspace_name, m.owner, m.description, m.match_rank
FROM (
    SELECT j.workspace_id, j.job_id, j.job_name, w.workspace_name, u.name AS owner, j.description,
           CASE WHEN j.job_id = :q OR j.job_key = :q THEN 0
                WHEN j.job_name = :q THEN 1
                WHEN j.job_name = :q COLLATE NOCASE THEN 2
                WHEN instr(lower(j.job_name), lower(:q)) = 1 THEN 3
                WHEN instr(lower(j.job_name), lower(:q)) > 1 THEN 4 END AS match_rank
    FROM jobs AS j
    JOIN workspace AS w ON w.workspace_id = j.workspace_id
    LEFT JOIN users_lookup AS u ON u.user_id = j.owner_user_id
    WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
) AS m
WHERE m.match_rank IS NOT NULL
ORDER BY m.match_rank, m.job_name, m.workspace_id, m.job_id
LIMIT iif(:q = '', 5000, 20)
