-- id: nodes-agree-with-usage
-- title: DBUs of a usage row are those of its nodes, node time is nodes times usage time, machines of an attempt are all there
SELECT u.compute_usage_id, u.udbu, sum(n.udbu) AS node_udbu, sum(n.nodes) AS nodes, r.worker_nodes
FROM compute_usage AS u
JOIN node_usage AS n ON n.workspace_id = u.workspace_id AND n.parent_id = u.parent_id AND n.usage_date = u.usage_date
LEFT JOIN job_runs AS r ON r.workspace_id = u.workspace_id AND r.job_run_id = u.job_run_id
GROUP BY u.compute_usage_id
HAVING u.udbu <> sum(n.udbu) OR sum(n.node_ms) <> sum(n.nodes) * (u.end_ms - u.start_ms) OR sum(n.nodes) <> r.worker_nodes + 1
ORDER BY u.compute_usage_id
