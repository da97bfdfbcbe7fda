-- edge: HAD_EVENT
-- from: cluster
-- to: event
-- title: event
-- back: event of
SELECT n.compute_key AS src, 'event:' || e.workspace_id || '/' || e.event_id AS dst
FROM events AS e INDEXED BY events_by_type
JOIN non_job_compute AS n ON n.workspace_id = e.workspace_id AND n.compute_id = e.compute_id AND n.compute_type = 'APC_CLUSTER'
WHERE e.event_type IN ('AUTOSCALING', 'CONFIG_CHANGE', 'SPOT_EVICTION')
