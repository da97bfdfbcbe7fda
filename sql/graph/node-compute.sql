-- node: compute
-- title: Compute configuration
SELECT c.config_key AS id, c.label AS label, c.config_id AS detail FROM cluster_config AS c
ORDER BY id
