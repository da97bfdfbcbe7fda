-- id: failures-are-explained
-- title: what failed or was skipped has a kind of error with the same termination code, what succeeded has none
SELECT r.workspace_id, r.job_run_id, r.run_status, r.termination_code, r.error_signature_id
FROM job_runs AS r LEFT JOIN error_signature AS s ON s.signature_id = r.error_signature_id
WHERE (r.run_status IN ('FAILED', 'SKIPPED') AND (s.signature_id IS NULL OR s.termination_code <> r.termination_code))
   OR (r.run_status NOT IN ('FAILED', 'SKIPPED') AND (r.error_summary IS NOT NULL OR r.error_signature_id IS NOT NULL))
   OR (r.run_status = 'SUCCESS') <> (coalesce(r.termination_code, '') = 'SUCCESS')
ORDER BY r.workspace_id, r.job_run_id
