-- node: dataset
-- label: Dataset
-- title: dataset
SELECT d.dataset_key AS id, NULL AS at_ms, NULL AS cost_uusd, 0 AS severity FROM dataset AS d
