-- text: warehouse
SELECT p.value AS ids, n.compute_name || coalesce(', ' || lower(n.warehouse_type) || ' ' || n.warehouse_size, '') AS label, NULL AS at_ms
FROM json_each(:ids) AS p
JOIN non_job_compute AS n ON n.workspace_id = substr(p.value, 10, instr(p.value, '/') - 10) AND n.compute_id = substr(p.value, instr(p.value, '/') + 1)
ORDER BY ids
