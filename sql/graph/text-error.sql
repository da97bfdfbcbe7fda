-- text: error
-- words: errors
SELECT p.value AS ids, s.template || ' (' || s.bucket || ')' AS label, NULL AS at_ms,
       '[error text withheld] (' || s.bucket || ')' AS without
FROM json_each(:ids) AS p JOIN error_signature AS s ON s.signature_id = substr(p.value, instr(p.value, '/') + 1)
ORDER BY ids
