-- node: eviction
-- label: Eviction
-- title: spot eviction
SELECT e.eviction_key AS id, e.eviction_ms AS at_ms, NULL AS cost_uusd, 1 + e.caused_failure AS severity FROM eviction_details AS e
