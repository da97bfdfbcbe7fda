-- id: scope
-- title: What a filter of a report or digest can name
--
-- As the reports compare: name or id of a workspace and an owner, name of a department, key=value of a tag.
SELECT 'workspace' AS kind, w.workspace_name AS name, w.workspace_id AS id FROM workspace AS w
UNION ALL SELECT DISTINCT 'department', u.department, NULL FROM users_lookup AS u WHERE u.department IS NOT NULL
UNION ALL SELECT 'owner', u.name, u.user_id FROM users_lookup AS u
UNION ALL SELECT 'tag', t.key || '=' || t.value, NULL
FROM (SELECT j.key, j.value FROM job_tag AS j UNION SELECT c.key, c.value FROM compute_tag AS c) AS t
ORDER BY kind, name, id
