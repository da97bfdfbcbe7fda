-- node: event
-- label: Event
-- title: event
-- Starts and ends of the clusters of attempts are left out: each attempt has them, and says when itself.
SELECT 'event:' || e.workspace_id || '/' || e.event_id AS id, e.event_ms AS at_ms, NULL AS cost_uusd,
       e.event_type IN ('SPOT_EVICTION', 'CONFIG_CHANGE') AS severity
FROM events AS e INDEXED BY events_by_type
WHERE e.event_type IN ('AUTOSCALING', 'CONFIG_CHANGE', 'SPOT_EVICTION')
