-- edge: FAILED_WITH
-- from: job
-- to: error
-- title: failed with
-- One edge per job, kind of error and day.
SELECT r.job_key AS src, 'error:' || r.workspace_id || '/' || s.signature_id AS dst, max(r.end_ms) AS at_ms,
       s.template || ': ' || count(*) || iif(count(*) = 1, ' attempt of ', ' attempts of ') || r.run_date AS label,
       NULL AS cost_uusd,
       iif(max(r.is_final) = 1, 2, 1) AS severity
FROM job_runs AS r JOIN error_signature AS s ON s.signature_id = r.error_signature_id
WHERE r.run_status = 'FAILED'
GROUP BY r.job_key, r.workspace_id, s.signature_id, s.template, r.run_date
ORDER BY src, dst, at_ms
