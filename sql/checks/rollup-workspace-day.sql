-- id: rollup-workspace-day
-- title: workspace_day holds what the machines of the billed attempts of each workspace and day cost
-- reads: all rows
WITH billed AS (
    SELECT DISTINCT workspace_id, parent_id, usage_date FROM compute_usage WHERE parent_type = 'JOB_RUN'
), raw AS MATERIALIZED (
    SELECT b.workspace_id, b.usage_date, coalesce(sum(n.vm_uusd), 0) AS uusd
    FROM billed AS b
    LEFT JOIN node_usage AS n ON n.workspace_id = b.workspace_id AND n.parent_id = b.parent_id AND n.usage_date = b.usage_date
    GROUP BY b.workspace_id, b.usage_date
)
SELECT 'rollup' AS side, * FROM (SELECT workspace_id, usage_date, job_vm_uusd FROM workspace_day EXCEPT SELECT * FROM raw)
UNION ALL
SELECT 'rows', * FROM (SELECT * FROM raw EXCEPT SELECT workspace_id, usage_date, job_vm_uusd FROM workspace_day)
ORDER BY workspace_id, usage_date, side
