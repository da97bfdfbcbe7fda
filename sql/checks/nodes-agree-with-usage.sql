-- id: nodes-agree-with-usage
-- title: DBUs of a day are those of its nodes, node time is nodes times usage time, machines of an attempt are all there
-- reads: all rows
SELECT u.workspace_id, u.parent_id, u.usage_date, u.udbu, n.udbu AS node_udbu, n.nodes, r.worker_nodes
FROM (
    SELECT workspace_id, parent_id, usage_date, sum(udbu) AS udbu, max(end_ms) - min(start_ms) AS used_ms
    FROM compute_usage
    WHERE cluster_instance_type IS NOT NULL
    GROUP BY workspace_id, parent_id, usage_date
) AS u
JOIN (
    SELECT workspace_id, parent_id, usage_date, sum(udbu) AS udbu, sum(nodes) AS nodes, sum(node_ms) AS node_ms
    FROM node_usage
    GROUP BY workspace_id, parent_id, usage_date
) AS n ON n.workspace_id = u.workspace_id AND n.parent_id = u.parent_id AND n.usage_date = u.usage_date
LEFT JOIN job_runs AS r ON r.workspace_id = u.workspace_id AND r.job_run_id = u.parent_id
WHERE u.udbu <> n.udbu OR n.node_ms <> n.nodes * u.used_ms OR n.nodes <> r.worker_nodes + 1
ORDER BY u.workspace_id, u.parent_id, u.usage_date
