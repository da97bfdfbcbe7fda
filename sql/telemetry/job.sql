-- card: job
-- title: Jobs, as people speak of them
-- Free text alone: figures are asked of SQL. Names are written in words too, since people type those.
WITH seen AS (SELECT max(r.run_date) AS newest FROM job_runs AS r),
trouble AS (
    SELECT DISTINCT r.workspace_id, r.job_id, s.template
    FROM seen AS n JOIN job_runs AS r ON r.run_status = 'FAILED' AND r.run_date > date(n.newest, '-28 days')
    JOIN error_signature AS s ON s.signature_id = r.error_signature_id
)
SELECT j.job_key AS id, j.job_name AS title,
       replace(replace(j.job_name, '_', ' '), '-', ' ') || '. '
       || coalesce(j.description || '. ', '')
       || coalesce('Runs ' || j.schedule || '. ', '')
       || coalesce('Owner ' || u.name || coalesce(', ' || u.department, '') || '. ', '')
       || 'Workspace ' || w.workspace_name || '. '
       || coalesce('Tags ' || (SELECT group_concat(t.value, ', ') FROM json_each(j.tags) AS t) || '. ', '')
       || coalesce('Writes ' || (SELECT group_concat(e.dst_dataset_id, ', ') FROM (
              SELECT DISTINCT l.dst_dataset_id FROM lineage_edge AS l
              WHERE l.workspace_id = j.workspace_id AND l.job_id = j.job_id AND l.dst_dataset_id IS NOT NULL
              ORDER BY l.dst_dataset_id) AS e) || '. ', '')
       || coalesce('Lately failed with ' || (SELECT group_concat(b.template, '; ') FROM (
              SELECT t.template FROM trouble AS t WHERE t.workspace_id = j.workspace_id AND t.job_id = j.job_id
              ORDER BY t.template) AS b) || '.', '') AS text
FROM jobs AS j JOIN workspace AS w ON w.workspace_id = j.workspace_id
LEFT JOIN users_lookup AS u ON u.user_id = j.owner_user_id
WHERE j.deleted_ms IS NULL
ORDER BY id
