-- card: resource
-- title: Warehouses and all-purpose clusters
SELECT n.compute_key AS id, n.compute_name AS title,
       replace(n.compute_name, '-', ' ') || '. '
       || iif(n.compute_type = 'SQL_WAREHOUSE', 'SQL warehouse' || coalesce(', ' || lower(n.warehouse_type), ''), 'All-purpose cluster') || '. '
       || coalesce('Owner ' || u.name || coalesce(', ' || u.department, '') || '. ', '')
       || coalesce('Tags ' || (SELECT group_concat(t.value, ', ') FROM json_each(n.tags) AS t) || '. ', '')
       || 'Workspace ' || w.workspace_name || '.' AS text
FROM non_job_compute AS n JOIN workspace AS w ON w.workspace_id = n.workspace_id
LEFT JOIN users_lookup AS u ON u.user_id = n.owner_user_id
ORDER BY id
