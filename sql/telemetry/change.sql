-- card: change
-- title: Changes of the last 28 days
SELECT c.change_key AS id, c.summary AS title,
       lower(c.kind) || ' of ' || coalesce(j.job_name, n.compute_name, c.dataset_id) || ': ' || c.summary || '.'
       || coalesce(' By ' || u.name || '.', '') || coalesce(' ' || c.ref || '.', '') AS text
FROM change_event AS c
LEFT JOIN jobs AS j ON j.workspace_id = c.workspace_id AND j.job_id = c.job_id
LEFT JOIN non_job_compute AS n ON n.workspace_id = c.workspace_id AND n.compute_id = c.compute_id
LEFT JOIN users_lookup AS u ON u.user_id = c.by_user_id
WHERE c.at_ms > (SELECT max(m.newest_ms) FROM data_mark AS m) - 28 * 86400000
ORDER BY id
