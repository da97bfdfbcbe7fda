-- id: resource-hours-match-usage
-- title: a warehouse or all-purpose cluster is billed for the time of each hour in which it was up, and for no other
SELECT workspace_id, compute_id, hour_ms, sum(paid_ms) AS paid_ms, sum(billed_ms) AS billed_ms
FROM (
    SELECT workspace_id, compute_id, hour_ms, paid_ms, 0 AS billed_ms, usage_date FROM resource_hour
    UNION ALL
    SELECT workspace_id, parent_id, start_ms / 3600000 * 3600000, 0, (end_ms - start_ms) * iif(record_type = 'RETRACTION', -1, 1), usage_date
    FROM compute_usage
    WHERE parent_type <> 'JOB_RUN'
)
GROUP BY workspace_id, compute_id, hour_ms
HAVING sum(paid_ms) <> sum(billed_ms) OR max(usage_date <> date(hour_ms / 1000, 'unixepoch'))
ORDER BY workspace_id, compute_id, hour_ms
