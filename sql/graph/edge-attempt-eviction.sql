-- edge: HAD_EVICTION
-- from: attempt
-- to: eviction
-- title: lost spot nodes
-- back: eviction in
-- part: yes
SELECT 'attempt:' || e.workspace_id || '/' || e.job_run_id AS src, e.eviction_key AS dst FROM eviction_details AS e
