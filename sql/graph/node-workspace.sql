-- node: workspace
-- label: Workspace
-- title: workspace
-- hub: yes
SELECT w.workspace_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM workspace AS w
