-- text: compute
SELECT p.value AS ids, c.label || ' (' || c.config_id || '), from ' || date(c.valid_from_ms / 1000, 'unixepoch')
           || coalesce(' to ' || date(c.valid_to_ms / 1000, 'unixepoch'), '') AS label, NULL AS at_ms
FROM json_each(:ids) AS p JOIN cluster_config AS c ON c.config_key = p.value
ORDER BY c.valid_from_ms DESC, ids
