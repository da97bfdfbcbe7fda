-- id: run
-- title: Runs by the id of the run or of one of its attempts
--
-- match_rank: 0 the run, 1 one of its attempts. An empty :q lists none: runs are too many to have a nearest name. as_of: the
-- day on which the window of its card ends, that of the run or, while that is not complete, NULL for the newest complete one.
SELECT m.entity_key, m.entity_name, w.workspace_name,
       iif(m.run_date <= (SELECT min(d.complete_until) FROM data_mark AS d), m.run_date, NULL) AS as_of, m.match_rank
FROM (
    SELECT r.workspace_id, r.run_key AS entity_key, j.job_name || ', run ' || r.logical_run_id || ' of ' || r.run_date AS entity_name,
           r.run_date, r.match_rank
    FROM (
        SELECT f.*, 0 AS match_rank FROM workspace AS p
        CROSS JOIN job_runs AS f ON f.workspace_id = p.workspace_id AND f.attempt = 1
            AND f.logical_run_id = iif(:q LIKE 'run:' || p.workspace_id || '/%', substr(:q, length(p.workspace_id) + 6), :q)
        UNION ALL
        SELECT f.*, 1 FROM workspace AS p
        CROSS JOIN job_runs AS a ON a.workspace_id = p.workspace_id AND a.job_run_id = :q AND a.logical_run_id <> :q
        CROSS JOIN job_runs AS f ON f.workspace_id = a.workspace_id AND f.logical_run_id = a.logical_run_id AND f.attempt = 1
    ) AS r
    JOIN jobs AS j ON j.workspace_id = r.workspace_id AND j.job_id = r.job_id
) AS m
JOIN workspace AS w ON w.workspace_id = m.workspace_id
WHERE :workspace IS NULL OR w.workspace_id = :workspace OR w.workspace_name = :workspace COLLATE NOCASE
ORDER BY m.match_rank, m.entity_name, m.entity_key
LIMIT 20
