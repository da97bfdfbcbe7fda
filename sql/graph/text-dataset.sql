-- text: dataset
SELECT p.value AS ids, d.dataset_id || coalesce(', tier ' || d.tier, '') AS label, NULL AS at_ms
FROM json_each(:ids) AS p JOIN dataset AS d ON d.dataset_id = substr(p.value, instr(p.value, '/') + 1)
ORDER BY ids
