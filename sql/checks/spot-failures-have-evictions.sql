-- id: spot-failures-have-evictions
-- title: an attempt that failed by loss of spot workers has an eviction
SELECT r.workspace_id, r.job_run_id, r.error_summary
FROM job_runs AS r
WHERE r.error_signature_id = 'spot-loss'
  AND NOT EXISTS (SELECT 1 FROM eviction_details AS e WHERE e.workspace_id = r.workspace_id AND e.job_run_id = r.job_run_id
                  AND e.caused_failure = 1)
ORDER BY r.workspace_id, r.job_run_id
