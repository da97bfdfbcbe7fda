-- text: pool
SELECT p.value AS ids, i.pool_name || ', ' || i.min_size || ' to ' || i.max_size || ' x ' || i.pool_instance_type AS label, NULL AS at_ms
FROM json_each(:ids) AS p JOIN instance_pools AS i ON i.instance_pool_id = substr(p.value, instr(p.value, '/') + 1)
ORDER BY ids
