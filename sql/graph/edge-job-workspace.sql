-- edge: IN_WORKSPACE
-- from: job
-- to: workspace
-- title: in workspace
SELECT j.job_key AS src, w.workspace_key AS dst, NULL AS at_ms, 'Workspace ' || w.workspace_name AS label,
       NULL AS cost_uusd, 0 AS severity
FROM jobs AS j JOIN workspace AS w ON w.workspace_id = j.workspace_id
ORDER BY src, dst
