-- edge: REPORTS
-- from: event
-- to: eviction
-- title: reports
-- back: reported by
-- part: yes
SELECT 'event:' || e.workspace_id || '/' || e.event_id AS src, 'eviction:' || e.workspace_id || '/' || e.eviction_id AS dst
FROM events AS e INDEXED BY events_by_type WHERE e.event_type = 'SPOT_EVICTION'
