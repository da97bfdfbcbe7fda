-- id: corrections-have-originals
-- title: a retraction takes back the row of the same id to the last micro-DBU and comes later; a restatement follows a retraction
SELECT c.compute_usage_id, c.record_type, c.udbu, c.cost_uusd
FROM compute_usage AS c
LEFT JOIN compute_usage AS o ON o.compute_usage_id = c.compute_usage_id AND o.record_type = 'ORIGINAL'
WHERE c.record_type <> 'ORIGINAL'
  AND (o.udbu IS NULL OR c.ingestion_date <= o.ingestion_date OR c.usage_date <> o.usage_date OR c.parent_id <> o.parent_id
       OR c.workspace_id <> o.workspace_id OR c.compute_sku <> o.compute_sku OR c.start_ms <> o.start_ms OR c.end_ms <> o.end_ms
       OR (c.record_type = 'RETRACTION' AND (c.udbu <> -o.udbu OR c.cost_uusd <> -o.cost_uusd))
       OR (c.record_type = 'RESTATEMENT'
           AND NOT EXISTS (SELECT 1 FROM compute_usage AS r WHERE r.compute_usage_id = c.compute_usage_id AND r.record_type = 'RETRACTION')))
ORDER BY c.compute_usage_id, c.record_type
