-- text: task
SELECT p.value AS ids, 'Task ' || substr(substr(p.value, instr(p.value, '/') + 1), instr(substr(p.value, instr(p.value, '/') + 1), '/') + 1) AS label,
       NULL AS at_ms
FROM json_each(:ids) AS p
ORDER BY ids
