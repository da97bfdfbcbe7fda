-- node: eviction
-- title: Spot eviction
SELECT e.eviction_key AS id, 'Instance ' || e.cloud_instance_id AS label, e.eviction_reason AS detail FROM eviction_details AS e
ORDER BY id
