-- text: workspace
SELECT p.value AS ids, 'Workspace ' || w.workspace_name AS label, NULL AS at_ms
FROM json_each(:ids) AS p JOIN workspace AS w ON w.workspace_id = substr(p.value, instr(p.value, '/') + 1)
ORDER BY ids
