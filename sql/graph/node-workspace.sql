-- node: workspace
-- title: Workspace
SELECT w.workspace_key AS id, w.workspace_name AS label, w.description AS detail FROM workspace AS w
ORDER BY id
