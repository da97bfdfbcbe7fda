-- text: job
SELECT p.value AS ids, 'Job ' || j.job_name AS label, NULL AS at_ms
FROM json_each(:ids) AS p JOIN jobs AS j ON j.job_key = p.value
ORDER BY ids
