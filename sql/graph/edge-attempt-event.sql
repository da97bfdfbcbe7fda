-- edge: HAD_EVENT
-- from: attempt
-- to: event
-- title: event
-- back: event of
-- part: yes
SELECT 'attempt:' || e.workspace_id || '/' || e.job_run_id AS src, 'event:' || e.workspace_id || '/' || e.event_id AS dst
FROM events AS e INDEXED BY events_by_type
WHERE e.event_type IN ('AUTOSCALING', 'CONFIG_CHANGE', 'SPOT_EVICTION') AND e.job_run_id IS NOT NULL
