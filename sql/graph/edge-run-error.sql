-- edge: FAILED_WITH
-- from: run
-- to: error
-- title: failed with
-- One edge per failed attempt; the cost is what that attempt wasted.
SELECT r.run_key AS src, 'error:' || r.workspace_id || '/' || r.error_signature_id AS dst, r.end_ms AS at_ms,
       'Attempt ' || r.attempt || ': '
           || substr(trim(substr(r.error_summary, 1, instr(r.error_summary || char(10), char(10)) - 1)), 1, 200) AS label,
       (SELECT sum(u.cost_uusd) FROM compute_usage AS u WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id)
       + coalesce((SELECT sum(n.vm_uusd) FROM node_usage AS n
                   WHERE n.workspace_id = r.workspace_id AND n.parent_id = r.job_run_id), 0) AS cost_uusd,
       iif(r.is_final = 1, 2, 1) AS severity
FROM job_runs AS r
WHERE r.run_status = 'FAILED' AND r.error_signature_id IS NOT NULL
ORDER BY src, dst, at_ms
