-- text: reader
SELECT p.value AS ids, substr(p.value, instr(p.value, '/') + 1) AS label, NULL AS at_ms
FROM json_each(:ids) AS p
ORDER BY ids
