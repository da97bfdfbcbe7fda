-- text: compute_type
SELECT p.value AS ids,
       CASE p.value WHEN 'compute_type:all/jobs-classic' THEN 'Job compute, classic' WHEN 'compute_type:all/jobs-serverless' THEN 'Job compute, serverless'
                    WHEN 'compute_type:all/other' THEN 'Other products' ELSE n.compute_name END AS label, NULL AS at_ms
FROM json_each(:ids) AS p
LEFT JOIN non_job_compute AS n ON n.workspace_id = substr(p.value, 14, instr(p.value, '/') - 14) AND n.compute_id = substr(p.value, instr(p.value, '/') + 1)
ORDER BY ids
