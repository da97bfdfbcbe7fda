-- text: user
SELECT p.value AS ids, u.name || coalesce(', ' || u.department, '') AS label, NULL AS at_ms
FROM json_each(:ids) AS p JOIN users_lookup AS u ON u.user_id = substr(p.value, instr(p.value, '/') + 1)
ORDER BY ids
